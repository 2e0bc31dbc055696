//! The status of a refusal, where the errors page gives one (ERR-08 to ERR-10).

use serde_json::Value;

use crate::graph::{Identity, Purpose};
use crate::judge::chapters::link_types::TYPES;
use crate::judge::chapters::scopes::LINK_SCOPES;
use crate::judge::evidence::{Asked, Evidence, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A link for an item that is gone: 404.
///
/// # Errors
/// Broken with another status, doubtful with another code than `itemNotFound`; not run when the item could not be deleted.
pub fn missing_item(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let (_, deleted) = evidence.last(|it| it.purpose == Purpose::DeleteItem)?;
    if !(200..300).contains(&deleted.status) {
        return Err(Outcome::not_run(format!(
            "the item could not be deleted: {}",
            status_text(deleted)
        )));
    }
    let asked = evidence.asked(index)?;
    evidence.refusal_is_not_the_bodys(&asked)?;
    match asked.answer.status {
        404 if asked.answer.error().says("itemNotFound") => HOLDS,
        // A newer copy of the errors page lists no codes (AMB-41).
        404 => Err(Outcome::doubtful(
            "the code itemNotFound",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(Outcome::broken("404 Not Found", status_text(asked.answer), [asked.number()])),
    }
}

/// A malformed id: 400 or 404.
///
/// # Errors
/// Broken with another status.
pub fn malformed_id(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    evidence.refusal_is_not_the_bodys(&asked)?;
    match asked.answer.status {
        400 | 404 => HOLDS,
        _ => Err(Outcome::broken(
            "400 Bad Request or 404 Not Found",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// Each refused request with bad parameters is answered 400 or 422.
///
/// What is bad beyond doubt: a body that is no JSON object, a type or scope outside the documented list.
///
/// # Errors
/// Doubtful with another refusal; a request that was granted is another rule's business.
pub fn bad_parameters(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.run_asked().filter(|it| it.exchange.identity == Identity::Owner);
    each_case(asked, "no request with bad parameters was refused in this run", |asked| {
        if !is_json_label(asked) || !has_bad_parameters(asked) {
            return None;
        }
        match asked.answer.status {
            400 | 422 => Some(HOLDS),
            // Who asks, for what, and in which state it is comes first, and is not known here.
            401 | 403..=405 | 407..=410 | 412..=415 | 423 if !evidence.is_told() => None,
            401..=499 => Some(Err(Outcome::doubtful(
                "400 Bad Request or 422 Unprocessable Entity for bad parameters",
                status_text(asked.answer),
                [asked.number()],
            ))),
            _ => None,
        }
    })
}

fn is_json_label(asked: &Asked<'_>) -> bool {
    let label = asked.exchange.request.header("content-type").unwrap_or_default();
    label.to_ascii_lowercase().starts_with("application/json")
}

fn has_bad_parameters(asked: &Asked<'_>) -> bool {
    let Some(body) = asked.exchange.request.body.as_deref() else { return false };
    let Ok(Value::Object(members)) = serde_json::from_str(body) else { return true };
    let outside = |member: &str, known: &[&str]| {
        members
            .get(member)
            .and_then(Value::as_str)
            .is_some_and(|it| !it.is_empty() && !known.iter().any(|k| it.eq_ignore_ascii_case(k)))
    };
    outside("type", &TYPES) || outside("scope", &LINK_SCOPES)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, on_personal, refusal, view};

    fn granting() -> Telling {
        Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"))
    }

    #[test]
    fn bad_parameters_are_400_whatever_is_bad() {
        for body in
            [json!({"type": "owner"}), json!({"type": "view", "scope": "everyone"}), json!([])]
        {
            let told = |status| granting().asks(body.clone(), status, refusal("invalidRequest"));
            assert_eq!(on_personal(told(400), bad_parameters), HOLDS);
            assert_eq!(on_personal(told(422), bad_parameters), HOLDS);
            assert!(matches!(
                on_personal(told(403), bad_parameters),
                Err(Outcome::Doubtful { .. })
            ));
            let result = on_personal(told(201), bad_parameters);
            assert!(matches!(result, Err(Outcome::NotRun { .. })), "granting is another rule's");
        }
        for body in [json!({"type": "View"}), json!({"type": ""}), json!({"type": "embed"})] {
            let told = granting().asks(body, 403, refusal("accessDenied"));
            assert!(matches!(on_personal(told, bad_parameters), Err(Outcome::NotRun { .. })));
        }
    }

    #[test]
    fn a_missing_item_is_404_with_its_code() {
        let told = |status, code| {
            granting().exchange(Purpose::DeleteItem, "file", 204, &Value::Null).asks(
                json!({"type": "view"}),
                status,
                refusal(code),
            )
        };
        let check = |evidence: &Evidence<'_>| missing_item(evidence, 1);
        assert_eq!(on_personal(told(404, "itemNotFound"), check), HOLDS);
        let other_code = on_personal(told(404, "notFound"), check);
        assert!(matches!(other_code, Err(Outcome::Doubtful { .. })));
        for (status, code) in [(400, "itemNotFound"), (410, "itemNotFound")] {
            assert!(matches!(on_personal(told(status, code), check), Err(Outcome::Broken { .. })));
        }
    }
}
