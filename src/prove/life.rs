//! The life of a link on the mock, from its request to its removal: where two lives differ, a departure shows.
//!
//! It asks for everything that can be asked of a link, whether or not a rule looks at it.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::graph::{Clock, Product, encode_segment};
use crate::mock::{Condition, Deviation, Identity, Mock, Options};
use crate::story::combinations::{Choice, Row};

/// What is answered through the life of a link that is asked for as the row says.
pub(super) fn life(
    product: Product,
    deviation: Option<(&'static Deviation, Condition)>,
    row: &Row,
) -> Vec<String> {
    let mut options = Options { clock: Clock::virtual_time(), ..Options::new(product) };
    if let Some((deviation, condition)) = deviation {
        options.deviation = Some(deviation);
        options.condition = Some(condition);
    }
    let mock = Mock::in_process(options);
    let teller = Teller { handler: Box::new(mock.handler()), mock: &mock, heard: Vec::new() };
    // The mock waits for nothing but its clock, and that is virtual.
    futures::executor::block_on(teller.tell(row))
}

type Handler =
    Box<dyn Fn(Request<Body>) -> BoxFuture<'static, axum::http::Response<Body>> + Send + Sync>;

struct Teller<'m> {
    handler: Handler,
    mock: &'m Mock,
    heard: Vec<String>,
}

