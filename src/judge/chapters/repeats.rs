//! First and repeated requests (IDEM), in every story of a run, whatever it was told for.

use std::collections::BTreeSet;

use crate::graph::{Exchange, Purpose, Recording};
use crate::judge::chapters::acceptance::tells_links_apart;
use crate::judge::chapters::existing_links::{
    as_whole_as, describes_the_same_link, same_permission,
};
use crate::judge::evidence::documented;
use crate::judge::evidence::knowledge::{Knowledge, Known};
use crate::judge::evidence::{Evidence, ordinal, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::grounds::Case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A request and the granted one before it that it repeats word for word.
struct Repeat<'e> {
    recording: &'e Recording,
    earlier: &'e Exchange,
    later: &'e Exchange,
}

impl Case for Repeat<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.earlier.number, self.later.number]
    }
}

/// The first request for each new item of the run answers `201 Created`.
///
/// Page, Response: "201 Created if a new sharing link is created for the item".
///
/// # Errors
/// Broken with the first that is answered `200 OK`. A file in a shared folder is no case (IDEM-17), nor is
/// an answer that is the permission for existing access (PERM-17).
pub fn first_requests_are_created(evidence: &Evidence<'_>) -> Judgement {
    let firsts = evidence.run.iter().flat_map(first_requests);
    each_case(firsts, "no link was granted for a new item", |exchange| {
        let answer = exchange.answer().filter(|it| it.is_success())?;
        let permission = answer.json().ok()?;
        if permission["link"]["scope"] == "existingAccess"
            || permission["id"] == crate::judge::answers::permission::EXISTING_ACCESS
        {
            return None;
        }
        Some(match answer.status {
            201 => HOLDS,
            _ => Err(Outcome::broken(
                format!(
                    "201 Created: nothing was asked for on this {} before",
                    exchange.item.as_deref().unwrap_or("item")
                ),
                status_text(answer),
                [exchange.number],
            )),
        })
    })
}

/// The first request to createLink on each item of a story, as far as nothing can have made a link before.
fn first_requests(recording: &Recording) -> Vec<&Exchange> {
    let mut touched: BTreeSet<&str> = BTreeSet::new();
    let mut firsts = Vec::new();
    for exchange in &recording.exchanges {
        let asks = matches!(exchange.purpose, Purpose::CreateLink | Purpose::WrongMethod);
        let Some(item) = exchange.item.as_deref().filter(|_| asks) else { continue };
        let in_a_shared_folder = item != "folder" && touched.contains("folder");
        let is_first = touched.insert(item) && !in_a_shared_folder;
        if is_first && exchange.purpose == Purpose::CreateLink && !exchange.retried {
            firsts.push(exchange);
        }
    }
    firsts
}

/// Every request of the run that repeats a granted one word for word is answered `200 OK`.
///
/// Page, Response: "200 OK if an existing link is returned".
///
/// # Errors
/// Broken with the first that is not, also with 409 Conflict where that is what the service makes of every
/// repeat; not run when nothing was repeated.
pub fn repeats_are_answered_200(evidence: &Evidence<'_>) -> Judgement {
    conflicts_are_of_one_item(evidence)?;
    each_repeat(evidence, |_, repeat| {
        let answer = repeat.later.answer()?;
        Some(match answer.status {
            200 => HOLDS,
            _ => Err(Outcome::broken(
                "200 OK: the existing link is returned",
                status_text(answer),
                [repeat.earlier.number, repeat.later.number],
            )),
        })
    })
}

/// A 409 comes from the state of one item (ERR-18), and not from there being a link.
///
/// # Errors
/// Broken when links that were there already were refused with 409 on two items or more, and none was returned; on
/// three or more where those are looked at that were asked for twice running.
fn conflicts_are_of_one_item(evidence: &Evidence<'_>) -> Result<(), Outcome> {
    let is_conflict = |it: &Exchange| it.answer().is_some_and(|it| it.status == 409);
    if !evidence.run.iter().flat_map(|it| &it.exchanges).any(is_conflict) {
        return Ok(());
    }
    let in_run = evidence.run.iter().flat_map(|recording| {
        asked_again(recording).into_iter().map(move |(earlier, later)| (recording, earlier, later))
    });
    let all: Vec<_> = in_run.collect();
    // A service may take a request for a repeat only where it is word for word the one right before.
    let at_once: Vec<_> = all
        .iter()
        .copied()
        .filter(|(recording, earlier, later)| {
            earlier.request.body == later.request.body && !asked_between(recording, earlier, later)
        })
        .collect();
    for (repeats, enough) in [(all, 2), (at_once, 3)] {
        let returned = |it: &Exchange| it.answer().is_some_and(|it| it.is_success());
        if repeats.iter().any(|(_, _, later)| returned(later)) {
            continue;
        }
        let conflicts = || repeats.iter().filter(|(_, _, later)| is_conflict(later));
        let items: BTreeSet<&str> =
            conflicts().map(|(_, earlier, _)| earlier.request.url.as_str()).collect();
        let count = items.len();
        if count >= enough {
            return Err(Outcome::broken(
                "200 OK: the existing link is returned",
                format!(
                    "409 Conflict, on {count} items alike, so it is not the state of one of them"
                ),
                conflicts().flat_map(|(_, earlier, later)| [earlier.number, later.number]),
            ));
        }
    }
    Ok(())
}

