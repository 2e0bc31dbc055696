//! The one way out: budget, own things, tokens and redaction of every request.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use url::Url;

use super::bounds::Taken;
use super::breaker::{Breaker, Kind};
use super::kept::kept;
use super::throttle::{self, Patience};
use super::{Interrupt, Journal};
use crate::caller::{Caller, Outgoing};
use crate::graph::{
    Answer, Clock, Exchange, Failure, FailureKind, Gap, Identity, Purpose, Recording, Redactor,
    Reply, Request, Secret, Unredacted,
};
use crate::sign_in::Wallet;

/// The way out: sends, waits when the service asks for it, and records what happened, redacted.
pub struct Wire {
    /// Who sends.
    pub caller: Caller,
    /// Where waiting happens.
    pub clock: Clock,
    /// What makes an exchange fit to be kept.
    pub redactor: Arc<Redactor>,
    /// How long to wait for a throttled service.
    pub patience: Patience,
    /// The tokens.
    pub wallet: Wallet,
    /// The service root: tokens go to its origin and nowhere else.
    pub base: Url,
    /// What was made so far: whatever changes anything has to be about that.
    pub journal: Arc<Journal>,
    pub(super) state: State,
}

/// What all stories of a run share.
#[derive(Default)]
pub(super) struct State {
    /// No createLink call before the clock has run so long: the service asked for a pause.
    not_before: Mutex<Option<Duration>>,
    /// Why no further createLink call is made.
    stopped: Mutex<Option<String>>,
    /// The stop is due to throttling, so the run can go on later.
    throttled: AtomicBool,
    create_link_calls: AtomicU32,
    /// The most createLink calls that may be sent.
    budget: OnceLock<u32>,
    /// No createLink call is made at all, because that was asked for.
    read_only: AtomicBool,
    breaker: Breaker,
    interrupt: Interrupt,
    /// The first createLink call was answered, or its story is over.
    answers: watch::Sender<bool>,
    /// Clean-up is under way: it waits where it has to, also after an interruption.
    cleaning: AtomicBool,
    /// Where the drive could be read.
    drive: OnceLock<Url>,
    total: AtomicU32,
    pub(super) taken: Taken,
    /// A new item that was unknown to createLink stayed so.
    pub(super) items_stay_unknown: AtomicBool,
    pub(super) vain_waits: AtomicU32,
    pub(super) useful_waits: AtomicU32,
}

/// What an exchange is about, for its place in the recording.
#[derive(Debug, Clone)]
pub struct About {
    /// The line of the story.
    pub act: usize,
    /// What the call is for.
    pub purpose: Purpose,
    /// Who sends it.
    pub identity: Identity,
    /// The item concerned.
    pub item: Option<String>,
    /// The request of the story that made the link concerned.
    pub link: Option<usize>,
}

impl About {
    /// The exchange that came of it, numbered later. Request and answer are redacted already.
    pub(super) fn exchange(
        &self,
        sent: Timestamp,
        milliseconds: u64,
        request: Request,
        answer: Reply,
    ) -> Exchange {
        Exchange {
            number: 0,
            act: self.act,
            purpose: self.purpose,
            identity: self.identity,
            item: self.item.clone(),
            link: self.link,
            retried: false,
            sent,
            milliseconds,
            request,
            answer,
        }
    }
}

/// The reason that lines carry whose createLink call was not sent because of `--budget`.
pub const OVER_BUDGET: &str = "its story did not fit into --budget";

/// The reason that lines carry whose createLink call was not sent because of `--read-only`.
pub const READ_ONLY: &str = "its story needs createLink, which --read-only leaves out";

impl Wire {
    /// A way out.
    pub fn new(
        caller: impl Into<Caller>,
        clock: Clock,
        redactor: Arc<Redactor>,
        patience: Patience,
        wallet: Wallet,
        base: Url,
        journal: Arc<Journal>,
    ) -> Self {
        let state = State::default();
        let caller = caller.into();
        Self { caller, clock, redactor, patience, wallet, base, journal, state }
    }

