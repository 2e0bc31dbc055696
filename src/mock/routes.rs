//! From a path to a call.

use axum::http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::addresses::tidied;
use super::conditions::Request;
use super::departures::Departure;
use super::drive::{Drive, Item};
use super::envelope::{Answer, Call};
use super::errors::{Cause, Refusal};
use super::identities::{Application, Caller, Identity, Person};
use super::settings::Settings;
use super::world::World;
use super::{conditions, grants, history, items, links, pages, shares};
use crate::graph::Product;

/// A path segment as it was sent and as it reads, decoded once.
#[derive(Debug, Clone)]
struct Segment {
    raw: String,
    text: String,
}

impl Segment {
    fn new(raw: &str) -> Self {
        Self { raw: raw.to_owned(), text: percent_decode_str(raw).decode_utf8_lossy().into_owned() }
    }
}

/// What stands for the drive in a path.
#[derive(Debug)]
struct DriveAddress {
    kind: &'static str,
    id: String,
    /// The id as it was sent, before decoding; matters to a deviation only.
    raw: String,
}

/// The item a path names.
#[derive(Debug)]
enum Target {
    Item(String),
    /// No such item, but a folder in which it could be made.
    Absent {
        parent: String,
        name: String,
    },
}

/// Carries out one request.
pub(super) fn route(world: &World, drive: &mut Drive, call: &Call) -> Result<Answer, Refusal> {
    if let Some(rest) = call.path.strip_prefix("/_web/") {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        return only(call, &[Method::GET, Method::HEAD], "GET")
            .map(|()| pages::open(drive, host, path));
    }
    if let Some(ticket) = call.path.strip_prefix("/_download/") {
        return only(call, &[Method::GET, Method::HEAD], "GET")
            .and_then(|()| items::download(drive, ticket));
    }
    let path = tidied(&call.path);
    let Some(rest) = path.strip_prefix("/v1.0/") else {
        return Err(no_such_resource());
    };
    let segments: Vec<_> = rest.split('/').map(Segment::new).collect();
    let is_action = is_create_link(&call.path);

    let caller = match authenticate(world, &drive.settings, call, is_action) {
        Ok(caller) => caller,
        Err(refusal) => {
            if is_action && drive.departs(Departure::RefusedStrangerLeavesLink) {
                leave_strangers_link(world, drive, &segments, call);
            }
            return Err(refusal);
        }
    };
    if segments[0].text == "shares" {
        return share(world, drive, &segments[1..], &caller, call);
    }
    let (address, rest) = drive_address(&segments)?;
    if rest.is_empty() {
        only(call, &[Method::GET, Method::HEAD], "GET")?;
        resolve(world, drive, &address, &caller)?;
        readable(drive, &caller)?;
        return Ok(items::drive(drive, &world.directory, call));
    }
    if is_action {
        return create_link(world, drive, &address, rest, &caller, call);
    }
    resolve(world, drive, &address, &caller)?;
    let (target, tail) = target(drive, rest, false)?;
    let tail: Vec<_> = tail.iter().map(|segment| segment.text.as_str()).collect();
    on_item(world, drive, &target, &tail, &caller, call)
}

/// Whether a path is that of the action.
pub(super) fn is_create_link(path: &str) -> bool {
    tidied(path).ends_with("/createLink")
}

fn no_such_resource() -> Refusal {
    Refusal::invalid_request("Resource not found for the segment.", Cause::Other)
}

fn only(call: &Call, methods: &[Method], allowed: &'static str) -> Result<(), Refusal> {
    if methods.contains(&call.method) { Ok(()) } else { Err(Refusal::method_not_allowed(allowed)) }
}

fn readable(drive: &Drive, caller: &Caller) -> Result<(), Refusal> {
    if caller.may_read(drive.settings.product) {
        Ok(())
    } else {
        Err(Refusal::access_denied("Insufficient privileges.", Cause::Scopes))
    }
}

fn writable(drive: &Drive, caller: &Caller) -> Result<(), Refusal> {
    if caller.may_write(drive.settings.product) {
        Ok(())
    } else {
        Err(Refusal::access_denied("Insufficient privileges.", Cause::Scopes))
    }
}

/// Page, Request headers: "Authorization: Bearer {token}. Required."
fn authenticate(
    world: &World,
    settings: &Settings,
    call: &Call,
    is_action: bool,
) -> Result<Caller, Refusal> {
    let Some(header) = call.header("authorization") else {
        if is_action && settings.departs(Departure::NoTokenNeeded) {
            return Ok(Caller::new(Identity::Owner));
        }
        return Err(Refusal::unauthenticated(settings, "Access token is empty."));
    };
    let token = bearer(header);
    match token.and_then(|token| world.directory.caller(token)) {
        Some(caller) => Ok(caller),
        None if is_action && settings.departs(Departure::AnyTokenAccepted) => {
            Ok(Caller::new(Identity::Owner))
        }
        None => Err(Refusal::unauthenticated(settings, "Access token validation failure.")),
    }
}

