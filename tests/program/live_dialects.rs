//! Services that speak createLink in a dialect: the run ends, says once what keeps most rules from being
//! judged, blames the rule that is broken, calls nothing passed that it could not judge, and leaves nothing
//! behind.

use std::collections::BTreeMap;

use crate::service::gate::{Latch, Reply};
use crate::service::{Reaction, Seen, Service, assert_same, journals, report, text, verdict};
use linkspec::graph::Product;
use linkspec::mock::Options;
use serde_json::Value;

/// A run against a dialect.
struct Told {
    exit: Option<i32>,
    shown: String,
    report: Value,
}

/// Every story told to a service that reacts so; whatever it is, nothing is left behind.
fn told(rest: &[&str], react: impl FnMut(&Seen) -> Reaction + Send + 'static) -> Told {
    told_at("/v1.0", rest, react)
}

/// As [`told`], of a service whose root is written like this after its host.
fn told_at(
    root: &str,
    rest: &[&str],
    react: impl FnMut(&Seen) -> Reaction + Send + 'static,
) -> Told {
    let service = Service::gated(Options::new(Product::Business), react);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let base = service.base_url().replace("/v1.0", root);
    let drive = service.drive();
    let mut arguments = vec!["run", "--target", "live", "--base-url", &base, "--drive", &drive];
    arguments.extend(["--report", "json=report.json"]);
    arguments.extend(rest);
    let run = service.linkspec(&folder, &arguments).output().unwrap();
    let shown = text(&run);
    assert!(!shown.contains("Not removed"), "{shown}");
    assert!(journals(&folder).is_empty(), "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
    let report = report(&folder.path().join("report.json"));
    Told { exit: run.status.code(), shown, report }
}

impl Told {
    /// The verdicts of these rules.
    fn assert_verdicts(&self, rules: &[&str], expected: &str) {
        for rule in rules {
            assert_eq!(verdict(&self.report, rule), expected, "{rule}: {}", self.shown);
        }
    }

    /// The rules that are blamed: no other.
    fn assert_blamed(&self, expected: &[&str]) {
        let rules = self.report["rules"].as_array().unwrap();
        let failed: Vec<&str> = rules
            .iter()
            .filter(|it| it["verdict"] == "fail")
            .map(|it| it["id"].as_str().unwrap())
            .collect();
        assert_eq!(failed, expected, "{}", self.shown);
    }

    /// The one note says so, and it is the first thing there is to read.
    fn assert_noted(&self, said: &[&str]) {
        let notes: Vec<&str> =
            self.shown.lines().filter(|line| line.starts_with("note:")).collect();
        assert_eq!(notes.len(), 1, "{}", self.shown);
        assert!(self.shown.starts_with("note:"), "{}", self.shown);
        for part in said {
            assert!(notes[0].contains(part), "{part}: {}", notes[0]);
        }
    }

    /// It is short, and tells no reason again and again.
    fn assert_short(&self) {
        assert!(self.shown.lines().count() < 120, "{}", self.shown);
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for line in self.shown.lines().map(str::trim) {
            let is_reason = ["expected", "actual", "reason", "got"];
            if is_reason.iter().any(|it| line.starts_with(it)) {
                *reasons.entry(line).or_default() += 1;
            }
        }
        let often = reasons.iter().find(|(_, count)| **count > 5);
        assert_eq!(often, None, "{}", self.shown);
    }
}

/// Whether it asks createLink for something with this member.
fn asks_with(seen: &Seen, member: &str) -> bool {
    let body: Option<Value> = serde_json::from_str(&seen.body).ok();
    seen.is_create_link() && body.is_some_and(|it| !it[member].is_null())
}

fn refused() -> Reaction {
    let body = r#"{"error":{"code":"invalidRequest","message":"not in this dialect"}}"#;
    Reaction::Answer(Reply::new(400).saying(body))
}

/// The rules that only a granted link can tell about, and the plainest request gives none.
const NEED_PLAIN_LINK: [&str; 8] =
    ["IDEM-02", "IDEM-04", "IDEM-05", "TYPE-06", "SIDE-03", "IDEM-06", "PERM-11", "TYPE-17"];

/// A refusal tells nothing about these: everything with that body is refused.
const REFUSED_ANYWAY: [&str; 6] = ["AUTH-01", "AUTH-02", "AUTH-12", "ERR-08", "ERR-09", "REQ-02"];

#[test]
fn new_links_are_answered_with_200() {
    let told = told(&[], |seen| match seen.is_create_link() {
        true => Reaction::Alter(Box::new(|reply| match reply.status {
            201 => Reply { status: 200, ..reply },
            _ => reply,
        })),
        false => Reaction::Forward,
    });
    assert_eq!(told.exit, Some(1), "{}", told.shown);
    told.assert_blamed(&["IDEM-01"]);
    assert!(told.shown.starts_with("FAIL  IDEM-01"), "{}", told.shown);
    told.assert_short();
    // A 200 that comes in any case tells of no existing link.
    told.assert_verdicts(&["IDEM-06", "IDEM-11", "IDEM-17"], "not-run");
    told.assert_verdicts(&["PERM-04", "TYPE-01", "SIDE-01"], "pass");
}

#[test]
fn scope_is_refused() {
    let told = told(&[], |seen| match asks_with(seen, "scope") {
        true => refused(),
        false => Reaction::Forward,
    });
    assert_eq!(told.exit, Some(1), "{}", told.shown);
    told.assert_noted(&["400 Bad Request", "requests with \"scope\" was granted", "not be judged"]);
    assert_eq!(told.shown.matches("FAIL").count(), 1, "{}", told.shown);
    assert!(
        told.shown.contains("rules, one cause: expected 201 Created or 200 OK"),
        "{}",
        told.shown
    );
    told.assert_short();
    told.assert_verdicts(&["SCOPE-06", "TYPE-02", "PATH-01"], "fail");
    told.assert_verdicts(&REFUSED_ANYWAY, "not-run");
    told.assert_verdicts(&NEED_PLAIN_LINK, "not-run");
    // Refused for its scope, not for what it is.
    told.assert_verdicts(&["SCOPE-14", "REQ-10"], "not-run");
    told.assert_verdicts(&["SCOPE-16", "REQ-06", "SIDE-13"], "pass");
}

#[test]
fn a_password_is_demanded() {
    let told = told(&[], |seen| match seen.is_create_link() && !asks_with(seen, "password") {
        true => refused(),
        false => Reaction::Forward,
    });
    assert_eq!(told.exit, Some(1), "{}", told.shown);
    told.assert_noted(&["requests without \"password\" was granted", "not be judged"]);
    assert_eq!(told.shown.matches("FAIL").count(), 1, "{}", told.shown);
    told.assert_short();
    told.assert_verdicts(&["TYPE-01", "TYPE-02", "PATH-01", "SCOPE-06"], "fail");
    told.assert_verdicts(&REFUSED_ANYWAY, "not-run");
    told.assert_verdicts(&NEED_PLAIN_LINK, "not-run");
    told.assert_verdicts(&["PWD-03", "PWD-04"], "pass");
}

#[test]
fn roles_are_missing_everywhere() {
    let told = told(&[], |_| {
        Reaction::Alter(Box::new(|reply| {
            let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
            if let Some(permission) = body.as_object_mut() {
                permission.remove("roles");
            }
            let listed = body.get_mut("value").and_then(Value::as_array_mut);
            for permission in listed.into_iter().flatten().filter_map(Value::as_object_mut) {
                permission.remove("roles");
            }
            reply.saying(body.to_string())
        }))
    });
    assert_eq!(told.exit, Some(1), "{}", told.shown);
    told.assert_blamed(&["PERM-04"]);
    assert!(told.shown.starts_with("FAIL  PERM-04"), "{}", told.shown);
    assert!(told.shown.contains(r#""roles" is a required property"#), "{}", told.shown);
    told.assert_short();
    told.assert_verdicts(&["PERM-05", "TYPE-05", "TYPE-06"], "not-run");
    told.assert_verdicts(&["IDEM-01", "SIDE-01"], "pass");
}

#[test]
fn another_prefix_is_as_good() {
    for root in ["/graph/api/v1.0", "/graph/api/v1.0/", "/graph/api", "/graph/api/"] {
        let told = told_at(root, &[], |seen| match seen.target.strip_prefix("/graph/api/v1.0/") {
            Some(rest) => Reaction::At(format!("/v1.0/{rest}")),
            None => Reaction::Answer(Reply::new(404)),
        });
        assert_eq!(told.exit, Some(0), "{root}: {}", told.shown);
        told.assert_blamed(&[]);
        told.assert_short();
        told.assert_verdicts(
            &["PATH-01", "PATH-03", "PATH-06", "PATH-07", "IDEM-02", "RET-01", "SIDE-13"],
            "pass",
        );
    }
}

#[test]
fn malformed_json_is_never_answered() {
    let latch = Latch::closed();
    let held = latch.clone();
    let told = told(&["--timeout", "1"], move |seen| {
        let malformed = serde_json::from_str::<Value>(&seen.body).is_err();
        match seen.is_create_link() && seen.mutates() && malformed {
            true => Reaction::Hold(held.clone()),
            false => Reaction::Forward,
        }
    });
    latch.open();
    assert_eq!(told.exit, Some(3), "{}", told.shown);
    told.assert_blamed(&[]);
    assert_eq!(told.shown.matches("no complete answer within 1 s").count(), 1, "{}", told.shown);
    assert!(told.shown.contains("kept 1 MUST rule from being judged"), "{}", told.shown);
    told.assert_short();
    told.assert_verdicts(&["REQ-06"], "inconclusive");
    told.assert_verdicts(&["REQ-05", "IDEM-02", "SIDE-13"], "pass");
}
