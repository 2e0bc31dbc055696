//! The shares API: links opened by their ids.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::departures::Departure;
use super::drive::{Drive, Kind, Link, Right};
use super::envelope::{Answer, Call};
use super::errors::{Cause, Refusal};
use super::identities::Caller;
use super::items;
use super::orders::Scope;

/// The item behind a share, and what the caller may do with it by that share.
#[derive(Debug)]
struct Access {
    item_id: String,
    permission_id: String,
    right: Right,
}

/// Shares page: the id is "u!" and the unpadded base64url of the sharing URL, or a `shareId`.
fn address(share_id: &str) -> Option<String> {
    let encoded = share_id.strip_prefix("u!")?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// How long a redemption lasts. Shares page, Request headers: "redeemSharingLink: If the shareIdOrUrl
/// is a sharing link, grant the caller durable access to the item"; "redeemSharingLinkIfNecessary:
/// Same as redeemSharingLink, but access is only guaranteed to be granted for the duration of this
/// request".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redemption {
    None,
    ThisRequest,
    Lasting,
}

impl Redemption {
    fn of(call: &Call) -> Self {
        let mut wanted = Self::None;
        for preference in call.header("prefer").unwrap_or("").split(',').map(str::trim) {
            if preference.eq_ignore_ascii_case("redeemSharingLink") {
                wanted = Self::Lasting;
            } else if preference.eq_ignore_ascii_case("redeemSharingLinkIfNecessary")
                && wanted == Self::None
            {
                wanted = Self::ThisRequest;
            }
        }
        wanted
    }
}

/// The id of the item behind a share that the caller may open.
pub(super) fn item_of(
    drive: &mut Drive,
    share_id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<String, Refusal> {
    open(drive, share_id, caller, call).map(|access| access.item_id)
}

fn open(
    drive: &mut Drive,
    share_id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Access, Refusal> {
    let gone = || {
        Refusal::access_denied(
            "The sharing link no longer exists, or you do not have permission to access it.",
            Cause::Right,
        )
    };
    let web_url = address(share_id).ok_or_else(Refusal::item_not_found)?;
    let (item, permission, link) = drive.link_at(&web_url).ok_or_else(gone)?;
    let (item_id, permission_id) = (item.id.clone(), permission.id.clone());
    if drive.has_expired(link) && drive.right(item, caller) < Right::Owner {
        return Err(gone());
    }
    let redemption = Redemption::of(call);
    let by_link = if drive.lets_write(link) { Right::Write } else { Right::Read };
    let right = drive.right(item, caller);
    if right == Right::Owner || !admits(drive, link, redemption) {
        return if right == Right::None {
            Err(gone())
        } else {
            Ok(Access { item_id, permission_id, right })
        };
    }
    if redemption == Redemption::Lasting
        && let Some(person) = caller.person
    {
        let item = drive.item_mut(&item_id)?;
        for permission in &mut item.permissions {
            if let Kind::Link(link) = &mut permission.kind
                && permission.id == permission_id
                && !link.redeemed.contains(&person)
            {
                link.redeemed.push(person);
            }
        }
    }
    Ok(Access { item_id, permission_id, right: right.max(by_link) })
}

/// Whether holding the link is enough for a signed-in member of the tenant.
fn admits(drive: &Drive, link: &Link, redemption: Redemption) -> bool {
    if link.password.is_some() && !drive.departs_with(link, Departure::PasswordProtectsNothing) {
        return false;
    }
    match link.scope {
        // "Anyone with the link has access".
        Scope::Anonymous => true,
        // "Anyone signed into your organization (tenant) can use the link to get access", once they
        // redeem it: until then it is not among their rights.
        Scope::Organization => {
            redemption != Redemption::None
                && !drive.departs_with(link, Departure::OrganizationShutsMembersOut)
        }
        Scope::Users => {
            redemption != Redemption::None
                && drive.departs_with(link, Departure::UsersOpensToMembers)
        }
        Scope::ExistingAccess => false,
    }
}

/// `GET /shares/{id}/driveItem`
pub(super) fn get(
    drive: &mut Drive,
    share_id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let access = open(drive, share_id, caller, call)?;
    let item = drive.item(&access.item_id)?;
    let shown = items::selected(items::shown(drive, item, caller.person), call);
    Ok(Answer::json(StatusCode::OK, shown))
}

/// `GET /shares/{id}/driveItem/content`
pub(super) fn content(
    drive: &mut Drive,
    share_id: &str,
    caller: &Caller,
    call: &Call,
    origin: &str,
) -> Result<Answer, Refusal> {
    if let Some((item, _, link)) = address(share_id).and_then(|it| drive.link_at(&it))
        && drive.departs_with(link, Departure::UsersLinkGivesContent)
        && link.scope == Scope::Users
        && let Some(file) = &item.file
    {
        let (bytes, media_type) = (file.published.clone(), file.media_type.clone());
        return Ok(items::hand_out(drive, bytes, media_type, origin));
    }
    let access = open(drive, share_id, caller, call)?;
    let item = drive.item(&access.item_id)?;
    let Some(file) = &item.file else {
        return Err(Refusal::invalid_request("A folder has no content.", Cause::Other));
    };
    let link = item.permissions.iter().find(|it| it.id == access.permission_id);
    let bytes = match link.and_then(|permission| permission.link()) {
        Some(link) => items::behind_link(drive, file, link, caller.person),
        None => file.content_for(caller.person).clone(),
    };
    let media_type = file.media_type.clone();
    Ok(items::hand_out(drive, bytes, media_type, origin))
}

/// `PUT /shares/{id}/driveItem/content`
pub(super) fn write(
    drive: &mut Drive,
    share_id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let access = open(drive, share_id, caller, call)?;
    if access.right < Right::Write {
        let takes_effect = drive.item(&access.item_id)?.permissions.iter().any(|it| {
            it.id == access.permission_id
                && drive.settings_of(it).departs(Departure::RefusedWriteTakesEffect)
        });
        if takes_effect {
            items::write(drive, &access.item_id, caller, call.body.clone())?;
        }
        return Err(Refusal::no_right_on_item());
    }
    items::write(drive, &access.item_id, caller, call.body.clone())
}
