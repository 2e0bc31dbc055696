//! Who sends: linkspec's own HTTP client.

mod http;

pub use http::{CallerError, HttpCaller, HttpOptions, Outgoing};
