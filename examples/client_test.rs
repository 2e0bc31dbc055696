//! A client of one's own, tested in Rust: its requests go to the mock, and the mock says what is wrong with them.
//!
//! `cargo run --example client_test`; in a test of one's own the body of `main` stands under `#[tokio::test]`.

use linkspec::mock::Mock;
use serde_json::json;

/// The client under test: what it needs to know, and nothing of linkspec.
struct Client {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl Client {
    /// Makes a view link for an item, and hands back its address.
    async fn share(&self, drive: &str, item: &str) -> Result<String, Box<dyn std::error::Error>> {
        let answer = self
            .http
            .post(format!("{}/drives/{drive}/items/{item}/createLink", self.base_url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(json!({"type": "view", "scope": "organization"}).to_string())
            .send()
            .await?
            .error_for_status()?;
        let permission: serde_json::Value = serde_json::from_slice(&answer.bytes().await?)?;
        let url = permission["link"]["webUrl"].as_str().ok_or("an answer without a link")?;
        Ok(url.to_owned())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest is built without a TLS provider here; the mock needs none, and still one has to be named.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let graph = Mock::business().start().await?;
    let client = Client {
        http: reqwest::Client::new(),
        base_url: graph.base_url().to_owned(),
        token: graph.token().to_owned(),
    };
    let first = client.share(graph.drive_id(), graph.file_id()).await?;
    let second = client.share(graph.drive_id(), graph.file_id()).await?;
    assert_eq!(first, second, "the link that exists is handed back");
    let report = graph.judge()?;
    println!("{} createLink requests, and no rule is broken", report.requests.create_link);
    Ok(())
}
