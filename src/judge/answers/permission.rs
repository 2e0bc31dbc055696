//! The permission in a granted answer (PERM).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::answer::members_present;
use super::{each_granted, has, is_empty, recorded, shape, shown_links};
use crate::graph::{Identity, Purpose, Recording};
use crate::judge::evidence::knowledge::Knowledge;
use crate::judge::evidence::listing::listings;
use crate::judge::evidence::{Evidence, Granted, status_text, without_query};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The id of the permission that stands for people with existing access (PERM-17).
pub(crate) const EXISTING_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

/// Why a rule about links has no case among the granted answers.
const NO_LINK: &str = "no granted answer has a link (PERM-06)";

/// `id` is a non-empty string.
///
/// # Errors
/// Broken with the JSON pointer.
pub fn id_is_a_string(evidence: &Evidence<'_>) -> Judgement {
    shape(evidence, "PERM-01", "id is a non-empty string", "", |_| true)
}

/// In every listing, each permission that was granted stands at most once.
///
/// Permission resource: "unique ... among all permissions on the item".
///
/// # Errors
/// Broken with the id that stands twice; not run when no granted permission was ever listed.
pub fn id_is_unique(evidence: &Evidence<'_>) -> Judgement {
    let found = evidence.run.iter().flat_map(|recording| {
        let ids = granted_ids(recording);
        let is_told = Knowledge::of(recording).is_told();
        // Between two pages something may have been made or removed unseen.
        let listings =
            listings(recording).into_iter().filter(move |it| is_told || it.exchanges.len() == 1);
        listings.flat_map(move |listing| {
            let listing = std::rc::Rc::new(listing);
            ids.clone().into_iter().map(move |id| (std::rc::Rc::clone(&listing), id))
        })
    });
    each_case(found, "no granted permission appeared in a listing", |(listing, id)| {
        match listing.permissions.iter().filter(|it| it["id"] == *id.as_str()).count() {
            0 => None,
            1 => Some(HOLDS),
            count => Some(Err(Outcome::broken(
                "one entry for each id",
                format!("the id {id} stands {count} times in the listing of the {}", listing.item),
                listing.exchanges.iter().copied(),
            ))),
        }
    })
}

/// The ids this story was granted, once each.
fn granted_ids(recording: &Recording) -> Vec<String> {
    let mut ids = Vec::new();
    for exchange in &recording.exchanges {
        let id = exchange
            .answer()
            .filter(|answer| exchange.purpose == Purpose::CreateLink && answer.is_success())
            .and_then(|answer| answer.json().ok())
            .and_then(|permission| permission["id"].as_str().map(str::to_owned));
        ids.extend(id.filter(|id| !id.is_empty() && !ids.contains(id)));
    }
    ids
}

/// Reading the permission by its id shows the permission that was granted.
///
/// Get permission: `GET .../permissions/{perm-id}` returns the permission.
///
/// # Errors
/// Broken when the answer is not 200, or its id, roles or link differ.
pub fn can_be_read(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::ReadPermission, link)?;
    let numbers = [granted.number(), exchange.number];
    if answer.status != 200 {
        return Err(Outcome::broken("200 with the permission", status_text(answer), numbers));
    }
    let Ok(read) = answer.json() else {
        return Err(Outcome::broken("the permission as JSON", "a body that is no JSON", numbers));
    };
    let difference =
        compared(&granted, read).into_iter().find(|(_, expected, actual)| expected != actual);
    match difference {
        None => HOLDS,
        Some((pointer, expected, actual)) => Err(Outcome::broken(
            format!("the permission that was granted: {pointer} {expected}"),
            format!("{pointer}: {actual}"),
            numbers,
        )),
    }
}

