//! What comes to an end, whatever comes: a disk, a list, an expression, a sign-in; and where a service may not send
//! anybody.

use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::service::gate::Reply;
use crate::service::{READ_THROUGH_THE_LINK, Reaction, Service, assert_same, bare, features, text};
use linkspec::graph::Product;
use linkspec::mock::{Authority, AuthorityFault, AuthorityOptions};
use serde_json::{Value, json};

/// The command, where no file can grow beyond so many blocks of the shell's.
fn with_files_up_to(blocks: usize, command: &Command) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut limited = Command::new("sh");
    limited.args(["-c", &script, "sh"]).arg(command.get_program()).args(command.get_args());
    limited.current_dir(command.get_current_dir().unwrap()).env_clear();
    for (name, value) in command.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    limited.output().unwrap()
}

#[test]
fn a_full_disk_under_the_journal_leaves_nothing_on_the_drive() {
    // One block is half a KiB or one KiB: the journal ends at its beginning, in the middle of a line, and later.
    for (blocks, code) in [(0, 2), (1, 3), (2, 3), (3, 3)] {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        let run = with_files_up_to(blocks, &service.stories(&folder, &[]));
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(code), "{blocks}: {shown}");
        assert!(shown.contains("journal"), "{blocks}: {shown}");
        assert_same(&service.snapshot(), &before, &format!("{blocks}: {shown}"));
    }
}

#[test]
fn a_list_without_an_end_ends_the_run_and_says_so() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let pages = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&pages);
    let base = service.base_url();
    service.gate().react(move |seen| {
        if seen.method != "GET" || !seen.target.contains("/permissions") {
            return Reaction::Forward;
        }
        let page = count.fetch_add(1, Ordering::Relaxed);
        let path = seen.target.split('?').next().unwrap_or_default();
        let next = format!("{base}{}?$skiptoken={page}", path.trim_start_matches("/v1.0"));
        Reaction::Alter(Box::new(move |reply| {
            let Ok(mut list) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
            list["@odata.nextLink"] = json!(next);
            reply.saying(list.to_string())
        }))
    });
    let run = service.live(&folder, &["--rule", "IDEM-05"]);
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("its pages have no end"), "{shown}");
    // Every look at a list reads that much of it, and no more.
    let pages = pages.load(Ordering::Relaxed);
    assert!(pages < 2000, "{pages} pages were read");
    service.gate().react(|_| Reaction::Forward);
    assert_same(&service.snapshot(), &before, &shown);
}

/// Each list goes on for ever, in pages of so many bytes; so many of them were read.
fn endless(service: &Service, padding: usize) -> Arc<AtomicUsize> {
    let pages = Arc::new(AtomicUsize::new(0));
    let (count, padding) = (Arc::clone(&pages), "x".repeat(padding));
    service.gate().react(move |seen| {
        let path = seen.target.split('?').next().unwrap_or_default();
        if seen.method != "GET" || !path.ends_with("/permissions") {
            return Reaction::Forward;
        }
        let page = count.fetch_add(1, Ordering::Relaxed);
        let list =
            json!({"value": [], "padding": padding, "@odata.nextLink": format!("?page={page}")});
        Reaction::Answer(Reply::new(200).saying(list.to_string()))
    });
    pages
}

#[test]
fn lists_that_fill_the_memory_end_the_run_and_say_so() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let pages = endless(&service, 900 * 1024);
    let run = service.live(&folder, &["--rule", "IDEM-05", "--record", "run.ndjson"]);
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("come to more than 64 MiB"), "{shown}");
    let kept = std::fs::metadata(folder.path().join("run.ndjson")).unwrap().len();
    assert!(kept < 70 * 1024 * 1024, "{kept} bytes");
    // No list is read any further than by half of that.
    let pages = pages.load(Ordering::Relaxed);
    assert!(pages < 500, "{pages} pages were read");
    service.gate().react(|_| Reaction::Forward);
    assert_same(&service.snapshot(), &before, &shown);
}

