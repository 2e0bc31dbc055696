//! The mock, seen from outside: plain HTTP requests against a started one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod mock_client;

use linkspec::graph::{Clock, Product, encode_segment};
use linkspec::mock::{
    DefaultScope, Form, Identity, Mock, NullKind, Options, Policy, null, nulls, variant,
};
use mock_client::{Client, Got};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

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

#[tokio::test]
async fn a_link_is_made_once_and_found_again() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let first = client.create_link(&file, view("anonymous")).await;
        assert_eq!(first.status, 201, "{product}");
        let second = client.create_link(&file, view("anonymous")).await;
        assert_eq!(second.status, 200, "{product}");
        assert_eq!(first.body, second.body, "{product}");
        let edit = client.create_link(&file, edit("anonymous")).await;
        assert_eq!(edit.status, 201, "{product}");
        assert_ne!(edit.body["id"], first.body["id"], "{product}");
        assert_ne!(edit.body["link"]["webUrl"], first.body["link"]["webUrl"], "{product}");
        let second_app = client.as_identity(Identity::SecondApp);
        let other = second_app.create_link(&file, view("anonymous")).await;
        assert_eq!(other.status, 201, "{product}: another application gets its own link");
        let sibling = client.file("b.txt", "one").await;
        let elsewhere = client.create_link(&sibling, view("anonymous")).await;
        assert_eq!(elsewhere.status, 201, "{product}: another item gets its own link");
        assert_eq!(client.links(&file).await.len(), 3, "{product}");
        assert_eq!(client.mock.create_link_calls(), 5, "{product}");
    }
}

#[tokio::test]
async fn scopes_are_a_part_of_what_a_link_is_found_by() {
    for product in WORK {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        for scope in ["anonymous", "organization", "users"] {
            let got = client.create_link(&file, view(scope)).await;
            assert_eq!((got.status, got.text_of("/link/scope")), (201, scope), "{product}");
        }
        // "If the scope parameter is not specified, the default link type ... is created."
        let got = client.create_link(&file, json!({"type": "view"})).await;
        assert_eq!((got.status, got.text_of("/link/scope")), (200, "organization"), "{product}");
        assert_eq!(client.links(&file).await.len(), 3);
    }
}

#[tokio::test]
async fn answers_have_the_documented_form() {
    let client = Client::start(Options::new(Product::Personal)).await;
    let file = client.file("a.txt", "one").await;
    let order =
        json!({"type": "view", "scope": "anonymous", "password": "ThisIsMyPrivatePassword"});
    let got = client.create_link(&file, order).await;
    assert_eq!(got.status, 201);
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert_eq!(got.header("location"), None);
    assert!(!got.text.contains("ThisIsMyPrivatePassword"));
    assert_eq!(got.body["roles"], json!(["read"]));
    assert_eq!(got.body["hasPassword"], true);
    assert_eq!(got.body["link"]["type"], "view");
    assert_eq!(got.body["link"]["scope"], "anonymous");
    assert_eq!(got.body["link"]["application"]["displayName"], "Sample Application");
    assert!(got.text_of("/link/webUrl").starts_with("https://1drv.ms/"));
    assert!(got.text_of("/shareId").starts_with("u!"));
    for absent in ["expirationDateTime", "inheritedFrom", "grantedToV2", "invitation"] {
        assert!(got.body.get(absent).is_none(), "{absent}");
    }
    let got = client.create_link(&file, edit("anonymous")).await;
    assert_eq!(got.body["roles"], json!(["write"]));
    assert_eq!(got.body["hasPassword"], false);

    // Page, Examples: the embed answer names no scope and holds an IFRAME.
    let got = client.create_link(&file, json!({"type": "embed"})).await;
    assert_eq!(got.status, 201);
    assert_eq!(got.body["roles"], json!(["read"]));
    assert!(got.body["link"].get("scope").is_none());
    let web_url = got.text_of("/link/webUrl");
    assert!(web_url.starts_with("https://onedrive.live.com/"));
    assert_eq!(got.text_of("/link/webHtml"), format!("<IFRAME src=\"{web_url}\"></IFRAME>"));
    for (product, host) in [
        (Product::Business, "https://contoso-my.sharepoint.com/"),
        (Product::SharePoint, "https://contoso.sharepoint.com/"),
    ] {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, edit("organization")).await;
        assert!(got.text_of("/link/webUrl").starts_with(host), "{got:?}");
    }
}

