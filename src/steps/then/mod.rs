//! What must be so: calls into the judge, one file a chapter, named as there.

mod acceptance;
mod addresses;
mod answers;
mod authorization;
mod errors;
mod everywhere;
mod existing_links;
mod expiration;
mod inherited_permissions;
mod life_of_a_link;
mod link_types;
mod one_exchange;
mod passwords;
mod request_body;
mod scopes;
mod throttling;

use crate::judge::Outcome;
use crate::judge::evidence::wording::POSITIONS;

/// The position of the request a phrase is about; the first where the phrase names none, since there is no other.
fn index_or_first(word: &str) -> Result<usize, Outcome> {
    if word.is_empty() { Ok(0) } else { index(word) }
}

/// The position a word names: "first" is 0.
///
/// # Errors
/// Not run, with the word, when it names no position; the features' own test finds such a word.
fn index(word: &str) -> Result<usize, Outcome> {
    POSITIONS
        .iter()
        .position(|known| *known == word)
        .ok_or_else(|| Outcome::not_run(format!("\"{word}\" is no position")))
}
