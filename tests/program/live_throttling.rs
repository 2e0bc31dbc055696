//! What the environment does is never a verdict: throttling, tokens that end, clocks that go wrong, and
//! what an administrator forbids.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::service::gate::Reply;
use crate::service::{
    REPORT, Reaction, Seen, Service, assert_same, journals, report, rule_of, text, verdict,
};
use jiff::Timestamp;
use linkspec::drive::{LiveOptions, Target, base_url};
use linkspec::graph::{Address, Clock, Identity, Product, Secret};
use linkspec::mock::{Identity as Who, Options, Policy};
use linkspec::rules::Library;
use linkspec::run::{self, Selection, TellOptions};
use linkspec::sign_in::TokenSources;
use serde_json::Value;

fn throttled(status: u16, retry_after: Option<&str>) -> Reaction {
    let reply = Reply::new(status);
    Reaction::Answer(match retry_after {
        Some(value) => reply.with("retry-after", value),
        None => reply,
    })
}

/// Rules of a report with this verdict.
fn with_verdict(report: &Value, verdict: &str) -> Vec<String> {
    let rules = report["rules"].as_array().unwrap().iter();
    rules.filter(|it| it["verdict"] == verdict).map(|it| it["id"].to_string()).collect()
}

/// Runs a few rules in this process, on a clock that jumps. Gives what the clock showed when each
/// createLink call arrived, and the rules that did not pass.
fn told_on_a_virtual_clock(
    clock: &Clock,
    react: impl Fn(usize) -> Option<Reply> + Send + 'static,
) -> (Vec<Timestamp>, Vec<String>) {
    let arrived: Arc<Mutex<Vec<Timestamp>>> = Arc::default();
    let (noted, time) = (Arc::clone(&arrived), clock.clone());
    let options = Options { clock: clock.clone(), ..Options::new(Product::Business) };
    let service = Service::gated(options, move |seen| {
        if !seen.is_create_link() {
            return Reaction::Forward;
        }
        let mut noted = noted.lock().unwrap();
        noted.push(time.now());
        react(noted.len()).map_or(Reaction::Forward, Reaction::Answer)
    });
    let tokens = BTreeMap::from([(Identity::Owner, Secret::new(service.mock.token(Who::Owner)))]);
    let live = LiveOptions {
        base: base_url(&service.base_url()).unwrap(),
        drive: Address::Drive(service.mock.drive_id().to_owned()),
        sources: TokenSources::given(tokens),
        clock: clock.clone(),
        ..LiveOptions::default()
    };
    let suite = run::read(&Library::embedded()).unwrap();
    let selection =
        Selection { ids: ["IDEM-02", "TYPE-08"].map(str::to_owned).into(), ..Selection::default() };
    let how = TellOptions { jobs: 1, budget: None, earlier: None };
    let rules = service.block_on(async {
        let target = Target::open(live).await.unwrap();
        let recorded = run::record(&suite, &selection, &target, &how, 1, &|_, _| {}).await;
        assert!(target.clean_up(1).await.is_empty());
        run::judge_recording(&suite, &selection, &recorded).await
    });
    let failed = rules
        .iter()
        .filter(|it| it.verdict != linkspec::report::Verdict::Pass)
        .map(|it| format!("{}: {:?} {:?}", it.id, it.verdict, it.reason))
        .collect();
    (arrived.lock().unwrap().clone(), failed)
}

#[test]
fn each_form_of_retry_after_is_obeyed() {
    for (status, value, seconds) in [
        (429, Some("41"), 41.0),
        (429, Some("2.128"), 2.128),
        (503, Some("7"), 7.0),
        // An instant half a minute ahead; it is written in whole seconds.
        (429, Some("date"), 28.0),
        // Nothing said: some pause all the same.
        (429, None, 0.5),
        (503, None, 0.5),
        (429, Some("soon"), 0.5),
    ] {
        let clock = Clock::virtual_time();
        let time = clock.clone();
        let (arrived, failed) = told_on_a_virtual_clock(&clock, move |number| {
            let value = value.map(|value| match value {
                "date" => {
                    let at = time.now().checked_add(Duration::from_secs(30)).unwrap();
                    httpdate::fmt_http_date(at.into())
                }
                value => value.to_owned(),
            });
            let reply = Reply::new(status);
            let reply = match value {
                Some(value) => reply.with("retry-after", &value),
                None => reply,
            };
            (number == 2).then_some(reply)
        });
        assert!(failed.is_empty(), "{status} {value:?}: {failed:?}");
        let pause = arrived[2].duration_since(arrived[1]).as_secs_f64();
        assert!(pause >= seconds, "{status} {value:?}: again after {pause} s");
    }
}