#[test]
fn lists_of_a_run_that_have_no_end_together_end_it_and_say_so() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let pages = endless(&service, 0);
    let run = service.live(&folder, &["--jobs", "8"]);
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("come to more than 5000 pages"), "{shown}");
    // What was being read by eight at a time, and what the clean-up looks at.
    let pages = pages.load(Ordering::Relaxed);
    assert!(pages < 7000, "{pages} pages were read");
}

#[test]
fn content_is_not_read_where_the_service_itself_is_not() {
    for near in ["http://169.254.169.254/latest/meta-data", "https://10.0.0.6/x"] {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |seen| {
            match seen.target.ends_with("/content") && seen.method == "GET" {
                true => Reaction::Answer(Reply::new(302).with("location", near)),
                false => Reaction::Forward,
            }
        });
        features(&folder, READ_THROUGH_THE_LINK);
        let arguments = ["--features", "features", "--record", "run.ndjson"];
        let run = service.live(&folder, &arguments);
        let recorded = std::fs::read_to_string(folder.path().join("run.ndjson")).unwrap();
        let why = "it leads into this machine or its network, where the service itself is not";
        assert!(recorded.contains(why), "{near}: {}\n{recorded}", text(&run));
    }
}

#[test]
fn an_expression_that_nests_without_end_is_a_mistake_and_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let nots = format!("{}@must", "not ".repeat(20_000));
    let run = bare(&folder, &["run", "--tags", &nots]).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", text(&run));
    let parentheses = format!("{}@must{}", "(".repeat(200_000), ")".repeat(200_000));
    let nots = "not ".repeat(200_000);
    for deep in [parentheses, nots] {
        std::fs::write(folder.path().join("linkspec.toml"), format!("[run]\ntags = \"{deep}\"\n"))
            .unwrap();
        let run = bare(&folder, &["run"]).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{}", &text(&run)[..200]);
        assert!(text(&run).len() < 4096, "the expression is not repeated");
    }
}

#[test]
fn nobody_is_sent_to_a_sign_in_page_that_is_not_what_it_seems() {
    for address in [
        "https://microsoft.com@evil.example/devicelogin",
        "https://login.microsoftonline.com:PW@evil.example/",
        "javascript:alert(1)",
    ] {
        let service = Service::forwarding(Product::Business);
        let folder = tempfile::tempdir().unwrap();
        let code = json!({
            "device_code": "code", "user_code": "ABCD-1234", "verification_uri": address,
            "expires_in": 900, "interval": 0,
        });
        let authority = service.block_on(Authority::start(AuthorityOptions {
            fault: Some(AuthorityFault::Status(200, code.to_string(), 1)),
            ..AuthorityOptions::default()
        }));
        let authority = authority.unwrap();
        let profile = format!(
            "[sign_in]\nauthority = \"{}\"\n[sign_in.owner]\ndevice_code = true\n\
             client_id = \"0f3c6d1e-1111-4222-8333-444455556666\"\n\
             tenant = \"c0ffee00-5a5a-4b4b-8c8c-1d2d3d4d5d6d\"\n",
            authority.url()
        );
        std::fs::write(folder.path().join("linkspec.toml"), profile).unwrap();
        let mut run = service.run(&folder, &["--rule", "IDEM-02"]);
        let run = run.env_remove("LINKSPEC_TOKEN").output().unwrap();
        assert_eq!(run.status.code(), Some(3), "{address}: {}", text(&run));
        assert!(!text(&run).contains(address), "{address}: {}", text(&run));
        assert_eq!(authority.requests().len(), 1, "{address}: nobody waits for it");
    }
}

#[test]
fn a_password_in_an_address_that_cannot_be_read_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["http://user:PASSW0RD@[bad", "http://user:PASSW0RD@host:port/v1.0"] {
        let arguments = ["run", "--target", "live", "--base-url", address, "--drive", "me/drive"];
        let run = bare(&folder, &arguments).env("LINKSPEC_TOKEN", "t").output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{}", text(&run));
        assert!(!text(&run).contains("PASSW0RD"), "{}", text(&run));
    }
}
