//! Several reports as one: shards of a run, or a run that was stopped and gone on with.

use std::collections::{BTreeMap, BTreeSet};

use super::{Interactions, Report, ReportedCall, RuleReport, TargetSummary, Verdict};
use crate::graph::Product;

/// How reports belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Parts of one run, in any order: complete when all of them are.
    Shards,
    /// A run and what it was gone on with, in order: complete when the last one is.
    Resumed,
}

/// Why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no report to merge")]
    Nothing,
    /// They are not each of the shards once.
    #[error("the reports are not each of the {of} shards once: {what}")]
    Shards {
        /// Of how many shards they are.
        of: String,
        /// Which are missing, doubled, or of another count.
        what: String,
    },
    /// They do not speak of the same thing.
    #[error(
        "the reports do not belong together: {what} is \"{first}\" in the first and \"{other}\" in number {number}"
    )]
    Different {
        /// What differs.
        what: &'static str,
        /// Its value in the first report.
        first: String,
        /// Its value in another.
        other: String,
        /// Which one, from 1.
        number: usize,
    },
}

/// Adds what is not there yet.
fn add_new<T: PartialEq + Clone>(all: &mut Vec<T>, more: &[T]) {
    for it in more {
        if !all.contains(it) {
            all.push(it.clone());
        }
    }
}

/// Merges reports.
///
/// Of several entries for a rule and product the gravest judged one wins, and any judged one wins over one
/// that was not run or was inconclusive, except between shards: one that is open there wins over one that holds.
/// Exchanges are numbered anew, in the order of the reports.
///
/// # Errors
/// When the reports rest on different features, judge different targets, or are not each shard of a run once.
pub fn merge(reports: &[Report], together: Together) -> Result<Report, MergeError> {
    let (first, last) = match reports {
        [] => return Err(MergeError::Nothing),
        [only] => (only, only),
        [first, .., last] => (first, last),
    };
    for (index, other) in reports.iter().enumerate().skip(1) {
        same(first, other, index + 1)?;
    }
    let shard = match together {
        Together::Shards => one_of_all_shards(reports)?,
        Together::Resumed => first.shard.clone(),
    };
    let mut merged = Report {
        complete: match together {
            Together::Shards => reports.iter().all(|report| report.complete),
            Together::Resumed => last.complete,
        },
        sources: Vec::new(),
        started: reports.iter().map(|report| report.started).min().unwrap_or(first.started),
        duration_ms: reports.iter().map(|report| report.duration_ms).sum(),
        target: TargetSummary { product: one_product(reports), ..first.target.clone() },
        shard,
        remarks: Vec::new(),
        left_behind: reports.iter().flat_map(|report| report.left_behind.clone()).collect(),
        foreign: reports.iter().flat_map(|report| report.foreign.clone()).collect(),
        resume: last.resume.clone(),
        stale: Vec::new(),
        rules: Vec::new(),
        exchanges: Vec::new(),
        calls: Vec::new(),
        interactions: Interactions::together(reports.iter().map(|it| it.interactions.as_ref())),
        ..first.clone()
    };
    merged.requests.total = reports.iter().map(|report| report.requests.total).sum();
    merged.requests.create_link = reports.iter().map(|report| report.requests.create_link).sum();
    let of_shards = together == Together::Shards && first.shard.is_some();
    for report in reports {
        add(&mut merged, report, of_shards);
    }
    // The order of a run: by product, then as the features have it.
    merged.rules.sort_by_key(|rule| {
        let (file, line) = rule.feature.rsplit_once(':').unwrap_or((&rule.feature, "0"));
        (rule.product, file.to_owned(), line.parse::<usize>().unwrap_or(0))
    });
    Ok(merged)
}

/// Whether reports of shards are all there are, each once: what is missing would not be missed. One that is merged
/// alone stays the shard it is; all of them together are none.
fn one_of_all_shards(reports: &[Report]) -> Result<Option<String>, MergeError> {
    let [_, _, ..] = reports else {
        return Ok(reports.first().and_then(|report| report.shard.clone()));
    };
    let Some(first) = reports.iter().find_map(|report| report.shard.as_deref()) else {
        return Ok(None);
    };
    let of = first.split_once('/').map_or(first, |(_, of)| of);
    let wrong = |what: String| Err(MergeError::Shards { of: of.to_owned(), what });
    let count: usize = of.parse().unwrap_or(0);
    let mut seen = BTreeSet::new();
    for (number, report) in (1..).zip(reports) {
        let Some(shard) = report.shard.as_deref() else {
            return wrong(format!("number {number} is no shard"));
        };
        let part = shard.split_once('/').filter(|(_, total)| *total == of);
        match part.and_then(|(part, _)| part.parse::<usize>().ok()) {
            Some(part) if (1..=count).contains(&part) => {
                if !seen.insert(part) {
                    return wrong(format!("{shard} is there twice"));
                }
            }
            _ => return wrong(format!("number {number} is {shard}")),
        }
    }
    // A number of shards that nobody can have run is not counted through.
    let missing: Vec<String> = (1..=count)
        .filter(|part| !seen.contains(part))
        .take(5)
        .map(|part| format!("{part}/{of}"))
        .collect();
    if !missing.is_empty() {
        return wrong(format!("{} is missing", missing.join(", ")));
    }
    Ok(None)
}

