//! What a refused call says (ERR).

pub mod statuses;

use serde_json::{Map, Value};

use crate::graph::{Answer, Exchange, GraphError, NAMES_OF_REQUESTS, Purpose};
use crate::judge::evidence::Evidence;
use crate::judge::evidence::schema::{Schema, Violation, violations};
use crate::judge::finding::cases::{counted, each_case};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// Errors page: the basic codes.
const DOCUMENTED_CODES: [&str; 17] = [
    "accessDenied",
    "activityLimitReached",
    "extensionError",
    "generalException",
    "invalidRange",
    "invalidRequest",
    "itemNotFound",
    "malwareDetected",
    "nameAlreadyExists",
    "notAllowed",
    "notSupported",
    "resourceModified",
    "resyncRequired",
    "serviceNotAvailable",
    "syncStateNotFound",
    "quotaLimitReached",
    "unauthenticated",
];

/// Codes real services answer with although the page does not list them (ERR-17, THR-09).
const OBSERVED_CODES: [&str; 8] = [
    "noResolvedUsers",
    "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
    "BadRequest",
    "InvalidAuthenticationToken",
    "sharingDisabled",
    "objectNotSupported",
    "TooManyRequests",
    "throttledRequest",
];

/// Why a rule about refusals has no case.
const NOTHING_REFUSED: &str = "no call of this run was refused with a body";

/// Every refused or failed Graph call with a body, whoever sent it.
fn refusals<'e>(evidence: &Evidence<'e>) -> impl Iterator<Item = (&'e Exchange, &'e Answer)> {
    evidence
        .graph_answers()
        .filter(|(_, answer)| answer.status >= 400 && !answer.body.trim().is_empty())
}

/// Whether the answer may come from something in front of the service, which speaks HTML.
fn is_a_gateways(evidence: &Evidence<'_>, answer: &Answer) -> bool {
    let label = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let names_its_request = NAMES_OF_REQUESTS.iter().any(|it| answer.header(it).is_some());
    match answer.status {
        // What fails is the environment's, whatever it says of it (ERR-15).
        500..=599 => true,
        407 => true,
        // A gateway passes on or makes up the request's id, and may label its page as JSON.
        408 | 429 => {
            !label.contains("json") || answer.json().ok().and_then(|it| it.get("error")).is_none()
        }
        // A proxy refuses with a page or an object of its own; the service names the request it answers.
        _ if evidence.is_told() || names_its_request => false,
        _ => label.contains("html") || answer.json().is_ok_and(|it| it.get("error").is_none()),
    }
}

/// What a gateway says is a warning at most.
fn softened(judgement: Judgement, evidence: &Evidence<'_>, answer: &Answer) -> Judgement {
    match judgement {
        Err(Outcome::Broken { expected, actual, exchanges }) if is_a_gateways(evidence, answer) => {
            Err(Outcome::Doubtful { expected, actual, exchanges })
        }
        other => other,
    }
}

fn judged_by_schema(
    evidence: &Evidence<'_>,
    rule: &str,
    expected: &str,
    nothing: &str,
    concerns: fn(&Value) -> bool,
) -> Judgement {
    each_case(refusals(evidence), nothing, |(exchange, answer)| {
        let body = answer.json().ok()?;
        let found = violations(Schema::Error, body);
        if found.iter().any(|it| it.rule == "ERR-01") || !concerns(body) {
            return None;
        }
        Some(softened(verdict(found, rule, expected, exchange.number), evidence, answer))
    })
}

fn verdict(found: Vec<Violation>, rule: &str, expected: &str, number: u32) -> Judgement {
    match found.into_iter().find(|it| it.rule == rule) {
        None => HOLDS,
        Some(violation) => Err(Outcome::broken(
            expected,
            crate::judge::answers::at(&violation.pointer, &violation.message),
            [number],
        )),
    }
}

/// The body of each refused call is one JSON object with the single property `error`.
///
/// # Errors
/// Broken with what came instead; doubtful when it may come from a gateway in front of the service.
pub fn is_one_error_object(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "a JSON object with the single property error";
    each_case(refusals(evidence), NOTHING_REFUSED, |(exchange, answer)| {
        let judgement = match answer.json() {
            Ok(body) => {
                verdict(violations(Schema::Error, body), "ERR-01", EXPECTED, exchange.number)
            }
            Err(mistake) => Err(Outcome::broken(
                EXPECTED,
                format!("{}: no JSON ({mistake})", answer.status),
                [exchange.number],
            )),
        };
        Some(softened(judgement, evidence, answer))
    })
}

/// `error.code` and `error.message` are non-empty strings.
///
/// # Errors
/// Broken with the JSON pointer.
pub fn has_code_and_message(evidence: &Evidence<'_>) -> Judgement {
    let expected = "error.code and error.message are non-empty strings";
    judged_by_schema(evidence, "ERR-02", expected, NOTHING_REFUSED, |_| true)
}

