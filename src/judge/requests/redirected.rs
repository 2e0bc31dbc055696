//! What a client library does where an answer sends it elsewhere (SDK-02, SDK-26, SDK-28).

use super::{Heard, excuse, surfaced_text};
use crate::graph::{Call, Listener, Surfaced, WireRequest};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

fn elsewhere<'h>(heard: &Heard<'h>) -> impl Iterator<Item = (&'h Call, &'h WireRequest)> + use<'h> {
    heard.calls().flat_map(|call| {
        let others = call.wire.iter().filter(|it| it.listener == Listener::Elsewhere);
        others.map(move |request| (call, request))
    })
}

/// No other host receives the token (SDK-02). To follow a redirect without it is fine.
///
/// # Errors
/// Broken when one does.
pub fn token_stays(heard: &Heard<'_>) -> Judgement {
    let carries = |call: &Call, request: &WireRequest| {
        let shown = |text: &str| text.contains(&call.asked.token);
        request.headers.iter().any(|(_, value)| shown(value))
            || shown(&request.target)
            || shown(&request.body)
    };
    match elsewhere(heard).find(|(call, request)| carries(call, request)) {
        Some((call, request)) => Err(Outcome::broken(
            "the token goes to the configured host alone",
            format!("{} on another host, with the token", request.line()),
            call.numbers(),
        )),
        None if heard.arrivals().next().is_none() => Err(heard.no_request()),
        None => HOLDS,
    }
}

/// No other host receives the body, which may hold the password of the link (SDK-26).
///
/// # Errors
/// Broken when one does.
pub fn body_stays(heard: &Heard<'_>) -> Judgement {
    match elsewhere(heard).find(|(_, request)| !request.body.is_empty()) {
        Some((call, request)) => Err(Outcome::broken(
            "the body goes to the configured host alone",
            format!("{} on another host, with the body", request.line()),
            call.numbers(),
        )),
        None if heard.arrivals().next().is_none() => Err(heard.no_request()),
        None => HOLDS,
    }
}

/// What a GET found at another address is not taken for the answer to createLink (SDK-28).
///
/// # Errors
/// Broken when a success surfaces though no POST was answered with one.
pub fn no_get_for_a_link(heard: &Heard<'_>) -> Judgement {
    let call = heard.calls().next().ok_or_else(|| Outcome::not_run("the story was not told"))?;
    excuse(call)?;
    if call.at_service().next().is_none() {
        return Err(Outcome::not_run("no request arrived at the service"));
    }
    let read = call.everything_at_service().find(|it| it.only_reads() && call.was_redirected(it));
    match (&call.surfaced, read) {
        (Surfaced::Permission { .. }, Some(read)) if !was_granted(call) => Err(Outcome::broken(
            "no success: no POST was answered with one, so no link was made",
            format!("{}; it is the answer to {}", surfaced_text(&call.surfaced), read.line()),
            call.numbers(),
        )),
        _ => HOLDS,
    }
}

/// Whether a request that asks for something to be done was answered with success.
pub(super) fn was_granted(call: &Call) -> bool {
    call.at_service().any(|it| it.answer.status.is_some_and(|it| (200..300).contains(&it)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::requests::testing::{answer, call, conversation, request};

    const MOVED: &str = "/v1.0/moved/createLink";

    /// A request answered with 302, and one that follows.
    fn followed(method: &str, status: u16, surfaced: Surfaced) -> Call {
        let mut first = request(1, 0.0, answer(302, ""));
        first.answer.headers.push(("Location".into(), MOVED.into()));
        let mut second = request(2, 5.0, answer(status, r#"{"id":"01"}"#));
        second.method = method.into();
        second.target = MOVED.into();
        call(vec![first, second], surfaced)
    }

    fn success() -> Surfaced {
        Surfaced::Permission { permission: serde_json::json!({"id": "01"}), status: None }
    }

    fn error() -> Surfaced {
        Surfaced::Error { status: Some(302), code: None, message: "moved".into() }
    }

    #[test]
    fn the_answer_to_a_get_is_no_link() {
        let judged = |call| {
            let story = conversation(vec![call]);
            no_get_for_a_link(&Heard { story: Some(&story), run: &[] })
        };
        assert!(matches!(judged(followed("GET", 200, success())), Err(Outcome::Broken { .. })));
        assert_eq!(judged(followed("GET", 200, error())), HOLDS);
        assert_eq!(judged(followed("POST", 201, success())), HOLDS);
        let followed = followed("GET", 200, success());
        assert!(followed.was_redirected(&followed.wire[1]));
        assert!(!followed.was_redirected(&followed.wire[0]));
    }

    #[test]
    fn the_token_and_the_body_are_judged_apart() {
        let elsewhere = |body: &str, token: bool| {
            let mut followed = followed("POST", 404, error());
            let other = &mut followed.wire[1];
            other.listener = Listener::Elsewhere;
            other.body = body.into();
            if !token {
                other.headers.clear();
            }
            conversation(vec![followed])
        };
        for (body, token, stays) in [
            ("", false, (true, true)),
            ("{}", false, (true, false)),
            ("", true, (false, true)),
            ("{}", true, (false, false)),
        ] {
            let story = elsewhere(body, token);
            let heard = Heard { story: Some(&story), run: &[] };
            let found = (token_stays(&heard).is_ok(), body_stays(&heard).is_ok());
            assert_eq!(found, stays, "{body:?} {token}");
        }
    }
}
