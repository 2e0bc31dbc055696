//! The JSON Schemas of `schemas/`, compiled once and never fetched from anywhere.
//!
//! A subschema that encodes a rule carries its id in `x-linkspec-rule`. A violation belongs to the deepest
//! such subschema on its path, so that one malformed member is one rule's business.

use std::error::Error;
use std::sync::LazyLock;

use jiff::civil::Date;
use jsonschema::{Registry, Retrieve, Uri, Validator};
use regex::Regex;
use serde_json::Value;
use url::Url;

/// What a JSON value is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// A granted answer of createLink.
    CreateLinkAnswer,
    /// Any permission, for example an entry of a list.
    Permission,
    /// A page of `GET .../permissions`.
    PermissionList,
    /// The body of a refused call.
    Error,
    /// The request body the page documents.
    LinkRequest,
}

/// One departure from a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule it breaks.
    pub rule: &'static str,
    /// Where in the value, as a JSON pointer; empty for the value itself.
    pub pointer: String,
    /// What is wrong there, in one line.
    pub message: String,
}

/// The files of `schemas/` that are judged with, by name.
const FILES: [(&str, &str); 8] = [
    (
        "create-link-answer.schema.json",
        include_str!("../../../schemas/create-link-answer.schema.json"),
    ),
    ("permission.schema.json", include_str!("../../../schemas/permission.schema.json")),
    ("permission-list.schema.json", include_str!("../../../schemas/permission-list.schema.json")),
    ("error.schema.json", include_str!("../../../schemas/error.schema.json")),
    ("link-request.schema.json", include_str!("../../../schemas/link-request.schema.json")),
    ("sharing-link.schema.json", include_str!("../../../schemas/sharing-link.schema.json")),
    ("identity.schema.json", include_str!("../../../schemas/identity.schema.json")),
    ("item-reference.schema.json", include_str!("../../../schemas/item-reference.schema.json")),
];

/// Gives relative references a base; nothing is ever fetched from it.
const BASE: &str = "linkspec:///schemas/";

/// The longest message shown: a schema library prints whole instances.
const LONGEST_MESSAGE: usize = 160;

static DOCUMENTS: LazyLock<Vec<(&'static str, Value)>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(name, text)| Some((*name, serde_json::from_str(text).ok()?)))
        .collect()
});

// Invariant: the files are part of the program; a test compiles each of them.
#[expect(clippy::expect_used, reason = "embedded files")]
static VALIDATORS: LazyLock<Vec<(&'static str, Validator)>> =
    LazyLock::new(|| compile().expect("the embedded schemas compile"));

static DATE_TIME_OFFSET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d{1,12})?)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$",
    )
    .ok()
});

impl Schema {
    fn file(self) -> &'static str {
        match self {
            Self::CreateLinkAnswer => "create-link-answer.schema.json",
            Self::Permission => "permission.schema.json",
            Self::PermissionList => "permission-list.schema.json",
            Self::Error => "error.schema.json",
            Self::LinkRequest => "link-request.schema.json",
        }
    }
}

/// Every departure of `value` from the schema, each under the rule it breaks.
pub fn violations(schema: Schema, value: &Value) -> Vec<Violation> {
    let file = schema.file();
    let Some((_, validator)) = VALIDATORS.iter().find(|(name, _)| *name == file) else {
        return Vec::new();
    };
    // Whether there is any costs far less than which there are, and there seldom is one.
    if validator.is_valid(value) {
        return Vec::new();
    }
    validator
        .iter_errors(value)
        .map(|error| Violation {
            rule: rule_at(file, error.evaluation_path().as_str()).unwrap_or(""),
            pointer: error.instance_path().as_str().to_owned(),
            message: shortened(&error.to_string()),
        })
        .collect()
}

/// Whether a text is an ISO 8601 instant with a date, a time and an offset (`Edm.DateTimeOffset`).
///
/// Fractions of any length, any offset, and the 0001-01-01 that stands for "none" are such instants.
pub fn is_date_time_offset(text: &str) -> bool {
    DATE_TIME_OFFSET
        .as_ref()
        .and_then(|pattern| pattern.captures(text))
        .and_then(|found| found.get(1))
        .is_some_and(|date| date.as_str().parse::<Date>().is_ok())
}

fn is_absolute_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.has_host())
}

fn is_absolute_https_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

/// Refuses every fetch: all schemas are embedded.
struct Offline;

impl Retrieve for Offline {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err(format!("{uri} is not among the embedded schemas").into())
    }
}

