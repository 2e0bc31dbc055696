//! What a request is about, by its method and URL: every address at which Graph serves an item of a drive.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::graph::{Purpose, embedded};

/// A request that concerns the sharing of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharingRequest<'u> {
    /// What it was made for.
    pub purpose: Purpose,
    /// The item it concerns.
    pub item: ItemName,
    /// The permission it names, percent-decoded.
    pub permission: Option<String>,
    /// The ids that tell whose drive it is: of drive, user, group, site; as sent.
    pub owners: Vec<(&'static str, &'u str)>,
    /// The names of the way to the item from its drive or its folder, as sent.
    pub names: Vec<&'u str>,
}

/// How a URL names an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemName {
    /// By its id, percent-decoded, in lower case: ids of personal drives are written either way.
    Id(String),
    /// By anything else: a path, a share, a special folder, an entry of a list.
    Way(String),
}

/// What is read from method and URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<'u> {
    /// About sharing links of an item: recorded and judged.
    SharingRequest(SharingRequest<'u>),
    /// Asks for a link in a way that is not judged, for this reason.
    NotLookedAt(&'static str),
    /// Anything else.
    Other(Place<'u>),
}

/// Where a request leads, as far as it is about drives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place<'u> {
    /// The item, if any.
    pub item: Option<ItemName>,
    /// What follows the item, in lower case without a namespace.
    pub tail: Vec<String>,
    /// The share it is named by, so that `permission` means the share's.
    pub is_share: bool,
    /// It is about something on a drive or site at all.
    pub is_of_a_drive: bool,
    owners: Vec<(&'static str, &'u str)>,
    names: Vec<&'u str>,
    in_list: bool,
    list_item: bool,
    other_api: bool,
}

/// Whether the request holds others.
pub fn is_batch(method: &str, url: &str) -> bool {
    method.eq_ignore_ascii_case("POST")
        && last_but(url, 0).is_some_and(|it| it.eq_ignore_ascii_case("$batch"))
}

/// The segment that stands `back` before the last, percent-decoded.
pub(super) fn last_but(url: &str, back: usize) -> Option<String> {
    let segments = without_query(url).trim_end_matches('/').rsplit('/');
    segments.filter(|it| !it.is_empty()).nth(back).map(|it| decoded(it).into_owned())
}

pub(super) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// Why a createLink is not judged that may be anything.
const ELSEWHERE: &str = "createLink at an address that is not known to be an item of a drive";

/// Whether the last word of a URL is the action, wherever it leads.
fn asks_for_a_link(url: &str) -> bool {
    let path = without_query(url).trim_end_matches('/');
    let last = path.rsplit('/').next().map(Segment::of);
    last.is_some_and(|it| it.word.rsplit('.').next() == Some("createlink"))
}

/// Reads method and URL. Any service root will do.
pub fn read<'u>(method: &str, url: &'u str) -> Reading<'u> {
    let place = Place::of(url);
    let tail: Vec<&str> = place.tail.iter().map(String::as_str).collect();
    if place.other_api && tail.last() == Some(&"createlink") {
        return Reading::NotLookedAt("the OneDrive API's action.createLink");
    }
    if tail.last() == Some(&"createlink") && embedded::is_by_container(without_query(url)) {
        return Reading::NotLookedAt(embedded::OUT_OF_SCOPE);
    }
    let (purpose, permission) = match (method, tail.as_slice()) {
        (_, ["createlink"]) if place.list_item => {
            return Reading::NotLookedAt("createLink of a list item, which is another resource");
        }
        ("OPTIONS" | "CONNECT", _) => return Reading::Other(place),
        ("POST", ["createlink"]) => (Purpose::CreateLink, false),
        (_, ["createlink"]) => (Purpose::WrongMethod, false),
        ("GET", ["permissions"]) => (Purpose::ListPermissions, false),
        ("GET", ["permissions", _]) => (Purpose::ReadPermission, true),
        ("DELETE", ["permissions", _]) => (Purpose::DeletePermission, true),
        ("POST", _) if asks_for_a_link(url) => return Reading::NotLookedAt(ELSEWHERE),
        _ => return Reading::Other(place),
    };
    let Some(item) = place.item.clone() else {
        return match purpose {
            Purpose::CreateLink => Reading::NotLookedAt(ELSEWHERE),
            _ => Reading::Other(place),
        };
    };
    let permission = if permission { last_but(url, 0) } else { None };
    Reading::SharingRequest(SharingRequest {
        purpose,
        item,
        permission,
        owners: place.owners,
        names: place.names,
    })
}

