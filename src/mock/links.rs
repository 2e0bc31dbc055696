//! `createLink` itself.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::Value;

use super::admission;
use super::answers::{self};
use super::departures::Departure;
use super::drive::{Drive, Effective, Kind, Link, Permission, Right};
use super::envelope::{Answer, Call};
use super::errors::{Cause, Refusal};
use super::grants;
use super::identities::{Application, Caller, Directory};
use super::orders::{self, LinkOrder, LinkType, Scope};
use super::place::Place;
use super::variants::Shape;
use crate::graph::Product;

/// `POST .../items/{item-id}/createLink`: "The createLink action creates a new sharing link if the
/// specified link type doesn't already exist for the calling application. If a sharing link of the
/// specified type already exists for the app, the existing sharing link will be returned."
pub(super) fn create_link(
    drive: &mut Drive,
    directory: &Directory,
    item_id: &str,
    caller: &Caller,
    call: &Call,
    address: &'static str,
) -> Result<Answer, Refusal> {
    let outcome = attempt(drive, directory, item_id, caller, call, address);
    if let Err(refusal) = &outcome {
        if leaves_link(drive, refusal.cause) {
            leave_link(drive, item_id, caller.application);
        }
        if drive.departs(Departure::RefusedUserGainsAccess) {
            grants::let_in(drive, item_id, caller);
        }
        if matches!(refusal.cause, Cause::Json | Cause::JsonType) {
            take_away(drive, item_id);
        }
    }
    outcome
}

/// The departures that refuse a request and yet carry it out, by what it is refused for.
fn leaves_link(drive: &Drive, cause: Cause) -> bool {
    match cause {
        Cause::Type => drive.departs(Departure::RefusedTypeLeavesLink),
        Cause::Scope => drive.departs(Departure::RefusedScopeLeavesLink),
        Cause::EmbedOffPersonal => drive.departs(Departure::RefusedEmbedLeavesLink),
        Cause::OrganizationOnPersonal => drive.departs(Departure::RefusedOrganizationLeavesLink),
        Cause::AnonymousDisabled => drive.departs(Departure::DisabledAnonymousLeavesLink),
        Cause::Expiration => drive.departs(Departure::RefusedExpirationLeavesLink),
        Cause::Json | Cause::JsonType => drive.departs(Departure::RefusedBodyLeavesLink),
        Cause::Scopes => drive.departs(Departure::RefusedReaderLeavesLink),
        _ => false,
    }
}

/// What departures do to an item when a body is refused.
fn take_away(drive: &mut Drive, item_id: &str) {
    let ends_links = drive.departs(Departure::RefusedBodyEndsLinks);
    let cuts_inheritance = drive.departs(Departure::RefusedBodyCutsInheritance);
    if !ends_links && !cuts_inheritance {
        return;
    }
    let (now, sequence) = (drive.now(), drive.next_sequence());
    let Ok(item) = drive.item_mut(item_id) else { return };
    if ends_links {
        item.permissions.iter_mut().for_each(|permission| permission.removed = Some(now));
    }
    if cuts_inheritance {
        item.inherits_since = sequence;
    }
}

/// Makes a link nobody is told of.
pub(super) fn leave_link(drive: &mut Drive, item_id: &str, application: Application) {
    let order = LinkOrder {
        link_type: LinkType::View,
        scope: None,
        password: None,
        expiration: None,
        retain_inherited_permissions: true,
        unknown_type: None,
        unknown_scope: None,
    };
    let scope = admission::default_scope(drive);
    // A missing item can hold no link; there is nobody to tell.
    let _ = make(drive, item_id, &order, scope, application, "");
}

