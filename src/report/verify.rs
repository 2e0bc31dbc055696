//! Whether a JSON report can be believed: whole, consistent, and about the rules it claims to be about.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Report, RuleReport, Verdict, json};
use crate::graph::Purpose;
use crate::rules::{Catalogue, Level};

/// The most violations of the schema that are named.
const NAMED: usize = 10;

/// What is wrong with a report; empty when nothing is.
///
/// With a catalogue the report must rest on these very features, and judge each of their rules that is not
/// about clients alone.
pub fn verify(text: &str, catalogue: Option<&Catalogue>) -> Vec<String> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return vec![format!("this is no JSON: {error}")],
    };
    let mut problems = schema_problems(&value);
    if !problems.is_empty() {
        return problems;
    }
    let report = match json::read(text) {
        Ok(report) => report,
        Err(error) => return vec![format!("this is no report: {error}")],
    };
    if !report.complete {
        problems.push("the run did not come to its end (complete is false)".to_owned());
    }
    if let Some(shard) = &report.shard {
        problems
            .push(format!("this is shard {shard} of a run and not the whole: merge all of them"));
    }
    if !report.judges_a_must() {
        problems.push("no MUST rule was judged: the report proves nothing".to_owned());
    }
    entry_problems(&report, &mut problems);
    exchange_problems(&report, &mut problems);
    if let Some(catalogue) = catalogue {
        suite_problems(&report, catalogue, &mut problems);
    }
    problems
}

fn schema_problems(value: &Value) -> Vec<String> {
    static VALIDATOR: OnceLock<Option<jsonschema::Validator>> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let schema: Value = serde_json::from_str(json::SCHEMA).ok()?;
        jsonschema::validator_for(&schema).ok()
    });
    // A test compiles the schema; should it ever not compile, nothing is verified.
    let Some(validator) = validator else {
        return vec!["linkspec's own schema of reports is broken; please report it".to_owned()];
    };
    let mut errors = validator.iter_errors(value);
    let mut problems: Vec<String> = errors
        .by_ref()
        .take(NAMED)
        .map(|error| format!("at \"{}\": {error}", error.instance_path()))
        .collect();
    let more = errors.count();
    if more > 0 {
        problems.push(format!("and {more} more violations of the schema"));
    }
    problems
}

fn entry_problems(report: &Report, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for rule in &report.rules {
        let name = format!("{} on {}", rule.id, rule.product);
        if !seen.insert((&rule.id, rule.product)) {
            problems.push(format!("{name} has more than one entry"));
        }
        if !fits(rule) {
            let level = rule.level;
            problems.push(format!("{name} cannot come to {}: it is a {level} rule", rule.verdict));
        }
        if report.target.product.is_some_and(|product| product != rule.product) {
            problems.push(format!("{name} is not about the product of the run"));
        }
        for number in &rule.exchanges {
            match report.exchange(*number) {
                None => problems.push(format!("{name} names exchange {number}, which is missing")),
                Some(reported) if reported.product != rule.product => problems
                    .push(format!("{name} names exchange {number}, which is of another product")),
                Some(_) => {}
            }
        }
    }
}

/// Whether a level can come to a verdict.
fn fits(rule: &RuleReport) -> bool {
    match rule.verdict {
        Verdict::Fail => rule.level == Level::Must,
        Verdict::Warn | Verdict::Pass => {
            matches!(rule.level, Level::Must | Level::Should) || rule.verdict == Verdict::Warn
        }
        Verdict::Observed => matches!(rule.level, Level::May | Level::Info),
        Verdict::Inconclusive | Verdict::NotRun | Verdict::NotApplicable => true,
    }
}

fn exchange_problems(report: &Report, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for reported in &report.exchanges {
        if !seen.insert(reported.exchange.number) {
            problems.push(format!("exchange {} is there twice", reported.exchange.number));
        }
    }
    let to_create_link = report
        .exchanges
        .iter()
        .filter(|reported| reported.exchange.purpose == Purpose::CreateLink)
        .count();
    let counts = report.requests;
    // Set-up and clean-up are counted and not recorded, so there may be more requests than exchanges.
    if report.exchanges.len() > counts.total as usize {
        let recorded = report.exchanges.len();
        problems.push(format!("{recorded} exchanges, but only {} requests", counts.total));
    }
    if to_create_link > counts.create_link as usize || counts.create_link > counts.total {
        problems.push(format!(
            "{to_create_link} createLink exchanges, {} createLink requests and {} requests in all do \
             not fit",
            counts.create_link, counts.total
        ));
    }
}

fn suite_problems(report: &Report, catalogue: &Catalogue, problems: &mut Vec<String>) {
    if report.suite_digest != catalogue.digest {
        problems.push(format!(
            "the report rests on other features (digest {}) than these (digest {})",
            report.suite_digest, catalogue.digest
        ));
        return;
    }
    for entry in &report.rules {
        match catalogue.rule(&entry.id) {
            None => problems.push(format!("there is no rule {}", entry.id)),
            Some(rule) if rule.level != entry.level || rule.title != entry.title => {
                problems.push(format!("{} does not say what the rule says", entry.id));
            }
            Some(_) => {}
        }
    }
    let products: BTreeSet<_> = report.rules.iter().map(|entry| entry.product).collect();
    for product in products {
        let missing: Vec<&str> = catalogue
            .rules
            .iter()
            .filter(|rule| !rule.on_requests && rule.products.contains(&product))
            .filter(|rule| !report.rules.iter().any(|it| it.id == rule.id && it.product == product))
            .map(|rule| rule.id.as_str())
            .collect();
        if !missing.is_empty() {
            problems.push(format!(
                "not all rules were part of the run on {product}: {} missing ({})",
                missing.len(),
                missing.join(", ")
            ));
        }
    }
}
