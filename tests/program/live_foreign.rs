//! Whatever a service hands out as the run's: nothing of anybody else's is changed, shared or removed, and what
//! is said to be removed counts only when it is seen to be gone.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use crate::service::gate::Reply;
use crate::service::{Reaction, Seen, Service, assert_same, features, journals, report, text};
use linkspec::graph::Product;
use serde_json::{Value, json};

/// Makes a file, a folder and a file in it, links on each, and deletes one of them.
const STORIES: &str = r#"Feature: Links

  @IDEM-02 @must @needs-second-user @personal @business @sharepoint
  Rule: Twice
    Page, Response: "200 OK if an existing link is returned"

    Scenario: a folder, and a file in it
      Given a new folder
      And a new file in the folder
      When the application asks for an edit link to the folder
      And the application asks for a view link
      Then the first answer is 201 Created

    Scenario: a link that is deleted
      Given a new file
      When the application asks for a view link
      And the owner deletes the link
      And the application asks for the same link again
      Then the second answer is 201 Created

    Scenario: what is written through a link
      Given a new file
      When the application asks for an edit link
      And another user writes new content through the link
      And the application asks for the same link again
      Then the second answer is 200 OK
"#;

/// Somebody's folder, with a shared letter in it.
struct Private {
    folder: String,
    letter: String,
    link: Value,
    root: String,
}

fn furnished() -> (Service, Private) {
    let service = Service::forwarding(Product::Business);
    let drive = format!("/{}", service.drive());
    let send = |method, path: String, body: &str| service.direct(method, &path, Some(body));
    let folder = send(
        reqwest::Method::POST,
        format!("{drive}/root/children"),
        r#"{"name":"Private","folder":{}}"#,
    );
    let folder = folder["id"].as_str().unwrap().to_owned();
    let letter = send(
        reqwest::Method::PUT,
        format!("{drive}/items/{folder}:/letter.txt:/content"),
        "not linkspec's",
    );
    let letter = letter["id"].as_str().unwrap().to_owned();
    let link = send(
        reqwest::Method::POST,
        format!("{drive}/items/{letter}/createLink"),
        r#"{"type":"edit","scope":"organization"}"#,
    );
    let root = service.get(&format!("{drive}/root"))["id"].as_str().unwrap().to_owned();
    (service, Private { folder, letter, link, root })
}

fn is_run_folder(seen: &Seen) -> bool {
    seen.method == "POST" && seen.target.ends_with("/root/children")
}

fn is_folder_of_a_story(seen: &Seen) -> bool {
    seen.method == "POST" && seen.target.ends_with("/children") && !is_run_folder(seen)
}

fn is_file(seen: &Seen) -> bool {
    seen.method == "PUT" && seen.target.contains(":/")
}

fn is_deletion_of_an_item(seen: &Seen) -> bool {
    seen.method == "DELETE" && !seen.target.contains("/permissions/")
}

fn altered(change: impl FnOnce(&mut Value) + Send + 'static) -> Reaction {
    Reaction::Alter(Box::new(move |reply| {
        let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
        change(&mut body);
        let text = body.to_string();
        reply.saying(text)
    }))
}

/// No request that changes something names any of these.
fn assert_untouched(service: &Service, ids: &[&str], what: &str) {
    for seen in service.gate().seen().iter().filter(|it| it.mutates()) {
        for id in ids {
            assert!(
                !seen.target.contains(id) && !seen.target.contains("/items/root"),
                "{what}: {} {}",
                seen.method,
                seen.target
            );
        }
    }
}

