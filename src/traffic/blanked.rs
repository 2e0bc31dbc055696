//! What whoever recorded an exchange has blanked out: tokens that tell nobody apart any more, and bodies that are no longer
//! what was on the wire.

use std::sync::LazyLock;

use regex::Regex;

/// What stands in the place of a value: a word for it in brackets, some words alone, stars, crosses.
const BLANK: &str = concat!(
    r"[\[<({*_-]+[^\x22\]>)}]{0,40}?",
    "(?i:redacted|removed|saniti[sz]ed|masked|hidden|scrubbed|filtered|obfuscated)",
    r"[^\x22]{0,40}?[\]>)}*_-]+",
    "|(?i:redacted|saniti[sz]ed|scrubbed|obfuscated)",
    r"|\*{3,}|[xX]{6,40}|[\[<](?i:token|secret|jwt)[\]>]",
);

static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"^(?:(?i:bearer)\s+)?(?:{BLANK})$")).ok());

static MEMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r#":\s*"(?:{BLANK})"\s*[,}}]"#)).ok());

/// Whether a value of `Authorization` names no token.
pub(super) fn is_blanked_token(authorization: &str) -> bool {
    TOKEN.as_ref().is_some_and(|it| it.is_match(authorization.trim()))
}

/// Whether a member of a JSON body is blanked out.
pub(super) fn is_blanked_body(body: &str) -> bool {
    MEMBER.as_ref().is_some_and(|it| it.is_match(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_blanked_tells_nobody_apart() {
        for blanked in [
            "Bearer [REDACTED]",
            "bearer redacted",
            "[jwt redacted]",
            "***",
            "Bearer ********",
            "<token removed>",
            "[redacted: token]",
            "Bearer xxxxxxxxxx",
            "Bearer <token>",
            "{{redacted}}",
        ] {
            assert!(is_blanked_token(blanked), "{blanked}");
        }
        for token in [
            "Bearer eyJ0.eyJ1.sig",
            "Bearer EwBwA8l6BAAU",
            "Bearer token-a",
            // How this program writes tokens: equal ones stay equal, and others differ.
            "Bearer [token owner]",
            "Bearer [secret 50ce553fec]",
            "token",
        ] {
            assert!(!is_blanked_token(token), "{token}");
        }
    }

    #[test]
    fn a_body_that_was_blanked_is_known_by_its_members() {
        for blanked in [
            r#"{"link":{"webUrl":"[redacted]"}}"#,
            r#"{"shareId" : "REDACTED","id":"1"}"#,
            r#"{"displayName":"***"}"#,
            r#"{"email":"<removed for privacy>"}"#,
        ] {
            assert!(is_blanked_body(blanked), "{blanked}");
        }
        for whole in [
            r#"{"id":"1","link":{"webUrl":"https://redacted-1.sharepoint.com/redacted-2"}}"#,
            r#"{"error":{"message":"The item was removed."}}"#,
            r#"{"displayName":"Hidden figures and removed scenes"}"#,
            r#"{"password":"[password 1]"}"#,
            "",
        ] {
            assert!(!is_blanked_body(whole), "{whole}");
        }
    }
}
