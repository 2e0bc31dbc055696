//! Verdicts, and the one report every format is made from.

mod exit;
mod known;
mod model;
mod suggestion;
mod verdict;

pub use exit::ExitCode;
pub use known::{KnownError, KnownFailure, KnownFile};
pub use model::{
    CallerSummary, Report, ReportedExchange, RequestCount, RuleReport, StaleKnown, StaleReason,
    TargetSummary,
};
pub use verdict::{Ruling, Verdict};
