//! The wire: products, addresses, identities, exchanges and time, without an opinion on any of them.

mod address;
mod body;
mod clock;
mod cloud;
mod content_encoding;
mod conversation;
/// SharePoint Embedded, which is out of scope.
#[doc(hidden)]
pub mod embedded;
mod exchange;
mod graph_error;
mod identity;
mod observed;
mod product;
mod reach;
mod redaction;
mod secret;
mod tenant;

pub use body::Body;
pub use clock::Clock;
pub use conversation::{ItemAddress, Surfaced};
pub use exchange::{Answer, Exchange, Failure, FailureKind, Purpose, Reply, Request};
pub use graph_error::GraphError;
pub use identity::Identity;
pub use product::Product;

// The program's own: no part of what is kept stable for others.
#[doc(hidden)]
pub use address::{Address, encode_segment};
#[doc(hidden)]
pub use cloud::{Cloud, CloudError, PERSONAL_TENANT};
#[doc(hidden)]
pub use content_encoding::decoded;
#[doc(hidden)]
pub use conversation::{
    Asking, Call, Conversation, Listener, Part, WireAnswer, WireRequest, is_safe_method,
};
#[doc(hidden)]
pub use exchange::{Gap, LATER_FILE, NAMES_OF_REQUESTS, RUN_FOLDER, Recording};
#[doc(hidden)]
pub use observed::{Change, Observed};
#[doc(hidden)]
pub use reach::Reach;
#[doc(hidden)]
pub use redaction::Redactor;
#[doc(hidden)]
pub use secret::{Secret, Unredacted};
#[doc(hidden)]
pub use tenant::Tenant;
