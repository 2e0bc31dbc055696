use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::{Host, Url};

use super::journal::{Entry, Journal};
use super::owner::{Leftover, Owner};
use super::{Addresses, Interrupt, Patience, Reached, Target, TargetError, Wire, join};
use crate::caller::{Caller, HttpOptions, Service};
use crate::graph::{
    Address, Clock, Identity, PERSONAL_TENANT, Product, Redactor, Secret, Tenant, encode_segment,
};
use crate::sign_in::{Advice, SecretHook, Sources, TokenForm, Wallet, explain};

/// Everything needed to work on a drive by its URL.
pub struct LiveOptions {
    /// "mock" or "live", for reports.
    pub kind: &'static str,
    /// The service root with its version, see [`base_url`].
    pub base: Url,
    /// The drive.
    pub drive: Address,
    /// The product asked for; `driveType` must agree.
    pub product: Option<Product>,
    /// Where tokens come from; the owner's is needed.
    pub sources: Sources,
    /// Further ways to the same drive.
    pub addresses: Addresses,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// How the client behaves.
    pub http: HttpOptions,
    /// Where requests are handed to instead of being sent over HTTP: the mock in `prove`.
    pub service: Option<Service>,
    /// How long to wait for a throttled service.
    pub patience: Patience,
    /// Where waiting happens.
    pub clock: Clock,
    /// What replaces secrets.
    pub redactor: Redactor,
    /// Stands for the hosts of sharing links.
    pub web_root: Option<Url>,
    /// Where everything made is noted.
    pub journal: Journal,
    /// What ends the run early.
    pub interrupt: Interrupt,
}

/// A `--base-url` that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// It has no scheme, or is no URL at all.
    #[error("\"{0}\" is no absolute URL; write it like https://graph.microsoft.com")]
    NotAbsolute(String),
    /// It carries a user name or password.
    #[error("the base URL carries credentials; leave them out, tokens come from LINKSPEC_TOKEN")]
    Credentials,
    /// Plain http to another machine.
    #[error(
        "plain http is allowed for this machine only (127.0.0.1, [::1], localhost); write https://{0}"
    )]
    PlainHttp(String),
    /// Neither http nor https.
    #[error("\"{0}\" is neither https nor http")]
    Scheme(String),
    /// It carries a query or fragment.
    #[error("the base URL carries a query or a fragment; leave it out")]
    Query,
}

