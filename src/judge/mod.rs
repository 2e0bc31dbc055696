//! Pure checks on exchanges and recordings: what they may look at in `evidence`, what they find in `finding`,
//! and the checks in `chapters`, `answers` and `requests`, named as in `features/`.
//!
//! A check takes [`Evidence`] and gives a [`Judgement`]. It never waits, sends or reads a file, so the
//! same recording always gives the same judgement.

pub mod answers;
pub mod chapters;
pub mod everywhere;
pub mod evidence;
pub mod finding;
pub mod requests;
#[cfg(test)]
mod testing;

pub use chapters::{
    acceptance, addresses, authorization, errors, existing_links, expiration,
    inherited_permissions, life_of_a_link, link_types, listed_links, one_exchange, passwords,
    refusal, repeats, request_body, scopes, throttling,
};
pub use evidence::listing::{Listing, is_inherited, listings};
pub use evidence::overview::Overview;
pub use evidence::untold::as_far_as_told;
pub use evidence::{
    Asked, Evidence, Granted, environment, ordinal, schema, status_text, strict_json, without_query,
};
pub use finding::cases::every;
pub use finding::grounds::{Grounds, resting_on};
pub use finding::outcome::{HOLDS, Judgement, Outcome, seen};
