//! Rules about every answer of a run.

use std::collections::HashMap;

use super::evidence::Granted;
use super::outcome::{HOLDS, Judgement, Outcome};

/// Judges one answer after the other and says what all of them come to.
///
/// `check` says not run for an answer that is no case of the rule. A broken answer weighs more than a
/// doubtful one; all that show the same are named by their exchanges.
///
/// # Errors
/// The worst finding; not run, with `none`, when no answer was a case of the rule.
pub fn every<T>(
    subjects: impl IntoIterator<Item = T>,
    none: &str,
    mut check: impl FnMut(&T) -> Judgement,
) -> Judgement {
    let mut cases = 0_usize;
    let mut broken: Vec<Outcome> = Vec::new();
    let mut doubtful: Vec<Outcome> = Vec::new();
    let mut missing: Option<Outcome> = None;
    for subject in subjects {
        match check(&subject) {
            Ok(_) => cases += 1,
            Err(outcome @ Outcome::Broken { .. }) => broken.push(outcome),
            Err(outcome @ Outcome::Doubtful { .. }) => doubtful.push(outcome),
            Err(outcome) => {
                missing.get_or_insert(outcome);
            }
        }
    }
    match together(broken).or_else(|| together(doubtful)) {
        Some(outcome) => Err(outcome),
        None if cases > 0 => HOLDS,
        None => Err(missing.unwrap_or_else(|| Outcome::not_run(none))),
    }
}

/// The first granted request at each address, of those that count.
pub(super) struct FirstAt<'e>(HashMap<&'e str, u32>);

impl<'e> FirstAt<'e> {
    /// Of the granted requests for which `counts` holds.
    pub(super) fn of(granted: &[Granted<'e>], counts: impl Fn(&Granted<'e>) -> bool) -> Self {
        let mut first = HashMap::new();
        for it in granted.iter().filter(|it| counts(it)) {
            let number = first.entry(it.exchange.request.url.as_str()).or_insert(it.number());
            *number = it.number().min(*number);
        }
        Self(first)
    }

    /// Whether one of them was answered before this request, at the same address.
    pub(super) fn is_before(&self, granted: &Granted<'_>) -> bool {
        let first = self.0.get(granted.exchange.request.url.as_str());
        first.is_some_and(|first| *first < granted.number())
    }
}

/// The first finding, with the exchanges of all.
fn together(findings: Vec<Outcome>) -> Option<Outcome> {
    let more = findings.len().checked_sub(1)?;
    let mut findings = findings.into_iter();
    let mut first = findings.next()?;
    let rest: Vec<u32> = findings
        .flat_map(|finding| match finding {
            Outcome::Broken { exchanges, .. } | Outcome::Doubtful { exchanges, .. } => exchanges,
            _ => Vec::new(),
        })
        .collect();
    if let Outcome::Broken { actual, exchanges, .. } | Outcome::Doubtful { actual, exchanges, .. } =
        &mut first
    {
        exchanges.extend(rest);
        if more > 0 {
            let plural = if more == 1 { "answer" } else { "answers" };
            actual.push_str(&format!(" (and {more} more {plural} like it)"));
        }
    }
    Some(first)
}