#[test]
fn pauses_without_retry_after_grow() {
    let clock = Clock::virtual_time();
    let (arrived, failed) = told_on_a_virtual_clock(&clock, |number| {
        (2..=5).contains(&number).then(|| Reply::new(429))
    });
    assert!(failed.is_empty(), "{failed:?}");
    let pauses: Vec<f64> =
        arrived[1..6].windows(2).map(|it| it[1].duration_since(it[0]).as_secs_f64()).collect();
    assert!(pauses.windows(2).all(|it| it[0] < it[1]), "{pauses:?}");
}

#[test]
fn an_item_just_made_may_be_unknown_for_a_second() {
    let usual = told_on_a_virtual_clock(&Clock::virtual_time(), |_| None).0.len();
    let (arrived, failed) = told_on_a_virtual_clock(&Clock::virtual_time(), |number| {
        (number == 1).then(|| Reply::new(404))
    });
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(arrived.len(), usual + 1);
    let pause = arrived[1].duration_since(arrived[0]).as_secs_f64();
    assert!(pause >= 1.0, "again after {pause} s");

    // One that stays unknown is a finding, and no other is waited for.
    let (arrived, failed) =
        told_on_a_virtual_clock(&Clock::virtual_time(), |_| Some(Reply::new(404)));
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(arrived.len(), usual + 1);
}

#[test]
fn a_storm_of_throttling_changes_no_verdict() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let past = "Wed, 01 Jan 2025 00:00:30 GMT";
    service.gate().react(move |seen| match seen.number % 9 {
        1 => throttled(429, Some("0")),
        4 => throttled(429, Some("0.01")),
        5 => throttled(503, Some("0")),
        7 => throttled(429, Some(past)),
        _ => Reaction::Forward,
    });
    // One at a time: side by side a call may happen to be throttled every time it is made.
    let rules = ["--rule", "IDEM-02,TYPE-08,SIDE-01,PWD-04", "--jobs", "1"];
    let run = service.live(&folder, &[&rules[..], &REPORT].concat());
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let report = report(&folder.path().join("report.json"));
    assert_eq!(with_verdict(&report, "pass").len(), 4, "{}", text(&run));
    assert_same(&service.snapshot(), &before, &text(&run));
}

#[test]
fn a_run_that_is_throttled_throughout_stops_and_can_go_on() {
    for (status, value, calls) in [
        (429, Some("3600"), 1),
        (429, None, 1),
        (503, Some("3600"), 1),
        (503, None, 1),
        (429, Some("0"), 5),
        (503, Some("0"), 5),
    ] {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |seen| match seen.is_create_link() {
            true => throttled(status, value),
            false => Reaction::Forward,
        });
        // A pause of half a second is less than the least back-off, so no pause is granted at all.
        let arguments = ["--max-wait", "0.5", "--record", "run.ndjson", REPORT[0], REPORT[1]];
        let run = service.live(&folder, &arguments);
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(5), "{status} {value:?}: {shown}");
        assert!(shown.contains("--resume run.ndjson"), "{status} {value:?}: {shown}");
        let sent = service.gate().seen().iter().filter(|it| it.is_create_link()).count();
        assert_eq!(sent, calls, "{status} {value:?}");
        let report = report(&folder.path().join("report.json"));
        assert_eq!(with_verdict(&report, "fail"), Vec::<String>::new(), "{status} {value:?}");
        assert_same(&service.snapshot(), &before, &shown);
        // Later the service has recovered.
        service.gate().react(|_| Reaction::Forward);
        let later = service.live(
            &folder,
            &["--rule", "IDEM-02,TYPE-08", "--resume", "run.ndjson", REPORT[0], REPORT[1]],
        );
        assert_eq!(later.status.code(), Some(0), "{}", text(&later));
    }
}

