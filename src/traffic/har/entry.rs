//! An element of `log.entries`, as an exchange.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::graph::{Failure, FailureKind, NAMES_OF_REQUESTS, decoded};
use crate::traffic::blanked::is_blanked_body;
use crate::traffic::{Field, RawExchange, Seen, Text, field};

/// A larger body than this is not judged; a permission has a few hundred bytes, a page of them some
/// thousands.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// An element of `log.entries`, as much of it as judging looks at.
#[derive(Deserialize)]
pub(super) struct Entry<'h> {
    #[serde(default, rename = "startedDateTime")]
    started: Moment,
    #[serde(default)]
    time: Number,
    #[serde(borrow)]
    request: Request<'h>,
    #[serde(borrow, default)]
    response: Option<Response<'h>>,
    #[serde(borrow, default, rename = "_error")]
    error: Option<Text<'h>>,
}

#[derive(Deserialize)]
struct Request<'h> {
    #[serde(borrow)]
    method: Text<'h>,
    #[serde(borrow)]
    url: Text<'h>,
    #[serde(borrow, default)]
    headers: Vec<Field<'h>>,
    #[serde(borrow, default, rename = "postData")]
    body: Option<Body<'h>>,
    #[serde(default, rename = "bodySize")]
    body_size: Number,
}

#[derive(Deserialize)]
struct Response<'h> {
    #[serde(default)]
    status: Number,
    #[serde(borrow, default)]
    headers: Vec<Field<'h>>,
    #[serde(borrow, default)]
    content: Option<Body<'h>>,
    #[serde(borrow, default, rename = "_error")]
    error: Option<Text<'h>>,
}

#[derive(Deserialize)]
struct Body<'h> {
    #[serde(borrow, default)]
    text: Option<Text<'h>>,
    #[serde(borrow, default)]
    encoding: Option<Text<'h>>,
    #[serde(default)]
    size: Number,
    #[serde(borrow, default, rename = "mimeType")]
    media_type: Option<Text<'h>>,
    /// Playwright's name of a file beside the HAR.
    #[serde(borrow, default, rename = "_file")]
    file: Option<Text<'h>>,
}

/// A number as somebody wrote it: with a fraction, as text, or not at all. None of that is worth an exchange.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(from = "Value")]
struct Number(Option<f64>);

impl From<Value> for Number {
    fn from(written: Value) -> Self {
        Self(written.as_f64().or_else(|| written.as_str()?.parse().ok()))
    }
}

/// A time as somebody wrote it: in the form of HAR, or in milliseconds or seconds since 1970. What cannot be read is
/// worth no exchange either.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(from = "Value")]
struct Moment(Option<Timestamp>);

impl From<Value> for Moment {
    fn from(written: Value) -> Self {
        // In seconds that is the year 5138.
        const MILLISECONDS: i64 = 100_000_000_000;
        Self(match written.as_str() {
            Some(text) => text.trim().parse().ok(),
            None => Number::from(written).whole().and_then(|it| match it {
                MILLISECONDS.. => Timestamp::from_millisecond(it).ok(),
                _ => Timestamp::from_second(it).ok(),
            }),
        })
    }
}

impl Number {
    fn whole(self) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "sizes and statuses are far smaller")]
        self.0.filter(|it| it.is_finite()).map(|it| it as i64)
    }
}

/// What stands where a body should be.
enum Content<'h> {
    Body(Cow<'h, str>, bool),
    /// There is none, and there was none.
    None,
    /// There was one; why it cannot be looked at.
    Missing(String),
}

impl<'h> Entry<'h> {
    pub(super) fn read(bytes: &'h [u8]) -> Result<Self, String> {
        // Checked once for the whole entry, which is quicker than string by string.
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut entry: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        entry.restore_media_type();
        entry.restore_method();
        Ok(entry)
    }

    /// Where somebody left out all header fields of an answer, what they said of its body stands with the body.
    fn restore_media_type(&mut self) {
        let Some(response) = self.response.as_mut().filter(|it| it.headers.is_empty()) else {
            return;
        };
        let media_type = response.content.as_ref().and_then(|it| it.media_type.clone());
        if let Some(value) = media_type.filter(|it| it.0.contains('/')) {
            let name = Text("content-type".into());
            response.headers.push(Field { name, value });
        }
    }

    /// Nobody sends `post`, and some write it down so.
    fn restore_method(&mut self) {
        let method = &mut self.request.method.0;
        if method.bytes().all(|it| it.is_ascii_lowercase()) {
            *method = method.to_ascii_uppercase().into();
        }
    }

    pub(super) fn method(&self) -> &str {
        &self.request.method.0
    }

    pub(super) fn url(&self) -> &str {
        &self.request.url.0
    }

    /// The entry as an exchange, and what is wrong with it.
    pub(super) fn raw(&self, number: u32) -> (RawExchange<'_>, Option<String>) {
        let mut flaw = None;
        let request = &self.request;
        let body = match text_of(request.body.as_ref(), request.body_size.whole(), &request.headers)
        {
            Content::Body(text, _) => Some(text),
            Content::None => None,
            Content::Missing(why) => {
                flaw = Some(format!("the request's body {why}"));
                None
            }
        };
        let mut seen = self.seen();
        if let (Some(why), Seen::Answer { .. }) = (&flaw, &seen) {
            // Without knowing what was asked for nothing can be said about what was answered.
            seen = not_recorded(why.clone());
        } else if let Seen::Nothing(failure) = &seen
            && failure.failure == FailureKind::NotRecorded
        {
            flaw = Some(failure.detail.clone());
        }
        let raw = RawExchange {
            number,
            sent: self.started.0,
            milliseconds: self.milliseconds(),
            identity: None,
            method: self.method(),
            url: self.url(),
            headers: &request.headers,
            body,
            seen,
        };
        (raw, flaw)
    }

