//! The examples do what they say, each as its first lines tell to run it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::service::bare;

/// The program of an example, built as this test was: a test binary that is built alone has none beside it.
fn built(example: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--quiet", "--example", example]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    PathBuf::from(env!("CARGO_BIN_EXE_linkspec")).parent().unwrap().join("examples").join(example)
}

#[test]
fn a_client_is_tested_in_rust() {
    let output = Command::new(built("client_test")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "2 createLink requests, and no rule is broken\n");
}

#[test]
fn the_fault_of_the_service_is_found_by_the_line_it_prints() {
    let mut service = Command::new(built("faulty_service")).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let token = words.next().unwrap().strip_prefix("LINKSPEC_TOKEN=").unwrap();
    assert_eq!(words.next(), Some("linkspec"), "{line}");
    let folder = TempDir::new().unwrap();
    let output =
        bare(&folder, &words.collect::<Vec<_>>()).env("LINKSPEC_TOKEN", token).output().unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("IDEM-02") && said.contains("201"), "{said}");
}

#[test]
fn the_fault_of_the_client_is_found() {
    let folder = TempDir::new().unwrap();
    let client = built("faulty_client");
    let output = bare(&folder, &["run", "--sdk", client.to_str().unwrap(), "--rule", "SDK-07"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("scope"), "{said}");
}
