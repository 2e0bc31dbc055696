//! What the application was given, compared with what the service sent (SDK-11 to SDK-17, SDK-23, SDK-25).

use jiff::Timestamp;
use serde_json::Value;

use super::redirected::was_granted;
use super::{Heard, excuse, shortened, surfaced_text};
use crate::graph::{Call, GraphError, Surfaced, WireAnswer};
use crate::judge::chapters::link_types::TYPES;
use crate::judge::chapters::scopes::LINK_SCOPES;
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The permission surfaced and the one sent.
struct Pair<'h> {
    surfaced: &'h Value,
    sent: Value,
}

/// The last answer the service gave to a call.
fn last_answer(call: &Call) -> Result<&WireAnswer, Outcome> {
    let request = call.at_service().last();
    Ok(&request.ok_or_else(|| Outcome::not_run("no request arrived at the service"))?.answer)
}

fn pair<'h>(heard: &Heard<'h>, index: usize) -> Result<Pair<'h>, Outcome> {
    pair_of(heard.call(index)?)
}

fn pair_of(call: &Call) -> Result<Pair<'_>, Outcome> {
    let sent = serde_json::from_str(&last_answer(call)?.body)
        .map_err(|_| Outcome::not_run("the service sent no permission"))?;
    match &call.surfaced {
        Surfaced::Permission { permission, .. } => Ok(Pair { surfaced: permission, sent }),
        // Whether a success may surface as an error is SDK-11's and SDK-15's business.
        other => {
            Err(Outcome::not_run(format!("no permission surfaced but {}", surfaced_text(other))))
        }
    }
}

/// A value is the one sent: equal, or the same instant written in another form.
fn same(surfaced: &Value, sent: &Value) -> bool {
    let instant = |value: &Value| value.as_str().and_then(|it| it.parse::<Timestamp>().ok());
    surfaced == sent || instant(sent).is_some_and(|it| instant(surfaced) == Some(it))
}

/// The call comes to a success (SDK-15, and part of SDK-11).
///
/// # Errors
/// Broken when an error surfaces.
pub fn succeeds(heard: &Heard<'_>) -> Judgement {
    survives(heard, "a permission")?;
    let call = heard.call(0)?;
    let answer = last_answer(call)?;
    match &call.surfaced {
        Surfaced::Permission { permission, .. } if permission.is_object() => HOLDS,
        other => Err(Outcome::broken(
            "a permission",
            format!("{}; the service sent {}", surfaced_text(other), shortened(&answer.body)),
            call.numbers(),
        )),
    }
}

/// The library and its process live on after the answer to the first call.
fn survives(heard: &Heard<'_>, expected: &str) -> Result<(), Outcome> {
    let Some(call) = heard.calls().next() else { return Ok(()) };
    match (&call.surfaced, call.at_service().last()) {
        (Surfaced::Crashed(how), Some(request)) => Err(Outcome::broken(
            expected,
            format!(
                "the process broke down ({how}); the service sent {}",
                shortened(&request.answer.body)
            ),
            call.numbers(),
        )),
        _ => Ok(()),
    }
}

/// 201 and 200 surface the same permission (SDK-11).
///
/// # Errors
/// Broken when one of them surfaces as an error, or another permission.
pub fn both_succeed(heard: &Heard<'_>) -> Judgement {
    let (created, existing) = (heard.call(0)?, heard.call(1)?);
    for (status, call) in [(201, created), (200, existing)] {
        if last_answer(call)?.status != Some(status) {
            return Err(Outcome::not_run("the library did not send one request for each call"));
        }
        if !matches!(call.surfaced, Surfaced::Permission { .. }) {
            return Err(Outcome::broken(
                format!("{status} is a success"),
                surfaced_text(&call.surfaced),
                call.numbers(),
            ));
        }
    }
    let (first, second) = (pair(heard, 0)?, pair(heard, 1)?);
    if first.surfaced == second.surfaced {
        return HOLDS;
    }
    Err(Outcome::broken(
        format!("the permission of the first call: {}", shortened(&first.surfaced.to_string())),
        shortened(&second.surfaced.to_string()),
        created.numbers().into_iter().chain(existing.numbers()),
    ))
}

/// `id`, `roles` and the link surface with the values sent (SDK-12).
///
/// # Errors
/// Broken with the first value that differs.
pub fn essentials(heard: &Heard<'_>) -> Judgement {
    const MEMBERS: [&str; 6] =
        ["/id", "/roles", "/link/type", "/link/scope", "/link/webUrl", "/link/webHtml"];
    compare(heard, &MEMBERS)
}

