//! The envelope of a granted answer (RESP).

use serde_json::Value;

use super::{NOTHING_GRANTED, canonical, granted, has, recorded};
use crate::judge::evidence::schema::{Schema, violations};
use crate::judge::evidence::{Asked, Evidence};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// Headers that may come with an answer and tell something worth keeping.
const TELLING_HEADERS: [&str; 5] =
    ["odata-version", "deprecation", "sunset", "link", "x-ms-ags-diagnostic"];

/// Every createLink call of the run that was answered 200 or 201, whatever the body.
fn successes<'e>(evidence: &Evidence<'e>) -> Vec<Asked<'e>> {
    evidence.run_asked().filter(|asked| asked.answer.is_success()).collect()
}

/// Each success holds one permission object.
///
/// Page, Response: "a single Permission resource".
///
/// # Errors
/// Broken when the body is an array, a scalar, null or a collection; a body that is no JSON is RESP-03's.
pub fn is_a_single_permission(evidence: &Evidence<'_>) -> Judgement {
    each_case(successes(evidence), NOTHING_GRANTED, |asked| {
        let value = asked.answer.json().ok()?;
        if value.is_object() && ["id", "roles", "link"].iter().all(|it| value.get(it).is_none()) {
            // An error in a success is ERR-14's business.
            return value.get("error").is_none().then(|| {
                Err(Outcome::broken(
                    "one permission as a JSON object, no collection",
                    if value["value"].is_array() {
                        "a collection"
                    } else {
                        "an object without id, roles and link"
                    },
                    [asked.number()],
                ))
            });
        }
        let violation = violations(Schema::CreateLinkAnswer, value)
            .into_iter()
            .find(|violation| violation.rule == "RESP-01");
        Some(match violation {
            None => HOLDS,
            Some(violation) => Err(Outcome::broken(
                "one permission as a JSON object, no collection",
                match kind(value) {
                    "an object" => format!("an object with an array at {}", violation.pointer),
                    kind => kind.to_owned(),
                },
                [asked.number()],
            )),
        })
    })
}

/// Each success is labelled `application/json`.
///
/// # Errors
/// Broken with the media type that came instead; parameters are free.
pub fn is_labelled_json(evidence: &Evidence<'_>) -> Judgement {
    each_case(successes(evidence), NOTHING_GRANTED, |asked| {
        let label = asked.answer.header("content-type").unwrap_or_default();
        let media_type = label.split(';').next().unwrap_or_default().trim();
        Some(if media_type.eq_ignore_ascii_case("application/json") {
            HOLDS
        } else {
            Err(Outcome::broken(
                "Content-Type application/json, with any parameters",
                if label.is_empty() {
                    "no Content-Type".to_owned()
                } else {
                    format!("Content-Type {label}")
                },
                [asked.number()],
            ))
        })
    })
}

/// Each success is valid JSON.
///
/// # Errors
/// Broken with the place where the text stops being JSON.
pub fn is_valid_json(evidence: &Evidence<'_>) -> Judgement {
    each_case(successes(evidence), NOTHING_GRANTED, |asked| {
        let mistake = if asked.answer.not_utf8 {
            Some("the body holds bytes that are no UTF-8".to_owned())
        } else if asked.answer.body.trim().is_empty() {
            Some("an empty body".to_owned())
        } else {
            asked.answer.json().err().map(str::to_owned)
        };
        Some(match mistake {
            None => HOLDS,
            Some(mistake) => Err(Outcome::broken("strict JSON", mistake, [asked.number()])),
        })
    })
}

/// Which `@odata` annotations came.
///
/// # Errors
/// Not run when nothing was granted.
pub fn annotations(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "no @odata annotation", |granted| {
        let names: Vec<&str> = granted
            .permission
            .as_object()?
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with('@'))
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    })
}

/// Which members are missing or came besides those of the canonical answers in `snapshots/`.
///
/// # Errors
/// Not run when nothing was granted.
pub fn further_members(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "the shape of the canonical answers", |granted| {
        canonical::difference(evidence.product, granted)
    })
}

/// Whether `Location` came, and to which host.
///
/// # Errors
/// Not run when nothing was granted.
pub fn location(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "no Location", |granted| {
        let location = granted.answer.header("location")?;
        let host = url::Url::parse(location)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "no absolute URL".to_owned());
        Some(format!("Location on {host}"))
    })
}

