//! Nothing but the user decides where a token goes: no proxy, no kept run, no journal, no folder somebody else made.

use std::path::Path;

use crate::service::listener::Listener;
use crate::service::{Service, bare, journals, text};
use linkspec::graph::Product;
use linkspec::mock::{Identity, Options};

const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

#[test]
fn what_leads_to_this_machine_is_never_proxied() {
    let service = Service::of(Product::Business);
    let listener = service.block_on(Listener::start());
    let proxy = format!("http://me:canary@{}", listener.address);
    let port = service.base_url().rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let (base, drive) = (format!("http://{host}:{port}"), service.drive());
        let live = ["run", "--base-url", &base, "--drive", &drive, "--rule", "IDEM-02"];
        let mock = ["run", "--product", "business", "--rule", "IDEM-02"];
        for arguments in [&live[..], &mock] {
            let folder = tempfile::tempdir().unwrap();
            let mut command = service.linkspec(&folder, arguments);
            command.envs(PROXIES.map(|name| (name, &proxy)));
            let run = command.output().unwrap();
            assert_eq!(run.status.code(), Some(0), "{host}: {}", text(&run));
        }
    }
    assert_eq!(listener.heard(), "");
}

#[test]
fn doctor_names_every_proxy_and_what_it_comes_to() {
    let service = Service::of(Product::Business);
    let (base, drive) = (service.base_url(), service.drive());
    let folder = tempfile::tempdir().unwrap();
    for (name, part) in PROXIES.map(|name| (name, "http://proxy.example:3128")).into_iter().chain([
        ("NO_PROXY", "names what is not proxied"),
        ("no_proxy", "names what is not proxied"),
    ]) {
        let value = match name.to_lowercase().starts_with("no_") {
            true => "internal.example",
            false => "http://me:canary@proxy.example:3128",
        };
        let arguments = ["doctor", "--base-url", &base, "--drive", &drive];
        let output = service.linkspec(&folder, &arguments).env(name, value).output().unwrap();
        let shown = text(&output);
        assert_eq!(output.status.code(), Some(0), "{name}: {shown}");
        let line = shown.lines().find(|it| it.contains(&format!("proxy: {name} ")));
        assert!(line.is_some_and(|it| it.contains(part)), "{name}: {shown}");
        assert!(shown.contains("it is this machine, and never proxied"), "{name}: {shown}");
        assert!(!shown.contains("canary"), "{name}: {shown}");
    }
}

fn journal(base: &str, drive: &str) -> String {
    let run = serde_json::json!({
        "run": { "base_url": base, "drive": drive, "started": "2026-01-01T00:00:00Z" }
    });
    format!("{run}\n{{\"will-make-item\":{{\"name\":\"linkspec-1\",\"folder\":\"\"}}}}\n")
}

#[test]
fn a_journal_does_not_decide_where_a_token_goes() {
    let service =
        Service::gated(Options::new(Product::Business), |_| crate::service::Reaction::Forward);
    let folder = tempfile::tempdir().unwrap();
    let base = service.base_url();
    let text_of_journal = journal(&base, &service.drive());
    let write = || std::fs::write(folder.path().join("x.journal"), &text_of_journal).unwrap();
    write();
    let cleanup = |rest: &[&str], variable: Option<&str>| {
        let arguments = [&["cleanup", "--journal", "x.journal"], rest].concat();
        let mut command = bare(&folder, &arguments);
        command.env("LINKSPEC_TOKEN", service.mock.token(Identity::Owner));
        command.envs(variable.map(|value| ("LINKSPEC_BASE_URL", value)));
        command.output().unwrap()
    };
    let refused = cleanup(&[], None);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    let hint = format!("name it again: --base-url {base}");
    assert!(text(&refused).contains(&hint), "{}", text(&refused));
    let other = cleanup(&["--base-url", "http://127.0.0.1:9"], None);
    assert_eq!(other.status.code(), Some(2), "{}", text(&other));
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    let named = cleanup(&["--base-url", &base], None);
    assert_eq!(named.status.code(), Some(0), "{}", text(&named));
    assert!(!service.gate().seen().is_empty());
    assert_eq!(cleanup(&[], Some(&base)).status.code(), Some(0));
    let settings = format!("[target]\nbase_url = \"{base}\"\n");
    std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
    write();
    let by_settings = cleanup(&[], None);
    assert_eq!(by_settings.status.code(), Some(0), "{}", text(&by_settings));
    let note = format!("names the service root: tokens go to {}", base.trim_end_matches("/v1.0"));
    assert!(text(&by_settings).contains(&note), "{}", text(&by_settings));
}