/// Whether another link was asked for on the same item between two requests.
fn asked_between(recording: &Recording, earlier: &Exchange, later: &Exchange) -> bool {
    recording.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && it.item == later.item
            && (earlier.number + 1..later.number).contains(&it.number)
            && it.request.body != later.request.body
    })
}

/// Each request for a link that the same caller was granted at the same item before, with that grant.
///
/// Members that are null count as absent (REQ-11).
fn asked_again(recording: &Recording) -> Vec<(&Exchange, &Exchange)> {
    let asked =
        recording.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink && !it.retried);
    let asked: Vec<_> = asked
        .filter_map(|exchange| {
            let mut words = exchange.request.members()?.clone();
            words.retain(|_, value| !value.is_null());
            Some((exchange, words))
        })
        .collect();
    let mut again = Vec::new();
    if !Knowledge::of(recording).is_told() {
        // Somebody else may have the item open.
        return again;
    }
    for (index, (later, words)) in asked.iter().enumerate() {
        let earlier = asked[..index].iter().find(|(earlier, earlier_words)| {
            earlier.item == later.item
                && earlier.identity == later.identity
                && earlier.answer().is_some_and(|it| it.is_success())
                && earlier_words == words
        });
        if let Some((earlier, _)) = earlier
            && ended_between(recording, earlier, later) == Known::No
        {
            again.push((*earlier, *later));
        }
    }
    again
}

/// Every request of the run that repeats a granted one gets the permission with the same `id`.
///
/// # Errors
/// Broken with the first that does not; not run when nothing was repeated.
pub fn repeats_return_the_same_permission(evidence: &Evidence<'_>) -> Judgement {
    each_repeat(evidence, |of_story, repeat| {
        Some(same_permission(of_story, repeat.earlier.link?, repeat.later.link?))
    })
}

/// Every request of the run that repeats a granted one gets the link unchanged.
///
/// # Errors
/// Broken with the first that does not; not run when nothing was repeated.
pub fn repeats_return_the_same_link(evidence: &Evidence<'_>) -> Judgement {
    each_repeat(evidence, |of_story, repeat| {
        Some(describes_the_same_link(of_story, repeat.earlier.link?, repeat.later.link?))
    })
}

/// Every request of the run that repeats a granted one gets as whole a permission as that.
///
/// # Errors
/// Broken with the first that does not; not run when nothing was repeated.
pub fn repeats_are_as_whole(evidence: &Evidence<'_>) -> Judgement {
    each_repeat(evidence, |of_story, repeat| {
        Some(as_whole_as(of_story, repeat.earlier.link?, repeat.later.link?))
    })
}

fn each_repeat(
    evidence: &Evidence<'_>,
    check: impl Fn(&Evidence<'_>, &Repeat<'_>) -> Option<Judgement>,
) -> Judgement {
    let repeats = evidence.run.iter().flat_map(repeats);
    each_case(repeats, "no request of this run was repeated", |repeat| {
        let of_story = Evidence { story: repeat.recording, ..*evidence };
        let mut judgement = check(&of_story, repeat)?;
        if let Err(Outcome::Broken { expected, .. }) = &mut judgement
            && let Some(presumed) =
                Knowledge::of(repeat.recording).presumed(repeat.earlier, repeat.later)
        {
            expected.push_str(&format!(", {presumed}"));
        }
        Some(judgement)
    })
}

fn repeats(recording: &Recording) -> Vec<Repeat<'_>> {
    let knowledge = Knowledge::of(recording);
    let asked: Vec<&Exchange> = recording
        .exchanges
        .iter()
        .filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
        .filter(|it| crate::judge::environment(it).is_none())
        .collect();
    let mut repeats = Vec::new();
    for (index, later) in asked.iter().copied().enumerate() {
        let before = asked[..index].iter().copied();
        let earlier = if knowledge.is_told() {
            before.rev().find(|it| same_request(recording, it, later)).filter(|it| is_granted(it))
        } else if !later.status().is_some_and(|it| (200..300).contains(&it)) {
            // A refusal is about the caller, the item or the way there, which nobody knows to be as they were.
            None
        } else {
            before.rev().find(|it| is_granted(it) && is_known_repeat(&knowledge, it, later))
        };
        let Some(earlier) = earlier else { continue };
        if ended_between(recording, earlier, later) == Known::No {
            repeats.push(Repeat { recording, earlier, later });
        }
    }
    repeats
}

