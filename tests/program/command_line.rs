//! The command line, as a user types it: options, `report`, `rules show`, `completions`.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn linkspec(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn shards_are_merged_verified_compared_and_converted() {
    let folder = tempfile::tempdir().unwrap();
    for shard in ["1/2", "2/2"] {
        let report = format!("json={}.json", &shard[..1]);
        let arguments = ["run", "--product", "personal", "--shard", shard, "--report", &report];
        let output = linkspec(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let merged = linkspec(
        folder.path(),
        &["report", "merge", "1.json", "2.json", "--report", "json=all.json"],
    );
    assert_eq!(merged.status.code(), Some(0), "{}", said(&merged));
    let verified = linkspec(folder.path(), &["report", "verify", "all.json"]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let half = linkspec(folder.path(), &["report", "verify", "1.json"]);
    assert_eq!(half.status.code(), Some(1), "a shard is not the whole suite: {}", said(&half));
    let same = linkspec(folder.path(), &["report", "diff", "all.json", "all.json"]);
    assert_eq!(same.status.code(), Some(0));
    assert!(said(&same).contains("0 verdicts changed"), "{}", said(&same));
    let text = std::fs::read_to_string(folder.path().join("all.json")).unwrap();
    let worse = text.replacen("\"verdict\": \"pass\"", "\"verdict\": \"fail\"", 1);
    assert_ne!(text, worse);
    std::fs::write(folder.path().join("worse.json"), worse).unwrap();
    let diff = linkspec(folder.path(), &["report", "diff", "all.json", "worse.json"]);
    assert_eq!(diff.status.code(), Some(1), "{}", said(&diff));
    let converted =
        linkspec(folder.path(), &["report", "convert", "all.json", "--report", "junit=all.xml"]);
    assert_eq!(converted.status.code(), Some(0), "{}", said(&converted));
    let junit = std::fs::read_to_string(folder.path().join("all.xml")).unwrap();
    assert!(junit.contains("<testsuite"), "{junit}");
}

#[test]
fn what_is_no_report_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.json"), "{\"a\":1}").unwrap();
    for (arguments, part) in [
        (&["report", "merge", "other.json"][..], "other.json is no JSON report"),
        (&["report", "diff", "missing.json", "other.json"], "missing.json cannot be read"),
        (&["report", "convert", "other.json"], "add --report FORMAT=PATH"),
    ] {
        let output = linkspec(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(part), "{}", said(&output));
    }
}

#[test]
fn a_rule_names_the_deviations_it_catches() {
    let folder = tempfile::tempdir().unwrap();
    let shown = said(&linkspec(folder.path(), &["rules", "show", "IDEM-03"]));
    assert!(shown.contains("Deviations of the mock that it catches"), "{shown}");
    let name = shown.lines().last().unwrap().trim().split(':').next().unwrap().to_owned();
    let proved = linkspec(folder.path(), &["prove", "--deviation", &name]);
    assert_eq!(proved.status.code(), Some(0), "{name}: {}", said(&proved));
}

#[test]
fn a_deviation_is_tried_under_a_condition() {
    let folder = tempfile::tempdir().unwrap();
    let prove = |when: &str| {
        let arguments = ["prove", "--depth", "quick", "--deviation", "edit-grants-read", "--when"];
        let output = linkspec(folder.path(), &[&arguments[..], &[when]].concat());
        (output.status.code(), said(&output))
    };
    let (code, text) = prove("scope=users");
    assert_eq!(code, Some(1), "no story of the rules asks for such a link: {text}");
    assert!(text.contains("edit-grants-read when scope=users (business)"), "{text}");
    assert!(!text.contains("(personal)"), "no personal drive has the scope: {text}");
    for (when, parts) in [
        ("retained=true", &["no parameter \"retained\"", "\"keeping\""][..]),
        ("type=edits", &["type has no value \"edits\"", "\"view\", \"edit\", \"embed\""]),
        ("type=edit and type=view", &["type is given twice"]),
        ("edit", &["\"edit\" is not written as NAME=VALUE", "type=edit and address=users"]),
        (
            "who=an application without a user and address=me",
            &[
                "no request is so",
                "personal: who",
                "business: an application without a user has no /me",
            ],
        ),
    ] {
        let (code, text) = prove(when);
        assert_eq!(code, Some(2), "{when}: {text}");
        for part in parts {
            assert!(text.contains(part), "{when}: {text}");
        }
    }
    let output = linkspec(folder.path(), &["prove", "--when", "type=edit"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn a_curve_that_cannot_be_drawn_is_refused_before_the_trials() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing").join("curve.html").display().to_string();
    for (report, part) in [
        ("json=curve.json", "drawn as html"),
        ("html=-", "into a file"),
        ("html", "html=PATH"),
        (&*format!("html={nowhere}"), "does not exist"),
    ] {
        // So many trials would take hours.
        let arguments = ["prove", "--conditional", "60000", "--report", report];
        let output = linkspec(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{report}: {}", said(&output));
        assert!(said(&output).contains(part), "{report}: {}", said(&output));
    }
    let output = linkspec(folder.path(), &["prove", "--report", "html=curve.html"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--conditional"), "{}", said(&output));
}

#[test]
fn a_run_of_which_nothing_was_said_tells_what_it_judges_in_its_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let first = |arguments: &[&str]| {
        let few = ["run", "--product", "business", "--rule", "IDEM-02"];
        let output = linkspec(folder.path(), &[&few[..], arguments].concat());
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
    };
    let said = first(&[]);
    assert!(said.contains("No service is named") && said.contains("built-in mock"), "{said}");
    assert!(said.contains("--drive me") && said.contains("--sdk"), "{said}");
    assert!(!first(&["--target", "mock"]).contains("No service is named"));
    // Beside a report on standard output nothing else stands there, and the report says it.
    let report: serde_json::Value = {
        let few = ["run", "--product", "business", "--rule", "IDEM-02", "--report", "json=-"];
        serde_json::from_slice(&linkspec(folder.path(), &few).stdout).unwrap()
    };
    assert!(report["remarks"][0].as_str().unwrap().contains("built-in mock"), "{report}");
}

#[test]
fn every_shell_gets_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = said(&linkspec(folder.path(), &["completions", shell]));
        assert!(script.contains("report") && script.contains("doctor"), "{shell}");
    }
    let unknown = linkspec(folder.path(), &["completions", "bsh"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("bash"), "{}", said(&unknown));
}

#[test]
fn every_option_has_a_variable_and_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let help = said(&linkspec(folder.path(), &["run", "--help"]));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/linkspec.schema.json");
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let options: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("-v, ").strip_prefix("--"))
        .filter_map(|line| line.split(|it: char| it != '-' && !it.is_ascii_lowercase()).next())
        .filter(|it| *it != "help")
        .collect();
    assert!(options.len() > 25, "{options:?}");
    for option in options {
        let key = option.replace('-', "_");
        let variable = format!("LINKSPEC_{}", key.to_uppercase());
        assert!(help.contains(&format!("[env: {variable}=")), "{option} has no {variable}");
        // The profile is the file itself; the kind of target is called so beside it.
        let key = if key == "target" { "kind".to_owned() } else { key };
        let known = ["run", "target"]
            .iter()
            .any(|table| !schema["properties"][table]["properties"][&key].is_null());
        // Colours are the person's and not the project's.
        assert!(known || ["profile", "color"].contains(&option), "{option} has no key");
    }
}

#[test]
fn an_option_wins_over_its_variable_a_variable_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("linkspec.toml"),
        "[target]\nproduct = [\"business\"]\n[run]\nrule = [\"IDEM-02\"]\nshow_wire = true\n",
    )
    .unwrap();
    let plan = |variables: &[(&str, &str)], options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linkspec"));
        command.current_dir(folder.path()).env_clear().arg("plan").args(options);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), said(&output))
    };
    // A flag of the file says what it says, until its variable says no.
    let (code, text) = plan(&[], &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--show-wire"), "{text}");
    let no = ("LINKSPEC_SHOW_WIRE", "false");
    for (variables, options, rule, product) in [
        (&[no][..], &[][..], "IDEM-02", "business"),
        (&[no, ("LINKSPEC_RULE", "TYPE-01")], &[], "TYPE-01", "business"),
        (&[no, ("LINKSPEC_RULE", "TYPE-01")], &["--rule", "TYPE-02"], "TYPE-02", "business"),
        (&[no, ("LINKSPEC_PRODUCT", "sharepoint")], &[], "IDEM-02", "sharepoint"),
    ] {
        let (code, text) = plan(variables, options);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(&format!("-> {rule}\n")), "{variables:?} {options:?}: {text}");
        assert!(text.starts_with(&format!("{product}:")), "{variables:?} {options:?}: {text}");
        assert_eq!(text.matches(" stories, ").count(), 1, "{text}");
    }
}

