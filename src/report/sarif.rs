//! SARIF 2.1.0, so that broken rules show in a code review, at their line of the feature.

use serde_json::{Value, json};

use super::wording::{circumstances, step};
use super::{Report, RuleReport, Verdict, cause, curl};
use crate::graph::{Reply, Request};

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
            "properties": {
                "suiteDigest": report.suite_digest,
                "target": report.target,
                "products": report.products(),
                "circumstances": circumstances(report),
            },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn described(rule: &RuleReport) -> Value {
    let mut help = format!("{}: {}\n{}", rule.source, rule.grounds(), rule.url);
    if !rule.note.trim().is_empty() {
        help.push_str(&format!("\n{}", rule.note.trim()));
    }
    json!({
        "id": rule.id,
        "shortDescription": {"text": text(&rule.title)},
        "fullDescription": {"text": text(&format!("{} ({})", rule.title, rule.level.name().to_uppercase()))},
        "helpUri": rule.url,
        "help": {"text": text(&help)},
        "defaultConfiguration": {"level": if rule.verdict == Verdict::Warn { "warning" } else { level(rule) }},
        "properties": {"tags": [rule.level.name()], "basis": rule.basis},
    })
}

fn level(rule: &RuleReport) -> &'static str {
    use crate::rules::Level;
    match rule.level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May | Level::Info => "note",
    }
}

fn result(report: &Report, rule: &RuleReport, index: Option<usize>) -> Value {
    let reason = rule.reason.as_deref().unwrap_or("the rule is broken");
    let message = format!("{} on {}: {}. {reason}", rule.id, rule.product, rule.title);
    // Of several the last: that is where the rule broke, the others led up to it.
    let contradicting = cause::contradicting(rule);
    let shown = contradicting.iter().rev().find_map(|number| report.exchange(*number));
    let mut result = json!({
        "ruleId": rule.id,
        "ruleIndex": index,
        "kind": "fail",
        "level": if rule.verdict == Verdict::Fail { "error" } else { "warning" },
        "message": {"text": text(&message)},
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
            "contradicting": contradicting,
            "answers": rule.evidence.answers,
            "step": shown.map(|reported| step(reported).0),
            "reproduce": rule.reproduce,
            "overTheWire": shown.map(|reported| curl(&reported.exchange, report.home())),
        },
    });
    if let Some(reported) = shown {
        result["webRequest"] = web_request(&reported.exchange.request);
        result["webResponse"] = web_response(&reported.exchange.answer);
    }
    if let Some(known) = &rule.known {
        result["suppressions"] = json!([{"kind": "external", "justification": known}]);
    }
    result
}

/// A message string: braces mean placeholders there, unless they are doubled.
fn text(plain: &str) -> String {
    plain.replace('{', "{{").replace('}', "}}")
}

fn web_request(request: &Request) -> Value {
    let mut members = json!({
        "protocol": "http",
        "method": request.method,
        "target": request.url,
        "headers": headers(&request.headers),
    });
    if let Some(body) = &request.body {
        members["body"] = json!({"text": body});
    }
    members
}

fn web_response(reply: &Reply) -> Value {
    match reply {
        Reply::Nothing(failure) => {
            json!({"noResponseReceived": true, "reasonPhrase": failure.detail})
        }
        Reply::Answer(answer) => json!({
            "protocol": "http",
            "statusCode": answer.status,
            "headers": headers(&answer.headers),
            "body": {"text": answer.body},
        }),
    }
}

/// Header fields by name; those of one name are joined, as HTTP allows.
fn headers(fields: &[(String, String)]) -> Value {
    let mut members = serde_json::Map::new();
    for (name, value) in fields {
        let joined = match members.get(name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.clone(),
        };
        members.insert(name.clone(), joined.into());
    }
    Value::Object(members)
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
    let plain =
        |level: &str, plain: &str| json!({"level": level, "message": {"text": text(plain)}});
    let mut notifications: Vec<Value> =
        report.remarks.iter().map(|remark| plain("note", remark)).collect();
    if !report.complete {
        notifications.push(plain("error", "The run stopped before its end."));
    }
    if !report.judges_a_must() {
        notifications.push(plain("error", "No MUST rule was judged: this run proves nothing."));
    }
    for stale in &report.stale {
        let message = format!("{} on {} (--known): {}", stale.id, stale.product, stale.message);
        notifications.push(plain("error", &message));
    }
    for rule in report.rules.iter().filter(|rule| rule.verdict == Verdict::Inconclusive) {
        notifications.push(json!({
            "level": "warning",
            "associatedRule": {"id": rule.id},
            "message": {"text": text(&format!(
                "{} on {} could not be judged: {}",
                rule.id,
                rule.product,
                rule.reason.as_deref().unwrap_or("no reason was recorded")
            ))},
        }));
    }
    notifications
}