impl Teller<'_> {
    async fn tell(mut self, row: &Row) -> Vec<String> {
        let work = self.folder("root", "work").await;
        let (around, item, second) = self.items(row, &work).await;
        let text = |choice| row.text(choice);
        let who = identity(text(Choice::Who));
        let body = body(row);
        let mut before = body.clone();
        let on = match text(Choice::Occasion) {
            "while another item has such a link" => &second,
            _ => &item,
        };
        match text(Choice::Occasion) {
            "for the first time" => {}
            occasion => {
                if occasion == "after a link of another type" {
                    before["type"] =
                        if text(Choice::Type) == "view" { "edit".into() } else { "view".into() };
                } else if occasion == "after a link of another scope" {
                    before["scope"] = if text(Choice::Scope) == "anonymous" {
                        "organization".into()
                    } else {
                        "anonymous".into()
                    };
                }
                let made = self.create_link(row, who, on, &before).await;
                if occasion == "after the link was deleted" {
                    let path = self.permission(on, &made);
                    self.ask(who, Method::DELETE, &path, None).await;
                }
            }
        }
        let made = self.create_link(row, who, &item, &body).await;
        self.look(&around, &item, &second, &made).await;
        self.open(&item, &made).await;
        self.create_link(row, who, &item, &body).await;
        let path = self.permission(&item, &made);
        self.ask(Identity::Owner, Method::DELETE, &path, None).await;
        self.look(&around, &item, &second, &made).await;
        self.open(&item, &made).await;
        self.create_link(row, who, &item, &body).await;
        self.heard
    }

    /// The folder around the item, the item, and another of its kind.
    async fn items(&mut self, row: &Row, work: &str) -> (String, String, String) {
        match row.text(Choice::Item) {
            "a folder" => {
                let item = self.folder(work, "one").await;
                let second = self.folder(work, "two").await;
                (work.to_owned(), item, second)
            }
            kind => {
                let mut around = work.to_owned();
                if kind != "a file" {
                    around = self.folder(work, "outer").await;
                }
                if kind == "a file in an inner folder" {
                    around = self.folder(&around, "inner").await;
                }
                let item = self.file(&around, "one.txt").await;
                let second = self.file(&around, "two.txt").await;
                if kind == "a file in a shared folder" {
                    let path = format!("{}/createLink", self.item(&around));
                    let view = json!({"type": "view"});
                    self.ask(Identity::Owner, Method::POST, &path, Some(view.to_string())).await;
                }
                (around, item, second)
            }
        }
    }

    /// What the item, what is around it, in it and beside it show, and the link itself.
    async fn look(&mut self, around: &str, item: &str, second: &str, made: &Value) {
        let owner = Identity::Owner;
        let inside = self.file(item, "inside.txt").await;
        for seen in [around, item, second, &inside] {
            let path = self.item(seen);
            self.ask(owner, Method::GET, &path, None).await;
            self.ask(owner, Method::GET, &format!("{path}/permissions"), None).await;
            self.ask(Identity::SecondUser, Method::GET, &path, None).await;
        }
        let path = self.permission(item, made);
        self.ask(owner, Method::GET, &path, None).await;
    }

    /// What strangers and members see of it, and what they can do.
    async fn open(&mut self, item: &str, made: &Value) {
        let member = Identity::SecondUser;
        let share = made["shareId"].as_str().map(encode_segment).unwrap_or_default();
        let shared = format!("/v1.0/shares/{share}/driveItem");
        let page = made["link"]["webUrl"].as_str().unwrap_or_default();
        let page = page.replacen("https://", "/_web/", 1);
        for new_text in ["changed by a member", "changed by the owner"] {
            self.send(None, Method::GET, &page, None, &[]).await;
            let redeem = [("prefer", "redeemSharingLink")];
            self.send(Some(member), Method::GET, &shared, None, &redeem).await;
            self.ask(Identity::Owner, Method::GET, &shared, None).await;
            let content = format!("{shared}/content");
            let found = self.ask(member, Method::GET, &content, None).await;
            // What a redirect leads to is what is read.
            if let Some(ticket) = found["location"].as_str() {
                let path = ticket.find("/_download/").map(|at| ticket[at..].to_owned());
                self.send(None, Method::GET, &path.unwrap_or_default(), None, &[]).await;
            }
            self.ask(member, Method::PUT, &content, Some(new_text.to_owned())).await;
            let own = format!("{}/content", self.item(item));
            self.ask(Identity::Owner, Method::PUT, &own, Some(new_text.to_owned())).await;
        }
    }

    async fn create_link(&mut self, row: &Row, who: Identity, item: &str, body: &Value) -> Value {
        let encoded = |id: Option<&str>| id.map(encode_segment).unwrap_or_default();
        let drive = match row.text(Choice::Address) {
            "me" => "me/drive".to_owned(),
            "users" => format!("users/{}/drive", encode_segment(self.mock.user_id())),
            "groups" => format!("groups/{}/drive", encoded(self.mock.group_id())),
            "sites" => format!("sites/{}/drive", encoded(self.mock.site_id())),
            _ => format!("drives/{}", encode_segment(self.mock.drive_id())),
        };
        let path = format!("/v1.0/{drive}/items/{}/createLink", encode_segment(item));
        self.ask(who, Method::POST, &path, Some(body.to_string())).await
    }

    async fn folder(&mut self, parent: &str, name: &str) -> String {
        let body = json!({"name": name, "folder": {}}).to_string();
        let path = format!("{}/children", self.item(parent));
        let made = self.ask(Identity::Owner, Method::POST, &path, Some(body)).await;
        made["id"].as_str().unwrap_or_default().to_owned()
    }

    async fn file(&mut self, parent: &str, name: &str) -> String {
        let path = format!("{}:/{name}:/content", self.item(parent));
        let made = self.ask(Identity::Owner, Method::PUT, &path, Some(name.to_owned())).await;
        made["id"].as_str().unwrap_or_default().to_owned()
    }

    fn item(&self, id: &str) -> String {
        format!(
            "/v1.0/drives/{}/items/{}",
            encode_segment(self.mock.drive_id()),
            encode_segment(id)
        )
    }

    /// The path of a permission of an item.
    fn permission(&self, item: &str, made: &Value) -> String {
        let id = match &made["id"] {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        };
        format!("{}/permissions/{}", self.item(item), encode_segment(&id))
    }

    async fn ask(
        &mut self,
        who: Identity,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Value {
        self.send(Some(who), method, path, body, &[]).await
    }

    /// The answer's body, or its headers where it leads elsewhere; what cannot be sent is answered with nothing.
    async fn send(
        &mut self,
        who: Option<Identity>,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Value {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            let token = format!("Bearer {}", self.mock.token(who));
            request = request.header(header::AUTHORIZATION, token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = request.header(header::CONTENT_TYPE, "application/json");
        let Ok(request) = request.body(body.map_or_else(Body::empty, Body::from)) else {
            self.heard.push("cannot be sent".to_owned());
            return Value::Null;
        };
        let answer = (self.handler)(request).await;
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let seen: Vec<String> = parts
            .headers
            .iter()
            .filter(|(name, _)| *name != header::DATE)
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        let location = parts.headers.get(header::LOCATION).and_then(|it| it.to_str().ok());
        let value = match location {
            Some(location) => json!({"location": location}),
            None => serde_json::from_str(&text).unwrap_or(Value::Null),
        };
        self.heard.push(format!("{} {seen:?} {}", parts.status, timeless(&text)));
        value
    }
}

/// The time at which something was done says nothing about what was done.
fn timeless(text: &str) -> String {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in ["createdDateTime", "lastModifiedDateTime", "date"] {
                    members.remove(name);
                }
                members.values_mut().for_each(forget);
            }
            Value::Array(values) => values.iter_mut().for_each(forget),
            _ => {}
        }
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    forget(&mut value);
    value.to_string()
}

fn identity(who: &str) -> Identity {
    match who {
        "the second application" => Identity::SecondApp,
        "an application without a user" => Identity::AppOnly,
        "an application that may only read" => Identity::ReadOnly,
        _ => Identity::Owner,
    }
}

fn body(row: &Row) -> Value {
    let mut members = Map::new();
    members.insert("type".into(), row.text(Choice::Type).into());
    let mut add = |name: &str, choice: Choice, given: Value| match row.text(choice) {
        "omitted" => {}
        "null" => drop(members.insert(name.into(), Value::Null)),
        _ => drop(members.insert(name.into(), given)),
    };
    add("scope", Choice::Scope, row.text(Choice::Scope).into());
    let keeps = row.text(Choice::Keeping) == "true";
    add("retainInheritedPermissions", Choice::Keeping, keeps.into());
    add("expirationDateTime", Choice::Expiration, "2099-01-01T00:00:00Z".into());
    add("password", Choice::Password, "Passw0rd!".into());
    Value::Object(members)
}