impl<'u> SharingRequest<'u> {
    /// Reads method and URL; `None` for everything that is not about sharing links of an item.
    pub fn read(method: &str, url: &'u str) -> Option<Self> {
        match read(method, url) {
            Reading::SharingRequest(call) => Some(call),
            Reading::NotLookedAt(_) | Reading::Other(_) => None,
        }
    }
}

/// Collections that lead to a drive, and what the key behind them is called where it tells whose drive it is.
const OWNERS: [(&str, &str); 8] = [
    ("drives", "drive"),
    ("users", "user"),
    ("groups", "group"),
    ("sites", "site"),
    ("teams", "group"),
    ("shares", "share"),
    ("lists", "list"),
    ("containers", "drive"),
];

/// What a segment of a path says.
struct Segment<'u> {
    raw: &'u str,
    /// Percent-decoded, in lower case, without its key in parentheses.
    word: String,
    /// OData also knows `items('id')`.
    key: Option<&'u str>,
}

impl<'u> Segment<'u> {
    fn of(raw: &'u str) -> Self {
        let (name, key) = match raw.find("('") {
            Some(at) => (&raw[..at], raw[at + 2..].strip_suffix("')")),
            None => (raw.strip_suffix("()").unwrap_or(raw), None),
        };
        Self { raw, word: decoded(name).trim().to_lowercase(), key }
    }
}

impl<'u> Place<'u> {
    /// Reads the path of a URL.
    pub fn of(url: &'u str) -> Self {
        let path = without_query(url);
        let path = match path.find("://") {
            Some(at) => path[at + 3..].find('/').map_or("", |slash| &path[at + 3 + slash..]),
            None => path,
        };
        let segments: Vec<Segment<'u>> =
            path.split('/').filter(|it| !it.is_empty()).map(Segment::of).collect();
        let mut place = Self::default();
        let mut walk = Walk { segments: &segments, at: 0, way: String::new() };
        while place.step(&mut walk) {}
        place
    }

    /// Reads one segment, with its key where it has one; false at the end.
    fn step(&mut self, walk: &mut Walk<'_, 'u>) -> bool {
        let Some(segment) = walk.segments.get(walk.at) else { return false };
        walk.at += 1;
        let word = segment.word.as_str();
        if let Some((_, kind)) = OWNERS.iter().find(|(name, _)| *name == word)
            && self.item.is_none()
        {
            self.is_of_a_drive = true;
            self.in_list = word == "lists";
            if let Some(key) = walk.key(segment) {
                self.owners.push((kind, key));
                self.is_share = word == "shares";
                self.list_item = false;
                if self.is_share {
                    walk.way = format!("share/{}", decoded(key));
                }
            }
            return true;
        }
        match word {
            "drive" | "me" | "list" if self.item.is_none() => {
                self.is_of_a_drive |= word == "drive";
                self.in_list = word == "list";
                walk.pass(word);
            }
            "items" | "bundles" | "following" | "children" if self.is_of_a_drive => {
                match walk.key(segment) {
                    Some(key) => self.name_item(walk, key, self.in_list && word == "items"),
                    None => self.tail.push(word.to_owned()),
                }
            }
            "special" if self.is_of_a_drive => match walk.key(segment) {
                Some(key) => {
                    let name = key.trim_end_matches(':');
                    self.item = Some(ItemName::Way(format!("{}/special/{name}", walk.way)));
                    self.path_after(walk, key);
                }
                None => self.tail.push(word.to_owned()),
            },
            "root" | "root:" if self.is_of_a_drive => {
                self.item = Some(ItemName::Way(format!("{}/root", walk.way)));
                self.path_after(walk, segment.raw);
            }
            "driveitem" if self.is_share || self.list_item => {
                self.list_item = false;
                self.item = Some(ItemName::Way(format!("{}/driveitem", walk.way)));
            }
            _ => self.rest(walk, segment),
        }
        true
    }

    /// What follows an item, or is no way to one.
    fn rest(&mut self, walk: &mut Walk<'_, 'u>, segment: &Segment<'u>) {
        let mut word = segment.word.as_str();
        for namespace in ["microsoft.graph.", "action.", "onedrive."] {
            if let Some(name) = word.strip_prefix(namespace) {
                self.other_api |= namespace != "microsoft.graph.";
                word = name;
            }
        }
        let is_attempt = word == "createlink" && self.is_of_a_drive && self.item.is_none();
        if is_attempt && !self.list_item && walk.at == walk.segments.len() {
            // Some address that leads nowhere on Graph: the request says so by itself.
            self.item = Some(ItemName::Way(walk.way.clone()));
        }
        if self.item.is_some() || self.list_item || self.is_share {
            self.tail.push(word.to_owned());
        } else {
            walk.pass(&segment.word);
        }
        if let Some(key) = segment.key {
            self.tail.push(decoded(key).into_owned());
        }
    }