fn attempt(
    drive: &mut Drive,
    directory: &Directory,
    item_id: &str,
    caller: &Caller,
    call: &Call,
    address: &'static str,
) -> Result<Answer, Refusal> {
    let edits =
        || orders::read(&drive.settings, call).is_ok_and(|it| it.link_type == LinkType::Edit);
    let is_shared = || drive.item(item_id).is_ok_and(|it| it.live_links().next().is_some());
    let may_share = caller.may_share(&drive.settings)
        || (drive.departs(Departure::ReadOnlyTokenEdits) && edits())
        || (drive.departs(Departure::ReadOnlyTokenFindsLinks) && is_shared());
    if !may_share {
        return Err(Refusal::access_denied("Insufficient privileges.", Cause::Scopes));
    }
    let item = drive.item(item_id)?;
    if !(drive.departs(Departure::RightOfUserIgnored) && drive.right(item, caller) > Right::None) {
        drive.require(item, caller, Right::Write)?;
    }
    if item.parent.is_none() && drive.settings.is_personal() {
        // Permission pages: those of the root of a personal drive cannot be created.
        return Err(Refusal::not_supported("The root of a personal drive cannot be shared."));
    }
    let mut order = orders::read(&drive.settings, call)?;
    let is_folder = item.is_folder();
    let scope = admission::accept(drive, &mut order, is_folder)?;

    if let Some(id) = existing(drive, item_id, &order, scope, caller.application, address) {
        if drive.departs(Departure::RepeatConflicts) {
            return Err(Refusal::name_already_exists());
        }
        let mut status = StatusCode::OK;
        if drive.departs(Departure::AlwaysCreated) {
            status = StatusCode::CREATED;
        } else if drive.departs(Departure::RepeatAnswers202) {
            status = StatusCode::ACCEPTED;
        } else if drive.departs(Departure::OtherAddressAnswers201)
            && address_of(drive, item_id, &id) != Some(address)
        {
            status = StatusCode::CREATED;
        }
        drive.remember(item_id, &id);
        return answer(drive, directory, item_id, &id, &order, status);
    }
    let (id, status) = if drive.departs(Departure::RepeatMintsNewId)
        && find(drive, item_id, &order, scope, caller.application, address).is_some()
    {
        (make(drive, item_id, &order, scope, caller.application, address)?, StatusCode::OK)
    } else {
        let status = if drive.departs(Departure::AlwaysOk) {
            StatusCode::OK
        } else if drive.departs(Departure::NewAnswers202) {
            StatusCode::ACCEPTED
        } else {
            StatusCode::CREATED
        };
        (make(drive, item_id, &order, scope, caller.application, address)?, status)
    };
    drive.remember(item_id, &id);
    answer(drive, directory, item_id, &id, &order, status)
}

/// The kind of address a link was first asked for at.
fn address_of(drive: &Drive, item_id: &str, id: &str) -> Option<&'static str> {
    let item = drive.item(item_id).ok()?;
    item.live_links().find(|(permission, _)| permission.id == id).map(|(_, link)| link.address)
}

/// Whether a link answers this order. The documentation names the item, the type and the application;
/// practice adds the scope. Protections belong to it here too: a link without the password or the
/// expiry that is asked for is not the link asked for, and to hand it out would drop them silently.
fn answers_order(
    drive: &Drive,
    link: &Link,
    order: &LinkOrder,
    scope: Scope,
    application: Application,
    address: &'static str,
) -> bool {
    let same_type = link.link_type == order.link_type
        || drive.departs(Departure::KeyForgetsType)
        || (drive.departs(Departure::EditWidensView) && order.link_type == LinkType::Edit)
        || (drive.departs(Departure::ViewFindsEdit) && order.link_type == LinkType::View)
        || (drive.departs(Departure::EmbedFindsView) && order.link_type == LinkType::Embed);
    let same_scope = link.scope == scope || drive.departs(Departure::KeyForgetsScope);
    let one_for_all = drive.departs(Departure::KeyForgetsApplication)
        || drive.settings.takes(Shape::OneLinkForAllApplications);
    let same_application = link.application == application || one_for_all;
    let same_address = link.address == address || !drive.departs(Departure::AddressIsPartOfKey);
    same_type
        && same_scope
        && same_application
        && same_address
        && link.password == order.password
        && link.asked_expiration == order.expiration
        && !drive.has_expired(link)
}