fn bearer(header: &str) -> Option<&str> {
    header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
}

fn identity(world: &World, call: &Call) -> Option<Identity> {
    let token = call.header("authorization").and_then(bearer);
    token.and_then(|token| world.directory.identity(token))
}

/// The application that makes a call.
pub(super) fn application(world: &World, call: &Call) -> Option<Application> {
    identity(world, call).map(|it| Caller::new(it).application)
}

/// What a call asks for, as the condition of a deviation sees it: nothing, where it is no request for a link.
pub(super) fn asked(world: &World, drive: &Drive, call: &Call) -> Request {
    if world.conduct.condition.is_none() || !is_create_link(&call.path) {
        return Request::default();
    }
    let path = tidied(&call.path);
    let segments: Vec<_> =
        path.strip_prefix("/v1.0/").unwrap_or_default().split('/').map(Segment::new).collect();
    let identity = identity(world, call).map(Identity::name);
    let address = drive_address(&segments);
    let kind = address.as_ref().ok().map(|(address, _)| address.kind);
    let words = conditions::words(&call.body, kind, identity);
    let item = address.ok().and_then(|(_, rest)| match target(drive, rest, false) {
        Ok((Target::Item(id), _)) => drive.item(&id).ok(),
        _ => None,
    });
    match item {
        Some(item) => history::request(drive, item, words),
        None => Request { words, ..Request::default() },
    }
}

/// Page, HTTP request: the five ways to a drive.
fn drive_address(segments: &[Segment]) -> Result<(DriveAddress, &[Segment]), Refusal> {
    let texts: Vec<_> = segments.iter().take(3).map(|segment| segment.text.as_str()).collect();
    let (kind, id, length) = match texts.as_slice() {
        ["me", "drive", ..] => ("me", "", 2),
        ["drives", id, ..] => ("drives", *id, 2),
        ["users", id, "drive"] => ("users", *id, 3),
        ["groups", id, "drive"] => ("groups", *id, 3),
        ["sites", id, "drive"] => ("sites", *id, 3),
        // The library is one of the site's lists.
        ["sites", id, "lists"] => ("sites", *id, 2),
        _ => return Err(no_such_resource()),
    };
    let raw = segments[1].raw.clone();
    Ok((DriveAddress { kind, id: id.to_owned(), raw }, &segments[length..]))
}

/// Whether an address means the one drive there is, for this caller.
fn resolve(
    world: &World,
    drive: &Drive,
    address: &DriveAddress,
    caller: &Caller,
) -> Result<(), Refusal> {
    let product = drive.settings.product;
    // A signed-in person's own drive is not a document library.
    let owns = |person| person == Person::Owner && product != Product::SharePoint;
    let found = match address.kind {
        "me" => match caller.person {
            Some(person) => owns(person),
            None if drive.departs(Departure::MeForApplications) => true,
            None => {
                return Err(Refusal::invalid_request(
                    "/me request is only valid with delegated authentication flow.",
                    Cause::Other,
                ));
            }
        },
        "drives" => {
            if !is_drive_id(product, &address.id) {
                return Err(Refusal::invalid_request(
                    "The provided drive id appears to be malformed, or does not represent a valid \
                     drive.",
                    Cause::MalformedId,
                ));
            }
            address.id.eq_ignore_ascii_case(drive.id)
        }
        "users" => {
            product == Product::Business && world.directory.person(&address.id).is_some_and(owns)
        }
        "groups" => world.group_id() == Some(address.id.as_str()),
        _ => world.site_id() == Some(address.id.as_str()),
    };
    if found { Ok(()) } else { Err(Refusal::item_not_found()) }
}

fn is_drive_id(product: Product, id: &str) -> bool {
    match product {
        Product::Personal => id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        Product::Business | Product::SharePoint => id.starts_with("b!") && id.len() > 20,
    }
}

