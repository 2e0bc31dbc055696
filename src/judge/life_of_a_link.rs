//! Where a link shows, what it does, and its end (SIDE).

use jiff::Timestamp;
use serde_json::Value;

use super::cases::each_case;
use super::evidence::{
    Evidence, Granted, Listing, environment, listings, status_text, without_query,
};
use super::outcome::{HOLDS, Judgement, Outcome, seen};
use crate::graph::{Answer, Exchange, Identity, Product, Purpose, Recording};

/// A granted request together with the story it belongs to.
struct InStory<'e> {
    recording: &'e Recording,
    exchange: &'e Exchange,
    permission: Value,
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
        let end = self
            .recording
            .exchanges
            .iter()
            .filter(|it| it.act > self.exchange.act && self.may_end(it))
            .map(|it| it.act)
            .min()
            .unwrap_or(usize::MAX);
        listings(self.recording)
            .into_iter()
            .filter(|it| it.item == self.item() && (self.exchange.act..end).contains(&it.act))
            .collect()
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

/// Each new link is in the next listing of its item, as a link.
///
/// Page, Remarks: "visible in the sharing permissions".
///
/// # Errors
/// Broken when it is missing; not run when no listing followed a grant.
pub fn is_listed(evidence: &Evidence<'_>) -> Judgement {
    each_case(granted_in_stories(evidence), "no listing followed a granted link", |granted| {
        let id = granted.id()?;
        let listings = granted.listings();
        let listing = listings.first()?;
        let numbers =
            [granted.exchange.number].into_iter().chain(listing.exchanges.iter().copied());
        Some(match listing.entry(id) {
            Some(entry) if entry["link"].is_object() => HOLDS,
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
        let listings = answered.listings();
        let listing = listings.first()?;
        // Asking again may have changed it since, within what the page leaves open (IDEM-12, IDEM-13).
        let is_outdated = granted.iter().any(|later| {
            std::ptr::eq(later.recording, answered.recording)
                && later.id() == Some(id)
                && (answered.exchange.act + 1..=listing.act).contains(&later.exchange.act)
        });
        let entry = listing.entry(id).filter(|it| it["link"].is_object() && !is_outdated)?;
        let differs = compared(&answered.permission, entry)
            .into_iter()
            .find(|(_, answered, listed)| answered != listed);
        Some(match differs {
            None => HOLDS,
            Some((pointer, expected, actual)) => Err(Outcome::broken(
                format!("{pointer} {expected}, as in the answer"),
                format!("{pointer}: {actual} in the listing"),
                [answered.exchange.number].into_iter().chain(listing.exchanges.iter().copied()),
            )),
        })
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
        pair("/expirationDateTime", |it| expiration(it).map(|it| it.to_string()).into()),
    ]
}

/// The instant at which a link ends; absent, null and 0001-01-01 mean never (PERM-11).
fn expiration(permission: &Value) -> Option<Timestamp> {
    let text = permission["expirationDateTime"].as_str()?;
    if text.starts_with("0001-01-01") {
        return None;
    }
    text.parse().ok()
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

/// What was last written to an item before a line of the story.
fn content_before<'e>(evidence: &Evidence<'e>, item: &str, act: usize) -> Option<&'e str> {
    let mut contents = written(evidence, item).filter(|it| it.act < act);
    contents.next_back()?.request.body.as_deref()
}

fn written<'e>(
    evidence: &Evidence<'e>,
    item: &str,
) -> impl DoubleEndedIterator<Item = &'e Exchange> {
    evidence.story.exchanges.iter().filter(move |it| {
        it.purpose == Purpose::SetUp
            && it.item.as_deref() == Some(item)
            && it.request.body.is_some()
            && it.status().is_some_and(|status| (200..300).contains(&status))
    })
}

/// The content read through a link, once it could be read.
fn read_through<'e>(exchange: &'e Exchange, answer: &'e Answer) -> Result<(&'e str, u32), Outcome> {
    if answer.status == 200 {
        return Ok((answer.body.trim(), exchange.number));
    }
    Err(Outcome::not_run(format!(
        "the content could not be read through the link: {}",
        status_text(answer)
    )))
}

