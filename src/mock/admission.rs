//! Which orders for a link are accepted, and with which scope.

use jiff::{SignedDuration, Timestamp};

use super::departures::Departure;
use super::drive::Drive;
use super::errors::{Cause, Refusal};
use super::orders::{LinkOrder, LinkType, Scope};
use super::variants::Shape;

/// Holds the order against what the product, the policy and the item allow, and settles the scope.
pub(super) fn accept(
    drive: &Drive,
    order: &mut LinkOrder,
    is_folder: bool,
) -> Result<Scope, Refusal> {
    let refuse = |message: &str, cause| Err(Refusal::invalid_request(message, cause));
    let settings = &*drive.settings;
    let personal = settings.is_personal();

    refuse_by_departure(drive, order, is_folder)?;
    if order.link_type == LinkType::Edit
        && order.scope == Some(Scope::Anonymous)
        && drive.departs(Departure::AnonymousEditBecomesView)
    {
        order.link_type = LinkType::View;
    }
    let organization = order.scope == Some(Scope::Organization);
    let embeds = personal
        || drive.departs(Departure::EmbedOffPersonalAccepted)
        || (is_folder && drive.departs(Departure::EmbedOnFoldersOffPersonal))
        || (organization && !is_folder && drive.departs(Departure::EmbedWithScopeOffPersonal));
    if order.link_type == LinkType::Embed {
        if !personal && drive.departs(Departure::EmbedOffPersonalBecomesView) {
            order.link_type = LinkType::View;
        } else if !embeds {
            let message = "Link type must be either 'edit' or 'view'.";
            return refuse(message, Cause::EmbedOffPersonal);
        }
        if is_folder
            && !drive.departs(Departure::EmbedOnFolders)
            && !drive.departs(Departure::EmbedOnFoldersOffPersonal)
            && !settings.takes(Shape::EmbedOnFolders)
        {
            return refuse("Only files can be embedded.", Cause::Other);
        }
        if personal && drive.departs(Departure::EmbedBecomesView) {
            order.link_type = LinkType::View;
        }
    }
    let scope = settle_scope(drive, order)?;
    settle_password(drive, order, scope)?;
    settle_expiration(drive, order)?;
    Ok(scope)
}

/// The departures that refuse what the page allows.
fn refuse_by_departure(drive: &Drive, order: &LinkOrder, is_folder: bool) -> Result<(), Refusal> {
    let embed = order.link_type == LinkType::Embed;
    let edit = order.link_type == LinkType::Edit;
    let view = order.link_type == LinkType::View;
    let organization = order.scope == Some(Scope::Organization);
    let refused = [
        (Departure::FilesRefused, !is_folder),
        (Departure::FoldersRefused, is_folder),
        (Departure::FolderEditRefused, is_folder && edit),
        (Departure::ViewRefused, view),
        (Departure::EditRefused, edit),
        (Departure::EmbedRefused, embed),
        (Departure::EmbedNeedsScope, embed && order.scope.is_none()),
        (Departure::OrganizationRefused, organization),
        (Departure::OrganizationViewRefused, organization && view),
        (Departure::OrganizationEditRefused, organization && edit),
        (Departure::AnonymousRefused, order.scope == Some(Scope::Anonymous)),
        (Departure::UsersRefused, order.scope == Some(Scope::Users)),
        (Departure::ScopeRequired, order.scope.is_none() && !embed),
        (Departure::PasswordRefused, order.password.is_some()),
        (Departure::ExpirationRefused, order.expiration.is_some()),
    ];
    if refused.into_iter().any(|(departure, applies)| applies && drive.departs(departure)) {
        return Err(Refusal::invalid_request("One of the parameters is not valid.", Cause::Other));
    }
    if embed && drive.departs(Departure::EmbedAnswers404) && drive.settings.is_personal() {
        return Err(Refusal::item_not_found());
    }
    if order.scope.is_none() && !embed && drive.departs(Departure::OmittedScopeDenied) {
        return Err(Refusal::access_denied("Access denied", Cause::Other));
    }
    Ok(())
}

pub(super) fn default_scope(drive: &Drive) -> Scope {
    let scope = Scope::from(drive.settings.policy.default_scope);
    if scope == Scope::Anonymous && !drive.settings.policy.anonymous_links {
        return Scope::Organization;
    }
    scope
}