/// Finds the item of `root`, `root:/path`, `items/{id}`, `items/{id}:/path` or `special/{name}`, and what follows it.
///
/// A bundle and what somebody follows are items as well, and so is what an entry of the library's list stands for.
fn target<'a>(
    drive: &Drive,
    segments: &'a [Segment],
    undecoded: bool,
) -> Result<(Target, &'a [Segment]), Refusal> {
    let (id, by_path, rest) = match segments {
        [root, rest @ ..] if root.text == "root" => (drive.root_id.clone(), false, rest),
        [root, rest @ ..] if root.raw == "root:" => (drive.root_id.clone(), true, rest),
        // A special folder is a folder below the root that the service has made.
        [special, name, rest @ ..] if special.text == "special" => {
            let root = drive.item(&drive.root_id)?;
            let folder = drive.child(root, name.text.trim_end_matches(':'));
            let id = folder.ok_or_else(Refusal::item_not_found)?.id.clone();
            (id, name.raw.ends_with(':'), rest)
        }
        [list, items, entry, item, rest @ ..]
            if [&*list.text, &*items.text, &*item.text] == ["list", "items", "driveItem"] =>
        {
            (drive.item_of_entry(&entry.text)?, false, rest)
        }
        [lists, list, items, entry, item, rest @ ..]
            if [&*lists.text, &*items.text, &*item.text] == ["lists", "items", "driveItem"]
                && [items::LIST_ID, "Documents"].contains(&&*list.text) =>
        {
            (drive.item_of_entry(&entry.text)?, false, rest)
        }
        [items, id, rest @ ..] if ["items", "bundles", "following"].contains(&&*items.text) => {
            let by_path = id.raw.ends_with(':');
            let written = if undecoded { &id.raw } else { &id.text };
            let written = if by_path { written.trim_end_matches(':') } else { written };
            let id = if written == "root" { drive.root_id.clone() } else { written.to_owned() };
            (id, by_path, rest)
        }
        _ => return Err(no_such_resource()),
    };
    if !by_path {
        return Ok((Target::Item(id), rest));
    }
    let end = rest.iter().position(|segment| segment.raw.ends_with(':'));
    let (path, tail) = match end {
        Some(end) => (&rest[..=end], &rest[end + 1..]),
        None => (rest, &rest[rest.len()..]),
    };
    let names: Vec<_> = path
        .iter()
        .enumerate()
        .map(|(index, segment)| match end {
            Some(end) if end == index => segment.text.trim_end_matches(':'),
            _ => segment.text.as_str(),
        })
        .filter(|name| !name.is_empty())
        .collect();
    Ok((walk(drive, drive.item(&id)?, &names)?, tail))
}

fn walk(drive: &Drive, start: &Item, names: &[&str]) -> Result<Target, Refusal> {
    let mut at = start;
    for (depth, name) in names.iter().enumerate() {
        match drive.child(at, name) {
            Some(child) => at = child,
            None if depth + 1 == names.len() => {
                return Ok(Target::Absent { parent: at.id.clone(), name: (*name).to_owned() });
            }
            None => return Err(Refusal::item_not_found()),
        }
    }
    Ok(Target::Item(at.id.clone()))
}

fn create_link(
    world: &World,
    drive: &mut Drive,
    address: &DriveAddress,
    rest: &[Segment],
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    if call.method != Method::POST {
        if call.method == Method::GET && drive.departs(Departure::GetAnswersEmpty) {
            return Ok(Answer::json(StatusCode::OK, json!({})));
        }
        let creates = (call.method == Method::GET && drive.departs(Departure::GetCreates))
            || (call.method == Method::PATCH && drive.departs(Departure::PatchCreates));
        if creates && let Ok((Target::Item(id), _)) = target(drive, rest, false) {
            links::leave_link(drive, &id, caller.application);
            return Ok(Answer::json(StatusCode::OK, json!({})));
        }
        return Err(Refusal::method_not_allowed("POST"));
    }
    let refused_address = match address.kind {
        "me" => Departure::MeAddressRefused,
        "drives" => Departure::DrivesAddressRefused,
        "users" => Departure::UsersAddressRefused,
        "groups" => Departure::GroupsAddressRefused,
        _ => Departure::SitesAddressRefused,
    };
    if drive.departs(refused_address) {
        return Err(Refusal::item_not_found());
    }
    if address.kind == "users"
        && address.id.contains('@')
        && drive.departs(Departure::UserPrincipalNameRefused)
    {
        return Err(Refusal::item_not_found());
    }
    let undecoded = drive.departs(Departure::EncodedIdsNotDecoded);
    if undecoded && address.kind == "drives" && address.raw != address.id {
        return Err(Refusal::item_not_found());
    }
    resolve(world, drive, address, caller)?;
    let (target, tail) = target(drive, rest, undecoded)?;
    if tail.len() != 1 {
        return Err(no_such_resource());
    }
    let Target::Item(id) = target else {
        return Err(Refusal::item_not_found());
    };
    links::create_link(drive, &world.directory, &id, caller, call, address.kind)
}

/// Makes the link a request without a valid token asks for, and tells nobody.
fn leave_strangers_link(world: &World, drive: &mut Drive, segments: &[Segment], call: &Call) {
    let owner = Caller::new(Identity::Owner);
    if call.method == Method::POST
        && let Ok((address, rest)) = drive_address(segments)
        && resolve(world, drive, &address, &owner).is_ok()
        && let Ok((Target::Item(id), _)) = target(drive, rest, false)
    {
        links::leave_link(drive, &id, owner.application);
    }
}

