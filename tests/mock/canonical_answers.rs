//! The mock's answer to each documented request, as `snapshots/` holds it.

use crate::mock_client::Client;
use linkspec::graph::Product;
use linkspec::mock::Options;
use serde_json::{Map, Value, json};

/// Members whose value is different in every run or a secret of the tenant.
const CHANGING: [&str; 7] =
    ["id", "webUrl", "webHtml", "shareId", "expirationDateTime", "email", "displayName"];

/// What the page documents as requests: its examples, then each type, scope and further member.
fn documented_requests(product: Product) -> Vec<(&'static str, Value)> {
    let mut requests = vec![
        ("a view link for anyone", json!({"type": "view", "scope": "anonymous"})),
        ("the same again", json!({"type": "view", "scope": "anonymous"})),
        ("an edit link for anyone", json!({"type": "edit", "scope": "anonymous"})),
        (
            "a view link with an expiration",
            json!({"type": "view", "scope": "anonymous", "expirationDateTime": "2030-01-01T00:00:00Z"}),
        ),
        (
            "keeping the inherited permissions",
            json!({"type": "view", "scope": "anonymous", "retainInheritedPermissions": true}),
        ),
    ];
    if product == Product::Personal {
        requests.push((
            "a view link with a password",
            json!({"type": "view", "scope": "anonymous", "password": "ThisIsMyPrivatePassword"}),
        ));
        requests.push(("an embed link", json!({"type": "embed"})));
    } else {
        for kind in ["view", "edit"] {
            for scope in ["organization", "users"] {
                requests.push(("a link of another scope", json!({"type": kind, "scope": scope})));
            }
        }
        requests.push(("no scope", json!({"type": "view"})));
        requests.push(("refused: an embed link", json!({"type": "embed"})));
    }
    requests.push(("refused: an unknown type", json!({"type": "comment"})));
    requests
}

/// The same answer in every run: what changes becomes a word.
fn stable(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::String(_) if CHANGING.contains(&name.as_str()) => {
                        Value::from(format!("[{name}]"))
                    }
                    Value::String(_) if name == "date" || name.ends_with("request-id") => {
                        Value::from(format!("[{name}]"))
                    }
                    value => stable(value),
                };
                (name, value)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(entries) => entries.into_iter().map(stable).collect(),
        value => value,
    }
}

#[tokio::test]
async fn each_product_answers_each_documented_request_as_ever() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let mut answers = Vec::new();
        // A file of its own for each, but for the repetition, so that each link is new.
        let mut file = String::new();
        for (index, (name, request)) in documented_requests(product).into_iter().enumerate() {
            if name != "the same again" {
                file = client.file(&format!("{index}.txt"), "one").await;
            }
            let got = client.create_link(&file, request.clone()).await;
            answers.push(json!({
                "asked": name,
                "request": stable(request),
                "status": got.status,
                "contentType": got.header("content-type"),
                "answer": stable(got.body),
            }));
        }
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => "Canonical answers of the mock: one for each documented request",
        }, {
            insta::assert_json_snapshot!(format!("canonical_answers_{}", product.name()), answers);
        });
    }
}
