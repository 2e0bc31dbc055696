//! `linkspec serve`, end to end, as an SDK's test suite uses it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

struct Serving {
    child: Child,
    told: Value,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Serving {
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["serve", "--json"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, told }
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap()
    }

    fn host(&self) -> &str {
        self.text("baseUrl").trim_start_matches("http://").trim_end_matches("/v1.0")
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        send(self.host(), method, path, headers, body)
    }

    fn create_link(&self, body: &str) -> Answer {
        let path = format!(
            "/v1.0/drives/{}/items/{}/createLink",
            self.text("driveId").replace('!', "%21"),
            self.text("fileId")
        );
        let headers = format!(
            "authorization: Bearer {}\r\ncontent-type: application/json\r\norigin: https://app.example\r\n",
            self.text("token")
        );
        self.send("POST", &path, &headers, body)
    }

    fn report(&self) -> Value {
        self.send("GET", "/_linkspec/report", "", "").json()
    }

    /// As Ctrl-C does.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut printed = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
        (self.child.wait().unwrap().code(), printed)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where a test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(host: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn verdict<'r>(report: &'r Value, id: &str) -> &'r str {
    let rules = report["rules"].as_array().unwrap();
    rules
        .iter()
        .find(|rule| rule["id"] == id)
        .map_or("absent", |it| it["verdict"].as_str().unwrap())
}

const VIEW: &str = r#"{"type":"view","scope":"organization"}"#;

#[test]
fn what_is_asked_and_answered_is_judged_as_it_comes() {
    let serving = Serving::start(&["--product", "business"]);
    assert_eq!(serving.told["tokens"].as_object().unwrap().len(), 9);
    assert_eq!(serving.create_link(VIEW).status, 201);
    assert_eq!(serving.create_link(VIEW).status, 200);
    let report = serving.report();
    assert_eq!(verdict(&report, "IDEM-02"), "pass");
    assert_eq!(report["requests"]["create_link"], 2);
    assert_eq!(report["target"]["kind"], "mock");
    let (code, printed) = serving.interrupt();
    assert_eq!(code, Some(0), "{printed}");
}

#[test]
fn ctrl_c_ends_with_the_code_that_is_printed_and_a_report_that_says_what_was_given() {
    let (code, printed) = Serving::start(&[]).interrupt();
    assert_eq!(code, Some(4), "{printed}");
    assert!(printed.contains("exit 4"), "nobody asked for anything: {printed}");

    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let written = format!("json={}", report.display());
    let serving = Serving::start(&["--deviate", "always-created", "--report", &written]);
    let given = ["baseUrl", "driveId", "fileId", "folderId"].map(|it| serving.text(it).to_owned());
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    let (code, printed) = serving.interrupt();
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("exit 1"), "{printed}");
    let client = printed.find("The client: all").unwrap_or_else(|| panic!("{printed}"));
    assert!(client < printed.rfind("IDEM-02").unwrap(), "the client comes first: {printed}");
    for given in given {
        assert!(printed.contains(&given), "{given}: {printed}");
    }
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let about_the_client: Vec<bool> = report["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["feature"].as_str().unwrap().starts_with("features/requests/"))
        .collect();
    assert!(about_the_client.contains(&true) && about_the_client.is_sorted_by(|a, b| a >= b));

    let (_, printed) = serve_for(&[], "true");
    for variable in ["LINKSPEC_BASE_URL http://127", "LINKSPEC_DRIVE_ID b!", "LINKSPEC_TOKEN"] {
        assert!(printed.contains(variable), "{variable}: {printed}");
    }
}

