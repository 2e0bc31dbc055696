//! Which stories are told, in which order, and which along with another.

use std::collections::{BTreeSet, HashSet};

use super::Story;
use super::combinations::{Coverage, Exercised, Space, Usual, exercised};

/// The stories of a run: each told once, the most important first.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What is told, in order.
    pub tellings: Vec<Telling>,
    /// Permissions are read around every request, and links looked after at the end of every story.
    pub thorough: bool,
}

/// One story to be told, and everything that is judged on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// What happens.
    pub story: Story,
    /// The same in the words of the features.
    pub lines: Vec<String>,
    /// How many acts are told after each line.
    pub acts_told: Vec<usize>,
    /// After how many acts this story, or one told along with it, ends: there the permissions are listed.
    pub ends: BTreeSet<usize>,
    /// The MUST rules judged on it.
    pub must: BTreeSet<String>,
    /// The other rules judged on it.
    pub others: BTreeSet<String>,
    /// The choices its requests combine.
    pub combined: Vec<Exercised>,
}

/// What the requests of a story count for beside rules: the choices they combine.
#[derive(Debug, Clone)]
pub struct Combining {
    /// The choices that are open.
    pub space: Space,
    /// The kind of address the run uses unless a story says otherwise.
    pub usual: &'static str,
    /// The scope of a link unless a story says otherwise.
    pub usual_scope: &'static str,
}

impl Combining {
    /// What is meant where a story names neither address nor scope.
    pub fn usual(&self) -> Usual<'_> {
        Usual { address: self.usual, scope: self.usual_scope }
    }

    /// The choices that the requests of a story combine.
    pub fn of(&self, story: &Story) -> Vec<Exercised> {
        exercised(story, &self.space, self.usual, self.usual_scope)
    }
}

/// A story some rule asks for.
#[derive(Debug, Clone)]
pub struct RequestedStory {
    /// What happens.
    pub story: Story,
    /// The same in the words of the features.
    pub lines: Vec<String>,
    /// How many acts are told after each line.
    pub acts_told: Vec<usize>,
    /// The rule judged on it.
    pub rule: String,
    /// Whether that rule is a MUST.
    pub must: bool,
}

impl Telling {
    /// A story by itself.
    fn of(wanted: &RequestedStory, combining: &Combining) -> Self {
        Self {
            story: wanted.story.clone(),
            lines: wanted.lines.clone(),
            acts_told: wanted.acts_told.clone(),
            ends: BTreeSet::new(),
            must: BTreeSet::new(),
            others: BTreeSet::new(),
            combined: combining.of(&wanted.story),
        }
    }

    /// The statements that the page is known for, of those its requests are about: an existing link, an embed link, one
    /// for the organization, what is inherited.
    fn known_for(&self, space: &Space) -> BTreeSet<&'static str> {
        self.combined.iter().filter_map(|it| it.known_for(space.product)).collect()
    }

    /// createLink calls it costs.
    pub fn create_link_calls(&self) -> usize {
        self.story.create_link_calls()
    }

    /// What it weighs among others: a createLink call is scarce, and has reads and a removal in its train.
    fn cost(&self) -> usize {
        self.create_link_calls() * 4 + self.story.acts.len()
    }
}

impl Plan {
    /// Orders the stories that are wanted.
    ///
    /// A story is told along with another where nothing but reads has to be added to that one. `control` shows that
    /// the service grants links at all; whatever contains it comes first.
    pub fn new(wanted: Vec<RequestedStory>, control: &Story, combining: &Combining) -> Self {
        let mut tellings: Vec<Telling> = Vec::new();
        let mut by_length: Vec<&RequestedStory> = wanted.iter().collect();
        by_length.sort_by_key(|it| {
            let changes = it.story.acts.iter().filter(|act| !act.only_reads()).count();
            std::cmp::Reverse((changes, it.story.acts.len()))
        });
        for wanted in by_length {
            if tellings.iter().any(|it| wanted.story.within(&it.story).is_some()) {
                continue;
            }
            // The shortest takes it in, so that none grows long.
            let mut shortest: Vec<&mut Telling> = tellings.iter_mut().collect();
            shortest.sort_by_key(|it| it.story.acts.len());
            if !shortest.into_iter().any(|it| it.take_in(wanted)) {
                tellings.push(Telling::of(wanted, combining));
            }
        }
        // The order of the features decides between equals.
        tellings.sort_by_key(|telling| {
            wanted.iter().position(|it| it.story.within(&telling.story).is_some())
        });
        let mut plan = Self { tellings, thorough: false };
        for wanted in &wanted {
            if let Some((index, _)) = plan.place(&wanted.story) {
                let telling = &mut plan.tellings[index];
                let rules = if wanted.must { &mut telling.must } else { &mut telling.others };
                rules.insert(wanted.rule.clone());
            }
        }
        plan.order(control, combining);
        // A story is judged by the first that tells it, and that is known now.
        for wanted in &wanted {
            if let Some((index, acts)) = plan.place(&wanted.story) {
                plan.tellings[index].ends.extend(acts.last().map(|it| it + 1));
            }
        }
        plan
    }

