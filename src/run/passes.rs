//! From a target to a report: the three passes, one after the other.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use super::interactions::interactions;
use super::recording_file::{Header, ProductRecording};
use super::select::{Means, Selected, Selection};
use super::tell::{self, TellOptions};
use super::told_story::story_of;
use super::{Suite, judge};
use crate::drive::{OVER_BUDGET, Target};
use crate::graph::{Answer, Exchange, Purpose, Recording};
use crate::judge::{environment, status_text};
use crate::report::{
    CallerSummary, Report, ReportedExchange, RequestCount, RuleReport, SourceSummary,
    TargetSummary, Verdict,
};
use crate::rules::Catalogue;
use crate::story::Story;

/// Tells the selected stories on a target.
///
/// The exchanges are numbered from `first_number` on.
pub async fn record(
    suite: &Suite,
    selection: &Selection,
    target: &Target,
    how: &TellOptions,
    first_number: u32,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> ProductRecording {
    let selected = select_on(suite, selection, target);
    record_selected(suite, &selected, target, how, first_number, progress).await
}

/// What is selected with the means of a target.
pub fn select_on<'s>(suite: &'s Suite, selection: &Selection, target: &Target) -> Selected<'s> {
    let means = Means::of(target);
    match target.library {
        Some(_) => suite.select_through_library(selection, &means),
        None => suite.select(selection, &means),
    }
}

