//! The envelope of a request (REQ).

use serde_json::Value;

use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// A body with another media type is refused.
///
/// Page, Request headers: Content-Type application/json is required. The errors page gives 415; 400 is tolerated.
///
/// # Errors
/// Broken when it is granted, or refused for another reason.
pub fn other_media_type_is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    evidence.refusal_is_not_the_bodys(&asked)?;
    match asked.answer.status {
        400 | 415 => HOLDS,
        401..=499 => Err(Outcome::broken(
            "415 Unsupported Media Type or 400 Bad Request",
            format!("{}, which is another reason", status_text(asked.answer)),
            [asked.number()],
        )),
        _ => Err(Outcome::broken(
            "415 Unsupported Media Type or 400 Bad Request",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// Malformed JSON is refused, and the answer says why.
///
/// # Errors
/// Broken when it is granted or the body is empty, doubtful with another status than 400 and 422; the form of the error is ERR-01's business.
pub fn broken_json_is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    const EXPECTED: &str = "400 Bad Request or 422 Unprocessable Entity, with an error body";
    crate::judge::chapters::refusal::is_refused_for_its_body(evidence, index)?;
    let asked = evidence.asked(index)?;
    if asked.answer.body.trim().is_empty() {
        return Err(Outcome::broken(
            EXPECTED,
            format!("{} with an empty body", status_text(asked.answer)),
            [asked.number()],
        ));
    }
    HOLDS
}

/// Text behind the JSON object makes it malformed, and it is refused with 400.
///
/// # Errors
/// Doubtful when the object before it is granted: that is no JSON, though parsers are common that stop
/// reading there. As [`broken_json_is_refused`] for a refusal.
pub fn text_behind_is_refused(evidence: &Evidence<'_>, index: usize) -> Judgement {
    broken_json_is_refused(evidence, index).map_err(|outcome| {
        match (outcome, evidence.asked(index)) {
            (Outcome::Broken { expected, actual, exchanges }, Ok(asked))
                if asked.answer.is_success() =>
            {
                Outcome::Doubtful { expected, actual, exchanges }
            }
            (outcome, _) => outcome,
        }
    })
}

/// Properties set to null are properties left out: such a link as without them, no less open and no
/// shorter.
///
/// Whether it is the very same link is IDEM-03's business.
///
/// # Errors
/// Broken when the request is refused or its answer describes another kind of link.
pub fn null_is_absent(evidence: &Evidence<'_>, without: usize, with_null: usize) -> Judgement {
    let one = evidence.granted(without)?;
    let asked = evidence.asked(with_null)?;
    if !asked.answer.is_success() {
        crate::judge::chapters::acceptance::refusal_or_not_run(&asked)?;
        return Err(Outcome::broken(
            "the same answer as without the properties",
            status_text(asked.answer),
            [asked.number()],
        ));
    }
    let other = evidence.granted(with_null)?;
    if !one.link().is_object() || !other.link().is_object() {
        return Err(Outcome::not_run("an answer has no link (PERM-06)"));
    }
    crate::judge::chapters::acceptance::tells_links_apart(evidence, &one)?;
    let pair = |name: &'static str, look: fn(&Value) -> Value| {
        (name, look(one.permission), look(other.permission))
    };
    let members = [
        pair("link.type", |it| it["link"]["type"].clone()),
        pair("link.scope", |it| it["link"]["scope"].clone()),
        pair("hasPassword", |it| Value::from(it["hasPassword"] == true)),
        pair("an expirationDateTime", |it| {
            Value::from(crate::judge::evidence::expiration::expires(it))
        }),
    ];
    match members.into_iter().find(|(_, left, right)| left != right) {
        None => the_same_permission(evidence, &one, &other),
        Some((member, left, right)) => Err(Outcome::broken(
            format!("{member} {left}, as without the properties"),
            format!("{member} {right}"),
            [one.number(), other.number()],
        )),
    }
}

/// The second of two requests that ask for the same gets the permission of the first.
fn the_same_permission(
    evidence: &Evidence<'_>,
    one: &Granted<'_>,
    other: &Granted<'_>,
) -> Judgement {
    let same_url = one.request_url() == other.request_url();
    match (one.id(), other.id()) {
        (Some(first), Some(second)) if first != second && same_url => {
            if crate::judge::chapters::repeats::repeats_return_the_same_permission(evidence)
                .is_err()
            {
                return HOLDS;
            }
            Err(Outcome::broken(
                format!("the permission {first}, as without the properties"),
                format!("{}: {second}", status_text(other.answer)),
                [one.number(), other.number()],
            ))
        }
        _ => HOLDS,
    }
}

/// `expirationDateTime` set to null gives a new link no expiration where its absence gives none.
///
/// # Errors
/// Broken when it has one; not run when links expire that were asked for without the property.
pub fn null_gives_no_expiration(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let granted = evidence.granted(index)?;
    let (mut lasts, mut ends) = (false, false);
    for other in evidence.run_granted() {
        let members = other.exchange.request.members();
        if members.is_some_and(|it| !it.contains_key("expirationDateTime")) {
            let expires = crate::judge::evidence::expiration::expires(other.permission);
            (lasts, ends) = (lasts || !expires, ends || expires);
        }
    }
    if ends || !lasts {
        return Err(Outcome::not_run("no link of this run shows what no word on expiration gives"));
    }
    if !crate::judge::evidence::expiration::expires(granted.permission) {
        return HOLDS;
    }
    Err(Outcome::broken(
        "no expiration, as without the property",
        format!("expirationDateTime {}", granted.permission["expirationDateTime"]),
        [granted.number()],
    ))
}

/// `retainInheritedPermissions` set to null keeps what the file inherits, as its absence does.
///
/// # Errors
/// Broken when a link that the folder still has no longer applies to the file; not run when the file
/// showed none before.
pub fn null_keeps_inherited_permissions(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let granted = evidence.granted(index)?;
    let act = granted.exchange.act;
    let (before, after) =
        (evidence.listing_until("file", act.saturating_sub(1))?, evidence.listing("file", act)?);
    let folder = evidence.listing("folder", act)?;
    let of_folder: Vec<&Value> = folder
        .links()
        .filter(|link| crate::judge::chapters::refusal::find(&before, link).is_some())
        .collect();
    if of_folder.is_empty() {
        return Err(Outcome::not_run("the folder's links were not listed for the file"));
    }
    match of_folder
        .into_iter()
        .find(|link| crate::judge::chapters::refusal::find(&after, link).is_none())
    {
        None => HOLDS,
        Some(link) => Err(Outcome::broken(
            "the folder's links still apply to the file",
            format!("the folder's {} link is no longer listed for it", link["link"]["type"]),
            [granted.number()].into_iter().chain(after.exchanges.iter().copied()),
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
    use crate::judge::testing::{Telling, evidence, refusal, view};

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Business, &tenant))
    }

    #[test]
    fn text_behind_an_object_that_is_passed_over_is_a_warning() {
        let told = |status, body: Value| {
            let granted = Telling::new().file().asks(json!({"type": "view"}), 201, view("g"));
            let telling = Telling::new().file().asks(json!({"type": "view"}), status, body);
            [telling.with_body(r#"{"type":"view"}{}"#).done(), granted.done()]
        };
        let check = |evidence: &Evidence<'_>| text_behind_is_refused(evidence, 0);
        assert_eq!(judged(&told(400, refusal("invalidRequest")), check), HOLDS);
        let taken = judged(&told(201, view("p1")), check);
        assert!(matches!(taken, Err(Outcome::Doubtful { .. })), "{taken:?}");
        let other = judged(&told(403, refusal("accessDenied")), check);
        assert!(matches!(other, Err(Outcome::Doubtful { .. })), "{other:?}");
    }

    #[test]
    fn null_is_no_expiration_where_no_word_is_none() {
        let plain = || Telling::new().file().asks(json!({"type": "view"}), 201, view("p1")).done();
        let told = |ends: Value| {
            let mut answer = view("p2");
            answer["expirationDateTime"] = ends;
            let request = json!({"type": "view", "expirationDateTime": null});
            Telling::new().file().asks(request, 201, answer).done()
        };
        let check = |evidence: &Evidence<'_>| null_gives_no_expiration(evidence, 0);
        assert_eq!(judged(&[told(Value::Null), plain()], check), HOLDS);
        let ends = || json!("2030-01-01T00:00:00Z");
        let result = judged(&[told(ends()), plain()], check);
        assert!(matches!(result, Err(Outcome::Broken { .. })), "{result:?}");
        let result = judged(&[told(ends())], check);
        assert!(matches!(result, Err(Outcome::NotRun { .. })), "nothing to compare with");
        let mut policy = view("p3");
        policy["expirationDateTime"] = ends();
        let policy = Telling::new().file().asks(json!({"type": "view"}), 201, policy).done();
        let result = judged(&[told(ends()), policy], check);
        assert!(matches!(result, Err(Outcome::NotRun { .. })), "a policy ends all links");
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
        assert_eq!(judged(&told(201, view("p2")), check), HOLDS, "that is IDEM-03's business");
        let plain = json!({"type": "view", "scope": "anonymous"});
        let repeated = Telling::new().file().asks(plain.clone(), 201, view("r1"));
        let repeated = repeated.asks(plain, 200, view("r1")).done();
        let [another] = told(201, view("p2"));
        let result = judged(&[another, repeated], check);
        assert!(
            matches!(result, Err(Outcome::Broken { .. })),
            "a repeat gets the same: {result:?}"
        );
        for (status, body) in [(200, protected), (400, refusal("invalidRequest"))] {
            assert!(matches!(judged(&told(status, body), check), Err(Outcome::Broken { .. })));
        }
        assert!(matches!(judged(&told(202, view("p1")), check), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn a_null_that_wipes_inherited_permissions_is_found() {
        let told = |left: Value| {
            let folder = json!([view("f1")]);
            [Telling::new()
                .made("folder")
                .file()
                .asks_for("folder", json!({"type": "view"}), 201, view("f1"))
                .lists("file", &folder)
                .asks(json!({"retainInheritedPermissions": null}), 201, view("p1"))
                .lists("file", &left)
                .lists("folder", &folder)
                .done()]
        };
        let check = |evidence: &Evidence<'_>| null_keeps_inherited_permissions(evidence, 1);
        assert_eq!(judged(&told(json!([view("p1"), view("f1")])), check), HOLDS);
        let result = judged(&told(json!([view("p1")])), check);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
    }

    #[test]
    fn another_media_type_is_refused_for_what_it_is() {
        let told = |status| {
            let granted = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
            granted.asks(json!({"type": "view"}), status, refusal("invalidRequest"))
        };
        let check = |evidence: &Evidence<'_>| other_media_type_is_refused(evidence, 1);
        for status in [415, 400] {
            assert_eq!(judged(&[told(status).done()], check), HOLDS);
        }
        for status in [403, 406, 410] {
            let result = judged(&[told(status).done()], check);
            assert!(matches!(result, Err(Outcome::Broken { .. })), "{status}");
        }
    }

    #[test]
    fn malformed_json_needs_a_refusal_with_a_reason() {
        let told = |status, body: Value| {
            let own = Telling::new().file().asks(json!(null), status, body);
            let other = Telling::new().file().asks(json!({"type": "view"}), 201, view("p2"));
            [own.done(), other.done()]
        };
        let check = |evidence: &Evidence<'_>| broken_json_is_refused(evidence, 0);
        assert_eq!(judged(&told(400, refusal("invalidRequest")), check), HOLDS);
        assert_eq!(judged(&told(422, refusal("invalidRequest")), check), HOLDS);
        assert!(matches!(judged(&told(404, refusal("x")), check), Err(Outcome::Doubtful { .. })));
        for (status, body) in [(400, Value::Null), (201, view("p1"))] {
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
