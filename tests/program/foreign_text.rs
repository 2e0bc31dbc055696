//! What a service, a library or a file says acts on no terminal, and is no command in the log of a CI system.

use crate::service::gate::Reply;
use crate::service::{Reaction, Service, bare, text};
use linkspec::graph::Product;

/// Each begins a line, or stands in one.
const COMMANDS: [&str; 6] = [
    "::set-output name=x::y",
    "  ::stop-commands::abc",
    "##[error]x",
    "text ##vso[task.setvariable variable=x]y",
    "##teamcity[buildStop]",
    "\u{1b}[2J\u{9b}31m\u{202e}\u{7}",
];

fn assert_harmless(shown: &str, what: &str) {
    assert!(
        shown.chars().all(|it| !it.is_control() || matches!(it, '\n' | '\t')),
        "{what}: {shown}"
    );
    assert!(!shown.contains('\u{202e}'), "{what}: {shown}");
    for line in shown.lines() {
        assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{what}: {line}");
        }
    }
}

#[test]
fn what_an_adapter_says_is_printed_and_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let spoken: String = COMMANDS.map(|it| format!("{it}\n")).concat();
    std::fs::write(folder.path().join("said"), spoken).unwrap();
    let hello = serde_json::json!({
        "id": 0, "ok": true, "protocol": 1, "name": COMMANDS.join("\n"), "version": "1", "language": "x",
        "addresses": ["me"],
    });
    std::fs::write(folder.path().join("hello"), format!("{hello}\n")).unwrap();
    for (name, script) in [
        ("stderr", "cat said >&2; exit 1"),
        ("rubbish", "cat said"),
        ("hello", "cat hello; cat said >&2; sleep 1"),
    ] {
        std::fs::write(folder.path().join("adapter.sh"), script).unwrap();
        for command in
            [&["doctor", "--sdk", "sh adapter.sh"][..], &["run", "--sdk", "sh adapter.sh"]]
        {
            let output = bare(&folder, command).output().unwrap();
            assert_harmless(&text(&output), &format!("{name} {command:?}"));
        }
    }
}

#[test]
fn what_a_service_says_is_printed_and_nothing_more() {
    for said in COMMANDS {
        let body = serde_json::json!({"error": {"code": format!("x\n{said}"), "message": format!("y\n{said}")}});
        let drive = serde_json::json!({"id": "b!x", "driveType": format!("business\n{said}")});
        for (status, body) in [(400, body), (200, drive)] {
            let service = Service::forwarding(Product::Business);
            let body = body.to_string();
            service.gate().react(move |_| {
                Reaction::Answer(
                    Reply::new(status)
                        .with("content-type", "application/json")
                        .saying(body.clone()),
                )
            });
            let folder = tempfile::tempdir().unwrap();
            let run = service.live(&folder, &["--rule", "IDEM-02", "--max-wait", "1"]);
            assert_harmless(&text(&run), said);
        }
    }
}

#[test]
fn reports_on_standard_output_are_no_commands_and_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let body = serde_json::json!({"error": {"code": "x", "message": COMMANDS[..5].join("\n")}})
        .to_string();
    let har = serde_json::json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
        "startedDateTime": "2026-01-01T00:00:00Z", "time": 1,
        "request": {
            "method": "POST", "url": "https://graph.microsoft.com/v1.0/me/drive/items/1/createLink",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "postData": {"mimeType": "application/json", "text": "{\"type\":\"view\"}"},
        },
        "response": {
            "status": 400, "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"text": body},
        },
    }]}});
    std::fs::write(folder.path().join("x.har"), har.to_string()).unwrap();
    let judged = |format: &str, path: &str| {
        let report = format!("{format}={path}");
        let arguments = ["judge", "x.har", "--product", "business", "--report", &report];
        bare(&folder, &arguments).output().unwrap()
    };
    for format in ["json", "junit", "html", "sarif", "markdown", "har"] {
        assert_harmless(&text(&judged(format, "-")), format);
    }
}
