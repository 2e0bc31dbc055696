//! Whether each identity's token is one for its part: what is wrong with it is the user's mistake, and no finding
//! about the service.

use std::collections::BTreeMap;

use super::Wire;
use crate::graph::Identity;
use crate::sign_in::{Claims, TokenForm, explain};

/// The first two identities that were given one and the same token.
pub(super) async fn with_one_token(wire: &Wire) -> Option<(Identity, Identity)> {
    let identities: Vec<Identity> = wire.wallet.identities().collect();
    let mut known: Vec<(Identity, crate::graph::Secret)> = Vec::new();
    for identity in identities {
        let Ok(Some(token)) = wire.wallet.token(identity).await else { continue };
        if let Some((other, _)) = known.iter().find(|(_, it)| it.expose() == token.expose()) {
            return Some((*other, identity));
        }
        known.push((identity, token));
    }
    None
}

/// The identities beside the owner whose token says of itself that it is not one for their part, with the reason.
pub(super) async fn unfit(wire: &Wire) -> BTreeMap<Identity, String> {
    let identities: Vec<Identity> = wire.wallet.identities().collect();
    let owner = match wire.wallet.form(Identity::Owner).await {
        Ok(Some(form)) => form.claims().cloned(),
        _ => None,
    };
    let mut unfit = BTreeMap::new();
    for identity in identities.into_iter().filter(|it| *it != Identity::Owner) {
        let Ok(Some(form)) = wire.wallet.form(identity).await else { continue };
        let place = wire.wallet.place();
        let advice = explain(identity, &form, None, place, wire.clock.now());
        let problem = advice.into_iter().find(|it| it.is_problem).map(|it| it.finding);
        let same = || same_as_owner(identity, owner.as_ref()?, &form);
        if let Some(reason) = problem.or_else(same) {
            unfit.insert(identity, reason);
        }
    }
    unfit
}

/// Whether somebody who has to be another than the owner is the owner.
fn same_as_owner(identity: Identity, owner: &Claims, form: &TokenForm) -> Option<String> {
    let claims = form.claims()?;
    let both = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    match identity {
        // The subject of a token is told apart by application, so it says something for one application alone.
        Identity::SecondUser
            if both(&owner.subject, &claims.subject)
                && both(&owner.application, &claims.application) =>
        {
            Some("the token of the second user is one of the owner of the drive".to_owned())
        }
        Identity::SecondApp if both(&owner.application, &claims.application) => Some(
            "the token of the second application is one of the application under test".to_owned(),
        ),
        _ => None,
    }
}
