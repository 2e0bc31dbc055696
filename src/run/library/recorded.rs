//! A run through a client library made elsewhere or earlier, from its JSON report: what was asked, sent and surfaced is
//! judged once more, by the rules of today.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{header, recording};
use crate::graph::{
    Asking, Call, Conversation, Exchange, Listener, Product, Reply, Tenant, WireAnswer, WireRequest,
};
use crate::library::{Hello, least_number};
use crate::report::{CallerSummary, Report, ReportedCall};
use crate::run::{self, Means, ProductRecording, Selection, Suite};
use crate::steps::StoryWorld;
use crate::story::Story;

/// What a report tells of the run it is about.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedRun {
    caller: CallerSummary,
    started: Timestamp,
    duration_ms: u64,
    calls: Vec<ReportedCall>,
    exchanges: Vec<RecordedExchange>,
}

#[derive(Debug, Clone, Deserialize)]
struct RecordedExchange {
    #[serde(flatten)]
    exchange: Exchange,
}

/// Reads a JSON report of a run through a client library; nothing where it is another file.
///
/// # Errors
/// Where it is such a report, and something is missing.
pub fn recorded(text: &str) -> Option<Result<RecordedRun, String>> {
    let report: Value = serde_json::from_str(text).ok()?;
    let through_library = report.get("linkspec").is_some()
        && report.pointer("/caller/kind").is_some_and(|it| it == "sdk")
        && report.get("calls").is_some();
    through_library.then(|| serde_json::from_value(report).map_err(|error| error.to_string()))
}

impl RecordedRun {
    /// What was asked, sent and surfaced, story by story.
    ///
    /// The token of a call is the one that arrived first.
    pub fn conversations(&self) -> Vec<Conversation> {
        let exchanges: BTreeMap<u32, &Exchange> =
            self.exchanges.iter().map(|it| (it.exchange.number, &it.exchange)).collect();
        let mut told: Vec<(&str, Conversation)> = Vec::new();
        for reported in &self.calls {
            let wire: Vec<&Exchange> =
                reported.wire.iter().filter_map(|it| exchanges.get(it).copied()).collect();
            let call = call(reported, &wire);
            match told.last_mut() {
                Some((story, conversation)) if *story == reported.story => {
                    conversation.calls.push(call);
                }
                _ => told.push((
                    &reported.story,
                    Conversation {
                        lines: reported.story.split(" / ").map(str::to_owned).collect(),
                        calls: vec![call],
                        ..Conversation::default()
                    },
                )),
            }
        }
        told.into_iter().map(|(_, conversation)| conversation).collect()
    }

    /// Judges what was recorded by these rules. What has no story in it is not run.
    pub async fn judge(&self, suite: &Suite, selection: &Selection, product: Product) -> Report {
        let (selected, _) = suite.select_requests(selection);
        let conversations = self.conversations();
        let means = Means::new(product, Tenant::default());
        let told: Vec<(Story, Conversation)> = conversations
            .iter()
            .map(|it| (StoryWorld::write_down(&it.lines), it.clone()))
            .collect();
        let rules =
            run::judge_conversations(suite, &selected, &means, told, conversations.clone()).await;
        let hello = Hello {
            name: self.caller.name.clone().unwrap_or_default(),
            version: self.caller.version.clone().unwrap_or_default(),
            ..Hello::default()
        };
        let remarks = vec![format!("judged again from a run of {}", self.started.strftime("%F"))];
        let duration = std::time::Duration::from_millis(self.duration_ms);
        let started = self.started;
        let recorded = ProductRecording {
            header: header(suite, &means, &hello, &conversations, remarks, started, duration),
            recordings: conversations.iter().map(recording).collect(),
        };
        let mut report = run::report(&[(recorded, rules)], suite);
        report.calls = ReportedCall::of(&conversations);
        report
    }
}

fn call(reported: &ReportedCall, wire: &[&Exchange]) -> Call {
    let begun = wire.first().map(|it| it.sent);
    let requests: Vec<WireRequest> =
        wire.iter().map(|it| request(it, begun.unwrap_or(it.sent))).collect();
    let bearer = |it: &WireRequest| {
        let field = it.header_values("authorization").next()?.to_owned();
        field.split_once(' ').map(|(_, token)| token.trim().to_owned())
    };
    let token = requests.first().and_then(bearer).unwrap_or_default();
    let base_url = wire.first().map_or_else(String::new, |it| {
        let (origin, _) = origin_and_target(&it.request.url);
        format!("{origin}/v1.0")
    });
    let asked = Asking {
        base_url,
        token,
        address: reported.address.clone(),
        request: reported.asked.clone(),
    };
    Call { asked, wire: requests, surfaced: reported.surfaced.clone() }
}

/// The origin, and the target as it was written: reading it as a URL would tidy it.
fn origin_and_target(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |it| it + 3);
    let path = url[start..].find('/').map_or(url.len(), |it| start + it);
    url.split_at(path)
}

/// A report has the body as it was read, and not its bytes. One that was as long on the wire was not packed, whatever
/// its label says; where the length is not told, nothing is known of it.
fn body_fault(headers: &[(String, String)], body: &str) -> Option<String> {
    let field = |wanted: &str| {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let encoding = field("content-encoding").filter(|it| *it != "identity")?;
    let length: usize = field("content-length")?.parse().ok()?;
    (length == body.len()).then(|| {
        format!("the bytes of the body are no {encoding}, though Content-Encoding says so")
    })
}

fn request(exchange: &Exchange, begun: Timestamp) -> WireRequest {
    let since = |moment: Timestamp| moment.duration_since(begun).as_secs_f64() * 1000.0;
    let (origin, target) = origin_and_target(&exchange.request.url);
    let body = exchange.request.body.as_deref().unwrap_or_default();
    let arrived_ms = since(exchange.sent);
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let answered_ms = arrived_ms + exchange.milliseconds as f64;
    let mut answer = WireAnswer { answered_ms, ..WireAnswer::default() };
    if let Reply::Answer(given) = &exchange.answer {
        answer.status = Some(given.status);
        answer.headers = given.headers.clone();
        answer.body = given.body.to_string();
        let field = given.headers.iter().find(|(name, _)| name == "retry-after");
        answer.wait_until_ms = field.and_then(|(_, value)| {
            let date = httpdate::parse_http_date(value).ok();
            match (value.parse::<f64>().ok(), date.and_then(|it| Timestamp::try_from(it).ok())) {
                (Some(seconds), _) => Some(answered_ms + seconds * 1000.0),
                (None, Some(date)) => Some(since(date)),
                #[expect(clippy::cast_precision_loss, reason = "seconds")]
                (None, None) => least_number(value).map(|it| answered_ms + it as f64 * 1000.0),
            }
        });
    }
    WireRequest {
        number: exchange.number,
        listener: if origin.contains("another-host") {
            Listener::Elsewhere
        } else {
            Listener::Service
        },
        at: exchange.sent,
        arrived_ms,
        method: exchange.request.method.clone(),
        target: target.to_owned(),
        headers: exchange.request.headers.clone(),
        body_fault: body_fault(&exchange.request.headers, body),
        body: body.to_owned(),
        answer,
    }
}
