//! One judgement from many: rules that hold for every answer, listing or call of a run.

use std::cell::Cell;

use crate::judge::finding::grounds::{self, Case};
use crate::judge::finding::outcome::{Judgement, Outcome};

/// Judges each item that concerns the rule; the worst that is found decides.
///
/// `check` gives `None` for an item that does not concern the rule. When nothing concerns it, the rule is
/// not run, for the reason `nothing`: without a case there is nothing to pass.
///
/// # Errors
/// The first broken case with the exchanges of all of them; else the first doubtful one; else, when
/// nothing could be judged, what kept it from that.
pub fn each_case<T: Case>(
    items: impl IntoIterator<Item = T>,
    nothing: &str,
    check: impl Fn(&T) -> Option<Judgement>,
) -> Judgement {
    let mut broken: Option<(Outcome, Vec<u32>)> = None;
    let mut doubtful: Option<(Outcome, Vec<u32>)> = None;
    let mut in_the_way: Option<Outcome> = None;
    let mut held = 0_usize;
    let mut note = None;
    for item in items {
        match grounds::of_case(&item, || check(&item)) {
            None => {}
            Some(Ok(more)) => {
                held += 1;
                note = note.or(more);
            }
            Some(Err(outcome @ Outcome::Broken { .. })) => broken = Some(joined(broken, outcome)),
            Some(Err(outcome @ Outcome::Doubtful { .. })) => {
                doubtful = Some(joined(doubtful, outcome));
            }
            // What the environment prevented says more than what was never tried.
            Some(Err(outcome))
                if in_the_way.is_none() || matches!(outcome, Outcome::Inconclusive { .. }) =>
            {
                in_the_way = Some(outcome);
            }
            Some(Err(_)) => {}
        }
    }
    match broken.or(doubtful) {
        Some((outcome, told)) => {
            grounds::note_contradicting(&told);
            Err(outcome)
        }
        None if held > 0 => Ok(note),
        None => Err(in_the_way.unwrap_or_else(|| Outcome::not_run(nothing))),
    }
}

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

/// The first outcome, which now also points at the exchanges of the next, beside its own alone.
fn joined(first: Option<(Outcome, Vec<u32>)>, next: Outcome) -> (Outcome, Vec<u32>) {
    let Some((mut first, told)) = first else {
        let told = match &next {
            Outcome::Broken { exchanges, .. } | Outcome::Doubtful { exchanges, .. } => {
                exchanges.clone()
            }
            _ => Vec::new(),
        };
        return (next, told);
    };
    if let (
        Outcome::Broken { exchanges, .. } | Outcome::Doubtful { exchanges, .. },
        Outcome::Broken { exchanges: more, .. } | Outcome::Doubtful { exchanges: more, .. },
    ) = (&mut first, next)
    {
        for number in more {
            if !exchanges.contains(&number) {
                exchanges.push(number);
            }
        }
    }
    (first, told)
}

/// How often each text occurs, the first seen first: "x (3 times), y".
pub(crate) fn counted(texts: impl IntoIterator<Item = String>) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for text in texts {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    let words: Vec<String> = counts
        .into_iter()
        .map(|(text, count)| if count == 1 { text } else { format!("{text} ({count} times)") })
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::finding::outcome::{HOLDS, seen};

    #[test]
    fn the_worst_decides_and_points_at_all_its_cases() {
        let result = each_case([1_usize, 2, 3, 4], "nothing", |number| match number {
            1 => Some(HOLDS),
            2 => Some(Err(Outcome::doubtful("d", "d", [2]))),
            number => Some(Err(Outcome::broken("e", format!("a{number}"), u32::try_from(*number)))),
        });
        assert_eq!(result, Err(Outcome::broken("e", "a3", [3, 4])));
    }

    #[test]
    fn without_a_case_nothing_is_passed() {
        assert_eq!(each_case([1], "no case", |_| None), Err(Outcome::not_run("no case")));
        let result = each_case([1, 2], "no case", |number| {
            Some(Err(match number {
                1 => Outcome::not_run("refused"),
                _ => Outcome::inconclusive("429", [2]),
            }))
        });
        assert_eq!(result, Err(Outcome::inconclusive("429", [2])));
    }

    #[test]
    fn a_case_that_holds_outweighs_one_that_could_not_be_judged() {
        let result = each_case([1, 2], "no case", |number| match number {
            1 => Some(seen("seen")),
            _ => Some(Err(Outcome::inconclusive("429", [2]))),
        });
        assert_eq!(result, seen("seen"));
    }

    #[test]
    fn counting_keeps_the_order() {
        let texts = ["b", "a", "b"].map(str::to_owned);
        assert_eq!(counted(texts), "b (2 times), a");
    }
}
