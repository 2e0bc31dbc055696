//! One exchange as it came by, with its secrets, until it is redacted or forgotten.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::address::SharingRequest;
use crate::graph::{Answer, Failure, Identity, Redactor, Reply, Request, Secret};

/// Text of a file, borrowed where it stands there without escapes.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text<'s>(#[serde(borrow)] pub Cow<'s, str>);

/// A header field.
#[derive(Clone, Deserialize)]
pub struct Field<'s> {
    /// Its name, in any letter case.
    #[serde(borrow)]
    pub name: Text<'s>,
    /// Its value.
    #[serde(borrow, default, deserialize_with = "text_or_nothing")]
    pub value: Text<'s>,
}

/// Some write `null` for a value they have left out.
fn text_or_nothing<'de: 's, 's, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Text<'s>, D::Error> {
    Option::<Text<'s>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What came back, as it was seen.
#[derive(Clone)]
pub enum Seen<'s> {
    /// An answer.
    Answer {
        /// The status code.
        status: u16,
        /// The header fields.
        headers: &'s [Field<'s>],
        /// The body.
        body: Cow<'s, str>,
        /// The body held bytes that are no UTF-8.
        not_utf8: bool,
    },
    /// None, or none that can be judged.
    Nothing(Failure),
}

/// One exchange as it came by. It still holds its secrets: it is looked at, then redacted or forgotten.
#[derive(Clone)]
pub struct RawExchange<'s> {
    /// Its number, from 1, by which findings point at it.
    pub number: u32,
    /// When it was sent, where that can be read.
    pub sent: Option<Timestamp>,
    /// How long it took.
    pub milliseconds: u64,
    /// Who sent it, where that is known.
    pub identity: Option<Identity>,
    /// The HTTP method.
    pub method: &'s str,
    /// The absolute URL.
    pub url: &'s str,
    /// The header fields of the request.
    pub headers: &'s [Field<'s>],
    /// The body of the request.
    pub body: Option<Cow<'s, str>>,
    /// What came back.
    pub seen: Seen<'s>,
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[unredacted]")
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[unredacted]")
    }
}

impl fmt::Debug for RawExchange<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawExchange({}, [unredacted])", self.number)
    }
}

/// The first header field of that name.
pub fn field<'f>(fields: &'f [Field<'_>], name: &str) -> Option<&'f str> {
    fields.iter().find(|it| it.name.0.eq_ignore_ascii_case(name)).map(|it| &*it.value.0)
}

impl RawExchange<'_> {
    /// The status, when there is an answer.
    pub fn status(&self) -> Option<u16> {
        match &self.seen {
            Seen::Answer { status, .. } => Some(*status),
            Seen::Nothing(_) => None,
        }
    }

    /// Request and reply as they may be kept: tokens, passwords, links, and whose drive it is are replaced.
    pub(super) fn redacted(
        &self,
        call: &SharingRequest<'_>,
        redactor: &Redactor,
    ) -> (Request, Reply) {
        // What one exchange has to hide is looked for in that exchange only: the list of all secrets of a
        // long file would grow without bound, and every further text would be searched for all of them.
        let redactor = redactor.fork();
        for (kind, id) in &call.owners {
            let decoded = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
            redactor.learn_distinct_id(kind, &Secret::new(decoded.as_ref()));
            if decoded != *id {
                redactor.learn_distinct_id(kind, &Secret::new(*id));
            }
        }
        for name in &call.names {
            let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            redactor.learn_distinct("name", &Secret::new(decoded.as_ref()));
            redactor.learn_distinct("name", &Secret::new(*name));
        }
        let owned = |fields: &[Field<'_>]| -> Vec<(String, String)> {
            fields
                .iter()
                // The pseudo-header fields of HTTP/2, which browsers export, repeat the request line.
                .filter(|it| !it.name.0.starts_with(':'))
                .map(|it| (it.name.0.to_ascii_lowercase(), it.value.0.to_string()))
                .collect()
        };
        let request = redactor.request(&Request {
            method: self.method.to_owned(),
            url: self.url.to_owned(),
            headers: owned(self.headers),
            body: self.body.as_deref().map(Into::into),
        });
        let seen = match &self.seen {
            Seen::Answer { status, headers, body, not_utf8 } => Reply::Answer(Answer {
                status: *status,
                headers: owned(headers),
                body: body.to_string().into(),
                not_utf8: *not_utf8,
            }),
            Seen::Nothing(failure) => Reply::Nothing(failure.clone()),
        };
        let reply = redactor.reply(&seen, self.url);
        (request, reply)
    }
}