#[test]
fn the_wire_of_no_library_cannot_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let output = linkspec(folder.path(), &["run", "--show-wire"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--sdk \"COMMAND ARGS\""), "{}", said(&output));
}

#[test]
fn verbose_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    for twice in [
        &["run", "-v", "-v"][..],
        &["run", "-vv"],
        &["run", "-v", "--verbose"],
        &["judge", "-vv", "recording.har"],
        &["serve", "-vv"],
    ] {
        let output = linkspec(folder.path(), twice);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("--verbose"), "{}", said(&output));
    }
}

/// A full disk behind standard output, as `/dev/full` is one.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_printed_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.json"), "{}").unwrap();
    for arguments in [
        &["rules"][..],
        &["rules", "--format", "json"],
        &["plan"],
        &["run", "--product", "business", "--rule", "IDEM-02"],
        &["cleanup"],
        &["completions", "bash"],
        &["init"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .env("XDG_STATE_HOME", folder.path())
            .stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        let shown = said(&output);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {shown}");
        assert_eq!(shown.matches("error: ").count(), 1, "{arguments:?}: {shown}");
        assert!(shown.contains("printed"), "{arguments:?}: {shown}");
    }
}

#[test]
fn what_options_take_can_be_listed() {
    let here = Path::new(".");
    for (what, part) in [
        ("deviations", "always-created"),
        ("variants", "observed-form"),
        ("tags", "@needs-second-user"),
        ("formats", "junit"),
    ] {
        let output = linkspec(here, &["list", what]);
        assert_eq!(output.status.code(), Some(0), "{what}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().any(|line| line.starts_with(part)), "{what}: {text}");
        let json = linkspec(here, &["list", what, "--json"]).stdout;
        let list: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert!(list.as_array().unwrap().iter().any(|it| it["name"] == part), "{what}");
    }
}

#[test]
fn what_plan_and_doctor_cannot_honour_is_not_listed_and_refused() {
    let here = Path::new(".");
    for (arguments, said_of) in [
        (
            &["run", "--target", "mock", "--drive", "me"][..],
            "--drive means nothing to the built-in mock",
        ),
        (&["run", "--tags", "@idem"], "did you mean \"@IDEM\"?"),
        (&["run", "--product", "onedrive"], "personal, business, sharepoint"),
    ] {
        let output = linkspec(Path::new("."), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(said_of), "{}", said(&output));
    }
    for (command, option) in [("plan", "--report"), ("doctor", "--budget")] {
        let help = linkspec(here, &[command, "--help"]);
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(!text.contains(option), "{command}: {text}");
        let refused = linkspec(here, &[command, option, "1"]);
        assert_eq!(refused.status.code(), Some(2), "{command}");
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.contains(&format!("{option} means nothing to {command}")), "{text}");
    }
}

