//! The reports: every format from the same hand-made run.

#[path = "reports/exit.rs"]
mod exit;
#[path = "reports/fixture.rs"]
mod fixture;
#[path = "reports/known.rs"]
mod known;
