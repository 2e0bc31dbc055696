//! The ends of links, in every story of a run (SIDE-03, SIDE-04, SIDE-05): each deletion that is made anyway.

use super::cases::{Case, cases_of};
use crate::graph::{Exchange, Identity, Purpose};
use crate::judge::evidence::listing::listings;
use crate::judge::evidence::{Evidence, environment, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A link that its owner deleted where it was made.
struct End<'e> {
    link: Case<'e>,
    deletion: &'e Exchange,
}

impl crate::judge::finding::grounds::Case for End<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.link.number(), self.deletion.number]
    }
}

impl End<'_> {
    fn is_done(&self) -> bool {
        self.deletion.status().is_some_and(|it| (200..300).contains(&it))
    }

    /// The number at which a link was asked for on the item again: that one may be the old one, under its old id.
    fn until(&self) -> u32 {
        let mut later = self.link.recording.exchanges.iter();
        let asked = later.find(|it| {
            it.purpose == Purpose::CreateLink
                && it.number > self.deletion.number
                && it.item.as_deref() == Some(self.link.item())
        });
        asked.map_or(u32::MAX, |it| it.number)
    }
}

fn ends<'e>(evidence: &Evidence<'e>) -> Vec<End<'e>> {
    let mut found = Vec::new();
    for recording in evidence.run {
        let links = cases_of(recording);
        let deletions = recording.exchanges.iter().filter(|it| {
            it.purpose == Purpose::DeletePermission
                && !it.retried
                && it.identity == Identity::Owner
                && environment(it).is_none()
        });
        for deletion in deletions {
            let link = links.iter().find(|it| it.exchange.link == deletion.link);
            // An inherited link cannot be deleted further down (SIDE-12).
            let Some(link) = link
                .filter(|it| item_of(&it.exchange.request.url) == item_of(&deletion.request.url))
            else {
                continue;
            };
            let again = recording.exchanges.iter().any(|it| {
                it.purpose == Purpose::DeletePermission
                    && it.number < deletion.number
                    && it.request.url == deletion.request.url
            });
            if !again {
                found.push(End { link: *link, deletion });
            }
        }
    }
    found
}

/// The item that an address names: what stands behind "items".
fn item_of(url: &str) -> Option<&str> {
    let mut segments = url.split('/');
    segments.by_ref().find(|it| *it == "items")?;
    segments.next()
}

/// Every link that the owner deletes where it was made is deleted: 204 No Content.
///
/// # Errors
/// Broken with the first other answer.
pub fn every_deletion_succeeds(evidence: &Evidence<'_>) -> Judgement {
    each_case(ends(evidence), "no link of this run was deleted", |end| {
        let answer = end.deletion.answer()?;
        let numbers = [end.link.number(), end.deletion.number];
        Some(match answer.status {
            204 => HOLDS,
            _ => Err(Outcome::broken("204 No Content", status_text(answer), numbers)),
        })
    })
}

/// No deleted link can be read by its id any more.
///
/// # Errors
/// Broken with another answer than `404 Not Found`.
pub fn deleted_links_cannot_be_read(evidence: &Evidence<'_>) -> Judgement {
    each_case(ends(evidence), "no deleted link of this run was read", |end| {
        if !end.is_done() {
            return None;
        }
        let meanwhile = end.deletion.number..end.until();
        let read = end.link.recording.exchanges.iter().rfind(|it| {
            it.purpose == Purpose::ReadPermission
                && it.request.url == end.deletion.request.url
                && meanwhile.contains(&it.number)
                && !it.retried
                && environment(it).is_none()
        })?;
        let answer = read.answer()?;
        let numbers = [end.deletion.number, read.number];
        Some(match answer.status {
            404 => HOLDS,
            _ => Err(Outcome::broken("404 Not Found", status_text(answer), numbers)),
        })
    })
}

/// No deleted link is listed any more.
///
/// # Errors
/// Broken with the first that is; not run when none was listed before it was deleted.
pub fn deleted_links_are_not_listed(evidence: &Evidence<'_>) -> Judgement {
    each_case(ends(evidence), "no link of this run was deleted", |end| {
        let id = end.link.id()?;
        if !end.is_done() {
            return None;
        }
        let meanwhile = end.deletion.number..end.until();
        let listing = listings(end.link.recording).into_iter().find(|it| {
            let first = it.exchanges.first().copied().unwrap_or_default();
            it.item == end.link.item() && meanwhile.contains(&first)
        })?;
        Some(match listing.entry(id) {
            None => HOLDS,
            Some(_) => Err(Outcome::broken(
                format!("the deleted permission {id} is not listed"),
                "still listed",
                [end.deletion.number].into_iter().chain(listing.exchanges.iter().copied()),
            )),
        })
    })
}

/// No deleted link opens any more for another user who could open it before.
///
/// # Errors
/// Broken with the first that does.
pub fn deleted_links_do_not_open(evidence: &Evidence<'_>) -> Judgement {
    let none = "another user could open no link of this run before it was deleted";
    each_case(ends(evidence), none, |end| {
        if !end.is_done() {
            return None;
        }
        let opened = |after: bool| {
            end.link.recording.exchanges.iter().rfind(|it| {
                it.purpose == Purpose::OpenLink
                    && !it.retried
                    && it.identity == Identity::SecondUser
                    && it.link == end.deletion.link
                    && (it.number > end.deletion.number) == after
            })
        };
        opened(false).filter(|it| it.status() == Some(200))?;
        let later = opened(true).filter(|it| environment(it).is_none())?;
        let answer = later.answer()?;
        if later.number > end.until() {
            return None;
        }
        Some(match answer.status {
            400..=499 => HOLDS,
            _ => Err(Outcome::broken(
                "a refusal (4xx): the link was deleted",
                status_text(answer),
                [end.deletion.number, later.number],
            )),
        })
    })
}
