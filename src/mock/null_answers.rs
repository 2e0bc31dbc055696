//! What a server answers that implements nothing.

use super::envelope::{Answer, Call};
use super::nulls::{Null, NullKind};
use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::json;

impl Null {
    /// The answer; `None` when there never is one.
    pub(super) fn answer(self, call: &Call) -> Option<Answer> {
        match self.kind {
            NullKind::ConstantPermission => Some(Answer::json(
                StatusCode::CREATED,
                json!({
                    "id": "123ABC",
                    "roles": ["read"],
                    "link": {
                        "type": "view",
                        "scope": "anonymous",
                        "webUrl": "https://1drv.ms/A6913278E564460AA616C71B28AD6EB6",
                        "application": {"id": "1234", "displayName": "Sample Application"},
                    },
                    "hasPassword": false,
                }),
            )),
            NullKind::RefusesEverything => Some(Answer::json(
                StatusCode::BAD_REQUEST,
                json!({"error": {"code": "invalidRequest", "message": "Bad request"}}),
            )),
            NullKind::EmptyObject => Some(Answer::json(StatusCode::OK, json!({}))),
            NullKind::Echo => {
                let media_type = call.header("content-type").unwrap_or("application/json");
                Some(Answer::other(StatusCode::OK, media_type, Bytes::clone(&call.body)))
            }
            NullKind::NeverAnswers => None,
        }
    }
}
