//! Bodies: inside every JSON string the text is replaced, all syntax stays as it came, broken or not.

use std::borrow::Cow;

use url::Url;

use super::secrets::{is_password_name, is_secret_name, may_be_named_in, plain};
use super::{Redactor, is_placeholder, json_string, secrets};

/// Members whose value is replaced as a whole though their names do not say that it is a secret; by their letters.
const WHOLE_MEMBERS: [&str; 8] = [
    "weburl",
    "shareid",
    "email",
    "mail",
    "loginname",
    "userprincipalname",
    "microsoftgraphdownloadurl",
    "contentdownloadurl",
];

/// The values of secrets in a body, as the one who reads it would have them.
pub(super) fn secrets_in(body: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match serde_json::from_str(body) {
        Ok(value) => collect(&value, None, &mut found),
        Err(_) => named_in(body, true, &mut found),
    }
    found
}

fn named_in(text: &str, bare: bool, found: &mut Vec<(String, String)>) {
    for (range, name) in secrets::values(text, bare) {
        let is_around = |it: char| it.is_whitespace() || "\\\"'`".contains(it);
        let value = text[range].trim_matches(is_around);
        found.push((name.clone(), value.to_owned()));
        // Where it ends is a guess, and an answer may repeat a part of it.
        for part in value.split(|it: char| it.is_whitespace() || "\\\"'`,;&{}[]()<>".contains(it)) {
            // A form writes it encoded, and an answer repeats it as it was meant.
            let decoded = part.replace('+', " ");
            let decoded = percent_encoding::percent_decode_str(&decoded).decode_utf8_lossy();
            for part in [part, &*decoded] {
                if part != value && part.len() >= LONG_PART {
                    found.push((name.clone(), part.to_owned()));
                }
            }
        }
    }
}

/// A shorter piece of something may be any word.
const LONG_PART: usize = 8;

fn collect(value: &serde_json::Value, named: Option<&str>, found: &mut Vec<(String, String)>) {
    use serde_json::Value;
    match (value, named) {
        (Value::String(text), Some(name)) => found.push((name.to_owned(), text.clone())),
        // JSON in JSON, and whatever else somebody wrote into a text.
        (Value::String(text), None) if may_be_named_in(text) => match serde_json::from_str(text) {
            Ok(inside @ (Value::Object(_) | Value::Array(_))) => collect(&inside, None, found),
            _ => named_in(text, false, found),
        },
        (Value::Number(number), Some(name)) => found.push((name.to_owned(), number.to_string())),
        (Value::Array(values), _) => values.iter().for_each(|it| collect(it, named, found)),
        (Value::Object(members), _) => {
            for (name, value) in members {
                let own = is_secret_name(name).then_some(name.as_str());
                collect(value, named.or(own), found);
            }
        }
        _ => {}
    }
}

/// What a value is the value of.
#[derive(Clone)]
struct Member<'b> {
    name: Cow<'b, str>,
    /// How deep in objects and lists it stands.
    depth: usize,
}

impl Redactor {
    /// A body as it may be recorded.
    pub(crate) fn body(&self, body: &str) -> String {
        if may_be_named_in(body) && !is_json(body) {
            return self.with_secrets_cut(body, true, |part| self.walk(part));
        }
        self.walk(body)
    }