/// Reads a `--base-url`: with or without a slash at the end, with or without `/v1.0`.
///
/// # Errors
/// Says what is wrong with it and what to write instead.
pub fn base_url(text: &str) -> Result<Url, BaseUrlError> {
    let mut url = Url::parse(text).map_err(|_| BaseUrlError::NotAbsolute(text.to_owned()))?;
    if !matches!(url.scheme(), "http" | "https") {
        // "localhost:8080" parses as the scheme "localhost".
        return Err(if text.contains("://") {
            BaseUrlError::Scheme(url.scheme().to_owned())
        } else {
            BaseUrlError::NotAbsolute(text.to_owned())
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BaseUrlError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(BaseUrlError::Query);
    }
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "http" && !loopback {
        return Err(BaseUrlError::PlainHttp(url.host_str().unwrap_or_default().to_owned()));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let version = path.rsplit('/').next().is_some_and(|last| last == "v1.0" || last == "beta");
    url.set_path(&if version { path } else { format!("{path}/v1.0") });
    Ok(url)
}

impl Target {
    /// Finds the drive, makes the run's folder and gets to know the further ways to it.
    ///
    /// # Errors
    /// When the drive cannot be read, is another product than asked for, or the folder cannot be made.
    pub async fn open(mut options: LiveOptions) -> Result<Self, TargetError> {
        let journal = Arc::new(std::mem::take(&mut options.journal));
        match Self::open_with(options, &journal).await {
            Err(error) if journal.is_done() => {
                journal.discard();
                Err(error)
            }
            Err(error) => match journal.path() {
                Some(path) => {
                    let journal = path.display().to_string();
                    Err(TargetError::LeftBehind { error: Box::new(error), journal })
                }
                None => Err(error),
            },
            target => target,
        }
    }

    async fn open_with(options: LiveOptions, journal: &Arc<Journal>) -> Result<Self, TargetError> {
        let redactor = Arc::new(options.redactor);
        let passwords = [0_u8, 1].map(|_| {
            Secret::new(format!("Lk-{}", &uuid::Uuid::new_v4().simple().to_string()[..16]))
        });
        for (number, password) in passwords.iter().enumerate() {
            redactor.learn(&format!("password {}", number + 1), password);
        }
        let caller = Caller::new(options.http, options.service)?;
        let connecting = connect(Connecting {
            caller,
            redactor,
            clock: options.clock,
            patience: options.patience,
            sources: options.sources,
            product: options.product,
            base: options.base.clone(),
            drive: (options.kind != "mock").then_some(&options.drive),
            journal: Arc::clone(journal),
        });
        let wire = tokio::select! {
            wire = connecting => wire?,
            () = options.interrupt.wait() => return Err(TargetError::Interrupted),
        };
        let wire = wire.ended_by(options.interrupt);
        let advice = if options.kind == "mock" { Vec::new() } else { advice(&wire, None).await };
        // What a token lacks is said before it is sent.
        for problem in advice.iter().filter(|it| it.is_problem) {
            anstream::eprintln!("note: {problem}");
        }
        let owner = Owner { wire: &wire };
        let drive = owner.drive(&options.drive).await?;
        wire.drive_is_at(join(&wire.base, &options.drive.drive_path()));
        if options.kind != "mock" {
            if let Some(contradiction) = contradictions(&options.tenant, drive.product).pop() {
                if !speaks_of(&options.tenant, drive.product) {
                    return Err(TargetError::Contradiction(contradiction));
                }
                anstream::eprintln!("note: {}, and is left aside", contradiction.finding);
            }
            learn_address(&wire.redactor, &Address::Drive(drive.id.clone()));
        }
        if let Some(asked) = options.product.filter(|asked| *asked != drive.product) {
            return Err(TargetError::OtherProduct { found: drive.product, asked });
        }
        wire.wallet.place().check_product(drive.product)?;
        let mut candidates = options.addresses.declared();
        candidates.insert("drives", Address::Drive(drive.id.clone()));
        if drive.product != Product::SharePoint {
            candidates.insert("me", Address::Me);
        }
        let mut addresses = BTreeMap::new();
        for (kind, address) in candidates {
            let reached = if address == options.drive {
                Reached::Here(address)
            } else {
                owner.same_drive(address, &drive.id).await
            };
            addresses.insert(kind, reached);
        }
        addresses.entry(options.drive.kind()).or_insert(Reached::Here(options.drive.clone()));
        if wire.interrupt().is_set() {
            return Err(TargetError::Interrupted);
        }
        // The address of a user may be an e-mail address, which is nobody's business in a file.
        let noted = match &options.drive {
            Address::User(_) => Address::Drive(drive.id.clone()),
            address => address.clone(),
        };
        journal.note(Entry::Run {
            base_url: options.base.to_string(),
            drive: noted.to_string(),
            started: Timestamp::now(),
        })?;
        let folder = match owner.folder(&options.drive, journal).await {
            Ok(folder) => folder,
            Err(error) => {
                wire.begin_clean_up();
                owner.clean_up(&options.drive, journal).await;
                return Err(error);
            }
        };
        Ok(Self {
            kind: options.kind,
            base: options.base,
            drive: options.drive,
            drive_id: drive.id,
            product: drive.product,
            addresses,
            tenant: options.tenant,
            wire,
            web_root: options.web_root,
            passwords,
            folder,
            journal: Arc::clone(journal),
            advice,
            library: None,
            stories: std::sync::atomic::AtomicU32::new(0),
        })
    }

    /// Removes what the run made, links first. Gives what could not be removed.
    pub async fn clean_up(&self) -> Vec<Leftover> {
        self.wire.begin_clean_up();
        let owner = Owner { wire: &self.wire };
        owner.clean_up(&self.drive, &self.journal).await
    }
}

/// What a connection needs.
struct Connecting<'c> {
    caller: Caller,
    redactor: Arc<Redactor>,
    clock: Clock,
    patience: Patience,
    sources: Sources,
    product: Option<Product>,
    base: Url,
    /// Whose id is redacted, where there is anything to hide.
    drive: Option<&'c Address>,
    journal: Arc<Journal>,
}

/// Signs the owner in: what goes wrong there is said before anything is sent to the drive.
async fn connect(with: Connecting<'_>) -> Result<Wire, TargetError> {
    if let Some(drive) = with.drive {
        learn_address(&with.redactor, drive);
    }
    let wallet = Wallet::new(with.sources, with.caller.clone(), with.clock.clone())
        .on_token(learn_tokens(&with.redactor));
    if let Some(product) = with.product {
        wallet.place().check_product(product)?;
    }
    with.redactor.works_at(&with.base);
    if wallet.token(Identity::Owner).await?.is_none() {
        return Err(TargetError::NoToken);
    }
    Ok(Wire::new(
        with.caller,
        with.clock,
        with.redactor,
        with.patience,
        wallet,
        with.base,
        with.journal,
    ))
}

/// Has every token redacted from when it is known, and the tenant it names.
fn learn_tokens(redactor: &Arc<Redactor>) -> SecretHook {
    let redactor = Arc::clone(redactor);
    Arc::new(move |identity, secret| {
        redactor.learn(&format!("token {}", identity.name()), secret);
        if let Some(tenant) =
            TokenForm::of(secret).claims().and_then(|claims| claims.tenant.as_ref())
            && tenant != PERSONAL_TENANT
        {
            redactor.learn("tenant", &Secret::new(tenant.clone()));
        }
    })
}

/// Has the id in an address redacted.
fn learn_address(redactor: &Redactor, address: &Address) {
    match address {
        Address::Me => {}
        Address::Drive(id) => {
            // Ids of drives in organizations begin with "b!", of which requests may encode the "!".
            let id = id.strip_prefix("b!").unwrap_or(id);
            redactor.learn("drive", &Secret::new(id));
        }
        Address::Group(id) => redactor.learn("group", &Secret::new(id.clone())),
        Address::Site(id) => redactor.learn("site", &Secret::new(id.clone())),
        Address::User(id) => redactor.learn("user", &Secret::new(id.clone())),
    }
    if let Address::Group(id) | Address::Site(id) | Address::User(id) = address {
        let name = address.kind().trim_end_matches('s');
        redactor.learn(name, &Secret::new(encode_segment(id)));
    }
}

/// What the tokens tell about themselves, before they are used: unverified, only to explain.
async fn advice(wire: &Wire, product: Option<Product>) -> Vec<Advice> {
    let mut advice = Vec::new();
    let identities: Vec<Identity> = wire.wallet.identities().collect();
    for identity in identities {
        if let Ok(Some(form)) = wire.wallet.form(identity).await {
            let place = wire.wallet.place();
            advice.extend(explain(identity, &form, product, place, wire.clock.now()));
        }
    }
    advice
}

/// What a tenant profile says that cannot be so on a drive of this product.
fn contradictions(tenant: &Tenant, product: Product) -> Vec<Advice> {
    let of = |key: &str, what: &str| Advice {
        is_problem: true,
        finding: format!("profile: {key} is declared, but the drive is {product}"),
        remedy: format!("remove {key} from [tenant] of linkspec.toml; it is about {what}"),
    };
    let personal = product == Product::Personal;
    let mut found = Vec::new();
    if !personal && tenant.premium.is_some() {
        found.push(of("premium", "personal accounts"));
    }
    if personal && tenant.organization_links == Some(true) {
        found.push(of("organization_links", "organizations"));
    }
    if product != Product::SharePoint && tenant.checkout_library == Some(true) {
        found.push(of("checkout_library", "SharePoint libraries"));
    }
    found
}

/// Whether a tenant profile also says something of drives of this product: one file may serve several.
fn speaks_of(tenant: &Tenant, product: Product) -> bool {
    let anonymous = tenant.anonymous_links.is_some();
    match product {
        Product::Personal => anonymous || tenant.premium.is_some(),
        Product::Business | Product::SharePoint => {
            anonymous
                || tenant.organization_links.is_some()
                || tenant.default_scope.is_some()
                || tenant.expiration_policy_days.is_some()
        }
    }
}

/// What can be told about a drive without changing anything.
#[derive(Debug, Clone)]
pub struct Look {
    /// The product, as `driveType` says.
    pub product: Product,
    /// How far the service's clock is ahead of this machine's, in seconds, where it told its time.
    pub clock_ahead: Option<i64>,
    /// What the tokens tell about themselves.
    pub advice: Vec<Advice>,
    /// Identities that could not sign in, with the reason.
    pub failed_sign_ins: Vec<(Identity, String)>,
    /// Further addresses that do not lead to the drive, with the reason.
    pub unreached: Vec<String>,
}

/// Looks at a drive: signs in, reads it, changes nothing.
///
/// # Errors
/// When the owner cannot sign in or the drive cannot be read.
pub async fn look(options: LiveOptions) -> Result<Look, TargetError> {
    let wire = connect(Connecting {
        caller: Caller::new(options.http, options.service)?,
        redactor: Arc::new(options.redactor),
        clock: options.clock,
        patience: options.patience,
        sources: options.sources,
        product: options.product,
        base: options.base,
        drive: Some(&options.drive),
        journal: Arc::new(options.journal),
    })
    .await?;
    let owner = Owner { wire: &wire };
    let drive = owner.drive(&options.drive).await?;
    learn_address(&wire.redactor, &Address::Drive(drive.id.clone()));
    let mut failed_sign_ins = Vec::new();
    let identities: Vec<Identity> = wire.wallet.identities().collect();
    for identity in identities {
        if let Err(error) = wire.wallet.token(identity).await {
            failed_sign_ins.push((identity, error.to_string()));
        }
    }
    let mut unreached = Vec::new();
    for address in options.addresses.declared().into_values() {
        if let Reached::No(reason) = owner.same_drive(address, &drive.id).await {
            unreached.push(reason);
        }
    }
    Ok(Look {
        product: drive.product,
        clock_ahead: drive.clock_ahead,
        advice: advice(&wire, Some(drive.product))
            .await
            .into_iter()
            .chain(contradictions(&options.tenant, drive.product))
            .collect(),
        failed_sign_ins,
        unreached,
    })
}

/// Removes what the journal of the options names, for a run that could not do so itself.
///
/// # Errors
/// When the owner cannot sign in.
pub async fn clean_up_from(mut options: LiveOptions) -> Result<Vec<Leftover>, TargetError> {
    let journal = Arc::new(std::mem::take(&mut options.journal));
    let wire = connect(Connecting {
        caller: Caller::new(options.http, options.service)?,
        redactor: Arc::new(options.redactor),
        clock: options.clock,
        patience: options.patience,
        sources: options.sources,
        product: options.product,
        base: options.base,
        drive: Some(&options.drive),
        journal: Arc::clone(&journal),
    })
    .await?;
    wire.begin_clean_up();
    Ok(Owner { wire: &wire }.clean_up(&options.drive, &journal).await)
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            kind: "live",
            base: {
                // Invariant: a constant URL.
                #[expect(clippy::expect_used, reason = "a constant")]
                Url::parse("https://graph.microsoft.com/v1.0").expect("a valid URL")
            },
            drive: Address::Me,
            product: None,
            sources: Sources::new(),
            addresses: Addresses::default(),
            tenant: Tenant::default(),
            http: HttpOptions { timeout: Duration::from_secs(30), ..HttpOptions::default() },
            service: None,
            patience: Patience::default(),
            clock: Clock::real(),
            redactor: Redactor::new(),
            web_root: None,
            journal: Journal::in_memory(),
            interrupt: Interrupt::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_read_as_people_write_them() {
        for text in [
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com/v1.0/",
        ] {
            assert_eq!(
                base_url(text).unwrap().as_str(),
                "https://graph.microsoft.com/v1.0",
                "{text}"
            );
        }
        assert_eq!(
            base_url("http://127.0.0.1:4011/graph").unwrap().as_str(),
            "http://127.0.0.1:4011/graph/v1.0"
        );
        assert!(base_url("http://[::1]:4011").is_ok());
        assert!(base_url("http://localhost:4011").is_ok());
    }

    #[test]
    fn unusable_base_urls_are_refused_with_the_reason() {
        let error = |text: &str| base_url(text).unwrap_err();
        assert!(matches!(error("graph.microsoft.com"), BaseUrlError::NotAbsolute(_)));
        assert!(matches!(error("localhost:8080"), BaseUrlError::NotAbsolute(_)));
        assert!(matches!(error("http://graph.microsoft.com"), BaseUrlError::PlainHttp(_)));
        assert_eq!(error("https://me:secret@graph.microsoft.com"), BaseUrlError::Credentials);
        assert!(matches!(error("ftp://graph.microsoft.com"), BaseUrlError::Scheme(_)));
        assert_eq!(error("https://graph.microsoft.com/?x=1"), BaseUrlError::Query);
        assert!(!error("https://me:secret@graph.microsoft.com").to_string().contains("secret"));
    }
}
