//! Gathering what recorded traffic shows of each item.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

use super::address::{Call, CallPurpose, ItemName, is_batch};
use super::answer::Permission;
use super::application::Applications;
use super::repeats::{Pending, Repeats};
use super::shape::{Hashed, after_scheme, permission_shape, shape};
use super::sighting::{Locator, Seen, Sighting, field};
use crate::graph::{Exchange, Identity, Product, Purpose, Recording, Redactor, Reply};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Exchanges of one shape.
    pub of_a_shape: u32,
    /// Exchanges in all, for shapes that are known already.
    pub in_all: usize,
    /// Shapes that are told apart.
    pub shapes: usize,
    /// Bytes of what is kept, in all: bodies, addresses and header fields.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { of_a_shape: 200, in_all: 4000, shapes: 20_000, bytes: 128 * 1024 * 1024 }
    }
}

/// Beyond `Limits::in_all` a shape seen for the first time still gets so many exchanges, up to twice the
/// limit: what is rare is what a reader looks for.
const OF_A_LATE_SHAPE: u32 = 3;

/// What came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Exchanges of any kind.
    pub total: u64,
    /// Requests to createLink.
    pub create_link: u64,
    /// Those of them that are kept, and so judged one by one.
    pub create_link_kept: u64,
}

/// The first of two requests is wanted again: it was not kept.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Where it stands.
    pub first: Locator,
    /// Its number.
    pub number: u32,
}

/// Two identical requests of one application for one item.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatSample {
    /// The first.
    pub first: Exchange,
    /// The second.
    pub second: Exchange,
    product: Option<Product>,
}

/// What was found about one product; `None` where nothing tells the product.
#[derive(Debug, Clone, Default)]
pub struct ProductGroup {
    /// One recording an item.
    pub recordings: Vec<Recording>,
    /// Requests that were repeated.
    pub repeats: Vec<RepeatSample>,
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// By product.
    pub groups: BTreeMap<Option<Product>, ProductGroup>,
    /// How much came by.
    pub counts: Counts,
    /// Repeated identical requests, and how many of them did not give the same link with 200.
    pub repeats: (u64, u64),
    /// createLink requests without an `Authorization` header, whose repeats say nothing.
    pub without_application: u64,
    /// When the first createLink request was sent.
    pub started: Option<Timestamp>,
    /// From then to the last.
    pub milliseconds: u64,
    /// What a `driveType` in the exchanges said.
    pub drive_types: BTreeSet<Product>,
}

/// Takes exchanges one by one and keeps what judging needs.
#[derive(Debug)]
pub struct Collector {
    limits: Limits,
    product: Option<Product>,
    redactor: RedactorBox,
    state: RandomState,
    applications: Applications,
    shapes: Hashed<u32>,
    items: Hashed<Item>,
    order: Vec<u64>,
    kept: usize,
    bytes: usize,
    repeats: Repeats,
    samples: Vec<RepeatSample>,
    drives: Hashed<Product>,
    generation: u64,
    gathered: Gathered,
}

/// A redactor has no form that could be printed.
struct RedactorBox(Redactor);

impl std::fmt::Debug for RedactorBox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

