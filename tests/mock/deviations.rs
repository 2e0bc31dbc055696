//! What the deviations of the four rules asked for by name do, and some that are easily confused: not
//! only that something is different, but that it is what their sentence says.

use crate::mock_client::{Client, Got};
use linkspec::graph::Product;
use linkspec::mock::{Identity, Options, deviation};
use reqwest::Method;
use serde_json::{Value, json};

async fn departing(product: Product, name: &str) -> Client {
    let deviation = deviation(name);
    assert!(deviation.is_some_and(|it| it.products.contains(&product)), "{name} on {product}");
    Client::start(Options { deviation, ..Options::new(product) }).await
}

fn order(link_type: &str, scope: &str) -> Value {
    json!({"type": link_type, "scope": scope})
}

/// Asks twice; the answers and how many links there are then.
async fn twice(name: &str, product: Product) -> (Got, Got, Client, String) {
    let client = departing(product, name).await;
    let file = client.file("a.txt", "one").await;
    let first = client.create_link(&file, order("view", "anonymous")).await;
    let second = client.create_link(&file, order("view", "anonymous")).await;
    (first, second, client, file)
}

#[tokio::test]
async fn existing_links() {
    for product in Product::ALL {
        for (name, status, same_id, same_url, count) in [
            ("always-created", 201, true, true, 1),
            ("always-ok", 200, true, true, 1),
            ("never-reuses", 201, false, false, 2),
            ("repeat-mints-new-id", 200, false, false, 2),
            ("repeat-renames-id", 200, false, true, 1),
            ("repeat-renews-url", 200, true, false, 1),
            ("repeat-shows-new-url", 200, true, false, 1),
            ("repeat-answers-202", 202, true, true, 1),
        ] {
            let (first, second, client, file) = twice(name, product).await;
            assert_eq!(first.status, if name == "always-ok" { 200 } else { 201 }, "{name}");
            assert_eq!(second.status, status, "{name}");
            assert_eq!(first.body["id"] == second.body["id"], same_id, "{name}");
            let urls = (&first.body["link"]["webUrl"], &second.body["link"]["webUrl"]);
            assert_eq!(urls.0 == urls.1, same_url, "{name}");
            assert_eq!(client.links(&file).await.len(), count, "{name}");
        }
        for (name, member) in [("repeat-without-roles", "roles"), ("repeat-without-link", "link")] {
            let (first, second, ..) = twice(name, product).await;
            assert!(first.body.get(member).is_some() && second.body.get(member).is_none());
        }
        for (name, first, second, status) in [
            ("edit-widens-view", "view", "edit", 200),
            ("key-forgets-type", "view", "edit", 200),
            ("view-finds-edit", "edit", "view", 200),
            ("view-finds-edit", "view", "edit", 201),
        ] {
            let client = departing(product, name).await;
            let file = client.file("a.txt", "one").await;
            let made = client.create_link(&file, order(first, "anonymous")).await;
            let got = client.create_link(&file, order(second, "anonymous")).await;
            assert_eq!(got.status, status, "{name}");
            assert_eq!(got.body["id"] == made.body["id"], status == 200, "{name}");
            let widened = got.body["link"]["type"] == second;
            assert_eq!(widened, name == "edit-widens-view" || status == 201, "{name}");
        }
        for (name, listed) in [("deleted-link-revived", 1), ("deleted-link-handed-out", 0)] {
            let (first, _, client, file) = twice(name, product).await;
            client.delete_permission(&file, first.text_of("/id")).await;
            let got = client.create_link(&file, order("view", "anonymous")).await;
            assert_eq!((got.status, &got.body["id"]), (200, &first.body["id"]), "{name}");
            assert_eq!(client.links(&file).await.len(), listed, "{name}");
        }
        let (first, _, client, _) = twice("key-forgets-item", product).await;
        let sibling = client.file("b.txt", "one").await;
        let got = client.create_link(&sibling, order("view", "anonymous")).await;
        assert_eq!((got.status, &got.body["id"]), (200, &first.body["id"]));
    }
    let (first, _, client, file) = twice("key-forgets-application", Product::Personal).await;
    let second = client.as_identity(Identity::SecondApp);
    let got = second.create_link(&file, order("view", "anonymous")).await;
    assert_eq!((got.status, &got.body["id"]), (200, &first.body["id"]));
    let (first, _, client, file) = twice("key-forgets-scope", Product::Business).await;
    let got = client.create_link(&file, order("view", "organization")).await;
    assert_eq!((got.status, &got.body), (200, &first.body));
}

