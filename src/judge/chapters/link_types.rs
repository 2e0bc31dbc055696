//! View, edit and embed (TYPE).

use crate::graph::Purpose;
use crate::judge::chapters::acceptance::{NOT_AVAILABLE, granted_link, is_refused_with};
use crate::judge::evidence::listing::has_role;
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The types the page allows.
pub(crate) const TYPES: [&str; 3] = ["view", "edit", "embed"];

/// Every link has the type that was asked for.
///
/// Page, Response: the permission "represents the requested sharing permissions".
///
/// # Errors
/// Broken with the first answer whose `link.type` is another.
pub fn every_link_has_the_type_asked_for(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link of a documented type was granted in this run";
    every(evidence.run_granted(), none, |granted| {
        let asked = granted.asked_text("type").filter(|it| TYPES.contains(it));
        let asked = asked.ok_or_else(|| Outcome::not_run(none))?;
        match granted.link_text("type") {
            None => Err(Outcome::not_run("no answer has a string link.type (LINK-01)")),
            Some(found) if found == asked => HOLDS,
            Some(found) => Err(Outcome::broken(
                format!("link.type \"{asked}\", as asked for"),
                format!("link.type \"{found}\""),
                [granted.number()],
            )),
        }
    })
}

/// Every link that was asked for as `link_type` and is one has the roles of its type.
///
/// SharingLink resource, type options: view and embed links have the role read, edit links write.
///
/// # Errors
/// Broken with the first link that has others.
pub fn every_link_of_type_has_its_roles(evidence: &Evidence<'_>, link_type: &str) -> Judgement {
    let article = if link_type == "view" { "a" } else { "an" };
    let none = format!("no request for {article} {link_type} link was granted in this run");
    every(evidence.run_granted(), &none, |granted| {
        let is_of_type = granted.asked_text("type") == Some(link_type)
            && granted.link()["type"].as_str().is_none_or(|found| found == link_type);
        if !is_of_type || !granted.link().is_object() {
            return Err(Outcome::not_run(&none));
        }
        let (Some(reads), Some(writes)) =
            (has_role(granted.permission, "read"), has_role(granted.permission, "write"))
        else {
            return Err(Outcome::not_run("roles is no non-empty array of strings (PERM-04)"));
        };
        let (holds, expected) = match link_type {
            "edit" => (writes, "roles [\"write\"]: the link is for writing"),
            _ => (reads && !writes, "roles [\"read\"]: the link is for reading only"),
        };
        if holds {
            return HOLDS;
        }
        let example = match link_type {
            "view" if writes => ", as the page's first example prints it (AMB-01)",
            _ => "",
        };
        Err(Outcome::broken(
            expected,
            format!("roles {}{example}", granted.permission["roles"]),
            [granted.number()],
        ))
    })
}

/// An embed link is refused off personal drives.
///
/// Page, Link types: "This option is only available for files in OneDrive personal".
///
/// # Errors
/// Broken when it was granted; doubtful with a status that speaks of something else.
pub fn embed_is_refused(evidence: &Evidence<'_>) -> Judgement {
    is_refused_with(evidence, 0, &NOT_AVAILABLE)
}

/// Somebody who holds a view link, and nothing else, cannot write through it: the answer says so, and the
/// content read through the link afterwards is not what was sent.
///
/// # Errors
/// Broken when the new content was taken; not run when the link could not even be opened.
pub fn writing_is_refused(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_link(evidence, 0)?;
    opened(evidence, 0)?;
    let (exchange, answer) = evidence.about_link(Purpose::WriteThroughLink, 0)?;
    match answer.status {
        400..=499 => {
            let read = evidence.about_link(Purpose::ReadThroughLink, 0).ok();
            let sent = exchange.request.body.as_ref();
            match read.filter(|(_, read)| read.status == 200 && sent == Some(&read.body)) {
                None => seen(status_text(answer)),
                Some((read, _)) => Err(Outcome::broken(
                    "the content stays as it is: the link is for reading only",
                    format!("{}, and yet the file has the new content", status_text(answer)),
                    [granted.number(), exchange.number, read.number],
                )),
            }
        }
        200..=299 => Err(Outcome::broken(
            "a refusal (4xx): the link is for reading only",
            format!("{}: the new content was taken", status_text(answer)),
            [granted.number(), exchange.number],
        )),
        _ => Err(Outcome::not_run(format!("writing was answered with {}", status_text(answer)))),
    }
}

/// Somebody who holds the edit link that was asked for last can write through it, and what was written is
/// there.
///
/// # Errors
/// Broken when writing was refused or the content is another afterwards.
pub fn writing_takes_effect(evidence: &Evidence<'_>) -> Judgement {
    let link = crate::judge::chapters::listed_links::last_request(evidence);
    let granted = granted_link(evidence, link)?;
    if granted.link_text("type").is_some_and(|it| it != "edit") {
        return Err(Outcome::not_run("the answer shows no edit link (TYPE-04)"));
    }
    if let Err(closed) = opened(evidence, link) {
        return Err(closed_to_all_who_open_others(evidence, &granted, link).unwrap_or(closed));
    }
    let (write, written) = evidence.about_link(Purpose::WriteThroughLink, link)?;
    match written.status {
        200..=299 => {}
        400..=499 => {
            return Err(Outcome::broken(
                "200 OK: the link is for writing",
                status_text(written),
                [granted.number(), write.number],
            ));
        }
        _ => {
            return Err(Outcome::not_run(format!(
                "writing was answered with {}",
                status_text(written)
            )));
        }
    }
    let (read, content) = evidence.about_link(Purpose::ReadThroughLink, link)?;
    if content.status != 200 {
        return seen(format!("written, but not read back: {}", status_text(content)));
    }
    match &write.request.body {
        Some(body) if *body != content.body => Err(Outcome::broken(
            "the content that was written through the link",
            "the file has other content",
            [write.number, read.number],
        )),
        _ => HOLDS,
    }
}

/// The finding for an edit link that does not open for somebody who opens view links of its scope.
fn closed_to_all_who_open_others(
    evidence: &Evidence<'_>,
    granted: &Granted<'_>,
    link: usize,
) -> Option<Outcome> {
    let (exchange, answer) = evidence.about_link(Purpose::OpenLink, link).ok()?;
    if !(400..500).contains(&answer.status) {
        return None;
    }
    let scope = granted.link_text("scope")?;
    let opens_others = evidence.run.iter().any(|recording| {
        recording.exchanges.iter().any(|it| {
            let link = recording.exchanges.iter().find(|asked| {
                asked.purpose == Purpose::CreateLink && !asked.retried && asked.link == it.link
            });
            let permission = link.and_then(|it| it.answer()?.json().ok());
            it.purpose == Purpose::OpenLink
                && it.identity == exchange.identity
                && it.status() == Some(200)
                && permission.is_some_and(|it| it["link"]["scope"] == scope)
        })
    });
    opens_others.then(|| {
        Outcome::broken(
            "an edit link that opens: view links of its scope open for the same user",
            status_text(answer),
            [granted.number(), exchange.number],
        )
    })
}

/// The holder of the link could open it.
fn opened(evidence: &Evidence<'_>, link: usize) -> Result<(), Outcome> {
    let (_, answer) = evidence.about_link(Purpose::OpenLink, link)?;
    let is_item = answer.json().is_ok_and(|item| item["id"].is_string());
    if answer.status == 200 && is_item {
        return Ok(());
    }
    Err(Outcome::not_run(format!(
        "the other user could not open the link: {}",
        status_text(answer)
    )))
}

#[cfg(test)]
mod tests;
