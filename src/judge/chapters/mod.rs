//! The checks of the features, one file a chapter, named as there.

pub mod acceptance;
pub mod addresses;
pub mod authorization;
pub mod errors;
pub mod existing_links;
pub mod expiration;
pub mod inherited_permissions;
pub mod life_of_a_link;
pub mod link_types;
pub mod listed_links;
pub mod one_exchange;
pub mod passwords;
pub mod refusal;
pub mod repeats;
pub mod request_body;
pub mod scopes;
pub mod throttling;
