//! The places a permission is shown in.

/// Where a permission is shown. Tired implementers build each place by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer of `createLink` that made it.
    Created,
    /// The answer of `createLink` that found it.
    Existing,
    /// The list of an item's permissions.
    Listed,
    /// Read alone, by its id.
    Read,
}

impl Place {
    pub(super) fn is_link_answer(self) -> bool {
        matches!(self, Self::Created | Self::Existing)
    }
}
