//! What every refused request has in common: it is refused, and it leaves nothing behind.

use serde_json::Value;

use crate::graph::{Exchange, Purpose, Recording};
use crate::judge::evidence::baseline::{Baseline, person};
use crate::judge::evidence::knowledge::{Knowledge, Known};
use crate::judge::evidence::listing::{Listing, can_write, listings};
use crate::judge::evidence::sharing_url::same_link;
use crate::judge::evidence::{Evidence, environment, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// The request at `index` is answered with one of these statuses.
///
/// # Errors
/// Broken with another status; not run when the service grants nothing at all.
pub fn is_answered_with(
    evidence: &Evidence<'_>,
    index: usize,
    statuses: &[u16],
    expected: &str,
) -> Judgement {
    let asked = evidence.asked(index)?;
    evidence.refusal_tells(&asked)?;
    if statuses.contains(&asked.answer.status) {
        return HOLDS;
    }
    Err(Outcome::broken(expected, status_text(asked.answer), [asked.number()]))
}

/// The request at `index` is refused for what it says: 400 or 422. Another 4xx is a warning (AMB-40).
///
/// # Errors
/// Broken when it is not refused; doubtful when it is refused with another status.
pub fn is_refused_for_its_body(evidence: &Evidence<'_>, index: usize) -> Judgement {
    const EXPECTED: &str = "400 Bad Request or 422 Unprocessable Entity";
    let asked = evidence.asked(index)?;
    evidence.refusal_tells(&asked)?;
    match asked.answer.status {
        400 | 422 => HOLDS,
        401..=499 => Err(Outcome::doubtful(EXPECTED, status_text(asked.answer), [asked.number()])),
        _ => Err(Outcome::broken(EXPECTED, status_text(asked.answer), [asked.number()])),
    }
}

/// The request at `index` was granted a link of its item's own: the address or permission it was made with
/// does what it is documented to do.
///
/// # Errors
/// Broken when it is refused. Not run when the answer holds no link, or one that other items have too: a
/// service that always gives the same answer shows nothing.
pub fn is_granted_a_link(evidence: &Evidence<'_>, index: usize, place: &str) -> Judgement {
    let asked = evidence.asked(index)?;
    if !asked.answer.is_success() {
        crate::judge::chapters::acceptance::refusal_or_not_run(&asked)?;
        if let Some(reason) = crate::judge::chapters::acceptance::not_permitted(evidence, &asked) {
            return Err(Outcome::not_run(reason));
        }
        return Err(Outcome::broken(
            "201 Created or 200 OK",
            format!("{}{place}", status_text(asked.answer)),
            [asked.number()],
        ));
    }
    let granted = evidence.granted(index)?;
    if !granted.link().is_object() {
        return Err(Outcome::not_run("the answer holds no link (PERM-06)"));
    }
    crate::judge::chapters::acceptance::tells_links_apart(evidence, &granted)?;
    HOLDS
}

/// The refused request at `index` made no link on its item.
///
/// # Errors
/// Broken with the new link; not run when the request was granted after all.
pub fn made_nothing(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    if asked.answer.status < 400 {
        return Err(Outcome::not_run(format!(
            "the request was not refused: {}",
            status_text(asked.answer)
        )));
    }
    evidence.listings_show_links()?;
    leaves_nothing(evidence.story, asked.exchange, &evidence.baseline())
}

/// The permissions of the exchange's item are afterwards what they were: no link that was not there before
/// and that nobody was granted, nobody else who has access, and no earlier link gone or changed.
///
/// # Errors
/// Broken with what came, went or changed; not run or inconclusive when the permissions were not read.
pub fn leaves_nothing(recording: &Recording, exchange: &Exchange, known: &Baseline) -> Judgement {
    let item = exchange.item.as_deref().unwrap_or_default();
    let listings: Vec<Listing<'_>> =
        listings(recording).into_iter().filter(|it| it.item == item).collect();
    let is_after = |it: &&Listing<'_>| it.exchanges.first().is_some_and(|it| *it > exchange.number);
    let Some(after) = listings.iter().find(is_after) else {
        return Err(Outcome::inconclusive(
            format!("the permissions of the {item} were not read afterwards"),
            [],
        ));
    };
    let before = listings.iter().rfind(|it| it.act < exchange.act);
    let mut granted: Vec<&Value> = before.iter().flat_map(|it| it.links()).collect();
    let mut open_outcome = None;
    for earlier in recording.exchanges.iter().filter(|it| it.act <= after.act) {
        if earlier.purpose != Purpose::CreateLink {
            continue;
        }
        if environment(earlier).is_some() {
            open_outcome = Some(earlier.number);
        }
        let answer = earlier.answer().filter(|answer| answer.status < 300);
        granted.extend(answer.and_then(|it| it.json().ok()));
    }
    let new = after
        .own_links()
        .find(|link| !known.is_from_above(link) && !granted.iter().any(|it| same_link(it, link)));
    let refused = Refused { recording, exchange, before, after };
    match (new, open_outcome) {
        (None, Some(_)) => HOLDS,
        (None, None) => refused.leaves_the_rest(known),
        // A call that came to no answer may have made the link (ERR-15).
        (Some(_), Some(number)) => Err(Outcome::inconclusive(
            format!("a call that failed or was throttled may have made the link on the {item}"),
            [number, exchange.number],
        )),
        (Some(link), None) => Err(Outcome::broken(
            format!("a refused request leaves no link on the {item}"),
            format!("a new link of type {} with the id {}", link["link"]["type"], link["id"]),
            refused.numbers(),
        )),
    }
}

/// What exchanges that nobody told show of a refused request: two whole listings by the one who asked, one before and one
/// after it, between which nothing else came by. `None` without such a pair.
///
/// # Errors
/// Doubtful with a link of the kind that was refused: that nobody else made it meanwhile is not known.
pub fn is_known_to_leave_nothing(recording: &Recording, refused: &Exchange) -> Option<Judgement> {
    let knowledge = Knowledge::of(recording);
    let listings = listings(recording);
    let before = listings.iter().rfind(|it| knowledge.is_whole_before(it, refused))?;
    let after = listings.iter().find(|it| knowledge.lists(it, refused) == Known::Yes)?;
    let others = recording.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && it.act != refused.act
            && it.act <= after.act
            && !it.status().is_some_and(|status| (400..500).contains(&status))
    });
    if others || !knowledge.is_quiet_until(refused, after) {
        return None;
    }
    let asked = refused.request.members()?;
    let is_new = |link: &&Value| {
        !before.links().any(|it| same_link(it, link))
            && ["type", "scope"]
                .iter()
                .all(|it| asked.get(*it).is_none_or(|asked| *asked == link["link"][*it]))
    };
    Some(match after.own_links().find(is_new) {
        None => HOLDS,
        Some(link) => Err(Outcome::doubtful(
            format!("a refused request leaves no link on the {}", after.item),
            format!("a new link of type {} with the id {}", link["link"]["type"], link["id"]),
            [refused.number].into_iter().chain(after.exchanges.iter().copied()),
        )),
    })
}

