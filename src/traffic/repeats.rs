//! Requests of recorded traffic that were repeated.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use super::shape::{Hashed, media_type};
use super::sighting::{Locator, Sighting};

/// In milliseconds. Beyond an hour nobody can say what happened in between that the file does not show: somebody may
/// have removed the link in a browser, or a policy may have ended it.
const LONGEST_PAUSE: i64 = 60 * 60 * 1000;

/// So many requests are remembered at a time; older ones are forgotten first.
const MOST_PENDING: usize = 400_000;

/// So many pairs of one kind are judged by the rules; the others are counted.
const SAMPLES: u32 = 8;

/// What is compared between an answer and the one before, as keyed hashes: there are many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub id: u64,
    pub link: u64,
}

/// A granted request that may be repeated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub number: u32,
    pub locator: Option<Locator>,
    item: u64,
    by_path: bool,
    /// In milliseconds since 1970.
    ended: i64,
    summary: Summary,
}

/// How a repeat was answered compared with the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kind {
    status: u16,
    same_permission: bool,
    same_link: bool,
}

/// Identical requests of one application for one item.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    hasher: RandomState,
    pending: Hashed<Pending>,
    kinds: BTreeMap<Kind, (u32, u64)>,
}

impl Repeats {
    /// Notes a granted or refused request; gives the first one when this is a repeat worth a closer look.
    pub fn note(
        &mut self,
        item: u64,
        by_path: bool,
        application: u64,
        sighting: &Sighting<'_>,
        summary: Option<Summary>,
    ) -> Option<Pending> {
        let status = sighting.status()?;
        // The same words at another address or under another label are another request (PATH-06, REQ-02).
        let request = (sighting.url, media_type(sighting.headers), sighting.body.as_deref());
        let key = self.hasher.hash_one((item, application, request));
        let sent = sighting.sent.as_millisecond();
        let ended = sent.saturating_add_unsigned(sighting.milliseconds);
        let first = self.pending.get(&key).copied().filter(|first| {
            // Two requests at once are another rule's business (IDEM-18).
            sent >= first.ended && sent - first.ended <= LONGEST_PAUSE
        });
        if let (200 | 201, Some(summary)) = (status, summary) {
            self.make_room(sent);
            let locator = sighting.locator;
            let number = sighting.number;
            self.pending.insert(key, Pending { number, locator, item, by_path, ended, summary });
        }
        let first = first?;
        if status == 429 || status == 408 || status >= 500 {
            return None;
        }
        let kind = Kind {
            status,
            same_permission: summary.is_some_and(|it| it.id == first.summary.id),
            same_link: summary.is_some_and(|it| it.link == first.summary.link),
        };
        let (samples, count) = self.kinds.entry(kind).or_default();
        *count += 1;
        if *samples >= SAMPLES {
            return None;
        }
        *samples += 1;
        Some(first)
    }

    /// Something happened to an item's permissions that ends what was known.
    pub fn forget(&mut self, item: u64) {
        // The same item may be known by its path as well.
        self.pending.retain(|_, it| it.item != item && !it.by_path);
    }

    /// A file was written, moved or removed: a path may mean another item now.
    pub fn forget_paths(&mut self) {
        self.pending.retain(|_, it| !it.by_path);
    }

    /// Nothing is known any more: the service was reset.
    pub fn forget_all(&mut self) {
        self.pending.clear();
    }

    fn make_room(&mut self, now: i64) {
        if self.pending.len() < MOST_PENDING {
            return;
        }
        self.pending.retain(|_, it| now.saturating_sub(it.ended) <= LONGEST_PAUSE);
        if self.pending.len() >= MOST_PENDING {
            let middle = self.pending.values().map(|it| u64::from(it.number)).sum::<u64>()
                / self.pending.len() as u64;
            self.pending.retain(|_, it| u64::from(it.number) > middle);
        }
    }

    /// How many repeats there were.
    pub fn count(&self) -> u64 {
        self.kinds.values().map(|(_, count)| count).sum()
    }

    /// How many of them were not answered with 200 and the same link.
    pub fn deviating(&self) -> u64 {
        self.kinds
            .iter()
            .filter(|(kind, _)| !(kind.status == 200 && kind.same_permission && kind.same_link))
            .map(|(_, (_, count))| count)
            .sum()
    }
}