/// Content replaced after the link was made is what the link shows.
///
/// Page, Remarks: "always point to the latest version".
///
/// # Errors
/// Broken when the link shows something else; not run when nothing could be read through it.
pub fn shows_the_latest_content(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::ReadThroughLink, link)?;
    let (shown, number) = read_through(exchange, answer)?;
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    let old = content_before(evidence, item, granted.exchange.act);
    let new = content_before(evidence, item, exchange.act);
    let (Some(old), Some(new)) = (old, new.filter(|new| Some(*new) != old)) else {
        return Err(Outcome::not_run("the content was not replaced"));
    };
    if shown == new.trim() {
        return HOLDS;
    }
    let actual = if shown == old.trim() { "the earlier content" } else { "other content" };
    Err(Outcome::broken("the latest content", actual, [number]))
}

/// While the file is checked out the link shows what was there before; after the check-in, the edit.
///
/// Page, Remarks: "unless checked out (SharePoint only)".
///
/// # Errors
/// Broken when the checked-out edit shows, or does not show after the check-in.
pub fn hides_checked_out_edits(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    let steps: Vec<&Exchange> =
        evidence.story.exchanges.iter().filter(|it| it.purpose == Purpose::CheckOut).collect();
    let done = |it: &&Exchange| it.status().is_some_and(|it| (200..300).contains(&it));
    let [out, back] = steps.as_slice() else {
        evidence.complete()?;
        return Err(Outcome::not_run("the file was not checked out and in"));
    };
    if let Some(reason) = [out, back].into_iter().find_map(|it| environment(it)) {
        return Err(Outcome::inconclusive(reason, [out.number, back.number]));
    }
    if !done(out) || !done(back) {
        return Err(Outcome::not_run("the file could not be checked out and in"));
    }
    let old = content_before(evidence, item, out.act);
    let new = content_before(evidence, item, back.act);
    let (Some(old), Some(new)) = (old, new.filter(|new| Some(*new) != old)) else {
        return Err(Outcome::not_run("the content was not replaced while checked out"));
    };
    let read = |during: bool| {
        let (exchange, answer) = evidence.last(|it| {
            it.purpose == Purpose::ReadThroughLink
                && it.act > out.act
                && (it.act < back.act) == during
        })?;
        read_through(exchange, answer)
    };
    let (during, number) = read(true)?;
    if during != old.trim() {
        return Err(Outcome::broken(
            "the content from before the check-out",
            if during == new.trim() { "the checked-out edit" } else { "other content" },
            [number],
        ));
    }
    let (after, number) = read(false)?;
    if after == new.trim() {
        return HOLDS;
    }
    Err(Outcome::broken("the edit, once it is checked in", "other content", [number]))
}

/// A link asked for without an expiration has none, where no policy sets one.
///
/// Page, Remarks: "don't expire".
///
/// # Errors
/// Broken with the expiration; not run where a policy is declared, or none is and a link expires.
pub fn does_not_expire(evidence: &Evidence<'_>) -> Judgement {
    let policy = match evidence.product {
        Product::Personal => Some(0),
        Product::Business | Product::SharePoint => evidence.tenant.expiration_policy_days,
    };
    match policy {
        Some(0) => {}
        Some(_) => return Err(Outcome::not_run("the tenant has an expiration policy (EXP-04)")),
        None => return Err(Outcome::not_run("tenant.expiration_policy_days is not declared")),
    }
    let nothing = "no link without an expiration was granted in this run";
    let granted = granted_in_stories(evidence);
    each_case(granted, nothing, |granted| {
        let asked = granted.exchange.request.members().unwrap_or_default();
        if asked.get("expirationDateTime").is_some_and(|it| !it.is_null()) {
            return None;
        }
        // A link that was there before may have been asked for with an expiration.
        if granted.exchange.status() != Some(201) {
            return None;
        }
        Some(match expiration(&granted.permission) {
            None => HOLDS,
            Some(instant) => Err(Outcome::broken(
                "no expirationDateTime",
                format!("/expirationDateTime: {instant}"),
                [granted.exchange.number],
            )),
        })
    })
}

