//! What can be told about a drive, its tokens and its profile without changing anything.

use std::sync::Arc;

use super::connect::{advice, connect, learn_address};
use super::owner::Owner;
use super::{LiveOptions, Reached, TargetError, parts};
use crate::graph::{Address, Identity, Product, Tenant};
use crate::sign_in::Advice;

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
pub async fn look(mut options: LiveOptions) -> Result<Look, TargetError> {
    let journal = Arc::new(std::mem::take(&mut options.journal));
    let wire = connect(&options, &journal).await?;
    if let Some((one, other)) = parts::with_one_token(&wire).await {
        return Err(TargetError::OneToken { one, other });
    }
    let owner = Owner { wire: &wire };
    let drive = owner.drive(&options.drive).await?;
    learn_address(&wire.redactor, &Address::Drive(drive.id.clone()));
    let mut failed_sign_ins = Vec::new();
    let identities: Vec<Identity> = wire.wallet.identities().collect();
    for identity in identities {
        match wire.wallet.token(identity).await {
            Err(error) => failed_sign_ins.push((identity, error.to_string())),
            Ok(None) => {}
            // Not whether it may read the drive: a stranger may not. Only whether it is a token at all.
            Ok(Some(_)) if identity != Identity::Owner => {
                if owner.is_turned_away(identity, &Address::Drive(drive.id.clone())).await {
                    let reason = "the service does not accept its token (answered 401)";
                    failed_sign_ins.push((identity, reason.to_owned()));
                }
            }
            Ok(Some(_)) => {}
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

/// What a tenant profile says that cannot be so on a drive of this product.
pub(super) fn contradictions(tenant: &Tenant, product: Product) -> Vec<Advice> {
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
pub(super) fn speaks_of(tenant: &Tenant, product: Product) -> bool {
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
