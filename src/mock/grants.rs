//! The calls on permissions: list, read, invite, delete.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answers::{self};
use super::departures::Departure;
use super::drive::{Drive, Effective, Invitation, Item, Kind, Permission, Right};
use super::envelope::{Answer, Call};
use super::errors::{Cause, Refusal};
use super::identities::{Caller, Directory, Person};
use super::items::selected;
use super::orders::LinkType;
use super::place::Place;
use super::variants::Shape;

/// `GET .../items/{item-id}/permissions`: "The collection of effective sharing permissions", the
/// item's own and the inherited ones.
pub(super) fn list(
    drive: &Drive,
    directory: &Directory,
    id: &str,
    caller: &Caller,
    call: &Call,
    origin: &str,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    let mut shown = Vec::new();
    if drive.right(item, caller) >= Right::Write && !item.owner_lost {
        shown.push(answers::owner(drive, directory, item));
    }
    for held in visible(drive, item, caller, Place::Listed) {
        let value = answers::permission(drive, directory, item, held, Place::Listed);
        let settings = drive.settings_of(held.permission);
        if held.permission.link().is_some() && settings.departs(Departure::ListedTwice) {
            shown.push(value.clone());
        }
        shown.push(value);
    }
    let mut shown: Vec<_> = shown.into_iter().map(|value| selected(value, call)).collect();

    let mut members = serde_json::Map::new();
    if drive.settings.is_observed() {
        let context = "https://graph.microsoft.com/v1.0/$metadata#permissions";
        members.insert("@odata.context".into(), context.into());
    }
    if drive.settings.takes(Shape::OnePermissionAPage) {
        let start = call.query("$skiptoken").and_then(|token| token.parse().ok()).unwrap_or(0);
        let more = shown.len() > start + 1;
        shown = shown.into_iter().skip(start).take(1).collect();
        if more {
            let mut next = format!("{origin}{}?$skiptoken={}", call.path, start + 1);
            if let Some(select) = call.query("$select") {
                next.push_str("&$select=");
                next.push_str(select);
            }
            members.insert("@odata.nextLink".into(), next.into());
        }
    }
    members.insert("value".into(), Value::Array(shown));
    Ok(Answer::json(StatusCode::OK, Value::Object(members)))
}

/// What this caller sees: "the owner sees all sharing permissions"; others those that apply to them.
fn visible<'a>(
    drive: &'a Drive,
    item: &'a Item,
    caller: &Caller,
    place: Place,
) -> Vec<Effective<'a>> {
    let sees_all = drive.right(item, caller) >= Right::Write;
    let mut held = drive.effective(item);
    held.retain(|held| {
        let applies = match &held.permission.kind {
            Kind::Invitation(invitation) => invitation.person == caller.person,
            Kind::Link(link) => caller.person.is_some_and(|person| link.redeemed.contains(&person)),
        };
        (sees_all || applies) && answers::is_shown(drive, held.permission, place)
    });
    held
}

/// Lists a caller who is not the owner among those who may read the item, as nobody asked for.
pub(super) fn let_in(drive: &mut Drive, id: &str, caller: &Caller) {
    let Some(person) = caller.person.filter(|it| *it != Person::Owner) else { return };
    let (permission_id, sequence, made) =
        (drive.next_permission_id(), drive.next_sequence(), drive.now());
    // A missing item has no permissions to add to.
    let Ok(item) = drive.item_mut(id) else { return };
    item.permissions.push(Permission {
        id: permission_id,
        sequence,
        made,
        removed: None,
        kind: Kind::Invitation(Invitation {
            email: "adele@contoso.example".to_owned(),
            person: Some(person),
            writable: false,
        }),
    });
}

/// `GET .../items/{item-id}/permissions/{perm-id}`
pub(super) fn get(
    drive: &Drive,
    directory: &Directory,
    id: &str,
    permission_id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    let value = if permission_id == owner_id(drive, directory, item) {
        answers::owner(drive, directory, item)
    } else {
        let held = visible(drive, item, caller, Place::Read)
            .into_iter()
            .find(|held| held.permission.id == permission_id)
            .filter(|held| {
                let is_view =
                    held.permission.link().is_some_and(|it| it.link_type == LinkType::View);
                let settings = drive.settings_of(held.permission);
                !(is_view && settings.departs(Departure::ViewPermissionUnreadable))
            })
            .ok_or_else(Refusal::item_not_found)?;
        answers::permission(drive, directory, item, held, Place::Read)
    };
    Ok(Answer::json(StatusCode::OK, selected(value, call)))
}

