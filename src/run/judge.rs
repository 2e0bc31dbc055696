//! The third pass: cucumber runs the scenarios, and their Then lines look at the recordings.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use cucumber::{Cucumber, cli, event, gherkin, parser, runner, writer};
use futures::{FutureExt as _, stream};

use super::Suite;
use super::read::key;
use super::select::{Means, Selected, place, speaks_of_disabled_links};
use crate::graph::{Conversation, Identity, Purpose, Recording};
use crate::judge::{Grounds, Judgement, Outcome, status_text};
use crate::report::{RestsOn, RuleReport, Ruling, Verdict};
use crate::rules::Rule;
use crate::steps::{self, RecordingPlace, Stage, StoryWorld};
use crate::story::{Plan, Story};

type Judgements = BTreeMap<(String, usize), Vec<(Judgement, Grounds)>>;

/// Judges recordings by the selected rules.
///
/// The same recordings, rules and means give the same result, in the same order.
pub async fn judge(
    suite: &Suite,
    selected: &Selected<'_>,
    means: &Means,
    told: Vec<(Story, Recording)>,
) -> Vec<RuleReport> {
    let proved = with_proof_of_disabled(selected, &told);
    let selected = proved.as_ref().unwrap_or(selected);
    let stage = stage(suite, selected, means, told);
    judge_on(suite, selected, means, stage).await
}

/// The same rules with the answer that proves that links for anyone are disabled, where that is declared.
fn with_proof_of_disabled<'s>(
    selected: &Selected<'s>,
    told: &[(Story, Recording)],
) -> Option<Selected<'s>> {
    if !selected.blocked.values().any(speaks_of_disabled_links) {
        return None;
    }
    let (rules, mut blocked) = (selected.rules.clone(), selected.blocked.clone());
    for outcome in blocked.values_mut().filter(|it| speaks_of_disabled_links(it)) {
        prove_disabled(outcome, told);
    }
    // What was to be told is told.
    let elsewhere = selected.elsewhere.clone();
    Some(Selected { rules, plan: Plan::default(), blocked, depth: selected.depth, elsewhere })
}

/// Shows the answer that proves that links for anyone are disabled.
fn prove_disabled(outcome: &mut Outcome, told: &[(Story, Recording)]) {
    let Outcome::NotApplicable { reason, exchanges } = outcome else { return };
    let refusal = told.iter().flat_map(|(_, it)| &it.exchanges).find(|exchange| {
        let members = exchange.request.members();
        let scope = members.as_ref().and_then(|it| it.get("scope")?.as_str());
        exchange.purpose == Purpose::CreateLink
            && exchange.identity == Identity::Owner
            && !exchange.retried
            && scope == Some("anonymous")
            && exchange.answer().is_some_and(|it| it.status == 403)
    });
    if let Some((exchange, answer)) = refusal.and_then(|it| Some((it, it.answer()?))) {
        reason.push_str(&format!(", and one was refused: {}", status_text(answer)));
        exchanges.push(exchange.number);
    }
}

/// Judges what a client library did by the selected rules: those with a story by its conversation, the others
/// by all that was heard.
pub async fn judge_conversations(
    suite: &Suite,
    selected: &Selected<'_>,
    means: &Means,
    conversations: Vec<(Story, Conversation)>,
    heard: Vec<Conversation>,
) -> Vec<RuleReport> {
    let stage = Stage { conversations, heard, ..Stage::default() };
    judge_on(suite, selected, means, stage).await
}

async fn judge_on(
    suite: &Suite,
    selected: &Selected<'_>,
    means: &Means,
    stage: Stage,
) -> Vec<RuleReport> {
    let stage = Arc::new(stage);
    let features = features_to_run(suite, selected, means);
    let judgements = run(features, &stage).await;
    selected.rules.iter().map(|rule| rule_report(rule, selected, means, &judgements)).collect()
}

fn stage(
    suite: &Suite,
    selected: &Selected<'_>,
    means: &Means,
    told: Vec<(Story, Recording)>,
) -> Stage {
    let (stories, run): (Vec<Story>, Vec<Recording>) = told.into_iter().unzip();
    let mut recordings = HashMap::new();
    for rule in &selected.rules {
        for scenario in &rule.scenarios {
            let story = suite.story(rule, scenario);
            if story.acts.is_empty() || recordings.contains_key(story) {
                continue;
            }
            let mut numbered = stories.iter().enumerate();
            let found = numbered.find_map(|(index, it)| Some((index, story.within(it)?)));
            if let Some((index, acts)) = found {
                let length = story.acts.len();
                // What was done with the links afterwards belongs to no line of the story.
                let is_all = run[index].exchanges.last().is_none_or(|it| it.act < length);
                let told = match stories[index].acts.len() == length && is_all {
                    true => RecordingPlace::Whole(index),
                    false => RecordingPlace::Part(run[index].of_acts(&acts)),
                };
                recordings.insert(story.clone(), told);
            }
        }
    }
    Stage {
        recordings,
        run,
        product: Some(means.product),
        tenant: means.tenant.clone(),
        ..Stage::default()
    }
}

