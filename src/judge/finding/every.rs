//! Rules about every answer of a run.

use std::cell::Cell;
use std::collections::HashMap;

use crate::judge::evidence::Granted;
use crate::judge::finding::cases::each_case;
use crate::judge::finding::grounds::Case;
use crate::judge::finding::outcome::{Judgement, Outcome};

/// Judges one answer after the other and says what all of them come to, and how many show the same.
///
/// `check` says not run for an answer that is no case of the rule.
///
/// # Errors
/// The gravest finding; not run, with `none`, when there was no answer.
pub fn every<T: Case>(
    answers: impl IntoIterator<Item = T>,
    none: &str,
    check: impl Fn(&T) -> Judgement,
) -> Judgement {
    let (broken, doubtful) = (Cell::new(0_usize), Cell::new(0_usize));
    let mut judgement = each_case(answers, none, |answer| {
        let judged = check(answer);
        match &judged {
            Err(Outcome::Broken { .. }) => broken.set(broken.get() + 1),
            Err(Outcome::Doubtful { .. }) => doubtful.set(doubtful.get() + 1),
            _ => {}
        }
        Some(judged)
    });
    let (actual, more) = match &mut judgement {
        Err(Outcome::Broken { actual, .. }) => (actual, broken.get().saturating_sub(1)),
        Err(Outcome::Doubtful { actual, .. }) => (actual, doubtful.get().saturating_sub(1)),
        _ => return judgement,
    };
    match more {
        0 => {}
        1 => actual.push_str(" (and 1 more answer like it)"),
        more => actual.push_str(&format!(" (and {more} more answers like it)")),
    }
    judgement
}

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
