//! Items, content and permissions with inheritance: the only state there is.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::conditions::Words;
use super::departures::Departure;
use super::errors::{Cause, Refusal};
use super::identities::{Application, Caller, Person};
use super::orders::{LinkType, Scope};
use super::settings::{Conduct, Settings};
use super::variants::Shape;
use crate::graph::Product;

/// Everything that changes while a mock runs.
#[derive(Debug)]
pub(super) struct Drive {
    /// Those by which the request at hand is dealt with.
    pub settings: Arc<Settings>,
    conduct: Arc<Conduct>,
    /// What the request at hand asks for, as far as a condition looks at it.
    pub words: Words,
    /// The application that makes it.
    pub application: Option<Application>,
    pub id: &'static str,
    pub root_id: String,
    items: HashMap<String, Item>,
    /// Counts everything that is made, so that ids are distinct and the order of events is known.
    sequence: u64,
    /// What pre-authenticated download addresses stand for.
    pub tickets: HashMap<String, Ticket>,
    /// Counts the addresses of links that were shown; some forms show each one differently.
    pub shown: Cell<u64>,
}

/// What a pre-authenticated address serves.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub bytes: Bytes,
    pub media_type: String,
}

/// A file or folder.
#[derive(Debug)]
pub(super) struct Item {
    pub id: String,
    pub parent: Option<String>,
    pub name: String,
    pub children: Vec<String>,
    /// `None` for a folder.
    pub file: Option<File>,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub revision: u64,
    pub in_recycle_bin: bool,
    pub permissions: Vec<Permission>,
    /// Links of ancestors made before this count are not inherited any more.
    pub inherits_since: u64,
    /// The same for what ancestors give to people by name: a deviation may tell the two apart.
    pub inherits_people_since: u64,
    /// Whether it was ever shared directly: "retainInheritedPermissions" works on the first share only.
    pub was_shared: bool,
    /// Whether a deviation took the owner's access away.
    pub owner_lost: bool,
    /// When it was made, in the order of events.
    sequence: u64,
    /// The requests for links that were granted here.
    pub asked: Vec<Asked>,
}

/// A request for a link that was granted.
#[derive(Debug)]
pub(super) struct Asked {
    pub words: Words,
    pub by: Option<Application>,
    /// The permission it was answered with, by its place in the order of events: ids may change.
    pub permission: u64,
}

/// The content of a file.
#[derive(Debug)]
pub(super) struct File {
    pub media_type: String,
    /// What everybody sees.
    pub published: Bytes,
    /// Who has it checked out, and what that person sees.
    pub checked_out: Option<(Option<Person>, Bytes)>,
}

/// One entry of an item's own permissions. The owner's entry is not stored: it cannot be changed.
#[derive(Debug, Clone)]
pub(super) struct Permission {
    pub id: String,
    pub sequence: u64,
    pub made: Timestamp,
    pub removed: Option<Timestamp>,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Link(Link),
    Invitation(Invitation),
}

/// A sharing link.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub link_type: LinkType,
    pub scope: Scope,
    /// Whether answers name the scope: the page's embed example does not.
    pub scope_shown: bool,
    pub application: Application,
    pub password: Option<String>,
    /// What was asked for, before any policy: a part of what the link is found again by.
    pub asked_expiration: Option<Timestamp>,
    pub expiration: Option<Timestamp>,
    pub web_url: String,
    pub writable: bool,
    /// The address kind it was asked for at; matters to a deviation only.
    pub address: &'static str,
    /// Who redeemed it for good.
    pub redeemed: Vec<Person>,
    /// Whether a request on which the departure shows was answered with it.
    pub departs: bool,
    /// The content when the link was made; matters to a deviation only.
    pub content_when_made: Bytes,
}

/// A right given to a person by name.
#[derive(Debug, Clone)]
pub(super) struct Invitation {
    pub email: String,
    pub person: Option<Person>,
    pub writable: bool,
}

/// A permission as seen at an item, with the item it was given on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effective<'a> {
    pub permission: &'a Permission,
    pub origin: &'a Item,
    pub inherited: bool,
}

/// What somebody may do with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    None,
    Read,
    Write,
    Owner,
}

impl Permission {
    pub(super) fn is_live(&self) -> bool {
        self.removed.is_none()
    }

    pub(super) fn link(&self) -> Option<&Link> {
        match &self.kind {
            Kind::Link(link) => Some(link),
            Kind::Invitation(_) => None,
        }
    }
}

impl File {
    /// What this person sees: the one who checked it out sees the draft.
    pub(super) fn content_for(&self, person: Option<Person>) -> &Bytes {
        match &self.checked_out {
            Some((holder, draft)) if *holder == person => draft,
            _ => &self.published,
        }
    }
}