/// `error.innerError`, in either spelling and at any depth, is an object.
///
/// # Errors
/// Broken with the JSON pointer; not run when no error had one.
pub fn inner_errors_are_objects(evidence: &Evidence<'_>) -> Judgement {
    judged_by_schema(
        evidence,
        "ERR-03",
        "innerError is an object, or nothing",
        "no error of this run had an innerError",
        |body| !inner_error(&body["error"]).is_null(),
    )
}

fn inner_error(error: &Value) -> &Value {
    match &error["innerError"] {
        Value::Null => &error["innererror"],
        inner => inner,
    }
}

/// Inner errors usually name the request and the date.
///
/// # Errors
/// Broken when not one of them does; not run when no error had one.
pub fn inner_errors_name_the_request(evidence: &Evidence<'_>) -> Judgement {
    const MEMBERS: [&str; 3] = ["date", "request-id", "client-request-id"];
    let inner: Vec<(u32, Map<String, Value>)> = refusals(evidence)
        .filter_map(|(exchange, answer)| {
            let body = answer.json().ok()?;
            let mut inner = inner_error(&body["error"]);
            let mut members = inner.as_object()?.clone();
            // Nested ones count as one: the details may stand at any depth.
            while let Some(deeper) = inner_error(inner).as_object() {
                members.extend(deeper.clone());
                inner = inner_error(inner);
            }
            Some((exchange.number, members))
        })
        .collect();
    if inner.is_empty() {
        return Err(Outcome::not_run("no error of this run had an innerError"));
    }
    let counts = MEMBERS.map(|member| inner.iter().filter(|it| it.1.contains_key(member)).count());
    let told: Vec<String> =
        MEMBERS.iter().zip(counts).map(|(member, count)| format!("{member} in {count}")).collect();
    if counts.iter().all(|count| *count == 0) {
        return Err(Outcome::broken(
            "date, request-id or client-request-id in innerError",
            format!("none of them in {} inner errors", inner.len()),
            inner.first().map(|it| it.0),
        ));
    }
    seen(format!("of {} inner errors: {}", inner.len(), told.join(", ")))
}

/// Each `error.code` is one of the documented basic codes.
///
/// # Errors
/// Doubtful with a code that is neither documented nor known from real services, unless an inner code
/// is (ERR-07).
pub fn code_is_documented(evidence: &Evidence<'_>) -> Judgement {
    each_case(refusals(evidence), "no refusal of this run had a code", |(exchange, answer)| {
        let error = answer.error();
        // What fails is the environment's, with whatever code (ERR-15).
        let code = error.code.as_deref().filter(|it| !it.is_empty() && answer.status < 500)?;
        Some(if DOCUMENTED_CODES.contains(&code) {
            HOLDS
        } else if OBSERVED_CODES.contains(&code) {
            seen(format!("{code} is not among the documented codes, but known from practice"))
        } else if let Some(inner) =
            error.inner_codes.iter().rev().find(|it| DOCUMENTED_CODES.contains(&it.as_str()))
        {
            seen(format!("{code} is not documented; the inner code {inner} is"))
        } else {
            Err(Outcome::doubtful(
                "one of the codes of the errors page",
                format!("code {code} with {}", answer.status),
                [exchange.number],
            ))
        })
    })
}

/// Which codes outside the documented list came.
///
/// # Errors
/// Not run when nothing was refused.
pub fn undocumented_codes(evidence: &Evidence<'_>) -> Judgement {
    let mut refused = false;
    let mut found = Vec::new();
    for (_, answer) in refusals(evidence) {
        refused = true;
        let GraphError { code, inner_codes, .. } = answer.error();
        found.extend(code.filter(|it| !DOCUMENTED_CODES.contains(&it.as_str())));
        found.extend(
            inner_codes
                .into_iter()
                .filter(|it| !DOCUMENTED_CODES.contains(&it.as_str()))
                .map(|it| format!("{it} (inner)")),
        );
    }
    if !refused {
        return Err(Outcome::not_run(NOTHING_REFUSED));
    }
    seen(if found.is_empty() { "every code is documented".to_owned() } else { counted(found) })
}

/// No success of any Graph call has a top-level `error`.
///
/// # Errors
/// Broken with the exchange; not run when no success had a JSON body.
pub fn success_has_no_error(evidence: &Evidence<'_>) -> Judgement {
    let successes = evidence.graph_answers().filter(|(_, it)| (200..300).contains(&it.status));
    let held = each_case(
        successes,
        "no call of this run succeeded with a JSON body",
        |(exchange, answer)| {
            // The content of a file is not Graph's to shape.
            if exchange.purpose == Purpose::ReadThroughLink {
                return None;
            }
            let body = answer.json().ok()?;
            let error = body.get("error").filter(|it| !it.is_null());
            Some(match error {
                None => HOLDS,
                Some(_) => Err(Outcome::broken(
                    "no error in the body of a success",
                    format!("{} with an error", answer.status),
                    [exchange.number],
                )),
            })
        },
    )?;
    // Without a single grant the run shows the calls around createLink only.
    evidence.grants_something()?;
    Ok(held)
}

