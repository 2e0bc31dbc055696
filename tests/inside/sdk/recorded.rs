//! Runs made elsewhere, judged by today's rules, and the messages of adapters that cannot be run here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jsonschema::Validator;
use linkspec::graph::{Product, Surfaced};
use linkspec::library::create_link_line;
use linkspec::report::{Report, Verdict};
use linkspec::run::Selection;
use linkspec::run::library::{RecordedRun, recorded};
use serde_json::{Value, json};

use super::{root, suite};

fn folder() -> PathBuf {
    root().join("tests/adapters/recorded")
}

fn read(name: &str) -> RecordedRun {
    let path = folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
    recorded(&text).unwrap().unwrap()
}

async fn judged(name: &str) -> Report {
    read(name).judge(&suite(), &Selection::default(), Product::Business).await
}

fn verdicts(report: &Report, verdict: Verdict) -> BTreeSet<&str> {
    report.rules.iter().filter(|it| it.verdict == verdict).map(|it| it.id.as_str()).collect()
}

#[tokio::test]
async fn two_versions_of_a_library_differ_as_their_sources_say() {
    // The newer of each sends what nobody set as false, and breaks no other MUST that the older keeps.
    let pairs = [("csharp-5", "csharp-6"), ("php-2", "php-3"), ("go-1.89.0", "go-1.103.0")];
    for (older, newer) in pairs {
        let (older, newer) = (judged(older).await, judged(newer).await);
        // A report has no bytes, so whether Go's repeated bodies were packed (SDK-04) it tells only by some lengths.
        let broken = |report| -> BTreeSet<&str> {
            verdicts(report, Verdict::Fail).into_iter().filter(|it| *it != "SDK-04").collect()
        };
        assert_eq!(broken(&older), BTreeSet::new());
        assert_eq!(broken(&newer), BTreeSet::from(["SDK-05"]));
        let of = |report: &Report| -> BTreeSet<String> {
            let warned = verdicts(report, Verdict::Warn);
            warned.into_iter().map(str::to_owned).collect()
        };
        let mut with_notification = of(&older);
        with_notification.insert("SDK-06".to_owned());
        assert_eq!(of(&newer), with_notification);
    }
}

#[tokio::test]
async fn nobody_is_blamed_for_what_a_source_allows() {
    for name in ["csharp-5", "csharp-6", "php-2", "php-3"] {
        let report = judged(name).await;
        let verdict = |id: &str| report.rules.iter().find(|it| it.id == id).unwrap().verdict;
        // No token went to another host, a date has a second of grace, and asking again is harmless.
        for id in ["SDK-02", "SDK-10", "SDK-18", "SDK-22", "SDK-27"] {
            assert_eq!(verdict(id), Verdict::Pass, "{name}: {id}");
        }
        assert_eq!(verdict("SDK-26"), Verdict::Warn, "{name}: the body went there");
        assert_eq!(verdict("SDK-28"), Verdict::NotRun, "{name}: its stories were not asked yet");
    }
}

#[test]
fn what_is_no_run_through_a_library_is_left_alone() {
    assert!(recorded("{\"log\":{}}").is_none());
    assert!(recorded("no JSON").is_none());
    assert!(recorded(r#"{"linkspec":"1","caller":{"kind":"http"},"calls":[]}"#).is_none());
    assert!(recorded(r#"{"linkspec":"1","caller":{"kind":"sdk"},"calls":[]}"#).unwrap().is_err());
}

fn schema(text: &str) -> Validator {
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema).unwrap()
}

#[test]
fn what_adapters_were_asked_and_answered_satisfies_the_schemas() {
    let question = schema(include_str!("../../../schemas/adapter/question.schema.json"));
    let hello = schema(include_str!("../../../schemas/adapter/hello-answer.schema.json"));
    let answer = schema(include_str!("../../../schemas/adapter/create-link-answer.schema.json"));
    let valid = |schema: &Validator, line: &Value, place: &str| {
        let complaints: Vec<String> = schema.iter_errors(line).map(|it| it.to_string()).collect();
        assert!(complaints.is_empty(), "{place}: {complaints:?} {line}");
    };
    let mut sessions = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "session") {
            continue;
        }
        sessions += 1;
        let place = path.display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for line in text.lines() {
            let (from, line) = line.split_at(2);
            let line: Value = serde_json::from_str(line).unwrap();
            match from {
                "> " => {
                    valid(&question, &line, &place);
                    if line["op"] != "bye" {
                        asked.insert(line["id"].as_u64().unwrap());
                    }
                }
                _ if line.get("addresses").is_some() => {
                    valid(&hello, &line, &place);
                    answered.insert(line["id"].as_u64().unwrap());
                }
                _ => {
                    valid(&answer, &line, &place);
                    answered.insert(line["id"].as_u64().unwrap());
                }
            }
        }
        assert!(answered.is_subset(&asked) && answered.len() > 20, "{place}: {}", answered.len());
    }
    assert!(sessions >= 4, "{sessions} sessions");
}

/// C# and PHP were run elsewhere, and what remains of their answers is what linkspec made of them.
#[test]
fn what_csharp_and_php_surfaced_can_be_said_in_the_protocol() {
    let question = schema(include_str!("../../../schemas/adapter/question.schema.json"));
    let answer = schema(include_str!("../../../schemas/adapter/create-link-answer.schema.json"));
    for name in ["csharp-5", "csharp-6", "php-2", "php-3"] {
        let conversations = read(name).conversations();
        assert!(conversations.len() > 60, "{name}: {}", conversations.len());
        for call in conversations.iter().flat_map(|it| &it.calls) {
            let asked: Value = serde_json::from_str(&create_link_line(7, &call.asked)).unwrap();
            // Nothing is known of the service root and the token where nothing was sent.
            assert!(call.wire.is_empty() || question.is_valid(&asked), "{name}: {asked}");
            let said = match &call.surfaced {
                Surfaced::Permission { permission, status } => {
                    json!({"id": 7, "permission": permission, "status": status})
                }
                Surfaced::Error { status, code, message } => {
                    json!({"id": 7, "error": {"status": status, "code": code, "message": message}})
                }
                Surfaced::Unsupported(reason) => json!({"id": 7, "unsupported": reason}),
                other => panic!("{name}: {other:?}"),
            };
            assert!(answer.is_valid(&said), "{name}: {said}");
        }
    }
}
