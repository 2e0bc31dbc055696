//! How fast `linkspec judge` reads: exchanges a second on one core. The promise is 100,000.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::Cursor;
use std::sync::LazyLock;
use std::time::Instant;

use linkspec::graph::Redactor;
use linkspec::har;
use linkspec::traffic::{Collector, Limits};

const ENTRIES: usize = 200_000;
const PROMISED: f64 = 100_000.0;

fn main() {
    // `cargo test` starts benches too; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut kept = true;
    for (what, every) in [
        ("no createLink at all", usize::MAX),
        ("one createLink in ten", 10),
        ("nothing but createLink", 1),
    ] {
        let document = document(every);
        let mut best = f64::MAX;
        for _ in 0..3 {
            let mut collector = Collector::new(Limits::default(), None, Redactor::new());
            let start = on_the_core();
            let told = har::read(&mut Cursor::new(&document), 1, &mut collector);
            best = best.min(on_the_core() - start);
            assert!(
                told.is_ok_and(|told| told.entries as usize == ENTRIES && told.flaws.is_empty())
            );
        }
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let (rate, megabytes) = (ENTRIES as f64 / best, document.len() as f64 / 1e6);
        kept &= rate >= PROMISED;
        println!(
            "{what:<24} {rate:>9.0} exchanges/s  {:>6.0} MB/s  ({ENTRIES} exchanges, {megabytes:.0} MB)",
            megabytes / best
        );
    }
    println!("promised: {PROMISED:.0} exchanges/s; {}", if kept { "kept" } else { "NOT KEPT" });
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
