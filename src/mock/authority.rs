//! A token authority on loopback, like Microsoft's: client credentials, device codes, refresh tokens.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::MockError;
use crate::graph::{Clock, Secret, Unredacted};

/// What a person does with the device code they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Person {
    /// Signs in.
    #[default]
    Approves,
    /// Says no.
    Declines,
    /// Never comes; the code expires.
    StaysAway,
}

/// What the authority answers instead of a token.
#[derive(Debug, Clone)]
pub enum AuthorityFault {
    /// A redirect to this address.
    Redirect(String),
    /// This status and body, so many times; then it works again.
    Status(u16, String, u32),
}

/// Makes the access token for a grant, given its scopes.
pub type Issue = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What one authority is told to be.
#[derive(Clone)]
pub struct AuthorityOptions {
    /// Where to listen.
    pub bind: SocketAddr,
    /// The application that may sign in; any, without.
    pub client_id: Option<String>,
    /// The application's secret.
    pub secret: Option<Secret>,
    /// The assertion the application is trusted with.
    pub assertion: Option<Secret>,
    /// How often a poll is answered `authorization_pending`.
    pub pending: u32,
    /// How often a poll is answered `slow_down` after that.
    pub slow_down: u32,
    /// What the person does.
    pub person: Person,
    /// How long tokens are good.
    pub lifetime: Duration,
    /// How long a device code is good.
    pub code_lifetime: Duration,
    /// What goes wrong.
    pub fault: Option<AuthorityFault>,
    /// Makes access tokens; unsigned ones with a new id each, without.
    pub issue: Option<Issue>,
    /// What time it is.
    pub clock: Clock,
}

impl Default for AuthorityOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            client_id: None,
            secret: None,
            assertion: None,
            pending: 0,
            slow_down: 0,
            person: Person::default(),
            lifetime: Duration::from_secs(3600),
            code_lifetime: Duration::from_secs(900),
            fault: None,
            issue: None,
            clock: Clock::real(),
        }
    }
}

/// A request the authority received.
#[derive(Clone)]
pub struct AuthorityRequest {
    /// When.
    pub at: Timestamp,
    /// The path: `/{tenant}/oauth2/v2.0/token`.
    pub path: String,
    /// The form; it holds secrets.
    pub form: Unredacted<HashMap<String, String>>,
}

impl fmt::Debug for AuthorityRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The path begins with the tenant.
        let endpoint = self.path.rsplit('/').next().unwrap_or_default();
        formatter.debug_struct("AuthorityRequest").field("endpoint", &endpoint).finish()
    }
}

impl AuthorityRequest {
    /// A field of the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.0.get(name).map(String::as_str)
    }
}

struct Ledger {
    requests: Vec<AuthorityRequest>,
    polls: u32,
    /// Device codes and what they were asked for, with the time they expire.
    codes: HashMap<String, (String, Timestamp)>,
    refresh_tokens: HashSet<String>,
    issued: Vec<String>,
    faults: u32,
}

struct Shared {
    options: AuthorityOptions,
    origin: String,
    state: Mutex<Ledger>,
}

/// A running authority. Dropping it stops it.
pub struct Authority {
    shared: Arc<Shared>,
    // Serving ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authority").field("origin", &self.shared.origin).finish()
    }
}

impl Authority {
    /// Starts an authority on the current tokio runtime; it is reachable when this returns.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start(options: AuthorityOptions) -> Result<Self, MockError> {
        let failed = |source| MockError::Bind { address: options.bind, source };
        let listener = TcpListener::bind(options.bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            options,
            origin: format!("http://{address}"),
            state: Mutex::new(Ledger {
                requests: Vec::new(),
                polls: 0,
                codes: HashMap::new(),
                refresh_tokens: HashSet::new(),
                issued: Vec::new(),
                faults: 0,
            }),
        });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let serving = axum::serve(listener, router);
            // Either end is one: accept errors are retried, and a dropped sender is a stop.
            tokio::select! { _ = serving => {}, _ = stopped => {} }
        });
        Ok(Self { shared, _stop: stop })
    }

    /// What `--authority` is set to: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.shared.origin
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<AuthorityRequest> {
        self.shared.state().requests.clone()
    }

    /// Every access token, refresh token and device code it gave out.
    pub fn issued(&self) -> Vec<Secret> {
        self.shared.state().issued.iter().map(Secret::new).collect()
    }

    /// Forgets every refresh token, as after a change of password.
    pub fn revoke(&self) {
        self.shared.state().refresh_tokens.clear();
    }
}

