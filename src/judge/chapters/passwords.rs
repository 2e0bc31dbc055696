//! Links with a password (PWD).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::graph::{Product, Purpose};
use crate::judge::chapters::acceptance::{granted_link, granted_text, refusal_or_not_run};
use crate::judge::evidence::first_at::FirstAt;
use crate::judge::evidence::web_page::{WebPage, last_page, shows_the_file};
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// A shorter text could be in an answer by chance.
const SHORTEST_SEARCHED: usize = 6;

/// No link has a password that was not asked for.
///
/// Links of items for which a password was sent before are no case: the answer may be that link.
///
/// # Errors
/// Broken with the first answer that has `hasPassword` true.
pub fn none_unasked(evidence: &Evidence<'_>) -> Judgement {
    let granted: Vec<Granted<'_>> = evidence.run_granted().collect();
    let none = "no link was granted without a password in this run";
    // What an empty password gives is not documented (PWD-10).
    let asked = |it: &Granted<'_>| it.asked_member("password").is_some_and(|it| !it.is_null());
    let earlier = FirstAt::of(&granted, asked);
    every(&granted, none, |granted_now| {
        let is_asked = asked(granted_now)
            || earlier.is_before(granted_now)
            || evidence.may_be_an_older_link(granted_now);
        if is_asked || !granted_now.link().is_object() {
            return Err(Outcome::not_run(none));
        }
        if granted_now.permission["hasPassword"] == true {
            return Err(Outcome::broken(
                "hasPassword false or absent: no password was asked for",
                "hasPassword true",
                [granted_now.number()],
            ));
        }
        HOLDS
    })
}

/// Every link that was granted with a password says so.
///
/// A repeat that returns an existing link is no case: what it gives is not documented (IDEM-13).
///
/// # Errors
/// Broken on personal drives, doubtful elsewhere, when `hasPassword` is not true.
pub fn every_password_shows(evidence: &Evidence<'_>) -> Judgement {
    let granted: Vec<Granted<'_>> = evidence.run_granted().collect();
    let none = "no request with a password was granted in this run";
    let earlier = FirstAt::of(&granted, |_| true);
    every(&granted, none, |granted_now| {
        let repeat = (granted_now.answer.status == 200 && earlier.is_before(granted_now))
            || evidence.may_be_an_older_link(granted_now);
        if password(granted_now).is_none() || repeat || !granted_now.link().is_object() {
            return Err(Outcome::not_run(none));
        }
        shows_password(evidence, granted_now)
    })
}

/// Whether new links of the run have the passwords they were asked for with.
pub(crate) fn are_kept(evidence: &Evidence<'_>) -> bool {
    !matches!(
        every_password_shows(evidence),
        Err(Outcome::Broken { .. } | Outcome::Doubtful { .. })
    )
}

/// The link of the first answer has a password.
///
/// # Errors
/// Broken when `hasPassword` is not true.
pub fn has_password(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_link(evidence, 0)?;
    shows_password(evidence, &granted)
}

/// No answer of the run holds a password that was sent.
///
/// # Errors
/// Broken with the first answer that does; not run when no request with a password was granted.
pub fn never_comes_back(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "the password in no answer";
    let exchanges = || evidence.run.iter().flat_map(|recording| &recording.exchanges);
    let mut sent: Vec<String> = exchanges()
        .filter(|it| it.purpose == Purpose::CreateLink)
        .filter_map(|it| it.request.members()?.get("password")?.as_str().map(str::to_owned))
        .filter(|it| it.len() >= SHORTEST_SEARCHED)
        .collect();
    // Inside a URL it is percent-encoded.
    let encoded: Vec<String> =
        sent.iter().map(|it| utf8_percent_encode(it, NON_ALPHANUMERIC).to_string()).collect();
    sent.extend(encoded);
    sent.sort();
    sent.dedup();
    for exchange in exchanges() {
        let Some(answer) = exchange.answer() else { continue };
        if sent.iter().any(|it| answer.body.contains(it)) {
            return Err(Outcome::broken(EXPECTED, "the body holds it", [exchange.number]));
        }
        let header =
            answer.headers.iter().find(|(_, value)| sent.iter().any(|it| value.contains(it)));
        if let Some((name, _)) = header {
            return Err(Outcome::broken(
                EXPECTED,
                format!("the header {name} holds it"),
                [exchange.number],
            ));
        }
    }
    let none = "no request with a password was granted in this run";
    every(evidence.run_granted(), none, |granted| {
        if password(granted).is_none() || !granted.link().is_object() {
            return Err(Outcome::not_run(none));
        }
        if has_password_member(granted.permission) {
            return Err(Outcome::broken(
                "no member password in the answer",
                "the answer has one",
                [granted.number()],
            ));
        }
        HOLDS
    })
}

