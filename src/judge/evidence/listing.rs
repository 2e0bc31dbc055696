//! An item's permissions as the service listed them.

use std::rc::Rc;

use serde_json::Value;

use crate::graph::{Exchange, Purpose, Recording, Reply};
use crate::judge::evidence::wording::status_text;
use crate::judge::finding::grounds::Case;

/// One reading of an item's permissions, all pages together.
#[derive(Debug, Clone)]
pub struct Listing<'e> {
    /// The item, in the story's words.
    pub item: &'e str,
    /// The line of the story after which it was read.
    pub act: usize,
    /// The entries of `value`, of all pages.
    pub permissions: Vec<&'e Value>,
    /// The exchanges of the pages.
    pub exchanges: Vec<u32>,
}

impl Case for Listing<'_> {
    fn numbers(&self) -> Vec<u32> {
        self.exchanges.clone()
    }
}

impl<T> Case for (Rc<Listing<'_>>, T) {
    fn numbers(&self) -> Vec<u32> {
        self.0.exchanges.clone()
    }
}

/// Every complete reading of an item's permissions in a recording, in order.
pub fn listings(recording: &Recording) -> Vec<Listing<'_>> {
    let mut listings: Vec<Listing<'_>> = Vec::new();
    let mut open: Option<Listing<'_>> = None;
    for exchange in &recording.exchanges {
        if exchange.purpose != Purpose::ListPermissions || exchange.retried {
            continue;
        }
        let Some(item) = exchange.item.as_deref() else { continue };
        let page = exchange.answer().filter(|it| it.status == 200).and_then(|it| it.json().ok());
        let Some(entries) = page.and_then(|page| page["value"].as_array()) else {
            open = None;
            continue;
        };
        // The address of a first page has no query; one after a page that was never gone on with begins
        // a reading of its own.
        let continues = exchange.request.url.contains('?');
        let earlier = open.take().filter(|it| continues && it.item == item);
        let mut listing = earlier.unwrap_or(Listing {
            item,
            act: exchange.act,
            permissions: Vec::new(),
            exchanges: Vec::new(),
        });
        listing.permissions.extend(entries);
        listing.exchanges.push(exchange.number);
        if page.is_some_and(|page| page["@odata.nextLink"].is_string()) {
            open = Some(listing);
        } else {
            listings.push(listing);
        }
    }
    listings
}

/// Why a list ends without being whole at this page.
pub(crate) fn why_unread(page: &Exchange) -> String {
    let answer = match &page.answer {
        Reply::Nothing(failure) => return failure.detail.clone(),
        Reply::Answer(answer) if answer.status != 200 => return status_text(answer),
        Reply::Answer(answer) => answer,
    };
    match answer.json() {
        Err(error) => format!("the body is no JSON ({error})"),
        Ok(list) if !list["value"].is_array() => "value is no array".to_owned(),
        Ok(list) if list["@odata.nextLink"].is_string() => {
            "its pages have no end, or @odata.nextLink leads to another host or back".to_owned()
        }
        Ok(_) => status_text(answer),
    }
}

impl Listing<'_> {
    /// The entries that are sharing links: those with a non-null `link`.
    pub fn links(&self) -> impl Iterator<Item = &Value> {
        self.permissions.iter().copied().filter(|it| it["link"].is_object())
    }

    /// The sharing links made on the item itself, as far as `inheritedFrom` tells.
    pub fn own_links(&self) -> impl Iterator<Item = &Value> {
        self.links().filter(|it| !is_inherited(it))
    }

    /// The entry with that id.
    pub fn entry(&self, id: &str) -> Option<&Value> {
        self.permissions.iter().copied().find(|it| it["id"] == id)
    }
}

/// Whether a permission says that it comes from an ancestor. Absent, null and `{}` do not (AMB-25).
pub fn is_inherited(permission: &Value) -> bool {
    permission["inheritedFrom"]
        .as_object()
        .is_some_and(|from| from.values().any(|value| !value.is_null()))
}

/// Whether the roles hold `write`; `None` when they are no array of strings.
pub fn can_write(permission: &Value) -> Option<bool> {
    has_role(permission, "write")
}

/// Whether the roles hold `role`, whatever its letter case (PERM-05); `None` when they are no non-empty
/// array of strings.
pub fn has_role(permission: &Value, role: &str) -> Option<bool> {
    let roles = permission["roles"].as_array().filter(|roles| !roles.is_empty())?;
    let roles: Option<Vec<&str>> = roles.iter().map(Value::as_str).collect();
    Some(roles?.iter().any(|it| it.eq_ignore_ascii_case(role)))
}
