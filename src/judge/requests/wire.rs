//! What arrived: address, header fields, body (SDK-01 to SDK-10).

use std::cell::Cell;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{Heard, not_the_librarys, shortened};
use crate::graph::{Call, Part, Surfaced, WireRequest};
use crate::judge::chapters::link_types::TYPES;
use crate::judge::chapters::scopes::SCOPES;
use crate::judge::evidence::strict_json;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// The members the page documents.
const DOCUMENTED: [&str; 5] =
    ["type", "scope", "password", "expirationDateTime", "retainInheritedPermissions"];

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AddressForm {
    /// One of the five the page documents.
    Documented,
    /// Another one at which Graph is known to serve it, and what is unlike the page.
    Served(&'static str),
    /// A path or the root instead of an id, which is no choice of a library.
    ByPath,
    /// None at which Graph serves it, and what is wrong.
    Unknown(&'static str),
}

/// The ways to the items of a drive that Graph serves besides the five documented ones, without the ids.
const SERVED: [(&[&str], &str); 18] = [
    (&["drive", "items", "", "createlink"], "/drive is an older way to the caller's own drive"),
    (&["me", "drives", "", "items", "", "createlink"], "a drive of the user's, by its id"),
    (&["users", "", "drives", "", "items", "", "createlink"], "a drive of the user's, by its id"),
    (&["groups", "", "drives", "", "items", "", "createlink"], "a drive of the group's, by its id"),
    (&["sites", "", "drives", "", "items", "", "createlink"], "a drive of the site's, by its id"),
    (&["groups", "", "sites", "", "drive", "items", "", "createlink"], "a site of the group's"),
    (&["sites", "", "sites", "", "drive", "items", "", "createlink"], "a site of the site's"),
    (&["sites", "", "lists", "", "drive", "items", "", "createlink"], "the drive of a list"),
    (&["sites", "", "lists", "", "items", "", "driveitem", "createlink"], "an entry of a list"),
    (&["drives", "", "list", "items", "", "driveitem", "createlink"], "an entry of a list"),
    (&["me", "drive", "list", "items", "", "driveitem", "createlink"], "an entry of a list"),
    (&["shares", "", "driveitem", "createlink"], "a shared item"),
    (&["shares", "", "root", "createlink"], "a shared item"),
    (&["shares", "", "items", "", "createlink"], "an item of a share"),
    (&["drives", "", "bundles", "", "createlink"], "a bundle"),
    (&["drives", "", "following", "", "createlink"], "a followed item"),
    (&["drives", "", "special", "", "createlink"], "a special folder"),
    (&["drives", "", "items", "", "children", "", "createlink"], "an item by its folder"),
];

/// The five documented ways.
const DOCUMENTED_WAYS: [&[&str]; 5] = [
    &["drives", "", "items", "", "createLink"],
    &["groups", "", "drive", "items", "", "createLink"],
    &["me", "drive", "items", "", "createLink"],
    &["sites", "", "drive", "items", "", "createLink"],
    &["users", "", "drive", "items", "", "createLink"],
];

fn form_of(target: &str) -> AddressForm {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let has_double_root = path.starts_with("//");
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let decoded: Option<Vec<String>> = parts
        .iter()
        .map(|it| Some(percent_decode_str(it).decode_utf8().ok()?.into_owned()))
        .collect();
    let Some(decoded) = decoded else {
        return AddressForm::Unknown("a segment that cannot be decoded");
    };
    let Some((version, segments)) = decoded.split_first() else {
        return AddressForm::Unknown("no path");
    };
    let has_colon = parts.iter().any(|it| it.ends_with(':'));
    let is_documented = DOCUMENTED_WAYS.iter().any(|way| fits(way, segments, false));
    if version == "v1.0" && is_documented && !has_colon && !has_double_root {
        return AddressForm::Documented;
    }
    let mut unlike = has_double_root.then_some("an empty segment");
    let mut tidy: Vec<&str> = segments.iter().map(String::as_str).collect();
    if tidy.iter().any(|it| it.is_empty()) {
        let only_last = tidy.iter().position(|it| it.is_empty()) == Some(tidy.len() - 1);
        unlike = Some(if only_last { "a trailing slash" } else { "an empty segment" });
        tidy.retain(|it| !it.is_empty());
    }
    if tidy.last() == Some(&"createLink()") {
        unlike.get_or_insert("parentheses behind the action");
        tidy.pop();
        tidy.push("createLink");
    }
    if let Some(name) = tidy.last().and_then(|it| strip_namespace(it)) {
        unlike.get_or_insert("the qualified name of the action");
        tidy.pop();
        tidy.push(name);
    }
    // `root:/a/b:` and `items/{id}:/b:`; a colon right before the action is behind an id and no path.
    let raw: Vec<&str> = parts.iter().skip(1).copied().filter(|it| !it.is_empty()).collect();
    let opens = raw.iter().position(|it| it.ends_with(':'));
    let closes = raw.iter().rposition(|it| it.ends_with(':'));
    if let (Some(opens), Some(closes)) = (opens, closes) {
        return if closes > opens && closes + 2 == raw.len() {
            AddressForm::ByPath
        } else {
            AddressForm::Unknown("a colon behind the id, which makes a path of what follows")
        };
    }
    if tidy.len() > 2 && tidy[tidy.len() - 2].eq_ignore_ascii_case("root") && tidy[0] != "shares" {
        return AddressForm::ByPath;
    }
    let tidy: Vec<String> = tidy.into_iter().map(unkeyed).collect::<Vec<_>>().concat();
    if DOCUMENTED_WAYS.iter().any(|way| fits(way, &tidy, true)) {
        return AddressForm::Served(
            unlike.unwrap_or("another letter case, or keys in parentheses"),
        );
    }
    // Every way through a drive is served for each of the ways to it.
    let as_drive = through_any_drive(&tidy);
    let served = SERVED.iter().find(|(way, _)| {
        fits(way, &tidy, true) || as_drive.as_ref().is_some_and(|it| fits(way, it, true))
    });
    match served {
        Some((_, what)) => AddressForm::Served(what),
        None => AddressForm::Unknown("another path"),
    }
}

/// `items('1')` as two segments.
fn unkeyed(segment: &str) -> Vec<String> {
    match segment.split_once("('") {
        Some((name, key)) => {
            vec![name.to_owned(), key.strip_suffix("')").unwrap_or(key).to_owned()]
        }
        None => vec![segment.to_owned()],
    }
}

/// The way with whatever leads to its drive written as `drives/{id}`.
fn through_any_drive(segments: &[String]) -> Option<Vec<String>> {
    let is = |index: usize, word: &str| {
        segments.get(index).is_some_and(|it| it.eq_ignore_ascii_case(word))
    };
    let length = if is(0, "drive") {
        1
    } else if is(0, "me") && is(1, "drive") {
        2
    } else if is(0, "me") && is(1, "drives") || (!is(0, "me") && is(2, "drive")) {
        3
    } else if is(2, "drives") {
        4
    } else {
        return None;
    };
    let rest = segments.get(length..)?;
    Some(["drives", "id"].map(str::to_owned).into_iter().chain(rest.iter().cloned()).collect())
}

fn strip_namespace(name: &str) -> Option<&str> {
    const NAMESPACE: &str = "microsoft.graph.";
    let start = name.get(..NAMESPACE.len())?;
    start.eq_ignore_ascii_case(NAMESPACE).then(|| &name[NAMESPACE.len()..])
}

/// Whether the segments are that way; ids may be anything but empty.
fn fits(way: &[&str], segments: &[String], any_case: bool) -> bool {
    way.len() == segments.len()
        && way.iter().zip(segments).all(|(expected, found)| match *expected {
            "" => !found.is_empty(),
            word => word == found || (any_case && word.eq_ignore_ascii_case(found)),
        })
}

/// One request is a POST to a documented address (SDK-01).
///
/// # Errors
/// Broken for another method, and for an address at which Graph is not known to serve it; doubtful for one at which it
/// is although the page documents five others, and for a query. Not run for an item by its path.
pub fn documented_address(request: &WireRequest) -> Judgement {
    let expected = "POST /v1.0 + one of the five documented forms + /createLink";
    let actual = |what: &str| format!("{} ({what})", request.line());
    if request.method != "POST" {
        return Err(Outcome::broken(expected, actual("another method"), [request.number]));
    }
    match form_of(&request.target) {
        AddressForm::Documented => {}
        AddressForm::ByPath => {
            return Err(Outcome::not_run(
                "the item is named by its path, for which the page has no form",
            ));
        }
        AddressForm::Served(what) => {
            let what =
                format!("{what}: Graph is known to serve it, the page documents five other forms");
            return Err(Outcome::doubtful(expected, actual(&what), [request.number]));
        }
        AddressForm::Unknown(what) => {
            return Err(Outcome::broken(expected, actual(what), [request.number]));
        }
    }
    if request.target.contains('?') {
        return Err(Outcome::doubtful("no query", actual("a query"), [request.number]));
    }
    HOLDS
}

/// Whether an id can stand in a path as it is.
fn is_plain(id: &str) -> bool {
    id.bytes().all(|it| it.is_ascii_alphanumeric() || b"!-_.,".contains(&it))
}

/// Every request is a POST to a documented address (SDK-01).
///
/// Ids that have to be percent-encoded are SDK-10's business. To read the drive or the item before is no attempt at a
/// link, and where a redirect leads is the service's doing.
///
/// # Errors
/// As [`documented_address`].
pub fn documented_addresses(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|call, request| {
        if call.asked.address.segments().into_iter().all(is_plain) {
            documented_address(request)
        } else {
            HOLDS
        }
    })
}

/// Every request carries the token the application gave, exactly once (SDK-02).
///
/// # Errors
/// Broken when it is missing, repeated, written elsewhere as well, or another one.
pub fn token_once(heard: &Heard<'_>) -> Judgement {
    heard.every_arrival(|call, request| {
        let expected = format!("Authorization: Bearer {}", call.asked.token);
        let found: Vec<&str> = request.header_values("authorization").collect();
        let right = match found.as_slice() {
            [one] => one.split_once(' ').is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && token.trim() == call.asked.token
            }),
            _ => false,
        };
        let elsewhere = |text: &str| text.contains(call.asked.token.as_str());
        let other_header = request
            .headers
            .iter()
            .find(|(name, value)| !name.eq_ignore_ascii_case("authorization") && elsewhere(value));
        let second = if elsewhere(&request.target) {
            Some("in the URL".to_owned())
        } else if elsewhere(&request.body) {
            Some("in the body".to_owned())
        } else {
            other_header.map(|(name, _)| format!("in the header field {name}"))
        };
        let actual = match found.as_slice() {
            [] if call.was_redirected(request) => return HOLDS,
            _ if right => match second {
                None => return HOLDS,
                Some(place) => format!("the token is {place} as well"),
            },
            [] => "no Authorization".to_owned(),
            [one] => format!("Authorization: {one}"),
            several => format!("Authorization {} times: {}", several.len(), several.join(" | ")),
        };
        Err(Outcome::broken(format!("{expected}, once"), actual, [request.number]))
    })
}

