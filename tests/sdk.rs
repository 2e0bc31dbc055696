//! Client libraries: a model adapter keeps every rule, every broken one is caught under its rule, and an
//! adapter that breaks the protocol is reported precisely while the run goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use linkspec::graph::{Product, Surfaced};
use linkspec::report::{RuleReport, Verdict};
use linkspec::sdk::{
    Adapter, AdapterCommand, FaultKind, SdkError, SdkOptions, SdkRun, StartError, show_wire,
    write_cases,
};
use linkspec::spec::Library;
use linkspec::suite::{self, Selection, Suite};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The command of the test adapter with a defect; nothing, with a notice, where there is no Node.js.
fn adapter(defect: &str) -> Option<AdapterCommand> {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: node is not installed");
        return None;
    }
    let script = root().join("tests/adapters/adapter.mjs");
    Some(AdapterCommand::parse(&format!("node \"{}\" {defect}", script.display())).unwrap())
}

fn suite() -> Suite {
    suite::read(&Library::embedded()).unwrap()
}

fn options() -> SdkOptions {
    SdkOptions { patience: Duration::from_secs(20), ..SdkOptions::new(Product::Business) }
}

async fn run_rules(command: &AdapterCommand, rules: &[&str], options: SdkOptions) -> SdkRun {
    let selection = Selection {
        ids: rules.iter().map(|it| (*it).to_owned()).collect(),
        ..Selection::default()
    };
    linkspec::sdk::run(&suite(), &selection, command, options, &|_, _| {}).await.unwrap()
}

fn rule<'r>(run: &'r SdkRun, id: &str) -> &'r RuleReport {
    run.report.rules.iter().find(|it| it.id == id).unwrap()
}

fn verdicts(run: &SdkRun, verdict: Verdict) -> BTreeSet<&str> {
    run.report.rules.iter().filter(|it| it.verdict == verdict).map(|it| it.id.as_str()).collect()
}

#[tokio::test]
async fn the_model_keeps_every_rule() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &[], options()).await;
    for rule in &run.report.rules {
        let good = matches!(rule.verdict, Verdict::Pass | Verdict::Observed);
        assert!(good, "{} {}: {:?}", rule.id, rule.verdict, rule.reason);
    }
    let ids: BTreeSet<String> = run.report.rules.iter().map(|it| it.id.clone()).collect();
    assert_eq!(ids, (1..=25).map(|number| format!("SDK-{number:02}")).collect());
    assert!(run.faults.is_empty(), "{:?}", run.faults);
    assert!(run.report.duration_ms < 30_000, "{} ms", run.report.duration_ms);
}

/// Each defect, the rule that catches it, and the verdict it earns.
const DEFECTS: [(&str, &str, Verdict); 35] = [
    ("empty-segment", "SDK-01", Verdict::Fail),
    ("other-action", "SDK-01", Verdict::Fail),
    ("token-twice", "SDK-02", Verdict::Fail),
    ("wrong-scheme", "SDK-02", Verdict::Fail),
    ("token-on-redirect", "SDK-02", Verdict::Fail),
    ("text-plain", "SDK-03", Verdict::Fail),
    ("doubles-a-member", "SDK-04", Verdict::Fail),
    ("sends-retain-false", "SDK-05", Verdict::Fail),
    ("fills-in-scope", "SDK-05", Verdict::Fail),
    ("sends-null", "SDK-05", Verdict::Warn),
    ("sends-notification", "SDK-06", Verdict::Warn),
    ("drops-scope", "SDK-07", Verdict::Fail),
    ("replaces-type", "SDK-07", Verdict::Fail),
    ("mangles-password", "SDK-07", Verdict::Fail),
    ("local-expiration", "SDK-08", Verdict::Fail),
    ("long-expiration", "SDK-09", Verdict::Warn),
    ("path-not-encoded", "SDK-10", Verdict::Fail),
    ("only-201", "SDK-11", Verdict::Fail),
    ("loses-web-html", "SDK-12", Verdict::Fail),
    ("loses-share-id", "SDK-13", Verdict::Warn),
    ("fills-in-type", "SDK-14", Verdict::Fail),
    ("strict-reader", "SDK-15", Verdict::Fail),
    ("success-on-403", "SDK-16", Verdict::Fail),
    ("bare-error", "SDK-16", Verdict::Fail),
    ("no-code", "SDK-17", Verdict::Warn),
    ("ignores-retry-after", "SDK-18", Verdict::Fail),
    ("rounds-retry-after", "SDK-18", Verdict::Fail),
    ("never-retries", "SDK-19", Verdict::Warn),
    ("retries-for-ever", "SDK-19", Verdict::Warn),
    ("retries-400", "SDK-20", Verdict::Fail),
    ("posts-twice", "SDK-21", Verdict::Fail),
    ("retries-500", "SDK-22", Verdict::Warn),
    ("another-body", "SDK-22", Verdict::Warn),
    ("empty-success", "SDK-23", Verdict::Warn),
    ("crashes-on-html", "SDK-23", Verdict::Warn),
];

