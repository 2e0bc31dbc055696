//! Adapter protocol, version 1: one JSON object a line, each checked against `schemas/adapter/`.

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::graph::{Asking, Part, Surfaced};

/// The version spoken here.
pub const PROTOCOL: u64 = 1;

/// What an adapter says about its library.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The client library, as its registry names it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its language.
    pub language: String,
    /// The documented addresses it can name.
    pub addresses: Vec<String>,
    /// How many calls it can have under way at a time, where it says so.
    #[serde(default)]
    pub concurrency: Option<NonZeroUsize>,
    /// What of a request the application writes, since the library takes it as it is.
    #[serde(default)]
    pub by_application: Vec<Part>,
}

static HELLO: LazyLock<Validator> =
    LazyLock::new(|| validator(include_str!("../../schemas/adapter/hello-answer.schema.json")));
static CREATE_LINK: LazyLock<Validator> = LazyLock::new(|| {
    validator(include_str!("../../schemas/adapter/create-link-answer.schema.json"))
});

fn validator(schema: &str) -> Validator {
    // Invariant: the schemas are part of the binary; a test builds every one.
    #[expect(clippy::expect_used, reason = "the schemas are constants")]
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    #[expect(clippy::expect_used, reason = "the schemas are constants")]
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&schema)
        .expect("the schema is valid")
}

/// The line that opens a conversation with an adapter.
pub(super) fn hello_line(id: u64) -> String {
    json!({ "id": id, "op": "hello", "protocol": PROTOCOL }).to_string()
}

/// The line that ends it.
pub(super) fn bye_line(id: u64) -> String {
    json!({ "id": id, "op": "bye" }).to_string()
}

/// The line that has an adapter ask for a link.
pub fn create_link_line(id: u64, asking: &Asking) -> String {
    json!({
        "id": id, "op": "createLink", "baseUrl": asking.base_url, "token": asking.token,
        "address": asking.address, "request": asking.request,
    })
    .to_string()
}

/// Reads the answer to hello.
///
/// # Errors
/// The schema's complaint.
pub(super) fn read_hello(answer: &Value) -> Result<Hello, String> {
    complain(&HELLO, answer)?;
    let mut members = answer.as_object().cloned().unwrap_or_default();
    drop_nulls(&mut members);
    serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())
}

/// Reads the answer to createLink.
///
/// # Errors
/// The schema's complaint.
pub(super) fn read_surfaced(answer: &Value) -> Result<Surfaced, String> {
    complain(&CREATE_LINK, answer)?;
    // A member that is null is absent: each of these reads null as nothing.
    let status = |value: &Value| value.as_u64().and_then(|it| u16::try_from(it).ok());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(reason) = text(&answer["unsupported"]) {
        return Ok(Surfaced::Unsupported(reason));
    }
    if let Some(error) = answer.get("error").filter(|it| !it.is_null()) {
        return Ok(Surfaced::Error {
            status: status(&error["status"]),
            code: text(&error["code"]),
            message: text(&error["message"]).unwrap_or_default(),
        });
    }
    Ok(Surfaced::Permission {
        permission: answer["permission"].clone(),
        status: status(&answer["status"]),
    })
}

fn drop_nulls(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
}

/// The members of an answer that mean nothing here: most often a slip of the pen.
pub(super) fn unknown_members(answer: &Value) -> Vec<String> {
    const KNOWN: [&str; 12] = [
        "id",
        "protocol",
        "name",
        "version",
        "language",
        "addresses",
        "concurrency",
        "byApplication",
        "permission",
        "status",
        "error",
        "unsupported",
    ];
    const KNOWN_IN_ERROR: [&str; 3] = ["status", "code", "message"];
    let unknown = |object: &Value, known: &[&str], before: &str| -> Vec<String> {
        let members = object.as_object().into_iter().flatten();
        members
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, _)| format!("{before}{name}"))
            .collect()
    };
    let mut found = unknown(answer, &KNOWN, "");
    found.extend(unknown(&answer["error"], &KNOWN_IN_ERROR, "error."));
    found
}

