//! The calls on drives, items and content.

use axum::body::Bytes;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::answers;
use super::departures::Departure;
use super::drive::{Drive, Item, Right, Ticket};
use super::envelope::{Answer, Call};
use super::errors::{Cause, Refusal};
use super::identities::{Caller, Directory, Person};
use super::variants::Shape;
use crate::graph::Product;

/// `GET .../drive`: "driveType ... OneDrive personal drives return personal. OneDrive for Business
/// returns business. SharePoint document libraries return documentLibrary."
pub(super) fn drive(drive: &Drive, directory: &Directory, call: &Call) -> Answer {
    let settings = &*drive.settings;
    let user = json!({
        "id": directory.user_id,
        "displayName": directory.user_display_name,
        "email": directory.user_principal_name,
    });
    let owner = match settings.product {
        Product::SharePoint => json!({"group": {"displayName": "Design", "id": GROUP_ID}}),
        Product::Personal | Product::Business => json!({"user": user}),
    };
    let (name, web_url) = match settings.product {
        Product::Personal => ("OneDrive", "https://onedrive.live.com/?cid=1a2b3c4d5e6f7081"),
        Product::Business => (
            "OneDrive",
            "https://contoso-my.sharepoint.com/personal/ellen_contoso_example/Documents",
        ),
        Product::SharePoint => {
            ("Documents", "https://contoso.sharepoint.com/sites/design/Shared%20Documents")
        }
    };
    let value = json!({
        "id": drive.id,
        "driveType": settings.product.drive_type(),
        "name": name,
        "owner": owner,
        "quota": {"total": 5_368_709_120_u64, "used": 4096, "remaining": 5_368_705_024_u64,
                  "deleted": 0, "state": "normal"},
        "webUrl": web_url,
    });
    Answer::json(StatusCode::OK, selected(value, call))
}

/// The Microsoft 365 group whose drive it is.
pub(super) const GROUP_ID: &str = "0d9a7c5e-1b3f-4e6a-8c2d-7f5b9e1a3c40";
/// The site whose default library it is.
pub(super) const SITE_ID: &str = "contoso.sharepoint.com,2c712604-1370-44e7-a1f5-426573fda80a,\
                                  2d2244c3-251a-49ea-93a8-39e1c3a060fe";

/// The list that the library is.
pub(super) const LIST_ID: &str = "6f0f5a0e-2f6a-4b0f-9d5c-3a1b7c9d2e41";

/// An item as `GET .../items/{item-id}` shows it.
pub(super) fn shown(drive: &Drive, item: &Item, person: Option<Person>) -> Value {
    let settings = &*drive.settings;
    let mut members = Map::new();
    if settings.is_observed() {
        let context = "https://graph.microsoft.com/v1.0/$metadata#driveItem";
        members.insert("@odata.context".into(), context.into());
    }
    members.insert("id".into(), item.id.clone().into());
    members.insert("name".into(), item.name.clone().into());
    members.insert("eTag".into(), e_tag(item).into());
    members.insert("cTag".into(), format!("\"c:{{{}}},{}\"", item.id, item.revision).into());
    members.insert("createdDateTime".into(), answers::instant(settings, item.created));
    members.insert("lastModifiedDateTime".into(), answers::instant(settings, item.modified));
    members.insert("webUrl".into(), web_url(drive, item).into());
    if let Some(parent) = &item.parent {
        let reference = json!({
            "driveId": drive.id, "driveType": settings.product.drive_type(), "id": parent,
            "path": format!("/drives/{}/root:{}", drive.id, parent_path(drive, item)),
        });
        members.insert("parentReference".into(), reference);
    } else {
        members.insert("root".into(), json!({}));
    }
    match &item.file {
        None => {
            let count = drive.children(item).count();
            members.insert("size".into(), 0.into());
            members.insert("folder".into(), json!({"childCount": count}));
        }
        Some(file) => {
            let content = file.content_for(person);
            let digest = ring::digest::digest(&ring::digest::SHA256, content);
            members.insert("size".into(), content.len().into());
            let hashes = json!({"sha256Hash": STANDARD.encode(digest)});
            members.insert("file".into(), json!({"mimeType": file.media_type, "hashes": hashes}));
        }
    }
    let scope = item.live_links().map(|(_, link)| link.scope.name()).next();
    if let Some(scope) = scope {
        members.insert("shared".into(), json!({"scope": scope}));
    }
    Value::Object(members)
}

fn e_tag(item: &Item) -> String {
    format!("\"{{{}}},{}\"", item.id, item.revision)
}

fn parent_path(drive: &Drive, item: &Item) -> String {
    let mut names: Vec<_> = drive
        .lineage(item)
        .skip(1)
        .filter(|ancestor| ancestor.parent.is_some())
        .map(|ancestor| ancestor.name.as_str())
        .collect();
    names.reverse();
    names.iter().map(|name| format!("/{name}")).collect()
}

