//! The model adapter: adapter protocol version 1 in front of a small createLink client on reqwest.

mod graph;

use graph::{Address, Client, Failure};
use serde_json::{Map, Value, json};
use std::error::Error;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Read at compile time, so that the version told is the version built.
const LOCKFILE: &str = include_str!("../Cargo.lock");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a TLS provider is already installed")?;
    let client = Client::new()?;
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
                let (client, answers) = (client.clone(), answers.clone());
                running.spawn(async move {
                    let answer = create_link(&client, &id, &message).await;
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
    json!({"id": id, "name": "reqwest", "version": locked_version("reqwest"), "language": "rust",
           "addresses": ["drives", "groups", "me", "sites", "users"]})
}

fn locked_version(package: &str) -> &str {
    LOCKFILE
        .split_once(&format!("name = \"{package}\"\nversion = \""))
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or("unknown")
}

async fn create_link(client: &Client, id: &Value, message: &Map<String, Value>) -> Value {
    let text = |member: &str| message.get(member).and_then(Value::as_str);
    let (Some(base_url), Some(token)) = (text("baseUrl"), text("token")) else {
        return failed(id, "createLink needs baseUrl and token");
    };
    let Some(request) = message.get("request").and_then(Value::as_object) else {
        return failed(id, "createLink needs a request object");
    };
    let Some(address) = message.get("address").and_then(Value::as_object) else {
        return failed(id, "createLink needs an address object");
    };
    let address = match Address::read(address) {
        Ok(address) => address,
        Err(problem) => return json!({"id": id, "unsupported": problem}),
    };
    match client.create_link(base_url, token, &address, request).await {
        Ok((status, permission)) => json!({"id": id, "status": status, "permission": permission}),
        Err(failure) => json!({"id": id, "error": error(&failure)}),
    }
}

fn error(failure: &Failure) -> Value {
    let mut error = json!({"message": failure.message});
    if let Some(status) = failure.status {
        error["status"] = status.into();
    }
    if let Some(code) = &failure.code {
        error["code"] = code.as_str().into();
    }
    error
}

fn failed(id: &Value, message: &str) -> Value {
    json!({"id": id, "error": {"message": message}})
}
