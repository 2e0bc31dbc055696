//! A new link or the existing one (IDEM).

use std::fmt::Write as _;

use serde_json::Value;

use crate::graph::{Product, Purpose, RUN_FOLDER, Recording};
use crate::judge::chapters::acceptance::{granted_link, granted_text, tells_links_apart};
use crate::judge::chapters::passwords;
use crate::judge::evidence::listing::listings;
use crate::judge::evidence::sharing_url::ShownUrls;
use crate::judge::evidence::{Evidence, Granted, ordinal, status_text, without_query};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The answer at `index` is `201 Created`.
///
/// Page, Response: "201 Created if a new sharing link is created for the item".
///
/// # Errors
/// Broken when it is another success; not run when it was refused, since whoever judges acceptance says
/// so, and when the service does not say 201 for a first link either, which is one fault and not many.
pub fn is_created(evidence: &Evidence<'_>, index: usize) -> Judgement {
    if index > 0 {
        evidence.granted(0)?;
    }
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        201 => HOLDS,
        200 if asked.after_failed_attempt => Err(Outcome::inconclusive(
            "an earlier attempt failed and may have made the link (THR-13, ERR-15)",
            [asked.number()],
        )),
        200 if index > 0 && evidence.asked(0)?.answer.status == 200 => Err(Outcome::not_run(
            "the service said 200 OK for the first link as well, so its 200 tells nothing (IDEM-01)",
        )),
        200 => Err(Outcome::broken(
            "201 Created: the link is new",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(evidence.refused(index)),
    }
}

/// The answer at `index` is `200 OK`.
///
/// Page, Response: "200 OK if an existing link is returned".
///
/// # Errors
/// Broken when it is anything else, provided the request before was granted.
pub fn is_existing(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.granted_before(index)?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        200 => granted_link(evidence, index).map(|_| None),
        _ => Err(Outcome::broken(
            "200 OK: the existing link is returned",
            status_text(asked.answer),
            made_before(evidence, index).into_iter().chain([asked.number()]),
        )),
    }
}

/// The earlier request whose link was to be returned: the same one, or the one before.
fn made_before(evidence: &Evidence<'_>, index: usize) -> Option<u32> {
    let later = &evidence.asked(index).ok()?.exchange.request;
    let earlier = || (0..index).rev().filter_map(|it| evidence.asked(it).ok());
    let same = earlier().find(|it| {
        let request = &it.exchange.request;
        (&request.url, &request.body) == (&later.url, &later.body)
    });
    same.or_else(|| earlier().next()).map(|it| it.number())
}

/// Two answers are about one permission: the same `id`.
///
/// # Errors
/// Broken when the ids differ.
pub fn same_permission(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    let (one_id, other_id) = ids(&one, &other)?;
    tells_links_apart(evidence, &one)?;
    if one_id == other_id {
        return HOLDS;
    }
    Err(Outcome::broken(
        format!("the {} answer has the id of the {}: {one_id}", ordinal(second), ordinal(first)),
        format!("id {other_id}"),
        [one.number(), other.number()],
    ))
}

/// Two answers describe one link: the same `link.webUrl` (without its query), `link.type`, `link.scope` and `roles`.
///
/// # Errors
/// Broken with the first member that differs; not run when no member can be compared.
pub fn describes_the_same_link(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    type Member = (&'static str, fn(&Granted<'_>) -> Value);
    const MEMBERS: [Member; 4] = [
        ("link.webUrl", |it| it.link_text("webUrl").map(without_query).into()),
        ("link.type", |it| it.link()["type"].clone()),
        ("link.scope", |it| it.link()["scope"].clone()),
        ("roles", |it| it.permission["roles"].clone()),
    ];
    let (one, other) = pair(evidence, first, second)?;
    tells_links_apart(evidence, &one)?;
    let mut compared = 0;
    for (name, member) in MEMBERS {
        let (left, right) = (member(&one), member(&other));
        // What the first answer lacks is judged where it is asked for (PERM, LINK).
        if left.is_null() {
            continue;
        }
        compared += 1;
        if left != right {
            return Err(Outcome::broken(
                format!("the same {name} as in the {} answer: {left}", ordinal(first)),
                format!("{name} {right}"),
                [one.number(), other.number()],
            ));
        }
    }
    if compared == 0 {
        return Err(Outcome::not_run(
            "the answers hold no member of a link that could be compared",
        ));
    }
    HOLDS
}

