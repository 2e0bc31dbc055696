//! The requests whose answers the transcripts keep.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::graph::{Product, encode_segment};
use crate::mock::answers::share_id;
use crate::mock::server::handle;
use crate::mock::world::World;
use crate::mock::{Identity, Options};

/// How many chapters there are.
pub(super) const CHAPTERS: usize = 10;

/// What is sent, chapter by chapter, and what comes back.
pub(super) struct Script {
    world: Arc<World>,
    _stop: watch::Sender<()>,
    product: Product,
    root: String,
    identity: Option<Identity>,
    token: Option<&'static str>,
    pub lines: Vec<String>,
    files: usize,
}

/// What the script needs of an answer to go on.
struct Got {
    body: Value,
    location: Option<String>,
}

impl Got {
    fn id(&self) -> String {
        match &self.body["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => "none".to_owned(),
        }
    }

    fn web_url(&self) -> String {
        self.body["link"]["webUrl"].as_str().unwrap_or("https://nowhere.example/").to_owned()
    }
}

impl Script {
    pub(super) fn new(options: &Options) -> Self {
        let (stop, stopping) = watch::channel(());
        let world = Arc::new(World::new(options, "http://mock".to_owned(), stopping));
        let root = match options.product {
            Product::SharePoint => {
                format!("/sites/{}/drive", encode_segment(world.site_id().unwrap()))
            }
            _ => "/me/drive".to_owned(),
        };
        Self {
            world,
            _stop: stop,
            product: options.product,
            root,
            identity: Some(Identity::Owner),
            token: None,
            lines: Vec::new(),
            files: 0,
        }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Got {
        let mut request = Request::builder().method(method.clone()).uri(path);
        let token = match (self.token, self.identity) {
            (Some(token), _) => Some(token.to_owned()),
            (None, Some(identity)) => Some(self.world.directory.token(identity).to_owned()),
            (None, None) => None,
        };
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = handle(State(Arc::clone(&self.world)), request).await;
        let status = response.status().as_u16();
        let mut shown: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        shown.sort();
        let location = response
            .headers()
            .get("location")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.lines.push(format!("{method} {path}: {status} {} {text}", shown.join(" ")));
        Got { body: serde_json::from_str(&text).unwrap_or(Value::Null), location }
    }

    async fn post(&mut self, path: &str, body: Value) -> Got {
        let path = format!("/v1.0{path}");
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, &path, &headers, body.to_string()).await
    }

    async fn get(&mut self, path: &str) -> Got {
        self.send(Method::GET, &format!("/v1.0{path}"), &[], String::new()).await
    }

    fn at(&self, item: &str) -> String {
        format!("{}/items/{}", self.root, encode_segment(item))
    }

    async fn folder(&mut self) -> String {
        self.files += 1;
        let path = format!("{}/root/children", self.root);
        self.post(&path, json!({"name": format!("f{}", self.files), "folder": {}})).await.id()
    }

    async fn file_in(&mut self, folder: &str) -> String {
        self.files += 1;
        let path = format!("/v1.0{}:/a{}.txt:/content", self.at(folder), self.files);
        let headers = [("content-type", "text/plain")];
        self.send(Method::PUT, &path, &headers, "first".to_owned()).await.id()
    }

    async fn file(&mut self) -> String {
        self.file_in("root").await
    }

    async fn link(&mut self, item: &str, body: Value) -> Got {
        let path = format!("{}/createLink", self.at(item));
        self.post(&path, body).await
    }

    async fn raw(&mut self, item: &str, media_type: &str, body: &str) {
        let path = format!("/v1.0{}/createLink", self.at(item));
        self.send(Method::POST, &path, &[("content-type", media_type)], body.to_owned()).await;
    }

    async fn list(&mut self, item: &str) {
        let path = format!("{}/permissions", self.at(item));
        self.get(&path).await;
    }

    async fn read(&mut self, item: &str, permission: &str) {
        let path = format!("{}/permissions/{}", self.at(item), encode_segment(permission));
        self.get(&path).await;
    }

    async fn delete(&mut self, item: &str, permission: &str) {
        let path = format!("/v1.0{}/permissions/{}", self.at(item), encode_segment(permission));
        self.send(Method::DELETE, &path, &[], String::new()).await;
    }

