//! Carrying a story out on a drive, act by act.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::ours::NO_ITEM;
use super::owner::Owner;
use super::paging::Pages;
use super::settle::{Expected, LinkMark};
use super::wire::{About, mark_last_as_retried};
use super::{Entry, Made, Reached, Target};
use crate::caller::Outgoing;
use crate::graph::{
    Address, Answer, Gap, Identity, Product, Purpose, Recording, Reply, Unredacted,
};
use crate::story::{Act, Ask, Story, Way, WrongMethod};

/// One story being told on a target.
pub(crate) struct Teller<'t> {
    pub(super) target: &'t Target,
    pub(super) recording: Recording,
    pub(super) items: BTreeMap<String, Item>,
    pub(super) links: Vec<Option<Link>>,
    pub(super) number: u32,
    pub(super) act: usize,
    /// The last act that did more than read.
    last_change: usize,
    /// When the telling began: instants are told from here, so that what is asked twice is the same twice.
    pub(super) began: Timestamp,
    /// Permissions are read around every request.
    thorough: bool,
}

/// A file or folder of the story.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: String,
    /// The path below the root of the drive, percent-encoded.
    pub(super) path: String,
    pub(super) inside: Option<String>,
    pub(super) deleted: bool,
    pub(super) versions: u32,
}

/// A link that was granted.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) item: String,
    pub(super) permission: Unredacted<Value>,
    pub(super) deleted: bool,
    /// Whether somebody who is not the owner is expected to get in.
    pub(super) opens: bool,
    /// The request asked for inherited permissions to be dropped.
    pub(super) drops: bool,
}

/// Why an act was not carried out.
pub(super) type Missing = Gap;

impl Target {
    /// Tells a story and lists the permissions of its items at every line in `ends`, where it or a story
    /// told along with it ends.
    pub(crate) async fn tell(
        &self,
        story: &Story,
        lines: &[String],
        ends: &BTreeSet<usize>,
        thorough: bool,
    ) -> Recording {
        let number = self.stories.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let mut telling = Teller {
            target: self,
            recording: Recording { lines: lines.to_vec(), ..Recording::default() },
            items: BTreeMap::new(),
            links: Vec::new(),
            number,
            act: 0,
            last_change: 0,
            began: self.wire.clock.now(),
            thorough,
        };
        for (index, act) in story.acts.iter().enumerate() {
            telling.act = index;
            if self.wire.interrupt().is_set() {
                let reason = "the run was interrupted".to_owned();
                let rest = index..story.acts.len();
                telling
                    .recording
                    .gaps
                    .extend(rest.map(|it| (it, Gap::Inconclusive(reason.clone()))));
                break;
            }
            if let Err(gap) = telling.carry_out(act).await {
                telling.recording.gaps.insert(index, gap);
            }
            if !act.only_reads() {
                telling.last_change = index;
            }
            if ends.contains(&(index + 1)) && telling.asked_anything() {
                telling.list_all().await;
            } else if let Act::Ask(ask) = act {
                telling.list_after(&ask.item).await;
            }
        }
        if thorough && !self.wire.interrupt().is_set() {
            telling.look_after(story.acts.len()).await;
        }
        // Whoever finds a link has little time to use it, however long the rest of the run takes.
        if self.short_lived_links && self.wire.stopped().is_none() {
            let items: Vec<&str> = telling.items.values().map(|it| it.id.as_str()).collect();
            let owner = Owner { wire: &self.wire };
            owner.remove_links(&self.drive, &self.journal, &items).await;
        }
        telling.recording
    }
}

