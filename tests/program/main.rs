//! The built binary: what people call, against services on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod agreement;
#[cfg(unix)]
mod ci;
mod command_line;
mod examples;
mod foreign_text;
mod judge;
mod live;
mod live_bounds;
mod live_cleanup;
mod live_dialects;
mod live_foreign;
#[cfg(unix)]
mod live_limits;
mod live_mistakes;
mod live_network;
mod live_secrets;
mod live_settings;
mod live_sign_in;
#[cfg(unix)]
mod live_signals;
mod live_throttling;
mod live_untold;
#[cfg(unix)]
mod secrets_of_children;
#[cfg(unix)]
mod serve;
mod service;
#[cfg(unix)]
mod terminal;
mod where_tokens_go;
mod wire;