#[test]
fn what_is_no_saved_page_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let login = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Sign in to your account</form>\
                 <p>Enter the password of your account.</p></body></html>";
    let other = "# Delete\n\n## HTTP request\n\n```http\nDELETE /me/drive/items/{item-id}/permissions/{perm-id}\n```\n";
    let pages: [(&str, &[u8], &str); 6] = [
        ("empty.md", b"", "empty.md is empty"),
        ("blank.md", b" \n\t\r\n", "blank.md is empty"),
        ("login.html", login.as_bytes(), "is no copy of the page"),
        (
            "frame.html",
            b"<html><head><title>x</title></head><body><nav>a</nav></body></html>",
            "no text of a",
        ),
        ("other.md", other.as_bytes(), "is no copy of the page"),
        ("latin.txt", b"caf\xe9 \xff", "is no UTF-8 text"),
    ];
    for (name, bytes, message) in pages {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let output = linkspec(folder.path(), &["rules", "check", name]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        let shown = said(&output);
        assert!(shown.starts_with("error: ") && shown.contains(message), "{name}: {shown}");
        assert_eq!(shown.matches("error: ").count(), 1, "{shown}");
    }
}

#[test]
fn no_more_of_a_page_is_read_than_a_page_has() {
    let folder = tempfile::tempdir().unwrap();
    // A sparse file: nothing of it is written.
    let big = std::fs::File::create(folder.path().join("big.md")).unwrap();
    big.set_len(200 * 1024 * 1024).unwrap();
    let output = linkspec(folder.path(), &["rules", "check", "big.md"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("big.md is no saved page: it is larger than"),
        "{}",
        said(&output)
    );

    // From a pipe it takes no more either: whoever goes on writing finds it closed.
    let mut child = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args(["rules", "check", "-"])
        .env_clear()
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let piece = vec![b'a'; 1024 * 1024];
    let written = (0..200).take_while(|_| pipe.write_all(&piece).is_ok()).count();
    assert!(written < 20, "{written} MiB were taken");
    let mut shown = String::new();
    child.stderr.take().unwrap().read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2), "{shown}");
    assert!(shown.contains("standard input is no saved page"), "{shown}");
}

#[test]
fn a_withdrawn_id_says_by_what_it_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let shown = said(&linkspec(folder.path(), &["rules", "show", "TYPE-09"]));
    assert!(shown.contains("TYPE-09 is withdrawn, replaced by SIDE-13"), "{shown}");
    let run = linkspec(folder.path(), &["run", "--rule", "LINK-13"]);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(
        said(&run).contains("LINK-13 is withdrawn") && said(&run).contains("--rule IDEM-06"),
        "{}",
        said(&run)
    );
}
