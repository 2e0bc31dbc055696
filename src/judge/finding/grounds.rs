//! What a judgement rests on: the exchanges a check read, noted while it reads them.
//!
//! A check stays a function of its evidence: what is noted here changes nothing it comes to, and ends with
//! [`resting_on`]. Notes go to the thread because checks call each other, and each would otherwise have to hand
//! the list of the one it called through.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::graph::{Answer, Call, Exchange, Recording};
use crate::judge::finding::outcome::{Judgement, Outcome};

/// The exchanges a judgement rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Every exchange whose answer was judged.
    pub exchanges: BTreeSet<u32>,
    /// Those that contradict each other, or the rule, in the case that is told: of a broken rule only.
    pub contradicting: Vec<u32>,
}

impl Grounds {
    /// Adds what another judgement of the same rule rests on.
    pub fn join(&mut self, other: Self) {
        self.exchanges.extend(other.exchanges);
        if self.contradicting.is_empty() {
            self.contradicting = other.contradicting;
        }
    }
}

/// What is noted while a check reads: in order, and a number as often as it is read.
#[derive(Default)]
struct Noted {
    exchanges: Vec<u32>,
    contradicting: Vec<u32>,
}

thread_local! {
    static NOTED: RefCell<Noted> = RefCell::default();
}

/// Carries a check out, and gives what it rests on beside what it came to.
pub fn resting_on(check: impl FnOnce() -> Judgement) -> (Judgement, Grounds) {
    let earlier = NOTED.take();
    let judgement = check();
    let noted = NOTED.replace(earlier);
    let mut grounds = Grounds {
        exchanges: noted.exchanges.into_iter().collect(),
        contradicting: noted.contradicting,
    };
    match &judgement {
        Err(Outcome::Broken { exchanges, .. } | Outcome::Doubtful { exchanges, .. }) => {
            grounds.exchanges.extend(exchanges);
            if grounds.contradicting.is_empty() {
                grounds.contradicting.clone_from(exchanges);
            }
        }
        _ => grounds.contradicting.clear(),
    }
    (judgement, grounds)
}

/// Notes that the answers of these exchanges are judged.
pub(in crate::judge) fn note(numbers: impl IntoIterator<Item = u32>) {
    NOTED.with_borrow_mut(|noted| noted.exchanges.extend(numbers));
}

/// Notes the exchanges of the case that stands for the others like it.
pub(super) fn note_contradicting(numbers: &[u32]) {
    NOTED.with_borrow_mut(|noted| noted.contradicting = numbers.to_vec());
}

/// Judges one case of many. What it read counts only where the case was one of the rule's.
pub(super) fn of_case(
    case: &impl Case,
    check: impl FnOnce() -> Option<Judgement>,
) -> Option<Judgement> {
    let before = NOTED.take();
    let judgement = check();
    let read = NOTED.replace(before);
    let judged = !matches!(judgement, None | Some(Err(Outcome::NotRun { .. })));
    if judged {
        note(read.exchanges);
        note(case.numbers());
    }
    judgement
}

/// One of the many things a rule that holds everywhere is judged on.
pub trait Case {
    /// The exchanges it stands in.
    fn numbers(&self) -> Vec<u32>;
}

impl<T: Case> Case for &T {
    fn numbers(&self) -> Vec<u32> {
        T::numbers(self)
    }
}

impl Case for Exchange {
    fn numbers(&self) -> Vec<u32> {
        vec![self.number]
    }
}

impl Case for Call {
    fn numbers(&self) -> Vec<u32> {
        Self::numbers(self)
    }
}

impl Case for (&Exchange, &Answer) {
    fn numbers(&self) -> Vec<u32> {
        vec![self.0.number]
    }
}

impl Case for (&Recording, &Exchange) {
    fn numbers(&self) -> Vec<u32> {
        vec![self.1.number]
    }
}

impl Case for (&Recording, &Exchange, usize) {
    fn numbers(&self) -> Vec<u32> {
        vec![self.1.number]
    }
}

/// A whole story: what is read of it is noted where it is read.
impl Case for Recording {
    fn numbers(&self) -> Vec<u32> {
        Vec::new()
    }
}

/// A place in a story: what is read there is noted where it is read.
impl Case for usize {
    fn numbers(&self) -> Vec<u32> {
        Vec::new()
    }
}

impl Case for (&Recording, usize, usize) {
    fn numbers(&self) -> Vec<u32> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::finding::cases::each_case;
    use crate::judge::finding::outcome::HOLDS;

    struct Number(u32);

    impl Case for Number {
        fn numbers(&self) -> Vec<u32> {
            vec![self.0]
        }
    }

    #[test]
    fn what_is_no_case_is_no_ground() {
        let (judgement, grounds) = resting_on(|| {
            each_case([1, 2, 3, 4].map(Number), "nothing", |case| match case.0 {
                1 => None,
                2 => Some(Err(Outcome::not_run("refused"))),
                _ => {
                    note([case.0 + 10]);
                    Some(HOLDS)
                }
            })
        });
        assert_eq!(judgement, HOLDS);
        assert_eq!(grounds.exchanges, BTreeSet::from([3, 4, 13, 14]));
        assert!(grounds.contradicting.is_empty());
        assert_eq!(resting_on(|| HOLDS).1, Grounds::default(), "nothing is left for the next");
    }

    #[test]
    fn the_first_case_that_is_broken_stands_for_the_others() {
        let (judgement, grounds) = resting_on(|| {
            each_case([1, 2, 3].map(Number), "nothing", |case| match case.0 {
                1 => Some(HOLDS),
                number => Some(Err(Outcome::broken("a", "b", [number, number + 10]))),
            })
        });
        assert_eq!(judgement, Err(Outcome::broken("a", "b", [2, 12, 3, 13])));
        assert_eq!(grounds.contradicting, [2, 12]);
        assert_eq!(grounds.exchanges, BTreeSet::from([1, 2, 3, 12, 13]));
    }
}
