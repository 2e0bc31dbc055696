//! The built binary, and a service it cannot tell from a real one: the mock behind a gate that sees every
//! request, counts it, and may answer, alter, lose or hold it.

#![allow(dead_code, reason = "each test file uses a part of this")]

pub mod gate;
pub mod listener;
pub mod secrets;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use linkspec::graph::Product;
use linkspec::mock::{Identity, Mock, Options};
use serde_json::Value;
use tempfile::TempDir;

pub use gate::{Gate, Reaction, Seen};

/// A few stories that make every kind of thing a run makes.
pub const STORIES: &str = r#"Feature: Links

  @IDEM-02 @must @personal @business @sharepoint
  Rule: Twice
    Page, Response: "200 OK if an existing link is returned"

    Scenario: the same link twice, and one more
      Given a new file
      When the application asks for a view link
      And the application asks for the same link again
      And the application asks for an edit link
      Then the second answer is 200 OK

    Scenario: a folder, and a file in it
      Given a new folder
      And a new file in the folder
      When the application asks for an edit link to the folder
      And the application asks for a view link
      Then the first answer is 201 Created

    Scenario: a link that is deleted
      Given a new file
      When the application asks for a view link
      And the owner deletes the link
      And the application asks for the same link again
      Then the second answer is 201 Created
"#;

/// Where tests have the report of a run.
pub const REPORT: [&str; 2] = ["--report", "json=report.json"];

/// A story in which content is read through the link.
pub const READ_THROUGH_THE_LINK: &str = r#"Feature: Links

  @LIFE-01 @should @business
  Rule: Content
    Page, introduction: a link

    Scenario: reading
      Given a new file
      When the application asks for a view link
      And the owner reads the content through the link
      Then the first answer is 201 Created
"#;

/// A mock on a runtime of its own, so that the test may block.
pub struct Service {
    pub mock: Mock,
    gate: Option<Gate>,
    runtime: tokio::runtime::Runtime,
}

impl Service {
    pub fn start(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime.block_on(Mock::start(options)).unwrap();
        Self { mock, gate: None, runtime }
    }

    pub fn of(product: Product) -> Self {
        Self::start(Options::new(product))
    }

    /// With a gate in front, that does with each request what `react` says.
    pub fn gated(options: Options, react: impl FnMut(&Seen) -> Reaction + Send + 'static) -> Self {
        let mut service = Self::start(options);
        let gate = service.runtime.block_on(Gate::open(service.mock.base_url(), Box::new(react)));
        service.gate = Some(gate);
        service
    }

    /// With a gate in front that only looks.
    pub fn forwarding(product: Product) -> Self {
        Self::gated(Options::new(product), |_| Reaction::Forward)
    }

    pub fn gate(&self) -> &Gate {
        self.gate.as_ref().unwrap()
    }

    /// Where linkspec is sent: to the gate, where there is one.
    pub fn base_url(&self) -> String {
        self.gate.as_ref().map_or_else(|| self.mock.base_url(), Gate::base_url)
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// linkspec with every token and a state folder of its own.
    pub fn linkspec(&self, folder: &TempDir, arguments: &[&str]) -> Command {
        let mut command = bare(folder, arguments);
        for (variable, identity) in [
            ("LINKSPEC_TOKEN", Identity::Owner),
            ("LINKSPEC_TOKEN_SECOND_APP", Identity::SecondApp),
            ("LINKSPEC_TOKEN_SECOND_USER", Identity::SecondUser),
            ("LINKSPEC_TOKEN_READ_ONLY", Identity::ReadOnly),
        ] {
            command.env(variable, self.mock.token(identity));
        }
        // A journal does not decide where tokens go.
        if arguments.first() == Some(&"cleanup") {
            command.env("LINKSPEC_BASE_URL", self.base_url());
        }
        command
    }

    pub fn drive(&self) -> String {
        format!("drives/{}", self.mock.drive_id())
    }

    /// A live run, ready to be started.
    pub fn run(&self, folder: &TempDir, rest: &[&str]) -> Command {
        let (base, drive) = (self.base_url(), self.drive());
        let mut arguments = vec!["run", "--target", "live", "--base-url", &base, "--drive", &drive];
        arguments.extend(rest);
        self.linkspec(folder, &arguments)
    }

    pub fn live(&self, folder: &TempDir, rest: &[&str]) -> Output {
        self.run(folder, rest).output().unwrap()
    }

    /// A run of [`STORIES`], one story at a time, so that its requests come in the same order each time.
    pub fn stories(&self, folder: &TempDir, rest: &[&str]) -> Command {
        features(folder, STORIES);
        let mut arguments = vec!["--features", "features", "--jobs", "1"];
        arguments.extend(rest);
        self.run(folder, &arguments)
    }

    /// Every item of the drive with its permissions, by its path.
    pub fn snapshot(&self) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        let mut waiting = vec![(String::new(), "root".to_owned())];
        while let Some((path, id)) = waiting.pop() {
            let item = format!("/drives/{}/items/{id}", self.mock.drive_id());
            let permissions = self.get(&format!("{item}/permissions"));
            let mut shown: Vec<Value> = permissions["value"].as_array().unwrap().clone();
            shown.sort_by_key(|it| it["id"].to_string());
            found.insert(path.clone(), Value::from(shown));
            let children = self.get(&format!("{item}/children"));
            for child in children["value"].as_array().unwrap() {
                let (name, id) = (child["name"].as_str().unwrap(), child["id"].as_str().unwrap());
                let below = format!("{path}/{name}");
                if child["folder"].is_object() {
                    waiting.push((below, id.to_owned()));
                } else {
                    let permissions = self
                        .get(&format!("/drives/{}/items/{id}/permissions", self.mock.drive_id()));
                    let size = child["size"].clone();
                    let entry = serde_json::json!([size, permissions["value"]]);
                    found.insert(below, entry);
                }
            }
        }
        found
    }

