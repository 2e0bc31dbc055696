//! The client over TLS on loopback, with certificates made for the occasion.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::LazyConfigAcceptor;
use url::Url;

use super::{CallerError, HttpCaller, HttpOptions, Outgoing};
use crate::graph::{Answer, FailureKind, Reply};

/// "Hello, gzip" as gzip.
const GZIPPED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0xd7,
    0x51, 0x48, 0xaf, 0xca, 0x2c, 0x00, 0x00, 0x9d, 0x14, 0x2d, 0xda, 0x0b, 0x00, 0x00, 0x00,
];

/// What the server saw of its last client.
#[derive(Default)]
struct Seen {
    protocols: Vec<String>,
    head: String,
}

struct Server {
    address: SocketAddr,
    pem: String,
    seen: Arc<Mutex<Seen>>,
}

/// A TLS server that answers everything with the same gzipped body.
async fn serve(bind: &str) -> Server {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(bind).await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (config, shared) = (Arc::clone(&config), Arc::clone(&shared));
            tokio::spawn(async move {
                let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
                let Ok(start) = start.await else { return };
                let protocols = start.client_hello().alpn().map_or_else(Vec::new, |offered| {
                    offered.map(|it| String::from_utf8_lossy(it).into_owned()).collect()
                });
                shared.lock().unwrap().protocols = protocols;
                let Ok(mut stream) = start.into_stream(config).await else { return };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if !matches!(stream.read(&mut byte).await, Ok(1)) {
                        return;
                    }
                    head.push(byte[0]);
                }
                shared.lock().unwrap().head = String::from_utf8_lossy(&head).into_owned();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                    GZIPPED.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.write_all(GZIPPED).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Server { address, pem: cert.pem(), seen }
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn get(options: HttpOptions, url: &str) -> Reply {
    let outgoing = Outgoing {
        method: reqwest::Method::GET,
        url: Url::parse(url).unwrap(),
        headers: Vec::new(),
        body: None,
        bare: false,
    };
    HttpCaller::new(options).unwrap().send(&outgoing).await.0.0
}

fn trusting(path: PathBuf) -> HttpOptions {
    HttpOptions { ca_certificates: vec![path], ..HttpOptions::default() }
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_when_named() {
    let folder = TempDir::new().unwrap();
    let server = serve("127.0.0.1:0").await;
    let path = file(&folder, "ca.pem", &server.pem);
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("https://{host}:{}/x", server.address.port());
        let reply = get(trusting(path.clone()), &url).await;
        let Reply::Answer(Answer { status: 200, body, .. }) = reply else { panic!("{reply:?}") };
        assert_eq!(body, "Hello, gzip");
    }
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.protocols, ["h2", "http/1.1"], "HTTP/2 is taken where it is offered");
    assert!(seen.head.contains("accept-encoding: gzip"), "{}", seen.head);
}

#[tokio::test]
async fn ipv6_loopback() {
    let Ok(_) = TcpListener::bind("[::1]:0").await else {
        // A machine without IPv6 has nothing to show here.
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve("[::1]:0").await;
    let path = file(&folder, "ca.pem", &server.pem);
    let reply = get(trusting(path), &format!("https://[::1]:{}/", server.address.port())).await;
    assert!(matches!(&reply, Reply::Answer(answer) if answer.status == 200), "{reply:?}");
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_with_the_way_out() {
    let folder = TempDir::new().unwrap();
    let (server, other) = (serve("127.0.0.1:0").await, serve("127.0.0.1:0").await);
    let url = format!("https://{}/", server.address);
    let stranger = trusting(file(&folder, "other.pem", &other.pem));
    for options in [HttpOptions::default(), stranger] {
        let reply = get(options, &url).await;
        let Reply::Nothing(failure) = &reply else { panic!("{reply:?}") };
        assert_eq!(failure.failure, FailureKind::NoConnection);
        assert!(failure.detail.contains("--ca-cert"), "{}", failure.detail);
    }
    assert_eq!(server.seen.lock().unwrap().head, "", "nothing was sent");
}

#[test]
fn files_that_hold_no_certificate_are_named() {
    let folder = TempDir::new().unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, text) in [("empty.pem", ""), ("der.pem", "\u{30}\u{82}"), ("broken.pem", broken)] {
        let error = HttpCaller::new(trusting(file(&folder, name, text))).unwrap_err();
        assert!(matches!(error, CallerError::NoCertificate { .. }), "{name}: {error}");
        assert!(error.to_string().contains(name) && error.to_string().contains("PEM"), "{error}");
    }
    let missing = folder.path().join("missing.pem");
    let message = HttpCaller::new(trusting(missing)).unwrap_err().to_string();
    assert!(message.contains("missing.pem") && message.contains("cannot be read"), "{message}");
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let timeout = Duration::from_millis(50);
    for options in [
        HttpOptions { timeout, ..HttpOptions::default() },
        HttpOptions { connect_timeout: timeout, ..HttpOptions::default() },
    ] {
        let reply = get(options, &format!("https://{address}/")).await;
        assert!(matches!(reply, Reply::Nothing(_)), "{reply:?}");
    }
}

/// The environment of a process cannot be changed safely while it runs, so the client runs in another:
/// this one, started again with [`asks_through_the_proxy`] as its only test.
#[tokio::test]
async fn the_proxy_of_the_environment_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    for (no_proxy, expected) in [("", true), ("graph.example", false)] {
        let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "caller::tls_tests::asks_through_the_proxy", "--ignored"])
            .env_remove("https_proxy")
            .env_remove("no_proxy")
            .env("HTTPS_PROXY", &proxy)
            .env("NO_PROXY", no_proxy)
            .stdout(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let asked = tokio::select! {
            accepted = listener.accept() => {
                let (mut stream, _) = accepted.unwrap();
                let mut start = [0; 25];
                stream.read_exact(&mut start).await.unwrap();
                assert_eq!(&start, b"CONNECT graph.example:443");
                true
            }
            _ = child.wait() => false,
        };
        assert_eq!(asked, expected, "NO_PROXY={no_proxy}");
    }
}

#[tokio::test]
#[ignore = "a part of the_proxy_of_the_environment_is_used"]
async fn asks_through_the_proxy() {
    let timeout = Duration::from_secs(5);
    let options = HttpOptions { timeout, ..HttpOptions::default() };
    // The name leads nowhere: only a proxy can be reached.
    get(options, "https://graph.example/").await;
}