fn owner_id(drive: &Drive, directory: &Directory, item: &Item) -> String {
    if answers::shares_id_with_owner(drive, item).is_some() {
        return String::new();
    }
    let owner = answers::owner(drive, directory, item);
    owner.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// `DELETE .../items/{item-id}/permissions/{perm-id}`: "Only sharing permissions that are not
/// inherited can be deleted."
pub(super) fn delete(
    drive: &mut Drive,
    directory: &Directory,
    id: &str,
    permission_id: &str,
    caller: &Caller,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    if permission_id == owner_id(drive, directory, item) {
        return Err(Refusal::access_denied("The owner cannot be removed.", Cause::Other));
    }
    let held = drive
        .effective(item)
        .into_iter()
        .find(|held| held.permission.id == permission_id && held.permission.is_live())
        .ok_or_else(Refusal::item_not_found)?;
    let departs = |departure| drive.settings_of(held.permission).departs(departure);
    let answers_200 = departs(Departure::RemoveAnswers200);
    let does_nothing = departs(Departure::RemoveDoesNothing);
    if held.inherited && !departs(Departure::InheritedDeletedAtChild) {
        return Err(Refusal::access_denied(
            "The permission is inherited: delete it where it was given.",
            Cause::Other,
        ));
    }
    let is_link = held.permission.link().is_some();
    let origin = held.origin.id.clone();
    if is_link && departs(Departure::OwnerCannotRemove) {
        return Err(Refusal::access_denied("Access denied", Cause::Other));
    }
    if !(is_link && does_nothing) {
        let now = drive.now();
        let item = drive.item_mut(&origin)?;
        item.permissions
            .iter_mut()
            .filter(|permission| permission.id == permission_id)
            .for_each(|permission| permission.removed = Some(now));
    }
    if is_link && answers_200 {
        return Ok(Answer::json(StatusCode::OK, json!({})));
    }
    Ok(Answer::no_content())
}

/// `POST .../items/{item-id}/invite`: "Sends a sharing invitation for a driveItem."
pub(super) fn invite(
    drive: &mut Drive,
    directory: &Directory,
    id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    let refuse = |message: &str| Refusal::invalid_request(message, Cause::Other);
    if item.parent.is_none() && drive.settings.is_personal() {
        return Err(refuse("The root of a personal drive cannot be shared."));
    }
    let members = call.json()?;
    let flag = |name: &str| members.get(name).and_then(Value::as_bool).unwrap_or(false);
    if !flag("requireSignIn") && !flag("sendInvitation") {
        return Err(refuse("requireSignIn and sendInvitation must not both be false."));
    }
    let roles = members.get("roles").and_then(Value::as_array).ok_or_else(|| refuse("no roles"))?;
    let writable = match roles.first().and_then(Value::as_str) {
        Some("write") => true,
        Some("read") => false,
        _ => return Err(refuse("The roles must be read or write.")),
    };
    let recipients = members
        .get("recipients")
        .and_then(Value::as_array)
        .filter(|recipients| !recipients.is_empty())
        .ok_or_else(|| refuse("There is no recipient."))?;
    let mut invited = Vec::new();
    for recipient in recipients {
        let name = ["email", "objectId", "alias"]
            .into_iter()
            .find_map(|name| recipient.get(name).and_then(Value::as_str))
            .ok_or_else(|| refuse("A recipient needs an email, alias or objectId."))?;
        let person = directory.person(name);
        if person.is_none() && !name.contains('@') {
            return Err(refuse("One or more users could not be resolved."));
        }
        let email = person.map_or(name, |person| directory.principal_name_of(person)).to_owned();
        invited.push(Invitation { email, person, writable });
    }
    let mut ids = Vec::new();
    for invitation in invited {
        let permission = Permission {
            id: drive.next_permission_id(),
            sequence: drive.next_sequence(),
            made: drive.now(),
            removed: None,
            kind: Kind::Invitation(invitation),
        };
        ids.push(permission.id.clone());
        let item = drive.item_mut(id)?;
        item.was_shared = true;
        item.permissions.push(permission);
    }
    let item = drive.item(id)?;
    let made: Vec<_> = item
        .permissions
        .iter()
        .filter(|permission| ids.contains(&permission.id))
        .map(|permission| Effective { permission, origin: item, inherited: false })
        .map(|held| answers::permission(drive, directory, item, held, Place::Listed))
        .collect();
    Ok(Answer::json(StatusCode::OK, json!({"value": made})))
}
