//! What a run never does, whatever the service does: remove other people's links, ask more often than it may,
//! go on for ever, fill a disk, tell an address that lets anybody in.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::service::gate::Reply;
use crate::service::listener::Listener;
use crate::service::{
    READ_THROUGH_THE_LINK, REPORT, Reaction, Seen, Service, assert_same, features, journals,
    report, text,
};
use linkspec::drive::{LiveOptions, Target, base_url};
use linkspec::graph::{Address, Clock, Identity, Product, Secret};
use linkspec::mock::Identity as Who;
use linkspec::rules::Library;
use linkspec::run::{self, ProductRecording, Selection, TellOptions};
use linkspec::sign_in::TokenSources;
use serde_json::{Value, json};

fn is_item_removal(seen: &Seen) -> bool {
    seen.method == "DELETE" && !seen.target.contains("/permissions/")
}

/// A link of other people on the root of the drive; everything below inherits it. Gives its id.
fn link_on_root(service: &Service) -> String {
    let path = format!("/{}/items/root/createLink", service.drive());
    let body = r#"{"type":"view","scope":"organization"}"#;
    let made = service.direct(reqwest::Method::POST, &path, Some(body));
    made["id"].as_str().unwrap().to_owned()
}

/// The answer with its JSON altered.
fn altered(alter: impl Fn(&mut Value) + Send + 'static) -> Reaction {
    Reaction::Alter(Box::new(move |reply| {
        let Ok(mut body) = serde_json::from_slice(&reply.body) else { return reply };
        alter(&mut body);
        reply.saying(body.to_string())
    }))
}

/// A list that does not say what is inherited, as some services answer.
fn without_origins(list: &mut Value) {
    for entry in list["value"].as_array_mut().into_iter().flatten() {
        entry.as_object_mut().unwrap().remove("inheritedFrom");
    }
}

#[test]
fn no_link_is_removed_that_was_there_before() {
    for (how, list_of_folder) in [("listed", true), ("not to be listed", false)] {
        let service = Service::forwarding(Product::Business);
        let foreign = link_on_root(&service);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        let (mut calls, mut run_folder) = (0, None);
        service.gate().react(move |seen| {
            if seen.is_create_link() {
                calls += 1;
                // The answers that lead linkspec to look for a link whose answer was lost.
                return match calls % 2 {
                    0 => Reaction::Lose,
                    _ => Reaction::Alter(Box::new(|_| Reply::new(500))),
                };
            }
            if Seen::lists_permissions(seen) {
                // The first list of a run is the run folder's.
                let first = run_folder.get_or_insert_with(|| seen.target.clone());
                return match *first == seen.target && !list_of_folder {
                    true => Reaction::Answer(Reply::new(403)),
                    false => altered(without_origins),
                };
            }
            Reaction::Forward
        });
        let run = service.stories(&folder, &[]).output().unwrap();
        let shown = text(&run);
        let removals: Vec<Seen> =
            service.gate().seen().into_iter().filter(Seen::removes_a_link).collect();
        assert!(!removals.iter().any(|it| it.target.contains(&foreign)), "{how}: {removals:?}");
        assert_eq!(removals.is_empty(), !list_of_folder, "{how}: {removals:?}");
        assert!(!shown.contains("Not removed"), "{how}: {shown}");
        assert!(journals(&folder).is_empty(), "{how}: {shown}");
        assert_same(&service.snapshot(), &before, &format!("{how}: {shown}"));
    }
}

#[test]
fn no_link_is_removed_that_is_handed_out_but_was_not_made() {
    // The first is the root's; the second stands for the access people have already.
    for pseudo in [false, true] {
        let service = Service::forwarding(Product::Business);
        let foreign = match pseudo {
            true => "00000000-0000-0000-0000-000000000000".to_owned(),
            false => link_on_root(&service),
        };
        let folder = tempfile::tempdir().unwrap();
        let id = foreign.clone();
        service.gate().react(move |seen| {
            let id = id.clone();
            match seen.is_create_link() {
                true => altered(move |permission| permission["id"] = json!(id)),
                false => Reaction::Forward,
            }
        });
        let run = service.stories(&folder, &[]).output().unwrap();
        let seen = service.gate().seen();
        let named: Vec<&Seen> =
            seen.iter().filter(|it| it.mutates() && it.target.contains(&foreign)).collect();
        assert!(named.is_empty(), "{named:?}");
        assert!(journals(&folder).is_empty(), "{}", text(&run));
    }
}

