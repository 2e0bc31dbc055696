//! What is known of exchanges that nobody told as a story: who sent them, which are word for word the same, and
//! what else may have changed the links of their item meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// What is known of the exchanges of one item besides what stands in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Who sent an exchange, by its act: equal values are one person through one application. Who is not here is
    /// not known.
    pub callers: BTreeMap<usize, u64>,
    /// What was asked, by act: equal values are the same words at the same address, however they are written.
    pub questions: BTreeMap<usize, u64>,
    /// Acts whose time is not known.
    pub untimed: BTreeSet<usize>,
    /// Acts that stood in a batch: their addresses and labels are nobody's but the batch's.
    pub in_batch: BTreeSet<usize>,
    /// What may have ended or changed a link of the item.
    pub changes: Vec<Change>,
}

/// A request that may have ended or changed links of an item, whether it came through or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it was sent; `None` where that is not known.
    pub sent: Option<Timestamp>,
    /// When it was answered, or given up.
    pub ended: Option<Timestamp>,
    /// The one permission it is about; `None` when it may be about any.
    pub permission: Option<String>,
}
