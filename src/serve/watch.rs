//! Recording what passes between a client and the mock.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request as Incoming, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::json;

use super::exchange_log::{Event, ExchangeLog};
use super::judging::{Judging, ObservedExchange};
use crate::graph::{
    Answer, Failure, FailureKind, Identity, Redactor, Reply, Request, Unredacted, decoded,
};
use crate::traffic::SharingRequest;

/// The largest body the mock accepts, also after unpacking.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// Bytes of a body that are kept and judged; a list may be longer.
const KEPT: usize = 64 * 1024;
const KEPT_OF_ANSWER: usize = 1024 * 1024;

/// Seconds a throttled client is asked to wait.
const RETRY_AFTER: &str = "1";

/// What stands in front of the mock: it sees every exchange as it is on the wire.
#[derive(Debug)]
pub(super) struct Watch {
    pub judging: Judging,
    pub log: Arc<ExchangeLog>,
    pub tokens: OnceLock<Vec<(String, Identity)>>,
    /// Every so many createLink requests one is throttled.
    pub throttle: Option<u64>,
    pub latency: Duration,
    pub redactor: RedactorOfTheMock,
    pub exchanges: AtomicU32,
    pub create_link: AtomicU64,
}

/// A redactor has no form that could be printed.
pub(super) struct RedactorOfTheMock(pub Redactor);

impl std::fmt::Debug for RedactorOfTheMock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

/// Passes a request on, and keeps what was asked and what was answered.
pub(super) async fn observe(
    State(watch): State<Arc<Watch>>,
    incoming: Incoming,
    next: Next,
) -> Response {
    let is_preflight = incoming.method() == Method::OPTIONS
        && incoming.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        return preflight(incoming.headers());
    }
    // What a browser asks for by itself, pages and downloads are no calls of the API.
    if incoming.uri().path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    if incoming.uri().path().starts_with("/_") {
        return open_to_browsers(next.run(incoming).await);
    }
    let (sent, clock) = (Timestamp::now(), Instant::now());
    let (mut parts, body) = incoming.into_parts();
    let Ok(mut body) = to_bytes(body, LARGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let headers = fields(&parts.headers);
    if let Some(unpacked) = unpacked(&parts.headers, &body) {
        body = unpacked;
        parts.headers.remove(header::CONTENT_ENCODING);
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let is_kept = body.len() <= KEPT;
    let request = Request {
        method: parts.method.to_string(),
        url: absolute(&parts.uri, &parts.headers),
        headers,
        body: (!body.is_empty() && is_kept)
            .then(|| String::from_utf8_lossy(&body).into_owned().into()),
    };
    if !watch.latency.is_zero() {
        tokio::time::sleep(watch.latency).await;
    }
    let judged = SharingRequest::read(&request.method, &request.url).is_some();
    let response = if watch.throttles(&request) {
        throttled()
    } else {
        next.run(Incoming::from_parts(parts, Body::from(body))).await
    };
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let reply = if !is_kept {
        not_kept(format!("the request's body is larger than {} KiB", KEPT / 1024))
    } else if body.len() > KEPT_OF_ANSWER {
        not_kept(format!("the answer's body is larger than {} KiB", KEPT_OF_ANSWER / 1024))
    } else {
        Reply::Answer(Answer {
            status: parts.status.as_u16(),
            headers: fields(&parts.headers),
            body: String::from_utf8_lossy(&body).into_owned().into(),
            not_utf8: std::str::from_utf8(&body).is_err(),
        })
    };
    let milliseconds = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    watch.note(request, reply, sent, milliseconds, judged);
    open_to_browsers(Response::from_parts(parts, Body::from(body)))
}

/// Without the whole of what was asked and answered nothing can be said about it.
fn not_kept(detail: String) -> Reply {
    Reply::Nothing(Failure { failure: FailureKind::NotRecorded, detail })
}

impl Watch {
    fn note(
        &self,
        request: Request,
        reply: Reply,
        sent: Timestamp,
        milliseconds: u64,
        judged: bool,
    ) {
        let number = self.exchanges.fetch_add(1, Ordering::SeqCst) + 1;
        let identity = self.identity(&request);
        let redactor = self.redactor.0.fork();
        self.log.add(Event {
            number,
            sent,
            milliseconds,
            identity: identity.phrase(),
            judged,
            request: redactor.request(&request),
            answer: redactor.reply(&reply, &request.url),
        });
        self.judging.take(ObservedExchange {
            number,
            sent,
            milliseconds,
            identity,
            request: Unredacted(request),
            reply: Unredacted(reply),
        });
    }

    fn identity(&self, request: &Request) -> Identity {
        let Some(authorization) = request.header("authorization") else {
            return Identity::NoToken;
        };
        let token = authorization.split_once(' ').map_or(authorization, |(_, token)| token.trim());
        let known = self.tokens.get().into_iter().flatten().find(|(known, _)| known == token);
        known.map_or(Identity::InvalidToken, |(_, identity)| *identity)
    }

    fn throttles(&self, request: &Request) -> bool {
        let is_create_link = request.method == "POST"
            && SharingRequest::read(&request.method, &request.url)
                .is_some_and(|call| call.permission.is_none());
        if !is_create_link {
            return false;
        }
        let count = self.create_link.fetch_add(1, Ordering::SeqCst) + 1;
        self.throttle.is_some_and(|every| count.is_multiple_of(every.max(1)))
    }
}

/// The body without its `Content-Encoding`; nothing where there is none to undo.
fn unpacked(headers: &HeaderMap, body: &Bytes) -> Option<Bytes> {
    let encoding = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    decoded(encoding, body, LARGEST_BODY).ok().map(Bytes::from)
}

fn absolute(uri: &axum::http::Uri, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("localhost");
    if uri.scheme().is_some() { uri.to_string() } else { format!("http://{host}{uri}") }
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// Throttling page: 429 with Retry-After in seconds.
fn throttled() -> Response {
    let id = uuid::Uuid::new_v4().to_string();
    let body = json!({"error": {
        "code": "activityLimitReached",
        "message": "The request has been throttled (linkspec serve --throttle).",
        "innerError": {"request-id": id, "client-request-id": id},
    }});
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("request-id", id);
    }
    response
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// Browsers ask first whether a page of another origin may send a request.
fn preflight(asked: &HeaderMap) -> Response {
    let mut response = plain(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
    );
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    open_to_browsers(response)
}

/// The service behind holds nothing real, so any page may read its answers.
fn open_to_browsers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    response
}