#[test]
fn what_goes_with_its_folder_is_not_said_to_be_left() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let mut refused = 0;
    service.gate().react(move |seen| {
        let locked = is_item_removal(seen) && refused < 2;
        refused += usize::from(locked);
        // The story's own removal comes first, so that it is granted.
        match locked || (Seen::removes_a_link(seen) && refused > 0) {
            true => Reaction::Answer(Reply::new(423)),
            false => Reaction::Forward,
        }
    });
    let run = service.stories(&folder, &[]).output().unwrap();
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(0), "{shown}");
    assert!(!shown.contains("Not removed"), "{shown}");
    assert!(journals(&folder).is_empty(), "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
}

#[test]
fn what_is_left_behind_is_said_in_short_and_is_not_green() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match is_item_removal(seen) {
        true => Reaction::Answer(Reply::new(403)),
        false => Reaction::Forward,
    });
    let run = service.stories(&folder, &REPORT).output().unwrap();
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert_eq!(shown.matches("Not removed").count(), 1, "{shown}");
    // Four items and the run's folder.
    assert!(shown.contains("and 2 more"), "{shown}");
    assert!(shown.contains("still on the drive"), "{shown}");
    let report = report(&folder.path().join("report.json"));
    assert_eq!(report["left_behind"].as_array().unwrap().len(), 5, "{}", report["left_behind"]);
}

#[test]
fn a_run_that_cannot_be_kept_still_reports() {
    for (state, kept) in [("missing", true), ("a file", false)] {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        if !kept {
            std::fs::write(folder.path().join("state"), "in the way").unwrap();
        }
        let arguments = ["--journal", "journal", "--budget", "2", REPORT[0], REPORT[1]];
        let run = service.stories(&folder, &arguments).output().unwrap();
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(5), "{state}: {shown}");
        let report = report(&folder.path().join("report.json"));
        assert_eq!(report["resume"].is_string(), kept, "{state}: {report}");
        assert_eq!(shown.contains("cannot be written"), !kept, "{state}: {shown}");
        if let Some(file) = report["resume"].as_str() {
            assert!(std::path::Path::new(file).is_file(), "{file}");
            let goes_on = format!("`linkspec run --resume {file}` goes on");
            assert!(shown.contains(&goes_on), "{shown}");
        }
    }
}

#[test]
fn a_budget_limits_what_is_sent_repeated_calls_included() {
    for jobs in ["1", "8"] {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        let mut calls = 0;
        service.gate().react(move |seen| {
            calls += usize::from(seen.is_create_link());
            // Every other call is throttled, so that each has to be made twice.
            match seen.is_create_link() && calls % 2 == 1 {
                true => Reaction::Answer(Reply::new(429).with("retry-after", "0")),
                false => Reaction::Forward,
            }
        });
        let arguments =
            ["--budget", "7", "--jobs", jobs, "--record", "run.ndjson", REPORT[0], REPORT[1]];
        let run = service.live(&folder, &arguments);
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(5), "{jobs}: {shown}");
        let sent = service.gate().seen().iter().filter(|it| it.is_create_link()).count();
        assert_eq!(sent, 7, "{jobs}: {shown}");
        let report = report(&folder.path().join("report.json"));
        assert_eq!(report["requests"]["create_link"], 7, "{jobs}");
        assert_same(&service.snapshot(), &before, &shown);
        // What was cut short is told anew.
        service.gate().react(|_| Reaction::Forward);
        let arguments = ["--resume", "run.ndjson", "--rule", "IDEM-02", REPORT[0], REPORT[1]];
        let later = service.live(&folder, &arguments);
        assert_eq!(later.status.code(), Some(0), "{jobs}: {}", text(&later));
    }
}

