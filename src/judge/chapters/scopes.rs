//! Anyone, the organization, specific people (SCOPE).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::graph::{Product, Purpose};
use crate::judge::chapters::acceptance::{
    NOT_AVAILABLE, granted_instead, granted_link, granted_text, is_grant, is_granted,
    is_refused_with, refusal_or_not_run,
};
use crate::judge::evidence::web_page::{WebPage, asks_who_one_is, last_page, shows_the_file};
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The scopes a request can name.
pub(crate) const SCOPES: [&str; 3] = ["anonymous", "organization", "users"];

/// The scopes a link can have, by the sharingLink page's table.
pub(crate) const LINK_SCOPES: [&str; 4] = ["anonymous", "organization", "users", "existingAccess"];

/// The link of the answer at `index` has that scope.
///
/// # Errors
/// Broken when it has another; not run when it shows none, which SCOPE-13 judges.
pub fn link_is_for(evidence: &Evidence<'_>, index: usize, scope: &str) -> Judgement {
    let granted = evidence.granted(index)?;
    if let Some(asked) = granted.asked_text("scope").filter(|asked| *asked != scope) {
        return Err(Outcome::not_run(format!(
            "the tenant does not permit links of scope {scope}, so {asked} was asked for"
        )));
    }
    match granted.link_text("scope") {
        Some(found) if found == scope => HOLDS,
        Some(found) => Err(Outcome::broken(
            format!("link.scope \"{scope}\""),
            format!("link.scope \"{found}\""),
            [granted.number()],
        )),
        None => Err(Outcome::not_run("the answer has no string link.scope (SCOPE-13)")),
    }
}

/// A link for the organization is refused on a personal drive.
///
/// Page, Scope types: "Only available in OneDrive for Business and SharePoint".
///
/// # Errors
/// Broken when such a link, or one for anyone, was made; doubtful when a link of another scope was made instead.
pub fn organization_is_refused(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "a refusal (4xx): a personal drive belongs to no organization";
    let asked = evidence.asked(0)?;
    evidence.refusal_tells(&asked)?;
    if !is_grant(&asked) {
        return is_refused_with(evidence, 0, &NOT_AVAILABLE);
    }
    let Ok(granted) = evidence.granted(0) else { return Err(granted_instead(EXPECTED, &asked)) };
    // A link for anyone, where only the organization was meant, is the worst that can come.
    if matches!(granted.link_text("scope"), Some("organization" | "anonymous")) {
        return Err(granted_instead(EXPECTED, &asked));
    }
    Err(Outcome::doubtful(
        EXPECTED,
        format!("another link instead: {}", granted_text(&granted)),
        [asked.number()],
    ))
}

/// Every link has the scope that was asked for.
///
/// # Errors
/// Broken with the first answer whose `link.scope` is another or missing.
pub fn every_link_has_the_scope_asked_for(evidence: &Evidence<'_>) -> Judgement {
    let none = "no view or edit link was granted to a request with a scope in this run";
    every(evidence.run_granted(), none, |granted| {
        let asked = granted.asked_text("scope").filter(|it| SCOPES.contains(it));
        // What a personal drive makes of "organization" is SCOPE-09's, unless it opens the item to anyone.
        let asked = asked.filter(|it| {
            *it != "organization"
                || evidence.product != Product::Personal
                || granted.link_text("scope") == Some("anonymous")
        });
        let is_case = matches!(granted.asked_text("type"), Some("view" | "edit"));
        let asked = asked.filter(|_| is_case).ok_or_else(|| Outcome::not_run(none))?;
        if !granted.link().is_object() {
            return Err(Outcome::not_run("no answer has a link (PERM-06)"));
        }
        match granted.link_text("scope") {
            Some(found) if found == asked => HOLDS,
            found => Err(Outcome::broken(
                format!("link.scope \"{asked}\", as asked for"),
                found.map_or("no link.scope".to_owned(), |it| format!("link.scope \"{it}\"")),
                [granted.number()],
            )),
        }
    })
}

/// The scopes the links of the run have, for the record.
///
/// # Errors
/// Not run when no link was granted.
pub fn scopes_seen(evidence: &Evidence<'_>) -> Judgement {
    let scopes: BTreeSet<String> = evidence
        .run_granted()
        .filter(|granted| granted.link().is_object())
        .map(|granted| granted.link_text("scope").unwrap_or("none").to_owned())
        .collect();
    if scopes.is_empty() {
        return Err(Outcome::not_run("no link was granted in this run"));
    }
    seen(scopes.into_iter().collect::<Vec<_>>().join(", "))
}

/// A link asked for without a scope is the organization's default.
///
/// Page, Scope types: "the default link type for the organization is created".
///
/// # Errors
/// Broken when it was refused, or its scope is none a link can have or not the declared default.
pub fn is_the_default(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(0)?;
    if !asked.answer.is_success() {
        refusal_or_not_run(&asked)?;
        return Err(Outcome::broken(
            "201 Created or 200 OK with the organization's default link",
            status_text(asked.answer),
            [asked.number()],
        ));
    }
    let granted = granted_link(evidence, 0)?;
    let known = format!("link.scope one of {}", LINK_SCOPES.join(", "));
    let Some(scope) = granted.link_text("scope") else {
        return Err(Outcome::broken(known, "no link.scope", [granted.number()]));
    };
    let declared = evidence.tenant.default_scope.as_deref();
    let expected = match declared {
        _ if !LINK_SCOPES.contains(&scope) => known,
        Some(default) if default != scope => {
            format!("link.scope \"{default}\", the default by the tenant profile")
        }
        _ => return seen(format!("link.scope \"{scope}\"")),
    };
    Err(Outcome::broken(expected, format!("link.scope \"{scope}\""), [granted.number()]))
}

