//! A deviation under a condition shows on the requests that meet it, on the links these are answered with, and nowhere else.

use crate::mock_client::{Client, Got};
use crate::{edit, view};
use linkspec::graph::Product;
use linkspec::mock::{Condition, Identity, Options, Policy, deviation};
use serde_json::{Value, json};

async fn departing(product: Product, name: &str, when: &str) -> Client {
    let deviation = deviation(name);
    assert!(deviation.is_some_and(|it| it.products.contains(&product)), "{name} on {product}");
    let policy = Policy { premium: true, ..Policy::for_product(product) };
    let condition = Some(Condition::read(when).unwrap());
    Client::start(Options { deviation, condition, policy, ..Options::new(product) }).await
}

/// Whether the answer shows "web-url-missing".
fn departs(got: &Got) -> bool {
    assert!(got.status < 300, "{got:?}");
    got.body["link"].get("webUrl").is_none()
}

#[tokio::test]
async fn every_parameter_of_a_body_is_looked_at() {
    let with = |member: &str, value: Value| {
        let mut body = view("anonymous");
        body[member] = value;
        body
    };
    let without_scope = json!({"type": "view"});
    let later = json!("2099-01-01T00:00:00Z");
    let bodies = [
        ("type=edit", edit("anonymous")),
        ("scope=omitted", without_scope),
        ("keeping=true", with("retainInheritedPermissions", json!(true))),
        ("retain=false", with("retainInheritedPermissions", json!(false))),
        ("keeping=null", with("retainInheritedPermissions", Value::Null)),
        ("expiration=given", with("expirationDateTime", later)),
        ("expiration=null", with("expirationDateTime", Value::Null)),
        ("password=given", with("password", json!("Passw0rd!"))),
        ("password=null", with("password", Value::Null)),
        (
            "type=view and scope=anonymous and keeping=omitted and expiration=omitted and password=omitted",
            view("anonymous"),
        ),
    ];
    for (condition, meeting) in &bodies {
        let client = departing(Product::Personal, "web-url-missing", condition).await;
        for (index, (_, body)) in bodies.iter().enumerate() {
            let file = client.file(&format!("{index}.txt"), "one").await;
            let got = client.create_link(&file, body.clone()).await;
            assert_eq!(departs(&got), body == meeting, "{condition}: {body}");
        }
    }
}

#[tokio::test]
async fn the_address_the_item_and_the_caller_are_looked_at() {
    let conditions = [
        "address=users",
        "item=folder",
        "item=a file in an inner folder",
        "item=file in a shared folder",
        "who=the second application",
        "identity=app-only",
        "address=drives and item=file and who=owner",
    ];
    for (wanted, condition) in conditions.iter().enumerate() {
        let client = departing(Product::Business, "web-url-missing", condition).await;
        let users = client.by(&format!("/users/{}/drive", client.mock.user_id()));
        let drives = client.by_drive_id();
        let (file, folder) = (client.file("a.txt", "one").await, client.folder("folder").await);
        let inner = format!("{}/children", client.item(&folder));
        let made = json!({"name": "inner", "folder": {}});
        let inner = client.send(reqwest::Method::POST, &inner, Some(made)).await;
        let deep = client.file_in(inner.text_of("/id"), "deep.txt", "one").await;
        let shared = client.folder("shared").await;
        let in_shared = client.file_in(&shared, "in.txt", "one").await;
        users.create_link(&shared, edit("users")).await;
        let in_inner = client.create_link(&deep, view("anonymous")).await;
        let app = drives.as_identity(Identity::AppOnly);
        let answers = [
            users.create_link(&file, view("anonymous")).await,
            client.create_link(&folder, view("anonymous")).await,
            in_inner,
            client.create_link(&in_shared, view("anonymous")).await,
            client.as_identity(Identity::SecondApp).create_link(&file, view("anonymous")).await,
            app.create_link(&file, edit("anonymous")).await,
            drives.create_link(&file, edit("organization")).await,
        ];
        for (number, got) in answers.iter().enumerate() {
            assert_eq!(departs(got), number == wanted, "{condition}: answer {number}");
        }
    }
}