/// Page, Scope types: "organization ... Only available in OneDrive for Business and SharePoint";
/// "If the scope parameter is not specified, the default link type for the organization is created."
fn settle_scope(drive: &Drive, order: &LinkOrder) -> Result<Scope, Refusal> {
    let settings = &*drive.settings;
    let personal = settings.is_personal();
    let Some(scope) = order.scope else {
        if settings.takes(Shape::OmittedScopeRefused) && !personal {
            return Err(Refusal::invalid_request(
                "The default link settings cannot be used to create a sharing link without a \
                 scope. Scope must be specified",
                Cause::Other,
            ));
        }
        if personal || drive.departs(Departure::OmittedScopeAlwaysAnonymous) {
            return Ok(Scope::Anonymous);
        }
        return Ok(default_scope(drive));
    };
    match scope {
        Scope::Organization if personal => {
            if drive.departs(Departure::OrganizationOnPersonalBecomesAnonymous)
                || drive.departs(Departure::OrganizationOnPersonalHidesScope)
            {
                return Ok(Scope::Anonymous);
            }
            if !drive.departs(Departure::OrganizationOnPersonal) {
                return Err(Refusal::invalid_request(
                    "Organization links are not available on a personal drive.",
                    Cause::OrganizationOnPersonal,
                ));
            }
        }
        Scope::Organization
            if !settings.policy.organization_links
                || (drive.departs(Departure::DisabledAnonymousBlocksOrganization)
                    && !settings.policy.anonymous_links) =>
        {
            return Err(Refusal::access_denied("Organization links are disabled.", Cause::Other));
        }
        Scope::Organization if drive.departs(Departure::OrganizationBecomesAnonymous) => {
            return Ok(Scope::Anonymous);
        }
        Scope::Organization if drive.departs(Departure::OrganizationBecomesUsers) => {
            return Ok(Scope::Users);
        }
        Scope::Users if personal => {
            return Err(Refusal::invalid_request(
                "Links for specific people are not available on a personal drive.",
                Cause::Other,
            ));
        }
        Scope::Users if drive.departs(Departure::UsersBecomesOrganization) => {
            return Ok(Scope::Organization);
        }
        Scope::Users if settings.takes(Shape::UsersScopeRefused) => {
            return Err(Refusal::invalid_request("Recipients are missing.", Cause::Other));
        }
        Scope::Anonymous if !settings.policy.anonymous_links => {
            if drive.departs(Departure::DisabledAnonymousBecomesOrganization) {
                return Ok(Scope::Organization);
            }
            if !drive.departs(Departure::DisabledAnonymousMade) {
                return Err(Refusal::anonymous_disabled());
            }
        }
        _ => {}
    }
    Ok(scope)
}

/// What a free personal account was seen to be told.
fn upgrade_required() -> Refusal {
    Refusal::access_denied("Account Upgrade is required for this operation", Cause::Other)
}

fn settle_password(drive: &Drive, order: &mut LinkOrder, scope: Scope) -> Result<(), Refusal> {
    let settings = &*drive.settings;
    if order.password.is_none() {
        return Ok(());
    }
    if settings.is_personal() && !settings.policy.premium {
        return Err(upgrade_required());
    }
    if !settings.is_personal() && settings.takes(Shape::PasswordRefusedOffPersonal) {
        return Err(Refusal::invalid_request("password is not supported.", Cause::Other));
    }
    if scope != Scope::Anonymous {
        let message = "Only links that need no sign-in can have a password.";
        return Err(Refusal::invalid_request(message, Cause::Other));
    }
    if drive.departs(Departure::PasswordDropped) {
        order.password = None;
    }
    Ok(())
}

fn settle_expiration(drive: &Drive, order: &LinkOrder) -> Result<(), Refusal> {
    let settings = &*drive.settings;
    if order.expiration.is_some() && settings.is_personal() && !settings.policy.premium {
        return Err(upgrade_required());
    }
    Ok(())
}

/// The instant the link gets: a policy moves it earlier, never later. Page, Remarks: links do not
/// expire "unless a default expiration policy is enforced for the organization".
pub(super) fn expiration(drive: &Drive, order: &LinkOrder, scope: Scope) -> Option<Timestamp> {
    let days = |count: i64| drive.now().checked_add(SignedDuration::from_hours(24 * count)).ok();
    let whole_seconds = |instant: Timestamp| Timestamp::from_second(instant.as_second()).ok();
    let asked = order.expiration.and_then(whole_seconds);
    let policy_days = i64::from(drive.settings.policy.expiration_policy_days);
    let limit = (policy_days > 0 && scope == Scope::Anonymous)
        .then(|| days(policy_days).and_then(whole_seconds))
        .flatten();
    let settled = match (asked, limit) {
        (Some(asked), Some(limit)) => Some(asked.min(limit)),
        (asked, limit) => asked.or(limit),
    };
    if drive.departs(Departure::LinksAlwaysExpire) && settled.is_none() {
        return days(30).and_then(whole_seconds);
    }
    let settled = settled?;
    let shifted = |hours: i64| settled.checked_add(SignedDuration::from_hours(hours)).ok();
    let dropped = drive.departs(Departure::ExpirationDropped)
        || (drive.departs(Departure::ExpirationDroppedForAnyone) && scope == Scope::Anonymous);
    if dropped {
        None
    } else if drive.departs(Departure::ExpirationLater) {
        shifted(24)
    } else if drive.departs(Departure::ExpirationInLocalTime) {
        shifted(2)
    } else if drive.departs(Departure::ExpirationCutToDate) {
        Timestamp::from_second(settled.as_second() - settled.as_second().rem_euclid(86_400)).ok()
    } else {
        Some(settled)
    }
}
