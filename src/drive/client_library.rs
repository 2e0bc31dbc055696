//! createLink through a client library, on a real target.
//!
//! The library is given a relay on loopback as its service root, and a token that is worth nothing anywhere
//! else. What arrives there is looked at, and sent on by the one way out there is: with the real token, noted
//! in the journal, counted, redacted and recorded. So the library's process never holds a token of the tenant,
//! and it can share the items of its story and do nothing else.

use futures::future::BoxFuture;
use percent_encoding::percent_decode_str;
use reqwest::Method;
use serde_json::Map;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::heard::{redacted_asking, redacted_surfaced};
use super::telling::{Missing, Teller};
use super::{Entry, throttle};
use crate::caller::Outgoing;
use crate::graph::{
    Address, Asking, Call, Exchange, Failure, FailureKind, Gap, Identity, ItemAddress, Listener,
    Purpose, Reply, Request, Surfaced, Unredacted, WireAnswer, WireRequest,
};
use crate::story::{Ask, AskBody, MediaType, Way};

/// A client library that asks for links in place of linkspec's own client.
pub trait ClientLibrary: Send + Sync {
    /// Whether it can name items below `/drives`, `/groups`, `/me`, `/sites` or `/users`.
    fn knows(&self, kind: &str) -> bool;

    /// Has it ask once. What it sends goes to `arrivals`; its service root is its own business.
    fn ask<'l>(
        &'l self,
        asking: &'l Asking,
        arrivals: mpsc::Sender<Arrived>,
    ) -> BoxFuture<'l, Surfaced>;

    /// Takes down what came of it, redacted. Requests are numbered by their place in the story.
    fn heard(&self, lines: &[String], call: Call);
}

/// A request of a client library, waiting for its answer.
#[derive(Debug)]
pub struct Arrived {
    /// The HTTP method.
    pub method: String,
    /// The request target as written.
    pub target: String,
    /// Header fields in order, names as written.
    pub headers: Vec<(String, String)>,
    /// The body, its `Content-Encoding` undone.
    pub body: String,
    /// Why the bytes of the body are not what the header fields say they are.
    pub body_fault: Option<String>,
    /// Where its answer is waited for.
    pub answer: oneshot::Sender<Reply>,
}

/// Header fields that belong to one connection, or are written anew.
const NOT_SENT_ON: [&str; 9] = [
    "host",
    "connection",
    "keep-alive",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "accept-encoding",
    "expect",
    "authorization",
];

