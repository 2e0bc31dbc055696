//! Tokens go to the service root's origin only, and no secret is in anything the program writes.

use std::sync::Arc;

use crate::service::gate::Reply;
use crate::service::listener::Listener;
use crate::service::secrets::{Secrets, assert_none_in, written};
use crate::service::{Reaction, Seen, Service, journals, report, text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linkspec::graph::Product;
use linkspec::mock::{Authority, AuthorityOptions, Identity, Person};
use serde_json::Value;
use tempfile::TempDir;

/// An answer with something put into its JSON.
fn altered(change: impl Fn(&mut Value) + Send + 'static) -> Reaction {
    Reaction::Alter(Box::new(move |reply| {
        let Ok(mut body) = serde_json::from_slice(&reply.body) else { return reply };
        change(&mut body);
        reply.saying(body.to_string())
    }))
}

#[test]
fn tokens_go_to_the_origin_of_the_service_root_only() {
    let is_list = |seen: &Seen| seen.method == "GET" && seen.target.ends_with("/permissions");
    type React = Box<dyn Fn(&Seen, String) -> Reaction + Send>;
    // What the service says, and whether linkspec goes there at all: to content it does, without a token.
    let places: Vec<(&str, bool, React)> = vec![
        (
            "Location",
            false,
            Box::new(|seen, elsewhere| match seen.is_create_link() {
                true => Reaction::Alter(Box::new(move |it| it.with("location", &elsewhere))),
                false => Reaction::Forward,
            }),
        ),
        (
            "redirect",
            false,
            Box::new(move |seen, elsewhere| match is_list(seen) || seen.is_create_link() {
                true => Reaction::Answer(Reply::new(307).with("location", &elsewhere)),
                false => Reaction::Forward,
            }),
        ),
        (
            "webUrl",
            false,
            Box::new(|seen, elsewhere| match seen.is_create_link() {
                true => altered(move |body| {
                    if body["link"].is_object() {
                        body["link"]["webUrl"] = elsewhere.clone().into();
                    }
                }),
                false => Reaction::Forward,
            }),
        ),
        (
            "download",
            true,
            Box::new(|seen, elsewhere| {
                match seen.method == "GET" && seen.target.ends_with("/driveItem/content") {
                    true => Reaction::Answer(Reply::new(302).with("location", &elsewhere)),
                    false => Reaction::Forward,
                }
            }),
        ),
        (
            "nextLink",
            false,
            Box::new(move |seen, elsewhere| match is_list(seen) {
                true => altered(move |body| body["@odata.nextLink"] = elsewhere.clone().into()),
                false => Reaction::Forward,
            }),
        ),
    ];
    std::thread::scope(|scope| {
        for (name, followed, react) in places {
            scope.spawn(move || {
                let service = Service::forwarding(Product::Business);
                let listener = service.block_on(Listener::start());
                let url = listener.url("/elsewhere?x=1");
                service.gate().react(move |seen| react(seen, url.clone()));
                let folder = tempfile::tempdir().unwrap();
                let run = service.live(&folder, &["--max-wait", "1", "--timeout", "5"]);
                assert!(run.status.code().is_some_and(|it| it != 2), "{name}: {}", text(&run));
                let heard = listener.heard();
                assert_eq!(!heard.is_empty(), followed, "{name}: {heard}");
                assert!(!heard.to_lowercase().contains("authorization"), "{name}: {heard}");
                for identity in Identity::ALL {
                    assert!(!heard.contains(service.mock.token(identity)), "{name}: {heard}");
                }
                assert!(heard.lines().all(|it| !it.contains("PUT ")), "{name}: {heard}");
            });
        }
    });
}

const TENANT: &str = "7c0de1ab-52b7-4f2f-9a6e-3d41c5b7e9f0";

/// A token as Microsoft's look, that names a tenant.
fn jwt(name: &str) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let claims = serde_json::json!({
        "tid": TENANT, "appid": name, "scp": "Files.ReadWrite.All", "jti": format!("canary-{name}"),
    });
    let header = encode(r#"{"typ":"JWT","alg":"none"}"#.to_owned());
    format!("{header}.{}.{}", encode(claims.to_string()), encode(format!("signature of {name}")))
}

/// A gate that takes canary tokens for the mock's, and collects what is secret.
fn watch(service: &Service, secrets: &Secrets, spoil: impl Fn(&Seen) -> bool + Send + 'static) {
    let tokens: Vec<(String, String)> = Identity::ALL
        .iter()
        .map(|it| (jwt(it.name()), service.mock.token(*it).to_owned()))
        .collect();
    for (canary, _) in &tokens {
        secrets.add(canary);
        canary.split('.').for_each(|it| secrets.add(it));
    }
    secrets.add(TENANT);
    secrets.add(service.mock.drive_id());
    secrets.add(service.mock.user_principal_name());
    let (secrets, base) = (secrets.clone(), service.mock.base_url());
    service.gate().react(move |seen| {
        secrets.of_body(seen.body.as_bytes());
        let token = seen.header("authorization").map(|it| it.trim_start_matches("Bearer "));
        let known = tokens.iter().find(|(canary, _)| Some(canary.as_str()) == token);
        let (secrets, seen, base) = (secrets.clone(), seen.clone(), base.clone());
        let owner = known.map(|(_, token)| token.clone());
        let spoilt = spoil(&seen);
        Reaction::AsAndAlter(
            owner,
            Box::new(move |reply| {
                secrets.of_body(&reply.body);
                let _ = base;
                if !spoilt {
                    return reply;
                }
                // A service that says in its error everything it was told.
                let said = format!("{:?} {}", seen.headers, seen.target);
                let error = serde_json::json!({"error": {"code": "badRequest", "message": said}});
                Reply::new(400).saying(error.to_string())
            }),
        )
    });
}

const FORMATS: [&str; 12] = [
    "--report",
    "json=out/report.json",
    "--report",
    "junit=out/report.xml",
    "--report",
    "html=out/report.html",
    "--report",
    "markdown=out/report.md",
    "--report",
    "sarif=out/report.sarif",
    "--report",
    "har=out/report.har",
];

fn with_canaries(command: &mut std::process::Command) -> &mut std::process::Command {
    command
        .env("LINKSPEC_TOKEN", jwt("owner"))
        .env("LINKSPEC_TOKEN_SECOND_APP", jwt("second-app"))
        .env("LINKSPEC_TOKEN_SECOND_USER", jwt("second-user"))
        .env("LINKSPEC_TOKEN_READ_ONLY", jwt("read-only"))
}

fn output_folder(folder: &TempDir) {
    std::fs::create_dir_all(folder.path().join("out")).unwrap();
}

#[test]
fn nothing_that_is_written_holds_a_secret() {
    for product in [Product::Personal, Product::Business, Product::SharePoint] {
        // A service that repeats what it was told does so the same way on every product.
        for spoils in
            [false, true].into_iter().take(if product == Product::Business { 2 } else { 1 })
        {
            let service = Service::forwarding(product);
            let (secrets, folder) = (Secrets::default(), tempfile::tempdir().unwrap());
            watch(&service, &secrets, move |seen| {
                spoils && (seen.is_create_link() || seen.method == "DELETE")
            });
            output_folder(&folder);
            std::fs::write(
                folder.path().join("linkspec.toml"),
                match product {
                    Product::Personal => "[tenant]\npremium = true\n",
                    _ => "[tenant]\nanonymous_links = \"enabled\"\nexpiration_policy_days = 0\n",
                },
            )
            .unwrap();
            let mut outputs = Vec::new();
            let mut keep = |name: &str, output: std::process::Output| {
                outputs.push((format!("{product} {name}"), text(&output)));
            };
            let mut arguments = vec!["-v", "--record", "out/run.ndjson"];
            if spoils {
                arguments.extend(["--rule", "IDEM-02,PWD-04,SIDE-05,ERR-01"]);
            } else {
                arguments.extend(["--budget", "60"]);
            }
            arguments.extend(FORMATS);
            arguments.extend(["--jobs", "4", "--no-cleanup"]);
            keep("run", with_canaries(&mut service.run(&folder, &arguments)).output().unwrap());
            let reports = std::fs::read_dir(folder.path().join("out")).unwrap().count();
            assert_eq!(reports, FORMATS.len() / 2 + 1, "{}", outputs[0].1);
            if !spoils {
                let report = report(&folder.path().join("out/report.json"));
                let rules = report["rules"].as_array().unwrap().iter();
                assert!(rules.filter(|it| it["verdict"] == "pass").count() > 60);
            }
            let (base, drive) = (service.base_url(), service.drive());
            let doctor = ["doctor", "--base-url", &base, "--drive", &drive];
            keep(
                "doctor",
                with_canaries(&mut service.linkspec(&folder, &doctor)).output().unwrap(),
            );
            // What a journal holds while there is something to remove, and what clean-up says.
            written(folder.path(), &mut outputs);
            let mut keep = |name: &str, output: std::process::Output| {
                outputs.push((format!("{product} {name}"), text(&output)));
            };
            let cleanup = ["cleanup"];
            keep(
                "cleanup",
                with_canaries(&mut service.linkspec(&folder, &cleanup)).output().unwrap(),
            );
            let replay =
                ["run", "--replay", "out/run.ndjson", "-v", "--report", "json=out/again.json"];
            keep("replay", crate::service::bare(&folder, &replay).output().unwrap());
            let judge = ["judge", "out/run.ndjson", "--report", "html=out/judged.html"];
            keep("judge", crate::service::bare(&folder, &judge).output().unwrap());
            let convert =
                ["report", "convert", "out/report.json", "--report", "markdown=out/again.md"];
            keep("convert", crate::service::bare(&folder, &convert).output().unwrap());
            assert!(!spoils || outputs.iter().any(|(_, it)| it.contains("curl ")), "curl lines");
            written(folder.path(), &mut outputs);
            outputs.sort();
            outputs.dedup();
            assert_none_in(&outputs, &secrets, |name, secret| {
                // Clean-up works from the journal alone: it names the drive, and items by ids that hold it.
                name.ends_with(".journal") && secret == service.mock.drive_id()
            });
            assert!(secrets.forms().len() > if spoils { 15 } else { 40 });
        }
    }
}

#[test]
fn addresses_of_people_and_mistakes_hold_no_secret() {
    let service = Service::forwarding(Product::Business);
    let (secrets, folder) = (Secrets::default(), tempfile::tempdir().unwrap());
    watch(&service, &secrets, |_| false);
    output_folder(&folder);
    let base = service.base_url();
    let user = format!("users/{}", service.mock.user_principal_name());
    let mut outputs = Vec::new();
    let mut keep = |arguments: &[&str]| {
        let mut command = service.linkspec(&folder, arguments);
        let output = with_canaries(&mut command).output().unwrap();
        outputs.push((arguments.join(" "), text(&output)));
        output.status.code()
    };
    let rules = ["--rule", "IDEM-02,TYPE-08"];
    let run = |drive: &'static str| ["run", "--target", "live", "--base-url", "", "--drive", drive];
    let mut whole = run("");
    (whole[4], whole[6]) = (&base, &user);
    let mut arguments = whole.to_vec();
    arguments.extend(rules);
    arguments.extend(["--no-cleanup", "--report", "json=out/user.json"]);
    assert_eq!(keep(&arguments), Some(0));
    let [journal] = &journals(&folder)[..] else { panic!("one journal") };
    let noted = std::fs::read_to_string(journal).unwrap();
    assert!(!noted.contains(service.mock.user_principal_name()), "{noted}");
    assert_eq!(keep(&["cleanup"]), Some(0));
    // Drives that are not there, a journal in the way, a profile that contradicts.
    let other = format!("{}x", service.drive());
    whole[6] = &other;
    assert_eq!(keep(&whole), Some(3));
    let doctor = ["doctor", "--base-url", &base, "--drive", &other];
    assert_eq!(keep(&doctor), Some(3));
    std::fs::write(folder.path().join("there"), "").unwrap();
    let (drive, token) = (service.drive(), jwt("owner"));
    whole[6] = &drive;
    let mut arguments = whole.to_vec();
    arguments.extend(["--journal", "there"]);
    assert_eq!(keep(&arguments), Some(2));
    std::fs::write(
        folder.path().join("bad.toml"),
        format!("[sign_in.owner]\nstdin = \"{token}\"\n"),
    )
    .unwrap();
    let mut arguments = whole.to_vec();
    arguments.extend(["--profile", "bad.toml"]);
    assert_eq!(keep(&arguments), Some(2));
    std::fs::remove_file(folder.path().join("bad.toml")).unwrap();
    written(folder.path(), &mut outputs);
    secrets.add(&other["drives/b!".len()..]);
    assert_none_in(&outputs, &secrets, |_, _| false);
}

#[test]
fn refresh_tokens_and_device_sign_in_leave_no_secret() {
    let service = Service::forwarding(Product::Business);
    let (secrets, folder) = (Secrets::default(), tempfile::tempdir().unwrap());
    watch(&service, &secrets, |_| false);
    output_folder(&folder);
    let token = jwt("owner");
    let authority = service.block_on(Authority::start(AuthorityOptions {
        person: Person::Approves,
        issue: Some(Arc::new(move |_| token.clone())),
        ..AuthorityOptions::default()
    }));
    let authority = authority.unwrap();
    let profile = format!(
        "[sign_in]\nauthority = \"{}\"\n[sign_in.owner]\ndevice_code = true\nclient_id = \"{}\"\ntenant = \"{TENANT}\"\n",
        authority.url(),
        "0f3c6d1e-1111-4222-8333-444455556666"
    );
    let profile_path = folder.path().join("linkspec.toml");
    std::fs::write(&profile_path, profile).unwrap();
    let arguments =
        ["--rule", "IDEM-02", "-v", "--record", "out/run.ndjson", FORMATS[0], FORMATS[1]];
    let run = service.run(&folder, &arguments).env_remove("LINKSPEC_TOKEN").output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let issued = authority.issued();
    assert!(
        issued.iter().any(|it| it.expose().starts_with("refresh-")),
        "a refresh token was given"
    );
    for secret in issued {
        // The code is for a person to see.
        if !secret.expose().starts_with("code-") {
            secrets.add(secret.expose());
        }
    }
    std::fs::remove_file(profile_path).unwrap();
    let mut outputs = vec![("run".to_owned(), text(&run))];
    written(folder.path(), &mut outputs);
    assert_none_in(&outputs, &secrets, |_, _| false);
}

#[test]
fn a_killed_run_leaves_a_journal_that_only_its_owner_reads() {
    let service = Service::forwarding(Product::Business);
    let (secrets, folder) = (Secrets::default(), tempfile::tempdir().unwrap());
    watch(&service, &secrets, |_| false);
    let run = service.live(&folder, &["--rule", "IDEM-02", "--no-cleanup"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let [journal] = &journals(&folder)[..] else { panic!("one journal") };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(journal).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let noted = std::fs::read_to_string(journal).unwrap();
    assert!(noted.contains("will-make-item") && noted.contains("will-ask-for-link"), "{noted}");
}
