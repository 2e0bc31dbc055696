//! The wire: products, addresses, identities, exchanges and time, without an opinion on any of them.

mod address;
mod body;
mod clock;
mod cloud;
mod conversation;
mod exchange;
mod graph_error;
mod identity;
mod product;
mod redaction;
mod secret;
mod tenant;

pub use address::{Address, encode_segment};
pub use body::Body;
pub use clock::Clock;
pub use cloud::{Cloud, CloudError, PERSONAL_TENANT};
pub use conversation::{
    Asking, Call, Conversation, ItemAddress, Listener, Surfaced, WireAnswer, WireRequest,
};
pub use exchange::{
    Answer, Exchange, Failure, FailureKind, Gap, Purpose, Recording, Reply, Request,
};
pub use graph_error::GraphError;
pub use identity::Identity;
pub use product::Product;
pub use redaction::Redactor;
pub use secret::{Secret, Unredacted};
pub use tenant::Tenant;