impl Teller<'_> {
    /// Has the library ask, and sends on what it sends.
    pub(super) async fn ask_through(
        &mut self,
        library: &dyn ClientLibrary,
        ask: &Ask,
        index: usize,
    ) -> Result<(), Missing> {
        let asking = match self.asking(library, ask) {
            Ok(asking) => asking,
            Err(gap) => {
                library.heard(&self.recording.lines, self.not_asked(&gap));
                return Err(gap);
            }
        };
        if let Some(item) = self.items.get(&ask.item) {
            self.note(Entry::WillAskForLink { item_id: item.id.clone() })?;
        }
        let began = self.target.wire.clock.now();
        let mut wire: Vec<WireRequest> = Vec::new();
        let mut open_outcome = false;
        let (sender, mut arrivals) = mpsc::channel(1);
        let mut asked = library.ask(&asking, sender);
        let surfaced = loop {
            tokio::select! {
                biased;
                Some(arrived) = arrivals.recv() => {
                    // Any process of this machine can reach the relay. What has neither its token nor the id
                    // of the item is not from the library.
                    if !is_of_the_library(&arrived, &asking) {
                        let reply = Reply::Answer(refusal("it is not from the library"));
                        // Whoever it was may have hung up.
                        let _ = arrived.answer.send(reply);
                        continue;
                    }
                    let since = self.milliseconds_since(began);
                    let (request, reply) = self.send_on(arrived, &asking, ask, index, &wire).await;
                    open_outcome = match &reply.0 {
                        Reply::Nothing(failure) => failure.failure != FailureKind::NoConnection,
                        Reply::Answer(answer) => matches!(answer.status, 408 | 500 | 502 | 504),
                    };
                    if let Some(mut request) = request {
                        request.arrived_ms = since;
                        request.answer.answered_ms = self.milliseconds_since(began);
                        request.answer.wait_until_ms = request.answer.wait_until_ms
                            .map(|wait| wait + request.answer.answered_ms);
                        wire.push(request);
                    }
                }
                surfaced = &mut asked => break surfaced,
            }
        };
        drop(asked);
        if open_outcome {
            self.look_for_lost_link(&ask.item).await;
        }
        let sent_any = !wire.is_empty();
        let gap = match &surfaced {
            Surfaced::Unsupported(reason) => {
                Some(Gap::NotRun(format!("the adapter says: {reason}")))
            }
            Surfaced::Lost(reason) | Surfaced::Crashed(reason) | Surfaced::Hung(reason)
                if !sent_any =>
            {
                Some(Gap::Inconclusive(reason.clone()))
            }
            _ if !sent_any && !self.target.wire.budget_is_left() => {
                Some(Gap::NotRun(super::OVER_BUDGET.to_owned()))
            }
            other if !sent_any => Some(Gap::Inconclusive(format!(
                "the library sent no request and surfaced {}",
                crate::judge::requests::surfaced_text(other)
            ))),
            _ => None,
        };
        let redactor = &self.target.wire.redactor;
        let call = Call {
            asked: redacted_asking(redactor, asking),
            wire,
            surfaced: redacted_surfaced(redactor, surfaced),
        };
        library.heard(&self.recording.lines, call);
        gap.map_or(Ok(()), Err)
    }

    /// What the library is asked for, where it can be.
    fn asking(&self, library: &dyn ClientLibrary, ask: &Ask) -> Result<Asking, Missing> {
        let cannot = |what: &str| Gap::NotRun(format!("a client library {what}"));
        if matches!(ask.by, Identity::NoToken | Identity::InvalidToken) {
            return Err(cannot("is asked with the token of somebody who is signed in"));
        }
        if ask.media_type != MediaType::Json {
            return Err(cannot("labels the body itself"));
        }
        if !self.target.wire.wallet.identities().any(|it| it == ask.by) {
            return Err(Gap::NotRun(format!(
                "no token for {} ({})",
                ask.by.phrase(),
                ask.by.token_variable().unwrap_or_default()
            )));
        }
        let AskBody::Members(members) = &ask.body else {
            return Err(cannot("writes the body itself"));
        };
        let mut request = Map::new();
        for member in members {
            request.insert(member.name.clone(), self.value(&member.value));
        }
        // Declared and reachable, exactly as for linkspec's own client.
        self.create_link_path(&ask.item, ask.way)?;
        let drive = match ask.way {
            Way::Usual | Way::MalformedItem => self.target.drive.clone(),
            Way::ByPath => return Err(cannot("is asked for items by their ids")),
            Way::QualifiedAction | Way::EncodedIds => {
                return Err(cannot("writes the address itself"));
            }
            Way::Drives => self.reached("drives")?,
            Way::Groups => self.reached("groups")?,
            Way::Me => self.reached("me")?,
            Way::Sites => self.reached("sites")?,
            Way::Users => self.reached("users")?,
        };
        // The usual way is whatever the library knows: most know no other than /drives.
        let drive = match drive {
            other if library.knows(other.kind()) => other,
            _ if ask.way == Way::Usual && library.knows("drives") => {
                Address::Drive(self.target.drive_id.clone())
            }
            other => {
                let reason = format!("the library has no way to name /{}", other.kind());
                return Err(Gap::NotRun(reason));
            }
        };
        let item_id = match ask.way {
            Way::MalformedItem => "not-an-item-id".to_owned(),
            _ => self.item(&ask.item)?.id.clone(),
        };
        Ok(Asking {
            base_url: self.target.base.to_string(),
            token: format!("linkspec-relay-{}", uuid::Uuid::new_v4().simple()),
            address: item_address(drive, item_id),
            request,
        })
    }

    /// What is heard of a request that could not be asked for, so that later ones keep their places.
    fn not_asked(&self, gap: &Gap) -> Call {
        let (Gap::NotRun(reason) | Gap::Inconclusive(reason)) = gap;
        Call {
            asked: Asking {
                base_url: self.target.base.to_string(),
                token: String::new(),
                address: ItemAddress::Me { item_id: String::new() },
                request: Map::new(),
            },
            wire: Vec::new(),
            surfaced: Surfaced::Unsupported(reason.clone()),
        }
    }

    fn reached(&self, kind: &'static str) -> Result<Address, Missing> {
        match self.target.addresses.get(kind) {
            Some(super::Reached::Here(address)) => Ok(address.clone()),
            Some(super::Reached::No(reason)) => Err(Gap::NotRun(reason.clone())),
            None => Err(Gap::NotRun(format!("no {kind} address of this drive is declared"))),
        }
    }

    /// Sends one request on and answers it. Gives the request as it was recorded.
    async fn send_on(
        &mut self,
        arrived: Arrived,
        asking: &Asking,
        ask: &Ask,
        index: usize,
        earlier: &[WireRequest],
    ) -> (Option<WireRequest>, Unredacted<Reply>) {
        let before = self.recording.exchanges.len();
        let about = self.about(
            Purpose::CreateLink,
            identity_of(&arrived, asking, ask.by),
            Some(&ask.item),
            Some(index),
        );
        let outgoing = match self.outgoing_of(&arrived, asking, earlier.len()) {
            Ok(_) if !self.target.wire.wait_for_turn().await => {
                Err("the run was interrupted".to_owned())
            }
            outgoing => outgoing,
        };
        let reply = match outgoing {
            Ok(outgoing) => {
                let reply = self.target.wire.send(&outgoing, &about, &mut self.recording).await;
                if self.recording.exchanges.len() > before {
                    self.target.wire.note_outcome(&outgoing, &about, &reply.0);
                }
                self.keep(&reply, ask, index);
                reply
            }
            Err(reason) => {
                let detail = format!("linkspec did not send it on: {reason}");
                let failure = Failure { failure: FailureKind::NoConnection, detail };
                let reply = Unredacted(Reply::Nothing(failure));
                self.recording.exchanges.push(self.not_sent_on(&arrived, &about, &reply.0));
                reply
            }
        };
        let request = (self.recording.exchanges.len() > before).then(|| {
            self.give_way(earlier);
            self.wire_request(&arrived, asking)
        });
        let told = match &reply.0 {
            // What was not sent is refused, so that the library does not try for ever.
            Reply::Nothing(failure) if failure.failure == FailureKind::NoConnection => {
                Reply::Answer(refusal(&failure.detail))
            }
            other => other.clone(),
        };
        // A library that has hung up does not wait for it.
        let _ = arrived.answer.send(told);
        (request, reply)
    }

    /// Of several requests for one call that one counts whose answer settled the matter.
    fn give_way(&mut self, earlier: &[WireRequest]) {
        let Some(newest) = self.recording.exchanges.len().checked_sub(1) else { return };
        let settled = earlier
            .iter()
            .filter_map(|it| it.answer.status)
            .any(|status| status != 401 && status != 408 && status != 429 && status < 500);
        if settled {
            self.recording.exchanges[newest].retried = true;
            return;
        }
        for request in earlier {
            let place = request.number as usize;
            if let Some(exchange) = self.recording.exchanges.get_mut(place.saturating_sub(1)) {
                exchange.retried = true;
            }
        }
    }

    /// The request as linkspec sends it on: createLink for the very item that was asked for, to the service
    /// root, and not for ever.
    fn outgoing_of(
        &self,
        arrived: &Arrived,
        asking: &Asking,
        earlier: usize,
    ) -> Result<Outgoing, String> {
        if let Some(reason) = self.target.wire.stopped() {
            return Err(reason);
        }
        if earlier >= self.target.wire.patience.attempts {
            return Err(format!("it is request {} for one call", earlier + 1));
        }
        if let Some(fault) = &arrived.body_fault {
            return Err(fault.clone());
        }
        if arrived.method != "POST" || !names_the_item(&arrived.target, asking) {
            return Err("it is not createLink for the item asked for".to_owned());
        }
        let base = &self.target.base;
        let url = format!("{}{}", base.origin().ascii_serialization(), arrived.target);
        let url = Url::parse(&url).map_err(|error| error.to_string())?;
        if url.origin() != base.origin() {
            return Err("it leads to another host".to_owned());
        }
        let headers = arrived
            .headers
            .iter()
            .filter(|(name, _)| !NOT_SENT_ON.iter().any(|it| name.eq_ignore_ascii_case(it)))
            .cloned()
            .collect();
        let body = (!arrived.body.is_empty()).then(|| arrived.body.as_str().into());
        Ok(Outgoing { method: Method::POST, url, headers, body, bare: false })
    }

    fn not_sent_on(
        &self,
        arrived: &Arrived,
        about: &super::wire::About,
        reply: &Reply,
    ) -> Exchange {
        let redactor = &self.target.wire.redactor;
        let request = Request {
            method: arrived.method.clone(),
            url: format!("{}{}", self.target.base.origin().ascii_serialization(), arrived.target),
            headers: lower(&arrived.headers),
            body: (!arrived.body.is_empty()).then(|| arrived.body.as_str().into()),
        };
        about.exchange(
            self.target.wire.clock.now(),
            0,
            redactor.request(&request),
            redactor.reply(reply, self.target.base.as_str()),
        )
    }

    /// The request last recorded as the library put it on the wire, redacted.
    fn wire_request(&self, arrived: &Arrived, asking: &Asking) -> WireRequest {
        let redactor = &self.target.wire.redactor;
        let number = u32::try_from(self.recording.exchanges.len()).unwrap_or(u32::MAX);
        let last = self.recording.exchanges.last();
        let redacted = redactor.request(&Request {
            method: arrived.method.clone(),
            url: format!("{}{}", self.target.base.origin().ascii_serialization(), arrived.target),
            headers: arrived.headers.clone(),
            body: Some(arrived.body.as_str().into()),
        });
        // The token of the relay is worth nothing; rules look whether it is there, and once.
        let headers = redacted
            .headers
            .into_iter()
            .zip(&arrived.headers)
            .map(|(redacted, (name, value))| {
                if value.contains(&asking.token) { (name.clone(), value.clone()) } else { redacted }
            })
            .collect();
        let answer = last.and_then(|it| it.answer());
        let wait = answer.and_then(|it| throttle::retry_after(it, self.target.wire.clock.now()));
        WireRequest {
            number,
            listener: Listener::Service,
            at: last.map_or_else(|| self.target.wire.clock.now(), |it| it.sent),
            arrived_ms: 0.0,
            method: arrived.method.clone(),
            target: path_and_query(&redacted.url).to_owned(),
            headers,
            body: redacted.body.unwrap_or_default().to_string(),
            body_fault: arrived.body_fault.clone(),
            answer: WireAnswer {
                status: answer.map(|it| it.status),
                headers: answer.map(|it| it.headers.clone()).unwrap_or_default(),
                body: answer.map(|it| it.body.to_string()).unwrap_or_default(),
                answered_ms: 0.0,
                wait_until_ms: wait.map(|it| it.as_secs_f64() * 1000.0),
            },
        }
    }

    fn milliseconds_since(&self, began: jiff::Timestamp) -> f64 {
        self.target.wire.clock.now().duration_since(began).as_secs_f64() * 1000.0
    }
}

