//! What stands between the binary and the mock: it sees every request and does with it what a test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its number, from 1 on.
    pub number: usize,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn with_token(&self, token: &str) -> Self {
        let mut seen = self.clone();
        seen.headers.retain(|(name, _)| name != "authorization");
        seen.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        seen
    }

    pub fn is_create_link(&self) -> bool {
        self.method == "POST" && self.target.ends_with("createLink")
    }

    pub fn lists_permissions(&self) -> bool {
        self.method == "GET" && self.target.ends_with("/permissions")
    }

    pub fn removes_a_link(&self) -> bool {
        self.method == "DELETE" && self.target.contains("/permissions/")
    }

    /// Whether it changes something.
    pub fn mutates(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

/// An answer a gate gives or alters.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn new(status: u16) -> Self {
        let body =
            format!(r#"{{"error":{{"code":"test{status}","message":"as the test wants"}}}}"#);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.into_bytes() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn saying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// Alters an answer of the mock.
pub type Alter = Box<dyn FnOnce(Reply) -> Reply + Send>;

/// What becomes of a request.
pub enum Reaction {
    /// It is carried out and answered.
    Forward,
    /// It is answered, and not carried out.
    Answer(Reply),
    /// It is carried out, and the answer altered.
    Alter(Alter),
    /// It is carried out as a request to this path and query, and answered.
    At(String),
    /// It is carried out as a request with this token, and answered.
    As(String),
    /// Both: with this token, where there is one, and an altered answer.
    AsAndAlter(Option<String>, Alter),
    /// It is not carried out, and the connection is cut.
    Cut,
    /// It is carried out, and the connection is cut before the answer.
    Lose,
    /// It waits until the latch is open; then it is carried out and answered.
    Hold(Latch),
}

/// Something requests wait for.
#[derive(Clone)]
pub struct Latch(Arc<Semaphore>);

impl Latch {
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub fn open(&self) {
        self.0.close();
    }

    pub async fn wait(&self) {
        // It is never given a permit; that it is closed is what is waited for.
        let _ = self.0.acquire().await;
    }
}

type React = Box<dyn FnMut(&Seen) -> Reaction + Send>;

struct Shared {
    mock: String,
    react: Mutex<React>,
    seen: Mutex<Vec<Seen>>,
    /// Requests that are being dealt with.
    busy: tokio::sync::watch::Sender<usize>,
}

/// A gate in front of a mock.
pub struct Gate {
    shared: Arc<Shared>,
    pub address: SocketAddr,
}

impl Gate {
    /// Opens a gate to the service at `base_url`.
    pub async fn open(base_url: String, react: React) -> Self {
        Self::open_on("127.0.0.1:0", base_url, react).await
    }

    pub async fn open_on(bind: &str, base_url: String, react: React) -> Self {
        let mock = base_url.trim_end_matches("/v1.0").to_owned();
        let shared = Arc::new(Shared {
            mock,
            react: Mutex::new(react),
            seen: Mutex::default(),
            busy: tokio::sync::watch::Sender::new(0),
        });
        let listener = TcpListener::bind(bind).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { shared, address }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/v1.0", self.address)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until no request is being dealt with.
    pub async fn idle(&self) {
        let mut busy = self.shared.busy.subscribe();
        busy.wait_for(|count| *count == 0).await.unwrap();
    }

    /// From now on requests are dealt with otherwise.
    pub fn react(&self, react: impl FnMut(&Seen) -> Reaction + Send + 'static) {
        *self.shared.react.lock().unwrap() = Box::new(react);
    }
}

/// A client that goes straight to its address.
pub fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A connection belongs to the runtime of one test.
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    })
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    shared.busy.send_modify(|count| *count += 1);
    let inner = Arc::clone(&shared);
    // On a task of its own: a request that was begun is carried out, also when its sender is gone.
    let dealing = tokio::spawn(async move {
        let response = deal_with(&inner, request).await;
        inner.busy.send_modify(|count| *count -= 1);
        response
    });
    dealing.await.unwrap()
}

async fn deal_with(shared: &Shared, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    let seen = {
        let mut log = shared.seen.lock().unwrap();
        let seen = Seen {
            number: log.len() + 1,
            method: parts.method.to_string(),
            target,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        log.push(seen.clone());
        seen
    };
    let reaction = (shared.react.lock().unwrap())(&seen);
    match reaction {
        Reaction::Forward => written(forward(&shared.mock, &seen).await),
        Reaction::Answer(reply) => written(reply),
        Reaction::Alter(alter) => written(alter(forward(&shared.mock, &seen).await)),
        Reaction::At(target) => {
            let there = Seen { target, ..seen };
            written(forward(&shared.mock, &there).await)
        }
        Reaction::As(token) => written(forward(&shared.mock, &seen.with_token(&token)).await),
        Reaction::AsAndAlter(token, alter) => {
            let seen = token.map_or(seen.clone(), |token| seen.with_token(&token));
            written(alter(forward(&shared.mock, &seen).await))
        }
        Reaction::Cut => broken(),
        Reaction::Lose => {
            forward(&shared.mock, &seen).await;
            broken()
        }
        Reaction::Hold(latch) => {
            latch.wait().await;
            written(forward(&shared.mock, &seen).await)
        }
    }
}

async fn forward(mock: &str, seen: &Seen) -> Reply {
    let method = seen.method.parse().unwrap();
    let mut request = client().request(method, format!("{mock}{}", seen.target));
    for (name, value) in &seen.headers {
        if !matches!(name.as_str(), "host" | "content-length" | "accept-encoding" | "connection") {
            request = request.header(name, value);
        }
    }
    let response = request.body(seen.body.clone()).send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "content-length" | "transfer-encoding"))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    Reply { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

fn written(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    for (name, value) in reply.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_str(&value).unwrap());
    }
    response
}

/// An answer that breaks off at once.
fn broken() -> Response<Body> {
    let nothing: Result<&[u8], _> = Err(std::io::Error::other("cut"));
    let mut response = Response::new(Body::from_stream(futures::stream::iter([nothing])));
    response.headers_mut().insert("content-length", HeaderValue::from_static("100"));
    response
}
