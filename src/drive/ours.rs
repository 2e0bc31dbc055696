//! What a run may change: what it made itself, and nothing else. Every request passes here on its way out.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::journal_entry::{Entry, Made};
use super::made_item::is_root;
use crate::caller::Outgoing;
use crate::judge::answers::permission::EXISTING_ACCESS;

/// An item id that is nobody's: what is told about malformed ids is told with it.
pub(super) const NO_ITEM: &str = "not-an-item-id";

/// What is ours, kept for quick look-up: what a journal says was made, where the service shows it so.
#[derive(Debug, Default)]
pub(super) struct Ours {
    /// The ids of the items that were read and are the run's.
    items: HashSet<String>,
    /// The ids of all that were once read and were the run's.
    ever: HashSet<String>,
    /// Those that were deleted: what is told about deleted items is told with them.
    deleted: HashSet<String>,
    /// The names of what was made below the root of the drive, or is about to be.
    below_root: HashSet<String>,
    /// The links made, each an item and a permission.
    made: HashSet<(String, String)>,
    /// The permissions that the own lists of items show, and did not before links were asked for.
    shown: HashSet<(String, String)>,
    /// The ids of the permissions that are both.
    links: HashSet<String>,
    /// The ids of permissions that come from above the run's folder.
    from_above: HashSet<String>,
    /// The permissions of items before links to them were asked for.
    before: HashMap<String, HashSet<String>>,
    /// The ids under which `/shares` shows items of the run. Only in memory: they are as good as the links.
    shares: HashSet<String>,
}