#[test]
fn what_is_made_is_taken_only_where_the_answer_names_what_was_asked_for() {
    type Fits = fn(&Seen) -> bool;
    let calls: [(&str, Fits); 3] = [
        ("the run's folder", is_run_folder),
        ("a folder", is_folder_of_a_story),
        ("a file", is_file),
    ];
    type Change = fn(&mut Value, &Private);
    let answers: [(&str, Change); 7] = [
        ("another id", |item, other| item["id"] = json!(other.folder)),
        ("another file's id", |item, other| item["id"] = json!(other.letter)),
        ("another item", |item, other| {
            *item = json!({"id": other.folder, "name": "Private", "folder": {}});
        }),
        ("another name", |item, _| item["name"] = json!("Private")),
        ("the pseudo id of the root", |item, _| item["id"] = json!("root")),
        ("the root's id", |item, other| item["id"] = json!(other.root)),
        ("another parent", |item, other| item["parentReference"]["id"] = json!(other.folder)),
    ];
    let (service, private) = furnished();
    let private = Arc::new(private);
    let before = service.snapshot();
    for (call, fits) in calls {
        for (answer, change) in answers {
            let what = format!("{call}, {answer}");
            let folder = tempfile::tempdir().unwrap();
            features(&folder, STORIES);
            let (other, mut done) = (Arc::clone(&private), false);
            service.gate().react(move |seen| {
                if done || !fits(seen) {
                    return Reaction::Forward;
                }
                done = true;
                let other = Arc::clone(&other);
                altered(move |item| change(item, &other))
            });
            let run =
                service.run(&folder, &["--features", "features", "--jobs", "1"]).output().unwrap();
            let shown = text(&run);
            assert_eq!(run.status.code(), Some(3), "{what}: {shown}");
            assert!(shown.contains("left alone"), "{what}: {shown}");
            assert_same(&service.snapshot(), &before, &format!("{what}: {shown}"));
            assert!(journals(&folder).is_empty(), "{what}: {shown}");
        }
    }
    assert_untouched(&service, &[&private.folder, &private.letter, &private.root], "");
}

#[test]
fn an_item_that_turns_out_to_be_another_is_neither_shared_nor_removed() {
    // The answers name what was asked for; the item behind the id is another one's, is elsewhere, or older.
    type Change = fn(&mut Value);
    let shown: [(&str, Change); 4] = [
        ("another name", |item| item["name"] = json!("Private")),
        ("another parent", |item| item["parentReference"]["id"] = json!("elsewhere")),
        ("a root", |item| item["root"] = json!({})),
        ("older than the run", |item| item["createdDateTime"] = json!("2020-01-01T00:00:00Z")),
    ];
    let (service, _) = furnished();
    for (what, change) in shown {
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        let first = service.gate().seen().len();
        service.gate().react(move |seen| {
            let by_id = seen.method == "GET" && seen.target.contains("/items/");
            if by_id && !seen.target.contains("/permissions") {
                altered(change)
            } else {
                Reaction::Forward
            }
        });
        let run =
            service.run(&folder, &["--features", "features", "--jobs", "1"]).output().unwrap();
        let said = text(&run);
        assert_eq!(run.status.code(), Some(3), "{what}: {said}");
        assert!(said.contains("left alone"), "{what}: {said}");
        let seen = service.gate().seen();
        let changes: Vec<String> = seen[first..]
            .iter()
            .filter(|it| it.mutates() && !is_run_folder(it))
            .map(|it| format!("{} {}", it.method, it.target))
            .collect();
        assert_eq!(changes, Vec::<String>::new(), "{what}: {said}");
        assert_eq!(journals(&folder).len(), 1, "{what}: what may be left is still noted");
        service.gate().react(|_| Reaction::Forward);
        let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(0), "{what}: {}", text(&clean));
    }
}

#[test]
fn what_is_found_by_its_path_has_to_be_what_was_made() {
    for status in [500, 409] {
        let (service, private) = furnished();
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        let drive = service.drive();
        service.gate().react(move |seen| {
            if is_run_folder(seen) {
                return Reaction::Answer(Reply::new(status));
            }
            if seen.target.contains("root:/linkspec-") {
                return Reaction::At(format!("/v1.0/{drive}/root:/Private"));
            }
            Reaction::Forward
        });
        let run =
            service.run(&folder, &["--features", "features", "--jobs", "1"]).output().unwrap();
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(3), "{status}: {shown}");
        assert!(shown.contains("left alone"), "{status}: {shown}");
        assert_same(&service.snapshot(), &before, &shown);
        assert_untouched(&service, &[&private.folder, &private.letter], &shown);
    }
}

