//! A client with no opinion: it sends what it is told and hands back what it got.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::sync::{Arc, Once};

use linkspec::graph::{Product, encode_segment};
use linkspec::mock::{Identity, Mock, Options};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// One answer.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// `Null` when the text is not JSON.
    pub body: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text_of(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub struct Client {
    pub mock: Arc<Mock>,
    http: reqwest::Client,
    identity: Option<Identity>,
    drive: String,
}

impl Client {
    pub async fn start(options: Options) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let drive = match options.product {
            Product::SharePoint => "site",
            _ => "me",
        };
        let mock = Arc::new(Mock::start(options).await.unwrap());
        let drive = match drive {
            "me" => "/me/drive".to_owned(),
            _ => format!("/sites/{}/drive", encode_segment(mock.site_id().unwrap())),
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { mock, http, identity: Some(Identity::Owner), drive }
    }

    pub fn as_identity(&self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self.clone() }
    }

    pub fn as_nobody(&self) -> Self {
        Self { identity: None, ..self.clone() }
    }

    /// The same client by another way to the drive.
    pub fn by(&self, drive: &str) -> Self {
        Self { drive: drive.to_owned(), ..self.clone() }
    }

    /// By `/drives/{id}`, the way everybody can use.
    pub fn by_drive_id(&self) -> Self {
        self.by(&format!("/drives/{}", encode_segment(self.mock.drive_id())))
    }

    pub async fn send_to(
        &self,
        address: &str,
        method: Method,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Got {
        let mut request = self.http.request(method, address).body(body);
        if let Some(identity) = self.identity {
            request = request.bearer_auth(self.mock.token(identity));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Got { status, headers, text, body }
    }

    /// Below `/v1.0`.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Got {
        let address = format!("{}{path}", self.mock.base_url());
        match body {
            Some(body) => {
                let headers = [("content-type", "application/json")];
                self.send_to(&address, method, &headers, body.to_string()).await
            }
            None => self.send_to(&address, method, &[], "").await,
        }
    }

    pub async fn get(&self, path: &str) -> Got {
        self.send(Method::GET, path, None).await
    }

    pub fn item(&self, id: &str) -> String {
        format!("{}/items/{}", self.drive, encode_segment(id))
    }

    pub fn drive(&self) -> &str {
        &self.drive
    }

    pub async fn file_in(&self, folder: &str, name: &str, content: &str) -> String {
        let path = format!("{}{}:/{name}:/content", self.mock.base_url(), self.item(folder));
        let headers = [("content-type", "text/plain")];
        let got = self.send_to(&path, Method::PUT, &headers, content.to_owned()).await;
        assert_eq!(got.status, 201, "{got:?}");
        got.text_of("/id").to_owned()
    }

    pub async fn file(&self, name: &str, content: &str) -> String {
        self.file_in("root", name, content).await
    }

    pub async fn folder(&self, name: &str) -> String {
        let body = serde_json::json!({
            "name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail",
        });
        let path = format!("{}/children", self.item("root"));
        let got = self.send(Method::POST, &path, Some(body)).await;
        assert_eq!(got.status, 201, "{got:?}");
        got.text_of("/id").to_owned()
    }

    pub async fn create_link(&self, item: &str, body: Value) -> Got {
        self.send(Method::POST, &format!("{}/createLink", self.item(item)), Some(body)).await
    }

    /// With a body as it stands.
    pub async fn create_link_raw(&self, item: &str, media_type: &str, body: &str) -> Got {
        let address = format!("{}{}/createLink", self.mock.base_url(), self.item(item));
        let headers = [("content-type", media_type)];
        self.send_to(&address, Method::POST, &headers, body.to_owned()).await
    }

    pub async fn permissions(&self, item: &str) -> Vec<Value> {
        let got = self.get(&format!("{}/permissions", self.item(item))).await;
        assert_eq!(got.status, 200, "{got:?}");
        got.body["value"].as_array().unwrap().clone()
    }

    /// The entries of the list that are links.
    pub async fn links(&self, item: &str) -> Vec<Value> {
        let mut links = self.permissions(item).await;
        links.retain(|permission| permission.get("link").is_some_and(Value::is_object));
        links
    }

    /// What a browser sees at an https address.
    pub async fn browse(&self, web_url: &str) -> Got {
        let path = web_url.strip_prefix("https://").unwrap();
        let address = format!("{}{path}", self.mock.web_root());
        self.as_nobody().send_to(&address, Method::GET, &[], "").await
    }

    pub async fn delete_permission(&self, item: &str, permission: &str) -> Got {
        let permission = encode_segment(permission);
        let path = format!("{}/permissions/{permission}", self.item(item));
        self.send(Method::DELETE, &path, None).await
    }
}
