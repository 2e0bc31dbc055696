//! HTTP Archive 1.2: what browsers, Playwright, Dev Proxy and mitmproxy export.
//!
//! Reading is a stream: a file of any size is looked at once, entry by entry, in bounded memory. Entries
//! without a bearing on sharing links are not even parsed. Writing is a report format: [`crate::report::har`].

mod entry;
mod read;
mod split;

pub use read::{Creator, FileSummary, Format, HarError, format, read};