    /// The same, ended early by a switch that is there already.
    #[must_use]
    pub fn ended_by(mut self, interrupt: Interrupt) -> Self {
        self.state.interrupt = interrupt;
        self
    }

    /// Sends once and records it. A token that is refused is renewed once, where its source can do that.
    ///
    /// This is the one way out: what would change something that the run did not make is not sent.
    pub async fn send(
        &self,
        outgoing: &Outgoing,
        about: &About,
        recording: &mut Recording,
    ) -> Unredacted<Reply> {
        self.try_to_send(outgoing, about, recording).await.reply()
    }

    async fn try_to_send(
        &self,
        outgoing: &Outgoing,
        about: &About,
        recording: &mut Recording,
    ) -> Attempt {
        if !self.journal.allows(outgoing, &self.base) {
            let detail = "not sent: this run did not make what it would change";
            return Attempt::NotSent(detail.to_owned());
        }
        let token = match self.token_for(outgoing, about.identity).await {
            Ok(token) => token,
            Err(detail) => return Attempt::NotSent(detail),
        };
        if !self.reserve(about) {
            return Attempt::NotSent(OVER_BUDGET.to_owned());
        }
        let reply = self.send_as(outgoing, token.as_ref(), about, recording).await;
        let refused = matches!(&reply.0, Reply::Answer(answer) if answer.status == 401);
        let sent_with = token.clone();
        if let Some(token) = token.filter(|_| refused && about.identity != Identity::InvalidToken)
            && self.wallet.renew(about.identity, &token).await.unwrap_or(false)
            && let Ok(Some(token)) = self.wallet.token(about.identity).await
            && self.reserve(about)
        {
            mark_last_as_retried(recording);
            let reply = self.send_as(outgoing, Some(&token), about, recording).await;
            return self.unless_rejected(reply, Some(token), about, recording).await;
        }
        self.unless_rejected(reply, sent_with, about, recording).await
    }

    /// A token that is no longer accepted anywhere is the environment's fault, not the answer's: then the
    /// request counts as not sent, and no more are sent with that token.
    async fn unless_rejected(
        &self,
        reply: Unredacted<Reply>,
        token: Option<Secret>,
        about: &About,
        recording: &mut Recording,
    ) -> Attempt {
        let refused = matches!(&reply.0, Reply::Answer(answer) if answer.status == 401);
        let identity = about.identity;
        let Some(token) = token.filter(|_| refused && identity != Identity::InvalidToken) else {
            return Attempt::Sent(reply);
        };
        if !self.is_rejected(&token).await {
            return Attempt::Sent(reply);
        }
        let detail = format!(
            "the token of {identity} is not accepted any more (401 also for reading the drive); sign in again"
        );
        if identity == Identity::Owner {
            self.stop(detail.clone());
        }
        let attempt = Attempt::NotSent(detail);
        if let Some(exchange) = recording.exchanges.last_mut() {
            exchange.answer = attempt.clone().reply().0;
        }
        attempt
    }