#[tokio::test]
async fn the_occasion_is_what_happened_before() {
    for (wanted, condition) in [
        "occasion=first",
        "occasion=again",
        "occasion=after a link of another type",
        "occasion=after a link of another scope",
        "occasion=after the link was deleted",
        "occasion=while another item has such a link",
    ]
    .into_iter()
    .enumerate()
    {
        let client = departing(Product::Business, "web-url-missing", condition).await;
        let file = client.file("a.txt", "one").await;
        let first = client.create_link(&file, view("anonymous")).await;
        let again = client.create_link(&file, view("anonymous")).await;
        let of_type = client.create_link(&file, edit("anonymous")).await;
        let other = client.file("b.txt", "two").await;
        let beside = client.create_link(&other, view("anonymous")).await;
        let of_scope = client.create_link(&other, view("organization")).await;
        let last = client.file("c.txt", "three").await;
        let body = json!({"type": "edit", "scope": "users"});
        let made = client.create_link(&last, body.clone()).await;
        client.delete_permission(&last, made.text_of("/id")).await;
        let anew = client.create_link(&last, body).await;
        // A file that is asked about while another has such a link is asked about for the first time too.
        for (number, got, occasions) in [
            (0, first, &[0][..]),
            (1, again, &[1]),
            (2, of_type, &[2]),
            (3, beside, &[0, 5]),
            (4, of_scope, &[3]),
            (5, anew, &[4]),
        ] {
            assert_eq!(departs(&got), occasions.contains(&wanted), "{condition}: answer {number}");
        }
    }
}

#[tokio::test]
async fn what_is_done_with_a_link_later_departs_with_it() {
    let client = departing(Product::Personal, "not-listed", "type=edit").await;
    let file = client.file("a.txt", "one").await;
    client.create_link(&file, view("anonymous")).await;
    client.create_link(&file, edit("anonymous")).await;
    let listed = client.links(&file).await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["link"]["type"], "view");

    let client = departing(Product::Personal, "remove-does-nothing", "expiration=null").await;
    let file = client.file("a.txt", "one").await;
    let plain = client.create_link(&file, view("anonymous")).await;
    let body = json!({"type": "edit", "scope": "anonymous", "expirationDateTime": null});
    let made = client.create_link(&file, body).await;
    for got in [plain, made] {
        client.delete_permission(&file, got.text_of("/id")).await;
    }
    let left = client.links(&file).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["link"]["type"], "edit");

    let client = departing(Product::Personal, "folder-link-not-inherited", "type=edit").await;
    let folder = client.folder("folder").await;
    let file = client.file_in(&folder, "a.txt", "one").await;
    client.create_link(&folder, view("anonymous")).await;
    client.create_link(&folder, edit("anonymous")).await;
    let inherited = client.links(&file).await;
    assert_eq!(inherited.len(), 1, "{inherited:?}");
    assert_eq!(inherited[0]["link"]["type"], "view");

    let client = departing(Product::Personal, "web-url-leads-nowhere", "type=edit").await;
    let file = client.file("a.txt", "one").await;
    for (body, status) in [(view("anonymous"), 200), (edit("anonymous"), 404)] {
        let made = client.create_link(&file, body).await;
        assert_eq!(client.browse(made.text_of("/link/webUrl")).await.status, status);
    }
}

#[tokio::test]
async fn a_link_departs_once_a_request_that_meets_the_condition_is_answered_with_it() {
    let client = departing(Product::Personal, "list-says-other-roles", "occasion=again").await;
    let file = client.file("a.txt", "one").await;
    client.create_link(&file, view("anonymous")).await;
    assert_eq!(client.links(&file).await[0]["roles"], json!(["read"]));
    client.create_link(&file, view("anonymous")).await;
    assert_eq!(client.links(&file).await[0]["roles"], json!(["write"]));
}
