//! SARIF 2.1.0, so that broken rules show in a code review, at their line of the feature.

use serde_json::{Value, json};

use super::transcript::transcript;
use super::{Report, RuleReport, Verdict, curl};

/// The SARIF report.
///
/// Results are what is broken. A known failure is a suppressed result. What could not be judged is no
/// finding about the service: it becomes a notification of the run, which counts as unsuccessful when it did
/// not come to its end.
pub fn render(report: &Report) -> String {
    let mut rules: Vec<&RuleReport> = Vec::new();
    for rule in &report.rules {
        if !rules.iter().any(|it| it.id == rule.id) {
            rules.push(rule);
        }
    }
    let index = |rule: &RuleReport| rules.iter().position(|it| it.id == rule.id);
    let results: Vec<Value> = report
        .rules
        .iter()
        .filter(|rule| matches!(rule.verdict, Verdict::Fail | Verdict::Warn))
        .map(|rule| result(report, rule, index(rule)))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "linkspec",
                "semanticVersion": report.linkspec,
                "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": report.complete,
                "startTimeUtc": report.started.to_string(),
                "toolExecutionNotifications": notifications(report),
            }],
            "originalUriBaseIds": {
                "SRCROOT": {"description": {"text": "The folder that holds features/."}}
            },
            "columnKind": "unicodeCodePoints",
            "properties": {"suiteDigest": report.suite_digest, "target": report.target},
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn described(rule: &RuleReport) -> Value {
    let mut help = format!("{}: \"{}\"\n{}", rule.source, rule.phrase, rule.url);
    if !rule.note.trim().is_empty() {
        help.push_str(&format!("\n{}", rule.note.trim()));
    }
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": format!("{} ({})", rule.title, rule.level.name().to_uppercase())},
        "helpUri": rule.url,
        "help": {"text": help},
        "defaultConfiguration": {"level": if rule.verdict == Verdict::Warn { "warning" } else { level(rule) }},
        "properties": {"tags": [rule.level.name()]},
    })
}

fn level(rule: &RuleReport) -> &'static str {
    use crate::spec::Level;
    match rule.level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May | Level::Info => "note",
    }
}

fn result(report: &Report, rule: &RuleReport, index: Option<usize>) -> Value {
    let reason = rule.reason.as_deref().unwrap_or("the rule is broken");
    let mut message = format!("{} on {}: {}. {reason}", rule.id, rule.product, rule.title);
    for reported in rule.exchanges.iter().take(2).filter_map(|number| report.exchange(*number)) {
        message.push_str(&format!(
            "\n\nExchange {}:\n{}\n\n{}",
            reported.exchange.number,
            transcript(&reported.exchange),
            curl(&reported.exchange)
        ));
    }
    let mut result = json!({
        "ruleId": rule.id,
        "ruleIndex": index,
        "kind": "fail",
        "level": if rule.verdict == Verdict::Fail { "error" } else { "warning" },
        "message": {"text": message},
        "locations": [location(rule)],
        "partialFingerprints": {
            // Not the line: adding a rule above must not make an old finding a new one.
            "linkspecRuleAndProduct/v1": format!("{}/{}", rule.id, rule.product),
        },
        "properties": {
            "product": rule.product,
            "verdict": rule.verdict,
            "expected": rule.expected,
            "actual": rule.actual,
            "exchanges": rule.exchanges,
        },
    });
    if let Some(known) = &rule.known {
        result["suppressions"] = json!([{"kind": "external", "justification": known}]);
    }
    result
}

fn location(rule: &RuleReport) -> Value {
    let (file, line) = match rule.feature.rsplit_once(':') {
        Some((file, line)) => (file, line.parse::<u32>().unwrap_or(1).max(1)),
        None => (rule.feature.as_str(), 1),
    };
    json!({"physicalLocation": {
        "artifactLocation": {"uri": file.replace(' ', "%20"), "uriBaseId": "SRCROOT"},
        "region": {"startLine": line},
    }})
}

fn notifications(report: &Report) -> Vec<Value> {
    let plain = |level: &str, text: &str| json!({"level": level, "message": {"text": text}});
    let mut notifications: Vec<Value> =
        report.remarks.iter().map(|remark| plain("note", remark)).collect();
    if !report.complete {
        notifications.push(plain("error", "The run stopped before its end."));
    }
    if !report.judges_a_must() {
        notifications.push(plain("error", "No MUST rule was judged: this run proves nothing."));
    }
    for stale in &report.stale {
        let text = format!("{} on {} (--known): {}", stale.id, stale.product, stale.message);
        notifications.push(plain("error", &text));
    }
    for rule in report.rules.iter().filter(|rule| rule.verdict == Verdict::Inconclusive) {
        notifications.push(json!({
            "level": "warning",
            "associatedRule": {"id": rule.id},
            "message": {"text": format!(
                "{} on {} could not be judged: {}",
                rule.id,
                rule.product,
                rule.reason.as_deref().unwrap_or("no reason was recorded")
            )},
        }));
    }
    notifications
}
