//! linkspec tells whether a service, or a client library, does what Microsoft Graph's page for
//! `driveItem: createLink` says.
//!
//! For authors of client libraries in Rust: the mock, judged, inside their own tests. [`mock::Mock::business`] is
//! the way in; [`serve`] has an example.
//!
//! ```no_run
//! use linkspec::mock::Mock;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let graph = Mock::business().start().await?;
//! // ... the library under test, with graph.base_url(), graph.token(), graph.drive_id(), graph.file_id() ...
//! graph.judge()?; // an error that names every broken rule, its phrase and what came instead
//! # Ok(())
//! # }
//! ```
//!
//! What is documented here is for them: [`mock`], [`serve`], and what these hand out, [`report`] and [`graph`].
//! A test that wants the mock alone, and no judgement, leaves out the feature `program`, and compiles little else.
//! The other modules are the program; ARCHITECTURE.md is their map, and they may change with every version.

#[cfg(feature = "program")]
#[doc(hidden)]
pub mod caller;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod drive;
pub mod graph;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod judge;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod library;
pub mod mock;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod nearest;
#[cfg(feature = "program")]
mod printable;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod prove;
#[cfg(feature = "program")]
pub mod report;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod rules;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod run;
#[cfg(feature = "program")]
pub mod serve;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod sign_in;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod steps;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod story;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod traffic;
