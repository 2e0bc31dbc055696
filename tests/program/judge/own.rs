//! What linkspec itself has written: recordings of runs, and runs as HAR.

use std::process::Command;

use linkspec::report::Verdict;
use linkspec::rules::Library;
use linkspec::run::{self, Room, Selection};
use serde_json::Value;

use super::{Folder, create_link, har, permission, stderr, verdict};

#[test]
fn a_recording_of_a_run_is_judged_as_a_whole_and_half_a_line_does_no_harm() {
    let folder = Folder::new();
    let recording = folder.0.path().join("run.ndjson");
    let run = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["run", "--product", "business", "--rule", "IDEM-01,IDEM-02", "--record"])
        .arg(&recording)
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", stderr(&run));
    let (output, report) = folder.judge(&recording, &["--rule", "IDEM-01,IDEM-02"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(verdict(&report, "IDEM-01"), "pass");
    let mut text = std::fs::read_to_string(&recording).unwrap();
    text.push_str(r#"{"exchange":{"n":"#);
    let path = folder.write("killed.ndjson", &text);
    let (output, report) = folder.judge(&path, &["--rule", "IDEM-01"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(report["remarks"].to_string().contains("is damaged"), "{report:#}");
}

#[tokio::test]
async fn a_recording_longer_than_a_run_is_judged_as_traffic_and_nothing_is_lost() {
    let folder = Folder::new();
    let recording = folder.0.path().join("run.ndjson");
    let run = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["run", "--product", "business", "--rule", "IDEM-01,IDEM-02,PERM-01", "--record"])
        .arg(&recording)
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", stderr(&run));
    let run = std::fs::read_to_string(&recording).unwrap();
    let told = run.lines().filter(|line| line.starts_with(r#"{"exchange""#)).count();
    let granted = run.lines().find(|line| line.contains(r#""purpose":"create-link""#)).unwrap();
    let mut without_id: Value = serde_json::from_str(granted).unwrap();
    let body = without_id["exchange"]["answer"]["body"].as_str().unwrap();
    let mut permission: Value = serde_json::from_str(body).unwrap();
    permission["id"] = "".into();
    without_id["exchange"]["answer"]["body"] = permission.to_string().into();
    // The same run again and again, and at the end one answer without an id.
    let mut text = run.repeat(10);
    text.push_str(&format!("{without_id}\n"));
    let suite = run::read(&Library::embedded()).unwrap();
    let ids = ["IDEM-01", "IDEM-02", "PERM-01"].map(str::to_owned).into();
    let selection = Selection { ids, ..Selection::default() };
    let room = Room { exchanges: told + 1, ..Room::default() };
    let source = text.as_bytes();
    let judged =
        run::judge_long_recording(&suite, &selection, source, 1, None, room).await.unwrap();
    assert_eq!(judged.exchanges as usize, told * 10 + 1);
    assert!(judged.remarks[0].contains("longer than a run"), "{:?}", judged.remarks);
    let [(_, rules)] = &judged.judged[..] else { panic!("one product is one result") };
    let verdict = |id: &str| rules.iter().find(|it| it.id == id).unwrap().verdict;
    assert_eq!(verdict("IDEM-01"), Verdict::Pass, "the first run is judged as a run");
    assert_eq!(verdict("PERM-01"), Verdict::Fail, "the rest as traffic");
    assert_eq!(verdict("IDEM-02"), Verdict::Pass, "another run has other items");
    // With room enough it is judged as the runs it is.
    let room = Room::default();
    let judged = run::judge_long_recording(&suite, &selection, source, 1, None, room).await;
    assert!(judged.unwrap().remarks.is_empty());
    let marked = format!("\u{feff}{text}");
    let room = Room::default();
    let judged =
        run::judge_long_recording(&suite, &selection, marked.as_bytes(), 1, None, room).await;
    assert_eq!(judged.unwrap().exchanges as usize, told * 10 + 1);
}

#[test]
fn what_a_run_writes_as_har_is_judged_as_the_run_was() {
    let folder = Folder::new();
    let har = folder.0.path().join("run.har");
    let run = |extra: &str| {
        let script = format!(
            "{} run --target live --drive drives/$LINKSPEC_DRIVE_ID --rule IDEM-02,PERM-01,LINK-01 \
             --journal journal --report har={}; true",
            env!("CARGO_BIN_EXE_linkspec"),
            har.display()
        );
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["serve", "--fail-on", "never"])
            .args(extra.split_whitespace())
            .args(["--", "sh", "-c", &script])
            .current_dir(folder.0.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        folder.judge(&har, &["--product", "business"])
    };
    let (output, report) = run("");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for id in ["IDEM-02", "PERM-01", "LINK-01"] {
        assert_eq!(verdict(&report, id), "pass", "{id}");
    }
    assert_eq!(report["caller"]["name"], "linkspec");
    let (output, report) = run("--deviate always-created");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(verdict(&report, "IDEM-02"), "fail");
    assert_eq!(verdict(&report, "PERM-01"), "pass");
}

#[test]
fn what_linkspec_sends_wrongly_on_purpose_blames_nobody() {
    let folder = Folder::new();
    let own = folder.0.path().join("run.har");
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["run", "--product", "business", "--report", &format!("har={}", own.display())])
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (output, report) = folder.judge(&own, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!((verdict(&report, "SDK-01"), verdict(&report, "PERM-01")), ("absent", "pass"));
    assert!(report["remarks"].to_string().contains("linkspec sent these requests itself"));
    let others = folder.write("others.har", &har(&[create_link(0, "01A", 201, &permission("p1"))]));
    let text = std::fs::read_to_string(&own).unwrap();
    let scripted = text.replace(r#""_caller": "http""#, r#""_caller": "sdk""#);
    assert_ne!(scripted, text);
    let scripted = folder.write("scripted.har", &scripted);
    for other in [others, scripted] {
        let (output, _) = folder.judge(&own, &[other.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("by itself"), "{}", stderr(&output));
    }
}
