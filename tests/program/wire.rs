//! What can come over the wire instead of an answer: the run ends with a verdict or exit 3, never a panic,
//! and leaves nothing behind.

use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkspec::graph::Product;
use linkspec::mock::{Identity, Mock, Options};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server sends in the place of every answer to createLink.
#[derive(Debug, Clone)]
enum Bad {
    /// The connection ends without a byte.
    Nothing,
    /// The connection stays open, and nothing comes.
    Silence,
    /// These bytes; then the connection ends.
    Bytes(Vec<u8>),
    /// A body without an end.
    Endless,
}

/// A server that hands everything on to a mock, but for the answers to createLink.
struct Between {
    mock: Mock,
    address: std::net::SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Between {
    fn start(bad: Bad) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (mock, listener) = runtime.block_on(async {
            let mock = Mock::start(Options::new(Product::Business)).await.unwrap();
            (mock, TcpListener::bind("127.0.0.1:0").await.unwrap())
        });
        let address = listener.local_addr().unwrap();
        let upstream = mock.base_url().replace("http://", "").split('/').next().unwrap().to_owned();
        runtime.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (bad, upstream) = (bad.clone(), upstream.clone());
                tokio::spawn(async move {
                    let _ = between(connection, &upstream, &bad).await;
                });
            }
        });
        Self { mock, address, _runtime: runtime }
    }

    fn judged(&self, folder: &std::path::Path, rest: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["run", "--target", "live", "--base-url"])
            .arg(format!("http://{}/v1.0", self.address))
            .args(["--rule", "IDEM-02,RESP-01,RESP-02,RESP-03,ERR-08"])
            .args(["--report", "json=report.json", "--timeout", "1", "--max-wait", "1"])
            .args(rest)
            .current_dir(folder)
            .env_clear()
            .env("XDG_STATE_HOME", folder.join("state"))
            .env("LINKSPEC_TOKEN", self.mock.token(Identity::Owner))
            .output()
            .unwrap()
    }
}

/// One connection: one request with its whole body, and its answer.
async fn between(client: TcpStream, upstream: &str, bad: &Bad) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        if client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
        let line = head[start..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body).await?;
    let line = head.lines().next().unwrap_or_default();
    if line.starts_with("POST") && line.to_ascii_lowercase().contains("createlink") {
        return misbehave(client.get_mut(), bad).await;
    }
    // A connection for each request, so that its end is the end of the answer.
    let mut server = TcpStream::connect(upstream).await?;
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(head.as_bytes()).await?;
    server.write_all(&body).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    client.get_mut().write_all(&answer).await?;
    client.get_mut().shutdown().await
}

async fn misbehave(client: &mut TcpStream, bad: &Bad) -> std::io::Result<()> {
    match bad {
        Bad::Nothing => Ok(()),
        Bad::Silence => std::future::pending().await,
        Bad::Bytes(bytes) => {
            client.write_all(bytes).await?;
            client.shutdown().await
        }
        Bad::Endless => {
            let head = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n\"";
            client.write_all(head.as_bytes()).await?;
            loop {
                client.write_all(&[b'x'; 65536]).await?;
            }
        }
    }
}

fn answer(body: &[u8]) -> Bad {
    let head = format!(
        "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Bad::Bytes([head.as_bytes(), body].concat())
}

/// What each rule came to, the exit code, and everything that was said.
fn outcome(bad: Bad) -> (i32, Value, String) {
    let between = Between::start(bad);
    let folder = tempfile::tempdir().unwrap();
    let before = between.mock.items();
    let output = between.judged(folder.path(), &[]);
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(between.mock.items(), before, "{said}");
    let report = std::fs::read_to_string(folder.path().join("report.json"))
        .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    (output.status.code().unwrap(), report, said)
}

fn verdict<'r>(report: &'r Value, rule: &str) -> &'r str {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|it| it["id"] == rule).unwrap()["verdict"].as_str().unwrap()
}

#[test]
fn no_usable_answer_is_the_environments() {
    let shortened = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\
                     content-length: 4000\r\n\r\n{\"id\":\"half";
    for (name, bad, reason) in [
        ("the connection ends", Bad::Nothing, "connection"),
        ("nothing comes", Bad::Silence, "no complete answer within 1 s"),
        ("the body is cut", Bad::Bytes(shortened.into()), "message length"),
        ("the body does not end", Bad::Endless, "larger than"),
        ("this is no HTTP", Bad::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), "HTTP"),
    ] {
        let (code, report, said) = outcome(bad);
        assert_eq!(code, 3, "{name}: {said}");
        for rule in ["IDEM-02", "RESP-03"] {
            assert!(
                ["inconclusive", "not-run"].contains(&verdict(&report, rule)),
                "{name}: {said}"
            );
        }
        assert!(said.contains(reason), "{name}: {said}");
    }
}

#[test]
fn bytes_that_are_no_text_and_nesting_without_end_break_the_rule_about_json() {
    let deep = "[".repeat(50_000);
    for body in [&b"{\"id\":\"\xff\xfe\"}"[..], deep.as_bytes(), b"", b"{\"id\":\"a\",}"] {
        let (code, report, said) = outcome(answer(body));
        assert_eq!(code, 1, "{said}");
        assert_eq!(verdict(&report, "RESP-03"), "fail", "{said}");
    }
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = elsewhere.local_addr().unwrap();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    std::thread::spawn(move || {
        while elsewhere.accept().is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nlocation: http://{address}/v1.0/me\r\ncontent-length: 0\r\n\r\n"
        );
        let (code, report, said) = outcome(Bad::Bytes(answer.into_bytes()));
        assert!([1, 3, 4].contains(&code), "{said}");
        assert_ne!(verdict(&report, "IDEM-02"), "pass", "{said}");
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--addr", &address])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
}
