//! The exchanges of a report as HTTP Archive 1.2.

use serde_json::{Value, json};
use url::Url;

use super::Report;
use super::wording::circumstances;
use crate::graph::{Answer, Exchange, Reply, Request};

/// [`document`] as text.
pub fn render(report: &Report) -> String {
    format!("{:#}\n", document(report))
}

/// The exchanges of a report as HAR 1.2, redacted as they are in the report.
///
/// Every entry carries the number of its exchange, so that a finding leads to it.
pub fn document(report: &Report) -> Value {
    let entries: Vec<Value> = report
        .exchanges
        .iter()
        .map(|reported| {
            let mut entry = entry(&reported.exchange);
            entry["comment"] =
                format!("exchange {}: {}", reported.exchange.number, reported.story).into();
            entry["_linkspec"] = json!({
                "n": reported.exchange.number,
                "product": reported.product,
                "purpose": reported.exchange.purpose,
                "identity": reported.exchange.identity,
            });
            entry
        })
        .collect();
    json!({
        "log": {
            "version": "1.2",
            "comment": circumstances(report),
            // Who asked, and where: `judge` has to know what is linkspec's own doing in it.
            "creator": {
                "name": "linkspec",
                "version": report.linkspec,
                "_caller": report.caller.kind,
                "_target": report.target.kind,
            },
            "entries": entries,
        }
    })
}

fn entry(exchange: &Exchange) -> Value {
    let mut entry = json!({
        "startedDateTime": exchange.sent.to_string(),
        "time": exchange.milliseconds,
        "request": request(&exchange.request),
        "response": no_response(),
        "cache": {},
        // HAR wants a division that nobody measured: all of it is waiting.
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
    });
    match &exchange.answer {
        Reply::Answer(answer) => entry["response"] = response(answer),
        Reply::Nothing(failure) => {
            entry["response"]["_error"] = failure.detail.clone().into();
        }
    }
    entry
}

fn request(request: &Request) -> Value {
    let query: Vec<Value> = Url::parse(&request.url)
        .map(|url| {
            url.query_pairs().map(|(name, value)| json!({"name": name, "value": value})).collect()
        })
        .unwrap_or_default();
    let mut written = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.as_ref().map_or(0, |body| body.len()),
    });
    if let Some(body) = &request.body {
        let media_type = request.header("content-type").unwrap_or("application/json");
        written["postData"] = json!({"mimeType": media_type, "params": [], "text": body});
    }
    written
}

fn response(answer: &Answer) -> Value {
    json!({
        "status": answer.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(&answer.headers),
        "content": {
            "size": answer.body.len(),
            "mimeType": answer.header("content-type").unwrap_or_default(),
            "text": answer.body,
        },
        "redirectURL": answer.header("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": answer.body.len(),
    })
}

/// Status 0 is how browsers write that there was no answer.
fn no_response() -> Value {
    json!({
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": ""},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    })
}

fn fields(fields: &[(String, String)]) -> Vec<Value> {
    fields.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}