/// Each success names its request in `request-id`.
///
/// # Errors
/// Broken when the header is missing or empty.
pub fn has_request_id(evidence: &Evidence<'_>) -> Judgement {
    each_case(successes(evidence), NOTHING_GRANTED, |asked| {
        // An answer has more than this over HTTP: whoever recorded it left the others out.
        if asked.answer.headers.iter().all(|(name, _)| name == "content-type") {
            return None;
        }
        let id = asked.answer.header("request-id").unwrap_or_default();
        Some(if id.trim().is_empty() {
            Err(Outcome::broken("a request-id header", "none", [asked.number()]))
        } else {
            HOLDS
        })
    })
}

/// Which other telling headers came.
///
/// # Errors
/// Not run when nothing was granted.
pub fn other_headers(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "none of them", |granted| {
        let found: Vec<&str> = TELLING_HEADERS
            .into_iter()
            .filter(|name| granted.answer.header(name).is_some())
            .collect();
        (!found.is_empty()).then(|| found.join(" "))
    })
}

/// Whether the service gives the caller's `client-request-id` back.
///
/// # Errors
/// Not run when nothing was granted or no such id was sent.
pub fn client_request_id(evidence: &Evidence<'_>) -> Judgement {
    let sent: Vec<_> = granted(evidence)
        .filter_map(|it| {
            let id = it.exchange.request.header("client-request-id")?;
            Some(
                it.answer.header("client-request-id").is_some_and(|it| it.eq_ignore_ascii_case(id)),
            )
        })
        .collect();
    if sent.is_empty() {
        return Err(Outcome::not_run("no granted request carried a client-request-id"));
    }
    let echoed = sent.iter().filter(|echoed| **echoed).count();
    seen(format!("client-request-id came back in {echoed} of {} answers", sent.len()))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(members) if members.is_empty() => "an empty object",
        Value::Object(_) => "an object",
    }
}

/// Whether the answer's permission has a member, for the record.
pub(super) fn members_present(permission: &Value, members: &[&str]) -> Option<String> {
    let found: Vec<&str> = members.iter().copied().filter(|it| has(permission, it)).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, on_personal, view};

    fn answered(body: &str) -> Telling {
        Telling::new()
            .file()
            .asks(json!({"type": "view", "scope": "anonymous"}), 201, view("p1"))
            .with_answer(body)
    }

    #[test]
    fn a_body_breaks_the_rule_it_breaks_and_no_other() {
        let valid = view("p1").to_string();
        assert_eq!(on_personal(answered(&valid), is_valid_json), HOLDS);
        assert_eq!(on_personal(answered(&valid), is_a_single_permission), HOLDS);
        for body in ["{\"id\": \"p1\",}", "", "<html>"] {
            assert!(matches!(
                on_personal(answered(body), is_valid_json),
                Err(Outcome::Broken { .. })
            ));
            let result = on_personal(answered(body), is_a_single_permission);
            assert!(matches!(result, Err(Outcome::NotRun { .. })));
        }
        for body in ["null", "[]", "\"x\"", "{\"value\": []}"] {
            assert_eq!(on_personal(answered(body), is_valid_json), HOLDS);
            let result = on_personal(answered(body), is_a_single_permission);
            assert!(matches!(result, Err(Outcome::Broken { .. })), "{body}");
        }
    }

    #[test]
    fn a_collection_is_judged_as_no_permission() {
        let body = json!({"value": [view("p1")]}).to_string();
        let check = crate::judge::answers::permission::id_is_a_string;
        assert!(matches!(on_personal(answered(&body), check), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn the_media_type_is_read_with_its_parameters() {
        let label = |label: &str| {
            let telling = answered("{}").with_headers(&[("content-type", label)]);
            on_personal(telling, is_labelled_json)
        };
        let observed = "application/json;odata.metadata=minimal;IEEE754Compatible=false";
        for good in [observed, "Application/JSON ; charset=utf-8"] {
            assert_eq!(label(good), HOLDS);
        }
        for wrong in ["text/plain", "application/json2", ""] {
            assert!(matches!(label(wrong), Err(Outcome::Broken { .. })), "{wrong}");
        }
    }
}
