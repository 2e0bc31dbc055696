//! Adapter protocol version 1 in front of the community crate graph-rs-sdk.

mod sdk;

use sdk::{Clients, Outcome};
use serde_json::{Map, Value, json};
use std::error::Error;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Read at compile time, so that the version told is the version built.
const LOCKFILE: &str = include_str!("../Cargo.lock");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clients = Clients::default();
    let (answers, mut queue) = mpsc::unbounded_channel::<Value>();
    // One writer, so that lines of concurrent requests are never mixed.
    let writer = tokio::spawn(async move {
        let mut stdout = tokio::io::stdout();
        while let Some(answer) = queue.recv().await {
            stdout.write_all(format!("{answer}\n").as_bytes()).await?;
            stdout.flush().await?;
        }
        Ok::<(), std::io::Error>(())
    });

    let mut running = JoinSet::new();
    let mut lines = BufReader::new(tokio::io::stdin()).split(b'\n');
    while let Some(line) = lines.next_segment().await? {
        while running.try_join_next().is_some() {} // let go of what is done
        let message: Map<String, Value> = match serde_json::from_slice(&line) {
            Ok(message) => message,
            Err(problem) => {
                eprintln!("ignored a line that is no JSON object: {problem}");
                continue;
            }
        };
        let Some(id) = message.get("id").cloned() else {
            eprintln!("ignored a message without an id");
            continue;
        };
        match message.get("op").and_then(Value::as_str).unwrap_or("") {
            "bye" => break,
            "hello" => answers.send(hello(&id, &message))?,
            "createLink" => {
                let (clients, answers) = (clients.clone(), answers.clone());
                running.spawn(async move {
                    let answer = create_link(&clients, &id, message).await;
                    // The receiver is gone only when the program is about to end.
                    let _ = answers.send(answer);
                });
            }
            other => answers.send(failed(&id, &format!("unknown operation {other}")))?,
        }
    }
    running.shutdown().await;
    drop(answers);
    writer.await??;
    Ok(())
}

fn hello(id: &Value, message: &Map<String, Value>) -> Value {
    if message.get("protocol").and_then(Value::as_u64) != Some(1) {
        return failed(id, "only protocol 1 is spoken here");
    }
    json!({"id": id, "name": "graph-rs-sdk", "version": locked_version("graph-rs-sdk"), "language": "rust",
           "addresses": ["drives", "me", "sites", "users"],
           // create_link() takes any JSON: the members and their form are the application's writing.
           "byApplication": ["body"]})
}

fn locked_version(package: &str) -> &str {
    LOCKFILE
        .split_once(&format!("name = \"{package}\"\nversion = \""))
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or("unknown")
}

async fn create_link(clients: &Clients, id: &Value, message: Map<String, Value>) -> Value {
    // A task of its own: the SDK panics where it does not like a URL or an id.
    let call = tokio::spawn(sdk::create_link(clients.clone(), message));
    match call.await {
        Ok(Outcome::Surfaced { status, permission }) => {
            json!({"id": id, "status": status, "permission": permission})
        }
        Ok(Outcome::Error(error)) => json!({"id": id, "error": error}),
        Ok(Outcome::Unsupported(reason)) => json!({"id": id, "unsupported": reason}),
        Err(panic) => failed(id, &format!("the SDK panicked: {panic}")),
    }
}

fn failed(id: &Value, message: &str) -> Value {
    json!({"id": id, "error": {"message": message}})
}
