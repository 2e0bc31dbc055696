//! What a client library is given as its service root when the target is a real one: a listener on loopback
//! that hands over what arrives and waits for its answer.

use std::net::Ipv4Addr;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::http;
use crate::drive::Arrived;
use crate::graph::{Answer, Reply};

/// A listener for one call. Dropping it ends its connections.
#[derive(Debug)]
pub(super) struct Relay {
    port: u16,
    _serving: JoinSet<()>,
}

/// Header fields that belong to the connection to the service.
const NOT_HANDED_BACK: [&str; 6] = [
    "connection",
    "keep-alive",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "upgrade",
];

impl Relay {
    /// Begins to listen.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub(super) async fn start(arrivals: mpsc::Sender<Arrived>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, arrivals));
        Ok(Self { port, _serving: serving })
    }

    /// The service root with that path.
    pub(super) fn base_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

async fn accept(listener: TcpListener, arrivals: mpsc::Sender<Arrived>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Answers are small and wanted at once; a socket that cannot be told so still works.
        let _ = stream.set_nodelay(true);
        connections.spawn(serve(stream, arrivals.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, arrivals: mpsc::Sender<Arrived>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(head) = http::read_head(&mut reader).await {
        let Some(request) = head.read_body(&mut reader, &mut writer).await else { return };
        let (body, body_fault) = http::body_text(&request);
        let (answer, answered) = oneshot::channel();
        let arrived = Arrived {
            method: request.method,
            target: request.target,
            headers: request.headers,
            body,
            body_fault,
            answer,
        };
        // What arrives after the call has ended is not sent on, and the connection ends.
        if arrivals.send(arrived).await.is_err() {
            return;
        }
        let Ok(Reply::Answer(answer)) = answered.await else { return };
        if writer.write_all(text(&answer).as_bytes()).await.is_err()
            || writer.flush().await.is_err()
        {
            return;
        }
    }
}

fn text(answer: &Answer) -> String {
    let status = answer.status;
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or("Unknown");
    let mut text = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in &answer.headers {
        if !NOT_HANDED_BACK.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    if !matches!(status, 204 | 304) {
        text.push_str(&format!("Content-Length: {}\r\n", answer.body.len()));
    }
    text.push_str("\r\n");
    text.push_str(&answer.body);
    text
}
