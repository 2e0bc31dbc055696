//! Hand-made recordings for the unit tests of checks.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::graph::{
    Answer, Body, Exchange, Identity, Product, Purpose, Recording, Reply, Request, Tenant,
};
use crate::judge::evidence::Evidence;
use crate::judge::finding::outcome::{Judgement, Outcome};

/// A story being told, one line after the other.
pub(super) struct Telling {
    recording: Recording,
    next_act: usize,
    asked: usize,
}

/// What a check comes to on one story, told on a personal drive.
pub(super) fn judged(telling: Telling, check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
    let run = [telling.done()];
    check(&evidence(&run, Product::Personal, &Tenant::default()))
}

/// A view link as a service answers it.
pub(super) fn view(id: &str) -> Value {
    json!({"id": id, "roles": ["read"], "hasPassword": false,
        "link": {"type": "view", "scope": "anonymous", "webUrl": format!("https://1drv.ms/{id}")}})
}

/// The body of a refusal.
pub(super) fn refusal(code: &str) -> Value {
    json!({"error": {"code": code, "message": "refused", "innerError": {"request-id": "1"}}})
}

/// The evidence of a run whose first story is the scenario's own.
pub(super) fn evidence<'e>(
    run: &'e [Recording],
    product: Product,
    tenant: &'e Tenant,
) -> Evidence<'e> {
    Evidence { story: &run[0], run, product, tenant, overview: None }
}

/// What a check says of one story on a personal drive about which nothing is declared.
pub(super) fn on_personal(
    telling: Telling,
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    judge(Product::Personal, &Tenant::default(), &[telling.done()], check)
}

/// The body of a request for a link of that type and scope.
pub(super) fn request(link_type: &str, scope: &str) -> Value {
    json!({"type": link_type, "scope": scope})
}

/// A link as a service answers it.
pub(super) fn link(id: &str, link_type: &str, scope: &str) -> Value {
    let role = if link_type == "edit" { "write" } else { "read" };
    json!({"id": id, "roles": [role],
        "link": {"type": link_type, "scope": scope, "webUrl": format!("https://1drv.ms/{id}")}})
}

/// A permission with a member set, or changed, or removed by null.
pub(super) fn with(mut permission: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    permission.pointer_mut(parent).unwrap()[name] = value;
    permission
}

/// What a check says of a run of these stories, the first of them the scenario's own.
pub(super) fn judge(
    product: Product,
    tenant: &Tenant,
    run: &[Recording],
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    check(&evidence(run, product, tenant))
}

/// What a check says of one story on a business drive about which nothing is declared.
pub(super) fn on_business(
    telling: Telling,
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    judge(Product::Business, &Tenant::default(), &[telling.done()], check)
}

/// A word for a judgement, so that tests read as a table.
pub(super) fn word(judgement: &Judgement) -> &'static str {
    match judgement {
        Ok(None) => "holds",
        Ok(Some(_)) => "seen",
        Err(Outcome::Broken { .. }) => "broken",
        Err(Outcome::Doubtful { .. }) => "doubtful",
        Err(Outcome::Inconclusive { .. }) => "inconclusive",
        Err(Outcome::NotRun { .. }) => "not run",
        Err(Outcome::NotApplicable { .. }) => "not applicable",
    }
}

impl Telling {
    pub(super) fn new() -> Self {
        Self { recording: Recording::default(), next_act: 0, asked: 0 }
    }

    pub(super) fn done(self) -> Recording {
        self.recording
    }

    /// An exchange of a new line.
    pub(super) fn exchange(
        mut self,
        purpose: Purpose,
        item: &str,
        status: u16,
        body: &Value,
    ) -> Self {
        let number = u32::try_from(self.recording.exchanges.len() + 1).unwrap();
        self.recording.exchanges.push(Exchange {
            number,
            act: self.next_act,
            purpose,
            identity: Identity::Owner,
            item: Some(item.to_owned()),
            link: None,
            retried: false,
            sent: Timestamp::UNIX_EPOCH,
            milliseconds: 1,
            request: Request {
                method: if purpose == Purpose::WrongMethod { "GET" } else { "POST" }.into(),
                url: "https://graph.example/v1.0/me/drive/items/1/createLink".into(),
                headers: vec![("content-type".into(), "application/json".into())],
                body: None,
            },
            answer: Reply::Answer(Answer {
                status,
                headers: vec![
                    ("content-type".into(), "application/json; charset=utf-8".into()),
                    ("request-id".into(), "r".into()),
                ],
                body: if body.is_null() { Body::default() } else { body.to_string().into() },
                not_utf8: false,
            }),
        });
        self.next_act += 1;
        self
    }

    fn last(&mut self) -> &mut Exchange {
        self.recording.exchanges.last_mut().unwrap()
    }

    pub(super) fn made(self, item: &str) -> Self {
        let id = format!("{item}-id");
        self.exchange(Purpose::SetUp, item, 201, &json!({"id": id, "size": 3, "cTag": "c1"}))
            .with_body("first content")
    }

    pub(super) fn file(self) -> Self {
        self.made("file")
    }

    /// The owner asks for a link to the file.
    pub(super) fn asks(self, request: Value, status: u16, body: Value) -> Self {
        self.asks_for("file", request, status, body)
    }

    pub(super) fn asks_for(self, item: &str, request: Value, status: u16, body: Value) -> Self {
        let mut telling =
            self.exchange(Purpose::CreateLink, item, status, &body).with_body(&request.to_string());
        let link = telling.asked;
        telling.last().link = Some(link);
        telling.asked += 1;
        telling
    }

    /// An earlier attempt of the next request failed.
    pub(super) fn fails_first(mut self, status: u16, headers: &[(&str, &str)]) -> Self {
        let link = self.asked;
        self = self.exchange(Purpose::CreateLink, "file", status, &refusal("x"));
        self.last().link = Some(link);
        self.last().retried = true;
        self.next_act -= 1;
        self.with_headers(headers)
    }

    /// The permissions of an item, read at the end of the line before.
    pub(super) fn lists(mut self, item: &str, permissions: &Value) -> Self {
        self.next_act -= 1;
        self.exchange(Purpose::ListPermissions, item, 200, &json!({"value": permissions}))
    }

    /// Something about the link of a request.
    pub(super) fn about(self, purpose: Purpose, link: usize, status: u16, body: Value) -> Self {
        let mut telling = self.exchange(purpose, "file", status, &body);
        telling.last().link = Some(link);
        telling
    }

    pub(super) fn by(mut self, identity: Identity) -> Self {
        self.last().identity = identity;
        self
    }

    pub(super) fn with_body(mut self, body: &str) -> Self {
        self.last().request.body = Some(body.into());
        self
    }

    /// Further headers of the last answer; one of the same name gives way.
    pub(super) fn with_headers(mut self, headers: &[(&str, &str)]) -> Self {
        if let Reply::Answer(answer) = &mut self.last().answer {
            for (name, value) in headers {
                answer.headers.retain(|(known, _)| known != name);
                answer.headers.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        self
    }

    /// The last answer's body as it is, JSON or not.
    pub(super) fn with_answer(mut self, body: &str) -> Self {
        if let Reply::Answer(answer) = &mut self.last().answer {
            answer.body = body.into();
        }
        self
    }
}
