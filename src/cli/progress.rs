//! The progress of a run on a terminal.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on the terminal while a run lasts longer than a second; nothing anywhere else.
pub(super) struct Progress {
    started: Instant,
    bar: Mutex<Option<ProgressBar>>,
    shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let shown = std::io::stderr().is_terminal();
        Self { started: Instant::now(), bar: Mutex::default(), shown }
    }

    /// So many of so many stories are told.
    pub(super) fn show(&self, done: usize, of: usize) {
        self.line("{pos}/{len} stories told, {elapsed}", done, of);
    }

    /// So many of so many things that the run made are removed.
    pub(super) fn show_removed(&self, done: usize, of: usize) {
        self.line("cleaning up: {pos}/{len} removed, {elapsed}", done, of);
    }

    fn line(&self, template: &str, done: usize, of: usize) {
        if !self.shown || self.started.elapsed() < Duration::from_secs(1) {
            return;
        }
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bar.get_or_insert_with(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_elapsed(self.started.elapsed())
        });
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}
