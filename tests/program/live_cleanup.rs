//! Whatever becomes of a run, what it made can be removed, and nothing else is touched.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::service::gate::Reply;
use crate::service::{Process, Reaction, Seen, Service, assert_same, journals, text};
use linkspec::graph::Product;
use serde_json::Value;
use tempfile::TempDir;

/// Things of other people, among them a folder that is named as a run's is.
fn furnish(service: &Service, files: usize) {
    let drive = format!("/{}", service.drive());
    let post = |path: &str, body: &str| service.direct(reqwest::Method::POST, path, Some(body));
    let folder =
        post(&format!("{drive}/root/children"), r#"{"name":"linkspec-0123456789ab","folder":{}}"#);
    let folder = folder["id"].as_str().unwrap();
    for number in 0..files {
        let parent = if number % 2 == 0 { folder } else { "root" };
        let path = format!("{drive}/items/{parent}:/s001-file-{number}.txt:/content");
        let file = service.direct(reqwest::Method::PUT, &path, Some("not linkspec's"));
        if number % 3 == 0 {
            let path = format!("{drive}/items/{}/createLink", file["id"].as_str().unwrap());
            post(&path, r#"{"type":"edit","scope":"organization"}"#);
        }
    }
    post(&format!("{drive}/items/{folder}/createLink"), r#"{"type":"view","scope":"anonymous"}"#);
}

fn cleanup(service: &Service, folder: &TempDir) -> std::process::Output {
    service.linkspec(folder, &["cleanup"]).output().unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// The request arrived and nothing came of it.
    Arrived,
    /// The request was carried out, and nobody heard of it.
    CarriedOut,
}

/// Kills a run at its `point`th request, and cleans up after it.
fn killed_at(service: &Service, before: &BTreeMap<String, Value>, point: usize, when: When) {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::default();
    let killer = process.clone();
    let mut count = 0;
    service.gate().react(move |_| {
        count += 1;
        if count != point {
            return if count < point { Reaction::Forward } else { Reaction::Cut };
        }
        killer.kill();
        if when == When::Arrived { Reaction::Cut } else { Reaction::Lose }
    });
    process.start(&mut service.stories(&folder, &[]));
    let ended = process.end();
    assert_eq!(ended.status.code(), None, "at {point}: not killed: {}", text(&ended));
    service.block_on(service.gate().idle());
    service.gate().react(|_| Reaction::Forward);
    // A second clean-up is harmless; a part of the points shows it.
    for attempt in 1..=if point.is_multiple_of(4) { 2 } else { 1 } {
        let clean = cleanup(service, &folder);
        let shown = text(&clean);
        assert_eq!(clean.status.code(), Some(0), "{when:?} {point}, attempt {attempt}: {shown}");
        assert_same(
            &service.snapshot(),
            before,
            &format!("{when:?} {point}, attempt {attempt}: {shown}"),
        );
    }
}

#[test]
fn a_run_killed_at_any_of_fifty_points_is_cleaned_up_after() {
    let requests = {
        let service = Service::forwarding(Product::Business);
        furnish(&service, 4);
        let folder = tempfile::tempdir().unwrap();
        let whole = service.stories(&folder, &[]).output().unwrap();
        assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
        service.gate().seen().len()
    };
    let points: Vec<(usize, When)> =
        (1..=requests).flat_map(|it| [(it, When::Arrived), (it, When::CarriedOut)]).collect();
    assert!(points.len() >= 50, "a run of {requests} requests");
    // Fifty of them, spread evenly, the last one included.
    let chosen: Vec<(usize, When)> =
        (1..=50).map(|it| points[it * points.len() / 50 - 1]).collect();
    let next = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let service = Service::forwarding(Product::Business);
                furnish(&service, 4);
                let before = service.snapshot();
                while let Some((point, when)) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    killed_at(&service, &before, *point, *when);
                }
            });
        }
    });
}