#[derive(Debug, Default)]
struct Item {
    exchanges: Vec<Exchange>,
    drive: u64,
    product: Option<Product>,
    links: usize,
    /// Something of this item was left out; what follows would be judged without it.
    closed: bool,
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
            shapes: Hashed::default(),
            items: Hashed::default(),
            order: Vec::new(),
            kept: 0,
            bytes: 0,
            repeats: Repeats::default(),
            samples: Vec::new(),
            drives: Hashed::default(),
            generation: 0,
            gathered: Gathered::default(),
        }
    }

    /// Counts an exchange that has no bearing on sharing links.
    pub fn pass(&mut self) {
        self.gathered.counts.total += 1;
    }

    /// Counts an exchange that is not about sharing links, and forgets what may no longer hold after it.
    pub fn pass_by(&mut self, method: &str, url: &str, body: &str) {
        self.pass();
        let is_batch = is_batch(method, url);
        let deletes_item =
            method == "DELETE" && (url.contains("/drive") || url.contains("/items/"));
        if deletes_item || (is_batch && body.contains("DELETE")) {
            // What is deleted ends the links of everything in it (SIDE-18), and nobody says what was.
            self.repeats.forget_all();
        } else if is_batch || matches!(method, "DELETE" | "PATCH" | "PUT") {
            self.repeats.forget_paths();
        }
    }

    /// A `driveType` was seen.
    pub fn saw_drive_type(&mut self, product: Product) {
        self.gathered.drive_types.insert(product);
    }

    /// The service behind was set back to its beginning: items with known ids are new ones.
    pub fn service_was_reset(&mut self) {
        self.generation += 1;
        self.repeats.forget_all();
    }

    /// How much came by so far.
    pub fn counts(&self) -> Counts {
        self.gathered.counts
    }

    /// Takes one exchange. A wish is fulfilled by [`Self::grant`].
    pub fn see(&mut self, call: &Call<'_>, sighting: &Sighting<'_>) -> Option<Wish> {
        self.gathered.counts.total += 1;
        let item = self.item_key(call, sighting.url);
        let is_success = matches!(sighting.status(), Some(200..=299));
        let purpose = match call.purpose {
            CallPurpose::ChangesPermission => {
                self.repeats.forget(item);
                return None;
            }
            CallPurpose::Recorded(purpose) => purpose,
        };
        if purpose == Purpose::DeletePermission && is_success {
            self.repeats.forget(item);
        }
        let (answered, answer) = match &sighting.seen {
            Seen::Answer { body, .. } if is_success && purpose == Purpose::CreateLink => {
                let (shape, permission) = permission_shape(body);
                (Some(shape), permission)
            }
            _ => (None, None),
        };
        let drive = self.drive_key(call, sighting.url);
        let product = self.product_of(drive, answer.as_ref());
        let relations = answer.as_ref().map(|it| it.relations(sighting));
        let shape = shape(call, sighting, relations, answered);
        let mut wish = None;
        if purpose == Purpose::CreateLink {
            self.gathered.counts.create_link += 1;
            self.note_time(sighting);
        }
        let kept = self.keep(item, drive, product, call, purpose, shape, sighting);
        if purpose == Purpose::CreateLink {
            self.gathered.counts.create_link_kept += u64::from(kept);
            wish = self.note_repeat(item, product, call, sighting, answer.as_ref());
        }
        wish
    }

    fn note_time(&mut self, sighting: &Sighting<'_>) {
        let started = *self.gathered.started.get_or_insert(sighting.sent);
        let since = sighting.sent.duration_since(started).as_millis();
        let since = u64::try_from(since).unwrap_or(0).saturating_add(sighting.milliseconds);
        self.gathered.milliseconds = self.gathered.milliseconds.max(since);
    }

    fn note_repeat(
        &mut self,
        item: u64,
        product: Option<Product>,
        call: &Call<'_>,
        sighting: &Sighting<'_>,
        answer: Option<&Permission<'_>>,
    ) -> Option<Wish> {
        let Some(authorization) = field(sighting.headers, "authorization") else {
            self.gathered.without_application += 1;
            return None;
        };
        let application = self.applications.of(authorization);
        let summary = answer.map(|it| it.summary(&self.state));
        let by_path = matches!(call.item, ItemName::Path(_));
        let first = self.repeats.note(item, by_path, application, sighting, summary)?;
        let second = self.exchange(call, Purpose::CreateLink, sighting);
        self.sample(item, product, &first, second)
    }

    fn sample(
        &mut self,
        item: u64,
        product: Option<Product>,
        first: &Pending,
        second: Exchange,
    ) -> Option<Wish> {
        let known = self
            .items
            .get(&item)
            .and_then(|it| it.exchanges.iter().find(|it| it.number == first.number))
            .cloned();
        match (known, first.locator) {
            (Some(first), _) => {
                self.samples.push(RepeatSample { first, second, product });
                None
            }
            (None, Some(locator)) => {
                // The placeholder for the first is the second itself, until the wish is granted.
                self.samples.push(RepeatSample { first: second.clone(), second, product });
                Some(Wish { first: locator, number: first.number })
            }
            (None, None) => None,
        }
    }

    /// Fulfils the wish [`Self::see`] gave last; `None` when the exchange could not be read again.
    pub fn grant(&mut self, found: Option<(&Call<'_>, &Sighting<'_>)>) {
        let Some(mut sample) = self.samples.pop() else { return };
        if let Some((call, sighting)) = found {
            sample.first = self.exchange(call, Purpose::CreateLink, sighting);
            self.samples.push(sample);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what `see` found out, passed on once")]
    fn keep(
        &mut self,
        item_key: u64,
        drive: u64,
        product: Option<Product>,
        call: &Call<'_>,
        purpose: Purpose,
        shape: u64,
        sighting: &Sighting<'_>,
    ) -> bool {
        let limits = self.limits;
        let most = if self.kept < limits.in_all { limits.of_a_shape } else { OF_A_LATE_SHAPE };
        let of_this_shape = self.shapes.get(&shape).copied().unwrap_or(0);
        let wanted = of_this_shape < most
            && self.kept < limits.in_all * 2
            && self.bytes < limits.bytes
            && (of_this_shape > 0 || self.shapes.len() < limits.shapes);
        if !wanted {
            if let Some(item) = self.items.get_mut(&item_key) {
                item.closed = true;
            }
            return false;
        }
        if self.items.get(&item_key).is_some_and(|it| it.closed) {
            return false;
        }
        *self.shapes.entry(shape).or_insert(0) += 1;
        self.kept += 1;
        let mut exchange = self.exchange(call, purpose, sighting);
        self.bytes += size(&exchange);
        if !self.items.contains_key(&item_key) {
            self.order.push(item_key);
        }
        let item = self.items.entry(item_key).or_default();
        item.drive = drive;
        item.product = item.product.or(product);
        exchange.act = item.exchanges.len() + 1;
        exchange.link = match purpose {
            Purpose::CreateLink => {
                item.links += 1;
                Some(item.links - 1)
            }
            _ => call.permission.as_deref().and_then(|id| link_of(&item.exchanges, id)),
        };
        item.exchanges.push(exchange);
        true
    }

    fn exchange(&self, call: &Call<'_>, purpose: Purpose, sighting: &Sighting<'_>) -> Exchange {
        let (request, answer) = sighting.redacted(call, &self.redactor.0);
        Exchange {
            number: sighting.number,
            act: 0,
            purpose,
            identity: sighting.identity.unwrap_or(Identity::Owner),
            item: Some("item".to_owned()),
            link: None,
            retried: false,
            sent: sighting.sent,
            milliseconds: sighting.milliseconds,
            request,
            answer,
        }
    }

    fn item_key(&self, call: &Call<'_>, url: &str) -> u64 {
        let host = host(url);
        match &call.item {
            ItemName::Id(id) => self.state.hash_one((self.generation, host, "id", id)),
            ItemName::Path(path) => self.state.hash_one((self.generation, host, "path", path)),
        }
    }

    fn drive_key(&self, call: &Call<'_>, url: &str) -> u64 {
        self.state.hash_one((host(url), &call.owners))
    }

    fn product_of(&mut self, drive: u64, answer: Option<&Permission<'_>>) -> Option<Product> {
        if self.product.is_some() {
            return self.product;
        }
        let told = answer.and_then(Permission::product);
        if let Some(product) = told
            && self.drives.len() < 100_000
        {
            self.drives.entry(drive).or_insert(product);
        }
        told
    }

    /// Ends the collecting: exchanges by product, in the order they came in.
    pub fn gather(&self) -> Gathered {
        let mut gathered = self.gathered.clone();
        gathered.repeats = (self.repeats.count(), self.repeats.deviating());
        let only = || match gathered.drive_types.len() {
            1 => gathered.drive_types.first().copied(),
            _ => None,
        };
        // A driveType is the service's own word; the host of a link may be the very thing that is wrong.
        let product = |drive: u64, seen: Option<Product>| {
            self.product.or_else(only).or(seen).or_else(|| self.drives.get(&drive).copied())
        };
        let mut groups: BTreeMap<Option<Product>, ProductGroup> = BTreeMap::new();
        for item in self.order.iter().filter_map(|key| self.items.get(key)) {
            let group = groups.entry(product(item.drive, item.product)).or_default();
            group.recordings.push(recording(&item.exchanges));
        }
        for sample in &self.samples {
            let group = groups.entry(product(0, sample.product)).or_default();
            group.repeats.push(sample.clone());
        }
        // Where all that is known speaks of one product, the rest is taken to be of it too.
        let known: Vec<Product> = groups.keys().copied().flatten().collect();
        if let &[only] = known.as_slice()
            && let Some(unknown) = groups.remove(&None)
        {
            let group = groups.entry(Some(only)).or_default();
            group.recordings.extend(unknown.recordings);
            group.repeats.extend(unknown.repeats);
        }
        gathered.groups = groups;
        gathered
    }
}

fn host(url: &str) -> &str {
    let rest = after_scheme(url).unwrap_or(url);
    rest.split('/').next().unwrap_or_default()
}

/// Which createLink request of the story made the permission with that id.
fn link_of(exchanges: &[Exchange], id: &str) -> Option<usize> {
    exchanges.iter().rev().find_map(|exchange| {
        let Reply::Answer(answer) = &exchange.answer else { return None };
        let permission = answer.json().ok()?;
        (exchange.purpose == Purpose::CreateLink && permission["id"] == id)
            .then_some(exchange.link)
            .flatten()
    })
}

/// So many requests of an item are told one by one; every exchange is shown with the story it is part of.
const TOLD: usize = 8;

/// About how much memory an exchange takes.
fn size(exchange: &Exchange) -> usize {
    let fields = |headers: &[(String, String)]| {
        headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    };
    let request = &exchange.request;
    let asked = request.url.len()
        + fields(&request.headers)
        + request.body.as_ref().map_or(0, |it| it.len());
    asked
        + match &exchange.answer {
            Reply::Answer(answer) => answer.body.len() + fields(&answer.headers),
            Reply::Nothing(failure) => failure.detail.len(),
        }
}

fn recording(exchanges: &[Exchange]) -> Recording {
    let further = exchanges.len().saturating_sub(TOLD);
    let lines = std::iter::once("Given an item".to_owned())
        .chain(exchanges.iter().take(TOLD).map(|exchange| {
            let what = match exchange.purpose {
                Purpose::CreateLink => "asks for a link",
                Purpose::WrongMethod => "calls createLink with another method",
                Purpose::ListPermissions => "lists the permissions",
                Purpose::ReadPermission => "reads a permission",
                Purpose::DeletePermission => "deletes a permission",
                _ => "sends a request",
            };
            format!("When {} {what}", exchange.identity.phrase())
        }))
        .chain((further > 0).then(|| format!("And {further} further requests")))
        .collect();
    Recording { lines, exchanges: exchanges.to_vec(), gaps: BTreeMap::new() }
}