#[test]
fn set_up_that_is_throttled_stops_the_run_too() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match seen.method.as_str() {
        "PUT" => throttled(429, Some("0")),
        _ => Reaction::Forward,
    });
    let run = service.live(&folder, &["--jobs", "1"]);
    assert_eq!(run.status.code(), Some(5), "{}", text(&run));
    let uploads = service.gate().seen().iter().filter(|it| it.method == "PUT").count();
    assert_eq!(uploads, 5, "not one story after the other");
    assert_same(&service.snapshot(), &before, &text(&run));
}

/// A gate that takes these tokens for the owner's while `accepts` says so, and counts what it refuses.
fn renewing(
    service: &Service,
    mut accepts: impl FnMut(&str, &Seen) -> bool + Send + 'static,
) -> Arc<Mutex<usize>> {
    let refused = Arc::new(Mutex::new(0));
    let (count, owner) = (Arc::clone(&refused), service.mock.token(Who::Owner).to_owned());
    service.gate().react(move |seen| {
        let Some(token) = seen.header("authorization") else { return Reaction::Forward };
        let token = token.trim_start_matches("Bearer ").to_owned();
        if !token.starts_with("renewable-") {
            return Reaction::Forward;
        }
        if accepts(&token, seen) {
            return Reaction::As(owner.clone());
        }
        *count.lock().unwrap() += 1;
        Reaction::Answer(Reply::new(401))
    });
    refused
}

/// A token command that prints another token each time, and notes that it was asked.
fn token_command(folder: &tempfile::TempDir) {
    let command = "echo asked >> asked; echo renewable-$(wc -l < asked)";
    let text = format!("[sign_in.owner]\nshell = true\ncommand = \"{command}\"\n");
    std::fs::write(folder.path().join("linkspec.toml"), text).unwrap();
}

fn asked(folder: &tempfile::TempDir) -> usize {
    std::fs::read_to_string(folder.path().join("asked")).unwrap().lines().count()
}

#[test]
fn a_token_that_ends_is_renewed_once_wherever_it_ends() {
    // In the middle of the stories, and in the middle of the clean-up.
    type Ends = fn(&Seen) -> bool;
    let ends: [(&str, Ends); 2] = [
        ("a story", Seen::is_create_link),
        ("clean-up", |seen| seen.method == "DELETE" && !seen.target.contains("/permissions/")),
    ];
    for (place, ends) in ends {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        token_command(&folder);
        let mut ended = false;
        let refused = renewing(&service, move |token, seen| {
            ended |= ends(seen);
            token.trim() != "renewable-1" || !ended
        });
        let run = service
            .run(&folder, &["--rule", "IDEM-02,TYPE-08", "--jobs", "1"])
            .env_remove("LINKSPEC_TOKEN")
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{place}: {}", text(&run));
        assert_eq!(asked(&folder), 2, "{place}");
        assert_eq!(*refused.lock().unwrap(), 1, "{place}");
        assert_same(&service.snapshot(), &before, place);
    }
}

#[test]
fn a_token_that_ends_for_good_is_nobodys_fault() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let mut calls = 0;
    renewing(&service, move |_, seen| {
        calls += usize::from(seen.is_create_link());
        calls < 4
    });
    let run = service
        .run(&folder, &["--jobs", "1", REPORT[0], REPORT[1]])
        .env("LINKSPEC_TOKEN", "renewable-not-at-all")
        .output()
        .unwrap();
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("sign in again"), "{shown}");
    assert!(shown.contains("linkspec cleanup --journal"), "{shown}");
    let verdicts = report(&folder.path().join("report.json"));
    assert_eq!(with_verdict(&verdicts, "fail"), Vec::<String>::new(), "{shown}");
    let sent = service.gate().seen().iter().filter(|it| it.is_create_link()).count();
    assert!(sent < 8, "{sent} calls");
    // With a token that is good what is left can be removed.
    let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, &shown);
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_single_request_that_is_refused_is_judged() {
    // The token is good; that one kind of request is answered 401 is the service's doing.
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match seen.body.contains("\"edit\"") {
        true => Reaction::Answer(Reply::new(401)),
        false => Reaction::Forward,
    });
    let run = service.live(&folder, &["--rule", "IDEM-02,TYPE-02", REPORT[0], REPORT[1]]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run));
}

