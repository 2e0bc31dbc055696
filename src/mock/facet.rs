//! The sharing link within a permission.

use serde_json::{Map, Value, json};

use super::departures::Departure;
use super::drive::{Drive, Link};
use super::orders::LinkType;
use super::place::Place;
use super::settings::Settings;
use super::variants::Shape;

/// The link facet: "Indicates the details of the sharing link".
pub(super) fn sharing_link(drive: &Drive, settings: &Settings, link: &Link, place: Place) -> Value {
    let mut members = Map::new();
    let answers = place.is_link_answer();
    let mut link_type = Value::from(link.link_type.name());
    if answers && settings.departs(Departure::TypeCapitalized) {
        link_type = match link.link_type.name() {
            "view" => "View".into(),
            "edit" => "Edit".into(),
            _ => "Embed".into(),
        };
    }
    if answers && settings.departs(Departure::EditSaysView) && link.writable {
        link_type = "view".into();
    }
    if !(answers && settings.departs(Departure::TypeMissing)) {
        members.insert("type".into(), link_type);
    }
    scope(settings, link, place, &mut members);

    let web_url = shown_web_url(drive, settings, link, place);
    match &web_url {
        Value::Null => {}
        _ => {
            members.insert("webUrl".into(), web_url);
        }
    }
    let is_embed = link.link_type == LinkType::Embed;
    if is_embed {
        embed_html(settings, &link.web_url, &mut members);
    } else if settings.departs(Departure::HtmlOnEveryLink) {
        members.insert("webHtml".into(), iframe(&link.web_url).into());
    } else if settings.takes(Shape::AbsentAsNull) {
        members.insert("webHtml".into(), Value::Null);
    }
    if settings.is_observed() {
        members.insert("preventsDownload".into(), false.into());
    }
    application(settings, link, answers, &mut members);
    Value::Object(members)
}

fn scope(settings: &Settings, link: &Link, place: Place, members: &mut Map<String, Value>) {
    let answers = place.is_link_answer();
    let mut scope = Value::from(link.scope.name());
    if answers && settings.departs(Departure::ScopeUndocumentedValue) {
        scope = "tenant".into();
    }
    if place == Place::Listed && settings.departs(Departure::ListSaysOtherScope) {
        scope = match link.scope.name() {
            "anonymous" => "users".into(),
            _ => "anonymous".into(),
        };
    }
    if answers && settings.departs(Departure::OrganizationSaysAnonymous) && scope == "organization"
    {
        scope = "anonymous".into();
    }
    if answers && settings.departs(Departure::ScopeMissing) {
        return;
    }
    if link.scope_shown || settings.is_observed() || settings.takes(Shape::EmbedWithScope) {
        members.insert("scope".into(), scope);
    } else if settings.takes(Shape::AbsentAsNull) {
        members.insert("scope".into(), Value::Null);
    }
}

fn shown_web_url(drive: &Drive, settings: &Settings, link: &Link, place: Place) -> Value {
    let web_url = link.web_url.as_str();
    let count = drive.shown.get().wrapping_add(1);
    drive.shown.set(count);
    if settings.takes(Shape::WebUrlQueryChanges) {
        return format!("{web_url}?e={count:06x}").into();
    }
    if place == Place::Existing && settings.departs(Departure::RepeatShowsNewUrl) {
        return format!("{web_url}{count:x}").into();
    }
    if place == Place::Listed && settings.departs(Departure::ListSaysOtherUrl) {
        return format!("{web_url}{count:x}").into();
    }
    if place.is_link_answer() {
        if settings.departs(Departure::WebUrlHttp) {
            return web_url.replacen("https://", "http://", 1).into();
        }
        if settings.departs(Departure::WebUrlRelative) {
            let path = web_url.splitn(4, '/').nth(3).unwrap_or_default();
            return format!("/{path}").into();
        }
        if settings.departs(Departure::WebUrlMissing) {
            return Value::Null;
        }
        if settings.departs(Departure::PasswordInUrl)
            && let Some(password) = &link.password
        {
            return format!("{web_url}?pw={password}").into();
        }
    }
    web_url.into()
}

fn iframe(web_url: &str) -> String {
    format!("<IFRAME src=\"{web_url}\"></IFRAME>")
}

/// Page, Examples: for an embed link the answer holds "webHtml", an IFRAME.
fn embed_html(settings: &Settings, web_url: &str, members: &mut Map<String, Value>) {
    let html = if settings.departs(Departure::EmbedWithoutHtml) {
        return;
    } else if settings.departs(Departure::EmbedWithoutIframe) {
        format!("<a href=\"{web_url}\">open</a>")
    } else if settings.departs(Departure::IframeWithoutSource) {
        "<iframe width=\"98\" height=\"120\"></iframe>".to_owned()
    } else if settings.departs(Departure::IframeOverHttp) {
        iframe(&web_url.replacen("https://", "http://", 1))
    } else if settings.departs(Departure::IframeOnOtherHost) {
        iframe("https://viewer.example/embed")
    } else if settings.is_observed() {
        format!(
            "<iframe src=\"{web_url}?em=2&amp;wdHideHeaders=true\" width=\"98\" height=\"120\" \
             frameborder=\"0\" scrolling=\"no\"></iframe>"
        )
    } else {
        iframe(web_url)
    };
    members.insert("webHtml".into(), html.into());
}

fn application(settings: &Settings, link: &Link, answers: bool, members: &mut Map<String, Value>) {
    // "application" is in every example of the page and in no real answer found.
    if settings.is_observed() {
        return;
    }
    if settings.takes(Shape::NoLinkApplication) {
        return;
    }
    let application = link.application;
    let value = if answers && settings.departs(Departure::ApplicationText) {
        application.display_name().into()
    } else if answers && settings.departs(Departure::ApplicationIdNumber) {
        json!({"id": 1234, "displayName": application.display_name()})
    } else {
        json!({"id": application.id(), "displayName": application.display_name()})
    };
    members.insert("application".into(), value);
}
