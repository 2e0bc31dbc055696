//! Rules about client libraries, judged by what arrived alone: nobody knows what the application asked for.

use serde_json::Map;

use super::select::{Depth, Means, Selected, place};
use super::{Suite, judge};
use crate::graph::{
    Asking, Call, Conversation, Exchange, FailureKind, ItemAddress, Listener, Purpose, Recording,
    Reply, Surfaced, WireAnswer, WireRequest,
};
use crate::judge::Outcome;
use crate::report::RuleReport;
use crate::rules::Rule;

/// Judges the requests of these recordings.
pub(super) async fn judge_requests(
    suite: &Suite,
    rules: Vec<&Rule>,
    recordings: &[Recording],
    means: &Means,
) -> Vec<RuleReport> {
    let mut selected = Selected { rules, depth: Depth::Quick, ..Selected::default() };
    for rule in &selected.rules {
        for scenario in &rule.scenarios {
            if !scenario.on_traffic {
                let outcome = Outcome::not_run("nobody told this story; see `linkspec run --sdk`");
                selected.blocked.insert(place(rule, scenario), outcome);
            }
        }
    }
    let calls = recordings.iter().flat_map(calls).collect();
    let heard = Conversation { calls, ..Conversation::default() };
    judge::judge_conversations(suite, &selected, means, Vec::new(), vec![heard]).await
}

/// The requests of a recording, less those that stood in a batch, whose addresses and labels are the batch's.
fn calls(recording: &Recording) -> impl Iterator<Item = Call> + '_ {
    let in_batch = |exchange: &Exchange| {
        recording.observed.as_ref().is_some_and(|it| it.in_batch.contains(&exchange.act))
    };
    recording.exchanges.iter().filter(move |it| !in_batch(it)).filter_map(call)
}

/// A request as something an application might have asked for.
fn call(exchange: &Exchange) -> Option<Call> {
    let request = &exchange.request;
    let is_whole = !matches!(&exchange.answer, Reply::Nothing(failure)
        if failure.failure == FailureKind::NotRecorded);
    // The rules are about v1.0; headers left out by whoever recorded the exchange are no choice of the library.
    let lower = request.url.to_ascii_lowercase();
    let target = lower.find("/v1.0/").map(|at| &request.url[at..])?;
    if exchange.purpose != Purpose::CreateLink || !is_whole || request.headers.is_empty() {
        return None;
    }
    Some(Call {
        asked: Asking {
            base_url: String::new(),
            token: String::new(),
            // What was asked for is not known; the checks of these rules only want to know whether its
            // ids need encoding, which is another rule's business.
            address: ItemAddress::Me { item_id: "item".to_owned() },
            request: Map::new(),
        },
        wire: vec![WireRequest {
            number: exchange.number,
            listener: Listener::Service,
            at: exchange.sent,
            arrived_ms: 0.0,
            method: request.method.clone(),
            target: target.to_owned(),
            headers: request.headers.clone(),
            body: request.body.as_deref().unwrap_or_default().to_owned(),
            body_fault: None,
            answer: WireAnswer { status: exchange.status(), ..WireAnswer::default() },
        }],
        surfaced: Surfaced::Error {
            status: exchange.status(),
            code: None,
            message: "not observed".to_owned(),
        },
    })
}