/// Who a request is from: the token of the relay stands for the one who was to ask.
fn identity_of(arrived: &Arrived, asking: &Asking, by: Identity) -> Identity {
    let mut found =
        arrived.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(
            |(_, value)| value.split_once(' ').map_or(value.as_str(), |(_, token)| token.trim()),
        );
    match (found.next(), found.next()) {
        (None, _) => Identity::NoToken,
        (Some(token), None) if token == asking.token => by,
        _ => Identity::InvalidToken,
    }
}

/// Whether a request can be the library's: it has the token that was made for this call, or names the item,
/// whose id nobody else was told.
fn is_of_the_library(arrived: &Arrived, asking: &Asking) -> bool {
    let has_token = arrived.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("authorization") && value.contains(&asking.token)
    });
    has_token
        || arrived.target.contains(&asking.token)
        || mentions_the_item(&arrived.target, asking)
}

fn mentions_the_item(target: &str, asking: &Asking) -> bool {
    let asked = asking.address.segments();
    let Some(id) = asked.iter().rev().nth(1).copied() else { return false };
    percent_decode_str(target).decode_utf8_lossy().contains(id) || target.contains(id)
}

/// Whether a target ends in `items/{id}/createLink` for that id, however it is written.
fn names_the_item(target: &str, asking: &Asking) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<String> = path
        .split('/')
        .filter(|it| !it.is_empty())
        .map(|it| percent_decode_str(it).decode_utf8_lossy().into_owned())
        .collect();
    let asked = asking.address.segments();
    // Dot segments would lead elsewhere once the URL is read.
    !segments.iter().any(|it| it == "." || it == "..")
        && segments.len() >= 3
        && segments[segments.len() - 3..].iter().eq(asked[asked.len() - 3..].iter())
}