#[test]
fn neither_a_permission_nor_a_file_of_another_item_is_touched() {
    type Change = fn(&mut Value, &Value);
    let answers: [(&str, Change); 3] = [
        ("the id of another permission", |permission, other| {
            permission["id"] = other["id"].clone()
        }),
        ("the URL of another item", |permission, other| {
            permission["link"]["webUrl"] = other["link"]["webUrl"].clone();
        }),
        ("another permission", |permission, other| *permission = other.clone()),
    ];
    let (service, private) = furnished();
    let before = service.snapshot();
    let foreign = private.link["id"].as_str().unwrap().to_owned();
    for (what, change) in answers {
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        let other = private.link.clone();
        service.gate().react(move |seen| {
            if !seen.is_create_link() {
                return Reaction::Forward;
            }
            let other = other.clone();
            altered(move |permission| {
                if permission["link"].is_object() {
                    change(permission, &other);
                }
            })
        });
        let arguments = ["--features", "features", "--jobs", "1", "--report", "json=report.json"];
        let run = service.run(&folder, &arguments).output().unwrap();
        let shown = text(&run);
        assert!(matches!(run.status.code(), Some(1 | 3)), "{what}: {shown}");
        assert_same(&service.snapshot(), &before, &format!("{what}: {shown}"));
        assert_untouched(&service, &[&foreign], what);
        let report = report(&folder.path().join("report.json"));
        if what.contains("URL") {
            assert!(report["foreign"].to_string().contains("another item"), "{report}");
        }
        assert!(journals(&folder).is_empty(), "{what}: {shown}");
    }
    let written = |seen: &&Seen| seen.method == "PUT" && seen.target.contains("/shares/");
    assert_eq!(service.gate().seen().iter().filter(written).count(), 1, "the one that leads to it");
}

#[test]
fn a_deletion_that_does_not_delete_is_no_deletion() {
    for status in [204, 200, 202, 404] {
        let (service, _) = furnished();
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        let deaf = move |seen: &Seen| {
            if is_deletion_of_an_item(seen) {
                Reaction::Answer(Reply::new(status).saying(""))
            } else {
                Reaction::Forward
            }
        };
        service.gate().react(deaf);
        let arguments = ["--features", "features", "--jobs", "1", "--report", "json=report.json"];
        let run = service.run(&folder, &arguments).output().unwrap();
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(3), "{status}: {shown}");
        assert!(shown.contains("is still there"), "{status}: {shown}");
        let left = report(&folder.path().join("report.json"))["left_behind"].clone();
        // The run's folder, and what the three stories made in it.
        assert_eq!(left.as_array().unwrap().len(), 5, "{status}: {left}");
        let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(3), "{status}: {}", text(&clean));
        assert!(text(&clean).contains("is still there"), "{status}: {}", text(&clean));
        service.gate().react(|_| Reaction::Forward);
        let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(0), "{status}: {}", text(&clean));
        assert_same(&service.snapshot(), &before, &text(&clean));
        assert!(journals(&folder).is_empty(), "{status}");
    }
}

