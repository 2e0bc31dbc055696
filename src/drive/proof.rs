//! Whether an item, a permission or a share is the run's: what the service shows of it is held against what
//! the journal says. An id alone proves nothing, whoever answered with it.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::Value;

use super::journal::{Journal, Place};
use super::owner::{Leftover, Owner, not_read};
use crate::graph::{Address, Answer};

/// How far an item may be dated before the run, where the service tells what time it has.
const TOLD: SignedDuration = SignedDuration::from_mins(5);
/// The same where it does not: then only this machine's clock is known, and that may be set wrong.
const NOT_TOLD: SignedDuration = SignedDuration::from_hours(25);
/// Folders of a run lie in each other this deep at most.
const DEEPEST: usize = 8;

/// Why an item is not taken for the run's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unproven {
    /// There is no such item.
    Gone,
    /// It is there, and is not what the run made.
    Foreign(&'static str),
    /// It cannot be read.
    Unread(String),
}

impl Unproven {
    /// In words, after the path of the item.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Gone => "is not there".to_owned(),
            Self::Foreign(why) => format!("is not what this run made: {why}; it is left alone"),
            Self::Unread(why) => why.clone(),
        }
    }
}

/// What is behind a sharing URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// The item it was made for.
    TheItem,
    /// Another one.
    Another,
    /// It cannot be seen, for this reason.
    Unread(String),
}

/// What an answer to making an item came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// The item with this id, which has the name that was asked for.
    Asked(String),
    /// Another item, with this id.
    Other(String, &'static str),
    /// No item.
    Nothing,
}

/// The folder an item was to be made in, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parent {
    /// The root of the drive.
    Root(String),
    /// A folder of the run.
    Folder(String),
}

impl Parent {
    fn is(&self, id: &str) -> bool {
        match self {
            Self::Root(root) => same_id(root, id) || is_root(id),
            Self::Folder(folder) => same_id(folder, id),
        }
    }
}

/// Reads the answer to making an item: what was made has the name that was asked for, in the folder that was
/// asked for.
pub(super) fn named(answer: &Answer, name: &str, parent: Option<&Parent>) -> Named {
    let item = answer.json().ok().filter(|_| matches!(answer.status, 200 | 201));
    let Some(item) = item.filter(|item| item["id"].as_str().is_some_and(|id| !id.is_empty()))
    else {
        return Named::Nothing;
    };
    let id = item["id"].as_str().unwrap_or_default().to_owned();
    match misfit(item, &id, name, parent, None) {
        Some(why) => Named::Other(id, why),
        None => Named::Asked(id),
    }
}

/// What tells an item from the one that has this id, this name and this parent, where it tells its parent, and
/// was made since then; none where nothing does.
fn misfit(
    item: &Value,
    id: &str,
    name: &str,
    parent: Option<&Parent>,
    since: Option<Timestamp>,
) -> Option<&'static str> {
    let shown = item["id"].as_str().unwrap_or_default();
    if is_root(id) || is_root(shown) || item["root"].is_object() {
        return Some("it is the root of the drive");
    }
    if !same_id(shown, id) {
        return Some("it has another id");
    }
    if item["name"].as_str() != Some(name) {
        return Some("it has another name");
    }
    let elsewhere = parent
        .zip(item["parentReference"]["id"].as_str())
        .is_some_and(|(parent, shown)| !parent.is(shown));
    if elsewhere {
        return Some("it is in another folder");
    }
    let created = item["createdDateTime"].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    if created.zip(since).is_some_and(|(created, since)| created < since) {
        return Some("it was made before the run");
    }
    None
}

/// Ids are opaque, but personal drives write the same one in capitals and in small letters.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The pseudo id that stands for the root of the drive.
pub(super) fn is_root(id: &str) -> bool {
    id.trim().eq_ignore_ascii_case("root")
}

