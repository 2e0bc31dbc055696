//! What the processes that linkspec starts find in their environment: nothing they could take a tenant's things with.

use std::path::Path;
use std::process::Command;

use crate::service::{Service, bare, text};
use linkspec::graph::Product;
use tempfile::TempDir;

/// Variables with secrets, each under a name that says so, or does not.
const CANARIES: [(&str, &str); 12] = [
    ("LINKSPEC_TOKEN", "canary-token-of-owner"),
    ("LINKSPEC_TOKEN_SECOND_APP", "canary-token-of-second-app"),
    ("LINKSPEC_TOKEN_SECOND_USR", "canary-token-misspelt"),
    ("NAMED_BY_SETTINGS", "canary-token-of-second-user"),
    ("ALSO_NAMED", "canary-client-secret"),
    ("A_COPY_OF_IT", "canary-token-of-owner"),
    ("A_HEADER", "Authorization: Bearer canary-client-secret"),
    ("AZURE_CLIENT_SECRET", "canary-azure"),
    ("GITHUB_TOKEN", "canary-github"),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-actions"),
    ("SYSTEM_ACCESSTOKEN", "canary-pipelines"),
    ("HTTPS_PROXY", "http://me:canary-proxy@127.0.0.1:9"),
];

const SETTINGS: &str = "[sign_in.second_user]\nvariable = \"NAMED_BY_SETTINGS\"\n\
     [sign_in.app_only]\nsecret_variable = \"ALSO_NAMED\"\nclient_id = \"an-app\"\n\
     tenant = \"contoso.example\"\n";

/// A program that writes down its environment, as it was given and as the system keeps it, and says nothing.
fn witness(folder: &TempDir) {
    let script = "env > $1.env\ncat /proc/self/environ > $1.proc 2> /dev/null\nexit 1\n";
    std::fs::write(folder.path().join("witness.sh"), script).unwrap();
}

fn with_canaries(mut command: Command, folder: &TempDir, settings: &str) -> Command {
    std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
    command.envs(CANARIES).env("ORDINARY", "an-ordinary-value");
    command
}

fn seen(folder: &Path, name: &str) -> String {
    let read = |end: &str| std::fs::read(folder.join(format!("{name}.{end}"))).unwrap_or_default();
    let seen = [read("env"), read("proc")].concat();
    String::from_utf8_lossy(&seen).into_owned()
}

fn assert_nothing_seen(folder: &TempDir, name: &str, told: &str) {
    let seen = seen(folder.path(), name);
    assert!(seen.contains("an-ordinary-value"), "{name} was not started: {told}");
    for (variable, secret) in CANARIES {
        assert!(!seen.contains(secret), "{name} sees {variable}:\n{seen}");
    }
}

#[test]
fn an_adapter_finds_no_secret_whoever_starts_it() {
    let service = Service::of(Product::Business);
    let (base, drive) = (service.base_url(), service.drive());
    let live = ["run", "--base-url", &base, "--drive", &drive, "--sdk", "sh witness.sh live"];
    for (name, arguments) in [
        ("scripted", &["run", "--sdk", "sh witness.sh scripted"][..]),
        ("live", &live),
        ("doctor", &["doctor", "--sdk", "sh witness.sh doctor"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        witness(&folder);
        let mut command = with_canaries(bare(&folder, arguments), &folder, SETTINGS);
        let output = command.output().unwrap();
        assert_nothing_seen(&folder, name, &text(&output));
    }
}

#[test]
fn a_token_command_finds_no_secret_of_another_identity() {
    let service = Service::of(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    witness(&folder);
    let settings =
        format!("{SETTINGS}[sign_in.read_only]\ncommand = \"sh witness.sh token-command\"\n");
    let (base, drive) = (service.base_url(), service.drive());
    let arguments = ["doctor", "--base-url", &base, "--drive", &drive];
    let mut command = with_canaries(bare(&folder, &arguments), &folder, &settings);
    let token = service.mock.token(linkspec::mock::Identity::Owner);
    command.env("LINKSPEC_TOKEN", token).env("A_COPY_OF_IT", token);
    let told = text(&command.output().unwrap());
    let seen = seen(folder.path(), "token-command");
    assert!(seen.contains("an-ordinary-value"), "{told}");
    for (variable, secret) in CANARIES.into_iter().take(7) {
        assert!(!seen.contains(secret), "{variable}:\n{seen}");
    }
    assert!(!seen.contains(token), "{seen}");
    // It has to sign in somehow.
    assert!(seen.contains("canary-azure"), "{seen}");
}

#[test]
fn a_command_beside_the_mock_finds_the_tokens_of_the_mock() {
    let folder = tempfile::tempdir().unwrap();
    witness(&folder);
    let arguments = ["serve", "--", "sh", "witness.sh", "command"];
    let output = with_canaries(bare(&folder, &arguments), &folder, "").output().unwrap();
    let seen = seen(folder.path(), "command");
    assert!(seen.contains("LINKSPEC_TOKEN="), "{}", text(&output));
    for secret in ["canary-token-of-owner", "canary-token-of-second-app", "canary-token-misspelt"] {
        assert!(!seen.contains(secret), "{seen}");
    }
}
