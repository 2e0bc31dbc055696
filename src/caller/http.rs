use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use url::Url;

use crate::graph::{Answer, Failure, FailureKind, Reply, Unredacted};

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
    client: reqwest::Client,
    options: HttpOptions,
}

impl HttpCaller {
    /// Sets a client up. The proxy is the system's: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
    ///
    /// # Errors
    /// When TLS cannot be initialised, or a file of certificates cannot be used.
    pub fn new(options: HttpOptions) -> Result<Self, CallerError> {
        install_tls();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("linkspec/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.timeout.min(options.connect_timeout));
        for path in &options.ca_certificates {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        Ok(Self { client: builder.build()?, options })
    }

    /// Sends one request and reads its whole answer.
    ///
    /// Whatever goes wrong is an answer too: a failure with its kind.
    pub async fn send(&self, outgoing: &Outgoing) -> (Unredacted<Reply>, Duration) {
        let start = Instant::now();
        let reply = match tokio::time::timeout(self.options.timeout, self.exchange(outgoing)).await
        {
            Ok(reply) => reply,
            Err(_) => failure(
                FailureKind::TimedOut,
                format!("no complete answer within {} s", self.options.timeout.as_secs_f32()),
            ),
        };
        (Unredacted(reply), start.elapsed())
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Reply {
        let mut request = self.client.request(outgoing.method.clone(), outgoing.url.clone());
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
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut bytes = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) if bytes.len() + chunk.len() > self.options.largest_body => {
                    return failure(
                        FailureKind::TooLarge,
                        format!("the body is larger than {} bytes", self.options.largest_body),
                    );
                }
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(error) => return failed(&error),
            }
        }
        let (body, not_utf8) = match String::from_utf8(bytes) {
            Ok(body) => (body, false),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        };
        Reply::Answer(Answer { status, headers, body: body.into(), not_utf8 })
    }
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

fn failure(failure: FailureKind, detail: String) -> Reply {
    Reply::Nothing(Failure { failure, detail })
}
