//! A strict JSON reader that sees what ordinary readers hide: a member written twice.
//!
//! serde's maps keep the last of two equal members in silence. Services differ in which one they take, so a
//! body with a repeated member means different things to different readers (RFC 8259, section 4).

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why bytes are no strict JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStrict {
    /// There is nothing.
    #[error("the body is empty")]
    Empty,
    /// The text is no JSON, or a member is written twice.
    #[error("{0}")]
    Json(String),
    /// JSON, and something else than an object.
    #[error("the body is {0}, not an object")]
    NotObject(&'static str),
}

/// Reads one JSON object, all the text and nothing but it, without a repeated member at any depth.
///
/// # Errors
/// Says what is wrong and where.
pub fn object(text: &str) -> Result<Map<String, Value>, NotStrict> {
    if text.trim().is_empty() {
        return Err(NotStrict::Empty);
    }
    let Strict(value) =
        serde_json::from_str(text).map_err(|error| NotStrict::Json(error.to_string()))?;
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Err(NotStrict::NotObject("null")),
        Value::Bool(_) => Err(NotStrict::NotObject("a boolean")),
        Value::Number(_) => Err(NotStrict::NotObject("a number")),
        Value::String(_) => Err(NotStrict::NotObject("a string")),
        Value::Array(_) => Err(NotStrict::NotObject("an array")),
    }
}

/// A JSON value without a repeated member.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader.deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Copy)]
struct Reader;

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = entries.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut seen = BTreeSet::new();
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                return Err(A::Error::custom(format!("the member \"{name}\" is written twice")));
            }
            members.insert(name, entries.next_value_seed(self)?);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_written_twice_is_seen_at_any_depth() {
        for text in [
            r#"{"type":"view","type":"view"}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[{"b":1,"c":2,"b":3}]}"#,
            r#"{"type":"view","typ\u0065":"edit"}"#,
        ] {
            let error = object(text).unwrap_err();
            assert!(error.to_string().contains("written twice"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_no_object_is_named() {
        assert_eq!(object(" "), Err(NotStrict::Empty));
        assert_eq!(object("[]"), Err(NotStrict::NotObject("an array")));
        for text in [r#"{"a":1,}"#, r#"{"a":1}{}"#, "\u{feff}{}", r#"{'a':1}"#, r#"{"a":NaN}"#] {
            assert!(matches!(object(text), Err(NotStrict::Json(_))), "{text}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\é]{0,4}", inner, 0..6)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_the_lenient_reader_reads(value in any_json()) {
            let text = json!({ "value": value }).to_string();
            let lenient: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(Value::Object(object(&text).unwrap()), lenient);
        }

        #[test]
        fn it_sees_any_member_written_twice(
            members in prop::collection::btree_map("[a-z]{1,4}", any::<i32>(), 1..8),
            which in any::<prop::sample::Index>(),
        ) {
            let mut written: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            written.push(written[which.index(written.len())].clone());
            let text = format!("{{{}}}", written.join(","));
            prop_assert!(object(&text).is_err(), "{}", text);
        }

        #[test]
        fn it_never_panics(text in "\\PC*") {
            let _ = object(&text);
        }
    }
}
