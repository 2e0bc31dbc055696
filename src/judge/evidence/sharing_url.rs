//! When two sharing URLs are one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use crate::graph::{Purpose, Recording};
use crate::judge::evidence::listing::listings;
use crate::judge::evidence::wording::without_query;

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
    pub(crate) fn seen_in(run: &[Recording]) -> Self {
        Self { query_changes: run.iter().any(query_changes) }
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

/// The sharing URLs that stories of a run were given, to be found again as [`UrlIdentity::same`] tells, in a time
/// that does not grow with their number.
pub struct ShownUrls<'u> {
    urls: UrlIdentity,
    shown: usize,
    /// By the whole URL.
    exact: HashMap<&'u str, Earliest>,
    /// By the part before the query: all of them.
    any_query: HashMap<&'u str, Earliest>,
    /// The same, those that have none.
    no_query: HashMap<&'u str, Earliest>,
}

/// Where a URL was shown first, and where first in another story than that.
struct Earliest {
    first: Shown,
    elsewhere: Option<Shown>,
}

#[derive(Clone, Copy)]
struct Shown {
    position: usize,
    story: usize,
    number: u32,
}

impl<'u> ShownUrls<'u> {
    /// None so far.
    pub fn new(urls: UrlIdentity) -> Self {
        let (exact, any_query, no_query) = Default::default();
        Self { urls, shown: 0, exact, any_query, no_query }
    }

    /// Takes a URL, and the exchange it was shown in.
    pub fn add(&mut self, url: &'u str, story: usize, number: u32) {
        let shown = Shown { position: self.shown, story, number };
        self.shown += 1;
        let note = |map: &mut HashMap<&'u str, Earliest>, key| match map.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Earliest { first: shown, elsewhere: None });
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                if known.first.story != story {
                    known.elsewhere.get_or_insert(shown);
                }
            }
        };
        note(&mut self.exact, url);
        note(&mut self.any_query, without_query(url));
        if !url.contains('?') {
            note(&mut self.no_query, without_query(url));
        }
    }

    /// The first exchange of another story that showed this URL.
    pub fn elsewhere(&self, url: &str, story: usize) -> Option<u32> {
        let path = without_query(url);
        let places = if self.urls.query_changes || !url.contains('?') {
            [self.any_query.get(path), None]
        } else {
            [self.exact.get(url), self.no_query.get(path)]
        };
        let elsewhere = |known: &Earliest| {
            if known.first.story == story { known.elsewhere } else { Some(known.first) }
        };
        let found = places.into_iter().flatten().filter_map(elsewhere);
        found.min_by_key(|shown| shown.position).map(|shown| shown.number)
    }
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

    use super::{ShownUrls, UrlIdentity};
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, view};

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
        evidence(&[told.done()], Product::Personal, &tenant).urls()
    }

    #[test]
    fn a_query_that_changes_is_no_part_of_a_url() {
        assert_eq!(identity("authkey=2").part("https://1drv.ms/a?e=1"), "https://1drv.ms/a");
        assert_eq!(identity("authkey=1").part("https://1drv.ms/a?e=1"), "https://1drv.ms/a?e=1");
    }

    #[test]
    fn a_url_is_found_again_as_if_each_were_compared() {
        let urls = ["a", "a#", "a?e=1", "a?e=2", "a#x?e=1", "b?e=1", "b", "c?e=1", "c?e=1#y"];
        for query_changes in [false, true] {
            let identity = UrlIdentity { query_changes };
            let mut index = ShownUrls::new(identity);
            let mut list: Vec<(&str, usize, u32)> = Vec::new();
            // Every URL in every story, the stories in turn, in an order that begins anywhere.
            for turn in 0..60 {
                let (url, story) = (urls[turn * 7 % urls.len()], turn % 4);
                for (url, story) in urls.iter().flat_map(|url| (0..4).map(move |it| (url, it))) {
                    let found = list
                        .iter()
                        .find(|(known, other, _)| *other != story && identity.same(known, url));
                    let found = found.map(|(_, _, number)| *number);
                    assert_eq!(index.elsewhere(url, story), found, "{url} {story} {turn}");
                }
                let number = 100 - u32::try_from(turn).unwrap();
                index.add(url, story, number);
                list.push((url, story, number));
            }
        }
    }
}
