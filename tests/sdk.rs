//! Client libraries: a model adapter keeps every rule, every broken one is caught under its rule, and an
//! adapter that breaks the protocol is reported precisely while the run goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use linkspec::graph::{Call, Product, Surfaced};
use linkspec::report::{RuleReport, Verdict, json};
use linkspec::sdk::{
    Adapter, AdapterCommand, FaultKind, ScriptedService, SdkError, SdkOptions, SdkRun, StartError,
    show_wire, write_cases,
};
use linkspec::spec::Library;
use linkspec::story::Script;
use linkspec::suite::{self, Selection, Suite};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};

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
    assert!(waiting(&run) <= 30.0, "{} s", waiting(&run));
}

#[tokio::test]
async fn what_a_browser_asks_before_a_request_is_not_the_librarys_doing() {
    let Some(command) = adapter("in-a-browser") else { return };
    let run = run_rules(&command, &["SDK-01", "SDK-02", "SDK-12", "SDK-21"], options()).await;
    for rule in &run.report.rules {
        assert_eq!(rule.verdict, Verdict::Pass, "{}: {:?}", rule.id, rule.reason);
    }
}

#[tokio::test]
async fn a_look_at_the_item_is_no_attempt_at_a_link() {
    let Some(command) = adapter("looks-first") else { return };
    let run = run_rules(&command, &[], options()).await;
    assert_eq!(verdicts(&run, Verdict::Fail), BTreeSet::from(["SDK-01"]));
    assert_eq!(verdicts(&run, Verdict::Warn), BTreeSet::new());
}

/// Seconds a run waits at most for what the service asks, told side by side: the longest wait may begin when
/// everything else is done. Computed from what was asked, for how long it really takes is the machine's business.
fn waiting(run: &SdkRun) -> f64 {
    let of_a_call = |call: &Call| -> f64 {
        let asked = call.at_service().map(|it| {
            let until = it.answer.wait_until_ms.unwrap_or(it.answer.answered_ms);
            until - it.arrived_ms
        });
        asked.sum::<f64>() / 1000.0
    };
    let waits: Vec<f64> = run
        .conversations
        .iter()
        .map(|conversation| conversation.calls.iter().map(of_a_call).sum())
        .collect();
    let jobs = u32::try_from(options().jobs).unwrap();
    waits.iter().sum::<f64>() / f64::from(jobs) + waits.iter().copied().fold(0.0, f64::max)
}

/// Each defect, the rule that catches it, and the verdict it earns.
const DEFECTS: [(&str, &str, Verdict); 45] = [
    ("looks-first", "SDK-01", Verdict::Fail),
    ("empty-segment", "SDK-01", Verdict::Fail),
    ("other-action", "SDK-01", Verdict::Fail),
    ("token-twice", "SDK-02", Verdict::Fail),
    ("wrong-scheme", "SDK-02", Verdict::Fail),
    ("token-on-redirect", "SDK-02", Verdict::Fail),
    ("token-in-url", "SDK-02", Verdict::Fail),
    ("text-plain", "SDK-03", Verdict::Fail),
    ("doubles-a-member", "SDK-04", Verdict::Fail),
    ("sends-retain-false", "SDK-05", Verdict::Fail),
    ("fills-in-scope", "SDK-05", Verdict::Fail),
    ("sends-null", "SDK-05", Verdict::Warn),
    ("sends-notification", "SDK-06", Verdict::Warn),
    ("drops-scope", "SDK-07", Verdict::Fail),
    ("replaces-type", "SDK-07", Verdict::Fail),
    ("mangles-password", "SDK-07", Verdict::Fail),
    ("refuses-edit", "SDK-07", Verdict::Fail),
    ("local-expiration", "SDK-08", Verdict::Fail),
    ("long-expiration", "SDK-09", Verdict::Warn),
    ("path-not-encoded", "SDK-10", Verdict::Fail),
    ("users-as-me", "SDK-10", Verdict::Fail),
    ("only-201", "SDK-11", Verdict::Fail),
    ("loses-web-html", "SDK-12", Verdict::Fail),
    ("loses-share-id", "SDK-13", Verdict::Warn),
    ("fills-in-type", "SDK-14", Verdict::Fail),
    ("replaces-unknown-type", "SDK-14", Verdict::Fail),
    ("success-on-cut", "SDK-14", Verdict::Fail),
    ("success-on-redirect", "SDK-14", Verdict::Fail),
    ("strict-reader", "SDK-15", Verdict::Fail),
    ("crashes-on-unknown", "SDK-15", Verdict::Fail),
    ("success-on-403", "SDK-16", Verdict::Fail),
    ("bare-error", "SDK-16", Verdict::Fail),
    ("success-on-429", "SDK-16", Verdict::Fail),
    ("crashes-on-html-refusal", "SDK-16", Verdict::Fail),
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
            let mut found = rule(&run_rules(&command, &[id], options()).await, id).clone();
            // A request sent too early arrives in time where the machine holds it up that long: an arrival
            // proves lateness only against the library, never for it. So such a run may be made again.
            for _ in 0..2 {
                if found.verdict != verdict && id == "SDK-18" {
                    found = rule(&run_rules(&command, &[id], options()).await, id).clone();
                }
            }
            Some((defect, verdict, found))
        })
        .buffer_unordered(4);
    while let Some(Some((defect, verdict, found))) = runs.next().await {
        assert_eq!(found.verdict, verdict, "{defect}: {:?}", found.reason);
    }
}