impl Ours {
    /// Takes an entry of the journal into account.
    pub(super) fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::WillMakeItem { name, folder } if folder.is_empty() => {
                self.below_root.insert(name.clone());
            }
            Entry::Made(Made::Link { item_id, permission_id }) => {
                self.made.insert((item_id.clone(), permission_id.clone()));
                self.link(item_id, permission_id);
            }
            Entry::Removed(Made::Item { id, .. }) => {
                self.deleted.insert(id.clone());
            }
            Entry::FromAbove { permission_ids } => {
                self.from_above.extend(permission_ids.iter().cloned());
            }
            Entry::Before { item_id, permission_ids } => {
                // What is noted twice was there before if either says so.
                let before = self.before.entry(item_id.clone()).or_default();
                before.extend(permission_ids.iter().cloned());
            }
            _ => {}
        }
    }

    /// Whether a permission is known not to be the run's.
    pub(super) fn is_foreign(&self, permission_id: &str) -> bool {
        permission_id == EXISTING_ACCESS || self.from_above.contains(permission_id)
    }

    /// Takes a share into account that leads to an item of the run.
    pub(super) fn learn_share(&mut self, share: String) {
        self.shares.insert(share);
    }

    /// Takes an item into account that was read and is the run's.
    pub(super) fn prove_item(&mut self, id: &str) {
        self.items.insert(id.to_owned());
        self.ever.insert(id.to_owned());
        self.deleted.remove(id);
    }

    pub(super) fn forget_item(&mut self, id: &str) {
        self.items.remove(id);
    }

    pub(super) fn was_proven(&self, id: &str) -> bool {
        self.ever.contains(id)
    }

    pub(super) fn proves_item(&self, id: &str) -> bool {
        self.items.contains(id)
    }

    /// Takes a list of the permissions of an item into account.
    pub(super) fn learn_list(&mut self, item_id: &str, permissions: &[Value]) {
        let Some(before) = self.before.get(item_id) else { return };
        let own: Vec<String> = permissions
            .iter()
            .filter(|entry| !crate::judge::is_inherited(entry))
            .filter_map(|entry| entry["id"].as_str())
            .filter(|id| !before.contains(*id))
            .map(str::to_owned)
            .collect();
        for id in own {
            self.shown.insert((item_id.to_owned(), id.clone()));
            self.link(item_id, &id);
        }
    }

    pub(super) fn knows_before(&self, item_id: &str) -> bool {
        self.before.contains_key(item_id)
    }

    /// Whether a permission of an item was there before a link to it was asked for.
    pub(super) fn was_there(&self, item_id: &str, permission_id: &str) -> bool {
        self.before.get(item_id).is_some_and(|it| it.contains(permission_id))
    }

    /// Whether a permission was made by the run and is shown by the list of its item.
    pub(super) fn proves_link(&self, item_id: &str, permission_id: &str) -> bool {
        let link = (item_id.to_owned(), permission_id.to_owned());
        self.made.contains(&link) && self.shown.contains(&link)
    }

    fn link(&mut self, item_id: &str, permission_id: &str) {
        if self.proves_link(item_id, permission_id) {
            self.links.insert(permission_id.to_owned());
        }
    }

    /// Whether a request changes nothing, or only what is ours.
    pub(super) fn allow(&self, outgoing: &Outgoing, base: &Url) -> bool {
        if matches!(outgoing.method.as_str(), "GET" | "HEAD") {
            return true;
        }
        let root = base.path().trim_end_matches('/');
        let below = (outgoing.url.origin() == base.origin())
            .then(|| outgoing.url.path().strip_prefix(root)?.strip_prefix('/'))
            .flatten();
        let Some(below) = below else { return false };
        let segments: Vec<String> = below
            .split('/')
            .map(|it| percent_decode_str(it).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let on_drive = match segments.as_slice() {
            ["shares", share, ..] => return self.shares.contains(*share),
            ["me", "drive", rest @ ..]
            | ["users" | "groups" | "sites", _, "drive", rest @ ..]
            | ["drives", _, rest @ ..] => rest,
            _ => return false,
        };
        match on_drive {
            ["root", "children"] => self.is_run_folder(outgoing),
            // The pseudo id of the root is nobody's, whatever a service calls by it.
            ["items", id, ..] if is_root(id.trim_end_matches(':')) => false,
            // No permission is removed that a service shows, or hands out, but the run did not make.
            ["items", _, "permissions", permission, ..]
                if !self.links.contains(*permission) || self.is_foreign(permission) =>
            {
                false
            }
            ["root:", first, _, ..] => self.below_root.contains(first.trim_end_matches(':')),
            // Each deletion rests on a look at the item of its own.
            ["items", id] if outgoing.method.as_str() == "DELETE" => {
                self.items.contains(*id) && !self.deleted.contains(*id)
            }
            ["items", id, ..] => {
                let id = id.trim_end_matches(':');
                id == NO_ITEM || self.items.contains(id)
            }
            _ => false,
        }
    }

    /// Whether this makes the run's folder, whose name was noted before.
    fn is_run_folder(&self, outgoing: &Outgoing) -> bool {
        let body = outgoing.body.as_deref().unwrap_or_default();
        let name = serde_json::from_str::<Value>(body).ok();
        name.as_ref().and_then(|body| body["name"].as_str()).is_some_and(|name| {
            outgoing.method.as_str() == "POST" && self.below_root.contains(name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::Method;
    use serde_json::json;

    fn base() -> Url {
        Url::parse("https://graph.example/v1.0").unwrap()
    }

    fn allows(ours: &Ours, method: &Method, url: &str, body: Option<&str>) -> bool {
        let url = if url.starts_with("http") {
            Url::parse(url).unwrap()
        } else {
            super::super::join(&base(), url)
        };
        let outgoing = Outgoing {
            method: method.clone(),
            url,
            headers: Vec::new(),
            body: body.map(str::to_owned),
            bare: false,
        };
        ours.allow(&outgoing, &base())
    }

    fn ours() -> Ours {
        let mut ours = Ours::default();
        let name = "linkspec-1".to_owned();
        ours.learn(&Entry::WillMakeItem { name: name.clone(), folder: String::new() });
        ours.learn(&Entry::WillMakeItem { name: "s001-file.txt".into(), folder: name.clone() });
        ours.learn(&Entry::Made(Made::Item { id: "D!1".into(), name }));
        ours.prove_item("D!1");
        let before = vec!["before".into()];
        ours.learn(&Entry::Before { item_id: "D!1".into(), permission_ids: before });
        for permission_id in ["p", "unseen", "inherited", "before", "above", EXISTING_ACCESS] {
            let permission_id = permission_id.to_owned();
            ours.learn(&Entry::Made(Made::Link { item_id: "D!1".into(), permission_id }));
        }
        ours.learn_list(
            "D!1",
            &[
                json!({"id": "p"}),
                json!({"id": "inherited", "inheritedFrom": {"id": "D!0"}}),
                json!({"id": "before"}),
                json!({"id": "above"}),
                json!({"id": "seen-in-a-list"}),
                json!({"id": EXISTING_ACCESS}),
            ],
        );
        // It is in no list of its own item.
        ours.learn(&Entry::Made(Made::Item { id: "D!3".into(), name: "unread".into() }));
        ours.learn(&Entry::Made(Made::Item { id: "root".into(), name: "root".into() }));
        ours.prove_item("root");
        ours.learn(&Entry::FromAbove { permission_ids: vec!["above".into()] });
        ours.learn_share("u!ours".into());
        ours
    }

    #[test]
    fn what_is_ours_may_be_changed() {
        let ours = ours();
        for (method, url) in [
            (Method::PUT, "/me/drive/items/D!1:/s001-file.txt:/content"),
            (Method::POST, "/drives/D/items/D%211/createLink"),
            (Method::POST, "/me/drive/root:/linkspec-1/s001-file.txt:/createLink"),
            (Method::POST, "/sites/S/drive/items/D!1/children"),
            (Method::DELETE, "/users/U/drive/items/D!1/permissions/p"),
            (Method::POST, "/groups/G/drive/items/not-an-item-id/createLink"),
            (Method::PUT, "/shares/u!ours/driveItem/content"),
        ] {
            assert!(allows(&ours, &method, url, None), "{method} {url}");
        }
        let body = r#"{"name":"linkspec-1","folder":{}}"#;
        assert!(allows(&ours, &Method::POST, "/me/drive/root/children", Some(body)));
    }

    #[test]
    fn nothing_is_proven_by_what_a_journal_says() {
        let mut ours = Ours::default();
        ours.learn(&Entry::Made(Made::Item { id: "D!1".into(), name: "linkspec-1".into() }));
        let (item_id, permission_id) = ("D!1".to_owned(), "p".to_owned());
        ours.learn(&Entry::Made(Made::Link { item_id, permission_id }));
        for url in ["/me/drive/items/D!1", "/me/drive/items/D!1/permissions/p"] {
            assert!(!allows(&ours, &Method::DELETE, url, None), "{url}");
        }
        // Without what was there before, no list proves a link.
        ours.prove_item("D!1");
        ours.learn_list("D!1", &[json!({"id": "p"})]);
        assert!(!allows(&ours, &Method::DELETE, "/me/drive/items/D!1/permissions/p", None));
        assert!(allows(&ours, &Method::DELETE, "/me/drive/items/D!1", None));
        ours.learn(&Entry::Removed(Made::Item { id: "D!1".into(), name: "linkspec-1".into() }));
        assert!(!allows(&ours, &Method::DELETE, "/me/drive/items/D!1", None), "once is enough");
    }

    #[test]
    fn what_is_not_ours_may_be_read_only() {
        let ours = ours();
        for (method, url) in [
            (Method::DELETE, "/me/drive/items/D!2"),
            (Method::DELETE, "/me/drive/items/D!3"),
            (Method::POST, "/me/drive/items/D!3/createLink"),
            (Method::DELETE, "/me/drive/items/root"),
            (Method::DELETE, "/me/drive/items/Root"),
            (Method::DELETE, "/me/drive/items/%72oot"),
            (Method::PUT, "/me/drive/items/root:/s001-file.txt:/content"),
            (Method::DELETE, "/me/drive/items/root/permissions/p"),
            (Method::DELETE, "/me/drive/items/D!1/permissions/unseen"),
            (Method::DELETE, "/me/drive/items/D!1/permissions/inherited"),
            (Method::DELETE, "/me/drive/items/D!1/permissions/before"),
            (Method::POST, "/me/drive/root/createLink"),
            (Method::PUT, "/me/drive/root:/linkspec-1:/content/../../x"),
            (Method::PUT, "/me/drive/root:/other/file.txt:/content"),
            (Method::POST, "/me/drive/items/D!2/createLink"),
            (Method::DELETE, "/me/drive/items/D!1/permissions/seen-in-a-list"),
            (Method::DELETE, "/me/drive/items/D!1/permissions/above"),
            (
                Method::DELETE,
                "/me/drive/items/D!1/permissions/00000000-0000-0000-0000-000000000000",
            ),
            (Method::PUT, "/shares/u!other/driveItem/content"),
            (Method::POST, "/me/sendMail"),
            (Method::DELETE, "https://elsewhere.example/v1.0/me/drive/items/D!1"),
        ] {
            let refused = !allows(&ours, &method, url, None);
            assert!(refused, "{method} {url}");
        }
        for url in ["/me/drive/items/D!2", "/me/drive/root/children", "https://elsewhere.example/"]
        {
            assert!(allows(&ours, &Method::GET, url, None), "{url}");
        }
        let body = r#"{"name":"linkspec-2","folder":{}}"#;
        assert!(!allows(&ours, &Method::POST, "/me/drive/root/children", Some(body)));
    }
}
