//! What happens on a terminal only: the questions of `linkspec init`. The terminal is a pseudo-terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// linkspec on a terminal, and who sits before it.
struct Session {
    child: Child,
    terminal: File,
    shown: String,
    /// How much of that a test has gone through.
    heard: usize,
}

impl Session {
    /// None where this machine has no pseudo-terminal to give.
    fn start(folder: &std::path::Path, arguments: &[&str]) -> Option<Self> {
        let (terminal, other_end) = match open() {
            Ok(ends) => ends,
            Err(error) => {
                eprintln!("skipped: no pseudo-terminal is to be had: {error}");
                return None;
            }
        };
        let end = || other_end.try_clone().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("TERM", "dumb")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        Some(Self { child, terminal, shown: String::new(), heard: 0 })
    }

    /// Reads on until these words come.
    fn hear(&mut self, words: &str) {
        loop {
            if let Some(at) = self.shown[self.heard..].find(words) {
                self.heard += at + words.len();
                return;
            }
            assert!(self.read(), "{words:?} is not said: {}", self.shown);
        }
    }

    /// Types a line when these words have come.
    fn answer(&mut self, words: &str, line: &str) {
        self.hear(words);
        self.hear("> ");
        self.terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn read(&mut self) -> bool {
        let mut chunk = [0; 1024];
        // When the last process has left the terminal, reading fails on Linux and ends elsewhere.
        let count = self.terminal.read(&mut chunk).unwrap_or(0);
        self.shown.push_str(&String::from_utf8_lossy(&chunk[..count]));
        count > 0
    }

    fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        (self.child.wait().unwrap().code(), self.shown)
    }
}

fn open() -> std::io::Result<(File, File)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?;
    let other_end = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap())?;
    Ok((File::from(terminal), other_end))
}

#[test]
fn init_asks_what_it_was_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["init", "--default-scope", "organization"];
    let Some(mut session) = Session::start(folder.path(), &arguments) else { return };
    // What is no answer is asked again, with what would be one.
    session.answer("cloud: the cloud of the tenant", "chyna");
    session.hear("did you mean \"china\"?");
    session.answer("cloud: ", "china");
    session.answer("drive: the drive to work on", "c:");
    session.hear("hint: write ");
    session.answer("drive: ", "me");
    session.answer("account: ", "");
    session.answer("anonymous_links: ", "disabled");
    session.answer("organization_links: ", "enabled");
    session.answer("expiration_policy_days: ", "many");
    session.hear("a number of days");
    session.answer("expiration_policy_days: ", "30");
    session.answer("premium: ", "");
    session.answer("checkout_library: ", "true");
    for key in ["user: ", "group: ", "site: "] {
        session.answer(key, "");
    }
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("wrote linkspec.toml"), "{shown}");
    assert!(!shown.contains("default_scope: "), "what an option says is not asked: {shown}");
    let profile = std::fs::read_to_string(folder.path().join("linkspec.toml")).unwrap();
    for line in [
        "cloud = \"china\"  # ",
        "drive = \"me\"  # ",
        "anonymous_links = \"disabled\"  # ",
        "organization_links = \"enabled\"  # ",
        "default_scope = \"organization\"  # ",
        "expiration_policy_days = 30  # ",
        "# premium = true  # ",
        "checkout_library = true  # ",
    ] {
        assert!(profile.lines().any(|it| it.starts_with(line)), "{line}: {profile}");
    }
    let plan = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["plan", "--product", "sharepoint"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&plan.stderr);
    assert!(plan.status.success(), "the profile is taken: {said}");
}

#[test]
fn init_asks_nothing_that_is_not_about_the_drive() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut session) = Session::start(folder.path(), &["init"]) else { return };
    session.answer("cloud: ", "");
    session.answer("drive: ", "me");
    session.answer("account: ", "personal");
    session.answer("premium: ", "false");
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    for key in ["organization_links", "checkout_library", "site"] {
        assert!(!shown.contains(&format!("{key}: ")), "{key} is asked: {shown}");
    }

    let folder = tempfile::tempdir().unwrap();
    let arguments = ["init", "--cloud", "global", "--drive", "sites/contoso"];
    let Some(mut session) = Session::start(folder.path(), &arguments) else { return };
    for key in ["anonymous_links: ", "organization_links: ", "default_scope: "] {
        session.answer(key, "");
    }
    for key in ["expiration_policy_days: ", "checkout_library: ", "group: ", "site: "] {
        session.answer(key, "");
    }
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("premium: "), "{shown}");
}

#[test]
fn init_that_is_left_in_the_middle_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut session) = Session::start(folder.path(), &["init"]) else { return };
    session.hear("cloud: the cloud of the tenant");
    session.hear("> ");
    session.child.kill().unwrap();
    session.child.wait().unwrap();
    assert!(!folder.path().join("linkspec.toml").exists());
}
