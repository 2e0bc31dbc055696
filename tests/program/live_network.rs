//! Networks: TLS with a certificate of one's own, proxies, IPv6, compression, and the ids that
//! Microsoft's support asks for.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::service::listener::Listener;
use crate::service::{Reaction, Service, assert_same, bare, journals, report, text};
use axum::body::Bytes;
use axum::http::{Request, Response};
use linkspec::graph::Product;
use linkspec::mock::Options;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Accepts TLS, with these protocols on offer. Gives the port, the certificate as PEM, and what accepts.
async fn tls(protocols: &[&str]) -> (TcpListener, String, TlsAcceptor) {
    let names = ["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener, cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// TLS in front of the gate. Gives the port, and the certificate as PEM.
async fn tls_in_front(gate: SocketAddr) -> (u16, String) {
    let (listener, pem, acceptor) = tls(&[]).await;
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut plain = TcpStream::connect(gate).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut plain).await;
            });
        }
    });
    (port, pem)
}

/// HTTP/2, and nothing else, over TLS in front of the gate. Gives the port, the certificate, and the number
/// of requests on each connection.
async fn http2_in_front(gate: SocketAddr) -> (u16, String, Arc<Mutex<Vec<usize>>>) {
    let (listener, pem, acceptor) = tls(&["h2"]).await;
    let port = listener.local_addr().unwrap().port();
    let connections: Arc<Mutex<Vec<usize>>> = Arc::default();
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
                let number = {
                    let mut counted = counted.lock().unwrap();
                    counted.push(0);
                    counted.len() - 1
                };
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, respond))) = connection.accept().await {
                    counted.lock().unwrap()[number] += 1;
                    tokio::spawn(pass_on(gate, request, respond));
                }
            });
        }
    });
    (port, pem, connections)
}

/// Carries one request of an HTTP/2 connection to the gate, and its answer back.
async fn pass_on(
    gate: SocketAddr,
    request: Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
) {
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = stream.data().await {
        let _ = stream.flow_control().release_capacity(chunk.len());
        body.extend_from_slice(&chunk);
    }
    let url = format!("http://{gate}{}", head.uri.path_and_query().unwrap());
    let mut onward = crate::service::gate::client().request(head.method, url).body(body);
    for (name, value) in &head.headers {
        onward = onward.header(name, value);
    }
    let answer = onward.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        // What belongs to a connection is no part of HTTP/2.
        if !matches!(name.as_str(), "connection" | "transfer-encoding") {
            response = response.header(name, value);
        }
    }
    let body = answer.bytes().await.unwrap();
    let mut sending = respond.send_response(response.body(()).unwrap(), false).unwrap();
    sending.send_data(body, true).unwrap();
}

#[test]
fn http2_is_spoken_where_it_is_offered() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let (port, pem, connections) = service.block_on(http2_in_front(service.gate().address));
    std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
    let (base, drive) = (format!("https://localhost:{port}"), service.drive());
    let mut arguments = vec!["run", "--base-url", &base, "--drive", &drive];
    arguments.extend(["--ca-cert", "ca.pem", "--rule", "IDEM-02,TYPE-08,SIDE-05", "--jobs", "4"]);
    let run = service.linkspec(&folder, &arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let connections = connections.lock().unwrap().clone();
    let requests: usize = connections.iter().sum();
    assert_eq!(requests, service.gate().seen().len(), "every request went that way");
    assert!(connections.iter().any(|it| *it > 10), "connections are shared: {connections:?}");
    assert_same(&service.snapshot(), &before, &text(&run));
}

