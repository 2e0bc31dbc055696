//! The mock, seen from outside: plain HTTP requests against a started one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod access;
mod answers;
mod canonical_answers;
mod catalogue;
mod conditions;
mod deviations;
mod drive;
mod links;
mod mock_client;
mod service;

use crate::mock_client::{Client, Got};
use linkspec::graph::Product;
use reqwest::Method;
use serde_json::{Value, json};

const WORK: [Product; 2] = [Product::Business, Product::SharePoint];

fn view(scope: &str) -> Value {
    json!({"type": "view", "scope": scope})
}

fn edit(scope: &str) -> Value {
    json!({"type": "edit", "scope": scope})
}

async fn invite_second_user(client: &Client, item: &str, role: &str) -> Got {
    let body = json!({
        "recipients": [{"email": client.mock.second_user_principal_name()}],
        "roles": [role], "requireSignIn": true, "sendInvitation": false,
    });
    client.send(Method::POST, &format!("{}/invite", client.item(item)), Some(body)).await
}

fn assert_refused(got: &Got, status: u16, code: &str) {
    assert_eq!(got.status, status, "{got:?}");
    assert_eq!(got.text_of("/error/code"), code, "{got:?}");
    assert!(!got.text_of("/error/message").is_empty(), "{got:?}");
    let request_id = got.header("request-id").unwrap();
    assert_eq!(got.text_of("/error/innerError/request-id"), request_id);
    assert_eq!(got.body.as_object().unwrap().len(), 1, "{got:?}");
}

async fn content_of(client: &Client, path: &str, headers: &[(&str, &str)]) -> Got {
    let address = format!("{}{path}", client.mock.base_url());
    let got = client.send_to(&address, Method::GET, headers, "").await;
    if got.status != 302 {
        return got;
    }
    let location = got.header("location").unwrap().to_owned();
    client.as_nobody().send_to(&location, Method::GET, &[], "").await
}
