//! From a socket to a path: the running mock.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, header};
use axum::serve::ListenerExt;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::drive::{Drive, scatter};
use super::envelope::{self, Answer, Call};
use super::errors::{Refusal, Traces};
use super::identities::Identity;
use super::routes;
use super::settings::{Options, Settings};
use super::world::World;

/// The largest body a request may have; the uploads of a run are a few bytes.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A running mock. Dropping it stops it.
#[derive(Debug)]
pub struct Mock {
    world: Arc<World>,
    address: SocketAddr,
    drive_id: &'static str,
    stop: watch::Sender<()>,
    serving: Option<JoinHandle<()>>,
}

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// The address is taken, or not one of this machine.
    #[error("the mock cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl Mock {
    /// Starts a mock on the current tokio runtime; it is reachable when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot listen on `options.bind`.
    pub async fn start(options: Options) -> Result<Self, MockError> {
        Self::start_with(options, |router| router).await
    }

    /// Starts a mock with something in front of it: whoever watches the traffic sees it as it is sent.
    pub(crate) async fn start_with(
        options: Options,
        in_front: impl FnOnce(Router) -> Router,
    ) -> Result<Self, MockError> {
        let failed = |source| MockError::Bind { address: options.bind, source };
        let listener = TcpListener::bind(options.bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopping) = watch::channel(());
        let world = Arc::new(World::new(&options, format!("http://{address}"), stopping));
        let router = in_front(Router::new().fallback(serve).with_state(Arc::clone(&world)));
        // Answers are small and wanted at once; a socket that cannot be told so still works.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let stopped = stopped(&world);
        let serving = tokio::spawn(async move {
            // It ends by being stopped, and it cannot fail: accept errors are retried.
            let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        });
        Ok(Self::of(world, address, stop, Some(serving)))
    }

    /// A mock that listens nowhere: whoever holds its [`Self::handler`] hands it requests. It calls itself
    /// by `options.bind`, whose usual port 0 nothing can listen on.
    pub fn in_process(options: Options) -> Self {
        let (stop, stopping) = watch::channel(());
        let world = Arc::new(World::new(&options, format!("http://{}", options.bind), stopping));
        Self::of(world, options.bind, stop, None)
    }

    fn of(
        world: Arc<World>,
        address: SocketAddr,
        stop: watch::Sender<()>,
        serving: Option<JoinHandle<()>>,
    ) -> Self {
        let drive_id = world.drive().id;
        Self { world, address, drive_id, stop, serving }
    }

    /// What answers requests, as it does behind the socket.
    pub fn handler(
        &self,
    ) -> impl Fn(Request) -> BoxFuture<'static, Response<Body>> + Send + Sync + 'static {
        let world = Arc::clone(&self.world);
        move |request| Box::pin(serve(State(Arc::clone(&world)), request))
    }

    /// The service root with the version: `http://127.0.0.1:PORT/v1.0`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1.0", self.address)
    }

    /// What stands for `https://` when a browser is asked for: `http://127.0.0.1:PORT/_web/`, followed
    /// by the host and path of a link.
    pub fn web_root(&self) -> String {
        format!("http://{}/_web/", self.address)
    }

    /// The bearer token of an identity, good for this mock only.
    pub fn token(&self, identity: Identity) -> &str {
        self.world.directory.token(identity)
    }

    /// The id of the drive.
    pub fn drive_id(&self) -> &str {
        self.drive_id
    }

    /// The id of the owner.
    pub fn user_id(&self) -> &str {
        self.world.directory.user_id
    }

    /// The user principal name of the owner.
    pub fn user_principal_name(&self) -> &str {
        self.world.directory.user_principal_name
    }

    /// The user principal name of [`Identity::SecondUser`]: whom to invite.
    pub fn second_user_principal_name(&self) -> &str {
        self.world.directory.second_user_principal_name
    }

    /// The group through which the drive is reached too; there is none on a personal drive.
    pub fn group_id(&self) -> Option<&str> {
        self.world.group_id()
    }

    /// The site whose default library the drive is, on SharePoint.
    pub fn site_id(&self) -> Option<&str> {
        self.world.site_id()
    }

    /// How many `createLink` requests arrived, refused ones included.
    pub fn create_link_calls(&self) -> u64 {
        self.world.create_link_calls.load(Ordering::SeqCst)
    }

    /// The names of all items outside the recycle bin, sorted.
    pub fn items(&self) -> Vec<String> {
        let drive = self.world.drive();
        let mut names: Vec<_> = drive.present_items().map(|item| item.name.clone()).collect();
        names.sort();
        names
    }

    /// Sets the drive back to how it was at the start: empty. Tokens stay valid, counts go on.
    pub fn reset(&self) {
        *self.world.drive() = Drive::new(Arc::clone(&self.world.conduct));
    }

    #[cfg(feature = "program")]
    /// Carries out a request without the network and unseen by whatever is in front.
    pub(crate) async fn call(&self, request: Request) -> Response<Body> {
        handle(State(Arc::clone(&self.world)), request).await
    }

    /// Stops listening, and waits a little for connections that are still open.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        if let Some(mut serving) = self.serving.take() {
            let patience = Duration::from_secs(1);
            if tokio::time::timeout(patience, &mut serving).await.is_err() {
                serving.abort();
            }
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // The receiver may be gone already, when stop() was called.
        let _ = self.stop.send(());
    }
}