/// Two answers are about two permissions.
///
/// # Errors
/// Broken when the ids are equal.
pub fn different_permissions(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    let (one_id, other_id) = ids(&one, &other)?;
    if one_id == other_id {
        return Err(Outcome::broken(
            format!("another id than in the {} answer", ordinal(first)),
            format!("the same id {other_id}"),
            [one.number(), other.number()],
        ));
    }
    HOLDS
}

/// Two answers are about two URLs; a query that changes is set aside.
///
/// # Errors
/// Broken when the URLs are equal.
pub fn different_urls(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    let urls = evidence.urls();
    let (Some(one_url), Some(other_url)) = (one.link_text("webUrl"), other.link_text("webUrl"))
    else {
        return Err(Outcome::not_run("an answer has no string link.webUrl (LINK-04)"));
    };
    if urls.same(one_url, other_url) {
        return Err(Outcome::broken(
            format!("another link.webUrl than in the {} answer", ordinal(first)),
            format!("the same link.webUrl {other_url}"),
            [one.number(), other.number()],
        ));
    }
    HOLDS
}

/// The file in a shared folder got a link of its own: `201 Created`, and not the folder's link.
///
/// # Errors
/// Broken when the folder's link was returned.
pub fn file_has_its_own(evidence: &Evidence<'_>) -> Judgement {
    is_created(evidence, 1)?;
    different_permissions(evidence, 0, 1)
}

/// The second application, which asks last, did not get the link of the first, which asked before.
///
/// Only personal drives show whose a link is; elsewhere this is recorded (AMB-08).
///
/// # Errors
/// Broken when a personal drive returns the first application's link.
pub fn second_application_has_its_own(evidence: &Evidence<'_>) -> Judgement {
    let last = crate::judge::chapters::listed_links::last_request(evidence);
    let (one, other) = pair(evidence, last.saturating_sub(1), last)?;
    tells_links_apart(evidence, &one)?;
    let (one_id, other_id) = ids(&one, &other)?;
    let status = status_text(other.answer);
    match (evidence.product, one_id == other_id) {
        (Product::Personal, true) => Err(Outcome::broken(
            "201 Created and a link of its own for the second application",
            format!("{status} and the first application's link"),
            [one.number(), other.number()],
        )),
        (_, true) => seen(format!("{status} and the first application's link")),
        (_, false) => seen(format!("{status} and a link of its own")),
    }
}

/// A link that was removed is made anew: `201 Created`.
///
/// # Errors
/// Broken when it is handed out as existing, or refused.
pub fn made_anew(evidence: &Evidence<'_>) -> Judgement {
    let one = evidence.granted(0)?;
    let (removal, removed) = evidence.about_link(Purpose::DeletePermission, 0)?;
    if !(200..300).contains(&removed.status) {
        return Err(Outcome::not_run(format!(
            "the link could not be removed: {} (SIDE-03)",
            status_text(removed)
        )));
    }
    let asked = evidence.asked(1)?;
    let other = evidence.granted(1).ok();
    let same_id = other.as_ref().is_some_and(|it| it.id().is_some() && it.id() == one.id());
    match asked.answer.status {
        201 => {
            let url =
                |it: &Granted<'_>| it.link_text("webUrl").map(|it| without_query(it).to_owned());
            let same_url =
                other.as_ref().is_some_and(|it| url(it).is_some() && url(it) == url(&one));
            seen(match (same_id, same_url) {
                (false, false) => "a new id and a new URL",
                (false, true) => "a new id and the old URL",
                (true, false) => "the old id and a new URL",
                (true, true) => "the old id and the old URL",
            })
        }
        200 if asked.after_failed_attempt => Err(Outcome::inconclusive(
            "an earlier attempt failed and may have made the link (THR-13, ERR-15)",
            [asked.number()],
        )),
        200 if !same_id && one.answer.status == 200 => Err(Outcome::not_run(
            "the service said 200 OK for the first link as well, so its 200 tells nothing (IDEM-01)",
        )),
        _ => Err(Outcome::broken(
            "201 Created: the old link was removed",
            match (asked.answer.status, same_id) {
                (_, true) => format!("{} with the removed link", status_text(asked.answer)),
                _ => status_text(asked.answer),
            },
            [removal.number, asked.number()],
        )),
    }
}

