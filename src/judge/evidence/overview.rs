//! What a run shows as a whole, found out once however many rules ask for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::judge::evidence::baseline::Baseline;
use crate::judge::evidence::schema::{Schema, Violation, violations};
use crate::judge::evidence::sharing_url::UrlIdentity;

/// What a schema says of a value, which is known by where it is in memory.
type Shapes = HashMap<(Schema, usize), Arc<[Violation]>>;

/// What is known of a run as soon as one rule asked. It belongs to that run and to no part of it.
#[derive(Debug, Default)]
pub struct Overview {
    pub(crate) urls: OnceLock<UrlIdentity>,
    pub(crate) baseline: OnceLock<Baseline>,
    /// What the schemas say of the values of the run, which does not change as long as this stands beside it.
    shapes: Mutex<Shapes>,
}

impl Overview {
    /// Every departure from the schema of a value that is part of the run: some thirty rules look at each.
    pub(crate) fn violations(&self, schema: Schema, value: &Value) -> Arc<[Violation]> {
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let place = std::ptr::from_ref(value).addr();
        let found =
            shapes.entry((schema, place)).or_insert_with(|| violations(schema, value).into());
        Arc::clone(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_held_against_a_schema_once() {
        let overview = Overview::default();
        let values = [json!({"id": 1}), json!({"id": 1})];
        let schemas = [Schema::Permission, Schema::Error];
        for (value, schema) in values.iter().flat_map(|it| schemas.map(|schema| (it, schema))) {
            let first = overview.violations(schema, value);
            assert_eq!(*first, violations(schema, value));
            assert!(!first.is_empty() && Arc::ptr_eq(&first, &overview.violations(schema, value)));
        }
    }
}
