//! Verdicts, and the one report every format is made from.
//!
//! A [`Report`] is redacted already: exchanges are redacted where they are recorded, so nothing here hides
//! anything, and no format can forget to.

mod cause;
#[doc(hidden)]
pub mod console;
mod curl;
mod diff;
mod exit;
#[doc(hidden)]
pub mod har;
#[doc(hidden)]
pub mod html;
mod interactions;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod junit;
mod known;
mod layout;
#[doc(hidden)]
pub mod markdown;
mod merge;
mod model;
mod named;
mod pairs;
mod picture;
#[doc(hidden)]
pub mod sarif;
mod suggestion;
mod transcript;
mod verdict;
mod verify;
mod wording;
mod write;

pub use interactions::{ChosenValue, Interactions, PairTable};
pub use model::{
    CallerSummary, Report, ReportedCall, ReportedExchange, RequestCount, RestsOn, RuleReport,
    SourceSummary, StaleKnown, StaleReason, TargetSummary,
};
pub use verdict::{Ruling, Verdict};

// The program's own: no part of what is kept stable for others.
#[doc(hidden)]
pub use cause::{Cause, Concerned, causes};
#[doc(hidden)]
pub use curl::{curl, quote};
#[doc(hidden)]
pub use diff::{Difference, VerdictChange, diff};
#[doc(hidden)]
pub use exit::ExitCode;
#[doc(hidden)]
pub use known::{KnownError, KnownFailure, KnownFile};
#[doc(hidden)]
pub use merge::{MergeError, Together, merge};
#[doc(hidden)]
pub use named::{NAMED, Named, Standing};
#[doc(hidden)]
pub use transcript::transcript;
#[doc(hidden)]
pub use verify::verify;
#[doc(hidden)]
pub use write::{
    ReportFormat, ReportTarget, WriteError, check_targets, check_writable, write_file, write_whole,
};
