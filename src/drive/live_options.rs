//! Everything needed to work on a drive of a real service.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{Addresses, Interrupt, Journal, Notices, Patience};
use crate::caller::{HttpOptions, InProcessService};
use crate::graph::{Address, Clock, Product, Redactor, Tenant};
use crate::sign_in::TokenSources;

/// Everything needed to work on a drive by its URL.
pub struct LiveOptions {
    /// "mock" or "live", for reports.
    pub kind: &'static str,
    /// The service root with its version, see [`fn@super::base_url`].
    pub base: Url,
    /// The drive.
    pub drive: Address,
    /// The product asked for; `driveType` must agree.
    pub product: Option<Product>,
    /// Where tokens come from; the owner's is needed.
    pub sources: TokenSources,
    /// Further ways to the same drive.
    pub addresses: Addresses,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// How the client behaves.
    pub http: HttpOptions,
    /// Where requests are handed to instead of being sent over HTTP: the mock in `prove`.
    pub service: Option<InProcessService>,
    /// How long to wait for a throttled service.
    pub patience: Patience,
    /// Where waiting happens.
    pub clock: Clock,
    /// What replaces secrets.
    pub redactor: Arc<Redactor>,
    /// Stands for the hosts of sharing links.
    pub web_root: Option<Url>,
    /// Where everything made is noted.
    pub journal: Journal,
    /// What ends the run early.
    pub interrupt: Interrupt,
    /// Time allowed for the clean-up at the end of a run.
    pub clean_up_limit: Duration,
    /// Links are removed as soon as their story is told, and not with everything else at the end.
    pub short_lived_links: bool,
    /// No sharing URL is opened in a browser.
    pub no_browser: bool,
    /// The digest of the drive that the run to go on with was on; another one is refused.
    pub goes_on_with: Option<String>,
    /// Who hears what a person has to be told at once.
    pub notices: Notices,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            kind: "live",
            base: {
                // Invariant: a constant URL.
                #[expect(clippy::expect_used, reason = "a constant")]
                Url::parse("https://graph.microsoft.com/v1.0").expect("a valid URL")
            },
            drive: Address::Me,
            product: None,
            sources: TokenSources::new(),
            addresses: Addresses::default(),
            tenant: Tenant::default(),
            http: HttpOptions { timeout: Duration::from_secs(30), ..HttpOptions::default() },
            service: None,
            patience: Patience::default(),
            clock: Clock::real(),
            redactor: Arc::new(Redactor::new()),
            web_root: None,
            journal: Journal::in_memory(),
            interrupt: Interrupt::default(),
            clean_up_limit: Duration::from_secs(120),
            short_lived_links: false,
            no_browser: false,
            goes_on_with: None,
            notices: Notices::default(),
        }
    }
}
