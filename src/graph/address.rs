//! The documented addresses of an item.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 lets stand unescaped in a path segment without any doubt.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'!');

/// An opaque id as one path segment: everything that could be read as syntax is percent-encoded.
pub fn encode_segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// One of the five documented ways to a drive.
///
/// Page, HTTP request: `/drives/{driveId}`, `/groups/{groupId}/drive`, `/me/drive`,
/// `/sites/{siteId}/drive`, `/users/{userId}/drive`, each followed by `/items/{itemId}/createLink`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// `/drives/{driveId}`
    Drive(String),
    /// `/groups/{groupId}/drive`
    Group(String),
    /// `/me/drive`
    Me,
    /// `/sites/{siteId}/drive`
    Site(String),
    /// `/users/{userId}/drive`, by id or user principal name
    User(String),
}

impl Address {
    /// The words of the `--drive` option, for messages.
    pub const FORMS: &'static str = "me, drives/ID, users/ID, groups/ID or sites/ID";

    /// Reads the form of the `--drive` option; `None` when it is none of [`Self::FORMS`].
    pub fn parse(text: &str) -> Option<Self> {
        if text == "me" {
            return Some(Self::Me);
        }
        let (kind, id) = text.split_once('/')?;
        if id.is_empty() {
            return None;
        }
        let id = id.to_owned();
        match kind {
            "drives" => Some(Self::Drive(id)),
            "groups" => Some(Self::Group(id)),
            "sites" => Some(Self::Site(id)),
            "users" => Some(Self::User(id)),
            _ => None,
        }
    }

    /// The path of the drive below `/v1.0`, percent-encoded.
    pub fn drive_path(&self) -> String {
        match self {
            Self::Drive(id) => format!("/drives/{}", encode_segment(id)),
            Self::Group(id) => format!("/groups/{}/drive", encode_segment(id)),
            Self::Me => "/me/drive".to_owned(),
            Self::Site(id) => format!("/sites/{}/drive", encode_segment(id)),
            Self::User(id) => format!("/users/{}/drive", encode_segment(id)),
        }
    }

    /// The path of an item of the drive below `/v1.0`, percent-encoded.
    pub fn item_path(&self, item_id: &str) -> String {
        format!("{}/items/{}", self.drive_path(), encode_segment(item_id))
    }

    /// The kind, as the first segment of the path names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Drive(_) => "drives",
            Self::Group(_) => "groups",
            Self::Me => "me",
            Self::Site(_) => "sites",
            Self::User(_) => "users",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => formatter.write_str("me"),
            Self::Drive(id) | Self::Group(id) | Self::Site(id) | Self::User(id) => {
                write!(formatter, "{}/{id}", self.kind())
            }
        }
    }
}
