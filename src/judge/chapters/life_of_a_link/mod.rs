//! Where a link shows, what it does, and its end (SIDE).

pub mod content;
pub mod inheritance;

use serde_json::Value;

use crate::graph::{Exchange, Identity, Purpose, Recording};
use crate::judge::evidence::expiration::expiration;
use crate::judge::evidence::knowledge::{Knowledge, Known};
use crate::judge::evidence::listing::{Listing, listings};
use crate::judge::evidence::sharing_url::same_link;
use crate::judge::evidence::{Evidence, environment, status_text, without_query};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::grounds::Case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A granted request together with the story it belongs to.
struct InStory<'e> {
    recording: &'e Recording,
    exchange: &'e Exchange,
    permission: &'e Value,
}

impl Case for InStory<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.exchange.number]
    }
}

impl InStory<'_> {
    fn id(&self) -> Option<&str> {
        self.permission["id"].as_str().filter(|it| !it.is_empty())
    }

    fn item(&self) -> &str {
        self.exchange.item.as_deref().unwrap_or_default()
    }

    /// The readings of the item's permissions between the grant and whatever may take the link away.
    fn listings(&self) -> Vec<Listing<'_>> {
        readings(self.recording, self.item(), self.exchange, |it| self.may_end(it))
    }

    /// The link is in every listing that can show it, as far as the exchanges show that it was there.
    ///
    /// One that lacks it proves nothing by itself: somebody may have removed the link unseen. It breaks the rule when
    /// the same permission comes again later.
    fn is_known_to_be_listed(&self, id: &str, listings: &[Listing<'_>]) -> Option<Judgement> {
        let knowledge = Knowledge::of(self.recording);
        let mut judged = None;
        for listing in listings {
            if listing.entry(id).is_some_and(|it| it["link"].is_object()) {
                judged = Some(HOLDS);
                continue;
            }
            if knowledge.lists(listing, self.exchange) != Known::Yes {
                continue;
            }
            let expected = format!("the permission {id} in the listing of the {}", self.item());
            let actual = format!("{} other entries", listing.permissions.len());
            let numbers =
                [self.exchange.number].into_iter().chain(listing.exchanges.iter().copied());
            match knowledge.was_there(self.exchange, id, listing) {
                Known::Yes => {
                    let actual = format!(
                        "{actual}, and the link was there before and after; somebody would have had to end it and \
                         make it anew unseen"
                    );
                    return Some(Err(Outcome::broken(expected, actual, numbers)));
                }
                Known::Unknown if judged.is_none() => {
                    judged = Some(Err(Outcome::not_run(format!(
                        "the link of exchange {} is not in a later listing; whether somebody removed it is not known",
                        self.exchange.number
                    ))));
                }
                _ => {}
            }
        }
        judged
    }

    /// The link is in these readings up to the next request of the same application, which may change it (IDEM-12).
    /// What others ask for, and what is refused, leaves it alone.
    fn stays_listed(&self, listings: &[Listing<'_>]) -> Judgement {
        let mut later = self.recording.exchanges.iter().filter(|it| it.act > self.exchange.act);
        let asked_again = later.find(|it| {
            it.purpose == Purpose::CreateLink
                && it.identity == self.exchange.identity
                && it.item == self.exchange.item
                && !it.status().is_some_and(|status| (400..500).contains(&status) && status != 429)
        });
        let end = asked_again.map_or(usize::MAX, |it| it.act);
        let gone = listings
            .iter()
            .filter(|it| it.act < end)
            .find(|it| !it.links().any(|entry| same_link(entry, self.permission)));
        let Some(gone) = gone else { return HOLDS };
        Err(Outcome::broken(
            format!("the permission {} is listed until it is removed", self.permission["id"]),
            format!("no longer listed, with {} other entries", gone.permissions.len()),
            [self.exchange.number].into_iter().chain(gone.exchanges.iter().copied()),
        ))
    }

    /// Whether this may be the end of the link: a deletion, or a first sharing that drops what was there.
    fn may_end(&self, exchange: &Exchange) -> bool {
        match exchange.purpose {
            Purpose::DeletePermission | Purpose::DeleteItem => true,
            Purpose::CreateLink => exchange
                .request
                .members()
                .is_some_and(|it| it.get("retainInheritedPermissions") == Some(&false.into())),
            _ => false,
        }
    }
}

/// The readings of an item's permissions after an exchange and before the line of the first that `ends` it.
fn readings<'r>(
    recording: &'r Recording,
    item: &str,
    since: &Exchange,
    ends: impl Fn(&Exchange) -> bool,
) -> Vec<Listing<'r>> {
    let later = recording.exchanges.iter().filter(|it| it.act > since.act && ends(it));
    let end = later.map(|it| it.act).min().unwrap_or(usize::MAX);
    listings(recording)
        .into_iter()
        // A listing of the same line may have been made before the grant, after a failed attempt (ERR-15).
        .filter(|it| {
            it.exchanges.first().is_some_and(|first| (it.act, *first) > (since.act, since.number))
        })
        .filter(|it| it.item == item && it.act < end)
        .collect()
}