    fn name_item(&mut self, walk: &mut Walk<'_, 'u>, key: &'u str, in_list: bool) {
        let id = decoded(key);
        if in_list {
            walk.pass(&format!("items/{id}"));
            self.list_item = true;
            return;
        }
        let plain = id.trim_end_matches(':').to_lowercase();
        self.item = Some(if plain == "root" {
            // The id of a root is the same word on every drive.
            ItemName::Way(format!("{}/root", walk.way))
        } else {
            ItemName::Id(plain)
        });
        self.tail.clear();
        self.path_after(walk, key);
    }

    /// `:/path:` behind what ends with a colon.
    fn path_after(&mut self, walk: &mut Walk<'_, 'u>, raw: &str) {
        if !raw.ends_with(':') {
            return;
        }
        let rest = &walk.segments[walk.at..];
        let end = rest.iter().position(|it| it.raw.ends_with(':'));
        let length = match end {
            Some(end) => end + 1,
            // Without a second colon all of it is the path. The action behind it was meant as one all the same.
            None if rest.last().is_some_and(|it| it.word.contains("createlink")) => rest.len() - 1,
            None => rest.len(),
        };
        let mut way = match self.item.take() {
            Some(ItemName::Id(id)) => format!("id/{id}"),
            Some(ItemName::Way(way)) => way,
            None => walk.way.clone(),
        };
        for segment in &rest[..length] {
            let name = segment.raw.trim_end_matches(':');
            self.names.push(name);
            way.push('/');
            way.push_str(&decoded(name).to_lowercase());
        }
        self.item = Some(ItemName::Way(way));
        walk.at += length;
    }
}

/// The segments, and how far they were read.
struct Walk<'w, 'u> {
    segments: &'w [Segment<'u>],
    at: usize,
    /// The way so far, for items that have no id.
    way: String,
}

impl<'u> Walk<'_, 'u> {
    /// The key behind a collection.
    fn key(&mut self, segment: &Segment<'u>) -> Option<&'u str> {
        let key = match segment.key {
            Some(key) => key,
            None => {
                let next = self.segments.get(self.at)?;
                self.at += 1;
                next.raw
            }
        };
        self.pass(&format!("{}/{}", segment.word, decoded(key).to_lowercase()));
        Some(key)
    }

    fn pass(&mut self, word: &str) {
        self.way.push('/');
        self.way.push_str(word);
    }
}

