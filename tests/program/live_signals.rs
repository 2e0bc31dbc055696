//! Ctrl-C, SIGTERM and SIGHUP: the requests under way end, what was made is removed; a second one ends at once.

use std::io::{BufRead as _, BufReader};
use std::process::ChildStderr;
use std::thread::JoinHandle;

use crate::service::gate::{Latch, Reply};
use crate::service::{Process, Reaction, Service, assert_same, journals, report, text};
use linkspec::graph::Product;

/// Reads what a process says, and opens the latch when it says `word`.
fn hear(stderr: ChildStderr, word: &'static str, latch: Latch) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut heard = String::new();
        for line in BufReader::new(stderr).lines() {
            let line = line.unwrap();
            if line.contains(word) {
                latch.open();
            }
            heard.push_str(&line);
            heard.push('\n');
        }
        heard
    })
}

#[test]
fn an_interrupted_run_cleans_up() {
    // Where these tests were started to outlive their terminal, so are those they start.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    for signal in ["INT", "TERM", "HUP"] {
        if signal == "HUP" && ignored & 1 == 1 {
            continue;
        }
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        let (process, noticed) = (Process::default(), Latch::closed());
        let (sender, held) = (process.clone(), noticed.clone());
        let mut calls = 0;
        service.gate().react(move |seen| {
            calls += usize::from(seen.is_create_link());
            if !(seen.is_create_link() && calls == 2) {
                return Reaction::Forward;
            }
            // The call is under way when the signal comes; its answer comes after the signal was noticed.
            sender.signal(signal);
            Reaction::Hold(held.clone())
        });
        let arguments = ["--jobs", "1", "--level", "must", "--report", "json=report.json"];
        process.start(&mut service.run(&folder, &arguments));
        let heard = hear(process.stderr(), "interrupted", noticed);
        let ended = process.end();
        let shown = format!("{}{}", text(&ended), heard.join().unwrap());
        assert_eq!(ended.status.code(), Some(130), "{signal}: {shown}");
        assert!(shown.contains("once more ends at once"), "{signal}: {shown}");
        assert!(shown.contains("What the run had made is removed."), "{signal}: {shown}");
        let report = report(&folder.path().join("report.json"));
        assert_eq!(report["complete"], false, "{signal}");
        assert_same(&service.snapshot(), &before, &shown);
        let sent = service.gate().seen().iter().filter(|it| it.is_create_link()).count();
        assert_eq!(sent, 2, "{signal}: nothing new is begun");
        assert!(journals(&folder).is_empty(), "{signal}: {shown}");
    }
}

#[test]
fn clean_up_ends_within_its_limit_and_names_what_is_left() {
    // Interrupted, out of budget, and at its end: the clean-up that follows does not get on.
    for (how, code, said) in [
        ("interrupted", 130, "exit 130: interrupted; "),
        ("budget", 5, "goes on; "),
        ("ended", 3, "exit 3: "),
    ] {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        let (process, noticed, never) = (Process::default(), Latch::closed(), Latch::closed());
        let (sender, held) = (process.clone(), noticed.clone());
        let mut calls = 0;
        service.gate().react(move |seen| {
            if seen.method == "DELETE" && !seen.target.contains("/permissions/") {
                return Reaction::Hold(never.clone());
            }
            calls += usize::from(seen.is_create_link());
            if how == "interrupted" && seen.is_create_link() && calls == 2 {
                sender.signal("INT");
                return Reaction::Hold(held.clone());
            }
            Reaction::Forward
        });
        let mut arguments =
            vec!["--jobs", "1", "--rule", "IDEM-02,TYPE-08", "--cleanup-limit", "0.3"];
        if how == "budget" {
            arguments.extend(["--budget", "2"]);
        }
        process.start(&mut service.run(&folder, &arguments));
        let heard = hear(process.stderr(), "interrupted", noticed);
        let ended = process.end();
        let shown = format!("{}{}", text(&ended), heard.join().unwrap());
        assert_eq!(ended.status.code(), Some(code), "{how}: {shown}");
        let journals = journals(&folder);
        let [journal] = &journals[..] else { panic!("{how}: {journals:?}") };
        let again = format!("linkspec cleanup --journal {}", journal.display());
        for part in [
            said,
            "what the run made is still on the drive",
            "Not removed: ",
            "/items/",
            "not removed within the 0.3 s of clean-up",
            &again,
        ] {
            assert!(shown.contains(part), "{how}: {part} is missing in: {shown}");
        }
        assert!(!shown.contains("is removed."), "{how}: {shown}");
        assert!(!shown.contains(service.mock.drive_id()), "{how}: {shown}");
        service.gate().react(|_| Reaction::Forward);
        let journal = journal.display().to_string();
        let clean =
            service.linkspec(&folder, &["cleanup", "--journal", &journal]).output().unwrap();
        assert_eq!(clean.status.code(), Some(0), "{how}: {}", text(&clean));
        assert_same(&service.snapshot(), &before, &shown);
    }
}