/// Whether errors carry `target` and `details`.
///
/// # Errors
/// Broken when they have another form; not run when nothing was refused.
pub fn target_and_details(evidence: &Evidence<'_>) -> Judgement {
    let expected = "target is a string, details a list of objects";
    judged_by_schema(evidence, "ERR-16", expected, NOTHING_REFUSED, |_| true)?;
    let found: Vec<String> = refusals(evidence)
        .filter_map(|(_, answer)| answer.json().ok())
        .flat_map(|body| {
            ["target", "details"]
                .into_iter()
                .filter(|it| !body["error"][*it].is_null())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    seen(if found.is_empty() { "neither came".to_owned() } else { counted(found) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, on_personal, refusal, view};

    fn refused(status: u16, body: Value) -> Telling {
        Telling::new().file().asks(json!({"type": "view"}), 201, view("p1")).asks(
            json!({"type": "owner"}),
            status,
            body,
        )
    }

    #[test]
    fn the_form_of_an_error_is_one_rule_at_a_time() {
        let good = || refused(400, refusal("invalidRequest"));
        for check in [is_one_error_object, has_code_and_message, inner_errors_are_objects] {
            assert_eq!(on_personal(good(), check), HOLDS);
        }
        let unwrapped = || refused(400, json!({"code": "x", "message": "y"}));
        assert!(matches!(
            on_personal(unwrapped(), is_one_error_object),
            Err(Outcome::Broken { .. })
        ));
        assert!(matches!(
            on_personal(unwrapped(), has_code_and_message),
            Err(Outcome::NotRun { .. })
        ));
        let coded = || refused(400, json!({"error": {"code": 7, "message": "y"}}));
        assert_eq!(on_personal(coded(), is_one_error_object), HOLDS);
        assert!(matches!(on_personal(coded(), has_code_and_message), Err(Outcome::Broken { .. })));
        assert!(matches!(
            on_personal(coded(), inner_errors_are_objects),
            Err(Outcome::NotRun { .. })
        ));
    }

    #[test]
    fn a_page_of_html_may_be_a_gateways() {
        let told = |status| {
            refused(status, Value::Null)
                .with_answer("<html></html>")
                .with_headers(&[("content-type", "text/html")])
        };
        assert!(matches!(on_personal(told(400), is_one_error_object), Err(Outcome::Broken { .. })));
        assert!(matches!(
            on_personal(told(502), is_one_error_object),
            Err(Outcome::Doubtful { .. })
        ));
        // Whatever a throttling gateway sends along: what is throttled is the environment's.
        for (label, body) in [
            ("text/html", "<html></html>"),
            ("application/json", "<html></html>"),
            ("application/json", r#"{"message": "API rate limit exceeded"}"#),
            ("text/plain", "Too Many Requests"),
        ] {
            let throttled = refused(429, Value::Null)
                .with_answer(body)
                .with_headers(&[("content-type", label), ("request-id", "7d3f2c5e")]);
            let found = on_personal(throttled, is_one_error_object);
            assert!(matches!(found, Err(Outcome::Doubtful { .. })), "{label} {body}: {found:?}");
        }
        let wrong = refused(429, json!({"error": "slow down"}));
        assert!(matches!(on_personal(wrong, is_one_error_object), Err(Outcome::Broken { .. })));
        let empty = refused(400, Value::Null);
        assert!(matches!(on_personal(empty, is_one_error_object), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn codes_are_documented_or_known() {
        let told = |code: &str| refused(400, refusal(code));
        assert_eq!(on_personal(told("invalidRequest"), code_is_documented), HOLDS);
        assert!(on_personal(told("BadRequest"), code_is_documented).unwrap().is_some());
        let result = on_personal(told("myOwnCode"), code_is_documented);
        assert!(matches!(result, Err(Outcome::Doubtful { .. })));
        let inner = json!({"error": {"code": "myOwnCode", "message": "x",
            "innererror": {"code": "accessDenied"}}});
        assert!(on_personal(refused(403, inner), code_is_documented).unwrap().is_some());
        assert_eq!(on_personal(told("BadRequest"), undocumented_codes), seen("BadRequest"));
    }

    #[test]
    fn inner_errors_count_at_any_depth() {
        let told = |inner: Value| {
            refused(400, json!({"error": {"code": "a", "message": "b", "innerError": inner}}))
        };
        let nested = json!({"code": "x", "innererror": {"request-id": "1"}});
        assert!(on_personal(told(nested), inner_errors_name_the_request).is_ok());
        let result = on_personal(told(json!({"code": "x"})), inner_errors_name_the_request);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
    }

    #[test]
    fn a_success_with_an_error_is_found_and_judged_for_nothing_else() {
        let body = json!({"id": "p2", "error": {"code": "x", "message": "y"}});
        let told = || refused(200, body.clone());
        assert!(matches!(on_personal(told(), success_has_no_error), Err(Outcome::Broken { .. })));
        let check = crate::judge::answers::permission::has_a_link;
        assert_eq!(on_personal(told(), check), HOLDS, "only the first answer is judged");
        let null = refused(200, json!({"id": "p2", "error": null}));
        assert_eq!(on_personal(null, success_has_no_error), HOLDS);
    }
}
