//! What becomes of the permissions an item had, in every story of a run (RET-01 to RET-05, SIDE-11): the whole
//! listing before a request is compared with the whole listing after it, by who has which role and not by id.

use serde_json::Value;

use super::cases::{Case, cases};
use super::granted::is_file;
use crate::graph::{Identity, Purpose, RUN_FOLDER};
use crate::judge::chapters::listed_links::find;
use crate::judge::evidence::listing::{Listing, listings};
use crate::judge::evidence::wording::describe;
use crate::judge::evidence::{Evidence, status_text, without_query};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// Who has which role by a permission. Ids differ from listing to listing where an item stops inheriting.
#[derive(Debug, PartialEq)]
struct Holder {
    who: Vec<String>,
    roles: Vec<String>,
    link: Option<(String, String)>,
}

fn holder(permission: &Value) -> Holder {
    let mut who = Vec::new();
    let mut people = |identities: &Value| {
        let Some(identities) = identities.as_object() else { return };
        for (kind, identity) in identities.iter().filter(|(_, it)| it.is_object()) {
            let text = |member: &str| identity[member].as_str().filter(|it| !it.is_empty());
            let name = text("id").or_else(|| text("email")).or_else(|| text("loginName"));
            if let Some(name) = name.or_else(|| text("displayName")) {
                who.push(format!("{kind} {name}"));
            }
        }
    };
    let newer = permission["grantedToV2"].is_object();
    people(&permission[if newer { "grantedToV2" } else { "grantedTo" }]);
    let newer = permission["grantedToIdentitiesV2"].is_array();
    let several = if newer { "grantedToIdentitiesV2" } else { "grantedToIdentities" };
    permission[several].as_array().into_iter().flatten().for_each(&mut people);
    who.sort();
    let mut roles: Vec<String> = permission["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it.as_str().map(str::to_lowercase))
        .collect();
    roles.sort();
    let link = &permission["link"];
    let link = link.is_object().then(|| {
        let text = |member: &str| link[member].as_str().unwrap_or_default();
        (text("type").to_owned(), without_query(text("webUrl")).to_owned())
    });
    Holder { who, roles, link }
}

fn is_owners(permission: &Value) -> bool {
    holder(permission).roles.iter().any(|it| it == "owner")
}

/// In a few words: "a view link, scope organization", "owner for user 1".
fn words(permission: &Value) -> String {
    if permission["link"].is_object() {
        return describe(permission);
    }
    let Holder { who, roles, .. } = holder(permission);
    let who = if who.is_empty() { "somebody".to_owned() } else { who.join(" and ") };
    format!("{} for {who}", roles.join(" and "))
}

/// The first permission of `before` that nobody has in `after`.
fn lost<'l>(before: &'l Listing<'_>, after: &Listing<'_>) -> Option<&'l Value> {
    before.permissions.iter().copied().find(|old| {
        let held = holder(old);
        let same_id = |new: &&Value| {
            old["id"].is_string()
                && new["id"] == old["id"]
                && (holder(new).roles == held.roles || held.roles.is_empty())
        };
        !after.permissions.iter().copied().any(|new| same_id(&new) || holder(new) == held)
    })
}

/// What the request says on inherited permissions.
fn keeping(case: &Case<'_>) -> Option<bool> {
    case.asked("retainInheritedPermissions").and_then(Value::as_bool)
}

