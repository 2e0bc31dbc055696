//! The mock with everything around it that is served.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::exchange_log::ExchangeLog;
use super::inside::{Inside, furnish};
use super::judging::{Findings, Judging, JudgingTask, OnFinding};
use super::page;
use super::watch::{RedactorOfTheMock, Watch, observe};
use crate::drive::{of_the_mock, tenant_of};
use crate::graph::{Identity, Product, Redactor};
use crate::mock::{Deviation, Form, Mock, MockError, Options, Variant};
use crate::report::{Report, Verdict};
use crate::rules::Library;
use crate::run::{self, Selection, Suite};

/// How a service is to be; see [`Mock::business`] for the shortest way to one.
pub struct Setup {
    options: Options,
    throttle: Option<u64>,
    latency: Duration,
    suite: Option<Suite>,
    selection: Selection,
    on_finding: OnFinding,
}

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The mock.
    #[error(transparent)]
    Mock(#[from] MockError),
    /// The features in the crate; a test reads them, so this does not happen to users.
    #[error("the features have mistakes: {0}")]
    Features(String),
    /// The thread that judges.
    #[error("the judge cannot be started: {0}")]
    Judge(#[from] std::io::Error),
    /// The file and the folder to share could not be made, which some deviations bring about.
    #[error("the mock did not make a file and a folder to share: {0}")]
    NothingToShare(String),
}

/// A mock of Microsoft Graph that judges what is sent to it and what it answers. Dropping it stops it.
#[derive(Debug)]
pub struct Service {
    mock: Arc<Mock>,
    watch: Arc<Watch>,
    base_url: String,
    file_id: String,
    folder_id: String,
}

impl Setup {
    /// A service for a kind of drive.
    pub fn new(product: Product) -> Self {
        Self::from_options(Options::new(product))
    }

    /// A service with everything a mock can be told.
    pub fn from_options(options: Options) -> Self {
        Self {
            options,
            throttle: None,
            latency: Duration::ZERO,
            suite: None,
            selection: Selection::default(),
            on_finding: Box::new(|_| {}),
        }
    }

    /// Listens here instead of on any free port of 127.0.0.1.
    #[must_use]
    pub fn on(mut self, address: SocketAddr) -> Self {
        self.options.bind = address;
        self
    }

    /// Departs from the documentation in one way; see [`crate::mock::deviations`].
    #[must_use]
    pub fn deviating(mut self, deviation: &'static Deviation) -> Self {
        self.options.deviation = Some(deviation);
        self
    }

    /// Takes another conforming form; see [`crate::mock::variants`].
    #[must_use]
    pub fn varying(mut self, variant: &'static Variant) -> Self {
        self.options.variant = Some(variant);
        self
    }

    /// Answers in this form.
    #[must_use]
    pub fn in_form(mut self, form: Form) -> Self {
        self.options.form = form;
        self
    }

    /// Throttles every `every`th createLink request: 429 with Retry-After.
    #[must_use]
    pub fn throttling(mut self, every: u64) -> Self {
        self.throttle = Some(every);
        self
    }

    /// Lets every answer take so long.
    #[must_use]
    pub fn slow(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Judges by these rules instead of the ones in the crate.
    #[must_use]
    pub fn judging_by(mut self, suite: Suite, selection: Selection) -> Self {
        self.suite = Some(suite);
        self.selection = selection;
        self
    }

    /// Calls `tell` for each rule that is broken, when it is first seen to be.
    #[must_use]
    pub fn telling(
        mut self,
        tell: impl FnMut(&crate::report::RuleReport) + Send + 'static,
    ) -> Self {
        self.on_finding = Box::new(tell);
        self
    }

    /// Starts the service on the current tokio runtime, with a file and a folder to share.
    ///
    /// # Errors
    /// When it cannot listen, mostly because the port is taken.
    pub async fn start(self) -> Result<Service, StartError> {
        let suite = match self.suite {
            Some(suite) => suite,
            None => run::read(&Library::embedded()).map_err(|mistakes| {
                let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                StartError::Features(lines.join("; "))
            })?,
        };
        let log = Arc::new(ExchangeLog::new());
        let judging = Judging::start(JudgingTask {
            suite,
            selection: self.selection,
            product: self.options.product,
            tenant: tenant_of(self.options.product, &self.options.policy),
            log: Arc::clone(&log),
            on_finding: self.on_finding,
        })?;
        let watch = Arc::new(Watch {
            judging,
            log,
            tokens: OnceLock::new(),
            throttle: self.throttle,
            latency: self.latency,
            redactor: RedactorOfTheMock(Redactor::reproducible()),
            exchanges: AtomicU32::new(0),
            create_link: AtomicU64::new(0),
        });
        let inside =
            Inside { watch: Arc::clone(&watch), mock: Arc::default(), items: Arc::default() };
        let mock = Arc::new(
            Mock::start_with(self.options, |router| in_front(router, inside.clone())).await?,
        );
        // Nobody knows a token before this function returns, so nobody is taken for a stranger.
        let _ = watch.tokens.set(
            Identity::SIGNED_IN
                .into_iter()
                .map(|identity| (mock.token(of_the_mock(identity)).to_owned(), identity))
                .collect(),
        );
        let _ = inside.mock.set(Arc::downgrade(&mock));
        let (file_id, folder_id) = furnish(&mock).await.map_err(StartError::NothingToShare)?;
        let _ = inside.items.set((file_id.clone(), folder_id.clone()));
        let base_url = mock.base_url();
        Ok(Service { mock, watch, base_url, file_id, folder_id })
    }
}

fn in_front(router: Router, inside: Inside) -> Router {
    let pages = Router::new()
        .route("/_linkspec", get(page::page))
        .route("/_linkspec/", get(page::page))
        .route("/_linkspec/report", get(page::report))
        .route("/_linkspec/report.html", get(page::report_for_people))
        .route("/_linkspec/state", get(page::state))
        .route("/_linkspec/reset", post(page::reset))
        .with_state(inside.clone());
    pages.fallback_service(router).layer(from_fn_with_state(inside.watch, observe))
}

/// The way in for other people's tests. It stands here and not beside the mock, which knows no judge.
impl Mock {
    /// A judged mock of OneDrive for work or school; see [`crate::serve`].
    pub fn business() -> Setup {
        Setup::new(Product::Business)
    }

    /// A judged mock of OneDrive personal; see [`crate::serve`].
    pub fn personal() -> Setup {
        Setup::new(Product::Personal)
    }

    /// A judged mock of a SharePoint document library; see [`crate::serve`].
    pub fn sharepoint() -> Setup {
        Setup::new(Product::SharePoint)
    }
}

impl Service {
    /// The service root with the version: `http://127.0.0.1:PORT/v1.0`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The page to watch it in a browser.
    pub fn page_url(&self) -> String {
        format!("{}/_linkspec/", self.base_url.trim_end_matches("/v1.0"))
    }

    /// The bearer token of the drive's owner.
    pub fn token(&self) -> &str {
        self.token_of(Identity::Owner)
    }

    /// The bearer token of an identity; the owner's for those that have none.
    pub fn token_of(&self, identity: Identity) -> &str {
        self.mock.token(of_the_mock(identity))
    }

    /// The id of the drive.
    pub fn drive_id(&self) -> &str {
        self.mock.drive_id()
    }

    /// The id of a file to share. After a reset there is such a file again, with the same id.
    pub fn file_id(&self) -> &str {
        &self.file_id
    }

    /// The id of a folder to share. After a reset there is such a folder again, with the same id.
    pub fn folder_id(&self) -> &str {
        &self.folder_id
    }

    /// The mock behind.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }

    /// Sets the drive back to one file and one folder, never shared. What was found stays found.
    ///
    /// # Errors
    /// When the mock does not make them again.
    pub async fn reset(&self) -> Result<(), StartError> {
        self.mock.reset();
        self.watch.judging.was_reset();
        furnish(&self.mock).await.map(drop).map_err(StartError::NothingToShare)
    }

    /// Everything judged so far, whatever it came to.
    pub fn report(&self) -> Report {
        // Invariant: the thread that judges lives as long as this service.
        #[expect(clippy::expect_used, reason = "the thread lives as long as the service")]
        self.watch.judging.report().expect("the judge is at work")
    }

    /// Judges everything that came by so far.
    ///
    /// # Errors
    /// When a MUST is broken, or no createLink request came by, which proves nothing. The error names every such
    /// rule with the phrase it rests on, and carries the report.
    pub fn judge(&self) -> Result<Report, Findings> {
        let report = self.report();
        if report.count(Verdict::Fail) == 0 && report.requests.create_link > 0 {
            Ok(report)
        } else {
            Err(Findings { report: Box::new(report) })
        }
    }
}