/// Every call on an item but `createLink`.
fn on_item(
    world: &World,
    drive: &mut Drive,
    target: &Target,
    tail: &[&str],
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    match call.method {
        Method::GET | Method::HEAD => readable(drive, caller)?,
        _ => writable(drive, caller)?,
    }
    let id = match target {
        Target::Item(id) => id.as_str(),
        Target::Absent { parent, name } => {
            return match (&call.method, tail) {
                (&Method::PUT, ["content"]) => items::upload(drive, parent, name, caller, call),
                _ => Err(Refusal::item_not_found()),
            };
        }
    };
    let directory = &world.directory;
    match (&call.method, tail) {
        (&Method::GET | &Method::HEAD, []) => items::get(drive, id, caller, call),
        (&Method::DELETE, []) => items::delete(drive, id, caller, call),
        (_, []) => Err(Refusal::method_not_allowed("GET, DELETE")),
        (&Method::GET, ["listItem"]) => items::list_entry(drive, id, caller),
        (&Method::GET, ["children"]) => items::children(drive, id, caller, call),
        (&Method::POST, ["children"]) => items::create_folder(drive, id, caller, call),
        (_, ["children"]) => Err(Refusal::method_not_allowed("GET, POST")),
        (&Method::GET | &Method::HEAD, ["content"]) => {
            items::content(drive, id, caller, &world.origin)
        }
        (&Method::PUT, ["content"]) => items::replace(drive, id, caller, call),
        (_, ["content"]) => Err(Refusal::method_not_allowed("GET, PUT")),
        (&Method::GET, ["permissions"]) => {
            grants::list(drive, directory, id, caller, call, &world.origin)
        }
        (_, ["permissions"]) => Err(Refusal::method_not_allowed("GET")),
        (&Method::GET, ["permissions", permission]) => {
            grants::get(drive, directory, id, permission, caller, call)
        }
        (&Method::DELETE, ["permissions", permission]) => {
            grants::delete(drive, directory, id, permission, caller)
        }
        (_, ["permissions", _]) => Err(Refusal::method_not_allowed("GET, DELETE")),
        (&Method::POST, ["invite" | "microsoft.graph.invite"]) => {
            grants::invite(drive, directory, id, caller, call)
        }
        (&Method::POST, ["checkout" | "microsoft.graph.checkout"]) => {
            items::check_out(drive, id, caller)
        }
        (&Method::POST, ["checkin" | "microsoft.graph.checkin"]) => {
            items::check_in(drive, id, caller)
        }
        (_, ["invite" | "checkout" | "checkin"]) => Err(Refusal::method_not_allowed("POST")),
        _ => Err(no_such_resource()),
    }
}

/// Shares page: an item by its link.
fn share(
    world: &World,
    drive: &mut Drive,
    segments: &[Segment],
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    let texts: Vec<_> = segments.iter().map(|segment| segment.text.as_str()).collect();
    match (&call.method, texts.as_slice()) {
        (&Method::GET | &Method::HEAD, [id, "driveItem"]) => {
            readable(drive, caller)?;
            shares::get(drive, id, caller, call)
        }
        (&Method::GET | &Method::HEAD, [id, "driveItem", "content"]) => {
            readable(drive, caller)?;
            shares::content(drive, id, caller, call, &world.origin)
        }
        (&Method::PUT, [id, "driveItem", "content"]) => {
            writable(drive, caller)?;
            shares::write(drive, id, caller, call)
        }
        (_, [id, "driveItem" | "root", rest @ ..]) if !rest.is_empty() && *rest != ["content"] => {
            let item = shares::item_of(drive, id, caller, call)?;
            on_shared(world, drive, &item, rest, caller, call)
        }
        (_, [id, "items", item, rest @ ..]) => {
            shares::item_of(drive, id, caller, call)?;
            on_shared(world, drive, item, rest, caller, call)
        }
        (_, [_, "driveItem"]) => Err(Refusal::method_not_allowed("GET")),
        (_, [_, "driveItem", "content"]) => Err(Refusal::method_not_allowed("GET, PUT")),
        _ => Err(no_such_resource()),
    }
}

/// An item that is reached by a share is an item like any other.
fn on_shared(
    world: &World,
    drive: &mut Drive,
    item: &str,
    tail: &[&str],
    caller: &Caller,
    call: &Call,
) -> Result<Answer, Refusal> {
    match (&call.method, tail) {
        (&Method::POST, ["createLink"]) => {
            links::create_link(drive, &world.directory, item, caller, call, "shares")
        }
        (_, ["createLink"]) => Err(Refusal::method_not_allowed("POST")),
        _ => on_item(world, drive, &Target::Item(item.to_owned()), tail, caller, call),
    }
}
