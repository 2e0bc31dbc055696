//! What belongs together says the same: `cargo test` and `run`, a report and what is made of it, one round and the next.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkspec::graph::Product;
use linkspec::mock::Identity;

use crate::service::gate::{Latch, Reply};
use crate::service::{REPORT, Reaction, Seen, Service, bare, report, rule_of, text, verdict};

/// The newest build of the suite as a test binary: `cargo test` has made it, a narrower command may not have.
fn conformance() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.to_path_buf();
    let binaries = std::fs::read_dir(folder).ok()?.flatten().map(|it| it.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("conformance-") && !name.ends_with(".d") && !name.contains(".rcgu")
    });
    binaries.max_by_key(|path| path.metadata().and_then(|it| it.modified()).ok())
}

/// The same command line and environment, for the test binary.
fn as_tests(run: &Command, binary: &PathBuf) -> Command {
    let mut tests = Command::new(binary);
    tests.env_clear().args(run.get_args().skip(1));
    tests.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    tests.current_dir(run.get_current_dir().unwrap());
    tests
}

#[test]
fn cargo_test_ends_as_run_does() {
    let Some(binary) = conformance() else {
        println!("skipped: `cargo test --test conformance` has not been built");
        return;
    };
    let created = |seen: &Seen| match seen.is_create_link() {
        true => Reaction::Alter(Box::new(|reply: Reply| Reply { status: 201, ..reply })),
        false => Reaction::Forward,
    };
    let unavailable = |seen: &Seen| match seen.is_create_link() {
        true => Reaction::Answer(Reply::new(500)),
        false => Reaction::Forward,
    };
    let kept = |seen: &Seen| match seen.method.as_str() {
        "DELETE" => Reaction::Answer(Reply::new(403)),
        _ => Reaction::Forward,
    };
    let known = "[[known]]\nrule = \"IDEM-02\"\nproduct = \"business\"\nverdict = \"fail\"\nreason = \"x\"\n\
                 url = \"https://example.com\"\nexpires = 2999-01-01\n";
    type React = fn(&Seen) -> Reaction;
    let cases: [(&str, React, &[&str], i32); 8] = [
        ("holds", |_| Reaction::Forward, &["--rule", "IDEM-02"], 0),
        ("broken", created, &["--rule", "IDEM-02"], 1),
        ("known", created, &["--rule", "IDEM-02", "--known", "known.toml"], 0),
        (
            "known no more",
            |_| Reaction::Forward,
            &["--rule", "IDEM-02", "--known", "known.toml"],
            1,
        ),
        ("environment", unavailable, &["--rule", "IDEM-02", "--max-wait", "1"], 3),
        ("left behind", kept, &["--rule", "IDEM-02"], 3),
        ("nothing judged", |_| Reaction::Forward, &["--tags", "@needs-app-only"], 4),
        ("budget", |_| Reaction::Forward, &["--rule", "IDEM-02,TYPE-08", "--budget", "2"], 5),
    ];
    for (case, react, arguments, wanted) in cases {
        let both = [false, true].map(|tests| {
            let service = Service::forwarding(Product::Business);
            service.gate().react(react);
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("known.toml"), known).unwrap();
            let mut command = service.run(&folder, &[arguments, &REPORT].concat());
            if tests {
                command = as_tests(&command, &binary);
            }
            let output = command.output().unwrap();
            assert!(folder.path().join("report.json").exists(), "{case}: {}", text(&output));
            (output.status.code(), text(&output))
        });
        let [(run, shown), (tests, of_tests)] = both;
        assert_eq!(run, Some(wanted), "{case}: {shown}");
        // A test runner ends with 101 where one of its tests failed.
        let same = tests == run || tests == Some(101) && matches!(wanted, 1 | 3);
        assert!(same, "{case}: run {run:?}, tests {tests:?}: {of_tests}");
    }
}

#[test]
fn the_token_of_one_person_is_not_taken_for_that_of_another() {
    let service = Service::forwarding(Product::Business);
    let owner = service.mock.token(Identity::Owner).to_owned();
    for variable in
        ["LINKSPEC_TOKEN_SECOND_APP", "LINKSPEC_TOKEN_SECOND_USER", "LINKSPEC_TOKEN_READ_ONLY"]
    {
        for command in ["run", "doctor"] {
            let folder = tempfile::tempdir().unwrap();
            let mut command = match command {
                "run" => service.run(&folder, &[]),
                _ => {
                    let (base, drive) = (service.base_url(), service.drive());
                    service.linkspec(&folder, &["doctor", "--base-url", &base, "--drive", &drive])
                }
            };
            let output = command.env(variable, &owner).output().unwrap();
            let shown = text(&output);
            assert_eq!(output.status.code(), Some(2), "{variable}: {shown}");
            assert!(shown.contains("one and the same token"), "{variable}: {shown}");
        }
    }
    assert!(!service.gate().seen().iter().any(Seen::is_create_link));
}