/// Whether a name is one that [`Owner::folder`] gives.
fn is_name_of_a_run(name: &str) -> bool {
    name.strip_prefix("linkspec-").is_some_and(|rest| {
        rest.len() == 12 && rest.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}

impl Owner<'_> {
    /// Reads an item by its id and holds it against the journal. From then on it may be changed.
    ///
    /// # Errors
    /// Where it is not what the run made, or that cannot be seen.
    pub(super) async fn prove(
        &self,
        drive: &Address,
        journal: &Journal,
        id: &str,
        name: &str,
    ) -> Result<(), Unproven> {
        journal.forget_proof(id);
        self.prove_at(drive, journal, id, name, DEEPEST).await
    }

    async fn prove_at(
        &self,
        drive: &Address,
        journal: &Journal,
        id: &str,
        name: &str,
        depth: usize,
    ) -> Result<(), Unproven> {
        if id.is_empty() || is_root(id) {
            return Err(Unproven::Foreign("its id stands for the root of the drive"));
        }
        let Some(place) = journal.place_of(name).filter(|_| depth > 0) else {
            return Err(Unproven::Foreign("the journal does not tell where it was to be made"));
        };
        let parent = match &place {
            Place::Root if !is_name_of_a_run(name) => {
                return Err(Unproven::Foreign("no run makes a folder of that name"));
            }
            Place::Root => self.root(drive, journal).await.map(Parent::Root),
            Place::Folder { id, .. } => Some(Parent::Folder(id.clone())),
        };
        let path = drive.item_path(id);
        let answer = self
            .call(Method::GET, &path, None)
            .await
            .map_err(|error| Unproven::Unread(error.to_string()))?;
        let item = match answer.status {
            404 | 410 => return Err(Unproven::Gone),
            200 => answer.json().ok().filter(|it| it.is_object()),
            _ => None,
        };
        let Some(item) = item else { return Err(Unproven::Unread(not_read(&answer))) };
        if let Some(why) = misfit(item, id, name, parent.as_ref(), journal.since()) {
            // Whoever sees that it is not the run's says so for all; a look alone unsays nothing, since
            // somebody else may be about to remove it on the strength of a look of their own.
            journal.forget_proof(id);
            return Err(Unproven::Foreign(why));
        }
        // A folder that is not the run's makes nothing in it the run's.
        if let Place::Folder { id, name, .. } = &place
            && !journal.proves(id)
        {
            match Box::pin(self.prove_at(drive, journal, id, name, depth - 1)).await {
                // What was in a folder that was just removed went with it; that is seen later.
                Err(Unproven::Gone) if journal.was_proven(id) => return Err(Unproven::Gone),
                Err(Unproven::Gone | Unproven::Foreign(_)) => {
                    return Err(Unproven::Foreign("its folder is not the run's"));
                }
                other => other?,
            }
        }
        // An item that does not tell where it is, is looked for where it has to be.
        if parent.is_none() || item["parentReference"]["id"].as_str().is_none() {
            match self.find(drive, place.path(), name).await {
                Ok(Some(found)) if same_id(&found, id) => {}
                Ok(_) => return Err(Unproven::Foreign("it is not where the run made it")),
                Err(leftover) => return Err(Unproven::Unread(leftover.reason)),
            }
        }
        journal.take_for_ours(id);
        Ok(())
    }

    /// As [`Self::prove`], for an item that was just made and may be unknown for a moment (HAR-07).
    pub(super) async fn prove_new(
        &self,
        drive: &Address,
        journal: &Journal,
        id: &str,
        name: &str,
    ) -> Result<(), Unproven> {
        for pause in self.wire.settling() {
            match self.prove(drive, journal, id, name).await {
                Err(Unproven::Gone) if self.wire.rest(*pause).await => {}
                other => return other,
            }
        }
        self.prove(drive, journal, id, name).await
    }

    /// The id of the drive's root, as far as the service tells it.
    pub(super) async fn root(&self, drive: &Address, journal: &Journal) -> Option<String> {
        if let Some(root) = journal.root() {
            return root;
        }
        let path = format!("{}/root", drive.drive_path());
        let answer = self.call(Method::GET, &path, None).await.ok()?;
        let item = answer.json().ok().filter(|_| answer.status == 200);
        let root = item.and_then(|item| item["id"].as_str()).map(str::to_owned);
        if item.is_some() {
            journal.learn_root(root.clone());
        }
        root
    }

    /// Whether this token reads the drive at all: only then does a 404 tell that something is gone.
    pub(super) async fn reads_the_drive(&self, drive: &Address, journal: &Journal) -> bool {
        self.root(drive, journal).await;
        journal.root().is_some()
    }

    /// Whether the item's own list shows a permission, and no list before its first createLink did. Only then
    /// is it the run's to remove.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub(super) async fn proves_link(
        &self,
        drive: &Address,
        journal: &Journal,
        item_id: &str,
        permission_id: &str,
    ) -> Result<bool, Leftover> {
        if journal.proves_link(item_id, permission_id) {
            return Ok(true);
        }
        if !journal.can_prove_links(item_id) {
            return Ok(false);
        }
        if let Some(held) = self.permissions(drive, item_id).await? {
            journal.shows(item_id, &held);
        }
        Ok(journal.proves_link(item_id, permission_id))
    }

    /// What the permissions of a new item are before anybody asked for a link to it.
    pub(super) async fn permissions_before(
        &self,
        drive: &Address,
        item_id: &str,
    ) -> Option<Vec<String>> {
        let held = self.permissions(drive, item_id).await.ok()??;
        Some(super::owner::ids_of(&held).collect())
    }

    /// Whether the item behind a share, as the owner sees it, is that one.
    pub(super) async fn is_behind(&self, share: &str, item_id: &str) -> Behind {
        let path = format!("/shares/{share}/driveItem");
        let answer = match self.call(Method::GET, &path, None).await {
            Ok(answer) => answer,
            Err(error) => return Behind::Unread(error.to_string()),
        };
        let item = answer.json().ok().filter(|_| answer.status == 200);
        match item.and_then(|item| item["id"].as_str()) {
            Some(id) if same_id(id, item_id) => Behind::TheItem,
            Some(_) => Behind::Another,
            None => Behind::Unread(format!(
                "what the sharing URL leads to cannot be read by the owner (answered {})",
                answer.status
            )),
        }
    }
}