/// The listing of `item` after the line of a granted request, with that request's permission.
fn listing_after<'e>(
    evidence: &Evidence<'e>,
    item: &str,
    link: usize,
) -> Result<(Granted<'e>, Listing<'e>), Outcome> {
    let granted = evidence.granted(link)?;
    if granted.id().is_none() {
        return Err(Outcome::not_run("the answer has no string id (PERM-01)"));
    }
    let listing = evidence.listing(item, granted.exchange.act)?;
    Ok((granted, listing))
}

/// The entry of a listing that is the granted permission, by its id or else by its URL.
fn entry_of<'l>(listing: &'l Listing<'_>, granted: &Granted<'_>) -> Option<&'l Value> {
    let url = granted.link_text("webUrl").filter(|it| !it.is_empty()).map(without_query);
    granted.id().and_then(|id| listing.entry(id)).or_else(|| {
        listing
            .permissions
            .iter()
            .find(|it| url.is_some() && it["link"]["webUrl"].as_str().map(without_query) == url)
    })
}

/// A link on a folder is listed for a file inside it.
///
/// Page, introduction: items "inherit sharing permissions from their ancestors". On personal drives
/// `inheritedFrom` names the folder; elsewhere it is not judged (AMB-25).
///
/// # Errors
/// Broken when it is not listed, or, on personal drives, not shown as inherited from that folder.
pub fn is_inherited_inside(evidence: &Evidence<'_>, link: usize, item: &str) -> Judgement {
    let (granted, listing) = listing_after(evidence, item, link)?;
    let numbers = || [granted.number()].into_iter().chain(listing.exchanges.iter().copied());
    let Some(entry) = entry_of(&listing, &granted) else {
        return Err(Outcome::broken(
            format!("the folder's link in the listing of the {item}"),
            format!("{} other entries", listing.permissions.len()),
            numbers(),
        ));
    };
    if evidence.product != Product::Personal {
        return HOLDS;
    }
    let from = &entry["inheritedFrom"];
    let folder = evidence.item_id(granted.exchange.item.as_deref().unwrap_or_default());
    match (from["id"].as_str(), folder) {
        (Some(id), Some(folder)) if !id.eq_ignore_ascii_case(&folder) => Err(Outcome::broken(
            format!("inheritedFrom names the folder {folder}"),
            format!("inheritedFrom.id {id}"),
            numbers(),
        )),
        (Some(_), _) => HOLDS,
        (None, _) if super::is_inherited(entry) => {
            seen("inheritedFrom names the folder without an id")
        }
        (None, _) => Err(Outcome::broken(
            "inheritedFrom names the folder",
            format!("inheritedFrom {from}"),
            numbers(),
        )),
    }
}

/// A link on a file does not appear on the folder around it.
///
/// # Errors
/// Broken when it does; not run when the file's link is the folder's, which is IDEM-17's business.
pub fn stays_off_the_parent(evidence: &Evidence<'_>, link: usize, parent: &str) -> Judgement {
    let (granted, listing) = listing_after(evidence, parent, link)?;
    let is_the_parents = evidence.story.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && it.item.as_deref() == Some(parent)
            && it
                .answer()
                .and_then(|it| it.json().ok())
                .is_some_and(|it| it["id"] == granted.permission["id"])
    });
    if is_the_parents {
        return Err(Outcome::not_run("the file was given the folder's own link (IDEM-17)"));
    }
    match entry_of(&listing, &granted) {
        None => HOLDS,
        Some(_) => Err(Outcome::broken(
            format!("the file's link is not listed for the {parent}"),
            "it is listed there",
            [granted.number()].into_iter().chain(listing.exchanges.iter().copied()),
        )),
    }
}

