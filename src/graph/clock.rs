//! The time and waiting, real or virtual.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Where waiting happens and the time is read.
///
/// A real clock sleeps. A virtual clock moves on by the time asked for and returns at once, so that
/// back-off, `Retry-After` and late lists cost nothing against the mock and in tests. Clones share
/// their time: a mock and a run that hold the same clock agree on what time it is.
#[derive(Debug, Clone)]
pub struct Clock {
    skipped_milliseconds: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// A clock that really waits.
    pub fn real() -> Self {
        Self { skipped_milliseconds: None }
    }

    /// A clock that jumps instead of waiting.
    pub fn virtual_time() -> Self {
        Self { skipped_milliseconds: Some(Arc::new(AtomicU64::new(0))) }
    }

    /// The time now, including what has been skipped.
    pub fn now(&self) -> Timestamp {
        let skipped = self.skipped_milliseconds.as_ref().map_or(0, |it| it.load(Ordering::SeqCst));
        Timestamp::now().checked_add(Duration::from_millis(skipped)).unwrap_or(Timestamp::MAX)
    }

    /// How long this process has been running, including what has been skipped. Nobody sets this back, as
    /// people and time servers do with [`Self::now`].
    pub fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        let skipped = self.skipped_milliseconds.as_ref().map_or(0, |it| it.load(Ordering::SeqCst));
        START.get_or_init(Instant::now).elapsed().saturating_add(Duration::from_millis(skipped))
    }

    /// Waits for `duration`, or skips it.
    pub async fn sleep(&self, duration: Duration) {
        match &self.skipped_milliseconds {
            None => tokio::time::sleep(duration).await,
            Some(skipped) => {
                let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                skipped.fetch_add(milliseconds, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        }
    }
}
