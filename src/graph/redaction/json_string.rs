//! The string tokens of JSON, also of text that is none.

use std::borrow::Cow;

/// The length of the JSON string token that starts `text`, quotation marks included; all of it when
/// the string is not closed.
pub(super) fn length(text: &str) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..]) {
        at += found + 1;
        match text.as_bytes()[at - 1] {
            b'"' => return at,
            // What is escaped may be a character of several bytes, none of which is looked for.
            _ if at < text.len() => at += 1,
            _ => break,
        }
    }
    text.len()
}

/// What a JSON string token says; nothing when it is none.
pub(super) fn value(token: &str) -> Option<Cow<'_, str>> {
    let plain = token.strip_prefix('"')?.strip_suffix('"')?;
    if plain.bytes().all(|byte| byte >= b' ' && byte != b'\\' && byte != b'"') {
        return Some(Cow::Borrowed(plain));
    }
    serde_json::from_str(token).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_at_its_quotation_mark() {
        for (text, token, says) in [
            (r#""id":1"#, r#""id""#, Some("id")),
            (r#""a\"b","#, r#""a\"b""#, Some("a\"b")),
            (r#""a\\","#, r#""a\\""#, Some("a\\")),
            (r#""a\"#, r#""a\"#, None),
            (r#""open"#, r#""open"#, None),
            (r#"""#, r#"""#, None),
            ("\"a\nb\"", "\"a\nb\"", None),
        ] {
            assert_eq!(&text[..length(text)], token);
            assert_eq!(value(token).as_deref(), says, "{token}");
        }
    }
}
