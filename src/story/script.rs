//! What the scripted service does in a story told through a client library, as data and in prose.

use std::hash::{Hash, Hasher};

use crate::nearest::nearest;

/// What the service does, request by request. An empty script grants every link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Script {
    /// Answers in order; when they are used up, links are granted.
    pub steps: Vec<ServiceStep>,
    /// The id of the drive, where the story gives one.
    pub drive_id: Option<String>,
    /// The id of the item, where the story gives one.
    pub item_id: Option<String>,
    /// The id or principal name of the user, where the story gives one.
    pub user_id: Option<String>,
}

/// One answer of the script.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceStep {
    /// What is answered.
    pub reply: ServiceReply,
    /// The answer is given to every further request, not to one alone.
    pub for_ever: bool,
}

/// What the service answers to one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServiceReply {
    /// The link is granted.
    Granted {
        /// 201 or 200.
        status: u16,
        /// The form of the permission.
        form: PermissionForm,
    },
    /// The request is refused.
    Refused {
        /// The status.
        status: u16,
        /// The body.
        body: ErrorBody,
    },
    /// The request is put off.
    Throttled {
        /// 429 or 503.
        status: u16,
        /// `Retry-After`.
        wait: Wait,
    },
    /// A success whose body is no permission.
    Malformed {
        /// The status.
        status: u16,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The connection is closed once the request is read.
    Cut,
    /// The link is granted after so many seconds.
    Late(u8),
    /// The request is sent on to another host.
    Redirected(u16),
    /// The request is sent on to another address of the same service, which answers a GET too.
    Moved(u16),
}

/// The form of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PermissionForm {
    /// As the page's examples show it.
    Documented,
    /// As services were seen to answer: annotations, `shareId`, `preventsDownload`.
    Observed,
    /// With every member the page or the permission resource names.
    EveryMember,
    /// With members nobody knows, on every level.
    UnknownMembers,
    /// With a type, a scope and a role nobody knows.
    UnknownValues,
    /// Less one member.
    Without(&'static str),
    /// As documented, with a `Location` on another host.
    LocationElsewhere,
}

/// The body of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorBody {
    /// A Graph error object.
    Graph,
    /// A page of HTML, as proxies answer.
    Html,
    /// Nothing, and no media type.
    Empty,
    /// Nothing, labelled `application/json`.
    EmptyJson,
    /// A Graph error object that has a code and no message.
    NoMessage,
    /// JSON that is no error object: `{}`.
    EmptyObject,
    /// JSON that is no error object: `error` is a string.
    StringError,
    /// JSON that is no error object: a list.
    List,
}

/// What is wrong with the body of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// There is none, and no media type.
    Empty,
    /// There is none, though it is labelled `application/json`.
    EmptyJson,
    /// It has no member.
    EmptyObject,
    /// It is an error object.
    ErrorObject,
    /// A comma before the closing brace, as in the page's own examples.
    TrailingComma,
    /// `link` is a string.
    LinkIsString,
    /// A page of HTML.
    Html,
}

/// What `Retry-After` says.
#[derive(Debug, Clone)]
pub enum Wait {
    /// Seconds, written as they are: "1" or "1.5".
    Seconds(f32),
    /// An HTTP date at least so many seconds ahead.
    Date(u8),
    /// This text, which is neither seconds nor a date: "31,120".
    Text(String),
    /// There is no `Retry-After`.
    Unsaid,
}

impl PartialEq for Wait {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Seconds(left), Self::Seconds(right)) => left.to_bits() == right.to_bits(),
            (Self::Date(left), Self::Date(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Unsaid, Self::Unsaid) => true,
            _ => false,
        }
    }
}

impl Eq for Wait {}

impl Hash for Wait {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Seconds(seconds) => seconds.to_bits().hash(state),
            Self::Date(seconds) => seconds.hash(state),
            Self::Text(text) => text.hash(state),
            Self::Unsaid => 0_u8.hash(state),
        }
    }
}

/// A longer wait is watched for its first seconds only.
const LONG: f32 = 20.0;

impl Wait {
    /// Whether nobody can be asked to wait for the end of it in a test.
    fn is_long(&self) -> bool {
        match self {
            Self::Seconds(seconds) => *seconds > LONG,
            Self::Date(seconds) => f32::from(*seconds) > LONG,
            Self::Text(_) => true,
            Self::Unsaid => false,
        }
    }
}

impl Script {
    /// Whether it asks for a wait whose end is not waited for.
    pub fn waits_long(&self) -> bool {
        self.steps
            .iter()
            .any(|it| matches!(&it.reply, ServiceReply::Throttled { wait, .. } if wait.is_long()))
    }

    /// Whether telling it takes time, so that it has to begin early.
    pub fn waits(&self) -> bool {
        self.steps.iter().any(|it| {
            matches!(
                it.reply,
                ServiceReply::Throttled { .. }
                    | ServiceReply::Late(_)
                    | ServiceReply::Refused { status: 503 | 504, .. }
            )
        })
    }