#[tokio::test]
async fn every_defect_is_caught_under_its_rule() {
    // A few at a time: most of the time is waiting, yet arrival times are judged.
    let mut runs = stream::iter(DEFECTS)
        .map(async |(defect, id, verdict)| {
            let command = adapter(defect)?;
            Some((defect, id, verdict, run_rules(&command, &[id], options()).await))
        })
        .buffer_unordered(4);
    while let Some(Some((defect, id, verdict, run))) = runs.next().await {
        let found = rule(&run, id);
        assert_eq!(found.verdict, verdict, "{defect}: {:?}", found.reason);
    }
}

#[tokio::test]
async fn what_a_library_cannot_express_is_no_finding() {
    let Some(command) = adapter("unsupported-password") else { return };
    let run = run_rules(&command, &["SDK-07"], options()).await;
    assert_eq!(rule(&run, "SDK-07").verdict, Verdict::Pass);
    let calls = run.conversations.iter().flat_map(|it| &it.calls);
    let unsupported = calls.filter(|it| matches!(it.surfaced, Surfaced::Unsupported(_))).count();
    assert_eq!(unsupported, 2, "the two stories with a password");
}

#[tokio::test]
async fn a_defect_breaks_its_own_rule_and_hardly_another() {
    let Some(command) = adapter("sends-retain-false") else { return };
    let run = run_rules(&command, &[], options()).await;
    assert_eq!(verdicts(&run, Verdict::Fail), BTreeSet::from(["SDK-05"]));
    let reason = rule(&run, "SDK-05").reason.clone().unwrap();
    assert!(reason.contains("retainInheritedPermissions"), "{reason}");
    let number = rule(&run, "SDK-05").exchanges[0];
    let exchange = &run.report.exchange(number).unwrap().exchange;
    assert!(
        exchange.request.body.as_deref().unwrap().contains("\"retainInheritedPermissions\":false")
    );
    let shown = show_wire(&run.conversations[0]);
    for part in ["asked ", "wire ", "surfaced ", "/createLink"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[tokio::test]
async fn a_call_that_hangs_does_not_hold_the_run_up() {
    let Some(command) = adapter("hangs-on-html") else { return };
    let options = SdkOptions { patience: Duration::from_secs(2), ..options() };
    let run = run_rules(&command, &["SDK-23", "SDK-11"], options).await;
    assert_eq!(rule(&run, "SDK-23").verdict, Verdict::Warn);
    assert_eq!(rule(&run, "SDK-11").verdict, Verdict::Pass);
    assert!(run.faults.is_empty(), "the process answered hello in the meantime: {:?}", run.faults);
}

#[tokio::test]
async fn a_broken_protocol_is_reported_precisely_and_the_run_comes_to_an_end() {
    let cases = [
        ("rubbish", FaultKind::Rubbish, "no JSON"),
        ("crashes", FaultKind::Exited, "exit status: 9"),
        ("answers-twice", FaultKind::AnsweredTwice, "twice"),
        ("unknown-id", FaultKind::UnknownId, "4711"),
        ("against-the-schema", FaultKind::Schema, "schema"),
    ];
    for (defect, kind, words) in cases {
        let Some(command) = adapter(defect) else { return };
        let run = run_rules(&command, &["SDK-12", "SDK-15"], options()).await;
        let fault = run.faults.first().unwrap_or_else(|| panic!("{defect} was not noticed"));
        assert_eq!(fault.kind, kind, "{defect}: {fault}");
        assert!(fault.detail.contains(words), "{defect}: {fault}");
        assert!(run.faults.len() <= 2, "restarted once: {:?}", run.faults);
        assert!(run.report.remarks[0].contains(words), "{:?}", run.report.remarks);
        match kind {
            FaultKind::Exited => assert!(fault.stderr[0].contains("one too many"), "{fault}"),
            _ => assert!(fault.line.is_some(), "{fault}"),
        }
        for rule in &run.report.rules {
            assert_ne!(rule.verdict, Verdict::Fail, "{defect}: {:?}", rule.reason);
        }
    }
}

#[tokio::test]
async fn a_single_call_without_an_answer_is_inconclusive() {
    let Some(command) = adapter("hangs") else { return };
    let options = SdkOptions { patience: Duration::from_secs(2), jobs: 1, ..options() };
    let run = run_rules(&command, &["SDK-16"], options).await;
    assert_eq!(rule(&run, "SDK-16").verdict, Verdict::Inconclusive);
    let hung = run.conversations.iter().flat_map(|it| &it.calls);
    assert_eq!(hung.filter(|it| matches!(it.surfaced, Surfaced::Hung(_))).count(), 1);
}

#[tokio::test]
async fn a_command_that_cannot_be_used_says_why() {
    let start = |text: &str| {
        let command = AdapterCommand::parse(text).unwrap();
        async move { Adapter::start(&command).await.unwrap_err() }
    };
    assert!(matches!(start("/no/such/adapter").await, StartError::NotFound(_)));
    let manifest = root().join("Cargo.toml");
    let error = start(&manifest.display().to_string()).await;
    assert!(matches!(error, StartError::NotExecutable(_)), "{error}");
    for (defect, kind, words) in [
        ("exits-at-once", FaultKind::Exited, "left-pad"),
        ("other-protocol", FaultKind::OtherProtocol, "protocol 2"),
        ("refuses-hello", FaultKind::OtherProtocol, "only protocol 2"),
    ] {
        let Some(command) = adapter(defect) else { return };
        let StartError::Fault(fault) = Adapter::start(&command).await.unwrap_err() else {
            panic!("{defect} started");
        };
        assert_eq!(fault.kind, kind);
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

#[tokio::test]
async fn cases_can_be_written_out_and_asked_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-11"], options()).await;
    let folder = tempfile::tempdir().unwrap();
    let written =
        write_cases(folder.path(), &run.conversations, "http://127.0.0.1:4011/v1.0").unwrap();
    assert_eq!(written.len(), run.conversations.len());
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/adapter/question.schema.json")).unwrap();
    for path in &written {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let question = serde_json::from_str(line).unwrap();
            assert!(jsonschema::is_valid(&schema, &question), "{line}");
        }
    }
}

/// Adapters in front of real libraries, where they have been built (`adapters/build`).
#[tokio::test]
async fn real_adapters_are_judged_where_they_are_built() {
    let reqwest = "adapters/rust-reqwest/target/release/linkspec-adapter-reqwest";
    let javascript = "adapters/javascript/adapter.js";
    let cases: [(&str, &str, String, &[&str]); 2] = [
        (reqwest, reqwest, format!("\"{}\"", root().join(reqwest).display()), &[]),
        (
            javascript,
            "adapters/javascript/node_modules",
            format!("node \"{}\"", root().join(javascript).display()),
            &["SDK-18"],
        ),
    ];
    for (name, needed, command, broken) in cases {
        if !Path::new(&root().join(needed)).exists() {
            eprintln!("skipped: {name} is not built (adapters/build)");
            continue;
        }
        let command = AdapterCommand::parse(&command).unwrap();
        let run = run_rules(&command, &[], SdkOptions::new(Product::Business)).await;
        let expected: BTreeSet<&str> = broken.iter().copied().collect();
        assert_eq!(verdicts(&run, Verdict::Fail), expected, "{name}");
        assert!(run.report.duration_ms < 30_000, "{name}: {} ms", run.report.duration_ms);
    }
}

#[tokio::test]
async fn errors_of_the_start_are_errors_of_the_run() {
    let command = AdapterCommand::parse("/no/such/adapter").unwrap();
    let selection = Selection::default();
    let result = linkspec::sdk::run(&suite(), &selection, &command, options(), &|_, _| {}).await;
    assert!(matches!(result, Err(SdkError::Start(StartError::NotFound(_)))));
}