#[test]
fn a_clock_that_is_an_hour_wrong_is_told_and_blames_no_rule() {
    // The service is an hour ahead, also when it computes the ends that its policy sets.
    let clock = Clock::virtual_time();
    let policy = Policy { expiration_policy_days: 7, ..Policy::for_product(Product::Business) };
    let options = Options { clock: clock.clone(), policy, ..Options::new(Product::Business) };
    let service = Service::start(options);
    service.block_on(clock.sleep(Duration::from_secs(3600)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("linkspec.toml"),
        "[tenant]\nanonymous_links = \"enabled\"\nexpiration_policy_days = 7\ndefault_scope = \"organization\"\n",
    )
    .unwrap();
    let run = service.live(&folder, &["--tags", "@must or @should", REPORT[0], REPORT[1]]);
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(0), "{shown}");
    let verdicts = report(&folder.path().join("report.json"));
    for bad in ["fail", "warn"] {
        assert_eq!(with_verdict(&verdicts, bad), Vec::<String>::new(), "{shown}");
    }
    assert_eq!(verdict(&verdicts, "EXP-02"), "pass", "{}", rule_of(&verdicts, "EXP-02"));
    let (base, drive) = (service.base_url(), service.drive());
    let doctor = service
        .linkspec(&folder, &["doctor", "--base-url", &base, "--drive", &drive])
        .output()
        .unwrap();
    let shown = text(&doctor);
    assert!(shown.contains("clock: the service is 3") && shown.contains("s ahead"), "{shown}");
    assert!(shown.contains("set this machine's clock"), "{shown}");
}

#[test]
fn a_service_that_is_behind_is_told_too() {
    let service = Service::gated(Options::new(Product::Business), |_| {
        Reaction::Alter(Box::new(|reply| {
            let hour = Duration::from_secs(3600);
            let date = std::time::SystemTime::now().checked_sub(hour).unwrap();
            reply.with("date", &httpdate::fmt_http_date(date))
        }))
    });
    let folder = tempfile::tempdir().unwrap();
    let (base, drive) = (service.base_url(), service.drive());
    let doctor = service
        .linkspec(&folder, &["doctor", "--base-url", &base, "--drive", &drive])
        .output()
        .unwrap();
    assert!(text(&doctor).contains("s behind"), "{}", text(&doctor));
    let run = service.live(&folder, &["--rule", "EXP-02,EXP-03,IDEM-02"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
}

#[test]
fn a_tenant_without_anonymous_links_shows_the_answer_that_proves_it() {
    let policy = Policy { anonymous_links: false, ..Policy::for_product(Product::Business) };
    let service = Service::start(Options { policy, ..Options::new(Product::Business) });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("linkspec.toml"),
        "[tenant]\nanonymous_links = \"disabled\"\n",
    )
    .unwrap();
    let run = service.live(&folder, &REPORT);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let report = report(&folder.path().join("report.json"));
    let not_applicable: Vec<&Value> = report["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["verdict"] == "not-applicable")
        .filter(|it| it["reason"].as_str().unwrap().contains("anonymous links are disabled"))
        .collect();
    assert!(!not_applicable.is_empty(), "{}", text(&run));
    for rule in not_applicable {
        let shown = rule["exchanges"].as_array().unwrap();
        assert!(!shown.is_empty(), "{rule} proves nothing");
        for number in shown {
            let exchanges = report["exchanges"].as_array().unwrap();
            let exchange = exchanges.iter().find(|it| it["n"] == *number).unwrap();
            assert_eq!(exchange["answer"]["status"], 403, "{rule}: {exchange}");
            let body = exchange["request"]["body"].to_string();
            assert!(body.contains("anonymous"), "{rule}: {body}");
        }
    }
}
