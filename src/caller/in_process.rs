//! Handing a request to a service inside the process, without a socket.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use futures::future::BoxFuture;
use url::{Origin, Position};

use super::http::{HttpOptions, Outgoing, failure, in_time, read_answer, texts};
use crate::graph::{FailureKind, Reply, Unredacted};

/// A service inside the process, which takes requests without a socket between.
#[derive(Clone)]
pub struct InProcessService {
    origin: Origin,
    handle: Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync>,
}

impl InProcessService {
    /// A service that would be reached at `origin`, if it listened there.
    pub fn new(
        origin: Origin,
        handle: impl Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync + 'static,
    ) -> Self {
        Self { origin, handle: Arc::new(handle) }
    }
}

impl fmt::Debug for InProcessService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Service").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Hands requests to a service inside the process, and takes its answers as the HTTP client would: what
/// the two record of one service does not differ.
#[derive(Debug, Clone)]
pub struct InProcessCaller {
    service: InProcessService,
    options: HttpOptions,
}

impl InProcessCaller {
    pub(super) fn new(service: InProcessService, options: HttpOptions) -> Self {
        Self { service, options }
    }

    /// Hands over one request and reads its whole answer.
    pub async fn send(&self, outgoing: &Outgoing) -> (Unredacted<Reply>, Duration) {
        in_time(self.options.timeout, self.exchange(outgoing)).await
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Reply {
        if outgoing.url.origin() != self.service.origin {
            let detail = "no connection: only the service inside the process can be reached";
            return failure(FailureKind::NoConnection, detail.to_owned());
        }
        let request = match request(outgoing) {
            Ok(request) => request,
            Err(error) => {
                return failure(FailureKind::Broken, format!("the request is no HTTP: {error}"));
            }
        };
        let is_head = request.method() == Method::HEAD;
        let mut response = (self.service.handle)(request).await;
        measure(&mut response);
        if is_head {
            *response.body_mut() = Body::empty();
        }
        let (parts, body) = response.into_parts();
        let broken = |error: axum::Error| failure(FailureKind::Broken, error.to_string());
        let most = self.options.largest_body;
        let headers = texts(&parts.headers);
        read_answer(parts.status, headers, body.into_data_stream(), most, broken).await
    }
}

/// The request as it would come out of a socket.
fn request(outgoing: &Outgoing) -> Result<Request<Body>, axum::http::Error> {
    let mut request = Request::builder()
        .method(outgoing.method.clone())
        .uri(&outgoing.url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, outgoing.url.authority());
    for (name, value) in &outgoing.headers {
        request = request
            .header(HeaderName::try_from(name.as_str())?, HeaderValue::try_from(value.as_str())?);
    }
    match &outgoing.body {
        Some(body) => {
            request = request.header(header::CONTENT_LENGTH, body.len());
            request.body(Body::from(body.clone()))
        }
        None => request.body(Body::empty()),
    }
}

/// Has an answer say how long it is, as every HTTP server does.
fn measure(response: &mut Response<Body>) {
    let has_no_length =
        matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || response.status().is_informational();
    let length = axum::body::HttpBody::size_hint(response.body()).exact();
    if let Some(length) = length.filter(|_| !has_no_length) {
        let headers = response.headers_mut();
        headers.entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
}
