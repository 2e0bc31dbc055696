//! The shell in the action, the release workflow and the recipes of docs/ci, carried out as it stands there.

use std::path::Path;
use std::process::{Command, Output};

use linkspec::graph::Product;

use crate::service::{Service, report, text};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The lines of a block scalar (`key: |` or `- |`), without their indentation: the first after `mark`.
fn shell(file: &str, mark: &str) -> String {
    let text = std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
    let rest = &text[text.find(mark).unwrap_or_else(|| panic!("{file} has no {mark}"))..];
    let mut lines = rest.lines().skip_while(|line| !line.trim_end().ends_with('|')).skip(1);
    let first = lines.next().unwrap();
    let indent = first.len() - first.trim_start().len();
    let block = std::iter::once(first).chain(lines);
    block
        .take_while(|line| line.trim().is_empty() || line.starts_with(&" ".repeat(indent)))
        .map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()))
        .collect()
}

/// bash, as a runner starts it, with linkspec on the PATH and nothing else of this process's environment.
fn bash(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_linkspec")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binary).chain(std::env::split_paths(&path));
    Command::new("bash")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::join_paths(paths).unwrap())
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn action(folder: &Path, variables: &[(&str, &str)]) -> Output {
    let script = format!("{ROOT}/.ci/action");
    let reports = folder.join("reports").display().to_string();
    let summary = folder.join("summary.md").display().to_string();
    let outputs = folder.join("outputs").display().to_string();
    let mut all = vec![
        ("ACTION_REPORTS", reports.as_str()),
        ("GITHUB_STEP_SUMMARY", &summary),
        ("GITHUB_OUTPUT", &outputs),
    ];
    all.extend(variables);
    bash(folder, &[&script, "run"], &all)
}

#[test]
fn the_action_writes_every_report_and_the_summary_and_ends_as_the_run_does() {
    let folder = tempfile::tempdir().unwrap();
    let run = action(
        folder.path(),
        &[("ACTION_ARGUMENTS", r#"--product business --tags "@must and @business""#)],
    );
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    for file in ["report.json", "report.xml", "report.sarif", "report.html"] {
        assert!(folder.path().join("reports").join(file).exists(), "{file}");
    }
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(summary.contains("linkspec"), "{summary}");
    let outputs = std::fs::read_to_string(folder.path().join("outputs")).unwrap();
    assert!(outputs.contains("exit-code=0\n"), "{outputs}");
}

#[test]
fn the_action_tells_a_usage_mistake_and_a_red_by_linkspecs_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let mistake = action(folder.path(), &[("ACTION_ARGUMENTS", "--rule NOPE-1")]);
    assert_eq!(mistake.status.code(), Some(2), "{}", text(&mistake));

    let service = Service::start(linkspec::mock::Options {
        deviation: linkspec::mock::deviation("always-created"),
        ..linkspec::mock::Options::new(Product::Business)
    });
    let (base, drive) = (service.base_url(), service.drive());
    let red = action(
        folder.path(),
        &[
            ("ACTION_BASE_URL", &base),
            ("ACTION_DRIVE", &drive),
            ("ACTION_ARGUMENTS", "--rule IDEM-02"),
            ("LINKSPEC_TOKEN", service.mock.token(linkspec::mock::Identity::Owner)),
        ],
    );
    assert_eq!(red.status.code(), Some(1), "{}", text(&red));
    let outputs = std::fs::read_to_string(folder.path().join("outputs")).unwrap();
    assert!(outputs.contains("exit-code=1\n"), "{outputs}");
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(summary.contains("IDEM-02"), "{summary}");
}

#[test]
fn arguments_of_the_action_are_words_and_not_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let run = action(folder.path(), &[("ACTION_ARGUMENTS", "--tags '$(touch made)' ; touch made")]);
    assert_eq!(run.status.code(), Some(2), "{}", text(&run));
    assert!(!folder.path().join("made").exists());
}

