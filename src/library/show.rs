//! Conversations with a client library in words.

use std::fmt::Write as _;

use serde_json::Value;

use crate::graph::{Call, Conversation, Listener, WireRequest};
use crate::judge::requests::surfaced_text;

/// Header fields worth a reader's time; the others say who the library is.
const SHOWN: [&str; 7] = [
    "authorization",
    "content-type",
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "retry-attempt",
    "host",
];

/// What was asked, what was on the wire, and what surfaced, one after the other.
pub fn show_wire(conversation: &Conversation) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{}", conversation.lines.join(" / "));
    for call in &conversation.calls {
        show_call(&mut text, call);
    }
    text
}

fn show_call(text: &mut String, call: &Call) {
    let request = Value::Object(call.asked.request.clone());
    let address = call.asked.address.segments();
    let (_, address) = address.split_last().unwrap_or((&"", &[]));
    let _ = writeln!(text, "  asked     {} {request}", address.join(" / "));
    for (position, request) in call.wire.iter().enumerate() {
        write_request(text, request, position == 0);
    }
    if call.wire.is_empty() {
        let _ = writeln!(text, "  wire      nothing was sent");
    }
    let _ = writeln!(text, "  surfaced  {}", surfaced_text(&call.surfaced));
}

/// One request as it arrived, and its answer.
pub fn show_request(request: &WireRequest) -> String {
    let mut text = String::new();
    write_request(&mut text, request, true);
    text
}

fn write_request(text: &mut String, request: &WireRequest, first: bool) {
    let label = if first { "wire" } else { "" };
    let place = match request.listener {
        Listener::Service => String::new(),
        Listener::Elsewhere => " (at another host)".to_owned(),
    };
    let seconds = request.arrived_ms / 1000.0;
    let _ = writeln!(
        text,
        "  {label:<8}  #{} {}{place}, {seconds:.2} s",
        request.number,
        request.line()
    );
    for (name, value) in &request.headers {
        if SHOWN.contains(&name.to_lowercase().as_str()) {
            let _ = writeln!(text, "            {name}: {value}");
        }
    }
    if !request.body.is_empty() {
        let _ = writeln!(text, "            {}", request.body.replace('\n', " "));
    }
    if let Some(fault) = &request.body_fault {
        let _ = writeln!(text, "            ({fault})");
    }
    let answer = &request.answer;
    let status = answer.status.map_or("connection closed".to_owned(), |it| it.to_string());
    let wait = answer
        .headers
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "Retry-After" | "Location"))
        .map(|(name, value)| format!(", {name}: {value}"))
        .collect::<String>();
    let _ =
        writeln!(text, "  answered  {status}{wait} {}", answer.body.replace('\n', " ").trim_end());
}
