//! What a run may change: what it made itself, and nothing else. Every request passes here on its way out.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::journal::{Entry, Made};
use crate::caller::Outgoing;
use crate::judge::answers::permission::EXISTING_ACCESS;

/// An item id that is nobody's: what is told about malformed ids is told with it.
pub(super) const NO_ITEM: &str = "not-an-item-id";

/// What a journal says is ours, kept for quick look-up.
#[derive(Debug, Default)]
pub(super) struct Ours {
    /// The ids of the items made.
    items: HashSet<String>,
    /// The names of what was made below the root of the drive, or is about to be.
    below_root: HashSet<String>,
    /// The ids of the links made.
    links: HashSet<String>,
    /// The ids of permissions that come from above the run's folder.
    from_above: HashSet<String>,
    /// The ids under which links that this run was given are known to `/shares`. Only in memory: they
    /// are as good as the links.
    shares: HashSet<String>,
}

impl Ours {
    /// Takes an entry of the journal into account.
    pub(super) fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::WillMakeItem { name, folder } if folder.is_empty() => {
                self.below_root.insert(name.clone());
            }
            Entry::Made(Made::Item { id, .. }) => {
                self.items.insert(id.clone());
            }
            Entry::Made(Made::Link { permission_id, .. }) => {
                self.links.insert(permission_id.clone());
            }
            Entry::FromAbove { permission_ids } => {
                self.from_above.extend(permission_ids.iter().cloned());
            }
            _ => {}
        }
    }

    /// Whether a permission is known not to be the run's.
    pub(super) fn is_foreign(&self, permission_id: &str) -> bool {
        permission_id == EXISTING_ACCESS || self.from_above.contains(permission_id)
    }

    /// Takes a link into account that the run was given.
    pub(super) fn learn_share(&mut self, share: String) {
        self.shares.insert(share);
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
            // No permission is removed that a service shows, or hands out, but the run did not make.
            ["items", _, "permissions", permission, ..]
                if !self.links.contains(*permission) || self.is_foreign(permission) =>
            {
                false
            }
            ["root:", first, _, ..] => self.below_root.contains(first.trim_end_matches(':')),
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
        for permission_id in ["p", "above", EXISTING_ACCESS] {
            let permission_id = permission_id.to_owned();
            ours.learn(&Entry::Made(Made::Link { item_id: "D!1".into(), permission_id }));
        }
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
    fn what_is_not_ours_may_be_read_only() {
        let ours = ours();
        for (method, url) in [
            (Method::DELETE, "/me/drive/items/D!2"),
            (Method::DELETE, "/me/drive/items/root"),
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
