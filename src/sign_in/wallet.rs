//! The tokens of a run, renewed before they end.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard};

use super::authority::{Asking, DevicePrompt};
use super::command::plain;
use super::source::{ClientAuthentication, DeviceCode, TokenSource, TokenSources, file_name};
use super::token_text::{self, LARGEST, Obtained};
use super::{SecretVariables, SignInError, SignInPlace, TokenForm, command};
use crate::caller::Caller;
use crate::graph::{Clock, Identity, Secret};

/// Told every secret as soon as it is known, so that it can be redacted from then on.
pub type SecretHook = Arc<dyn Fn(Identity, &Secret) + Send + Sync>;

/// Shows a person how to sign in.
pub type Show = Arc<dyn Fn(&DevicePrompt) + Send + Sync>;

/// A token is renewed so long before it expires, so that no request is sent with one that expires on
/// its way; one with a short life, a tenth of its life before.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// A source is not asked more often than this, whatever it gives.
const LEAST_PAUSE: Duration = Duration::from_secs(30);

/// After a refused token the source is not asked because of another one sooner than this: an identity
/// that is refused whatever it shows would otherwise sign in for ever.
const LEAST_LIFE: Duration = Duration::from_secs(60);

/// The tokens of a run. It has no `Debug`.
pub struct Wallet {
    place: SignInPlace,
    caller: Caller,
    clock: Clock,
    slots: BTreeMap<Identity, Mutex<Slot>>,
    secret_variables: SecretVariables,
    on_token: Option<SecretHook>,
    show: Show,
    /// One person, one code at a time.
    prompting: Mutex<()>,
}

struct Slot {
    source: TokenSource,
    held: Option<Held>,
    refresh: Option<Secret>,
    failed: Option<Failed>,
    /// When the source was last asked because a token was refused.
    renewed: Option<Timestamp>,
}

struct Held {
    token: Secret,
    expires: Option<Timestamp>,
    /// When the source is asked again.
    ask_again: Option<Timestamp>,
}

struct Failed {
    error: SignInError,
    /// When the source is asked again; never, without.
    ask_again: Option<Timestamp>,
}

impl Wallet {
    /// A wallet with nothing in it yet: no source is asked before its token is needed.
    pub fn new(sources: TokenSources, caller: impl Into<Caller>, clock: Clock) -> Self {
        let slots = sources
            .by_identity
            .into_iter()
            .map(|(identity, source)| {
                let slot = Slot { source, held: None, refresh: None, failed: None, renewed: None };
                (identity, Mutex::new(slot))
            })
            .collect();
        Self {
            place: sources.place,
            caller: caller.into(),
            clock,
            slots,
            secret_variables: sources.secret_variables,
            on_token: None,
            show: Arc::new(|_| {}),
            prompting: Mutex::new(()),
        }
    }

    /// Has every secret told to `hook` before it is used: access and refresh tokens, client secrets and
    /// assertions.
    #[must_use]
    pub fn on_token(mut self, hook: SecretHook) -> Self {
        self.on_token = Some(hook);
        self
    }

    /// Shows device codes; without it nobody sees them.
    #[must_use]
    pub fn show_with(mut self, show: Show) -> Self {
        self.show = show;
        self
    }

