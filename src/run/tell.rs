//! The second pass: every planned story is told once, the most important first.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};

use crate::drive::{OVER_BUDGET, READ_ONLY, Target};
use crate::graph::{Exchange, FailureKind, Gap, Purpose, Recording, Reply};
use crate::story::{Plan, Rounds};

/// How stories are told.
#[derive(Debug, Clone)]
pub struct TellOptions {
    /// How many stories at a time.
    pub jobs: usize,
    /// The most createLink calls to make.
    pub budget: Option<usize>,
    /// What an earlier run told already, to be gone on with.
    pub earlier: Option<Earlier>,
}

/// The run that this one goes on with.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// What it recorded.
    pub recordings: Vec<Recording>,
    /// The stories that the environment had spoiled twice by then.
    pub spoiled_twice: Vec<String>,
}

/// What telling came to.
#[derive(Debug, Clone, Default)]
pub struct ToldStories {
    /// The recordings, in the order of the plan.
    pub recordings: Vec<Recording>,
    /// Stories left out because of the budget.
    pub over_budget: usize,
    /// Stories left out because of `--read-only`.
    pub not_wanted: usize,
    /// createLink calls that the stories over the budget cost.
    pub calls_left: usize,
    /// Throttling ended the run before its end, and going on may tell more.
    pub throttled: bool,
    /// Stories that the environment spoiled in an earlier round, and once again.
    pub spoiled_twice: Vec<String>,
}

impl TellOptions {
    /// What an earlier run recorded of a telling of the plan, where it is of that kind.
    fn found(&self, plan: &Plan, index: usize, kind: fn(&Recording) -> bool) -> Option<&Recording> {
        let lines = &plan.tellings[index].lines;
        self.earlier.as_ref()?.recordings.iter().find(|it| it.lines == *lines && kind(it))
    }

    /// Whether the environment has spoiled a telling twice: it is told last, and nothing waits for it any more.
    fn was_spoiled_twice(&self, plan: &Plan, index: usize) -> bool {
        let name = plan.tellings[index].lines.join(" / ");
        self.earlier.as_ref().is_some_and(|it| it.spoiled_twice.contains(&name))
    }
}

/// What is left to be told: what never was, what the environment spoiled in an earlier round, and what it spoiled in two.
#[derive(Default)]
struct Open {
    fresh: BTreeSet<usize>,
    again: BTreeSet<usize>,
    twice: BTreeSet<usize>,
}

fn open(plan: &Plan, how: &TellOptions) -> Open {
    let mut open = Open::default();
    for index in (0..plan.tellings.len()).filter(|it| how.found(plan, *it, was_told).is_none()) {
        let kind = if how.was_spoiled_twice(plan, index) {
            &mut open.twice
        } else if how.found(plan, index, was_spoiled).is_some() {
            &mut open.again
        } else {
            &mut open.fresh
        };
        kind.insert(index);
    }
    open
}

/// How many rounds a plan takes, of which this is the first; none where there is no budget.
pub fn rounds(plan: &Plan, how: &TellOptions) -> Option<Rounds> {
    let Open { fresh, again, .. } = open(plan, how);
    Some(plan.rounds(fresh, again, how.budget?))
}

