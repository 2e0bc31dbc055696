//! The mock, seen from outside: plain HTTP requests against a started one.

mod mock_client;

use linkspec::graph::Product;
use linkspec::mock::{Identity, Options};
use mock_client::Client;
use serde_json::json;

#[tokio::test]
async fn a_link_is_made_once_and_found_again() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let first = client.create_link(&file, json!({"type": "view", "scope": "anonymous"})).await;
        assert_eq!(first.status, 201, "{product}");
        let second = client.create_link(&file, json!({"type": "view", "scope": "anonymous"})).await;
        assert_eq!(second.status, 200, "{product}");
        assert_eq!(first.body, second.body, "{product}");
        let edit = client.create_link(&file, json!({"type": "edit", "scope": "anonymous"})).await;
        assert_eq!(edit.status, 201, "{product}");
        assert_ne!(edit.body["id"], first.body["id"], "{product}");
        let other = client
            .as_identity(Identity::SecondApp)
            .create_link(&file, json!({"type": "view", "scope": "anonymous"}))
            .await;
        assert_eq!(other.status, 201, "{product}: another application gets its own link");
        assert_eq!(client.links(&file).await.len(), 3, "{product}");
        assert_eq!(client.mock.create_link_calls(), 4, "{product}");
    }
}