fn is_granted(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|it| it.is_success())
}

/// Whether something ended the link of the earlier request meanwhile: it is made anew then (IDEM-11).
fn ended_between(recording: &Recording, earlier: &Exchange, later: &Exchange) -> Known {
    let permission = earlier.answer().and_then(|it| it.json().ok()?["id"].as_str());
    Knowledge::of(recording).ended_between(permission, earlier, later)
}

/// Whether it is known that one caller sent the same words to the same address twice, one after the other: a
/// link for everybody of a kind, with nothing a repeat is not documented for (IDEM-12, IDEM-13, AMB-11).
fn is_known_repeat(knowledge: &Knowledge<'_>, earlier: &Exchange, later: &Exchange) -> bool {
    const OTHER_MEMBERS: [&str; 4] =
        ["type", "scope", "retainInheritedPermissions", "sendNotification"];
    let documented = |members: &serde_json::Map<String, serde_json::Value>| {
        ["view", "edit", "embed"].iter().any(|it| members.get("type").is_some_and(|is| is == it))
            && members
                .get("scope")
                .is_none_or(|it| it.is_null() || it == "anonymous" || it == "organization")
            && members
                .iter()
                .all(|(name, value)| value.is_null() || OTHER_MEMBERS.contains(&name.as_str()))
    };
    knowledge.same_question(earlier, later)
        && knowledge.same_caller(earlier, later) == Known::Yes
        && knowledge.is_before(earlier, later) == Known::Yes
        && later.request.members().is_some_and(documented)
}

/// Whether the same caller sent the same words to the same address: a view or edit link for everybody of a
/// kind, with nothing a repeat is not documented for (IDEM-12, IDEM-13, AMB-11).
///
/// Where the story made the item, everything that was done to it is known: there every body of documented members
/// is a request like any other, at whatever documented address.
fn same_request(recording: &Recording, one: &Exchange, other: &Exchange) -> bool {
    if documented::made(recording, one.item.as_deref()) {
        return one.identity == other.identity
            && one.item == other.item
            && documented::is_at_a_documented_address(one)
            && documented::is_at_a_documented_address(other)
            && one.request.members().is_some_and(documented::is_documented)
            && one.request.members() == other.request.members()
            && !asked_otherwise_between(recording, one, other);
    }
    let documented = |members: &serde_json::Map<String, serde_json::Value>| {
        ["view", "edit"].iter().any(|it| members.get("type").is_some_and(|found| found == it))
            && members.get("scope").is_some_and(|it| it == "anonymous" || it == "organization")
            && members.keys().all(|it| it == "type" || it == "scope")
    };
    one.identity == other.identity
        && one.item == other.item
        && one.request.url == other.request.url
        && one.request.members().is_some_and(documented)
        && one.request.members() == other.request.members()
}

/// Whether the same type and scope was asked for in between with another word on its protections: what that makes
/// of the link is not documented (IDEM-12, IDEM-13).
fn asked_otherwise_between(recording: &Recording, one: &Exchange, other: &Exchange) -> bool {
    let member = |it: &Exchange, name: &str| {
        it.request.members().and_then(|members| members.get(name).cloned())
    };
    let same = |it: &Exchange, name: &str| member(it, name) == member(one, name);
    recording.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && (one.number + 1..other.number).contains(&it.number)
            && it.item == one.item
            && same(it, "type")
            && same(it, "scope")
            && !(same(it, "password") && same(it, "expirationDateTime"))
    })
}

