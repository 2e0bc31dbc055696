//! doctor, init, signing in from a pipe, resuming, and running without createLink.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::service::{Reaction, Service, assert_same, bare, journals, report, text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linkspec::graph::Product;
use linkspec::mock::Identity;
use serde_json::Value;

fn judged(report: &Value) -> Vec<String> {
    let rules = report["rules"].as_array().unwrap().iter();
    let judged =
        rules.filter(|it| matches!(it["verdict"].as_str(), Some("pass" | "fail" | "warn")));
    judged.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn doctor_tells_a_line_a_check_and_changes_nothing() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let (base, drive) = (service.base_url(), service.drive());
    let doctor = |profile: &str| {
        std::fs::write(folder.path().join("linkspec.toml"), profile).unwrap();
        let arguments = ["doctor", "--base-url", &base, "--drive", &drive];
        service.linkspec(&folder, &arguments).output().unwrap()
    };
    let complete = "[tenant]\nanonymous_links = \"enabled\"\nexpiration_policy_days = 0\ndefault_scope = \"organization\"\n";
    let good = doctor(complete);
    let shown = text(&good);
    assert_eq!(good.status.code(), Some(0), "{shown}");
    for part in [
        "ok    configuration",
        "ok    service root",
        "ok    proxy: none is set",
        "ok    TLS: certificates of the system",
        "is business",
        "ok    clock",
        "no token for an application without a user",
        "LINKSPEC_TOKEN_APP_ONLY",
    ] {
        assert!(shown.contains(part), "{part} is missing in: {shown}");
    }
    assert!(!shown.contains("fix   "), "{shown}");
    // Each problem has its fix on the line below.
    let bad = doctor(
        "[tenant]\npremium = true\ncheckout_library = true\n[addresses]\ngroup = \"0d9a7c5e-0000-4e6a-8c2d-7f5b9e1a3c40\"\n",
    );
    let shown = text(&bad);
    assert_eq!(bad.status.code(), Some(3), "{shown}");
    for (finding, fix) in [
        ("fix   profile: premium is declared", "remove premium"),
        ("fix   profile: checkout_library is declared", "remove checkout_library"),
        ("at its groups address", "correct it in [addresses]"),
        ("note  profile: anonymous_links is not declared", "declare anonymous_links"),
        ("note  profile: default_scope is not declared", "declare default_scope"),
        ("note  profile: expiration_policy_days is not declared", "declare expiration_policy_days"),
    ] {
        let mut lines = shown.lines().skip_while(|line| !line.contains(finding));
        assert!(lines.next().is_some(), "{finding} is missing in: {shown}");
        assert!(lines.next().is_some_and(|line| line.contains(fix)), "{finding}: {shown}");
    }
    assert!(!shown.contains("0d9a7c5e-0000"), "{shown}");
    let reads = service.gate().seen().iter().all(|it| it.method == "GET");
    assert!(reads, "doctor changes nothing");
    assert_same(&service.snapshot(), &before, "");
    assert!(journals(&folder).is_empty());
}