/// Where signed-in people open the item itself; not a sharing link.
fn web_url(drive: &Drive, item: &Item) -> String {
    let key = item.id.bytes().fold(0, |key, byte| super::drive::scatter(key ^ u64::from(byte)));
    let key = format!("{key:016x}");
    match drive.settings.product {
        Product::Personal => format!("https://onedrive.live.com/redir/{key}"),
        Product::Business => format!(
            "https://contoso-my.sharepoint.com/personal/ellen_contoso_example/Documents/{key}"
        ),
        Product::SharePoint => {
            format!("https://contoso.sharepoint.com/sites/design/Shared%20Documents/{key}")
        }
    }
}

/// Leaves what `$select` names, and control information.
pub(super) fn selected(value: Value, call: &Call) -> Value {
    let (Some(names), Value::Object(members)) = (call.query("$select"), &value) else {
        return value;
    };
    let names: Vec<_> = names.split(',').map(str::trim).collect();
    let kept = members
        .iter()
        .filter(|(name, _)| name.starts_with('@') || names.contains(&name.as_str()))
        .map(|(name, it)| (name.clone(), it.clone()));
    Value::Object(kept.collect())
}

/// `GET .../items/{item-id}`
pub(super) fn get(
    drive: &Drive,
    id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    if item.owner_lost {
        return Err(Refusal::no_right_on_item());
    }
    let mut value = shown(drive, item, caller.person);
    let select = call.query("$select").unwrap_or_default();
    // Shown where it is asked for.
    if drive.settings.product != Product::Personal && select.contains("sharepointIds") {
        value["sharepointIds"] = json!({"listId": LIST_ID, "listItemId": item.list_entry()});
    }
    Ok(Answer::json(StatusCode::OK, selected(value, call)))
}

/// `GET .../items/{item-id}/listItem`
pub(super) fn list_entry(drive: &Drive, id: &str, caller: &Caller) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    if drive.settings.product == Product::Personal {
        return Err(Refusal::item_not_found());
    }
    let entry = json!({"id": item.list_entry(), "parentReference": {"id": LIST_ID}});
    Ok(Answer::json(StatusCode::OK, entry))
}

/// `GET .../items/{item-id}/children`
pub(super) fn children(
    drive: &Drive,
    id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    let shown: Vec<_> = drive
        .children(item)
        .map(|child| selected(shown(drive, child, caller.person), call))
        .collect();
    Ok(Answer::json(StatusCode::OK, json!({"value": shown})))
}

/// `POST .../items/{parent}/children`: creates a folder.
pub(super) fn create_folder(
    drive: &mut Drive,
    parent: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(parent)?;
    drive.require(item, caller, Right::Write)?;
    let members = call.json()?;
    let refuse = |message: &str| Err(Refusal::invalid_request(message, Cause::Other));
    let Some(name) = members.get("name").and_then(Value::as_str).filter(|name| is_name(name))
    else {
        return refuse("The name of the folder is missing or cannot be used.");
    };
    if !members.get("folder").is_some_and(Value::is_object) {
        return refuse("Only folders can be created without content.");
    }
    if !item.is_folder() {
        return refuse("Only folders have children.");
    }
    let behavior = members.get("@microsoft.graph.conflictBehavior").and_then(Value::as_str);
    let name = match (drive.child(item, name), behavior) {
        (None, _) => name.to_owned(),
        (Some(_), Some("rename")) => free_name(drive, item, name),
        (Some(_), None | Some("fail")) => return Err(Refusal::name_already_exists()),
        (Some(_), Some(_)) => return refuse("A folder cannot be replaced here."),
    };
    let id = drive.add_folder(parent, &name);
    let item = drive.item(&id)?;
    Ok(Answer::json(StatusCode::CREATED, shown(drive, item, caller.person)))
}

fn is_name(name: &str) -> bool {
    let forbidden = ['"', '*', ':', '<', '>', '?', '/', '\\', '|'];
    !name.is_empty() && name.len() <= 400 && !name.contains(forbidden)
}

fn free_name(drive: &Drive, parent: &Item, name: &str) -> String {
    let mut number = 1_u64;
    loop {
        let candidate = format!("{name} {number}");
        if drive.child(parent, &candidate).is_none() {
            return candidate;
        }
        number += 1;
    }
}

/// `PUT .../items/{parent}:/{name}:/content` where no such file exists yet.
pub(super) fn upload(
    drive: &mut Drive,
    parent: &str,
    name: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(parent)?;
    drive.require(item, caller, Right::Write)?;
    if !item.is_folder() || !is_name(name) {
        return Err(Refusal::invalid_request("The file cannot have this name.", Cause::Other));
    }
    let media_type = call.header("content-type").unwrap_or("application/octet-stream");
    let id = drive.add_file(parent, name, call.body.clone(), media_type);
    let item = drive.item(&id)?;
    Ok(Answer::json(StatusCode::CREATED, shown(drive, item, caller.person)))
}

/// `PUT .../items/{item-id}/content`
pub(super) fn replace(
    drive: &mut Drive,
    id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    write(drive, id, caller, call.body.clone())
}