/// The features less everything that is not to be run.
fn features_to_run(suite: &Suite, selected: &Selected<'_>, means: &Means) -> Vec<gherkin::Feature> {
    let mut features = Vec::new();
    for feature in &suite.catalogue.features {
        let mut kept = feature.clone();
        let file = feature.path.as_ref().map(|it| it.to_string_lossy().into_owned());
        for rule in &mut kept.rules {
            let known = selected.rules.iter().find(|it| {
                Some(it.file.as_str()) == file.as_deref() && it.line == rule.position.line
            });
            let Some(known) = known else {
                rule.scenarios.clear();
                continue;
            };
            rule.scenarios.retain(|scenario| {
                let line = scenario.position.line;
                known.scenarios.iter().any(|it| {
                    it.line == line
                        && selected.takes(known, it, means.product)
                        && !selected.blocked.contains_key(&(known.file.clone(), line))
                })
            });
        }
        kept.rules.retain(|rule| !rule.scenarios.is_empty());
        if !kept.rules.is_empty() {
            features.push(kept);
        }
    }
    features
}

/// Hands cucumber the features as they are.
struct Given;

impl cucumber::Parser<Vec<gherkin::Feature>> for Given {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<gherkin::Feature>>>;

    fn parse(self, input: Vec<gherkin::Feature>, _: cli::Empty) -> Self::Output {
        stream::iter(input.into_iter().map(Ok).collect::<Vec<_>>())
    }
}

/// The verdicts come from the judgements; what is left to hear is a step that broke down.
struct Silent;

impl cucumber::Writer<StoryWorld> for Silent {
    type Cli = cli::Empty;

    async fn handle_event(
        &mut self,
        _: parser::Result<cucumber::Event<event::Cucumber<StoryWorld>>>,
        _: &cli::Empty,
    ) {
    }
}

impl writer::Normalized for Silent {}

async fn run(features: Vec<gherkin::Feature>, stage: &Arc<Stage>) -> Judgements {
    let judgements: Arc<Mutex<Judgements>> = Arc::default();
    let (entered, collected) = (Arc::clone(stage), Arc::clone(&judgements));
    let keys = Rc::new(key);
    let options = cli::Opts::<cli::Empty, runner::basic::Cli, cli::Empty> {
        runner: runner::basic::Cli { concurrency: Some(1), ..runner::basic::Cli::default() },
        ..cli::Opts::default()
    };
    let _ = Cucumber::<StoryWorld, _, &str, _, _>::new()
        .steps(steps::remembering())
        .with_parser::<_, Vec<gherkin::Feature>>(Given)
        .before(move |_, _, _, world| {
            world.enter(&entered);
            std::future::ready(()).boxed_local()
        })
        .after(move |feature, _, scenario, finished, world| {
            let found = world.map(|it| {
                std::iter::zip(std::mem::take(&mut it.judgements), std::mem::take(&mut it.grounds))
            });
            let mut found: Vec<(Judgement, Grounds)> = found.into_iter().flatten().collect();
            if !matches!(finished, event::ScenarioFinished::StepPassed) {
                let failed = Outcome::inconclusive(
                    "linkspec itself failed while judging this scenario; please report it",
                    [],
                );
                found.push((Err(failed), Grounds::default()));
            }
            let mut all = collected.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(keys(feature, scenario), found);
            std::future::ready(()).boxed_local()
        })
        .with_writer(Silent)
        .with_cli(options)
        .run(features)
        .await;
    let judgements = judgements.lock().unwrap_or_else(PoisonError::into_inner);
    judgements.clone()
}

/// The names of a rule's scenarios; the rows of an outline share theirs.
fn names_of(rule: &Rule) -> Vec<String> {
    let mut names: Vec<String> = rule.scenarios.iter().map(|it| it.name.clone()).collect();
    names.dedup();
    names
}

fn rule_report(
    rule: &Rule,
    selected: &Selected<'_>,
    means: &Means,
    judgements: &Judgements,
) -> RuleReport {
    let ruling = if rule.products.contains(&means.product) {
        let rulings = rule
            .scenarios
            .iter()
            .filter(|scenario| selected.takes(rule, scenario, means.product))
            .filter_map(|scenario| {
                let place = place(rule, scenario);
                match selected.blocked.get(&place) {
                    Some(outcome) => Some(Ruling::of(&Err(outcome.clone()), rule.level)),
                    None => {
                        judgements.get(&place).map(|found| Ruling::of_scenario(found, rule.level))
                    }
                }
            })
            .collect();
        Ruling::of_rule(rulings)
    } else {
        None
    };
    let ruling = ruling.unwrap_or_else(|| Ruling {
        verdict: Verdict::NotApplicable,
        reason: Some(format!(
            "the rule speaks of {}",
            rule.products.iter().map(|it| it.name()).collect::<Vec<_>>().join(" and ")
        )),
        expected: None,
        actual: None,
        exchanges: Vec::new(),
        grounds: Grounds::default(),
    });
    let evidence = RestsOn::of(&ruling);
    RuleReport {
        id: rule.id.clone(),
        level: rule.level,
        title: rule.title.clone(),
        product: means.product,
        verdict: ruling.verdict,
        reason: ruling.reason,
        expected: ruling.expected,
        actual: ruling.actual,
        basis: rule.basis,
        phrase: rule.phrase.clone(),
        source: rule.source.clone(),
        url: rule.url.clone(),
        note: rule.note.clone(),
        feature: format!("features/{}:{}", rule.file, rule.line),
        scenarios: names_of(rule),
        exchanges: ruling.exchanges,
        evidence,
        reproduce: None,
        known: None,
    }
}