fn complain(validator: &Validator, answer: &Value) -> Result<(), String> {
    let complaints: Vec<String> = validator
        .iter_errors(answer)
        .map(|error| match error.instance_path().to_string() {
            place if place.is_empty() => error.to_string(),
            place => format!("{place}: {error}"),
        })
        .take(3)
        .collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::ItemAddress;

    fn complaint(answer: Value) -> String {
        read_surfaced(&answer).unwrap_err()
    }

    #[test]
    fn answers_are_read_as_documented() {
        let hello = json!({"id":0,"name":"msgraph-sdk","version":"1.65.0","language":"python","addresses":["drives"]});
        assert_eq!(read_hello(&hello).unwrap().name, "msgraph-sdk");
        assert!(read_hello(&json!({"id":0,"name":"x"})).unwrap_err().contains("version"));
        for permission in [json!(null), json!({}), json!("text"), json!([1])] {
            let answer = json!({"id": 7, "permission": permission});
            assert_eq!(
                read_surfaced(&answer),
                Ok(Surfaced::Permission { permission, status: None })
            );
        }
        assert!(complaint(json!({"id": 7})).contains("oneOf"));
        assert!(
            complaint(json!({"id": 7, "permission": {}, "error": {"message": ""}}))
                .contains("oneOf")
        );
        assert!(
            complaint(json!({"id": 7, "error": {"status": "403", "message": ""}}))
                .contains("/error/status")
        );
        assert!(complaint(json!({"permission": {}})).contains("id"));
    }

    #[test]
    fn a_member_that_is_null_is_absent_and_an_unknown_one_is_passed_over() {
        let error = |status, code: Option<&str>, message: &str| Surfaced::Error {
            status,
            code: code.map(str::to_owned),
            message: message.to_owned(),
        };
        for (answer, expected) in [
            (
                json!({"id": 1, "permission": null, "status": null, "error": {"status": null, "code": null, "message": null}, "unsupported": null}),
                error(None, None, ""),
            ),
            (
                json!({"id": 1, "error": {"status": 403, "code": "x"}}),
                error(Some(403), Some("x"), ""),
            ),
            (json!({"id": 1, "error": {}, "took": 3}), error(None, None, "")),
            (
                json!({"id": 1, "permission": null, "error": null, "status": 201, "debug": [1]}),
                Surfaced::Permission { permission: Value::Null, status: Some(201) },
            ),
            (
                json!({"id": 1, "permission": null, "unsupported": "no"}),
                Surfaced::Unsupported("no".to_owned()),
            ),
        ] {
            assert_eq!(read_surfaced(&answer), Ok(expected), "{answer}");
        }
        assert!(complaint(json!({"id": 1, "error": null})).contains("oneOf"));
        let hello = json!({"id": 0, "name": "x", "version": "1", "language": "php", "addresses": ["me"],
            "protocol": null, "concurrency": 1, "byApplication": ["path"], "homepage": "https://x.example"});
        let read = read_hello(&hello).unwrap();
        assert_eq!(read.concurrency.map(NonZeroUsize::get), Some(1));
        assert_eq!(read.by_application, [Part::Path]);
        assert_eq!(unknown_members(&hello), ["homepage"]);
        let nothing = json!({"id": 0, "name": "x", "version": "1", "language": "c", "addresses": ["me"], "concurrency": null, "byApplication": null});
        let read = read_hello(&nothing).unwrap();
        assert_eq!((read.concurrency, read.by_application.len()), (None, 0));
        assert!(read_hello(&json!({"id": 0, "name": "x", "version": "1", "language": "c", "addresses": ["me"], "concurrency": 0})).is_err());
        assert_eq!(unknown_members(&json!({"id": 1, "error": {"sttaus": 403}})), ["error.sttaus"]);
    }

    #[test]
    fn questions_satisfy_their_schema() {
        let schema = validator(include_str!("../../schemas/adapter/question.schema.json"));
        let item_id = "i".to_owned();
        let addresses = [
            ItemAddress::Drives { drive_id: "d".into(), item_id: item_id.clone() },
            ItemAddress::Groups { group_id: "g".into(), item_id: item_id.clone() },
            ItemAddress::Me { item_id: item_id.clone() },
            ItemAddress::Sites { site_id: "s".into(), item_id: item_id.clone() },
            ItemAddress::Users { user_id: "u".into(), item_id },
        ];
        let mut lines = vec![hello_line(0), bye_line(9)];
        lines.extend(addresses.map(|address| {
            let asking = Asking {
                base_url: "http://127.0.0.1:1/v1.0".into(),
                token: "token".into(),
                address,
                request: serde_json::Map::from_iter([("type".to_owned(), json!("view"))]),
            };
            create_link_line(7, &asking)
        }));
        for line in lines {
            let question: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(complain(&schema, &question), Ok(()), "{line}");
        }
        assert!(complain(&schema, &json!({"id": 1, "op": "createLink"})).is_err());
    }
}