/// Every permission of the run that was read by its id is the one that was granted, as long as nothing was
/// asked for or removed since.
///
/// # Errors
/// Broken as [`can_be_read`] says; not run when none was read.
pub fn all_can_be_read(evidence: &Evidence<'_>) -> Judgement {
    let read = evidence.run.iter().flat_map(|recording| {
        let reads = recording
            .exchanges
            .iter()
            .filter(|it| it.purpose == Purpose::ReadPermission && !it.retried);
        reads.filter_map(move |it| Some((recording, it.act, it.link?)))
    });
    each_case(read, "no permission was read by its id", |(recording, act, link)| {
        let so_far = recording.beginning(*act + 1);
        let removed = so_far
            .exchanges
            .iter()
            .any(|it| matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem));
        if removed {
            return None;
        }
        let of_story = Evidence { story: &so_far, ..*evidence };
        Some(can_be_read(&of_story, *link))
    })
}

/// Id, roles and link of the granted permission beside those of the one read.
fn compared(granted: &Granted<'_>, read: &Value) -> [(&'static str, Value, Value); 5] {
    let roles = |permission: &Value| match &permission["roles"] {
        Value::Array(roles) => {
            let mut roles: Vec<String> =
                roles.iter().map(|role| role.to_string().to_lowercase()).collect();
            roles.sort();
            Value::from(roles)
        }
        other => other.clone(),
    };
    let url = |permission: &Value| match &permission["link"]["webUrl"] {
        Value::String(url) => Value::from(without_query(url)),
        other => other.clone(),
    };
    let one = &granted.permission;
    [
        ("/id", one["id"].clone(), read["id"].clone()),
        ("/roles", roles(one), roles(read)),
        ("/link/type", one["link"]["type"].clone(), read["link"]["type"].clone()),
        ("/link/scope", one["link"]["scope"].clone(), read["link"]["scope"].clone()),
        ("/link/webUrl", url(one), url(read)),
    ]
}

/// `roles` is a non-empty array of strings.
///
/// # Errors
/// Broken with the JSON pointer.
pub fn roles_are_strings(evidence: &Evidence<'_>) -> Judgement {
    shape(evidence, "PERM-04", "roles is a non-empty array of strings", "", |_| true)
}

/// Each role of a granted link is `read` or `write`, in any letter case.
///
/// # Errors
/// Broken with another role; roles that are no list of strings are PERM-04's.
pub fn roles_are_read_or_write(evidence: &Evidence<'_>) -> Judgement {
    each_granted(evidence, "no answer has a list of roles (PERM-04)", |granted| {
        let roles = granted.permission["roles"].as_array().filter(|roles| !roles.is_empty())?;
        let roles: Vec<&str> = roles.iter().map(Value::as_str).collect::<Option<_>>()?;
        let other = roles
            .iter()
            .find(|role| !["read", "write"].iter().any(|known| role.eq_ignore_ascii_case(known)));
        Some(match other {
            None => HOLDS,
            Some(role) => Err(Outcome::broken(
                "roles among read and write",
                format!("/roles: {role}"),
                [granted.number()],
            )),
        })
    })
}

/// `link` is an object.
///
/// # Errors
/// Broken when it is missing, null or something else.
pub fn has_a_link(evidence: &Evidence<'_>) -> Judgement {
    shape(evidence, "PERM-06", "link is an object", "", |_| true)
}

/// `hasPassword`, when present, is a boolean.
///
/// # Errors
/// Broken with the JSON pointer; not run when it never came.
pub fn has_password_is_boolean(evidence: &Evidence<'_>) -> Judgement {
    let nothing = "hasPassword came in no answer";
    shape(evidence, "PERM-07", "hasPassword is a boolean", nothing, |it| has(it, "hasPassword"))
}

/// Whether `hasPassword` came, off personal drives too.
///
/// # Errors
/// Not run when nothing was granted.
pub fn where_has_password_appears(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "hasPassword came in no answer", |granted| {
        let value = &granted.permission["hasPassword"];
        (!value.is_null()).then(|| format!("hasPassword {value}"))
    })
}