/// The id of the item's own live link that answers the order.
fn find(
    drive: &Drive,
    item_id: &str,
    order: &LinkOrder,
    scope: Scope,
    application: Application,
    address: &'static str,
) -> Option<String> {
    let matches = |link: &Link| answers_order(drive, link, order, scope, application, address);
    let item = drive.item(item_id).ok()?;
    let among = |item: &super::drive::Item| {
        item.live_links().find(|(_, link)| matches(link)).map(|(found, _)| found.id.clone())
    };
    if let Some(id) = among(item) {
        return Some(id);
    }
    if drive.departs(Departure::InheritedLinkCounts) {
        return drive.lineage(item).skip(1).find_map(among);
    }
    if drive.departs(Departure::SameContentSameLink)
        && let Some(file) = &item.file
    {
        let same = |it: &&super::drive::Item| {
            it.file.as_ref().is_some_and(|other| other.published == file.published)
        };
        return drive.everything().filter(same).find_map(among);
    }
    if drive.departs(Departure::KeyForgetsItem) {
        let parent = drive.lineage(item).nth(1)?;
        return drive.children(parent).find_map(among);
    }
    None
}

/// The existing link that is handed out, after what the departures do to it.
fn existing(
    drive: &mut Drive,
    item_id: &str,
    order: &LinkOrder,
    scope: Scope,
    application: Application,
    address: &'static str,
) -> Option<String> {
    let is_folder = drive.item(item_id).is_ok_and(super::drive::Item::is_folder);
    if drive.departs(Departure::NeverReuses)
        || drive.departs(Departure::RepeatMintsNewId)
        || (drive.departs(Departure::FolderRepeatMadeAnew) && is_folder)
        || (drive.departs(Departure::AnyoneRepeatMadeAnew) && scope == Scope::Anonymous)
    {
        return None;
    }
    if let Some(id) = find(drive, item_id, order, scope, application, address) {
        let renamed = drive.departs(Departure::RepeatRenamesId).then(|| drive.next_permission_id());
        let renewed = drive.departs(Departure::RepeatRenewsUrl).then(|| drive.next_secret());
        let widens = drive.departs(Departure::EditWidensView) && order.link_type == LinkType::Edit;
        let embeds = drive.departs(Departure::EmbedFindsView) && order.link_type == LinkType::Embed;
        // The link may be another item's: that is the departure, not ours to change.
        let item = drive.item_mut(item_id).ok()?;
        let Some(permission) = item.permissions.iter_mut().find(|it| it.id == id) else {
            return Some(id);
        };
        if let Kind::Link(link) = &mut permission.kind {
            link.scope_shown |= order.scope.is_some();
            if widens {
                link.link_type = LinkType::Edit;
                link.writable = true;
            }
            if embeds {
                link.link_type = LinkType::Embed;
            }
            if let Some(secret) = renewed {
                link.web_url.push_str(&secret);
            }
        }
        if let Some(renamed) = renamed {
            permission.id.clone_from(&renamed);
            return Some(renamed);
        }
        return Some(id);
    }
    let revives = drive.departs(Departure::DeletedLinkRevived);
    if !revives && !drive.departs(Departure::DeletedLinkHandedOut) {
        return None;
    }
    let item = drive.item(item_id).ok()?;
    let id = item.permissions.iter().find_map(|permission| {
        let link = permission.link()?;
        answers_order(drive, link, order, scope, application, address)
            .then(|| permission.id.clone())
    })?;
    if revives {
        let item = drive.item_mut(item_id).ok()?;
        item.permissions.iter_mut().filter(|it| it.id == id).for_each(|it| it.removed = None);
    }
    Some(id)
}

