//! What a folder and the files in it have to do with each other's links (SIDE-09 to SIDE-12).

use serde_json::Value;

use super::readings;
use crate::graph::{Exchange, LATER_FILE, Purpose, Recording};
use crate::judge::chapters::refusal::find;
use crate::judge::evidence::listing::{Listing, is_inherited};
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The listing of `item` after the line of a granted request, with that request's permission.
fn listing_after<'e>(
    evidence: &Evidence<'e>,
    item: &str,
    link: usize,
) -> Result<(Granted<'e>, Listing<'e>), Outcome> {
    let granted = with_id(evidence.granted(link)?)?;
    let listing = evidence.listing(item, granted.exchange.act)?;
    Ok((granted, listing))
}

/// A permission that can be found again.
fn with_id(granted: Granted<'_>) -> Result<Granted<'_>, Outcome> {
    match granted.id() {
        Some(_) => Ok(granted),
        None => Err(Outcome::not_run("the answer has no string id (PERM-01)")),
    }
}

/// The entry of a listing that is the granted permission, by its id or else by its URL.
fn entry_of<'l>(listing: &'l Listing<'_>, granted: &Granted<'_>) -> Option<&'l Value> {
    find(listing, granted.permission)
}

/// A link on a folder is listed for a file inside it.
///
/// Page, introduction: items "inherit sharing permissions from their ancestors".
///
/// # Errors
/// Broken when it is not listed.
pub fn is_inherited_inside(evidence: &Evidence<'_>, link: usize, item: &str) -> Judgement {
    let (granted, listing) = listing_after(evidence, item, link)?;
    is_passed_on(&granted, &listing, item)
}

/// A link on a folder is shown, for a file inside it, as inherited from the folder. Off personal drives
/// `inheritedFrom` may be absent and is not judged (AMB-25).
///
/// # Errors
/// Broken when `inheritedFrom` names another item or none; not run when the link is not listed.
pub fn is_shown_as_inherited(evidence: &Evidence<'_>, link: usize, item: &str) -> Judgement {
    let (granted, listing) = listing_after(evidence, item, link)?;
    says_where_it_is_from(evidence, &granted, &listing)
}

/// The link of a folder is shown in this listing of something inside it, as [`is_shown_as_inherited`] says.
fn says_where_it_is_from(
    evidence: &Evidence<'_>,
    granted: &Granted<'_>,
    listing: &Listing<'_>,
) -> Judgement {
    let numbers = || [granted.number()].into_iter().chain(listing.exchanges.iter().copied());
    let Some(entry) = entry_of(listing, granted) else {
        return Err(Outcome::not_run("the folder's link is not listed for the file (SIDE-09)"));
    };
    let from = &entry["inheritedFrom"];
    let folder = evidence.item_id(granted.exchange.item.as_deref().unwrap_or_default());
    match (from["id"].as_str(), folder) {
        (Some(id), Some(folder)) if !id.eq_ignore_ascii_case(&folder) => Err(Outcome::broken(
            format!("inheritedFrom names the folder {folder}"),
            format!("inheritedFrom.id {id}"),
            numbers(),
        )),
        (Some(_), _) => HOLDS,
        (None, _) if is_inherited(entry) => seen("inheritedFrom names the folder without an id"),
        (None, _) => Err(Outcome::broken(
            "inheritedFrom names the folder",
            format!("inheritedFrom {from}"),
            numbers(),
        )),
    }
}

/// The link of a folder is in this listing of something inside it, as [`is_inherited_inside`] says.
fn is_passed_on(granted: &Granted<'_>, listing: &Listing<'_>, item: &str) -> Judgement {
    let numbers = || [granted.number()].into_iter().chain(listing.exchanges.iter().copied());
    if entry_of(listing, granted).is_none() {
        return Err(Outcome::broken(
            format!("the folder's link in the listing of the {item}"),
            format!("{} other entries", listing.permissions.len()),
            numbers(),
        ));
    }
    HOLDS
}

