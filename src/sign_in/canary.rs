//! Known secrets through every source and every failure: none comes out in a message, a `Debug` form, or
//! a text that went through the redactor that was told of them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::json;
use tempfile::TempDir;

use super::test_tokens::jwt;
use super::wallet_tests::{
    APP, PASSPHRASE, TENANT, WalletFixture, knowing, with_assertion, with_device, with_secret,
    with_shell,
};
use super::*;
use crate::caller::{HttpCaller, HttpOptions};
use crate::graph::{Identity, Secret};
use crate::mock::{AuthorityFault, AuthorityOptions, Person};

const OPAQUE: &str = "EwB4A8l6BAAUcanary0002opaque";

/// The forms in which a secret might come out.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        secret.chars().rev().collect(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
    ];
    forms.extend([STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)]);
    forms
}

fn assert_clean(outputs: &[String], secrets: &[Secret]) {
    for secret in secrets {
        for form in forms(secret.expose()) {
            for output in outputs {
                assert!(!output.contains(&form), "{form} in {output}");
            }
        }
    }
}

/// Asks twice, renews, and collects everything that could be printed.
async fn outputs(bench: &WalletFixture, identity: Identity, source: TokenSource) -> Vec<String> {
    let wallet = bench.wallet(identity, source);
    let mut outputs = Vec::new();
    for _ in 0..2 {
        let answer = wallet.token(identity).await;
        outputs.push(format!("{answer:?}"));
        match answer {
            Err(error) => outputs.extend([error.to_string(), format!("{error:#?}")]),
            Ok(Some(token)) => {
                let form = TokenForm::of(&token);
                outputs.push(format!("{form:?} {token:?}"));
                let advice = explain(identity, &form, None, wallet.place(), bench.clock.now());
                outputs.push(format!("{advice:?}"));
                let recorded = format!("Authorization: Bearer {}", token.expose());
                outputs.push(bench.redactor.text(&recorded));
                outputs.push(format!("{:?}", wallet.renew(identity, &token).await));
            }
            Ok(None) => {}
        }
        bench.clock.sleep(Duration::from_secs(7200)).await;
    }
    for secret in bench.authority.issued() {
        // A device code is never shown and never recorded; the hook is not told of it.
        if !secret.expose().starts_with("code-") {
            outputs.push(bench.redactor.text(&format!("x{}y", secret.expose())));
        }
    }
    outputs.push(format!("{:?}", bench.authority));
    outputs.push(format!("{:?}", bench.authority.requests()));
    outputs.extend(bench.shown.lock().unwrap().clone());
    outputs
}

#[tokio::test]
async fn no_source_and_no_failure_gives_a_secret_away() {
    let caller = HttpCaller::new(HttpOptions::default()).unwrap();
    let folder = TempDir::new().unwrap();
    let jwt = jwt(&json!({"tid": TENANT, "appid": APP, "scp": "Files.Read", "exp": 1}));
    let whole = jwt.expose();
    let (head, _) = whole.split_at(whole.len() - 16);
    let assertion = folder.path().join("assertion");
    std::fs::write(&assertion, whole).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        TokenSource::File(path)
    };
    let given = |text: &str| TokenSource::Given {
        token: Secret::new(text),
        origin: "the environment variable X".to_owned(),
    };
    let mut sources = Vec::new();
    for text in [whole, head, OPAQUE] {
        sources.extend([
            given(text),
            given(&format!("Bearer {text}")),
            given(&format!("\"{text}\"")),
            given(&format!("{text}\n{text}")),
            given(&format!(r#"{{"refreshToken":"{text}"}}"#)),
            given(&format!(r#"{{"accessToken":"{text}""#)),
            with_shell(&format!("echo {text}")),
            with_shell(&format!("echo {text}; echo failed with {text} >&2; exit 3")),
            with_shell(&format!("echo failed with {text} >&2; exit 3")),
            with_shell(&format!("echo {text} {text}")),
            with_shell(&format!("echo 'token: {text}' >&2")),
            with_shell(&format!("no-such-program-{text}")),
            TokenSource::Command(
                TokenCommand::words(&format!("/no/such/program {text}"))
                    .unwrap_or_else(|_| panic!()),
            ),
        ]);
    }
    sources.push(file("bare", whole));
    sources.push(file("two", &format!("{whole} {whole}")));
    sources.push(file("binary", &format!("{OPAQUE}\u{0}")));
    sources.extend([with_secret(), with_assertion(assertion.clone()), with_device(TENANT)]);
    let echo = |text: &str| {
        let body =
            json!({"error": text, "error_description": format!("AADSTS1: {text} of {TENANT}")});
        AuthorityFault::Status(400, body.to_string(), 99)
    };
    let odd = |text: &str| AuthorityFault::Status(200, format!("{{\"access_token\":{text}"), 99);
    for source in sources {
        let bench = WalletFixture::with(knowing(), caller.clone()).await;
        let outputs = outputs(&bench, Identity::Owner, source).await;
        assert_clean(&outputs, &secrets(whole, &bench));
    }
    for fault in [
        echo(PASSPHRASE),
        echo(whole),
        echo(OPAQUE),
        odd(&format!("\"{whole}\"")),
        odd(&format!("[\"{OPAQUE}\"]")),
        AuthorityFault::Status(200, format!("<html>{PASSPHRASE} {whole}"), 99),
        AuthorityFault::Status(502, format!("{PASSPHRASE} {whole}"), 99),
        AuthorityFault::Redirect(format!("http://127.0.0.1:9/{PASSPHRASE}?{whole}")),
    ] {
        for source in [with_secret(), with_assertion(assertion.clone()), with_device(TENANT)] {
            let options = AuthorityOptions { fault: Some(fault.clone()), ..knowing() };
            let bench = WalletFixture::with(options, caller.clone()).await;
            let outputs = outputs(&bench, Identity::Owner, source).await;
            assert_clean(&outputs, &secrets(whole, &bench));
        }
    }
    for person in [Person::Declines, Person::StaysAway] {
        let bench =
            WalletFixture::with(AuthorityOptions { person, ..knowing() }, caller.clone()).await;
        let outputs = outputs(&bench, Identity::Owner, with_device(TENANT)).await;
        assert_clean(&outputs, &secrets(whole, &bench));
    }
}

fn secrets(token: &str, bench: &WalletFixture) -> Vec<Secret> {
    let mut secrets = bench.authority.issued();
    secrets.extend([PASSPHRASE, TENANT, OPAQUE, token].map(Secret::new));
    secrets.extend(token.split('.').filter(|it| it.len() > 30).map(Secret::new));
    secrets
}