#[test]
fn doctor_tells_what_each_token_lacks() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let token = |claims: &str| {
        format!("{}.{}.{}", encode(r#"{"alg":"none"}"#), encode(claims), encode("signature"))
    };
    let owner = service.mock.token(Identity::Owner).to_owned();
    service.gate().react(move |_| Reaction::As(owner.clone()));
    let (base, drive) = (service.base_url(), service.drive());
    let doctor = service
        .linkspec(&folder, &["doctor", "--base-url", &base, "--drive", &drive])
        .env("LINKSPEC_TOKEN", token(r#"{"scp":"Files.Read"}"#))
        .env("LINKSPEC_TOKEN_APP_ONLY", token(r#"{"scp":"Files.ReadWrite.All"}"#))
        .output()
        .unwrap();
    let shown = text(&doctor);
    assert_eq!(doctor.status.code(), Some(3), "{shown}");
    for part in [
        "fix   this token has Files.Read only",
        "has a token of a signed-in user",
        "use client credentials",
    ] {
        assert!(shown.contains(part), "{part} is missing in: {shown}");
    }
}

#[test]
fn doctor_tells_which_identity_cannot_sign_in() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("linkspec.toml"),
        "[sign_in.app_only]\nfile = \"no-such-file\"\n",
    )
    .unwrap();
    let (base, drive) = (service.base_url(), service.drive());
    let arguments = ["doctor", "--base-url", &base, "--drive", &drive];
    let doctor = service.linkspec(&folder, &arguments).output().unwrap();
    let shown = text(&doctor);
    assert_eq!(doctor.status.code(), Some(3), "{shown}");
    assert!(shown.contains("fix   sign-in of an application without a user"), "{shown}");
    assert!(shown.contains("no-such-file"), "{shown}");
}

#[test]
fn init_writes_a_profile_that_doctor_takes() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let drive = service.drive();
    let init = |rest: &[&str]| {
        let mut arguments = vec!["init", "--drive", &drive];
        arguments.extend(rest);
        bare(&folder, &arguments).output().unwrap()
    };
    let path = folder.path().join("linkspec.toml");
    for (rest, parts) in [
        (["--anonymous-links", "enable"], ["is no answer", "did you mean \"enabled\"?"]),
        (["--expiration-policy-days", "many"], ["expiration_policy_days", "is no answer"]),
    ] {
        let wrong = init(&rest);
        assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong));
        for part in parts {
            assert!(text(&wrong).contains(part), "{}", text(&wrong));
        }
        assert!(!path.exists(), "nothing is written");
    }
    let written = init(&[
        "--cloud",
        "global",
        "--anonymous-links",
        "enabled",
        "--organization-links",
        "enabled",
        "--default-scope",
        "organization",
        "--expiration-policy-days",
        "0",
    ]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written));
    assert!(text(&written).contains("linkspec doctor"), "{}", text(&written));
    let profile = std::fs::read_to_string(&path).unwrap();
    // Every key has its comment; what was not answered is there to be filled in.
    for line in profile.lines().filter(|it| it.contains(" = ") && !it.contains("command")) {
        assert!(line.matches("# ").count() >= 1, "{line}");
    }
    assert!(profile.contains("\n# premium = true  #"), "{profile}");
    // Editors check the file by its first line.
    assert!(profile.starts_with("#:schema ./linkspec.schema.json\n"), "{profile}");
    let beside = std::fs::read_to_string(folder.path().join("linkspec.schema.json")).unwrap();
    assert_eq!(beside, include_str!("../../schemas/linkspec.schema.json"));
    let again = init(&[]);
    assert_eq!(again.status.code(), Some(2), "an existing file is not overwritten");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), profile);
    let doctor =
        service.linkspec(&folder, &["doctor", "--base-url", &service.base_url()]).output().unwrap();
    assert_eq!(doctor.status.code(), Some(0), "{}", text(&doctor));
    assert!(text(&doctor).contains("the drive drives/ID is business"), "{}", text(&doctor));
}

#[test]
fn a_token_from_a_pipe() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("linkspec.toml"), "[sign_in.owner]\nstdin = true\n").unwrap();
    let mut command = service.run(&folder, &["--rule", "IDEM-02"]);
    command.env_remove("LINKSPEC_TOKEN").stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", service.mock.token(Identity::Owner)).unwrap();
    drop(stdin);
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    // Nothing piped in: said, not waited for.
    let mut empty = service.run(&folder, &["--rule", "IDEM-02"]);
    let run = empty.env_remove("LINKSPEC_TOKEN").stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    assert!(text(&run).contains("standard input"), "{}", text(&run));
}