#[tokio::test]
async fn answers_have_the_observed_form() {
    for product in Product::ALL {
        let options = Options { form: Form::Observed, ..Options::new(product) };
        let client = Client::start(options).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, view("anonymous")).await;
        assert_eq!(got.status, 201);
        assert!(
            got.header("content-type").unwrap().starts_with("application/json;odata.metadata=")
        );
        assert!(got.header("location").unwrap().starts_with("https://"));
        assert_eq!(got.header("odata-version"), Some("4.0"));
        assert!(got.text_of("/@odata.context").ends_with("$metadata#microsoft.graph.permission"));
        assert_eq!(got.body["link"]["preventsDownload"], false);
        assert!(got.body["link"].get("application").is_none());
        let listed = &client.links(&file).await[0];
        assert_eq!(listed["grantedToIdentitiesV2"], json!([]));
        assert_eq!(listed["id"], got.body["id"]);
        let got = client.create_link(&file, view("anonymous")).await;
        assert_eq!((got.status, got.header("location")), (200, None));
        let got = client.as_nobody().create_link(&file, view("anonymous")).await;
        assert_refused(&got, 401, "InvalidAuthenticationToken");
    }
}

#[tokio::test]
async fn every_answer_can_be_traced() {
    let client = Client::start(Options::new(Product::Business)).await;
    let file = client.file("a.txt", "one").await;
    let address = format!("{}{}/createLink", client.mock.base_url(), client.item(&file));
    let headers =
        [("content-type", "application/json"), ("client-request-id", "11111111-2222-3333")];
    let got = client.send_to(&address, Method::POST, &headers, "{\"type\":\"view\"}").await;
    assert_eq!(got.header("client-request-id"), Some("11111111-2222-3333"));
    assert_eq!(got.header("request-id").unwrap().len(), 36);
    assert!(got.header("date").is_some());
}

#[tokio::test]
async fn what_the_page_does_not_allow_is_refused_and_leaves_nothing() {
    for product in Product::ALL {
        let personal = product == Product::Personal;
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let folder = client.folder("f").await;
        let mut refused = vec![
            json!({"type": "owner", "scope": "anonymous"}),
            json!({"type": "", "scope": "anonymous"}),
            json!({"type": "view", "scope": "everyone"}),
            json!({"type": "view", "scope": "existingAccess"}),
            json!({"type": 1}),
            json!({"type": "view", "scope": []}),
            json!({"type": "view", "retainInheritedPermissions": "no"}),
            json!({"type": "view", "scope": "anonymous", "password": ""}),
            json!({"type": "view", "expirationDateTime": "tomorrow"}),
            json!({"type": "view", "expirationDateTime": "2030-13-45T00:00:00Z"}),
            json!({"type": "view", "expirationDateTime": "2020-01-01T00:00:00Z"}),
            json!({"type": "view", "expirationDateTime": "2050-01-01"}),
            json!([]),
            json!("view"),
        ];
        if personal {
            refused.push(view("organization"));
            refused.push(view("users"));
        } else {
            refused.push(json!({"type": "embed"}));
            let password = json!({"type": "view", "scope": "organization", "password": "Secret12"});
            refused.push(password);
        }
        for body in refused {
            let got = client.create_link(&file, body).await;
            assert_refused(&got, 400, "invalidRequest");
        }
        let got = client.create_link(&folder, json!({"type": "embed"})).await;
        assert_refused(&got, 400, "invalidRequest");
        let got = client.create_link_raw(&file, "application/json", "{\"type\":").await;
        assert_refused(&got, 400, "invalidRequest");
        let got = client.create_link_raw(&file, "text/plain", "{\"type\":\"view\"}").await;
        assert_refused(&got, 415, "invalidRequest");
        if personal {
            let got = client.create_link("root", view("anonymous")).await;
            assert_refused(&got, 400, "notSupported");
        }
        let got = client.create_link("nosuchitem", view("anonymous")).await;
        assert_refused(&got, 404, "itemNotFound");
        let path = format!("{}/createLink", client.item(&file));
        let got = client.get(&path).await;
        assert_refused(&got, 405, "notAllowed");
        assert_eq!(got.header("allow"), Some("POST"));
        assert_eq!(client.send(Method::HEAD, &path, None).await.status, 405);
        assert_eq!(client.links(&file).await.len(), 0, "{product}");
        assert_eq!(client.links(&folder).await.len(), 0, "{product}");
    }
}