    async fn browse(&mut self, web_url: &str) {
        let path = web_url.trim_start_matches("https://").to_owned();
        self.send(Method::GET, &format!("/_web/{path}"), &[], String::new()).await;
    }

    async fn put(&mut self, path: &str, content: &str) {
        let headers = [("content-type", "text/plain")];
        self.send(Method::PUT, &format!("/v1.0{path}"), &headers, content.to_owned()).await;
    }

    /// What the second user gets by a link, reading and writing.
    async fn redeem(&mut self, web_url: &str) {
        let share = share_id(web_url);
        let usual = self.identity.replace(Identity::SecondUser);
        let path = format!("/v1.0/shares/{share}/driveItem");
        let prefer = [("prefer", "redeemSharingLink")];
        self.send(Method::GET, &path, &prefer, String::new()).await;
        let got = self.get(&format!("/shares/{share}/driveItem/content")).await;
        if let Some(location) = got.location {
            let path = location.trim_start_matches("http://mock").to_owned();
            self.send(Method::GET, &path, &[], String::new()).await;
        }
        self.put(&format!("/shares/{share}/driveItem/content"), "by the link").await;
        self.identity = usual;
    }

    fn scope(&self) -> &'static str {
        match self.product {
            Product::Personal => "anonymous",
            _ => "organization",
        }
    }

    pub(super) async fn tell(&mut self, chapter: usize) {
        match chapter {
            0 => self.life_of_a_link().await,
            1 => self.types().await,
            2 => self.scopes().await,
            3 => self.bodies().await,
            4 => self.protections().await,
            5 => self.inheritance().await,
            6 => self.callers().await,
            7 => self.addresses().await,
            8 => self.content().await,
            _ => self.corners().await,
        }
    }

    async fn life_of_a_link(&mut self) {
        for scope in ["anonymous", self.scope()] {
            let (file, sibling) = (self.file().await, self.file().await);
            let order = json!({"type": "view", "scope": scope});
            let first = self.link(&file, order.clone()).await;
            self.link(&file, order.clone()).await;
            self.list(&file).await;
            self.read(&file, &first.id()).await;
            self.browse(&first.web_url()).await;
            self.link(&sibling, order.clone()).await;
            self.delete(&file, &first.id()).await;
            self.list(&file).await;
            self.read(&file, &first.id()).await;
            self.browse(&first.web_url()).await;
            self.redeem(&first.web_url()).await;
            self.link(&file, order.clone()).await;
            self.list(&file).await;
            if let Some(share_id) = first.body["shareId"].as_str() {
                let path = format!("/shares/{share_id}/driveItem");
                self.get(&path).await;
            }
            self.identity = Some(Identity::SecondApp);
            self.link(&sibling, order).await;
            self.identity = Some(Identity::Owner);
            self.list(&sibling).await;
        }
    }

    async fn types(&mut self) {
        let scope = self.scope();
        for types in [["view", "edit"], ["edit", "view"], ["view", "embed"]] {
            let file = self.file().await;
            for link_type in types {
                self.link(&file, json!({"type": link_type, "scope": scope})).await;
            }
            self.list(&file).await;
        }
        let (file, folder) = (self.file().await, self.folder().await);
        let embed = self.link(&file, json!({"type": "embed"})).await;
        self.link(&file, json!({"type": "embed"})).await;
        self.browse(&embed.web_url()).await;
        self.list(&file).await;
        for order in [
            json!({"type": "embed"}),
            json!({"type": "view", "scope": scope}),
            json!({"type": "edit", "scope": scope}),
        ] {
            self.link(&folder, order).await;
        }
        let file = self.file().await;
        self.link(&file, json!({"type": "owner", "scope": scope})).await;
        self.list(&file).await;
    }

    async fn scopes(&mut self) {
        let organization = json!({"type": "view", "scope": "organization"});
        let file = self.file().await;
        for scope in ["anonymous", "organization", "users", "everyone"] {
            let got = self.link(&file, json!({"type": "view", "scope": scope})).await;
            self.list(&file).await;
            self.browse(&got.web_url()).await;
            self.redeem(&got.web_url()).await;
        }
        let file = self.file().await;
        let got = self.link(&file, json!({"type": "view", "scope": "users"})).await;
        self.redeem(&got.web_url()).await;
        for order in [json!({"type": "view"}), json!({"type": "edit"})] {
            let file = self.file().await;
            self.link(&file, order).await;
        }
        let file = self.file().await;
        self.link(&file, json!({"type": "edit", "scope": "organization"})).await;
        self.link(&file, organization).await;
        self.list(&file).await;
    }

    async fn bodies(&mut self) {
        let scope = self.scope();
        for (media_type, body) in [
            ("text/plain", "{\"type\":\"view\"}"),
            ("application/json", "[]"),
            ("application/json", "{\"type\":"),
            ("application/json", "{\"type\":1}"),
            ("application/json", "{\"type\":\"view\",\"retainInheritedPermissions\":\"no\"}"),
            ("application/json", "{\"type\":\"view\",\"undocumented\":1}"),
        ] {
            let file = self.file().await;
            self.raw(&file, media_type, body).await;
            self.list(&file).await;
        }
        for scope in ["anonymous", scope] {
            let file = self.file().await;
            let order = json!({"type": "view", "scope": scope, "password": null,
                               "expirationDateTime": null, "retainInheritedPermissions": null});
            self.link(&file, order).await;
        }
    }

    async fn protections(&mut self) {
        let file = self.file().await;
        let order = json!({"type": "view", "scope": "anonymous", "password": "ThisIsASecret42"});
        let got = self.link(&file, order).await;
        self.list(&file).await;
        self.browse(&got.web_url()).await;
        self.redeem(&got.web_url()).await;
        for instant in ["2031-05-06T07:08:09Z", "tomorrow", "2031-13-45T00:00:00Z"] {
            let file = self.file().await;
            let order =
                json!({"type": "view", "scope": self.scope(), "expirationDateTime": instant});
            let got = self.link(&file, order).await;
            self.list(&file).await;
            self.read(&file, &got.id()).await;
        }
    }

    async fn inheritance(&mut self) {
        let scope = self.scope();
        let order = json!({"type": "view", "scope": scope});
        for retain in [None, Some(json!(true)), Some(json!(false)), Some(json!(null))] {
            let folder = self.folder().await;
            let on_folder = self.link(&folder, order.clone()).await;
            let invitation = json!({
                "recipients": [{"email": self.world.directory.second_user_principal_name}],
                "roles": ["read"], "requireSignIn": true, "sendInvitation": false,
            });
            let path = format!("{}/invite", self.at(&folder));
            self.post(&path, invitation).await;
            for shared_before in [false, true] {
                let file = self.file_in(&folder).await;
                self.list(&file).await;
                if shared_before {
                    self.link(&file, json!({"type": "edit", "scope": scope})).await;
                }
                let mut order = order.clone();
                if let Some(retain) = &retain {
                    order["retainInheritedPermissions"] = retain.clone();
                }
                self.link(&file, order).await;
                self.list(&file).await;
                self.list(&folder).await;
                let path = self.at(&file);
                self.get(&path).await;
                self.delete(&file, &on_folder.id()).await;
                self.list(&folder).await;
            }
        }
    }

    async fn callers(&mut self) {
        let scope = self.scope();
        let root = self.root.clone();
        let order = json!({"type": "view", "scope": scope});
        for identity in Identity::ALL {
            let file = self.file().await;
            self.identity = Some(identity);
            self.root = "/me/drive".to_owned();
            self.link(&file, order.clone()).await;
            self.root = format!("/drives/{}", encode_segment(self.world.drive().id));
            self.link(&file, order.clone()).await;
            self.identity = Some(Identity::Owner);
            self.root.clone_from(&root);
            self.list(&file).await;
        }
        let file = self.file().await;
        let path = format!("{}/invite", self.at(&file));
        let email = self.world.directory.second_user_principal_name;
        let invitation = json!({"recipients": [{"email": email}], "roles": ["read"],
                                "requireSignIn": true, "sendInvitation": false});
        self.post(&path, invitation).await;
        self.identity = Some(Identity::SecondUser);
        self.root = format!("/drives/{}", encode_segment(self.world.drive().id));
        self.link(&file, json!({"type": "edit", "scope": scope})).await;
        self.identity = None;
        self.link(&file, order.clone()).await;
        self.token = Some("garbage");
        self.link(&file, order).await;
        self.token = None;
        self.identity = Some(Identity::Owner);
        self.root = root;
        self.list(&file).await;
    }

    async fn addresses(&mut self) {
        let usual = self.root.clone();
        let file = self.file().await;
        let directory = &self.world.directory;
        let mut roots = vec![
            format!("/drives/{}", encode_segment(self.world.drive().id)),
            "/drives/b!short".to_owned(),
            "/me/drive".to_owned(),
            format!("/users/{}/drive", directory.user_id),
            format!("/users/{}/drive", directory.user_principal_name),
        ];
        roots.extend(self.world.group_id().map(|id| format!("/groups/{id}/drive")));
        roots.extend(self.world.site_id().map(|id| format!("/sites/{}/drive", encode_segment(id))));
        for root in roots {
            self.root = root;
            self.get(&self.root.clone()).await;
            self.link(&file, json!({"type": "view", "scope": self.scope()})).await;
        }
        self.root = usual;
        let first = file.chars().next().unwrap_or('0');
        let mut buffer = [0; 4];
        let mut encoded = String::new();
        for byte in first.encode_utf8(&mut buffer).bytes() {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded.push_str(&encode_segment(&file[first.len_utf8()..]));
        let path = format!("{}/items/{encoded}/createLink", self.root);
        self.post(&path, json!({"type": "view", "scope": self.scope()})).await;
        self.get(&format!("{}/createLink", self.at(&file))).await;
        self.list(&file).await;
        self.link("missing", json!({"type": "view", "scope": self.scope()})).await;
    }

    /// What shows only where two conditions meet.
    async fn corners(&mut self) {
        let scope = self.scope();
        let view = json!({"type": "view", "scope": scope});
        let edit = json!({"type": "edit", "scope": scope});
        let folder = self.folder().await;
        self.link(&folder, view.clone()).await;
        let got = self.link(&folder, edit.clone()).await;
        self.link(&folder, edit.clone()).await;
        self.list(&folder).await;
        self.browse(&got.web_url()).await;
        let path = format!("{}/children", self.at(&folder));
        let inner = self.post(&path, json!({"name": "inner", "folder": {}})).await.id();
        let file = self.file_in(&inner).await;
        self.list(&file).await;
        for body in [format!("[{view}]"), format!("{view}{{}}")] {
            let file = self.file().await;
            self.raw(&file, "application/json", &body).await;
        }
        for (scope, instant) in
            [(scope, "2031-05-06T07:08:09+02:00"), ("anonymous", "2031-05-06T07:08:09Z")]
        {
            let file = self.file().await;
            let order = json!({"type": "view", "scope": scope, "expirationDateTime": instant});
            self.link(&file, order).await;
        }
        let file = self.file().await;
        let path = format!("/v1.0{}/createLink", self.at(&file));
        let headers = [("content-type", "application/json")];
        self.send(Method::PATCH, &path, &headers, view.to_string()).await;
        self.identity = Some(Identity::ReadOnly);
        self.link(&file, edit).await;
        self.identity = Some(Identity::Owner);
        self.link(&file, view.clone()).await;
        self.identity = Some(Identity::ReadOnly);
        self.link(&file, view).await;
        self.identity = Some(Identity::Owner);
    }

    async fn content(&mut self) {
        for link_type in ["view", "edit"] {
            for scope in ["anonymous", self.scope()] {
                let file = self.file().await;
                let got = self.link(&file, json!({"type": link_type, "scope": scope})).await;
                self.redeem(&got.web_url()).await;
                self.put(&format!("{}/content", self.at(&file)), "second").await;
                self.redeem(&got.web_url()).await;
                self.post(&format!("{}/checkout", self.at(&file)), json!({})).await;
                self.put(&format!("{}/content", self.at(&file)), "draft").await;
                self.redeem(&got.web_url()).await;
                self.post(&format!("{}/checkin", self.at(&file)), json!({"comment": ""})).await;
                self.redeem(&got.web_url()).await;
            }
        }
    }
}
