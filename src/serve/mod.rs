//! The mock as a service for somebody else's tests: it judges every exchange as it comes.
//!
//! `linkspec serve` is its command line. Rust authors start it inside their own tests:
//!
//! ```
//! use linkspec::mock::Mock;
//! # async fn share_with_my_sdk(base: &str, token: &str, drive: &str, item: &str) {
//! #     use linkspec::caller::{HttpCaller, Outgoing};
//! #     let url = format!("{base}/drives/{drive}/items/{item}/createLink").parse().unwrap();
//! #     let headers = vec![
//! #         ("authorization".to_owned(), format!("Bearer {token}")),
//! #         ("content-type".to_owned(), "application/json".to_owned()),
//! #     ];
//! #     let body = Some(r#"{"type":"view","scope":"organization"}"#.to_owned());
//! #     let caller = HttpCaller::new(Default::default()).unwrap();
//! #     caller.send(&Outgoing { method: "POST".parse().unwrap(), url, headers, body, bare: false }).await;
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let graph = Mock::business().start().await?;
//!
//! // Whatever the SDK under test does, with this base URL and token.
//! share_with_my_sdk(graph.base_url(), graph.token(), graph.drive_id(), graph.file_id()).await;
//!
//! let report = graph.judge()?;
//! assert_eq!(report.requests.create_link, 1);
//! # Ok(())
//! # }
//! ```

mod exchange_log;
mod inside;
mod judging;
mod page;
mod service;
mod watch;

pub use judging::Findings;
pub use service::{Service, Setup, StartError};