fn granted_in_stories<'e>(evidence: &Evidence<'e>) -> Vec<InStory<'e>> {
    let mut found = Vec::new();
    for recording in evidence.run {
        for exchange in &recording.exchanges {
            let is_call = exchange.purpose == Purpose::CreateLink && !exchange.retried;
            let Some(answer) = exchange.answer().filter(|it| is_call && it.is_success()) else {
                continue;
            };
            let Ok(permission) = answer.json() else { continue };
            if permission["link"].is_object() {
                found.push(InStory { recording, exchange, permission });
            }
        }
    }
    found
}

/// Each new link is in the next listing of its item, as a link, and stays there until something may have ended it.
///
/// Page, Remarks: "visible in the sharing permissions".
///
/// # Errors
/// Broken when it is missing; not run when no listing followed a grant.
pub fn is_listed(evidence: &Evidence<'_>) -> Judgement {
    each_case(granted_in_stories(evidence), "no listing followed a granted link", |granted| {
        let id = granted.id()?;
        let listings = granted.listings();
        if !Knowledge::of(granted.recording).is_told() {
            return granted.is_known_to_be_listed(id, &listings);
        }
        let listing = listings.first()?;
        let numbers =
            [granted.exchange.number].into_iter().chain(listing.exchanges.iter().copied());
        Some(match listing.entry(id) {
            Some(entry) if entry["link"].is_object() => granted.stays_listed(&listings),
            Some(_) => Err(Outcome::broken(
                format!("the permission {id} listed with its link"),
                "listed without a link",
                numbers,
            )),
            None => Err(Outcome::broken(
                format!("the permission {id} in the listing of the {}", granted.item()),
                format!("{} other entries", listing.permissions.len()),
                numbers,
            )),
        })
    })
}

/// A listed link is the link that was answered: the same members with the same values.
///
/// # Errors
/// Broken with the first member that differs; an entry that is missing is SIDE-01's business.
pub fn is_listed_as_answered(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_in_stories(evidence);
    each_case(&granted, "no granted link appeared in a listing", |answered| {
        let id = answered.id()?;
        let mut judged = None;
        let knowledge = Knowledge::of(answered.recording);
        for listing in answered.listings() {
            if knowledge.withholds_members(&listing, answered.exchange)
                || knowledge.may_have_changed(answered.exchange, id, &listing)
            {
                continue;
            }
            // Asking again may have changed it since, within what the page leaves open (IDEM-12, IDEM-13).
            let is_outdated = granted.iter().any(|later| {
                std::ptr::eq(later.recording, answered.recording)
                    && later.id() == Some(id)
                    && (answered.exchange.act + 1..=listing.act).contains(&later.exchange.act)
            });
            // One link for two types is one entry, which can show only one of them (IDEM-06, IDEM-07).
            let is_outdated = is_outdated
                || granted.iter().any(|other| {
                    std::ptr::eq(other.recording, answered.recording)
                        && other.id() == Some(id)
                        && other.permission["link"]["type"] != answered.permission["link"]["type"]
                });
            let entry = listing.entry(id).filter(|it| it["link"].is_object() && !is_outdated);
            let Some(entry) = entry else { continue };
            let differs = compared(answered.permission, entry)
                .into_iter()
                .find(|(_, answered, listed)| answered != listed);
            let Some((pointer, expected, actual)) = differs else {
                judged = judged.or(Some(HOLDS));
                continue;
            };
            return Some(Err(Outcome::broken(
                format!("{pointer} {expected}, as in the answer"),
                format!("{pointer}: {actual} in the listing"),
                [answered.exchange.number].into_iter().chain(listing.exchanges.iter().copied()),
            )));
        }
        judged
    })
}

