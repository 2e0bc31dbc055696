//! One run of the suite against one subject.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::drive::{MockTarget, Target};
use crate::graph::{Clock, Product};
use crate::mock::{Condition, Deviation, Null, Options, Variant};
use crate::report::{RuleReport, Verdict};
use crate::run::{self, Depth, Means, Selected, Selection, Suite, TellOptions};

/// What the suite is run against.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// The mock as it is.
    Plain,
    /// One departure from the documentation, on all requests or on those that meet a condition.
    Deviation(&'static Deviation, Option<Condition>),
    /// One conforming form.
    Variant(&'static Variant),
    /// A server that implements nothing.
    Null(Null),
}

impl Subject {
    /// Whether it shows on a connection and nowhere else, so that its requests have to take one.
    fn is_about_connections(&self) -> bool {
        matches!(self, Self::Variant(variant) if variant.is_about_connections())
    }
}

/// One run of the suite against one subject on one product.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What it is run against.
    pub subject: Subject,
    /// The product.
    pub product: Product,
    /// What each rule came to; empty when the drive could not even be opened.
    pub rules: Vec<RuleReport>,
    /// Why nothing was judged, when that is so.
    pub stopped: Option<String>,
}

impl Trial {
    /// The rules that fired, with their verdict.
    pub fn fired(&self) -> BTreeMap<&str, Verdict> {
        self.rules
            .iter()
            .filter(|rule| matches!(rule.verdict, Verdict::Fail | Verdict::Warn))
            .map(|rule| (rule.id.as_str(), rule.verdict))
            .collect()
    }

    /// How many rules have that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|rule| rule.verdict == verdict).count()
    }
}

/// Runs every trial so far, some at a time, each on a mock and a clock of its own.
pub fn run_trials(
    suite: &Suite,
    depth: Depth,
    subjects: &[(Subject, Product)],
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Trial> {
    let bench = TrialContext { suite, depth, selected: Mutex::default() };
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let trials: Mutex<BTreeMap<usize, Trial>> = Mutex::default();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(subjects.len()) {
            scope.spawn(|| {
                let Ok(runtime) =
                    tokio::runtime::Builder::new_current_thread().enable_all().build()
                else {
                    return;
                };
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((subject, product)) = subjects.get(index) else { return };
                    let trial = runtime.block_on(bench.run(*subject, *product));
                    trials.lock().unwrap_or_else(PoisonError::into_inner).insert(index, trial);
                    progress(done.fetch_add(1, Ordering::Relaxed) + 1, subjects.len());
                }
            });
        }
    });
    trials.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// What all trials share.
struct TrialContext<'s> {
    suite: &'s Suite,
    depth: Depth,
    /// The rules and the plan for each kind of tenant: there are few, and planning takes its time.
    selected: Mutex<Vec<(Means, Arc<Selected<'s>>)>>,
}

impl<'s> TrialContext<'s> {
    async fn run(&self, subject: Subject, product: Product) -> Trial {
        match self.attempt(subject, product).await {
            Ok(rules) => Trial { subject, product, rules, stopped: None },
            Err(reason) => Trial { subject, product, rules: Vec::new(), stopped: Some(reason) },
        }
    }

    async fn attempt(&self, subject: Subject, product: Product) -> Result<Vec<RuleReport>, String> {
        let mut options = Options { clock: Clock::virtual_time(), ..Options::new(product) };
        match subject {
            Subject::Plain => {}
            Subject::Deviation(deviation, condition) => {
                options.policy = deviation.policy(options.policy);
                options.deviation = Some(deviation);
                options.condition = condition;
            }
            Subject::Variant(variant) => {
                options.policy = variant.policy(options.policy);
                options.variant = Some(variant);
            }
            Subject::Null(null) => options.null = Some(null),
        }
        let mock = if subject.is_about_connections() {
            MockTarget::start(options).await
        } else {
            MockTarget::in_process(options)
        };
        let MockTarget { mock, options: mut live } = mock.map_err(|error| error.to_string())?;
        // Inside the process an answer is there as soon as it is asked for, or never comes.
        live.http.timeout = Duration::from_millis(match subject {
            Subject::Null(_) => 10,
            _ => 2000,
        });
        // Eight stories at a time share a service that throttles some calls: one may be unlucky often.
        live.patience.attempts = 12;
        let target = Target::open(live).await.map_err(|error| error.to_string())?;
        let selected = self.selected_for(Means::of(&target));
        let how = TellOptions { jobs: 8, budget: None, earlier: None };
        let recorded =
            run::record_selected(self.suite, &selected, &target, &how, 1, &|_, _| {}).await;
        mock.stop().await;
        Ok(run::judge_selected(self.suite, &selected, recorded).await)
    }

    fn selected_for(&self, means: Means) -> Arc<Selected<'s>> {
        let mut known = self.selected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, selected)) = known.iter().find(|(it, _)| *it == means) {
            return Arc::clone(selected);
        }
        let selected = Arc::new(
            self.suite.select(&Selection { depth: self.depth, ..Selection::default() }, &means),
        );
        known.push((means, Arc::clone(&selected)));
        selected
    }
}