/// Every request is labelled `application/json` (SDK-03).
///
/// # Errors
/// Broken when it is not, or is labelled twice.
pub fn labelled_json(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|_, request| {
        let found: Vec<&str> = request.header_values("content-type").collect();
        let is_json = |value: &str| {
            let media_type = value.split(';').next().unwrap_or_default().trim();
            media_type.eq_ignore_ascii_case("application/json")
        };
        match found.as_slice() {
            [one] if is_json(one) => HOLDS,
            [] => Err(Outcome::broken(
                "Content-Type: application/json",
                "no Content-Type",
                [request.number],
            )),
            found => Err(Outcome::broken(
                "Content-Type: application/json",
                format!("Content-Type: {}", found.join(" | ")),
                [request.number],
            )),
        }
    })
}

/// One request's body is one strict JSON object (SDK-04).
///
/// # Errors
/// Broken when its bytes are not what the header fields say, are no UTF-8 or no JSON object, or when a
/// member is written twice.
pub fn strict_object(request: &WireRequest) -> Judgement {
    let broken = |actual: String| {
        let expected = "one JSON object in UTF-8, no member written twice";
        Err(Outcome::broken(expected, actual, [request.number]))
    };
    if let Some(fault) = &request.body_fault {
        return broken(format!("{fault}: {}", shortened(&request.body)));
    }
    match strict_json::object(&request.body) {
        Ok(_) => HOLDS,
        Err(error) => broken(format!("{error}: {}", shortened(&request.body))),
    }
}

