//! Whether an item, a permission or a share is the run's: what the service shows of it is held against what
//! the journal says. An id alone proves nothing, whoever answered with it.

use reqwest::Method;

use super::journal::{Journal, Place, ids_of};
use super::made_item::{Parent, Unproven, is_name_of_a_run, is_root, misfit, same_id};
use super::owner::{Leftover, Owner, not_read};
use crate::graph::Address;

/// Folders of a run lie in each other this deep at most.
const DEEPEST: usize = 8;

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

/// How the list of an item shows a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As the item's own, made by the run.
    AsOwn,
    /// As another one's, or as older than the run's request; or it is not known what was there before.
    Otherwise,
    /// Not at all.
    Not,
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
    ) -> Result<Shown, Leftover> {
        if journal.proves_link(item_id, permission_id) {
            return Ok(Shown::AsOwn);
        }
        if !journal.can_prove_links(item_id) {
            return Ok(Shown::Otherwise);
        }
        let held = self.permissions(drive, item_id).await?.unwrap_or_default();
        journal.shows(item_id, &held);
        Ok(match journal.proves_link(item_id, permission_id) {
            true => Shown::AsOwn,
            false if ids_of(&held).any(|it| it == permission_id) => Shown::Otherwise,
            false => Shown::Not,
        })
    }

    /// What the permissions of a new item are before anybody asked for a link to it.
    pub(super) async fn permissions_before(
        &self,
        drive: &Address,
        item_id: &str,
    ) -> Option<Vec<String>> {
        let held = self.permissions(drive, item_id).await.ok()??;
        Some(ids_of(&held).collect())
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
