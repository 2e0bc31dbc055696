//! New links and existing ones, in every story of a run (IDEM-06, IDEM-08, IDEM-11, IDEM-17, IDEM-20).

use super::cases::{Case, cases};
use crate::judge::chapters::acceptance::tells_links_apart;
use crate::judge::chapters::listed_links::find;
use crate::judge::evidence::listing::can_write;
use crate::judge::evidence::wording::describe;
use crate::judge::evidence::{Evidence, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A view or edit link of a type that the item had no link of is answered 201 Created, with another permission
/// than those it had.
///
/// # Errors
/// Broken with the first that is not.
pub fn another_type_is_a_new_link(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link of another type was granted in this run";
    let says_created = says_created(evidence);
    each_case(cases(evidence), none, |case| {
        let (Some(asked), _) = case.kind() else { return None };
        let earlier = case.earlier();
        let others = earlier.iter().filter(|it| {
            matches!(it.kind().0, Some("view" | "edit")) && !it.is_removed_before(case.number())
        });
        let others: Vec<&Case<'_>> = others.collect();
        let known = earlier.iter().any(|it| it.kind().0 == Some(asked));
        if !matches!(asked, "view" | "edit") || known || others.is_empty() {
            return None;
        }
        is_new(evidence, case, &others, says_created)
    })
}

/// A link of another scope, where both scopes were named, is a new link as well.
///
/// # Errors
/// Broken with the first that is not.
pub fn another_scope_is_a_new_link(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link of another scope was granted in this run";
    let says_created = says_created(evidence);
    each_case(cases(evidence), none, |case| {
        let (Some(asked_type), Some(asked)) = case.kind() else { return None };
        let earlier = case.earlier();
        let of_type = || earlier.iter().filter(|it| it.kind().0 == Some(asked_type));
        // What is made without a scope may be a link of any.
        if asked_type == "embed" || of_type().any(|it| it.kind().1.is_none_or(|it| it == asked)) {
            return None;
        }
        let others: Vec<&Case<'_>> =
            of_type().filter(|it| !it.is_removed_before(case.number())).collect();
        if others.is_empty() { None } else { is_new(evidence, case, &others, says_created) }
    })
}

/// The first link of a file in a shared folder is its own: 201 Created, and none of the folder's.
///
/// # Errors
/// Broken with the first that is not.
pub fn files_have_links_of_their_own(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link was granted for a file in a shared folder";
    let says_created = says_created(evidence);
    each_case(cases(evidence), none, |case| {
        let folders = case.shares_of_the_folder();
        if folders.is_empty() || !case.is_first_of_item() {
            return None;
        }
        is_new(evidence, case, &folders.iter().collect::<Vec<_>>(), says_created)
    })
}

/// The service tells new links from existing ones at all; where it never says 201, that is IDEM-01's.
fn says_created(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.run_asked().filter(|it| it.answer.is_success());
    asked.into_iter().any(|it| it.answer.status == 201)
}

fn is_new(
    evidence: &Evidence<'_>,
    case: &Case<'_>,
    others: &[&Case<'_>],
    says_created: bool,
) -> Option<Judgement> {
    let answer = case.exchange.answer()?;
    let was_tried =
        case.recording.exchanges.iter().any(|it| {
            it.retried && it.purpose == case.exchange.purpose && it.act == case.exchange.act
        });
    if was_tried || !says_created {
        return None;
    }
    let number = case.number();
    let granted = evidence.run_granted().find(|it| it.number() == number)?;
    if let Err(outcome) = tells_links_apart(evidence, &granted) {
        return Some(Err(outcome));
    }
    if let Some(same) = others.iter().find(|it| it.id().is_some() && it.id() == case.id()) {
        return Some(Err(Outcome::broken(
            "201 Created and a permission of its own",
            format!(
                "{}: {}, the permission of {}",
                status_text(answer),
                describe(case.permission),
                describe(same.permission)
            ),
            [same.number(), number],
        )));
    }
    if answer.status == 201 {
        return Some(HOLDS);
    }
    let first = others.first()?;
    Some(Err(Outcome::broken(
        "201 Created: the item had no such link",
        status_text(answer),
        [first.number(), number],
    )))
}

/// A link that is asked for again after its removal is made anew: 201 Created.
///
/// # Errors
/// Broken with the first that is not.
pub fn removed_links_are_made_anew(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link was asked for again after its removal";
    let says_created = says_created(evidence);
    each_case(cases(evidence), none, |case| {
        let same = case.earlier().into_iter().rfind(|it| {
            it.exchange.request.members() == case.exchange.request.members()
                && it.exchange.identity == case.exchange.identity
        })?;
        if !says_created || !same.is_removed_before(case.number()) {
            return None;
        }
        let again = case.exchange.answer()?;
        Some(match again.status {
            201 => HOLDS,
            _ => Err(Outcome::broken(
                "201 Created: the old link was removed",
                status_text(again),
                [same.number(), case.number()],
            )),
        })
    })
}

/// Different links of one item have different URLs.
///
/// # Errors
/// Broken with the first two permissions that share one.
pub fn links_have_urls_of_their_own(evidence: &Evidence<'_>) -> Judgement {
    let urls = evidence.urls();
    let none = "no item of this run had two links";
    each_case(cases(evidence), none, |case| {
        let url = case.permission["link"]["webUrl"].as_str()?;
        let mut others = case.earlier();
        others.extend(case.shares_of_the_folder());
        others.retain(|it| {
            it.id().is_some()
                && it.id() != case.id()
                && (it.kind() != case.kind() || it.item() != case.item())
                && !it.is_removed_before(case.number())
        });
        let other_url = |it: &Case<'_>| it.permission["link"]["webUrl"].as_str().map(str::to_owned);
        if others.is_empty() {
            return None;
        }
        let same = others.iter().find(|it| other_url(it).is_some_and(|it| urls.same(&it, url)));
        Some(match same {
            None => HOLDS,
            Some(other) => Err(Outcome::broken(
                "another link.webUrl than that of the other permission",
                format!("the same link.webUrl {url}"),
                [other.number(), case.number()],
            )),
        })
    })
}

/// No link of the item is widened or narrowed by asking for another.
///
/// # Errors
/// Broken with the first whose type or right to write is another afterwards.
pub fn other_links_stay_as_they_are(evidence: &Evidence<'_>) -> Judgement {
    let none = "no link was asked for where the item had another";
    each_case(cases(evidence), none, |case| {
        let (before, after) = case.before_and_after()?;
        let mut compared = None;
        for earlier in case.earlier() {
            if earlier.id() == case.id() || earlier.kind() == case.kind() {
                continue;
            }
            let Some((old, new)) =
                find(&before, earlier.permission).zip(find(&after, earlier.permission))
            else {
                continue;
            };
            let (wrote, writes) = (can_write(old), can_write(new));
            let types = (old["link"]["type"].as_str(), new["link"]["type"].as_str());
            let retyped = types.0.is_some() && types.1.is_some() && types.0 != types.1;
            if (wrote.is_some() && writes.is_some() && wrote != writes) || retyped {
                return Some(Err(Outcome::broken(
                    format!("still {} with roles {}", describe(old), old["roles"]),
                    format!("{} with roles {}", describe(new), new["roles"]),
                    [earlier.number(), case.number()].into_iter().chain(after.exchanges),
                )));
            }
            compared = Some(HOLDS);
        }
        compared
    })
}
