//! Exchanges as they come by, kept by item: those about its links, and what else may have changed them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;
use serde_json::Value;

use super::address::{self, ItemName, Place, Reading, SharingRequest, is_batch};
use super::application::Applications;
use super::batch::{self, Part};
use super::blanked::is_blanked_token;
use super::effect::{Effect, Happened, effect, happened};
use super::gathered::{Counts, Gathered};
use super::product::product_of_link;
use super::raw_exchange::{Field, RawExchange, Seen, field};
use super::unmeant::Unmeant;
use crate::graph::{
    Exchange, Failure, FailureKind, Identity, Product, Purpose, Redactor, embedded,
};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Exchanges about sharing links.
    pub exchanges: usize,
    /// Bytes of what they sent and got.
    pub bytes: usize,
    /// Further requests that may have changed links.
    pub changes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { exchanges: 20_000, bytes: 32 * 1024 * 1024, changes: 100_000 }
    }
}

/// Takes exchanges one by one and keeps what judging needs.
#[derive(Debug)]
pub struct Collector {
    limits: Limits,
    product: Option<Product>,
    redactor: RedactorBox,
    state: RandomState,
    applications: Applications,
    pub(super) kept: Vec<Kept>,
    bytes: usize,
    pub(super) changes: Vec<ChangeSeen>,
    /// The item a way was seen to lead to; `None` where it led to several.
    pub(super) ways: BTreeMap<Key, Option<ItemName>>,
    pub(super) drives: HashMap<u64, Product>,
    /// Drives of containers, as links that lead into one tell.
    pub(super) containers_by_link: BTreeSet<u64>,
    /// The ids of drives that an answer describes as a container's.
    pub(super) containers_by_id: BTreeSet<String>,
    generation: u64,
    last_time: Option<Timestamp>,
    pub(super) gathered: Gathered,
}

/// A redactor has no form that could be printed.
struct RedactorBox(Redactor);

impl std::fmt::Debug for RedactorBox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

/// An item: the service's beginning it belongs to, the host, and its name there.
pub(super) type Key = (u64, String, ItemName);

/// An exchange about sharing links.
#[derive(Debug)]
pub(super) struct Kept {
    pub key: Key,
    pub drive: u64,
    /// The id of the drive, where the address names it.
    pub drive_id: Option<String>,
    pub product: Option<Product>,
    pub caller: Option<u64>,
    pub question: u64,
    pub timed: bool,
    pub in_batch: bool,
    pub permission: Option<String>,
    pub exchange: Exchange,
}

/// A request that may have changed links.
#[derive(Debug)]
pub(super) struct ChangeSeen {
    pub generation: u64,
    pub host: String,
    pub effect: Effect,
    pub sent: Option<Timestamp>,
    pub ended: Option<Timestamp>,
}

impl Collector {
    /// Begins. `product` is what the user says it is; otherwise it is found out.
    pub fn new(limits: Limits, product: Option<Product>, redactor: Redactor) -> Self {
        Self {
            limits,
            product,
            redactor: RedactorBox(redactor),
            state: RandomState::new(),
            applications: Applications::default(),
            kept: Vec::new(),
            bytes: 0,
            changes: Vec::new(),
            ways: BTreeMap::new(),
            drives: HashMap::new(),
            containers_by_link: BTreeSet::new(),
            containers_by_id: BTreeSet::new(),
            generation: 0,
            last_time: None,
            gathered: Gathered::default(),
        }
    }

    /// Counts an exchange that has no bearing on sharing links.
    pub fn pass(&mut self) {
        self.gathered.counts.total += 1;
    }

    /// A `driveType` was seen.
    pub fn saw_drive_type(&mut self, product: Product) {
        self.gathered.drive_types.insert(product);
    }

    /// The service behind was set back to its beginning: items with known ids are new ones.
    pub fn service_was_reset(&mut self) {
        self.generation += 1;
    }

    /// How much came by so far.
    pub fn counts(&self) -> Counts {
        self.gathered.counts
    }

    /// What the user says the product is.
    pub(super) fn declared_product(&self) -> Option<Product> {
        self.product
    }

    /// Takes one exchange, whatever it is.
    pub fn see(&mut self, raw: &RawExchange<'_>) {
        self.gathered.counts.total += 1;
        if is_batch(raw.method, raw.url) {
            self.see_batch(raw);
        } else {
            self.see_one(raw, false);
        }
        self.last_time = raw.sent.or(self.last_time);
    }

