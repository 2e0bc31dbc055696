//! A run through a client library: the stories side by side, then the verdicts.

mod long_waits;
mod recorded;

pub use recorded::{RecordedRun, recorded};

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};

use crate::graph::{
    Answer, Call, Conversation, Exchange, Failure, FailureKind, Identity, Listener, Product,
    Purpose, Recording, Reply, Request, Surfaced, Tenant, WireRequest,
};
use crate::library::{
    Adapter, AdapterCommand, AdapterFault, AdapterStartError, FaultKind, Hello, Manner, ToldStory,
    tell,
};
use crate::report::{CallerSummary, Report, ReportedCall, RequestCount};
use crate::run::{self, Header, Means, ProductRecording, Selection, Suite};
use crate::story::{RequestedStory, Story};

/// How a run through a client library is made.
#[derive(Debug, Clone, Copy)]
pub struct SdkOptions {
    /// The product whose usual scope is asked for.
    pub product: Product,
    /// How many calls are under way at a time.
    pub jobs: usize,
    /// How long one call may take.
    pub patience: Duration,
    /// How long a library is looked on that is asked to wait longer than a test can.
    pub long_waits: Duration,
}

impl SdkOptions {
    /// What is usual for a product.
    pub fn new(product: Product) -> Self {
        Self {
            product,
            jobs: 16,
            patience: Duration::from_secs(25),
            long_waits: Duration::from_secs(10),
        }
    }
}

