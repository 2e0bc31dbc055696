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
//! The other modules are the program; ARCHITECTURE.md is their map, and they may change with every version.

#[doc(hidden)]
pub mod caller;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod drive;
pub mod graph;
#[doc(hidden)]
pub mod judge;
#[doc(hidden)]
pub mod library;
pub mod mock;
#[doc(hidden)]
pub mod nearest;
mod printable;
#[doc(hidden)]
pub mod prove;
pub mod report;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod run;
pub mod serve;
#[doc(hidden)]
pub mod sign_in;
#[doc(hidden)]
pub mod steps;
#[doc(hidden)]
pub mod story;
#[doc(hidden)]
pub mod traffic;