/// What SIDE-02 compares, with absent and null as one, and no password and no expiration likewise.
fn compared(answered: &Value, listed: &Value) -> [(&'static str, Value, Value); 6] {
    fn roles(permission: &Value) -> Value {
        let Some(roles) = permission["roles"].as_array() else { return Value::Null };
        let mut roles: Vec<String> = roles.iter().map(|it| it.to_string().to_lowercase()).collect();
        roles.sort();
        roles.into()
    }
    fn url(permission: &Value) -> Value {
        permission["link"]["webUrl"].as_str().map(without_query).into()
    }
    let pair = |pointer, look: fn(&Value) -> Value| (pointer, look(answered), look(listed));
    [
        pair("/roles", roles),
        pair("/link/type", |it| it["link"]["type"].clone()),
        pair("/link/scope", |it| it["link"]["scope"].clone()),
        pair("/link/webUrl", url),
        pair("/hasPassword", |it| (it["hasPassword"] == true).into()),
        pair("/expirationDateTime", |it| expiration(it).instant().map(|it| it.to_string()).into()),
    ]
}

/// The owner can remove the link: `DELETE .../permissions/{id}` answers `204 No Content`.
///
/// # Errors
/// Broken with another answer.
pub fn can_be_removed(evidence: &Evidence<'_>, link: usize) -> Judgement {
    evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::DeletePermission, link)?;
    match answer.status {
        204 => HOLDS,
        404 | 410 if evidence.was_tried_before(exchange) => Err(Outcome::inconclusive(
            "an earlier attempt failed and may have removed the link (ERR-15)",
            [exchange.number],
        )),
        _ => Err(Outcome::broken("204 No Content", status_text(answer), [exchange.number])),
    }
}

/// The deletion of a link, when it succeeded.
fn deletion<'e>(evidence: &Evidence<'e>, link: usize) -> Result<&'e Exchange, Outcome> {
    let (exchange, answer) = evidence.about_link(Purpose::DeletePermission, link)?;
    if (200..300).contains(&answer.status) {
        return Ok(exchange);
    }
    Err(Outcome::not_run(format!("the link was not removed (SIDE-03): {}", status_text(answer))))
}

/// A removed link is no longer listed.
///
/// # Errors
/// Broken when it still is; not run when it could not be removed.
pub fn is_no_longer_listed(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let removed = deletion(evidence, link)?;
    let Some(id) = granted.id() else {
        return Err(Outcome::not_run("the answer has no string id (PERM-01)"));
    };
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    let listing = evidence.listing(item, removed.act)?;
    match listing.entry(id) {
        None => HOLDS,
        Some(_) => Err(Outcome::broken(
            format!("the removed permission {id} is not listed"),
            "still listed",
            [removed.number].into_iter().chain(listing.exchanges.iter().copied()),
        )),
    }
}

/// Reading a removed permission by its id answers `404 Not Found`.
///
/// # Errors
/// Broken with another answer; not run when it could not be removed.
pub fn cannot_be_read_any_more(evidence: &Evidence<'_>, link: usize) -> Judgement {
    evidence.granted(link)?;
    let removed = deletion(evidence, link)?;
    let (exchange, answer) = evidence.last(|it| {
        it.purpose == Purpose::ReadPermission && it.link == Some(link) && it.act > removed.act
    })?;
    match answer.status {
        404 => HOLDS,
        _ => Err(Outcome::broken(
            "404 Not Found",
            status_text(answer),
            [removed.number, exchange.number],
        )),
    }
}

/// A removed link does not open any more for another user, who could open it before.
///
/// # Errors
/// Broken when it still opens; not run when it never did.
pub fn does_not_open_any_more(evidence: &Evidence<'_>, link: usize) -> Judgement {
    evidence.granted(link)?;
    let removed = deletion(evidence, link)?;
    let opened = |after: bool| {
        evidence.last(|it| {
            it.purpose == Purpose::OpenLink
                && it.link == Some(link)
                && it.identity == Identity::SecondUser
                && (it.act > removed.act) == after
        })
    };
    let (_, before) = opened(false)?;
    if before.status != 200 {
        return Err(Outcome::not_run(format!(
            "the other user could not open the link before either: {}",
            status_text(before)
        )));
    }
    let (exchange, answer) = opened(true)?;
    match answer.status {
        400..=499 => HOLDS,
        _ => Err(Outcome::broken(
            "a refusal (4xx): the link was removed",
            status_text(answer),
            [removed.number, exchange.number],
        )),
    }
}

/// No refused createLink call of the run left a link behind.
///
/// # Errors
/// Broken with the first one that did; not run when nothing was refused.
pub fn refusals_leave_nothing(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    evidence.listings_show_links()?;
    let known = evidence.baseline();
    let refused = evidence.run.iter().flat_map(|recording| {
        recording
            .exchanges
            .iter()
            .filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
            .filter(|it| environment(it).is_none())
            .filter(|it| it.status().is_some_and(|status| (400..500).contains(&status)))
            .map(move |exchange| (recording, exchange))
    });
    each_case(refused, "no createLink call of this run was refused", |(recording, exchange)| {
        let gone = recording.exchanges.iter().any(|it| {
            it.purpose == Purpose::DeleteItem && it.item == exchange.item && it.act <= exchange.act
        });
        if gone {
            return None;
        }
        if !Knowledge::of(recording).is_told() {
            return crate::judge::chapters::refusal::is_known_to_leave_nothing(recording, exchange);
        }
        Some(crate::judge::chapters::refusal::leaves_nothing(recording, exchange, &known))
    })
}

#[cfg(test)]
mod tests;
