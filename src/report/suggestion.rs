//! What to try after a finding.

use crate::nearest::nearest;

/// The end of a message about an unknown word: the nearest known one, or all of them where none is near.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(candidate) => format!("did you mean \"{candidate}\"?"),
        None => format!("use one of {}", known.join(", ")),
    }
}