/// Changes the content, the caller's right being settled.
pub(super) fn write(
    drive: &mut Drive,
    id: &str,
    caller: &Caller,
    content: Bytes,
) -> Result<Answer, Refusal> {
    let now = drive.now();
    let item = drive.item_mut(id)?;
    let Some(file) = &mut item.file else {
        return Err(Refusal::invalid_request("A folder has no content.", Cause::Other));
    };
    match &mut file.checked_out {
        None => file.published = content,
        Some((holder, draft)) if *holder == caller.person => *draft = content,
        Some(_) => return Err(Refusal::locked()),
    }
    item.revision += 1;
    item.modified = now;
    let item = drive.item(id)?;
    Ok(Answer::json(StatusCode::OK, shown(drive, item, caller.person)))
}

/// `GET .../items/{item-id}/content`: "302 Found response redirecting to a preauthenticated download
/// URL for the file."
pub(super) fn content(
    drive: &mut Drive,
    id: &str,
    caller: &Caller,
    origin: &str,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Read)?;
    let Some(file) = &item.file else {
        return Err(Refusal::invalid_request("A folder has no content.", Cause::Other));
    };
    let (bytes, media_type) = (file.content_for(caller.person).clone(), file.media_type.clone());
    Ok(hand_out(drive, bytes, media_type, origin))
}

/// Hands content out: by a redirect to an address that needs no token, or at once.
pub(super) fn hand_out(
    drive: &mut Drive,
    bytes: Bytes,
    media_type: String,
    origin: &str,
) -> Answer {
    if drive.settings.takes(Shape::ContentAtOnce) {
        return Answer::other(StatusCode::OK, &media_type, bytes);
    }
    let ticket = drive.next_secret();
    drive.tickets.insert(ticket.clone(), Ticket { bytes, media_type });
    Answer::found(format!("{origin}/_download/{ticket}"))
}

/// `GET /_download/{ticket}`: whoever holds the address may read.
pub(super) fn download(drive: &Drive, ticket: &str) -> Result<Answer, Refusal> {
    let ticket = drive.tickets.get(ticket).ok_or_else(Refusal::item_not_found)?;
    Ok(Answer::other(StatusCode::OK, &ticket.media_type, ticket.bytes.clone()))
}

/// `DELETE .../items/{item-id}`: "204 No Content"; the item goes to the recycle bin.
pub(super) fn delete(
    drive: &mut Drive,
    id: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    if item.parent.is_none() {
        return Err(Refusal::invalid_request("The root cannot be deleted.", Cause::Other));
    }
    if call.header("if-match").is_some_and(|wanted| wanted != "*" && wanted != e_tag(item)) {
        return Err(Refusal::precondition_failed());
    }
    drive.recycle(id);
    Ok(Answer::no_content())
}

/// `POST .../items/{item-id}/checkout`: "prevent others from editing the document, and prevent your
/// changes from being visible until the documented is checked in."
pub(super) fn check_out(drive: &mut Drive, id: &str, caller: &Caller) -> Result<Answer, Refusal> {
    library(drive)?;
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    let Some(file) = &mut drive.item_mut(id)?.file else {
        return Err(Refusal::not_supported("A folder cannot be checked out."));
    };
    match &file.checked_out {
        Some((holder, _)) if *holder != caller.person => return Err(Refusal::locked()),
        Some(_) => {}
        None => file.checked_out = Some((caller.person, file.published.clone())),
    }
    Ok(Answer::no_content())
}

/// `POST .../items/{item-id}/checkin`: makes the new content visible to everybody.
pub(super) fn check_in(drive: &mut Drive, id: &str, caller: &Caller) -> Result<Answer, Refusal> {
    library(drive)?;
    let item = drive.item(id)?;
    drive.require(item, caller, Right::Write)?;
    let Some(file) = &mut drive.item_mut(id)?.file else {
        return Err(Refusal::not_supported("A folder cannot be checked in."));
    };
    match file.checked_out.take() {
        Some((holder, draft)) if holder == caller.person => file.published = draft,
        Some(other) => {
            file.checked_out = Some(other);
            return Err(Refusal::locked());
        }
        None => return Err(Refusal::invalid_request("It is not checked out.", Cause::Other)),
    }
    Ok(Answer::no_content())
}

fn library(drive: &Drive) -> Result<(), Refusal> {
    if drive.settings.policy.checkout_library && drive.settings.product == Product::SharePoint {
        Ok(())
    } else {
        Err(Refusal::not_supported("Check-out is not available in this drive."))
    }
}

/// What a link shows of a file: "always point to the latest version ... unless the item is checked
/// out".
pub(super) fn behind_link(
    drive: &Drive,
    file: &super::drive::File,
    link: &super::drive::Link,
    person: Option<Person>,
) -> Bytes {
    if drive.departs_with(link, Departure::StaleContentBehindLink) {
        return link.content_when_made.clone();
    }
    if drive.departs_with(link, Departure::DraftBehindLink)
        && let Some((_, draft)) = &file.checked_out
    {
        return draft.clone();
    }
    file.content_for(person).clone()
}