    /// What the mock answers its owner, past the gate.
    pub fn get(&self, path: &str) -> Value {
        self.direct(reqwest::Method::GET, path, None)
    }

    /// A request of the owner, past the gate.
    pub fn direct(&self, method: reqwest::Method, path: &str, body: Option<&str>) -> Value {
        self.block_on(async {
            let url = format!("{}{path}", self.mock.base_url());
            let token = self.mock.token(Identity::Owner);
            let mut request = gate::client().request(method, url).bearer_auth(token);
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body.to_owned());
            }
            let text = request.send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap_or(Value::Null)
        })
    }
}

/// The binary in a folder of its own, with nothing of this process's environment.
pub fn bare(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linkspec"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .env("HOME", folder.path().join("home"))
        .env("TMPDIR", folder.path())
        // Most tests are about how a story is told and judged, not about how many there are.
        .env("LINKSPEC_DEPTH", "quick")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Two snapshots are the same; says where they differ.
pub fn assert_same(now: &BTreeMap<String, Value>, before: &BTreeMap<String, Value>, what: &str) {
    let paths = now.keys().chain(before.keys());
    let different: Vec<&String> = paths.filter(|it| now.get(*it) != before.get(*it)).collect();
    assert!(different.is_empty(), "changed: {different:?}\n{what}");
}

pub fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn report(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The verdict of a rule in a report.
pub fn verdict<'r>(report: &'r Value, rule: &str) -> &'r str {
    rule_of(report, rule)["verdict"].as_str().unwrap()
}

pub fn rule_of<'r>(report: &'r Value, rule: &str) -> &'r Value {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|it| it["id"] == rule).unwrap_or_else(|| panic!("{rule} is not reported"))
}

/// The journals a run left in its state folder.
pub fn journals(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.path().join("state/linkspec")) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|it| it == "journal")).collect()
}

/// Features of a test's own: few stories, quickly read.
pub fn features(folder: &TempDir, text: &str) {
    let features = folder.path().join("features");
    std::fs::create_dir_all(&features).unwrap();
    std::fs::write(features.join("links.feature"), text).unwrap();
}

/// A process that a gate may reach for while it runs.
#[derive(Clone, Default)]
pub struct Process(Arc<Mutex<Option<Child>>>);

impl Process {
    /// Starts it. Whoever reaches for it meanwhile waits until it is there.
    pub fn start(&self, command: &mut Command) {
        let mut place = self.0.lock().unwrap();
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        *place = Some(child);
    }

    /// Ends it as `kill -9` does: it is gone when this returns.
    pub fn kill(&self) {
        let mut place = self.0.lock().unwrap();
        if let Some(child) = place.as_mut() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.0.lock().unwrap().as_ref().unwrap().id();
        let kill = format!("kill -{name} {id}");
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Its standard error, to be read while it runs.
    pub fn stderr(&self) -> std::process::ChildStderr {
        self.0.lock().unwrap().as_mut().unwrap().stderr.take().unwrap()
    }

    /// Waits for its end. Others may reach for it until then.
    pub fn end(&self) -> Output {
        let (mut stdout, stderr) = {
            let mut place = self.0.lock().unwrap();
            let child = place.as_mut().unwrap();
            (child.stdout.take().unwrap(), child.stderr.take())
        };
        let reading = std::thread::spawn(move || read(stderr));
        let stdout = read(Some(&mut stdout));
        let stderr = reading.join().unwrap();
        let status = self.0.lock().unwrap().take().unwrap().wait().unwrap();
        Output { status, stdout, stderr }
    }
}

fn read(from: Option<impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        from.read_to_end(&mut bytes).unwrap();
    }
    bytes
}