/// `shareId`, when present, is a string; how it relates to `webUrl` is told.
///
/// # Errors
/// Broken when it is something else; not run when it never came.
pub fn share_id_is_a_string(evidence: &Evidence<'_>) -> Judgement {
    let nothing = "shareId came in no answer";
    shape(evidence, "PERM-09", "shareId is a string", nothing, |it| has(it, "shareId"))?;
    let note = recorded(evidence, nothing, |granted| {
        let share_id = granted.permission["shareId"].as_str()?;
        Some(share_id_form(share_id, granted.link_text("webUrl").unwrap_or_default()).to_owned())
    })?;
    Ok(note)
}

fn share_id_form(share_id: &str, web_url: &str) -> &'static str {
    let Some(encoded) = share_id.strip_prefix("u!") else { return "shareId of another form" };
    let decoded = URL_SAFE_NO_PAD
        .decode(encoded.trim_end_matches('='))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(url) if without_query(&url) == without_query(web_url) => {
            "shareId is u! and the encoded webUrl"
        }
        Some(_) => "shareId encodes another URL than webUrl",
        None => "shareId begins with u! and encodes no URL",
    }
}

/// `GET /shares/{shareId}/driveItem` by the owner shows the item.
///
/// # Errors
/// Broken when it is refused or shows another item; not run when the answer had no `shareId`.
pub fn share_id_opens(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    if granted.permission["shareId"].as_str().is_none_or(str::is_empty) {
        return Err(Outcome::not_run("the answer has no shareId"));
    }
    let (exchange, answer) = evidence.last(|it| {
        it.purpose == Purpose::OpenLink && it.link == Some(link) && it.identity == Identity::Owner
    })?;
    if answer.status != 200 {
        return Err(Outcome::broken(
            "200 with the item at /shares/{shareId}/driveItem",
            status_text(answer),
            [exchange.number],
        ));
    }
    let shown = answer.json().ok().and_then(|item| item["id"].as_str().map(str::to_owned));
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    match (shown, evidence.item_id(item)) {
        (Some(shown), Some(id)) if !shown.eq_ignore_ascii_case(&id) => Err(Outcome::broken(
            format!("the item {id}"),
            format!("the item {shown}"),
            [exchange.number],
        )),
        (Some(_), Some(_)) => HOLDS,
        _ => Err(Outcome::broken("the item with its id", "no id", [exchange.number])),
    }
}

/// `expirationDateTime`, when present and not null, is an ISO 8601 instant with an offset.
///
/// # Errors
/// Broken with the JSON pointer; not run when it never came.
pub fn expiration_is_an_instant(evidence: &Evidence<'_>) -> Judgement {
    shape(
        evidence,
        "PERM-11",
        "expirationDateTime is an ISO 8601 instant with an offset",
        "expirationDateTime came in no answer",
        |it| has(it, "expirationDateTime"),
    )
}

/// A link just made on the item itself does not say that it is inherited.
///
/// # Errors
/// Broken when `inheritedFrom` names an ancestor.
pub fn is_not_inherited(evidence: &Evidence<'_>) -> Judgement {
    each_case(shown_links(evidence), NO_LINK, |shown| {
        let from = &shown.permission["inheritedFrom"];
        Some(if is_empty(from) {
            HOLDS
        } else {
            Err(Outcome::broken(
                "inheritedFrom is absent, null or empty",
                format!("{}/inheritedFrom: {from}", shown.pointer),
                shown.exchanges.iter().copied(),
            ))
        })
    })
}

/// A link carries none of the members of a permission for one person.
///
/// # Errors
/// Broken when `grantedTo`, `grantedToV2` or `invitation` holds something.
pub fn has_no_grantee(evidence: &Evidence<'_>) -> Judgement {
    each_case(shown_links(evidence), NO_LINK, |shown| {
        let found = ["grantedTo", "grantedToV2", "invitation"]
            .into_iter()
            .find(|member| !is_empty(&shown.permission[*member]));
        Some(match found {
            None => HOLDS,
            Some(member) => Err(Outcome::broken(
                "no grantedTo, grantedToV2 or invitation on a link",
                format!("{}/{member}: {}", shown.pointer, shown.permission[member]),
                shown.exchanges.iter().copied(),
            )),
        })
    })
}

