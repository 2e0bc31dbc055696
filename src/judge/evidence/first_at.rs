//! Which of several requests to one address was granted first.

use std::collections::HashMap;

use crate::judge::evidence::Granted;

/// The first granted request at each address, of those that count.
pub(crate) struct FirstAt<'e>(HashMap<&'e str, u32>);

impl<'e> FirstAt<'e> {
    /// Of the granted requests for which `counts` holds.
    pub(crate) fn of(granted: &[Granted<'e>], counts: impl Fn(&Granted<'e>) -> bool) -> Self {
        let mut first = HashMap::new();
        for it in granted.iter().filter(|it| counts(it)) {
            let number = first.entry(it.exchange.request.url.as_str()).or_insert(it.number());
            *number = it.number().min(*number);
        }
        Self(first)
    }

    /// Whether one of them was answered before this request, at the same address.
    pub(crate) fn is_before(&self, granted: &Granted<'_>) -> bool {
        let first = self.0.get(granted.exchange.request.url.as_str());
        first.is_some_and(|first| *first < granted.number())
    }
}
