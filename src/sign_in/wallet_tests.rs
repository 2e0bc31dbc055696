//! Wallets against the mock authority, files and programs, on a virtual clock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::test_tokens::jwt;
use super::*;
use crate::caller::{HttpCaller, HttpOptions};
use crate::graph::{Clock, Identity, Redactor, Secret};
use crate::mock::{Authority, AuthorityFault, AuthorityOptions, AuthorityRequest, Person};

pub(super) const APP: &str = "5f3c0c11-7d0b-4b1e-9a51-2f6d8a3e1c01";
pub(super) const TENANT: &str = "c0ffee00-5a5a-4b4b-8c8c-1d2d3d4d5d6d";
pub(super) const PASSPHRASE: &str = "Abc8Q~client-secret-canary-0001";

/// Everything a test of a wallet needs.
pub(super) struct WalletFixture {
    pub clock: Clock,
    pub authority: Authority,
    pub shown: Arc<Mutex<Vec<String>>>,
    pub redactor: Arc<Redactor>,
    caller: HttpCaller,
}

impl WalletFixture {
    pub(super) async fn new(options: AuthorityOptions) -> Self {
        Self::with(options, HttpCaller::new(HttpOptions::default()).unwrap()).await
    }

    pub(super) async fn with(options: AuthorityOptions, caller: HttpCaller) -> Self {
        let clock = Clock::virtual_time();
        let options = AuthorityOptions { clock: clock.clone(), ..options };
        Self {
            clock,
            authority: Authority::start(options).await.unwrap(),
            shown: Arc::default(),
            redactor: Arc::new(Redactor::new()),
            caller,
        }
    }

    pub(super) fn wallet(&self, identity: Identity, source: TokenSource) -> Wallet {
        let mut sources = TokenSources::new();
        sources.add(identity, source).unwrap();
        let place = SignInPlace::resolve(None, None, Some(self.authority.url())).unwrap();
        let (shown, redactor) = (Arc::clone(&self.shown), Arc::clone(&self.redactor));
        Wallet::new(sources.at(place), self.caller.clone(), self.clock.clone())
            .on_token(Arc::new(move |identity, secret| {
                redactor.learn(&format!("token {}", identity.name()), secret);
            }))
            .show_with(Arc::new(move |prompt| shown.lock().unwrap().push(prompt.text())))
    }

    fn grants(&self) -> Vec<String> {
        let grant = |it: &AuthorityRequest| it.field("grant_type").map(str::to_owned);
        self.authority.requests().iter().filter_map(grant).collect()
    }
}

pub(super) fn with_secret() -> TokenSource {
    TokenSource::ClientCredentials(ClientCredentials {
        client_id: APP.to_owned(),
        tenant: TENANT.to_owned(),
        proof: ClientAuthentication::Secret(Secret::new(PASSPHRASE)),
    })
}

pub(super) fn with_assertion(path: PathBuf) -> TokenSource {
    TokenSource::ClientCredentials(ClientCredentials {
        client_id: APP.to_owned(),
        tenant: TENANT.to_owned(),
        proof: ClientAuthentication::AssertionFile(path),
    })
}

pub(super) fn with_device(tenant: &str) -> TokenSource {
    TokenSource::DeviceCode(DeviceCode {
        client_id: APP.to_owned(),
        tenant: tenant.to_owned(),
        scopes: vec!["Files.ReadWrite".to_owned()],
    })
}

pub(super) fn with_shell(line: &str) -> TokenSource {
    TokenSource::Command(TokenCommand::shell(line).unwrap_or_else(|_| panic!()))
}

pub(super) fn knowing() -> AuthorityOptions {
    AuthorityOptions {
        client_id: Some(APP.to_owned()),
        secret: Some(Secret::new(PASSPHRASE)),
        ..AuthorityOptions::default()
    }
}

async fn token(wallet: &Wallet, identity: Identity) -> Secret {
    wallet.token(identity).await.unwrap().unwrap()
}