/// The first request that fits is dealt with so; every other one is carried out.
fn once(
    fits: impl Fn(&Seen) -> bool + Send + 'static,
    mut react: impl FnMut() -> Reaction + Send + 'static,
) -> impl FnMut(&Seen) -> Reaction + Send + 'static {
    let mut done = false;
    move |seen| {
        if done || !fits(seen) {
            return Reaction::Forward;
        }
        done = true;
        react()
    }
}

fn is_run_folder(seen: &Seen) -> bool {
    seen.method == "POST" && seen.target.ends_with("/root/children")
}

fn is_upload(seen: &Seen) -> bool {
    seen.method == "PUT"
}

#[test]
fn what_was_made_although_its_answer_was_lost_is_removed() {
    type Fits = fn(&Seen) -> bool;
    let lost: [(&str, Fits); 3] = [
        ("a link", Seen::is_create_link),
        ("the run's folder", is_run_folder),
        ("a file", is_upload),
    ];
    type Way = fn() -> Reaction;
    let ways: [(&str, Way); 2] = [
        ("answered 500", || Reaction::Alter(Box::new(|_| Reply::new(500)))),
        ("cut", || Reaction::Lose),
    ];
    let service = Service::forwarding(Product::Business);
    furnish(&service, 4);
    let before = service.snapshot();
    for (what, fits) in lost {
        for (how, way) in ways {
            let folder = tempfile::tempdir().unwrap();
            service.gate().react(once(fits, way));
            let run = service.stories(&folder, &[]).output().unwrap();
            let shown = text(&run);
            assert_ne!(run.status.code(), Some(1), "{what} {how}: nobody is to blame: {shown}");
            assert_same(&service.snapshot(), &before, &format!("{what} {how}: {shown}"));
            assert!(journals(&folder).is_empty(), "{what} {how}: {shown}");
        }
    }
}

#[test]
fn a_link_whose_answer_is_lost_is_removed_by_itself() {
    // The file cannot be removed, so nothing else takes the link away.
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let mut lost = 0;
    service.gate().react(move |seen| {
        if seen.is_create_link() && lost < 5 {
            lost += 1;
            return Reaction::Lose;
        }
        if seen.method == "DELETE" && !seen.target.contains("/permissions/") {
            return Reaction::Answer(Reply::new(423));
        }
        Reaction::Forward
    });
    let run = service.stories(&folder, &[]).output().unwrap();
    assert!(text(&run).contains("Not removed"), "{}", text(&run));
    let left = service.snapshot();
    assert!(left.len() > 2, "the files are still there");
    let links = serde_json::to_string(&left).unwrap().matches("webUrl").count();
    assert_eq!(links, 0, "{left:?}");
}

