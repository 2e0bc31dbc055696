//! A token as files, variables and programs hold it: a bare line, or JSON as the Azure CLI prints it.

use jiff::Timestamp;
use serde_json::Value;

use super::claims::TokenForm;
use crate::graph::Secret;

/// A token that was obtained, and until when it is good as far as is known.
#[derive(Clone)]
pub(super) struct Obtained {
    pub token: Secret,
    pub expires: Option<Timestamp>,
    /// What the next token can be asked for with.
    pub refresh: Option<Secret>,
}

impl Obtained {
    /// A token; what it says of its own expiry is believed where nothing better is known.
    pub fn new(token: Secret, expires: Option<Timestamp>) -> Self {
        let expires =
            expires.or_else(|| TokenForm::of(&token).claims().and_then(|claims| claims.expires));
        Self { token, expires, refresh: None }
    }
}

/// Bytes of a source that are read; the largest tokens have some ten thousand.
pub(super) const LARGEST: usize = 64 * 1024;

/// Finds the token in a text. Nothing of the text is in the error.
pub(super) fn read(text: &str) -> Result<Obtained, &'static str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("it is empty; it has to hold an access token");
    }
    if text.starts_with('{') {
        return read_json(text);
    }
    Ok(Obtained::new(token(text)?, None))
}

fn read_json(text: &str) -> Result<Obtained, &'static str> {
    let value: Value =
        serde_json::from_str(text).map_err(|_| "it looks like JSON and cannot be read as such")?;
    // The names of the Azure CLI, of OAuth, and of the Azure Developer CLI.
    let found = ["accessToken", "access_token", "token"]
        .into_iter()
        .find_map(|name| value[name].as_str())
        .ok_or("the JSON has no accessToken")?;
    Ok(Obtained::new(token(found.trim())?, expiry(&value)))
}

/// `expires_on` is seconds since 1970. `expiresOn` is a local time at the Azure CLI, without an offset,
/// ambiguous twice a year: it is believed only where it says its offset.
fn expiry(value: &Value) -> Option<Timestamp> {
    let seconds = match &value["expires_on"] {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .or_else(|| value["expiresOn"].as_str()?.trim().parse().ok())
}

fn token(text: &str) -> Result<Secret, &'static str> {
    if text.get(..7).is_some_and(|it| it.eq_ignore_ascii_case("bearer ")) {
        return Err("it begins with \"Bearer\"; leave that word out");
    }
    if text.is_empty() {
        return Err("the token in it is empty");
    }
    if text.lines().nth(1).is_some() {
        return Err("it has several lines; it has to be the token on one line, or JSON");
    }
    if text.starts_with(['"', '\'']) {
        return Err("the token is in quotation marks; leave them out (az: --output tsv, or json)");
    }
    // What a header field may carry, and no token has a space.
    if !text.bytes().all(|it| it.is_ascii_graphic()) {
        return Err("it has spaces or characters that no token has");
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::test_tokens::jwt;
    use serde_json::json;

    #[test]
    fn a_bare_line_and_json() {
        for text in [
            "abc\n",
            "\u{feff}abc\r\n",
            r#"{"accessToken":"abc"}"#,
            r#"{"access_token":"abc"}"#,
            r#"{"token":"abc"}"#,
        ] {
            assert_eq!(read(text).unwrap_or_else(|_| panic!()).token.expose(), "abc", "{text}");
        }
    }

    #[test]
    fn when_it_expires() {
        let expires = |text: &str| {
            read(text).unwrap_or_else(|_| panic!()).expires.map(jiff::Timestamp::as_second)
        };
        // What az prints: the local time does not count, the seconds do.
        let azure = r#"{"accessToken":"a","expiresOn":"2023-11-15 01:13:20.000000","expires_on":1700000000,
                        "subscription":"s","tenant":"t","tokenType":"Bearer"}"#;
        assert_eq!(expires(azure), Some(1_700_000_000));
        assert_eq!(
            expires(r#"{"accessToken":"a","expires_on":"1700000000"}"#),
            Some(1_700_000_000)
        );
        let developer = r#"{"token":"a","expiresOn":"2023-11-14T22:13:20Z"}"#;
        assert_eq!(expires(developer), Some(1_700_000_000));
        assert_eq!(
            expires(r#"{"accessToken":"a","expiresOn":"2023-11-15 01:13:20.000000"}"#),
            None
        );
        let own = jwt(&json!({"exp": 1_700_000_001}));
        assert_eq!(expires(own.expose()), Some(1_700_000_001));
        assert_eq!(expires("opaque"), None);
    }

    #[test]
    fn what_is_no_token() {
        for (text, why) in [
            ("", "empty"),
            (" \n", "empty"),
            ("Bearer abc", "Bearer"),
            ("bearer abc", "Bearer"),
            ("\"abc\"", "quotation"),
            ("a b", "spaces"),
            ("a\u{7f}b", "spaces"),
            ("ä", "spaces"),
            ("a\nb", "lines"),
            ("{", "JSON"),
            ("{}", "accessToken"),
            (r#"{"accessToken":""}"#, "empty"),
            (r#"{"accessToken":5}"#, "accessToken"),
        ] {
            let error = read(text).err().unwrap();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
