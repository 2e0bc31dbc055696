//! Addresses as clients write them: Graph serves more than the five forms of the page, and so does the mock.

/// Words of a path whose letter case does not matter.
const WORDS: [&str; 24] = [
    "me",
    "drive",
    "drives",
    "users",
    "groups",
    "sites",
    "items",
    "bundles",
    "following",
    "special",
    "root",
    "shares",
    "driveItem",
    "list",
    "lists",
    "listItem",
    "permissions",
    "children",
    "content",
    "createLink",
    "invite",
    "checkout",
    "checkin",
    "v1.0",
];

/// The path in the form the routes are written for.
///
/// Known to be served by Graph: an empty segment (the Python library's `/v1.0//drives`), a slash at the end, words in
/// any letter case, keys in parentheses, the qualified name of an action, a drive by its id below a user, group or
/// site, `/drive` for `/me/drive`, and an item below its folder's `children`.
pub(super) fn tidied(path: &str) -> String {
    let mut segments: Vec<String> = Vec::new();
    let mut in_path = false;
    for raw in path.split('/').filter(|it| !it.is_empty()) {
        if in_path {
            in_path = !raw.ends_with(':');
            segments.push(raw.to_owned());
            continue;
        }
        in_path = raw.ends_with(':');
        match raw.split_once("('") {
            Some((name, key)) if key.ends_with("')") => {
                segments.push(word(name));
                segments.push(key.trim_end_matches("')").to_owned());
            }
            _ => segments.push(word(raw)),
        }
    }
    let mut segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let version = usize::from(segments.first() == Some(&"v1.0"));
    match &segments[version..] {
        ["drive", ..] => segments.insert(version, "me"),
        ["me", "drives", _, ..] => drop(segments.remove(version)),
        ["users" | "groups" | "sites", _, "drives", _, ..] => {
            segments.drain(version..version + 2);
        }
        _ => {}
    }
    // `items/{folder}/children/{id}`, not `children` alone, which lists them.
    let below = segments.iter().position(|it| *it == "children");
    if let Some(at) = below.filter(|at| segments.len() > at + 1 && !segments[at - 1].ends_with(':'))
    {
        let start = if segments[at - 1] == "root" { at - 1 } else { at - 2 };
        segments.splice(start..=at, ["items"]);
    }
    format!("/{}", segments.join("/"))
}

/// A word in the letter case of the page, without namespace and parentheses; anything else as it is.
fn word(raw: &str) -> String {
    let plain = raw.strip_suffix("()").unwrap_or(raw);
    let namespace = "microsoft.graph.";
    let plain = match plain.get(..namespace.len()) {
        Some(start) if start.eq_ignore_ascii_case(namespace) => &plain[namespace.len()..],
        _ => plain,
    };
    let known = WORDS.iter().find(|it| it.eq_ignore_ascii_case(plain));
    known.map_or(raw, |it| it).to_owned()
}

#[cfg(test)]
mod tests {
    use super::tidied;

    #[test]
    fn what_graph_serves_becomes_what_the_page_documents() {
        for (sent, read) in [
            ("/v1.0/me/drive/items/1/createLink", "/v1.0/me/drive/items/1/createLink"),
            ("/v1.0//drives/b!x/items/1/createLink/", "/v1.0/drives/b!x/items/1/createLink"),
            ("/V1.0/Me/Drive/Items/1/createlink", "/v1.0/me/drive/items/1/createLink"),
            ("/v1.0/drives('b!x')/items('1')/createLink()", "/v1.0/drives/b!x/items/1/createLink"),
            ("/v1.0/drive/items/1/microsoft.graph.createLink", "/v1.0/me/drive/items/1/createLink"),
            ("/v1.0/sites/s/drives/b!x/items/1/createLink", "/v1.0/drives/b!x/items/1/createLink"),
            ("/v1.0/me/drives/b!x/items/1/createLink", "/v1.0/drives/b!x/items/1/createLink"),
            ("/v1.0/me/drive/items/9/children/1/createLink", "/v1.0/me/drive/items/1/createLink"),
            ("/v1.0/me/drive/root/children/1", "/v1.0/me/drive/items/1"),
            ("/v1.0/me/drive/items/9/children", "/v1.0/me/drive/items/9/children"),
            (
                "/v1.0/me/drive/root:/Me/Items:/createLink",
                "/v1.0/me/drive/root:/Me/Items:/createLink",
            ),
        ] {
            assert_eq!(tidied(sent), read, "{sent}");
        }
    }
}
