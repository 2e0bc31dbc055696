//! Random sessions of several people and applications with the mock, as its guard and as a recording would see them:
//! every address, query, identity and kind of link, and links that end in every way, seen and unseen.

use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, header};
use jiff::{Timestamp, ToSpan};
use linkspec::graph::{Answer, Clock, Identity, Product, Reply, Request, Tenant};
use linkspec::mock::{Identity as Who, Mock, Options, deviation};
use linkspec::report::Verdict;
use linkspec::run::Suite;
use linkspec::traffic::{Between, Collector};
use serde_json::{Value, json};

use super::{collector, holds, judged, suite, with_verdict};

/// Numbers that look drawn by lot and are the same in every run.
struct Lot(u64);

impl Lot {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.next(of.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.next(100) < percent
    }
}

/// A file or folder of a session.
#[derive(Clone)]
struct Item {
    id: String,
    name: String,
    /// Its number in the library's list.
    entry: String,
}

/// One recorded createLink: what was asked, what was answered.
struct Asked {
    body: Value,
    status: u16,
}

struct Session<'m> {
    mock: &'m Mock,
    product: Product,
    lot: &'m mut Lot,
    collector: &'m mut Collector,
    number: &'m mut u32,
    now: Timestamp,
    items: Vec<Item>,
    /// Item, permission, sharing URL.
    links: Vec<(usize, String, String)>,
    asked: Vec<Asked>,
    /// Who asked last, where, in which words.
    last: Option<(Who, String, String)>,
}

const PEOPLE: [(Who, Identity); 5] = [
    (Who::Owner, Identity::Owner),
    (Who::Owner, Identity::Owner),
    (Who::SecondApp, Identity::SecondApp),
    (Who::SecondUser, Identity::SecondUser),
    (Who::ReadOnly, Identity::ReadOnly),
];

