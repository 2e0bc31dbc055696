//! How often a budget has to be spent until a whole plan is told, and what is safe after each time.

use std::collections::BTreeSet;

use super::Plan;

/// What one run tells within its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The tellings, by position.
    pub tellings: BTreeSet<usize>,
    /// The createLink calls they cost.
    pub calls: usize,
    /// The MUST rules of which nothing is left to be told after it, and was before.
    pub must: BTreeSet<String>,
    /// Likewise the other rules.
    pub others: BTreeSet<String>,
}

/// A plan divided by a budget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rounds {
    /// One after the other.
    pub rounds: Vec<Round>,
    /// The tellings that cost more than the whole budget, and so are never told.
    pub never: BTreeSet<usize>,
}

impl Plan {
    /// What the next round tells: what was never told first. What the environment spoiled before, `again`, might eat
    /// every budget, and comes when nothing else is left that fits.
    pub fn next_round(
        &self,
        fresh: &BTreeSet<usize>,
        again: &BTreeSet<usize>,
        budget: usize,
    ) -> BTreeSet<usize> {
        let mut chosen = self.within(fresh, budget);
        let fits = |index: &&usize| self.tellings[**index].create_link_calls() <= budget;
        if chosen.len() == fresh.iter().filter(fits).count() {
            let cost: usize =
                chosen.iter().map(|index| self.tellings[*index].create_link_calls()).sum();
            chosen.extend(self.within(again, budget - cost));
        }
        chosen
    }

    /// Divides what is left of a plan by a budget.
    pub fn rounds(
        &self,
        mut fresh: BTreeSet<usize>,
        mut again: BTreeSet<usize>,
        budget: usize,
    ) -> Rounds {
        let mut rounds = Rounds::default();
        let mut unsafe_before = self.rules_of(fresh.union(&again));
        while !(fresh.is_empty() && again.is_empty()) {
            let tellings = self.next_round(&fresh, &again, budget);
            if tellings.is_empty() {
                break;
            }
            fresh.retain(|it| !tellings.contains(it));
            again.retain(|it| !tellings.contains(it));
            let left = self.rules_of(fresh.union(&again));
            rounds.rounds.push(Round {
                calls: tellings.iter().map(|it| self.tellings[*it].create_link_calls()).sum(),
                tellings,
                must: unsafe_before.0.difference(&left.0).cloned().collect(),
                others: unsafe_before.1.difference(&left.1).cloned().collect(),
            });
            unsafe_before = left;
        }
        rounds.never = &fresh | &again;
        rounds
    }

    /// The MUST rules and the other rules that some of these tellings are for.
    fn rules_of<'i>(
        &self,
        tellings: impl Iterator<Item = &'i usize>,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut must, mut others) = (BTreeSet::new(), BTreeSet::new());
        for telling in tellings.map(|index| &self.tellings[*index]) {
            must.extend(telling.must.iter().cloned());
            others.extend(telling.others.iter().filter(|it| !it.is_empty()).cloned());
        }
        (must, others)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::graph::Identity;
    use crate::story::{Act, Ask, Plan, Story, Telling};

    fn telling(calls: usize, must: &[&str], others: &[&str]) -> Telling {
        let ask = || Act::Ask(Ask::for_type(Identity::Owner, "file", "view"));
        let set = |ids: &[&str]| ids.iter().map(|it| (*it).to_owned()).collect();
        Telling {
            story: Story {
                acts: std::iter::repeat_with(ask).take(calls).collect(),
                ..Story::default()
            },
            lines: Vec::new(),
            acts_told: Vec::new(),
            ends: BTreeSet::new(),
            must: set(must),
            others: set(others),
            combined: Vec::new(),
        }
    }

    fn plan() -> Plan {
        let tellings = vec![
            telling(2, &["A"], &[]),
            telling(3, &["A", "B"], &["x"]),
            telling(1, &["C"], &[""]),
            telling(9, &["D"], &[]),
        ];
        Plan { tellings, ..Plan::default() }
    }

    #[test]
    fn a_rule_is_safe_when_nothing_of_it_is_left_and_what_never_fits_is_named() {
        let rounds = plan().rounds((0..4).collect(), BTreeSet::new(), 4);
        let told: Vec<(usize, Vec<&str>)> = rounds
            .rounds
            .iter()
            .map(|it| (it.calls, it.must.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(told, [(3, vec!["C"]), (3, vec!["A", "B"])]);
        assert_eq!(rounds.rounds[1].others, BTreeSet::from(["x".to_owned()]));
        assert_eq!(rounds.never, BTreeSet::from([3]));
    }

    #[test]
    fn what_was_spoiled_comes_last_even_where_something_never_fits() {
        let (fresh, again) = (BTreeSet::from([1, 3]), BTreeSet::from([0, 2]));
        assert_eq!(plan().next_round(&fresh, &again, 4), BTreeSet::from([1, 2]));
        assert_eq!(plan().next_round(&BTreeSet::from([0, 1]), &again, 3), BTreeSet::from([0]));
        let rounds = plan().rounds(fresh, again, 4);
        assert_eq!(rounds.rounds.len(), 2);
        assert!(plan().rounds(BTreeSet::from([0]), BTreeSet::new(), 0).rounds.is_empty());
    }
}