#[tokio::test]
async fn what_is_undocumented_or_null_or_has_a_charset_is_tolerated() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let order = json!({
            "scope": "anonymous", "password": null, "expirationDateTime": null, "undocumented": 1,
            "retainInheritedPermissions": null, "type": "view",
        });
        let got = client.create_link(&file, order).await;
        assert_eq!((got.status, &got.body["hasPassword"]), (201, &json!(false)));
        let body = view("anonymous").to_string();
        let got = client.create_link_raw(&file, "Application/JSON; charset=utf-8", &body).await;
        assert_eq!(got.status, 200);
    }
}

#[tokio::test]
async fn the_documented_addresses_are_one_drive() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let mock = &client.mock;
        let mut addresses = vec![format!("/drives/{}", encode_segment(mock.drive_id()))];
        if product != Product::SharePoint {
            addresses.push("/me/drive".to_owned());
        }
        if product == Product::Business {
            addresses.push(format!("/users/{}/drive", mock.user_id()));
            addresses.push(format!("/users/{}/drive", mock.user_principal_name()));
        }
        addresses.extend(mock.group_id().map(|id| format!("/groups/{id}/drive")));
        addresses.extend(mock.site_id().map(|id| format!("/sites/{}/drive", encode_segment(id))));
        let file = client.file("a.txt", "one").await;
        let made = client.create_link(&file, view("anonymous")).await;
        for address in &addresses {
            let drive = client.get(address).await;
            assert_eq!(drive.text_of("/driveType"), product.drive_type(), "{address}");
            assert_eq!(drive.text_of("/id"), mock.drive_id(), "{address}");
            let got = client.by(address).create_link(&file, view("anonymous")).await;
            assert_eq!((got.status, &got.body["id"]), (200, &made.body["id"]), "{address}");
        }
        for form in ["root:/a.txt:/createLink", "root:/a.txt:/microsoft.graph.createLink"] {
            let path = format!("{}/{form}", client.drive());
            let got = client.send(Method::POST, &path, Some(view("anonymous"))).await;
            assert_eq!((got.status, &got.body["id"]), (200, &made.body["id"]), "{form}");
        }
        if product == Product::SharePoint {
            assert_eq!(client.get("/me/drive").await.status, 404);
        }
        assert_refused(&client.get("/drives/nonsense").await, 400, "invalidRequest");
    }
}

#[tokio::test]
async fn ids_are_decoded_once() {
    for name in ["ids-with-percent", "ids-with-exclamation", "ids-non-ascii"] {
        let options = Options { variant: variant(name), ..Options::new(Product::Personal) };
        let client = Client::start(options).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, view("anonymous")).await;
        assert_eq!(got.status, 201, "{name} {file}");
        let got = client.delete_permission(&file, got.text_of("/id")).await;
        assert_eq!(got.status, 204, "{name}");
    }
    let client = Client::start(Options::new(Product::Personal)).await;
    let file = client.file("a.txt", "one").await;
    let path = format!("/me/drive/items/{}/createLink", file.replace('!', "%21"));
    assert_eq!(client.send(Method::POST, &path, Some(view("anonymous"))).await.status, 201);
    let path = format!("/me/drive/items/{}/createLink", file.replace('!', "%2521"));
    assert_eq!(client.send(Method::POST, &path, Some(view("anonymous"))).await.status, 404);
}

