//! The reports: every format from the same hand-made run.

mod exit;
mod files;
mod fixture;
mod formats;
mod known;
mod several;
mod shell;
