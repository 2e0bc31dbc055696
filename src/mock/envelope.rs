//! How a request is read and an answer is put on the wire.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::departures::Departure;
use super::errors::{Cause, Refusal, Traces};
use super::settings::Settings;
use super::variants::Shape;

/// One request, as far as the calls of the mock look at it.
#[derive(Debug)]
pub(super) struct Call {
    pub method: Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub traces: Traces,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(members)) => Ok(members),
            _ => Err(Refusal::invalid_request("The body must be a JSON object.", Cause::Json)),
        }
    }
}

/// What a call answers when it is carried out.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
    /// Whether it is a successful answer of `createLink`: most deviations concern no other.
    pub is_link: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    Empty,
    Json(Value),
    Other { media_type: String, bytes: Bytes },
}

impl Answer {
    pub(super) fn json(status: StatusCode, value: Value) -> Self {
        Self { status, headers: Vec::new(), content: Content::Json(value), is_link: false }
    }

    pub(super) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            content: Content::Empty,
            is_link: false,
        }
    }

    pub(super) fn other(status: StatusCode, media_type: &str, bytes: Bytes) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::Other { media_type: media_type.to_owned(), bytes },
            is_link: false,
        }
    }

    pub(super) fn found(location: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            headers: vec![("location", location)],
            content: Content::Empty,
            is_link: false,
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Puts an outcome on the wire.
pub(super) fn send(
    settings: &Settings,
    call: &Call,
    outcome: Result<Answer, Refusal>,
) -> Response<Body> {
    let (answer, is_refusal) = match outcome {
        Ok(answer) => (answer, false),
        Err(refusal) => (refused(settings, call, distorted(settings, refusal)), true),
    };
    let is_link = answer.is_link;
    let mut headers: Vec<(&'static str, String)> = answer.headers;
    let bytes = match answer.content {
        Content::Empty => Bytes::new(),
        Content::Other { media_type, bytes } => {
            headers.push(("content-type", media_type));
            bytes
        }
        Content::Json(value) => {
            headers.push(("content-type", json_media_type(settings, is_link).to_owned()));
            written(settings, value, is_link, is_refusal)
        }
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = answer.status;
    let out = response.headers_mut();
    for (name, value) in headers {
        put(out, name, &value);
    }
    trace(settings, call, out, is_link || is_refusal);
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Ids in an address may hold what a header cannot; such an answer goes without the header.
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.append(HeaderName::from_static(name), value);
    }
}

fn trace(settings: &Settings, call: &Call, headers: &mut HeaderMap, is_action: bool) {
    if !(is_action && settings.departs(Departure::NoRequestId)) {
        put(headers, "request-id", &call.traces.request_id);
        put(headers, "client-request-id", &call.traces.client_request_id);
    }
    if settings.takes(Shape::ConnectionClose) {
        put(headers, "connection", "close");
    }
    if settings.is_observed() {
        put(headers, "cache-control", "no-store, no-cache");
        put(headers, "strict-transport-security", "max-age=31536000");
        put(headers, "odata-version", "4.0");
        put(headers, "x-ms-ags-diagnostic", "{\"ServerInfo\":{\"DataCenter\":\"linkspec\"}}");
        if headers.contains_key(CONTENT_TYPE) && is_action {
            put(headers, "deprecation", "Fri, 03 Sep 2021 23:59:59 GMT");
            put(headers, "sunset", "Sun, 01 Oct 2023 23:59:59 GMT");
        }
    }
}

/// The usual mistakes with the status of a refusal.
fn distorted(settings: &Settings, mut refusal: Refusal) -> Refusal {
    let status = match refusal.cause {
        Cause::Right | Cause::Scopes if settings.takes(Shape::DeniedAsNotFound) => {
            refusal.code = "itemNotFound";
            StatusCode::NOT_FOUND
        }
        Cause::Right | Cause::Scopes if settings.departs(Departure::ForbiddenAnswers401) => {
            StatusCode::UNAUTHORIZED
        }
        Cause::Right | Cause::Scopes | Cause::AnonymousDisabled
            if settings.departs(Departure::ForbiddenAnswers410) =>
        {
            StatusCode::GONE
        }
        Cause::AnonymousDisabled if settings.departs(Departure::DisabledAnonymousAnswers404) => {
            StatusCode::NOT_FOUND
        }
        Cause::AnonymousDisabled if settings.takes(Shape::DisabledAnonymousAnswers400) => {
            refusal.code = "invalidRequest";
            StatusCode::BAD_REQUEST
        }
        Cause::Token if settings.departs(Departure::TokenRefusedWith403) => StatusCode::FORBIDDEN,
        Cause::Item if settings.departs(Departure::MissingItemAnswers400) => {
            StatusCode::BAD_REQUEST
        }
        Cause::Item if settings.departs(Departure::MissingItemAnswers410) => StatusCode::GONE,
        Cause::MalformedId if settings.departs(Departure::MalformedIdAnswers403) => {
            StatusCode::FORBIDDEN
        }
        Cause::MalformedId if settings.takes(Shape::MalformedIdAnswers404) => {
            refusal.code = "itemNotFound";
            StatusCode::NOT_FOUND
        }
        Cause::Method if settings.departs(Departure::WrongMethodAnswers403) => {
            StatusCode::FORBIDDEN
        }
        Cause::Method if settings.departs(Departure::WrongMethodAnswers410) => StatusCode::GONE,
        Cause::MediaType if settings.departs(Departure::MediaTypeAnswers403) => {
            StatusCode::FORBIDDEN
        }
        Cause::MediaType if settings.takes(Shape::MediaTypeAnswers400) => StatusCode::BAD_REQUEST,
        Cause::EmbedOffPersonal if settings.departs(Departure::EmbedOffPersonalAnswers404) => {
            StatusCode::NOT_FOUND
        }
        Cause::EmbedOffPersonal if settings.takes(Shape::EmbedRefusedAsNotSupported) => {
            refusal.code = "notSupported";
            refusal.status
        }
        Cause::OrganizationOnPersonal
            if settings.departs(Departure::OrganizationOnPersonalAnswers204) =>
        {
            StatusCode::NO_CONTENT
        }
        Cause::Type if settings.departs(Departure::UnknownTypeAnswers403) => StatusCode::FORBIDDEN,
        Cause::Scope if settings.departs(Departure::UnknownScopeAnswers404) => {
            StatusCode::NOT_FOUND
        }
        Cause::Type | Cause::Scope | Cause::Json | Cause::JsonType | Cause::Expiration
            if settings.takes(Shape::BadValuesAnswer422) =>
        {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Cause::Throttled => refusal.status,
        _ if settings.departs(Departure::ErrorIn200) => StatusCode::OK,
        _ => refusal.status,
    };
    refusal.status = status;
    refusal
}

fn refused(settings: &Settings, call: &Call, refusal: Refusal) -> Answer {
    let throttled = refusal.cause == Cause::Throttled;
    let mut answer = Answer::json(refusal.status, refusal.body(settings, &call.traces));
    if settings.departs(Departure::ErrorAsHtml) && !throttled {
        let page = format!("<html><body><h1>{}</h1></body></html>", refusal.message);
        answer = Answer::other(refusal.status, "text/html", Bytes::from(page));
    }
    if settings.departs(Departure::ErrorWithoutBody) && !throttled {
        answer.content = Content::Empty;
    }
    if refusal.status == StatusCode::NO_CONTENT {
        answer.content = Content::Empty;
    }
    for (name, value) in refusal.headers {
        answer = answer.header(name, value);
    }
    answer
}

fn json_media_type(settings: &Settings, is_link: bool) -> &'static str {
    if is_link && settings.departs(Departure::AnswerTextPlain) {
        "text/plain; charset=utf-8"
    } else if is_link && settings.departs(Departure::AnswerHtml) {
        "text/html"
    } else if settings.takes(Shape::ContentTypeCharset) {
        "application/json; charset=utf-8"
    } else if settings.takes(Shape::ContentTypeParameters) {
        "Application/JSON;odata.metadata=none;profile=\"a;b\""
    } else if settings.is_observed() {
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;\
         charset=utf-8"
    } else {
        "application/json"
    }
}

fn written(settings: &Settings, mut value: Value, is_link: bool, is_refusal: bool) -> Bytes {
    if settings.takes(Shape::MembersReversed) {
        value = reversed(value);
    }
    // The body of a failed call is documented to hold the single property error.
    if settings.takes(Shape::AnnotationsEverywhere) && !is_refusal {
        value = annotated(value);
    }
    if settings.takes(Shape::PrettyPrinted) {
        return Bytes::from(format!("\r\n{value:#}\r\n"));
    }
    let mut text = value.to_string();
    if is_link {
        if settings.departs(Departure::TrailingComma) && text.ends_with('}') {
            text.insert(text.len() - 1, ',');
        }
        if settings.departs(Departure::AnswerEmpty) {
            text.clear();
        }
        if settings.departs(Departure::AnswerTruncated) {
            text.truncate(text.len() / 2);
        }
    }
    Bytes::from(text)
}

/// The members of every object in the opposite order: order has no meaning in JSON.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().rev().map(|(name, it)| (name, reversed(it))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(reversed).collect()),
        other => other,
    }
}

/// Control information anywhere: a reader has to leave out what starts with `@` or holds an `@`.
fn annotated(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut with = Map::new();
            with.insert("@odata.etag".into(), "W/\"1\"".into());
            for (name, it) in members {
                if !name.contains('@') {
                    with.insert(format!("{name}@odata.type"), "#Edm.Untyped".into());
                }
                with.insert(name, annotated(it));
            }
            Value::Object(with)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(annotated).collect()),
        other => other,
    }
}