/// Every body is one strict JSON object (SDK-04).
///
/// # Errors
/// As [`strict_object`].
pub fn strict_objects(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|_, request| strict_object(request))
}

/// No member the application did not set changes what the request means (SDK-05).
///
/// # Errors
/// Broken for `retainInheritedPermissions: false`, a value nobody asked for, or an empty string; doubtful
/// for an unasked `null` or the documented default written out.
pub fn unset_members(heard: &Heard<'_>) -> Judgement {
    of_the_body(heard, unset_members_of)
}

/// What a check finds in bodies that the application writes itself is the library's doing only where it is wrong:
/// that all is as written says nothing of the library.
fn of_the_body(heard: &Heard<'_>, check: impl FnOnce(&Heard<'_>) -> Judgement) -> Judgement {
    match check(heard) {
        Ok(_) if heard.is_by_application(Part::Body) => not_the_librarys(Part::Body),
        found => found,
    }
}

fn unset_members_of(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|call, request| {
        let Some(members) = request.members() else { return HOLDS };
        let mut doubt = None;
        for (name, value) in unasked(call, &members) {
            let actual = || {
                let asked = Value::Object(call.asked.request.clone());
                format!("asked {asked}, on the wire {}", shortened(&request.body))
            };
            let harmless = match value {
                // Under another name it is SDK-06's business, or SDK-07's.
                Value::Null if !DOCUMENTED.contains(&name) => continue,
                Value::Null => true,
                Value::Bool(true) => name == "retainInheritedPermissions",
                _ => false,
            };
            if harmless {
                doubt.get_or_insert_with(|| {
                    let expected = format!("no {name}, which the application did not set");
                    Outcome::doubtful(expected, actual(), [request.number])
                });
                continue;
            }
            let is_empty = value.as_str().is_some_and(str::is_empty);
            if DOCUMENTED.contains(&name) || is_empty {
                return Err(Outcome::broken(
                    format!("no {name}, which the application did not set"),
                    actual(),
                    [request.number],
                ));
            }
        }
        doubt.map_or(HOLDS, Err)
    })
}