#[test]
fn a_deviation_is_told_at_once_and_turns_the_exit_code() {
    let serving = Serving::start(&["--deviate", "always-created"]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    assert_eq!(verdict(&serving.report(), "IDEM-02"), "fail");
    let (code, printed) = serving.interrupt();
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.starts_with("fail IDEM-02"), "told before the report: {printed}");
    let serving = Serving::start(&["--deviate", "always-created", "--fail-on", "never"]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    assert_eq!(serving.interrupt().0, Some(0));
}

#[test]
fn a_reset_gives_the_same_file_never_shared_and_findings_stay() {
    let serving = Serving::start(&["--deviate", "always-created"]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    let reset = serving.send("POST", "/_linkspec/reset", "", "");
    assert_eq!((reset.status, reset.json()["file"].as_str()), (200, Some(serving.text("fileId"))));
    assert_eq!(serving.create_link(VIEW).status, 201);
    assert_eq!(verdict(&serving.report(), "IDEM-02"), "fail");
    serving.send("POST", "/_linkspec/reset?findings", "", "");
    assert_eq!(serving.create_link(VIEW).status, 201);
    let report = serving.report();
    assert_eq!(verdict(&report, "IDEM-02"), "not-run", "a new drive: this is no repeat");
}

#[test]
fn every_nth_request_is_throttled_and_browsers_may_ask() {
    let serving = Serving::start(&["--throttle", "2"]);
    let statuses: Vec<u16> = (0..4).map(|_| serving.create_link(VIEW).status).collect();
    assert_eq!(statuses, [201, 429, 200, 429]);
    let throttled = serving.create_link(VIEW);
    assert!(throttled.head.contains("access-control-allow-origin: *"));
    let throttled = serving.create_link(VIEW);
    assert!(throttled.head.contains("retry-after: 1"), "{}", throttled.head);
    assert_eq!(throttled.json()["error"]["code"], "activityLimitReached");
    let preflight = serving.send(
        "OPTIONS",
        "/v1.0/me/drive/items/1/createLink",
        "origin: https://app.example\r\naccess-control-request-method: POST\r\naccess-control-request-headers: authorization,content-type\r\n",
        "",
    );
    assert_eq!(preflight.status, 204);
    assert!(preflight.head.contains("access-control-allow-headers: authorization,content-type"));
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linkspec")).arg("serve").args(arguments).output().unwrap()
}

#[test]
fn a_command_runs_with_what_it_needs_and_its_failure_counts() {
    let script = "test -n \"$LINKSPEC_TOKEN\" && case $LINKSPEC_BASE_URL in http://127.0.0.1:*/v1.0) exit 7;; esac";
    assert_eq!(run(&["--", "sh", "-c", script]).status.code(), Some(7));
    let nothing = run(&["--", "true"]);
    assert_eq!(nothing.status.code(), Some(4), "a suite that asks for no link proves nothing");
    let missing = run(&["--", "no-such-command-4711"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("hint:"));
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, wanted) in [
        (vec!["--addr", &address], "cannot listen"),
        (vec!["--addr", "0.0.0.0:0"], "--open-to-network"),
        (vec!["--deviate", "always-create"], "always-created"),
        (vec!["--product", "busines"], "business"),
        (vec!["--variant", "pretty"], "unknown variant"),
    ] {
        let output = run(&arguments);
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {printed}");
        assert!(printed.contains(wanted), "{arguments:?}: {printed}");
    }
}

#[test]
fn the_page_shows_requests_and_findings_in_a_real_browser() {
    let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists());
    let serving = Serving::start(&["--deviate", "always-created"]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    serving.report();
    let page = serving.send("GET", "/_linkspec/", "", "");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("src=") && !page.body.contains("href="), "self-contained");
    // What whoever comes to the empty page needs.
    for wanted in ["base_url", "folder", "curl '", "/createLink' --header"] {
        assert!(page.body.contains(wanted), "{wanted}");
    }
    let report = serving.send("GET", "/_linkspec/report.html", "", "");
    assert!(report.status == 200 && report.body.contains("IDEM-02"), "{}", report.body);
    let Some(browser) = browser else {
        println!("skipped: no Chromium is installed");
        return;
    };
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--timeout=10000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(serving.text("page"))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    for wanted in [
        r#"<details class="finding fail" data-rule="IDEM-02">"#,
        "200 OK if an existing link is returned",
        r#"<tr class="judged" data-n="2">"#,
        "2 requests. The client: ",
        "expected: 200 OK",
        "asked by the application",
    ] {
        assert!(dom.contains(wanted), "{wanted}: {dom}");
    }
}

/// The command line of linkspec itself as the client: it takes what `serve` sets in the environment.
fn client(rule: &str, more: &str) -> String {
    format!(
        "{} run --target live --drive drives/$LINKSPEC_DRIVE_ID --rule {rule} --journal $JOURNAL {more}",
        env!("CARGO_BIN_EXE_linkspec")
    )
}

fn serve_for(options: &[&str], script: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .arg("serve")
        .args(options)
        .args(["--", "sh", "-c", script])
        .env("JOURNAL", folder.path().join("journal"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_suite_that_passes_on_a_good_service_and_overlooks_a_bad_one_is_told_apart() {
    let (code, printed) = serve_for(&[], &client("IDEM-02", ""));
    assert_eq!(code, Some(0), "{printed}");
    let overlooks = format!("{}; true", client("IDEM-02", ""));
    let (code, printed) = serve_for(&["--deviate", "always-created"], &overlooks);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("IDEM-02"), "{printed}");
    let (code, _) = serve_for(&["--deviate", "always-created", "--fail-on", "never"], &overlooks);
    assert_eq!(code, Some(0));
}

#[test]
fn a_broken_should_counts_where_that_is_asked_for() {
    let warned = |fail_on: &str| {
        let serving = Serving::start(&["--deviate", "no-request-id", "--fail-on", fail_on]);
        serving.create_link(VIEW);
        serving.create_link(VIEW);
        let warned = serving.report()["rules"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["verdict"] == "warn");
        assert!(warned, "no-request-id breaks a SHOULD");
        serving.interrupt().0
    };
    assert_eq!((warned("must"), warned("should")), (Some(0), Some(1)));
}

#[test]
fn a_known_failure_does_not_end_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known.toml");
    let entry = |rule: &str| {
        format!(
            "[[known]]\nrule = \"{rule}\"\nproduct = \"business\"\nverdict = \"fail\"\n\
             reason = \"being fixed\"\nurl = \"https://example.com/1\"\nexpires = 2999-01-01\n"
        )
    };
    std::fs::write(&known, entry("IDEM-02")).unwrap();
    let known = known.display().to_string();
    let options = ["--deviate", "always-created", "--rule", "IDEM-02,PERM-01", "--known", &known];
    let serving = Serving::start(&options);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    let (code, printed) = serving.interrupt();
    assert_eq!(code, Some(0), "{printed}");
    let serving = Serving::start(&["--rule", "IDEM-02,PERM-01", "--known", &known]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    let (code, printed) = serving.interrupt();
    assert_eq!(code, Some(1), "the entry is out of date: {printed}");
}

#[test]
fn every_answer_takes_its_time_where_that_is_asked_for() {
    let serving = Serving::start(&["--latency", "40"]);
    assert_eq!(serving.create_link(VIEW).status, 201);
    let state = serving.send("GET", "/_linkspec/state?after=0", "", "").json();
    assert!(state["events"][0]["milliseconds"].as_u64().unwrap() >= 40, "{state}");
}

#[test]
fn a_command_ends_with_what_started_it() {
    let mut serving = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["serve", "--", "sh", "-c", "echo started; exec sleep 600"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(serving.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    let id = i32::try_from(serving.id()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(serving.wait().unwrap().code(), Some(130));
}

#[test]
fn a_signal_that_ends_the_command_is_told_as_a_shell_tells_it() {
    let (code, printed) = serve_for(&[], "kill -KILL $$");
    assert_eq!(code, Some(137), "{printed}");
}

#[test]
fn a_packed_body_is_read() {
    let service = Serving::start(&[]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(VIEW.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let mut stream = TcpStream::connect(service.host()).unwrap();
    write!(
        stream,
        "POST /v1.0/drives/{}/items/{}/createLink HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        service.text("driveId").replace('!', "%21"),
        service.text("fileId"),
        service.host(),
        service.text("token"),
        packed.len(),
    )
    .unwrap();
    stream.write_all(&packed).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (code, printed) = service.interrupt();
    assert_eq!(code, Some(0), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_in_rust_is_told_what_is_broken_and_that_nothing_was_asked() {
    let deviation = linkspec::mock::deviation("always-created").unwrap();
    let graph = linkspec::mock::Mock::business().deviating(deviation).start().await.unwrap();
    let nothing = graph.judge().unwrap_err();
    assert!(format!("{nothing:?}").starts_with("nothing is proven"), "{nothing:?}");
    let host = graph.base_url().trim_start_matches("http://").trim_end_matches("/v1.0").to_owned();
    let drive = graph.drive_id().replace('!', "%21");
    let path = format!("/v1.0/drives/{drive}/items/{}/createLink", graph.file_id());
    let headers =
        format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", graph.token());
    let twice = move || [(); 2].map(|()| send(&host, "POST", &path, &headers, VIEW).status);
    assert_eq!(tokio::task::spawn_blocking(twice).await.unwrap(), [201, 201]);
    let broken = graph.judge().unwrap_err().to_string();
    for wanted in ["IDEM-02", "201 Created", "200 OK if an existing link is returned"] {
        assert!(broken.contains(wanted), "{wanted}: {broken}");
    }
}

#[test]
fn of_a_large_body_nothing_is_kept_and_of_many_exchanges_the_last() {
    let serving = Serving::start(&["--deviate", "always-created"]);
    let padded = |length: usize| format!("{VIEW}{}", " ".repeat(length - VIEW.len()));
    for _ in 0..2 {
        assert_eq!(serving.create_link(&padded(64 * 1024 + 1)).status, 201);
    }
    let report = serving.report();
    assert_ne!(verdict(&report, "IDEM-02"), "fail", "nothing is known of what was not kept");
    let events = |serving: &Serving| {
        let events = serving.send("GET", "/_linkspec/state?after=0", "", "").json();
        events["events"].as_array().unwrap_or_else(|| panic!("{events}")).clone()
    };
    let shown = events(&serving);
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|it| it.to_string().len() < 4096), "{shown:?}");
    serving.send("POST", "/_linkspec/reset?findings", "", "");
    for _ in 0..2 {
        serving.create_link(&padded(64 * 1024));
    }
    assert_eq!(verdict(&serving.report(), "IDEM-02"), "fail", "this much is kept");
    for _ in 0..510 {
        serving.create_link(VIEW);
    }
    let shown = events(&serving);
    assert_eq!(shown.len(), 500);
    assert_eq!(shown.last().unwrap()["n"], 514);
}

#[test]
fn a_body_of_many_megabytes_is_not_taken() {
    let serving = Serving::start(&[]);
    let mut stream = TcpStream::connect(serving.host()).unwrap();
    let padding = 8 * 1024 * 1024;
    let head = format!(
        "POST /v1.0/drives/{}/items/{}/createLink HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
         authorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{VIEW}",
        serving.text("driveId").replace('!', "%21"),
        serving.text("fileId"),
        serving.host(),
        serving.text("token"),
        padding + VIEW.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Whoever sends on when nobody listens may find the connection closed, and the answer lost.
    let _ = stream.write_all(" ".repeat(padding).as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    let seen = serving.send("GET", "/_linkspec/state?after=0", "", "").json();
    assert_eq!(seen["events"], serde_json::json!([]), "{seen}");
    assert_eq!(serving.create_link(VIEW).status, 201);
}

#[test]
fn the_page_of_another_origin_resets_nothing() {
    let serving = Serving::start(&["--deviate", "always-created"]);
    serving.create_link(VIEW);
    serving.create_link(VIEW);
    for headers in
        ["origin: https://evil.example\r\n", "origin: null\r\n", "sec-fetch-site: cross-site\r\n"]
    {
        let reset = serving.send("POST", "/_linkspec/reset?findings", headers, "");
        assert_eq!(reset.status, 403, "{headers}");
    }
    assert_eq!(verdict(&serving.report(), "IDEM-02"), "fail");
    assert_eq!(serving.interrupt().0, Some(1));
}
