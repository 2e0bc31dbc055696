//! Who sends: application and person, told apart by their tokens.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Tells applications apart by their tokens, and keeps nothing of a token but a keyed hash.
#[derive(Debug, Default)]
pub(super) struct Applications {
    hasher: RandomState,
    by_token: HashMap<u64, u64>,
}

/// Beyond so many tokens the oldest knowledge is dropped; it can be worked out again.
const MOST_TOKENS: usize = 10_000;

/// The claims that tell application and user; a renewed token has the same. Real tokens have both `oid` and `sub`,
/// and some both `appid` and `azp`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims<'c> {
    #[serde(borrow)]
    appid: Option<Cow<'c, str>>,
    #[serde(borrow)]
    azp: Option<Cow<'c, str>>,
    #[serde(borrow)]
    oid: Option<Cow<'c, str>>,
    #[serde(borrow)]
    sub: Option<Cow<'c, str>>,
    #[serde(borrow)]
    tid: Option<Cow<'c, str>>,
}

impl Applications {
    /// The application (and user) an `Authorization` header stands for.
    ///
    /// An access token in the form of a JWT names its application, so a renewed token is recognised; any
    /// other token stands for itself. The claims decide nothing but what is compared with what.
    pub(super) fn of(&mut self, authorization: &str) -> u64 {
        let token = self.hasher.hash_one(authorization);
        if let Some(known) = self.by_token.get(&token) {
            return *known;
        }
        let application = claims(authorization, &self.hasher).unwrap_or(token);
        if self.by_token.len() >= MOST_TOKENS {
            self.by_token.clear();
        }
        self.by_token.insert(token, application);
        application
    }
}

fn claims(authorization: &str, hasher: &RandomState) -> Option<u64> {
    let payload = authorization.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims<'_> = serde_json::from_slice(&bytes).ok()?;
    let application = claims.appid.as_ref().or(claims.azp.as_ref())?;
    let person = claims.oid.as_ref().or(claims.sub.as_ref());
    Some(hasher.hash_one((application, person, &claims.tid)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("Bearer e30.{}.sig", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_renewed_token_is_the_same_application() {
        let mut applications = Applications::default();
        let first = applications.of(&token(r#"{"appid":"a","oid":"o","tid":"t","iat":1}"#));
        assert_eq!(first, applications.of(&token(r#"{"appid":"a","oid":"o","tid":"t","iat":2}"#)));
        assert_ne!(first, applications.of(&token(r#"{"appid":"b","oid":"o","tid":"t","iat":1}"#)));
        let entra = |iat: u32, oid: &str, sub: &str| {
            let claims = format!(r#"{{"aud":"g","iat":{iat},"appid":"a","azp":"a","oid":"{oid}","sub":"{sub}","tid":"t",
                "scp":"Files.ReadWrite","aud":["x"]}}"#).replace(r#","aud":["x"]"#, "");
            token(&claims)
        };
        assert_eq!(applications.of(&entra(1, "o", "s")), applications.of(&entra(2, "o", "s")));
        assert_ne!(applications.of(&entra(1, "o", "s")), applications.of(&entra(1, "p", "s")));
        assert_ne!(applications.of("Bearer one"), applications.of("Bearer two"));
        assert_eq!(applications.of("Bearer one"), applications.of("Bearer one"));
    }
}
