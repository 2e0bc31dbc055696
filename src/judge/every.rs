//! Rules about every answer of a run.

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