/// Tells the stories of a plan. `progress` is called after each story.
pub async fn tell(
    plan: &Plan,
    target: &Target,
    how: &TellOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> ToldStories {
    let told_before = |index: usize| how.found(plan, index, was_told);
    let spoiled_before = |index: usize| how.found(plan, index, was_spoiled);
    let Open { fresh, again, twice } = open(plan, how);
    let left = &fresh | &again;
    let (chosen, why_not) = match how.budget {
        _ if target.wire.is_read_only() => (plan.within(&left, 0), READ_ONLY),
        Some(budget) => {
            let next = plan.next_round(&fresh, &again, budget);
            (
                if left.is_subset(&next) { plan.next_round(&next, &twice, budget) } else { next },
                OVER_BUDGET,
            )
        }
        None => (&left | &twice, OVER_BUDGET),
    };
    if let Some(budget) = how.budget {
        target.wire.limit_create_link(budget);
    }
    let done = std::sync::atomic::AtomicUsize::new(0);
    let mut order = order(plan, how.jobs);
    // Each of these may stop the run, and nothing may wait behind it for ever.
    order.sort_by_key(|index| (twice.contains(index), again.contains(index)));
    let first = order.first().copied();
    let tell_one = async |index: usize| {
        // The first story shows whether the service answers at all; the others wait for that.
        if Some(index) != first {
            target.wire.answered().await;
        }
        let telling = &plan.tellings[index];
        let mut spoiled_now = false;
        let recording = if let Some(earlier) = told_before(index) {
            earlier.clone()
        } else if chosen.contains(&index) {
            let told =
                target.tell(&telling.story, &telling.lines, &telling.ends, plan.thorough).await;
            spoiled_now = was_spoiled(&told);
            match spoiled_before(index) {
                // The run was stopped before it came to this.
                Some(earlier) if !spoiled_now && !was_told(&told) => earlier.clone(),
                _ => told,
            }
        } else if let (Some(earlier), false) = (spoiled_before(index), target.wire.is_read_only()) {
            // It was told, and spoiled: that is what is known of it.
            earlier.clone()
        } else {
            left_out(&telling.lines, why_not)
        };
        target.wire.note_that_it_answers();
        // What was dropped was not told.
        if !recording.exchanges.is_empty() {
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress(done, plan.tellings.len());
        }
        (index, recording, spoiled_now)
    };
    let mut recordings: Vec<(usize, Recording, bool)> =
        stream::iter(order).map(tell_one).buffer_unordered(how.jobs.max(1)).collect().await;
    recordings.sort_by_key(|(index, ..)| *index);
    let for_that_reason = |recording: &Recording, reason: &str| {
        recording.gaps.values().any(|gap| matches!(gap, Gap::NotRun(why) if why == reason))
    };
    let missing = |reason: &str| -> Vec<usize> {
        let left = recordings.iter().filter(|(_, it, _)| for_that_reason(it, reason));
        left.map(|(index, ..)| *index).collect()
    };
    let spoiled_twice: BTreeSet<usize> = recordings
        .iter()
        .filter(|(index, it, spoiled_now)| {
            let once_more = again.contains(index) && *spoiled_now;
            (once_more || twice.contains(index)) && !was_told(it)
        })
        .map(|(index, ..)| *index)
        .collect();
    let not_wanted = missing(READ_ONLY).len();
    let throttled = target.wire.stopped_by_throttling();
    let cut: BTreeSet<usize> = if throttled {
        let open = |it: &Recording| !was_told(it) && !for_that_reason(it, READ_ONLY);
        recordings.iter().filter(|(_, it, _)| open(it)).map(|(index, ..)| *index).collect()
    } else {
        // Those that were not begun, those in which calls had to be repeated until none was left, and those that were
        // spoiled once and wait for their second time.
        let waiting = again.iter().filter(|it| why_not == OVER_BUDGET && !chosen.contains(it));
        missing(OVER_BUDGET).into_iter().chain(waiting.copied()).collect()
    };
    let cut = &cut - &spoiled_twice;
    ToldStories {
        spoiled_twice: spoiled_twice
            .iter()
            .map(|index| plan.tellings[*index].lines.join(" / "))
            .collect(),
        recordings: recordings.into_iter().map(|(_, recording, _)| recording).collect(),
        over_budget: cut.len(),
        not_wanted,
        calls_left: cut.iter().map(|index| plan.tellings[*index].create_link_calls()).sum(),
        throttled: throttled && !cut.is_empty(),
    }
}

/// The order of telling. The first story of the plan comes first, since the others wait for its answer; then what
/// judges a MUST rule, in order of importance: what stops the run stops it for the rest. Side by side the rest
/// goes longest first, so that no long story is left to the end.
fn order(plan: &Plan, jobs: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.tellings.len()).collect();
    if jobs > 1 {
        order[1.min(plan.tellings.len())..].sort_by_key(|index| {
            let telling = &plan.tellings[*index];
            let length =
                if telling.must.is_empty() { telling.story.acts.len() } else { usize::MAX };
            std::cmp::Reverse(length)
        });
    }
    order
}

