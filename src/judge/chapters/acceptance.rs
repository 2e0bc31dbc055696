//! Whether a request was granted or refused, and what a refused one left behind.

use std::fmt::Write as _;

use crate::graph::{Product, Recording};
use crate::judge::chapters::listed_links::{added_links, last_request};
use crate::judge::evidence::expiration::{Expiration, expiration};
use crate::judge::evidence::{Asked, Evidence, Granted, describe, ordinal, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The request at `index` is granted: `201 Created` or `200 OK`.
///
/// # Errors
/// Broken when it was refused; not run when the tenant is declared not to permit such links, and when the
/// answer is the same for every item, which grants nothing.
pub fn is_granted(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    if asked.answer.is_success() {
        let granted = granted_link(evidence, index)?;
        tells_links_apart(evidence, &granted)?;
        return HOLDS;
    }
    refusal_or_not_run(&asked)?;
    if let Some(reason) = not_permitted(evidence, &asked) {
        return Err(Outcome::not_run(reason));
    }
    if !is_plain(&asked) {
        // Where nothing is granted at all, the plain requests say so, and say it once.
        evidence.grants_something()?;
    }
    Err(Outcome::broken("201 Created or 200 OK", status_text(asked.answer), [asked.number()]))
}

/// The request at `index` is refused with any 4xx.
///
/// # Errors
/// Broken when it was granted.
pub fn is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    evidence.refusal_tells(&asked)?;
    if is_grant(&asked) {
        return Err(granted_instead("a refusal (4xx)", &asked));
    }
    refusal_or_not_run(&asked)?;
    seen(status_text(asked.answer))
}

/// The statuses the errors page has for a request that is wrong in itself: malformed, or semantically incorrect.
pub const BAD_REQUEST: [u16; 2] = [400, 422];

/// The statuses of a refusal of what is not there to be had: a wrong request, or access that is denied.
pub const NOT_AVAILABLE: [u16; 3] = [400, 403, 422];

/// The request at `index` is refused. That is what the documentation asks for; the statuses are those it has for
/// such a refusal, and another 4xx is a warning (AMB-40).
///
/// # Errors
/// Broken when it was granted; doubtful when it was refused with another status.
pub fn is_refused_with(evidence: &Evidence<'_>, index: usize, statuses: &[u16]) -> Judgement {
    let asked = evidence.asked(index)?;
    evidence.refusal_tells(&asked)?;
    let list: Vec<String> = statuses.iter().map(ToString::to_string).collect();
    let expected = format!("a refusal with {}", list.join(" or "));
    if is_grant(&asked) {
        return Err(granted_instead(&expected, &asked));
    }
    refusal_or_not_run(&asked)?;
    if !statuses.contains(&asked.answer.status) {
        return Err(Outcome::doubtful(expected, status_text(asked.answer), [asked.number()]));
    }
    match asked.answer.error() {
        error if error.says("invalidRequest") => HOLDS,
        _ => seen(status_text(asked.answer)),
    }
}

/// No sharing link came to the item by requests that were refused.
///
/// # Errors
/// Broken when the item has one; not run when a request was granted, or when no listing of the run shows
/// any sharing link, so that an empty one proves nothing.
pub fn nothing_created(evidence: &Evidence<'_>, item: &str) -> Judgement {
    evidence.grants_something()?;
    let first = evidence.asked(0)?;
    for index in 0..=last_request(evidence) {
        let asked = evidence.asked(index)?;
        if asked.answer.status < 400 {
            return Err(Outcome::not_run(format!(
                "the {} request was not refused: {}",
                ordinal(index),
                status_text(asked.answer)
            )));
        }
    }
    let listing = evidence.listing(item, first.exchange.act)?;
    if listing.links().count() == 0 {
        evidence.listings_show_links()?;
    }
    match added_links(evidence, &listing, first.exchange.act).first() {
        None => HOLDS,
        Some(link) => Err(Outcome::broken(
            format!("no sharing link on the {item}"),
            format!("after {} it has {}", status_text(first.answer), describe(link)),
            [first.number()].into_iter().chain(listing.exchanges),
        )),
    }
}

/// What an undocumented request was answered with, for the record.
///
/// # Errors
/// Not run or inconclusive when there is nothing to record.
pub fn what_the_service_did(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    match evidence.granted(index) {
        Ok(granted) => seen(granted_text(&granted)),
        Err(_) => seen(status_text(asked.answer)),
    }
}

/// An answer in one line: "201 Created: a view link, scope anonymous, roles read".
pub fn granted_text(granted: &Granted<'_>) -> String {
    let mut text = format!("{}: {}", status_text(granted.answer), describe(granted.permission));
    if let Some(roles) = granted.permission["roles"].as_array() {
        let roles: Vec<&str> = roles.iter().filter_map(|role| role.as_str()).collect();
        let _ = write!(text, ", roles {}", roles.join(" and "));
    }
    if let Some(has_password) = granted.permission["hasPassword"].as_bool() {
        let _ = write!(text, ", hasPassword {has_password}");
    }
    match expiration(granted.permission) {
        Expiration::Never => {}
        Expiration::Unreadable => text.push_str(", an expirationDateTime that is no instant"),
        Expiration::At(instant) => {
            // Told in days, so that what is recorded does not differ from run to run.
            let seconds = instant.duration_since(granted.exchange.sent).as_secs();
            let days = (seconds + 43_200).div_euclid(86_400);
            let _ = write!(text, ", expiring after {days} days");
        }
    }
    text
}