    /// The identities that have a source.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        self.slots.keys().copied()
    }

    /// Where its identities sign in.
    pub fn place(&self) -> &SignInPlace {
        &self.place
    }

    /// The token of an identity: the one there is, or a new one shortly before it expires. `None` for an
    /// identity without a source.
    ///
    /// # Errors
    /// When the source gives none, or one of another cloud.
    pub async fn token(&self, identity: Identity) -> Result<Option<Secret>, SignInError> {
        let Some(mut slot) = self.slot(identity).await else { return Ok(None) };
        let now = self.clock.now();
        if let Some(held) = &slot.held
            && held.ask_again.is_none_or(|at| now < at)
        {
            return Ok(Some(held.token.clone()));
        }
        if let Some(failed) = &slot.failed
            && failed.ask_again.is_none_or(|at| now < at)
        {
            return Err(failed.error.clone());
        }
        match self.replace(identity, &mut slot).await {
            Ok(token) => Ok(Some(token)),
            Err(error) => {
                // A token that is still good bridges a source in trouble.
                let now = self.clock.now();
                match &mut slot.held {
                    Some(held) if held.expires.is_some_and(|at| now < at) => {
                        held.ask_again = later(now, LEAST_PAUSE);
                        Ok(Some(held.token.clone()))
                    }
                    _ => Err(error),
                }
            }
        }
    }

    /// What can be seen of an identity's token, to explain what it lacks before it is sent.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub async fn form(&self, identity: Identity) -> Result<Option<TokenForm>, SignInError> {
        Ok(self.token(identity).await?.map(|token| TokenForm::of(&token)))
    }

    /// Asks for another token after `refused` was answered with 401. True when [`Self::token`] now gives
    /// another one, and the request is worth repeating, once.
    ///
    /// However many requests were refused with the same token, the source is asked once.
    ///
    /// # Errors
    /// When the source fails.
    pub async fn renew(&self, identity: Identity, refused: &Secret) -> Result<bool, SignInError> {
        let Some(mut slot) = self.slot(identity).await else { return Ok(false) };
        if slot.held.as_ref().is_some_and(|held| held.token != *refused) {
            return Ok(true);
        }
        let now = self.clock.now();
        let too_soon = slot.renewed.and_then(|at| later(at, LEAST_LIFE)).is_some_and(|at| now < at);
        if !slot.source.is_renewable() || too_soon {
            return Ok(false);
        }
        slot.renewed = Some(now);
        Ok(self.replace(identity, &mut slot).await? != *refused)
    }

    async fn slot(&self, identity: Identity) -> Option<MutexGuard<'_, Slot>> {
        Some(self.slots.get(&identity)?.lock().await)
    }

    /// Has the source give a token, and keeps it, or keeps in mind that it failed.
    async fn replace(&self, identity: Identity, slot: &mut Slot) -> Result<Secret, SignInError> {
        let outcome = match self.obtain(identity, slot).await {
            Ok(obtained) => {
                self.tell(identity, &obtained.token);
                if let Some(refresh) = &obtained.refresh {
                    self.tell(identity, refresh);
                }
                let form = TokenForm::of(&obtained.token);
                let checked = self.place.check_token(identity, &slot.source.name(), &form);
                checked.map(|()| obtained)
            }
            Err(error) => Err(error),
        };
        let now = self.clock.now();
        match outcome {
            Ok(obtained) => {
                slot.failed = None;
                slot.refresh = obtained.refresh;
                slot.held = Some(Held {
                    token: obtained.token.clone(),
                    expires: obtained.expires,
                    ask_again: obtained
                        .expires
                        .filter(|_| slot.source.is_renewable())
                        .and_then(|expires| ask_again(now, expires)),
                });
                Ok(obtained.token)
            }
            Err(error) => {
                // Nobody wants to be asked for a code again and again, and a pipe cannot be read twice.
                let patient =
                    matches!(slot.source, TokenSource::DeviceCode(_) | TokenSource::StandardInput);
                let ask_again = if patient { None } else { later(now, LEAST_PAUSE) };
                slot.failed = Some(Failed { error: error.clone(), ask_again });
                Err(error)
            }
        }
    }

    async fn obtain(&self, identity: Identity, slot: &Slot) -> Result<Obtained, SignInError> {
        let asking =
            Asking { identity, place: &self.place, caller: &self.caller, clock: &self.clock };
        let read = |text: &Secret| {
            token_text::read(text.expose()).map_err(|what| SignInError::NoToken {
                identity,
                source_name: slot.source.name(),
                what: what.to_owned(),
            })
        };
        match &slot.source {
            TokenSource::Given { token, .. } => {
                self.tell(identity, token);
                read(token)
            }
            TokenSource::File(path) => read(&self.read_file(identity, path).await?),
            TokenSource::StandardInput => {
                if std::io::stdin().is_terminal() {
                    return Err(SignInError::Unreadable {
                        identity,
                        source_name: slot.source.name(),
                        detail: "it is a terminal; pipe the token in, or use a command".to_owned(),
                    });
                }
                let name = slot.source.name();
                read(&self.read(identity, name, || Ok(std::io::stdin())).await?)
            }
            TokenSource::Command(command) => {
                let known: Vec<&Secret> = slot.held.iter().map(|it| &it.token).collect();
                command::run(identity, command, &known, &self.secret_variables).await
            }
            TokenSource::ClientCredentials(credentials) => {
                let assertion = match &credentials.proof {
                    ClientAuthentication::Secret(secret) => {
                        self.tell(identity, secret);
                        None
                    }
                    ClientAuthentication::AssertionFile(path) => {
                        let text = self.read_file(identity, path).await?;
                        let assertion = token_text::read(text.expose());
                        Some(assertion.map_err(|what| SignInError::NoToken {
                            identity,
                            source_name: file_name(path),
                            what: what.to_owned(),
                        })?)
                    }
                };
                if let Some(assertion) = &assertion {
                    self.tell(identity, &assertion.token);
                }
                let assertion = assertion.map(|it| it.token);
                asking.client_credentials(credentials, assertion.as_ref()).await
            }
            TokenSource::DeviceCode(device) => self.device_code(&asking, device, slot).await,
        }
    }

    async fn device_code(
        &self,
        asking: &Asking<'_>,
        device: &DeviceCode,
        slot: &Slot,
    ) -> Result<Obtained, SignInError> {
        if let Some(refresh) = &slot.refresh
            && let Some(obtained) = asking.refresh(device, refresh).await?
        {
            return Ok(obtained);
        }
        let _one_at_a_time = self.prompting.lock().await;
        asking.device_code(device, &*self.show).await
    }

    async fn read_file(&self, identity: Identity, path: &Path) -> Result<Secret, SignInError> {
        let owned = path.to_owned();
        self.read(identity, file_name(path), move || std::fs::File::open(owned)).await
    }

    /// Reads a source to its end, on a thread of its own: a pipe may take its time.
    async fn read<R: Read>(
        &self,
        identity: Identity,
        source_name: String,
        open: impl FnOnce() -> std::io::Result<R> + Send + 'static,
    ) -> Result<Secret, SignInError> {
        let failed = |detail: String| SignInError::Unreadable {
            identity,
            source_name: source_name.clone(),
            detail,
        };
        let reading = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
            open()?.take(limit + 1).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        });
        let bytes = match reading.await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => return Err(failed(format!("{}; is the name right?", plain(&error)))),
            Err(_) => return Err(failed("reading was broken off; run again".to_owned())),
        };
        if bytes.len() > LARGEST {
            return Err(failed(format!("it has more than {LARGEST} bytes, which is no token")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| failed("it is no UTF-8 text; a token is one line of ASCII".to_owned()))?;
        Ok(Secret::new(text))
    }

    fn tell(&self, identity: Identity, secret: &Secret) {
        if let Some(hook) = &self.on_token {
            hook(identity, secret);
        }
    }
}

fn later(now: Timestamp, pause: Duration) -> Option<Timestamp> {
    now.checked_add(pause).ok()
}

/// When a token that expires then is replaced.
fn ask_again(now: Timestamp, expires: Timestamp) -> Option<Timestamp> {
    let left = Duration::try_from(expires.duration_since(now)).unwrap_or_default();
    let margin = MARGIN.min(left / 10);
    let at = expires.checked_sub(margin).ok()?;
    Some(at.max(later(now, LEAST_PAUSE)?))
}
