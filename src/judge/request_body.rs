//! The envelope of a request (REQ).

use serde_json::Value;

use super::evidence::{Evidence, status_text};
use super::outcome::{HOLDS, Judgement, Outcome, seen};

/// A body with another media type is refused.
///
/// Page, Request headers: Content-Type application/json is required. Which refusal it is, is ERR-12's business.
///
/// # Errors
/// Broken when it is granted, or refused for want of a token, of rights or of the item.
pub fn other_media_type_is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        401 | 403 | 404 => Err(Outcome::broken(
            "415 Unsupported Media Type or 400 Bad Request",
            format!("{}, which is another reason", status_text(asked.answer)),
            [asked.number()],
        )),
        400..=499 => HOLDS,
        _ => Err(Outcome::broken(
            "415 Unsupported Media Type or 400 Bad Request",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// Malformed JSON is refused with 400, and the answer says why.
///
/// # Errors
/// Broken with another status or an empty body; the form of the error is ERR-01's business.
pub fn broken_json_is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    const EXPECTED: &str = "400 Bad Request with an error body";
    super::refusal::is_answered_with(evidence, index, &[400], EXPECTED)?;
    let asked = evidence.asked(index)?;
    if asked.answer.body.trim().is_empty() {
        return Err(Outcome::broken(EXPECTED, "400 with an empty body", [asked.number()]));
    }
    HOLDS
}

/// Properties set to null are properties left out: the same link, and as unprotected and lasting as it was.
///
/// # Errors
/// Broken when the request is refused or its answer differs.
pub fn null_is_absent(evidence: &Evidence<'_>, without: usize, with_null: usize) -> Judgement {
    let one = evidence.granted(without)?;
    let asked = evidence.asked(with_null)?;
    if !asked.answer.is_success() {
        return Err(Outcome::broken(
            "the same answer as without the properties",
            status_text(asked.answer),
            [asked.number()],
        ));
    }
    let other = evidence.granted(with_null)?;
    if one.id().is_none() || other.id().is_none() {
        return Err(Outcome::not_run("an answer has no string id (PERM-01)"));
    }
    let protected = |permission: &Value| Value::from(permission["hasPassword"] == true);
    let members: [(&str, Value, Value); 3] = [
        ("id", one.permission["id"].clone(), other.permission["id"].clone()),
        ("hasPassword", protected(&one.permission), protected(&other.permission)),
        (
            "expirationDateTime",
            one.permission["expirationDateTime"].clone(),
            other.permission["expirationDateTime"].clone(),
        ),
    ];
    match members.into_iter().find(|(_, left, right)| left != right) {
        None => HOLDS,
        Some((member, left, right)) => Err(Outcome::broken(
            format!("{member} {left}, as without the properties"),
            format!("{member} {right}"),
            [one.number(), other.number()],
        )),
    }
}

/// What a request outside the documentation is answered with, for the record.
///
/// # Errors
/// Not run or inconclusive when there is no answer to record.
pub fn what_came(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    let Ok(granted) = evidence.granted(index) else {
        return seen(status_text(asked.answer));
    };
    let member = |name: &str| match &granted.link()[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    seen(format!(
        "{}, type {}, scope {}",
        status_text(asked.answer),
        member("type"),
        member("scope")
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Recording, Tenant};
    use crate::judge::testing_b::{Telling, evidence, refusal, view};

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Business, &tenant))
    }

    #[test]
    fn null_properties_change_nothing() {
        let told = |status, body: Value| {
            let first = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
            let request = json!({"type": "view", "password": null, "expirationDateTime": null});
            [first.asks(request, status, body).done()]
        };
        let check = |evidence: &Evidence<'_>| null_is_absent(evidence, 0, 1);
        let mut same = view("p1");
        same.as_object_mut().unwrap().remove("hasPassword");
        assert_eq!(judged(&told(200, same), check), HOLDS);
        let mut protected = view("p1");
        protected["hasPassword"] = json!(true);
        for (status, body) in
            [(201, view("p2")), (200, protected), (400, refusal("invalidRequest"))]
        {
            assert!(matches!(judged(&told(status, body), check), Err(Outcome::Broken { .. })));
        }
    }

    #[test]
    fn malformed_json_needs_a_400_with_a_reason() {
        let told = |status, body: Value| {
            let own = Telling::new().file().asks(json!(null), status, body);
            let other = Telling::new().file().asks(json!({"type": "view"}), 201, view("p2"));
            [own.done(), other.done()]
        };
        let check = |evidence: &Evidence<'_>| broken_json_is_refused(evidence, 0);
        assert_eq!(judged(&told(400, refusal("invalidRequest")), check), HOLDS);
        for (status, body) in [(400, Value::Null), (422, refusal("x")), (201, view("p1"))] {
            assert!(matches!(judged(&told(status, body), check), Err(Outcome::Broken { .. })));
        }
    }

    #[test]
    fn what_came_is_told_whatever_it_is() {
        let told = |status, body| [Telling::new().file().asks(json!({}), status, body).done()];
        let check = |evidence: &Evidence<'_>| what_came(evidence, 0);
        assert_eq!(
            judged(&told(201, view("p1")), check),
            seen("201 Created, type view, scope anonymous")
        );
        assert_eq!(
            judged(&told(400, refusal("invalidRequest")), check),
            seen("400 Bad Request, code invalidRequest")
        );
    }
}