#[test]
fn a_certificate_of_ones_own_for_run_doctor_and_cleanup() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let (port, pem) = service.block_on(tls_in_front(service.gate().address));
    std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
    let (base, drive) = (format!("https://localhost:{port}"), service.drive());
    let at = ["--base-url", base.as_str(), "--drive", drive.as_str()];
    let linkspec = |words: &[&str]| service.linkspec(&folder, words).output().unwrap();
    let with = |command: &'static str, rest: &[&'static str]| {
        let mut words = vec![command];
        words.extend(at);
        words.extend(rest);
        linkspec(&words)
    };
    let untrusted = with("run", &["--rule", "IDEM-02"]);
    assert_eq!(untrusted.status.code(), Some(3), "{}", text(&untrusted));
    assert!(text(&untrusted).contains("--ca-cert"), "{}", text(&untrusted));
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    let doctor = with("doctor", &["--ca-cert", "ca.pem"]);
    assert_eq!(doctor.status.code(), Some(0), "{}", text(&doctor));
    assert!(text(&doctor).contains("TLS: ca.pem is trusted"), "{}", text(&doctor));
    let run = with("run", &["--rule", "IDEM-02", "--ca-cert", "ca.pem", "--no-cleanup"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert_ne!(service.snapshot(), before);
    let clean = linkspec(&["cleanup", "--ca-cert", "ca.pem", "--base-url", &base]);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert_eq!(service.snapshot(), before);
    let missing = with("run", &["--ca-cert", "none.pem"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
    assert!(text(&missing).contains("none.pem"), "{}", text(&missing));
    assert!(journals(&folder).is_empty(), "{}", text(&missing));
}

#[test]
fn ipv6_loopback() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        // A machine without IPv6 has nothing to show here.
        return;
    }
    let service = Service::start(Options {
        bind: "[::1]:0".parse().unwrap(),
        ..Options::new(Product::Business)
    });
    assert!(service.base_url().starts_with("http://[::1]:"));
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--rule", "IDEM-02,SIDE-05"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
}

#[test]
fn the_proxy_of_the_environment_is_used_and_no_proxy_obeyed() {
    let service = Service::forwarding(Product::Business);
    let proxy = service.block_on(Listener::start());
    let folder = tempfile::tempdir().unwrap();
    let base = "https://graph.example.invalid";
    let run = |no_proxy: &str| {
        let output = service
            .linkspec(&folder, &["run", "--base-url", base, "--drive", "me"])
            .env("HTTPS_PROXY", proxy.url(""))
            .env("NO_PROXY", no_proxy)
            .env("LINKSPEC_TIMEOUT", "5")
            .env("LINKSPEC_MAX_WAIT", "0.5")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        output
    };
    run("graph.example.invalid");
    assert_eq!(proxy.heard(), "", "NO_PROXY is obeyed");
    run("");
    let heard = proxy.heard();
    assert!(heard.starts_with("CONNECT graph.example.invalid:443"), "{heard}");
    assert!(!heard.to_lowercase().contains("bearer"), "{heard}");
    let doctor = service
        .linkspec(
            &folder,
            &["doctor", "--base-url", &service.base_url(), "--drive", &service.drive()],
        )
        .env("HTTPS_PROXY", proxy.url(""))
        .output()
        .unwrap();
    assert!(text(&doctor).contains("proxy: HTTPS_PROXY (http://127.0.0.1"), "{}", text(&doctor));
}

#[test]
fn compressed_answers_are_read() {
    let service = Service::gated(Options::new(Product::Business), |seen| {
        assert!(seen.header("accept-encoding").unwrap().contains("gzip"));
        Reaction::Alter(Box::new(|reply| {
            if reply.body.is_empty() {
                return reply;
            }
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&reply.body).unwrap();
            reply.with("content-encoding", "gzip").saying(encoder.finish().unwrap())
        }))
    });
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--rule", "IDEM-02,TYPE-08,PERM-01"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
}