/// No member outside the five documented ones unless the application set it (SDK-06).
///
/// # Errors
/// Broken with its name.
pub fn undocumented_members(heard: &Heard<'_>) -> Judgement {
    of_the_body(heard, undocumented_members_of)
}

fn undocumented_members_of(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|call, request| {
        let Some(members) = request.members() else { return HOLDS };
        let found = unasked(call, &members).find(|(name, _)| !DOCUMENTED.contains(name));
        match found {
            None => HOLDS,
            Some((name, value)) => Err(Outcome::broken(
                format!("only the documented members: {}", DOCUMENTED.join(", ")),
                format!("{name}: {value}, in {}", shortened(&request.body)),
                [request.number],
            )),
        }
    })
}

fn unasked<'m>(
    call: &Call,
    members: &'m Map<String, Value>,
) -> impl Iterator<Item = (&'m str, &'m Value)> {
    members
        .iter()
        .filter(|(name, _)| !call.asked.request.contains_key(*name))
        .map(|(name, value)| (name.as_str(), value))
}

/// What the application set arrives under its documented name, unaltered (SDK-07).
///
/// The expiration is an instant, whose form SDK-08 and SDK-09 judge.
///
/// # Errors
/// Broken when a member is missing or changed, and when documented values were refused without being sent.
pub fn set_members(heard: &Heard<'_>) -> Judgement {
    of_the_body(heard, set_members_of)
}

