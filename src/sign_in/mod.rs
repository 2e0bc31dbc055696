//! Signing in: where the token of each identity comes from, when it is renewed, and what it lacks.
//!
//! The map:
//!
//! - `place`: cloud, service root and authority, and what goes together.
//! - `settings`, `source`: the `[sign_in]` tables, and the one source each identity has.
//! - `wallet`: holds the tokens of a run and renews them.
//! - `secret_variables`: what no process that is started gets to see.
//! - `command`, `authority`, `token_text`: programs, authorities and texts that give tokens.
//! - `claims`, `advice`: what a token says about itself, and what that means for a run.
//! - `foreign`, `error`: other people's text without secrets, and every way this can fail.
//!
//! It knows [`crate::graph`] and [`crate::caller`]; targets are built on it.

mod advice;
mod authority;
#[cfg(test)]
mod canary;
mod claims;
mod command;
mod error;
mod foreign;
mod place;
mod secret_variables;
mod settings;
mod source;
#[cfg(test)]
pub(crate) mod test_tokens;
mod token_text;
mod wallet;
#[cfg(test)]
mod wallet_tests;

pub use advice::{Advice, compare, explain};
pub use authority::DevicePrompt;
pub use claims::{Claims, TokenForm};
pub use error::SignInError;
pub use place::SignInPlace;
pub use secret_variables::SecretVariables;
pub use settings::{CommandText, SignInSettings, SourceTable};
pub use source::{
    COMMAND_TIMEOUT, ClientAuthentication, ClientCredentials, DeviceCode, TokenCommand,
    TokenSource, TokenSources,
};
pub use wallet::{SecretHook, Show, Wallet};
