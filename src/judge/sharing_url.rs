//! When two sharing URLs are one.

use serde_json::Value;

use super::evidence::{Evidence, listings, without_query};
use crate::graph::{Purpose, Recording};

/// Which part of its sharing URLs a service tells links apart by.
///
/// Some put the secret into the query and keep it; others add a query that changes from answer to answer.
/// What one permission's URL does in the run decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlIdentity {
    query_changes: bool,
}

impl UrlIdentity {
    /// What the run shows of the service.
    pub fn of(evidence: &Evidence<'_>) -> Self {
        let look = || Self { query_changes: evidence.run.iter().any(query_changes) };
        evidence.overview.map_or_else(look, |it| *it.urls.get_or_init(look))
    }

    /// Whether the service means one link by the two URLs.
    pub fn same(self, one: &str, other: &str) -> bool {
        same_url(one, other) || (self.query_changes && without_query(one) == without_query(other))
    }

    /// The part of the URL that tells it from others.
    pub fn part(self, url: &str) -> &str {
        if self.query_changes { without_query(url) } else { url }
    }
}

/// Whether two URLs differ in no more than a query that only one of them has (IDEM-04).
pub fn same_url(one: &str, other: &str) -> bool {
    let has_query = |url: &str| url.contains('?');
    one == other
        || (without_query(one) == without_query(other) && !(has_query(one) && has_query(other)))
}

/// Whether two permissions are one link: by the id, or else by the URL.
pub fn same_link(one: &Value, other: &Value) -> bool {
    let same_id = one["id"].as_str().is_some_and(|id| !id.is_empty() && other["id"] == id);
    let urls = one["link"]["webUrl"].as_str().zip(other["link"]["webUrl"].as_str());
    same_id || urls.is_some_and(|(one, other)| !one.is_empty() && same_url(one, other))
}

/// Whether one permission of the story was shown with two URLs that differ in nothing but the query.
fn query_changes(recording: &Recording) -> bool {
    let granted = recording
        .exchanges
        .iter()
        .filter(|it| it.purpose == Purpose::CreateLink)
        .filter_map(|it| it.answer().filter(|answer| answer.is_success())?.json().ok());
    let listed = listings(recording).into_iter().flat_map(|it| it.permissions);
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for permission in granted.chain(listed) {
        let Some((id, url)) = id_and_url(permission) else { continue };
        let changed = seen.iter().any(|(other_id, other)| {
            id == *other_id && url != *other && without_query(url) == without_query(other)
        });
        if changed {
            return true;
        }
        seen.push((id, url));
    }
    false
}

fn id_and_url(permission: &Value) -> Option<(&str, &str)> {
    permission["id"].as_str().zip(permission["link"]["webUrl"].as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::UrlIdentity;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing_b::{Telling, evidence, view};

    fn identity(second: &str) -> UrlIdentity {
        let with = |query: &str| {
            let mut link = view("p1");
            link["link"]["webUrl"] = json!(format!("https://1drv.ms/redir?{query}"));
            link
        };
        let told = Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, with("authkey=1"))
            .asks(json!({"type": "view"}), 200, with(second));
        let tenant = Tenant::default();
        UrlIdentity::of(&evidence(&[told.done()], Product::Personal, &tenant))
    }

    #[test]
    fn a_query_that_changes_is_no_part_of_a_url() {
        assert_eq!(identity("authkey=2").part("https://1drv.ms/a?e=1"), "https://1drv.ms/a");
        assert_eq!(identity("authkey=1").part("https://1drv.ms/a?e=1"), "https://1drv.ms/a?e=1");
    }
}
