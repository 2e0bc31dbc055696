//! What `linkspec judge` needs for a HAR of 1 GB, ordinary traffic with one createLink in a hundred entries. The promise is
//! 256 MB of memory and 10 s of one core.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{Read, Seek, SeekFrom};
use std::sync::LazyLock;
use std::time::Instant;

use linkspec::graph::Redactor;
use linkspec::graph::Tenant;
use linkspec::report::CallerSummary;
use linkspec::rules::Library;
use linkspec::run::{self, Origin, Selection};
use linkspec::traffic::har;
use linkspec::traffic::{Collector, Limits};

const BYTES: usize = 1_000_000_000;
const EVERY: usize = 100;
const PROMISED_SECONDS: f64 = 10.0;
const PROMISED_MEGABYTES: f64 = 256.0;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo test` starts benches too; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let writing = on_the_core();
    let mut document = Document::default();
    std::io::copy(&mut document, &mut std::io::sink()).unwrap();
    let start = on_the_core();
    let judged = judge();
    // The file is written as it is read, which is not what is measured.
    let seconds = (on_the_core() - start) - (start - writing);
    let megabytes = most_memory();
    println!(
        "a HAR of 1 GB, {judged} createLink among {} entries: {seconds:.1} s, {megabytes:.0} MB",
        document.entries
    );
    let kept = seconds <= PROMISED_SECONDS && megabytes <= PROMISED_MEGABYTES;
    println!(
        "promised: {PROMISED_SECONDS:.0} s, {PROMISED_MEGABYTES:.0} MB; {}",
        if kept { "kept" } else { "NOT KEPT" }
    );
}

/// Everything `judge` does with a file; how many createLink calls it judged.
fn judge() -> u64 {
    let suite = run::read(&Library::embedded()).unwrap();
    let mut collector = Collector::new(Limits::default(), None, Redactor::new());
    let told = har::read(&mut Document::default(), 1, &mut collector).unwrap();
    assert!(told.flaws.is_empty(), "{:?}", told.flaws);
    let gathered = collector.gather();
    let caller = CallerSummary { kind: "recorded".to_owned(), name: None, version: None };
    let origin = Origin { kind: "recording", caller, tenant: Tenant::default(), scripted: false };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let selection = Selection::default();
    let judging = run::judge_traffic(&suite, &selection, &gathered, &origin);
    let report = run::report(&runtime.block_on(judging), &suite);
    assert!(report.rules.iter().all(|it| it.verdict != linkspec::report::Verdict::Fail));
    gathered.counts.create_link_kept
}

/// Seconds this thread has had a core to itself: on a busy machine the clock on the wall tells something
/// else. Where the system does not say, it is that clock.
fn on_the_core() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |it| it / 1e9)
}

/// The most memory the process has had, in MB; nothing where the system does not say.
fn most_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<f64>().ok())
        .map_or(0.0, |it| it / 1e3)
}

/// A HAR file as a browser writes it, about 2 KB an entry, which stands nowhere as a whole.
#[derive(Default)]
struct Document {
    text: Vec<u8>,
    at: usize,
    written: usize,
    entries: usize,
    ended: bool,
}

impl Read for Document {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.text.len() && !self.ended {
            let piece = self.next();
            (self.written, self.at, self.text) =
                (self.written + piece.len(), 0, piece.into_bytes());
        }
        let length = buffer.len().min(self.text.len() - self.at);
        buffer[..length].copy_from_slice(&self.text[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

impl Seek for Document {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

impl Document {
    fn next(&mut self) -> String {
        if self.written >= BYTES {
            self.ended = true;
            return "]}}".to_owned();
        }
        let before = match self.entries {
            0 => r#"{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":["#,
            _ => ",",
        };
        let entry = entry(self.entries, self.entries.is_multiple_of(EVERY));
        self.entries += 1;
        format!("{before}{entry}")
    }
}

fn entry(index: usize, is_create_link: bool) -> String {
    const ROOT: &str = "https://graph.microsoft.com/v1.0/me/drive";
    const HEADERS: &str = r#"{"name":"accept","value":"*/*"},{"name":"accept-encoding","value":"gzip, deflate, br"},{"name":"authorization","value":"Bearer eyJ0eXAiOiJKV1QifQ.eyJhcHBpZCI6ImEifQ.c2ln"},{"name":"content-type","value":"application/json"},{"name":"sec-ch-ua-platform","value":"\"Linux\""},{"name":"user-agent","value":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"}"#;
    const ANSWERED: &str = r#"{"name":"cache-control","value":"private"},{"name":"content-type","value":"application/json;odata.metadata=minimal"},{"name":"request-id","value":"0b9e1a5e-2c59-4f07-9e1c-2d1b7c0f4e11"},{"name":"strict-transport-security","value":"max-age=31536000"},{"name":"x-ms-ags-diagnostic","value":"{\"ServerInfo\":{\"DataCenter\":\"West Europe\"}}"}"#;
    let (method, url, sent, status, body) = if is_create_link {
        (
            "POST",
            format!("{ROOT}/items/01{index:08}/createLink"),
            r#","postData":{"mimeType":"application/json","text":"{\"type\":\"view\",\"scope\":\"organization\"}"}"#,
            201,
            format!(
                r#"{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#permission\",\"id\":\"{index:032x}\",\"roles\":[\"read\"],\"shareId\":\"u!aHR0cHM6Ly9jb250b3NvLXNoYXJlcG9pbnQ\",\"hasPassword\":false,\"link\":{{\"type\":\"view\",\"scope\":\"organization\",\"webUrl\":\"https://contoso-my.sharepoint.com/:t:/g/personal/ellen/{index:032x}\",\"preventsDownload\":false}}}}"#
            ),
        )
    } else {
        ("GET", format!("{ROOT}/items/01{index:08}/children"), "", 200, "x".repeat(400))
    };
    format!(
        r#"{{"startedDateTime":"2026-01-01T10:00:00.000Z","time":12.5,"request":{{"method":"{method}","url":"{url}","httpVersion":"HTTP/2","headers":[{HEADERS}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":-1{sent}}},"response":{{"status":{status},"statusText":"","httpVersion":"HTTP/2","headers":[{ANSWERED}],"cookies":[],"content":{{"size":300,"mimeType":"application/json","text":"{body}"}},"redirectURL":"","headersSize":-1,"bodySize":-1}},"cache":{{}},"timings":{{"send":0,"wait":12,"receive":0}}}}"#
    )
}
