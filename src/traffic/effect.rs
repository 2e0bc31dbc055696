//! What a request may have done to the sharing links of items, whether it says so or not.

use super::address::{ItemName, Place, last_but, without_query};

/// What a request may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing that concerns links.
    None,
    /// Which item a path leads to.
    Paths,
    /// The permissions of one item; of one permission where it names one.
    Item(ItemName, Option<String>),
    /// Anything.
    Everything,
}

/// What the answer says about whether it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    /// It did, or may have.
    Perhaps,
    /// It did not: it was refused.
    Not,
}

/// Whether a request that was answered like this may have taken effect. What is gone already was ended by somebody.
pub(super) fn happened(status: Option<u16>) -> Happened {
    match status {
        Some(404 | 408 | 410) => Happened::Perhaps,
        Some(400..=499) => Happened::Not,
        _ => Happened::Perhaps,
    }
}

/// What the request may do to links.
pub(super) fn effect(method: &str, url: &str, body: &str) -> Effect {
    if is_sharepoints_own(url) {
        return if method == "GET" || method == "HEAD" { Effect::None } else { Effect::Everything };
    }
    let place = Place::of(url);
    let tail: Vec<&str> = place.tail.iter().map(String::as_str).collect();
    let of_item = |permission: Option<&str>| match &place.item {
        Some(item) => Effect::Item(item.clone(), permission.map(str::to_owned)),
        None => Effect::Everything,
    };
    // A permission's id is compared as it was sent.
    let permission = || last_but(url, tail.len().saturating_sub(2));
    match (method, tail.as_slice()) {
        ("GET" | "HEAD" | "OPTIONS" | "CONNECT", _) => Effect::None,
        _ if !place.is_of_a_drive => match method {
            "DELETE" | "PATCH" | "PUT" if concerns_sharing(url) => Effect::Everything,
            _ => Effect::None,
        },
        ("DELETE" | "PATCH" | "PUT", ["permissions", _]) => of_item(permission().as_deref()),
        (_, ["permissions", ..]) => match tail.len() {
            3 => of_item(permission().as_deref()),
            _ => of_item(None),
        },
        (_, ["permission", ..]) if place.is_share => Effect::Everything,
        ("POST", ["invite"]) => of_item(None),
        ("POST", ["createlink"]) => Effect::None,
        ("POST", [.., "restore" | "permanentdelete" | "revokegrants" | "discardcheckout"]) => {
            Effect::Everything
        }
        ("POST", [.., "assignsensitivitylabel" | "setretentionlabel"]) => of_item(None),
        ("PUT", [.., "content"]) => Effect::Paths,
        // A parent that goes takes along what is in it, and nobody says what was (SIDE-18).
        ("DELETE", _) => Effect::Everything,
        ("PATCH" | "PUT", _) if body.contains("parentReference") => Effect::Everything,
        ("PATCH" | "PUT", []) => Effect::Paths,
        ("PATCH" | "PUT", _) => Effect::Everything,
        ("POST", ["children" | "copy" | "createuploadsession"]) => Effect::Paths,
        _ => Effect::None,
    }
}

/// SharePoint's own API, and the calls its pages make.
fn is_sharepoints_own(url: &str) -> bool {
    let path = without_query(url).to_ascii_lowercase();
    (path.contains("/_api/") && !path.contains("/_api/v2.")) || path.contains("/_vti_bin/")
}

/// Settings of the organization, and whole drives and sites.
fn concerns_sharing(url: &str) -> bool {
    let path = without_query(url).to_ascii_lowercase();
    ["/admin/", "/storage/", "/policies/"].iter().any(|it| path.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_end_a_link_is_known_however_it_is_sent() {
        let item = |permission: Option<&str>| {
            Effect::Item(ItemName::Id("1".into()), permission.map(str::to_owned))
        };
        for (method, url, body, expected) in [
            ("DELETE", "https://g/v1.0/me/drive/items/1/permissions/p%21q", "", item(Some("p!q"))),
            ("PATCH", "/me/drive/items/1/permissions/p", "{}", item(Some("p"))),
            ("POST", "/me/drive/items/1/permissions/p/revokeGrants", "{}", item(Some("p"))),
            ("POST", "/me/drive/items/1/invite", "{}", item(None)),
            ("DELETE", "/shares/u!x/permission", "", Effect::Everything),
            ("DELETE", "/me/drive/items/2", "", Effect::Everything),
            ("DELETE", "/me/drive/root:/a", "", Effect::Everything),
            ("POST", "/me/drive/items/2/permanentDelete", "", Effect::Everything),
            ("PATCH", "/me/drive/items/2", r#"{"parentReference":{}}"#, Effect::Everything),
            ("PATCH", "/me/drive/items/2", r#"{"name":"b"}"#, Effect::Paths),
            ("PUT", "/me/drive/root:/a.txt:/content", "", Effect::Paths),
            (
                "POST",
                "https://x.sharepoint.com/_api/web/Lists(1)/UnshareLink",
                "",
                Effect::Everything,
            ),
            ("GET", "https://x.sharepoint.com/_api/web/Lists(1)", "", Effect::None),
            (
                "POST",
                "https://x.sharepoint.com/_vti_bin/client.svc/ProcessQuery",
                "",
                Effect::Everything,
            ),
            ("PATCH", "https://g/v1.0/admin/sharepoint/settings", "{}", Effect::Everything),
            ("DELETE", "https://g/v1.0/me/messages/1", "", Effect::None),
            ("DELETE", "https://example.com/pictures/1", "", Effect::None),
            ("POST", "/me/drive/items/1/createLink", "{}", Effect::None),
        ] {
            assert_eq!(effect(method, url, body), expected, "{method} {url}");
        }
        assert_eq!(happened(Some(504)), Happened::Perhaps);
        assert_eq!(happened(Some(404)), Happened::Perhaps);
        assert_eq!(happened(None), Happened::Perhaps);
        assert_eq!(happened(Some(403)), Happened::Not);
        assert_eq!(happened(Some(429)), Happened::Not);
    }
}