#[tokio::test]
async fn client_credentials_with_a_secret() {
    let bench = WalletFixture::new(knowing()).await;
    let wallet = bench.wallet(Identity::AppOnly, with_secret());
    assert_eq!(wallet.identities().collect::<Vec<_>>(), [Identity::AppOnly]);
    let first = token(&wallet, Identity::AppOnly).await;
    assert_eq!(token(&wallet, Identity::AppOnly).await, first, "it is kept");
    assert_eq!(wallet.token(Identity::Owner).await.unwrap(), None);
    assert_eq!(wallet.token(Identity::InvalidToken).await.unwrap(), None);
    let requests = bench.authority.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(requests[0].field("scope"), Some("https://graph.microsoft.com/.default"));
    assert_eq!(requests[0].field("client_secret"), Some(PASSPHRASE));
    // Shortly before it expires there is another one.
    bench.clock.sleep(Duration::from_secs(54 * 60)).await;
    assert_eq!(token(&wallet, Identity::AppOnly).await, first);
    bench.clock.sleep(Duration::from_secs(2 * 60)).await;
    assert_ne!(token(&wallet, Identity::AppOnly).await, first);
    let form = wallet.form(Identity::AppOnly).await.unwrap().unwrap();
    assert_eq!(form.claims().unwrap().roles, ["Files.ReadWrite.All"]);
}

#[tokio::test]
async fn client_credentials_with_an_assertion_that_changes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("assertion");
    let assertion = jwt(&json!({"sub": "repo:x"}));
    let options = AuthorityOptions { assertion: Some(assertion.clone()), ..knowing() };
    let bench = WalletFixture::new(options).await;
    let wallet = bench.wallet(Identity::AppOnly, with_assertion(path.clone()));
    let error = wallet.token(Identity::AppOnly).await.unwrap_err();
    assert!(matches!(error, SignInError::Unreadable { .. }), "{error}");
    std::fs::write(&path, format!("{}\n", assertion.expose())).unwrap();
    bench.clock.sleep(Duration::from_secs(31)).await;
    token(&wallet, Identity::AppOnly).await;
    std::fs::write(&path, jwt(&json!({"sub": "repo:y"})).expose()).unwrap();
    bench.clock.sleep(Duration::from_secs(3600)).await;
    let error = wallet.token(Identity::AppOnly).await.unwrap_err();
    assert!(error.to_string().contains("add a federated credential"), "{error}");
}

