//! Judging exchanges as they arrive.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use jiff::Timestamp;

use super::exchange_log::ExchangeLog;
use crate::graph::{
    Failure, FailureKind, Identity, Product, Redactor, Reply, Request, Tenant, Unredacted,
};
use crate::report::{CallerSummary, Report, RuleReport, Verdict};
use crate::run::{self, Origin, Selection, Suite};
use crate::traffic::{Between, Collector, Limits};

/// What came by in front of the mock; it still holds its secrets.
pub(super) struct ObservedExchange {
    pub number: u32,
    pub sent: Timestamp,
    pub milliseconds: u64,
    pub identity: Identity,
    pub request: Unredacted<Request>,
    pub reply: Unredacted<Reply>,
}

/// So many bytes of bodies may wait to be judged; whoever sends more than that tests no client.
const MOST_WAITING: usize = 64 * 1024 * 1024;

impl ObservedExchange {
    /// The bytes of its bodies.
    fn size(&self) -> usize {
        let asked = self.request.0.body.as_ref().map_or(0, |it| it.len());
        match &self.reply.0 {
            Reply::Answer(answer) => asked + answer.body.len(),
            Reply::Nothing(_) => asked,
        }
    }
}

enum Message {
    Exchange(Box<ObservedExchange>),
    /// The drive is as it was at the start.
    WasReset,
    /// What was found so far does not count any more.
    Forget,
    Report(mpsc::SyncSender<Report>),
}

/// Told of each finding when it is first made.
pub(super) type OnFinding = Box<dyn FnMut(&RuleReport) + Send>;

/// What the thread needs to begin.
pub(super) struct JudgingTask {
    pub suite: Suite,
    pub selection: Selection,
    pub product: Product,
    pub tenant: Tenant,
    pub log: Arc<ExchangeLog>,
    pub on_finding: OnFinding,
}

/// Judges in a thread of its own: exchanges are never kept waiting, and what piles up is judged at once.
#[derive(Debug)]
pub(super) struct Judging {
    messages: Mutex<Option<mpsc::Sender<Message>>>,
    /// Bytes of bodies that wait to be judged.
    waiting: Arc<AtomicUsize>,
    latest: Arc<Mutex<Option<Report>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A MUST is broken, or nothing was judged: what [`super::Service::judge`] gives instead of a report.
#[derive(Clone)]
pub struct Findings {
    /// The whole report.
    pub report: Box<Report>,
}

impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broken: Vec<&RuleReport> =
            self.report.rules.iter().filter(|it| it.verdict == Verdict::Fail).collect();
        if broken.is_empty() {
            return formatter.write_str(
                "nothing is proven: no createLink request came by; is the library given base_url()?",
            );
        }
        write!(formatter, "{} broken:", if broken.len() == 1 { "a rule is" } else { "rules are" })?;
        for rule in broken {
            write!(
                formatter,
                "\n  {} {}: {}\n      {}: {}",
                rule.id,
                rule.title,
                rule.reason.as_deref().unwrap_or_default(),
                rule.source,
                rule.grounds()
            )?;
        }
        Ok(())
    }
}

/// What a test prints that ends with this error, so it has to be readable.
impl fmt::Debug for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Findings {}