#[test]
fn a_run_that_goes_on_later_gives_one_report() {
    let service = Service::forwarding(Product::Personal);
    let folder = tempfile::tempdir().unwrap();
    let files = ["--level", "must", "--report", "json=report.json"];
    let first = service.live(&folder, &[&files[..], &["--record", "run.ndjson"]].concat());
    assert_eq!(first.status.code(), Some(5), "{}", text(&first));
    let calls = service.mock.create_link_calls();
    let shown = format!("createLink: {calls} calls made, ");
    assert!(text(&first).contains(&shown), "{shown} is missing in: {}", text(&first));
    assert!(!text(&first).contains(", 0 left"), "{}", text(&first));
    let one = report(&folder.path().join("report.json"));
    assert_eq!(one["complete"], false);
    let mut rounds = 0;
    let last = loop {
        let before = service.mock.create_link_calls();
        let again = service.live(&folder, &[&files[..], &["--resume", "run.ndjson"]].concat());
        assert!(service.mock.create_link_calls() - before <= 8, "{}", text(&again));
        rounds += 1;
        if again.status.code() != Some(5) {
            break again;
        }
        assert!(rounds < 20, "it gets on: {}", text(&again));
    };
    assert_eq!(last.status.code(), Some(0), "{}", text(&last));
    assert!(text(&last).contains(", 0 left"), "{}", text(&last));
    let merged = report(&folder.path().join("report.json"));
    assert_eq!(merged["complete"], true);
    let (before, after) = (judged(&one), judged(&merged));
    assert!(before.iter().all(|it| after.contains(it)), "what was judged stays judged");
    assert!(after.len() > before.len());
    // What is told in pieces is told as in one go.
    let whole = service
        .live(&folder, &["--level", "must", "--budget", "1000", "--report", "json=whole.json"]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
    assert_eq!(judged(&report(&folder.path().join("whole.json"))), after);
}

#[test]
fn a_run_goes_on_where_it_began_or_not_at_all() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let other = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let rules = ["--rule", "IDEM-02,TYPE-08,SIDE-05"];
    let linkspec = |words: &[&str]| {
        service.linkspec(&folder, &[&["run"], words, &rules[..]].concat()).output().unwrap()
    };
    let (base, drive) = (service.base_url(), service.drive());
    let stop = |file: &str, words: &[&str]| {
        let stopped = linkspec(&[words, &["--budget", "2", "--record", file]].concat());
        assert_eq!(stopped.status.code(), Some(5), "{}", text(&stopped));
        std::fs::read_to_string(folder.path().join(file)).unwrap()
    };
    let kept = stop("live.run", &["--base-url", &base, "--drive", &drive]);
    stop("me.run", &["--base-url", &base, "--drive", "me"]);
    stop("mock.run", &["--product", "business"]);
    assert!(!kept.contains(service.mock.drive_id()));
    let sent = service.gate().seen().len();
    let elsewhere = other.base_url();
    for (words, part) in [
        (&["--resume", "live.run", "--base-url", &base][..], "--drive drives/ID"),
        (&["--resume", "live.run", "--drive", &drive], "name it again: --base-url http"),
        (&["--resume", "live.run", "--target", "mock"], "of a run on a live target"),
        (
            &["--resume", "live.run", "--drive", &drive, "--base-url", &elsewhere],
            "of a run at http",
        ),
        (&["--resume", "live.run", "--drive", &drive, "--cloud", "china"], "of a run at http"),
        (&["--resume", "mock.run", "--base-url", &base, "--drive", &drive], "of a run on the mock"),
        (&["--resume", "none.run"], "none.run cannot be read"),
    ] {
        let refused = linkspec(words);
        assert_eq!(refused.status.code(), Some(2), "{words:?}: {}", text(&refused));
        assert!(text(&refused).contains(part), "{words:?}: {}", text(&refused));
    }
    assert_eq!(service.gate().seen().len(), sent, "nothing was sent");
    assert!(other.gate().seen().is_empty());
    // Another drive of the same service is known when it is read.
    service.gate().react(|seen| match seen.method == "GET" && !seen.target.contains("/items") {
        true => Reaction::Alter(Box::new(|reply| {
            let body = reply.text().replace("b!", "b!another");
            reply.saying(body)
        })),
        false => Reaction::Forward,
    });
    let refused = linkspec(&["--resume", "live.run", "--drive", &drive, "--base-url", &base]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("on another drive"), "{}", text(&refused));
    assert!(service.gate().seen()[sent..].iter().all(|it| !it.mutates()));
    service.gate().react(|_| Reaction::Forward);
    let now = std::fs::read_to_string(folder.path().join("live.run")).unwrap();
    assert_eq!(now, kept, "what is kept stays as it is");
    for words in [
        &["--resume", "live.run", "--drive", &drive, "--base-url", &base][..],
        &["--resume", "me.run", "--base-url", &base],
        &["--resume", "mock.run"],
    ] {
        let on = linkspec(&[words, &["--report", "json=report.json"]].concat());
        assert_eq!(on.status.code(), Some(0), "{words:?}: {}", text(&on));
        let report = report(&folder.path().join("report.json"));
        assert_eq!(report["complete"], true, "{words:?}");
        let live = words[1] != "mock.run";
        assert_eq!(report["target"]["kind"] == "live", live, "{words:?}");
        assert_eq!(judged(&report).len(), 3, "{words:?}: {}", text(&on));
    }
    assert_same(&service.snapshot(), &before, "");
    assert!(journals(&folder).is_empty());
}