#[test]
fn a_journal_that_somebody_changed_removes_nothing_of_others() {
    let (service, private) = furnished();
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    features(&folder, STORIES);
    let run = service
        .run(&folder, &["--features", "features", "--jobs", "1", "--no-cleanup"])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let [journal] = &journals(&folder)[..] else { panic!("{}", text(&run)) };
    let made = |id: &str, name: &str| json!({"made": {"item": {"id": id, "name": name}}});
    let will =
        |name: &str, within: &str| json!({"will-make-item": {"name": name, "folder": within}});
    let permission = private.link["id"].as_str().unwrap();
    let forged = [
        will("Private", ""),
        made(&private.folder, "Private"),
        will("letter.txt", "Private"),
        made(&private.letter, "letter.txt"),
        will("linkspec-000000000000", ""),
        made(&private.folder, "linkspec-000000000000"),
        made("root", "root"),
        made(&private.root, "linkspec-000000000000"),
        json!({"will-ask-for-link": {"item_id": private.letter}}),
        json!({"before": {"item_id": private.letter, "permission_ids": []}}),
        json!({"made": {"link": {"item_id": private.letter, "permission_id": permission}}}),
    ];
    let mut file = std::fs::OpenOptions::new().append(true).open(journal).unwrap();
    for line in forged {
        writeln!(file, "{line}").unwrap();
    }
    drop(file);
    let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
    let shown = text(&clean);
    assert_eq!(clean.status.code(), Some(3), "{shown}");
    assert!(shown.contains("left alone"), "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
    assert_untouched(
        &service,
        &[&private.folder, &private.letter, &private.root, permission],
        &shown,
    );
}

#[test]
fn what_of_a_journal_can_be_read_is_used() {
    let (service, _) = furnished();
    let before = service.snapshot();
    for (what, damage, code) in [
        ("a byte that is no text", &b"\xff\n"[..], 3),
        ("an entry of another version", b"{\"of-tomorrow\":{\"item_id\":\"1\"}}\n", 3),
        ("zeros", b"\0\0\0\0", 0),
        ("half a line", b"{\"made\":{\"item\":{\"id\":\"1", 0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        service
            .run(&folder, &["--features", "features", "--jobs", "1", "--no-cleanup"])
            .output()
            .unwrap();
        let [journal] = &journals(&folder)[..] else { panic!("{what}") };
        let lines = std::fs::read(journal).unwrap();
        // In the middle, before a whole line.
        let middle = lines.len() / 2;
        let at = middle + lines[middle..].iter().position(|it| *it == b'\n').unwrap() + 1;
        std::fs::write(journal, [&lines[..at], damage, &lines[at..]].concat()).unwrap();
        let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
        assert_eq!(clean.status.code(), Some(code), "{what}: {}", text(&clean));
        assert_same(&service.snapshot(), &before, &format!("{what}: {}", text(&clean)));
        assert_eq!(journals(&folder).is_empty(), code == 0, "{what}: {}", text(&clean));
    }
}

#[test]
fn a_run_whose_journal_is_removed_makes_nothing_more() {
    let (service, _) = furnished();
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    features(&folder, STORIES);
    let state = folder.path().join("state/linkspec");
    let made = Arc::new(Mutex::new(0));
    let count = Arc::clone(&made);
    service.gate().react(move |seen| {
        let mut made = count.lock().unwrap();
        if seen.is_create_link() {
            *made += 1;
            for entry in std::fs::read_dir(&state).unwrap() {
                std::fs::remove_file(entry.unwrap().path()).unwrap();
            }
        }
        Reaction::Forward
    });
    let run = service.run(&folder, &["--features", "features", "--jobs", "1"]).output().unwrap();
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("is gone: it was removed while its run was under way"), "{shown}");
    assert_eq!(*made.lock().unwrap(), 1, "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
}

#[test]
fn what_was_paid_for_is_kept_before_the_clean_up() {
    let (service, _) = furnished();
    let folder = tempfile::tempdir().unwrap();
    features(&folder, STORIES);
    let process = crate::service::Process::default();
    let killer = process.clone();
    service.gate().react(move |seen| {
        if is_deletion_of_an_item(seen) {
            killer.kill();
            return Reaction::Cut;
        }
        Reaction::Forward
    });
    let arguments = ["--features", "features", "--jobs", "1", "--record", "kept.run"];
    process.start(&mut service.run(&folder, &arguments));
    let ended = process.end();
    assert_eq!(ended.status.code(), None, "{}", text(&ended));
    let replayed = service
        .linkspec(&folder, &["run", "--features", "features", "--replay", "kept.run"])
        .output()
        .unwrap();
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed));
}
