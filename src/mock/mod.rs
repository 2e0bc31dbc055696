//! A little Microsoft Graph on loopback: one drive with its people, links and policy, over real HTTP.
//!
//! The map, from the ground up:
//!
//! - `settings`, `policy`, `form`: what one mock is told to be; nothing in them changes while it runs.
//! - `identities`: people, applications and their tokens.
//! - `drive`: items, content and permissions with inheritance; the only state there is.
//! - `errors`, `place`, `answers`, `facet`, `envelope`: Graph's error bodies, the JSON of permissions and their
//!   link facet, and how an answer is put on the wire.
//! - `orders`, `admission`, `links`: the body of `createLink`, what is allowed, and `createLink` itself.
//! - `items`, `grants`, `shares`, `pages`: the other calls a run needs, and what a browser sees.
//! - `deviations`, `departures`: single named departures from the documentation; `conditions`, `history`: on
//!   which requests one shows.
//! - `variants`, `throttling`, `nulls`, `null_answers`: conforming forms, and servers that implement nothing.
//! - `authority`: who issues tokens; a server of its own.
//! - `world`, `routes`, `server`: from a path to a call, and from a socket to a path.
//!
//! The mock knows [`crate::graph`] and nothing above it; above all it shares no code with the judge.

mod addresses;
mod admission;
mod answers;
mod authority;
mod conditions;
mod departures;
mod deviations;
mod drive;
mod envelope;
mod errors;
mod facet;
mod form;
mod grants;
mod history;
mod identities;
mod items;
mod links;
mod null_answers;
mod nulls;
mod orders;
mod pages;
mod place;
mod policy;
mod routes;
mod server;
mod settings;
mod shares;
mod throttling;
#[cfg(test)]
mod transcripts;
mod variants;
mod world;

// For tests of signing in: no part of what is kept stable for others.
#[doc(hidden)]
pub use authority::{Authority, AuthorityFault, AuthorityOptions, AuthorityRequest, Issue, Person};
// What `prove` gives a deviation.
#[doc(hidden)]
pub use conditions::{Condition, ConditionError};
pub use deviations::{Deviation, deviation, deviations};
pub use form::Form;
pub use identities::Identity;
pub use nulls::{Null, NullKind, null, nulls};
pub use policy::{DefaultScope, Policy};
pub use server::{Mock, MockError};
pub use settings::Options;
pub use variants::{Variant, variant, variants};