#[cfg(unix)]
#[test]
fn clean_up_takes_only_journals_that_are_surely_the_users_own() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let service =
        Service::gated(Options::new(Product::Business), |_| crate::service::Reaction::Forward);
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state/linkspec");
    std::fs::create_dir_all(&state).unwrap();
    let path = state.join("one.journal");
    std::fs::write(&path, journal(&service.base_url(), &service.drive())).unwrap();
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = |part: &str| {
        let output = service.linkspec(&folder, &["cleanup"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{part}: {}", text(&output));
        assert!(text(&output).contains(part), "{part}: {}", text(&output));
        assert!(text(&output).contains("--journal FILE"), "{part}: {}", text(&output));
    };
    for (folder_mode, file_mode) in [(0o777, 0o600), (0o770, 0o600), (0o700, 0o666), (0o700, 0o620)]
    {
        mode(&state, folder_mode);
        mode(&path, file_mode);
        refused("can be written by others");
    }
    mode(&state, 0o700);
    let elsewhere = folder.path().join("elsewhere");
    std::fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    refused("is no plain file");
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&elsewhere, &path).unwrap();
    mode(&path, 0o600);
    let clean = service.linkspec(&folder, &["cleanup"]).output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
}

#[cfg(unix)]
#[test]
fn without_a_home_a_journal_is_in_a_folder_of_its_own_and_has_to_be_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = Service::of(Product::Business);
    let before = service.snapshot();
    let folder = tempfile::tempdir().unwrap();
    // What anybody may put where everybody looks.
    let planted = folder.path().join("linkspec");
    std::fs::create_dir(&planted).unwrap();
    let bait = journal(&service.base_url(), &service.drive());
    std::fs::write(planted.join("x.journal"), bait).unwrap();
    for home in [None, Some(""), Some(".")] {
        let homeless = |arguments: &[&str]| {
            let mut command = service.linkspec(&folder, arguments);
            command.env_remove("HOME").env_remove("XDG_STATE_HOME");
            command.envs(home.map(|home| ("HOME", home)));
            command.envs(home.map(|home| ("XDG_STATE_HOME", home)));
            command.output().unwrap()
        };
        let refused = homeless(&["cleanup"]);
        assert_eq!(refused.status.code(), Some(2), "{home:?}: {}", text(&refused));
        assert!(text(&refused).contains("--journal FILE"), "{home:?}: {}", text(&refused));
        let (base, drive) = (service.base_url(), service.drive());
        let run = ["run", "--base-url", &base, "--drive", &drive, "--rule", "IDEM-02"];
        let run = homeless(&[&run[..], &["--no-cleanup"]].concat());
        assert_eq!(run.status.code(), Some(0), "{home:?}: {}", text(&run));
        let own = std::fs::read_dir(folder.path()).unwrap().flatten().map(|it| it.path());
        let own: Vec<_> = own
            .filter(|it| it.file_name().unwrap().to_string_lossy().starts_with("linkspec-"))
            .collect();
        let [own] = &own[..] else { panic!("{own:?}: {}", text(&run)) };
        assert_eq!(std::fs::metadata(own).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(text(&run).contains(&own.display().to_string()), "{}", text(&run));
        let journal = std::fs::read_dir(own).unwrap().next().unwrap().unwrap().path();
        let clean = homeless(&["cleanup", "--journal", &journal.display().to_string()]);
        assert_eq!(clean.status.code(), Some(0), "{home:?}: {}", text(&clean));
        std::fs::remove_dir_all(own).unwrap();
    }
    assert_eq!(service.snapshot(), before);
    assert!(journals(&folder).is_empty());
}
