//! The calls through graph-rs-sdk, as its README tells: send, ask for the status, read the body.

use graph_rs_sdk::http::ResponseExt;
use graph_rs_sdk::{GraphClient, GraphClientConfiguration};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub enum Outcome {
    Surfaced { status: u16, permission: Value },
    Error(Value),
    Unsupported(String),
}

/// One client for each service root and token.
#[derive(Clone, Default)]
pub struct Clients(Arc<Mutex<HashMap<(String, String), GraphClient>>>);

impl Clients {
    fn get(&self, base_url: &str, token: &str) -> Result<GraphClient, String> {
        // A panic of the SDK leaves the map as it was.
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (base_url.to_owned(), token.to_owned());
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let url = base_url.parse().map_err(|error| format!("baseUrl: {error}"))?;
        let configuration = GraphClientConfiguration::new().access_token(token);
        let client = if base_url.starts_with("https://") {
            let mut client = GraphClient::from(configuration);
            client.use_endpoint(&url); // panics for any host but Microsoft's
            client
        } else {
            let mut client = GraphClient::from(configuration.https_only(false));
            client.use_test_endpoint(&url);
            client
        };
        clients.insert(key, client.clone());
        Ok(client)
    }
}

pub async fn create_link(clients: Clients, message: Map<String, Value>) -> Outcome {
    let member = |object: &str, member: &str| message.get(object)?.get(member)?.as_str();
    let address = |name: &str| member("address", name).unwrap_or_default();
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    let client = match clients.get(text("baseUrl"), text("token")) {
        Ok(client) => client,
        Err(problem) => return Outcome::Error(json!({"message": problem})),
    };
    let item = address("itemId");
    let item = match address("kind") {
        "drives" => client.drive(address("driveId")).item(item),
        "me" => client.me().drive().item(item),
        "sites" => client.site(address("siteId")).drive().item(item),
        "users" => client.user(address("userId")).drive().item(item),
        other => return Outcome::Unsupported(format!("graph-rs-sdk has no items below {other}")),
    };
    let response = match item.create_link(&message["request"]).send().await {
        Ok(response) => response,
        Err(failure) => return Outcome::Error(json!({"message": failure.to_string()})),
    };
    let status = response.status().as_u16();
    if !response.status().is_success() {
        return Outcome::Error(match response.into_graph_error_message().await {
            Ok(error) => graph_error(status, error.error.code, error.error.message),
            Err(failure) => graph_error(status, None, Some(failure.to_string())),
        });
    }
    match response.json().await {
        Ok(permission) => Outcome::Surfaced { status, permission },
        Err(failure) => Outcome::Error(graph_error(status, None, Some(failure.to_string()))),
    }
}

fn graph_error(status: u16, code: Option<String>, message: Option<String>) -> Value {
    let mut error = json!({"status": status});
    if let Some(code) = code {
        error["code"] = code.into();
    }
    if let Some(message) = message {
        error["message"] = message.into();
    }
    error
}