#[tokio::test]
async fn tokens_have_the_rights_of_the_permission_table() {
    use Identity::*;
    for product in Product::ALL {
        let work = product != Product::Personal;
        let client = Client::start(Options::new(product)).await.by_drive_id();
        for (identity, allowed) in [
            (Owner, true),
            (SecondApp, true),
            (FilesReadWrite, true),
            (FilesReadWriteAll, true),
            (SitesReadWriteAll, work),
            (AppOnly, work),
            (AppOnlySites, work),
            (ReadOnly, false),
            (SecondUser, false),
        ] {
            let file = client.file(&format!("{identity:?}.txt"), "one").await;
            let got = client.as_identity(identity).create_link(&file, view("anonymous")).await;
            if allowed {
                assert_eq!(got.status, 201, "{product} {identity:?}");
            } else {
                assert_refused(&got, 403, "accessDenied");
                assert_eq!(client.links(&file).await.len(), 0);
            }
        }
        let file = client.file("a.txt", "one").await;
        let got = client.as_nobody().create_link(&file, view("anonymous")).await;
        assert_refused(&got, 401, "unauthenticated");
        assert!(got.header("www-authenticate").unwrap().starts_with("Bearer"));
        let headers = [("content-type", "application/json"), ("authorization", "Bearer garbage")];
        let address = format!("{}{}/createLink", client.mock.base_url(), client.item(&file));
        let body = view("anonymous").to_string();
        let got = client.as_nobody().send_to(&address, Method::POST, &headers, body).await;
        assert_refused(&got, 401, "unauthenticated");
        let me = client.by("/me/drive").as_identity(AppOnly);
        let got = me.create_link(&file, view("anonymous")).await;
        if product == Product::Business {
            assert_refused(&got, 400, "invalidRequest");
        } else {
            assert!((400..405).contains(&got.status));
        }
    }
}

#[tokio::test]
async fn tokens_are_unsigned_jwts_of_one_mock() {
    let first = Mock::start(Options::new(Product::Business)).await.unwrap();
    let second = Mock::start(Options::new(Product::Business)).await.unwrap();
    let mut seen = std::collections::HashSet::new();
    for identity in Identity::ALL {
        let token = first.token(identity);
        assert_eq!(token.split('.').count(), 3);
        assert!(seen.insert(token.to_owned()));
        assert_ne!(token, second.token(identity));
    }
    first.stop().await;
}

#[tokio::test]
async fn the_user_needs_a_right_on_the_item() {
    for product in WORK {
        let client = Client::start(Options::new(product)).await.by_drive_id();
        let second = client.as_identity(Identity::SecondUser);
        let file = client.file("a.txt", "one").await;
        assert_eq!(invite_second_user(&client, &file, "read").await.status, 200);
        assert_eq!(second.get(&client.item(&file)).await.status, 200);
        let got = second.create_link(&file, edit("organization")).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(invite_second_user(&client, &file, "write").await.status, 200);
        let got = second.create_link(&file, edit("organization")).await;
        assert_eq!(got.status, 201);
    }
}

#[tokio::test]
async fn permissions_are_inherited_listed_read_and_deleted() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let folder = client.folder("f").await;
        let file = client.file_in(&folder, "a.txt", "one").await;
        let on_folder = client.create_link(&folder, view("anonymous")).await;
        let inherited = client.links(&file).await;
        assert_eq!(inherited.len(), 1);
        assert_eq!(inherited[0]["id"], on_folder.body["id"]);
        if product == Product::Personal {
            assert_eq!(inherited[0]["inheritedFrom"]["id"], folder);
        } else {
            assert!(inherited[0].get("inheritedFrom").is_none());
        }
        let own = client.create_link(&file, view("anonymous")).await;
        assert_eq!(own.status, 201, "an inherited link is not the item's own");
        let folder_id = on_folder.text_of("/id");
        let got = client.delete_permission(&file, folder_id).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(client.links(&folder).await.len(), 1, "the child's link is not the folder's");

        let id = own.text_of("/id");
        let path = format!("{}/permissions/{id}", client.item(&file));
        let read = client.get(&path).await;
        assert_eq!((read.status, &read.body), (200, &own.body));
        let owner = client.permissions(&file).await.remove(0);
        assert_eq!(owner["roles"], json!(["owner"]));
        let got = client.delete_permission(&file, owner["id"].as_str().unwrap()).await;
        assert_eq!(got.status, 403);
        let got = client.delete_permission(&file, id).await;
        assert_eq!((got.status, got.text.as_str()), (204, ""));
        assert_refused(&client.get(&path).await, 404, "itemNotFound");
        assert_eq!(client.delete_permission(&file, id).await.status, 404);
        assert_eq!(client.links(&file).await.len(), 1);
        let again = client.create_link(&file, view("anonymous")).await;
        assert_eq!(again.status, 201);
        assert_ne!(again.body["id"], own.body["id"]);
        assert_ne!(again.body["link"]["webUrl"], own.body["link"]["webUrl"]);
    }
}

