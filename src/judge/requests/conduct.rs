//! How often requests are sent (SDK-19 to SDK-22, SDK-24).

use super::{Heard, surfaced_text};
use crate::graph::{Surfaced, WireRequest};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The most retries of a throttled request that count as bounded (SDK-19).
pub const MOST_RETRIES: usize = 10;

/// A throttled request is sent again (SDK-19).
///
/// # Errors
/// Broken when it is not.
pub fn sent_again(heard: &Heard<'_>) -> Judgement {
    let call = heard.call(0)?;
    match call.at_service().count() {
        0 => Err(Outcome::not_run("no request arrived at the service")),
        1 => Err(Outcome::broken(
            "a throttled request is sent again",
            format!("one request, and {}", surfaced_text(&call.surfaced)),
            call.numbers(),
        )),
        _ => HOLDS,
    }
}

/// A request that is throttled for ever is given up after a while (SDK-19).
///
/// # Errors
/// Broken when it is repeated more than ten times.
pub fn bounded(heard: &Heard<'_>) -> Judgement {
    let call = heard.call(0)?;
    match call.at_service().count() {
        0 => Err(Outcome::not_run("no request arrived at the service")),
        count if count <= MOST_RETRIES + 1 => seen(format!("given up after {}", requests(count))),
        count => Err(Outcome::broken(
            format!("at most {MOST_RETRIES} retries"),
            format!("{} and no end", requests(count)),
            call.numbers(),
        )),
    }
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// A refused request is not sent again with the same token and body (SDK-20).
///
/// # Errors
/// Broken when it is.
pub fn not_sent_again(heard: &Heard<'_>) -> Judgement {
    let call = heard.call(0)?;
    let all: Vec<&WireRequest> = call.at_service().collect();
    let Some(first) = all.first() else {
        return Err(Outcome::not_run("no request arrived at the service"));
    };
    let token =
        |it: &WireRequest| it.header_values("authorization").map(str::to_owned).collect::<Vec<_>>();
    let again = all.iter().skip(1).any(|it| it.body == first.body && token(it) == token(first));
    if !again {
        return HOLDS;
    }
    Err(Outcome::broken(
        format!("one request: {} is final", first.answer.status.unwrap_or_default()),
        requests(all.len()),
        call.numbers(),
    ))
}

/// One call is one request when the answer is a success (SDK-21).
///
/// # Errors
/// Broken when there are more.
pub fn one_request(heard: &Heard<'_>) -> Judgement {
    let mut any = false;
    for call in heard.calls() {
        let mut at_service = call.at_service();
        let granted = at_service
            .next()
            .is_some_and(|it| it.answer.status.is_some_and(|status| (200..300).contains(&status)));
        if !granted {
            continue;
        }
        any = true;
        let more = at_service.count();
        if more > 0 {
            return Err(Outcome::broken(
                "one request for one call: the first was answered with success",
                requests(more + 1),
                call.numbers(),
            ));
        }
    }
    if any { HOLDS } else { Err(Outcome::not_run("no request was answered with success")) }
}

/// After an answer that leaves the outcome open the request is not repeated blindly (SDK-22).
///
/// # Errors
/// Broken when another body is sent. To repeat the identical one is what the sentence allows: asking again gives the
/// same link (IDEM-02), so it is told and no fault.
pub fn not_repeated_blindly(heard: &Heard<'_>) -> Judgement {
    let calls: Vec<_> = heard.calls().collect();
    let Some(call) = calls.first() else {
        return Err(Outcome::not_run("the story was not told"));
    };
    let all: Vec<&WireRequest> = call.at_service().collect();
    let Some(first) = all.first() else {
        heard.call(0)?;
        return Err(Outcome::not_run("no request arrived at the service"));
    };
    let what = first.answer.status.map_or("a cut connection".to_owned(), |it| it.to_string());
    if let Some(other) = all.iter().find(|it| it.body != first.body) {
        return Err(Outcome::broken(
            format!("after {what} no request with another body: {}", first.body),
            other.body.clone(),
            call.numbers(),
        ));
    }
    if all.len() > 1 {
        return seen(format!(
            "after {what} {} with the identical body, which is harmless: asking again gives the same link (IDEM-02)",
            requests(all.len())
        ));
    }
    heard.call(0)?;
    HOLDS
}

/// The requests arrive at the service root the application set (SDK-24).
///
/// # Errors
/// Broken when nothing arrived there.
pub fn root_can_be_set(heard: &Heard<'_>) -> Judgement {
    if heard.arrivals().next().is_some() {
        return HOLDS;
    }
    let calls: Vec<_> = heard.calls().collect();
    match calls.first() {
        None => Err(Outcome::not_run("the story was not told")),
        Some(call) => match &call.surfaced {
            Surfaced::Waiting(reason)
            | Surfaced::Hung(reason)
            | Surfaced::Crashed(reason)
            | Surfaced::Lost(reason) => Err(Outcome::inconclusive(reason, [])),
            other => Err(Outcome::broken(
                format!("a request at {}", call.asked.base_url),
                format!("none, and {}", surfaced_text(other)),
                [],
            )),
        },
    }
}
