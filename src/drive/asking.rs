//! createLink itself: the request as the story words it, and what is done about a failing service.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Map, Value};

use super::owner::Owner;
use super::telling::{Link, Missing, Teller, describe, is_answered};
use super::throttle;
use super::{Entry, Made, OVER_BUDGET};
use crate::caller::Outgoing;
use crate::graph::{Exchange, FailureKind, Gap, Identity, Purpose, Reply, Unredacted};
use crate::story::{Ask, AskBody, InstantForm, MediaType, Member, MemberValue, Way};

impl Teller<'_> {
    /// Asks for a link and keeps what is needed to speak of it later.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Result<(), Missing> {
        let index = self.links.len();
        self.links.push(None);
        if let Some(gap) = self.target.wire.stopped_gap() {
            return Err(gap);
        }
        self.sign_in(ask.by).await?;
        if let Some(library) = self.target.library.clone() {
            return self.ask_through(&*library, ask, index).await;
        }
        let path = self.create_link_path(&ask.item, ask.way)?;
        self.list_before(&ask.item).await;
        let url = self.target.url(&path);
        let body = self.body(&ask.body);
        let Some(mut outgoing) = self.outgoing(ask.by, Method::POST, url, body) else {
            return Err(Gap::NotRun(format!(
                "no token for {} ({})",
                ask.by.phrase(),
                ask.by.token_variable().unwrap_or_default()
            )));
        };
        if outgoing.body.is_some() || ask.media_type != MediaType::Json {
            let media_type = match ask.media_type {
                MediaType::Json => "application/json",
                MediaType::JsonWithCharset => "application/json; charset=utf-8",
                MediaType::PlainText => "text/plain",
            };
            outgoing.headers.push(("content-type".to_owned(), media_type.to_owned()));
        }
        if let Some(item) = self.items.get(&ask.item) {
            self.note(Entry::WillAskForLink { item_id: item.id.clone() })?;
        }
        let is_first = self.is_first_of_item(ask);
        let mut reply = self.send_ask(&outgoing, ask, index).await?;
        if is_first && is_answered(&reply.0, |it| it.status == 404) {
            reply = self.ask_for_late_item(reply, &outgoing, ask, index).await;
        }
        self.keep(&reply, ask, index);
        Ok(())
    }

    /// Whether the owner has not asked for a link to this item yet, which the story made and which is there.
    fn is_first_of_item(&self, ask: &Ask) -> bool {
        let asked = |it: &Exchange| {
            it.purpose == Purpose::CreateLink && it.item.as_deref() == Some(ask.item.as_str())
        };
        ask.by == Identity::Owner
            && ask.way != Way::MalformedItem
            && self.items.get(&ask.item).is_some_and(|it| !it.deleted)
            && !self.recording.exchanges.iter().any(asked)
    }

    /// Asks once more for a link to an item that was just made and is unknown: it may take a second to be known
    /// everywhere (HAR-07). A 404 made no link.
    async fn ask_for_late_item(
        &mut self,
        unknown: Unredacted<Reply>,
        outgoing: &Outgoing,
        ask: &Ask,
        index: usize,
    ) -> Unredacted<Reply> {
        let wire = &self.target.wire;
        if !wire.budget_is_left() || !wire.wait_for_late_item().await {
            return unknown;
        }
        let earlier = self.recording.exchanges.len() - 1;
        // What cannot be asked again, for whatever reason, was answered once.
        let Ok(reply) = self.send_ask(outgoing, ask, index).await else { return unknown };
        self.recording.exchanges[earlier].retried = true;
        self.target.wire.waited_for_item(!is_answered(&reply.0, |it| it.status == 404));
        reply
    }

    /// Sends createLink. A throttled call is made again after the pause asked for. After an answer that
    /// leaves the outcome open the permissions are listed first, since the call may have taken effect
    /// (ERR-15): only if it did not is it made again.
    async fn send_ask(
        &mut self,
        outgoing: &Outgoing,
        ask: &Ask,
        index: usize,
    ) -> Result<Unredacted<Reply>, Missing> {
        let target = self.target;
        let about = self.about(Purpose::CreateLink, ask.by, Some(&ask.item), Some(index));
        let mut pauses = throttle::back_off();
        let mut attempt = 1;
        let mut earlier: Option<usize> = None;
        loop {
            if !target.wire.wait_for_turn().await {
                return Err(Gap::Inconclusive("the run was interrupted".to_owned()));
            }
            let sent_before = self.recording.exchanges.len();
            let reply = target.wire.send(outgoing, &about, &mut self.recording).await;
            let was_sent = self.recording.exchanges.len() > sent_before;
            if !was_sent && !target.wire.budget_is_left() {
                return Err(Gap::NotRun(OVER_BUDGET.to_owned()));
            }
            if !was_sent && earlier.is_none() {
                return Err(Gap::Inconclusive(describe(&reply.0)));
            }
            if let Some(earlier) = earlier.take().filter(|_| was_sent) {
                self.recording.exchanges[earlier].retried = true;
            }
            let throttled = is_answered(&reply.0, throttle::is_throttled);
            let open_outcome = !throttled
                && (is_answered(&reply.0, |it| matches!(it.status, 408 | 500 | 502 | 504))
                    || (was_sent && is_cut_off(&reply.0)));
            let attempts = if throttled {
                target.wire.patience.attempts
            } else {
                target.wire.patience.attempts.min(3)
            };
            let attempts = target.wire.attempts(outgoing, &about, attempts);
            if !(throttled || open_outcome) || attempt >= attempts {
                if matches!(reply.0, Reply::Nothing(_)) || open_outcome {
                    self.look_for_lost_link(&ask.item).await;
                }
                if let Reply::Answer(answer) = &reply.0
                    && throttled
                {
                    target.wire.note_throttled(answer, attempt);
                }
                if was_sent {
                    target.wire.note_outcome(outgoing, &about, &reply.0);
                }
                if !throttled && matches!(reply.0, Reply::Answer(_)) {
                    target.wire.note_that_it_answers();
                }
                return Ok(reply);
            }
            let asked_at = self.recording.exchanges.len() - 1;
            if open_outcome && self.look_for_lost_link(&ask.item).await {
                return Ok(reply);
            }
            // The call counts though it was throttled; that it was is what remains of it.
            if !target.wire.budget_is_left() {
                target.wire.stop(OVER_BUDGET.to_owned());
                return Err(Gap::NotRun(OVER_BUDGET.to_owned()));
            }
            if !target.wire.pause(&reply.0, &mut pauses).await {
                return Ok(reply);
            }
            earlier = Some(asked_at);
            attempt += 1;
        }
    }

    /// Finds a link that was made although its answer was lost, so that it can be removed.
    pub(super) async fn look_for_lost_link(&mut self, item: &str) -> bool {
        let Some(item_id) = self.items.get(item).map(|it| it.id.clone()) else { return false };
        let known: Vec<String> = self
            .links
            .iter()
            .flatten()
            .filter_map(|link| link.permission.0["id"].as_str().map(str::to_owned))
            .collect();
        let Some(entries) = self.list(item).await else { return false };
        // Where it is not known what comes from above, nothing can be told to be the run's.
        let owner = Owner { wire: &self.target.wire };
        let from_above = owner.permissions_above(&self.target.drive, &self.target.journal).await;
        let mut found = false;
        for entry in entries
            .iter()
            .filter(|entry| entry["link"].is_object() && !crate::judge::is_inherited(entry))
        {
            let Some(id) = entry["id"].as_str().filter(|id| !known.iter().any(|it| it == id))
            else {
                continue;
            };
            if self.target.journal.was_there(&item_id, id) {
                continue;
            }
            match &from_above {
                Some(from_above) if from_above.contains(id) => {}
                Some(_) => {
                    found = true;
                    let (item_id, permission_id) = (item_id.clone(), id.to_owned());
                    self.note_made(Made::Link { item_id, permission_id });
                }
                None => found |= !self.target.journal.is_foreign(id),
            }
        }
        found
    }

    pub(super) fn keep(&mut self, reply: &Unredacted<Reply>, ask: &Ask, index: usize) {
        let Reply::Answer(answer) = &reply.0 else { return };
        if !(200..300).contains(&answer.status) {
            return;
        }
        let Ok(permission) = answer.json() else { return };
        if let (Some(item), Some(id)) = (self.items.get(&ask.item), permission["id"].as_str()) {
            let made = Made::Link { item_id: item.id.clone(), permission_id: id.to_owned() };
            self.note_made(made);
        }
        // A link that is handed out again is not the deleted one any more.
        let members = match &ask.body {
            AskBody::Members(members) | AskBody::Around { members, .. } => members.as_slice(),
            AskBody::Text(_) | AskBody::Nothing => &[],
        };
        let is = |name: &str, value: &Value| {
            members.iter().any(|it| {
                it.name == name && matches!(&it.value, MemberValue::Json(it) if it == value)
            })
        };
        self.links[index] = Some(Link {
            item: ask.item.clone(),
            permission: Unredacted(permission.clone()),
            deleted: false,
            opens: !is("scope", &Value::from("users")),
            drops: is("retainInheritedPermissions", &Value::Bool(false)),
        });
    }

    pub(super) fn body(&self, body: &AskBody) -> Option<String> {
        match body {
            AskBody::Nothing => None,
            AskBody::Text(text) => Some(text.clone()),
            AskBody::Members(members) => Some(self.object(members)),
            AskBody::Around { before, members, after } => {
                Some(format!("{before}{}{after}", self.object(members)))
            }
        }
    }

    fn object(&self, members: &[Member]) -> String {
        let mut object = Map::new();
        for member in members {
            object.insert(member.name.clone(), self.value(&member.value));
        }
        Value::Object(object).to_string()
    }

    pub(super) fn value(&self, value: &MemberValue) -> Value {
        match value {
            MemberValue::Json(value) => value.clone(),
            MemberValue::UsualScope => Value::from(self.target.usual_scope()),
            MemberValue::Password(number) => {
                let passwords = &self.target.passwords;
                Value::from(passwords[usize::from(*number) % passwords.len()].expose())
            }
            MemberValue::InDays(days, form) => Value::from(instant(self.began, *days, *form)),
        }
    }

    /// An identity that has a source and cannot sign in is the environment's fault, and says why.
    pub(super) async fn sign_in(&self, by: Identity) -> Result<(), Missing> {
        let token = self.target.wire.wallet.token(by).await;
        token.map(drop).map_err(|error| Gap::Inconclusive(error.to_string()))
    }

    /// A request made with the token of an identity, about a link; gaps where there is no token.
    pub(super) fn outgoing_for(
        &self,
        by: Identity,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Outgoing, Missing> {
        self.outgoing(by, method, self.target.url(path), body).ok_or_else(|| {
            Gap::NotRun(format!(
                "no token for {} ({})",
                by.phrase(),
                by.token_variable().unwrap_or_default()
            ))
        })
    }

    /// What an act about a link is told when there is no such link.
    pub(super) fn link(&self, index: usize) -> Result<&Link, Missing> {
        self.links.get(index).and_then(Option::as_ref).ok_or_else(|| {
            let exchange = self
                .recording
                .exchanges
                .iter()
                .rfind(|it| it.purpose == Purpose::CreateLink && it.link == Some(index));
            let ordinal = crate::judge::ordinal(index);
            match exchange {
                Some(exchange) => Gap::NotRun(format!(
                    "the {ordinal} request gave no link: {}",
                    describe(&exchange.answer)
                )),
                None => Gap::NotRun(format!("the {ordinal} request was not sent")),
            }
        })
    }
}

/// The connection ended before the answer was there.
fn is_cut_off(reply: &Reply) -> bool {
    matches!(reply, Reply::Nothing(failure) if failure.failure == FailureKind::Broken)
}

/// An instant so many days from now, as the story wants it written.
fn instant(now: Timestamp, days: i64, form: InstantForm) -> String {
    let then = now.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
    match form {
        InstantForm::Documented => then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        InstantForm::Fraction => then.strftime("%Y-%m-%dT%H:%M:%S.500Z").to_string(),
        InstantForm::OffsetAndFraction => {
            let shifted = then.checked_add(SignedDuration::from_hours(2)).unwrap_or(then);
            shifted.strftime("%Y-%m-%dT%H:%M:%S.500+02:00").to_string()
        }
    }
}