    /// Where a story is told: in which telling, and which acts of it are its own.
    pub fn place(&self, story: &Story) -> Option<(usize, Vec<usize>)> {
        let mut numbered = self.tellings.iter().enumerate();
        numbered.find_map(|(index, it)| Some((index, story.within(&it.story)?)))
    }

    /// createLink calls of the whole plan.
    pub fn create_link_calls(&self) -> usize {
        self.tellings.iter().map(Telling::create_link_calls).sum()
    }

    /// The most important of the `open` tellings that fit into so many createLink calls, by position.
    pub fn within(&self, open: &BTreeSet<usize>, budget: usize) -> BTreeSet<usize> {
        let mut left = budget;
        let mut chosen = BTreeSet::new();
        for (index, telling) in self.tellings.iter().enumerate() {
            if !open.contains(&index) {
                continue;
            }
            let cost = telling.create_link_calls();
            if cost <= left {
                left -= cost;
                chosen.insert(index);
            }
        }
        chosen
    }

    /// The tellings of part K of N, by position: parts cost about the same, and together they are the whole.
    pub fn shard(&self, (part, of): (usize, usize)) -> BTreeSet<usize> {
        let mut order: Vec<usize> = (0..self.tellings.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(self.tellings[*index].cost()));
        let mut loads = vec![0; of.max(1)];
        let mut ours = BTreeSet::new();
        for index in order {
            // The first of the least loaded.
            let (load, shard) = loads.iter().zip(1..).min().map_or((0, 1), |(it, n)| (*it, n));
            loads[shard - 1] = load + self.tellings[index].cost();
            if shard == part {
                ours.insert(index);
            }
        }
        ours
    }

    /// These tellings alone, in the order of the plan. The plainest story, which shows that the service grants links
    /// at all, comes first there too.
    #[must_use]
    pub fn only(
        &self,
        ours: &BTreeSet<usize>,
        control: &RequestedStory,
        combining: &Combining,
    ) -> Self {
        let tells_it = |it: &&Telling| control.story.within(&it.story).is_some();
        let needs_control = self.tellings.first().filter(tells_it).is_some() && !ours.contains(&0);
        let control = needs_control.then(|| Telling {
            ends: BTreeSet::from([control.story.acts.len()]),
            ..Telling::of(control, combining)
        });
        let of_part = ours.iter().map(|index| self.tellings[*index].clone());
        Self { tellings: control.into_iter().chain(of_part).collect(), thorough: self.thorough }
    }

    /// Greedy: next comes what judges the most for each call of what nobody judged before: the statements the page is
    /// known for, MUST rules, and choices that nobody combined.
    fn order(&mut self, control: &Story, combining: &Combining) {
        let space = &combining.space;
        let mut pairs = Coverage::of(space, 2);
        let mut judged: HashSet<String> = HashSet::new();
        let mut known_for: BTreeSet<&str> = BTreeSet::new();
        let mut rest = std::mem::take(&mut self.tellings);
        while !rest.is_empty() {
            let values = rest.iter().map(|it| {
                let statements = it.known_for(space).difference(&known_for).count();
                value(it, &judged, control, statements, pairs.gain(space, &it.combined))
            });
            // The earlier one wins between equals.
            let best = values
                .enumerate()
                .max_by(|(left, one), (right, other)| one.total_cmp(other).then(right.cmp(left)));
            let telling = rest.remove(best.map_or(0, |(index, _)| index));
            for rule in telling.must.iter().chain(&telling.others) {
                judged.insert(rule.clone());
            }
            for request in &telling.combined {
                pairs.add(space, request);
            }
            known_for.extend(telling.known_for(space));
            self.tellings.push(telling);
        }
    }
}

/// What a statement that the page is known for counts for, where a MUST rule that nobody judged before counts 1. With
/// these weights the eight calls of a personal drive's hour are about all four.
const STATEMENT: f64 = 50.0;

/// Likewise a pair of choices that nobody combined before.
const PAIR: f64 = 2.0;

/// Likewise a rule that is no MUST.
const OTHER: f64 = 0.01;

