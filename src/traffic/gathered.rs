//! Everything that was found in recorded traffic.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::unmeant::UnmeantSeen;
use crate::graph::{Product, Recording};

/// So many entries are named one by one; the rest is counted.
const MOST_NAMED: usize = 20;

/// What came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Exchanges of any kind.
    pub total: u64,
    /// Requests to createLink.
    pub create_link: u64,
    /// Those of them that were granted.
    pub granted: u64,
    /// Those of them that are kept, and so judged.
    pub create_link_kept: u64,
    /// Exchanges about sharing links that came when the room was full.
    pub left_out: u64,
}

/// What was found about one product; `None` where nothing tells the product.
#[derive(Debug, Clone, Default)]
pub struct ProductGroup {
    /// One recording an item.
    pub recordings: Vec<Recording>,
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// By product.
    pub groups: BTreeMap<Option<Product>, ProductGroup>,
    /// How much came by.
    pub counts: Counts,
    /// createLink requests without an `Authorization` header, whose repeats say nothing.
    pub without_application: u64,
    /// createLink requests whose time could not be read.
    pub untimed: u64,
    /// More requests than could be kept may have changed links, so anything may have happened at any time.
    pub changes_overflow: bool,
    /// When the first createLink request was sent.
    pub started: Option<Timestamp>,
    /// When the last was answered.
    pub ended: Option<Timestamp>,
    /// What a `driveType` in the exchanges said.
    pub drive_types: BTreeSet<Product>,
    /// Requests for a link that are not judged, the first of them named.
    pub named: Vec<String>,
    /// How many they are.
    pub not_looked_at: u64,
    /// What applications may not have meant.
    pub unmeant: UnmeantSeen,
}

impl Gathered {
    /// Names a request for a link that is not judged.
    pub(super) fn not_looked_at(&mut self, number: u32, why: &str) {
        self.not_looked_at += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(format!("entry {number} was not looked at: {why}"));
        }
    }

    /// From the first createLink request to the last answer.
    pub fn milliseconds(&self) -> u64 {
        let (Some(started), Some(ended)) = (self.started, self.ended) else { return 0 };
        u64::try_from(ended.duration_since(started).as_millis()).unwrap_or(0)
    }
}