#[tokio::test]
async fn device_code_with_a_slow_person() {
    let options = AuthorityOptions { pending: 3, slow_down: 2, ..knowing() };
    let bench = WalletFixture::new(options).await;
    let wallet = bench.wallet(Identity::Owner, with_device("consumers"));
    let first = token(&wallet, Identity::Owner).await;
    let shown = bench.shown.lock().unwrap().clone();
    assert_eq!(shown.len(), 1);
    assert!(shown[0].contains("ABCD-1234") && shown[0].contains("/devicelogin"), "{shown:?}");
    assert!(shown[0].contains("within 15 minutes"), "{shown:?}");
    let requests = bench.authority.requests();
    assert_eq!(requests[0].path, "/consumers/oauth2/v2.0/devicecode");
    assert_eq!(
        requests[0].field("scope"),
        Some("https://graph.microsoft.com/Files.ReadWrite offline_access")
    );
    let pauses: Vec<i64> = requests[1..]
        .windows(2)
        .map(|pair| pair[1].at.duration_since(pair[0].at).as_secs())
        .collect();
    assert_eq!(pauses, [5, 5, 5, 10, 15], "slow_down adds five seconds each time");
    // The next token comes without a person, with the refresh token.
    bench.clock.sleep(Duration::from_secs(3600)).await;
    let second = token(&wallet, Identity::Owner).await;
    assert_ne!(first, second);
    assert!(wallet.renew(Identity::Owner, &second).await.unwrap());
    assert_eq!(bench.grants()[6..], ["refresh_token", "refresh_token"]);
    assert_eq!(bench.shown.lock().unwrap().len(), 1);
    // A refresh token that is no longer taken: the person is asked again.
    bench.authority.revoke();
    bench.clock.sleep(Duration::from_secs(3600)).await;
    token(&wallet, Identity::Owner).await;
    assert_eq!(bench.shown.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn device_code_declined_and_expired() {
    for (person, expected) in [
        (Person::Declines, SignInError::DeviceCodeDeclined { identity: Identity::Owner }),
        (Person::StaysAway, SignInError::DeviceCodeExpired { identity: Identity::Owner }),
    ] {
        let bench = WalletFixture::new(AuthorityOptions { person, ..knowing() }).await;
        let wallet = bench.wallet(Identity::Owner, with_device("organizations"));
        assert_eq!(wallet.token(Identity::Owner).await.unwrap_err(), expected);
        let before = bench.authority.requests().len();
        bench.clock.sleep(Duration::from_secs(3600)).await;
        assert_eq!(wallet.token(Identity::Owner).await.unwrap_err(), expected);
        assert_eq!(bench.authority.requests().len(), before, "nobody is asked twice");
    }
}

#[tokio::test]
async fn refusals_come_with_advice() {
    let options = AuthorityOptions { secret: Some(Secret::new("another")), ..knowing() };
    let bench = WalletFixture::new(options).await;
    let wallet = bench.wallet(Identity::AppOnly, with_secret());
    let message = wallet.token(Identity::AppOnly).await.unwrap_err().to_string();
    let expected = ": invalid_client: AADSTS7000215: Invalid client secret provided.; \
                    use the value of the client secret, not its id";
    assert!(message.ends_with(expected), "{message}");
    let bench =
        WalletFixture::new(AuthorityOptions { client_id: Some("x".to_owned()), ..knowing() }).await;
    let wallet = bench.wallet(Identity::Owner, with_device(TENANT));
    let message = wallet.token(Identity::Owner).await.unwrap_err().to_string();
    assert!(message.contains("is client_id right"), "{message}");
}

#[tokio::test]
async fn an_authority_in_trouble_is_asked_again() {
    let fault = AuthorityFault::Status(503, "<html>".to_owned(), 2);
    let bench = WalletFixture::new(AuthorityOptions { fault: Some(fault), ..knowing() }).await;
    token(&bench.wallet(Identity::AppOnly, with_secret()), Identity::AppOnly).await;
    assert_eq!(bench.authority.requests().len(), 3);
    for (status, body) in [(503, "<html>"), (200, "<html>"), (200, "{}"), (400, "[]"), (200, "")] {
        let fault = AuthorityFault::Status(status, body.to_owned(), 9);
        let bench = WalletFixture::new(AuthorityOptions { fault: Some(fault), ..knowing() }).await;
        let wallet = bench.wallet(Identity::AppOnly, with_secret());
        let error = wallet.token(Identity::AppOnly).await.unwrap_err();
        assert!(matches!(error, SignInError::AuthorityAnswer { .. }), "{status} {body}: {error}");
        assert!(!error.is_usage());
    }
}

#[tokio::test]
async fn secrets_go_to_the_authority_and_nowhere_else() {
    let other = WalletFixture::new(knowing()).await;
    let elsewhere = format!("{}/{TENANT}/oauth2/v2.0/token", other.authority.url());
    for source in [with_secret(), with_device("consumers")] {
        let fault = Some(AuthorityFault::Redirect(elsewhere.clone()));
        let bench = WalletFixture::new(AuthorityOptions { fault, ..knowing() }).await;
        let wallet = bench.wallet(Identity::Owner, source);
        let message = wallet.token(Identity::Owner).await.unwrap_err().to_string();
        assert!(message.contains("redirects, which is not followed"), "{message}");
        assert_eq!(bench.authority.requests().len(), 1);
    }
    assert!(other.authority.requests().is_empty(), "the second listener heard nothing");
}

#[tokio::test]
async fn an_authority_that_is_not_there() {
    let caller = HttpCaller::new(HttpOptions::default()).unwrap();
    let mut sources = TokenSources::new();
    sources.add(Identity::AppOnly, with_secret()).unwrap();
    let place = SignInPlace::resolve(None, None, Some("http://127.0.0.1:9")).unwrap();
    let wallet = Wallet::new(sources.at(place), caller, Clock::virtual_time());
    let message = wallet.token(Identity::AppOnly).await.unwrap_err().to_string();
    assert!(message.contains("http://127.0.0.1:9 gives no answer"), "{message}");
}

#[tokio::test]
async fn a_command_is_run_again_before_expiry_and_after_a_401() {
    let folder = TempDir::new().unwrap();
    let count = folder.path().join("count");
    let bench = WalletFixture::new(knowing()).await;
    let expires = bench.clock.now().as_second() + 1000;
    let line = format!(
        r#"echo x >> {0}; printf '{{"accessToken":"token-%s","expires_on":{expires}}}' $(wc -l < {0})"#,
        count.display()
    );
    let wallet = bench.wallet(Identity::Owner, with_shell(&line));
    let first = token(&wallet, Identity::Owner).await;
    assert_eq!(first.expose(), "token-1");
    bench.clock.sleep(Duration::from_secs(950)).await;
    assert_eq!(token(&wallet, Identity::Owner).await.expose(), "token-2");
    // It goes on saying that it expires soon; it is not run for every request because of that.
    assert_eq!(token(&wallet, Identity::Owner).await.expose(), "token-2");
    let second = token(&wallet, Identity::Owner).await;
    assert!(wallet.renew(Identity::Owner, &second).await.unwrap());
    // Others were refused with the same token meanwhile: no second run for them.
    assert!(wallet.renew(Identity::Owner, &second).await.unwrap());
    let third = token(&wallet, Identity::Owner).await;
    assert_eq!(third.expose(), "token-3");
    // One that is refused as soon as it came is not replaced.
    assert!(!wallet.renew(Identity::Owner, &third).await.unwrap());
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 3);
}

#[tokio::test]
async fn a_command_that_always_gives_the_same_token() {
    let bench = WalletFixture::new(knowing()).await;
    let wallet = bench.wallet(Identity::Owner, with_shell("echo opaque"));
    let held = token(&wallet, Identity::Owner).await;
    assert!(!wallet.renew(Identity::Owner, &held).await.unwrap());
    bench.clock.sleep(Duration::from_secs(600)).await;
    assert!(!wallet.renew(Identity::Owner, &held).await.unwrap());
    assert_eq!(token(&wallet, Identity::Owner).await, held);
}

#[tokio::test]
async fn a_good_token_bridges_a_command_that_fails() {
    let folder = TempDir::new().unwrap();
    let flag = folder.path().join("flag");
    let bench = WalletFixture::new(knowing()).await;
    let expires = bench.clock.now().as_second() + 1000;
    let json = format!(r#"{{"accessToken":"good-token","expires_on":{expires}}}"#);
    let line = format!("test ! -e {0} && touch {0} && echo '{json}'", flag.display());
    let wallet = bench.wallet(Identity::Owner, with_shell(&line));
    token(&wallet, Identity::Owner).await;
    bench.clock.sleep(Duration::from_secs(950)).await;
    assert_eq!(token(&wallet, Identity::Owner).await.expose(), "good-token");
    bench.clock.sleep(Duration::from_secs(100)).await;
    let error = wallet.token(Identity::Owner).await.unwrap_err();
    assert!(matches!(error, SignInError::Command { .. }), "{error}");
}

#[tokio::test]
async fn files_are_read_again_and_tokens_given_are_not_renewed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "first\n").unwrap();
    let bench = WalletFixture::new(knowing()).await;
    let wallet = bench.wallet(Identity::Owner, TokenSource::File(path.clone()));
    let first = token(&wallet, Identity::Owner).await;
    assert!(!wallet.renew(Identity::Owner, &first).await.unwrap());
    std::fs::write(&path, "second\n").unwrap();
    assert!(!wallet.renew(Identity::Owner, &first).await.unwrap(), "it was read just now");
    bench.clock.sleep(Duration::from_secs(60)).await;
    assert!(wallet.renew(Identity::Owner, &first).await.unwrap());
    assert_eq!(token(&wallet, Identity::Owner).await.expose(), "second");

    let given = BTreeMap::from([(Identity::Owner, Secret::new("mock-token"))]);
    let caller = HttpCaller::new(HttpOptions::default()).unwrap();
    let wallet = Wallet::new(TokenSources::given(given), caller, bench.clock.clone());
    let held = token(&wallet, Identity::Owner).await;
    assert_eq!(held.expose(), "mock-token");
    assert!(!wallet.renew(Identity::Owner, &held).await.unwrap());
    assert!(!wallet.renew(Identity::SecondApp, &held).await.unwrap());
}

