//! Refusals and Graph's error bodies.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::departures::Departure;
use super::settings::Settings;
use super::variants::Shape;

/// What a refused request was refused for. Tired implementers err by case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Token,
    Scopes,
    Right,
    Item,
    MalformedId,
    Method,
    MediaType,
    Json,
    JsonType,
    Type,
    Scope,
    EmbedOffPersonal,
    OrganizationOnPersonal,
    AnonymousDisabled,
    Expiration,
    Throttled,
    Other,
}

/// What tells one request from another in a log.
#[derive(Debug, Clone)]
pub(super) struct Traces {
    pub request_id: String,
    pub client_request_id: String,
}

/// A request that is not carried out.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub inner_code: Option<&'static str>,
    pub headers: Vec<(&'static str, String)>,
    pub cause: Cause,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &str, cause: Cause) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            inner_code: None,
            headers: Vec::new(),
            cause,
        }
    }

    fn inner(mut self, code: &'static str) -> Self {
        self.inner_code = Some(code);
        self
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Errors page: "400 Bad Request. Cannot process the request because it is malformed or incorrect."
    pub(super) fn invalid_request(message: &str, cause: Cause) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalidRequest", message, cause)
    }

    /// Errors page: "401 Unauthorized. Required authentication information is either missing or not
    /// valid for the resource."
    pub(super) fn unauthenticated(settings: &Settings, message: &str) -> Self {
        // Real tenants answer another code than the one documented.
        let code =
            if settings.is_observed() { "InvalidAuthenticationToken" } else { "unauthenticated" };
        Self::new(StatusCode::UNAUTHORIZED, code, message, Cause::Token).header(
            "www-authenticate",
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/\
             authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
        )
    }

    /// Errors page: "403 Forbidden. Access is denied to the requested resource."
    pub(super) fn access_denied(message: &str, cause: Cause) -> Self {
        Self::new(StatusCode::FORBIDDEN, "accessDenied", message, cause)
    }

    pub(super) fn no_right_on_item() -> Self {
        Self::access_denied("Access denied", Cause::Right)
    }

    pub(super) fn anonymous_disabled() -> Self {
        Self::access_denied(
            "The feature has been disabled. Please contact your admin to get it enabled.",
            Cause::AnonymousDisabled,
        )
        .inner("sharingDisabled")
    }

    /// Errors page: "404 Not Found. The requested resource doesn't exist", code "itemNotFound".
    pub(super) fn item_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "itemNotFound",
            "The resource could not be found.",
            Cause::Item,
        )
    }

    /// Errors page: "405 Method Not Allowed".
    pub(super) fn method_not_allowed(allowed: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "notAllowed",
            "The HTTP method in the request is not allowed on the resource.",
            Cause::Method,
        )
        .header("allow", allowed)
    }

    /// Errors page: "409 Conflict", code "nameAlreadyExists".
    pub(super) fn name_already_exists() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "nameAlreadyExists",
            "An item with the same name already exists under the parent.",
            Cause::Other,
        )
    }

    /// Errors page: "412 Precondition Failed".
    pub(super) fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "resourceModified",
            "The resource has changed since the caller last read it.",
            Cause::Other,
        )
    }

    /// Errors page: "415 Unsupported Media Type".
    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalidRequest",
            "The content type of the request is not supported: send application/json.",
            Cause::MediaType,
        )
    }

    /// Errors page: "423 Locked".
    pub(super) fn locked() -> Self {
        Self::new(
            StatusCode::LOCKED,
            "notAllowed",
            "The file is checked out by somebody else.",
            Cause::Other,
        )
    }

    pub(super) fn not_supported(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "notSupported", message, Cause::Other)
    }

    /// A throttled call, in the body each product was seen to send.
    pub(super) fn throttled(settings: &Settings, retry_after: Option<&str>) -> Self {
        let refusal = if settings.is_personal() {
            let status = StatusCode::TOO_MANY_REQUESTS;
            Self::new(status, "accessDenied", "Too Many Requests", Cause::Throttled)
        } else {
            Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "activityLimitReached",
                "The request has been throttled",
                Cause::Throttled,
            )
        }
        .inner("throttledRequest");
        match retry_after {
            Some(value) => refusal.header("retry-after", value),
            None => refusal,
        }
    }

    /// A service that is busy and says when to come back.
    pub(super) fn unavailable(retry_after: &str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "serviceNotAvailable",
            "The service is not available. Try the request again after a delay.",
            Cause::Throttled,
        )
        .header("retry-after", retry_after)
    }

    /// The body: "a single property named error", with code, message and the optional innerError.
    pub(super) fn body(&self, settings: &Settings, traces: &Traces) -> Value {
        let mut inner = Map::new();
        if let Some(code) = self.inner_code {
            inner.insert("code".into(), code.into());
        }
        // Without a zone, as the service writes it.
        let date = settings.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        inner.insert("date".into(), date.into());
        inner.insert("request-id".into(), traces.request_id.clone().into());
        inner.insert("client-request-id".into(), traces.client_request_id.clone().into());
        let mut inner = Value::Object(inner);
        if settings.takes(Shape::InnerErrorNested) {
            inner = json!({"code": "generalException", "innerError": inner});
        }
        if settings.departs(Departure::InnerErrorText) {
            inner = "see the log".into();
        }
        let spelling =
            if settings.takes(Shape::InnerErrorLowercase) { "innererror" } else { "innerError" };

        let mut error = Map::new();
        match self.cause {
            _ if settings.departs(Departure::ErrorWithoutCode) => {}
            _ if settings.departs(Departure::ErrorCodeNumber) => {
                error.insert("code".into(), self.status.as_u16().into());
            }
            _ if settings.departs(Departure::ErrorCodeEmpty) => {
                error.insert("code".into(), "".into());
            }
            _ if self.code == "invalidRequest" && settings.departs(Departure::ErrorCodeUnknown) => {
                error.insert("code".into(), "ValidationFailed".into());
            }
            Cause::Item if settings.departs(Departure::MissingItemOtherCode) => {
                error.insert("code".into(), "generalException".into());
            }
            _ => {
                error.insert("code".into(), self.code.into());
            }
        }
        if !settings.departs(Departure::ErrorWithoutMessage) {
            error.insert("message".into(), self.message.clone().into());
        }
        if settings.takes(Shape::ErrorWithDetails) {
            error.insert("target".into(), Value::Null);
            let detail = json!({"code": self.code, "message": self.message, "target": "type"});
            error.insert("details".into(), json!([detail]));
        }
        error.insert(spelling.into(), inner);

        if settings.departs(Departure::ErrorNotWrapped) {
            return Value::Object(error);
        }
        let mut body = Map::new();
        if settings.departs(Departure::ErrorInList) {
            body.insert("error".into(), json!([error]));
        } else {
            body.insert("error".into(), Value::Object(error));
        }
        if settings.departs(Departure::ErrorBesideOthers) {
            body.insert("status".into(), self.status.as_u16().into());
        }
        Value::Object(body)
    }
}
