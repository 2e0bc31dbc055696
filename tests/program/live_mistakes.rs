//! What is wrong with a token, a profile or a drive is said in one message with the fix; nothing is left
//! behind.

use std::io::{BufRead as _, BufReader};
use std::process::Output;

use crate::service::gate::{Latch, Reply};
use crate::service::{Process, Reaction, Seen, Service, assert_same, bare, journals, text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linkspec::graph::Product;
use linkspec::mock::Identity;
use serde_json::json;
use tempfile::TempDir;

fn jwt(claims: &serde_json::Value) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let header = encode(r#"{"typ":"JWT","alg":"none"}"#.to_owned());
    format!("{header}.{}.{}", encode(claims.to_string()), encode("signature".to_owned()))
}

/// The output holds one error, with these parts, a hint or a fix, and no panic.
fn assert_said(output: &Output, code: i32, parts: &[&str]) {
    let shown = text(output);
    assert_eq!(output.status.code(), Some(code), "{shown}");
    assert_eq!(shown.matches("error: ").count(), 1, "{shown}");
    for part in parts {
        assert!(shown.contains(part), "{part:?} is missing in: {shown}");
    }
    assert!(!shown.contains("panicked"), "{shown}");
}

fn settings(folder: &TempDir, text: &str) {
    std::fs::write(folder.path().join("linkspec.toml"), text).unwrap();
}

#[test]
fn tokens_that_cannot_be_used() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let expired = jwt(&json!({"exp": 1_700_000_000, "scp": "Files.ReadWrite"}));
    let truncated = &expired[..expired.len() - 15];
    for (token, parts) in [
        (expired.as_str(), &["expired", "sign in again"][..]),
        (truncated, &["damaged", "copy it again"]),
        ("nobody-knows-this-token", &["401", "renew LINKSPEC_TOKEN"]),
        ("Bearer abc", &["Bearer", "leave that word out"]),
        ("\"abc\"", &["quotation marks"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let run = service.run(&folder, &[]).env("LINKSPEC_TOKEN", token).output().unwrap();
        assert_said(&run, 3, parts);
        assert!(!text(&run).contains(token), "{}", text(&run));
        assert!(journals(&folder).is_empty(), "{}", text(&run));
    }
    assert_same(&service.snapshot(), &before, "");
}

#[test]
fn a_token_of_another_cloud_is_not_sent() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let other =
        jwt(&json!({"iss": "https://login.chinacloudapi.cn/x/v2.0", "exp": 4_000_000_000_u64}));
    let run = service
        .run(&folder, &["--cloud", "us-gov-l4"])
        .env("LINKSPEC_TOKEN", other)
        .output()
        .unwrap();
    assert_said(&run, 2, &["china", "us-gov-l4", "nothing was sent"]);
    assert!(service.gate().seen().is_empty());
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_token_that_may_only_read_is_told_before_it_is_sent() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let reading = jwt(&json!({"scp": "Files.Read", "exp": 4_000_000_000_u64}));
    let as_reader = service.mock.token(Identity::ReadOnly).to_owned();
    // The first request waits until the note is heard; one that is sent before is never answered.
    let (told, mut first) = (Latch::closed(), true);
    let held = told.clone();
    service.gate().react(move |_| match std::mem::take(&mut first) {
        true => Reaction::Hold(held.clone()),
        false => Reaction::As(as_reader.clone()),
    });
    let process = Process::default();
    let arguments = ["--timeout", "20", "--rule", "IDEM-02"];
    process.start(service.run(&folder, &arguments).env("LINKSPEC_TOKEN", reading));
    let mut heard = String::new();
    for line in BufReader::new(process.stderr()).lines() {
        let line = line.unwrap();
        if line.contains("this token has Files.Read only; createLink needs Files.ReadWrite") {
            assert_eq!(service.gate().seen().iter().filter(|it| it.mutates()).count(), 0);
            told.open();
        }
        heard.push_str(&line);
        heard.push('\n');
    }
    let ended = process.end();
    assert_eq!(ended.status.code(), Some(3), "{heard}{}", text(&ended));
    assert_eq!(heard.matches("error: ").count(), 1, "{heard}");
    assert_eq!(heard.matches("Files.Read only").count(), 1, "{heard}");
    assert!(journals(&folder).is_empty());
}

#[cfg(unix)]
#[test]
fn token_commands_that_give_none() {
    let service = Service::forwarding(Product::Business);
    for (command, parts) in [
        ("exit 7", &["exit status: 7", "run it in a terminal"][..]),
        ("exec sleep 600", &["did not end within 0.2 s", "run it in a terminal"]),
        ("true", &["printed nothing"]),
        ("echo two words", &["something else than a token"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let table = "[sign_in.owner]\nshell = true\ntimeout = 0.2\n";
        settings(&folder, &format!("{table}command = \"{command}\"\n"));
        let mut run = service.run(&folder, &[]);
        let output = run.env_remove("LINKSPEC_TOKEN").output().unwrap();
        // A slow machine may not start a shell in that time.
        if !text(&output).contains("did not end within") {
            assert_said(&output, 3, parts);
        } else {
            assert_said(&output, 3, &["did not end within 0.2 s"]);
        }
        assert!(journals(&folder).is_empty());
    }
    assert!(service.gate().seen().is_empty(), "nothing was sent");
}

#[test]
fn a_profile_that_contradicts_the_drive() {
    for (product, profile, parts) in [
        (Product::Business, "premium = true", ["premium", "remove premium"]),
        (Product::Personal, "organization_links = \"enabled\"", ["organization_links", "remove"]),
        (Product::Business, "checkout_library = true", ["checkout_library", "SharePoint"]),
    ] {
        let service = Service::forwarding(product);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        settings(&folder, &format!("[tenant]\n{profile}\n"));
        assert_said(&service.live(&folder, &[]), 2, &parts);
        assert!(service.gate().seen().iter().all(|it| !it.mutates()), "{profile}");
        assert_same(&service.snapshot(), &before, profile);
        assert!(journals(&folder).is_empty());
    }
    // One profile may serve drives of every product: each takes what is about it.
    for product in Product::ALL {
        let service = Service::forwarding(product);
        let folder = tempfile::tempdir().unwrap();
        let all = "[tenant]\nanonymous_links = \"enabled\"\norganization_links = \"enabled\"\n\
                   premium = true\ncheckout_library = true\nexpiration_policy_days = 0\n";
        settings(&folder, all);
        let output = service.live(&folder, &["--rule", "IDEM-02"]);
        assert_eq!(output.status.code(), Some(0), "{product}: {}", text(&output));
    }
    // Personal drives are in the global cloud only, whatever the settings say.
    let service = Service::forwarding(Product::Personal);
    let folder = tempfile::tempdir().unwrap();
    let owner = service.mock.token(Identity::Owner).to_owned();
    service.gate().react(move |_| Reaction::As(owner.clone()));
    // A token that does not tell where it is from.
    let mut command = service.run(&folder, &["--cloud", "china"]);
    let run = command.env("LINKSPEC_TOKEN", "opaque-token").output().unwrap();
    assert_said(&run, 2, &["personal", "global"]);
    assert!(service.gate().seen().iter().all(|it| !it.mutates()));
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_journal_that_cannot_be_written() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for path in ["file/run.journal", "file"] {
        let run = service.live(&folder, &["--journal", path]);
        assert_said(&run, 2, &["journal", path, "hint"]);
    }
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    assert_eq!(std::fs::read_to_string(folder.path().join("file")).unwrap(), "");
}

/// A disk that is full after so many blocks of a journal.
#[cfg(unix)]
#[test]
fn a_journal_that_cannot_be_written_any_more() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let mut codes = std::collections::BTreeSet::new();
    for blocks in 0..=6 {
        let folder = tempfile::tempdir().unwrap();
        let run = service.run(&folder, &["--rule", "IDEM-02,TYPE-08", "--jobs", "1"]);
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", &limit]).arg(run.get_program()).args(run.get_args());
        limited.current_dir(folder.path()).env_clear();
        limited.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = limited.output().unwrap();
        let shown = text(&output);
        let code = output.status.code().unwrap();
        assert!(matches!(code, 0 | 2 | 3), "{blocks}: {shown}");
        if code != 0 {
            assert!(shown.contains("journal"), "{blocks}: {shown}");
            assert!(shown.contains("cannot be written"), "{blocks}: {shown}");
        }
        codes.insert(code);
        assert_same(&service.snapshot(), &before, &format!("{blocks}: {shown}"));
        assert!(journals(&folder).is_empty(), "{blocks}: {shown}");
    }
    assert!(codes.contains(&2) && codes.contains(&3), "at once, and in the middle: {codes:?}");
}

#[test]
fn drives_that_cannot_be_worked_on() {
    fn is_folder(seen: &Seen) -> bool {
        seen.method == "POST" && seen.target.ends_with("/root/children")
    }
    fn is_drive(seen: &Seen) -> bool {
        seen.method == "GET" && !seen.target.contains("/items") && !seen.target.contains("/root")
    }
    type Fits = fn(&Seen) -> bool;
    let cases: [(&str, Fits, u16, &[&str]); 4] = [
        ("no permission", is_folder, 403, &["403", "Files.ReadWrite"]),
        ("not provisioned", is_drive, 404, &["404", "provisioned"]),
        ("full", is_folder, 507, &["507", "free some space"]),
        ("no drive", is_drive, 200, &["did not answer with a drive", "service root"]),
    ];
    for (what, fits, status, parts) in cases {
        let service = Service::forwarding(Product::Business);
        let before = service.snapshot();
        let folder = tempfile::tempdir().unwrap();
        service.gate().react(move |seen| match fits(seen) {
            true => Reaction::Answer(Reply::new(status)),
            false => Reaction::Forward,
        });
        assert_said(&service.live(&folder, &[]), 3, parts);
        assert_same(&service.snapshot(), &before, what);
        assert!(journals(&folder).is_empty(), "{what}");
    }
}

#[test]
fn a_drive_that_is_full_in_the_middle() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    service.gate().react(move |seen| match seen.method.as_str() {
        "PUT" => Reaction::Answer(Reply::new(507)),
        _ => Reaction::Forward,
    });
    let run = service.live(&folder, &["--rule", "IDEM-02"]);
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    assert!(text(&run).contains("507"), "{}", text(&run));
    assert_same(&service.snapshot(), &before, "");
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_folder_that_may_have_been_made_is_named() {
    // Its making is answered with a failure, and then nothing can be looked for.
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let mut made = false;
    service.gate().react(move |seen| {
        if seen.method == "POST" && !made {
            made = true;
            return Reaction::Lose;
        }
        if made { Reaction::Answer(Reply::new(403)) } else { Reaction::Forward }
    });
    let run = service.live(&folder, &[]);
    assert_said(
        &run,
        3,
        &["403", "something may have been left behind", "linkspec cleanup --journal"],
    );
    service.gate().react(|_| Reaction::Forward);
    let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, "");
}

#[test]
fn cleanup_says_what_is_wrong_with_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    for (name, journal, code, part) in [
        ("none.journal", None, 2, "cannot be read"),
        ("odd.journal", Some("{\"odd\":1}\n{\"odd\":2}\n"), 2, "is no journal"),
        ("empty.journal", Some(""), 0, "nothing is left"),
        (
            "token.journal",
            Some(concat!(
                r#"{"run":{"base_url":"http://127.0.0.1:9/v1.0","drive":"me","started":"2026-01-01T00:00:00Z"}}"#,
                "\n",
                r#"{"will-make-item":{"name":"linkspec-1","folder":""}}"#,
                "\n"
            )),
            2,
            "LINKSPEC_TOKEN",
        ),
    ] {
        if let Some(journal) = journal {
            std::fs::write(folder.path().join(name), journal).unwrap();
        }
        let arguments = ["cleanup", "--base-url", "http://127.0.0.1:9", "--journal", name];
        let output = bare(&folder, &arguments).output().unwrap();
        let shown = text(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {shown}");
        assert!(shown.contains(part), "{name}: {shown}");
    }
}

#[test]
fn a_client_library_that_does_not_start() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--sdk", "no-such-adapter"]);
    assert!(matches!(run.status.code(), Some(2 | 3)), "{}", text(&run));
    assert!(text(&run).contains("no-such-adapter"), "{}", text(&run));
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    assert!(journals(&folder).is_empty());
}