/// Tells every story in this process, on a clock that jumps.
fn told(service: &Service, jobs: usize) -> ProductRecording {
    let tokens = BTreeMap::from([(Identity::Owner, Secret::new(service.mock.token(Who::Owner)))]);
    let live = LiveOptions {
        base: base_url(&service.base_url()).unwrap(),
        drive: Address::Drive(service.mock.drive_id().to_owned()),
        sources: TokenSources::given(tokens),
        clock: Clock::virtual_time(),
        ..LiveOptions::default()
    };
    let suite = run::read(&Library::embedded()).unwrap();
    let how = TellOptions { jobs, budget: None, earlier: None };
    service.block_on(async {
        let target = Target::open(live).await.unwrap();
        let selection = Selection::default();
        let recorded = run::record(&suite, &selection, &target, &how, 1, &|_, _| {}).await;
        target.clean_up(1).await;
        recorded
    })
}

#[test]
fn lists_that_fail_for_ever_are_soon_read_once_each() {
    for jobs in [1, 8] {
        let service = Service::forwarding(Product::Business);
        let lists: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let counted = Arc::clone(&lists);
        service.gate().react(move |seen| {
            if !Seen::lists_permissions(seen) {
                return Reaction::Forward;
            }
            *counted.lock().unwrap().entry(seen.target.clone()).or_default() += 1;
            Reaction::Answer(Reply::new(500))
        });
        let recorded = told(&service, jobs);
        let lists = lists.lock().unwrap();
        let retried = recorded
            .recordings
            .iter()
            .flat_map(|it| &it.exchanges)
            .filter(|it| it.retried && it.answer().is_some_and(|it| it.status == 500))
            .count();
        assert!(lists.len() > 30, "{} items were listed", lists.len());
        assert!(retried < 20, "{retried} lists were read again with {jobs} jobs");
        let said: Vec<&String> = recorded
            .header
            .remarks
            .iter()
            .filter(|it| it.contains("list permissions failed again and again"))
            .collect();
        assert_eq!(said.len(), 1, "{:?}", recorded.header.remarks);
    }
}

#[test]
fn create_link_that_fails_for_ever_is_soon_not_called_any_more() {
    for (status, body) in [(500, ""), (502, "<html>bad gateway</html>"), (504, "")] {
        let service = Service::forwarding(Product::Business);
        // A refusal now and then shows that the service is there, but grants nothing.
        service.gate().react(move |seen| match (seen.is_create_link(), seen.body.len() % 3) {
            (true, 0) => Reaction::Answer(Reply::new(400)),
            (true, _) => Reaction::Answer(Reply::new(status).saying(body)),
            (false, _) => Reaction::Forward,
        });
        let recorded = told(&service, 4);
        let calls = service.gate().seen().iter().filter(|it| it.is_create_link()).count();
        assert!(calls < 25, "{calls} calls");
        let remarks = recorded.header.remarks.join("\n");
        assert!(remarks.contains("the remaining calls were not made"), "{remarks}");
    }
}