/// What both recipes for several machines do: each part is told by its own process, and the parts make one whole.
fn told_in_parts(part: impl Fn(&Path, &Service, usize) -> Output) {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::of(Product::Business);
    for number in 1..=4 {
        let output = part(folder.path(), &service, number);
        assert_eq!(output.status.code(), Some(0), "part {number}: {}", text(&output));
    }
    let whole = shell("docs/ci/sharded.yml", "- name: The whole").replace("exit \"$code\"", "");
    let variables = [("GITHUB_STEP_SUMMARY", "summary.md")];
    let merged = bash(folder.path(), &["-c", &whole], &variables);
    assert_eq!(merged.status.code(), Some(0), "{}", text(&merged));
    assert!(text(&merged).contains("exit "), "{}", text(&merged));
    for number in 1..=4 {
        let part = report(&folder.path().join(format!("report-{number}.json")));
        assert!(part["rules"].as_array().is_some_and(|it| !it.is_empty()), "part {number}");
    }
}

#[test]
fn the_sharded_workflow_tells_every_part_with_its_share_of_the_budget() {
    let script = shell("docs/ci/sharded.yml", "- name: One part of the run");
    told_in_parts(|folder, service, number| {
        let script = script.replace("drives/ID", &service.drive());
        let base = service.base_url();
        let number = number.to_string();
        let token = service.mock.token(linkspec::mock::Identity::Owner);
        let variables = [
            ("SHARDS", "4"),
            ("BUDGET", "402"),
            ("SHARD", number.as_str()),
            ("LINKSPEC_BASE_URL", &base),
            ("LINKSPEC_TOKEN", token),
        ];
        bash(folder, &["-eo", "pipefail", "-c", &script], &variables)
    });
}

#[test]
fn the_pods_of_the_indexed_job_tell_every_part_with_their_share_of_the_budget() {
    let script = shell("docs/ci/kubernetes-job.yaml", "args:");
    told_in_parts(|folder, service, number| {
        let script = script.replace("/reports/", &format!("{}/", folder.display()));
        let (base, drive) = (service.base_url(), service.drive());
        let index = (number - 1).to_string();
        let token = service.mock.token(linkspec::mock::Identity::Owner);
        let variables = [
            ("SHARDS", "4"),
            ("BUDGET", "402"),
            ("JOB_COMPLETION_INDEX", index.as_str()),
            ("LINKSPEC_BASE_URL", &base),
            ("LINKSPEC_DRIVE", &drive),
            ("LINKSPEC_TOKEN", token),
        ];
        bash(folder, &["-e", "-c", &script], &variables)
    });
}

#[test]
fn a_part_with_a_mistake_in_it_fails_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let script = shell("docs/ci/sharded.yml", "- name: One part of the run");
    let variables = [("SHARDS", "4"), ("BUDGET", "80"), ("SHARD", "9"), ("LINKSPEC_TOKEN", "x")];
    let output = bash(folder.path(), &["-eo", "pipefail", "-c", &script], &variables);
    assert_ne!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn a_release_is_packed_with_its_checksum_and_only_under_its_own_version() {
    let version = env!("CARGO_PKG_VERSION");
    let folder = Path::new(ROOT);
    let script = format!("{ROOT}/.ci/release");
    let wrong = bash(folder, &[&script], &[("TAG", "v99.0.0"), ("TARGET", "x86_64-test")]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong).contains("Cargo.toml says"), "{}", text(&wrong));

    // A stand-in that calls the real one: packing an unoptimised binary takes a minute.
    let here = tempfile::tempdir().unwrap();
    let binary = here.path().join("linkspec");
    let call = format!("#!/bin/sh\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_linkspec"));
    std::fs::write(&binary, call).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&binary, executable).unwrap();
    let binary = binary.display().to_string();
    let tag = format!("v{version}");
    let variables =
        [("TAG", tag.as_str()), ("TARGET", "x86_64-test"), ("LINKSPEC_BINARY", binary.as_str())];
    let packed = bash(folder, &[&script], &variables);
    assert_eq!(packed.status.code(), Some(0), "{}", text(&packed));
    let name = format!("linkspec-{version}-x86_64-test.tar.gz");
    let files = folder.join("target/release-files");
    let listed = Command::new("tar").arg("-tzf").arg(files.join(&name)).output().unwrap();
    assert!(text(&listed).contains("./linkspec\n"), "{}", text(&listed));
    let sum = std::fs::read_to_string(files.join(format!("{name}.sha256"))).unwrap();
    assert!(sum.trim_end().ends_with(&name), "{sum}");
}