fn nothing_is_lost(
    evidence: &Evidence<'_>,
    none: &str,
    concerns: impl Fn(&Case<'_>) -> bool,
) -> Judgement {
    each_case(cases(evidence), none, |case| {
        if !concerns(case) {
            return None;
        }
        let (before, after) = case.before_and_after()?;
        if before.permissions.is_empty() {
            return None;
        }
        // What an earlier request made is IDEM-06's and SIDE-01's.
        let own = case.earlier();
        let inherited = Listing {
            permissions: before
                .permissions
                .iter()
                .copied()
                .filter(|it| !own.iter().any(|own| own.permission["id"] == it["id"]))
                .collect(),
            ..before
        };
        // That owners keep what is theirs shows nothing of what is retained.
        let shows = inherited.permissions.iter().any(|it| !is_owners(it));
        Some(match lost(&inherited, &after) {
            None if !shows => return None,
            None => HOLDS,
            Some(gone) => Err(Outcome::broken(
                format!(
                    "every permission of the {} as before, {} among them",
                    case.item(),
                    words(gone)
                ),
                format!("gone after the link: {}", words(gone)),
                inherited
                    .exchanges
                    .iter()
                    .copied()
                    .chain([case.number()])
                    .chain(after.exchanges.iter().copied()),
            )),
        })
    })
}

/// No first request for an item that says nothing on inherited permissions removes one.
///
/// # Errors
/// Broken with the first that did.
pub fn unsaid_keeps_everything(evidence: &Evidence<'_>) -> Judgement {
    let none = "no listing was read right before and right after such a request";
    nothing_is_lost(evidence, none, |case| keeping(case).is_none() && !is_later(case))
}

/// No first request for an item that asks to keep them removes a permission.
///
/// # Errors
/// Broken with the first that did.
pub fn true_keeps_everything(evidence: &Evidence<'_>) -> Judgement {
    let none = "no listing was read right before and right after such a request";
    nothing_is_lost(evidence, none, |case| keeping(case) == Some(true) && !is_later(case))
}

/// A request for an item that was shared before removes nothing, whatever it says.
///
/// # Errors
/// Broken with the first that did.
pub fn later_keeps_everything(evidence: &Evidence<'_>) -> Judgement {
    nothing_is_lost(evidence, "no item was shared again", is_later)
}

/// Not "when sharing this item for the first time".
fn is_later(case: &Case<'_>) -> bool {
    !case.earlier().is_empty()
}

/// A first request with false leaves nothing of what the item had but what is the owner's own.
///
/// # Errors
/// Broken with the first permission that is left.
pub fn false_removes_everything(evidence: &Evidence<'_>) -> Judgement {
    let none = "no item was shared for the first time with false";
    each_case(cases(evidence), none, |case| {
        if keeping(case) != Some(false) || !case.is_first_of_item() {
            return None;
        }
        let (before, after) = case.before_and_after()?;
        find(&after, case.permission)?;
        // One without roles cannot be told from the owner's own (PERM-04).
        let is_owners = |it: &&Value| holder(it).roles.is_empty() || is_owners(it);
        let had: Vec<&Value> =
            before.permissions.iter().copied().filter(|it| !is_owners(it)).collect();
        if had.is_empty() {
            return None;
        }
        let left = had.into_iter().find(|old| {
            let held = holder(old);
            let remains = |new: &&Value| {
                !is_owners(new)
                    && (holder(new) == held || (old["id"].is_string() && new["id"] == old["id"]))
            };
            after.permissions.iter().any(remains)
        });
        Some(match left {
            None => HOLDS,
            Some(left) => Err(Outcome::broken(
                "nothing inherited but what is the owner's own",
                format!("still there: {}", words(left)),
                before
                    .exchanges
                    .iter()
                    .copied()
                    .chain([case.number()])
                    .chain(after.exchanges.iter().copied()),
            )),
        })
    })
}

/// The owner reads every item and its permissions after it was shared.
///
/// # Errors
/// Broken with the first 403 or 404.
pub fn the_owner_keeps_access(evidence: &Evidence<'_>) -> Judgement {
    each_case(cases(evidence), "no shared item was read", |case| {
        let reads = case.recording.exchanges.iter().filter(|it| {
            it.number > case.number()
                && !it.retried
                && it.identity == Identity::Owner
                && it.item.as_deref() == Some(case.item())
                && matches!(it.purpose, Purpose::ReadItem | Purpose::ListPermissions)
        });
        let mut held = None;
        for read in reads {
            let gone = case
                .recording
                .exchanges
                .iter()
                .any(|it| it.purpose == Purpose::DeleteItem && it.number < read.number);
            let Some(answer) = read.answer().filter(|_| !gone) else { continue };
            match answer.status {
                200 => held = Some(HOLDS),
                403 | 404 => {
                    let what = match read.purpose {
                        Purpose::ReadItem => "item",
                        _ => "item's permissions",
                    };
                    return Some(Err(Outcome::broken(
                        format!("200 OK: the owner reads the {what}"),
                        status_text(answer),
                        [case.number(), read.number],
                    )));
                }
                _ => {}
            }
        }
        held
    })
}

/// No link of a file is listed for the folder around it.
///
/// # Errors
/// Broken with the first that is.
pub fn files_links_stay_off_the_folder(evidence: &Evidence<'_>) -> Judgement {
    each_case(cases(evidence), "no folder was listed after a file in it was shared", |case| {
        let folders = case.shares_of_the_folder();
        if folders.iter().any(|it| it.id() == case.id()) {
            return None;
        }
        let later = listings(case.recording).into_iter().filter(|it| {
            let is_around = it.item == RUN_FOLDER || (is_file(case.item()) && !is_file(it.item));
            is_around && it.exchanges.first().is_some_and(|it| *it > case.number())
        });
        let mut held = None;
        for listing in later {
            if find(&listing, case.permission).is_some() {
                return Some(Err(Outcome::broken(
                    format!("the file's link is not listed for the {}", listing.item),
                    "it is listed there",
                    [case.number()].into_iter().chain(listing.exchanges.iter().copied()),
                )));
            }
            held = Some(HOLDS);
        }
        held
    })
}