#[test]
fn every_call_has_an_id_and_the_report_holds_the_services() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let run = service
        .live(&folder, &["--rule", "IDEM-02,SIDE-05,SIDE-01", "--report", "json=report.json"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let mut ids = std::collections::BTreeSet::new();
    for seen in service.gate().seen() {
        let id = seen.header("client-request-id").unwrap_or_else(|| panic!("{seen:?}"));
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
        ids.insert(id.to_owned());
    }
    assert!(ids.len() > 10, "an id of its own each");
    let report = report(&folder.path().join("report.json"));
    for exchange in report["exchanges"].as_array().unwrap() {
        if exchange["request"]["url"].as_str().unwrap().contains("/_download/") {
            continue;
        }
        let headers = exchange["answer"]["headers"].to_string();
        assert!(headers.contains("\"request-id\""), "{exchange}");
    }
}

/// What doctor says, and the host that it asks for first.
fn first_host(
    service: &Service,
    cloud: &str,
    authority: Option<&str>,
    settings: &str,
) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
    // No name is looked up and nothing leaves this machine: the proxy is asked for every host.
    let proxy = service.block_on(Listener::start());
    let mut command = bare(&folder, &["doctor", "--cloud", cloud]);
    command.args(authority.into_iter().flat_map(|it| ["--authority", it]));
    command.env("HTTPS_PROXY", proxy.url(""));
    command.env("LINKSPEC_TIMEOUT", "5").env("LINKSPEC_MAX_WAIT", "0.5");
    if settings.is_empty() {
        command.env("LINKSPEC_TOKEN", "an-opaque-token");
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{cloud}: {}", text(&output));
    let heard = proxy.heard();
    assert!(!heard.contains("opaque"), "{heard}");
    let first = heard.lines().next().unwrap_or_default();
    (text(&output), first.split(' ').nth(1).unwrap_or_default().to_owned())
}

#[test]
fn a_cloud_gives_service_root_and_authority() {
    const SECOND: &str = "https://login.chinacloudapi.cn";
    let service = Service::forwarding(Product::Business);
    // Signing in comes first; then the drive is read.
    let sign_in =
        "[sign_in.owner]\ndevice_code = true\nclient_id = \"app\"\ntenant = \"contoso.example\"\n";
    let in_file = format!("[sign_in]\nauthority = \"{SECOND}\"\n{sign_in}");
    let china = "microsoftgraph.chinacloudapi.cn";
    let partner = "login.partner.microsoftonline.cn";
    let chosen = "login.chinacloudapi.cn";
    std::thread::scope(|scope| {
        for (cloud, option, sign_in, root, authority) in [
            ("global", None, sign_in, "graph.microsoft.com", "login.microsoftonline.com"),
            ("us-gov-l4", None, sign_in, "graph.microsoft.us", "login.microsoftonline.us"),
            ("us-gov-l5", None, sign_in, "dod-graph.microsoft.us", "login.microsoftonline.us"),
            ("china", None, sign_in, china, partner),
            ("china", Some(SECOND), sign_in, china, chosen),
            ("china", None, in_file.as_str(), china, chosen),
        ] {
            let with_token = if sign_in == in_file { None } else { Some(("", root)) };
            for (settings, host) in with_token.into_iter().chain([(sign_in, authority)]) {
                let service = &service;
                scope.spawn(move || {
                    let (said, first) = first_host(service, cloud, option, settings);
                    assert_eq!(first, format!("{host}:443"), "{said}");
                    for line in [
                        format!("service root: https://{root}/v1.0"),
                        format!("authority: https://{authority}/"),
                    ] {
                        assert!(said.contains(&line), "{line} is missing in: {said}");
                    }
                });
            }
        }
    });
}

#[test]
fn an_authority_of_another_cloud_is_refused() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    for (cloud, authority) in [
        ("global", "https://login.chinacloudapi.cn"),
        ("china", "https://login.microsoftonline.us"),
    ] {
        let arguments = ["run", "--cloud", cloud, "--authority", authority];
        let run = service.linkspec(&folder, &arguments).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{}", text(&run));
        assert!(text(&run).contains(authority), "{}", text(&run));
        assert!(journals(&folder).is_empty());
    }
}