/// A request without a scope is granted.
///
/// # Errors
/// Broken when a personal drive refuses it; elsewhere SCOPE-16 judges a refusal.
pub fn missing_scope_is_accepted(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(0)?;
    if asked.answer.is_success() {
        return is_granted(evidence, 0);
    }
    refusal_or_not_run(&asked)?;
    if evidence.product != Product::Personal {
        return Err(Outcome::not_run(format!(
            "refused with {}, which SCOPE-16 judges",
            status_text(asked.answer)
        )));
    }
    Err(Outcome::broken(
        "201 Created or 200 OK: scope is optional",
        status_text(asked.answer),
        [asked.number()],
    ))
}

/// Another user of the organization can open the link.
///
/// # Errors
/// Broken when opening it was refused.
pub fn gives_access(evidence: &Evidence<'_>) -> Judgement {
    let granted = of_scope(evidence, 0, "organization")?;
    let (exchange, answer) = evidence.about_link(Purpose::OpenLink, 0)?;
    match answer.status {
        200 => HOLDS,
        400..=499 => Err(Outcome::broken(
            "200 OK: any user of the organization can use the link",
            status_text(answer),
            [granted.number(), exchange.number],
        )),
        _ => Err(Outcome::not_run(format!("opening was answered with {}", status_text(answer)))),
    }
}

/// Nobody is named in a link for specific people when nobody was chosen.
///
/// # Errors
/// Broken when the answer or the listing names somebody in `grantedToIdentitiesV2`.
pub fn names_nobody(evidence: &Evidence<'_>) -> Judgement {
    let granted = of_scope(evidence, 0, "users")?;
    let listing = evidence.last_listing("file").ok();
    let entry = listing
        .as_ref()
        .and_then(|it| crate::judge::chapters::listed_links::find(it, granted.permission));
    for permission in [Some(granted.permission), entry].into_iter().flatten() {
        let people = permission["grantedToIdentitiesV2"].as_array().map_or(0, Vec::len);
        if people > 0 {
            return Err(Outcome::broken(
                "grantedToIdentitiesV2 absent or empty: nobody was chosen",
                format!("grantedToIdentitiesV2 has {people} entries"),
                [granted.number()],
            ));
        }
    }
    HOLDS
}

/// Another user cannot open a link for specific people when nobody was chosen, and cannot read the content
/// through it.
///
/// # Errors
/// Broken when it opened.
pub fn gives_no_access(evidence: &Evidence<'_>) -> Judgement {
    let granted = of_scope(evidence, 0, "users")?;
    let (exchange, answer) = evidence.about_link(Purpose::OpenLink, 0)?;
    if let Ok((read, content)) = evidence.about_link(Purpose::ReadThroughLink, 0)
        && content.is_success()
    {
        return Err(Outcome::broken(
            "403 or 404: nobody was chosen",
            format!("{}: the content was read through the link", status_text(content)),
            [granted.number(), read.number],
        ));
    }
    match answer.status {
        400..=499 => seen(status_text(answer)),
        200..=299 => Err(Outcome::broken(
            "403 or 404: nobody was chosen",
            format!("{}: the link opened", status_text(answer)),
            [granted.number(), exchange.number],
        )),
        _ => Err(Outcome::not_run(format!("opening was answered with {}", status_text(answer)))),
    }
}

/// A link for anyone opens without a sign-in.
///
/// # Errors
/// Broken when the browser ends at a sign-in page or is refused.
pub fn opens_without_sign_in(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = of_scope(evidence, link, "anonymous")?;
    let (exchange, page) = last_page(evidence, link)?;
    match page {
        WebPage::SignIn(how) => Err(Outcome::broken(
            "a page that opens without a sign-in",
            how,
            [granted.number(), exchange.number],
        )),
        WebPage::Content => HOLDS,
    }
}

/// A link for the organization asks for a sign-in.
///
/// # Errors
/// Broken when the page opens without one.
pub fn asks_for_sign_in(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = of_scope(evidence, link, "organization")?;
    let (exchange, page) = last_page(evidence, link)?;
    if shows_the_file(evidence, exchange) {
        return Err(Outcome::broken(
            "a page without the content of the file: the link is for the organization",
            "the page shows the content of the file",
            [granted.number(), exchange.number],
        ));
    }
    match page {
        WebPage::SignIn(how) => seen(how),
        WebPage::Content if exchange.answer().is_some_and(|it| asks_who_one_is(&it.body)) => {
            seen("a page that asks for an e-mail address or a password")
        }
        WebPage::Content => Err(Outcome::broken(
            "a sign-in page, 401 or 403: the link is for the organization",
            "a page that opens without a sign-in",
            [granted.number(), exchange.number],
        )),
    }
}

/// The link of that request, provided it has the scope the rule speaks of.
fn of_scope<'e>(evidence: &Evidence<'e>, link: usize, scope: &str) -> Result<Granted<'e>, Outcome> {
    let granted = evidence.granted(link)?;
    match &granted.link()["scope"] {
        Value::String(found) if found == scope => Ok(granted),
        _ => Err(Outcome::not_run(format!("the link's scope is not \"{scope}\" (SCOPE-13)"))),
    }
}

#[cfg(test)]
mod tests;
