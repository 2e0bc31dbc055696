//! Which call of Graph an address of recorded traffic is.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::graph::Purpose;

/// What a foreign request does, as far as its method and URL tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'u> {
    /// What it was made for.
    pub purpose: CallPurpose,
    /// The item it concerns.
    pub item: ItemName<'u>,
    /// The permission it names, percent-decoded.
    pub permission: Option<Cow<'u, str>>,
    /// The ids that tell whose drive it is: of drive, user, group, site; as sent.
    pub owners: Vec<(&'static str, &'u str)>,
}

/// The purposes that matter for judging foreign exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallPurpose {
    /// Recorded and judged.
    Recorded(Purpose),
    /// Changes a permission, so what was known of the item's links is void.
    ChangesPermission,
}

/// How a URL names an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemName<'u> {
    /// `items/{id}`, percent-decoded.
    Id(Cow<'u, str>),
    /// `root:/path:` or `items/{id}:/path:`, with everything before it, as sent.
    Path(&'u str),
}

/// Whether the request holds others, which are not looked into.
pub fn is_batch(method: &str, url: &str) -> bool {
    method == "POST" && url.ends_with("/$batch")
}

impl<'u> Call<'u> {
    /// Reads method and URL; `None` for everything that has no bearing on sharing links.
    ///
    /// Any service root will do: what counts is `.../items/{id}/createLink`, `.../root:/path:/createLink`
    /// and the same with `permissions` or `permissions/{id}` at the end.
    pub fn read(method: &str, url: &'u str) -> Option<Self> {
        let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
        let (before, last) = path.rsplit_once('/')?;
        if is_create_link(last) {
            let purpose = match method {
                "POST" => Purpose::CreateLink,
                "OPTIONS" | "CONNECT" => return None,
                _ => Purpose::WrongMethod,
            };
            return Self::on_item(before, CallPurpose::Recorded(purpose), None);
        }
        if last.eq_ignore_ascii_case("permissions") {
            let purpose = CallPurpose::Recorded(Purpose::ListPermissions);
            return (method == "GET").then(|| Self::on_item(before, purpose, None))?;
        }
        let (before, collection) = before.rsplit_once('/')?;
        if !collection.eq_ignore_ascii_case("permissions") {
            return None;
        }
        let purpose = match method {
            "GET" => CallPurpose::Recorded(Purpose::ReadPermission),
            "DELETE" => CallPurpose::Recorded(Purpose::DeletePermission),
            "PATCH" | "PUT" => CallPurpose::ChangesPermission,
            _ => return None,
        };
        Self::on_item(before, purpose, Some(decoded(last)))
    }

    fn on_item(
        path: &'u str,
        purpose: CallPurpose,
        permission: Option<Cow<'u, str>>,
    ) -> Option<Self> {
        let mut owners = Vec::new();
        let mut collection = "";
        let mut item = None;
        let mut start = 0;
        for segment in path.split('/') {
            let end = start + segment.len();
            // OData also knows the form with the key in parentheses: items('id').
            let (name, key) = match segment.find('(') {
                Some(at) => match segment[at..].strip_prefix("('") {
                    Some(key) => (&segment[..at], key.strip_suffix("')")),
                    None => (segment, None),
                },
                None => (segment, None),
            };
            if let Some(kind) = owner_kind(collection)
                && key.is_none()
            {
                owners.push((kind, segment));
            } else if let (Some(kind), Some(key)) = (owner_kind(name), key) {
                owners.push((kind, key));
            }
            // The items of a list have an action of the same name on another resource.
            if name.eq_ignore_ascii_case("lists") && !owners.is_empty() {
                return None;
            }
            let rest = &path[end..];
            let id = match key {
                Some(key) if name.eq_ignore_ascii_case("items") => Some(key),
                None if collection.eq_ignore_ascii_case("items") => Some(segment),
                None if segment == "root" => Some(segment),
                None if segment == "root:" => {
                    item = Some(ItemName::Path(path));
                    break;
                }
                _ => None,
            };
            if let Some(id) = id.filter(|id| !id.is_empty()) {
                item = if rest.is_empty() && !id.ends_with(':') {
                    // The id of a root is the same word on every drive.
                    let is_root = id == "root";
                    Some(if is_root { ItemName::Path(path) } else { ItemName::Id(decoded(id)) })
                } else if id.ends_with(':') {
                    Some(ItemName::Path(path))
                } else {
                    None
                };
                break;
            }
            collection = if key.is_some() { "" } else { segment };
            start = end + 1;
        }
        Some(Self { purpose, item: item?, permission, owners })
    }
}

fn is_create_link(segment: &str) -> bool {
    let segment = segment.strip_suffix("()").unwrap_or(segment);
    let name = match segment.get(.."microsoft.graph.".len()) {
        Some(start) if start.eq_ignore_ascii_case("microsoft.graph.") => &segment[start.len()..],
        _ => segment,
    };
    name.eq_ignore_ascii_case("createLink")
}

fn owner_kind(collection: &str) -> Option<&'static str> {
    ["drives", "users", "groups", "sites"]
        .into_iter()
        .zip(["drive", "user", "group", "site"])
        .find(|(plural, _)| collection.eq_ignore_ascii_case(plural))
        .map(|(_, kind)| kind)
}

fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create_link(url: &str) -> Option<Call<'_>> {
        Call::read("POST", url)
            .filter(|call| call.purpose == CallPurpose::Recorded(Purpose::CreateLink))
    }

    #[test]
    fn every_form_of_the_address_is_found_at_any_service_root() {
        for url in [
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC/createLink",
            "https://microsoftgraph.chinacloudapi.cn/v1.0/drives/b!x/items/01ABC/createLink",
            "http://127.0.0.1:4011/v1.0/groups/g/drive/items/01ABC/createLink/",
            "https://graph.microsoft.us/beta/sites/a,b,c/drive/items/01ABC/microsoft.graph.createLink",
            "https://x.sharepoint.com/_api/v2.0/drives('b!x')/items('01ABC')/createLink",
            "https://graph.microsoft.com/v1.0/users/u/drive/items/01ABC/createlink?x=1",
        ] {
            let call = create_link(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!(call.item, ItemName::Id("01ABC".into()), "{url}");
        }
        for url in [
            "https://graph.microsoft.com/v1.0/me/drive/root:/a/b.txt:/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC:/b.txt:/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/root/createLink",
        ] {
            assert!(
                matches!(create_link(url), Some(Call { item: ItemName::Path(_), .. })),
                "{url}"
            );
        }
    }

    #[test]
    fn whose_drive_it_is_is_known_so_that_it_can_be_hidden() {
        let call = create_link("https://g/v1.0/sites/s/drives/b!x/items/1/createLink").unwrap();
        assert_eq!(call.owners, [("site", "s"), ("drive", "b!x")]);
        let call = create_link("https://g/v1.0/drives('b!x')/items('1')/createLink").unwrap();
        assert_eq!(call.owners, [("drive", "b!x")]);
    }

    #[test]
    fn what_is_not_about_sharing_an_item_is_left_alone() {
        for (method, url) in [
            ("POST", "https://g/v1.0/me/drive/items/1/createUploadSession"),
            ("POST", "https://g/v1.0/sites/s/lists/l/items/1/createLink"),
            ("OPTIONS", "https://g/v1.0/me/drive/items/1/createLink"),
            ("GET", "https://g/v1.0/applications/1/permissions"),
            ("POST", "https://example.com/createLink"),
            ("GET", "https://g/v1.0/me/drive/items/1"),
            ("GET", "createLink"),
            ("GET", ""),
        ] {
            assert_eq!(Call::read(method, url), None, "{method} {url}");
        }
    }

    #[test]
    fn permissions_are_told_apart_by_method() {
        let purpose = |method| {
            Call::read(method, "https://g/v1.0/me/drive/items/1/permissions/p%21q").map(|call| {
                assert_eq!(call.permission.as_deref(), Some("p!q"));
                call.purpose
            })
        };
        assert_eq!(purpose("GET"), Some(CallPurpose::Recorded(Purpose::ReadPermission)));
        assert_eq!(purpose("DELETE"), Some(CallPurpose::Recorded(Purpose::DeletePermission)));
        assert_eq!(purpose("PATCH"), Some(CallPurpose::ChangesPermission));
        assert_eq!(purpose("POST"), None);
    }
}
