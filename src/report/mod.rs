//! Verdicts, and the one report every format is made from.

mod model;
mod verdict;

pub use model::{CallerSummary, Report, ReportedExchange, RequestCount, RuleReport, TargetSummary};
pub use verdict::{Ruling, Verdict};