/// The requests of the story lead to one link, whatever address each was sent to.
///
/// # Errors
/// Broken with the first that leads to another; not run when only one was granted.
pub fn all_lead_to_one_link(evidence: &Evidence<'_>) -> Judgement {
    let first = evidence.granted(0)?;
    tells_links_apart(evidence, &first)?;
    let last = crate::judge::chapters::listed_links::last_request(evidence);
    each_case(1..=last, "the link was asked for at one address only", |index| {
        let other = evidence.granted(*index).ok()?;
        Some(match (first.id(), other.id()) {
            (Some(one), Some(id)) if one != id => Err(Outcome::broken(
                format!("the permission of the first answer, {one}"),
                format!("{}: {id} in the {} answer", status_text(other.answer), ordinal(*index)),
                [first.number(), other.number()],
            )),
            (Some(_), Some(_)) => HOLDS,
            _ => Err(Outcome::not_run("an answer has no string id (PERM-01)")),
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, view};

    fn plain() -> Value {
        json!({"type": "view", "scope": "anonymous"})
    }

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Personal, &tenant))
    }

    #[test]
    fn the_first_request_of_any_story_is_for_a_new_link() {
        let told = |status| Telling::new().file().asks(plain(), status, view("p1")).done();
        assert_eq!(judged(&[told(201)], first_requests_are_created), HOLDS);
        let run = [told(201), told(200)];
        assert!(matches!(judged(&run, first_requests_are_created), Err(Outcome::Broken { .. })));
        let mut existing = view("p1");
        existing["link"]["scope"] = json!("existingAccess");
        let run = [Telling::new().file().asks(plain(), 200, existing).done()];
        assert!(matches!(judged(&run, first_requests_are_created), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn what_was_refused_or_asked_of_the_folder_before_is_no_first_request() {
        let refused =
            Telling::new().file().asks(plain(), 400, json!({})).asks(plain(), 200, view("p1"));
        let inside =
            Telling::new().made("folder").file().asks_for("folder", plain(), 201, view("f1"));
        let run = [refused.done(), inside.asks(plain(), 200, view("f1")).done()];
        assert_eq!(judged(&run, first_requests_are_created), HOLDS);
    }

    #[test]
    fn a_repeat_is_found_wherever_it_is_told() {
        let told = |status, id: &str| {
            let telling = Telling::new().file().asks(plain(), 201, view("p1"));
            let other = json!({"type": "edit", "scope": "anonymous"});
            telling.asks(other, 201, view("p2")).asks(plain(), status, view(id)).done()
        };
        for (run, holds) in [(told(200, "p1"), true), (told(201, "p3"), false)] {
            let run = [run];
            assert_eq!(judged(&run, repeats_are_answered_200).is_ok(), holds);
            assert_eq!(judged(&run, repeats_return_the_same_permission).is_ok(), holds);
        }
        let once = [Telling::new().file().asks(plain(), 201, view("p1")).done()];
        assert!(matches!(judged(&once, repeats_are_answered_200), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn a_conflict_at_every_repeat_is_not_the_state_of_an_item() {
        let told = |item: &str, status| {
            let telling = Telling::new().file().asks(plain(), 201, view("p1"));
            let mut told = telling.asks(plain(), status, view("p1")).done();
            told.exchanges.iter_mut().for_each(|it| {
                it.request.url = format!("https://x/v1.0/me/drive/items/{item}/createLink");
            });
            told
        };
        let conflicts = |run: &[Recording]| judged(run, repeats_are_answered_200);
        for one in [vec![told("1", 409)], vec![told("1", 409), told("1", 409)]] {
            assert!(
                matches!(conflicts(&one), Err(Outcome::NotRun { .. })),
                "the state of one item"
            );
        }
        let broken = conflicts(&[told("1", 409), told("2", 409)]);
        assert!(matches!(broken, Err(Outcome::Broken { .. })), "{broken:?}");
        let returned = [told("1", 409), told("2", 409), told("3", 200)];
        assert_eq!(conflicts(&returned), HOLDS, "links are returned elsewhere");
        let edit = || json!({"type": "edit", "scope": "anonymous"});
        let between = Telling::new().file().asks(plain(), 201, view("p1"));
        let between = between.asks(edit(), 201, view("p2")).asks(plain(), 200, view("p1")).done();
        let running = |items: &[&str]| {
            let told = items.iter().map(|it| told(it, 409));
            conflicts(&told.chain([between.clone()]).collect::<Vec<_>>())
        };
        assert_eq!(running(&["1", "2"]), HOLDS, "too few to tell");
        let broken = running(&["1", "2", "3"]);
        assert!(matches!(broken, Err(Outcome::Broken { .. })), "{broken:?}");
    }

    #[test]
    fn another_expiration_is_no_repeat_and_the_same_is_one() {
        let dated = |day: u8| {
            json!({"type": "view", "scope": "anonymous",
            "expirationDateTime": format!("2030-01-{day:02}T00:00:00Z")})
        };
        let telling = |day| {
            let first = Telling::new().file().asks(dated(1), 201, view("p1"));
            [first.asks(dated(day), 201, view("p2")).done()]
        };
        let another = telling(2);
        assert!(matches!(judged(&another, repeats_are_answered_200), Err(Outcome::NotRun { .. })));
        let same = telling(1);
        assert!(matches!(judged(&same, repeats_are_answered_200), Err(Outcome::Broken { .. })));
    }
}