    fn see_batch(&mut self, raw: &RawExchange<'_>) {
        let body = raw.body.as_deref().unwrap_or_default();
        let answer = match &raw.seen {
            Seen::Answer { body, .. } => Some(&**body),
            Seen::Nothing(_) => None,
        };
        let Some(parts) = batch::parts(raw.url, body, answer) else {
            self.gathered.not_looked_at(
                raw.number,
                "a $batch request that cannot be read; createLink inside of it is not judged",
            );
            self.note_effect(raw, Effect::Everything);
            return;
        };
        for part in &parts {
            self.see_part(raw, part);
        }
    }

    fn see_part(&mut self, batch: &RawExchange<'_>, part: &Part) {
        let mut headers: Vec<Field<'_>> = part.headers.clone();
        let own = |name: &str| part.headers.iter().any(|it| it.name.0.eq_ignore_ascii_case(name));
        let of_the_batch = batch.headers.iter().filter(|it| {
            ["authorization", "sdkversion", "user-agent"]
                .iter()
                .any(|name| it.name.0.eq_ignore_ascii_case(name) && !own(name))
        });
        headers.extend(of_the_batch.cloned());
        let seen = match &part.answer {
            Some((status, headers, body)) => Seen::Answer {
                status: *status,
                headers,
                body: body.as_str().into(),
                not_utf8: false,
            },
            None => Seen::Nothing(Failure {
                failure: FailureKind::NotRecorded,
                detail: "the batch has no answer for this request".to_owned(),
            }),
        };
        let refused = matches!(happened(batch.status()), Happened::Not);
        if part.answer.is_none() && refused {
            return;
        }
        self.see_one(
            &RawExchange {
                method: &part.method,
                url: &part.url,
                headers: &headers,
                body: part.body.as_deref().map(Into::into),
                seen,
                ..*batch
            },
            true,
        );
    }

    fn see_one(&mut self, raw: &RawExchange<'_>, in_batch: bool) {
        let reading = address::read(raw.method, raw.url);
        match reading {
            Reading::NotLookedAt(why) => {
                if raw.method != "OPTIONS" {
                    self.gathered.not_looked_at(raw.number, why);
                }
                return;
            }
            Reading::SharingRequest(call) => self.see_call(&call, raw, in_batch),
            Reading::Other(place) => {
                self.learn_way(&place, raw);
                self.learn_container(raw);
            }
        }
        if happened(raw.status()) == Happened::Perhaps {
            let body = raw.body.as_deref().unwrap_or_default();
            self.note_effect(raw, effect(raw.method, raw.url, body));
        }
    }

    fn note_effect(&mut self, raw: &RawExchange<'_>, effect: Effect) {
        if effect == Effect::None {
            return;
        }
        if self.changes.len() >= self.limits.changes {
            self.gathered.changes_overflow = true;
            return;
        }
        self.changes.push(ChangeSeen {
            generation: self.generation,
            host: host(raw.url),
            effect,
            sent: raw.sent,
            ended: raw.ended(),
        });
    }

    /// An answer that describes an item says which one a path, a share or a special folder means.
    fn learn_way(&mut self, place: &Place<'_>, raw: &RawExchange<'_>) {
        let Some(item @ ItemName::Way(_)) = &place.item else { return };
        let Seen::Answer { status: 200 | 201, body, .. } = &raw.seen else { return };
        let describes = place.tail.is_empty() || place.tail == ["content"];
        if !describes || self.ways.len() >= self.limits.changes {
            return;
        }
        let Ok(found) = serde_json::from_str::<Value>(body) else { return };
        let Some(id) = found["id"].as_str() else { return };
        let id = ItemName::Id(id.to_lowercase());
        let key = (self.generation, host(raw.url), item.clone());
        let known = self.ways.entry(key).or_insert_with(|| Some(id.clone()));
        if known.as_ref() != Some(&id) {
            *known = None;
        }
    }

    /// An answer that describes a drive, or an item of one, may say that it is that of a container.
    fn learn_container(&mut self, raw: &RawExchange<'_>) {
        let Seen::Answer { status: 200 | 201, body, .. } = &raw.seen else { return };
        // Only what may say so is read.
        if !(body.contains("contentstorage") || body.contains("\"other\"")) {
            return;
        }
        let Ok(answer) = serde_json::from_str::<Value>(body) else { return };
        for id in embedded::drives_described(&answer) {
            if self.containers_by_id.len() < self.limits.changes {
                self.containers_by_id.insert(id.to_lowercase());
            }
        }
    }