impl Judging {
    /// Starts the thread.
    pub(super) fn start(task: JudgingTask) -> std::io::Result<Self> {
        let (messages, incoming) = mpsc::channel();
        let latest = Arc::new(Mutex::new(None));
        let shown = Arc::clone(&latest);
        let waiting = Arc::new(AtomicUsize::new(0));
        let begun = Arc::clone(&waiting);
        let thread = std::thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || Judge::new(task, shown, begun).work(&incoming))?;
        let (messages, thread) = (Mutex::new(Some(messages)), Mutex::new(Some(thread)));
        Ok(Self { messages, waiting, latest, thread })
    }

    /// Takes an exchange. Where more has come by than is judged meanwhile, it is counted without its bodies.
    pub(super) fn take(&self, mut observed: ObservedExchange) {
        if self.waiting.load(Ordering::Relaxed).saturating_add(observed.size()) > MOST_WAITING {
            observed.request.0.body = None;
            observed.reply.0 = Reply::Nothing(Failure {
                failure: FailureKind::NotRecorded,
                detail: "more came by than could be judged".to_owned(),
            });
        }
        self.waiting.fetch_add(observed.size(), Ordering::Relaxed);
        self.send(Message::Exchange(Box::new(observed)));
    }

    pub(super) fn was_reset(&self) {
        self.send(Message::WasReset);
    }

    pub(super) fn forget(&self) {
        self.send(Message::Forget);
    }

    /// The report on everything taken before this call. It waits for the judge, not for the network.
    pub(super) fn report(&self) -> Option<Report> {
        let (answer, report) = mpsc::sync_channel(1);
        self.send(Message::Report(answer));
        report.recv().ok()
    }

    /// The last report there is, without waiting.
    pub(super) fn latest(&self) -> Option<Report> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send(&self, message: Message) {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(messages) = &*messages {
            // The thread ends only when this sender does.
            let _ = messages.send(message);
        }
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        drop(self.messages.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

struct Judge {
    task: JudgingTask,
    collector: Collector,
    latest: Arc<Mutex<Option<Report>>>,
    waiting: Arc<AtomicUsize>,
    told: BTreeSet<String>,
    started: Timestamp,
    is_stale: bool,
}

impl Judge {
    fn new(
        task: JudgingTask,
        latest: Arc<Mutex<Option<Report>>>,
        waiting: Arc<AtomicUsize>,
    ) -> Self {
        let collector = collector(task.product);
        let (told, started) = (BTreeSet::new(), Timestamp::now());
        Self { task, collector, latest, waiting, told, started, is_stale: true }
    }

    fn work(mut self, incoming: &mpsc::Receiver<Message>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
        while let Ok(message) = incoming.recv() {
            let mut asked = self.accept(message);
            // Everything that has arrived meanwhile is judged together.
            while asked.is_none() {
                let Ok(message) = incoming.try_recv() else { break };
                asked = self.accept(message);
            }
            let report = self.judge(&runtime);
            if let (Some(asked), Some(report)) = (asked, report) {
                // Whoever asked may have gone away.
                let _ = asked.send(report);
            }
        }
    }

    fn accept(&mut self, message: Message) -> Option<mpsc::SyncSender<Report>> {
        match message {
            Message::Exchange(observed) => {
                self.waiting.fetch_sub(observed.size(), Ordering::Relaxed);
                self.see(&observed);
                self.is_stale = true;
            }
            Message::WasReset => self.collector.service_was_reset(),
            Message::Forget => {
                self.collector = collector(self.task.product);
                self.told.clear();
                self.started = Timestamp::now();
                self.is_stale = true;
            }
            Message::Report(asked) => return Some(asked),
        }
        None
    }

    fn see(&mut self, observed: &ObservedExchange) {
        self.collector.see_between(&Between {
            number: observed.number,
            sent: observed.sent,
            milliseconds: observed.milliseconds,
            identity: observed.identity,
            request: &observed.request.0,
            reply: &observed.reply.0,
        });
    }

    fn judge(&mut self, runtime: &tokio::runtime::Runtime) -> Option<Report> {
        if !self.is_stale {
            return self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        }
        self.is_stale = false;
        let gathered = self.collector.gather();
        let origin = Origin {
            kind: "mock",
            caller: CallerSummary { kind: "observed".to_owned(), name: None, version: None },
            tenant: self.task.tenant.clone(),
            scripted: false,
        };
        let JudgingTask { suite, selection, .. } = &self.task;
        let judged = runtime.block_on(run::judge_traffic(suite, selection, &gathered, &origin));
        let mut report = run::report(&judged, suite);
        report.target.kind = "mock".to_owned();
        report.target.product = Some(self.task.product);
        report.started = self.started;
        report.requests.total = u32::try_from(gathered.counts.total).unwrap_or(u32::MAX);
        for rule in &report.rules {
            let is_finding = matches!(rule.verdict, Verdict::Fail | Verdict::Warn);
            if is_finding && self.told.insert(format!("{} {:?}", rule.id, rule.verdict)) {
                (self.task.on_finding)(rule);
            }
        }
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(report.clone());
        self.task.log.changed();
        Some(report)
    }
}

fn collector(product: Product) -> Collector {
    // What is kept is enough for any test suite; the mock holds no real secrets.
    let limits = Limits { exchanges: 5_000, ..Limits::default() };
    Collector::new(limits, Some(product), Redactor::reproducible())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Answer;

    fn request() -> Request {
        Request {
            method: "POST".to_owned(),
            url: "http://127.0.0.1:1/v1.0/me/drive/items/D!1/createLink".to_owned(),
            headers: Vec::new(),
            body: Some(r#"{"type":"view"}"#.into()),
        }
    }

    fn reply() -> Reply {
        Reply::Answer(Answer {
            status: 201,
            headers: Vec::new(),
            body: "{}".into(),
            not_utf8: false,
        })
    }

    #[test]
    fn what_cannot_be_judged_as_fast_as_it_comes_is_counted_and_not_kept() {
        let (messages, incoming) = mpsc::channel();
        let judging = Judging {
            messages: Mutex::new(Some(messages)),
            waiting: Arc::new(AtomicUsize::new(MOST_WAITING - 20)),
            latest: Arc::default(),
            thread: Mutex::new(None),
        };
        let observed = || ObservedExchange {
            number: 1,
            sent: Timestamp::UNIX_EPOCH,
            milliseconds: 0,
            identity: Identity::Owner,
            request: Unredacted(request()),
            reply: Unredacted(reply()),
        };
        judging.take(observed());
        judging.take(observed());
        let sizes: Vec<usize> = incoming
            .try_iter()
            .map(|message| match message {
                Message::Exchange(observed) => observed.size(),
                _ => unreachable!("nothing else was sent"),
            })
            .collect();
        assert_eq!(sizes, [17, 0]);
        assert_eq!(judging.waiting.load(Ordering::Relaxed), MOST_WAITING - 3);
    }

    #[test]
    fn so_many_exchanges_are_kept_and_the_others_counted() {
        let mut collector = collector(Product::Business);
        for number in 1..=5_002 {
            collector.see_between(&Between {
                number,
                sent: Timestamp::UNIX_EPOCH,
                milliseconds: 0,
                identity: Identity::Owner,
                request: &request(),
                reply: &reply(),
            });
        }
        let counts = collector.counts();
        assert_eq!(
            (counts.create_link, counts.create_link_kept, counts.left_out),
            (5_002, 5_000, 2)
        );
    }
}