impl Item {
    pub(super) fn is_folder(&self) -> bool {
        self.file.is_none()
    }

    /// Its number in the library's list.
    pub(super) fn list_entry(&self) -> String {
        self.sequence.to_string()
    }

    pub(super) fn live_links(&self) -> impl Iterator<Item = (&Permission, &Link)> {
        self.permissions
            .iter()
            .filter(|permission| permission.is_live())
            .filter_map(|permission| permission.link().map(|link| (permission, link)))
    }
}

impl Drive {
    pub(super) fn new(conduct: Arc<Conduct>) -> Self {
        let settings = Arc::clone(&conduct.documented);
        let id = match settings.product {
            Product::Personal => "1A2B3C4D5E6F7081",
            Product::Business => "b!pT3vL0mJkE-8aWcXq1yZrS5uVnB7dFgHiKjLmNoPqRsTuVwXyZ012345",
            Product::SharePoint => "b!zY9xWv8uTs7rQp6oNm5lKj4iHg3fEd2cBa1-SharedDocuments_98765",
        };
        let mut drive = Self {
            settings,
            conduct,
            words: Words::default(),
            application: None,
            id,
            root_id: String::new(),
            items: HashMap::new(),
            sequence: 100,
            tickets: HashMap::new(),
            shown: Cell::new(0),
        };
        drive.root_id = drive.insert(None, "root", None);
        let departing = &drive.conduct.departing;
        if drive.settings.takes(Shape::SomebodyOnTheRoot)
            || departing.departs(Departure::FirstShareRemovesPeople)
            || departing.departs(Departure::RetainFalseKeepsPeople)
        {
            drive.let_somebody_in();
        }
        drive
    }

    /// Somebody who has nothing to do with the run may read everything.
    fn let_somebody_in(&mut self) {
        let (id, made) = (self.next_permission_id(), self.now());
        let email = "dana@contoso.example".to_owned();
        let kind = Kind::Invitation(Invitation { email, person: None, writable: false });
        if let Some(root) = self.items.get_mut(&self.root_id) {
            root.permissions.push(Permission { id, sequence: 1, made, removed: None, kind });
        }
    }

    pub(super) fn departs(&self, departure: Departure) -> bool {
        self.settings.departs(departure)
    }

    /// The item that an entry of the library's list stands for. A personal drive is no such library.
    pub(super) fn item_of_entry(&self, entry: &str) -> Result<String, Refusal> {
        let has_list = self.settings.product != Product::Personal;
        let mut items = self.items.values().filter(|_| has_list);
        let found = items.find(|it| it.list_entry() == entry && !it.in_recycle_bin);
        found.map(|it| it.id.clone()).ok_or_else(Refusal::item_not_found)
    }

    /// The settings by which what concerns a permission later is dealt with.
    pub(super) fn settings_of(&self, permission: &Permission) -> &Settings {
        self.settings_of_link(permission.link())
    }

    fn settings_of_link(&self, link: Option<&Link>) -> &Settings {
        if link.is_some_and(|it| it.departs) {
            &self.conduct.departing
        } else {
            &self.conduct.documented
        }
    }

    /// Whether what concerns a link later departs from the documentation in this way.
    pub(super) fn departs_with(&self, link: &Link, departure: Departure) -> bool {
        self.settings_of_link(Some(link)).departs(departure)
    }

    /// Whether the departure shows on the request at hand.
    pub(super) fn shows_now(&self) -> bool {
        self.conduct.condition.is_some() && Arc::ptr_eq(&self.settings, &self.conduct.departing)
    }