#[test]
fn answers_that_are_no_permission_are_said_once() {
    for (body, said) in [
        ("null", "the body is null, not a permission"),
        (r#"{"value":[{"id":"1","link":{}}]}"#, "the body is a collection, not a permission"),
        (r#"{"id":"1","link":{},}"#, "the body is no JSON (trailing comma"),
        ("<html>ok</html>", "the body is no JSON"),
        ("", "the body is empty"),
    ] {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |seen| match seen.is_create_link() {
            true => Reaction::Answer(Reply::new(201).saying(body)),
            false => Reaction::Forward,
        });
        let run = service.stories(&folder, &[]).output().unwrap();
        let shown = text(&run);
        let notes: Vec<&str> = shown.lines().filter(|it| it.starts_with("note:")).collect();
        assert_eq!(notes.iter().filter(|it| it.contains(said)).count(), 1, "{body}: {shown}");
        assert!(notes.iter().any(|it| it.contains("No createLink call was granted")), "{shown}");
    }
}

#[test]
fn answers_of_megabytes_do_not_fill_the_report() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match seen.is_create_link() {
        true => altered(|permission| permission["padding"] = json!("A".repeat(3_000_000))),
        false => Reaction::Forward,
    });
    let run = service
        .stories(&folder, &["--record", "run.ndjson", REPORT[0], REPORT[1]])
        .output()
        .unwrap();
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "nobody is blamed: {shown}");
    assert!(shown.contains("are not judged"), "{shown}");
    for file in ["report.json", "run.ndjson"] {
        let length = std::fs::metadata(folder.path().join(file)).unwrap().len();
        assert!(length < 1_000_000, "{file} has {length} bytes");
    }
}

#[test]
fn an_address_that_lets_anybody_in_is_not_kept() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = service.block_on(Listener::start());
    let location = elsewhere.url("/dl/SECRET/file?tempauth=SECRET");
    service.gate().react(move |seen| {
        match seen.target.ends_with("/content") && seen.method == "GET" {
            true => Reaction::Answer(Reply::new(302).with("location", &location)),
            false => Reaction::Forward,
        }
    });
    features(&folder, READ_THROUGH_THE_LINK);
    let formats = ["json", "junit", "html", "har", "sarif", "markdown"];
    let reports: Vec<String> =
        formats.iter().map(|it| format!("--report={it}=report.{it}")).collect();
    let mut arguments = vec!["--features", "features", "--record", "run.ndjson", "-v"];
    arguments.extend(reports.iter().map(String::as_str));
    let run = service.live(&folder, &arguments);
    assert!(elsewhere.heard().contains("SECRET"), "the redirect is followed: {}", text(&run));
    let written = formats.iter().map(|it| format!("report.{it}")).chain(["run.ndjson".to_owned()]);
    for file in written {
        let text = std::fs::read_to_string(folder.path().join(&file)).unwrap();
        assert!(!text.contains("SECRET"), "{file}");
    }
    assert!(!text(&run).contains("SECRET"), "{}", text(&run));
}

#[test]
fn a_list_that_is_not_whole_says_why() {
    for (next, said) in [
        ("http://127.0.0.1:1/v1.0/permissions", "@odata.nextLink leads to another host"),
        ("?again", "@odata.nextLink leads to another host or back"),
    ] {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |seen| match seen.target.contains("/permissions") {
            true => altered(move |list| list["@odata.nextLink"] = json!(next)),
            false => Reaction::Forward,
        });
        let arguments = ["--rule", "IDEM-05", REPORT[0], REPORT[1]];
        let run = service.live(&folder, &arguments);
        assert_eq!(run.status.code(), Some(3), "{}", text(&run));
        assert!(text(&run).contains(said), "{}", text(&run));
    }
}

#[test]
fn what_keeps_a_drive_from_being_read_is_said_with_a_way_out() {
    type Answer = fn() -> Reaction;
    let cases: [(Answer, &[&str]); 3] = [
        (
            || Reaction::Answer(Reply::new(301).with("location", "/elsewhere")),
            &["answered 301", "redirects are not followed", "--base-url"],
        ),
        (
            || Reaction::Answer(Reply::new(503).with("retry-after", "0")),
            &["answered 503", "run again later"],
        ),
        (
            || Reaction::Answer(Reply::new(200).saying(r#"{"id":"d","driveType":3}"#)),
            &["its driveType is no string but 3"],
        ),
    ];
    for (answer, said) in cases {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |_| answer());
        let run = service.stories(&folder, &[]).output().unwrap();
        assert_eq!(run.status.code(), Some(3), "{}", text(&run));
        for part in said {
            assert!(text(&run).contains(part), "{part}: {}", text(&run));
        }
    }
}