fn set_members_of(heard: &Heard<'_>) -> Judgement {
    documented_values_are_sent(heard)?;
    heard.every_request(|call, request| {
        let members = request.members().unwrap_or_default();
        for (name, value) in &call.asked.request {
            if let Some(other) = misnamed(name, call, &members) {
                return Err(Outcome::broken(
                    format!("{name} under its documented name"),
                    format!("{other} in {}", shortened(&request.body)),
                    [request.number],
                ));
            }
            let found = members.get(name);
            if name == "expirationDateTime" && found.is_some_and(Value::is_string) {
                continue;
            }
            // A member that is null says no more than one that is absent.
            if value.is_null() && found.is_none() {
                continue;
            }
            if found != Some(value) {
                return Err(Outcome::broken(
                    format!("\"{name}\": {value}"),
                    match found {
                        Some(found) => format!("\"{name}\": {found}"),
                        None => format!("no {name} in {}", shortened(&request.body)),
                    },
                    [request.number],
                ));
            }
        }
        HOLDS
    })
}

/// A member that was not set and is named as one that was, but for letter case and separators.
fn misnamed<'m>(name: &str, call: &Call, members: &'m Map<String, Value>) -> Option<&'m str> {
    let bare = |it: &str| -> String {
        it.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    unasked(call, members).map(|(other, _)| other).find(|other| bare(other) == bare(name))
}

/// What is documented is sent and not refused by the library itself.
///
/// An expiration in another form than the documented one may be refused, and so may a request without a type.
/// Where nothing arrived at all in the run, that is one fault and another's business (SDK-24).
fn documented_values_are_sent(heard: &Heard<'_>) -> Result<(), Outcome> {
    let refused = heard.calls().find(|call| {
        matches!(call.surfaced, Surfaced::Error { .. })
            && call.wire.is_empty()
            && call.asked.address.segments().into_iter().all(is_plain)
            && is_documented_request(&call.asked.request)
    });
    match refused.filter(|_| heard.anything_arrived()) {
        None => Ok(()),
        Some(call) => Err(Outcome::broken(
            format!("a request with {}", Value::Object(call.asked.request.clone())),
            format!("no request, and {}", super::surfaced_text(&call.surfaced)),
            [],
        )),
    }
}

/// Whether every member has a value that the page documents.
fn is_documented_request(asked: &Map<String, Value>) -> bool {
    let known =
        |value: &Value, words: &[&str]| value.as_str().is_some_and(|it| words.contains(&it));
    asked.contains_key("type")
        && asked.iter().all(|(name, value)| match name.as_str() {
            "type" => known(value, &TYPES),
            "scope" => known(value, &SCOPES),
            "expirationDateTime" => value.as_str().is_some_and(is_documented_form),
            "password" => value.is_string(),
            "retainInheritedPermissions" => value.is_boolean(),
            _ => false,
        })
}

/// What the application insists on is passed on or refused, never replaced (SDK-07).
///
/// # Errors
/// As [`set_members`]; inconclusive where the adapter broke down.
pub fn passed_on_or_refused(heard: &Heard<'_>) -> Judgement {
    let call = heard.call(0)?;
    if call.everything_at_service().next().is_none() {
        if !heard.anything_arrived() {
            return Err(Outcome::not_run("no request arrived at the service in this run"));
        }
        return match &call.surfaced {
            Surfaced::Error { message, .. } => {
                Ok(Some(format!("refused locally: {}", shortened(message))))
            }
            other => Err(Outcome::broken(
                "passed on, or refused with an error",
                format!("nothing was sent and {}", super::surfaced_text(other)),
                [],
            )),
        };
    }
    set_members(heard)
}

fn expirations<'h>(call: &'h Call, request: &WireRequest) -> Result<(&'h str, Value), Outcome> {
    let asked = call.asked.request.get("expirationDateTime").and_then(Value::as_str);
    let asked = asked.ok_or_else(|| Outcome::not_run("no expiration was asked for"))?;
    let Some(members) = request.members() else {
        return Err(Outcome::not_run("the body is no JSON object (SDK-04)"));
    };
    match members.get("expirationDateTime") {
        Some(found) => Ok((asked, found.clone())),
        None => Err(Outcome::not_run("no expirationDateTime arrived (SDK-07)")),
    }
}

/// The expiration arrives as the same instant (SDK-08).
///
/// # Errors
/// Broken when it is another one or none.
pub fn same_instant(heard: &Heard<'_>) -> Judgement {
    of_the_body(heard, same_instant_of)
}

