//! The values that a page's example requests and answers hold, each by the member it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::lines::{braces, is_call_line};

/// What examples hold: "answer view" for the one that shows a view link, with its values, "/roles/0 \"write\"".
pub type Examples = BTreeMap<String, BTreeSet<String>>;

/// A request or an answer of an example.
#[derive(Default)]
struct Call {
    head: String,
    fields: Vec<String>,
    body: String,
}

/// Reads them from the lines of all requests and answers, in their order. Some copies lack some of them, so each goes by
/// the type of link it shows, and an answer by that of the request before it. An address without a body is no example.
pub(super) fn read<'l>(lines: impl Iterator<Item = &'l str>) -> Examples {
    let mut calls: Vec<Call> = Vec::new();
    let mut depth = 0_i32;
    for line in lines {
        let line = line.trim();
        if depth <= 0 && is_call_line(line) {
            calls.push(Call { head: line.to_owned(), ..Call::default() });
            depth = 0;
            continue;
        }
        let Some(call) = calls.last_mut() else { continue };
        if call.body.is_empty() && !line.starts_with(['{', '[']) {
            call.fields.extend(field(line));
            continue;
        }
        depth += braces(line);
        call.body.push_str(line);
        call.body.push('\n');
    }
    let mut examples = Examples::new();
    let mut asked: Option<String> = None;
    for call in calls {
        let body = parsed(&call.body);
        let type_at = |place| Some(body.as_ref()?.pointer(place)?.as_str()?.to_owned());
        let mut values: BTreeSet<String> = call.fields.into_iter().collect();
        let status =
            call.head.strip_prefix("HTTP/").map(|it| it.split_once(' ').unwrap_or((it, "")).1);
        let name = match status {
            Some(status) => {
                values.insert(format!("status {}", status.trim()));
                let of = asked.take().or_else(|| type_at("/link/type"));
                format!("answer {}", of.unwrap_or_default())
            }
            None if call.body.is_empty() => continue,
            None => {
                asked = type_at("/type");
                format!("request {}", asked.as_deref().unwrap_or_default())
            }
        };
        match &body {
            Some(body) => leaves("", body, &mut values),
            // Where it is no JSON, its lines.
            None => {
                values.extend(call.body.lines().map(|line| line.trim_end_matches(',').to_owned()));
            }
        }
        examples.entry(name.trim().to_owned()).or_default().extend(values);
    }
    examples
}

fn parsed(body: &str) -> Option<Value> {
    serde_json::from_str(&without_trailing_commas(body)).ok()
}

/// A header field, its name and value in lower case.
fn field(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    is_name.then(|| format!("{} {}", name.to_lowercase(), value.trim().to_lowercase()))
}

/// People write a comma behind the last member; that is no change of a value.
fn without_trailing_commas(body: &str) -> String {
    let mut clean = String::with_capacity(body.len());
    let (mut in_text, mut is_escaped) = (false, false);
    for character in body.chars() {
        match character {
            '"' if !is_escaped => in_text = !in_text,
            '}' | ']' if !in_text => {
                let kept = clean.trim_end().strip_suffix(',').map(str::len);
                if let Some(kept) = kept {
                    clean.truncate(kept);
                }
            }
            _ => {}
        }
        is_escaped = in_text && character == '\\' && !is_escaped;
        clean.push(character);
    }
    clean
}

/// The values of a body, each with its place.
fn leaves(place: &str, value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, it)| leaves(&format!("{place}/{name}"), it, into));
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, it) in items.iter().enumerate() {
                leaves(&format!("{place}/{index}"), it, into);
            }
        }
        leaf => {
            into.insert(format!("{place} {leaf}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_by_their_members_whatever_is_around_them() {
        let text = "POST /me/drive/items/{itemId}/createLink\nGET /drives/{id}\n\
            POST https://x/me/createLink\nContent-type: application/json\n{\n\"type\": \"view\"\n}\n\
            HTTP/1.1 201 Created\n\n{\n\"roles\": [\"write\"],\n\"link\": {\n\"webHtml\": \"<a b=\\\"},]\\\">\",\n},\n\"n\": null,\n}\n\
            POST /x\n{\"type\": \"embed\"}\nHTTP/1.1 200 OK\n{ no JSON }";
        let told: Vec<String> = read(text.lines())
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |it| format!("{name}: {it}")))
            .collect();
        assert_eq!(
            told,
            [
                "answer embed: status 200 OK",
                "answer embed: { no JSON }",
                "answer view: /link/webHtml \"<a b=\\\"},]\\\">\"",
                "answer view: /n null",
                "answer view: /roles/0 \"write\"",
                "answer view: status 201 Created",
                "request embed: /type \"embed\"",
                "request view: /type \"view\"",
                "request view: content-type application/json",
            ]
        );
    }
}