/// What an undocumented repeat was answered with, for the record.
///
/// # Errors
/// Doubtful when a password was asked for and the existing link has none: the caller's protection is lost.
/// Where passwords are dropped on new links too, that is PWD-03's to say.
pub fn what_the_repeat_gives(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let one = evidence.granted(first)?;
    let asked = evidence.asked(second)?;
    let Ok(other) = granted_link(evidence, second) else {
        return seen(status_text(asked.answer));
    };
    let mut text = granted_text(&other);
    let same = other.id().is_some() && other.id() == one.id();
    let _ = write!(text, "; {} permission", if same { "the same" } else { "another" });
    let protected = other.permission["hasPassword"] == true;
    if other.asked_text("password").is_some_and(|it| !it.is_empty())
        && asked.answer.status == 200
        && !protected
        && passwords::are_kept(evidence)
    {
        return Err(Outcome::doubtful(
            "hasPassword true, or a refusal: a password was asked for",
            text,
            [one.number(), other.number()],
        ));
    }
    seen(text)
}

/// The answer at `second` has every member a permission needs and the answer at `first` has.
///
/// # Errors
/// Broken when a member is missing or of another JSON type; not run when the answer is no `200 OK`.
pub fn as_whole_as(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    const MEMBERS: [&str; 6] =
        ["/id", "/roles", "/link", "/link/type", "/link/webUrl", "/link/scope"];
    let (one, other) = pair(evidence, first, second)?;
    if other.answer.status != 200 {
        return Err(Outcome::not_run(format!(
            "the {} answer is {} and not 200 OK (IDEM-02)",
            ordinal(second),
            status_text(other.answer)
        )));
    }
    let mut compared = 0;
    for pointer in MEMBERS {
        let Some(model) = one.permission.pointer(pointer).filter(|it| !it.is_null()) else {
            continue;
        };
        compared += 1;
        let found = other.permission.pointer(pointer).unwrap_or(&Value::Null);
        if std::mem::discriminant(model) != std::mem::discriminant(found) {
            return Err(Outcome::broken(
                format!("{pointer} as in the {} answer, {}", ordinal(first), kind(model)),
                format!("{pointer} is {}", kind(found)),
                [one.number(), other.number()],
            ));
        }
    }
    if compared == 0 {
        return Err(Outcome::not_run("the first answer holds no member of a permission"));
    }
    HOLDS
}

/// The answer at `second` is not the edit link that the answer at `first` made.
///
/// # Errors
/// Broken when its link is an edit link.
pub fn is_not_the_edit_link(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    if one.link_text("type") != Some("edit") {
        return Err(Outcome::not_run("the first answer shows no edit link (TYPE-04)"));
    }
    match other.link_text("type") {
        Some("edit") => Err(Outcome::broken(
            "a view link",
            format!("{}: an edit link", status_text(other.answer)),
            [one.number(), other.number()],
        )),
        Some(_) => HOLDS,
        None => Err(Outcome::not_run("the answer has no string link.type (LINK-01)")),
    }
}

/// Every success of the run is `200 OK` or `201 Created`.
///
/// # Errors
/// Broken by any other 2xx, by 1xx and by 3xx.
pub fn every_success_is_200_or_201(evidence: &Evidence<'_>) -> Judgement {
    every(evidence.run_asked(), "no createLink call of this run succeeded", |asked| {
        match asked.answer.status {
            200 | 201 => HOLDS,
            400..=499 => Err(Outcome::not_run("no createLink call of this run succeeded")),
            // A redirect may come from something on the way to the service.
            100..=399 if asked.answer.status >= 300 && !evidence.is_told() => {
                Err(Outcome::not_run("no createLink call of this run succeeded"))
            }
            _ => Err(Outcome::broken(
                "201 Created, 200 OK or an error",
                status_text(asked.answer),
                [asked.number()],
            )),
        }
    })
}