fn compile() -> Result<Vec<(&'static str, Validator)>, Box<dyn Error>> {
    let mut builder = Registry::new().retriever(Offline);
    for (name, document) in DOCUMENTS.iter() {
        builder = builder.add(format!("{BASE}{name}"), document.clone())?;
    }
    let registry = builder.prepare()?;
    let mut validators = Vec::new();
    for (name, document) in DOCUMENTS.iter() {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_base_uri(format!("{BASE}{name}"))
            .with_registry(&registry)
            .with_retriever(Offline)
            .with_format("date-time-offset", is_date_time_offset)
            .with_format("absolute-url", is_absolute_url)
            .with_format("absolute-https-url", is_absolute_https_url)
            .should_validate_formats(true)
            .build(document)
            .map_err(|error| error.to_string())?;
        validators.push((*name, validator));
    }
    Ok(validators)
}

/// The id in the deepest annotated subschema on an evaluation path.
fn rule_at(file: &str, path: &str) -> Option<&'static str> {
    let mut file = file.to_owned();
    let mut schema = document(&file)?;
    let mut rule = annotation(schema);
    for segment in path.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let next = if segment == "$ref" {
            let reference = schema.get("$ref")?.as_str()?;
            let (name, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            if !name.is_empty() {
                name.clone_into(&mut file);
            }
            document(&file)?.pointer(pointer)
        } else {
            match schema {
                Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
                _ => schema.get(&segment),
            }
        };
        let Some(next) = next else { break };
        schema = next;
        rule = annotation(schema).or(rule);
    }
    rule
}

fn document(name: &str) -> Option<&'static Value> {
    DOCUMENTS.iter().find(|(candidate, _)| *candidate == name).map(|(_, document)| document)
}

