//! The line of an exchange, read without a copy of its texts: most lines of a long recording are looked at once
//! and forgotten.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::graph::{Answer, Exchange, Failure, FailureKind, Identity, Purpose, Reply, Request};
use crate::traffic::{Field, RawExchange, Seen, Text};

/// An exchange as it stands in its line.
///
/// What it takes is a part of what [`Exchange`] takes, and means the same: a line that is no such thing is for
/// the whole reader, which also says what is wrong with it.
#[derive(Deserialize)]
pub(super) struct ExchangeLine<'l> {
    #[serde(rename = "n")]
    pub number: u32,
    act: usize,
    pub purpose: Purpose,
    identity: Identity,
    #[serde(borrow, default)]
    item: Option<Text<'l>>,
    #[serde(default)]
    link: Option<usize>,
    /// A later attempt took its place.
    #[serde(default)]
    pub retried: bool,
    sent: Timestamp,
    milliseconds: u64,
    #[serde(borrow)]
    request: RequestLine<'l>,
    #[serde(borrow)]
    answer: ReplyLine<'l>,
}

#[derive(Deserialize)]
struct RequestLine<'l> {
    #[serde(borrow)]
    method: Text<'l>,
    #[serde(borrow)]
    url: Text<'l>,
    #[serde(borrow)]
    headers: Fields<'l>,
    #[serde(borrow, default)]
    body: Option<Text<'l>>,
}

/// The members of both forms of a reply. Which it is shows when all are read.
#[derive(Deserialize)]
struct ReplyLine<'l> {
    #[serde(default, deserialize_with = "present")]
    status: Option<u16>,
    #[serde(borrow, default, deserialize_with = "present")]
    headers: Option<Fields<'l>>,
    #[serde(borrow, default)]
    body: Text<'l>,
    #[serde(default)]
    not_utf8: bool,
    #[serde(default, deserialize_with = "present")]
    failure: Option<FailureKind>,
    #[serde(borrow, default, deserialize_with = "present")]
    detail: Option<Text<'l>>,
}

/// A member that is there; `null` is not the same as none.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Pairs of name and value.
struct Fields<'l>(Vec<Field<'l>>);

impl<'de: 'l, 'l> Deserialize<'de> for Fields<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("header fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some((name, value)) = pairs.next_element::<(Text<'de>, Text<'de>)>()? {
            fields.push(Field { name, value });
        }
        Ok(Fields(fields))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line<'l> {
    Exchange(#[serde(borrow)] ExchangeLine<'l>),
}

impl<'l> ExchangeLine<'l> {
    /// Reads a line; `None` when it is another one, or has to be looked at more closely.
    pub(super) fn read(line: &'l [u8]) -> Option<Self> {
        if !line.starts_with(br#"{"exchange""#) {
            return None;
        }
        let Line::Exchange(exchange) =
            serde_json::from_str(std::str::from_utf8(line).ok()?).ok()?;
        let answer = &exchange.answer;
        let is_answer = answer.status.is_some() && answer.headers.is_some();
        let is_failure = answer.failure.is_some() && answer.detail.is_some();
        (is_answer || is_failure).then_some(exchange)
    }

    /// The exchange as it came by, borrowed.
    pub(super) fn raw(&self) -> RawExchange<'_> {
        let answer = &self.answer;
        let seen = match (answer.status, &answer.headers) {
            (Some(status), Some(headers)) => Seen::Answer {
                status,
                headers: &headers.0,
                body: Cow::Borrowed(&answer.body.0),
                not_utf8: answer.not_utf8,
            },
            _ => Seen::Nothing(answer.failure()),
        };
        RawExchange {
            number: self.number,
            sent: Some(self.sent),
            milliseconds: self.milliseconds,
            identity: Some(self.identity),
            method: &self.request.method.0,
            url: &self.request.url.0,
            headers: &self.request.headers.0,
            body: self.request.body.as_ref().map(|body| Cow::Borrowed(&*body.0)),
            seen,
        }
    }

    /// The exchange as it is kept.
    pub(super) fn into_exchange(self) -> Exchange {
        let request = self.request;
        Exchange {
            number: self.number,
            act: self.act,
            purpose: self.purpose,
            identity: self.identity,
            item: self.item.map(owned),
            link: self.link,
            retried: self.retried,
            sent: self.sent,
            milliseconds: self.milliseconds,
            request: Request {
                method: owned(request.method),
                url: owned(request.url),
                headers: request.headers.owned(),
                body: request.body.map(|body| owned(body).into()),
            },
            answer: self.answer.into_reply(),
        }
    }
}

