//! What becomes of inherited permissions (RET).
//!
//! In these stories the first request shares the folder; the requests after it are for the file in it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::graph::Purpose;
use crate::judge::chapters::acceptance::is_granted;
use crate::judge::chapters::listed_links::find;
use crate::judge::evidence::listing::Listing;
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The permissions of the file before and after its first own link, the folder's link among those before.
struct FirstShare<'e> {
    folder_link: Granted<'e>,
    file_link: Granted<'e>,
    after: Listing<'e>,
}

/// The folder's link is still listed for the file after the file's first own link.
///
/// Page, Request body: "any existing inherited permissions are retained on the shared item when sharing
/// this item for the first time".
///
/// # Errors
/// Broken when it is gone; not run when it was not there before.
pub fn folder_link_still_applies(evidence: &Evidence<'_>) -> Judgement {
    let share = first_share(evidence)?;
    if find(&share.after, share.folder_link.permission).is_some() {
        return HOLDS;
    }
    Err(Outcome::broken(
        "the folder's link among the file's permissions, as before",
        format!(
            "after the file's own link the folder's is gone; {} permissions are left",
            share.after.permissions.len()
        ),
        [share.file_link.number()].into_iter().chain(share.after.exchanges),
    ))
}

/// The folder's link is still listed for the file when the story ends.
///
/// # Errors
/// Broken when it is gone; not run when it was not there before.
pub fn folder_link_applies_at_the_end(evidence: &Evidence<'_>) -> Judgement {
    let share = first_share(evidence)?;
    let last = evidence.granted(crate::judge::chapters::listed_links::last_request(evidence))?;
    let between =
        listing_between(evidence, "file", share.file_link.exchange.act, last.exchange.act)?;
    if find(&between, share.folder_link.permission).is_none() {
        return Err(Outcome::not_run("the file's first own link removed it (RET-01)"));
    }
    let end = evidence.listing("file", last.exchange.act)?;
    match find(&end, share.folder_link.permission) {
        Some(_) => HOLDS,
        None => Err(Outcome::broken(
            "the folder's link among the file's permissions, as before",
            "the request that asked to keep inherited permissions removed it",
            [last.number()].into_iter().chain(end.exchanges),
        )),
    }
}

/// The folder's link is no longer listed for the file after the file's first own link.
///
/// # Errors
/// Broken when it is still there.
pub fn folder_link_no_longer_applies(evidence: &Evidence<'_>) -> Judgement {
    let share = first_share(evidence)?;
    if find(&share.after, share.folder_link.permission).is_none() {
        return HOLDS;
    }
    Err(Outcome::broken(
        "the folder's link gone from the file's permissions",
        "the folder's link is still listed for the file",
        [share.file_link.number()].into_iter().chain(share.after.exchanges),
    ))
}

/// The file's own link is listed, so that what is missing beside it is really missing.
///
/// # Errors
/// Not run when it is not, which SIDE-01 judges.
pub fn own_link_is_listed(evidence: &Evidence<'_>) -> Judgement {
    let share = first_share(evidence)?;
    match find(&share.after, share.file_link.permission) {
        Some(_) => HOLDS,
        None => Err(Outcome::not_run("the file's own link is not listed (SIDE-01)")),
    }
}

/// What became of the folder's link, for the record.
///
/// # Errors
/// Not run when there is nothing to record.
pub fn what_became_of_the_folder_link(evidence: &Evidence<'_>) -> Judgement {
    let share = first_share(evidence)?;
    seen(match find(&share.after, share.folder_link.permission) {
        Some(_) => "the folder's link still applies to the file",
        None => "the folder's link no longer applies to the file",
    })
}

/// The second own link of the file, with false, removed no permission.
///
/// # Errors
/// Broken with the first permission that is gone: the folder's link or the file's first.
pub fn second_link_removed_nothing(evidence: &Evidence<'_>) -> Judgement {
    let (folder_link, first) = (evidence.granted(0)?, evidence.granted(1)?);
    let second = evidence.granted(2)?;
    if first.id().is_some() && first.id() == folder_link.id() {
        return Err(Outcome::not_run(
            "the file got the folder's link and none of its own (IDEM-17)",
        ));
    }
    let before = listing_between(evidence, "file", first.exchange.act, second.exchange.act)?;
    let after = evidence.listing("file", second.exchange.act)?;
    let mut compared = 0;
    for (name, link) in [("the folder's link", &folder_link), ("the file's first link", &first)] {
        if find(&before, link.permission).is_none() {
            continue;
        }
        compared += 1;
        if find(&after, link.permission).is_none() {
            return Err(Outcome::broken(
                format!("{name} still listed: the file was shared already"),
                format!("{name} is gone"),
                [second.number()].into_iter().chain(after.exchanges),
            ));
        }
    }
    if compared == 0 {
        return Err(Outcome::not_run(
            "the file's permissions showed no link before (SIDE-01, RET-02)",
        ));
    }
    HOLDS
}