/// Makes the link the order asks for.
fn make(
    drive: &mut Drive,
    item_id: &str,
    order: &LinkOrder,
    scope: Scope,
    application: Application,
    address: &'static str,
) -> Result<String, Refusal> {
    let web_url = new_web_url(drive, item_id, order, scope)?;
    let expiration = admission::expiration(drive, order, scope);
    let id = drive.next_permission_id();
    retain(drive, item_id, order)?;
    let sequence = drive.next_sequence();
    let made = drive.now();
    let replaces =
        drive.departs(Departure::FolderEditReplacesView) && order.link_type == LinkType::Edit;
    let ends_others = drive.departs(Departure::ApplicationEndsLinksOfOthers);
    let departs = drive.shows_now();
    let item = drive.item_mut(item_id)?;
    for permission in &mut item.permissions {
        let is_of_another = permission.link().is_some_and(|it| it.application != application);
        if (replaces && item.file.is_none()) || (ends_others && is_of_another) {
            permission.removed = Some(made);
        }
    }
    let content_when_made =
        item.file.as_ref().map_or_else(Bytes::new, |file| file.published.clone());
    item.was_shared = true;
    item.permissions.push(Permission {
        id: id.clone(),
        sequence,
        made,
        removed: None,
        kind: Kind::Link(Link {
            link_type: order.link_type,
            scope,
            // Page, Examples: the embed answer names no scope when none was sent.
            scope_shown: order.scope.is_some() || order.link_type != LinkType::Embed,
            application,
            password: order.password.clone(),
            asked_expiration: order.expiration,
            expiration,
            web_url,
            writable: order.link_type == LinkType::Edit,
            address,
            redeemed: Vec::new(),
            departs,
            content_when_made,
        }),
    });
    Ok(id)
}

/// Page, Request body: "If false, all existing permissions are removed when sharing for the first
/// time." Only what is inherited is ever cut, and the owner keeps access.
fn retain(drive: &mut Drive, item_id: &str, order: &LinkOrder) -> Result<(), Refusal> {
    let item = drive.item(item_id)?;
    let keeps = order.retain_inherited_permissions;
    let cuts_links = if keeps {
        (item.is_folder() && drive.departs(Departure::FolderShareCutsInheritance))
            || (item.was_shared && drive.departs(Departure::LaterShareCutsInheritance))
    } else {
        (!item.was_shared || drive.departs(Departure::RetainFalseOnLaterShares))
            && !drive.departs(Departure::RetainFalseIgnored)
    };
    let cuts_people = (cuts_links && !drive.departs(Departure::RetainFalseKeepsPeople))
        || (keeps && !item.was_shared && drive.departs(Departure::FirstShareRemovesPeople));
    if cuts_links || cuts_people {
        let sequence = drive.next_sequence();
        let item = drive.item_mut(item_id)?;
        if cuts_links {
            item.inherits_since = sequence;
        }
        if cuts_people {
            item.inherits_people_since = sequence;
        }
    }
    if keeps {
        return Ok(());
    }
    let now = drive.now();
    let removes_links = drive.departs(Departure::RetainFalseRemovesEarlierLinks);
    let removes_owner = drive.departs(Departure::RetainFalseRemovesOwner);
    let on_parent = drive.departs(Departure::RetainFalseOnParent);
    let item = drive.item_mut(item_id)?;
    if removes_links {
        item.permissions.iter_mut().for_each(|permission| permission.removed = Some(now));
    }
    item.owner_lost |= removes_owner;
    if on_parent && let Some(parent) = item.parent.clone() {
        let parent = drive.item_mut(&parent)?;
        parent.permissions.iter_mut().for_each(|permission| permission.removed = Some(now));
    }
    Ok(())
}