    /// Remembers that the request at hand was answered with a permission of this item.
    pub(super) fn remember(&mut self, item_id: &str, permission_id: &str) {
        // Nobody asks for the history where every request is dealt with alike.
        if self.conduct.condition.is_none() {
            return;
        }
        let (words, by, shows) = (self.words, self.application, self.shows_now());
        // What is answered may be the link of another item: that is a departure, and no history of this one.
        let Ok(item) = self.item_mut(item_id) else { return };
        let Some(permission) = item.permissions.iter_mut().find(|it| it.id == permission_id) else {
            return;
        };
        item.asked.push(Asked { words, by, permission: permission.sequence });
        if let Kind::Link(link) = &mut permission.kind {
            link.departs |= shows;
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    pub(super) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// A secret: what makes a link's address unguessable. Distinct by construction, not random, so
    /// that a run against the mock can be repeated.
    pub(super) fn next_secret(&mut self) -> String {
        let sequence = self.next_sequence();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&scatter(sequence).to_be_bytes());
        bytes[8..].copy_from_slice(&scatter(!sequence).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn next_permission_id(&mut self) -> String {
        let sequence = self.next_sequence();
        if self.departs(Departure::IdNumber) {
            return sequence.to_string();
        }
        if let Some(id) = self.id_in_shape(sequence) {
            return id;
        }
        uuid::Builder::from_random_bytes(
            (u128::from(scatter(sequence)) << 64 | u128::from(scatter(!sequence))).to_be_bytes(),
        )
        .into_uuid()
        .to_string()
    }

    fn next_item_id(&mut self) -> String {
        let sequence = self.next_sequence();
        if let Some(id) = self.id_in_shape(sequence) {
            return id;
        }
        match self.settings.product {
            Product::Personal => format!("{}!{sequence}", self.id),
            Product::Business | Product::SharePoint => {
                const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
                let mut id = String::from("01");
                for number in
                    [scatter(sequence), scatter(sequence ^ u64::MAX), scatter(sequence * 3)]
                {
                    for shift in 0..11 {
                        let index = (number >> (shift * 5)) & 31;
                        id.push(char::from(LETTERS[usize::try_from(index).unwrap_or(0)]));
                    }
                }
                id.truncate(34);
                id
            }
        }
    }

    /// Ids are opaque: the conforming variants put everything into them that syntax could trip over.
    fn id_in_shape(&self, sequence: u64) -> Option<String> {
        if self.settings.takes(Shape::IdsWithExclamation) {
            Some(format!("ABC123!{sequence}"))
        } else if self.settings.takes(Shape::IdsWithPercent) {
            Some(format!("AB%21C%25{sequence}"))
        } else if self.settings.takes(Shape::IdsNonAscii) {
            Some(format!("Ä·標識·{sequence}"))
        } else {
            None
        }
    }

    fn insert(&mut self, parent: Option<&str>, name: &str, file: Option<File>) -> String {
        let id = self.next_item_id();
        let now = self.now();
        let item = Item {
            id: id.clone(),
            parent: parent.map(str::to_owned),
            name: name.to_owned(),
            children: Vec::new(),
            file,
            created: now,
            modified: now,
            revision: 1,
            in_recycle_bin: false,
            permissions: Vec::new(),
            inherits_since: 0,
            inherits_people_since: 0,
            was_shared: false,
            owner_lost: false,
            sequence: self.sequence,
            asked: Vec::new(),
        };
        self.items.insert(id.clone(), item);
        if let Some(parent) = parent.and_then(|parent| self.items.get_mut(parent)) {
            parent.children.push(id.clone());
        }
        id
    }

    pub(super) fn add_folder(&mut self, parent: &str, name: &str) -> String {
        self.insert(Some(parent), name, None)
    }

    pub(super) fn add_file(
        &mut self,
        parent: &str,
        name: &str,
        content: Bytes,
        media_type: &str,
    ) -> String {
        let file =
            File { media_type: media_type.to_owned(), published: content, checked_out: None };
        self.insert(Some(parent), name, Some(file))
    }

    /// An item that is not in the recycle bin.
    pub(super) fn item(&self, id: &str) -> Result<&Item, Refusal> {
        self.items.get(id).filter(|item| !item.in_recycle_bin).ok_or_else(|| no_item(id))
    }

    pub(super) fn item_mut(&mut self, id: &str) -> Result<&mut Item, Refusal> {
        self.items.get_mut(id).filter(|item| !item.in_recycle_bin).ok_or_else(|| no_item(id))
    }

    pub(super) fn child(&self, parent: &Item, name: &str) -> Option<&Item> {
        parent
            .children
            .iter()
            .filter_map(|id| self.items.get(id))
            .find(|item| !item.in_recycle_bin && item.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn children<'a>(&'a self, parent: &'a Item) -> impl Iterator<Item = &'a Item> {
        parent
            .children
            .iter()
            .filter_map(|id| self.items.get(id))
            .filter(|item| !item.in_recycle_bin)
    }

    /// Everything outside the recycle bin except the root.
    pub(super) fn present_items(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| !item.in_recycle_bin && item.parent.is_some())
    }

    /// Moves an item and all below it to the recycle bin.
    pub(super) fn recycle(&mut self, id: &str) {
        let mut waiting = vec![id.to_owned()];
        while let Some(id) = waiting.pop() {
            if let Some(item) = self.items.get_mut(&id) {
                item.in_recycle_bin = true;
                waiting.append(&mut item.children);
            }
        }
        // A parent that keeps the ids of everything it ever held would make each look-up dearer.
        if let Some(parent) = self.items.get(id).and_then(|item| item.parent.clone())
            && let Some(parent) = self.items.get_mut(&parent)
        {
            parent.children.retain(|child| child != id);
        }
    }

    /// The item and its ancestors, the item first.
    pub(super) fn lineage<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = &'a Item> {
        std::iter::successors(Some(item), |item| {
            item.parent.as_ref().and_then(|parent| self.items.get(parent))
        })
    }

    /// Everything on the drive that is not deleted, in no order.
    pub(super) fn everything(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| !item.in_recycle_bin)
    }

    /// The permissions that hold at an item. Page, introduction: "Items inherit sharing permissions
    /// from their ancestors." Removed ones are still among them; lists and look-ups leave them out.
    pub(super) fn effective<'a>(&'a self, item: &'a Item) -> Vec<Effective<'a>> {
        let mut held = Vec::new();
        let (mut links_since, mut people_since) = (0, 0);
        for (distance, origin) in self.lineage(item).enumerate() {
            let is_inherited = |permission: &Permission| {
                let settings = self.settings_of(permission);
                let cut = settings.departs(Departure::FolderLinkNotInherited)
                    || (distance > 1 && settings.departs(Departure::InheritedByChildrenOnly));
                let missed = permission.sequence < item.sequence
                    && settings.departs(Departure::LaterChildrenInheritNothing);
                let is_link = permission.link().is_some();
                let since = if is_link { links_since } else { people_since };
                !cut && !missed && permission.sequence > since
            };
            held.extend(
                origin
                    .permissions
                    .iter()
                    .filter(|permission| distance == 0 || is_inherited(permission))
                    .map(|permission| Effective { permission, origin, inherited: distance > 0 }),
            );
            links_since = links_since.max(origin.inherits_since);
            people_since = people_since.max(origin.inherits_people_since);
        }
        let departure = Departure::ChildLinkOnParent;
        if self.conduct.departing.departs(departure) {
            let departs = |it: &&Permission| self.settings_of(it).departs(departure);
            held.extend(self.children(item).flat_map(|child| {
                child.permissions.iter().filter(departs).map(move |permission| Effective {
                    permission,
                    origin: child,
                    inherited: false,
                })
            }));
        }
        held
    }

    /// What the caller may do with an item: the scopes of the token are another matter.
    pub(super) fn right(&self, item: &Item, caller: &Caller) -> Right {
        match caller.person {
            None | Some(Person::Owner) => Right::Owner,
            Some(person) => self
                .effective(item)
                .into_iter()
                .filter(|held| {
                    held.permission.is_live()
                        || self
                            .settings_of(held.permission)
                            .departs(Departure::DeletedLinkStillOpens)
                })
                .filter_map(|held| match &held.permission.kind {
                    Kind::Invitation(invitation) if invitation.person == Some(person) => {
                        Some(invitation.writable)
                    }
                    Kind::Link(link) if link.redeemed.contains(&person) => {
                        Some(self.lets_write(link))
                    }
                    _ => None,
                })
                .map(|writable| if writable { Right::Write } else { Right::Read })
                .max()
                .unwrap_or(Right::None),
        }
    }

    /// Refuses a caller whose right on the item is less than `needed`.
    pub(super) fn require(
        &self,
        item: &Item,
        caller: &Caller,
        needed: Right,
    ) -> Result<(), Refusal> {
        if self.right(item, caller) >= needed { Ok(()) } else { Err(Refusal::no_right_on_item()) }
    }

    /// The live link that lives at this address, ignoring the query.
    pub(super) fn link_at(&self, web_url: &str) -> Option<(&Item, &Permission, &Link)> {
        let wanted = without_query(web_url);
        self.items.values().filter(|item| !item.in_recycle_bin).find_map(|item| {
            item.permissions.iter().find_map(|permission| {
                let link = permission.link()?;
                let opens = permission.is_live()
                    || self.departs_with(link, Departure::DeletedLinkStillOpens);
                (opens && without_query(&link.web_url) == wanted)
                    .then_some((item, permission, link))
            })
        })
    }

    /// Whether holding this link is enough to change the content.
    pub(super) fn lets_write(&self, link: &Link) -> bool {
        (link.writable || self.departs_with(link, Departure::ViewLinkLetsWrite))
            && !self.departs_with(link, Departure::EditLinkCannotWrite)
    }

    /// Whether a link has passed its instant.
    pub(super) fn has_expired(&self, link: &Link) -> bool {
        link.expiration.is_some_and(|expiration| expiration <= self.now())
    }
}

pub(super) fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

/// Spreads a counter over all 64 bits (the finalizer of SplitMix64): distinct in, distinct out.
pub(super) fn scatter(counter: u64) -> u64 {
    let mut mixed = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Why there is no such item. No id of this drive holds a hyphen: one that does is malformed.
fn no_item(id: &str) -> Refusal {
    if id.contains('-') {
        Refusal::invalid_request("The item id appears to be malformed.", Cause::MalformedId)
    } else {
        Refusal::item_not_found()
    }
}