/// No two files or folders of different stories were given one link, as its `webUrl` tells.
///
/// Page, Response: the link is created "for the item". Ids are unique on an item only (PERM-02).
///
/// # Errors
/// Broken with the two answers, or with a listing that shows a link of another item; not run when links were granted
/// in one story only.
pub fn no_two_items_share_a_link(evidence: &Evidence<'_>) -> Judgement {
    let mut shown = ShownUrls::new(evidence.urls());
    let mut items = std::collections::BTreeSet::new();
    for (story, recording) in evidence.run.iter().enumerate() {
        let alone = evidence.alone(recording);
        for granted in alone.run_granted() {
            let url = granted.permission["link"]["webUrl"].as_str().filter(|it| !it.is_empty());
            let Some(url) = url else { continue };
            let place = place_of(story, recording, granted.exchange.item.as_deref());
            if let Some(number) = shown.elsewhere(url, place) {
                return Err(Outcome::broken(
                    "a link of its own for each item",
                    "the same webUrl for another item",
                    [number, granted.number()],
                ));
            }
            shown.add(url, place, granted.number());
            items.insert(place);
        }
    }
    if items.len() < 2 {
        return Err(Outcome::not_run("links were granted for one item of this run only"));
    }
    for (story, recording) in evidence.run.iter().enumerate() {
        // What is shown for the folder around all items is no item's (SIDE-11).
        for listing in listings(recording).into_iter().filter(|it| it.item != RUN_FOLDER) {
            let place = place_of(story, recording, Some(listing.item));
            let of_another =
                |link: &Value| shown.elsewhere(link["link"]["webUrl"].as_str()?, place);
            if let Some(number) = listing.links().find_map(of_another) {
                return Err(Outcome::broken(
                    format!("no other item's link among the permissions of the {}", listing.item),
                    "a link that was granted for an item of another folder, or beside it",
                    [number].into_iter().chain(listing.exchanges.iter().copied()),
                ));
            }
        }
    }
    HOLDS
}

/// What an item can share links with: a story is one place, unless it has two items beside each other and no
/// shared folder around them.
fn place_of(story: usize, recording: &Recording, item: Option<&str>) -> usize {
    let in_a_shared_folder = || {
        recording
            .exchanges
            .iter()
            .any(|it| it.purpose == Purpose::CreateLink && it.item.as_deref() == Some("folder"))
            && recording.exchanges.iter().any(|it| it.item.as_deref() == Some("file"))
    };
    let is_second = item.is_some_and(|it| it.starts_with("second ")) && !in_a_shared_folder();
    story * 2 + usize::from(is_second)
}

fn pair<'e>(
    evidence: &Evidence<'e>,
    first: usize,
    second: usize,
) -> Result<(Granted<'e>, Granted<'e>), Outcome> {
    Ok((evidence.granted(first)?, evidence.granted(second)?))
}

fn ids<'g>(one: &'g Granted<'_>, other: &'g Granted<'_>) -> Result<(&'g str, &'g str), Outcome> {
    one.id().zip(other.id()).ok_or_else(|| Outcome::not_run("an answer has no string id (PERM-01)"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "missing",
        Value::Bool(_) => "a Boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl Evidence<'_> {
    /// Every request before `index` was granted.
    ///
    /// # Errors
    /// Not run when one was refused: there is no existing link to speak of.
    pub fn granted_before(&self, index: usize) -> Result<(), Outcome> {
        (0..index).try_for_each(|earlier| self.granted(earlier).map(drop))
    }

    /// The outcome for a check that has no case because a request was refused.
    pub fn refused(&self, index: usize) -> Outcome {
        match self.granted(index) {
            Err(outcome) => outcome,
            Ok(_) => Outcome::not_run("the request was granted"),
        }
    }
}

#[cfg(test)]
mod tests;