impl Teller<'_> {
    async fn carry_out(&mut self, act: &Act) -> Result<(), Missing> {
        match act {
            Act::Make { item, folder, inside } => self.make(item, *folder, inside.as_deref()).await,
            Act::Ask(ask) => self.ask(ask).await,
            Act::WrongMethod { item, method } => self.call_wrongly(item, *method).await,
            Act::List { item } => {
                self.list(item).await;
                Ok(())
            }
            Act::ReadItem { item } => {
                let url = self.item_path(item)?;
                self.owner(Method::GET, &url, None, Purpose::ReadItem, item).await;
                Ok(())
            }
            Act::DeleteItem { item } => self.delete_item(item).await,
            Act::ReplaceContent { item } => self.replace_content(item).await,
            Act::CheckOut { item } => self.check(item, "checkout", "{}").await,
            Act::CheckIn { item } => self.check(item, "checkin", r#"{"comment":"linkspec"}"#).await,
            Act::WithLink { by, link, use_of_link } => self.use_link(*by, *link, use_of_link).await,
        }
    }

    /// Calls createLink with a method that is not POST: with PATCH and PUT the plainest request there is.
    async fn call_wrongly(&mut self, item: &str, method: WrongMethod) -> Result<(), Missing> {
        let path = format!("{}/createLink", self.item_path(item)?);
        let body = || self.body(&Ask::for_type(Identity::Owner, item, "view").body);
        let (method, body) = match method {
            WrongMethod::Get => (Method::GET, None),
            WrongMethod::Patch => (Method::PATCH, body()),
            WrongMethod::Put => (Method::PUT, body()),
        };
        self.owner(method, &path, body, Purpose::WrongMethod, item).await;
        Ok(())
    }

    fn asked_anything(&self) -> bool {
        self.recording
            .exchanges
            .iter()
            .any(|it| matches!(it.purpose, Purpose::CreateLink | Purpose::WrongMethod))
    }

    /// Lists the permissions of an item that is about to be shared for the first time, as they are after the line
    /// before, unless they were read just now.
    pub(super) async fn list_before(&mut self, name: &str) {
        let known = self.items.get(name).is_some_and(|it| !it.deleted);
        let asked = self.was_asked_for(name);
        if !known || asked || self.act == 0 {
            return;
        }
        // It belongs to the last line that every story told along with this one has.
        let act = self.act;
        self.act = self.last_change;
        let is_read = self.recording.exchanges.last().is_some_and(|it| {
            it.purpose == Purpose::ListPermissions
                && it.item.as_deref() == Some(name)
                && it.act == self.act
        });
        if !is_read {
            self.list(name).await;
        }
        self.act = act;
    }

    /// Lists the permissions of an item that was just shared.
    async fn list_after(&mut self, name: &str) {
        if self.thorough && self.items.get(name).is_some_and(|it| !it.deleted) {
            self.list(name).await;
        }
    }

    /// Lists the permissions of every item of the story that is still there.
    pub(super) async fn list_all(&mut self) {
        let names: Vec<String> = self
            .items
            .iter()
            .filter(|(_, item)| !item.deleted)
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            self.list(&name).await;
        }
    }

    /// Lists the permissions of an item, all pages, again until the list shows what is expected of it.
    pub(super) async fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        let id = self.items.get(name)?.id.clone();
        let expected = self.expected(name);
        let mut pauses = self.target.wire.settling().iter();
        let mut waited = false;
        loop {
            let first = self.recording.exchanges.len();
            let entries = self.list_once(name, &id).await?;
            if expected.shown_by(&entries) {
                if waited {
                    self.target.wire.waited(true);
                }
                return Some(entries);
            }
            let Some(pause) = pauses.next() else {
                self.target.wire.waited(false);
                return Some(entries);
            };
            if !self.target.wire.rest(*pause).await {
                return Some(entries);
            }
            for exchange in &mut self.recording.exchanges[first..] {
                exchange.retried = true;
            }
            waited = true;
        }
    }

    pub(super) async fn list_once(&mut self, name: &str, id: &str) -> Option<Vec<Value>> {
        let mut url = self.target.url(&format!("{}/permissions", self.target.drive.item_path(id)));
        let mut pages = Pages::from(url.clone(), &self.target.base);
        let mut entries = Vec::new();
        loop {
            let outgoing = self.outgoing(Identity::Owner, Method::GET, url.clone(), None)?;
            let about = self.about(Purpose::ListPermissions, Identity::Owner, Some(name), None);
            let reply =
                self.target.wire.send_patiently(&outgoing, &about, &mut self.recording).await;
            let Reply::Answer(answer) = &reply.0 else { return None };
            let page = answer.json().ok().filter(|_| answer.status == 200)?;
            entries.extend(page["value"].as_array()?.iter().cloned());
            // A list that cannot be read to its end tells nothing about what is not in it.
            match pages.after(page, answer.body.len()).ok()? {
                Some(_) if !self.target.wire.reads_on() => return None,
                Some(next) => url = next,
                None => {
                    // What is there before a link is asked for is not the run's.
                    if self.was_asked_for(name) {
                        self.target.journal.shows(id, &entries);
                    } else {
                        self.target.journal.held(id, &entries);
                    }
                    return Some(entries);
                }
            }
        }
    }

    /// Whether a link to an item was asked for.
    fn was_asked_for(&self, name: &str) -> bool {
        let mut asked = self.recording.exchanges.iter();
        asked.any(|it| it.purpose == Purpose::CreateLink && it.item.as_deref() == Some(name))
    }

    /// The folder of the story that an item was made in.
    fn inside(&self, name: &str) -> Option<&str> {
        self.items.get(name)?.inside.as_deref()
    }

    /// What the list of an item is expected to show, as the page describes it.
    fn expected(&self, name: &str) -> Expected {
        let mut expected = Expected::default();
        let folders: Vec<&str> =
            std::iter::successors(self.inside(name), |it| self.inside(it)).collect();
        let dropped =
            self.links.iter().flatten().position(|link| link.item == name).is_some_and(|first| {
                self.links.iter().flatten().nth(first).is_some_and(|link| link.drops)
            });
        for link in self.links.iter().flatten() {
            let mark = LinkMark::of(&link.permission.0);
            let own = link.item == name;
            let inherited = folders.contains(&link.item.as_str());
            if inherited && dropped && self.target.product == Product::Personal {
                // The page speaks of dropping on OneDrive for Business and SharePoint only.
            } else if (own && link.deleted) || (inherited && dropped) {
                expected.absent.push(mark);
            } else if (own || inherited) && !link.deleted {
                expected.present.push(mark);
            }
        }
        // Asked for twice, a link is there once; what one request deleted another may have revived.
        let present = expected.present.clone();
        expected.absent.retain(|mark| !present.contains(mark));
        expected
    }

    /// A call of the owner that may be repeated without harm.
    pub(super) async fn owner(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        purpose: Purpose,
        item: &str,
    ) -> Unredacted<Reply> {
        let url = self.target.url(path);
        let about = self.about(purpose, Identity::Owner, Some(item), None);
        let Some(mut outgoing) = self.outgoing(Identity::Owner, method, url, body) else {
            return no_token();
        };
        if outgoing.body.is_some() {
            let is_content = outgoing.url.path().ends_with("/content");
            let media_type = if is_content { "text/plain" } else { "application/json" };
            outgoing.headers.push(("content-type".to_owned(), media_type.to_owned()));
        }
        self.send_or_say_so(&outgoing, &about).await
    }

    /// Sends. A line whose request was not sent was not told, for the reason that kept it.
    pub(super) async fn send_or_say_so(
        &mut self,
        outgoing: &Outgoing,
        about: &About,
    ) -> Unredacted<Reply> {
        let sent_before = self.recording.exchanges.len();
        let reply = self.target.wire.send_patiently(outgoing, about, &mut self.recording).await;
        if let Reply::Nothing(failure) = &reply.0
            && self.recording.exchanges.len() == sent_before
            // What is done after the last line belongs to none.
            && self.act < self.recording.lines.len()
        {
            let gap = Gap::Inconclusive(failure.detail.clone());
            self.recording.gaps.entry(self.act).or_insert(gap);
        }
        reply
    }

    /// A request of an identity; `None` when there is no token for it.
    pub(super) fn outgoing(
        &self,
        identity: Identity,
        method: Method,
        url: Url,
        body: Option<String>,
    ) -> Option<Outgoing> {
        let signed_in = identity.token_variable().is_some();
        if signed_in && !self.target.wire.wallet.identities().any(|it| it == identity) {
            return None;
        }
        let headers = vec![("client-request-id".to_owned(), uuid::Uuid::new_v4().to_string())];
        Some(Outgoing { method, url, headers, body, bare: false })
    }

    pub(super) fn about(
        &self,
        purpose: Purpose,
        identity: Identity,
        item: Option<&str>,
        link: Option<usize>,
    ) -> About {
        About { act: self.act, purpose, identity, item: item.map(str::to_owned), link }
    }

    pub(super) fn item(&self, name: &str) -> Result<&Item, Missing> {
        self.items.get(name).ok_or_else(|| never_made(name))
    }

    pub(super) fn item_path(&self, name: &str) -> Result<String, Missing> {
        Ok(self.target.drive.item_path(&self.item(name)?.id))
    }

    /// The path of createLink by the way the story names.
    pub(super) fn create_link_path(&self, name: &str, way: Way) -> Result<String, Missing> {
        let item = self.item(name)?;
        let drive = &self.target.drive;
        let by = |address: &Address| format!("{}/createLink", address.item_path(&item.id));
        let reached = |kind: &'static str| match self.target.addresses.get(kind) {
            Some(Reached::Here(address)) => Ok(by(address)),
            Some(Reached::No(reason)) => Err(Gap::NotRun(reason.clone())),
            None => Err(Gap::NotRun(format!(
                "no {kind} address of this drive is declared ([addresses] in linkspec.toml)"
            ))),
        };
        match way {
            Way::Usual => Ok(by(drive)),
            Way::Drives => reached("drives"),
            Way::Groups => reached("groups"),
            Way::Me => reached("me"),
            Way::Sites => reached("sites"),
            Way::Users => reached("users"),
            Way::ByPath => Ok(format!("{}/root:{}:/createLink", drive.drive_path(), item.path)),
            Way::QualifiedAction => {
                Ok(format!("{}/microsoft.graph.createLink", drive.item_path(&item.id)))
            }
            Way::MalformedItem => Ok(format!("{}/items/{NO_ITEM}/createLink", drive.drive_path())),
            Way::EncodedIds => {
                // Drive ids hold a "!" where item ids do not: the drives address then shows the same.
                let paths = [Some(by(drive)), reached("drives").ok()];
                let encoded = paths.iter().flatten().map(|path| path.replace('!', "%21"));
                let changed = encoded.clone().zip(paths.iter().flatten());
                let encoded = changed
                    .filter(|(encoded, path)| encoded != *path)
                    .map(|(encoded, _)| encoded)
                    .chain(encoded.filter(|path| path.contains('%')))
                    .next();
                let Some(encoded) = encoded else {
                    return Err(Gap::NotRun(
                        "the ids of this drive hold nothing that could be percent-encoded".into(),
                    ));
                };
                Ok(encoded)
            }
        }
    }

    /// Writes into the journal before anything is made; what cannot be noted is not made.
    pub(super) fn note(&self, entry: Entry) -> Result<(), Missing> {
        self.target.journal.note(entry).map_err(|error| {
            self.target.wire.stop(error.to_string());
            Gap::Inconclusive(error.to_string())
        })
    }

    /// Notes something that is made already. Where that fails nothing more is made; the intent noted
    /// before lets clean-up find it.
    pub(super) fn note_made(&self, made: Made) {
        if let Err(error) = self.target.journal.made(made) {
            self.target.wire.stop(error.to_string());
        }
    }

    /// An earlier attempt gives way to a later one.
    pub(super) fn retry_last(&mut self) {
        mark_last_as_retried(&mut self.recording);
    }
}

pub(super) fn never_made(name: &str) -> Missing {
    Gap::Inconclusive(format!("the {name} of the story could not be made"))
}

pub(super) fn no_token() -> Unredacted<Reply> {
    Unredacted(Reply::Nothing(crate::graph::Failure {
        failure: crate::graph::FailureKind::NoConnection,
        detail: "there is no token for the owner".into(),
    }))
}

/// An answer in some words, for gaps.
pub(super) fn describe(reply: &Reply) -> String {
    match reply {
        Reply::Answer(answer) => crate::judge::status_text(answer),
        Reply::Nothing(failure) => failure.detail.clone(),
    }
}

pub(super) fn is_answered(reply: &Reply, test: impl Fn(&Answer) -> bool) -> bool {
    matches!(reply, Reply::Answer(answer) if test(answer))
}
