//! An exchange as text.

use super::layout::{cut, layout};
use super::wording::{is_relevant_answer_header, is_relevant_request_header, no_answer, printable};
use crate::graph::{Exchange, Reply};

/// The most lines shown of one body; all of it is in the JSON report.
const BODY_LINES: usize = 40;
/// The most characters shown of one line.
const LINE_WIDTH: usize = 300;

/// An exchange for reading: what was sent after `>`, what came back after `<`.
///
/// Left out are header fields that no rule speaks of, and the rest of a long body.
pub fn transcript(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let mut sent = format!("{} {}", request.method, request.url);
    for (name, value) in request.headers.iter().filter(|it| is_relevant_request_header(&it.0)) {
        sent.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(body) = &request.body {
        sent.push_str(&format!("\n\n{}", cut(&layout(body), BODY_LINES, LINE_WIDTH)));
    }
    let received = match &exchange.answer {
        Reply::Nothing(failure) => format!(
            "{} after {} ms: {}",
            no_answer(failure.failure),
            exchange.milliseconds,
            failure.detail
        ),
        Reply::Answer(answer) => {
            let mut received = format!("{}   ({} ms)", answer.status_line(), exchange.milliseconds);
            for (name, value) in answer.headers.iter().filter(|it| is_relevant_answer_header(&it.0))
            {
                received.push_str(&format!("\n{name}: {value}"));
            }
            if answer.not_utf8 {
                received.push_str("\n(the body holds bytes that are no UTF-8, shown as \u{fffd})");
            }
            if !answer.body.is_empty() {
                let body = cut(&layout(&answer.body), BODY_LINES, LINE_WIDTH);
                received.push_str(&format!("\n\n{body}"));
            }
            received
        }
    };
    format!("{}\n{}", prefixed("> ", &printable(&sent)), prefixed("< ", &printable(&received)))
}

/// Every line with `prefix` before it.
pub(super) fn prefixed(prefix: &str, text: &str) -> String {
    text.lines()
        .map(|line| format!("{prefix}{line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
