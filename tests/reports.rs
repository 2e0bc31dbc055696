//! The reports: every format from the same hand-made run.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "reports/exit.rs"]
mod exit;
#[path = "reports/files.rs"]
mod files;
#[path = "reports/fixture.rs"]
mod fixture;
#[path = "reports/formats.rs"]
mod formats;
#[path = "reports/known.rs"]
mod known;
#[path = "reports/several.rs"]
mod several;
#[path = "reports/shell.rs"]
mod shell;