/// `hasPassword`, `expirationDateTime`, `link.application` and `shareId` surface when sent (SDK-13).
///
/// # Errors
/// Broken with the first value that differs.
pub fn optional_members(heard: &Heard<'_>) -> Judgement {
    const MEMBERS: [&str; 5] = [
        "/hasPassword",
        "/expirationDateTime",
        "/link/application/id",
        "/link/application/displayName",
        "/shareId",
    ];
    compare(heard, &MEMBERS)
}

fn compare(heard: &Heard<'_>, members: &[&str]) -> Judgement {
    let Pair { surfaced, sent } = pair(heard, 0)?;
    for member in members {
        let Some(sent) = sent.pointer(member).filter(|it| !it.is_null()) else { continue };
        let found = surfaced.pointer(member).unwrap_or(&Value::Null);
        if !same(found, sent) {
            let name = member.trim_start_matches('/').replace('/', ".");
            let found =
                if found.is_null() { "nothing".to_owned() } else { shortened(&found.to_string()) };
            return Err(Outcome::broken(
                format!("{name} {}", shortened(&sent.to_string())),
                format!("{name}: {found}"),
                heard.call(0)?.numbers(),
            ));
        }
    }
    HOLDS
}

/// Nothing surfaces that the service did not send (SDK-14).
///
/// # Errors
/// Broken with the first invented member, and with a permission where the service sent none: it redirected, or
/// closed the connection. `null` says the same as nothing.
pub fn nothing_invented(heard: &Heard<'_>) -> Judgement {
    each_case(heard.calls(), "the story was not told", |call| {
        // Nothing has surfaced yet.
        let waiting = matches!(call.surfaced, Surfaced::Waiting(_));
        (!waiting).then(|| adds_nothing(call))
    })
}

fn adds_nothing(call: &Call) -> Judgement {
    excuse(call)?;
    let answer = last_answer(call)?;
    let was_read =
        call.everything_at_service().any(|it| it.only_reads() && call.was_redirected(it));
    if was_read && !was_granted(call) && matches!(call.surfaced, Surfaced::Permission { .. }) {
        return Err(Outcome::not_run("the answer of a GET surfaced (SDK-28)"));
    }
    if answer.status.is_none_or(|it| (300..400).contains(&it)) {
        return match &call.surfaced {
            Surfaced::Permission { .. } => Err(Outcome::broken(
                "no permission, which the service did not send",
                format!("{}; {}", surfaced_text(&call.surfaced), came_to(answer)),
                call.numbers(),
            )),
            _ => HOLDS,
        };
    }
    if answer.status >= Some(400) {
        return Err(Outcome::not_run("the service refused (SDK-16)"));
    }
    let Pair { surfaced, sent } = pair_of(call)?;
    if let Some((name, value)) = invented(surfaced, &sent, "") {
        return Err(Outcome::broken(
            format!("no {name}, which the service did not send"),
            format!("{name}: {}", shortened(&value.to_string())),
            call.numbers(),
        ));
    }
    if let Some((name, found, sent)) = replaced(surfaced, &sent) {
        return Err(Outcome::broken(
            format!("{name} {sent}, or nothing where the library has no word for it"),
            format!("{name} {found}"),
            call.numbers(),
        ));
    }
    HOLDS
}

/// No refusal surfaces as a success in any call of the run (SDK-16).
///
/// # Errors
/// Broken with the first that does.
pub fn no_refusal_is_a_success(heard: &Heard<'_>) -> Judgement {
    each_case(heard.calls(), "the service refused nothing in this run", |call| {
        let answer = &call.at_service().last()?.answer;
        answer.status.filter(|it| *it >= 400)?;
        Some(match &call.surfaced {
            Surfaced::Permission { .. } => Err(Outcome::broken(
                format!("an error: {}", came_to(answer)),
                surfaced_text(&call.surfaced),
                call.numbers(),
            )),
            Surfaced::Error { .. } => HOLDS,
            _ => return None,
        })
    })
}

/// What the service did, in words.
fn came_to(answer: &WireAnswer) -> String {
    match answer.status {
        Some(status) => format!("the service answered {status}"),
        None => "the service closed the connection".to_owned(),
    }
}

/// A documented word in the place of another that was sent.
fn replaced<'v>(
    surfaced: &'v Value,
    sent: &'v Value,
) -> Option<(&'static str, &'v Value, &'v Value)> {
    const WORDS: [(&str, &str, &[&str]); 3] = [
        ("link.type", "/link/type", &TYPES),
        ("link.scope", "/link/scope", &LINK_SCOPES),
        ("roles[0]", "/roles/0", &["read", "write", "owner"]),
    ];
    WORDS.into_iter().find_map(|(name, pointer, words)| {
        let (found, sent) = (surfaced.pointer(pointer)?, sent.pointer(pointer)?);
        let known = found.as_str().is_some_and(|it| words.contains(&it));
        (known && found != sent).then_some((name, found, sent))
    })
}

/// Whether a value says nothing: null, or an object that has nothing to say.
fn is_silent(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(|it| it.values().all(is_silent))
}