#[tokio::test]
async fn a_first_share_retains_what_is_inherited_unless_told_otherwise() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let folder = client.folder("f").await;
        client.create_link(&folder, view("anonymous")).await;
        invite_second_user(&client, &folder, "read").await;
        let before = client.permissions(&folder).await;
        let cut = if product == Product::Personal { 4 } else { 2 };
        for (retain, expected) in [(None, 4), (Some(true), 4), (Some(false), cut)] {
            let file = client.file_in(&folder, &format!("{retain:?}.txt"), "one").await;
            let mut order = view("anonymous");
            if let Some(retain) = retain {
                order["retainInheritedPermissions"] = retain.into();
            }
            assert_eq!(client.create_link(&file, order).await.status, 201);
            let listed = client.permissions(&file).await;
            assert_eq!(listed.len(), expected, "{product} {retain:?} {listed:#?}");
            assert_eq!(listed[0]["roles"], json!(["owner"]));
        }
        let file = client.file_in(&folder, "later.txt", "one").await;
        client.create_link(&file, view("anonymous")).await;
        let mut order = edit("anonymous");
        order["retainInheritedPermissions"] = false.into();
        assert_eq!(client.create_link(&file, order).await.status, 201);
        assert_eq!(client.permissions(&file).await.len(), 5, "not the first share");
        assert_eq!(client.permissions(&folder).await, before);
    }
}

#[tokio::test]
async fn an_expiration_is_kept_and_a_policy_moves_it_earlier() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let mut order = view("anonymous");
        order["expirationDateTime"] = "2040-01-31T12:34:56Z".into();
        let got = client.create_link(&file, order.clone()).await;
        assert_eq!(got.text_of("/expirationDateTime"), "2040-01-31T12:34:56Z");
        assert_eq!(client.links(&file).await[0]["expirationDateTime"], "2040-01-31T12:34:56Z");
        assert_eq!(client.create_link(&file, order).await.status, 200);
    }
    let policy = Policy { expiration_policy_days: 30, ..Policy::default() };
    let client = Client::start(Options { policy, ..Options::new(Product::Business) }).await;
    let file = client.file("a.txt", "one").await;
    let mut order = view("anonymous");
    let got = client.create_link(&file, order.clone()).await;
    let limit = got.text_of("/expirationDateTime").to_owned();
    assert!(!limit.is_empty() && limit.as_str() < "2040");
    order["expirationDateTime"] = "2040-01-31T12:34:56Z".into();
    let got = client.create_link(&file, order).await;
    assert!(got.text_of("/expirationDateTime") < "2040");
    let got = client.create_link(&file, view("organization")).await;
    assert_eq!(got.text_of("/expirationDateTime"), "");
}