fn same(first: &Report, other: &Report, number: usize) -> Result<(), MergeError> {
    let caller = |report: &Report| {
        let caller = &report.caller;
        [Some(&caller.kind), caller.name.as_ref(), caller.version.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let base_url = |report: &Report| report.target.base_url.clone().unwrap_or_default();
    let facts = [
        ("suite_digest", first.suite_digest.clone(), other.suite_digest.clone()),
        ("linkspec", first.linkspec.clone(), other.linkspec.clone()),
        ("target.kind", first.target.kind.clone(), other.target.kind.clone()),
        ("target.base_url", base_url(first), base_url(other)),
        ("caller", caller(first), caller(other)),
    ];
    match facts.into_iter().find(|(_, first, other)| first != other) {
        None => Ok(()),
        Some((what, first, other)) => Err(MergeError::Different { what, first, other, number }),
    }
}

fn one_product(reports: &[Report]) -> Option<Product> {
    let product = reports.first()?.target.product?;
    reports.iter().all(|report| report.target.product == Some(product)).then_some(product)
}

fn add(merged: &mut Report, report: &Report, of_shards: bool) {
    let first = merged.exchanges.last().map_or(1, |last| last.exchange.number + 1);
    let mut numbers = BTreeMap::new();
    for (number, reported) in (first..).zip(&report.exchanges) {
        let mut reported = reported.clone();
        numbers.insert(reported.exchange.number, number);
        reported.exchange.number = number;
        merged.exchanges.push(reported);
    }
    for rule in &report.rules {
        let mut rule = rule.clone();
        let evidence = &mut rule.evidence;
        for named in [&mut rule.exchanges, &mut evidence.exchanges, &mut evidence.contradicting] {
            *named = named.iter().filter_map(|it| numbers.get(it).copied()).collect();
        }
        let same = |it: &&mut RuleReport| it.id == rule.id && it.product == rule.product;
        match merged.rules.iter_mut().find(same) {
            None => merged.rules.push(rule),
            Some(earlier) => join(earlier, rule, of_shards),
        }
    }
    for call in &report.calls {
        let wire = call.wire.iter().filter_map(|it| numbers.get(it).copied()).collect();
        merged.calls.push(ReportedCall { wire, ..call.clone() });
    }
    add_new(&mut merged.sources, &report.sources);
    add_new(&mut merged.remarks, &report.remarks);
    add_new(&mut merged.stale, &report.stale);
}

/// Keeps the weightier of two entries. Between equals the first speaks, with the evidence of both.
fn join(earlier: &mut RuleReport, later: RuleReport, of_shards: bool) {
    let mut scenarios = std::mem::take(&mut earlier.scenarios);
    scenarios.extend(
        later.scenarios.iter().filter(|it| !scenarios.contains(it)).cloned().collect::<Vec<_>>(),
    );
    match weight(&later, of_shards).cmp(&weight(earlier, of_shards)) {
        std::cmp::Ordering::Greater => *earlier = later,
        std::cmp::Ordering::Equal => {
            earlier.exchanges.extend(later.exchanges);
            earlier.evidence.join(later.evidence);
        }
        std::cmp::Ordering::Less => {}
    }
    earlier.scenarios = scenarios;
}

/// What a shard could not judge is not judged by another one, which told other stories. What a round could not judge
/// the next one may have.
fn weight(rule: &RuleReport, of_shards: bool) -> (u8, bool) {
    let verdict = match rule.verdict {
        Verdict::Fail => 7,
        Verdict::Warn => 6,
        Verdict::Inconclusive if of_shards => 5,
        Verdict::Pass => 4,
        Verdict::Observed => 3,
        Verdict::NotApplicable => 2,
        Verdict::Inconclusive => 1,
        Verdict::NotRun => 0,
    };
    // A failure nobody knows of is graver than a known one.
    (verdict, rule.known.is_none())
}
