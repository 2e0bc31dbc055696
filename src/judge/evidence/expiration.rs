//! When a permission ends, read in one way wherever it is compared.

use jiff::Timestamp;
use serde_json::Value;

/// The end of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiration {
    /// `expirationDateTime` is absent, null or 0001-01-01T00:00:00Z (AMB-21).
    Never,
    /// This instant.
    At(Timestamp),
    /// There is something that is no instant; PERM-11 judges that.
    Unreadable,
}

/// When a permission ends.
pub fn expiration(permission: &Value) -> Expiration {
    match &permission["expirationDateTime"] {
        Value::Null => Expiration::Never,
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(instant) if instant.as_second() <= no_expiration() => Expiration::Never,
            Ok(instant) => Expiration::At(instant),
            Err(_) => Expiration::Unreadable,
        },
        _ => Expiration::Unreadable,
    }
}

/// 0001-01-01T00:00:00Z, and a day more for those who write it in a local time.
fn no_expiration() -> i64 {
    -62_135_596_800 + 86_400
}

impl Expiration {
    /// The instant, where there is one.
    pub fn instant(self) -> Option<Timestamp> {
        match self {
            Self::At(instant) => Some(instant),
            Self::Never | Self::Unreadable => None,
        }
    }
}

/// Whether a permission ends at some time.
pub fn expires(permission: &Value) -> bool {
    expiration(permission).instant().is_some()
}