/// Every link on a folder of the run is listed for the file inside it, once that was read.
///
/// # Errors
/// Broken as [`is_inherited_inside`] says; not run when no folder with a file in it was shared. What was
/// listed after a removal, or after a request with a word on what the file inherits, is no case
/// (SIDE-04, RET-03, REQ-11).
pub fn every_link_is_inherited_inside(evidence: &Evidence<'_>) -> Judgement {
    each_passed_on(evidence, |of_story, granted, listing| {
        // What the folder does not show either is lost to both (IDEM-06, SIDE-01).
        let undisturbed = undisturbed(listing.item);
        let of_folder = readings(of_story.story, "folder", granted.exchange, undisturbed).pop();
        let lost = of_folder.is_some_and(|it| entry_of(&it, granted).is_none());
        (!lost).then(|| is_passed_on(granted, listing, listing.item))
    })
}

/// Every link on a folder of the run that is listed for a file inside it is shown as inherited from the folder.
///
/// # Errors
/// Broken as [`is_shown_as_inherited`] says; not run when no folder with a file in it was shared.
pub fn every_link_says_where_it_is_from(evidence: &Evidence<'_>) -> Judgement {
    each_passed_on(evidence, |of_story, granted, listing| {
        entry_of(listing, granted)?;
        Some(says_where_it_is_from(of_story, granted, listing))
    })
}

/// A request for a link of a folder, and a file in that.
struct Shared<'e> {
    recording: &'e Recording,
    exchange: &'e Exchange,
    link: usize,
    file: &'static str,
}

impl crate::judge::finding::grounds::Case for Shared<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.exchange.number]
    }
}

/// Judges each link of a folder by the last listing of the file that was in it, and of the one that is made last.
fn each_passed_on(
    evidence: &Evidence<'_>,
    check: impl Fn(&Evidence<'_>, &Granted<'_>, &Listing<'_>) -> Option<Judgement>,
) -> Judgement {
    let shared = evidence.run.iter().flat_map(|recording| {
        ["file", LATER_FILE].into_iter().flat_map(move |file| {
            let ends = undisturbed(file);
            let asked = recording.exchanges.iter().take_while(move |it| !ends(it));
            asked
                .filter(move |_| file == LATER_FILE || has_file_inside(recording))
                .filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
                .filter(|it| it.item.as_deref() == Some("folder"))
                .filter_map(move |exchange| {
                    Some(Shared { recording, exchange, link: exchange.link?, file })
                })
        })
    });
    each_case(shared, "no folder with a file in it was shared", |shared| {
        let Shared { recording, exchange, link, file } = *shared;
        let of_story = Evidence { story: recording, ..*evidence };
        let of_file = readings(recording, file, exchange, undisturbed(file)).pop()?;
        let granted = of_story.granted(link).ok()?;
        match with_id(granted) {
            Ok(granted) => check(&of_story, &granted, &of_file),
            Err(not_run) => Some(Err(not_run)),
        }
    })
}

/// Whether the file of a story is in its folder.
fn has_file_inside(recording: &Recording) -> bool {
    let inside = [
        "a new file in the folder",
        "a new file in the inner folder",
        "a file in a shared folder",
        "a file in an inner folder",
    ];
    recording.lines.iter().any(|line| inside.iter().any(|place| line.contains(place)))
}

/// What ends the time in which a folder's link has to show for a file: a removal, and for one that was there already a
/// request with a word on what it inherits.
fn undisturbed(file: &str) -> fn(&Exchange) -> bool {
    if file == LATER_FILE { removes } else { changes_inheritance }
}

fn removes(exchange: &Exchange) -> bool {
    matches!(exchange.purpose, Purpose::DeletePermission | Purpose::DeleteItem)
}

/// Whether something was removed, or asked for with a word on what a file inherits.
fn changes_inheritance(exchange: &Exchange) -> bool {
    removes(exchange)
        || exchange
            .request
            .members()
            .is_some_and(|it| it.get("retainInheritedPermissions") == Some(&Value::Bool(false)))
}

/// A link on a file does not appear on the folder around it.
///
/// # Errors
/// Broken when it does; not run when the file's link is the folder's, which is IDEM-17's business.
pub fn stays_off_the_parent(evidence: &Evidence<'_>, link: usize, parent: &str) -> Judgement {
    let (granted, listing) = listing_after(evidence, parent, link)?;
    let is_the_parents = evidence.story.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && it.item.as_deref() == Some(parent)
            && it
                .answer()
                .and_then(|it| it.json().ok())
                .is_some_and(|it| it["id"] == granted.permission["id"])
    });
    if is_the_parents {
        return Err(Outcome::not_run("the file was given the folder's own link (IDEM-17)"));
    }
    match entry_of(&listing, &granted) {
        None => evidence.listings_show_links().map(|()| None),
        Some(_) => Err(Outcome::broken(
            format!("the file's link is not listed for the {parent}"),
            "it is listed there",
            [granted.number()].into_iter().chain(listing.exchanges.iter().copied()),
        )),
    }
}

