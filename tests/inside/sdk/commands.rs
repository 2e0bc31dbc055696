//! The command line of a run through a client library, and its mistakes.

use std::process::Command;

use linkspec::library::{Adapter, AdapterCommand, AdapterStartError, FaultKind};

use super::{adapter, root};

#[tokio::test]
async fn a_command_that_cannot_be_used_says_why() {
    let start = |text: &str| {
        let command = AdapterCommand::parse(text).unwrap();
        async move { Adapter::start(&command).await.unwrap_err() }
    };
    assert!(matches!(start("/no/such/adapter").await, AdapterStartError::NotFound(_)));
    let manifest = root().join("Cargo.toml");
    let error = start(&manifest.display().to_string()).await;
    assert!(matches!(error, AdapterStartError::NotExecutable(_)), "{error}");
    for (defect, kind, words) in [
        ("exits-at-once", FaultKind::Exited, "left-pad"),
        ("other-protocol", FaultKind::OtherProtocol, "protocol 2"),
        ("refuses-hello", FaultKind::OtherProtocol, "only protocol 2"),
    ] {
        let Some(command) = adapter(defect) else { return };
        let AdapterStartError::Fault(fault) = Adapter::start(&command).await.unwrap_err() else {
            panic!("{defect} started");
        };
        assert_eq!(fault.kind, kind);
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

/// What the program prints and how it ends, for a command that cannot be used.
fn refused(subcommand: &str, command: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args([subcommand, "--sdk", command])
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_command_that_cannot_be_used_is_refused_with_what_to_do() {
    let Some(model) = adapter("none") else { return };
    let manifest = root().join("Cargo.toml").display().to_string();
    let with = |defect: &str| model.to_string().replace(" none", &format!(" {defect}"));
    let cases = [
        ("/no/such/adapter".to_owned(), 2, "is not found", "PATH"),
        (manifest, 2, "is not executable", "chmod +x"),
        (with("exits-at-once"), 3, "left-pad", "run it alone and see: echo"),
        (with("other-protocol"), 3, "protocol 2", "update the adapter"),
        (with("refuses-hello"), 3, "only protocol 2", "update the adapter"),
        ("node \"adapter.js".to_owned(), 2, "is not closed", "write the command as in a shell"),
        (" ".to_owned(), 2, "is empty", "write the command as in a shell"),
    ];
    for (command, expected, message, fix) in cases {
        for subcommand in ["run", "doctor"] {
            let (code, printed) = refused(subcommand, &command);
            assert_eq!(code, Some(expected), "{subcommand} {command}: {printed}");
            assert!(printed.contains(message) && printed.contains(fix), "{command}: {printed}");
        }
    }
}

#[test]
fn doctor_checks_an_adapter_alone_and_tells_how_to_ask_it_again() {
    let Some(model) = adapter("none") else { return };
    let doctor = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["doctor", "--sdk", command])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, printed) = doctor(&model.to_string());
    assert_eq!(code, Some(0), "{printed}");
    for wanted in ["ok    hello: model 1.0.0 (javascript)", "createLink: a success", "on the wire:"]
    {
        assert!(printed.contains(wanted), "{wanted}: {printed}");
    }
    let line = printed.lines().last().unwrap();
    assert!(line.contains(r#"{"id":0,"op":"hello","protocol":1}"#), "{line}");
    assert!(line.contains(r#""op":"createLink""#) && line.ends_with(&model.to_string()), "{line}");
    let (code, printed) = doctor(&model.to_string().replace(" none", " rubbish"));
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("FAIL  createLink") && printed.contains("DEBUG"), "{printed}");
}

#[test]
fn what_means_nothing_to_a_scripted_service_is_refused() {
    for options in [
        &["--record", "run.ndjson"][..],
        &["--budget", "5"],
        &["--read-only"],
        &["--product", "personal,business"],
        &["--rule", "SDK-05,IDEM-02"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(["run", "--sdk", "no-such-adapter"])
            .args(options)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {printed}");
        assert!(printed.contains("hint:") && printed.contains("--sdk"), "{options:?}: {printed}");
        assert!(!printed.contains("not found"), "{options:?}: {printed}");
    }
}

/// The lines of docs/sdks.md that begin with the program, less the remark at the end, as a shell takes them.
fn printed_lines() -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(root().join("docs/sdks.md")).unwrap();
    let lines = page.lines().filter(|it| it.starts_with("target/release/linkspec "));
    lines
        .map(|line| line.split("   # ").next().unwrap_or(line))
        .map(|line| AdapterCommand::parse(line).unwrap().arguments)
        .collect()
}

#[test]
fn what_the_page_about_libraries_prints_works_from_the_root() {
    let (mut judged, mut named) = (0, 0);
    for words in printed_lines() {
        let linkspec = |arguments: &[&str]| {
            let program = env!("CARGO_BIN_EXE_linkspec");
            Command::new(program).args(arguments).current_dir(root()).output().unwrap()
        };
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["judge", file] => {
                let output = linkspec(&["judge", file]);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{file}: {output:?}");
                judged += 1;
            }
            ["run", "--sdk", command] => {
                named += 1;
                // What the README of its folder builds, where that is built, answers.
                let program = command.split(' ').find(|it| it.starts_with("adapters/")).unwrap();
                let readme = program.split('/').take(2).collect::<Vec<_>>().join("/");
                assert!(root().join(readme).join("README.md").exists(), "{command}");
                let start = command.split(' ').next().unwrap();
                let is_built = command
                    .split(' ')
                    .filter(|it| it.contains('/'))
                    .all(|it| root().join(it).exists())
                    && (start != "node"
                        || root().join("adapters/javascript/node_modules").exists());
                if !is_built {
                    eprintln!("skipped: {command} is not built (adapters/README.md)");
                    continue;
                }
                let output = linkspec(&["doctor", "--sdk", command]);
                assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(judged >= 5 && named >= 5, "{judged} and {named} lines");
}
