//! What answers look like, and what is refused.

use linkspec::graph::Product;
use linkspec::mock::{Form, Options};
use reqwest::Method;
use serde_json::json;

use crate::mock_client::Client;
use crate::{assert_refused, edit, view};

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
