//! One request and its answer, and the recordings they make up.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Body, GraphError, Identity, Observed};

/// What a call was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The operation under test: `POST .../createLink`, in whatever form the story asks for.
    CreateLink,
    /// A wrong method on the address of createLink.
    WrongMethod,
    /// `GET .../permissions`, one page of it.
    ListPermissions,
    /// `GET .../permissions/{id}`
    ReadPermission,
    /// `DELETE .../permissions/{id}`
    DeletePermission,
    /// `GET .../items/{id}`
    ReadItem,
    /// `DELETE .../items/{id}`
    DeleteItem,
    /// A folder or file made for a story, or new content for it.
    SetUp,
    /// `GET /shares/{id}/driveItem`
    OpenLink,
    /// `GET /shares/{id}/driveItem/content`
    ReadThroughLink,
    /// `PUT /shares/{id}/driveItem/content`
    WriteThroughLink,
    /// The sharing URL in a browser that is not signed in.
    OpenPage,
    /// `POST .../checkout` and `/checkin`
    CheckOut,
}

/// One request and its answer, as recorded: secrets are already replaced by placeholders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
pub struct Exchange {
    /// Position in the run, from 1, in the order of the plan and not of arrival.
    #[serde(rename = "n")]
    #[cfg_attr(feature = "program", schemars(range(min = 1)))]
    pub number: u32,
    /// The line of the story, from 0, that this exchange belongs to.
    pub act: usize,
    /// What it was made for.
    pub purpose: Purpose,
    /// Who sent it.
    pub identity: Identity,
    /// The item concerned, in the story's words ("file", "folder").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// For calls about a link: which createLink request of the story made it, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<usize>,
    /// A later attempt of the same call took this one's place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retried: bool,
    /// When the request was sent.
    pub sent: Timestamp,
    /// From the first byte sent to the last byte received, in milliseconds.
    pub milliseconds: u64,
    /// What was sent.
    pub request: Request,
    /// What came back, or why nothing did.
    pub answer: Reply,
}

/// A request as it was put on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when none was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

impl Request {
    /// The first header field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The members of the body when it is a JSON object.
    pub fn members(&self) -> Option<&serde_json::Map<String, Value>> {
        self.body.as_ref()?.json().ok()?.as_object()
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Reply {
    /// A complete HTTP answer.
    Answer(Answer),
    /// No usable answer.
    Nothing(Failure),
}

/// A complete HTTP answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The status code.
    #[cfg_attr(feature = "program", schemars(range(min = 100, max = 999)))]
    pub status: u16,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are no UTF-8 appear as U+FFFD.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub body: Body,
    /// The body held bytes that are no UTF-8.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_utf8: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
pub struct Failure {
    /// The kind, for grouping.
    pub failure: FailureKind,
    /// What happened, in words.
    pub detail: String,
}

/// The ways in which an answer can fail to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection could be made.
    NoConnection,
    /// No complete answer within the time allowed.
    TimedOut,
    /// The connection ended, or what came is no HTTP.
    Broken,
    /// The body is larger than is read.
    TooLarge,
    /// There may have been an answer, but whoever recorded the exchange did not keep it whole.
    NotRecorded,
}

impl Answer {
    /// The status and its registered name: "201 Created"; the number alone where it has none.
    pub fn status_line(&self) -> String {
        let known = StatusCode::from_u16(self.status).ok();
        match known.and_then(|it| it.canonical_reason()) {
            Some(name) => format!("{} {name}", self.status),
            None => self.status.to_string(),
        }
    }

    /// The first header field of that name (names are case-insensitive: REQ-04).
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether this is one of the two documented success codes.
    ///
    /// Page, Response: "201 Created if a new sharing link is created for the item or 200 OK if an
    /// existing link is returned".
    pub fn is_success(&self) -> bool {
        matches!(self.status, 200 | 201)
    }

    /// The body as JSON by a strict reader.
    ///
    /// # Errors
    /// Says where the text stops being JSON.
    pub fn json(&self) -> Result<&Value, &str> {
        self.body.json()
    }

    /// The error object of a refused call, as far as it can be read.
    pub fn error(&self) -> GraphError {
        self.json().map(GraphError::of).unwrap_or_default()
    }
}

impl Exchange {
    /// The answer, when there is one.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.answer {
            Reply::Answer(answer) => Some(answer),
            Reply::Nothing(_) => None,
        }
    }

    /// The status code, when there is an answer.
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Header fields by which a service names the request it answers. What stands in front of it has none of them.
pub const NAMES_OF_REQUESTS: [&str; 3] = ["request-id", "client-request-id", "x-ms-ags-diagnostic"];

/// What exchanges call the run's own folder, in which the items of all stories are.
pub const RUN_FOLDER: &str = "run folder";

/// What exchanges call a file that is made in a story's folder when everything else is told.
pub const LATER_FILE: &str = "later file";

/// The exchanges of one story, in order, and what kept parts of it from being told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recording {
    /// The Given and When lines, as told.
    pub lines: Vec<String>,
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
    /// Lines, by position, that could not be told, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gaps: BTreeMap<usize, Gap>,
    /// What is known where nobody told a story; `None` for a story, of which everything is known.
    #[serde(skip)]
    pub observed: Option<Observed>,
}

/// Why a line of a story was not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// Something the tenant profile or the configuration does not declare.
    NotRun(String),
    /// The environment was in the way: set-up failed, throttled, unreachable.
    Inconclusive(String),
}

impl Recording {
    /// The recording of a story that begins like this one: its first acts.
    pub fn beginning(&self, acts: usize) -> Self {
        self.of_acts(&(0..acts).collect::<Vec<_>>())
    }

    /// The recording of a story told along with this one, of which these acts, in order, are its own.
    pub fn of_acts(&self, acts: &[usize]) -> Self {
        let own = |act: usize| acts.binary_search(&act).ok();
        let exchanges = self
            .exchanges
            .iter()
            .filter_map(|it| Some(Exchange { act: own(it.act)?, ..it.clone() }));
        let gaps = self.gaps.iter().filter_map(|(act, gap)| Some((own(*act)?, gap.clone())));
        let lines = acts.iter().filter_map(|act| self.lines.get(*act)).cloned();
        Self {
            lines: lines.collect(),
            exchanges: exchanges.collect(),
            gaps: gaps.collect(),
            observed: self.observed.clone(),
        }
    }
}
