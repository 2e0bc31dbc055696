//! How fast the suite is: as a whole, in ten times as many scenarios, on a slow service, and its mock
//! beside the same HTTP stack with nothing to do.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::cast_precision_loss, reason = "for people")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Clock, Product};
use linkspec::mock::{Identity, Mock, Options};
use linkspec::rules::Library;
use linkspec::run::{self, ProductRecording, Selection, Suite, TellOptions};

fn main() {
    // `cargo test` starts benches too; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    whole();
    linear();
    mock();
    slow_service();
}

fn promise(kept: bool, promised: &str) {
    println!("  promised: {promised}; {}", if kept { "kept" } else { "NOT KEPT" });
}

/// The built binary, all rules, three products, on the mock.
fn whole() {
    let (mut best, mut most) = (f64::MAX, 0);
    for _ in 0..5 {
        let start = Instant::now();
        let mut run = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .arg("run")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let status = format!("/proc/{}/status", run.id());
        while run.try_wait().unwrap().is_none() {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
            let kilobytes = peak.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
            most = most.max(kilobytes.unwrap_or(0_u64));
            std::thread::yield_now();
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    let megabytes = most as f64 / 1024.0;
    println!("the whole suite, three products   {best:.2} s   {megabytes:.0} MB at most");
    promise(best <= 0.5 && megabytes <= 80.0, "0.5 s and 80 MB");
}

/// The same recording, judged by the rules and by ten times as many.
fn linear() {
    let once = run::read(&Library::embedded()).unwrap();
    let recorded = record(&once, Options { clock: Clock::virtual_time(), ..business() }, 8).0;
    let tenfold = run::read(&ten_times(&Library::embedded())).unwrap();
    let one = judging(&once, &recorded);
    let ten = judging(&tenfold, &recorded);
    let stories = recorded.recordings.len() as f64;
    println!(
        "judging a business run            {:.0} ms   {:.0} stories a second",
        one * 1e3,
        stories / one
    );
    println!(
        "the same in ten times the rules   {:.0} ms   {:.1} times as long",
        ten * 1e3,
        ten / one
    );
    promise(ten / one <= 13.0, "linear, some 10 times");
}

/// Every feature ten times over, each rule under an id of its own.
fn ten_times(library: &Library) -> Library {
    let mut files = library.files.clone();
    for copy in 'A'..='I' {
        for (path, text) in &library.files {
            let Some(path) = path.strip_suffix(".feature") else { continue };
            let lines = text.lines().map(|line| {
                let tags = line.trim_start().starts_with('@');
                let words = line.split_inclusive(' ').map(|word| match word.split_once('-') {
                    Some((group, number))
                        if tags && group[1..].bytes().all(|it| it.is_ascii_uppercase()) =>
                    {
                        format!("{group}{copy}-{number}")
                    }
                    _ => word.to_owned(),
                });
                words.collect::<String>()
            });
            files.push((format!("{path}-{copy}.feature"), lines.collect::<Vec<_>>().join("\n")));
        }
    }
    files.sort();
    Library { files, is_whole: false }
}

/// The mock and a server of the same stack that always sends the same bytes, as fast as a client can ask.
fn mock() {
    let (mock, still) = runtime().block_on(async {
        let mock = Mock::start(business()).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = mock.token(Identity::Owner).to_owned();
        let file = format!("{}/me/drive/root:/bench.txt:/content", mock.base_url());
        let made = client.put(file).bearer_auth(&token).body("content").send().await.unwrap();
        let made: serde_json::Value = serde_json::from_str(&made.text().await.unwrap()).unwrap();
        let id = made["id"].as_str().unwrap();
        let url = format!("{}/me/drive/items/{id}/createLink", mock.base_url());
        let body = ask(&client, &url, &token).await;
        let still = axum::Router::new().fallback(move || {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, still).await });
        let mocked = requests_a_second(&client, &url, &token).await;
        let still = requests_a_second(&client, &format!("http://{address}/"), &token).await;
        (mocked, still)
    });
    println!(
        "the mock                          {mock:.0} requests a second, {still:.0} with static bytes"
    );
    promise(mock * 2.0 >= still, "at least half");
}

async fn ask(client: &reqwest::Client, url: &str, token: &str) -> String {
    let request = client.post(url).bearer_auth(token).header("content-type", "application/json");
    let request = request.body(r#"{"type":"view","scope":"organization"}"#);
    request.send().await.unwrap().text().await.unwrap()
}

async fn requests_a_second(client: &reqwest::Client, url: &str, token: &str) -> f64 {
    const EACH: usize = 2500;
    let start = Instant::now();
    let all = (0..8).map(|_| async {
        for _ in 0..EACH {
            ask(client, url, token).await;
        }
    });
    futures::future::join_all(all).await;
    (8 * EACH) as f64 / start.elapsed().as_secs_f64()
}

/// Three hundred milliseconds in every answer, eight stories at a time.
fn slow_service() {
    let once = run::read(&Library::embedded()).unwrap();
    let latency = Duration::from_millis(300);
    let (recorded, took) = record(&once, Options { latency, ..business() }, 8);
    let stories: Vec<f64> = recorded
        .recordings
        .iter()
        .map(|it| it.exchanges.iter().map(|it| it.milliseconds as f64 / 1e3).sum())
        .collect();
    let longest = stories.iter().copied().fold(0.0, f64::max);
    let best = longest.max(stories.iter().sum::<f64>() / 8.0);
    println!(
        "300 ms an answer, 8 jobs          {took:.1} s   {:.2} times the best, {best:.1} s",
        took / best
    );
    promise(took / best <= 1.25, "at most 1.25 times");
}

fn business() -> Options {
    Options::new(Product::Business)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn record(suite: &Suite, options: Options, jobs: usize) -> (ProductRecording, f64) {
    runtime().block_on(async {
        let MockTarget { mock: _mock, options } = MockTarget::start(options).await.unwrap();
        let target = Target::open(options).await.unwrap();
        let how = TellOptions { jobs, budget: None, earlier: None };
        let start = Instant::now();
        let recorded =
            run::record(suite, &Selection::default(), &target, &how, 1, &|_, _| {}).await;
        (recorded, start.elapsed().as_secs_f64())
    })
}

/// Seconds to judge the recording; the best of some.
fn judging(suite: &Suite, recorded: &ProductRecording) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    (0..5).fold(f64::MAX, |best, _| {
        let start = Instant::now();
        let rules = runtime.block_on(run::judge_recording(suite, &Selection::default(), recorded));
        assert!(!rules.is_empty());
        best.min(start.elapsed().as_secs_f64())
    })
}
