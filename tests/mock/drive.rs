//! Files, folders and lists.

use std::time::Duration;

use linkspec::graph::{Clock, Product};
use linkspec::mock::{Identity, Options, variant};
use reqwest::Method;
use serde_json::json;

use crate::mock_client::Client;
use crate::{assert_refused, content_of, edit, view};

#[tokio::test]
async fn files_and_folders_come_and_go() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let children = format!("{}/root/children", client.drive());
        let folder = |behavior: &str| {
            Some(json!({"name": "f", "folder": {},
                        "@microsoft.graph.conflictBehavior": behavior}))
        };
        let first = client.send(Method::POST, &children, folder("fail")).await;
        assert_eq!((first.status, first.text_of("/name")), (201, "f"));
        assert_eq!(client.send(Method::POST, &children, folder("fail")).await.status, 409);
        let second = client.send(Method::POST, &children, folder("rename")).await;
        assert_eq!((second.status, second.text_of("/name")), (201, "f 1"));
        let id = first.text_of("/id");
        let file = client.file_in(id, "a.txt", "one").await;
        let got = client.get(&format!("{}/root:/f/a.txt?$select=id,size", client.drive())).await;
        assert_eq!(got.body, json!({"id": file, "size": 3}));
        let content = format!("{}/content", client.item(&file));
        let address = format!("{}{content}", client.mock.base_url());
        let before = client.get(&client.item(&file)).await;
        client.create_link(&file, view("anonymous")).await;
        let after = client.get(&client.item(&file)).await;
        for unchanged in ["/eTag", "/cTag", "/file/hashes/sha256Hash"] {
            assert_eq!(before.body.pointer(unchanged), after.body.pointer(unchanged));
        }
        assert_eq!(after.text_of("/shared/scope"), "anonymous");
        assert_eq!(client.send_to(&address, Method::PUT, &[], "two").await.status, 200);
        assert_eq!(content_of(&client, &content, &[]).await.text, "two");
        let got = client.get(&format!("{}/children", client.item(id))).await;
        assert_eq!(got.body["value"].as_array().unwrap().len(), 1);
        assert_eq!(client.mock.items(), ["a.txt", "f", "f 1"]);
        assert_eq!(client.send(Method::DELETE, &client.item(id), None).await.status, 204);
        assert_refused(&client.get(&client.item(id)).await, 404, "itemNotFound");
        assert_refused(&client.get(&client.item(&file)).await, 404, "itemNotFound");
        let got = client.create_link(&file, view("anonymous")).await;
        assert_refused(&got, 404, "itemNotFound");
        assert_eq!(client.mock.items(), ["f 1"]);
    }
}

#[tokio::test]
async fn others_see_what_was_checked_in() {
    let client = Client::start(Options::new(Product::SharePoint)).await;
    let second = client.as_identity(Identity::SecondUser);
    let file = client.file("a.txt", "one").await;
    let link = client.create_link(&file, view("anonymous")).await;
    let share = format!("/shares/{}/driveItem/content", link.text_of("/shareId"));
    let own = format!("{}/content", client.item(&file));
    let address = format!("{}{own}", client.mock.base_url());
    let checkout = format!("{}/checkout", client.item(&file));
    let checkin = format!("{}/checkin", client.item(&file));
    assert_eq!(client.send(Method::POST, &checkout, Some(json!({}))).await.status, 204);
    assert_eq!(client.send_to(&address, Method::PUT, &[], "draft").await.status, 200);
    assert_eq!(content_of(&second, &share, &[]).await.text, "one");
    assert_eq!(content_of(&client, &own, &[]).await.text, "draft");
    let comment = Some(json!({"comment": "done"}));
    assert_eq!(client.send(Method::POST, &checkin, comment).await.status, 204);
    assert_eq!(content_of(&second, &share, &[]).await.text, "draft");
    let client = Client::start(Options::new(Product::Business)).await;
    let file = client.file("a.txt", "one").await;
    let checkout = format!("{}/checkout", client.item(&file));
    let got = client.send(Method::POST, &checkout, Some(json!({}))).await;
    assert_refused(&got, 400, "notSupported");
}

#[tokio::test]
async fn lists_come_in_pages_when_asked() {
    let variant = variant("one-permission-a-page");
    let client = Client::start(Options { variant, ..Options::new(Product::Business) }).await;
    let file = client.file("a.txt", "one").await;
    client.create_link(&file, view("anonymous")).await;
    client.create_link(&file, edit("anonymous")).await;
    let mut address = format!("{}{}/permissions", client.mock.base_url(), client.item(&file));
    let mut seen = 0;
    loop {
        let got = client.send_to(&address, Method::GET, &[], "").await;
        assert_eq!(got.body["value"].as_array().unwrap().len(), 1);
        seen += 1;
        match got.body["@odata.nextLink"].as_str() {
            Some(next) => address = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn late_lists_follow_the_clock() {
    for (name, before, after) in [("late-new-link", 0, 1), ("late-removal", 1, 0)] {
        let clock = Clock::virtual_time();
        let variant = variant(name);
        let options = Options { variant, clock: clock.clone(), ..Options::new(Product::Business) };
        let client = Client::start(options).await;
        let file = client.file("a.txt", "one").await;
        let link = client.create_link(&file, view("anonymous")).await;
        if name == "late-removal" {
            client.delete_permission(&file, link.text_of("/id")).await;
        }
        assert_eq!(client.links(&file).await.len(), before, "{name}");
        clock.sleep(Duration::from_secs(2)).await;
        assert_eq!(client.links(&file).await.len(), after, "{name}");
    }
}
