//! What a browser sees at a sharing URL.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::http::StatusCode;

use super::departures::Departure;
use super::drive::Drive;
use super::envelope::Answer;
use super::items;
use super::orders::{LinkType, Scope};

/// What somebody sees who opens `https://{host}/{path}` in a browser without signing in.
///
/// The addresses of links lead to hosts that do not exist here, so they are looked up below `/_web/`.
pub(super) fn open(drive: &Drive, host: &str, path: &str) -> Answer {
    if host.starts_with("login.") {
        return page(StatusCode::OK, "<h1>Sign in</h1><form><input type=\"email\"></form>");
    }
    let web_url = format!("https://{host}/{path}");
    let Some((item, _, link)) = drive.link_at(&web_url).filter(|(_, _, link)| {
        let leads_nowhere = drive.departs_with(link, Departure::WebUrlLeadsNowhere)
            || (drive.departs_with(link, Departure::EditUrlDead)
                && link.link_type == LinkType::Edit);
        !drive.has_expired(link) && !leads_nowhere
    }) else {
        return page(StatusCode::NOT_FOUND, "<h1>This link has been removed.</h1>");
    };
    let needs_sign_in = match link.scope {
        // "without needing to sign in"
        Scope::Anonymous => drive.departs_with(link, Departure::AnonymousNeedsSignIn),
        Scope::Organization => !drive.departs_with(link, Departure::OrganizationOpensToAnyone),
        Scope::Users | Scope::ExistingAccess => true,
    };
    if needs_sign_in {
        return Answer::found(
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?prompt=login"
                .to_owned(),
        );
    }
    if link.password.is_some()
        && !drive.departs_with(link, Departure::PasswordPageShowsContent)
        && !drive.departs_with(link, Departure::PasswordProtectsNothing)
    {
        return page(
            StatusCode::OK,
            "<h1>Enter password</h1><form method=\"post\"><input type=\"password\" \
             name=\"password\"></form>",
        );
    }
    let shown = match &item.file {
        Some(file) => {
            let content = items::behind_link(drive, file, link, None);
            format!("<pre>{}</pre>", escaped(&String::from_utf8_lossy(&content)))
        }
        None => drive.children(item).fold(String::new(), |mut list, child| {
            // Writing to a String cannot fail.
            let _ = write!(list, "<li>{}</li>", escaped(&child.name));
            list
        }),
    };
    let answer = page(StatusCode::OK, &format!("<h1>{}</h1>{shown}", escaped(&item.name)));
    if link.link_type == LinkType::Embed && !drive.departs_with(link, Departure::EmbedNotFramable) {
        // Page, Examples: the link "can be embedded".
        return answer.header("content-security-policy", "frame-ancestors *");
    }
    answer.header("x-frame-options", "DENY")
}

fn page(status: StatusCode, body: &str) -> Answer {
    let html = format!("<!doctype html><html><body>{body}</body></html>");
    Answer::other(status, "text/html; charset=utf-8", Bytes::from(html))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