/// `grantedToIdentitiesV2` and `grantedToIdentities`, when present, are arrays of objects.
///
/// # Errors
/// Broken with the JSON pointer; not run when nothing was granted.
pub fn grantees_are_lists(evidence: &Evidence<'_>) -> Judgement {
    const MEMBERS: [&str; 2] = ["grantedToIdentitiesV2", "grantedToIdentities"];
    let concerns = |it: &Value| MEMBERS.iter().any(|member| has(it, member));
    match shape(evidence, "PERM-14", "an array of objects", "", concerns) {
        Err(outcome @ Outcome::Broken { .. }) => Err(outcome),
        _ => recorded(evidence, "neither came", |granted| {
            members_present(granted.permission, &MEMBERS)
        }),
    }
}

/// Whether the deprecated members still come.
///
/// # Errors
/// Not run when nothing was granted.
pub fn deprecated_members(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "neither grantedTo nor grantedToIdentities came", |granted| {
        members_present(granted.permission, &["grantedTo", "grantedToIdentities"])
    })
}

/// Whether createLink answered with the permission that stands for existing access.
///
/// # Errors
/// Doubtful when it did; not run when nothing was granted.
pub fn is_no_existing_access(evidence: &Evidence<'_>) -> Judgement {
    each_granted(evidence, "no answer has a string id (PERM-01)", |granted| {
        let id = granted.id()?;
        Some(if id == EXISTING_ACCESS {
            Err(Outcome::doubtful(
                "the permission of a link",
                format!("/id: {id}, which stands for people with existing access"),
                [granted.number()],
            ))
        } else {
            seen("no answer has the id of existing access")
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, view};

    fn judged(
        telling: Telling,
        check: impl Fn(&Evidence<'_>) -> Judgement,
    ) -> Result<Option<String>, &'static str> {
        let run = [telling.done()];
        let tenant = Tenant::default();
        match check(&evidence(&run, Product::Business, &tenant)) {
            Ok(note) => Ok(note),
            Err(Outcome::Broken { .. }) => Err("broken"),
            Err(Outcome::Doubtful { .. }) => Err("doubtful"),
            Err(Outcome::NotRun { .. }) => Err("not run"),
            Err(Outcome::Inconclusive { .. }) => Err("inconclusive"),
            Err(Outcome::NotApplicable { .. }) => Err("not applicable"),
        }
    }

    fn answered(permission: Value) -> Telling {
        Telling::new().file().asks(json!({"type": "view"}), 201, permission)
    }

    #[test]
    fn a_missing_id_breaks_its_own_rule_only() {
        let mut permission = view("p1");
        permission.as_object_mut().unwrap().remove("id");
        assert_eq!(judged(answered(permission.clone()), id_is_a_string), Err("broken"));
        for check in [roles_are_strings, roles_are_read_or_write, has_a_link, is_not_inherited] {
            assert_eq!(judged(answered(permission.clone()), check), Ok(None));
        }
        assert_eq!(judged(answered(permission), id_is_unique), Err("not run"));
    }

    #[test]
    fn without_an_answer_nothing_is_passed() {
        let refused =
            || Telling::new().file().asks(json!({"type": "view"}), 400, json!({"error": {}}));
        for check in [
            id_is_a_string,
            id_is_unique,
            roles_are_strings,
            roles_are_read_or_write,
            has_a_link,
            has_password_is_boolean,
            share_id_is_a_string,
            expiration_is_an_instant,
            is_not_inherited,
            has_no_grantee,
            grantees_are_lists,
            is_no_existing_access,
        ] {
            assert_eq!(judged(refused(), check), Err("not run"));
        }
    }

    #[test]
    fn a_member_that_never_came_is_not_judged() {
        let mut permission = view("p1");
        for member in ["hasPassword", "shareId", "expirationDateTime"] {
            permission[member] = Value::Null;
        }
        for check in [has_password_is_boolean, share_id_is_a_string, expiration_is_an_instant] {
            assert_eq!(judged(answered(permission.clone()), check), Err("not run"));
        }
    }

    #[test]
    fn an_entry_of_a_listing_is_judged_too() {
        let mut entry = view("p1");
        entry["hasPassword"] = json!("yes");
        let telling = answered(view("p1")).lists("file", &json!([entry]));
        assert_eq!(judged(telling, has_password_is_boolean), Err("broken"));
        let owner = json!({"id": "o", "roles": "owner"});
        let telling = answered(view("p1")).lists("file", &json!([owner, view("p1")]));
        assert_eq!(judged(telling, roles_are_strings), Ok(None), "only links are judged");
    }

    #[test]
    fn an_id_may_not_stand_twice_in_one_listing() {
        let once = answered(view("p1")).lists("file", &json!([view("p1")]));
        assert_eq!(judged(once, id_is_unique), Ok(None));
        let twice = answered(view("p1")).lists("file", &json!([view("p1"), view("p1")]));
        assert_eq!(judged(twice, id_is_unique), Err("broken"));
        let never = answered(view("p1")).lists("file", &json!([]));
        assert_eq!(judged(never, id_is_unique), Err("not run"), "that is SIDE-01's business");
    }

    #[test]
    fn roles_are_compared_whatever_the_letter_case() {
        let mut permission = view("p1");
        permission["roles"] = json!(["Read"]);
        assert_eq!(judged(answered(permission.clone()), roles_are_read_or_write), Ok(None));
        permission["roles"] = json!(["read", "owner"]);
        assert_eq!(judged(answered(permission), roles_are_read_or_write), Err("broken"));
    }

    #[test]
    fn empty_members_are_absent_members() {
        let mut permission = view("p1");
        permission["inheritedFrom"] = json!({});
        permission["grantedTo"] = json!({"user": null});
        permission["invitation"] = Value::Null;
        assert_eq!(judged(answered(permission.clone()), is_not_inherited), Ok(None));
        assert_eq!(judged(answered(permission.clone()), has_no_grantee), Ok(None));
        permission["inheritedFrom"] = json!({"id": "folder"});
        permission["grantedTo"] = json!({"user": {"id": "u"}});
        assert_eq!(judged(answered(permission.clone()), is_not_inherited), Err("broken"));
        assert_eq!(judged(answered(permission), has_no_grantee), Err("broken"));
    }

    #[test]
    fn the_permission_read_is_the_permission_granted() {
        let read =
            |status, body| answered(view("p1")).about(Purpose::ReadPermission, 0, status, body);
        let check = |evidence: &Evidence<'_>| can_be_read(evidence, 0);
        let mut same = view("p1");
        same["link"]["webUrl"] =
            json!(format!("{}?e=2", view("p1")["link"]["webUrl"].as_str().unwrap()));
        same["roles"] = json!(["Read"]);
        assert_eq!(judged(read(200, same), check), Ok(None));
        let mut other = view("p1");
        other["link"]["type"] = json!("edit");
        assert_eq!(judged(read(200, other), check), Err("broken"));
        assert_eq!(
            judged(read(404, json!({"error": {"code": "itemNotFound"}})), check),
            Err("broken")
        );
        assert_eq!(judged(read(503, json!({})), check), Err("inconclusive"));
        assert_eq!(judged(answered(view("p1")), check), Err("not run"));
    }

    #[test]
    fn the_form_of_a_share_id_is_told() {
        let url = "https://1drv.ms/redacted-1";
        let share = format!("u!{}", URL_SAFE_NO_PAD.encode(url));
        assert!(share_id_form(&share, &format!("{url}?e=1")).contains("encoded webUrl"));
        assert!(share_id_form(&share, "https://1drv.ms/x").contains("another URL"));
        assert!(share_id_form("s!abc", url).contains("another form"));
        let mut permission = view("p1");
        permission["shareId"] = json!(7);
        assert_eq!(judged(answered(permission), share_id_is_a_string), Err("broken"));
    }

    #[test]
    fn existing_access_is_no_link() {
        assert_eq!(judged(answered(view(EXISTING_ACCESS)), is_no_existing_access), Err("doubtful"));
        assert!(judged(answered(view("p1")), is_no_existing_access).unwrap().is_some());
    }
}
