//! Adapters that hang, crash or break the protocol.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use linkspec::graph::{Asking, ItemAddress, Surfaced};
use linkspec::library::{Adapter, AdapterCommand, AdapterStartError, FaultKind};
use linkspec::report::Verdict;
use linkspec::run::Selection;
use linkspec::run::library::{SdkError, SdkOptions};

use super::{adapter, options, rule, run_rules, suite, verdicts};

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
async fn a_wait_is_looked_on_from_its_first_request_however_long_that_might_have_taken() {
    let Some(command) = adapter("none") else { return };
    let adapter = Adapter::start(&command).await.unwrap();
    // Connections are taken, and nobody answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let asking = Asking {
        base_url: format!("http://{}/v1.0", silent.local_addr().unwrap()),
        token: "t".to_owned(),
        address: ItemAddress::Me { item_id: "1".to_owned() },
        request: serde_json::Map::new(),
    };
    let (asked, looks) = (Instant::now(), AtomicUsize::new(0));
    let first_request = || (looks.fetch_add(1, Ordering::Relaxed) > 0).then_some(asked);
    let an_hour = Duration::from_secs(3600);
    let watched = adapter.watch(&asking, Duration::from_millis(50), an_hour, first_request);
    let watched = tokio::time::timeout(Duration::from_secs(60), watched).await;
    assert!(matches!(watched, Ok(Ok(None))), "{watched:?}");
    // What has not begun by then is asked in another process, and not awaited.
    let never = adapter.watch(&asking, Duration::from_millis(50), an_hour, || None);
    let never = tokio::time::timeout(Duration::from_secs(60), never).await;
    assert!(matches!(never, Ok(Ok(None))), "{never:?}");
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
    // Those that rest on redirects.
    let all = BTreeSet::from(["SDK-02", "SDK-14", "SDK-26", "SDK-28"]);
    assert!(open.is_subset(&all), "{open:?}");
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
async fn errors_of_the_start_are_errors_of_the_run() {
    let command = AdapterCommand::parse("/no/such/adapter").unwrap();
    let selection = Selection::default();
    let result =
        linkspec::run::library::run(&suite(), &selection, &command, options(), &|_, _| {}).await;
    assert!(matches!(result, Err(SdkError::Start(AdapterStartError::NotFound(_)))));
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