/// A segment without its percent-encoding.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create_link(url: &str) -> Option<SharingRequest<'_>> {
        SharingRequest::read("POST", url).filter(|call| call.purpose == Purpose::CreateLink)
    }

    #[test]
    fn every_address_of_an_item_by_its_id_is_that_item() {
        for url in [
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC/createLink",
            "https://microsoftgraph.chinacloudapi.cn/v1.0/drives/b!x/items/01ABC/createLink",
            "http://127.0.0.1:4011/v1.0/groups/g/drive/items/01ABC/createLink/",
            "https://graph.microsoft.us/beta/sites/a,b,c/drive/items/01ABC/microsoft.graph.createLink",
            "https://graph.microsoft.com/v1.0/sites/s/drives/b!x/items/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/drive/items/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/me/drives/b!x/items/01ABC/createLink",
            "https://graph.microsoft.com/v1.0//drives/b!x//items/01ABC/createLink",
            "https://graph.microsoft.com/V1.0/Me/Drive/Items/01abc/CreateLink",
            "https://x.sharepoint.com/_api/v2.0/drives('b!x')/items('01ABC')/createLink",
            "https://graph.microsoft.com/v1.0/users/u/drive/items/01ABC/createlink?x=1",
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC/createLink%20",
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC/createLink()",
            "https://graph.microsoft.com/v1.0/me/drive/items/FOLDER/children/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/root/children/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/bundles/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/following/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/shares/u!x/items/01ABC/createLink",
            "https://graph.microsoft.com/v1.0/sites/s/lists/l/drive/items/01ABC/createLink",
            "/me/drive/items/01ABC/createLink",
        ] {
            let call = create_link(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!(call.item, ItemName::Id("01abc".into()), "{url}");
        }
    }

    #[test]
    fn what_has_no_id_is_told_apart_by_the_way_to_it() {
        let ways = [
            "https://graph.microsoft.com/v1.0/me/drive/root:/a/b.txt:/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/items/01ABC:/b.txt:/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/root/createLink",
            "https://graph.microsoft.com/v1.0/drives/b!x/items/root/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/special/documents/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/special/documents:/b.txt:/createLink",
            "https://graph.microsoft.com/v1.0/shares/u!x/driveItem/createLink",
            "https://graph.microsoft.com/v1.0/shares/u!x/root/createLink",
            "https://graph.microsoft.com/v1.0/sites/s/lists/l/items/7/driveItem/createLink",
            "https://graph.microsoft.com/v1.0/drives/b!x/list/items/7/driveItem/createLink",
            "https://graph.microsoft.com/v1.0/me/drive/item/01ABC/createLink",
            // The second colon is missing.
            "https://graph.microsoft.com/v1.0/me/drive/root:/a/c.txt/createLink",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for url in ways {
            let call = create_link(url).unwrap_or_else(|| panic!("{url}"));
            let ItemName::Way(way) = call.item else { panic!("{url}") };
            assert!(seen.insert(way), "{url}");
        }
        assert_eq!(
            create_link("https://g/v1.0/me/drive/root:/A%20b/c.txt:/createLink").map(|it| it.item),
            create_link("https://h/v1.0/me//drive/root:/a b/C.txt:/createLink").map(|it| it.item),
        );
    }

    #[test]
    fn what_is_asked_for_elsewhere_is_named() {
        for (url, named) in [
            ("https://api.onedrive.com/v1.0/drive/items/1/action.createLink", "OneDrive API"),
            ("https://g/v1.0/me/drive/items/1/oneDrive.createLink", "OneDrive API"),
            ("https://g/v1.0/sites/s/lists/l/items/1/createLink", "list item"),
            ("https://g/v1.0/items/1/createLink", "not known"),
            ("https://g/v1.0/me/insights/shared/x/resource/createLink", "not known"),
            ("https://g/v1.0/me/drive/items/1/versions/2/graph.createLink", "not known"),
            ("https://example.com/api/CreateLink?x=1", "not known"),
            (
                "https://g/v1.0/storage/fileStorage/containers/b!x/drive/items/1/createLink",
                "SharePoint Embedded is out of scope",
            ),
        ] {
            let Reading::NotLookedAt(why) = read("POST", url) else { panic!("{url}") };
            assert!(why.contains(named), "{url}: {why}");
        }
    }

    #[test]
    fn whose_drive_it_is_is_known_so_that_it_can_be_hidden() {
        let call = create_link("https://g/v1.0/sites/s/drives/b!x/items/1/createLink").unwrap();
        assert_eq!(call.owners, [("site", "s"), ("drive", "b!x")]);
        let call = create_link("https://g/v1.0/drives('b!x')/items('1')/createLink").unwrap();
        assert_eq!(call.owners, [("drive", "b!x")]);
        let call = create_link("https://g/v1.0/me/drive/root:/plan%201/b.txt:/createLink").unwrap();
        assert_eq!(call.names, ["plan%201", "b.txt"]);
    }

    #[test]
    fn what_is_not_about_sharing_an_item_is_left_alone() {
        for (method, url) in [
            ("POST", "https://g/v1.0/me/drive/items/1/createUploadSession"),
            ("OPTIONS", "https://g/v1.0/me/drive/items/1/createLink"),
            ("GET", "https://g/v1.0/applications/1/permissions"),
            ("POST", "https://example.com/createLink"),
            ("GET", "https://g/v1.0/me/drive/items/1"),
            ("GET", "createLink"),
            ("GET", ""),
        ] {
            assert_eq!(SharingRequest::read(method, url), None, "{method} {url}");
        }
    }

    #[test]
    fn a_batch_is_one_however_it_is_written() {
        for url in ["https://g/v1.0/$batch", "https://g/beta/%24batch?x=1", "/v1.0/$Batch/"] {
            assert!(is_batch("post", url), "{url}");
        }
        assert!(!is_batch("POST", "https://g/v1.0/me/drive/items/$batch/createLink"));
        assert!(!is_batch("GET", "https://g/v1.0/$batch"));
    }

    #[test]
    fn permissions_are_told_apart_by_method() {
        let purpose = |method| {
            SharingRequest::read(method, "https://g/v1.0/me/drive/items/1/permissions/p%21q").map(
                |call| {
                    assert_eq!(call.permission.as_deref(), Some("p!q"));
                    call.purpose
                },
            )
        };
        assert_eq!(purpose("GET"), Some(Purpose::ReadPermission));
        assert_eq!(purpose("DELETE"), Some(Purpose::DeletePermission));
        assert_eq!(purpose("PATCH"), None);
        assert_eq!(purpose("POST"), None);
    }
}
