//! The values that a page's example requests and answers hold, each by the member it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::lines::method_and_address;

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
        let is_head = line.starts_with("HTTP/") || method_and_address(line).is_some();
        if is_head && depth <= 0 {
            calls.push(Call { head: line.to_owned(), ..Call::default() });
            depth = 0;
            continue;
        }
        let Some(call) = calls.last_mut() else { continue };
        if depth <= 0 && call.body.is_empty() && !line.starts_with(['{', '[']) {
            call.fields.extend(field(line));
            continue;
        }
        depth += line.chars().fold(0, |sum, it| match it {
            '{' | '[' => sum + 1,
            '}' | ']' => sum - 1,
            _ => sum,
        });
        call.body.push_str(line);
        call.body.push('\n');
    }
    let mut examples = Examples::new();
    let mut asked: Option<String> = None;
    for call in calls {
        let mut values: BTreeSet<String> = call.fields.iter().cloned().collect();
        let status =
            call.head.strip_prefix("HTTP/").map(|it| it.split_once(' ').unwrap_or((it, "")).1);
        let name = match status {
            Some(status) => {
                values.insert(format!("status {}", status.trim()));
                let of = asked.take().or_else(|| type_in(&call.body, "/link/type"));
                format!("answer {}", of.unwrap_or_default())
            }
            None if call.body.is_empty() => continue,
            None => {
                asked = type_in(&call.body, "/type");
                format!("request {}", asked.as_deref().unwrap_or_default())
            }
        };
        values.extend(values_of(&call.body));
        examples.entry(name.trim().to_owned()).or_default().extend(values);
    }
    examples
}

fn parsed(body: &str) -> Option<Value> {
    serde_json::from_str(&without_trailing_commas(body)).ok()
}

fn type_in(body: &str, place: &str) -> Option<String> {
    parsed(body)?.pointer(place)?.as_str().map(str::to_owned)
}

/// A header field, its name and value in lower case.
fn field(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    is_name.then(|| format!("{} {}", name.to_lowercase(), value.trim().to_lowercase()))
}

/// The values of a body, each with its place; the lines themselves where it is no JSON.
fn values_of(body: &str) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    match parsed(body) {
        Some(value) => leaves("", &value, &mut values),
        None => values.extend(body.lines().map(|line| line.trim_end_matches(',').to_owned())),
    }
    values
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

fn leaves(place: &str, value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, it)| leaves(&format!("{place}/{name}"), it, into));
        }
        Value::Array(items) if !items.is_empty() => {
            let mut items = items.iter().enumerate();
            items.by_ref().for_each(|(index, it)| leaves(&format!("{place}/{index}"), it, into));
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
