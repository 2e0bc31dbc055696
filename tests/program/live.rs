//! The built binary against a service by its URL: the mock, which it cannot tell from another one.

use crate::service::{Service, bare, report, text};
use linkspec::graph::{Clock, Product};
use linkspec::mock::{Identity, Options, deviation};

#[test]
fn a_live_run_is_green_tells_no_secret_and_leaves_nothing_behind() {
    let service = Service::of(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let before = service.mock.items();
    let output = service.live(
        &folder,
        &[
            "--rule",
            "IDEM-02,TYPE-08,PERM-01,PWD-04",
            "--report",
            "json=report.json",
            "--report",
            "html=report.html",
            "--record",
            "run.ndjson",
            "-v",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(service.mock.items(), before, "everything made is removed");
    let verdicts = report(&folder.path().join("report.json"));
    assert_eq!(verdicts["target"]["kind"], "live");
    assert_eq!(verdicts["target"]["product"], "business");
    let token = service.mock.token(Identity::Owner);
    for file in ["report.json", "report.html", "run.ndjson"] {
        let written = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(!written.contains(token), "{file} holds a token");
        assert!(!written.contains("contoso"), "{file} holds a host of the tenant");
    }
    assert!(!text(&output).contains(token));
    let journals = std::fs::read_dir(folder.path().join("state/linkspec")).unwrap().count();
    assert_eq!(journals, 0, "a journal with nothing left to remove is removed");
}

#[test]
fn a_recording_judged_again_gives_the_same_verdicts() {
    let service = Service::of(Product::Personal);
    let folder = tempfile::tempdir().unwrap();
    let first = service.live(
        &folder,
        &[
            "--rule",
            "IDEM-02,TYPE-03,SCOPE-09",
            "--record",
            "run.ndjson",
            "--report",
            "json=one.json",
        ],
    );
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));
    let calls = service.mock.create_link_calls();
    let again = bare(
        &folder,
        &[
            "run",
            "--replay",
            "run.ndjson",
            "--rule",
            "IDEM-02,TYPE-03,SCOPE-09",
            "--report",
            "json=two.json",
        ],
    )
    .output()
    .unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", text(&again));
    assert_eq!(service.mock.create_link_calls(), calls, "nothing is sent");
    let (one, two) =
        (report(&folder.path().join("one.json")), report(&folder.path().join("two.json")));
    assert_eq!(one["rules"], two["rules"]);
    assert_eq!(one["exchanges"], two["exchanges"]);
}

#[test]
fn a_broken_rule_is_red_under_its_id_with_phrase_and_exchange() {
    let service = Service::start(Options {
        deviation: deviation("always-created"),
        ..Options::new(Product::Business)
    });
    let folder = tempfile::tempdir().unwrap();
    let output = service.live(&folder, &["--rule", "IDEM-02"]);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    for part in
        ["IDEM-02", "200 OK if an existing link is returned", "201 Created", "curl", "/createLink"]
    {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
}

#[test]
fn a_personal_drive_is_asked_eight_times_and_the_run_goes_on_later() {
    let service = Service::of(Product::Personal);
    let folder = tempfile::tempdir().unwrap();
    let first = service
        .live(&folder, &["--level", "must", "--record", "run.ndjson", "--report", "json=one.json"]);
    assert_eq!(first.status.code(), Some(5), "{}", text(&first));
    assert!(service.mock.create_link_calls() <= 8, "{} calls", service.mock.create_link_calls());
    let verdicts = report(&folder.path().join("one.json"));
    let judged = verdicts["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["level"] == "must" && rule["verdict"] == "pass")
        .count();
    assert!(judged >= 45, "{judged} MUST rules are judged by eight calls");
    assert!(text(&first).contains("--resume run.ndjson"), "{}", text(&first));
    let later =
        service.live(&folder, &["--level", "must", "--resume", "run.ndjson", "--budget", "30"]);
    assert_eq!(later.status.code(), Some(0), "{}", text(&later));
}

#[test]
fn what_a_killed_run_left_is_removed_from_its_journal_alone() {
    let service = Service::of(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let before = service.mock.items();
    let (base, drive) = (service.mock.base_url(), service.drive());
    // Left behind on purpose: what a run killed before its clean-up leaves.
    let run = service
        .linkspec(
            &folder,
            &[
                "run",
                "--target",
                "live",
                "--base-url",
                &base,
                "--drive",
                &drive,
                "--rule",
                "IDEM-06",
                "--no-cleanup",
                "--journal",
                "run.journal",
            ],
        )
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert_ne!(service.mock.items(), before);
    // A process killed while it wrote leaves half a line.
    let journal = folder.path().join("run.journal");
    let mut lines = std::fs::read_to_string(&journal).unwrap();
    assert!(!lines.contains(service.mock.token(Identity::Owner)));
    lines.push_str(r#"{"made":{"ite"#);
    std::fs::write(&journal, lines).unwrap();
    for _ in 0..2 {
        let clean =
            service.linkspec(&folder, &["cleanup", "--journal", "run.journal"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
        assert_eq!(service.mock.items(), before, "{}", text(&clean));
    }
}

#[test]
fn every_point_at_which_a_run_may_be_killed_can_be_cleaned_up() {
    let service = Service::of(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let before = service.mock.items();
    let (base, drive) = (service.mock.base_url(), service.drive());
    let run = service
        .linkspec(
            &folder,
            &[
                "run",
                "--target",
                "live",
                "--base-url",
                &base,
                "--drive",
                &drive,
                "--rule",
                "IDEM-06,TYPE-08,PATH-14",
                "--jobs",
                "1",
                "--no-cleanup",
                "--journal",
                "whole.journal",
            ],
        )
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let whole = std::fs::read_to_string(folder.path().join("whole.journal")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    // The journal is all that a killed process leaves. Cut after the folder was noted, whatever was made
    // inside goes with the folder; cut later, item by item.
    let folder_made = lines.iter().position(|line| line.contains("will-make-item")).unwrap();
    for cut in [folder_made + 1, folder_made + 2, lines.len() / 2, lines.len() - 1] {
        std::fs::write(folder.path().join("cut.journal"), lines[..cut].join("\n")).unwrap();
        let clean =
            service.linkspec(&folder, &["cleanup", "--journal", "cut.journal"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(0), "cut at {cut}: {}", text(&clean));
        assert_eq!(service.mock.items(), before, "cut at {cut}: {}", text(&clean));
    }
}

#[test]
fn what_the_user_gets_wrong_is_said_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.toml"), "[tenant]\nanonymus_links = \"enabled\"\n")
        .unwrap();
    std::fs::create_dir(folder.path().join("wrong")).unwrap();
    std::fs::write(
        folder.path().join("wrong/links.feature"),
        "Feature: Links\n\n  @IDEM-02 @must @business\n  Rule: Twice\n    Page, Response: \"200 OK\"\n\n    Scenario: twice\n      Given a new fil\n      When the application asks for a veiw link\n      Then the second answer is 200 OK\n",
    )
    .unwrap();
    for (arguments, parts) in [
        (&["run", "--rule", "IDEM-2"][..], &["unknown rule", "did you mean"][..]),
        (&["run", "--tags", "@persnal"], &["unknown tag", "did you mean \"@personal\""]),
        (&["run", "--product", "busines"], &["unknown product", "business"]),
        (&["run", "--level", "mus"], &["unknown level", "must"]),
        (&["run", "--shard", "4/3"], &["shard", "K/N"]),
        (&["run", "--profile", "bad.toml"], &["bad.toml:2:1", "anonymous_links"]),
        (&["run", "--features", "wrong"], &["links.feature:8", "links.feature:9"]),
        (&["run", "--report", "json=/nowhere/at/all.json"], &["/nowhere/at"]),
        (&["run", "--base-url", "graph.microsoft.com"], &["https://"]),
        (&["run", "--base-url", "http://graph.microsoft.com"], &["https://graph.microsoft.com"]),
        (&["run", "--base-url", "https://me:secret@graph.microsoft.com"], &["credentials"]),
        (&["run", "--drive", "drive/x"], &["drives/ID"]),
        (&["run", "--target", "live"], &["LINKSPEC_TOKEN"]),
        (&["run", "--replay", "none.ndjson"], &["none.ndjson"]),
        (&["rules", "show", "IDEM-99"], &["unknown rule"]),
        (&["prove", "--deviation", "always-create"], &["always-created"]),
    ] {
        let output = bare(&folder, arguments).output().unwrap();
        let shown = text(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {shown}");
        for part in parts {
            assert!(shown.contains(part), "{arguments:?}: {part:?} is missing in: {shown}");
        }
        assert!(!shown.contains("panicked"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn a_service_that_is_not_there_is_the_environments_fault() {
    let folder = tempfile::tempdir().unwrap();
    let output = bare(&folder, &["run", "--base-url", "http://127.0.0.1:9", "--drive", "me"])
        .env("LINKSPEC_TOKEN", "token-of-nobody")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("hint"), "{}", text(&output));
}

#[test]
fn another_product_than_asked_for_is_a_mistake() {
    let service = Service::of(Product::Personal);
    let folder = tempfile::tempdir().unwrap();
    let output = service.live(&folder, &["--product", "business"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("personal"), "{}", text(&output));
}

#[test]
fn nothing_judged_is_never_green() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        bare(&folder, &["run", "--product", "personal", "--rule", "TYPE-08"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
}

#[test]
fn the_clock_of_a_mock_and_of_a_run_may_be_one() {
    // Guards the promise that prove rests on: clones of a virtual clock share their time.
    let clock = Clock::virtual_time();
    let other = clock.clone();
    let before = other.now();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(clock.sleep(std::time::Duration::from_secs(3600)));
    assert!(other.now().duration_since(before).as_secs() >= 3600);
}
