//! Removing what a run made: what the journal names and the service shows to be so, and nothing else. That
//! something is gone is seen, not believed.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::Method;

use super::journal::{Journal, path_below_root};
use super::journal_entry::{Entry, Made};
use super::made_item::Unproven;
use super::owner::{Leftover, Owner, not_read};
use super::proof::Shown;
use crate::graph::{Address, encode_segment};

impl Owner<'_> {
    /// Removes what a journal says was made, so many things at a time: links first, then items. Twice is harmless.
    pub(super) async fn clean_up(
        &self,
        drive: &Address,
        journal: &Journal,
        at_a_time: usize,
    ) -> Vec<Leftover> {
        let nameless = self.find_what_has_no_id(drive, journal).await;
        let unseen = self.find_lost_links(drive, journal, at_a_time).await;
        let links_by_themselves = journal.permissions_above().is_some();
        let mut kept: Vec<(Made, Leftover)> = Vec::new();
        // Several at a time, as stories are told: links first, since each is on an item; then the items; and what
        // was made first, the folder that holds the others, last of all.
        let (links, mut items): (Vec<Made>, Vec<Made>) =
            journal.leftovers().into_iter().partition(|it| matches!(it, Made::Link { .. }));
        let links = if links_by_themselves { links } else { Vec::new() };
        let folder: Vec<Made> = items.pop().into_iter().collect();
        for wave in [links, items, folder] {
            let there = wave.into_iter().filter(|made| !journal.was_said_to_be_gone(made));
            let removed = futures::stream::iter(there).map(|made| async move {
                self.remove(drive, journal, &made).await.map(|leftover| (made, leftover))
            });
            let left: Vec<Option<(Made, Leftover)>> =
                removed.buffered(at_a_time.max(1)).collect().await;
            kept.extend(left.into_iter().flatten());
        }
        self.see_what_is_gone(drive, journal, &mut kept).await;
        let there = journal.leftovers();
        let is_item = |made: &Made, of: &str| matches!(made, Made::Item { id, .. } if id == of);
        let mut left: Vec<Leftover> = Vec::new();
        left.extend(
            nameless
                .into_iter()
                .filter(|(path, _)| !journal.is_in_removed_folder(path))
                .map(|(_, leftover)| leftover),
        );
        left.extend(kept.into_iter().filter(|(made, _)| there.contains(made)).map(|(_, it)| it));
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
        let there = journal.leftovers().into_iter().filter(|it| !journal.was_said_to_be_gone(it));
        for made in there {
            if matches!(&made, Made::Link { item_id, .. } if items.contains(&item_id.as_str())) {
                self.remove(drive, journal, &made).await;
            }
        }
    }

    /// Removes one thing, where it is seen to be the run's. Gives it back, with the reason, where that cannot
    /// be done. That the service says it is removed is noted, and seen later.
    async fn remove(&self, drive: &Address, journal: &Journal, made: &Made) -> Option<Leftover> {
        let path = path_of(drive, made);
        match made {
            Made::Link { item_id, permission_id } => {
                let proven = journal.proves(item_id)
                    || match journal.name_of(item_id) {
                        Some(name) => self.prove(drive, journal, item_id, &name).await.is_ok(),
                        None => false,
                    };
                // A link that its item does not show as its own goes with the item, or is not the run's.
                let proves = self.proves_link(drive, journal, item_id, permission_id);
                if !proven || proves.await != Ok(Shown::AsOwn) {
                    return None;
                }
            }
            Made::Item { id, name } => match self.prove(drive, journal, id, name).await {
                Ok(()) => {}
                Err(Unproven::Gone) => {
                    journal.is_said_to_be_gone(made.clone());
                    return None;
                }
                Err(why) => return Some(self.leftover(&path, why.text())),
            },
        }
        let reason = match self.call(Method::DELETE, &path, None).await {
            Ok(answer) if answer.status < 300 || matches!(answer.status, 404 | 410) => {
                journal.is_said_to_be_gone(made.clone());
                return None;
            }
            Ok(answer) => format!("answered {}", answer.status),
            Err(error) => error.to_string(),
        };
        Some(self.leftover(&path, reason))
    }

    /// Looks at what was said to be gone, the run's folder first, with which everything in it goes. What is
    /// still there is added to what was kept.
    async fn see_what_is_gone(
        &self,
        drive: &Address,
        journal: &Journal,
        kept: &mut Vec<(Made, Leftover)>,
    ) {
        let gone_too = || {
            for made in journal.gone_with_others() {
                // A journal that cannot say so makes the next clean-up look again.
                let _ = journal.note(Entry::Removed(made));
            }
        };
        let mut there = journal.leftovers();
        // The oldest is the run's folder; items come before the links on them.
        there.reverse();
        there.sort_by_key(|made| matches!(made, Made::Link { .. }));
        // Whoever waited once in vain need not wait for each of the others.
        let mut waits = true;
        for made in there {
            if !journal.is_ours(&made) || !journal.was_said_to_be_gone(&made) {
                continue;
            }
            match self.is_gone(drive, journal, &made, &mut waits).await {
                Ok(()) => {
                    let _ = journal.note(Entry::Removed(made));
                    gone_too();
                }
                Err(reason) => {
                    let leftover = self.leftover(&path_of(drive, &made), reason);
                    kept.push((made, leftover));
                }
            }
        }
        gone_too();
    }

    /// Whether something is gone, after the pauses that a service may need to show it.
    async fn is_gone(
        &self,
        drive: &Address,
        journal: &Journal,
        made: &Made,
        waits: &mut bool,
    ) -> Result<(), String> {
        let mut pauses = self.wire.settling().iter().filter(|_| *waits);
        let mut waited = false;
        loop {
            let gone = match made {
                Made::Item { id, .. } => self.item_is_gone(drive, journal, id).await,
                Made::Link { item_id, permission_id } => {
                    self.link_is_gone(drive, item_id, permission_id).await
                }
            }?;
            if gone {
                if waited {
                    self.wire.waited(true);
                }
                return Ok(());
            }
            match pauses.next() {
                Some(pause) if self.wire.rest(*pause).await => waited = true,
                _ => break,
            }
        }
        *waits = false;
        Err("is still there, though the service said it was removed".to_owned())
    }

    async fn item_is_gone(
        &self,
        drive: &Address,
        journal: &Journal,
        id: &str,
    ) -> Result<bool, String> {
        let answer = match self.call(Method::GET, &drive.item_path(id), None).await {
            Ok(answer) => answer,
            Err(error) => return Err(error.to_string()),
        };
        match answer.status {
            200..=299 => Ok(false),
            // What this token could read before is gone. What it never could may be hidden from it.
            404 | 410 if journal.was_proven(id) => Ok(true),
            404 | 410 if self.reads_the_drive(drive, journal).await => Ok(true),
            _ => Err(not_read(&answer)),
        }
    }

    async fn link_is_gone(
        &self,
        drive: &Address,
        item_id: &str,
        permission_id: &str,
    ) -> Result<bool, String> {
        match self.permissions(drive, item_id).await {
            Ok(Some(held)) => {
                Ok(!held.iter().any(|entry| entry["id"].as_str() == Some(permission_id)))
            }
            Ok(None) => Ok(true),
            Err(leftover) => Err(leftover.reason),
        }
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
                Ok(Some(id)) => match self.prove(drive, journal, &id, name).await {
                    Ok(()) => {
                        let _ = journal.made(Made::Item { id, name: name.clone() });
                    }
                    Err(why) => {
                        let leftover = self.leftover(&drive.item_path(&id), why.text());
                        left.push((path_below_root(folder, name), leftover));
                    }
                },
                Err(leftover) => left.push((path_below_root(folder, name), leftover)),
            }
        }
        left
    }

    /// A link that was asked for and whose answer was lost is found in the list of its item.
    /// Gives the items that could not be looked at. So many are looked at at a time.
    async fn find_lost_links(
        &self,
        drive: &Address,
        journal: &Journal,
        at_a_time: usize,
    ) -> Vec<(String, Leftover)> {
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
        let looked = futures::stream::iter(items).map(|item_id| async move {
            Some((item_id, self.links_on(drive, journal, item_id).await?))
        });
        let looked: Vec<_> = looked.buffered(at_a_time.max(1)).collect().await;
        for (item_id, found) in looked.into_iter().flatten() {
            match found {
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

    /// The links on an item, or why they cannot be seen; none where the item is gone or not the run's: nothing is
    /// looked for there.
    async fn links_on(
        &self,
        drive: &Address,
        journal: &Journal,
        item_id: &str,
    ) -> Option<Result<Vec<String>, Leftover>> {
        let name = journal.name_of(item_id)?;
        if !journal.proves(item_id) {
            match self.prove(drive, journal, item_id, &name).await {
                Ok(()) => {}
                Err(Unproven::Gone | Unproven::Foreign(_)) => return None,
                Err(why) => return Some(Err(self.leftover(&drive.item_path(item_id), why.text()))),
            }
        }
        Some(self.own_links(drive, journal, item_id).await)
    }
}

fn path_of(drive: &Address, made: &Made) -> String {
    match made {
        Made::Link { item_id, permission_id } => {
            format!("{}/permissions/{}", drive.item_path(item_id), encode_segment(permission_id))
        }
        Made::Item { id, .. } => drive.item_path(id),
    }
}
