//! The JSON of permissions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::departures::Departure;
use super::drive::{Drive, Effective, Invitation, Item, Kind, Link, Permission};
use super::facet;
use super::identities::{Directory, Person};
use super::orders::{LinkType, Scope};
use super::place::Place;
use super::settings::Settings;
use super::variants::Shape;

/// The one form of an instant that the page writes.
pub(super) fn instant(settings: &Settings, instant: Timestamp) -> Value {
    if settings.takes(Shape::InstantsWithOffset) {
        let shifted = instant.checked_add(SignedDuration::from_hours(2)).unwrap_or(instant);
        return shifted.strftime("%Y-%m-%dT%H:%M:%S+02:00").to_string().into();
    }
    if settings.takes(Shape::InstantsWithFraction) {
        return instant.strftime("%Y-%m-%dT%H:%M:%S.0000000Z").to_string().into();
    }
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// "u!" and the unpadded base64url of the address: how the shares API names a link.
pub(super) fn share_id(web_url: &str) -> String {
    format!("u!{}", URL_SAFE_NO_PAD.encode(web_url))
}

/// A permission as an item shows it.
pub(super) fn permission(
    drive: &Drive,
    directory: &Directory,
    item: &Item,
    held: Effective<'_>,
    place: Place,
) -> Value {
    // What answers a request departs with it; what is shown of a link later, with the link.
    let settings =
        if place.is_link_answer() { &drive.settings } else { drive.settings_of(held.permission) };
    let mut members = Map::new();
    if settings.is_observed() && place != Place::Listed {
        let context = "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.permission";
        members.insert("@odata.context".into(), context.into());
    }
    members.insert("id".into(), id(settings, held.permission, place));
    match &held.permission.kind {
        Kind::Link(link) => {
            members.insert("roles".into(), roles(settings, link, place));
            link_members(drive, settings, directory, link, place, &mut members);
        }
        Kind::Invitation(invitation) => {
            invitation_members(settings, directory, invitation, &mut members);
        }
    }
    inherited_from(drive, settings, item, held, &mut members);
    if place.is_link_answer() {
        departures_of_answer(settings, place, &mut members);
    }
    Value::Object(members)
}

fn id(settings: &Settings, permission: &Permission, place: Place) -> Value {
    let id = permission.id.as_str();
    if settings.departs(Departure::IdNumber) {
        return id.parse::<u64>().map_or_else(|_| id.into(), Value::from);
    }
    if place.is_link_answer() && settings.departs(Departure::IdEmpty) {
        return "".into();
    }
    if place == Place::Listed
        && permission.link().is_some()
        && settings.departs(Departure::ListedUnderOtherId)
    {
        return format!("{id}-1").into();
    }
    id.into()
}

fn roles(settings: &Settings, link: &Link, place: Place) -> Value {
    use LinkType::{Edit, Embed, View};
    let mut role = if link.writable { "write" } else { "read" };
    match link.link_type {
        View if settings.departs(Departure::ViewGrantsWrite) => role = "write",
        Edit if settings.departs(Departure::EditGrantsRead) => role = "read",
        Embed if settings.departs(Departure::EmbedGrantsWrite) => role = "write",
        _ => {}
    }
    if place == Place::Listed && settings.departs(Departure::ListSaysOtherRoles) {
        role = if role == "write" { "read" } else { "write" };
    }
    if place == Place::Read && settings.departs(Departure::ReadSaysOtherRoles) {
        role = if role == "write" { "read" } else { "write" };
    }
    if place.is_link_answer() {
        if settings.departs(Departure::RolesText) {
            return role.into();
        }
        if settings.departs(Departure::RolesEmpty) {
            return json!([]);
        }
        if settings.departs(Departure::RolesNumbers) {
            return json!([if role == "write" { 2 } else { 1 }]);
        }
        if settings.departs(Departure::RolesOfSharePoint) {
            return json!([role, "sp.full control"]);
        }
        if settings.departs(Departure::RolesOwner) {
            return json!(["owner"]);
        }
        if settings.departs(Departure::RolesWithRead) && role == "write" {
            return json!(["read"]);
        }
        if settings.departs(Departure::ViewRolesReadAndWrite) && role == "read" {
            return json!(["read", "write"]);
        }
    }
    json!([role])
}

fn link_members(
    drive: &Drive,
    settings: &Settings,
    directory: &Directory,
    link: &Link,
    place: Place,
    members: &mut Map<String, Value>,
) {
    members.insert("link".into(), facet::sharing_link(drive, settings, link, place));
    let share_id = if settings.departs(Departure::ShareIdOfNothing) {
        Value::from(format!("s!{}", URL_SAFE_NO_PAD.encode(members_id(members))))
    } else if settings.departs(Departure::ShareIdObject) {
        json!({"token": share_id(&link.web_url)})
    } else {
        share_id(&link.web_url).into()
    };
    members.insert("shareId".into(), share_id);

    let expiration = link.expiration;
    let lost = match place {
        Place::Listed => settings.departs(Departure::ListLosesExpiration),
        Place::Read => settings.departs(Departure::ExpirationLostOnRead),
        Place::Created | Place::Existing => false,
    };
    match expiration {
        Some(expiration) if !lost => {
            let shown =
                if place == Place::Read && settings.departs(Departure::ExpirationMovesOnRead) {
                    expiration.checked_add(SignedDuration::from_hours(1)).unwrap_or(expiration)
                } else {
                    expiration
                };
            members.insert("expirationDateTime".into(), shown_expiration(settings, shown));
        }
        _ if settings.takes(Shape::NoExpirationAsMinimum) => {
            members.insert("expirationDateTime".into(), "0001-01-01T00:00:00Z".into());
        }
        _ if settings.takes(Shape::AbsentAsNull) => {
            members.insert("expirationDateTime".into(), Value::Null);
        }
        _ => {}
    }
    has_password(settings, link, place, members);

    if settings.takes(Shape::EmptyIdentityCollections)
        || (settings.is_observed() && place == Place::Listed)
    {
        members.insert("grantedToIdentitiesV2".into(), json!([]));
        members.insert("grantedToIdentities".into(), json!([]));
    }
    if link.scope == Scope::Users && settings.departs(Departure::UsersLinkGrantsSomebody) {
        let person = Person::Second;
        let user = json!({
            "id": directory.id_of(person), "displayName": directory.display_name_of(person),
        });
        members.insert("grantedToIdentitiesV2".into(), json!([{"user": user}]));
    }
    if settings.takes(Shape::AbsentAsNull) {
        for name in [
            "grantedTo",
            "grantedToV2",
            "grantedToIdentities",
            "grantedToIdentitiesV2",
            "invitation",
        ] {
            members.insert(name.into(), Value::Null);
        }
    }
    if settings.takes(Shape::MembersBeyondTheDocumented) {
        members.insert("expiresAutomatically".into(), json!({"never": [true]}));
        members.insert("isDefault".into(), true.into());
    }
}

fn members_id(members: &Map<String, Value>) -> String {
    members.get("id").map(Value::to_string).unwrap_or_default()
}

fn shown_expiration(settings: &Settings, expiration: Timestamp) -> Value {
    if settings.departs(Departure::ExpirationAsNumber) {
        return expiration.as_second().into();
    }
    if settings.departs(Departure::ExpirationInWords) {
        return expiration.strftime("%A, %d %B %Y").to_string().into();
    }
    instant(settings, expiration)
}

fn has_password(settings: &Settings, link: &Link, place: Place, members: &mut Map<String, Value>) {
    let mut protected = link.password.is_some();
    if settings.departs(Departure::EveryLinkHasPassword) {
        protected = true;
    }
    if place.is_link_answer() && settings.departs(Departure::HasPasswordNeverTrue) {
        protected = false;
    }
    if place == Place::Listed && settings.departs(Departure::ListLosesHasPassword) {
        protected = false;
    }
    let value = if place.is_link_answer() && settings.departs(Departure::HasPasswordText) {
        json!(protected.to_string())
    } else {
        json!(protected)
    };
    if !protected && settings.takes(Shape::HasPasswordOnlyWhenTrue) {
        return;
    }
    members.insert("hasPassword".into(), value);
    if let Some(password) = &link.password
        && place.is_link_answer()
        && settings.departs(Departure::PasswordInBody)
    {
        members.insert("password".into(), password.clone().into());
    }
}

fn invitation_members(
    settings: &Settings,
    directory: &Directory,
    invitation: &Invitation,
    members: &mut Map<String, Value>,
) {
    let role = if invitation.writable { "write" } else { "read" };
    members.insert("roles".into(), json!([role]));
    let user = match invitation.person {
        Some(person) => json!({
            "id": directory.id_of(person),
            "displayName": directory.display_name_of(person),
            "email": invitation.email,
        }),
        None => json!({"displayName": invitation.email, "email": invitation.email}),
    };
    members.insert("grantedToV2".into(), json!({"user": user}));
    members.insert("grantedTo".into(), json!({"user": user}));
    if settings.is_personal() {
        let sent = json!({"email": invitation.email, "signInRequired": true});
        members.insert("invitation".into(), sent);
    }
}

/// Permission page: "inheritedFrom ... For permissions that are inherited"; "OneDrive for Business and
/// SharePoint document libraries don't return the inheritedFrom property."
fn inherited_from(
    drive: &Drive,
    settings: &Settings,
    item: &Item,
    held: Effective<'_>,
    members: &mut Map<String, Value>,
) {
    let named = |origin: &Item| {
        json!({
            "driveId": drive.id, "driveType": settings.product.drive_type(),
            "id": origin.id, "name": origin.name,
        })
    };
    if held.inherited && settings.is_personal() {
        if settings.departs(Departure::InheritedFromMissing) {
            return;
        }
        let origin =
            if settings.departs(Departure::InheritedFromItself) { item } else { held.origin };
        members.insert("inheritedFrom".into(), named(origin));
    } else if !held.inherited && settings.departs(Departure::InheritedFromOnOwnLink) {
        let parent = drive.lineage(item).nth(1).unwrap_or(item);
        members.insert("inheritedFrom".into(), named(parent));
    } else if settings.takes(Shape::AbsentAsNull) {
        members.insert("inheritedFrom".into(), Value::Null);
    } else if settings.takes(Shape::InheritedFromEmpty)
        || (settings.is_observed() && held.inherited)
    {
        members.insert("inheritedFrom".into(), json!({}));
    }
}

/// The departures that concern the whole answer of `createLink`.
fn departures_of_answer(settings: &Settings, place: Place, members: &mut Map<String, Value>) {
    if settings.departs(Departure::LinkNull) {
        members.insert("link".into(), Value::Null);
    }
    if settings.departs(Departure::LinkMissing) {
        members.remove("link");
    }
    if settings.departs(Departure::LinkText)
        && let Some(web_url) = members.get("link").and_then(|link| link.get("webUrl")).cloned()
    {
        members.insert("link".into(), web_url);
    }
    if settings.departs(Departure::IdMissing) {
        members.remove("id");
    }
    if settings.departs(Departure::RolesMissing) {
        members.remove("roles");
    }
    if settings.departs(Departure::GrantedToOnLink) {
        members.insert("grantedToV2".into(), json!({"user": {"displayName": "Ellen Example"}}));
    }
    if settings.departs(Departure::InvitationOnLink) {
        members.insert("invitation".into(), json!({"signInRequired": true}));
    }
    if settings.departs(Departure::SuccessWithError) {
        members.insert("error".into(), json!({"code": "", "message": ""}));
    }
    if settings.departs(Departure::AnswerAlsoCollection) {
        members.insert("value".into(), json!([]));
    }
    if place == Place::Existing && settings.departs(Departure::RepeatWithoutRoles) {
        members.remove("roles");
    }
    if place == Place::Existing && settings.departs(Departure::RepeatWithoutLink) {
        members.remove("link");
    }
    if settings.departs(Departure::AnswerWrapped) {
        let permission = Value::Object(std::mem::take(members));
        members.insert("value".into(), json!([permission]));
    }
}

/// The owner's entry: it is there whatever else happens, and nobody can change it.
pub(super) fn owner(drive: &Drive, directory: &Directory, item: &Item) -> Value {
    let settings = &*drive.settings;
    let person = Person::Owner;
    let mut id = "aTowIy5mfG1lbWJlcnNoaXB8ZWxsZW4".to_owned();
    if let Some(permission) = shares_id_with_owner(drive, item) {
        id.clone_from(&permission.id);
    }
    let user = json!({
        "id": directory.id_of(person),
        "displayName": directory.display_name_of(person),
        "email": directory.principal_name_of(person),
    });
    let mut members = Map::new();
    members.insert("id".into(), id.into());
    members.insert("roles".into(), json!(["owner"]));
    members.insert("grantedToV2".into(), json!({"user": user}));
    members.insert("grantedTo".into(), json!({"user": user}));
    if settings.is_personal() && item.parent.is_some() {
        let from = json!({
            "driveId": drive.id, "driveType": settings.product.drive_type(),
            "id": drive.root_id, "name": "root",
        });
        members.insert("inheritedFrom".into(), from);
    }
    Value::Object(members)
}

/// The link whose id the owner's entry has too, by a departure.
pub(super) fn shares_id_with_owner<'i>(drive: &Drive, item: &'i Item) -> Option<&'i Permission> {
    let mut links = item.live_links().map(|(permission, _)| permission);
    links.find(|permission| drive.settings_of(permission).departs(Departure::IdNotUnique))
}

/// Whether a list or a look-up shows this permission at this moment.
pub(super) fn is_shown(drive: &Drive, permission: &Permission, place: Place) -> bool {
    let late = SignedDuration::from_millis(1500);
    let now = drive.now();
    let passed = |since: Timestamp| now.duration_since(since) >= late;
    let settings = drive.settings_of(permission);
    match (permission.removed, place) {
        (None, Place::Listed) => {
            if permission.link().is_none() {
                return true;
            }
            if permission.link().is_some() && settings.departs(Departure::NotListed) {
                return false;
            }
            !settings.takes(Shape::LateNewLink) || passed(permission.made)
        }
        (None, Place::Read) => {
            !(permission.link().is_some() && settings.departs(Departure::ReadMissing))
        }
        (None, _) => true,
        (Some(_), Place::Listed) if settings.departs(Departure::DeletedStillListed) => true,
        (Some(_), Place::Read) if settings.departs(Departure::DeletedStillReadable) => true,
        (Some(removed), _) => settings.takes(Shape::LateRemoval) && !passed(removed),
    }
}