#[tokio::test]
async fn an_expired_link_opens_nothing() {
    let clock = Clock::virtual_time();
    let options = Options { clock: clock.clone(), ..Options::new(Product::Business) };
    let client = Client::start(options).await;
    let file = client.file("a.txt", "one").await;
    let soon = clock.now().checked_add(Duration::from_secs(60)).unwrap();
    let mut order = view("anonymous");
    order["expirationDateTime"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
    let got = client.create_link(&file, order).await;
    let web_url = got.text_of("/link/webUrl");
    assert_eq!(client.browse(web_url).await.status, 200);
    clock.sleep(Duration::from_secs(120)).await;
    assert_eq!(client.browse(web_url).await.status, 404);
}

#[tokio::test]
async fn policies_are_kept() {
    for product in WORK {
        let policy = Policy { anonymous_links: false, ..Policy::for_product(product) };
        let client = Client::start(Options { policy, ..Options::new(product) }).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, view("anonymous")).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(got.text_of("/error/innerError/code"), "sharingDisabled");
        assert_eq!(client.create_link(&file, view("organization")).await.status, 201);
        for default_scope in DefaultScope::ALL {
            let policy = Policy { default_scope, ..Policy::for_product(product) };
            let client = Client::start(Options { policy, ..Options::new(product) }).await;
            let file = client.file("a.txt", "one").await;
            let got = client.create_link(&file, json!({"type": "view"})).await;
            assert_eq!(got.text_of("/link/scope"), default_scope.name());
        }
    }
    let policy = Policy { premium: false, ..Policy::for_product(Product::Personal) };
    let client = Client::start(Options { policy, ..Options::new(Product::Personal) }).await;
    let file = client.file("a.txt", "one").await;
    for (name, value) in
        [("password", "Secret-12345"), ("expirationDateTime", "2040-01-31T12:34:56Z")]
    {
        let mut order = view("anonymous");
        order[name] = value.into();
        let got = client.create_link(&file, order).await;
        assert_refused(&got, 403, "accessDenied");
        assert!(got.text_of("/error/message").contains("Account Upgrade is required"));
    }
    assert_eq!(client.create_link(&file, view("anonymous")).await.status, 201);
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

#[tokio::test]
async fn a_link_gives_others_what_its_type_and_scope_say() {
    let redeem = [("prefer", "redeemSharingLink")];
    for product in Product::ALL {
        let scope = if product == Product::Personal { "anonymous" } else { "organization" };
        let client = Client::start(Options::new(product)).await.by_drive_id();
        let second = client.as_identity(Identity::SecondUser);
        let file = client.file("a.txt", "one").await;
        for (order, may_write) in [(view(scope), false), (edit(scope), true)] {
            let link = client.create_link(&file, order).await;
            let share = format!("/shares/{}/driveItem", link.text_of("/shareId"));
            assert_eq!(client.as_nobody().get(&share).await.status, 401);
            if product != Product::Personal && !may_write {
                assert_eq!(second.get(&share).await.status, 403, "not redeemed yet");
            }
            let address = format!("{}{share}", client.mock.base_url());
            let got = second.send_to(&address, Method::GET, &redeem, "").await;
            assert_eq!((got.status, got.text_of("/id")), (200, file.as_str()), "{product}");
            let got = content_of(&second, &format!("{share}/content"), &[]).await;
            assert_eq!((got.status, got.text.as_str()), (200, "one"), "{product}");
            let address = format!("{}{share}/content", client.mock.base_url());
            let got = second.send_to(&address, Method::PUT, &[], "two").await;
            assert_eq!(got.status, if may_write { 200 } else { 403 }, "{product}");
            // A redeemed link is a right on the item from then on.
            assert_eq!(second.get(&client.item(&file)).await.status, 200);
            let got = second.create_link(&file, edit(scope)).await;
            assert_eq!(got.status, if may_write { 200 } else { 403 }, "{product}");
            let got = client.delete_permission(&file, link.text_of("/id")).await;
            assert_eq!(got.status, 204);
            assert_eq!(second.get(&share).await.status, 403, "{product}: the link is gone");
        }
        assert_eq!(second.get(&client.item(&file)).await.status, 403);
        let got = content_of(&client, &format!("{}/content", client.item(&file)), &[]).await;
        assert_eq!(got.text, "two");
    }
}

#[tokio::test]
async fn links_for_chosen_people_and_with_passwords_let_nobody_in() {
    let redeem = [("prefer", "redeemSharingLink")];
    for product in WORK {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let mut protected = view("anonymous");
        protected["password"] = "Secret-12345".into();
        for order in [view("users"), protected] {
            let link = client.create_link(&file, order).await;
            assert_eq!(link.status, 201);
            let share = format!("/shares/{}/driveItem", link.text_of("/shareId"));
            let address = format!("{}{share}", client.mock.base_url());
            let second = client.as_identity(Identity::SecondUser);
            assert_eq!(second.send_to(&address, Method::GET, &redeem, "").await.status, 403);
            assert_eq!(client.get(&share).await.status, 200, "the owner has access anyway");
        }
    }
}

#[tokio::test]
async fn a_browser_sees_what_a_link_shows() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "seen <by> all").await;
        let link = client.create_link(&file, view("anonymous")).await;
        let web_url = link.text_of("/link/webUrl");
        let page = client.browse(web_url).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("seen &lt;by&gt; all"));
        let mut order = view("anonymous");
        order["password"] = "Secret-12345".into();
        let protected = client.create_link(&file, order).await;
        let page = client.browse(protected.text_of("/link/webUrl")).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("type=\"password\"") && !page.text.contains("seen"));
        if product == Product::Personal {
            let embed = client.create_link(&file, json!({"type": "embed"})).await;
            let page = client.browse(embed.text_of("/link/webUrl")).await;
            assert_eq!((page.status, page.header("x-frame-options")), (200, None));
            assert!(page.text.contains("seen"));
        } else {
            for scope in ["organization", "users"] {
                let link = client.create_link(&file, view(scope)).await;
                let page = client.browse(link.text_of("/link/webUrl")).await;
                assert_eq!(page.status, 302);
                let location = page.header("location").unwrap();
                assert!(location.starts_with("https://login.microsoftonline.com/"));
                assert_eq!(client.browse(location).await.status, 200);
            }
        }
        client.delete_permission(&file, link.text_of("/id")).await;
        assert_eq!(client.browse(web_url).await.status, 404);
    }
}

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