#[tokio::test]
async fn a_library_that_sends_nothing_passes_nothing() {
    let Some(command) = adapter("sends-nothing") else { return };
    for ids in [&[][..], &["SDK-07"], &["SDK-16"], &["SDK-23"]] {
        let run = run_rules(&command, ids, options()).await;
        assert_eq!(verdicts(&run, Verdict::Pass), BTreeSet::new(), "{ids:?}");
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
    let options = SdkOptions { patience: Duration::from_secs(5), ..options() };
    let run = run_rules(&command, &["SDK-23", "SDK-11"], options).await;
    assert_eq!(rule(&run, "SDK-23").verdict, Verdict::Warn);
    assert_eq!(rule(&run, "SDK-11").verdict, Verdict::Pass);
    assert!(run.faults.is_empty(), "the process answered hello in the meantime: {:?}", run.faults);
}

#[tokio::test]
async fn a_call_that_keeps_the_whole_process_from_answering_is_found_out() {
    let Some(command) = adapter("blocks-on-html") else { return };
    let options = SdkOptions { patience: Duration::from_secs(3), ..options() };
    let run = run_rules(&command, &["SDK-23", "SDK-11"], options).await;
    let html = rule(&run, "SDK-23");
    assert_eq!(html.verdict, Verdict::Warn, "{:?}", html.reason);
    let found = html.actual.as_deref().unwrap_or_default();
    assert!(found.contains("hangs") && found.contains("HTML"), "{found}");
    assert_eq!(rule(&run, "SDK-11").verdict, Verdict::Pass);
    assert_eq!(run.faults.len(), 2, "restarted once: {:?}", run.faults);
    for fault in &run.faults {
        assert_eq!(fault.kind, FaultKind::Silent);
        assert!(fault.detail.contains("was not answered within 3 s"), "{fault}");
    }
}

#[tokio::test]
async fn a_broken_protocol_is_reported_precisely_and_the_run_comes_to_an_end() {
    let cases = [
        ("rubbish", FaultKind::Rubbish, "no JSON"),
        ("crashes", FaultKind::Exited, "exit status: 9"),
        ("answers-twice", FaultKind::AnsweredTwice, "twice"),
        ("unknown-id", FaultKind::UnknownId, "4711"),
        ("against-the-schema", FaultKind::Schema, "schema"),
        ("endless-line", FaultKind::Rubbish, "a line longer than"),
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
async fn what_breaks_down_over_a_redirect_costs_no_other_verdict() {
    let Some(command) = adapter("crashes-on-redirect") else { return };
    let run = run_rules(&command, &[], options()).await;
    let open = verdicts(&run, Verdict::Inconclusive);
    assert!(open.is_subset(&BTreeSet::from(["SDK-02", "SDK-14"])), "{open:?}");
    let crashed =
        run.conversations.iter().flat_map(|it| &it.calls).find_map(|it| match &it.surfaced {
            Surfaced::Crashed(how) => Some(how.as_str()),
            _ => None,
        });
    assert!(crashed.is_some_and(|how| how.contains("redirects")), "{crashed:?}");
}

#[tokio::test]
async fn a_single_call_without_an_answer_is_inconclusive() {
    let Some(command) = adapter("hangs") else { return };
    let options = SdkOptions { patience: Duration::from_secs(5), jobs: 1, ..options() };
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
    assert!(!written.is_empty());
    for path in &written {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let question = serde_json::from_str(line).unwrap();
            assert!(jsonschema::is_valid(&schema, &question), "{line}");
        }
    }
}

/// Adapters in front of real libraries, where they are built: `.ci/run` builds them, and says so in
/// LINKSPEC_ADAPTERS, whereupon one that is missing is an error.
#[tokio::test]
async fn real_adapters_are_judged_where_they_are_built() {
    let promised = std::env::var("LINKSPEC_ADAPTERS").unwrap_or_default();
    let reqwest = ["debug", "release"]
        .map(|profile| {
            root().join(format!("adapters/rust-reqwest/target/{profile}/linkspec-adapter-reqwest"))
        })
        .into_iter()
        .find(|path| path.exists());
    let javascript = root().join("adapters/javascript");
    let script = javascript.join("adapter.js").display().to_string();
    let javascript = javascript.join("node_modules").exists().then_some(script);
    let cases: [(&str, Option<String>, &[&str]); 2] = [
        ("reqwest", reqwest.map(|it| format!("\"{}\"", it.display())), &[]),
        ("javascript", javascript.map(|it| format!("node \"{it}\"")), &["SDK-18"]),
    ];
    for (name, command, broken) in cases {
        let Some(command) = command else {
            assert!(!promised.contains(name), "{name} was to be built (adapters/build)");
            eprintln!("skipped: the adapter {name} is not built (adapters/build)");
            continue;
        };
        let command = AdapterCommand::parse(&command).unwrap();
        let run = run_rules(&command, &[], SdkOptions::new(Product::Business)).await;
        let expected: BTreeSet<&str> = broken.iter().copied().collect();
        assert_eq!(verdicts(&run, Verdict::Fail), expected, "{name}");
        assert!(waiting(&run) <= 30.0, "{name}: {} s", waiting(&run));
    }
}

#[tokio::test]
async fn errors_of_the_start_are_errors_of_the_run() {
    let command = AdapterCommand::parse("/no/such/adapter").unwrap();
    let selection = Selection::default();
    let result = linkspec::sdk::run(&suite(), &selection, &command, options(), &|_, _| {}).await;
    assert!(matches!(result, Err(SdkError::Start(StartError::NotFound(_)))));
}

#[tokio::test]
async fn a_written_case_asks_the_same_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-24"], options()).await;
    let service = ScriptedService::start(Script::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written = write_cases(folder.path(), &run.conversations, &service.base_url()).unwrap();
    service.begin(&run.conversations[0].calls[0].asked.request);
    let mut child = tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&std::fs::read(&written[0]).unwrap()).await.unwrap();
    let mut answers = tokio::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let hello = answers.next_line().await.unwrap().unwrap();
    assert!(hello.contains(r#""name":"model""#), "{hello}");
    let answer = answers.next_line().await.unwrap().unwrap();
    assert!(answer.contains(r#""permission""#), "{answer}");
    let (again, first) = (service.take(), &run.conversations[0].calls[0].wire);
    assert_eq!((again.len(), &again[0].body), (first.len(), &first[0].body));
    assert_eq!(again[0].target, first[0].target);
}

#[tokio::test]
async fn the_service_of_a_written_case_can_be_played_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-16"], options()).await;
    let refused = run.conversations.iter().position(|it| it.lines[1].contains("answers 403"));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written =
        write_cases(folder.path(), &run.conversations, &format!("http://{free}/v1.0")).unwrap();
    let case = &written[refused.unwrap()];
    let mut playing = tokio::process::Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--addr", &free.to_string(), "--case"])
        .arg(case)
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = tokio::io::BufReader::new(playing.stderr.take().unwrap()).lines();
    let mut until = async |words: &str| loop {
        let line = said.next_line().await.unwrap().expect(words);
        if line.contains(words) {
            return;
        }
    };
    until("answers 403").await;
    until("Ctrl-C ends it").await;
    let mut asking = tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = asking.stdin.take().unwrap();
    stdin.write_all(&std::fs::read(case).unwrap()).await.unwrap();
    let mut answers = tokio::io::BufReader::new(asking.stdout.take().unwrap()).lines();
    answers.next_line().await.unwrap().unwrap();
    let answer = answers.next_line().await.unwrap().unwrap();
    assert!(answer.contains(r#""status":403"#), "{answer}");
    until("#1 POST").await;
    until("answered  403").await;
    let nowhere = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--case", "no-such-case.ndjson"])
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--write-cases FOLDER"));
}

#[tokio::test]
async fn the_report_shows_asked_wire_and_surfaced_side_by_side() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-11"], options()).await;
    let report: Value = serde_json::from_str(&json::render(&run.report)).unwrap();
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    let calls = report["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3, "a view link, then one asked for twice: {calls:?}");
    let call = &calls[1];
    assert_eq!(call["asked"]["type"], "view");
    assert_eq!(call["address"]["kind"], "drives");
    assert!(call["surfaced"]["permission"]["permission"]["id"].is_string(), "{call}");
    let number = call["wire"][0].as_u64().unwrap();
    let exchanges = report["exchanges"].as_array().unwrap();
    let exchange = exchanges.iter().find(|it| it["n"] == number).unwrap();
    assert_eq!(exchange["answer"]["status"], 201);
}

#[tokio::test]
async fn an_adapter_that_crashes_again_leaves_evidence_of_both() {
    let Some(command) = adapter("crashes-on-html") else { return };
    let run = run_rules(&command, &["SDK-23"], options()).await;
    assert_eq!(run.faults.len(), 2, "{:?}", run.faults);
    assert_eq!(run.report.remarks.len(), 2, "{:?}", run.report.remarks);
    for fault in &run.faults {
        assert_eq!(fault.kind, FaultKind::Exited);
        assert!(fault.detail.contains("exit status: 7"), "{fault}");
    }
    let found = rule(&run, "SDK-23");
    assert_eq!(found.verdict, Verdict::Warn, "{:?}", found.reason);
}

/// What the program prints and how it ends, for a command that cannot be used.
fn refused(subcommand: &str, command: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args([subcommand, "--sdk", command])
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_command_that_cannot_be_used_is_refused_with_what_to_do() {
    let Some(model) = adapter("none") else { return };
    let manifest = root().join("Cargo.toml").display().to_string();
    let with = |defect: &str| model.to_string().replace(" none", &format!(" {defect}"));
    let cases = [
        ("/no/such/adapter".to_owned(), 2, "is not found", "PATH"),
        (manifest, 2, "is not executable", "chmod +x"),
        (with("exits-at-once"), 3, "left-pad", "run it alone and see: echo"),
        (with("other-protocol"), 3, "protocol 2", "update the adapter"),
        (with("refuses-hello"), 3, "only protocol 2", "update the adapter"),
        ("node \"adapter.js".to_owned(), 2, "is not closed", "write the command as in a shell"),
        (" ".to_owned(), 2, "is empty", "write the command as in a shell"),
    ];
    for (command, expected, message, fix) in cases {
        for subcommand in ["run", "doctor"] {
            let (code, printed) = refused(subcommand, &command);
            assert_eq!(code, Some(expected), "{subcommand} {command}: {printed}");
            assert!(printed.contains(message) && printed.contains(fix), "{command}: {printed}");
        }
    }
}

#[test]
fn doctor_checks_an_adapter_alone_and_tells_how_to_ask_it_again() {
    let Some(model) = adapter("none") else { return };
    let doctor = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["doctor", "--sdk", command])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, printed) = doctor(&model.to_string());
    assert_eq!(code, Some(0), "{printed}");
    for wanted in ["ok    hello: model 1.0.0 (javascript)", "createLink: a success", "on the wire:"]
    {
        assert!(printed.contains(wanted), "{wanted}: {printed}");
    }
    let line = printed.lines().last().unwrap();
    assert!(line.contains(r#"{"id":0,"op":"hello","protocol":1}"#), "{line}");
    assert!(line.contains(r#""op":"createLink""#) && line.ends_with(&model.to_string()), "{line}");
    let (code, printed) = doctor(&model.to_string().replace(" none", " rubbish"));
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("FAIL  createLink") && printed.contains("DEBUG"), "{printed}");
}

#[test]
fn what_means_nothing_to_a_scripted_service_is_refused() {
    for options in [
        &["--record", "run.ndjson"][..],
        &["--budget", "5"],
        &["--read-only"],
        &["--product", "personal,business"],
        &["--rule", "SDK-05,IDEM-02"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["run", "--sdk", "no-such-adapter"])
            .args(options)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {printed}");
        assert!(printed.contains("hint:") && printed.contains("--sdk"), "{options:?}: {printed}");
        assert!(!printed.contains("not found"), "{options:?}: {printed}");
    }
}