/// What a run through a client library came to.
#[derive(Debug)]
pub struct SdkRun {
    /// What the adapter says about its library.
    pub hello: Hello,
    /// What was asked, sent and surfaced, in the order of the features.
    pub conversations: Vec<Conversation>,
    /// Where the adapter broke the protocol.
    pub faults: Vec<AdapterFault>,
    /// The verdicts.
    pub report: Report,
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SdkError {
    /// The adapter did not start.
    #[error(transparent)]
    Start(#[from] AdapterStartError),
    /// The scripted service did not start.
    #[error("the scripted service cannot listen on this machine: {0}")]
    Service(#[from] std::io::Error),
}

/// So many processes a library has that answers in turn.
const PROCESSES: usize = 4;

/// So long a library was under way at least that waited before it asked again.
const A_WAIT: SignedDuration = SignedDuration::from_millis(500);

/// The adapter of a run: restarted once when it comes to an end.
pub(super) struct Runner<'r> {
    options: SdkOptions,
    done: AtomicUsize,
    all: usize,
    progress: &'r (dyn Fn(usize, usize) + Sync),
}

/// A story that the end of the adapter broke off.
struct Open {
    index: usize,
    /// A request of it had arrived: it may be what broke the adapter down.
    under_way: bool,
}

/// The conversations told, by position in the plan.
pub(super) type Conversations = BTreeMap<usize, Conversation>;

/// Tells every selected story through an adapter and judges what happened.
///
/// # Errors
/// When the adapter or the scripted service does not start.
pub async fn run(
    suite: &Suite,
    selection: &Selection,
    command: &AdapterCommand,
    options: SdkOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<SdkRun, SdkError> {
    let (started, clock) = (Timestamp::now(), Instant::now());
    let (selected, stories) = suite.select_requests_of_shard(selection);
    let adapter = Adapter::start(command).await?;
    let hello = adapter.hello().clone();
    let runner = Runner { options, done: AtomicUsize::new(0), all: stories.len(), progress };
    let (mut conversations, faults) = runner.tell_all(command, adapter, &stories).await?;
    let by_application = &hello.by_application;
    conversations.iter_mut().for_each(|it| it.by_application.clone_from(by_application));
    number(&mut conversations);
    let means = Means::new(options.product, Tenant::default());
    let told: Vec<(Story, Conversation)> =
        stories.iter().map(|it| it.story.clone()).zip(conversations.iter().cloned()).collect();
    let rules =
        run::judge_conversations(suite, &selected, &means, told, conversations.clone()).await;
    let remarks = faults.iter().map(ToString::to_string).collect();
    let recording = ProductRecording {
        header: header(suite, &means, &hello, &conversations, remarks, started, clock.elapsed()),
        recordings: conversations.iter().map(recording).collect(),
    };
    let mut report = run::report(&[(recording, rules)], suite);
    report.calls = ReportedCall::of(&conversations);
    Ok(SdkRun { hello, conversations, faults, report })
}

impl Runner<'_> {
    /// Tells the stories side by side, the plainest first and alone: it wakes the library up. Long waits are
    /// looked on beside all that, in processes of their own, which end with it.
    async fn tell_all(
        &self,
        command: &AdapterCommand,
        adapter: Adapter,
        stories: &[RequestedStory],
    ) -> Result<(Vec<Conversation>, Vec<AdapterFault>), SdkError> {
        let (long, mut order): (Vec<usize>, Vec<usize>) =
            (0..stories.len()).partition(|index| stories[*index].story.script.waits_long());
        // What waits begins first; what may break the process down comes last.
        order.sort_by_key(|index| {
            let script = &stories[*index].story.script;
            (*index != 0, !script.waits(), script.may_break_a_library())
        });
        let mut conversations = Conversations::new();
        let says_in_turn = adapter.hello().concurrency.is_some_and(|it| it.get() == 1);
        let (first, mut waiting) = two_that_wait(stories, &order);
        if says_in_turn {
            waiting.clear();
        }
        let mut open = self.tell_some(&adapter, stories, &first, &mut conversations).await?;
        open.extend(self.tell_some(&adapter, stories, &waiting, &mut conversations).await?);
        let in_turn = says_in_turn || one_waited_for_the_other(&waiting, &conversations);
        order.retain(|index| !first.contains(index) && !waiting.contains(index));
        let (told, waited) = futures::join!(
            self.tell_short(command, adapter, stories, &order, open, in_turn),
            self.look_on(command, stories, &long, in_turn || self.options.jobs <= 1),
        );
        let mut faults = Vec::new();
        for (some, more) in [told?, waited?] {
            conversations.extend(some);
            faults.extend(more);
        }
        Ok((conversations.into_values().collect(), faults))
    }

    /// Tells the stories whose end is awaited: through several processes where a library answers in turn, or it would
    /// wait in one after the other.
    async fn tell_short(
        &self,
        command: &AdapterCommand,
        adapter: Adapter,
        stories: &[RequestedStory],
        order: &[usize],
        mut open: Vec<Open>,
        in_turn: bool,
    ) -> Result<(Conversations, Vec<AdapterFault>), SdkError> {
        let count = if in_turn { self.options.jobs.clamp(1, PROCESSES) } else { 1 };
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (position, index) in order.iter().enumerate() {
            parts[position % count].push(*index);
        }
        let mut adapters = vec![adapter];
        for _ in parts.iter().skip(1).filter(|it| !it.is_empty()) {
            adapters.push(Adapter::start(command).await?);
        }
        let told = adapters.into_iter().zip(&parts);
        let told = told.map(|(adapter, part)| {
            self.tell_through(command, adapter, stories, part, std::mem::take(&mut open))
        });
        let (mut conversations, mut faults) = (Conversations::new(), Vec::new());
        for told in futures::future::join_all(told).await {
            let (some, more) = told?;
            conversations.extend(some);
            faults.extend(more);
        }
        Ok((conversations, faults))
    }

    /// Tells stories through one process, which is restarted once. What was open before is told again as well.
    async fn tell_through(
        &self,
        command: &AdapterCommand,
        adapter: Adapter,
        stories: &[RequestedStory],
        order: &[usize],
        mut open: Vec<Open>,
    ) -> Result<(Conversations, Vec<AdapterFault>), SdkError> {
        let mut conversations = Conversations::new();
        let mut faults = Vec::new();
        open.extend(self.tell_some(&adapter, stories, order, &mut conversations).await?);
        let mut last_fault = adapter.stop().await;
        faults.extend(last_fault.clone());
        if !open.is_empty() {
            match Adapter::start(command).await {
                Ok(adapter) => {
                    open = self.tell_again(&adapter, stories, open, &mut conversations).await?;
                    last_fault = adapter.stop().await;
                    faults.extend(last_fault.clone());
                }
                Err(error) => {
                    if let AdapterStartError::Fault(fault) = error {
                        last_fault = Some(fault.clone());
                        faults.push(fault);
                    }
                }
            }
        }
        let reason = last_fault.as_ref().map_or("unknown", |it| it.detail.as_str());
        let reason = format!("the adapter could not go on: {reason}{}", under_way(&open, stories));
        for Open { index, .. } in open {
            conversations.entry(index).or_insert_with(|| unheard(&stories[index], reason.clone()));
        }
        Ok((conversations, faults))
    }

    /// Tells stories side by side. Gives those that the end of the adapter broke off.
    async fn tell_some(
        &self,
        adapter: &Adapter,
        stories: &[RequestedStory],
        which: &[usize],
        conversations: &mut Conversations,
    ) -> Result<Vec<Open>, SdkError> {
        let told: Vec<(usize, std::io::Result<ToldStory>)> = stream::iter(which.iter().copied())
            .map(|index| async move { (index, self.tell_one(adapter, stories, index).await) })
            .buffer_unordered(self.at_a_time(adapter))
            .collect()
            .await;
        let mut open = Vec::new();
        for (index, told) in told {
            match told? {
                ToldStory::Whole(conversation) | ToldStory::NotBegun(conversation) => {
                    conversations.insert(index, conversation);
                }
                ToldStory::BrokenOff(conversation, _) => {
                    let under_way = conversation.calls.last().is_some_and(|it| !it.wire.is_empty());
                    open.push(Open { index, under_way });
                }
            }
        }
        Ok(open)
    }

    /// Tells what was broken off once more: what was under way then, or may break the process down, comes last and
    /// one by one, so that it is known what did.
    async fn tell_again(
        &self,
        adapter: &Adapter,
        stories: &[RequestedStory],
        open: Vec<Open>,
        conversations: &mut Conversations,
    ) -> Result<Vec<Open>, SdkError> {
        let (mut suspects, innocent): (Vec<Open>, Vec<Open>) = open
            .into_iter()
            .partition(|it| it.under_way || stories[it.index].story.script.may_break_a_library());
        // Few rules rest on redirects, and the first suspect that breaks the process down is the last to be told.
        suspects.sort_by_key(|it| stories[it.index].story.script.redirects());
        let innocent: Vec<usize> = innocent.into_iter().map(|it| it.index).collect();
        let mut open = self.tell_some(adapter, stories, &innocent, conversations).await?;
        for suspect in suspects {
            if !open.is_empty() {
                open.push(suspect);
                continue;
            }
            let index = suspect.index;
            match self.tell_one(adapter, stories, index).await? {
                ToldStory::Whole(conversation) | ToldStory::NotBegun(conversation) => {
                    conversations.insert(index, conversation);
                }
                ToldStory::BrokenOff(mut conversation, fault) => {
                    let lines = conversation.lines.join("; ");
                    let what = format!("{}, asked: {lines}", fault.headline());
                    let surfaced = match fault.kind {
                        FaultKind::Exited => Some(Surfaced::Crashed(what)),
                        FaultKind::Silent => Some(Surfaced::Hung(what)),
                        _ if stories[index].story.script.is_malformed() => {
                            Some(Surfaced::Crashed(what))
                        }
                        // An adapter that lives and breaks the protocol says nothing about the library.
                        _ => None,
                    };
                    if let (Some(call), Some(surfaced)) = (conversation.calls.last_mut(), surfaced)
                    {
                        call.surfaced = surfaced;
                    }
                    conversations.insert(index, conversation);
                    open.push(suspect);
                }
            }
        }
        Ok(open)
    }

    /// How many calls are under way at a time: no more than wanted, and no more than the library can have.
    fn at_a_time(&self, adapter: &Adapter) -> usize {
        let most = adapter.hello().concurrency.map_or(usize::MAX, NonZeroUsize::get);
        self.options.jobs.clamp(1, most)
    }

    pub(super) async fn tell_one(
        &self,
        adapter: &Adapter,
        stories: &[RequestedStory],
        index: usize,
    ) -> std::io::Result<ToldStory> {
        let RequestedStory { story, lines, .. } = &stories[index];
        let SdkOptions { product, patience, long_waits, .. } = self.options;
        let manner = Manner { product, patience, long_waits };
        let told = tell(adapter, story, lines, index, manner).await;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(done.min(self.all), self.all);
        told
    }
}

/// The plainest story, and two that wait.
fn two_that_wait(stories: &[RequestedStory], order: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (first, rest) = order.split_at(order.len().min(1));
    let waits = |index: &&usize| stories[**index].story.script.waits();
    (first.to_vec(), rest.iter().filter(waits).take(2).copied().collect())
}

/// Whether one call ended before the other began though both were asked for at once: not every adapter says that its
/// library answers in turn.
fn one_waited_for_the_other(two: &[usize], conversations: &Conversations) -> bool {
    let span = |index: &usize| {
        let wire = &conversations.get(index)?.calls.first()?.wire;
        Some((wire.first()?.at, wire.last()?.at))
    };
    // Where none waits, nothing waits for it.
    let ended_before = |one: &(Timestamp, Timestamp), other: &(Timestamp, Timestamp)| {
        one.1.duration_since(one.0) >= A_WAIT && one.1 < other.0
    };
    let spans: Option<Vec<_>> = two.iter().map(span).collect();
    matches!(spans.as_deref(), Some([one, other])
        if ended_before(one, other) || ended_before(other, one))
}

/// A story that could not be told, with the reason.
pub(super) fn unheard(wanted: &RequestedStory, reason: String) -> Conversation {
    let surfaced = Surfaced::Lost(reason);
    Conversation {
        lines: wanted.lines.clone(),
        calls: vec![Call { asked: nothing_asked(), wire: Vec::new(), surfaced }],
        ..Conversation::default()
    }
}

/// The stories that were under way when the adapter came to its end for good: one of them may be why.
fn under_way(open: &[Open], stories: &[RequestedStory]) -> String {
    const MOST: usize = 3;
    let mut told: Vec<String> = open
        .iter()
        .filter(|it| it.under_way)
        .map(|it| stories[it.index].lines.join(" / "))
        .collect();
    let more = told.len().saturating_sub(MOST);
    told.truncate(MOST);
    match (told.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("; under way then: {}", told.join("; ")),
        (false, more) => format!("; under way then: {}; and {more} more", told.join("; ")),
    }
}

fn nothing_asked() -> crate::graph::Asking {
    crate::graph::Asking {
        base_url: String::new(),
        token: String::new(),
        address: crate::graph::ItemAddress::Me { item_id: String::new() },
        request: serde_json::Map::new(),
    }
}

/// Numbers the requests in the order of the plan.
fn number(conversations: &mut [Conversation]) {
    let requests =
        conversations.iter_mut().flat_map(|it| &mut it.calls).flat_map(|it| &mut it.wire);
    for (number, request) in (1..).zip(requests) {
        request.number = number;
    }
}

pub(super) fn header(
    suite: &Suite,
    means: &Means,
    hello: &Hello,
    conversations: &[Conversation],
    remarks: Vec<String>,
    started: Timestamp,
    duration: Duration,
) -> Header {
    let requests = conversations.iter().flat_map(|it| &it.calls).flat_map(|it| &it.wire).count();
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    Header {
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        caller: CallerSummary {
            kind: "sdk".to_owned(),
            name: Some(hello.name.clone()),
            version: Some(hello.version.clone()),
        },
        requests: RequestCount { total: requests, create_link: requests },
        remarks,
        ..Header::new(suite.catalogue.digest.clone(), means.clone(), started)
    }
}

/// A conversation as the exchanges that the service saw.
pub(super) fn recording(conversation: &Conversation) -> Recording {
    // The lines about asking come last in a story.
    let first_ask = conversation.lines.len().saturating_sub(conversation.calls.len());
    let mut exchanges = Vec::new();
    for (index, call) in conversation.calls.iter().enumerate() {
        for (position, request) in call.wire.iter().enumerate() {
            let retried = position + 1 < call.wire.len();
            exchanges.push(exchange(call, request, index, first_ask + index, retried));
        }
    }
    Recording { lines: conversation.lines.clone(), exchanges, ..Recording::default() }
}

fn exchange(
    call: &Call,
    request: &WireRequest,
    link: usize,
    act: usize,
    retried: bool,
) -> Exchange {
    let host = match request.listener {
        Listener::Service => call.asked.base_url.trim_end_matches("/v1.0"),
        Listener::Elsewhere => "http://another-host.example",
    };
    let lower = |headers: &[(String, String)]| {
        headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect()
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds")]
    let milliseconds = (request.answer.answered_ms - request.arrived_ms).max(0.0) as u64;
    Exchange {
        number: request.number,
        act,
        purpose: Purpose::CreateLink,
        identity: Identity::Owner,
        item: Some("file".to_owned()),
        link: Some(link),
        retried,
        sent: request.at,
        milliseconds,
        request: Request {
            method: request.method.clone(),
            url: format!("{host}{}", request.target),
            headers: lower(&request.headers),
            body: (!request.body.is_empty()).then(|| request.body.as_str().into()),
        },
        answer: match request.answer.status {
            Some(status) => Reply::Answer(Answer {
                status,
                headers: lower(&request.answer.headers),
                body: request.answer.body.as_str().into(),
                not_utf8: false,
            }),
            None => Reply::Nothing(Failure {
                failure: FailureKind::Broken,
                detail: "the connection was closed without an answer, as scripted".to_owned(),
            }),
        },
    }
}
