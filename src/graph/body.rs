//! A body: its text, and the JSON in it, read once.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The text of a request or an answer, read as JSON once however many rules look at it.
///
/// A copy shares the text and what was read from it.
#[derive(Clone, Default)]
pub struct Body(Arc<Read>);

#[derive(Default)]
struct Read {
    text: String,
    json: OnceLock<Result<Value, String>>,
}

impl Body {
    /// The text as JSON by a strict reader.
    ///
    /// # Errors
    /// Says where the text stops being JSON.
    pub fn json(&self) -> Result<&Value, &str> {
        self.0
            .json
            .get_or_init(|| serde_json::from_str(&self.0.text).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(String::as_str)
    }
}

impl Deref for Body {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(Arc::new(Read { text, json: OnceLock::new() }))
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<str> for Body {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Body {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

impl fmt::Display for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

#[cfg(feature = "program")]
impl schemars::JsonSchema for Body {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Body".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    #[test]
    fn a_copy_shares_what_was_read() {
        let body = Body::from(r#"{"id":"a"}"#);
        let read: *const _ = body.json().unwrap();
        assert!(std::ptr::eq(read, body.json().unwrap()));
    }

    #[test]
    fn a_trailing_comma_is_no_json() {
        assert!(Body::from(r#"{"id":"a",}"#).json().unwrap_err().contains("trailing comma"));
    }

    #[test]
    fn it_is_written_and_read_as_plain_text() {
        let body = Body::from("no JSON");
        let written = serde_json::to_string(&body).unwrap();
        assert_eq!(written, r#""no JSON""#);
        assert_eq!(serde_json::from_str::<Body>(&written).unwrap(), body);
    }
}