#[test]
fn a_token_that_says_it_is_wrong_for_its_part_blames_no_service() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    // It may write, and the part is that of an application that may only read.
    let writes = service.mock.token(Identity::FilesReadWriteAll).to_owned();
    let mut run = service.run(&folder, &[&["--rule", "AUTH-12"][..], &REPORT].concat());
    let output = run.env("LINKSPEC_TOKEN_READ_ONLY", writes).output().unwrap();
    let report = report(&folder.path().join("report.json"));
    let rule = rule_of(&report, "AUTH-12");
    assert_eq!(rule["verdict"], "inconclusive", "{}", text(&output));
    assert!(rule["reason"].as_str().unwrap().contains("Files.ReadWrite.All"), "{rule}");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
}

/// createLink requests of a folder's run, in order, by item: each item is one story's.
fn stories_asked(seen: &[Seen]) -> usize {
    let mut items: Vec<&str> =
        seen.iter().filter(|it| it.is_create_link()).map(|it| it.target.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    items.len()
}

#[test]
fn a_run_that_goes_on_gets_to_its_end_and_names_what_is_spoiled_each_time() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    // Requests for an edit link fail each time, and would eat the budget of every round.
    let spoils = |seen: &Seen| seen.is_create_link() && seen.body.contains(r#""edit""#);
    service.gate().react(move |seen| match spoils(seen) {
        true => Reaction::Answer(Reply::new(500)),
        false => Reaction::Forward,
    });
    let rules = ["--rule", "TYPE-01,TYPE-02,IDEM-02,SCOPE-02", "--jobs", "1", "--budget", "6"];
    let mut codes = Vec::new();
    let mut said = String::new();
    for round in 0..12 {
        let file = if round == 0 { "--record" } else { "--resume" };
        let before = service.gate().seen().len();
        let run = service.live(&folder, &[&rules[..], &[file, "run.ndjson"], &REPORT].concat());
        said = text(&run);
        codes.push(run.status.code());
        if run.status.code() != Some(5) {
            break;
        }
        let seen = service.gate().seen().split_off(before);
        assert!(stories_asked(&seen) > 0, "round {round} tells nothing: {said}");
        if round == 0 {
            assert!(said.contains("rounds of at most 6 createLink calls"), "{said}");
            assert!(said.contains("safe after it"), "{said}");
        }
    }
    assert_eq!(codes.last(), Some(&Some(3)), "{codes:?}: {said}");
    assert!(said.contains("Spoiled by the environment more than once, and told last"), "{said}");
    // What does not rest on an edit link is judged all the same.
    assert_eq!(verdict(&report(&folder.path().join("report.json")), "TYPE-01"), "pass", "{said}");
}

#[test]
fn what_is_throttled_each_time_stops_no_round_before_the_rest_is_told() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let throttled = |seen: &Seen| seen.is_create_link() && seen.body.contains(r#""edit""#);
    service.gate().react(move |seen| match throttled(seen) {
        true => Reaction::Answer(Reply::new(429).with("retry-after", "0")),
        false => Reaction::Forward,
    });
    let rules = ["--rule", "TYPE-01,TYPE-02,IDEM-02,SCOPE-02,PATH-13", "--jobs", "2"];
    let mut codes = Vec::new();
    let mut said = String::new();
    for round in 0..16 {
        let file = if round == 0 { "--record" } else { "--resume" };
        let run = service.live(&folder, &[&rules[..], &[file, "run.ndjson"], &REPORT].concat());
        said = text(&run);
        codes.push(run.status.code());
        if run.status.code() != Some(5) {
            break;
        }
        assert!(said.contains("To go on with what is left"), "{said}");
    }
    assert_eq!(codes.last(), Some(&Some(3)), "{codes:?}: {said}");
    assert!(codes.len() > 1, "the first round is worth a second: {said}");
    assert!(said.contains("Spoiled by the environment more than once, and told last"), "{said}");
    let report = report(&folder.path().join("report.json"));
    for rule in ["TYPE-01", "PATH-13"] {
        assert_eq!(verdict(&report, rule), "pass", "{rule}: {said}");
    }
}

#[test]
fn things_are_removed_side_by_side() {
    let service = Service::forwarding(Product::Business);
    let latch = Latch::closed();
    let removals = Arc::new(AtomicUsize::new(0));
    let (held, count) = (latch, Arc::clone(&removals));
    service.gate().react(move |seen| {
        if seen.method != "DELETE" || seen.target.contains("/permissions/") {
            return Reaction::Forward;
        }
        // The first waits for the second, which one after another would never come.
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            return Reaction::Hold(held.clone());
        }
        held.open();
        Reaction::Forward
    });
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--level", "must", "--jobs", "4", "--timeout", "120"]);
    let shown = text(&run);
    assert!(!shown.contains("Not removed"), "{shown}");
    assert!(removals.load(Ordering::SeqCst) > 4, "{shown}");
}

