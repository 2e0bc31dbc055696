//! The permissions items of a run have whatever is asked for: what a refused request must not add to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::graph::{Purpose, Recording};
use crate::judge::evidence::listing::{Listing, can_write, listings};
use crate::judge::evidence::sharing_url::UrlIdentity;

/// What the run shows of the permissions its items have whatever is asked for.
#[derive(Debug, Clone)]
pub struct Baseline {
    urls: UrlIdentity,
    /// Links that items of several stories show: they come from above the run's folder, which business and
    /// SharePoint listings do not tell (AMB-25). They are told by their URLs, since ids are unique on an
    /// item only (PERM-02).
    from_above: BTreeSet<String>,
    /// Who is listed where nothing was refused.
    people: BTreeSet<String>,
    /// Where nothing was refused, granted links are listed, and with the roles they were granted with.
    pub(crate) links_are_listed: bool,
}

impl Baseline {
    /// What these recordings show.
    pub(crate) fn seen_in(run: &[Recording], urls: UrlIdentity) -> Self {
        let mut seen_once = BTreeSet::new();
        let mut known = Self {
            urls,
            from_above: BTreeSet::new(),
            people: BTreeSet::new(),
            links_are_listed: false,
        };
        let (mut listed, mut missing) = (0_usize, 0_usize);
        for recording in run {
            let listings = listings(recording);
            let links: BTreeSet<&str> = listings
                .iter()
                .flat_map(Listing::links)
                .filter_map(|it| it["link"]["webUrl"].as_str().map(|url| urls.part(url)))
                .collect();
            for link in links {
                if !seen_once.insert(link.to_owned()) {
                    known.from_above.insert(link.to_owned());
                }
            }
            for listing in &listings {
                if was_refused_before(recording, listing) {
                    continue;
                }
                let people = listing.permissions.iter().filter(|it| !it["link"].is_object());
                known.people.extend(people.map(|it| person(it)));
                for link in granted_before(recording, listing) {
                    let entry = listing.entry(link["id"].as_str().unwrap_or_default());
                    let writes = can_write;
                    if entry.is_some_and(|entry| writes(entry) == writes(link)) {
                        listed += 1;
                    } else {
                        missing += 1;
                    }
                }
            }
        }
        known.links_are_listed = listed > 0 && missing == 0;
        known
    }

    /// Whether this link comes from above the run's folder.
    pub(crate) fn is_from_above(&self, link: &Value) -> bool {
        link["link"]["webUrl"]
            .as_str()
            .is_some_and(|url| self.from_above.contains(self.urls.part(url)))
    }

    /// Whether nobody like this is listed where nothing was refused.
    pub(crate) fn is_a_stranger(&self, entry: &Value) -> bool {
        !self.people.is_empty() && !self.people.contains(&person(entry))
    }
}

/// Who a permission without a link is for, and what for.
pub(crate) fn person(entry: &Value) -> String {
    let members = ["grantedToV2", "grantedTo", "grantedToIdentitiesV2", "roles"];
    members.map(|it| entry[it].to_string()).join(" ")
}

fn was_refused_before(recording: &Recording, listing: &Listing<'_>) -> bool {
    recording.exchanges.iter().any(|it| {
        matches!(it.purpose, Purpose::CreateLink | Purpose::WrongMethod)
            && it.act <= listing.act
            && it.answer().is_none_or(|answer| answer.status >= 400)
    })
}

/// The links granted to the item before the listing, when nothing was removed since.
fn granted_before<'r>(recording: &'r Recording, listing: &Listing<'_>) -> Vec<&'r Value> {
    let so_far = || recording.exchanges.iter().filter(|it| it.act <= listing.act);
    if so_far().any(|it| matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem)) {
        return Vec::new();
    }
    so_far()
        .filter(|it| it.purpose == Purpose::CreateLink && it.item.as_deref() == Some(listing.item))
        .filter_map(|it| it.answer().filter(|it| it.is_success())?.json().ok())
        .filter(|it| it["id"].is_string() && it["link"].is_object())
        .collect()
}
