//! What a run shows as a whole, found out once however many rules ask for it.

use std::sync::OnceLock;

use super::refusal::Known;
use super::sharing_url::UrlIdentity;

/// What is known of a run as soon as one rule asked. It belongs to that run and to no part of it.
#[derive(Debug, Default)]
pub struct Overview {
    pub(super) urls: OnceLock<UrlIdentity>,
    pub(super) known: OnceLock<Known>,
}
