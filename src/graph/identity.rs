//! Who asks: the identities a run knows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who sends a request. Each signed-in identity has a token of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// The signed-in owner of the drive, through the application under test.
    Owner,
    /// The same user through a second application (another client id).
    SecondApp,
    /// Another user of the same tenant, without access to the run's items.
    SecondUser,
    /// The owner through a token that only carries a read permission.
    ReadOnly,
    /// An application without a user (client credentials).
    AppOnly,
    /// The owner through a token whose only file permission is `Files.ReadWrite`.
    FilesReadWrite,
    /// The owner through a token whose only file permission is `Files.ReadWrite.All`.
    FilesReadWriteAll,
    /// The owner through a token whose only permission is `Sites.ReadWrite.All`.
    SitesReadWriteAll,
    /// An application without a user whose only permission is `Sites.ReadWrite.All`.
    AppOnlySites,
    /// Nobody: no `Authorization` header is sent.
    NoToken,
    /// Nobody known: a token that is none.
    InvalidToken,
}

impl Identity {
    /// Every identity that needs a token from outside.
    pub const SIGNED_IN: [Self; 9] = [
        Self::Owner,
        Self::SecondApp,
        Self::SecondUser,
        Self::ReadOnly,
        Self::AppOnly,
        Self::FilesReadWrite,
        Self::FilesReadWriteAll,
        Self::SitesReadWriteAll,
        Self::AppOnlySites,
    ];

    /// The words features use for this identity.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Owner => "the application",
            Self::SecondApp => "the second application",
            Self::SecondUser => "another user",
            Self::ReadOnly => "an application that may only read",
            Self::AppOnly => "an application without a user",
            Self::FilesReadWrite => "an application with Files.ReadWrite only",
            Self::FilesReadWriteAll => "an application with Files.ReadWrite.All only",
            Self::SitesReadWriteAll => "an application with Sites.ReadWrite.All only",
            Self::AppOnlySites => "an application without a user and with Sites.ReadWrite.All only",
            Self::NoToken => "an application without a token",
            Self::InvalidToken => "an application with an invalid token",
        }
    }

    /// The word used in recordings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::SecondApp => "second-app",
            Self::SecondUser => "second-user",
            Self::ReadOnly => "read-only",
            Self::AppOnly => "app-only",
            Self::FilesReadWrite => "files-read-write",
            Self::FilesReadWriteAll => "files-read-write-all",
            Self::SitesReadWriteAll => "sites-read-write-all",
            Self::AppOnlySites => "app-only-sites",
            Self::NoToken => "no-token",
            Self::InvalidToken => "invalid-token",
        }
    }

    /// The environment variable that holds this identity's token.
    pub fn token_variable(self) -> Option<&'static str> {
        Some(match self {
            Self::Owner => "LINKSPEC_TOKEN",
            Self::SecondApp => "LINKSPEC_TOKEN_SECOND_APP",
            Self::SecondUser => "LINKSPEC_TOKEN_SECOND_USER",
            Self::ReadOnly => "LINKSPEC_TOKEN_READ_ONLY",
            Self::AppOnly => "LINKSPEC_TOKEN_APP_ONLY",
            Self::FilesReadWrite => "LINKSPEC_TOKEN_FILES_READWRITE",
            Self::FilesReadWriteAll => "LINKSPEC_TOKEN_FILES_READWRITE_ALL",
            Self::SitesReadWriteAll => "LINKSPEC_TOKEN_SITES_READWRITE_ALL",
            Self::AppOnlySites => "LINKSPEC_TOKEN_APP_ONLY_SITES",
            Self::NoToken | Self::InvalidToken => return None,
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A token is a person's; "the application" is what the features call who asks with it.
        formatter.write_str(if *self == Self::Owner {
            "the owner of the drive"
        } else {
            self.phrase()
        })
    }
}
