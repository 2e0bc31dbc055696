//! The owner's own calls: finding the drive, making the run's folder, cleaning up.

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::journal::{Entry, Journal, Made, path_below_root};
use super::paging::Pages;
use super::wire::About;
use super::{Reached, RunFolder, TargetError, Wire, join};
use crate::caller::Outgoing;
use crate::graph::{Address, Answer, Identity, Product, Purpose, Recording, Reply, encode_segment};

/// How many things are removed at a time.
const REMOVED_AT_A_TIME: usize = 4;

/// The owner on a service, outside any story.
pub(super) struct Owner<'o> {
    pub(super) wire: &'o Wire,
}

/// A drive as its own resource tells it.
pub(super) struct Drive {
    pub(super) id: String,
    pub(super) product: Product,
    pub(super) clock_ahead: Option<i64>,
}

/// Something that could not be removed, or not be looked for, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The path of its URL below the service root, redacted.
    pub path: String,
    /// What the service answered.
    pub reason: String,
}

impl Owner<'_> {
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, TargetError> {
        self.send(method, join(&self.wire.base, path), body).await
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<Value>,
    ) -> Result<Answer, TargetError> {
        let is_about_permissions = url.path().contains("/permissions");
        let purpose = match (&method, is_about_permissions) {
            (&Method::DELETE, true) => Purpose::DeletePermission,
            (&Method::DELETE, false) => Purpose::DeleteItem,
            (_, true) => Purpose::ListPermissions,
            (_, false) => Purpose::SetUp,
        };
        let mut headers = vec![("client-request-id".to_owned(), uuid::Uuid::new_v4().to_string())];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let outgoing =
            Outgoing { method, url, headers, body: body.map(|it| it.to_string()), bare: false };
        let about = About { act: 0, purpose, identity: Identity::Owner, item: None, link: None };
        let mut recording = Recording::default();
        match self.wire.send_patiently(&outgoing, &about, &mut recording).await.0 {
            Reply::Answer(answer) => Ok(answer),
            Reply::Nothing(failure) => Err(TargetError::Unreachable {
                url: self.wire.redactor.request_url(outgoing.url.as_str()),
                detail: failure.detail,
            }),
        }
    }

    /// Reads a drive.
    pub(super) async fn drive(&self, address: &Address) -> Result<Drive, TargetError> {
        let path = address.drive_path();
        let answer = self.call(Method::GET, &path, None).await?;
        let url = self.wire.redactor.request_url(join(&self.wire.base, &path).as_str());
        if answer.status != 200 {
            return Err(refused(format!("reading the drive {url}"), &answer));
        }
        let missing = |detail: String| TargetError::NoDrive { url: url.clone(), detail };
        let drive =
            answer.json().map_err(|detail| missing(format!("the body is no JSON ({detail})")))?;
        let id = drive["id"].as_str().ok_or_else(|| missing("it has no id".to_owned()))?;
        let drive_type = match &drive["driveType"] {
            Value::String(drive_type) => drive_type,
            Value::Null => return Err(missing("it has no driveType".to_owned())),
            other => return Err(missing(format!("its driveType is no string but {other}"))),
        };
        let product = Product::from_drive_type(drive_type).ok_or_else(|| {
            missing(format!(
                "its driveType is \"{drive_type}\", not personal, business or documentLibrary"
            ))
        })?;
        let clock_ahead = answer
            .header("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .and_then(|date| jiff::Timestamp::try_from(date).ok())
            .map(|date| date.as_second() - self.wire.clock.now().as_second());
        Ok(Drive { id: id.to_owned(), product, clock_ahead })
    }

    /// Whether the service does not know the token of an identity: one reading of the drive tells.
    pub(super) async fn is_turned_away(&self, identity: Identity, drive: &Address) -> bool {
        let outgoing = Outgoing {
            method: Method::GET,
            url: join(&self.wire.base, &drive.drive_path()),
            headers: Vec::new(),
            body: None,
            bare: false,
        };
        let about = About { act: 0, purpose: Purpose::SetUp, identity, item: None, link: None };
        let mut recording = Recording::default();
        let reply = self.wire.send_patiently(&outgoing, &about, &mut recording).await.0;
        matches!(reply, Reply::Answer(answer) if answer.status == 401)
    }

    /// Whether an address leads to the drive with that id.
    pub(super) async fn same_drive(&self, address: Address, drive_id: &str) -> Reached {
        match self.call(Method::GET, &address.drive_path(), None).await {
            Ok(answer) if answer.status == 200 => match answer.json() {
                Ok(drive) if drive["id"] == drive_id => Reached::Here(address),
                _ => Reached::No(format!("the {} address leads to another drive", address.kind())),
            },
            Ok(answer) => Reached::No(format!(
                "the drive could not be read at its {} address (answered {})",
                address.kind(),
                answer.status
            )),
            Err(error) => Reached::No(error.to_string()),
        }
    }

    /// Makes the folder everything else is made in.
    pub(super) async fn folder(
        &self,
        drive: &Address,
        journal: &Journal,
    ) -> Result<RunFolder, TargetError> {
        let name = format!("linkspec-{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        journal.note(Entry::WillMakeItem { name: name.clone(), folder: String::new() })?;
        let body = json!({
            "name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"
        });
        let path = format!("{}/root/children", drive.drive_path());
        let answer = self.call(Method::POST, &path, Some(body)).await?;
        let id = answer.json().ok().and_then(|item| item["id"].as_str().map(str::to_owned));
        let id = match id.filter(|_| matches!(answer.status, 200 | 201)) {
            Some(id) => id,
            // The name is nobody else's: a folder that is there already is the one whose making was
            // answered with a failure, and asked for again.
            None => match self.find(drive, "", &name).await {
                Ok(Some(id)) if answer.status == 409 => id,
                _ => return Err(refused("making the run's folder".to_owned(), &answer)),
            },
        };
        journal.made(Made::Item { id: id.clone(), name: name.clone() })?;
        // Nobody has shared this folder yet: what holds for it comes from above and is not the run's.
        // Where that cannot be read, no link is removed by itself; links go with their items.
        if let Ok(Some(held)) = self.permissions(drive, &id).await {
            let permission_ids = ids_of(&held).collect();
            journal.note(Entry::FromAbove { permission_ids })?;
        }
        Ok(RunFolder { id, name })
    }

    /// The id of the item with that name in that folder; none when there is no such item.
    async fn find(
        &self,
        drive: &Address,
        folder: &str,
        name: &str,
    ) -> Result<Option<String>, Leftover> {
        let path: String = folder
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| format!("/{part}"))
            .chain([format!("/{}", encode_segment(name))])
            .collect();
        let path = format!("{}/root:{path}", drive.drive_path());
        let answer = match self.call(Method::GET, &path, None).await {
            Ok(answer) if matches!(answer.status, 404 | 410) => return Ok(None),
            Ok(answer) => answer,
            Err(error) => return Err(self.leftover(&path, error.to_string())),
        };
        let item = answer.json().ok().filter(|_| answer.status == 200);
        match item.as_ref().and_then(|item| item["id"].as_str()) {
            Some(id) => Ok(Some(id.to_owned())),
            None => Err(self.leftover(&path, not_read(&answer))),
        }
    }

    fn leftover(&self, path: &str, reason: String) -> Leftover {
        Leftover { path: self.wire.redactor.text(path), reason }
    }

    /// Removes what a journal says was made: links first, then items. Twice is harmless.
    pub(super) async fn clean_up(&self, drive: &Address, journal: &Journal) -> Vec<Leftover> {
        let nameless = self.find_what_has_no_id(drive, journal).await;
        let unseen = self.find_lost_links(drive, journal).await;
        let links_by_themselves = journal.permissions_above().is_some();
        let mut refused: Vec<(Made, Leftover)> = Vec::new();
        // Several at a time, as stories are told: links first, since each is on an item; then the items; and what
        // was made first, the folder that holds the others, last of all.
        let (links, mut items): (Vec<Made>, Vec<Made>) =
            journal.leftovers().into_iter().partition(|it| matches!(it, Made::Link { .. }));
        let links = if links_by_themselves { links } else { Vec::new() };
        let folder: Vec<Made> = items.pop().into_iter().collect();
        for wave in [links, items, folder] {
            let removed = futures::stream::iter(wave).map(|made| async move {
                self.remove(drive, journal, &made).await.map(|leftover| (made, leftover))
            });
            let mut left: Vec<Option<(Made, Leftover)>> =
                removed.buffered(REMOVED_AT_A_TIME).collect().await;
            refused.extend(left.drain(..).flatten());
        }
        // What was refused may be gone all the same: with its folder, or with its item.
        for made in journal.gone_with_others() {
            let _ = journal.note(Entry::Removed(made));
        }
        let there = journal.leftovers();
        let is_item = |made: &Made, of: &str| matches!(made, Made::Item { id, .. } if id == of);
        let mut left: Vec<Leftover> = Vec::new();
        left.extend(
            nameless
                .into_iter()
                .filter(|(path, _)| !journal.is_in_removed_folder(path))
                .map(|(_, leftover)| leftover),
        );
        left.extend(refused.into_iter().filter(|(made, _)| there.contains(made)).map(|(_, it)| it));
        left.extend(
            unseen
                .into_iter()
                .filter(|(item_id, _)| there.iter().any(|it| is_item(it, item_id)))
                .map(|(_, leftover)| leftover),
        );
        if left.is_empty() {
            let _ = journal.note(Entry::Clean);
        }
        left
    }

    /// Removes the links on these items, which are the run's. What cannot be removed now is left to the
    /// clean-up.
    pub(super) async fn remove_links(&self, drive: &Address, journal: &Journal, items: &[&str]) {
        if journal.permissions_above().is_none() {
            return;
        }
        for made in journal.leftovers() {
            if matches!(&made, Made::Link { item_id, .. } if items.contains(&item_id.as_str())) {
                self.remove(drive, journal, &made).await;
            }
        }
    }

    /// Removes one thing. Gives it back, with the reason, where that cannot be done.
    async fn remove(&self, drive: &Address, journal: &Journal, made: &Made) -> Option<Leftover> {
        let path = path_of(drive, made);
        let reason = match self.call(Method::DELETE, &path, None).await {
            // Gone is gone, whoever removed it.
            Ok(answer) if answer.status < 300 || matches!(answer.status, 404 | 410) => {
                // The thing is gone; a journal that cannot say so makes the next clean-up ask again.
                let _ = journal.note(Entry::Removed(made.clone()));
                return None;
            }
            Ok(answer) => format!("answered {}", answer.status),
            Err(error) => error.to_string(),
        };
        Some(self.leftover(&path, reason))
    }

    /// What is left, as far as the journal tells, where there was no time to go through it.
    pub(super) fn not_reached(
        &self,
        drive: &Address,
        journal: &Journal,
        limit: Duration,
    ) -> Vec<Leftover> {
        let reason = format!("not removed within the {} s of clean-up", limit.as_secs_f32());
        let mut left: Vec<Leftover> = journal
            .leftovers()
            .iter()
            .map(|made| self.leftover(&path_of(drive, made), reason.clone()))
            .collect();
        if left.is_empty() {
            // Something was about to be made, and there was no time to look whether it was.
            let reason = "not looked for within the time of clean-up".to_owned();
            left.push(self.leftover(&drive.drive_path(), reason));
        }
        left
    }

    /// An item whose making was noted and whose id was not is looked for by its name.
    /// Gives those that could not be looked for, each with its path.
    async fn find_what_has_no_id(
        &self,
        drive: &Address,
        journal: &Journal,
    ) -> Vec<(String, Leftover)> {
        let entries = journal.entries();
        let mut left = Vec::new();
        for entry in &entries {
            let Entry::WillMakeItem { name, folder } = entry else { continue };
            let known = entries.iter().any(|it| {
                matches!(it, Entry::Made(Made::Item { name: made, .. })
                    | Entry::Removed(Made::Item { name: made, .. }) if made == name)
            });
            if known {
                continue;
            }
            match self.find(drive, folder, name).await {
                Ok(None) => {}
                Ok(Some(id)) => {
                    let _ = journal.made(Made::Item { id, name: name.clone() });
                }
                Err(leftover) => left.push((path_below_root(folder, name), leftover)),
            }
        }
        left
    }

    /// A link that was asked for and whose answer was lost is found in the list of its item.
    /// Gives the items that could not be looked at.
    async fn find_lost_links(&self, drive: &Address, journal: &Journal) -> Vec<(String, Leftover)> {
        let entries = journal.entries();
        let mut items: Vec<&String> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let Entry::WillAskForLink { item_id } = entry else { continue };
            let answered = entries[index + 1..].iter().any(
                |it| matches!(it, Entry::Made(Made::Link { item_id: of, .. }) if of == item_id),
            );
            if !answered && !items.contains(&item_id) {
                items.push(item_id);
            }
        }
        if items.is_empty() {
            return Vec::new();
        }
        let mut lists: Vec<(&String, Vec<String>)> = Vec::new();
        let mut unseen = Vec::new();
        for item_id in items {
            match self.own_links(drive, item_id).await {
                Ok(ids) => lists.push((item_id, ids)),
                Err(leftover) => unseen.push((item_id.clone(), leftover)),
            }
        }
        // Read after those lists, so that it also has what somebody shares above meanwhile. Where it is
        // not known, nothing that is listed can be told to be the run's; it goes with its item.
        let Some(mut known) = self.permissions_above(drive, journal).await else { return unseen };
        // In a folder of ours, the links on that folder are inherited too.
        known.extend(entries.iter().filter_map(|entry| match entry {
            Entry::Made(Made::Link { permission_id, .. }) => Some(permission_id.clone()),
            _ => None,
        }));
        for (item_id, ids) in lists {
            for permission_id in ids {
                if known.insert(permission_id.clone()) {
                    let item_id = item_id.clone();
                    let _ = journal.made(Made::Link { item_id, permission_id });
                }
            }
        }
        unseen
    }

    /// The permissions that come from above the run's folder, whether the service says so or not: those
    /// that held for it from the first and those that hold now. None where either is not known.
    pub(super) async fn permissions_above(
        &self,
        drive: &Address,
        journal: &Journal,
    ) -> Option<HashSet<String>> {
        let mut ids: HashSet<String> = journal.permissions_above()?.into_iter().collect();
        let folder = journal.entries().into_iter().find_map(|entry| match entry {
            Entry::Made(Made::Item { id, .. }) => Some(id),
            _ => None,
        })?;
        let held = self.permissions(drive, &folder).await.ok()?.unwrap_or_default();
        ids.extend(ids_of(&held));
        Some(ids)
    }

    /// The ids of the links on an item itself. None where the item is gone.
    async fn own_links(&self, drive: &Address, item_id: &str) -> Result<Vec<String>, Leftover> {
        let held = self.permissions(drive, item_id).await?.unwrap_or_default();
        let links = held
            .iter()
            .filter(|entry| entry["link"].is_object() && !crate::judge::is_inherited(entry));
        Ok(links.filter_map(|entry| entry["id"].as_str().map(str::to_owned)).collect())
    }

    /// The permissions of an item, all pages; none where the item is gone.
    async fn permissions(
        &self,
        drive: &Address,
        item_id: &str,
    ) -> Result<Option<Vec<Value>>, Leftover> {
        let path = format!("{}/permissions", drive.item_path(item_id));
        let mut url = join(&self.wire.base, &path);
        let mut pages = Pages::from(url.clone(), &self.wire.base);
        let mut held = Vec::new();
        loop {
            let answer = match self.send(Method::GET, url, None).await {
                Ok(answer) if matches!(answer.status, 404 | 410) => return Ok(None),
                Ok(answer) => answer,
                Err(error) => return Err(self.leftover(&path, error.to_string())),
            };
            let page = answer.json().ok().filter(|_| answer.status == 200);
            let entries = page.and_then(|page| page["value"].as_array());
            let (Some(page), Some(entries)) = (page, entries) else {
                return Err(self.leftover(&path, not_read(&answer)));
            };
            held.extend(entries.iter().cloned());
            match pages.after(page) {
                Ok(Some(next)) => url = next,
                Ok(None) => return Ok(Some(held)),
                Err(why) => return Err(self.leftover(&path, format!("cannot be read: {why}"))),
            }
        }
    }
}

fn ids_of(permissions: &[Value]) -> impl Iterator<Item = String> {
    permissions.iter().filter_map(|entry| entry["id"].as_str().map(str::to_owned))
}

fn path_of(drive: &Address, made: &Made) -> String {
    match made {
        Made::Link { item_id, permission_id } => {
            format!("{}/permissions/{}", drive.item_path(item_id), encode_segment(permission_id))
        }
        Made::Item { id, .. } => drive.item_path(id),
    }
}

fn not_read(answer: &Answer) -> String {
    format!("cannot be looked for: answered {}", answer.status)
}

fn refused(what: String, answer: &Answer) -> TargetError {
    let code = answer.error().code.map(|code| format!(", code {code}")).unwrap_or_default();
    TargetError::Refused { what, status: answer.status, code }
}
