//! What is done with the links of every story when it is told, so that what holds everywhere can be judged
//! everywhere: each is read by its id, tried by another user, deleted, and looked for once more.

use reqwest::Method;

use super::Made;
use super::telling::{Teller, is_answered};
use crate::graph::{Identity, LATER_FILE, Purpose, RUN_FOLDER};
use crate::story::UseOfLink;

impl Teller<'_> {
    /// Reads, tries and removes the links of the story, none of them by createLink. `first` is the line after the
    /// last of the story: what is done here belongs to no line of it.
    pub(super) async fn look_after(&mut self, first: usize) {
        let links = self.live_links();
        if links.is_empty() || self.target.wire.stopped().is_some() {
            return;
        }
        self.act = first;
        self.read_items(&links).await;
        self.look_around(&links).await;
        let another_user =
            self.target.wire.wallet.identities().any(|it| it == Identity::SecondUser);
        // Whoever opened a link may come in by any, and who opened one for writing may write through any: those that
        // open for nobody else are tried first, and then those for reading.
        let mut in_turn = links.clone();
        in_turn.sort_by_key(|link| {
            let opens = self.is_expected_to_open(Identity::SecondUser, *link);
            (opens, self.is_for_writing(*link))
        });
        for link in in_turn {
            // What cannot be done shows in what is not recorded.
            let _ = self.use_link(Identity::Owner, link, &UseOfLink::ReadPermission).await;
            let _ = self.use_link(Identity::Owner, link, &UseOfLink::OpenByShareId).await;
            if !self.target.no_browser {
                let _ = self.use_link(Identity::Owner, link, &UseOfLink::OpenPage).await;
            }
            if another_user && !self.is_protected(link) {
                let _ = self.use_link(Identity::SecondUser, link, &UseOfLink::Open).await;
                if self.was_opened(link) && self.is_on_a_file(link) {
                    let writes = UseOfLink::WriteContent;
                    let _ = self.use_link(Identity::SecondUser, link, &writes).await;
                }
            }
        }
        if !self.target.removes_links_at_once() {
            return;
        }
        self.act = first + 1;
        let opened: Vec<usize> = links.iter().copied().filter(|it| self.was_opened(*it)).collect();
        for link in &links {
            self.remove(*link).await;
        }
        self.act = first + 2;
        self.list_all().await;
        for link in links {
            let _ = self.use_link(Identity::Owner, link, &UseOfLink::ReadPermission).await;
        }
        for link in opened {
            let _ = self.use_link(Identity::SecondUser, link, &UseOfLink::Open).await;
        }
    }

    /// The requests whose links are there still, each link once.
    fn live_links(&self) -> Vec<usize> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut live = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let Some(link) = link.as_ref().filter(|it| !it.deleted) else { continue };
            let Some(id) = link.permission.0["id"].as_str().filter(|it| !it.is_empty()) else {
                continue;
            };
            let gone = self.items.get(&link.item).is_none_or(|it| it.deleted);
            if gone || seen.contains(&(link.item.as_str(), id)) {
                continue;
            }
            seen.push((link.item.as_str(), id));
            live.push(index);
        }
        live
    }

    async fn read_items(&mut self, links: &[usize]) {
        let mut items: Vec<String> =
            links.iter().filter_map(|it| Some(self.links[*it].as_ref()?.item.clone())).collect();
        items.sort();
        items.dedup();
        for item in items {
            if let Ok(path) = self.item_path(&item) {
                self.owner(Method::GET, &path, None, Purpose::ReadItem, &item).await;
            }
        }
    }

    /// Lists the folder around everything, and a file that is made last in a folder with a link.
    async fn look_around(&mut self, links: &[usize]) {
        let run_folder = self.target.folder.id.clone();
        self.list_once(RUN_FOLDER, &run_folder).await;
        let in_folder = |it: &usize| self.links[*it].as_ref().is_some_and(|it| it.item == "folder");
        if links.iter().any(in_folder) && self.make(LATER_FILE, false, Some("folder")).await.is_ok()
        {
            self.list(LATER_FILE).await;
        }
    }

    fn is_for_writing(&self, link: usize) -> bool {
        self.link(link).is_ok_and(|it| it.permission.0["link"]["type"] == "edit")
    }

    /// A link with a password opens for nobody who does not know it.
    fn is_protected(&self, link: usize) -> bool {
        self.link(link).is_ok_and(|it| it.permission.0["hasPassword"] == true)
    }

    fn is_on_a_file(&self, link: usize) -> bool {
        self.link(link).is_ok_and(|it| !it.item.contains("folder"))
    }

    fn was_opened(&self, link: usize) -> bool {
        self.recording.exchanges.iter().any(|it| {
            it.purpose == Purpose::OpenLink
                && it.link == Some(link)
                && it.identity == Identity::SecondUser
                && it.status() == Some(200)
        })
    }

    async fn remove(&mut self, link: usize) {
        let Ok(known) = self.link(link) else { return };
        let (item, id) = (known.item.clone(), known.permission.0["id"].clone());
        let (Ok(path), Ok(())) = (self.permission_path(&item, link), self.prove_link(link).await)
        else {
            return;
        };
        let purpose = Purpose::DeletePermission;
        let reply = self.about_link(Identity::Owner, Method::DELETE, &path, purpose, link, None);
        let Ok(reply) = reply.await else { return };
        if !is_answered(&reply.0, |it| (200..300).contains(&it.status)) {
            return;
        }
        for link in self.links.iter_mut().flatten() {
            if link.item == item && link.permission.0["id"] == id {
                link.deleted = true;
            }
        }
        if let (Some(item), Some(permission_id)) = (self.items.get(&item), id.as_str()) {
            let permission_id = permission_id.to_owned();
            // That it is gone is seen by the clean-up.
            let made = Made::Link { item_id: item.id.clone(), permission_id };
            self.target.journal.is_said_to_be_gone(made);
        }
    }
}