#[test]
fn an_interrupted_run_that_keeps_its_things_does_not_say_they_are_gone() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let (process, noticed) = (Process::default(), Latch::closed());
    let (sender, held) = (process.clone(), noticed.clone());
    let mut sent = false;
    service.gate().react(move |seen| {
        if !seen.is_create_link() || std::mem::replace(&mut sent, true) {
            return Reaction::Forward;
        }
        sender.signal("INT");
        Reaction::Hold(held.clone())
    });
    process.start(&mut service.run(&folder, &["--jobs", "1", "--no-cleanup"]));
    let heard = hear(process.stderr(), "interrupted", noticed);
    let ended = process.end();
    let shown = format!("{}{}", text(&ended), heard.join().unwrap());
    assert_eq!(ended.status.code(), Some(130), "{shown}");
    assert!(shown.contains("Nothing was removed."), "{shown}");
    assert!(!shown.contains("is removed."), "{shown}");
    assert!(!shown.contains("then what was made is removed"), "{shown}");
    let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
}

#[test]
fn a_second_signal_ends_at_once_and_says_how_to_clean() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let (process, noticed) = (Process::default(), Latch::closed());
    let (sender, held) = (process.clone(), noticed.clone());
    let never = Latch::closed();
    let mut calls = 0;
    service.gate().react(move |seen| {
        if seen.method == "DELETE" && !seen.target.contains("/permissions/") {
            // Clean-up has begun, and does not get on.
            sender.signal("INT");
            return Reaction::Hold(never.clone());
        }
        calls += usize::from(seen.is_create_link());
        if seen.is_create_link() && calls == 2 {
            sender.signal("TERM");
            return Reaction::Hold(held.clone());
        }
        Reaction::Forward
    });
    process.start(&mut service.run(&folder, &["--jobs", "1", "--rule", "IDEM-06,TYPE-08"]));
    let heard = hear(process.stderr(), "interrupted", noticed);
    let ended = process.end();
    let shown = format!("{}{}", text(&ended), heard.join().unwrap());
    assert_eq!(ended.status.code(), Some(130), "{shown}");
    let journals = journals(&folder);
    let [journal] = &journals[..] else { panic!("{journals:?}") };
    let how = format!("linkspec cleanup --journal {}", journal.display());
    assert!(shown.contains(&how), "{shown}");
    service.gate().react(|_| Reaction::Forward);
    let journal = journal.display().to_string();
    let clean = service.linkspec(&folder, &["cleanup", "--journal", &journal]).output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, &shown);
}

#[test]
fn a_pause_that_a_throttling_service_asked_for_ends_with_the_run() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let process = Process::default();
    let sender = process.clone();
    service.gate().react(move |seen| {
        if !seen.is_create_link() {
            return Reaction::Forward;
        }
        sender.signal("TERM");
        // A pause of a day: who waits for its end waits longer than any test may take.
        Reaction::Answer(Reply::new(429).with("retry-after", "80000"))
    });
    let arguments = ["--max-wait", "86400", "--rule", "IDEM-02"];
    process.start(&mut service.run(&folder, &arguments));
    let ended = process.end();
    assert_eq!(ended.status.code(), Some(130), "{}", text(&ended));
    assert_same(&service.snapshot(), &before, &text(&ended));
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_signal_before_anything_was_made_ends_the_run() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    // The token command tells that it runs, and hangs.
    std::fs::write(
        folder.path().join("linkspec.toml"),
        "[sign_in.owner]\nshell = true\ntimeout = 600\ncommand = \"kill -TERM $PPID; exec sleep 600\"\n",
    )
    .unwrap();
    let run = service.run(&folder, &[]).env_remove("LINKSPEC_TOKEN").output().unwrap();
    assert_eq!(run.status.code(), Some(130), "{}", text(&run));
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_signal_while_the_folder_is_made_leaves_nothing() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let (process, noticed) = (Process::default(), Latch::closed());
    let (sender, held) = (process.clone(), noticed.clone());
    service.gate().react(move |seen| {
        if seen.method == "POST" && seen.target.ends_with("/root/children") {
            sender.signal("INT");
            return Reaction::Hold(held.clone());
        }
        Reaction::Forward
    });
    process.start(&mut service.run(&folder, &["--rule", "IDEM-02"]));
    let heard = hear(process.stderr(), "interrupted", noticed);
    let ended = process.end();
    let shown = format!("{}{}", text(&ended), heard.join().unwrap());
    assert_eq!(ended.status.code(), Some(130), "{shown}");
    assert_same(&service.snapshot(), &before, &shown);
    assert!(journals(&folder).is_empty(), "{shown}");
}
