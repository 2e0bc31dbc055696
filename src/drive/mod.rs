//! Where requests go: the mock inside the process, or any service by its URL. Set-up, throttling and
//! clean-up live here; nothing here decides a verdict.

mod addresses;
mod aftermath;
mod asking;
mod base_url;
mod bounds;
mod breaker;
mod clean_up;
mod client_library;
mod connect;
mod heard;
mod interrupt;
mod journal;
mod journal_entry;
mod journal_lines;
mod kept;
mod live;
mod live_options;
mod look;
mod made_item;
mod making;
mod mock;
mod notices;
mod ours;
mod owner;
mod paging;
mod parts;
mod proof;
mod settle;
mod telling;
mod throttle;
mod using;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use url::Url;

pub use addresses::{Addresses, Reached};
pub use base_url::{BaseUrlError, base_url};
pub use client_library::{Arrived, ClientLibrary};
pub use interrupt::Interrupt;
pub use journal::{Journal, JournalError};
pub use journal_entry::{Entry, Made};
pub use live::clean_up_from;
pub use live_options::LiveOptions;
pub use look::{Look, look};
pub(crate) use mock::of_the_mock;
pub use mock::{MockTarget, tenant_of};
pub use notices::Notices;
pub use owner::Leftover;
pub use throttle::Patience;
pub use wire::{OVER_BUDGET, READ_ONLY, Wire};

use crate::graph::{Address, Product, Secret, Tenant};

/// A drive to work on, with everything needed to reach it.
pub struct Target {
    /// "mock" or "live", for reports.
    pub kind: &'static str,
    /// The service root with its version, as in `https://graph.microsoft.com/v1.0`.
    pub base: Url,
    /// The address the run was given.
    pub drive: Address,
    /// The id of the drive.
    pub drive_id: String,
    /// The product, as `driveType` says.
    pub product: Product,
    /// Further documented ways to the same drive.
    pub addresses: BTreeMap<&'static str, Reached>,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// The way out.
    pub wire: Wire,
    /// Stands for the hosts of sharing links where they lead nowhere: the mock's pages.
    pub web_root: Option<Url>,
    /// The two passwords of the run.
    pub passwords: [Secret; 2],
    /// The folder everything is made in.
    pub folder: RunFolder,
    /// Everything made, noted before it is made.
    pub journal: Arc<Journal>,
    /// What the tokens tell about themselves.
    pub advice: Vec<crate::sign_in::Advice>,
    /// Identities whose token says that it is not one for their part, with the reason.
    pub unfit: BTreeMap<crate::graph::Identity, String>,
    /// A client library that asks for links in place of linkspec's own client.
    pub library: Option<std::sync::Arc<dyn ClientLibrary>>,
    /// Time allowed for the clean-up at the end.
    pub(crate) clean_up_limit: std::time::Duration,
    pub(crate) short_lived_links: bool,
    /// No sharing URL is opened in a browser: nothing goes to another host.
    pub no_browser: bool,
    pub(crate) stories: AtomicU32,
}

/// The folder a run works in and nowhere else.
#[derive(Debug, Clone)]
pub struct RunFolder {
    /// Its item id.
    pub id: String,
    /// Its name below the root of the drive.
    pub name: String,
}

/// The target cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The HTTP client.
    #[error(transparent)]
    Caller(#[from] crate::caller::CallerError),
    /// The mock.
    #[error(transparent)]
    Mock(#[from] crate::mock::MockError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// Signing in.
    #[error(transparent)]
    SignIn(#[from] crate::sign_in::SignInError),
    /// Two identities were given one token.
    #[error("{one} and {other} have one and the same token")]
    OneToken {
        /// The one.
        one: crate::graph::Identity,
        /// The other.
        other: crate::graph::Identity,
    },
    /// No source for the owner's token.
    #[error("there is no token for the owner of the drive")]
    NoToken,
    /// The service cannot be reached or does not answer.
    #[error("{url} gives no answer: {detail}")]
    Unreachable {
        /// The address tried.
        url: String,
        /// What happened.
        detail: String,
    },
    /// The service refused a call the run cannot do without.
    #[error("{what} was answered {status}{code}")]
    Refused {
        /// What was tried.
        what: String,
        /// The status.
        status: u16,
        /// The error code, with its separator.
        code: String,
    },
    /// The answer to reading the drive is no drive.
    #[error("{url} did not answer with a drive: {detail}")]
    NoDrive {
        /// The address read.
        url: String,
        /// What is missing.
        detail: String,
    },
    /// The drive is that of a SharePoint Embedded container.
    #[error("{url} is the drive of a container ({why}); {}", crate::graph::embedded::OUT_OF_SCOPE)]
    OutOfScope {
        /// The address read.
        url: String,
        /// What shows it.
        why: &'static str,
    },
    /// The run was asked to end before it made anything.
    #[error("interrupted before anything was made")]
    Interrupted,
    /// The service answered with something that the run did not ask for.
    #[error("{what}")]
    OtherItem {
        /// What was asked for, and what was answered.
        what: String,
    },
    /// What was made is not seen to be.
    #[error("{what} was answered, but the folder {why}")]
    Unproven {
        /// What was asked for.
        what: String,
        /// What came of looking at it.
        why: String,
    },
    /// It failed after something may have been made that could not be removed or not be looked for.
    #[error("{error}{}", left_in_words(left))]
    LeftBehind {
        /// Why it failed.
        error: Box<TargetError>,
        /// What is left, as far as that is known.
        left: Vec<Leftover>,
        /// The journal to clean up from.
        journal: std::path::PathBuf,
        /// The service root it worked at.
        base: Box<url::Url>,
    },
    /// The tenant profile says what cannot be so on this drive.
    #[error("{}", .0.finding)]
    Contradiction(crate::sign_in::Advice),
    /// The run that this one goes on with was on another drive.
    #[error("the run that was to go on was on another drive")]
    OtherDrive,
    /// `--product` and `driveType` disagree (HAR-01).
    #[error("the drive is {found} (driveType), but --product {asked} was asked for")]
    OtherProduct {
        /// What the drive is.
        found: Product,
        /// What was asked for.
        asked: Product,
    },
}

impl Target {
    /// The scope every test may use: anonymous on personal drives, organization elsewhere; where that is
    /// declared disabled, anonymous, and where both are, users.
    pub fn usual_scope(&self) -> &'static str {
        self.tenant.usual_scope(self.product)
    }

    /// Whether links go as soon as their story is told, and not with everything else at the end.
    pub(crate) fn removes_links_at_once(&self) -> bool {
        self.short_lived_links || self.kind == "mock"
    }

    /// The kinds of address that lead to the drive.
    pub fn kinds_of_address(&self) -> std::collections::BTreeSet<String> {
        let here = self.addresses.iter().filter(|(_, it)| matches!(it, Reached::Here(_)));
        here.map(|(kind, _)| (*kind).to_owned()).collect()
    }

    /// What tells the drive from others, and not which it is.
    pub fn drive_digest(&self) -> String {
        drive_digest(&self.drive_id)
    }

    /// A URL below the service root.
    pub(crate) fn url(&self, path: &str) -> Url {
        join(&self.base, path)
    }
}

fn left_in_words(left: &[Leftover]) -> String {
    left.iter().map(|it| format!("; not removed: {}: {}", it.path, it.reason)).collect()
}

fn drive_digest(id: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("drive {id}").as_bytes());
    // As much as keeps drives apart that one person has to do with.
    digest.as_ref().iter().take(8).map(|it| format!("{it:02x}")).collect()
}

/// A URL below a service root; `path` begins with a slash and is percent-encoded already.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) =
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}
