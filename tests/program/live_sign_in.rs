//! Every way of signing in, through the binary: the authority's part is the mock's, the drive is the mock's.

use std::process::Output;
use std::sync::Arc;

use crate::service::{Service, assert_same, journals, report, text, verdict};
use linkspec::graph::{Product, Secret};
use linkspec::mock::{Authority, AuthorityOptions, AuthorityRequest, Identity, Person};
use tempfile::TempDir;

const APP: &str = "5f3c0c11-7d0b-4b1e-9a51-2f6d8a3e1c01";
const TENANT: &str = "c0ffee00-5a5a-4b4b-8c8c-1d2d3d4d5d6d";
const PASSPHRASE: &str = "Abc8Q~client-secret-0001";
const ASSERTION: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyZXBvOngifQ.c2lnbmF0dXJl";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A rule for an application without a user, and one for its owner.
const RULES: &str = "IDEM-02,AUTH-09";

/// An authority that knows the application, and gives out the mock's token of an identity.
fn authority(service: &Service, gives: Identity, person: Person) -> Authority {
    let token = service.mock.token(gives).to_owned();
    let options = AuthorityOptions {
        client_id: Some(APP.to_owned()),
        secret: Some(Secret::new(PASSPHRASE)),
        assertion: Some(Secret::new(ASSERTION)),
        person,
        issue: Some(Arc::new(move |_| token.clone())),
        ..AuthorityOptions::default()
    };
    service.block_on(Authority::start(options)).unwrap()
}

/// A run with a table of `[sign_in]`; the authority is named by its option.
fn signed_in(
    service: &Service,
    folder: &TempDir,
    authority: &Authority,
    table: &str,
    rules: &str,
) -> Output {
    let settings = format!("[sign_in.{table}\nclient_id = \"{APP}\"\n").replace("TENANT", TENANT);
    std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
    let arguments =
        ["--rule", rules, "--authority", authority.url(), "--report", "json=report.json"];
    let mut run = service.run(folder, &arguments);
    if table.starts_with("owner") {
        run.env_remove("LINKSPEC_TOKEN");
    }
    run.env("APP_SECRET", PASSPHRASE).output().unwrap()
}

fn field(request: &AuthorityRequest, name: &str) -> String {
    request.field(name).unwrap_or_default().to_owned()
}

#[test]
fn an_application_signs_in_with_a_secret_or_an_assertion() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    for (proof, expected) in [
        ("secret_variable = \"APP_SECRET\"", ("client_secret", PASSPHRASE)),
        ("assertion_file = \"assertion\"", ("client_assertion", ASSERTION)),
    ] {
        let authority = authority(&service, Identity::AppOnly, Person::StaysAway);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("assertion"), format!("{ASSERTION}\n")).unwrap();
        let table = format!("app_only]\n{proof}\ntenant = \"TENANT\"");
        let run = signed_in(&service, &folder, &authority, &table, RULES);
        assert_eq!(run.status.code(), Some(0), "{proof}: {}", text(&run));
        let report = report(&folder.path().join("report.json"));
        assert_eq!(verdict(&report, "AUTH-09"), "pass", "{proof}: {}", text(&run));
        let requests = authority.requests();
        let [request] = &requests[..] else { panic!("asked once and kept: {requests:?}") };
        assert_eq!(request.path, format!("/{TENANT}/oauth2/v2.0/token"));
        assert_eq!(field(request, "grant_type"), "client_credentials");
        assert_eq!(field(request, expected.0), expected.1);
        assert!(field(request, "scope").ends_with("/.default"), "{proof}");
        assert_same(&service.snapshot(), &before, &text(&run));
    }
}

#[test]
fn an_application_that_is_refused_is_named_with_the_way_out() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let authority = authority(&service, Identity::AppOnly, Person::StaysAway);
    for (proof, code, part) in [
        ("secret_variable = \"OTHER_SECRET\"", 2, "OTHER_SECRET"),
        ("assertion_file = \"assertion\"", 3, "add a federated credential"),
        ("assertion_file = \"no-such-file\"", 3, "no-such-file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("assertion"), "eyJhbGciOiJub25lIn0.e30.b3RoZXI").unwrap();
        let table = format!("app_only]\n{proof}\ntenant = \"TENANT\"");
        let run = signed_in(&service, &folder, &authority, &table, RULES);
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(code), "{proof}: {shown}");
        assert_eq!(shown.matches(part).count(), 1, "{proof}: {shown}");
        assert!(!shown.contains(TENANT) && !shown.contains("b3RoZXI"), "{proof}: {shown}");
        assert!(journals(&folder).is_empty(), "{proof}: {shown}");
        assert_same(&service.snapshot(), &before, &shown);
        if code == 3 {
            // The other identities' rules are judged.
            let report = report(&folder.path().join("report.json"));
            assert_eq!(verdict(&report, "IDEM-02"), "pass", "{proof}: {shown}");
            assert_eq!(verdict(&report, "AUTH-09"), "inconclusive", "{proof}: {shown}");
        }
    }
}