#[tokio::test]
async fn embed_links() {
    for (name, status, link_type) in [
        ("embed-refused", 400, ""),
        ("embed-answers-404", 404, ""),
        ("embed-needs-scope", 400, ""),
        ("embed-becomes-view", 201, "view"),
    ] {
        let client = departing(Product::Personal, name).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, json!({"type": "embed"})).await;
        assert_eq!((got.status, got.text_of("/link/type")), (status, link_type), "{name}");
    }
    for product in [Product::Business, Product::SharePoint] {
        for (name, status, links) in [
            ("embed-off-personal-accepted", 201, 1),
            ("embed-off-personal-becomes-view", 201, 1),
            ("embed-off-personal-answers-404", 404, 0),
            ("refused-embed-leaves-link", 400, 1),
        ] {
            let client = departing(product, name).await;
            let file = client.file("a.txt", "one").await;
            let got = client.create_link(&file, json!({"type": "embed"})).await;
            assert_eq!(got.status, status, "{name}");
            assert_eq!(client.links(&file).await.len(), links, "{name}");
        }
    }
}

#[tokio::test]
async fn organization_links() {
    for (name, status, scope, links) in [
        ("organization-on-personal", 201, "organization", 1),
        ("organization-on-personal-becomes-anonymous", 201, "anonymous", 1),
        ("organization-on-personal-hides-scope", 201, "", 1),
        ("organization-on-personal-answers-204", 204, "", 0),
        ("refused-organization-leaves-link", 400, "", 1),
    ] {
        let client = departing(Product::Personal, name).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, order("view", "organization")).await;
        assert_eq!((got.status, got.text_of("/link/scope")), (status, scope), "{name}");
        assert_eq!(client.links(&file).await.len(), links, "{name}");
    }
    for product in [Product::Business, Product::SharePoint] {
        for (name, link_type, status, scope) in [
            ("organization-refused", "view", 400, ""),
            ("organization-view-refused", "view", 400, ""),
            ("organization-edit-refused", "edit", 400, ""),
            ("organization-becomes-anonymous", "view", 201, "anonymous"),
            ("organization-becomes-users", "view", 201, "users"),
            ("organization-says-anonymous", "view", 201, "anonymous"),
        ] {
            let client = departing(product, name).await;
            let file = client.file("a.txt", "one").await;
            let got = client.create_link(&file, order(link_type, "organization")).await;
            assert_eq!((got.status, got.text_of("/link/scope")), (status, scope), "{name}");
        }
        for (name, type_, policy_refuses) in [
            ("disabled-anonymous-made", "anonymous", false),
            ("disabled-anonymous-leaves-link", "anonymous", true),
            ("disabled-anonymous-blocks-organization", "organization", true),
        ] {
            let client = departing(product, name).await;
            let file = client.file("a.txt", "one").await;
            let got = client.create_link(&file, order("view", type_)).await;
            assert_eq!(got.status, if policy_refuses { 403 } else { 201 }, "{name}");
        }
    }
}

/// A folder with a link and a guest, and how many entries a file in it shows after sharing.
async fn entries(name: &str, product: Product, retain: Option<Value>) -> (usize, usize) {
    let client = departing(product, name).await;
    let folder = client.folder("f").await;
    client.create_link(&folder, order("view", "organization")).await;
    let invitation = json!({
        "recipients": [{"email": client.mock.second_user_principal_name()}],
        "roles": ["read"], "requireSignIn": true, "sendInvitation": false,
    });
    let path = format!("{}/invite", client.item(&folder));
    assert_eq!(client.send(Method::POST, &path, Some(invitation)).await.status, 200);
    let file = client.file_in(&folder, "a.txt", "one").await;
    let later =
        matches!(name, "retain-false-on-later-shares" | "retain-false-removes-earlier-links");
    if later {
        client.create_link(&file, order("edit", "organization")).await;
    }
    let mut body = order("view", "organization");
    if let Some(retain) = retain {
        body["retainInheritedPermissions"] = retain;
    }
    assert_eq!(client.create_link(&file, body).await.status, 201, "{name}");
    (client.permissions(&file).await.len(), client.permissions(&folder).await.len())
}

#[tokio::test]
async fn inherited_permissions() {
    // Owner, new link, and what is inherited: a link and a guest. The folder: owner, link, guest.
    for product in [Product::Business, Product::SharePoint] {
        for (name, retain, expected) in [
            ("retain-absent-means-false", None, (2, 3)),
            ("retain-absent-means-false", Some(json!(true)), (4, 3)),
            ("retain-null-means-false", Some(json!(null)), (2, 3)),
            ("retain-null-means-false", None, (4, 3)),
            ("retain-always-false", Some(json!(true)), (2, 3)),
            ("retain-true-means-false", Some(json!(true)), (2, 3)),
            ("retain-true-means-false", None, (4, 3)),
            ("retain-inverted", Some(json!(true)), (2, 3)),
            ("retain-inverted", Some(json!(false)), (4, 3)),
            ("retain-false-ignored", Some(json!(false)), (4, 3)),
            ("retain-false-on-later-shares", Some(json!(false)), (3, 3)),
            ("retain-false-removes-earlier-links", Some(json!(false)), (4, 3)),
            ("retain-false-removes-owner", Some(json!(false)), (1, 3)),
            ("retain-false-on-parent", Some(json!(false)), (2, 1)),
        ] {
            let got = entries(name, product, retain.clone()).await;
            assert_eq!(got, expected, "{name} {retain:?}");
        }
    }
}