/// The earliest instant at which something of a run can have been made, by the clock of the service.
pub(super) fn earliest(started: Timestamp, clock_ahead: Option<i64>) -> Option<Timestamp> {
    let (ahead, tolerance) = match clock_ahead {
        Some(seconds) => (SignedDuration::from_secs(seconds), TOLD),
        None => (SignedDuration::ZERO, NOT_TOLD),
    };
    started.checked_add(ahead).ok()?.checked_sub(tolerance).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn since() -> Option<Timestamp> {
        earliest("2026-01-01T12:00:00Z".parse().unwrap(), Some(3600))
    }

    fn of(item: &Value) -> Option<&'static str> {
        misfit(item, "D!7", "s001-file.txt", Some(&Parent::Folder("D!1".into())), since())
    }

    #[test]
    fn what_was_made_is_recognised() {
        for item in [
            json!({"id": "D!7", "name": "s001-file.txt"}),
            json!({"id": "d!7", "name": "s001-file.txt", "parentReference": {"id": "d!1"}}),
            json!({"id": "D!7", "name": "s001-file.txt", "root": null, "createdDateTime": null}),
            json!({"id": "D!7", "name": "s001-file.txt", "createdDateTime": "2026-01-01T12:56:00Z"}),
            json!({"id": "D!7", "name": "s001-file.txt", "createdDateTime": "just now"}),
        ] {
            assert_eq!(of(&item), None, "{item}");
        }
    }

    #[test]
    fn what_differs_in_one_thing_is_another_item() {
        for (item, why) in [
            (json!({"id": "D!8", "name": "s001-file.txt"}), "another id"),
            (json!({"id": "root", "name": "s001-file.txt"}), "the root"),
            (json!({"id": "D!7", "name": "s001-file.txt", "root": {}}), "the root"),
            (json!({"id": "D!7", "name": "Private"}), "another name"),
            (json!({"id": "D!7", "name": "S001-file.txt"}), "another name"),
            (json!({"id": "D!7"}), "another name"),
            (
                json!({"id": "D!7", "name": "s001-file.txt", "parentReference": {"id": "D!2"}}),
                "another folder",
            ),
            (
                json!({"id": "D!7", "name": "s001-file.txt",
                       "createdDateTime": "2026-01-01T12:54:00Z"}),
                "before the run",
            ),
        ] {
            assert!(of(&item).is_some_and(|it| it.contains(why)), "{item}: {:?}", of(&item));
        }
    }

    #[test]
    fn the_root_goes_by_two_ids() {
        for (shown, is) in [("D!R", true), ("root", true), ("D!2", false)] {
            let item = json!({"id": "D!1", "name": "n", "parentReference": {"id": shown}});
            let why = misfit(&item, "D!1", "n", Some(&Parent::Root("D!R".into())), None);
            assert_eq!(why.is_none(), is, "{shown}");
        }
    }

    #[test]
    fn a_clock_that_nobody_told_is_given_a_day() {
        let started = "2026-01-02T12:00:00Z".parse().unwrap();
        assert_eq!(earliest(started, None), Some("2026-01-01T11:00:00Z".parse().unwrap()));
    }

    #[test]
    fn runs_name_their_folders_so() {
        assert!(is_name_of_a_run("linkspec-0123456789ab"));
        for name in ["Private", "linkspec-", "linkspec-0123456789AB", "linkspec-0123456789ab1"] {
            assert!(!is_name_of_a_run(name), "{name}");
        }
    }
}
