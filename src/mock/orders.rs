//! The body of `createLink`.

use axum::http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::departures::Departure;
use super::envelope::Call;
use super::errors::{Cause, Refusal};
use super::policy::DefaultScope;
use super::settings::Settings;
use super::variants::Shape;

/// Page, Link types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkType {
    /// "Creates a read-only link to the driveItem."
    View,
    /// "Creates a read-write link to the driveItem."
    Edit,
    /// "Creates an embeddable link to the driveItem. This option is only available for files in
    /// OneDrive personal."
    Embed,
}

impl LinkType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Embed => "embed",
        }
    }
}

/// Page, Scope types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// "Anyone with the link has access, without needing to sign in."
    Anonymous,
    /// "Anyone signed into your organization (tenant) can use the link to get access."
    Organization,
    /// "Share only with people you choose inside or outside the organization."
    Users,
    /// Not a value of the request: what a tenant's default may come to.
    ExistingAccess,
}

impl Scope {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Organization => "organization",
            Self::Users => "users",
            Self::ExistingAccess => "existingAccess",
        }
    }
}

impl From<DefaultScope> for Scope {
    fn from(scope: DefaultScope) -> Self {
        match scope {
            DefaultScope::Anonymous => Self::Anonymous,
            DefaultScope::Organization => Self::Organization,
            DefaultScope::Users => Self::Users,
            DefaultScope::ExistingAccess => Self::ExistingAccess,
        }
    }
}

/// What the body of a `createLink` request asks for.
#[derive(Debug, Clone)]
pub(super) struct LinkOrder {
    pub link_type: LinkType,
    pub scope: Option<Scope>,
    pub password: Option<String>,
    pub expiration: Option<Timestamp>,
    /// "If true (default), any existing inherited permissions are retained on the shared item when
    /// sharing this item for the first time."
    pub retain_inherited_permissions: bool,
    /// The type as written, when a deviation took an unknown one.
    pub unknown_type: Option<String>,
    /// A scope that was written but is none of the documented ones, when a deviation took it.
    pub unknown_scope: Option<String>,
}

/// Reads the body: "In the request body, provide a JSON object".
pub(super) fn read(settings: &Settings, call: &Call) -> Result<LinkOrder, Refusal> {
    require_json(settings, call)?;
    let members = object(settings, &call.body)?;
    let text = |name: &str, cause: Cause| text_member(settings, &members, name, cause);

    for (name, value) in &members {
        if value.is_null() && settings.departs(Departure::NullRefused) {
            return Err(Refusal::invalid_request(
                &format!("{name} must not be null"),
                Cause::Other,
            ));
        }
        if settings.takes(Shape::UnknownPropertiesRefused) && !DOCUMENTED.contains(&name.as_str()) {
            return Err(Refusal::invalid_request(
                &format!("The parameter {name} does not exist in method CreateLink."),
                Cause::Other,
            ));
        }
    }

    let mut unknown_type = None;
    let link_type = match text("type", Cause::JsonType)?.as_deref() {
        None | Some("view") => LinkType::View,
        Some("edit") => LinkType::Edit,
        Some("embed") => LinkType::Embed,
        Some(other) if settings.departs(Departure::UnknownTypeEchoed) => {
            unknown_type = Some(other.to_owned());
            LinkType::View
        }
        Some(_) if settings.departs(Departure::UnknownTypeAsView) => LinkType::View,
        Some(other) => {
            return Err(Refusal::invalid_request(
                &format!("Link type must be one of view, edit and embed, not '{other}'."),
                Cause::Type,
            ));
        }
    };
    let mut unknown_scope = None;
    let scope = match text("scope", Cause::JsonType)?.as_deref() {
        None => None,
        Some("anonymous") => Some(Scope::Anonymous),
        Some("organization") => Some(Scope::Organization),
        Some("users") => Some(Scope::Users),
        Some(_) if settings.departs(Departure::UnknownScopeAsDefault) => None,
        Some(other) if settings.departs(Departure::UnknownScopeEchoed) => {
            unknown_scope = Some(other.to_owned());
            None
        }
        Some(other) => {
            return Err(Refusal::invalid_request(
                &format!("Scope must be one of anonymous, organization and users, not '{other}'."),
                Cause::Scope,
            ));
        }
    };

    let mut password = text("password", Cause::JsonType)?;
    if settings.departs(Departure::NullPasswordProtects)
        && members.get("password").is_some_and(Value::is_null)
    {
        password = Some("null".to_owned());
    }
    if password.as_deref() == Some("") {
        return Err(Refusal::invalid_request("The password must not be empty.", Cause::Other));
    }
    let expiration = match text("expirationDateTime", Cause::JsonType)? {
        None if settings.departs(Departure::NullExpirationExpires)
            && members.contains_key("expirationDateTime") =>
        {
            // The last second before the year 2100.
            Timestamp::from_second(4_102_444_799).ok()
        }
        None => None,
        Some(text) => match instant(settings, &text) {
            Ok(instant) => Some(instant),
            Err(_) if settings.departs(Departure::MalformedExpirationIgnored) => None,
            Err(refusal) => return Err(refusal),
        },
    };
    Ok(LinkOrder {
        link_type,
        scope,
        password,
        expiration,
        retain_inherited_permissions: retain(settings, &members)?,
        unknown_type,
        unknown_scope,
    })
}