/// The request at `index`, granted with a link.
///
/// # Errors
/// Not run when it was refused, or when the answer has no link, which PERM-06 judges.
pub fn granted_link<'e>(evidence: &Evidence<'e>, index: usize) -> Result<Granted<'e>, Outcome> {
    let granted = evidence.granted(index)?;
    if granted.link().is_object() {
        return Ok(granted);
    }
    Err(Outcome::not_run(format!("the {} answer has no link (PERM-06)", ordinal(index))))
}

/// Equal answers prove nothing about a service that gives every item the very same link.
///
/// # Errors
/// Not run when this answer's link was also given to another item.
pub(crate) fn tells_links_apart(evidence: &Evidence<'_>, one: &Granted<'_>) -> Result<(), Outcome> {
    // The telling this answer belongs to may be longer than the story of the scenario: there the same item
    // is asked for again, also by other addresses.
    let numbers = |recording: &Recording| -> Vec<u32> {
        recording.exchanges.iter().map(|it| it.number).collect()
    };
    let telling = evidence
        .run
        .iter()
        .map(numbers)
        .find(|numbers| numbers.contains(&one.number()))
        .unwrap_or_default();
    let constant = evidence.run_granted().any(|it| {
        let other_item = !telling.contains(&it.number()) || it.exchange.item != one.exchange.item;
        other_item
            && it.permission["id"].is_string()
            && it.permission["id"] == one.permission["id"]
            && it.link()["webUrl"] == one.link()["webUrl"]
    });
    if constant {
        return Err(Outcome::not_run(
            "the service gives different items the same link, so equal answers prove nothing (IDEM-09)",
        ));
    }
    Ok(())
}

/// Whether the answer says that the request was carried out, be it with a success code the page does not
/// know.
pub fn is_grant(asked: &Asked<'_>) -> bool {
    (200..300).contains(&asked.answer.status)
}

/// Whether the request holds a type and a scope every drive of its kind has to know, and nothing else.
fn is_plain(asked: &Asked<'_>) -> bool {
    asked.exchange.request.members().is_some_and(|members| {
        members.contains_key("type")
            && (members.contains_key("scope") || members["type"] == "embed")
            && members.keys().all(|name| name == "type" || name == "scope")
            && members.get("scope").is_none_or(|scope| scope != "users")
    })
}

/// Goes on for a 4xx; whatever is neither success nor refusal is IDEM-19's to judge.
///
/// # Errors
/// Not run for 1xx, 3xx and other 2xx.
pub fn refusal_or_not_run(asked: &Asked<'_>) -> Result<(), Outcome> {
    match asked.answer.status {
        400..=499 => Ok(()),
        _ => Err(Outcome::not_run(format!(
            "{} is neither a grant nor a refusal (IDEM-19)",
            status_text(asked.answer)
        ))),
    }
}

/// The finding for a request that should have been refused.
pub fn granted_instead(expected: &str, asked: &Asked<'_>) -> Outcome {
    let actual = match asked.answer.json() {
        Ok(permission) if permission.is_object() => {
            format!("{}: {}", status_text(asked.answer), describe(permission))
        }
        _ => status_text(asked.answer),
    };
    Outcome::broken(expected, actual, [asked.number()])
}

/// Why the tenant need not grant this request, if so.
pub(crate) fn not_permitted(evidence: &Evidence<'_>, asked: &Asked<'_>) -> Option<&'static str> {
    if evidence.product == Product::Personal {
        return None;
    }
    let members = asked.exchange.request.members()?;
    match members.get("scope")?.as_str()? {
        "organization" if evidence.tenant.organization_links == Some(false) => {
            Some("the tenant profile says that links for the organization are disabled")
        }
        "organization"
            if evidence.tenant.organization_links.is_none()
                && asked.answer.status == 403
                && !grants_scope(evidence, "organization") =>
        {
            Some(
                "the service refuses links for the organization, and whether the tenant permits them is \
                 not declared (tenant.organization_links)",
            )
        }
        "anonymous" => {
            let to_folder = asked.exchange.item.as_deref().is_some_and(|it| it.contains("folder"));
            let to_edit = members.get("type").is_some_and(|it| it == "edit");
            (evidence.tenant.anonymous(to_folder, to_edit) == Some(false))
                .then_some("the tenant profile says that anonymous links of this kind are disabled")
        }
        _ => None,
    }
}

/// Whether a link of that scope was granted in this run.
fn grants_scope(evidence: &Evidence<'_>, scope: &str) -> bool {
    evidence.run_granted().any(|granted| granted.asked_text("scope") == Some(scope))
}

#[cfg(test)]
mod tests;