    /// Whether a token does not even let the drive be read. Only where the drive could be read before.
    async fn is_rejected(&self, token: &Secret) -> bool {
        let Some(url) = self.state.drive.get() else { return false };
        let headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", token.expose())),
            ("client-request-id".to_owned(), uuid::Uuid::new_v4().to_string()),
        ];
        let method = reqwest::Method::GET;
        let outgoing = Outgoing { method, url: url.clone(), headers, body: None, bare: false };
        self.state.total.fetch_add(1, Ordering::Relaxed);
        let (reply, _) = self.caller.send(&outgoing).await;
        matches!(&reply.0, Reply::Answer(answer) if answer.status == 401)
    }

    /// The drive could be read at this address, which is the service root's.
    pub(super) fn drive_is_at(&self, url: Url) {
        debug_assert_eq!(url.origin(), self.base.origin());
        // The first address stands.
        let _ = self.state.drive.set(url);
    }

    /// The token that goes with a request: none to another origin than the service root's.
    async fn token_for(
        &self,
        outgoing: &Outgoing,
        identity: Identity,
    ) -> Result<Option<Secret>, String> {
        if outgoing.bare || outgoing.url.origin() != self.base.origin() {
            return Ok(None);
        }
        match identity {
            Identity::NoToken => Ok(None),
            Identity::InvalidToken => Ok(Some(Secret::new("linkspec-no-such-token"))),
            _ => self.wallet.token(identity).await.map_err(|error| error.to_string()),
        }
    }

    async fn send_as(
        &self,
        outgoing: &Outgoing,
        token: Option<&Secret>,
        about: &About,
        recording: &mut Recording,
    ) -> Unredacted<Reply> {
        self.state.total.fetch_add(1, Ordering::Relaxed);
        let mut outgoing = outgoing.clone();
        if let Some(token) = token {
            let value = format!("Bearer {}", token.expose());
            outgoing.headers.insert(0, ("authorization".to_owned(), value));
        }
        let sent = self.clock.now();
        let (reply, elapsed) = self.caller.send(&outgoing).await;
        let request = Request {
            method: outgoing.method.to_string(),
            url: outgoing.url.to_string(),
            headers: outgoing.headers,
            body: outgoing.body.map(Into::into),
        };
        recording.exchanges.push(about.exchange(
            sent,
            u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            self.redactor.request(&request),
            self.redactor.reply(&self.within_bounds(kept(&reply.0, about.purpose)), &request.url),
        ));
        reply
    }

    /// The answer as it is kept, while there is room for it. Where there is none the run comes to its end.
    fn within_bounds(&self, reply: Reply) -> Reply {
        self.state.taken.keep(reply).unwrap_or_else(|failure| {
            self.stop(format!("{}; the remaining calls were not made", failure.detail));
            Reply::Nothing(failure)
        })
    }

    /// Whether another page of a list may be read. Where it may not, the run comes to its end.
    pub(super) fn reads_on(&self) -> bool {
        self.state
            .taken
            .another_page()
            .inspect_err(|why| self.stop(format!("{why}; the remaining calls were not made")))
            .is_ok()
    }

    /// Sends at most so many createLink calls, repeated ones included: each counts for the service
    /// (THR-06, THR-11).
    pub fn limit_create_link(&self, calls: usize) {
        // The first limit stands.
        let _ = self.state.budget.set(u32::try_from(calls).unwrap_or(u32::MAX));
    }

    /// Sends no createLink call at all. That is what was asked for, and no end before the time.
    pub fn make_no_links(&self) {
        self.state.read_only.store(true, Ordering::Relaxed);
        self.limit_create_link(0);
    }

    /// Whether createLink is left out of this run.
    pub fn is_read_only(&self) -> bool {
        self.state.read_only.load(Ordering::Relaxed)
    }

    /// Counts a createLink call that is about to be sent. False when it may not be.
    fn reserve(&self, about: &About) -> bool {
        if about.purpose != Purpose::CreateLink {
            return true;
        }
        let most = self.state.budget.get().copied().unwrap_or(u32::MAX);
        let one_more = |sent: u32| (sent < most).then_some(sent + 1);
        let calls = &self.state.create_link_calls;
        let is_within = calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok();
        if !is_within {
            self.stop(OVER_BUDGET.to_owned());
        }
        is_within
    }

    /// Whether another createLink call may be sent.
    pub(super) fn budget_is_left(&self) -> bool {
        let most = self.state.budget.get().copied().unwrap_or(u32::MAX);
        self.state.create_link_calls.load(Ordering::Relaxed) < most
    }

    /// Why a story does not go on asking for links, when that is so.
    pub(super) fn stopped_gap(&self) -> Option<Gap> {
        self.stopped().map(|reason| match reason == OVER_BUDGET {
            true => Gap::NotRun(reason),
            false => Gap::Inconclusive(reason),
        })
    }

    /// What was cut short, in words for the report.
    pub fn remarks(&self) -> Vec<String> {
        self.state.breaker.remarks()
    }

    /// Sends a call that may be repeated without harm, until the environment lets it through or patience
    /// ends. Only the last attempt counts as the exchange; earlier ones are marked as retried.
    pub async fn send_patiently(
        &self,
        outgoing: &Outgoing,
        about: &About,
        recording: &mut Recording,
    ) -> Unredacted<Reply> {
        let mut pauses = throttle::back_off();
        let mut attempt = 1;
        let kind = kind_of(outgoing, about);
        if let Some(detail) = self.state.breaker.gives_up(&kind)
            && !self.state.cleaning.load(Ordering::Relaxed)
        {
            return Attempt::NotSent(detail).reply();
        }
        loop {
            let reply = match self.try_to_send(outgoing, about, recording).await {
                Attempt::Sent(reply) => reply,
                // What kept it from being sent will do so again.
                unsent => return unsent.reply(),
            };
            let most = self.patience.attempts;
            let attempts = match &reply.0 {
                // A service that took the whole time allowed is not asked a third time.
                Reply::Nothing(failure) if failure.failure == FailureKind::TimedOut => most.min(2),
                Reply::Nothing(failure) if failure.failure == FailureKind::TooLarge => 1,
                Reply::Nothing(_) => most.min(3),
                Reply::Answer(answer) if throttle::is_throttled(answer) => most,
                reply if throttle::is_transient(reply) => most.min(3),
                Reply::Answer(_) => 1,
            };
            if attempt >= self.state.breaker.attempts(&kind, attempts) {
                self.state.breaker.note(&kind, &reply.0);
                if matches!(&reply.0, Reply::Answer(answer) if answer.status == 429) {
                    self.stop_throttled(still_throttled(attempt));
                }
                return reply;
            }
            if !self.pause(&reply.0, &mut pauses).await {
                self.state.breaker.note(&kind, &reply.0);
                return reply;
            }
            mark_last_as_retried(recording);
            attempt += 1;
        }
    }

    /// Waits as the answer asks, or backs off. False when the wait would be longer than allowed; then
    /// the run is stopped if the service throttles it.
    pub async fn pause(&self, reply: &Reply, pauses: &mut impl Iterator<Item = Duration>) -> bool {
        let asked = reply.clone();
        let wait = match &asked {
            Reply::Answer(answer) => throttle::retry_after(answer, self.clock.now()),
            Reply::Nothing(_) => None,
        };
        let Some(wait) = wait.or_else(|| pauses.next()) else { return false };
        if wait > self.patience.longest_wait {
            if matches!(&asked, Reply::Answer(answer) if throttle::is_throttled(answer)) {
                self.stop_throttled(format!(
                    "the service asks for a pause of {} s, longer than --max-wait {} s",
                    wait.as_secs(),
                    self.patience.longest_wait.as_secs()
                ));
            }
            return false;
        }
        if matches!(&asked, Reply::Answer(answer) if throttle::is_throttled(answer)) {
            self.hold_back(wait);
        }
        self.rest(wait).await
    }

    /// Waits. False when the run was asked to end before the time was up.
    pub async fn rest(&self, wait: Duration) -> bool {
        if self.state.cleaning.load(Ordering::Relaxed) {
            self.clock.sleep(wait).await;
            return true;
        }
        tokio::select! {
            biased;
            () = self.state.interrupt.wait() => false,
            () = self.clock.sleep(wait) => true,
        }
    }

    /// From now on the run cleans up, and takes its time for that also when it was asked to end.
    pub fn begin_clean_up(&self) {
        self.state.cleaning.store(true, Ordering::Relaxed);
    }

    /// Waits until no pause is in force that another story was asked for. False when the run was asked
    /// to end meanwhile.
    pub async fn wait_for_turn(&self) -> bool {
        loop {
            if self.state.interrupt.is_set() {
                return false;
            }
            let until = *self.state.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(until) = until else { return true };
            match until.checked_sub(self.clock.elapsed()) {
                Some(left) if !left.is_zero() => self.rest(left).await,
                _ => return true,
            };
        }
    }

    fn hold_back(&self, wait: Duration) {
        let until = self.clock.elapsed().saturating_add(wait);
        let mut not_before = self.state.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        if not_before.is_none_or(|earlier| earlier < until) {
            *not_before = Some(until);
        }
    }

    /// Why no further createLink call is to be made, when that is so.
    pub fn stopped(&self) -> Option<String> {
        if self.state.interrupt.is_set() {
            return Some("the run was interrupted".to_owned());
        }
        self.state.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The switch that ends the run early.
    pub fn interrupt(&self) -> Interrupt {
        self.state.interrupt.clone()
    }

    /// Whether throttling stopped the run.
    pub fn stopped_by_throttling(&self) -> bool {
        self.state.throttled.load(Ordering::Relaxed)
    }

    /// Ends the making of createLink calls; the first reason stands.
    pub fn stop(&self, reason: String) {
        let mut stopped = self.state.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert(reason);
    }

    /// Ends the making of createLink calls because the service throttles the run.
    pub fn stop_throttled(&self, reason: String) {
        self.state.throttled.store(true, Ordering::Relaxed);
        self.stop(reason);
    }

    /// Notes that the service answers createLink at all.
    pub(crate) fn note_that_it_answers(&self) {
        self.state.answers.send_replace(true);
    }

    /// Returns once the service has answered createLink, or is known not to.
    pub(crate) async fn answered(&self) {
        // The sender lives as long as this wire, so the wait can only end as it is meant to.
        let _ = self.state.answers.subscribe().wait_for(|answers| *answers).await;
    }

    /// How often a createLink call is tried, where it could be tried so often.
    pub(super) fn attempts(&self, outgoing: &Outgoing, about: &About, usual: usize) -> usize {
        self.state.breaker.attempts(&kind_of(outgoing, about), usual)
    }

    /// What a createLink call came to after all its attempts: a service that is mute, fails or throttles
    /// all the time is not asked for ever.
    pub(super) fn note_outcome(&self, outgoing: &Outgoing, about: &About, reply: &Reply) {
        if let Some(often) = self.state.breaker.note(&kind_of(outgoing, about), reply) {
            self.stop(format!("createLink failed {often}; the remaining calls were not made"));
        }
    }

    /// createLink was throttled as often as it was tried.
    pub(super) fn note_throttled(&self, answer: &Answer, attempts: usize) {
        if answer.status == 429 || answer.header("retry-after").is_some() {
            self.stop_throttled(still_throttled(attempts));
        }
    }

    /// createLink calls made so far, and requests in all.
    pub fn counts(&self) -> (u32, u32) {
        (
            self.state.create_link_calls.load(Ordering::Relaxed),
            self.state.total.load(Ordering::Relaxed),
        )
    }
}

/// What came of the attempt to send a request.
#[derive(Clone)]
enum Attempt {
    /// It was sent.
    Sent(Unredacted<Reply>),
    /// It was not, or as good as not: its identity could not sign in, for example.
    NotSent(String),
}

impl Attempt {
    fn reply(self) -> Unredacted<Reply> {
        match self {
            Self::Sent(reply) => reply,
            Self::NotSent(detail) => {
                Unredacted(Reply::Nothing(Failure { failure: FailureKind::NoConnection, detail }))
            }
        }
    }
}

fn kind_of(outgoing: &Outgoing, about: &About) -> Kind {
    (about.purpose, outgoing.method.to_string())
}

fn still_throttled(attempts: usize) -> String {
    format!("the service throttles: after {attempts} attempts a call was still answered 429 or 503")
}

/// The last exchange recorded gives way to a later attempt of the same call.
pub(super) fn mark_last_as_retried(recording: &mut Recording) {
    if let Some(exchange) = recording.exchanges.last_mut() {
        exchange.retried = true;
    }
}