/// Resolves when the mock is stopped.
fn stopped(world: &World) -> impl Future<Output = ()> + Send + 'static {
    let mut stopping = world.stopping.clone();
    async move {
        // An error means that the sender is gone, which is a stop as well.
        let _ = stopping.changed().await;
    }
}

/// As [`handle`], told at the time of the mock: the server underneath would tell that of the machine.
async fn serve(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let clock = world.settings.clock.clone();
    let mut response = handle(State(world), request).await;
    let date = httpdate::fmt_http_date(clock.now().into());
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

pub(super) async fn handle(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let number = world.requests.fetch_add(1, Ordering::Relaxed);
    let request_id = request_id(number);
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let client_request_id = header("client-request-id").unwrap_or(&request_id).to_owned();
    let traces = Traces { request_id, client_request_id };
    let query = parts
        .uri
        .query()
        .map(|query| url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
        .unwrap_or_default();
    let mut call = Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query,
        headers: parts.headers,
        body: axum::body::Bytes::new(),
        traces,
    };
    let is_action = routes::is_create_link(&call.path);
    let mut count = 0;
    if is_action && call.method == Method::POST {
        count = world.create_link_calls.fetch_add(1, Ordering::SeqCst) + 1;
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        let refusal =
            Refusal::invalid_request("The body is too large.", super::errors::Cause::Other);
        return envelope::send(&world.settings, &call, Err(refusal));
    };
    call.body = body;
    if !world.latency.is_zero() {
        world.settings.clock.sleep(world.latency).await;
    }
    if let Some(delay) = super::throttling::delay(&world.settings) {
        world.settings.clock.sleep(delay).await;
    }
    if let Some(null) = world.null
        && (null.whole_server || is_action)
    {
        let Some(answer) = null.answer(&call) else {
            stopped(&world).await;
            return envelope::send(&world.settings, &call, Ok(Answer::no_content()));
        };
        return envelope::send(&world.settings, &call, Ok(answer));
    }
    let (settings, outcome) = carry_out(&world, &call, count);
    envelope::send(&settings, &call, outcome)
}

/// Everything between the last wait before and the first wait after: the lock is not held across any.
fn carry_out(world: &World, call: &Call, count: u64) -> (Arc<Settings>, Result<Answer, Refusal>) {
    let mut drive = world.drive();
    drive.application = routes::application(world, call);
    let asked = routes::asked(world, &drive, call);
    let settings = Arc::clone(world.conduct.towards(&asked));
    drive.settings = Arc::clone(&settings);
    drive.words = asked.words;
    let outcome = match super::throttling::throttles(&settings, count) {
        Some(refusal) => {
            if super::throttling::throttled_is_made(&settings) {
                // The departure: told to come back later, although it is done.
                let _ = routes::route(world, &mut drive, call);
            }
            Err(refusal)
        }
        None => routes::route(world, &mut drive, call),
    };
    (settings, outcome)
}

/// A GUID that differs from request to request; it need not be random, and counting is cheaper.
fn request_id(number: u64) -> String {
    let bits = u128::from(scatter(number)) << 64 | u128::from(scatter(!number));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}