fn annotation(schema: &'static Value) -> Option<&'static str> {
    schema.get("x-linkspec-rule")?.as_str()
}

fn shortened(message: &str) -> String {
    let line = message.replace(['\n', '\r'], " ");
    if line.chars().count() <= LONGEST_MESSAGE {
        return line;
    }
    let end: String = line.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    let start: String = line.chars().take(LONGEST_MESSAGE - 64).collect();
    format!("{start} ... {end}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(schema: Schema, value: &Value) -> Vec<&'static str> {
        let mut rules: Vec<_> = violations(schema, value).into_iter().map(|it| it.rule).collect();
        rules.dedup();
        rules
    }

    fn documented() -> Value {
        json!({"id": "123ABC", "roles": ["read"], "link": {"type": "view", "scope": "anonymous",
            "webUrl": "https://1drv.ms/x", "application": {"id": "1234", "displayName": "Sample"}},
            "hasPassword": true})
    }

    #[test]
    fn every_schema_compiles_and_every_part_names_a_rule() {
        assert_eq!(DOCUMENTS.len(), FILES.len());
        assert_eq!(compile().unwrap().len(), FILES.len());
        for (name, document) in DOCUMENTS.iter() {
            assert!(annotation(document).is_some(), "{name} names no rule at its root");
        }
    }

    #[test]
    fn documented_and_observed_forms_hold() {
        let observed = json!({"@odata.context": "x", "id": "1", "roles": ["write"], "shareId": "u!aHR0",
            "expirationDateTime": "2024-07-31T13:37:38.123+02:00", "hasPassword": false, "inheritedFrom": {},
            "grantedToIdentitiesV2": [], "grantedToIdentities": [{"user": {"id": null, "extra": 1}}],
            "grantedTo": null, "invitation": null,
            "link": {"type": "edit", "scope": null, "webUrl": "https://contoso.sharepoint.com/:w:/s/x",
                "webHtml": null, "application": null, "preventsDownload": false, "more": 1}});
        for value in [documented(), observed] {
            assert_eq!(violations(Schema::CreateLinkAnswer, &value), []);
            assert_eq!(violations(Schema::PermissionList, &json!({"value": [value]})), []);
        }
    }

    #[test]
    fn each_malformed_member_breaks_its_own_rule() {
        let cases: [(&str, Value, &str); 22] = [
            ("/id", json!(7), "PERM-01"),
            ("/id", json!(""), "PERM-01"),
            ("/roles", json!("read"), "PERM-04"),
            ("/roles", json!([]), "PERM-04"),
            ("/roles/0", json!(1), "PERM-04"),
            ("/link", json!("https://x"), "PERM-06"),
            ("/link", Value::Null, "PERM-06"),
            ("/hasPassword", json!("true"), "PERM-07"),
            ("/shareId", json!(1), "PERM-09"),
            ("/expirationDateTime", json!("tomorrow"), "PERM-11"),
            ("/expirationDateTime", json!("2030-13-45T00:00:00Z"), "PERM-11"),
            ("/expirationDateTime", json!("2030-01-31T00:00:00"), "PERM-11"),
            ("/grantedToIdentities", json!({}), "PERM-14"),
            ("/grantedToV2", json!({"siteUser": "x"}), "IDS-03"),
            ("/grantedToV2", json!("x"), "IDS-02"),
            ("/link/type", Value::Null, "LINK-01"),
            ("/link/scope", json!("everyone"), "LINK-02"),
            ("/link/webUrl", json!("http://1drv.ms/x"), "LINK-04"),
            ("/link/webUrl", json!("/x"), "LINK-04"),
            ("/link/application", json!({"id": 1}), "IDS-01"),
            ("/link/preventsDownload", json!("no"), "LINK-11"),
            ("/value", json!([]), "RESP-01"),
        ];
        for (pointer, wrong, rule) in cases {
            let mut value = documented();
            let (parent, member) = pointer.rsplit_once('/').unwrap();
            match value.pointer_mut(parent).unwrap() {
                Value::Array(items) => items[member.parse::<usize>().unwrap()] = wrong.clone(),
                parent => parent[member] = wrong.clone(),
            }
            let found = violations(Schema::CreateLinkAnswer, &value);
            assert!(!found.is_empty(), "{pointer} = {wrong}");
            for violation in &found {
                assert_eq!(violation.rule, rule, "{pointer} = {wrong}: {violation:?}");
                assert!(violation.pointer.starts_with(pointer), "{violation:?}");
            }
        }
    }

    #[test]
    fn a_missing_member_breaks_the_rule_that_asks_for_it() {
        for (member, rule) in [("id", "PERM-01"), ("roles", "PERM-04"), ("link", "PERM-06")] {
            let mut value = documented();
            value.as_object_mut().unwrap().remove(member);
            assert_eq!(rules(Schema::CreateLinkAnswer, &value), [rule]);
        }
        let mut value = documented();
        value["link"].as_object_mut().unwrap().remove("webUrl");
        assert_eq!(rules(Schema::CreateLinkAnswer, &value), ["LINK-04"]);
        assert_eq!(rules(Schema::Permission, &value), Vec::<&str>::new());
    }

    #[test]
    fn errors_have_one_property_and_may_nest() {
        let good = json!({"error": {"code": "a", "message": "b", "innererror": {"code": "c",
            "innerError": {"date": "2021-05-05T21:10:02"}}, "target": null, "details": [{"code": "x"}]}});
        assert_eq!(violations(Schema::Error, &good), []);
        let cases = [
            (json!({"error": {"code": "a", "message": "b"}, "status": 400}), "ERR-01"),
            (json!(["x"]), "ERR-01"),
            (json!({"error": "x"}), "ERR-01"),
            (json!({"error": {"message": "b"}}), "ERR-02"),
            (json!({"error": {"code": "", "message": "b"}}), "ERR-02"),
            (json!({"error": {"code": "a", "message": "b", "innerError": []}}), "ERR-03"),
            (
                json!({"error": {"code": "a", "message": "b", "innerError": {"innererror": 1}}}),
                "ERR-03",
            ),
            (json!({"error": {"code": "a", "message": "b", "details": {}}}), "ERR-16"),
        ];
        for (value, rule) in cases {
            assert_eq!(rules(Schema::Error, &value), [rule], "{value}");
        }
    }

    #[test]
    fn the_documented_requests_hold() {
        for request in [
            json!({"type": "view", "scope": "anonymous", "password": "ThisIsMyPrivatePassword",
                "retainInheritedPermissions": false}),
            json!({"type": "edit", "scope": "organization"}),
            json!({"type": "embed"}),
            json!({"type": "view", "expirationDateTime": "2030-01-31T00:00:00Z", "password": null}),
        ] {
            assert_eq!(violations(Schema::LinkRequest, &request), []);
        }
        assert_eq!(rules(Schema::LinkRequest, &json!({"type": "owner"})), ["TYPE-11"]);
        assert_eq!(rules(Schema::LinkRequest, &json!({"type": "view", "x": 1})), ["REQ-07"]);
    }

    #[test]
    fn instants_are_read_liberally() {
        for good in [
            "0001-01-01T00:00:00Z",
            "2030-01-31T00:00:00.1234567Z",
            "2030-01-31T00:00:00+02:00",
            "2030-01-31T00:00Z",
        ] {
            assert!(is_date_time_offset(good), "{good}");
        }
        for wrong in ["", "2030-01-31", "2030-02-30T00:00:00Z", "2030-01-31 00:00:00Z"] {
            assert!(!is_date_time_offset(wrong), "{wrong}");
        }
    }
}
