//! What is judged on the link of one story, judged on every link of a run (PERM-10, LINK-15, SCOPE-05, SCOPE-08).

use super::cases::{Case, cases};
use super::strangers::is_open;
use crate::graph::{Identity, Purpose};
use crate::judge::answers::{permission, web_page};
use crate::judge::chapters::scopes;
use crate::judge::evidence::Evidence;
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{Judgement, Outcome};

/// A browser that is not signed in.
const PAGE: (Purpose, Identity) = (Purpose::OpenPage, Identity::NoToken);

/// Judges the last that somebody did with a link for that purpose, unless it was removed before. What a link does not
/// show is no case.
fn each_link(
    evidence: &Evidence<'_>,
    (purpose, who): (Purpose, Identity),
    none: &str,
    takes: impl Fn(&Case<'_>) -> bool,
    check: impl Fn(&Evidence<'_>, usize) -> Judgement,
) -> Judgement {
    each_case(cases(evidence).into_iter().filter(takes), none, |case| {
        let link = case.exchange.link?;
        let mut done = case.recording.exchanges.iter();
        let last =
            done.rfind(|it| it.purpose == purpose && it.identity == who && it.link == Some(link))?;
        if case.is_removed_before(last.number) {
            return None;
        }
        let of_story = Evidence { story: case.recording, ..*evidence };
        match check(&of_story, link) {
            Err(Outcome::NotRun { .. } | Outcome::Inconclusive { .. }) => None,
            judged => Some(judged),
        }
    })
}

/// The share id of every link leads to its item.
///
/// # Errors
/// Broken as [`permission::share_id_opens`] says.
pub fn every_share_id_opens(evidence: &Evidence<'_>) -> Judgement {
    let none = "no share id of this run was opened";
    each_link(
        evidence,
        (Purpose::OpenLink, Identity::Owner),
        none,
        |_| true,
        permission::share_id_opens,
    )
}

/// The URL of every link answers in a browser.
///
/// # Errors
/// Broken as [`web_page::url_answers`] says.
pub fn every_url_answers(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link of this run was opened in a browser";
    each_link(evidence, PAGE, none, |_| true, web_page::url_answers)
}

/// Every link for anyone opens without a sign-in, where nothing but the link is asked for.
///
/// # Errors
/// Broken as [`scopes::opens_without_sign_in`] says.
pub fn anyones_pages_open(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link for anyone was opened in a browser";
    let takes = |case: &Case<'_>| is_open(case, "anonymous");
    each_link(evidence, PAGE, none, takes, scopes::opens_without_sign_in)
}

/// Every link for the organization asks for a sign-in.
///
/// # Errors
/// Broken as [`scopes::asks_for_sign_in`] says.
pub fn organization_pages_ask(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link for the organization was opened in a browser";
    each_link(evidence, PAGE, none, |_| true, scopes::asks_for_sign_in)
}