fn item_address(drive: Address, item_id: String) -> ItemAddress {
    match drive {
        Address::Drive(drive_id) => ItemAddress::Drives { drive_id, item_id },
        Address::Group(group_id) => ItemAddress::Groups { group_id, item_id },
        Address::Me => ItemAddress::Me { item_id },
        Address::Site(site_id) => ItemAddress::Sites { site_id, item_id },
        Address::User(user_id) => ItemAddress::Users { user_id, item_id },
    }
}

fn refusal(reason: &str) -> crate::graph::Answer {
    let body = serde_json::json!({"error": {"code": "notSentOn", "message": reason}});
    crate::graph::Answer {
        status: 403,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
        not_utf8: false,
    }
}

fn lower(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect()
}

fn path_and_query(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking() -> Asking {
        Asking {
            base_url: "https://graph.microsoft.com/v1.0".to_owned(),
            token: "worth-nothing".to_owned(),
            address: ItemAddress::Drives { drive_id: "b!d".into(), item_id: "01A!2".into() },
            request: Map::new(),
        }
    }

    #[test]
    fn only_create_link_for_the_item_of_the_story_is_sent_on() {
        for target in [
            "/v1.0/drives/b!d/items/01A!2/createLink",
            "/v1.0/drives/b!d/items/01A%212/createLink",
            "/v1.0//drives/b%21d/items/01A!2/createLink?x=1",
        ] {
            assert!(names_the_item(target, &asking()), "{target}");
        }
        for target in [
            "/v1.0/drives/b!d/items/other/createLink",
            "/v1.0/drives/b!d/items/01A!2",
            "/v1.0/drives/b!d/items/01A!2/invite",
            "/v1.0/drives/b!d/items/../items/01A!2/createLink",
            "/v1.0/drives/b!d/items/%2e%2e/items/01A!2/createLink",
            "/",
        ] {
            assert!(!names_the_item(target, &asking()), "{target}");
        }
    }

    #[test]
    fn what_has_neither_the_token_nor_the_item_is_not_from_the_library() {
        let arrived = |target: &str, value: Option<&str>| Arrived {
            method: "POST".into(),
            target: target.into(),
            headers: value.iter().map(|it| ("Authorization".into(), (*it).into())).collect(),
            body: String::new(),
            body_fault: None,
            answer: oneshot::channel().0,
        };
        for (target, value, is) in [
            ("/v1.0/me", Some("Bearer worth-nothing"), true),
            ("/v1.0/drives/b!d/items/01A%212/createLink", None, true),
            ("/v1.0/drives/b!d/items/01A!2/createLink", Some("Bearer of the tenant"), true),
            ("/v1.0/drives/x/items/y/createLink", None, false),
            ("/v1.0/drives/x/items/y/createLink", Some("Bearer other"), false),
            ("/", None, false),
        ] {
            assert_eq!(is_of_the_library(&arrived(target, value), &asking()), is, "{target}");
        }
    }

    #[test]
    fn the_token_of_the_relay_stands_for_who_was_to_ask() {
        let from = |values: &[&str]| {
            let arrived = Arrived {
                method: "POST".into(),
                target: "/".into(),
                headers: values.iter().map(|it| ("Authorization".into(), (*it).into())).collect(),
                body: String::new(),
                body_fault: None,
                answer: oneshot::channel().0,
            };
            identity_of(&arrived, &asking(), Identity::SecondApp)
        };
        assert_eq!(from(&["Bearer worth-nothing"]), Identity::SecondApp);
        assert_eq!(from(&[]), Identity::NoToken);
        assert_eq!(from(&["Bearer other"]), Identity::InvalidToken);
        assert_eq!(from(&["Bearer worth-nothing", "Bearer other"]), Identity::InvalidToken);
    }
}