/// An inherited link cannot be deleted at the file, and stays on the folder.
///
/// # Errors
/// Broken when the deletion succeeds or the link is gone from the folder; not run when the link was not
/// listed for the file, which is SIDE-09's and SIDE-10's business.
pub fn cannot_be_removed_inside(evidence: &Evidence<'_>, link: usize, item: &str) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::DeletePermission, link)?;
    let was_listed = evidence
        .listings()
        .iter()
        .filter(|it| it.item == item && it.act < exchange.act)
        .any(|it| entry_of(it, &granted).is_some());
    if !was_listed {
        return Err(Outcome::not_run(format!("the folder's link is not listed for the {item}")));
    }
    if answer.status < 400 {
        return Err(Outcome::broken(
            "a refusal (4xx): the permission is inherited",
            status_text(answer),
            [exchange.number],
        ));
    }
    let folder = granted.exchange.item.as_deref().unwrap_or_default();
    let listing = evidence.listing(folder, exchange.act)?;
    match entry_of(&listing, &granted) {
        Some(_) => HOLDS,
        None => Err(Outcome::broken(
            format!("the link stays on the {folder}"),
            "it is no longer listed there",
            [exchange.number].into_iter().chain(listing.exchanges.iter().copied()),
        )),
    }
}

/// No refused createLink call of the run left a link behind.
///
/// # Errors
/// Broken with the first one that did; not run when nothing was refused.
pub fn refusals_leave_nothing(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let from_above = super::refusal::inherited_from_above(evidence);
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
        Some(super::refusal::leaves_nothing(recording, exchange, &from_above))
    })
}

/// The item as it was uploaded and as it is after the link was made.
fn item_before_and_after(
    evidence: &Evidence<'_>,
    item: &str,
    link: usize,
) -> Result<(Value, Value, u32), Outcome> {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.last(|it| {
        it.purpose == Purpose::ReadItem
            && it.item.as_deref() == Some(item)
            && it.act > granted.exchange.act
    })?;
    let after = answer.json().ok().filter(|it| answer.status == 200 && it.is_object());
    let before = written(evidence, item).next_back().and_then(|it| it.answer()?.json().ok());
    match (before, after) {
        (Some(before), Some(after)) => Ok((before, after, exchange.number)),
        _ => Err(Outcome::not_run(format!("the {item} could not be read"))),
    }
}

/// Whether the item says that it is shared.
///
/// # Errors
/// Not run when the item could not be read.
pub fn shared_facet(evidence: &Evidence<'_>, item: &str, link: usize) -> Judgement {
    let (_, after, _) = item_before_and_after(evidence, item, link)?;
    seen(match &after["shared"] {
        Value::Null => "no shared facet".to_owned(),
        shared => format!("shared, scope {}", shared["scope"]),
    })
}

/// Sharing leaves the content as it is: size, hashes and cTag; what became of the eTag is told.
///
/// # Errors
/// Broken when one of them changed; not run when none of them can be compared.
pub fn content_is_untouched(evidence: &Evidence<'_>, item: &str, link: usize) -> Judgement {
    let (before, after, number) = item_before_and_after(evidence, item, link)?;
    let pointers = [
        "/size",
        "/cTag",
        "/file/hashes/quickXorHash",
        "/file/hashes/sha1Hash",
        "/file/hashes/sha256Hash",
    ];
    let mut compared = Vec::new();
    for pointer in pointers {
        let pair = before.pointer(pointer).zip(after.pointer(pointer));
        let Some((one, other)) = pair.filter(|(one, other)| !one.is_null() && !other.is_null())
        else {
            continue;
        };
        if one != other {
            return Err(Outcome::broken(
                format!("{pointer} {one}, as before the link was made"),
                format!("{pointer}: {other}"),
                [number],
            ));
        }
        compared.push(pointer.rsplit('/').next().unwrap_or(pointer));
    }
    if compared.is_empty() {
        return Err(Outcome::not_run("the item tells neither size nor hash nor cTag"));
    }
    let tag = match (&before["eTag"], &after["eTag"]) {
        (Value::Null, _) | (_, Value::Null) => "the eTag is not told",
        (one, other) if one == other => "the eTag too",
        _ => "the eTag changed",
    };
    seen(format!("unchanged: {}; {tag}", compared.join(", ")))
}
