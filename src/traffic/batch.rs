//! The requests inside a JSON batch, with their answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::raw_exchange::{Field, Text};

/// One request of a batch, as if it had been sent by itself.
#[derive(Debug)]
pub(super) struct Part {
    /// The method, in upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The header fields: those of the batch that say who asks, and its own.
    pub headers: Vec<Field<'static>>,
    /// The body as text.
    pub body: Option<String>,
    /// Its answer: status, header fields, body. `None` when there is none for it.
    pub answer: Option<(u16, Vec<Field<'static>>, String)>,
}

/// The parts of a batch; `None` when its body is no batch.
///
/// An answer that cannot be read leaves every part without one.
pub(super) fn parts(url: &str, body: &str, answer: Option<&str>) -> Option<Vec<Part>> {
    let (root, _) = super::address::without_query(url).trim_end_matches('/').rsplit_once('/')?;
    let batch: Value = serde_json::from_str(body).ok()?;
    let answers: Value = answer.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
    let requests = batch["requests"].as_array()?;
    let parts = requests.iter().map(|request| {
        let found = answers["responses"]
            .as_array()
            .and_then(|it| it.iter().find(|answer| answer["id"] == request["id"]));
        let relative = request["url"].as_str().unwrap_or_default();
        let is_absolute = relative.contains("://");
        let url = match relative.strip_prefix('/') {
            _ if is_absolute => relative.to_owned(),
            Some(rest) => format!("{root}/{rest}"),
            None => format!("{root}/{relative}"),
        };
        Part {
            method: request["method"].as_str().unwrap_or_default().to_ascii_uppercase(),
            url,
            headers: fields(&request["headers"]),
            body: text(&request["body"]),
            answer: found.and_then(|it| {
                let status = u16::try_from(it["status"].as_u64()?).ok()?;
                let mut headers = fields(&it["headers"]);
                // The label of a body that stands there as JSON may be left out.
                if headers.is_empty() && it["body"].is_object() {
                    let (name, value) = ("content-type".into(), "application/json".into());
                    headers.push(Field { name: Text(name), value: Text(value) });
                }
                Some((status, headers, text(&it["body"]).unwrap_or_default()))
            }),
        }
    });
    Some(parts.collect())
}

/// A body that is no JSON stands there as text; some write JSON in base64, as the format has it for everything else.
fn text(body: &Value) -> Option<String> {
    match body {
        Value::Null => None,
        Value::String(text) => Some(unpacked(text).unwrap_or_else(|| text.clone())),
        other => Some(other.to_string()),
    }
}

fn unpacked(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    let unpacked = String::from_utf8(bytes).ok()?;
    unpacked.starts_with('{').then_some(unpacked)
}

fn fields(headers: &Value) -> Vec<Field<'static>> {
    let named = headers.as_object().into_iter().flatten();
    named
        .filter_map(|(name, value)| {
            let value = value.as_str()?.to_owned();
            Some(Field { name: Text(name.clone().into()), value: Text(value.into()) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_be_packed() {
        assert_eq!(text(&"eyJpZCI6MX0=".into()).as_deref(), Some(r#"{"id":1}"#));
        for plain in ["abcd", "accessDenied", ""] {
            assert_eq!(text(&plain.into()).as_deref(), Some(plain));
        }
    }

    #[test]
    fn every_part_has_its_own_answer() {
        let body = r#"{"requests":[
            {"id":"1","method":"post","url":"/me/drive/items/1/createLink","body":{"type":"view"},
             "headers":{"Content-Type":"application/json"}},
            {"id":"2","method":"DELETE","url":"me/drive/items/1/permissions/p"}]}"#;
        let answer =
            r#"{"responses":[{"id":"2","status":204},{"id":"1","status":201,"body":{"id":"p"}}]}"#;
        let parts = parts("https://g/v1.0/$batch?x=1", body, Some(answer)).unwrap();
        assert_eq!(parts[0].url, "https://g/v1.0/me/drive/items/1/createLink");
        assert_eq!(parts[1].url, "https://g/v1.0/me/drive/items/1/permissions/p");
        let status = |part: &Part| part.answer.as_ref().map(|it| it.0);
        assert_eq!((status(&parts[0]), status(&parts[1])), (Some(201), Some(204)));
        assert_eq!(parts[0].body.as_deref(), Some(r#"{"type":"view"}"#));
        let label = |part: &Part| {
            let (_, headers, _) = part.answer.as_ref().unwrap();
            headers.first().map(|it| (it.name.0.to_string(), it.value.0.to_string()))
        };
        let json = ("content-type".to_owned(), "application/json".to_owned());
        assert_eq!((label(&parts[0]), label(&parts[1])), (Some(json), None));
        let open = super::parts("https://g/v1.0/$batch", body, None).unwrap();
        assert!(open.iter().all(|it| it.answer.is_none()));
        assert!(super::parts("https://g/v1.0/$batch", "no", None).is_none());
    }
}
