//! Secrets by the names of what holds them, in every way in which people and programs write a name and a value down.

use std::ops::Range;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;

/// What a name has in it that holds a secret, without regard to letter case and to what sets words apart.
const PARTS: [&str; 17] = [
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "assertion",
    "apikey",
    "accesskey",
    "accountkey",
    "privatekey",
    "subscriptionkey",
    "functionskey",
    "credential",
    "authorization",
    "devicecode",
];

/// Names that hold one only as a whole.
const WHOLE: [&str; 6] = ["pwd", "pass", "pw", "sig", "cookie", "setcookie"];

/// Whether what a member, field or parameter of this name holds is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let plain = plain(name);
    WHOLE.contains(&plain.as_str()) || PARTS.iter().any(|part| plain.contains(part))
}

/// Whether it is a password, as links have them.
pub(super) fn is_password_name(name: &str) -> bool {
    let plain = plain(name);
    plain.contains("pass") || plain.starts_with("pw")
}

/// A name by its letters and digits.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}

/// Whether a text may name a secret at all; nearly none does.
pub(super) fn may_be_named_in(text: &str) -> bool {
    HINT.is_match(text)
}

#[expect(clippy::expect_used, reason = "constant patterns, which the tests use")]
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)pass|pwd|pw|secret|token|assertion|key|credential|authorization|device.?code|sig|cookie")
        .expect("the pattern is valid")
});

/// A name, in quotation marks or not, and what stands between it and its value.
#[expect(clippy::expect_used, reason = "constant patterns, which the tests use")]
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        // What a form of several parts writes before an empty line and the value.
        r#"(?i)name\s*=\s*\\?["']?(?P<part>[A-Za-z0-9_.$@-]{2,64})\\?["']?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n"#,
        r#"|(?P<open>\\*["']|%22|&quot;)?(?P<name>[A-Za-z_$@][A-Za-z0-9_.$@-]{1,63})(?P<close>\\*["']|%22|&quot;)?"#,
        r#"(?P<sign>(?:\s|/\*[^*]{0,200}\*/)*(?:=>|:=|[:=]|%3A|%3D)(?:\s|/\*[^*]{0,200}\*/)*|(?:\s[^<>]{0,200})?>)"#,
    ))
    .expect("the pattern is valid")
});

/// Where the values of secrets stand in a text that is no JSON, or that has JSON written inside of it: each with the
/// quotation marks around it.
///
/// With `bare`, a name without quotation marks before a colon counts as well: `password: x`. In the prose of messages
/// that would be an ordinary sentence.
pub(super) fn values(text: &str, bare: bool) -> Vec<(Range<usize>, String)> {
    let mut found = in_a_form(text);
    let escaped = found.len();
    let mut from = 0;
    while let Some(named) = NAMED.captures_at(text, from) {
        let whole = named.get(0).map_or(from..text.len(), |it| it.range());
        let is_part = named.name("part").is_some();
        let name = named.name("part").or(named.name("name")).map_or("", |it| it.as_str());
        let sign = named.name("sign").map_or("", |it| it.as_str().trim());
        let is_quoted = named.name("close").is_some();
        let counts = is_part
            || is_quoted
            || bare
            || sign.contains(['=', '>'])
            || sign.eq_ignore_ascii_case("%3D");
        if !counts || !is_secret_name(name) {
            // The value may be a name itself.
            let after_name = named.name("name").map_or(whole.end, |it| it.end());
            from = after_name.max(from + 1);
            while !text.is_char_boundary(from) {
                from += 1;
            }
            if from >= text.len() {
                break;
            }
            continue;
        }
        let rest = &text[whole.end..];
        let length = if is_part {
            ["\r\n--", "\n--"].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len())
        } else if sign.ends_with('>') && sign != "=>" {
            rest.find('<').unwrap_or(rest.len())
        } else {
            length_of_value(rest)
        };
        let range = whole.end..whole.end + length;
        if !range.is_empty() {
            found.push((range.clone(), name.to_owned()));
        }
        from = range.end.max(whole.end);
        if from >= text.len() {
            break;
        }
    }
    if escaped > 0 {
        found.sort_by_key(|(range, _)| range.start);
        let mut end = 0;
        found.retain(|(range, _)| {
            let is_apart = range.start >= end;
            end = end.max(range.end);
            is_apart
        });
    }
    found
}

/// The values in a form whose names are percent-encoded; names that are not are found in any text.
fn in_a_form(text: &str) -> Vec<(Range<usize>, String)> {
    let is_form = text.contains('%') && !text.contains(['{', '<', '"', '\n', ' ']);
    let mut found = Vec::new();
    let mut at = 0;
    for pair in text.split('&').take_while(|_| is_form) {
        if let Some((name, value)) = pair.split_once('=').filter(|(name, _)| name.contains('%')) {
            let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
            let start = at + pair.len() - value.len();
            if is_secret_name(&name) && !value.is_empty() {
                found.push((start..start + value.len(), name));
            }
        }
        at += pair.len() + 1;
    }
    found
}

/// How far a value goes: to its quotation mark or bracket, and where there is none, to what ends a member.
fn length_of_value(rest: &str) -> usize {
    for quote in ["\\\\\"", "\\\"", "\\'", "&quot;", "%22", "\"", "'", "`"] {
        if let Some(inside) = rest.strip_prefix(quote) {
            return quote.len() + length_in_quotes(inside, quote);
        }
    }
    match rest.chars().next() {
        Some('[' | '{') => length_in_brackets(rest),
        _ => rest
            .find(['&', ',', ';', '}', ']', ')', '<', '"', '\'', '\n', '\r'])
            .unwrap_or(rest.len()),
    }
}

/// The length of what follows an opening quotation mark, the closing one included. One that is followed by something
/// else than the end of a member was meant as a part of the text.
fn length_in_quotes(inside: &str, quote: &str) -> usize {
    let mut at = 0;
    while let Some(found) = inside[at..].find(quote) {
        let start = at + found;
        let end = start + quote.len();
        let slashes = inside[..start].bytes().rev().take_while(|it| *it == b'\\').count();
        let is_escaped = quote.len() == 1 && slashes % 2 == 1;
        let next = inside[end..].trim_start().chars().next();
        let ends = next.is_none_or(|it| ",}])&;<>\\\"'%/#".contains(it))
            || inside[end..].starts_with(['\r', '\n']);
        if !is_escaped && ends {
            return end;
        }
        at = end;
    }
    inside.len()
}

fn length_in_brackets(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in rest.char_indices() {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_however_they_are_written() {
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "pass_word",
            "linkPassword",
            "sharePassWord",
            "pwd",
            "client_secret",
            "clientSecret",
            "access_token",
            "id-token",
            "token",
            "x-api-key",
            "sig",
            "Ocp-Apim-Subscription-Key",
            "x-functions-key",
            "set-cookie",
            "Passwort",
            "AccountKey",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in
            ["type", "scope", "id", "webUrl", "message", "code", "expirationDateTime", "signal"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_form_may_escape_its_names() {
        let text = "type=view&Pass%77ord=s3cret&x=1&%70wd=other";
        let values: Vec<&str> =
            values(text, false).into_iter().map(|(range, _)| &text[range]).collect();
        assert_eq!(values, ["s3cret", "other"]);
    }

    #[test]
    fn a_message_about_passwords_is_no_password() {
        for text in [
            "The password: it must be longer",
            "password is too short",
            r#"The value of "password" is invalid."#,
            "tokens and secrets",
        ] {
            assert!(values(text, false).is_empty(), "{text}: {:?}", values(text, false));
        }
    }
}
