//! What a token tells about itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::graph::Secret;

/// What an access token says about itself. Nothing of it is verified: it explains, it never judges.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// `scp`: the delegated permissions.
    pub scopes: Vec<String>,
    /// `roles`: the application permissions.
    pub roles: Vec<String>,
    /// `appid` or `azp`: the application.
    pub application: Option<String>,
    /// `tid`: the tenant.
    pub tenant: Option<String>,
    /// `oid`: the user, or the application's own account.
    pub subject: Option<String>,
    /// `exp`
    pub expires: Option<Timestamp>,
    /// `iss`
    pub issuer: Option<String>,
    /// `aud`
    pub audience: Option<String>,
}

/// What can be seen of a token without asking anybody.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenForm {
    /// A JSON Web Token with these claims.
    Claims(Box<Claims>),
    /// It begins like a JSON Web Token and is none: for this reason.
    Broken(&'static str),
    /// Anything else, such as the tokens of personal accounts: only the service can read it.
    Opaque,
}

/// The signature of the shortest RSA key in use, in bytes.
const SHORTEST_RSA_SIGNATURE: usize = 256;

impl TokenForm {
    /// Looks at a token.
    pub fn of(token: &Secret) -> Self {
        let token = token.expose();
        // Every JSON Web Token begins so: it is `{"` in base64.
        if !token.starts_with("eyJ") {
            return Self::Opaque;
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return match parts.len() {
                // An encrypted token, of five parts, is nobody's business but the service's.
                5 => Self::Opaque,
                1 | 2 => Self::Broken("it has fewer than three parts, so its end is missing"),
                _ => Self::Broken("it has more than three parts"),
            };
        };
        let (Some(header), Some(payload)) = (decode(header), decode(payload)) else {
            return Self::Broken("a part of it is not base64url");
        };
        let (Ok(header), Ok(Value::Object(claims))) =
            (serde_json::from_slice::<Value>(&header), serde_json::from_slice::<Value>(&payload))
        else {
            return Self::Broken("a part of it is no JSON object");
        };
        let Some(signature) = decode(signature) else {
            return Self::Broken("its signature is not base64url, so some of it is missing");
        };
        let is_rsa = header["alg"].as_str().is_some_and(|it| it.starts_with("RS"));
        if signature.is_empty() || (is_rsa && signature.len() < SHORTEST_RSA_SIGNATURE) {
            return Self::Broken("its signature is too short, so its end is missing");
        }
        Self::Claims(Box::new(Claims::of(&Value::Object(claims))))
    }

    /// The claims, where they can be read.
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Claims(claims) => Some(claims),
            Self::Broken(_) | Self::Opaque => None,
        }
    }
}

impl Claims {
    fn of(claims: &Value) -> Self {
        let text = |name: &str| claims[name].as_str().map(str::to_owned);
        Self {
            scopes: claims["scp"]
                .as_str()
                .map(|it| it.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
            roles: claims["roles"]
                .as_array()
                .map(|it| it.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect())
                .unwrap_or_default(),
            application: text("appid").or_else(|| text("azp")),
            tenant: text("tid"),
            subject: text("oid"),
            // NumericDate may have a fraction; whole seconds are enough here.
            expires: claims["exp"]
                .as_i64()
                .or_else(|| serde_json::from_str(claims["exp"].to_string().split('.').next()?).ok())
                .and_then(|seconds| Timestamp::from_second(seconds).ok()),
            issuer: text("iss"),
            audience: text("aud"),
        }
    }

    /// The host of the authority that says it issued the token.
    pub fn issuer_host(&self) -> Option<String> {
        host(self.issuer.as_deref()?)
    }

    /// The host of the service the token is for, when it is named by a URL.
    pub fn audience_host(&self) -> Option<String> {
        host(self.audience.as_deref()?)
    }
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tenant, user and application are not for every eye.
        formatter.write_str("[claims]")
    }
}

impl fmt::Debug for TokenForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims(claims) => claims.fmt(formatter),
            Self::Broken(reason) => write!(formatter, "Broken({reason:?})"),
            Self::Opaque => formatter.write_str("Opaque"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::test_tokens::jwt;
    use serde_json::json;

    #[test]
    fn the_claims_of_both_token_versions() {
        let first = TokenForm::of(&jwt(&json!({
            "scp": "Files.Read User.Read", "appid": "a", "tid": "t", "oid": "o", "exp": 1_700_000_000,
            "iss": "https://sts.windows.net/t/", "aud": "https://graph.microsoft.com"
        })));
        let claims = first.claims().unwrap();
        assert_eq!(claims.scopes, ["Files.Read", "User.Read"]);
        assert_eq!(claims.application.as_deref(), Some("a"));
        assert_eq!(claims.expires.unwrap().as_second(), 1_700_000_000);
        assert_eq!(claims.issuer_host().as_deref(), Some("sts.windows.net"));
        assert_eq!(format!("{first:?}"), "[claims]");
        let second = TokenForm::of(&jwt(
            &json!({"roles": ["Files.ReadWrite.All", 7], "azp": "b", "exp": 1.7e9}),
        ));
        let claims = second.claims().unwrap();
        assert_eq!(claims.roles, ["Files.ReadWrite.All"]);
        assert_eq!(claims.application.as_deref(), Some("b"));
        assert_eq!(claims.expires.unwrap().as_second(), 1_700_000_000);
    }

    #[test]
    fn a_truncated_token_is_seen_wherever_it_was_cut() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
        let payload = URL_SAFE_NO_PAD.encode(r#"{"scp":"Files.ReadWrite"}"#);
        let whole = format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([7; 256]));
        assert!(TokenForm::of(&Secret::new(whole.clone())).claims().is_some());
        for length in 3..whole.len() {
            let form = TokenForm::of(&Secret::new(&whole[..length]));
            assert!(matches!(form, TokenForm::Broken(_)), "cut at {length}: {form:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_opaque_or_broken() {
        for opaque in ["", "EwB4A8l6BAAU", "abc.def.ghi", "eyJa.b.c.d.e"] {
            assert_eq!(TokenForm::of(&Secret::new(opaque)), TokenForm::Opaque, "{opaque}");
        }
        for broken in ["eyJ", "eyJhbGciOiJub25lIn0.!!.x", "eyJhbGciOiJub25lIn0.W10.eA", "eyJ.b.c.d"]
        {
            let form = TokenForm::of(&Secret::new(broken));
            assert!(matches!(form, TokenForm::Broken(_)), "{broken}: {form:?}");
        }
    }
}
