//! What a person has to be told while a run is under way.

use std::sync::Arc;

/// What a person has to be told while a run is under way: told at once, and shown by whoever started it.
#[derive(Clone)]
pub struct Notices(Arc<dyn Fn(&str) + Send + Sync>);

impl Notices {
    /// Shows each by `show`.
    pub fn shown_by(show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }

    pub(super) fn tell(&self, notice: &str) {
        (self.0)(notice);
    }
}

impl Default for Notices {
    /// Nobody is told.
    fn default() -> Self {
        Self::shown_by(|_| {})
    }
}
