//! The crate from within: the features, the engine, client libraries and reports, without a process of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod alone;
mod features;
mod fuzz_corpus;
mod in_process;
mod layers;
mod merging;
mod readme;
mod reports;
mod reproduce;
mod sdk;
mod sdk_live;
mod traffic;
