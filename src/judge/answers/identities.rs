//! The identities in answers and listings (IDS).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{bodies, granted, has, shape_of};
use crate::judge::evidence::Evidence;
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{Judgement, Outcome, seen};

/// Every identity set of a permission.
fn identity_sets(permission: &Value) -> Vec<&Map<String, Value>> {
    let lists = ["grantedToIdentities", "grantedToIdentitiesV2"]
        .into_iter()
        .filter_map(|member| permission[member].as_array())
        .flatten();
    ["grantedTo", "grantedToV2"]
        .into_iter()
        .map(|member| &permission[member])
        .chain(lists)
        .chain([&permission["invitation"]["invitedBy"]])
        .filter_map(Value::as_object)
        .collect()
}

/// Whether a permission has an identity: the link's application, or a member of a set.
fn has_identity(permission: &Value) -> bool {
    has(&permission["link"], "application")
        || ["grantedTo", "grantedToV2"].iter().any(|it| permission[*it].is_string())
        || identity_sets(permission).iter().any(|set| set.values().any(|it| !it.is_null()))
}

/// Whether a permission has one of SharePoint's identity sets.
fn has_sharepoint_set(permission: &Value) -> bool {
    has(permission, "grantedToV2")
        || permission["grantedToIdentitiesV2"].as_array().is_some_and(|it| !it.is_empty())
}

/// An identity is an object; `id` and `displayName`, when present, are strings.
///
/// # Errors
/// Broken with the JSON pointer; not run when no identity came.
pub fn identities_are_objects(evidence: &Evidence<'_>) -> Judgement {
    let bodies = bodies(evidence, |_| true);
    if !granted(evidence).any(|it| it.link().is_object()) {
        return Err(Outcome::not_run("no granted answer has a link (PERM-06)"));
    }
    each_case(bodies, "no identity came in an answer or listing", |body| {
        shape_of(
            body,
            "IDS-01",
            "an identity is an object with the strings id and displayName",
            has_identity,
        )
    })
}

/// The members of SharePoint's identity sets are objects, and which of them came.
///
/// # Errors
/// Broken with the JSON pointer; not run when nothing was granted.
pub fn sharepoint_sets(evidence: &Evidence<'_>) -> Judgement {
    sets(evidence, "IDS-02", "the members of an identity set are objects", &[])
}

/// `loginName`, `principalId` and `title` are strings, and which of the identities that have them came.
///
/// # Errors
/// Broken with the JSON pointer; not run when nothing was granted.
pub fn sharepoint_identities(evidence: &Evidence<'_>) -> Judgement {
    let members = ["siteUser", "siteGroup", "sharePointGroup"];
    sets(evidence, "IDS-03", "loginName, principalId and title are strings", &members)
}

fn sets(evidence: &Evidence<'_>, rule: &str, expected: &str, members: &[&str]) -> Judgement {
    let bodies = bodies(evidence, |_| true);
    if !granted(evidence).any(|it| it.link().is_object()) {
        return Err(Outcome::not_run("no granted answer has a link (PERM-06)"));
    }
    let found: BTreeSet<String> = bodies
        .iter()
        .flat_map(|body| names_in_sets(body.permission))
        .filter(|name| members.is_empty() || members.contains(&name.as_str()))
        .collect();
    match each_case(bodies, "", |body| shape_of(body, rule, expected, has_sharepoint_set)) {
        Err(outcome @ Outcome::Broken { .. }) => Err(outcome),
        _ if found.is_empty() => seen("none came in an answer or listing"),
        _ => seen(found.into_iter().collect::<Vec<_>>().join(" ")),
    }
}

/// Which members identity sets have at all.
///
/// # Errors
/// Not run when nothing was granted.
pub fn members_of_sets(evidence: &Evidence<'_>) -> Judgement {
    sets(evidence, "", "", &[])
}

fn names_in_sets(permission: &Value) -> Vec<String> {
    identity_sets(permission)
        .into_iter()
        .flatten()
        .filter(|(name, value)| !name.starts_with('@') && !value.is_null())
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, view};

    fn judged(permission: Value, check: fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let run = [Telling::new().file().asks(json!({"type": "view"}), 201, permission).done()];
        let tenant = Tenant::default();
        check(&evidence(&run, Product::Business, &tenant))
    }

    #[test]
    fn an_identity_is_judged_where_it_stands() {
        let mut permission = view("p1");
        assert!(matches!(
            judged(permission.clone(), identities_are_objects),
            Err(Outcome::NotRun { .. })
        ));
        permission["link"]["application"] = json!({"id": "1", "displayName": null, "more": 1});
        assert_eq!(judged(permission.clone(), identities_are_objects), Ok(None));
        permission["grantedToV2"] = json!({"user": {"id": 7}});
        assert!(matches!(
            judged(permission, identities_are_objects),
            Err(Outcome::Broken { actual, .. }) if actual.starts_with("/grantedToV2/user/id")
        ));
    }

    #[test]
    fn sets_are_recorded_by_their_members() {
        let mut permission = view("p1");
        permission["grantedToIdentitiesV2"] =
            json!([{"siteUser": {"loginName": "x"}, "user": {"id": "u"}}]);
        assert_eq!(judged(permission.clone(), sharepoint_sets), seen("siteUser user"));
        assert_eq!(judged(permission.clone(), sharepoint_identities), seen("siteUser"));
        permission["grantedToIdentitiesV2"] = json!([{"siteUser": {"loginName": 1}}]);
        assert!(matches!(judged(permission, sharepoint_identities), Err(Outcome::Broken { .. })));
    }
}