#[test]
fn read_only_makes_no_link_and_says_what_it_could_not_judge() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let files = ["--report", "json=report.json", "--record", "run.ndjson", "-v"];
    let run = service.live(&folder, &[&["--read-only"], &files[..]].concat());
    let shown = text(&run);
    assert_eq!(service.mock.create_link_calls(), 0);
    // It came to its end: that it makes no link is what was asked for.
    assert_eq!(run.status.code(), Some(0), "{shown}");
    assert!(shown.contains("stories need createLink and were not told"), "{shown}");
    assert!(!shown.contains("--budget") && !shown.contains("--resume"), "{shown}");
    let verdicts = report(&folder.path().join("report.json"));
    assert_eq!(verdicts["complete"], true);
    let rules = verdicts["rules"].as_array().unwrap();
    assert!(rules.iter().all(|it| it["verdict"] != "fail"), "{shown}");
    let open: Vec<&Value> = rules.iter().filter(|it| it["verdict"] == "not-run").collect();
    assert!(open.len() > 50);
    assert!(open.iter().all(|it| !it["reason"].as_str().unwrap().is_empty()));
    let left_out = "needs createLink, which --read-only leaves out";
    assert!(open.iter().any(|it| it["reason"].as_str().unwrap().contains(left_out)), "{shown}");
    assert_same(&service.snapshot(), &before, "");
    // What was left out is told when the run goes on without that.
    let on = ["--resume", "run.ndjson", "--rule", "IDEM-02", "--report", "json=report.json"];
    let whole = service.live(&folder, &on);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
    assert_eq!(judged(&report(&folder.path().join("report.json"))), ["IDEM-02"]);
}

#[test]
fn read_only_with_nothing_to_judge_proves_nothing() {
    let service = Service::forwarding(Product::Business);
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--read-only", "--rule", "IDEM-02"]);
    assert_eq!(run.status.code(), Some(4), "{}", text(&run));
    assert_eq!(service.mock.create_link_calls(), 0);
    assert!(journals(&folder).is_empty());
}

#[test]
fn a_drive_by_each_of_its_addresses() {
    for product in [Product::Personal, Product::Business, Product::SharePoint] {
        let service = Service::forwarding(product);
        let before = service.snapshot();
        let user = service.mock.user_principal_name();
        let mut drives = vec![service.drive()];
        if product != Product::SharePoint {
            drives.push("me".to_owned());
        }
        if product == Product::Business {
            drives.extend([format!("users/{user}"), format!("users/{}", service.mock.user_id())]);
        }
        drives.extend(service.mock.group_id().map(|id| format!("groups/{id}")));
        drives.extend(service.mock.site_id().map(|id| format!("sites/{id}")));
        let base = service.base_url();
        for drive in drives {
            let folder = tempfile::tempdir().unwrap();
            let rules = ["--rule", "IDEM-02,TYPE-08,PATH-14", "--no-cleanup"];
            let mut arguments =
                vec!["run", "--target", "live", "--base-url", &base, "--drive", &drive];
            arguments.extend(rules);
            let run = service.linkspec(&folder, &arguments).output().unwrap();
            assert_eq!(run.status.code(), Some(0), "{product} {drive}: {}", text(&run));
            let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
            assert_eq!(clean.status.code(), Some(0), "{product} {drive}: {}", text(&clean));
            assert_same(&service.snapshot(), &before, &drive);
        }
    }
}

