//! What was heard of a client library, as it may be kept.

use serde_json::Value;

use crate::graph::{Asking, ItemAddress, Redactor, Surfaced};

/// Whose drive it is stays out of what is kept.
pub(super) fn redacted_asking(redactor: &Redactor, asking: Asking) -> Asking {
    let hidden = || "redacted".to_owned();
    let address = match asking.address {
        ItemAddress::Drives { item_id, .. } => ItemAddress::Drives { drive_id: hidden(), item_id },
        ItemAddress::Groups { item_id, .. } => ItemAddress::Groups { group_id: hidden(), item_id },
        ItemAddress::Me { item_id } => ItemAddress::Me { item_id },
        ItemAddress::Sites { item_id, .. } => ItemAddress::Sites { site_id: hidden(), item_id },
        ItemAddress::Users { item_id, .. } => ItemAddress::Users { user_id: hidden(), item_id },
    };
    let request = redacted_json(redactor, &Value::Object(asking.request));
    let request = request.as_object().cloned().unwrap_or_default();
    Asking { address, request, ..asking }
}

pub(super) fn redacted_surfaced(redactor: &Redactor, surfaced: Surfaced) -> Surfaced {
    let text = |text: String| redactor.text(&text);
    match surfaced {
        Surfaced::Permission { permission, status } => {
            Surfaced::Permission { permission: redacted_json(redactor, &permission), status }
        }
        Surfaced::Error { status, code, message } => {
            Surfaced::Error { status, code: code.map(text), message: text(message) }
        }
        Surfaced::Unsupported(reason) => Surfaced::Unsupported(text(reason)),
        Surfaced::Waiting(reason) => Surfaced::Waiting(text(reason)),
        Surfaced::Hung(reason) => Surfaced::Hung(text(reason)),
        Surfaced::Crashed(reason) => Surfaced::Crashed(text(reason)),
        Surfaced::Lost(reason) => Surfaced::Lost(text(reason)),
    }
}

fn redacted_json(redactor: &Redactor, value: &Value) -> Value {
    serde_json::from_str(&redactor.body(&value.to_string())).unwrap_or_default()
}
