//! linkspec tells whether a service, or a client library, does what Microsoft Graph's page for
//! `driveItem: createLink` says.
//!
//! From the ground up; nothing imports upward:
//!
//! - [`graph`]: the wire. What is sent and what comes back, without an opinion.
//! - [`sign_in`]: where tokens come from, and what they lack. Above the wire and the caller, below the target.
//! - [`mock`]: a little Microsoft Graph on loopback.

pub mod caller;
pub mod cli;
pub mod graph;
pub mod har;
pub mod judge;
pub mod mock;
pub mod prove;
pub mod report;
pub mod sdk;
pub mod serve;
pub mod sign_in;
pub mod spec;
pub mod steps;
pub mod story;
pub mod suite;
pub mod target;
pub mod traffic;