/// Page, Request body: the whole table.
const DOCUMENTED: [&str; 5] =
    ["type", "password", "expirationDateTime", "retainInheritedPermissions", "scope"];

/// Page, Request headers: "Content-Type: application/json. Required."
fn require_json(settings: &Settings, call: &Call) -> Result<(), Refusal> {
    let written = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = written.and_then(|value| value.split(';').next()).unwrap_or("").trim();
    if media_type.eq_ignore_ascii_case("application/json")
        || settings.departs(Departure::AnyMediaType)
    {
        Ok(())
    } else {
        Err(Refusal::unsupported_media_type())
    }
}

fn object(settings: &Settings, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Array(values)) if settings.departs(Departure::ArrayUnwrapped) => {
            match values.into_iter().next() {
                Some(Value::Object(members)) => Ok(members),
                _ => Err(Refusal::invalid_request("The body must be a JSON object.", Cause::Json)),
            }
        }
        Ok(_) if settings.departs(Departure::AnyJsonBody) => Ok(Map::new()),
        Ok(_) => Err(Refusal::invalid_request("The body must be a JSON object.", Cause::Json)),
        Err(_) if settings.departs(Departure::BrokenJsonAccepted) => Ok(Map::new()),
        Err(_) => {
            let mut values = serde_json::Deserializer::from_slice(body).into_iter();
            match values.next() {
                Some(Ok(Value::Object(members)))
                    if settings.departs(Departure::JsonTailIgnored) =>
                {
                    Ok(members)
                }
                _ => Err(Refusal::invalid_request(
                    "Unable to read JSON request payload.",
                    Cause::Json,
                )),
            }
        }
    }
}

fn text_member(
    settings: &Settings,
    members: &Map<String, Value>,
    name: &str,
    cause: Cause,
) -> Result<Option<String>, Refusal> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) if settings.departs(Departure::WrongJsonTypesAccepted) => Ok(None),
        Some(_) => Err(Refusal::invalid_request(&format!("{name} must be a string."), cause)),
    }
}

fn retain(settings: &Settings, members: &Map<String, Value>) -> Result<bool, Refusal> {
    let written = match members.get("retainInheritedPermissions") {
        None => None,
        Some(Value::Null) if settings.departs(Departure::RetainNullMeansFalse) => Some(false),
        Some(Value::Null) => None,
        Some(Value::Bool(retain)) => Some(*retain),
        Some(Value::String(text)) if settings.departs(Departure::RetainTextAccepted) => {
            Some(text.eq_ignore_ascii_case("true"))
        }
        Some(_) if settings.departs(Departure::WrongJsonTypesAccepted) => None,
        Some(_) => {
            return Err(Refusal::invalid_request(
                "retainInheritedPermissions must be a boolean.",
                Cause::JsonType,
            ));
        }
    };
    Ok(match written {
        _ if settings.departs(Departure::RetainAlwaysFalse) => false,
        None => !settings.departs(Departure::RetainAbsentMeansFalse),
        Some(true) => {
            !settings.departs(Departure::RetainTrueMeansFalse)
                && !settings.departs(Departure::RetainInverted)
        }
        Some(false) => settings.departs(Departure::RetainInverted),
    })
}

/// Page, Request body: "A String with format of yyyy-MM-ddTHH:mm:ssZ of DateTime indicates the
/// expiration time of the permission." Offsets and fractions are legal for a DateTimeOffset.
fn instant(settings: &Settings, text: &str) -> Result<Timestamp, Refusal> {
    let refuse = || {
        Refusal::invalid_request(
            "expirationDateTime must have the format yyyy-MM-ddTHH:mm:ssZ and lie in the future.",
            Cause::Expiration,
        )
    };
    let written_out = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    let without_offset = |text: &str| Some(format!("{}Z", text.get(..19)?));
    let ignored =
        settings.departs(Departure::OffsetIgnored).then(|| without_offset(text)).flatten();
    let instant: Timestamp = match ignored.as_deref().unwrap_or(text).parse() {
        Ok(instant) if written_out => instant,
        _ => return Err(refuse()),
    };
    if instant <= settings.clock.now() {
        return Err(refuse());
    }
    Ok(instant)
}