#[test]
fn a_thousand_items_of_other_people_stay_untouched() {
    let service = Service::forwarding(Product::Business);
    furnish(&service, 1000);
    let before = service.snapshot();
    assert!(before.len() > 1000);
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--level", "must"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert_same(&service.snapshot(), &before, "");
    // Of what changes something, all goes to the run's folder, what is in it, and its links.
    let foreign = foreign_ids(&service);
    assert!(foreign.len() > 1000);
    let seen = service.gate().seen();
    assert!(seen.iter().filter(|it| it.mutates()).count() >= 50);
    for seen in seen.iter().filter(|it| it.mutates()) {
        assert!(
            !foreign.iter().any(|id| seen.target.contains(id.as_str())),
            "{} {}",
            seen.method,
            seen.target
        );
        assert!(!seen.target.contains("/items/root"), "{} {}", seen.method, seen.target);
        if seen.target.contains("/root/") {
            assert!(seen.target.ends_with("/root/children"), "{}", seen.target);
            assert!(
                seen.body.contains(r#""@microsoft.graph.conflictBehavior":"fail""#),
                "{}",
                seen.body
            );
        }
    }
}

/// The ids of everything on the drive, the root's included.
fn foreign_ids(service: &Service) -> Vec<String> {
    let root = service.get(&format!("/{}/root", service.drive()));
    let mut ids = vec![root["id"].as_str().unwrap().to_owned()];
    let mut at = 0;
    while at < ids.len() {
        let path = format!("/{}/items/{}/children", service.drive(), ids[at]);
        for child in service.get(&path)["value"].as_array().into_iter().flatten() {
            let id = child["id"].as_str().unwrap().to_owned();
            if child["folder"].is_object() {
                ids.push(id);
            } else {
                ids.insert(0, id);
                at += 1;
            }
        }
        at += 1;
    }
    ids
}

#[test]
fn a_link_lives_no_longer_than_its_story() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    // The links there are, each with the story it is of; and those that were there when another began.
    let links: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let (granted, mut story) = (Arc::clone(&links), (0, String::new()));
    let outlived: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&outlived);
    service.gate().react(move |seen| {
        if let Some((_, id)) = seen.target.split_once("/permissions/")
            && seen.method == "DELETE"
        {
            granted.lock().unwrap().remove(id);
        }
        // What a story makes has its number in its name.
        let made = format!("{}{}", seen.target, seen.body);
        let of = made.find("s0").and_then(|at| made.get(at..at + 4)).unwrap_or(&story.1).to_owned();
        if seen.mutates() && !seen.is_create_link() && of != story.1 {
            story = (story.0 + 1, of);
            let links = granted.lock().unwrap();
            noted.lock().unwrap().extend(links.keys().cloned());
        }
        if !seen.is_create_link() {
            return Reaction::Forward;
        }
        let (granted, number) = (Arc::clone(&granted), story.0);
        Reaction::Alter(Box::new(move |reply| {
            let permission: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            if let Some(id) = permission["id"].as_str() {
                granted.lock().unwrap().insert(id.to_owned(), number);
            }
            reply
        }))
    });
    let run = service.live(&folder, &["--level", "must", "--jobs", "1"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert!(service.mock.create_link_calls() > 20);
    assert_eq!(*outlived.lock().unwrap(), Vec::<String>::new(), "{}", text(&run));
    assert!(links.lock().unwrap().is_empty(), "{}", text(&run));
}

#[test]
fn deletes_that_fail_twice_are_made_a_third_time() {
    let service = Service::forwarding(Product::Business);
    furnish(&service, 4);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    service.gate().react(move |seen| {
        let count = refused.entry(seen.target.clone()).or_default();
        if seen.method == "DELETE" && *count < 2 {
            *count += 1;
            return Reaction::Answer(Reply::new(503).with("retry-after", "0"));
        }
        Reaction::Forward
    });
    let run = service.stories(&folder, &[]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert_same(&service.snapshot(), &before, "");
    assert!(journals(&folder).is_empty());
}

#[test]
fn what_cannot_be_removed_is_named_and_removed_later() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(|seen| match seen.method.as_str() {
        "DELETE" => Reaction::Answer(Reply::new(423)),
        _ => Reaction::Forward,
    });
    let run = service.stories(&folder, &[]).output().unwrap();
    let shown = text(&run);
    for part in ["Not removed", "/items/", "423", "linkspec cleanup --journal"] {
        assert!(shown.contains(part), "{part} is missing in: {shown}");
    }
    assert_eq!(journals(&folder).len(), 1);
    let clean = cleanup(&service, &folder);
    assert_eq!(clean.status.code(), Some(3), "{}", text(&clean));
    assert!(text(&clean).contains("not removed: "), "{}", text(&clean));
    assert!(!text(&clean).contains(service.mock.drive_id()), "{}", text(&clean));
    service.gate().react(|_| Reaction::Forward);
    let clean = cleanup(&service, &folder);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, "");
    assert!(journals(&folder).is_empty(), "a journal with nothing left to remove is removed");
}