/// Whether a story was told to its end: neither budget, throttling nor an interruption cut it short.
fn was_told(recording: &Recording) -> bool {
    !recording.gaps.values().any(|gap| {
        matches!(gap, Gap::Inconclusive(_))
            || matches!(gap, Gap::NotRun(why) if why == OVER_BUDGET || why == READ_ONLY)
    }) && !recording.exchanges.iter().any(spoils)
}

/// Whether the environment spoiled a story that was begun; repeating its calls may have taken all that was left.
fn was_spoiled(recording: &Recording) -> bool {
    recording.exchanges.iter().any(spoils)
}

/// Whether the environment, and not the service, decided about an exchange. A link's own host that cannot be reached
/// from here, or from behind this firewall, cannot be reached the next time either.
fn spoils(exchange: &Exchange) -> bool {
    let unreachable_page = exchange.purpose == Purpose::OpenPage
        && matches!(
            &exchange.answer,
            Reply::Nothing(it)
                if matches!(it.failure, FailureKind::NoConnection | FailureKind::TimedOut | FailureKind::Broken)
        );
    !exchange.retried && !unreachable_page && crate::judge::environment(exchange).is_some()
}

fn left_out(lines: &[String], why: &str) -> Recording {
    let mut recording = Recording { lines: lines.to_vec(), ..Recording::default() };
    recording.gaps.insert(0, Gap::NotRun(why.to_owned()));
    recording
}

/// Numbers the exchanges in the order of the plan, from `first` on. Gives the next free number.
pub fn number(recordings: &mut [Recording], first: u32) -> u32 {
    let mut next = first;
    for exchange in recordings.iter_mut().flat_map(|it| &mut it.exchanges) {
        exchange.number = next;
        next += 1;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::order;
    use crate::graph::Identity;
    use crate::story::{Act, Ask, Plan, Story, Telling};

    fn telling(must: &[&str], acts: usize) -> Telling {
        let ask = || Act::Ask(Ask::for_type(Identity::Owner, "file", "view"));
        let story =
            Story { acts: std::iter::repeat_with(ask).take(acts).collect(), ..Story::default() };
        Telling {
            story,
            lines: Vec::new(),
            acts_told: Vec::new(),
            ends: std::collections::BTreeSet::new(),
            must: must.iter().map(|it| (*it).to_owned()).collect(),
            others: std::collections::BTreeSet::new(),
            combined: Vec::new(),
        }
    }

    #[test]
    fn side_by_side_the_long_stories_are_not_left_to_the_end() {
        let musts = [telling(&["A"], 2), telling(&["B"], 9)];
        let others = [telling(&[], 1), telling(&[], 7), telling(&[], 3), telling(&[], 7)];
        let plan = Plan { tellings: musts.into_iter().chain(others).collect(), ..Plan::default() };
        assert_eq!(order(&plan, 4), [0, 1, 3, 5, 4, 2], "MUST rules keep their order");
        assert_eq!(
            order(&plan, 1),
            [0, 1, 2, 3, 4, 5],
            "one after the other there is no end to wait for"
        );
    }

    #[test]
    fn the_first_story_stays_the_first_since_the_others_wait_for_it() {
        let plan =
            Plan { tellings: [1, 3, 7].map(|acts| telling(&[], acts)).into(), ..Plan::default() };
        assert_eq!(order(&plan, 2), [0, 2, 1]);
        assert!(order(&Plan::default(), 2).is_empty());
    }
}