/// A refused request between the listings of its item.
struct Refused<'r> {
    recording: &'r Recording,
    exchange: &'r Exchange,
    before: Option<&'r Listing<'r>>,
    after: &'r Listing<'r>,
}

impl Refused<'_> {
    /// Nobody got access by it, and what was there before is there unchanged.
    fn leaves_the_rest(&self, known: &Baseline) -> Judgement {
        self.nobody_came(known)?;
        if !known.links_are_listed {
            return HOLDS;
        }
        self.last_link_stays()?;
        self.nothing_went()
    }

    fn nobody_came(&self, known: &Baseline) -> Judgement {
        let Self { recording, exchange, before, after } = *self;
        // Whoever is invited or opens a link may be listed for that.
        let since = before.map_or(0, |it| it.act + 1);
        let others_came =
            recording.exchanges.iter().filter(|it| (since..=after.act).contains(&it.act)).any(
                |it| {
                    matches!(it.purpose, Purpose::OpenLink | Purpose::ReadThroughLink)
                        || it.request.url.ends_with("/invite")
                },
            );
        let was_there = |entry: &Value| {
            before.is_some_and(|it| it.permissions.iter().any(|it| person(it) == person(entry)))
        };
        let stranger = after.permissions.iter().copied().find(|entry| {
            !entry["link"].is_object()
                && !crate::judge::is_inherited(entry)
                && !others_came
                && !was_there(entry)
                && known.is_a_stranger(entry)
        });
        let Some(stranger) = stranger else { return HOLDS };
        let expected = format!("a refused request gives nobody access to the {}", after.item);
        let actual = format!("a new permission with roles {}", stranger["roles"]);
        // Who opened a link before may be listed for that some time later.
        let opened_before = recording
            .exchanges
            .iter()
            .any(|it| it.purpose == Purpose::OpenLink && it.number < exchange.number);
        Err(if opened_before {
            Outcome::doubtful(expected, actual, self.numbers())
        } else {
            Outcome::broken(expected, actual, self.numbers())
        })
    }

    /// The link that was granted last before the refusal is listed, with the roles it was granted with.
    fn last_link_stays(&self) -> Judgement {
        let Self { recording, exchange, after, .. } = *self;
        let of_item = |it: &&Exchange| it.item == exchange.item;
        let ended = recording.exchanges.iter().filter(of_item).any(|it| {
            it.act <= after.act
                && matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem)
        });
        let granted_since = recording.exchanges.iter().filter(of_item).any(|it| {
            it.purpose == Purpose::CreateLink
                && it.number > exchange.number
                && it.act <= after.act
                && it.answer().is_some_and(|it| it.status < 300)
        });
        let last_granted = recording.exchanges.iter().filter(of_item).rfind(|it| {
            it.purpose == Purpose::CreateLink
                && it.number < exchange.number
                && it.answer().is_some_and(|it| it.is_success())
        });
        let link = last_granted.and_then(|it| it.answer()?.json().ok());
        let Some(link) = link.filter(|it| it["id"].is_string() && !ended && !granted_since) else {
            return HOLDS;
        };
        let Some(entry) = after.entry(link["id"].as_str().unwrap_or_default()) else {
            return Err(Outcome::broken(
                format!("a refused request leaves the link of the {} as it is", after.item),
                format!("the link {} is no longer listed", link["id"]),
                self.numbers(),
            ));
        };
        let writes = can_write;
        match (writes(link), writes(entry)) {
            (Some(one), Some(other)) if one != other => Err(Outcome::broken(
                format!("a refused request leaves the link with roles {}", link["roles"]),
                format!("roles {}", entry["roles"]),
                self.numbers(),
            )),
            _ => HOLDS,
        }
    }

    /// Whatever the item was listed with before the refused request, its own or inherited, it is listed with afterwards.
    fn nothing_went(&self) -> Judgement {
        let Self { recording, before: Some(before), after, .. } = *self else { return HOLDS };
        let something_else_happened = recording.exchanges.iter().any(|it| {
            let removes = matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem);
            let grants = it.purpose == Purpose::CreateLink && it.status().is_none_or(|it| it < 400);
            (before.act + 1..=after.act).contains(&it.act) && (removes || grants)
        });
        if something_else_happened {
            return HOLDS;
        }
        let is_there = |entry: &Value| {
            let is_person = !entry["link"].is_object();
            after
                .permissions
                .iter()
                .any(|it| same_link(it, entry) || (is_person && person(it) == person(entry)))
        };
        let gone = before.permissions.iter().find(|it| it["id"].is_string() && !is_there(it));
        let Some(gone) = gone else { return HOLDS };
        let what = if gone["link"].is_object() { "link" } else { "permission" };
        Err(Outcome::broken(
            format!("a refused request leaves the permissions of the {} as they are", after.item),
            format!("the {what} {} is no longer listed", gone["id"]),
            self.numbers(),
        ))
    }

    /// Its number, and those of the listing after it.
    fn numbers(&self) -> impl Iterator<Item = u32> {
        [self.exchange.number].into_iter().chain(self.after.exchanges.iter().copied())
    }
}

/// The entry of a listing that shows this permission: the same id, or the same URL.
pub fn find<'l>(listing: &'l Listing<'_>, permission: &Value) -> Option<&'l Value> {
    listing.permissions.iter().copied().find(|it| same_link(it, permission))
}

#[cfg(test)]
mod tests;
