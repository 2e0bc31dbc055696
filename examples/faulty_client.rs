//! An adapter in front of a client with one fault, to see linkspec find it: it forgets the scope it was asked for.
//!
//! `cargo run -- run --sdk target/debug/examples/faulty_client`, after `cargo build --examples`. What is read and
//! written here is adapters/README.md's protocol; the adapters there do the same for clients that people use.

use serde_json::{Value, json};
use std::io::{BufRead, Write};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let mut answer = match question["op"].as_str() {
            Some("bye") => break,
            Some("hello") => json!({
                "name": "a forgetful client", "version": "1.0.0", "language": "rust",
                "addresses": ["drives"], "concurrency": 1,
            }),
            _ => create_link(&http, &question)
                .await
                .unwrap_or_else(|failure| json!({"error": {"message": failure.to_string()}})),
        };
        answer["id"] = question["id"].clone();
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

async fn create_link(http: &reqwest::Client, question: &Value) -> Result<Value, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let address = &question["address"];
    if address["kind"] != "drives" {
        return Ok(json!({"unsupported": "this client knows /drives/{id} alone"}));
    }
    let mut body = question["request"].clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("scope"); // the fault
    }
    let mut url = url::Url::parse(&text(&question["baseUrl"]))?;
    url.path_segments_mut().map_err(|()| "no address of a service")?.pop_if_empty().extend([
        "drives",
        &text(&address["driveId"]),
        "items",
        &text(&address["itemId"]),
        "createLink",
    ]);
    let answer = http
        .post(url)
        .bearer_auth(text(&question["token"]))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await?;
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(if status < 300 {
        json!({"status": status, "permission": body})
    } else {
        let error = &body["error"];
        json!({"error": {"status": status, "code": error["code"], "message": error["message"]}})
    })
}
