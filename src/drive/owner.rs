//! The owner's own calls: finding the drive, making the run's folder, reading permissions.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::journal::{Journal, ids_of};
use super::journal_entry::{Entry, Made};
use super::made_item::{Named, Parent, Unproven, named};
use super::paging::Pages;
use super::wire::About;
use super::{Reached, RunFolder, TargetError, Wire, join};
use crate::caller::Outgoing;
use crate::graph::{
    Address, Answer, Identity, Product, Purpose, Recording, Reply, embedded, encode_segment,
};

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
    pub(super) async fn call(
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
        if let Some(why) = embedded::shown_by(drive) {
            return Err(TargetError::OutOfScope { url, why });
        }
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
        let root = self.root(drive, journal).await;
        let path = format!("{}/root/children", drive.drive_path());
        let answer = self.call(Method::POST, &path, Some(body)).await?;
        let what = "making the run's folder".to_owned();
        let id = match named(&answer, &name, root.map(Parent::Root).as_ref()) {
            Named::Asked(id) => id,
            Named::Other(id, why) => return Err(self.other(drive, journal, what, &id, why)),
            // The name is nobody else's: a folder that is there already is the one whose making was
            // answered with a failure, and asked for again.
            Named::Nothing => match self.find(drive, "", &name).await {
                Ok(Some(id)) if answer.status == 409 => id,
                _ => return Err(refused(what, &answer)),
            },
        };
        match self.prove_new(drive, journal, &id, &name).await {
            Ok(()) => {}
            Err(Unproven::Foreign(why)) => {
                return Err(self.other(drive, journal, what, &id, why));
            }
            Err(why) => return Err(TargetError::Unproven { what, why: why.text() }),
        }
        journal.made(Made::Item { id: id.clone(), name: name.clone() })?;
        // Nobody has shared this folder yet: what holds for it comes from above and is not the run's.
        // Where that cannot be read, no link is removed by itself; links go with their items.
        if let Ok(Some(held)) = self.permissions(drive, &id).await {
            let permission_ids = ids_of(&held).collect();
            journal.note(Entry::FromAbove { permission_ids })?;
        }
        Ok(RunFolder { id, name })
    }

    /// An answer named an item that is not the run's.
    fn other(
        &self,
        drive: &Address,
        journal: &Journal,
        what: String,
        id: &str,
        why: &'static str,
    ) -> TargetError {
        let handed_out = self.handed_out(drive, journal, &what, id, why);
        TargetError::OtherItem { what: handed_out }
    }

    /// Notes that an answer named an item that is not the run's, and says so.
    pub(super) fn handed_out(
        &self,
        drive: &Address,
        journal: &Journal,
        what: &str,
        id: &str,
        why: &str,
    ) -> String {
        let path = self.wire.redactor.text(&drive.item_path(id));
        let text = format!(
            "{what} was answered with an item that is not the one asked for ({path}: {why}); it was left alone"
        );
        journal.handed_out(text.clone());
        text
    }

    /// The id of the item with that name in that folder; none when there is no such item.
    pub(super) async fn find(
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

    pub(super) fn leftover(&self, path: &str, reason: String) -> Leftover {
        Leftover { path: self.wire.redactor.text(path), reason }
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

    /// The ids of the links on an item itself that were not there before. None where the item is gone.
    pub(super) async fn own_links(
        &self,
        drive: &Address,
        journal: &Journal,
        item_id: &str,
    ) -> Result<Vec<String>, Leftover> {
        let held = self.permissions(drive, item_id).await?.unwrap_or_default();
        journal.shows(item_id, &held);
        let links = held
            .iter()
            .filter(|entry| entry["link"].is_object() && !crate::judge::is_inherited(entry))
            .filter_map(|entry| entry["id"].as_str())
            .filter(|id| !journal.was_there(item_id, id));
        Ok(links.map(str::to_owned).collect())
    }

    /// The permissions of an item, all pages; none where the item is gone.
    pub(super) async fn permissions(
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
            match pages.after(page, answer.body.len()) {
                Ok(Some(_)) if !self.wire.reads_on() => {
                    return Err(self.leftover(&path, "is a list without end".to_owned()));
                }
                Ok(Some(next)) => url = next,
                Ok(None) => return Ok(Some(held)),
                Err(why) => return Err(self.leftover(&path, format!("cannot be read: {why}"))),
            }
        }
    }
}

pub(super) fn not_read(answer: &Answer) -> String {
    format!("cannot be looked for: answered {}", answer.status)
}

fn refused(what: String, answer: &Answer) -> TargetError {
    let code = answer.error().code.map(|code| format!(", code {code}")).unwrap_or_default();
    TargetError::Refused { what, status: answer.status, code }
}
