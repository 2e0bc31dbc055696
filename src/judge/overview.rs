//! What a run shows as a whole, found out once however many rules ask for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::refusal::Known;
use super::schema::{Schema, Violation, violations};
use super::sharing_url::UrlIdentity;

/// What is known of a run as soon as one rule asked. It belongs to that run and to no part of it.
#[derive(Debug, Default)]
pub struct Overview {
    pub(super) urls: OnceLock<UrlIdentity>,
    pub(super) known: OnceLock<Known>,
    /// What the schemas say of the values of the run, each known by where it is in memory: the run is not
    /// changed as long as this stands beside it.
    shapes: Mutex<HashMap<(Schema, usize), Arc<[Violation]>>>,
}

impl Overview {
    /// Every departure from the schema of a value that is part of the run: some thirty rules look at each.
    pub(super) fn violations(&self, schema: Schema, value: &Value) -> Arc<[Violation]> {
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let place = std::ptr::from_ref(value).addr();
        let found =
            shapes.entry((schema, place)).or_insert_with(|| violations(schema, value).into());
        Arc::clone(found)
    }
}