impl ReplyLine<'_> {
    fn failure(&self) -> Failure {
        Failure {
            // `ExchangeLine::read` gives none that is neither an answer nor a failure.
            failure: self.failure.unwrap_or(FailureKind::NotRecorded),
            detail: self.detail.as_ref().map(|it| it.0.to_string()).unwrap_or_default(),
        }
    }

    fn into_reply(self) -> Reply {
        let Self { status: Some(status), headers: Some(headers), .. } = self else {
            return Reply::Nothing(self.failure());
        };
        let body = owned(self.body).into();
        Reply::Answer(Answer { status, headers: headers.owned(), body, not_utf8: self.not_utf8 })
    }
}

impl Fields<'_> {
    fn owned(self) -> Vec<(String, String)> {
        self.0.into_iter().map(|field| (owned(field.name), owned(field.value))).collect()
    }
}

fn owned(text: Text<'_>) -> String {
    text.0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(answer: &str) -> String {
        format!(
            r#"{{"exchange":{{"n":7,"act":1,"purpose":"create-link","identity":"owner","item":"file","link":0,
            "sent":"2026-01-01T10:00:00.25Z","milliseconds":3,"later":[1],"request":{{"method":"POST",
            "url":"https://g/v1.0/me/drive/items/1/createLink","headers":[["a","b\u0041\""],["c",""]],
            "body":"{{\"type\":\"view\"}}"}},"answer":{answer}}}}}"#
        )
    }

    fn whole(line: &str) -> Result<Exchange, serde_json::Error> {
        #[derive(Deserialize)]
        struct Whole {
            exchange: Exchange,
        }
        serde_json::from_str::<Whole>(line).map(|it| it.exchange)
    }

    #[test]
    fn what_it_reads_is_what_the_whole_reader_reads() {
        for answer in [
            r#"{"status":201,"headers":[["x","y"]],"body":"{\"id\":\"\u00e4\"}"}"#,
            r#"{"status":204,"headers":[],"not_utf8":true,"failure":"broken"}"#,
            r#"{"failure":"timed-out","detail":"30 s"}"#,
            r#"{"status":200,"failure":"broken","detail":"cut off"}"#,
        ] {
            let text = line(answer);
            let read = ExchangeLine::read(text.as_bytes()).unwrap_or_else(|| panic!("{answer}"));
            let whole = whole(&text).unwrap();
            assert_eq!(read.raw().status(), whole.status(), "{answer}");
            assert_eq!(read.into_exchange(), whole, "{answer}");
        }
    }

    #[test]
    fn what_is_doubtful_is_left_to_the_whole_reader() {
        for (answer, is_exchange) in [
            (r#"{"status":201,"headers":[],"body":null}"#, false),
            (r#"{"status":201,"headers":[["only"]]}"#, false),
            (r#"{"status":null,"headers":[],"failure":"broken","detail":""}"#, true),
            (r#"{"status":201,"headers":[],"failure":7}"#, true),
            (r#"{"status":201}"#, false),
            ("{}", false),
        ] {
            let text = line(answer);
            assert!(ExchangeLine::read(text.as_bytes()).is_none(), "{answer}");
            assert_eq!(whole(&text).is_ok(), is_exchange, "{answer}");
        }
        assert!(ExchangeLine::read(br#"{"story":{"lines":[]}}"#).is_none());
        assert!(ExchangeLine::read(b"{\"exchange\":\xff").is_none());
    }
}
