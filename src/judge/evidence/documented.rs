//! Which requests are made of what the page lists: members, types and addresses; and whose item they are for.

use crate::graph::{Exchange, Identity, Purpose, Recording};

/// The members the page lists.
pub(in crate::judge) const DOCUMENTED: [&str; 5] =
    ["type", "scope", "password", "expirationDateTime", "retainInheritedPermissions"];

/// An application without a user, which has no /me.
pub(in crate::judge) fn is_alone(identity: Identity) -> bool {
    matches!(identity, Identity::AppOnly | Identity::AppOnlySites)
}

/// Whether the story itself made the item, so that nothing happened to it that is not recorded.
pub(in crate::judge) fn made(recording: &Recording, item: Option<&str>) -> bool {
    item.is_some()
        && recording.exchanges.iter().any(|it| {
            it.purpose == Purpose::SetUp
                && it.item.as_deref() == item
                && it.answer().is_some_and(|it| matches!(it.status, 200 | 201))
        })
}

/// Whether a body has documented members only, with a documented type.
pub(in crate::judge) fn is_documented(
    members: &serde_json::Map<String, serde_json::Value>,
) -> bool {
    members.keys().all(|it| DOCUMENTED.contains(&it.as_str()))
        && ["view", "edit", "embed"]
            .iter()
            .any(|it| members.get("type").is_some_and(|found| found == it))
}

/// Whether a request was sent to a documented address in the usual spelling.
pub(in crate::judge) fn is_at_a_documented_address(exchange: &Exchange) -> bool {
    let alone = is_alone(exchange.identity);
    address_of(&exchange.request.url)
        .is_some_and(|it| !(it.is_odd() || (alone && it.kind() == "me")))
}

/// A documented way to createLink, as the address of a request shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) struct Way<'u> {
    kind: &'u str,
    path: &'u str,
}

impl<'u> Way<'u> {
    /// "drives", "me", "users", "groups" or "sites".
    pub(in crate::judge) fn kind(self) -> &'u str {
        self.kind
    }

    /// Whether the ids are written in a way that is legal and not the usual one, or name no item.
    pub(in crate::judge) fn is_odd(self) -> bool {
        let path = self.path.to_ascii_lowercase();
        path.contains("%21") || path.contains("/items/not-an-item-id/")
    }
}

/// The documented way that a request to createLink took; none for ways the page does not list.
pub(in crate::judge) fn address_of(url: &str) -> Option<Way<'_>> {
    let path = url.split(['?', '#']).next()?;
    let kinds = ["me", "drives", "users", "groups", "sites"];
    let segments: Vec<&str> = path.split('/').collect();
    let [.., items, _, action] = segments.as_slice() else { return None };
    if *items != "items" || *action != "createLink" {
        return None;
    }
    let before = &segments[..segments.len() - 3];
    let kind = match before {
        // Before "me": a user, group or site may be named so.
        [.., kind @ ("users" | "groups" | "sites"), _, "drive"] => kind,
        [.., "me", "drive"] => "me",
        [.., "drives", _] => "drives",
        _ => return None,
    };
    kinds.contains(&kind).then_some(Way { kind, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_addresses_of_the_page_are_told_apart() {
        for (path, kind) in [
            ("me/drive/items/1/createLink", Some("me")),
            ("drives/b!x/items/1/createLink", Some("drives")),
            ("users/me/drive/items/1/createLink", Some("users")),
            ("groups/g/drive/items/1/createLink", Some("groups")),
            ("sites/a,b,c/drive/items/1/createLink", Some("sites")),
            ("me/drive/root:/file.txt:/createLink", None),
            ("me/drive/items/1/microsoft.graph.createLink", None),
        ] {
            let url = format!("https://graph.example/v1.0/{path}");
            assert_eq!(address_of(&url).map(Way::kind), kind, "{path}");
        }
    }
}