fn same_instant_of(heard: &Heard<'_>) -> Judgement {
    let dropped = Cell::new(None);
    heard.every_request(|call, request| {
        let (asked, found) = expirations(call, request)?;
        let instant = |text: &str| text.parse::<Timestamp>().ok();
        let same = match (instant(asked), found.as_str().and_then(instant)) {
            // The documented form has no fraction: a library that keeps to it has to drop what was asked.
            (Some(asked), Some(found)) if asked.subsec_nanosecond() != 0 => {
                if found != asked {
                    dropped.set(Some(format!(
                        "the fraction of {asked} is dropped, which the documented form has no place for"
                    )));
                }
                found <= asked && asked.as_millisecond() - found.as_millisecond() < 1000
            }
            (Some(asked), found) => found == Some(asked),
            // What is no instant can only be passed on as it is.
            (None, _) => found.as_str() == Some(asked),
        };
        if same {
            return HOLDS;
        }
        Err(Outcome::broken(format!("the instant {asked}"), found.to_string(), [request.number]))
    })?;
    Ok(dropped.into_inner())
}

/// The expiration is written as yyyy-MM-ddTHH:mm:ssZ (SDK-09).
///
/// # Errors
/// Broken when it is written in another form.
pub fn documented_instant(heard: &Heard<'_>) -> Judgement {
    of_the_body(heard, documented_instant_of)
}

fn documented_instant_of(heard: &Heard<'_>) -> Judgement {
    heard.every_request(|call, request| {
        let (_, found) = expirations(call, request)?;
        if found.as_str().is_some_and(is_documented_form) {
            return HOLDS;
        }
        let expected = "the form yyyy-MM-ddTHH:mm:ssZ: no fraction, no offset";
        Err(Outcome::broken(expected, found.to_string(), [request.number]))
    })
}

/// Whether an instant is written as yyyy-MM-ddTHH:mm:ssZ.
fn is_documented_form(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00Z";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// The ids arrive percent-encoded so that decoding each segment once gives them back (SDK-10, SDK-29).
///
/// An application that writes the path itself encodes the ids itself.
///
/// Where the path has another fault than in its ids, SDK-01 names it.
///
/// # Errors
/// Broken with the path that arrived, or when the library refuses to send an id.
pub fn ids_arrive(heard: &Heard<'_>) -> Judgement {
    if heard.is_by_application(Part::Path) {
        return not_the_librarys(Part::Path);
    }
    if let (Some(_), true, Ok(call)) = (heard.story, heard.anything_arrived(), heard.call(0))
        && call.everything_at_service().next().is_none()
    {
        return Err(Outcome::broken(
            format!("a request for {}", call.asked.address.segments().join(" / ")),
            format!("no request, and {}", super::surfaced_text(&call.surfaced)),
            [],
        ));
    }
    heard.every_request(|call, request| {
        if request.target.is_ascii() && has_ids(request, &call.asked.address.segments()) {
            return HOLDS;
        }
        Err(Outcome::broken(
            format!(
                "percent-encoded segments that decode to {}",
                call.asked.address.segments().join(" / ")
            ),
            request.line(),
            [request.number],
        ))
    })
}

/// Whether each id of the address arrived behind the word in front of it, or anywhere where that word is missing.
fn has_ids(request: &WireRequest, asked: &[&str]) -> bool {
    const COLLECTIONS: [&str; 5] = ["drives", "groups", "items", "sites", "users"];
    let path = request.target.split(['?', '#']).next().unwrap_or_default();
    let decoded: Vec<Option<String>> = path
        .split('/')
        .map(|it| Some(percent_decode_str(it).decode_utf8().ok()?.into_owned()))
        .collect();
    let is = |found: &Option<String>, word: &str| found.as_deref() == Some(word);
    asked.windows(2).filter(|pair| COLLECTIONS.contains(&pair[0])).all(|pair| {
        let behind = decoded.windows(2).any(|it| is(&it[0], pair[0]) && is(&it[1], pair[1]));
        let without = !decoded.iter().any(|it| is(it, pair[0]));
        behind || (without && decoded.iter().any(|it| is(it, pair[1])))
    })
}
