//! Calls made up for the tests of this room.

use crate::graph::{
    Asking, Call, Conversation, ItemAddress, Listener, Surfaced, WireAnswer, WireRequest,
};

/// A POST to the address of [`call`].
pub(super) fn request(number: u32, arrived_ms: f64, answer: WireAnswer) -> WireRequest {
    WireRequest {
        number,
        listener: Listener::Service,
        at: jiff::Timestamp::UNIX_EPOCH,
        arrived_ms,
        method: "POST".into(),
        target: "/v1.0/drives/d/items/i/createLink".into(),
        headers: vec![
            ("Authorization".into(), "Bearer token".into()),
            ("Content-Type".into(), "application/json".into()),
        ],
        body: r#"{"type":"view"}"#.into(),
        body_fault: None,
        answer,
    }
}

/// An answer without header fields.
pub(super) fn answer(status: u16, body: &str) -> WireAnswer {
    WireAnswer { status: Some(status), body: body.into(), ..WireAnswer::default() }
}

/// A call for a view link.
pub(super) fn call(wire: Vec<WireRequest>, surfaced: Surfaced) -> Call {
    let request = serde_json::Map::from_iter([("type".to_owned(), "view".into())]);
    let address = ItemAddress::Drives { drive_id: "d".into(), item_id: "i".into() };
    let (base_url, token) = ("http://127.0.0.1:1/v1.0".into(), "token".into());
    Call { asked: Asking { base_url, token, address, request }, wire, surfaced }
}

/// The calls of one story.
pub(super) fn conversation(calls: Vec<Call>) -> Conversation {
    Conversation { calls, ..Conversation::default() }
}