fn new_web_url(
    drive: &mut Drive,
    item_id: &str,
    order: &LinkOrder,
    scope: Scope,
) -> Result<String, Refusal> {
    let secret = drive.next_secret();
    let item = drive.item(item_id)?;
    if drive.departs(Departure::OneUrlForAllLinks)
        && let Some((_, link)) = item.live_links().next()
    {
        return Ok(link.web_url.clone());
    }
    // SharePoint may give a link of the same kind its old address again.
    let revived = item.permissions.iter().rev().filter_map(Permission::link).find(|link| {
        link.link_type == order.link_type && link.scope == scope && link.password == order.password
    });
    if let Some(link) = revived
        && drive.settings.takes(Shape::RevivedWebUrl)
    {
        return Ok(link.web_url.clone());
    }
    let letter = if item.is_folder() { 'f' } else { 't' };
    Ok(match drive.settings.product {
        Product::Personal if order.link_type == LinkType::Embed => {
            format!("https://onedrive.live.com/embed/{secret}")
        }
        Product::Personal => format!("https://1drv.ms/{letter}/c/1a2b3c4d5e6f7081/{secret}"),
        Product::Business => format!(
            "https://contoso-my.sharepoint.com/:{letter}:/g/personal/ellen_contoso_example/{secret}"
        ),
        Product::SharePoint => {
            format!("https://contoso.sharepoint.com/:{letter}:/s/design/{secret}")
        }
    })
}

/// Page, Response: "returns a single Permission resource ... The response will be 201 Created if a new
/// sharing link is created for the item or 200 OK if an existing link is returned."
fn answer(
    drive: &Drive,
    directory: &Directory,
    item_id: &str,
    id: &str,
    order: &LinkOrder,
    status: StatusCode,
) -> Result<Answer, Refusal> {
    let item = drive.item(item_id)?;
    let own = item.permissions.iter().find(|permission| permission.id == id);
    let elsewhere = || {
        let parent = drive.lineage(item).nth(1);
        drive
            .lineage(item)
            .chain(parent.into_iter().flat_map(|parent| drive.children(parent)))
            .flat_map(|holder| &holder.permissions)
            .find(|permission| permission.id == id)
    };
    let permission = own.or_else(elsewhere).ok_or_else(Refusal::item_not_found)?;
    let place = if status == StatusCode::CREATED { Place::Created } else { Place::Existing };
    let held = Effective { permission, origin: item, inherited: false };
    let mut value = answers::permission(drive, directory, item, held, place);
    if let Some(link) = value.get_mut("link").filter(|link| link.is_object()) {
        if let Some(written) = &order.unknown_type {
            link["type"] = written.clone().into();
        }
        if let Some(written) = &order.unknown_scope {
            link["scope"] = written.clone().into();
        }
        if order.scope == Some(Scope::Organization)
            && drive.departs(Departure::OrganizationOnPersonalHidesScope)
            && let Some(members) = link.as_object_mut()
        {
            members.remove("scope");
        }
        if order.scope.is_none() && drive.departs(Departure::OmittedScopeShownAsNull) {
            link["scope"] = Value::Null;
        }
    }
    let mut answer = Answer::json(status, value);
    answer.is_link = true;
    if let Some(password) = &order.password
        && drive.departs(Departure::PasswordInHeader)
    {
        answer = answer.header("x-link-password", password.clone());
    }
    Ok(match location(drive, item_id, id, status) {
        Some(location) => answer.header("location", location),
        None => answer,
    })
}

/// Real tenants send an address of another API; nobody should follow it.
fn location(drive: &Drive, item_id: &str, id: &str, status: StatusCode) -> Option<String> {
    if drive.settings.takes(Shape::LocationOnAnotherHost) {
        return Some("https://elsewhere.example/permissions/1".to_owned());
    }
    if !drive.settings.is_observed() || status != StatusCode::CREATED {
        return None;
    }
    Some(match drive.settings.product {
        Product::Personal => "https://graph.microsoft.com".to_owned(),
        Product::Business | Product::SharePoint => format!(
            "https://contoso.sharepoint.com/_api/v2.0/sites('design')/drives('{}')/items('{item_id}')\
             /permissions('{id}')",
            drive.id
        ),
    })
}