#[test]
fn what_cannot_be_looked_for_is_not_taken_for_gone() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let process = Process::default();
    let killer = process.clone();
    service.gate().react(move |seen| {
        if is_run_folder(seen) {
            killer.kill();
            return Reaction::Lose;
        }
        Reaction::Forward
    });
    process.start(&mut service.stories(&folder, &[]));
    process.end();
    service.block_on(service.gate().idle());
    assert_ne!(service.snapshot(), before);
    service.gate().react(|_| Reaction::Answer(Reply::new(403)));
    let clean = cleanup(&service, &folder);
    assert_eq!(clean.status.code(), Some(3), "{}", text(&clean));
    service.gate().react(|_| Reaction::Forward);
    let clean = cleanup(&service, &folder);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, "");
}

#[test]
fn links_go_first_then_items_then_the_folder() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let run = service.stories(&folder, &["--no-cleanup"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let seen = service.gate().seen();
    // What is put there is the program's own words, and nobody's document.
    let contents: Vec<&Seen> = seen.iter().filter(|it| is_upload(it)).collect();
    assert!(contents.len() > 2);
    assert!(contents.iter().all(|it| it.body.starts_with("linkspec")), "{contents:?}");
    let made = seen.iter().find(|it| is_run_folder(it)).map(|it| it.body.clone()).unwrap();
    let name = made.split('"').find(|it| it.starts_with("linkspec-")).unwrap();
    let run_folder = service.get(&format!("/{}/root:/{name}", service.drive()));
    let clean = cleanup(&service, &folder);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    let all = service.gate().seen();
    let (links, items) = removals(&all[seen.len()..]);
    assert!(links.len() > 2 && items.len() == 5, "{links:?} {items:?}");
    assert!(links.iter().max() < items.iter().min(), "{links:?} {items:?}");
    let last = &all[seen.len() + items.last().unwrap()].target;
    assert!(last.ends_with(run_folder["id"].as_str().unwrap()), "{last}: {run_folder}");
}

/// The places of the removals of links, and of items.
fn removals(seen: &[Seen]) -> (Vec<usize>, Vec<usize>) {
    let removals = seen.iter().enumerate().filter(|(_, it)| it.method == "DELETE");
    let (links, items): (Vec<_>, Vec<_>) =
        removals.partition(|(_, it)| it.target.contains("/permissions/"));
    let places = |of: Vec<(usize, &Seen)>| of.into_iter().map(|(at, _)| at).collect();
    (places(links), places(items))
}

#[test]
fn a_journal_that_is_wrong_keeps_no_other_from_being_cleaned_up() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state/linkspec");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("0.journal"), "{\"odd\":1}\n{\"odd\":2}\n").unwrap();
    let run = service.stories(&folder, &["--no-cleanup"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert_ne!(service.snapshot(), before);
    let clean = cleanup(&service, &folder);
    let shown = text(&clean);
    assert_eq!(clean.status.code(), Some(2), "{shown}");
    assert!(shown.contains("0.journal is no journal"), "{shown}");
    assert!(shown.contains("everything it names is gone"), "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
    assert_eq!(journals(&folder), [state.join("0.journal")], "{shown}");
}

#[test]
fn what_a_run_under_way_made_is_left_to_it() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let run = service.stories(&folder, &["--no-cleanup"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let made = service.snapshot();
    let [journal] = &journals(&folder)[..] else { panic!("{}", text(&run)) };
    // As the process of a run does.
    let held = std::fs::File::open(journal).unwrap();
    held.lock().unwrap();
    let clean = cleanup(&service, &folder);
    let shown = text(&clean);
    assert_eq!(clean.status.code(), Some(0), "{shown}");
    assert!(shown.contains("is in use: its run is under way"), "{shown}");
    assert_same(&service.snapshot(), &made, &shown);
    assert_eq!(journals(&folder), std::slice::from_ref(journal), "{shown}");
    drop(held);
    let clean = cleanup(&service, &folder);
    assert!(text(&clean).contains("everything it names is gone"), "{}", text(&clean));
    assert!(journals(&folder).is_empty());
}
