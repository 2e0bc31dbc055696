//! Which rules a run has to be asked for, so that a finding shows again.
//!
//! A rule about every answer has no story of its own: what broke it was told for another rule, which then has to be
//! asked for beside it. Whether that is enough is not guessed: the recordings are judged again, with nothing but what
//! such a run would tell.

use std::collections::BTreeSet;

use super::Suite;
use super::passes::judge_selected;
use super::recording_file::ProductRecording;
use super::select::{Selected, Selection};
use crate::graph::Recording;
use crate::report::{Report, RuleReport, Verdict};
use crate::steps::StoryWorld;
use crate::story::Story;

/// The most findings whose narrowed run is tried out; a service that answers everything alike breaks a hundred rules
/// in one way.
const TRIED: usize = 24;

/// The ids to ask for, for each finding of a product that a narrower run shows again.
pub struct Narrowed {
    /// The rule.
    pub id: String,
    /// What to ask for: the rule itself first. Empty when it takes the whole run.
    pub ids: Vec<String>,
}

/// Finds for each broken rule of a product the rules to ask for.
pub async fn narrowed(
    suite: &Suite,
    selection: &Selection,
    recorded: &ProductRecording,
    rules: &[RuleReport],
) -> Vec<Narrowed> {
    let means = recorded.means();
    let whole = suite.select(selection, &means);
    let told: Vec<(Story, &Recording)> =
        recorded.recordings.iter().map(|it| (StoryWorld::write_down(&it.lines), it)).collect();
    let broken =
        rules.iter().filter(|it| is_finding(it) && whole.rules.iter().any(|rule| rule.id == it.id));
    let mut found = Vec::new();
    for (index, rule) in broken.enumerate() {
        let alone = vec![rule.id.clone()];
        let mut with_story = alone.clone();
        with_story.extend(tellers(suite, &whole, &told, rule));
        if index >= TRIED {
            found.push(Narrowed { id: rule.id.clone(), ids: with_story });
            continue;
        }
        let mut candidates = vec![alone];
        if with_story.len() > 1 {
            candidates.push(with_story);
        }
        let mut ids = Vec::new();
        for candidate in candidates {
            if shows_again(suite, &candidate, recorded, &told, rule).await {
                ids = candidate;
                break;
            }
        }
        found.push(Narrowed { id: rule.id.clone(), ids });
    }
    found
}

/// Whether an entry is one that somebody would file.
fn is_finding(rule: &RuleReport) -> bool {
    matches!(rule.verdict, Verdict::Fail | Verdict::Warn)
}

/// For each exchange that shows a finding the rule whose own story tells it with the fewest calls.
fn tellers(
    suite: &Suite,
    whole: &Selected<'_>,
    told: &[(Story, &Recording)],
    finding: &RuleReport,
) -> BTreeSet<String> {
    let evidence = &finding.evidence.contradicting;
    let numbers = if evidence.is_empty() { &finding.exchanges } else { evidence };
    let mut tellers = BTreeSet::new();
    for number in numbers {
        let place = told.iter().find_map(|(story, recording)| {
            let exchange = recording.exchanges.iter().find(|it| it.number == *number)?;
            Some((story, exchange.act))
        });
        let Some((story, act)) = place else { continue };
        let stories = whole.rules.iter().flat_map(|rule| {
            rule.scenarios.iter().map(move |scenario| (rule, suite.story(rule, scenario)))
        });
        let shortest = stories
            .filter(|(_, own)| own.within(story).is_some_and(|acts| acts.contains(&act)))
            .min_by_key(|(rule, own)| (rule.id != finding.id, own.create_link_calls()));
        tellers.extend(shortest.map(|(rule, _)| rule.id.clone()));
    }
    tellers.remove(&finding.id);
    tellers
}

/// Judges what a run for these rules would have told.
async fn shows_again(
    suite: &Suite,
    ids: &[String],
    recorded: &ProductRecording,
    told: &[(Story, &Recording)],
    finding: &RuleReport,
) -> bool {
    let selection = Selection { ids: ids.iter().cloned().collect(), ..Selection::default() };
    let selected = suite.select(&selection, &recorded.means());
    let mut narrowed = ProductRecording { recordings: Vec::new(), ..recorded.clone() };
    for telling in &selected.plan.tellings {
        let found = told
            .iter()
            .find_map(|(story, recording)| Some((story, recording, telling.story.within(story)?)));
        let Some((story, recording, acts)) = found else { continue };
        narrowed.recordings.push(if story.acts.len() == acts.len() {
            (*recording).clone()
        } else {
            Recording { lines: telling.lines.clone(), ..recording.of_acts(&acts) }
        });
    }
    let again = judge_selected(suite, &selected, narrowed).await;
    again.iter().any(|it| it.id == finding.id && it.verdict == finding.verdict)
}

/// Writes a line beside each finding of a report; `line` makes it from the product and the ids to ask for.
pub fn note_reproduction(
    report: &mut Report,
    narrowed: &[(crate::graph::Product, Vec<Narrowed>)],
    line: &dyn Fn(crate::graph::Product, &[String]) -> String,
) {
    for rule in report.rules.iter_mut().filter(|it| is_finding(it)) {
        let of_product = narrowed.iter().find(|(product, _)| *product == rule.product);
        let found = of_product.and_then(|(_, all)| all.iter().find(|it| it.id == rule.id));
        let alone = [rule.id.clone()];
        let ids = found.map_or(alone.as_slice(), |it| it.ids.as_slice());
        rule.reproduce = Some(line(rule.product, ids));
    }
}
