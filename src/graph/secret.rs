//! Values that are never shown.

use std::fmt;

/// A token, password or other secret: it can be sent, compared and redacted, never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret over.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the one place that puts it on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// Something that still holds secrets, an answer as it came from the wire for example. It can be used,
/// not printed.
#[derive(Clone)]
pub struct Unredacted<T>(pub T);

impl<T> fmt::Debug for Unredacted<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[unredacted]")
    }
}