    /// A text with placeholders for the secrets it names, and what is between them as `rest` has it.
    fn with_secrets_cut(&self, text: &str, bare: bool, rest: impl Fn(&str) -> String) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for (range, name) in secrets::values(text, bare) {
            shown.push_str(&rest(&text[from..range.start]));
            shown.push_str(&self.cut(&name, &text[range.clone()]));
            from = range.end;
        }
        shown.push_str(&rest(&text[from..]));
        shown
    }

    /// The placeholder of a value as it is written, between the same quotation marks.
    fn cut(&self, name: &str, written: &str) -> String {
        let is_mark = |it: char| "\\\"'`".contains(it);
        let start = written.len() - written.trim_start_matches(is_mark).len();
        let end = written.trim_end_matches(|it: char| is_mark(it) || it.is_whitespace()).len();
        let (start, end) = if start >= end { (0, written.len()) } else { (start, end) };
        let inside = &written[start..end];
        let is_plain = matches!(inside.trim(), "" | "null" | "true" | "false" | "[]" | "{}")
            || inside.chars().all(is_mark);
        if is_plain {
            return written.to_owned();
        }
        format!("{}{}{}", &written[..start], self.secret_value(name, inside), &written[end..])
    }

    fn secret_value(&self, name: &str, value: &str) -> String {
        let replaced = self.replace_known(value);
        if is_placeholder(value) || is_placeholder(&replaced) {
            return replaced.into_owned();
        }
        let kind = if is_password_name(name) { "password" } else { "secret" };
        format!("[{kind} {}]", self.mark(value))
    }

    fn walk(&self, body: &str) -> String {
        let mut redacted = String::with_capacity(body.len());
        let mut rest = body;
        let mut last_string: Option<Cow<'_, str>> = None;
        let mut member: Option<Member<'_>> = None;
        // Within the value of a secret, whatever it holds: a list of passwords, an object with one in it.
        let mut secret: Option<Member<'_>> = None;
        let mut depth = 0;
        while let Some(start) = memchr::memchr(b'"', rest.as_bytes()) {
            let between = &rest[..start];
            let is_value = between.trim() == ":";
            member = match between.trim() {
                ":" => last_string.take().map(|name| Member { name, depth }),
                "[" => member,
                _ => None,
            };
            if secret.is_none()
                && between.trim_start().starts_with(':')
                && let Some(name) = member.as_ref().map(|it| &it.name).or(last_string.as_ref())
                && is_secret_name(name)
            {
                secret = Some(Member { name: name.clone(), depth });
            }
            redacted.push_str(&self.between(between, &mut depth, &mut secret));
            let length = json_string::length(&rest[start..]);
            let token = &rest[start..start + length];
            rest = &rest[start + length..];
            let is_name = !is_value && rest.trim_start().starts_with(':');
            let Some(text) = json_string::value(token) else {
                let shown = match &secret {
                    Some(member) => self.cut(&member.name, token).into(),
                    None => self.shown(token),
                };
                redacted.push_str(&shown);
                continue;
            };
            let replaced = match &secret {
                Some(member) if !is_name && !text.is_empty() => {
                    self.secret_value(&member.name, &text).into()
                }
                _ => self.member_value(member.as_ref().map(|it| &*it.name), &text),
            };
            if replaced == text {
                redacted.push_str(token);
            } else {
                redacted.push_str(&serde_json::Value::from(replaced).to_string());
            }
            last_string = Some(text);
        }
        if secret.is_none()
            && rest.trim_start().starts_with(':')
            && let Some(name) = last_string.filter(|it| is_secret_name(it))
        {
            secret = Some(Member { name, depth });
        }
        redacted.push_str(&self.between(rest, &mut depth, &mut secret));
        redacted
    }

    /// What stands between strings. Numbers in the value of a secret become 0, which still is a number.
    fn between<'t>(
        &self,
        text: &'t str,
        depth: &mut usize,
        secret: &mut Option<Member<'_>>,
    ) -> Cow<'t, str> {
        let mut replaced = String::new();
        let mut in_number = false;
        let hides = secret.is_some();
        for character in text.chars() {
            match character {
                '{' | '[' => *depth += 1,
                '}' | ']' => *depth = depth.saturating_sub(1),
                _ => {}
            }
            let is_over = |it: &Member<'_>| match character {
                ',' => *depth == it.depth,
                '}' | ']' => *depth < it.depth,
                _ => false,
            };
            if secret.as_ref().is_some_and(is_over) {
                *secret = None;
            }
            if !hides {
                continue;
            }
            let is_digit = secret.is_some()
                && (character.is_ascii_digit() || (in_number && "+-.eE".contains(character)));
            if !is_digit {
                replaced.push(character);
            } else if !in_number {
                replaced.push('0');
            }
            in_number = is_digit;
        }
        if hides { self.shown(&replaced).into_owned().into() } else { self.shown(text) }
    }

    fn member_value<'t>(&self, member: Option<&str>, text: &'t str) -> Cow<'t, str> {
        // Most members are short and ordinary; their names are compared without being copied.
        let whole = member.filter(|it| it.len() >= 4 && is_whole(it));
        let Some(member) = whole else {
            if may_be_named_in(text) && text.contains(['"', '\'', '=', '>', '%', ';']) {
                let cut = self.with_secrets_cut(text, false, |part| self.shown(part).into_owned());
                return if cut == text { Cow::Borrowed(text) } else { Cow::Owned(cut) };
            }
            return self.shown(text);
        };
        if text.is_empty() || is_placeholder(text) {
            return Cow::Borrowed(text);
        }
        if plain(member) == "shareid" {
            return self.share(text).into();
        }
        if Url::parse(text).is_ok_and(|url| url.has_host()) {
            return self.url(text).into();
        }
        let name = member.trim_start_matches('@');
        format!("[{} {}]", name.replace('.', " "), self.mark(text)).into()
    }
}

fn is_whole(member: &str) -> bool {
    // None of these begins with anything else.
    matches!(
        member.as_bytes().first().map(u8::to_ascii_lowercase),
        Some(b'w' | b's' | b'e' | b'm' | b'l' | b'u' | b'@')
    ) && WHOLE_MEMBERS.contains(&plain(member).as_str())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