    fn seen(&self) -> Seen<'_> {
        let error = self.error.as_ref().or(self.response.as_ref().and_then(|it| it.error.as_ref()));
        let broken =
            |why: String| Seen::Nothing(Failure { failure: FailureKind::Broken, detail: why });
        let Some(response) = &self.response else {
            return not_recorded("the answer was not recorded".to_owned());
        };
        let status = response.status.whole().and_then(|it| u16::try_from(it).ok());
        let status = match status {
            Some(status @ 100..=999) => status,
            _ => {
                let why = error.map_or("no answer was recorded", |it| &*it.0);
                return broken(format!("no answer: {why}"));
            }
        };
        if self.is_of_a_page(status, &response.headers) {
            let why = "the answer is a page that names no request: something in front of the service may have given it";
            return not_recorded(why.to_owned());
        }
        match text_of(response.content.as_ref(), None, &response.headers) {
            Content::Missing(_) if matches!(status, 204 | 304) => {
                self.answer(status, "".into(), false)
            }
            Content::Missing(why) => not_recorded(format!("the answer's body {why}")),
            Content::None => self.answer(status, "".into(), false),
            Content::Body(text, not_utf8) => self.answer(status, text, not_utf8),
        }
    }

    /// Whether an answer is a sign-in page of a network, or what a proxy says with 200. A service names the request.
    fn is_of_a_page(&self, status: u16, headers: &[Field<'_>]) -> bool {
        let label = field(headers, "content-type").unwrap_or_default().to_ascii_lowercase();
        self.method() == "POST"
            && (200..300).contains(&status)
            && label.contains("html")
            && !NAMES_OF_REQUESTS.iter().any(|it| field(headers, it).is_some())
    }

    fn answer<'s>(&'s self, status: u16, body: Cow<'s, str>, not_utf8: bool) -> Seen<'s> {
        let headers = self.response.as_ref().map_or(&[][..], |it| &it.headers);
        Seen::Answer { status, headers, body, not_utf8 }
    }

    fn milliseconds(&self) -> u64 {
        let time = self.time.0.filter(|it| it.is_finite()).unwrap_or(0.0).clamp(0.0, 1e12);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let time = time as u64;
        time
    }
}

fn not_recorded<'s>(detail: String) -> Seen<'s> {
    Seen::Nothing(Failure { failure: FailureKind::NotRecorded, detail })
}

fn text_of<'s>(
    body: Option<&'s Body<'_>>,
    size: Option<i64>,
    headers: &[Field<'_>],
) -> Content<'s> {
    let text = body.and_then(|it| it.text.as_ref());
    let Some(text) = text else {
        if body.is_some_and(|it| it.file.is_some()) {
            let why = "stands in a file beside the HAR; record with the bodies embedded";
            return Content::Missing(why.to_owned());
        }
        let declared =
            field(headers, "content-length").and_then(|it| it.trim().parse::<i64>().ok());
        let size = declared.or(size).or(body.and_then(|it| it.size.whole())).unwrap_or(-1);
        return match (body, size) {
            // A body without text and without a length says nothing about whether there was one.
            (_, 0) | (None, -1) => Content::None,
            _ => Content::Missing("was not recorded".to_owned()),
        };
    };
    if is_blanked_body(&text.0) {
        return Content::Missing("was blanked out by whoever recorded it".to_owned());
    }
    let encoding = body.and_then(|it| it.encoding.as_ref()).map(|it| &*it.0).unwrap_or_default();
    if text.0.len() > LARGEST_BODY {
        return Content::Missing(format!("is larger than {} MB", LARGEST_BODY / 1024 / 1024));
    }
    let whole = body.and_then(|it| it.size.whole()).or(size);
    if !encoding.eq_ignore_ascii_case("base64") {
        if is_cut_off(text.0.as_bytes(), whole) {
            return Content::Missing(IN_PART.to_owned());
        }
        let not_utf8 = text.0.contains('\u{fffd}');
        return Content::Body(Cow::Borrowed(&text.0), not_utf8);
    }
    let packed: Cow<'_, str> = if text.0.contains(['\r', '\n', ' ']) {
        text.0.chars().filter(|it| !it.is_ascii_whitespace()).collect::<String>().into()
    } else {
        Cow::Borrowed(&*text.0)
    };
    match STANDARD.decode(packed.as_bytes()) {
        Ok(bytes) => match String::from_utf8(unpacked(bytes, headers)) {
            Ok(text) if is_cut_off(text.as_bytes(), whole) => Content::Missing(IN_PART.to_owned()),
            Ok(text) => Content::Body(text.into(), false),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Content::Body(text.into(), true)
            }
        },
        Err(error) => Content::Missing(format!("is no valid base64 ({error})")),
    }
}

const IN_PART: &str = "was recorded in part";

/// Browsers keep so many bytes of a body and no more; that it ends in the middle says nothing of whoever wrote it.
fn is_cut_off(kept: &[u8], size: Option<i64>) -> bool {
    size.and_then(|it| usize::try_from(it).ok()).is_some_and(|it| it > kept.len())
        && serde_json::from_slice::<serde::de::IgnoredAny>(kept).is_err_and(|it| it.is_eof())
}

/// HAR 1.2 wants a body without its `Content-Encoding`; some write the bytes as they came.
fn unpacked(bytes: Vec<u8>, headers: &[Field<'_>]) -> Vec<u8> {
    let plain = field(headers, "content-encoding")
        .and_then(|encoding| decoded(encoding, &bytes, LARGEST_BODY).ok());
    plain.unwrap_or(bytes)
}
