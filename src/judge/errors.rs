//! What a refused call says (ERR).

use serde_json::{Map, Value};

use super::cases::{counted, each_case};
use super::evidence::{Asked, Evidence, status_text};
use super::outcome::{HOLDS, Judgement, Outcome, seen};
use super::schema::{Schema, Violation, violations};
use crate::graph::{Answer, Exchange, GraphError, Identity, Purpose};

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
fn is_a_gateways(answer: &Answer) -> bool {
    let label = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    matches!(answer.status, 408 | 429 | 500..=599) && !label.contains("json")
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
        let found = violations(Schema::Error, &body);
        if found.iter().any(|it| it.rule == "ERR-01") || !concerns(&body) {
            return None;
        }
        Some(verdict(found, rule, expected, exchange.number))
    })
}

fn verdict(found: Vec<Violation>, rule: &str, expected: &str, number: u32) -> Judgement {
    match found.into_iter().find(|it| it.rule == rule) {
        None => HOLDS,
        Some(violation) => Err(Outcome::broken(
            expected,
            super::answers::at(&violation.pointer, &violation.message),
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
                verdict(violations(Schema::Error, &body), "ERR-01", EXPECTED, exchange.number)
            }
            Err(mistake) => Err(Outcome::broken(
                EXPECTED,
                format!("{}: no JSON ({mistake})", answer.status),
                [exchange.number],
            )),
        };
        Some(match judgement {
            Err(Outcome::Broken { expected, actual, exchanges }) if is_a_gateways(answer) => {
                Err(Outcome::Doubtful { expected, actual, exchanges })
            }
            other => other,
        })
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
            Some((exchange.number, inner_error(&body["error"]).as_object()?.clone()))
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
        let code = error.code.as_deref().filter(|code| !code.is_empty())?;
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

/// A link for an item that is gone: 404, code `itemNotFound`.
///
/// # Errors
/// Broken with another status or code; not run when the item could not be deleted.
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
    if asked.answer.status == 404 && asked.answer.error().says("itemNotFound") {
        return HOLDS;
    }
    Err(Outcome::broken(
        "404 Not Found, code itemNotFound",
        status_text(asked.answer),
        [asked.number()],
    ))
}

/// A malformed id: 400 or 404.
///
/// # Errors
/// Broken with another status.
pub fn malformed_id(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        400 | 404 => HOLDS,
        _ => Err(Outcome::broken(
            "400 Bad Request or 404 Not Found",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// Each refused request with bad parameters is answered 400.
///
/// What is bad beyond doubt: a body that is no JSON object, a type or scope outside the documented list.
///
/// # Errors
/// Broken with another refusal; a request that was granted is another rule's business.
pub fn bad_parameters(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.run_asked().filter(|it| it.exchange.identity == Identity::Owner);
    each_case(asked, "no request with bad parameters was refused in this run", |asked| {
        if !is_json_label(asked) || !has_bad_parameters(asked) {
            return None;
        }
        match asked.answer.status {
            400 => Some(HOLDS),
            401..=499 => Some(Err(Outcome::broken(
                "400 Bad Request for bad parameters",
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
    outside("type", &["view", "edit", "embed"])
        || outside("scope", &["anonymous", "organization", "users", "existingAccess"])
}

/// A wrong method: 405; 400 and 404 are tolerated.
///
/// # Errors
/// Doubtful with another refusal; not run when it was no refusal, which is PATH-07's business.
pub fn wrong_method(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let (exchange, answer) = evidence.last(|it| it.purpose == Purpose::WrongMethod)?;
    match answer.status {
        405 => HOLDS,
        400 | 404 => seen(format!("{}, which is tolerated", status_text(answer))),
        401..=499 => {
            Err(Outcome::doubtful("405 Method Not Allowed", status_text(answer), [exchange.number]))
        }
        _ => Err(Outcome::not_run(format!(
            "the wrong method was not refused (PATH-07): {}",
            status_text(answer)
        ))),
    }
}

/// A wrong media type: 415; 400 is tolerated.
///
/// # Errors
/// Broken with another refusal; not run when it was no refusal, which is REQ-02's business.
pub fn wrong_media_type(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        415 => HOLDS,
        400 => seen("400 Bad Request, which is tolerated"),
        401..=499 => Err(Outcome::broken(
            "415 Unsupported Media Type or 400 Bad Request",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(Outcome::not_run(format!(
            "the wrong media type was not refused (REQ-02): {}",
            status_text(asked.answer)
        ))),
    }
}

/// What is not allowed: 403; 404 is tolerated where the service hides what the caller may not see.
///
/// # Errors
/// Broken with another refusal; not run when it was no refusal, which is AUTH-12's business.
pub fn not_allowed(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        403 => seen(status_text(asked.answer)),
        404 => seen(format!("{}, which hides the item (AUTH-13)", status_text(asked.answer))),
        401 if super::authorization::names_a_scope(asked.answer) => {
            seen("401 with a challenge that names a scope")
        }
        400..=499 => Err(Outcome::broken(
            "403 Forbidden (or 404 Not Found where the item is hidden)",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(Outcome::not_run(format!(
            "the request was not refused (AUTH-12): {}",
            status_text(asked.answer)
        ))),
    }
}

/// No success of any Graph call has a top-level `error`.
///
/// # Errors
/// Broken with the exchange; not run when no success had a JSON body.
pub fn success_has_no_error(evidence: &Evidence<'_>) -> Judgement {
    let successes = evidence.graph_answers().filter(|(_, it)| (200..300).contains(&it.status));
    each_case(successes, "no call of this run succeeded with a JSON body", |(exchange, answer)| {
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
    })
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