    /// Whether what is answered is no answer to createLink at all.
    pub fn is_malformed(&self) -> bool {
        self.steps
            .iter()
            .any(|it| matches!(it.reply, ServiceReply::Malformed { .. } | ServiceReply::Cut))
    }

    /// Whether it leads to another host.
    pub fn redirects(&self) -> bool {
        self.steps
            .iter()
            .any(|it| matches!(it.reply, ServiceReply::Redirected(_) | ServiceReply::Moved(_)))
    }

    /// Whether a library may well break down over it.
    pub fn may_break_a_library(&self) -> bool {
        let is_odd = |reply: &ServiceReply| match reply {
            ServiceReply::Granted { form, .. } => {
                matches!(
                    form,
                    PermissionForm::UnknownMembers
                        | PermissionForm::UnknownValues
                        | PermissionForm::Without(_)
                )
            }
            ServiceReply::Refused { body, .. } => *body != ErrorBody::Graph,
            ServiceReply::Redirected(_) | ServiceReply::Moved(_) => true,
            _ => false,
        };
        self.is_malformed() || self.steps.iter().any(|it| is_odd(&it.reply))
    }

    /// The answer to the request at that position, from 0.
    pub fn reply(&self, index: usize) -> ServiceReply {
        let granted = ServiceReply::Granted { status: 201, form: PermissionForm::Documented };
        match self.steps.get(index).or_else(|| self.steps.last().filter(|it| it.for_ever)) {
            Some(step) => step.reply.clone(),
            None => granted,
        }
    }
}

/// Success answers, by their words.
const FORMS: [(&str, PermissionForm); 10] = [
    ("", PermissionForm::Documented),
    (" in the observed form", PermissionForm::Observed),
    (" with every documented member", PermissionForm::EveryMember),
    (" with unknown members", PermissionForm::UnknownMembers),
    (" with values nobody knows", PermissionForm::UnknownValues),
    (" without a scope", PermissionForm::Without("scope")),
    (" without a link type", PermissionForm::Without("type")),
    (" without a link", PermissionForm::Without("link")),
    (" without roles", PermissionForm::Without("roles")),
    (" with a Location on another host", PermissionForm::LocationElsewhere),
];

/// Bodies of refusals, by their words.
const ERROR_BODIES: [(&str, ErrorBody); 8] = [
    ("", ErrorBody::Graph),
    (" with a page of HTML", ErrorBody::Html),
    (" with an empty body", ErrorBody::Empty),
    (" with no body under application/json", ErrorBody::EmptyJson),
    (" with an error without a message", ErrorBody::NoMessage),
    (" with an empty object", ErrorBody::EmptyObject),
    (" with a string for the error", ErrorBody::StringError),
    (" with a list", ErrorBody::List),
];

/// Successes that are none, by their words.
const FLAWS: [(&str, Flaw); 7] = [
    (" with an empty body", Flaw::Empty),
    (" with no body under application/json", Flaw::EmptyJson),
    (" with an empty object", Flaw::EmptyObject),
    (" with an error object", Flaw::ErrorObject),
    (" with a trailing comma", Flaw::TrailingComma),
    (" with a string for the link", Flaw::LinkIsString),
    (" with a page of HTML", Flaw::Html),
];

/// Whole lines, for did-you-mean.
const LINES: [&str; 10] = [
    "answers 201, then 200",
    "answers 201 with unknown members",
    "answers 500",
    "throttles the first request for 1 second",
    "throttles every request for 1 second",
    "closes the connection without an answer",
    "answers after 3 seconds",
    "redirects to another host with 307",
    "redirects to another address of its own with 302",
    "throttles the first request with Retry-After \"31,120\"",
];

pub(super) fn unknown<'w>(what: &str, found: &str, known: impl Iterator<Item = &'w str>) -> String {
    match nearest(found, known) {
        Some(word) => {
            format!("\"{found}\" is no {what} the stories know; did you mean \"{word}\"?")
        }
        None => format!("\"{found}\" is no {what} the stories know"),
    }
}