/// The first member of `surfaced` that `sent` lacks. A member whose value differs is none of these.
fn invented<'v>(surfaced: &'v Value, sent: &Value, path: &str) -> Option<(String, &'v Value)> {
    let members = surfaced.as_object()?;
    members.iter().filter(|(_, value)| !is_silent(value)).find_map(|(name, value)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match sent.get(name).filter(|it| !it.is_null()) {
            Some(sent) => invented(value, sent, &path),
            None => Some((path, value)),
        }
    })
}

/// A refusal surfaces as an error with the status or the code of the answer (SDK-16).
///
/// # Errors
/// Broken when it surfaces as a success, or with neither.
pub fn refusal_surfaces(heard: &Heard<'_>) -> Judgement {
    survives(heard, "an error")?;
    let call = heard.call(0)?;
    let answer = last_answer(call)?;
    let (sent_status, sent_code) = (answer.status, GraphError::read(&answer.body).code);
    let broken = |expected: String| {
        Err(Outcome::broken(expected, surfaced_text(&call.surfaced), call.numbers()))
    };
    match &call.surfaced {
        Surfaced::Error { status, code, .. } => {
            let tells_status = status.is_some() && *status == sent_status;
            let tells_code = code.is_some() && *code == sent_code;
            if tells_status || tells_code {
                return HOLDS;
            }
            broken(format!(
                "an error with status {} or code {}",
                sent_status.unwrap_or_default(),
                sent_code.as_deref().unwrap_or("(none)")
            ))
        }
        _ => broken(format!("an error: the service answered {}", sent_status.unwrap_or_default())),
    }
}

/// The error carries the status, the code and the message, as far as they were sent (SDK-17).
///
/// # Errors
/// Broken with the first that is missing or another one.
pub fn error_details(heard: &Heard<'_>) -> Judgement {
    let call = heard.call(0)?;
    let answer = last_answer(call)?;
    let Surfaced::Error { status, code, message } = &call.surfaced else {
        return Err(Outcome::not_run("no error surfaced (SDK-16)"));
    };
    let broken = |expected: String| {
        Err(Outcome::broken(expected, surfaced_text(&call.surfaced), call.numbers()))
    };
    if *status != answer.status {
        return broken(format!("an error with status {}", answer.status.unwrap_or_default()));
    }
    let sent = GraphError::read(&answer.body);
    if sent.code.is_some() && *code != sent.code {
        return broken(format!("an error with code {}", sent.code.unwrap_or_default()));
    }
    match sent.message {
        Some(sent) if !message.contains(&sent) => {
            broken(format!("an error with message \"{sent}\""))
        }
        _ => HOLDS,
    }
}

/// A success that is no permission surfaces as an error (SDK-23).
///
/// # Errors
/// Broken when it surfaces as a success, or the process hangs or breaks down.
pub fn malformed_surfaces(heard: &Heard<'_>) -> Judgement {
    let broken = |call: &Call| {
        let sent = call.at_service().last().map(|it| &it.answer);
        let sent = sent.map_or("nothing".to_owned(), |it| {
            let body = if it.body.is_empty() { "(empty body)" } else { &it.body };
            format!("{} {}", it.status.unwrap_or_default(), shortened(body))
        });
        Outcome::broken(
            format!("an error: the service answered {sent}"),
            surfaced_text(&call.surfaced),
            call.numbers(),
        )
    };
    match heard.call(0) {
        Ok(call) if call.wire.is_empty() => {
            Err(Outcome::not_run("no request arrived at the service"))
        }
        Ok(call) if matches!(call.surfaced, Surfaced::Error { .. }) => HOLDS,
        Ok(call) => Err(broken(call)),
        Err(outcome) => match heard.calls().next() {
            Some(call) if matches!(call.surfaced, Surfaced::Hung(_) | Surfaced::Crashed(_)) => {
                Err(broken(call))
            }
            _ => Err(outcome),
        },
    }
}

/// Records whether the application can tell 200 from 201 (SDK-25).
///
/// # Errors
/// Not run where no success surfaced.
pub fn statuses_told_apart(heard: &Heard<'_>) -> Judgement {
    let status = |index| match &heard.call(index)?.surfaced {
        Surfaced::Permission { status, .. } => Ok(*status),
        other => Err(Outcome::not_run(surfaced_text(other))),
    };
    match (status(0)?, status(1)?) {
        (Some(201), Some(200)) => seen("the application can tell 200 from 201"),
        (None, None) => seen("the application cannot tell 200 from 201"),
        (created, existing) => {
            let text = |it: Option<u16>| it.map_or("nothing".to_owned(), |it| it.to_string());
            seen(format!("201 surfaces as {}, 200 as {}", text(created), text(existing)))
        }
    }
}