/// The owner can read the file and its permissions after its first own link.
///
/// # Errors
/// Broken when one of them is refused.
pub fn owner_keeps_access(evidence: &Evidence<'_>) -> Judgement {
    evidence.granted(0)?;
    let link = evidence.granted(1)?;
    let is_after = |act: usize| act > link.exchange.act;
    let (exchange, answer) = evidence.last(|it| {
        it.purpose == Purpose::ReadItem && it.item.as_deref() == Some("file") && is_after(it.act)
    })?;
    let (list, listed) = evidence.last(|it| {
        it.purpose == Purpose::ListPermissions
            && it.item.as_deref() == Some("file")
            && it.act >= link.exchange.act
    })?;
    for (what, exchange, answer) in
        [("the file", exchange, answer), ("the file's permissions", list, listed)]
    {
        if answer.status != 200 {
            return Err(Outcome::broken(
                format!("200 OK: the owner reads {what}"),
                status_text(answer),
                [link.number(), exchange.number],
            ));
        }
    }
    HOLDS
}

/// The request for the file is granted, where the one for the folder was.
///
/// # Errors
/// Broken when it was refused.
pub fn request_for_the_file_is_granted(evidence: &Evidence<'_>) -> Judgement {
    evidence.granted(0)?;
    is_granted(evidence, 1)
}

/// The folder lists the permissions it listed before the file's own link.
///
/// # Errors
/// Broken with what came or went.
pub fn folder_is_untouched(evidence: &Evidence<'_>) -> Judgement {
    let (shared, link) = (evidence.granted(0)?, evidence.granted(1)?);
    let before = listing_between(evidence, "folder", shared.exchange.act, link.exchange.act)?;
    let after = evidence.listing("folder", link.exchange.act)?;
    if find(&before, shared.permission).is_none() {
        return Err(Outcome::not_run("the folder's own link was not listed (SIDE-01)"));
    }
    let (old, new) = (listed_ids(&before), listed_ids(&after));
    if old == new {
        let changed = before.permissions.iter().find_map(|earlier| {
            let same = |it: &&&Value| it["id"] == earlier["id"];
            // Where an id stands for several permissions (PERM-02), none can be followed.
            if before.permissions.iter().filter(same).count() != 1 {
                return None;
            }
            let later = after.entry(earlier["id"].as_str()?)?;
            let differs = ["/roles", "/link/type", "/link/scope"].into_iter().find(|pointer| {
                earlier.pointer(pointer) != later.pointer(pointer)
                    && later.pointer(pointer).is_some()
            })?;
            Some((differs, earlier.pointer(differs), later.pointer(differs)))
        });
        let Some((pointer, earlier, later)) = changed else { return HOLDS };
        let shown = |value: Option<&Value>| value.map_or("none".to_owned(), Value::to_string);
        return Err(Outcome::broken(
            format!("the folder's permissions as they were: {pointer} {}", shown(earlier)),
            format!("{pointer} {}", shown(later)),
            [link.number()].into_iter().chain(after.exchanges),
        ));
    }
    let list = |ids: &BTreeSet<&str>, others: &BTreeSet<&str>| {
        ids.difference(others).copied().collect::<Vec<_>>().join(", ")
    };
    Err(Outcome::broken(
        "the folder's permissions as they were",
        match (list(&old, &new), list(&new, &old)) {
            (gone, came) if came.is_empty() => format!("gone: {gone}"),
            (gone, came) if gone.is_empty() => format!("added: {came}"),
            (gone, came) => format!("gone: {gone}; added: {came}"),
        },
        [link.number()].into_iter().chain(after.exchanges),
    ))
}

fn first_share<'e>(evidence: &Evidence<'e>) -> Result<FirstShare<'e>, Outcome> {
    let folder_link = evidence.granted(0)?;
    let file_link = evidence.granted(1)?;
    if file_link.id().is_some() && file_link.id() == folder_link.id() {
        return Err(Outcome::not_run(
            "the file got the folder's link and none of its own (IDEM-17)",
        ));
    }
    let before =
        listing_between(evidence, "file", folder_link.exchange.act, file_link.exchange.act)?;
    if find(&before, folder_link.permission).is_none() {
        return Err(Outcome::not_run(
            "the folder's link did not show among the file's permissions before (SIDE-09, SIDE-10)",
        ));
    }
    let after = evidence.listing("file", file_link.exchange.act)?;
    Ok(FirstShare { folder_link, file_link, after })
}

/// The last listing of an item after line `from` and before line `until`.
fn listing_between<'e>(
    evidence: &Evidence<'e>,
    item: &str,
    from: usize,
    until: usize,
) -> Result<Listing<'e>, Outcome> {
    evidence
        .listings()
        .into_iter()
        .rfind(|it| it.item == item && it.act >= from && it.act < until)
        .ok_or_else(|| {
            Outcome::inconclusive(format!("the permissions of the {item} could not be read"), [])
        })
}

fn listed_ids<'l>(listing: &'l Listing<'_>) -> BTreeSet<&'l str> {
    listing.permissions.iter().filter_map(|it| it["id"].as_str()).collect()
}

#[cfg(test)]
mod tests;
