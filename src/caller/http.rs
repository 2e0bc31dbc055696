//! Sending a request over HTTP, exactly as told and within bounds.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt as _};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use url::Url;

use super::guard::{GuardedResolver, Home};
use super::proxy::Proxies;
use crate::graph::{Answer, Failure, FailureKind, Reach, Reply, Unredacted};

/// How the HTTP client behaves.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Time allowed for one request, from connecting to the last byte.
    pub timeout: Duration,
    /// Bytes of a body that are read before the answer counts as too large.
    pub largest_body: usize,
    /// Time allowed for connecting, TLS included.
    pub connect_timeout: Duration,
    /// `--ca-cert`: files of certificates (PEM) that are trusted beside those of the system, for a
    /// company's proxy or a test server.
    pub ca_certificates: Vec<PathBuf>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            largest_body: 4 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            ca_certificates: Vec::new(),
        }
    }
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// TLS or a proxy cannot be initialised.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// A file of `--ca-cert` cannot be read.
    #[error("--ca-cert {path} cannot be read: {source}; check the name and its permissions")]
    CertificateUnreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file of `--ca-cert` holds something else.
    #[error(
        "--ca-cert {path} {what}; it has to be PEM, with \"-----BEGIN CERTIFICATE-----\" before each \
         certificate"
    )]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// What it holds.
        what: &'static str,
    },
}

/// A request before it is sent; it still holds its secrets.
#[derive(Clone)]
pub struct Outgoing {
    /// The HTTP method.
    pub method: reqwest::Method,
    /// Where to.
    pub url: Url,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
    /// No token goes with it, whoever sends it: a pre-authenticated address, a page.
    pub bare: bool,
}

/// Sends requests exactly as told: no redirect is followed, nothing is retried, no cookie is kept.
#[derive(Debug, Clone)]
pub struct HttpCaller {
    clients: Arc<Clients>,
    options: HttpOptions,
    home: Option<Home>,
}

/// One client for nearly everything, and those that only some requests need.
#[derive(Debug)]
struct Clients {
    usual: reqwest::Client,
    certificates: Vec<reqwest::Certificate>,
    proxies: Proxies,
    /// Past every proxy, where the system names one for this machine.
    direct: OnceLock<Option<reqwest::Client>>,
    /// For addresses that the target names.
    guarded: OnceLock<Option<reqwest::Client>>,
}

impl HttpCaller {
    /// Sets a client up. The proxy is the system's: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; none for this machine.
    ///
    /// # Errors
    /// When TLS cannot be initialised, or a file of certificates cannot be used.
    pub fn new(options: HttpOptions) -> Result<Self, CallerError> {
        install_tls();
        let mut trusted = Vec::new();
        for path in &options.ca_certificates {
            trusted.extend(certificates(path)?);
        }
        let clients = Clients {
            usual: builder(&options, &trusted).build()?,
            certificates: trusted,
            proxies: Proxies::of_system(),
            direct: OnceLock::new(),
            guarded: OnceLock::new(),
        };
        Ok(Self { clients: Arc::new(clients), options, home: None })
    }

    /// The same for requests to a target: an address that it names, and that is nearer than it is itself, is not
    /// gone to.
    #[must_use]
    pub fn at_home(mut self, home: Home) -> Self {
        self.home = Some(home);
        self
    }

    /// The client for a request, or why it is not sent.
    fn client(&self, outgoing: &Outgoing) -> Result<&reqwest::Client, String> {
        let Clients { usual, certificates, proxies, direct, guarded } = &*self.clients;
        let options = &self.options;
        let home = self.home.as_ref().filter(|_| outgoing.bare);
        if let Some(why) = home.and_then(|it| it.refuses(&outgoing.url)) {
            return Err(format!("not gone to: {why}"));
        }
        let is_proxied = proxies.are_named_for(&outgoing.url);
        let built = if Reach::is_this_machine(&outgoing.url) {
            if !is_proxied {
                return Ok(usual);
            }
            direct.get_or_init(|| builder(options, certificates).no_proxy().build().ok())
        } else if let Some(home) = home.filter(|_| !is_proxied) {
            // A proxy resolves names itself, and its own may well be of this network.
            let resolver = Arc::new(GuardedResolver(home.clone()));
            guarded.get_or_init(|| {
                builder(options, certificates).no_proxy().dns_resolver(resolver).build().ok()
            })
        } else {
            return Ok(usual);
        };
        built.as_ref().ok_or_else(|| "the HTTP client cannot be set up".to_owned())
    }

