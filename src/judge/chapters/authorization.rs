//! Who may ask (AUTH).

use crate::graph::{Answer, Identity, Purpose};
use crate::judge::evidence::{Evidence, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A request without a usable token is answered `401 Unauthorized`.
///
/// Page, Request headers: "Authorization ... Required".
///
/// # Errors
/// Broken with any other answer.
pub fn is_unauthenticated(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    evidence.refusal_is_not_the_bodys(&evidence.asked(index)?)?;
    crate::judge::chapters::refusal::is_answered_with(evidence, index, &[401], "401 Unauthorized")
}

/// A token that carries this permission is enough.
///
/// Page, Permissions.
///
/// # Errors
/// Broken when the request is refused; inconclusive when the token itself was not accepted.
pub fn is_sufficient(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    if asked.answer.status == 401 && !names_a_scope(asked.answer) {
        return Err(Outcome::inconclusive(
            format!(
                "the token was not accepted, perhaps it is too old: {}",
                status_text(asked.answer)
            ),
            [asked.number()],
        ));
    }
    crate::judge::chapters::refusal::is_granted_a_link(evidence, index, "")
}

/// A token that may only read is not enough.
///
/// Accepted: 403, 404 where the service hides the item, 401 with a challenge that names a scope.
///
/// # Errors
/// Broken when the link is granted or the token is called invalid; doubtful with another refusal.
pub fn is_not_sufficient(evidence: &Evidence<'_>, index: usize) -> Judgement {
    const EXPECTED: &str =
        "403 Forbidden or 404 Not Found (401 only with a challenge that names a scope)";
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    evidence.refusal_is_not_the_bodys(&asked)?;
    match asked.answer.status {
        403 | 404 => HOLDS,
        401 if names_a_scope(asked.answer) => HOLDS,
        400 | 402 | 405..=499 => {
            Err(Outcome::doubtful(EXPECTED, status_text(asked.answer), [asked.number()]))
        }
        _ => Err(Outcome::broken(EXPECTED, status_text(asked.answer), [asked.number()])),
    }
}

/// Whether a 401 says that a scope is missing, and not that the token is unknown.
fn names_a_scope(answer: &Answer) -> bool {
    let challenge = answer.header("www-authenticate").unwrap_or_default().to_ascii_lowercase();
    challenge.contains("insufficient_scope") || challenge.contains("scope=")
}

/// Another user, who can open the link and so may read, cannot make an edit link.
///
/// # Errors
/// Broken when the link is granted, doubtful with another refusal than 403 or 404; not run when the user
/// could not open the first link, since then nothing is known of their rights.
pub fn readers_cannot_share(evidence: &Evidence<'_>, link: usize, index: usize) -> Judgement {
    evidence.granted(link)?;
    let asked = evidence.asked(index)?;
    let (_, opened) = evidence.last(|it| {
        it.purpose == Purpose::OpenLink
            && it.identity == Identity::SecondUser
            && it.act < asked.exchange.act
    })?;
    if opened.status != 200 {
        return Err(Outcome::not_run(format!(
            "the other user could not open the link: {}",
            status_text(opened)
        )));
    }
    let wrote = evidence.story.exchanges.iter().any(|it| {
        it.purpose == Purpose::WriteThroughLink && it.status().is_some_and(|it| it < 300)
    });
    if wrote {
        return Err(Outcome::not_run("the view link let the other user write (TYPE-16)"));
    }
    match asked.answer.status {
        403 | 404 => HOLDS,
        400..=499 => Err(Outcome::doubtful(
            "403 Forbidden or 404 Not Found",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(Outcome::broken(
            "403 Forbidden or 404 Not Found",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// `/me` needs a user: an application without one is refused there, with the token that is good elsewhere.
///
/// # Errors
/// Broken when it is granted; not run when the token is not good elsewhere either.
pub fn me_needs_a_user(evidence: &Evidence<'_>, elsewhere: usize, at_me: usize) -> Judgement {
    evidence.granted(elsewhere)?;
    let asked = evidence.asked(at_me)?;
    match asked.answer.status {
        400..=499 => HOLDS,
        _ => Err(Outcome::broken(
            "a refusal (4xx): /me is the signed-in user, and there is none",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Recording, Tenant};
    use crate::judge::testing::{Telling, evidence, refusal, view};

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Business, &tenant))
    }

    fn answered(status: u16, headers: &[(&str, &str)]) -> [Recording; 2] {
        let body = if status < 300 { view("p1") } else { refusal("accessDenied") };
        let own = Telling::new().file().asks(json!({"type": "view"}), status, body);
        let other = Telling::new().file().asks(json!({"type": "view"}), 201, view("p2"));
        [own.with_headers(headers).done(), other.done()]
    }

    #[test]
    fn missing_rights_have_three_accepted_forms() {
        let check = |evidence: &Evidence<'_>| is_not_sufficient(evidence, 0);
        for status in [403, 404] {
            assert_eq!(judged(&answered(status, &[]), check), HOLDS);
        }
        let challenge = [("www-authenticate", "Bearer error=\"insufficient_scope\"")];
        assert_eq!(judged(&answered(401, &challenge), check), HOLDS);
        for status in [401, 200, 201, 302] {
            let result = judged(&answered(status, &[]), check);
            assert!(matches!(result, Err(Outcome::Broken { .. })), "{status}");
        }
        assert!(matches!(judged(&answered(400, &[]), check), Err(Outcome::Doubtful { .. })));
        assert!(matches!(judged(&answered(500, &[]), check), Err(Outcome::Inconclusive { .. })));
    }

    #[test]
    fn a_sufficient_permission_is_not_refused() {
        let check = |evidence: &Evidence<'_>| is_sufficient(evidence, 0);
        for status in [200, 201] {
            assert_eq!(judged(&answered(status, &[]), check), HOLDS);
        }
        assert!(matches!(judged(&answered(403, &[]), check), Err(Outcome::Broken { .. })));
        assert!(matches!(judged(&answered(401, &[]), check), Err(Outcome::Inconclusive { .. })));
    }

    #[test]
    fn a_reader_is_known_to_read_first() {
        let told = |opened: u16, asked: u16| {
            let body = if asked < 300 { view("p2") } else { refusal("accessDenied") };
            [Telling::new()
                .file()
                .asks(json!({"type": "view"}), 201, view("p1"))
                .about(Purpose::OpenLink, 0, opened, json!({"id": "file-id"}))
                .by(Identity::SecondUser)
                .asks(json!({"type": "edit"}), asked, body)
                .by(Identity::SecondUser)
                .done()]
        };
        let check = |evidence: &Evidence<'_>| readers_cannot_share(evidence, 0, 1);
        assert_eq!(judged(&told(200, 403), check), HOLDS);
        assert!(matches!(judged(&told(200, 201), check), Err(Outcome::Broken { .. })));
        assert!(matches!(judged(&told(403, 403), check), Err(Outcome::NotRun { .. })));
    }
}
