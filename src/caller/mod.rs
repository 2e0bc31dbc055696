//! Who sends: linkspec's own HTTP client.

mod http;
#[cfg(test)]
mod tls_tests;

pub use http::{CallerError, HttpCaller, HttpOptions, Outgoing};