#[expect(clippy::cast_precision_loss, reason = "a few hundred pairs, a handful of calls")]
fn value(
    telling: &Telling,
    judged: &HashSet<String>,
    control: &Story,
    statements: usize,
    pairs: usize,
) -> f64 {
    if judged.is_empty() && control.within(&telling.story).is_some() {
        // Among those that contain it, the one that judges most.
        return 1e6 + count(&telling.must, judged);
    }
    let gain = statements as f64 * STATEMENT
        + count(&telling.must, judged)
        + count(&telling.others, judged) * OTHER
        + pairs as f64 * PAIR;
    let cost = telling.create_link_calls() as f64;
    gain / cost.max(0.25)
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred rules")]
fn count(rules: &BTreeSet<String>, judged: &HashSet<String>) -> f64 {
    rules.iter().filter(|rule| !judged.contains(*rule)).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(lines: &[&str]) -> Story {
        let mut story = Story::default();
        story.make("a new file").unwrap();
        for line in lines {
            story.ask("the application", line).unwrap();
        }
        story
    }

    fn combining() -> Combining {
        let space = Space::of(crate::graph::Product::Personal);
        Combining { space, usual: "me", usual_scope: "anonymous" }
    }

    fn wanted(rule: &str, must: bool, lines: &[&str]) -> RequestedStory {
        let acts_told = (1..=lines.len() + 1).collect();
        let words = std::iter::once("a new file").chain(lines.iter().copied());
        let words = words.map(str::to_owned).collect();
        RequestedStory { story: story(lines), lines: words, acts_told, rule: rule.into(), must }
    }

    #[test]
    fn a_beginning_is_told_along_with_the_longer_story() {
        let control = story(&["a view link"]);
        let plan = Plan::new(
            vec![
                wanted("A", true, &["a view link"]),
                wanted("B", true, &["a view link", "the same link again"]),
                wanted("C", true, &["an edit link"]),
            ],
            &control,
            &combining(),
        );
        assert_eq!(plan.tellings.len(), 2);
        assert_eq!(plan.create_link_calls(), 3);
        assert_eq!(plan.tellings[0].ends, BTreeSet::from([2, 3]));
        assert_eq!(plan.place(&control), Some((0, vec![0, 1])));
    }

    #[test]
    fn shards_cost_about_the_same_and_tell_everything_once() {
        let kinds = ["a view link", "an edit link", "an embed link", "a view link for anyone"];
        let long = |first: usize, calls: usize| -> Vec<&str> {
            (0..calls).map(|call| kinds[(first + call) % 4]).collect()
        };
        let stories: Vec<Vec<&str>> =
            (0..4).flat_map(|first| (1..6).map(move |calls| long(first, calls))).collect();
        let rules: Vec<RequestedStory> = stories.iter().map(|it| wanted("R", true, it)).collect();
        let control = wanted("", false, &["a view link"]);
        let plan = Plan::new(rules, &control.story, &combining());
        for of in [1, 2, 3, 7, 40] {
            let shards: Vec<Plan> = (1..=of)
                .map(|part| plan.only(&plan.shard((part, of)), &control, &combining()))
                .collect();
            for shard in &shards {
                assert!(control.story.within(&shard.tellings[0].story).is_some(), "{of}");
            }
            let told =
                |it: &Telling| shards.iter().filter(|shard| shard.tellings.contains(it)).count();
            assert!(plan.tellings.iter().all(|it| told(it) == 1), "{of}");
            let most = plan.tellings.iter().map(Telling::cost).max().unwrap();
            let costs =
                shards.iter().map(|it| it.tellings.iter().map(Telling::cost).sum::<usize>());
            let (low, high) = (costs.clone().min().unwrap(), costs.max().unwrap());
            assert!(high - low <= most + control.story.acts.len() + 4, "{of}: {low} to {high}");
        }
    }

    #[test]
    fn what_judges_more_for_each_call_comes_first_and_a_budget_takes_what_fits() {
        let control = story(&["a view link"]);
        let plan = Plan::new(
            vec![
                wanted("S", false, &["a link of type \"one\""]),
                wanted("M", true, &["a link of type \"two\"", "a link of type \"one\""]),
                wanted("N", true, &["a link of type \"two\"", "a link of type \"one\""]),
                wanted("A", true, &["a view link"]),
            ],
            &control,
            &combining(),
        );
        let order: Vec<usize> = plan.tellings.iter().map(Telling::create_link_calls).collect();
        assert_eq!(order, [1, 2, 1]);
        let all = BTreeSet::from([0, 1, 2]);
        assert_eq!(plan.within(&all, 2), BTreeSet::from([0, 2]));
        assert_eq!(plan.within(&BTreeSet::from([1]), 2), BTreeSet::from([1]));
    }
}
