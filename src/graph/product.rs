//! The kinds of drive.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The three kinds of drive the page speaks of.
///
/// The service names them in `drive.driveType`; a run reads that member and never guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// OneDrive personal, `driveType` "personal".
    Personal,
    /// OneDrive for work or school, `driveType` "business".
    Business,
    /// A SharePoint document library, `driveType` "documentLibrary".
    SharePoint,
}

impl Product {
    /// Every product, in the order reports use.
    pub const ALL: [Self; 3] = [Self::Personal, Self::Business, Self::SharePoint];

    /// The word used in tags, options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Business => "business",
            Self::SharePoint => "sharepoint",
        }
    }

    /// The value of `drive.driveType` that means this product.
    pub fn drive_type(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Business => "business",
            Self::SharePoint => "documentLibrary",
        }
    }

    /// The product a tag or option names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.name() == name)
    }

    /// The product a `driveType` means.
    pub fn from_drive_type(drive_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.drive_type() == drive_type)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