#[test]
fn create_link_calls_on_one_item_never_overlap() {
    for (product, most) in [(Product::Business, 4), (Product::Personal, 1)] {
        let service = Service::forwarding(product);
        let folder = tempfile::tempdir().unwrap();
        let under_way: Arc<Mutex<Vec<String>>> = Arc::default();
        let peak = Arc::new(AtomicUsize::new(0));
        let (calls, highest) = (Arc::clone(&under_way), Arc::clone(&peak));
        service.gate().react(move |seen| {
            if !seen.is_create_link() {
                return Reaction::Forward;
            }
            let item = seen.target.clone();
            let mut now = calls.lock().unwrap();
            assert!(!now.contains(&item), "{item} is asked for twice at once");
            now.push(item.clone());
            highest.fetch_max(now.len(), Ordering::SeqCst);
            let calls = Arc::clone(&calls);
            Reaction::Alter(Box::new(move |reply| {
                calls.lock().unwrap().retain(|it| *it != item);
                reply
            }))
        });
        let run = service.live(&folder, &["--level", "must", "--budget", "60"]);
        assert!(matches!(run.status.code(), Some(0 | 5)), "{}", text(&run));
        let peak = peak.load(Ordering::SeqCst);
        assert!((1..=most).contains(&peak), "{product}: {peak} at once");
    }
}

/// What the schema of linkspec.toml takes and refuses, the program does.
#[test]
fn the_schema_of_the_settings_knows_the_keys_the_program_knows() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/linkspec.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plan = |profile: &str| {
        std::fs::write(folder.path().join("linkspec.toml"), profile).unwrap();
        bare(&folder, &["plan", "--product", "business"]).output().unwrap()
    };
    let valid = |profile: &str| {
        let table: toml::Table = profile.parse().unwrap();
        validator.is_valid(&serde_json::to_value(table).unwrap())
    };
    let properties = &schema["properties"];
    for (table, known) in [
        ("target", &properties["target"]["properties"]),
        ("tenant", &properties["tenant"]["properties"]),
        ("addresses", &properties["addresses"]["properties"]),
        ("sign_in", &properties["sign_in"]["properties"]),
        ("sign_in.owner", &schema["$defs"]["source"]["properties"]),
        ("run", &properties["run"]["properties"]),
    ] {
        let profile = format!("[{table}]\nno_such_key = 1\n");
        assert!(!valid(&profile), "{table}");
        let refused = plan(&profile);
        let shown = text(&refused);
        assert_eq!(refused.status.code(), Some(2), "{shown}");
        let keys: BTreeSet<&str> = shown.split('`').skip(3).step_by(2).collect();
        let known: BTreeSet<&str> = known.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, known, "{table}: {shown}");
    }
    let whole = concat!(
        "[target]\ncloud = \"global\"\ndrive = \"me\"\nproduct = [\"business\"]\n",
        "[tenant]\nanonymous_links = \"enabled\"\nanonymous_folder_edit = \"disabled\"\n",
        "default_scope = \"users\"\nexpiration_policy_days = 30\ncheckout_library = false\n",
        "[addresses]\nuser = \"ellen@contoso.example\"\n",
        "[sign_in.owner]\ncommand = [\"token\", \"please\"]\ntimeout = 5\n",
        "[run]\nlevel = \"must\"\nbudget = 8\nmax_wait = 1.5\nreport = [\"json=report.json\"]\n",
    );
    assert!(valid(whole));
    let planned = plan(whole);
    assert_eq!(planned.status.code(), Some(0), "{}", text(&planned));
    for wrong in [
        "[tenant]\nanonymous_links = \"on\"\n",
        "[tenant]\nexpiration_policy_days = -1\n",
        "[target]\ncloud = \"mars\"\n",
        "[target]\ndrive = \"c:\"\n",
    ] {
        assert!(!valid(wrong), "{wrong}");
        assert_eq!(plan(wrong).status.code(), Some(2), "{wrong}");
    }
}
