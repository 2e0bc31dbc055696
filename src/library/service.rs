//! A scripted service on loopback: every story has one of its own, so that stories can be told side by side.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use serde_json::{Map, Value};
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answers::{self, Scripted};
use super::http;
use crate::graph::{Listener, Product, WireAnswer, WireRequest, is_safe_method};
use crate::story::{ErrorBody, Script, ServiceReply};

/// After so many requests of one story the service ends the matter with a refusal.
const ENOUGH: usize = 12;

/// A service that follows a script and writes down what arrives.
#[derive(Debug)]
pub struct ScriptedService {
    port: u16,
    log: Arc<Mutex<Log>>,
    // Dropping the set ends every connection.
    _serving: JoinSet<()>,
}

#[derive(Debug)]
struct Log {
    script: Script,
    asked: Map<String, Value>,
    product: Product,
    here: String,
    elsewhere: String,
    started: Instant,
    at_service: usize,
    wire: Vec<WireRequest>,
}

impl ScriptedService {
    /// Starts the service, and beside it another host, which should never be asked.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn start(script: Script) -> std::io::Result<Self> {
        Self::start_at(script, (Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Its drives are of this product from here on.
    pub fn be(&self, product: Product) {
        lock(&self.log).product = product;
    }

    /// As [`Self::start`], at an address of this machine.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub async fn start_at(script: Script, address: SocketAddr) -> std::io::Result<Self> {
        let service = TcpListener::bind(address).await?;
        let elsewhere = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = service.local_addr()?.port();
        let other_port = elsewhere.local_addr()?.port();
        let log = Arc::new(Mutex::new(Log {
            script,
            asked: Map::new(),
            product: Product::Business,
            here: format!("http://127.0.0.1:{port}"),
            // Another name, not only another port: some clients know hosts by their names alone.
            elsewhere: format!("http://localhost:{other_port}"),
            started: Instant::now(),
            at_service: 0,
            wire: Vec::new(),
        }));
        let mut serving = JoinSet::new();
        serving.spawn(accept(service, Listener::Service, Arc::clone(&log)));
        serving.spawn(accept(elsewhere, Listener::Elsewhere, Arc::clone(&log)));
        // "localhost" may mean the other family; where there is none, nothing can arrive by it.
        let sixth = SocketAddr::from((Ipv6Addr::LOCALHOST, other_port));
        if let Ok(listener) = TcpListener::bind(sixth).await {
            serving.spawn(accept(listener, Listener::Elsewhere, Arc::clone(&log)));
        }
        Ok(Self { port, log, _serving: serving })
    }

    /// The service root with its version.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1.0", self.port)
    }

    /// From here on requests belong to a call that asks for this.
    pub fn begin(&self, asked: &Map<String, Value>) {
        let mut log = lock(&self.log);
        log.asked = asked.clone();
        log.started = Instant::now();
    }

    /// When the first request arrived since the call began.
    pub fn first_arrival(&self) -> Option<Instant> {
        let log = lock(&self.log);
        let first = log.wire.first()?;
        Some(log.started + std::time::Duration::from_secs_f64(first.arrived_ms.max(0.0) / 1000.0))
    }

    /// What arrived since the last time.
    pub fn take(&self) -> Vec<WireRequest> {
        std::mem::take(&mut lock(&self.log).wire)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    // Nothing panics while the lock is held, so what a poisoned lock guards is whole.
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, which: Listener, log: Arc<Mutex<Log>>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Answers are small and wanted at once; a socket that cannot be told so still works.
        let _ = stream.set_nodelay(true);
        connections.spawn(serve(stream, which, Arc::clone(&log)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, which: Listener, log: Arc<Mutex<Log>>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(head) = http::read_head(&mut reader).await {
        let arrived = Instant::now();
        let Some(request) = head.read_body(&mut reader, &mut writer).await else { return };
        let close = request.values("connection").any(|it| it.eq_ignore_ascii_case("close"));
        let from_page = request.values("origin").next().is_some();
        let mut scripted = if is_preflight(&request) {
            // It is the browser's question, not the library's.
            answers::preflight()
        } else {
            note(&log, which, request, arrived)
        };
        if from_page {
            scripted
                .headers
                .extend(answers::FOR_PAGES.map(|(name, value)| (name, value.to_owned())));
        }
        if !scripted.delay.is_zero() {
            tokio::time::sleep(scripted.delay).await;
        }
        let Some(text) = text(&scripted) else { return };
        if writer.write_all(text.as_bytes()).await.is_err()
            || writer.flush().await.is_err()
            || close
        {
            return;
        }
    }
}

fn is_preflight(request: &http::RawRequest) -> bool {
    request.method == "OPTIONS" && request.values("access-control-request-method").next().is_some()
}

/// Writes a request down and decides its answer.
fn note(
    log: &Mutex<Log>,
    which: Listener,
    request: http::RawRequest,
    arrived: Instant,
) -> Scripted {
    let (body, body_fault) = http::body_text(&request);
    let mut log = lock(log);
    let (now, answering) = (SystemTime::now(), Instant::now());
    let scripted = match which {
        Listener::Elsewhere => answers::not_here(),
        Listener::Service if is_safe_method(&request.method) => {
            answers::read(&request.method, &request.target, log.product)
        }
        Listener::Service => {
            let index = log.at_service;
            log.at_service += 1;
            let moved = answers::is_moved(&request.target);
            let reply = if moved && body.is_empty() {
                // A redirect followed without the body asks for nothing.
                ServiceReply::Refused { status: 400, body: ErrorBody::Graph }
            } else if index >= ENOUGH {
                ServiceReply::Refused { status: 403, body: ErrorBody::Graph }
            } else {
                log.script.reply(index)
            };
            answers::scripted(&reply, &log.asked, [&log.here, &log.elsewhere], now)
        }
    };
    let since = |instant: Instant| instant.saturating_duration_since(log.started);
    let milliseconds = |duration: std::time::Duration| duration.as_secs_f64() * 1000.0;
    let answered = since(answering) + scripted.delay;
    let written = WireRequest {
        number: 0,
        listener: which,
        at: jiff::Timestamp::now(),
        arrived_ms: milliseconds(since(arrived)),
        method: request.method,
        target: request.target,
        headers: request.headers,
        body,
        body_fault,
        answer: WireAnswer {
            status: scripted.status,
            headers: scripted
                .headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            body: scripted.body.clone(),
            answered_ms: milliseconds(answered),
            wait_until_ms: scripted.wait.map(|wait| milliseconds(answered + wait)),
        },
    };
    log.wire.push(written);
    scripted
}

/// The answer as it goes over the wire; nothing where the connection is to be closed instead.
fn text(scripted: &Scripted) -> Option<String> {
    let status = scripted.status?;
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or("Unknown");
    let mut text = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in &scripted.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("Date: {}\r\n", httpdate::fmt_http_date(SystemTime::now())));
    text.push_str("request-id: 7d3f2c5e-0000-4000-8000-000000000001\r\n");
    if status != 204 {
        text.push_str(&format!("Content-Length: {}\r\n", scripted.body.len()));
    }
    text.push_str("\r\n");
    text.push_str(&scripted.body);
    Some(text)
}