/// An inherited link cannot be deleted at the file, and stays on the folder.
///
/// # Errors
/// Broken when the deletion succeeds or the link is gone from the folder; not run when the link was not
/// listed for the file, which is SIDE-09's and SIDE-10's business.
pub fn cannot_be_removed_inside(evidence: &Evidence<'_>, link: usize, item: &str) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::DeletePermission, link)?;
    let was_listed = evidence
        .listings()
        .iter()
        .filter(|it| it.item == item && it.act < exchange.act)
        .any(|it| entry_of(it, &granted).is_some());
    if !was_listed {
        return Err(Outcome::not_run(format!("the folder's link is not listed for the {item}")));
    }
    if answer.status < 400 {
        return Err(Outcome::broken(
            "a refusal (4xx): the permission is inherited",
            status_text(answer),
            [exchange.number],
        ));
    }
    let folder = granted.exchange.item.as_deref().unwrap_or_default();
    let listing = evidence.listing(folder, exchange.act)?;
    match entry_of(&listing, &granted) {
        Some(_) => HOLDS,
        None => Err(Outcome::broken(
            format!("the link stays on the {folder}"),
            "it is no longer listed there",
            [exchange.number].into_iter().chain(listing.exchanges.iter().copied()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, refusal, view};

    fn shared_folder() -> Telling {
        Telling::new().made("folder").file().asks_for(
            "folder",
            json!({"type": "view"}),
            201,
            view("f1"),
        )
    }

    fn judged(
        telling: Telling,
        product: Product,
        check: impl Fn(&Evidence<'_>) -> Judgement,
    ) -> Judgement {
        let run = [telling.done()];
        let tenant = Tenant::default();
        check(&evidence(&run, product, &tenant))
    }

    #[test]
    fn a_folders_link_applies_inside_and_another_rule_asks_whether_it_says_so() {
        let listed = |from: Value| {
            let mut entry = view("f1");
            entry["inheritedFrom"] = from;
            shared_folder().lists("file", &json!([entry]))
        };
        let check = |evidence: &Evidence<'_>| is_inherited_inside(evidence, 0, "file");
        let says_so = |evidence: &Evidence<'_>| is_shown_as_inherited(evidence, 0, "file");
        let personal = Product::Personal;
        let named = json!({"id": "folder-id", "driveId": "d"});
        assert_eq!(judged(listed(named.clone()), personal, check), HOLDS);
        assert_eq!(judged(listed(named), personal, says_so), HOLDS);
        for from in [Value::Null, json!({}), json!({"id": "elsewhere"})] {
            assert_eq!(judged(listed(from.clone()), Product::Business, check), HOLDS);
            assert_eq!(judged(listed(from.clone()), personal, check), HOLDS);
            let result = judged(listed(from), personal, says_so);
            assert!(matches!(result, Err(Outcome::Broken { .. })));
        }
        let missing = shared_folder().lists("file", &json!([]));
        assert!(matches!(judged(missing, Product::Business, check), Err(Outcome::Broken { .. })));
        let missing = shared_folder().lists("file", &json!([]));
        assert!(matches!(judged(missing, personal, says_so), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn what_a_folder_passes_on_is_judged_until_somebody_changes_it() {
        let told = |line: &str, asks: Value, listed: &Value| {
            let telling = shared_folder()
                .lists("file", &json!([view("f1")]))
                .asks(asks, 201, view("p1"))
                .lists("folder", &json!([view("f1")]))
                .lists("file", listed);
            let mut recording = telling.done();
            recording.lines = vec![line.to_owned()];
            let run = [recording];
            every_link_is_inherited_inside(&evidence(&run, Product::Business, &Tenant::default()))
        };
        let plain = || json!({"type": "view"});
        let dropping = || json!({"type": "view", "retainInheritedPermissions": false});
        let (all, own) = (json!([view("f1"), view("p1")]), json!([view("p1")]));
        for line in ["Given a new file in the folder", "And a new file in the inner folder"] {
            assert_eq!(told(line, plain(), &all), HOLDS);
            assert!(matches!(told(line, plain(), &own), Err(Outcome::Broken { .. })));
            assert_eq!(told(line, dropping(), &own), HOLDS, "the listing before tells enough");
        }
        let elsewhere = told("Given a new file", plain(), &own);
        assert!(matches!(elsewhere, Err(Outcome::NotRun { .. })));
        let lost = shared_folder().lists("folder", &json!([])).lists("file", &json!([]));
        let mut lost = lost.done();
        lost.lines = vec!["Given a new file in the folder".to_owned()];
        let run = [lost];
        let tenant = Tenant::default();
        let result = every_link_is_inherited_inside(&evidence(&run, Product::Business, &tenant));
        assert!(matches!(result, Err(Outcome::NotRun { .. })), "the folder lost it too");
    }

    #[test]
    fn a_files_link_stays_off_the_folder() {
        let told = |own: &str, of_folder: Value| {
            shared_folder()
                .asks(json!({"type": "view"}), 201, view(own))
                .lists("folder", &of_folder)
        };
        let check = |evidence: &Evidence<'_>| stays_off_the_parent(evidence, 1, "folder");
        let result = |telling| judged(telling, Product::Business, check);
        assert_eq!(result(told("p1", json!([view("f1")]))), HOLDS);
        let both = told("p1", json!([view("f1"), view("p1")]));
        assert!(matches!(result(both), Err(Outcome::Broken { .. })));
        let one = told("f1", json!([view("f1")]));
        assert!(matches!(result(one), Err(Outcome::NotRun { .. })), "that is IDEM-17's business");
    }

    #[test]
    fn an_inherited_link_is_removed_where_it_was_made() {
        let told = |listed: Value, status, left: Value| {
            shared_folder()
                .lists("file", &listed)
                .about(Purpose::DeletePermission, 0, status, refusal("accessDenied"))
                .lists("folder", &left)
        };
        let check = |evidence: &Evidence<'_>| cannot_be_removed_inside(evidence, 0, "file");
        let result = |telling| judged(telling, Product::Business, check);
        let entries = || json!([view("f1")]);
        assert_eq!(result(told(entries(), 403, entries())), HOLDS);
        for telling in [told(entries(), 204, entries()), told(entries(), 403, json!([]))] {
            assert!(matches!(result(telling), Err(Outcome::Broken { .. })));
        }
        let unlisted = told(json!([]), 404, entries());
        assert!(matches!(result(unlisted), Err(Outcome::NotRun { .. })));
    }
}