/// Off personal drives a password is refused, or the link has it.
///
/// # Errors
/// Broken when the link was made without it.
pub fn refused_or_honoured(evidence: &Evidence<'_>) -> Judgement {
    let asked = evidence.asked(0)?;
    evidence.refusal_tells(&asked)?;
    if !asked.answer.is_success() {
        refusal_or_not_run(&asked)?;
        return seen(format!("refused with {}", status_text(asked.answer)));
    }
    let granted = granted_link(evidence, 0)?;
    if granted.permission["hasPassword"] == true {
        return seen("granted with hasPassword true");
    }
    Err(Outcome::broken(
        "a refusal (4xx), or hasPassword true",
        format!("{}: the password was dropped", granted_text(&granted)),
        [granted.number()],
    ))
}

/// What became of a password that makes little sense, for the record.
///
/// # Errors
/// Doubtful when the link was made without it.
pub fn what_became_of_it(evidence: &Evidence<'_>) -> Judgement {
    match refused_or_honoured(evidence) {
        Err(Outcome::Broken { expected, actual, exchanges }) => {
            Err(Outcome::Doubtful { expected, actual, exchanges })
        }
        other => other,
    }
}

/// What became of an empty password, for the record.
///
/// # Errors
/// Doubtful when the link says that it has a password.
pub fn what_became_of_the_empty_one(evidence: &Evidence<'_>) -> Judgement {
    let asked = evidence.asked(0)?;
    let Ok(granted) = evidence.granted(0) else { return seen(status_text(asked.answer)) };
    if granted.permission["hasPassword"] == true {
        return Err(Outcome::doubtful(
            "a refusal, or hasPassword false: an empty password protects nothing",
            granted_text(&granted),
            [granted.number()],
        ));
    }
    seen(granted_text(&granted))
}

/// The page of a link with a password does not show the file.
///
/// # Errors
/// Broken when it does; not run when it shows neither the file nor a prompt that can be recognised.
pub fn page_does_not_show_the_file(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_link(evidence, 0)?;
    let (exchange, page) = last_page(evidence, 0)?;
    let body = exchange.answer().map_or("", |answer| &*answer.body);
    if shows_the_file(evidence, exchange) {
        return Err(Outcome::broken(
            "a prompt for the password",
            "the page shows the content of the file",
            [granted.number(), exchange.number],
        ));
    }
    if let WebPage::SignIn(how) = page {
        return seen(how);
    }
    if body.to_lowercase().contains("password") {
        return HOLDS;
    }
    Err(Outcome::not_run("the page shows neither the file nor a prompt for the password"))
}

/// The password of a request, if it has one that is not empty.
fn password<'g>(granted: &'g Granted<'_>) -> Option<&'g str> {
    granted.asked_text("password").filter(|it| !it.is_empty())
}

fn shows_password(evidence: &Evidence<'_>, granted: &Granted<'_>) -> Judgement {
    let expected = "hasPassword true: a password was asked for";
    match &granted.permission["hasPassword"] {
        Value::Bool(true) => HOLDS,
        found => {
            let actual = match found {
                Value::Null => "no hasPassword".to_owned(),
                other => format!("hasPassword {other}"),
            };
            Err(match evidence.product {
                Product::Personal => Outcome::broken(expected, actual, [granted.number()]),
                _ => Outcome::doubtful(expected, actual, [granted.number()]),
            })
        }
    }
}

fn has_password_member(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, member)| {
            (name == "password" && !member.is_null()) || has_password_member(member)
        }),
        Value::Array(entries) => entries.iter().any(has_password_member),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
