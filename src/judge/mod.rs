//! Pure checks on exchanges and recordings, one file a chapter, named as in `features/`.
//!
//! A check takes [`Evidence`] and gives a [`Judgement`]. It never waits, sends or reads a file, so the
//! same recording always gives the same judgement.

pub mod addresses;
pub mod answers;
pub mod authorization;
mod cases;
pub mod errors;
mod evidence;
pub mod existing_links;
pub mod life_of_a_link;
mod outcome;
pub mod refusal;
pub mod request_body;
pub mod schema;
#[cfg(test)]
mod testing_b;
pub mod throttling;

pub use evidence::{
    Asked, Evidence, Granted, Listing, environment, is_inherited, listings, ordinal, status_text,
    without_query,
};
pub use outcome::{HOLDS, Judgement, Outcome, seen};
