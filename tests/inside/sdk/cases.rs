//! Cases as files, and what was asked, sent and surfaced.

use std::path::Path;
use std::process::Command;

use linkspec::library::{AdapterCommand, ScriptedService, write_cases};
use linkspec::report::json;
use linkspec::story::Script;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};

use super::{adapter, options, run_rules};

#[tokio::test]
async fn cases_can_be_written_out_and_asked_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-11"], options()).await;
    let folder = tempfile::tempdir().unwrap();
    let written =
        write_cases(folder.path(), &run.conversations, "http://127.0.0.1:4011/v1.0").unwrap();
    assert_eq!(written.len(), run.conversations.len());
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../schemas/adapter/question.schema.json"))
            .unwrap();
    assert!(!written.is_empty());
    for path in &written {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let question = serde_json::from_str(line).unwrap();
            assert!(jsonschema::is_valid(&schema, &question), "{line}");
        }
    }
}

/// What the adapter answers when a case is piped into it: to hello, and to the call.
async fn answers_to(command: &AdapterCommand, case: &Path) -> [String; 2] {
    let mut child = tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&std::fs::read(case).unwrap()).await.unwrap();
    let mut answers = tokio::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = async || answers.next_line().await.unwrap().unwrap();
    [next().await, next().await]
}

#[tokio::test]
async fn a_written_case_asks_the_same_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-24"], options()).await;
    let service = ScriptedService::start(Script::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written = write_cases(folder.path(), &run.conversations, &service.base_url()).unwrap();
    service.begin(&run.conversations[0].calls[0].asked.request);
    let [hello, answer] = answers_to(&command, &written[0]).await;
    assert!(hello.contains(r#""name":"model""#), "{hello}");
    assert!(answer.contains(r#""permission""#), "{answer}");
    let (again, first) = (service.take(), &run.conversations[0].calls[0].wire);
    assert_eq!((again.len(), &again[0].body), (first.len(), &first[0].body));
    assert_eq!(again[0].target, first[0].target);
}

#[tokio::test]
async fn the_service_of_a_written_case_can_be_played_again() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-16"], options()).await;
    let refused = run.conversations.iter().position(|it| it.lines[1].contains("answers 403"));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written =
        write_cases(folder.path(), &run.conversations, &format!("http://{free}/v1.0")).unwrap();
    let case = &written[refused.unwrap()];
    let mut playing = tokio::process::Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--addr", &free.to_string(), "--case"])
        .arg(case)
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = tokio::io::BufReader::new(playing.stderr.take().unwrap()).lines();
    let mut until = async |words: &str| loop {
        let line = said.next_line().await.unwrap().expect(words);
        if line.contains(words) {
            return;
        }
    };
    until("answers 403").await;
    until("Ctrl-C ends it").await;
    let [_, answer] = answers_to(&command, case).await;
    assert!(answer.contains(r#""status":403"#), "{answer}");
    until("#1 POST").await;
    until("answered  403").await;
    let nowhere = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--case", "no-such-case.ndjson"])
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--write-cases FOLDER"));
    let open = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--addr", "0.0.0.0:0", "--case"])
        .arg(case)
        .output()
        .unwrap();
    assert_eq!(open.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&open.stderr).contains("is not loopback"));
}

#[tokio::test]
async fn the_report_shows_asked_wire_and_surfaced_side_by_side() {
    let Some(command) = adapter("none") else { return };
    let run = run_rules(&command, &["SDK-11"], options()).await;
    let report: Value = serde_json::from_str(&json::render(&run.report)).unwrap();
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    let calls = report["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3, "a view link, then one asked for twice: {calls:?}");
    let call = &calls[1];
    assert_eq!(call["asked"]["type"], "view");
    assert_eq!(call["address"]["kind"], "drives");
    assert!(call["surfaced"]["permission"]["permission"]["id"].is_string(), "{call}");
    let number = call["wire"][0].as_u64().unwrap();
    let exchanges = report["exchanges"].as_array().unwrap();
    let exchange = exchanges.iter().find(|it| it["n"] == number).unwrap();
    assert_eq!(exchange["answer"]["status"], 201);
}