impl Session<'_> {
    /// Sends a request to the mock; nobody records it.
    fn send(&self, who: Who, method: &str, path: &str, body: &str) -> Reply {
        let url = format!("{}{path}", self.mock.base_url());
        let request = HttpRequest::builder()
            .method(method)
            .uri(&url)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.mock.token(who)))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = futures::executor::block_on((self.mock.handler())(request));
        let (parts, body) = response.into_parts();
        let bytes = futures::executor::block_on(to_bytes(body, usize::MAX)).unwrap();
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        Reply::Answer(Answer {
            status: parts.status.as_u16(),
            headers,
            body: String::from_utf8(bytes.to_vec()).unwrap().into(),
            not_utf8: false,
        })
    }

    fn record(&mut self, who: Who, method: &str, path: &str, body: &str, reply: &Reply) {
        *self.number += 1;
        let identity = PEOPLE.iter().find(|(it, _)| *it == who).unwrap().1;
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.mock.base_url())
        };
        let request = Request {
            method: method.to_owned(),
            url,
            headers: vec![
                ("authorization".to_owned(), format!("Bearer {}", self.mock.token(who))),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            body: (!body.is_empty()).then(|| body.to_owned().into()),
        };
        self.collector.see_between(&Between {
            number: *self.number,
            sent: self.now,
            milliseconds: 20,
            identity,
            request: &request,
            reply,
        });
    }

    fn time_passes(&mut self) {
        let seconds = *self.lot.one(&[0_i64, 0, 1, 5, 45, 120, 600, 3000, 8000]);
        self.now = self.now.checked_add((seconds * 1000 + 25).milliseconds()).unwrap();
    }

    fn make_item(&mut self, index: usize) {
        let name = format!("file {}-{index}.txt", *self.number);
        let path = format!("{}/root:/{}:/content", self.drive(), name.replace(' ', "%20"));
        let reply = self.send(Who::Owner, "PUT", &path, "x");
        let Reply::Answer(answer) = &reply else { panic!() };
        let id = answer.json().unwrap()["id"].as_str().unwrap().to_owned();
        let path = format!("/drives/{}/items/{id}/listItem", self.mock.drive_id());
        let entry = match self.send(Who::Owner, "GET", &path, "") {
            Reply::Answer(answer) if answer.status == 200 => {
                answer.json().unwrap()["id"].as_str().unwrap().to_owned()
            }
            _ => String::new(),
        };
        self.items.push(Item { id, name, entry });
    }

    fn drive(&self) -> String {
        match self.product {
            Product::SharePoint => format!("/sites/{}/drive", self.mock.site_id().unwrap()),
            _ => "/me/drive".to_owned(),
        }
    }

    /// An address of the item at which the mock serves it for everybody who may.
    fn address(&mut self, item: usize) -> String {
        let Item { id, name, entry } = self.items[item].clone();
        let drive_id = self.mock.drive_id();
        let by_id = format!("/drives/{drive_id}/items/{id}");
        let name = name.replace(' ', "%20");
        match self.lot.next(12) {
            11 if self.product == Product::SharePoint && self.lot.chance(50) => {
                format!(
                    "/sites/{}/lists/Documents/items/{entry}/driveItem",
                    self.mock.site_id().unwrap()
                )
            }
            11 if !entry.is_empty() => format!("/drives/{drive_id}/list/items/{entry}/driveItem"),
            9 => by_id.replace("/items/", "/following/"),
            10 => format!("{}/bundles/{id}", self.drive()),
            0 => format!("{}/items/{id}", self.drive()),
            1 => format!("{}/root:/{name}:", self.drive()),
            2 => format!("/drives/{drive_id}/root:/{name}:"),
            3 => format!("/drives/{drive_id}/items/root:/{name}:"),
            4 => by_id.replace("/items/", "//items/"),
            5 => by_id.replace('!', "%21"),
            6 if self.product == Product::SharePoint => {
                format!("/sites/{}/drives/{drive_id}/items/{id}", self.mock.site_id().unwrap())
            }
            7 => match self.links.iter().find(|it| it.0 == item).map(|it| share(&it.2)) {
                Some(share) => format!("/shares/{share}/driveItem"),
                None => by_id,
            },
            _ => by_id,
        }
    }

    fn ask(&mut self) {
        let item = self.lot.next(self.items.len());
        let (who, _) = *self.lot.one(&PEOPLE);
        let mut body =
            json!({"type": *self.lot.one(&["view", "view", "edit", "edit", "embed", "owner"])});
        match self.lot.next(8) {
            0 => {}
            1 => body["scope"] = json!("users"),
            2 => body["scope"] = json!("everyone"),
            3 | 4 => body["scope"] = json!("anonymous"),
            _ => body["scope"] = json!("organization"),
        }
        if self.lot.chance(15) {
            let days = *self.lot.one(&[-2_i64, 1, 7, 30]);
            let until = Timestamp::now().checked_add((days * 24).hours()).unwrap();
            body["expirationDateTime"] = json!(until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        }
        if self.lot.chance(10) {
            body["password"] = json!(format!("Secret-{}", self.lot.next(3)));
        }
        if self.lot.chance(20) {
            body["retainInheritedPermissions"] = json!(self.lot.chance(50));
        }
        let mut text = body.to_string();
        if self.lot.chance(30) {
            text = text.replace(',', " , ");
        }
        let action = *self.lot.one(&["createLink", "createLink", "microsoft.graph.createLink"]);
        let slash = if self.lot.chance(5) { "/" } else { "" };
        let path = format!("{}/{action}{slash}", self.address(item));
        self.last = Some((who, path.clone(), text.clone()));
        let reply = self.send(who, "POST", &path, &text);
        let Reply::Answer(answer) = &reply else { panic!() };
        if let Ok(permission) = answer.json()
            && answer.is_success()
            && let (Some(id), Some(url)) =
                (permission["id"].as_str(), permission["link"]["webUrl"].as_str())
        {
            self.links.push((item, id.to_owned(), url.to_owned()));
        }
        self.asked.push(Asked { body, status: answer.status });
        let in_batch = self.lot.chance(10) && !path.contains("//");
        if in_batch {
            self.record_batch(who, "POST", &path, Some(&text), &reply);
        } else if !self.lot.chance(10) {
            self.record(who, "POST", &path, &text, &reply);
        } else {
            // Nobody saw it.
            self.asked.pop();
        }
    }

    fn ask_again(&mut self) {
        let Some((who, path, text)) = self.last.clone() else { return };
        let reply = self.send(who, "POST", &path, &text);
        self.record(who, "POST", &path, &text, &reply);
    }

    fn record_batch(
        &mut self,
        who: Who,
        method: &str,
        path: &str,
        body: Option<&str>,
        reply: &Reply,
    ) {
        let Reply::Answer(answer) = reply else { panic!() };
        let body: Value = body.map_or(Value::Null, |it| serde_json::from_str(it).unwrap());
        let request =
            json!({"requests": [{"id": "1", "method": method, "url": path, "body": body}]});
        let headers: serde_json::Map<String, Value> =
            answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let answered = json!({"responses": [{
            "id": "1", "status": answer.status, "headers": headers,
            "body": answer.json().cloned().unwrap_or_default(),
        }]});
        let reply = Reply::Answer(Answer {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: answered.to_string().into(),
            not_utf8: false,
        });
        let query = if self.lot.chance(30) { "?x=1" } else { "" };
        self.record(who, "POST", &format!("/$batch{query}"), &request.to_string(), &reply);
    }

    fn list(&mut self) {
        let item = self.lot.next(self.items.len());
        let (who, _) = *self.lot.one(&PEOPLE);
        let path = format!("{}/permissions", self.address(item));
        let mut reply = self.send(who, "GET", &path, "");
        let query = *self.lot.one(&[
            "",
            "",
            "",
            "?$select=id,grantedTo,roles",
            "?%24select=link",
            "?$filter=roles/any(r:r eq 'owner')",
            "?$top=1",
            "?$skiptoken=1",
            "?$expand=x",
        ]);
        if let Reply::Answer(answer) = &mut reply
            && answer.status == 200
        {
            let mut list = answer.json().unwrap().clone();
            leave_out(&mut list, query);
            answer.body = list.to_string().into();
        }
        self.record(who, "GET", &format!("{path}{query}"), "", &reply);
    }

    fn read(&mut self) {
        let Some((item, id, _)) = self.links.last().cloned() else { return };
        let (who, _) = *self.lot.one(&PEOPLE);
        let path = format!("{}/permissions/{id}", self.address(item));
        let reply = self.send(who, "GET", &path, "");
        self.record(who, "GET", &path, "", &reply);
    }

    /// A link ends, in any way; not all of them are seen as what they are.
    fn remove(&mut self) {
        if self.links.is_empty() {
            return;
        }
        let chosen = self.lot.next(self.links.len());
        let (item, id, url) = self.links.swap_remove(chosen);
        let address = self.address(item);
        let by_id = format!("/drives/{}/items/{}", self.mock.drive_id(), self.items[item].id);
        let path = format!("{by_id}/permissions/{id}");
        let reply = self.send(Who::Owner, "DELETE", &path, "");
        let done = |status| {
            Reply::Answer(Answer { status, headers: Vec::new(), body: "".into(), not_utf8: false })
        };
        match self.lot.next(9) {
            // In a browser, unseen; what is presumed of the minutes after a request is presumed here too.
            0 => self.now = self.now.checked_add(6.minutes()).unwrap(),
            1 => self.record(Who::Owner, "DELETE", &format!("{address}/permissions/{id}"), "", &reply),
            2 => {
                let share = format!("/shares/{}/permission", share(&url));
                self.record(Who::Owner, "DELETE", &share, "", &done(204));
            }
            3 => self.record_batch(Who::Owner, "DELETE", &path, None, &reply),
            4 => {
                let revoke = format!("{address}/permissions/{id}/revokeGrants");
                self.record(Who::Owner, "POST", &revoke, r#"{"grantees":[]}"#, &done(200));
            }
            5 => self.record(
                Who::Owner,
                "POST",
                "https://contoso.sharepoint.com/_api/web/GetFileById('x')/ListItemAllFields/UnshareLink",
                "{}",
                &done(200),
            ),
            6 => self.record(Who::Owner, "DELETE", &path, "", &done(504)),
            7 => self.record(Who::Owner, "DELETE", &path, "", &done(404)),
            _ => self.record(Who::Owner, "DELETE", &path, "", &reply),
        }
    }

    fn invite(&mut self) {
        let item = self.lot.next(self.items.len());
        let path = format!("{}/invite", self.address(item));
        let body = json!({
            "recipients": [{"email": self.mock.second_user_principal_name()}],
            "roles": ["read"], "requireSignIn": true, "sendInvitation": false,
        });
        let reply = self.send(Who::Owner, "POST", &path, &body.to_string());
        if self.lot.chance(70) {
            self.record(Who::Owner, "POST", &path, &body.to_string(), &reply);
        }
    }

    fn tell(mut self, length: usize) -> Vec<Asked> {
        let items = 1 + self.lot.next(2);
        for index in 0..items {
            self.make_item(index);
        }
        for _ in 0..length {
            match self.lot.next(10) {
                0..=3 => self.ask(),
                4 => self.ask_again(),
                5 | 6 => self.list(),
                7 => self.remove(),
                8 => self.read(),
                _ => self.invite(),
            }
            self.time_passes();
        }
        self.asked
    }
}

fn share(url: &str) -> String {
    use base64::Engine as _;
    format!("u!{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(url))
}

/// What a query leaves out of a list, as Graph does it.
fn leave_out(list: &mut Value, query: &str) {
    let entries = list["value"].as_array_mut().unwrap();
    if let Some(names) = query.strip_prefix("?$select=").or(query.strip_prefix("?%24select=")) {
        let names: Vec<&str> = names.split(',').collect();
        for entry in entries.iter_mut() {
            entry.as_object_mut().unwrap().retain(|name, _| names.contains(&name.as_str()));
        }
    } else if query.starts_with("?$filter") {
        entries.retain(|it| it["roles"].to_string().contains("owner"));
    } else if query == "?$top=1" {
        entries.truncate(1);
    } else if query.starts_with("?$skiptoken") && !entries.is_empty() {
        entries.remove(0);
    }
}

fn options(product: Product, with: Option<&str>) -> Options {
    Options {
        deviation: with.map(|name| deviation(name).unwrap_or_else(|| panic!("{name}"))),
        clock: Clock::virtual_time(),
        bind: ([127, 0, 0, 1], 4011).into(),
        ..Options::new(product)
    }
}

/// Tells sessions to one collector; items are new in each.
fn told(product: Product, with: Option<&str>, seed: u64, count: usize) -> (Collector, Vec<Asked>) {
    let mut collector = collector(Some(product));
    let mut lot = Lot(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut number = 0;
    let mut asked = Vec::new();
    let mock = Mock::in_process(options(product, with));
    for _ in 0..count {
        let length = 4 + lot.next(14);
        let session = Session {
            mock: &mock,
            product,
            lot: &mut lot,
            collector: &mut collector,
            number: &mut number,
            now: Timestamp::now(),
            items: Vec::new(),
            links: Vec::new(),
            asked: Vec::new(),
            last: None,
        };
        asked.extend(session.tell(length));
    }
    (collector, asked)
}

fn is_about_the_service(id: &str) -> bool {
    !id.starts_with("SDK-")
}

fn tenant() -> Tenant {
    Tenant { premium: Some(true), expiration_policy_days: Some(0), ..Tenant::default() }
}

#[test]
fn a_conforming_service_is_never_red() -> Result<(), String> {
    let suite = suite();
    const SESSIONS_AT_ONCE: usize = 84;
    for product in Product::ALL {
        let mut held = std::collections::BTreeSet::new();
        for seed in 0..8 {
            let (collector, _) = told(product, None, seed + 1, SESSIONS_AT_ONCE);
            let gathered = collector.gather();
            assert_eq!(gathered.counts.left_out, 0);
            let rules = judged(&suite, &gathered, &tenant());
            let mut red = with_verdict(&rules, Verdict::Fail);
            red.extend(with_verdict(&rules, Verdict::Warn));
            red.retain(|id, _| is_about_the_service(id));
            holds(red.is_empty(), || format!("{product} {seed}: {red:#?}"))?;
            held.extend(with_verdict(&rules, Verdict::Pass).into_keys());
        }
        // A batch may have no case of one of them; all of a product's together have.
        for id in ["PERM-01", "TYPE-05", "IDEM-02", "IDEM-03", "IDEM-04", "SIDE-01", "TYPE-11"] {
            holds(held.contains(id), || format!("{product}: {id} has no case"))?;
        }
    }
    Ok(())
}

/// A deviation, the products that show it, the rule it breaks, and what has to be in the recording to prove it.
type Proven = (&'static str, &'static [Product], &'static str, fn(&Asked) -> bool);

fn granted(asked: &Asked, link_type: &str) -> bool {
    matches!(asked.status, 200 | 201) && asked.body["type"] == link_type
}

const WORK: &[Product] = &[Product::Business, Product::SharePoint];
const PERSONAL: &[Product] = &[Product::Personal];

const PROVEN: [Proven; 7] = [
    ("embed-off-personal-accepted", WORK, "TYPE-08", |it| granted(it, "embed")),
    ("unknown-type-as-view", &Product::ALL, "TYPE-11", |it| granted(it, "owner")),
    ("unknown-scope-as-default", &Product::ALL, "SCOPE-14", |it| {
        matches!(it.status, 200 | 201) && it.body["scope"] == "everyone"
    }),
    ("organization-on-personal", PERSONAL, "SCOPE-09", |it| {
        matches!(it.status, 200 | 201) && it.body["scope"] == "organization"
    }),
    ("expiration-dropped", WORK, "EXP-01", expires_later),
    ("expiration-later", WORK, "EXP-02", expires_later),
    ("view-grants-write", &Product::ALL, "TYPE-05", |it| granted(it, "view")),
];

fn expires_later(asked: &Asked) -> bool {
    let until =
        asked.body["expirationDateTime"].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    asked.status == 201 && until.is_some_and(|it| it > Timestamp::now())
}

fn proves(suite: &Suite, proven: &Proven, product: Product) -> Result<(), String> {
    let (name, _, rule, shows) = proven;
    let mut shown = 0;
    for seed in 0..6 {
        let (collector, asked) = told(product, Some(name), seed + 100, 4);
        let gathered = collector.gather();
        if gathered.counts.create_link == 0 {
            continue;
        }
        let rules = judged(suite, &gathered, &tenant());
        let verdict = rules.iter().find(|it| it.id == *rule).map(|it| it.verdict);
        let is_found = matches!(verdict, Some(Verdict::Fail | Verdict::Warn));
        if asked.iter().any(shows) {
            shown += 1;
            holds(is_found, || format!("{name} on {product}, {seed}: {rule} is {verdict:?}"))?;
        }
    }
    holds(shown > 0, || format!("{name} shows in no session on {product}"))
}

#[test]
fn what_a_session_proves_is_not_green() -> Result<(), String> {
    let suite = suite();
    for proven in &PROVEN {
        for product in proven.1 {
            proves(&suite, proven, *product)?;
        }
    }
    Ok(())
}