/// What Graph documents of the drive of a container, and a library whose webUrl is one's.
const CONTAINERS: [&str; 2] = [
    r#"{"id":"b!x","driveType":"other","name":"My Container"}"#,
    r#"{"id":"b!x","driveType":"documentLibrary","webUrl":"https://contoso.sharepoint.com/contentstorage/CSP_1/Document%20Library"}"#,
];

#[test]
fn a_container_is_said_to_be_out_of_scope_before_anything_is_made() {
    for drive in CONTAINERS {
        let service = Service::forwarding(Product::SharePoint);
        service.gate().react(move |seen| match seen.target.contains("/drives/") {
            true => Reaction::Answer(Reply::new(200).saying(drive)),
            false => Reaction::Forward,
        });
        let folder = tempfile::tempdir().unwrap();
        let sentence = "SharePoint Embedded is out of scope: drives of the types personal, business and documentLibrary";
        let run = service.live(&folder, &[]);
        assert_said(&run, 2, &[sentence, "is the drive of a container", "name a personal"]);
        let (base, drive) = (service.base_url(), service.drive());
        let doctor = service
            .linkspec(
                &folder,
                &["doctor", "--target", "live", "--base-url", &base, "--drive", &drive],
            )
            .output()
            .unwrap();
        assert_eq!(doctor.status.code(), Some(2), "{}", text(&doctor));
        assert!(text(&doctor).contains(sentence), "{}", text(&doctor));
        assert!(service.gate().seen().iter().all(|it| it.method == "GET"), "nothing is made");
    }
}

#[test]
fn a_container_named_by_its_address_is_said_to_be_out_of_scope() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["run", "doctor"] {
        for drive in
            ["storage/fileStorage/containers/b!x", "/storage/fileStorage/containers/b!x/drive"]
        {
            let output = bare(&folder, &[command, "--target", "live", "--drive", drive])
                .env("LINKSPEC_TOKEN", "t")
                .output()
                .unwrap();
            assert_said(&output, 2, &["names a container", "SharePoint Embedded is out of scope"]);
        }
    }
}
