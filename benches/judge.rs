//! How fast `linkspec judge` reads: exchanges a second on one core. The promise is 100,000.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::Cursor;
use std::sync::LazyLock;
use std::time::Instant;

use linkspec::graph::Redactor;
use linkspec::rules::Library;
use linkspec::run::{self, Room, Selection, Suite, judge_long_recording};
use linkspec::traffic::har;
use linkspec::traffic::{Collector, Limits};

const ENTRIES: usize = 200_000;
const PROMISED: f64 = 100_000.0;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo test` starts benches too; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    // A word chooses, for a profile of one of them.
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let chosen = |what: &str| chosen.as_ref().is_none_or(|word| what.contains(word.as_str()));
    let mut kept = true;
    for (what, every) in [
        ("HAR, no createLink at all", usize::MAX),
        ("HAR, one createLink in ten", 10),
        ("HAR, nothing but createLink", 1),
    ] {
        if chosen(what) {
            kept &= measured(what, &document(every), har);
        }
    }
    let what = "NDJSON, nothing but createLink";
    if chosen(what) {
        kept &= measured(what, &recording(), ndjson);
    }
    println!("promised: {PROMISED:.0} exchanges/s; {}", if kept { "kept" } else { "NOT KEPT" });
}

/// The best of some attempts, as a line for people; whether the promise is kept.
fn measured(what: &str, document: &[u8], read: fn(&[u8])) -> bool {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = on_the_core();
        read(document);
        best = best.min(on_the_core() - start);
    }
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let (rate, megabytes) = (ENTRIES as f64 / best, document.len() as f64 / 1e6);
    println!(
        "{what:<31} {rate:>9.0} exchanges/s  {:>6.0} MB/s  ({ENTRIES} exchanges, {megabytes:.0} MB)",
        megabytes / best
    );
    rate >= PROMISED
}

fn har(document: &[u8]) {
    let mut collector = Collector::new(Limits::default(), None, Redactor::new());
    let told = har::read(&mut Cursor::new(document), 1, &mut collector);
    assert!(told.is_ok_and(|told| told.entries as usize == ENTRIES && told.flaws.is_empty()));
}

/// Everything `judge` does with a recording: what of it is a run is judged as one as well.
fn ndjson(document: &[u8]) {
    static SUITE: LazyLock<Suite> = LazyLock::new(|| run::read(&Library::embedded()).unwrap());
    let suite = &*SUITE;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let selection = Selection::default();
    let room = Room::default();
    let told =
        runtime.block_on(judge_long_recording(suite, &selection, document, 1, None, room)).unwrap();
    assert_eq!(usize::try_from(told.create_link).unwrap(), ENTRIES);
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

/// A HAR file as a browser writes it, about 2 KB an exchange.
fn document(every: usize) -> Vec<u8> {
    let mut text = String::from(
        r#"{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":["#,
    );
    for index in 0..ENTRIES {
        if index > 0 {
            text.push(',');
        }
        let is_create_link = index % every == 0 && every != usize::MAX;
        text.push_str(&entry(index, is_create_link));
    }
    text.push_str("]}}");
    text.into_bytes()
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

/// A recording as `run --record` writes it: stories of ten exchanges, about 1.5 KB an exchange.
fn recording() -> Vec<u8> {
    let mut text = String::from(
        r#"{"run":{"format":1,"linkspec":"0.1.0","suite_digest":"bench","product":"business","tenant":{},"identities":["owner"],"started":"2026-01-01T10:00:00Z","duration_ms":1,"target":{"kind":"live","product":"business"},"caller":{"kind":"http"},"requests":{"total":1,"create_link":1}}}"#,
    );
    text.push('\n');
    for index in 0..ENTRIES {
        if index % 10 == 0 {
            text.push_str(r#"{"story":{"lines":["Given a new file","When the application asks for a view link"]}}"#);
            text.push('\n');
        }
        text.push_str(&line(index));
        text.push('\n');
    }
    text.into_bytes()
}

fn line(index: usize) -> String {
    let number = index + 1;
    format!(
        r#"{{"exchange":{{"n":{number},"act":1,"purpose":"create-link","identity":"owner","item":"file","link":0,"sent":"2026-01-01T10:00:00.247855453Z","milliseconds":12,"request":{{"method":"POST","url":"https://graph.microsoft.com/v1.0/me/drive/items/01{index:08}/createLink","headers":[["authorization","Bearer [token owner]"],["client-request-id","c9dbdd71-f74b-4996-86be-de27ece9972a"],["content-type","application/json"]],"body":"{{\"type\":\"view\",\"scope\":\"organization\"}}"}},"answer":{{"status":201,"headers":[["content-type","application/json;odata.metadata=minimal"],["request-id","63cbe1e4-5932-4dd7-88fc-a0195de67e12"],["client-request-id","c9dbdd71-f74b-4996-86be-de27ece9972a"],["date","Sun, 22 Nov 2026 02:56:49 GMT"],["content-length","467"],["x-ms-ags-diagnostic","{{\"ServerInfo\":{{\"DataCenter\":\"West Europe\"}}}}"]],"body":"{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#permission\",\"id\":\"{index:032x}\",\"roles\":[\"read\"],\"shareId\":\"u!aHR0cHM6Ly9jb250b3NvLXNoYXJlcG9pbnQ\",\"hasPassword\":false,\"link\":{{\"type\":\"view\",\"scope\":\"organization\",\"webUrl\":\"https://redacted-94a42ee553-my.sharepoint.com/redacted-{index:010x}\",\"preventsDownload\":false}}}}"}}}}}}"#
    )
}
