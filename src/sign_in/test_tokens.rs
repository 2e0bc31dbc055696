//! Tokens for tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::graph::Secret;

/// An unsigned token with these claims.
pub(crate) fn jwt(claims: &Value) -> Secret {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    Secret::new(format!(
        "{}.{}.{}",
        encode(r#"{"alg":"none"}"#),
        encode(&claims.to_string()),
        encode("not signed")
    ))
}
