//! The files and folders of a story: made, changed, checked out and in, deleted.

use reqwest::Method;

use super::made_item::{Named, Parent, Unproven, named};
use super::owner::Owner;
use super::telling::{Item, Missing, Teller, describe, never_made};
use super::{Entry, Made, Target};
use crate::graph::{Gap, Purpose, Reply, encode_segment};

impl Teller<'_> {
    pub(super) async fn make(
        &mut self,
        name: &str,
        folder: bool,
        inside: Option<&str>,
    ) -> Result<(), Missing> {
        if let Some(gap) = self.target.wire.stopped_gap() {
            return Err(gap);
        }
        let run_folder = &self.target.folder;
        let (parent, parent_path) = match inside {
            Some(inside) => {
                let item = self.item(inside)?;
                (item.id.clone(), item.path.clone())
            }
            None => (run_folder.id.clone(), format!("/{}", encode_segment(&run_folder.name))),
        };
        let file_name = format!("s{:03}-{}", self.number, name.replace(' ', "-"));
        let ending = if folder { "" } else { ".txt" };
        let full_name = format!("{file_name}{ending}");
        self.note(Entry::WillMakeItem {
            name: full_name.clone(),
            folder: parent_path.trim_start_matches('/').to_owned(),
        })?;
        let drive = self.target.drive.clone();
        let reply = if folder {
            let body = serde_json::json!({
                "name": file_name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"
            });
            let url = format!("{}/children", drive.item_path(&parent));
            self.owner(Method::POST, &url, Some(body.to_string()), Purpose::SetUp, name).await
        } else {
            let url = format!(
                "{}:/{}.txt:/content",
                drive.item_path(&parent),
                encode_segment(&file_name)
            );
            let content = content(1);
            self.owner(Method::PUT, &url, Some(content), Purpose::SetUp, name).await
        };
        let id = self.made(&reply.0, name, &full_name, parent).await?;
        let path = format!("{parent_path}/{}{ending}", encode_segment(&file_name));
        let inside = inside.map(str::to_owned);
        self.items.insert(name.to_owned(), Item { id, path, inside, deleted: false, versions: 1 });
        Ok(())
    }

    /// The id of what was made, once it is seen to be what was asked for.
    async fn made(
        &self,
        reply: &Reply,
        what: &str,
        name: &str,
        parent: String,
    ) -> Result<String, Missing> {
        let Target { wire, drive, journal, .. } = self.target;
        let owner = Owner { wire };
        let named = match reply {
            Reply::Answer(answer) => named(answer, name, Some(&Parent::Folder(parent))),
            Reply::Nothing(_) => Named::Nothing,
        };
        let other = |id: &str, why: &str| {
            let making = format!("making a {what}");
            Gap::Inconclusive(owner.handed_out(drive, journal, &making, id, why))
        };
        let id = match named {
            Named::Asked(id) => id,
            Named::Other(id, why) => return Err(other(&id, why)),
            Named::Nothing => {
                return Err(Gap::Inconclusive(format!(
                    "a {what} could not be made for the story: {}",
                    describe(reply)
                )));
            }
        };
        match owner.prove_new(drive, journal, &id, name).await {
            Ok(()) => {}
            Err(Unproven::Foreign(why)) => return Err(other(&id, why)),
            Err(why) => {
                return Err(Gap::Inconclusive(format!(
                    "a {what} was made for the story, but it {}",
                    why.text()
                )));
            }
        }
        self.note_made(Made::Item { id: id.clone(), name: name.to_owned() });
        // What holds for it before a link is asked for is not the run's. Where that cannot be read, its links
        // go with it.
        if let Some(permission_ids) = owner.permissions_before(drive, &id).await {
            self.note(Entry::Before { item_id: id.clone(), permission_ids })?;
        }
        Ok(id)
    }

    pub(super) async fn delete_item(&mut self, name: &str) -> Result<(), Missing> {
        let item = self.item(name)?.clone();
        let Target { wire, drive, journal, .. } = self.target;
        let owner = Owner { wire };
        if let Err(why) = owner.prove(drive, journal, &item.id, &file_name_of(&item.path)).await {
            return Err(Gap::Inconclusive(format!(
                "the {name} was not deleted: it {}",
                why.text()
            )));
        }
        let url = drive.item_path(&item.id);
        let reply = self.owner(Method::DELETE, &url, None, Purpose::DeleteItem, name).await;
        match &reply.0 {
            Reply::Answer(answer) if matches!(answer.status, 200 | 204) => {
                if let Some(item) = self.items.get_mut(name) {
                    item.deleted = true;
                }
                let name = file_name_of(&item.path);
                self.note(Entry::Removed(Made::Item { id: item.id, name }))
            }
            other => Err(Gap::Inconclusive(format!(
                "the {name} could not be deleted: {}",
                describe(other)
            ))),
        }
    }

    pub(super) async fn replace_content(&mut self, name: &str) -> Result<(), Missing> {
        let item = self.items.get_mut(name).ok_or_else(|| never_made(name))?;
        item.versions += 1;
        let content = content(item.versions);
        let url = format!("{}/content", self.target.drive.item_path(&item.id));
        let reply = self.owner(Method::PUT, &url, Some(content), Purpose::SetUp, name).await;
        match &reply.0 {
            Reply::Answer(answer) if matches!(answer.status, 200 | 201) => Ok(()),
            other => Err(Gap::Inconclusive(format!(
                "the content could not be replaced: {}",
                describe(other)
            ))),
        }
    }

    pub(super) async fn check(
        &mut self,
        name: &str,
        action: &str,
        body: &str,
    ) -> Result<(), Missing> {
        let url = format!("{}/{action}", self.item_path(name)?);
        let reply =
            self.owner(Method::POST, &url, Some(body.to_owned()), Purpose::CheckOut, name).await;
        match &reply.0 {
            Reply::Answer(answer) if answer.status < 300 => Ok(()),
            other => Err(Gap::NotRun(format!(
                "the library does not let files be checked out and in: {}",
                describe(other)
            ))),
        }
    }
}

/// Synthetic content that tells the version, and is the same in every file: a service that takes files of one
/// content for one item shows it (IDEM-09).
fn content(version: u32) -> String {
    format!("linkspec, version {version}\n")
}

fn file_name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
