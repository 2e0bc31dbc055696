//! What a run takes of a service that never comes to an end: the sum of all its answers, and the pages of all its
//! lists. What one answer and one list may take is bounded where they are read.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::graph::{Failure, FailureKind, Reply};

/// Bytes of answers that a run keeps. A run of a thousand requests takes some two MiB.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Pages after the first that a run reads, of all lists.
const MOST_PAGES: u32 = 5000;

/// What was taken so far.
#[derive(Default)]
pub(super) struct Taken {
    bytes: AtomicUsize,
    pages: AtomicU32,
}

impl Taken {
    /// The answer while there is room for it.
    ///
    /// # Errors
    /// What it was not kept for.
    pub(super) fn keep(&self, reply: Reply) -> Result<Reply, Failure> {
        let Reply::Answer(answer) = &reply else { return Ok(reply) };
        let fields: usize =
            answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if self.has_room_for(answer.body.len().saturating_add(fields)) {
            return Ok(reply);
        }
        let most = MOST_BYTES / 1024 / 1024;
        let detail =
            format!("the answers of this run come to more than {most} MiB, which are not kept");
        Err(Failure { failure: FailureKind::TooLarge, detail })
    }

    /// Counts another page of a list.
    ///
    /// # Errors
    /// Why it may not be read.
    pub(super) fn another_page(&self) -> Result<(), String> {
        self.has_pages_left()
            .then_some(())
            .ok_or_else(|| format!("the lists of this run come to more than {MOST_PAGES} pages"))
    }

    fn has_room_for(&self, length: usize) -> bool {
        let taken = self.bytes.fetch_add(length, Ordering::Relaxed);
        taken.saturating_add(length) <= MOST_BYTES
    }

    fn has_pages_left(&self) -> bool {
        self.pages.fetch_add(1, Ordering::Relaxed) < MOST_PAGES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_takes_so_much_and_no_more() {
        let taken = Taken::default();
        let page = 900 * 1024;
        let kept = (0..1000).filter(|_| taken.has_room_for(page)).count();
        assert_eq!(kept, MOST_BYTES / page);
        assert!(!taken.has_room_for(1), "what did not fit counts as well");
        let pages = (0..2 * MOST_PAGES).filter(|_| taken.has_pages_left()).count();
        assert_eq!(pages, MOST_PAGES as usize);
    }
}