#[test]
fn without_a_browser_no_sharing_url_is_opened_and_its_rules_are_not_run() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let rules = ["--rule", "IDEM-02,LINK-15,IDEM-05", "--no-browser", "--record", "run.ndjson"];
    let run = service.live(&folder, &[&rules[..], &REPORT].concat());
    let found = report(&folder.path().join("report.json"));
    assert_eq!(verdict(&found, "IDEM-02"), "pass", "{}", text(&run));
    let opened =
        found["exchanges"].as_array().unwrap().iter().any(|it| it["purpose"] == "open-page");
    assert!(!opened, "{}", text(&run));
    let left_out: Vec<&str> = found["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["reason"].as_str().is_some_and(|it| it.starts_with("--no-browser")))
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert!(!left_out.is_empty(), "{}", text(&run));
    // Judged again, it is still known.
    let arguments = ["run", "--replay", "run.ndjson", "--report", "json=again.json"];
    bare(&folder, &arguments).output().unwrap();
    let again = report(&folder.path().join("again.json"));
    assert_eq!(verdict(&again, left_out[0]), "not-run");
}

#[test]
fn a_list_of_known_failures_counts_for_what_is_made_of_a_report_too() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match seen.is_create_link() {
        true => Reaction::Alter(Box::new(|reply: Reply| Reply { status: 201, ..reply })),
        false => Reaction::Forward,
    });
    let run = service.live(&folder, &[&["--rule", "IDEM-02"][..], &REPORT].concat());
    assert_eq!(run.status.code(), Some(1), "{}", text(&run));
    std::fs::write(
        folder.path().join("known.toml"),
        "[[known]]\nrule = \"IDEM-02\"\nproduct = \"business\"\nverdict = \"fail\"\nreason = \"reported upstream\"\n\
         url = \"https://example.com\"\nexpires = 2999-01-01\n",
    )
    .unwrap();
    for (command, listed, code) in [
        ("merge", None, 1),
        ("merge", Some("known.toml"), 0),
        ("merge", Some("missing.toml"), 2),
        ("convert", Some("known.toml"), 0),
        ("convert", Some("missing.toml"), 2),
    ] {
        let mut arguments = vec!["report", command, "report.json", "--report", "markdown=out.md"];
        arguments.extend(listed.iter().flat_map(|it| ["--known", *it]));
        let output = bare(&folder, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{command} {listed:?}: {}", text(&output));
        if listed == Some("known.toml") {
            let written = std::fs::read_to_string(folder.path().join("out.md")).unwrap();
            assert!(written.contains("reported upstream"), "{command}: {written}");
        }
    }
}

#[test]
fn colours_are_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (set, option, coloured) in [
        (None, None, false),
        (None, Some("always"), true),
        (Some(("FORCE_COLOR", "1")), None, true),
        (Some(("CLICOLOR_FORCE", "1")), None, true),
        (Some(("FORCE_COLOR", "1")), Some("never"), false),
        (Some(("NO_COLOR", "1")), Some("always"), true),
    ] {
        let mut command = bare(&folder, &["run", "--rule", "IDEM-02", "--product", "business"]);
        command.args(option.iter().flat_map(|it| ["--color", *it])).envs(set);
        let output = command.output().unwrap();
        let found = text(&output).contains('\u{1b}');
        assert_eq!(found, coloured, "{set:?} {option:?}: {}", text(&output));
    }
}