#[test]
fn a_person_signs_in_with_a_code_also_to_a_personal_account() {
    for (product, tenant) in [(Product::Business, TENANT), (Product::Personal, "consumers")] {
        let service = Service::forwarding(product);
        let authority = authority(&service, Identity::Owner, Person::Approves);
        let folder = tempfile::tempdir().unwrap();
        let table = format!("owner]\ndevice_code = true\ntenant = \"{tenant}\"");
        let run = signed_in(&service, &folder, &authority, &table, "IDEM-02");
        let shown = text(&run);
        assert_eq!(run.status.code(), Some(0), "{product}: {shown}");
        let line = format!(
            "open {}/devicelogin in a browser and enter the code ABCD-1234",
            authority.url()
        );
        assert_eq!(shown.matches(&line).count(), 1, "{product}: {shown}");
        let requests = authority.requests();
        assert_eq!(requests[0].path, format!("/{tenant}/oauth2/v2.0/devicecode"));
        let scope = field(&requests[0], "scope");
        assert!(scope.contains("Files.ReadWrite") && scope.contains("offline_access"), "{scope}");
        assert_eq!(field(requests.last().unwrap(), "grant_type"), DEVICE_GRANT);
        // A refresh token is in memory only.
        for secret in authority.issued() {
            let secret = secret.expose();
            let mut files = Vec::new();
            crate::service::secrets::written(folder.path(), &mut files);
            assert!(files.iter().all(|(_, text)| !text.contains(secret)), "{product}");
            assert!(!shown.contains(secret), "{product}: {shown}");
        }
    }
}

#[test]
fn a_person_who_declines_ends_the_run() {
    let service = Service::forwarding(Product::Business);
    let authority = authority(&service, Identity::Owner, Person::Declines);
    let folder = tempfile::tempdir().unwrap();
    let table = "owner]\ndevice_code = true\ntenant = \"TENANT\"";
    let run = signed_in(&service, &folder, &authority, table, "IDEM-02");
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    assert_eq!(text(&run).matches("error: ").count(), 1, "{}", text(&run));
    assert!(text(&run).contains("declined"), "{}", text(&run));
    assert!(service.gate().seen().is_empty(), "nothing was sent");
    assert!(journals(&folder).is_empty());
}

#[cfg(unix)]
#[test]
fn a_token_command_prints_json_as_the_azure_cli_does_or_a_bare_line() {
    let service = Service::forwarding(Product::Business);
    let token = service.mock.token(Identity::Owner).to_owned();
    let json = serde_json::json!({
        "accessToken": token, "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4_070_908_800_u64,
        "subscription": "s", "tenant": TENANT, "tokenType": "Bearer",
    });
    for printed in [format!("{token}\n"), format!("{json:#}\n")] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("printed"), &printed).unwrap();
        let settings = "[sign_in.owner]\ncommand = [\"cat\", \"printed\"]\n";
        std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
        let mut run = service.run(&folder, &["--rule", "IDEM-02"]);
        let run = run.env_remove("LINKSPEC_TOKEN").output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{printed}: {}", text(&run));
        assert!(!text(&run).contains(&token), "{}", text(&run));
    }
}

#[test]
fn a_token_from_a_file_and_from_a_variable_of_ones_own() {
    let service = Service::forwarding(Product::Business);
    for source in ["file = \"token\"", "variable = \"MINE\""] {
        let folder = tempfile::tempdir().unwrap();
        let token = service.mock.token(Identity::Owner);
        std::fs::write(folder.path().join("token"), format!("{token}\n")).unwrap();
        std::fs::write(folder.path().join("linkspec.toml"), format!("[sign_in.owner]\n{source}\n"))
            .unwrap();
        let mut run = service.run(&folder, &["--rule", "IDEM-02"]);
        let run = run.env_remove("LINKSPEC_TOKEN").env("MINE", token).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{source}: {}", text(&run));
        // One explicit source a run: two are a mistake.
        let both =
            service.run(&folder, &["--rule", "IDEM-02"]).env("MINE", token).output().unwrap();
        assert_eq!(both.status.code(), Some(2), "{source}: {}", text(&both));
        assert!(text(&both).contains("LINKSPEC_TOKEN"), "{source}: {}", text(&both));
        assert!(journals(&folder).is_empty());
    }
}

#[test]
fn clean_up_signs_in_by_itself() {
    let service = Service::forwarding(Product::Business);
    let before = service.snapshot();
    let authority = authority(&service, Identity::Owner, Person::Approves);
    let folder = tempfile::tempdir().unwrap();
    let run = service.live(&folder, &["--rule", "IDEM-02", "--no-cleanup"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let settings = format!(
        "[run]\nauthority = \"{}\"\n[sign_in.owner]\ndevice_code = true\ntenant = \"{TENANT}\"\nclient_id = \"{APP}\"\n",
        authority.url()
    );
    std::fs::write(folder.path().join("linkspec.toml"), settings).unwrap();
    let mut clean = service.linkspec(&folder, &["cleanup"]);
    let clean = clean.env_remove("LINKSPEC_TOKEN").output().unwrap();
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    assert!(text(&clean).contains("enter the code ABCD-1234"), "{}", text(&clean));
    assert_same(&service.snapshot(), &before, &text(&clean));
}