/// As [`record`], with what was selected for the means of the target before.
pub async fn record_selected(
    suite: &Suite,
    selected: &Selected<'_>,
    target: &Target,
    how: &TellOptions,
    first_number: u32,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> ProductRecording {
    let (started, clock) = (Timestamp::now(), Instant::now());
    let means = Means::of(target);
    let mut told = tell::tell(&selected.plan, target, how, progress).await;
    tell::number(&mut told.recordings, first_number);
    let (create_link, total) = target.wire.counts();
    let mut remarks: Vec<String> = refused_control(&told.recordings).into_iter().collect();
    if target.wire.is_read_only() {
        remarks.push(format!(
            "--read-only: {} stories need createLink and were not told; what rests on them was not judged.",
            told.not_wanted
        ));
    } else if how.budget.is_some() {
        remarks.push(format!(
            "createLink: {create_link} calls made, {} left in {} stories.",
            told.calls_left, told.over_budget
        ));
    }
    if !told.spoiled_twice.is_empty() {
        remarks.push(named_last(&told.spoiled_twice));
    }
    remarks.extend(target.wire.stopped().filter(|reason| reason != OVER_BUDGET));
    remarks.extend(target.wire.remarks());
    remarks.extend(handed_out(&target.journal.foreign()));
    remarks.extend(target.advice.iter().map(ToString::to_string));
    let header = Header {
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        target: TargetSummary {
            kind: target.kind.to_owned(),
            base_url: (target.kind != "mock").then(|| target.base.to_string()),
            product: Some(target.product),
        },
        depth: Some(selected.depth.name().to_owned()),
        drive_digest: (target.kind == "live").then(|| target.drive_digest()),
        requests: RequestCount { total, create_link },
        remarks,
        foreign: target.journal.foreign(),
        over_budget: told.over_budget,
        throttled: told.throttled,
        spoiled_twice: told.spoiled_twice,
        ..Header::new(suite.catalogue.digest.clone(), means, started)
    };
    ProductRecording { header, recordings: told.recordings }
}

/// Names the stories that nothing waits for any more.
fn named_last(stories: &[String]) -> String {
    const NAMED: usize = 3;
    let named = stories.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let more = match stories.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("Spoiled by the environment more than once, and told last: {named}{more}.")
}

/// Says in short what the service handed out that is not the run's.
fn handed_out(foreign: &[String]) -> Option<String> {
    let first = foreign.first()?;
    let more = match foreign.len() - 1 {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!("Not the run's: {first}{more}."))
}

impl Means {
    /// What a run on this target has to work with.
    pub fn of(target: &Target) -> Self {
        Self {
            product: target.product,
            tenant: target.tenant.clone(),
            identities: target.wire.wallet.identities().collect(),
            drive: (target.kind == "live").then(|| target.drive.kind().to_owned()),
            addresses: target.kinds_of_address(),
            unfit: target.unfit.clone(),
            no_browser: target.no_browser,
        }
    }
}

/// Says early and once when even the plainest request comes to nothing that rules could judge.
fn refused_control(recordings: &[Recording]) -> Option<String> {
    let granted = recordings
        .iter()
        .flat_map(|it| &it.exchanges)
        .filter(|it| it.purpose == Purpose::CreateLink)
        .filter_map(|it| it.answer())
        .any(|it| it.is_success() && no_permission(it).is_none());
    let first = recordings
        .first()?
        .exchanges
        .iter()
        .find(|it| it.purpose == Purpose::CreateLink && !it.retried)?;
    let came_to = match (environment(first), first.answer()) {
        (Some(reason), _) => reason,
        (None, Some(answer)) if answer.is_success() => {
            format!("{}, but {}", status_text(answer), no_permission(answer)?)
        }
        (None, Some(answer)) => status_text(answer),
        (None, None) => return None,
    };
    let body = first.request.body.as_deref().unwrap_or("no body");
    Some(if granted {
        format!(
            "The plainest request, {body}, was not granted ({came_to}); other requests were.{}",
            what_decides(recordings, first)
        )
    } else {
        format!(
            "No createLink call was granted. The plainest request, {body}, came to: {came_to}. \
             Rules that need a granted link could not be judged."
        )
    })
}

/// What the granted requests have in common and the plainest has not, in sentences: a service that refuses a
/// member, or insists on one, leaves most rules without a link.
fn what_decides(recordings: &[Recording], plainest: &Exchange) -> String {
    let names = |exchange: &Exchange| -> BTreeSet<String> {
        let members = exchange.request.members().into_iter().flatten();
        members.filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect()
    };
    let (granted, refused): (Vec<_>, Vec<_>) = recordings
        .iter()
        .flat_map(|it| &it.exchanges)
        .filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
        .filter_map(|it| Some((names(it), it.answer()?)))
        .partition(|(_, answer)| answer.is_success() && no_permission(answer).is_none());
    let having = |name: &String| refused.iter().filter(|(names, _)| names.contains(name)).count();
    let plain = names(plainest);
    let mut said = String::new();
    for name in plain.iter().filter(|name| !granted.iter().any(|(it, _)| it.contains(*name))) {
        let count = having(name);
        let _ = write!(said, " None of the {count} requests with \"{name}\" was granted.");
    }
    let everywhere =
        granted.iter().map(|(names, _)| names.clone()).reduce(|one, other| &one & &other);
    for name in everywhere.iter().flatten().filter(|name| !plain.contains(*name)) {
        let count = refused.len() - having(name);
        let _ = write!(said, " None of the {count} requests without \"{name}\" was granted.");
    }
    if !said.is_empty() {
        said.push_str(" Rules that need such a request granted could not be judged.");
    }
    said
}

/// Why an answer is no permission at all, whatever its status says; none when it is one.
fn no_permission(answer: &Answer) -> Option<String> {
    let kind = match answer.json() {
        Ok(Value::Object(members)) if members.contains_key("link") => return None,
        Ok(Value::Object(members)) if members.contains_key("value") => "a collection",
        Ok(Value::Object(_)) => "an object without link",
        Ok(Value::Null) => "null",
        Ok(Value::Array(_)) => "an array",
        Ok(_) => "no JSON object",
        Err(_) if answer.body.trim().is_empty() => "empty",
        Err(error) => return Some(format!("the body is no JSON ({error})")),
    };
    Some(format!("the body is {kind}, not a permission"))
}

/// Judges the recordings of one product.
pub async fn judge_recording(
    suite: &Suite,
    selection: &Selection,
    recorded: &ProductRecording,
) -> Vec<RuleReport> {
    let selected = suite.select(selection, &recorded.means());
    judge_selected(suite, &selected, recorded.clone()).await
}

/// As [`judge_recording`], by what was selected for the means of the run before.
pub async fn judge_selected(
    suite: &Suite,
    selected: &Selected<'_>,
    recorded: ProductRecording,
) -> Vec<RuleReport> {
    let means = recorded.means();
    let told: Vec<(Story, Recording)> = recorded
        .recordings
        .into_iter()
        .map(|recording| (story_of(&recording.lines), recording))
        .collect();
    judge::judge(suite, selected, &means, told).await
}

/// Puts the verdicts of several products into one report.
pub fn report(runs: &[(ProductRecording, Vec<RuleReport>)], suite: &Suite) -> Report {
    let several = runs.len() > 1;
    let first = runs.first().map(|(recorded, _)| &recorded.header);
    let mut remarks = Vec::new();
    for (recorded, _) in runs {
        for remark in &recorded.header.remarks {
            let remark = if several {
                format!("{}: {remark}", recorded.header.product)
            } else {
                remark.clone()
            };
            remarks.push(remark);
        }
    }
    let exchanges: Vec<ReportedExchange> =
        runs.iter().flat_map(|(recorded, _)| exchanges(recorded)).collect();
    let mut rules: Vec<RuleReport> = runs.iter().flat_map(|(_, rules)| rules.clone()).collect();
    // Of what others recorded only what shows something is kept.
    let kept: BTreeSet<u32> = exchanges.iter().map(|it| it.exchange.number).collect();
    for rule in &mut rules {
        rule.evidence.exchanges.retain(|it| kept.contains(it));
        rule.evidence.contradicting.retain(|it| kept.contains(it));
    }
    Report {
        linkspec: env!("CARGO_PKG_VERSION").to_owned(),
        complete: runs.iter().all(|(recorded, rules)| {
            recorded.header.over_budget == 0 && !recorded.header.throttled && !rules.is_empty()
        }),
        suite_digest: suite.catalogue.digest.clone(),
        sources: sources_of(&rules, &suite.catalogue),
        started: first.map_or(Timestamp::UNIX_EPOCH, |header| header.started),
        duration_ms: runs.iter().map(|(recorded, _)| recorded.header.duration_ms).sum(),
        target: TargetSummary {
            kind: first.map_or_else(String::new, |header| header.target.kind.clone()),
            base_url: first.and_then(|header| header.target.base_url.clone()),
            product: first.map(|header| header.product).filter(|_| !several),
        },
        caller: first.map_or_else(
            || CallerSummary { kind: "http".to_owned(), name: None, version: None },
            |header| header.caller.clone(),
        ),
        requests: RequestCount {
            total: runs.iter().map(|(recorded, _)| recorded.header.requests.total).sum(),
            create_link: runs
                .iter()
                .map(|(recorded, _)| recorded.header.requests.create_link)
                .sum(),
        },
        depth: first.and_then(|header| header.depth.clone()),
        interactions: interactions(runs),
        shard: None,
        remarks,
        left_behind: Vec::new(),
        foreign: runs.iter().flat_map(|(recorded, _)| recorded.header.foreign.clone()).collect(),
        resume: None,
        stale: Vec::new(),
        rules,
        exchanges,
        calls: Vec::new(),
    }
}

/// The pages that these rules rest on, in the order of `sources.toml`.
fn sources_of(rules: &[RuleReport], catalogue: &Catalogue) -> Vec<SourceSummary> {
    let named: BTreeSet<&str> = rules
        .iter()
        .filter_map(|rule| Some(catalogue.sources.find(&rule.source)?.0.name.as_str()))
        .collect();
    let used = catalogue.sources.list.iter().filter(|it| named.contains(it.name.as_str()));
    used.map(|source| SourceSummary {
        name: source.name.clone(),
        address: source.address.clone(),
        read: source.read,
        fingerprint: source.fingerprint(),
    })
    .collect()
}

fn exchanges(recorded: &ProductRecording) -> Vec<ReportedExchange> {
    recorded
        .recordings
        .iter()
        .flat_map(|recording| {
            let whole = (recording.lines.len() <= MOST_LINES).then(|| recording.lines.join(" / "));
            recording.exchanges.iter().map(move |exchange| ReportedExchange {
                exchange: exchange.clone(),
                story: whole.clone().unwrap_or_else(|| in_short(recording, exchange.act)),
                product: recorded.header.product,
            })
        })
        .collect()
}

/// A story is told beside each of its exchanges, so long ones would make a report grow with the square of what was
/// exchanged. Those that are told are shorter; what came by of one item may have thousands of lines.
const MOST_LINES: usize = 40;

/// What a story begins with, and the one line.
fn in_short(recording: &Recording, line: usize) -> String {
    let first = recording.lines.first().filter(|_| line > 0);
    let lines = first.into_iter().chain(recording.lines.get(line));
    lines.map(String::as_str).collect::<Vec<_>>().join(" / ")
}

/// Whether anything of a report was judged at all.
pub fn judged_anything(report: &Report) -> bool {
    report.count(Verdict::Pass) + report.count(Verdict::Fail) + report.count(Verdict::Warn) > 0
}