impl Script {
    /// "answers 500 with an empty body", "throttles the first request for 1 second": the words after "the service".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn service(&mut self, words: &str) -> Result<(), String> {
        let mistake = || unknown("deed of the service", words, LINES.into_iter());
        let always = |reply| vec![ServiceStep { reply, for_ever: true }];
        let once = |reply| ServiceStep { reply, for_ever: false };
        let steps = if words == "closes the connection without an answer" {
            always(ServiceReply::Cut)
        } else if let Some(status) = words.strip_prefix("redirects to another host with ") {
            always(ServiceReply::Redirected(status.parse().map_err(|_| mistake())?))
        } else if let Some(status) =
            words.strip_prefix("redirects to another address of its own with ")
        {
            vec![once(ServiceReply::Moved(status.parse().map_err(|_| mistake())?))]
        } else if let Some(rest) = words.strip_prefix("answers after ") {
            let (seconds, _) = rest.split_once(" second").ok_or_else(mistake)?;
            vec![once(ServiceReply::Late(seconds.parse().map_err(|_| mistake())?))]
        } else if let Some(rest) = words.strip_prefix("throttles the first request ") {
            vec![once(throttled(rest).ok_or_else(mistake)?)]
        } else if let Some(rest) = words.strip_prefix("throttles every request ") {
            always(throttled(rest).ok_or_else(mistake)?)
        } else if let Some(rest) = words.strip_prefix("answers ") {
            let mut steps = Vec::new();
            for part in rest.split(", then ") {
                steps.push(once(answer(part).ok_or_else(mistake)?));
            }
            // The last answer stays: a library that asks again sees it again.
            if let Some(last) = steps.last_mut() {
                last.for_ever = true;
            }
            steps
        } else {
            return Err(mistake());
        };
        if !self.steps.is_empty() {
            return Err("the story says already what the service does".to_owned());
        }
        self.steps = steps;
        Ok(())
    }

    /// "the id of the drive is ..."
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn id_of(&mut self, what: &str, id: &str) -> Result<(), String> {
        let place = match what {
            "drive" => &mut self.drive_id,
            "file" => &mut self.item_id,
            "user" => &mut self.user_id,
            other => {
                let known = ["drive", "file", "user"].into_iter();
                return Err(unknown("thing with an id", other, known));
            }
        };
        *place = Some(id.to_owned());
        Ok(())
    }
}

/// "201 with unknown members", "500 with an empty body".
fn answer(words: &str) -> Option<ServiceReply> {
    let (status, rest) = words.split_at_checked(3)?;
    let status: u16 = status.parse().ok()?;
    let success = (200..300).contains(&status);
    if success
        && status != 204
        && let Some(form) = find(&FORMS, rest)
    {
        return Some(ServiceReply::Granted { status, form });
    }
    if success {
        let flaw = if status == 204 && rest.is_empty() { Flaw::Empty } else { find(&FLAWS, rest)? };
        return Some(ServiceReply::Malformed { status, flaw });
    }
    Some(ServiceReply::Refused { status, body: find(&ERROR_BODIES, rest)? })
}

/// "for 1 second", "with 503 for 1 second", "until a date 2 seconds ahead", "without saying for how long".
fn throttled(words: &str) -> Option<ServiceReply> {
    if let Some(text) = words.strip_prefix("with Retry-After \"") {
        let text = text.strip_suffix('"')?.to_owned();
        return Some(ServiceReply::Throttled { status: 429, wait: Wait::Text(text) });
    }
    let (status, rest) = match words.strip_prefix("with ") {
        Some(rest) => {
            let (status, rest) = rest.split_once(' ')?;
            (status.parse().ok()?, rest)
        }
        None => (429, words),
    };
    let wait = if rest == "without saying for how long" {
        Wait::Unsaid
    } else if let Some(rest) = rest.strip_prefix("until a date ") {
        Wait::Date(rest.split_once(" second")?.0.parse().ok()?)
    } else {
        Wait::Seconds(rest.strip_prefix("for ")?.split_once(" second")?.0.parse().ok()?)
    };
    Some(ServiceReply::Throttled { status, wait })
}

fn find<T: Copy>(known: &[(&str, T)], words: &str) -> Option<T> {
    known.iter().find(|(known, _)| *known == words).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(words: &str) -> Script {
        let mut script = Script::default();
        script.service(words).unwrap();
        script
    }

    #[test]
    fn the_words_of_the_features_are_understood() {
        let throttled = ServiceReply::Throttled { status: 503, wait: Wait::Seconds(1.5) };
        let first = script("throttles the first request with 503 for 1.5 seconds");
        assert_eq!(first.reply(0), throttled);
        assert!(matches!(first.reply(1), ServiceReply::Granted { status: 201, .. }));
        let every = script("throttles every request for 1 second");
        assert_eq!(every.reply(7), every.reply(0));
        let pair = script("answers 201, then 200");
        assert!(matches!(pair.reply(0), ServiceReply::Granted { status: 201, .. }));
        assert!(matches!(pair.reply(1), ServiceReply::Granted { status: 200, .. }));
        assert_eq!(
            script("answers 204").reply(0),
            ServiceReply::Malformed { status: 204, flaw: Flaw::Empty }
        );
        for line in LINES {
            script(line);
        }
    }

    #[test]
    fn a_wait_whose_end_nobody_awaits_is_told_from_one_that_is() {
        for (words, long) in [
            ("for 2.9 seconds", false),
            ("until a date 2 seconds ahead", false),
            ("without saying for how long", false),
            ("for 300 seconds", true),
            ("until a date 65 seconds ahead", true),
            ("with Retry-After \"31,120\"", true),
        ] {
            let script = script(&format!("throttles the first request {words}"));
            assert_eq!(script.waits_long(), long, "{words}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_an_error() {
        let mistake = Script::default().service("throttle the first request for 1 second");
        assert!(mistake.unwrap_err().contains("did you mean"));
        assert!(Script::default().service("answers 201 with unknown member").is_err());
        assert!(Script::default().id_of("link", "1").is_err());
    }
}
