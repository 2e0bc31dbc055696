//! The beginning of everything on a drive: what is secret is known, the owner is signed in.

use std::sync::Arc;

use super::journal::Journal;
use super::{LiveOptions, TargetError, Wire};
use crate::caller::{Caller, Home};
use crate::graph::{Address, Identity, PERSONAL_TENANT, Product, Redactor, Secret, encode_segment};
use crate::sign_in::{Advice, SecretHook, TokenForm, Wallet, explain};

/// Signs the owner in: what goes wrong there is said before anything is sent to the drive.
pub(super) async fn connect(
    options: &LiveOptions,
    journal: &Arc<Journal>,
) -> Result<Wire, TargetError> {
    // The mock has nothing to hide, and its reports are compared letter by letter.
    if options.kind != "mock" {
        learn_address(&options.redactor, &options.drive);
    }
    let caller = Caller::new(options.http.clone(), options.service.clone())?;
    let notices = options.notices.clone();
    let wallet = Wallet::new(options.sources.clone(), caller.clone(), options.clock.clone())
        .on_token(learn_tokens(&options.redactor))
        .show_with(Arc::new(move |prompt| notices.tell(&prompt.text())));
    if let Some(product) = options.product {
        wallet.place().check_product(product)?;
    }
    options.redactor.works_at(&options.base);
    if wallet.token(Identity::Owner).await?.is_none() {
        return Err(TargetError::NoToken);
    }
    let wire = Wire::new(
        caller.at_home(Home::of(&options.base)),
        options.clock.clone(),
        Arc::clone(&options.redactor),
        options.patience,
        wallet,
        options.base.clone(),
        Arc::clone(journal),
    );
    Ok(wire.ended_by(options.interrupt.clone()))
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
            redactor.learn_id("tenant", &Secret::new(tenant.clone()));
        }
    })
}

/// Has the id in an address redacted.
pub(super) fn learn_address(redactor: &Redactor, address: &Address) {
    match address {
        Address::Me => {}
        Address::Drive(id) => {
            // Ids of drives in organizations begin with "b!", of which requests may encode the "!".
            let id = id.strip_prefix("b!").unwrap_or(id);
            redactor.learn_id("drive", &Secret::new(id));
        }
        Address::Group(id) => redactor.learn_id("group", &Secret::new(id.clone())),
        Address::Site(id) => redactor.learn_id("site", &Secret::new(id.clone())),
        Address::User(id) => redactor.learn_id("user", &Secret::new(id.clone())),
    }
    if let Address::Group(id) | Address::Site(id) | Address::User(id) = address {
        let name = address.kind().trim_end_matches('s');
        redactor.learn_id(name, &Secret::new(encode_segment(id)));
    }
}

/// What the tokens tell about themselves, before they are used: unverified, only to explain.
pub(super) async fn advice(wire: &Wire, product: Option<Product>) -> Vec<Advice> {
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