    fn see_call(&mut self, call: &SharingRequest<'_>, raw: &RawExchange<'_>, in_batch: bool) {
        let granted = match &raw.seen {
            Seen::Answer { status: 200 | 201, body, .. } => serde_json::from_str(body).ok(),
            _ => None,
        };
        let drive = self.state.hash_one((host(raw.url), &call.owners));
        let web_url = granted.as_ref().and_then(|it: &Value| it["link"]["webUrl"].as_str());
        let product = web_url.and_then(product_of_link);
        if web_url.is_some_and(embedded::leads_into_a_container)
            && !call.owners.is_empty()
            && self.containers_by_link.len() < self.limits.changes
        {
            self.containers_by_link.insert(drive);
        }
        if let Some(product) = product
            && self.drives.len() < self.limits.changes
        {
            self.drives.entry(drive).or_insert(product);
        }
        let authorization = field(raw.headers, "authorization");
        let authorization = authorization.filter(|it| !is_blanked_token(it));
        let caller = authorization.map(|it| self.applications.of(it));
        if call.purpose == Purpose::CreateLink {
            self.gathered.counts.create_link += 1;
            self.gathered.counts.granted += u64::from(matches!(raw.status(), Some(200 | 201)));
            self.gathered.without_application += u64::from(caller.is_none());
            self.note_time(raw);
            if let Some(unmeant) = Unmeant::of(raw) {
                self.gathered.unmeant.note(unmeant, raw.number);
            }
        }
        let size = raw.size();
        let full =
            self.kept.len() >= self.limits.exchanges || self.bytes + size > self.limits.bytes;
        if full {
            self.gathered.counts.left_out += 1;
            return;
        }
        self.bytes += size;
        if call.purpose == Purpose::CreateLink {
            self.gathered.counts.create_link_kept += 1;
        }
        let kept = Kept {
            key: (self.generation, host(raw.url), call.item.clone()),
            drive,
            drive_id: call
                .owners
                .iter()
                .rfind(|(kind, _)| *kind == "drive")
                .map(|(_, id)| address::decoded(id).to_lowercase()),
            product,
            caller,
            question: self.question(raw),
            timed: raw.sent.is_some(),
            permission: call.permission.clone(),
            in_batch,
            exchange: self.exchange(call, raw),
        };
        self.kept.push(kept);
    }

    /// The same words at the same address, however they are written.
    fn question(&self, raw: &RawExchange<'_>) -> u64 {
        let (path, query) = raw.url.split_once('?').unwrap_or((raw.url, ""));
        let segments: Vec<_> =
            path.split('/').filter(|it| !it.is_empty()).map(address::decoded).collect();
        let body = raw.body.as_deref().unwrap_or_default();
        let label = field(raw.headers, "content-type")
            .map(|it| it.split(';').next().unwrap_or(it).trim().to_ascii_lowercase());
        // Members stand in the order of their names in a `Value`'s text, where the crate does not keep their order.
        let words = match serde_json::from_str::<Value>(body) {
            Ok(Value::Object(members)) => {
                let sorted: BTreeMap<String, String> =
                    members.into_iter().map(|(name, value)| (name, value.to_string())).collect();
                format!("{sorted:?}")
            }
            _ => body.to_owned(),
        };
        self.state.hash_one((raw.method, segments, query, label, words))
    }

    fn note_time(&mut self, raw: &RawExchange<'_>) {
        let Some(sent) = raw.sent else {
            self.gathered.untimed += 1;
            return;
        };
        let ended = raw.ended().unwrap_or(sent);
        let started = self.gathered.started.get_or_insert(sent);
        *started = (*started).min(sent);
        let last = self.gathered.ended.get_or_insert(ended);
        *last = (*last).max(ended);
    }

    fn exchange(&self, call: &SharingRequest<'_>, raw: &RawExchange<'_>) -> Exchange {
        let (request, answer) = raw.redacted(call, &self.redactor.0);
        Exchange {
            number: raw.number,
            act: 0,
            purpose: call.purpose,
            identity: raw.identity.unwrap_or(Identity::Owner),
            item: Some("item".to_owned()),
            link: None,
            retried: false,
            sent: raw.sent.or(self.last_time).unwrap_or(Timestamp::UNIX_EPOCH),
            milliseconds: raw.milliseconds,
            request,
            answer,
        }
    }
}

pub(super) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

impl RawExchange<'_> {
    /// When it was answered, or given up.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        let duration = std::time::Duration::from_millis(self.milliseconds);
        self.sent.map(|it| it.checked_add(duration).unwrap_or(it))
    }

    fn size(&self) -> usize {
        let headers = |fields: &[Field<'_>]| -> usize {
            fields.iter().map(|it| it.name.0.len() + it.value.0.len()).sum()
        };
        let answered = match &self.seen {
            Seen::Answer { headers: fields, body, .. } => headers(fields) + body.len(),
            Seen::Nothing(_) => 0,
        };
        let body = self.body.as_deref().map_or(0, str::len);
        self.url.len() + headers(self.headers) + body + answered
    }
}