    /// Sends one request and reads its whole answer.
    ///
    /// Whatever goes wrong is an answer too: a failure with its kind.
    pub async fn send(&self, outgoing: &Outgoing) -> (Unredacted<Reply>, Duration) {
        in_time(self.options.timeout, self.exchange(outgoing)).await
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Reply {
        let client = match self.client(outgoing) {
            Ok(client) => client,
            Err(why) => return failure(FailureKind::NoConnection, why),
        };
        let mut request = client.request(outgoing.method.clone(), outgoing.url.clone());
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &outgoing.body {
            request = request.body(body.clone());
        } else if outgoing.method == reqwest::Method::POST {
            // Some servers refuse a POST that does not say that it has no body.
            request = request.header("content-length", "0");
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(&error),
        };
        let (status, headers) = (response.status(), texts(response.headers()));
        let most = self.options.largest_body;
        read_answer(status, headers, response.bytes_stream(), most, |error| failed(&error)).await
    }
}

fn builder(options: &HttpOptions, trusted: &[reqwest::Certificate]) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // What was counted once arrives once, also where a service refuses a stream.
        .retry(reqwest::retry::never())
        .user_agent(concat!("linkspec/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.timeout.min(options.connect_timeout))
        .tls_certs_merge(trusted.iter().cloned())
}

/// Waits for an answer as long as allowed, and tells how long it took.
pub(super) async fn in_time(
    timeout: Duration,
    exchange: impl Future<Output = Reply>,
) -> (Unredacted<Reply>, Duration) {
    let start = Instant::now();
    let reply = tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| {
        failure(
            FailureKind::TimedOut,
            format!("no complete answer within {} s", timeout.as_secs_f32()),
        )
    });
    (Unredacted(reply), start.elapsed())
}

/// Header fields as they are recorded, names in lower case.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// An answer with its whole body, as long as that is not larger than `most` bytes.
pub(super) async fn read_answer<B: AsRef<[u8]>, E>(
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: impl Stream<Item = Result<B, E>>,
    most: usize,
    failed: impl Fn(E) -> Reply,
) -> Reply {
    let mut bytes = Vec::new();
    let mut body = pin!(body);
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(chunk) if bytes.len() + chunk.as_ref().len() > most => {
                let detail = format!("the body is larger than {most} bytes");
                return failure(FailureKind::TooLarge, detail);
            }
            Ok(chunk) => bytes.extend_from_slice(chunk.as_ref()),
            Err(error) => return failed(error),
        }
    }
    let (body, not_utf8) = match String::from_utf8(bytes) {
        Ok(body) => (body, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    Reply::Answer(Answer { status: status.as_u16(), headers, body: body.into(), not_utf8 })
}

/// The certificates in a PEM file, at least one.
fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, CallerError> {
    let path = path.to_owned();
    let pem = match std::fs::read(&path) {
        Ok(pem) => pem,
        Err(source) => return Err(CallerError::CertificateUnreadable { path, source }),
    };
    let wrong = |what| CallerError::NoCertificate { path: path.clone(), what };
    let certificates = reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|_| wrong("holds a certificate that cannot be read"))?;
    if certificates.is_empty() {
        return Err(wrong("holds no certificate"));
    }
    // That a certificate is one is seen only when a client is built with it; built alone, so that the
    // message can name the file.
    install_tls();
    for certificate in &certificates {
        reqwest::Client::builder()
            .tls_certs_only([certificate.clone()])
            .build()
            .map_err(|_| wrong("holds a certificate that cannot be read"))?;
    }
    Ok(certificates)
}

/// reqwest is built without a TLS provider of its own; ring is installed once for the process.
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn failed(error: &reqwest::Error) -> Reply {
    let mut detail = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        detail = cause.to_string();
        source = cause.source();
    }
    let (kind, what) = if error.is_connect() {
        (FailureKind::NoConnection, "no connection")
    } else if error.is_timeout() {
        (FailureKind::TimedOut, "no answer in time")
    } else {
        (FailureKind::Broken, "the answer broke off or is no HTTP")
    };
    let mut detail = if detail.is_empty() { what.to_owned() } else { format!("{what}: {detail}") };
    if ["UnknownIssuer", "BadSignature"].iter().any(|it| detail.contains(it)) {
        detail.push_str(" (the certificate's issuer is not trusted here; name it with --ca-cert)");
    }
    failure(kind, detail)
}

pub(super) fn failure(failure: FailureKind, detail: String) -> Reply {
    Reply::Nothing(Failure { failure, detail })
}
