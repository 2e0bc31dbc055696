//! Asking an authority for tokens: the `oauth2` crate's requests, sent by our own client.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, DeviceAuthorizationUrl, ErrorResponseType,
    HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse, StandardErrorResponse, TokenResponse as _, TokenUrl, http,
};
use url::{Origin, Url};

use super::source::{ClientAuthentication, ClientCredentials, DeviceCode};
use super::token_text::Obtained;
use super::{SignInError, SignInPlace, foreign};
use crate::caller::{Caller, Outgoing};
use crate::graph::{Clock, Identity, Reply, Secret};

/// Everything needed to ask an authority on behalf of one identity.
pub(super) struct Asking<'w> {
    pub identity: Identity,
    pub place: &'w SignInPlace,
    pub caller: &'w Caller,
    pub clock: &'w Clock,
}

/// What a person has to be shown to sign in.
#[derive(Clone)]
pub struct DevicePrompt {
    /// Who is to sign in.
    pub identity: Identity,
    /// Where to enter the code.
    pub address: String,
    /// The code.
    pub code: String,
    /// How long the code is good.
    pub good_for: Duration,
}

impl DevicePrompt {
    /// As a person is shown it.
    pub fn text(&self) -> String {
        format!(
            "To sign in as {}, open {} in a browser and enter the code {} within {} minutes.",
            self.identity,
            self.address,
            self.code,
            self.good_for.as_secs() / 60
        )
    }
}

/// A person types for some seconds at least.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// Where a person may be sent to enter a code: the authority's own host, and these and what is below them.
const SIGN_IN_HOSTS: [&str; 10] = [
    "aka.ms",
    "azure.cn",
    "azure.us",
    "chinacloudapi.cn",
    "live.com",
    "microsoft.com",
    "microsoft.us",
    "microsoftonline.cn",
    "microsoftonline.com",
    "microsoftonline.us",
];

/// An authority in trouble is asked so many times in all.
const ATTEMPTS: u32 = 3;

/// The error code that stands for a redirect, on its way through the `oauth2` crate.
const REDIRECTED: &str = "linkspec_redirected";

