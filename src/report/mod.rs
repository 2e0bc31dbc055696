//! Verdicts, and the one report every format is made from.
//!
//! A [`Report`] is redacted already: exchanges are redacted where they are recorded, so nothing here hides
//! anything, and no format can forget to.

mod cause;
pub mod console;
mod curl;
mod diff;
mod exit;
pub mod har;
pub mod html;
pub mod json;
pub mod junit;
mod known;
mod layout;
pub mod markdown;
mod merge;
mod model;
pub mod sarif;
mod suggestion;
mod transcript;
mod verdict;
mod verify;
mod wording;
mod write;

pub use cause::{Cause, Concerned, causes};
pub use curl::{curl, quote};
pub use diff::{Change, Difference, diff};
pub use exit::ExitCode;
pub use known::{KnownError, KnownFailure, KnownFile};
pub use merge::{MergeError, Together, merge};
pub use model::{
    CallerSummary, Report, ReportedCall, ReportedExchange, RequestCount, RuleReport, StaleKnown,
    StaleReason, TargetSummary,
};
pub use verdict::{Ruling, Verdict};
pub use verify::verify;
pub use write::{
    ReportFormat, ReportTarget, WriteError, check_targets, check_writable, write_file,
};
