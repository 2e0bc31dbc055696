//! What a client library was asked, sent, received and surfaced.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an application asked of a client library in one story, what the library put on the wire for it, and
/// what it handed back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Conversation {
    /// The Given and When lines, as told.
    pub lines: Vec<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What of a request is the application's writing, since the library takes it as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_application: Vec<Part>,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The path below the service root.
    Path,
    /// The members of the body and the form of their values.
    Body,
}

/// One call by the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What the application asked for.
    pub asked: Asking,
    /// The requests that arrived because of it, in order of arrival.
    pub wire: Vec<WireRequest>,
    /// What the application was given.
    pub surfaced: Surfaced,
}

/// What an application asks of a client library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asking {
    /// The service root with its version.
    pub base_url: String,
    /// The token; one made for this call, worth nothing anywhere else.
    pub token: String,
    /// How the item is addressed.
    pub address: ItemAddress,
    /// Exactly the members the application sets: an absent member was not set, `null` was set to null.
    pub request: Map<String, Value>,
}

/// One of the five documented ways to an item, with its ids as the application knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum ItemAddress {
    /// `/drives/{driveId}/items/{itemId}`
    Drives {
        /// The drive.
        drive_id: String,
        /// The item.
        item_id: String,
    },
    /// `/groups/{groupId}/drive/items/{itemId}`
    Groups {
        /// The group.
        group_id: String,
        /// The item.
        item_id: String,
    },
    /// `/me/drive/items/{itemId}`
    Me {
        /// The item.
        item_id: String,
    },
    /// `/sites/{siteId}/drive/items/{itemId}`
    Sites {
        /// The site.
        site_id: String,
        /// The item.
        item_id: String,
    },
    /// `/users/{userId}/drive/items/{itemId}`
    Users {
        /// The user.
        user_id: String,
        /// The item.
        item_id: String,
    },
}

impl ItemAddress {
    /// The segments of the path below the service root, decoded, the action included.
    pub fn segments(&self) -> Vec<&str> {
        let (mut segments, item) = match self {
            Self::Drives { drive_id, item_id } => (vec!["drives", drive_id], item_id),
            Self::Groups { group_id, item_id } => (vec!["groups", group_id, "drive"], item_id),
            Self::Me { item_id } => (vec!["me", "drive"], item_id),
            Self::Sites { site_id, item_id } => (vec!["sites", site_id, "drive"], item_id),
            Self::Users { user_id, item_id } => (vec!["users", user_id, "drive"], item_id),
        };
        segments.extend(["items", item, "createLink"]);
        segments
    }
}

/// Where a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listener {
    /// The service root the application named.
    Service,
    /// Another host, which an answer of the service pointed at.
    Elsewhere,
}

/// A request as it arrived, before anybody repairs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireRequest {
    /// Position in the run, from 1.
    #[serde(rename = "n")]
    pub number: u32,
    /// Where it arrived.
    pub listener: Listener,
    /// When it arrived.
    pub at: Timestamp,
    /// Milliseconds from the application's call to its arrival.
    pub arrived_ms: f64,
    /// The HTTP method.
    pub method: String,
    /// The request target as written: path and query, still percent-encoded.
    pub target: String,
    /// Header fields in order, repeated ones included, names as written.
    pub headers: Vec<(String, String)>,
    /// The body, its `Content-Encoding` undone; bytes that are no UTF-8 appear as U+FFFD.
    pub body: String,
    /// Why the bytes of the body are not what the header fields say they are, or are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_fault: Option<String>,
    /// What the service answered.
    pub answer: WireAnswer,
}

/// What the scripted service answered to one request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WireAnswer {
    /// The status; absent when the connection was closed without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// Milliseconds from the application's call to the first byte of the answer.
    pub answered_ms: f64,
    /// Milliseconds from the application's call to the moment `Retry-After` asks to wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_until_ms: Option<f64>,
}

/// What a client library handed to the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Surfaced {
    /// A success.
    Permission {
        /// What the library gave; any JSON value.
        permission: Value,
        /// The status, where the library tells.
        status: Option<u16>,
    },
    /// An error.
    Error {
        /// The status, where the library tells.
        status: Option<u16>,
        /// `error.code`, where the library tells.
        code: Option<String>,
        /// The text for people.
        message: String,
    },
    /// The library has no way to ask for this.
    Unsupported(String),
    /// The library was asked to wait long, and was still waiting when nobody looked on any more.
    Waiting(String),
    /// No answer within the time allowed.
    Hung(String),
    /// The process that holds the library came to its end during this call and no other.
    Crashed(String),
    /// The adapter could not be used any more, whatever this call was.
    Lost(String),
}

impl WireRequest {
    /// The values of the header fields of that name.
    pub fn header_values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers
            .iter()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The members of the body, as a lenient reader takes them; nothing when it is no JSON object.
    pub fn members(&self) -> Option<Map<String, Value>> {
        match serde_json::from_str(&self.body) {
            Ok(Value::Object(members)) => Some(members),
            _ => None,
        }
    }

    /// Where the answer sends whoever follows redirects; the path and query alone on the same host.
    pub fn moved_to(&self) -> Option<&str> {
        self.answer.status.filter(|it| (300..400).contains(it))?;
        let (_, location) =
            self.answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
        let Some((_, rest)) = location.split_once("://") else { return Some(location) };
        rest.find('/').map(|at| &rest[at..])
    }

    /// Whether it asks for nothing to be done.
    pub fn only_reads(&self) -> bool {
        is_safe_method(&self.method)
    }

    /// The method and the target, as messages show them.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// Whether a request of this method asks for nothing to be done (RFC 9110, 9.2.1).
pub fn is_safe_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

impl Call {
    /// Everything that arrived at the service.
    pub fn everything_at_service(&self) -> impl Iterator<Item = &WireRequest> {
        self.wire.iter().filter(|it| it.listener == Listener::Service)
    }

    /// The requests that arrived at the service to have something done there: a look at the item before or after
    /// is no attempt at making a link.
    pub fn at_service(&self) -> impl Iterator<Item = &WireRequest> {
        self.everything_at_service().filter(|it| !it.only_reads())
    }

    /// Whether the request went where an answer before it pointed, and not where the library led it.
    pub fn was_redirected(&self, request: &WireRequest) -> bool {
        self.wire
            .iter()
            .take_while(|it| !std::ptr::eq(*it, request))
            .any(|it| it.moved_to() == Some(request.target.as_str()))
    }

    /// The numbers of the requests, for findings.
    pub fn numbers(&self) -> Vec<u32> {
        self.wire.iter().map(|it| it.number).collect()
    }
}