/// A refusal: status, OAuth error, number and text of Microsoft's error.
type Refusal = (u16, &'static str, &'static str);

impl Shared {
    fn state(&self) -> MutexGuard<'_, Ledger> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, path: &str, form: &HashMap<String, String>) -> Response<Body> {
        let mut state = self.state();
        let now = self.options.clock.now();
        state.requests.push(AuthorityRequest {
            at: now,
            path: path.to_owned(),
            form: Unredacted(form.clone()),
        });
        match &self.options.fault {
            Some(AuthorityFault::Redirect(address)) => {
                return with_location(reply(307, String::new()), address);
            }
            Some(AuthorityFault::Status(status, body, times)) if state.faults < *times => {
                state.faults += 1;
                return reply(*status, body.clone());
            }
            _ => {}
        }
        let outcome = match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            [_, "oauth2", "v2.0", "token"] => self.token(&mut state, form, now),
            [_, "oauth2", "v2.0", "devicecode"] => self.device_code(&mut state, form, now),
            _ => return reply(404, "<html>Not here</html>".to_owned()),
        };
        match outcome {
            Ok(body) => reply(200, body.to_string()),
            Err((status, error, description)) => reply(
                status,
                json!({
                    "error": error,
                    "error_description": format!(
                        "{description} Trace ID: {} Correlation ID: {} Timestamp: {now}",
                        Uuid::new_v4(),
                        Uuid::new_v4()
                    ),
                    "trace_id": Uuid::new_v4().to_string(),
                })
                .to_string(),
            ),
        }
    }

    fn check_application(&self, form: &HashMap<String, String>) -> Result<(), Refusal> {
        match &self.options.client_id {
            Some(known) if form.get("client_id") != Some(known) => Err((
                400,
                "unauthorized_client",
                "AADSTS700016: Application was not found in the directory.",
            )),
            _ => Ok(()),
        }
    }

    fn device_code(
        &self,
        state: &mut Ledger,
        form: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        self.check_application(form)?;
        let code = format!("code-{}", Uuid::new_v4());
        let expires = now.checked_add(self.options.code_lifetime).unwrap_or(Timestamp::MAX);
        let scope = form.get("scope").cloned().unwrap_or_default();
        state.codes.insert(code.clone(), (scope, expires));
        state.issued.push(code.clone());
        Ok(json!({
            "device_code": code,
            "user_code": "ABCD-1234",
            "verification_uri": format!("{}/devicelogin", self.origin),
            "expires_in": self.options.code_lifetime.as_secs(),
            "interval": 5,
            "message": "To sign in, use a web browser.",
        }))
    }

    fn token(
        &self,
        state: &mut Ledger,
        form: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        self.check_application(form)?;
        let field = |name: &str| form.get(name).map(String::as_str);
        let scope = field("scope").unwrap_or_default();
        match field("grant_type").unwrap_or_default() {
            "client_credentials" => {
                self.check_proof(form)?;
                Ok(self.grant(state, scope, now, false))
            }
            "refresh_token" => {
                // A refresh token is good for one use.
                if !state.refresh_tokens.remove(field("refresh_token").unwrap_or_default()) {
                    return Err((
                        400,
                        "invalid_grant",
                        "AADSTS700082: The refresh token has expired due to inactivity.",
                    ));
                }
                Ok(self.grant(state, scope, now, true))
            }
            "urn:ietf:params:oauth:grant-type:device_code" => {
                let code = field("device_code").unwrap_or_default();
                let Some((scope, expires)) = state.codes.get(code).cloned() else {
                    return Err((400, "bad_verification_code", "AADSTS70000: unknown code."));
                };
                self.poll(state, now, expires)?;
                state.codes.remove(code);
                Ok(self.grant(state, &scope, now, true))
            }
            _ => Err((400, "unsupported_grant_type", "AADSTS70003: unsupported grant type.")),
        }
    }

    fn check_proof(&self, form: &HashMap<String, String>) -> Result<(), Refusal> {
        let matches = |name: &str, known: &Option<Secret>| {
            form.get(name).zip(known.as_ref()).is_some_and(|(found, known)| found == known.expose())
        };
        if form.contains_key("client_assertion") {
            let kind = form.get("client_assertion_type").map(String::as_str);
            if kind == Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                && matches("client_assertion", &self.options.assertion)
            {
                return Ok(());
            }
            return Err((
                400,
                "invalid_request",
                "AADSTS70021: No matching federated identity record found for presented assertion.",
            ));
        }
        if matches("client_secret", &self.options.secret) {
            return Ok(());
        }
        Err((401, "invalid_client", "AADSTS7000215: Invalid client secret provided."))
    }

    fn poll(&self, state: &mut Ledger, now: Timestamp, expires: Timestamp) -> Result<(), Refusal> {
        if now >= expires {
            return Err((400, "expired_token", "AADSTS70020: The device code has expired."));
        }
        state.polls += 1;
        let pending = (400, "authorization_pending", "AADSTS70016: Authorization is pending.");
        if state.polls <= self.options.pending {
            return Err(pending);
        }
        if state.polls <= self.options.pending + self.options.slow_down {
            return Err((400, "slow_down", "Polling too frequently."));
        }
        match self.options.person {
            Person::Approves => Ok(()),
            Person::Declines => {
                Err((400, "authorization_declined", "AADSTS70018: The user declined."))
            }
            Person::StaysAway => Err(pending),
        }
    }

    fn grant(&self, state: &mut Ledger, scope: &str, now: Timestamp, with_user: bool) -> Value {
        let lifetime = self.options.lifetime.as_secs();
        let token = match &self.options.issue {
            Some(issue) => issue(scope),
            None => self.unsigned(scope, now, with_user),
        };
        state.issued.push(token.clone());
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": token,
        });
        if with_user && scope.split(' ').any(|it| it == "offline_access") {
            let refresh = format!("refresh-{}", Uuid::new_v4());
            state.refresh_tokens.insert(refresh.clone());
            state.issued.push(refresh.clone());
            answer["refresh_token"] = Value::from(refresh);
        }
        answer
    }

    fn unsigned(&self, scope: &str, now: Timestamp, with_user: bool) -> String {
        let names: Vec<&str> = scope
            .split(' ')
            .filter(|it| *it != "offline_access")
            .map(|it| it.rsplit('/').next().unwrap_or(it))
            .collect();
        let expires = now.checked_add(self.options.lifetime).unwrap_or(Timestamp::MAX);
        let mut claims = json!({"exp": expires.as_second(), "jti": Uuid::new_v4().to_string()});
        if with_user {
            claims["scp"] = Value::from(names.join(" "));
        } else {
            claims["roles"] = json!(["Files.ReadWrite.All"]);
        }
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.{}",
            encode(json!({"typ": "JWT", "alg": "none"}).to_string()),
            encode(claims.to_string()),
            encode("not signed: linkspec mock".to_owned())
        )
    }
}

fn reply(status: u16, body: String) -> Response<Body> {
    let media_type = if body.starts_with('{') { "application/json" } else { "text/html" };
    let mut response = Response::new(Body::from(body));
    // A status outside the range of HTTP is a mistake in a test's options.
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response
}

fn with_location(mut response: Response<Body>, address: &str) -> Response<Body> {
    if let Ok(value) = header::HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let Ok(body) = axum::body::to_bytes(request.into_body(), 1024 * 1024).await else {
        return reply(413, "{}".to_owned());
    };
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    shared.answer(&path, &form)
}