#[tokio::test]
async fn a_token_of_another_cloud_never_leaves_the_wallet() {
    let token = jwt(&json!({"iss": "https://sts.chinacloudapi.cn/t/"}));
    let mut sources = TokenSources::new();
    let origin = "the environment variable LINKSPEC_TOKEN".to_owned();
    sources.add(Identity::Owner, TokenSource::Given { token, origin }).unwrap();
    let caller = HttpCaller::new(HttpOptions::default()).unwrap();
    let wallet = Wallet::new(sources, caller, Clock::virtual_time());
    let error = wallet.token(Identity::Owner).await.unwrap_err();
    assert!(error.is_usage());
    assert!(error.to_string().contains("(the environment variable LINKSPEC_TOKEN)"), "{error}");
    assert!(wallet.token(Identity::Owner).await.is_err(), "not the second time either");
}

#[tokio::test]
async fn many_at_once_sign_in_once() {
    let bench = WalletFixture::new(knowing()).await;
    let wallet = bench.wallet(Identity::AppOnly, with_secret());
    let all = futures::future::join_all((0..8).map(|_| wallet.token(Identity::AppOnly))).await;
    let held = all[0].clone().unwrap().unwrap();
    assert!(all.iter().all(|it| it.as_ref().unwrap().as_ref() == Some(&held)));
    assert_eq!(bench.authority.requests().len(), 1);
    let renewed =
        futures::future::join_all((0..8).map(|_| wallet.renew(Identity::AppOnly, &held))).await;
    assert!(renewed.iter().all(|it| *it.as_ref().unwrap()));
    assert_eq!(bench.authority.requests().len(), 2);
}
