//! A service that refuses every stream of HTTP/2, which a client may take for leave to ask again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::{HttpCaller, HttpOptions, Outgoing};
use crate::graph::Reply;

#[tokio::test]
async fn what_is_refused_is_not_sent_again() {
    let names = ["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let arrived = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&arrived);
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    respond.send_reset(h2::Reason::REFUSED_STREAM);
                }
            });
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    std::fs::write(&trusted, cert.pem()).unwrap();
    let caller = HttpCaller::new(HttpOptions {
        timeout: Duration::from_secs(10),
        ca_certificates: vec![trusted],
        ..HttpOptions::default()
    })
    .unwrap();
    for count in 1..=3 {
        let outgoing = Outgoing {
            method: reqwest::Method::POST,
            url: Url::parse(&format!("https://{address}/createLink")).unwrap(),
            headers: Vec::new(),
            body: Some("{}".to_owned()),
            bare: false,
        };
        let (reply, _) = caller.send(&outgoing).await;
        assert!(matches!(reply.0, Reply::Nothing(_)));
        assert_eq!(arrived.load(Ordering::SeqCst), count, "each request arrives once");
    }
}
