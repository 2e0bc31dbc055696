//! A client library against a service by its URL: the mock, which linkspec cannot tell from another one.

use std::path::Path;
use std::process::{Command, Output};

use linkspec::graph::Product;
use linkspec::mock::{Identity, Mock, Options, deviation};
use serde_json::Value;
use tempfile::TempDir;

/// A mock on a runtime of its own, so that the test may block.
struct Service {
    mock: Mock,
    _runtime: tokio::runtime::Runtime,
    folder: TempDir,
}

impl Service {
    fn start(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime.block_on(Mock::start(options)).unwrap();
        Self { mock, _runtime: runtime, folder: tempfile::tempdir().unwrap() }
    }

    /// Runs the test adapter with a defect; nothing, with a notice, where there is no Node.js.
    fn run(&self, defect: &str, rest: &[&str]) -> Option<(Output, Value)> {
        if Command::new("node").arg("--version").output().is_err() {
            eprintln!("skipped: node is not installed");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adapters/adapter.mjs");
        let report = self.folder.path().join("report.json");
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["run", "--target", "live", "--base-url", &self.mock.base_url()])
            .args(["--drive", &format!("drives/{}", self.mock.drive_id())])
            .arg(format!("--sdk=node \"{}\" {defect}", script.display()))
            .arg(format!("--report=json={}", report.display()))
            .args(rest)
            .env("XDG_STATE_HOME", self.folder.path())
            .env("LINKSPEC_TOKEN", self.mock.token(Identity::Owner))
            .env("LINKSPEC_TOKEN_SECOND_APP", self.mock.token(Identity::SecondApp))
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let report = std::fs::read_to_string(&report)
            .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        Some((output, report))
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn rule<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap()
}

const RULES: &str = "IDEM-01,IDEM-02,PERM-01,TYPE-08,SDK-01,SDK-02,SDK-05,SDK-07,SDK-12,SDK-18";

#[test]
fn the_service_is_judged_by_its_answers_and_the_library_by_what_it_sent() {
    let service = Service::start(Options::new(Product::Business));
    let Some((output, report)) = service.run("none", &["--rule", RULES]) else { return };
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    for id in ["IDEM-01", "IDEM-02", "PERM-01", "SDK-01", "SDK-02", "SDK-05", "SDK-07", "SDK-12"] {
        assert_eq!(rule(&report, id)["verdict"], "pass", "{}", rule(&report, id));
    }
    let scripted = rule(&report, "SDK-18");
    assert_eq!(scripted["verdict"], "not-run");
    assert!(scripted["reason"].as_str().unwrap().contains("does as it is told"), "{scripted}");
    assert_eq!(report["caller"]["kind"], "sdk");
    assert_eq!(report["caller"]["name"], "model");
    assert_eq!(report["target"]["kind"], "live");
    // Neither the real token nor the drive leaves, and the library was never given either.
    let told = report.to_string() + &text(&output);
    assert!(!told.contains(service.mock.token(Identity::Owner)));
    // What was made is gone again, so the journal that named it is gone as well.
    let journals = std::fs::read_dir(service.folder.path().join("linkspec")).unwrap();
    assert_eq!(journals.count(), 0, "{told}");
    assert!(!told.contains("Not removed"), "{told}");
}

#[test]
fn what_the_library_does_wrong_is_not_held_against_the_service() {
    let service = Service::start(Options::new(Product::Business));
    let Some((output, report)) = service.run("posts-twice", &["--rule", "IDEM-01,SDK-21"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(rule(&report, "SDK-21")["verdict"], "fail");
    assert_eq!(rule(&report, "IDEM-01")["verdict"], "pass", "{}", rule(&report, "IDEM-01"));
    let Some((output, report)) =
        service.run("other-action", &["--rule", "IDEM-01,SDK-01", "--show-wire"])
    else {
        return;
    };
    assert_eq!(rule(&report, "SDK-01")["verdict"], "warn", "{}", text(&output));
    assert!(text(&output).contains("asked "), "{}", text(&output));
}

#[test]
fn what_the_service_does_wrong_is_not_held_against_the_library() {
    let always_created = deviation("always-created").unwrap();
    let options = Options { deviation: Some(always_created), ..Options::new(Product::Business) };
    let service = Service::start(options);
    let Some((output, report)) = service.run("none", &["--rule", "IDEM-02,SDK-01"]) else { return };
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(rule(&report, "IDEM-02")["verdict"], "fail");
    assert_eq!(rule(&report, "SDK-01")["verdict"], "pass");
}

#[test]
fn a_budget_holds_and_a_library_that_breaks_down_ends_nothing_else() {
    let service = Service::start(Options::new(Product::Business));
    let Some((output, report)) = service.run("none", &["--rule", RULES, "--budget", "2"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(5), "{}", text(&output));
    assert_eq!(report["requests"]["create_link"], 2);
    assert!(!text(&output).contains("--resume"), "nothing could go on: {}", text(&output));
    let Some((output, report)) = service.run("crashes", &["--rule", RULES, "--jobs", "1"]) else {
        return;
    };
    let remarks = report["remarks"].to_string();
    assert!(remarks.contains("exit status: 9"), "{}", text(&output));
    assert!(!text(&output).contains("Not removed"), "{}", text(&output));
    let Some((output, _)) = service.run("none", &["--resume", "kept.ndjson"]) else { return };
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("--sdk goes neither with"), "{}", text(&output));
}