/// Whether a person can be sent there without being led astray.
fn is_sign_in_page(address: &Url, authority: &Url) -> bool {
    let is_safe =
        address.scheme() == "https" || (address.scheme() == "http" && authority.scheme() == "http");
    let host = address.host_str().unwrap_or_default().trim_end_matches('.');
    let is_below = |known: &str| {
        host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let is_known = SIGN_IN_HOSTS.iter().any(|known| is_below(known)) && address.port().is_none();
    is_safe
        && address.username().is_empty()
        && address.password().is_none()
        && (is_known || address.origin() == authority.origin())
}

impl Asking<'_> {
    /// The application signs in as itself; the assertion is what its file holds at this moment.
    pub async fn client_credentials(
        &self,
        credentials: &ClientCredentials,
        assertion: Option<&Secret>,
    ) -> Result<Obtained, SignInError> {
        let url = self.place.token_url(self.identity, &credentials.tenant)?;
        let http = self.http(&url);
        let mut client = BasicClient::new(ClientId::new(credentials.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(url.clone()));
        if let ClientAuthentication::Secret(secret) = &credentials.proof {
            client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        let mut request = client
            .exchange_client_credentials()
            .add_scope(Scope::new(self.place.scope(".default")));
        if let Some(assertion) = assertion {
            request = request
                .add_extra_param(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .add_extra_param("client_assertion", assertion.expose().to_owned());
        }
        let proof = match &credentials.proof {
            ClientAuthentication::Secret(secret) => Some(secret),
            ClientAuthentication::AssertionFile(_) => assertion,
        };
        let known = self.known(&credentials.client_id, &credentials.tenant, proof);
        let answer = request.request_async(&http).await;
        self.obtained(answer.map_err(|error| self.refusal(&url, error, &known))?)
    }

    /// A person signs in; `show` shows them what to do.
    pub async fn device_code(
        &self,
        device: &DeviceCode,
        show: &(dyn Fn(&DevicePrompt) + Send + Sync),
    ) -> Result<Obtained, SignInError> {
        let token_url = self.place.token_url(self.identity, &device.tenant)?;
        let url = self.place.device_code_url(self.identity, &device.tenant)?;
        let http = self.http(&url);
        let known = self.known(&device.client_id, &device.tenant, None);
        let client = BasicClient::new(ClientId::new(device.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(token_url.clone()))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(url.clone()));
        let details: StandardDeviceAuthorizationResponse = client
            .exchange_device_code()
            .add_scopes(self.scopes(device))
            .request_async(&http)
            .await
            .map_err(|error| self.refusal(&url, error, &known))?;
        show(&self.prompt(&url, &details)?);
        let http = AuthorityHttp { polling: true, ..http };
        let clock = self.clock.clone();
        let answer = client
            .exchange_device_access_token(&details)
            .set_time_fn(move || utc(clock.now()))
            // Whatever it allows, an authority is not asked more often than once a second.
            .request_async(&http, |pause| self.clock.sleep(pause.max(LEAST_PAUSE)), None)
            .await;
        let mut known = known;
        known.push(Secret::new(details.device_code().secret().clone()));
        self.obtained(answer.map_err(|error| match &error {
            RequestTokenError::ServerResponse(refused) => match refused.error().as_ref() {
                "expired_token" => SignInError::DeviceCodeExpired { identity: self.identity },
                "authorization_declined" | "access_denied" => {
                    SignInError::DeviceCodeDeclined { identity: self.identity }
                }
                _ => self.refusal(&token_url, error, &known),
            },
            _ => self.refusal(&token_url, error, &known),
        })?)
    }

    /// The next token of a person who has signed in. `None` when the authority does not take the refresh
    /// token any more, so that the person has to sign in again.
    pub async fn refresh(
        &self,
        device: &DeviceCode,
        refresh: &Secret,
    ) -> Result<Option<Obtained>, SignInError> {
        let url = self.place.token_url(self.identity, &device.tenant)?;
        let http = self.http(&url);
        let client = BasicClient::new(ClientId::new(device.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(url.clone()));
        let token = RefreshToken::new(refresh.expose().to_owned());
        let answer = client
            .exchange_refresh_token(&token)
            .add_scopes(self.scopes(device))
            .request_async(&http)
            .await;
        match answer {
            Ok(answer) => {
                let mut obtained = self.obtained(answer)?;
                // An authority need not give another refresh token: then the old one goes on.
                obtained.refresh.get_or_insert_with(|| refresh.clone());
                Ok(Some(obtained))
            }
            Err(RequestTokenError::ServerResponse(refused))
                if matches!(refused.error().as_ref(), "invalid_grant" | "interaction_required") =>
            {
                Ok(None)
            }
            Err(error) => {
                let known = self.known(&device.client_id, &device.tenant, Some(refresh));
                Err(self.refusal(&url, error, &known))
            }
        }
    }

    fn scopes(&self, device: &DeviceCode) -> Vec<Scope> {
        let asked = device.scopes.iter().map(|it| self.place.scope(it));
        // Without it there is no refresh token, and a run longer than an hour would need a person.
        asked.chain(["offline_access".to_owned()]).map(Scope::new).collect()
    }

    fn prompt(
        &self,
        url: &Url,
        details: &StandardDeviceAuthorizationResponse,
    ) -> Result<DevicePrompt, SignInError> {
        let code = details.user_code().secret();
        // Both are shown on a terminal and followed by a person, so both have to be plain.
        let code_is_plain = !code.is_empty()
            && code.len() <= 32
            && code.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        let address = Url::parse(details.verification_uri().as_str())
            .ok()
            .filter(|address| is_sign_in_page(address, url));
        match address {
            Some(address) if code_is_plain => Ok(DevicePrompt {
                identity: self.identity,
                address: address.to_string(),
                code: code.clone(),
                good_for: details.expires_in(),
            }),
            _ => Err(self.odd_answer(url, "its device code, or the page for it, is not usable")),
        }
    }

    fn obtained(&self, answer: BasicTokenResponse) -> Result<Obtained, SignInError> {
        let token = super::token_text::read(answer.access_token().secret()).map_err(|what| {
            SignInError::NoToken {
                identity: self.identity,
                source_name: "the authority".to_owned(),
                what: what.to_owned(),
            }
        })?;
        let expires = answer
            .expires_in()
            .and_then(|lifetime| self.clock.now().checked_add(lifetime).ok())
            .or(token.expires);
        let refresh = answer.refresh_token().map(|it| Secret::new(it.secret().clone()));
        Ok(Obtained { token: token.token, expires, refresh })
    }

    fn http(&self, url: &Url) -> AuthorityHttp<'_> {
        AuthorityHttp {
            caller: self.caller,
            clock: self.clock,
            origin: url.origin(),
            polling: false,
        }
    }

    /// What must not be in a message about this sign-in.
    fn known(&self, client_id: &str, tenant: &str, secret: Option<&Secret>) -> Vec<Secret> {
        let tenant =
            (!matches!(tenant, "consumers" | "organizations" | "common")).then_some(tenant);
        let ids = tenant.into_iter().chain([client_id]).map(Secret::new);
        ids.chain(secret.cloned()).collect()
    }

    fn odd_answer(&self, url: &Url, detail: impl Into<String>) -> SignInError {
        SignInError::AuthorityAnswer {
            identity: self.identity,
            authority: url.origin().ascii_serialization(),
            detail: detail.into(),
        }
    }

    fn refusal<E>(
        &self,
        url: &Url,
        error: RequestTokenError<HttpTrouble, StandardErrorResponse<E>>,
        known: &[Secret],
    ) -> SignInError
    where
        E: ErrorResponseType + AsRef<str> + std::fmt::Display + 'static,
    {
        let authority = url.origin().ascii_serialization();
        let identity = self.identity;
        match error {
            RequestTokenError::ServerResponse(refused)
                if refused.error().as_ref() == REDIRECTED =>
            {
                self.odd_answer(
                    url,
                    "it redirects, which is not followed: the secrets would go there",
                )
            }
            RequestTokenError::ServerResponse(refused) => {
                let known: Vec<&Secret> = known.iter().collect();
                let told = refused.error_description().map_or("", String::as_str);
                // What follows is of use to Microsoft's support only, and names the tenant's requests.
                let told = told.split(" Trace ID").next().unwrap_or_default();
                let told = foreign::clean(told.split('\n').next().unwrap_or_default(), &known);
                SignInError::Refused {
                    identity,
                    authority,
                    code: foreign::code(refused.error().as_ref()),
                    advice: advice(&told).map_or_else(String::new, |it| format!("; {it}")),
                    description: if told.is_empty() { told } else { format!(": {told}") },
                }
            }
            RequestTokenError::Request(HttpTrouble::NoAnswer(detail)) => {
                SignInError::AuthorityUnreachable { identity, authority, detail }
            }
            RequestTokenError::Request(trouble) => self.odd_answer(url, trouble.to_string()),
            // Neither the body nor the place in it is shown: either may hold a token.
            RequestTokenError::Parse(..) => {
                self.odd_answer(url, "the body is not the JSON expected")
            }
            RequestTokenError::Other(_) => {
                self.odd_answer(url, "the body is empty or of another media type than JSON")
            }
        }
    }
}

/// What to do about the refusals of Microsoft's authorities that people meet.
fn advice(description: &str) -> Option<&'static str> {
    let code: String =
        description.strip_prefix("AADSTS")?.chars().take_while(char::is_ascii_digit).collect();
    Some(match code.as_str() {
        "7000215" => "use the value of the client secret, not its id",
        "7000222" => "the client secret has expired; make a new one in the app registration",
        "700016" => "is client_id right, and is the application registered in this tenant?",
        "90002" => "is tenant right, and the tenant in this cloud?",
        "7000218" => "set \"Allow public client flows\" to Yes in the app registration",
        "65001" => "the permission needs consent; an administrator may have to grant it",
        "70021" | "700213" | "700211" => {
            "add a federated credential to the app registration whose issuer and subject are those of \
             the assertion"
        }
        "700024" => {
            "the assertion has expired; have it issued again, and check this machine's clock"
        }
        "9002346" => "the application is for personal accounts; write tenant = \"consumers\"",
        "50194" => "the application is for one tenant; write its id as tenant",
        "50020" | "700054" => "the account is not of this tenant; use another account or tenant",
        "53003" | "50158" | "53000" => {
            "a conditional access policy of the tenant forbids this sign-in; ask its administrator"
        }
        _ => return None,
    })
}

fn utc(now: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(now.as_second(), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Sends what the `oauth2` crate makes, to one origin only.
struct AuthorityHttp<'w> {
    caller: &'w Caller,
    clock: &'w Clock,
    origin: Origin,
    /// While it polls, the `oauth2` crate repeats by itself.
    polling: bool,
}

/// Why there is no answer that could be a token endpoint's.
#[derive(Debug, thiserror::Error)]
enum HttpTrouble {
    #[error("{0}")]
    NoAnswer(String),
    #[error("it answers {0}")]
    Busy(u16),
    #[error("the request would have gone to another address")]
    OtherOrigin,
}

impl<'c> AsyncHttpClient<'c> for AuthorityHttp<'_> {
    type Error = HttpTrouble;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpTrouble>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl AuthorityHttp<'_> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpTrouble> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| HttpTrouble::OtherOrigin)?;
        if url.origin() != self.origin {
            return Err(HttpTrouble::OtherOrigin);
        }
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            })
            .collect();
        // Forms are ASCII.
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let outgoing =
            Outgoing { method: http::Method::POST, url, headers, body: Some(body), bare: true };
        let mut attempt = 1;
        loop {
            let trouble = match self.caller.send(&outgoing).await.0.0 {
                Reply::Answer(answer) if answer.status == 429 || answer.status >= 500 => {
                    HttpTrouble::Busy(answer.status)
                }
                Reply::Answer(answer) if (300..400).contains(&answer.status) => {
                    // As a refusal of the protocol, so that polling ends too: a redirect is not followed,
                    // since it would carry the secret elsewhere.
                    return Ok(response(400, format!(r#"{{"error":"{REDIRECTED}"}}"#)));
                }
                Reply::Answer(answer) => {
                    return Ok(response(answer.status, answer.body.to_string()));
                }
                Reply::Nothing(failure) => {
                    HttpTrouble::NoAnswer(foreign::clean(&failure.detail, &[]))
                }
            };
            if self.polling || attempt == ATTEMPTS {
                return Err(trouble);
            }
            self.clock.sleep(Duration::from_secs(u64::from(attempt * attempt))).await;
            attempt += 1;
        }
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    let mut response = http::Response::new(body.into_bytes());
    // Every status a caller gives came from the wire or is a constant; what is none counts as a refusal.
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_REQUEST);
    response
}