#[tokio::test]
async fn throttling_passes_when_tried_again() {
    for (name, status, retry_after) in [
        ("throttled-with-retry-after", 429, Some("1")),
        ("throttled-with-fraction", 429, Some("2.128")),
        ("throttled-without-retry-after", 429, None),
        ("unavailable-with-retry-after", 503, Some("1")),
    ] {
        for product in Product::ALL {
            let client =
                Client::start(Options { variant: variant(name), ..Options::new(product) }).await;
            let file = client.file("a.txt", "one").await;
            for _ in 0..4 {
                assert!(client.create_link(&file, view("anonymous")).await.status < 300);
            }
            let got = client.create_link(&file, edit("anonymous")).await;
            assert_eq!((got.status, got.header("retry-after")), (status, retry_after), "{name}");
            assert_eq!(client.links(&file).await.len(), 1, "{name}");
            assert_eq!(client.create_link(&file, edit("anonymous")).await.status, 201);
        }
    }
}

#[tokio::test]
async fn nulls_implement_nothing() {
    assert_eq!(nulls().len(), 10);
    for one in nulls() {
        assert_eq!(null(one.name()), Some(*one));
        let options = Options { null: Some(*one), ..Options::new(Product::Personal) };
        let client = Client::start(options).await;
        let patience = Duration::from_millis(200);
        let drive = tokio::time::timeout(patience, client.get("/me/drive")).await;
        let link = client.create_link("root", view("anonymous"));
        let link = tokio::time::timeout(patience, link).await;
        let works = drive.as_ref().is_ok_and(|got| got.text_of("/driveType") == "personal");
        assert_eq!(works, !one.whole_server, "{one}");
        let expected = match one.kind {
            NullKind::ConstantPermission => Some(201),
            NullKind::RefusesEverything => Some(400),
            NullKind::EmptyObject | NullKind::Echo => Some(200),
            NullKind::NeverAnswers => None,
        };
        assert_eq!(link.ok().map(|got| got.status), expected, "{one}");
    }
}

#[tokio::test]
async fn it_stops_and_says_when_it_cannot_start() {
    let mock = Mock::start(Options::new(Product::Personal)).await.unwrap();
    let bind = mock.base_url().trim_start_matches("http://").trim_end_matches("/v1.0").parse();
    let bind = bind.unwrap();
    let error = Mock::start(Options { bind, ..Options::new(Product::Personal) }).await.unwrap_err();
    assert!(error.to_string().contains(&bind.to_string()), "{error}");
    mock.stop().await;
    let again = Mock::start(Options { bind, ..Options::new(Product::Personal) }).await.unwrap();
    drop(again);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(bind).await.is_err());
}

#[tokio::test]
async fn latency_is_waited_for_on_the_clock() {
    let latency = Duration::from_millis(120);
    let client = Client::start(Options { latency, ..Options::new(Product::Personal) }).await;
    let started = Instant::now();
    client.get("/me/drive").await;
    assert!(started.elapsed() >= latency);
    let clock = Clock::virtual_time();
    let latency = Duration::from_secs(3600);
    let options = Options { latency, clock, ..Options::new(Product::Personal) };
    assert_eq!(Client::start(options).await.get("/me/drive").await.status, 200);
}
