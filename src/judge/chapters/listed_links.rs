//! The sharing links of an item, as its listing shows them.

use serde_json::Value;

use crate::graph::{Purpose, Recording};
use crate::judge::evidence::listing::{Listing, can_write, listings};
use crate::judge::evidence::sharing_url::same_url;
use crate::judge::evidence::{Evidence, Granted, describe, ordinal};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// The sharing links that came to the item by the requests from line `act` on, each once.
///
/// Left out: what was listed before, what says that it is inherited, the pseudo-link of those who have
/// access already (PERM-17), and links that other items of the run have too. The last are inherited from
/// above the run's own folder, which business and SharePoint drives need not say (AMB-25).
pub fn added_links<'l>(
    evidence: &Evidence<'_>,
    listing: &'l Listing<'_>,
    act: usize,
) -> Vec<&'l Value> {
    let before =
        evidence.listings().into_iter().rfind(|it| it.item == listing.item && it.act < act);
    let mut added: Vec<&Value> = Vec::new();
    for link in listing.own_links() {
        let known = before.as_ref().is_some_and(|before| find(before, link).is_some())
            || link["link"]["scope"] == "existingAccess"
            || added.iter().any(|it| !it["id"].is_null() && it["id"] == link["id"])
            || is_listed_elsewhere(evidence, link);
        if !known {
            added.push(link);
        }
    }
    added
}

/// The entry of a listing that shows this link: the same id, or the same URL where the id differs.
///
/// Where several links have the id (PERM-02 judges that), the one with the URL is meant.
pub fn find<'l>(listing: &'l Listing<'_>, permission: &Value) -> Option<&'l Value> {
    let wanted = permission["link"]["webUrl"].as_str();
    let same_id = |it: &Value| it["id"].is_string() && it["id"] == permission["id"];
    let same_url = |it: &Value| {
        wanted.zip(it["link"]["webUrl"].as_str()).is_some_and(|(one, other)| same_url(one, other))
    };
    listing
        .links()
        .find(|it| same_id(it) && same_url(it))
        .or_else(|| listing.links().find(|it| same_id(it)))
        .or_else(|| listing.links().find(|it| same_url(it)))
}

/// After requests that were all granted the item has this many sharing links.
///
/// # Errors
/// Broken when it has more; not run when it has fewer, which other rules judge.
pub fn has_links(evidence: &Evidence<'_>, item: &str, count: usize) -> Judgement {
    let first = evidence.granted(0)?;
    let last = last_granted(evidence)?;
    let listing = evidence.listing(item, last.exchange.act)?;
    let links = added_links(evidence, &listing, first.exchange.act);
    if links.len() < count {
        return Err(Outcome::not_run(format!(
            "the listing shows {} of the {item}'s links, not {count} (SIDE-01, IDEM-06)",
            links.len()
        )));
    }
    if links.len() == count {
        return HOLDS;
    }
    let list: Vec<String> = links.iter().map(|link| describe(link)).collect();
    Err(Outcome::broken(
        if count == 1 { "one sharing link".to_owned() } else { format!("{count} sharing links") },
        format!("{}: {}", links.len(), list.join("; ")),
        [first.number(), last.number()].into_iter().chain(listing.exchanges),
    ))
}

/// The links of two answers are both listed at the end.
///
/// # Errors
/// Broken when the second took the first one's place.
pub fn both_listed(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = (evidence.granted(first)?, evidence.granted(second)?);
    let item = one.exchange.item.as_deref().unwrap_or("file");
    let listing = evidence.listing(item, other.exchange.act)?;
    if find(&listing, other.permission).is_none() {
        return Err(Outcome::not_run(format!(
            "the link of the {} answer is not listed (SIDE-01)",
            ordinal(second)
        )));
    }
    if find(&listing, one.permission).is_some() {
        return HOLDS;
    }
    let before = between(evidence, item, one.exchange.act, other.exchange.act);
    if before.is_some_and(|before| find(&before, one.permission).is_none()) {
        return Err(Outcome::not_run(format!(
            "the link of the {} answer was never listed (SIDE-01)",
            ordinal(first)
        )));
    }
    Err(Outcome::broken(
        format!("the links of the {} and the {} answer", ordinal(first), ordinal(second)),
        format!("only the link of the {} answer", ordinal(second)),
        [one.number(), other.number()].into_iter().chain(listing.exchanges),
    ))
}

/// The link of the answer at `index` is still listed as it was before the last request: the same type,
/// and `write` among its roles only if it was.
///
/// # Errors
/// Broken when it was widened or narrowed.
pub fn is_unchanged(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let one = evidence.granted(index)?;
    let last = last_granted(evidence)?;
    let item = one.exchange.item.as_deref().unwrap_or("file");
    let listing = evidence.listing(item, last.exchange.act)?;
    let Some(after) = find(&listing, one.permission) else {
        return Err(Outcome::not_run(format!(
            "the link of the {} answer is not listed (SIDE-01, IDEM-06)",
            ordinal(index)
        )));
    };
    let between = between(evidence, item, one.exchange.act, last.exchange.act);
    let before = between.as_ref().and_then(|it| find(it, one.permission)).unwrap_or(one.permission);
    let (Some(wrote), Some(writes)) = (can_write(before), can_write(after)) else {
        return Err(Outcome::not_run("the roles of the link are not shown (PERM-04, SIDE-02)"));
    };
    let (old, new) = (before["link"]["type"].as_str(), after["link"]["type"].as_str());
    if wrote == writes && (old.is_none() || new.is_none() || old == new) {
        return HOLDS;
    }
    Err(Outcome::broken(
        format!("still {} with roles {}", describe(before), before["roles"]),
        format!("{} with roles {}", describe(after), after["roles"]),
        [one.number(), last.number()].into_iter().chain(listing.exchanges),
    ))
}

/// The story's last request to createLink, granted.
fn last_granted<'e>(evidence: &Evidence<'e>) -> Result<Granted<'e>, Outcome> {
    evidence.granted(last_request(evidence))
}

/// The position of the story's last request to createLink.
pub(crate) fn last_request(evidence: &Evidence<'_>) -> usize {
    let requests = evidence.story.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink);
    requests.filter_map(|it| it.link).max().unwrap_or(0)
}

/// The last listing of the item made after line `from` and before line `until`.
fn between<'e>(
    evidence: &Evidence<'e>,
    item: &str,
    from: usize,
    until: usize,
) -> Option<Listing<'e>> {
    evidence.listings().into_iter().rfind(|it| it.item == item && it.act >= from && it.act < until)
}

/// Whether an item of another story has this very link, by id and URL.
fn is_listed_elsewhere(evidence: &Evidence<'_>, link: &Value) -> bool {
    let first_number = |recording: &Recording| recording.exchanges.first().map(|it| it.number);
    let here = first_number(evidence.story);
    // A link that this run was granted for another item comes from there, and not from above.
    let granted_elsewhere = evidence.run.iter().filter(|it| first_number(it) != here).any(|it| {
        let alone = evidence.alone(it);
        alone.run_granted().any(|granted| granted.link()["webUrl"] == link["link"]["webUrl"])
    });
    link["link"]["webUrl"].is_string()
        && !granted_elsewhere
        && evidence.run.iter().filter(|it| first_number(it) != here).any(|recording| {
            listings(recording).iter().any(|listing| {
                listing.links().any(|it| {
                    it["id"] == link["id"] && it["link"]["webUrl"] == link["link"]["webUrl"]
                })
            })
        })
}
