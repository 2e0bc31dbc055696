//! Pure checks on exchanges and recordings, one file a chapter, named as in `features/`.
//!
//! A check takes [`Evidence`] and gives a [`Judgement`]. It never waits, sends or reads a file, so the
//! same recording always gives the same judgement.

pub mod acceptance;
pub mod addresses;
pub mod answers;
pub mod authorization;
mod cases;
pub mod errors;
mod every;
mod evidence;
pub mod existing_links;
pub mod expiration;
pub mod inherited_permissions;
pub mod life_of_a_link;
pub mod link_types;
pub mod listed_links;
mod listing;
mod outcome;
mod overview;
pub mod passwords;
pub mod refusal;
pub mod repeats;
pub mod request_body;
pub mod requests;
pub mod schema;
pub mod scopes;
mod sharing_url;
pub mod strict_json;
#[cfg(test)]
mod testing;
pub mod throttling;
mod web_page;

pub use every::every;
pub use evidence::{Asked, Evidence, Granted, environment, ordinal, status_text, without_query};
pub use listing::{Listing, is_inherited, listings};
pub use outcome::{HOLDS, Judgement, Outcome, seen};
pub use overview::Overview;
