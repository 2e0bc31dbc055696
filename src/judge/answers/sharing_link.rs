//! The sharing link in a granted answer (LINK).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{each_granted, granted, has, recorded, shape, shown_links};
use crate::graph::Identity;
use crate::judge::evidence::wording::host_of;
use crate::judge::evidence::{Evidence, Granted, ordinal};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// Members of a sharing link that Graph's metadata declares.
const DECLARED: [&str; 6] =
    ["application", "preventsDownload", "scope", "type", "webHtml", "webUrl"];

/// `link.type` is one of the documented types, for requests that asked for one.
///
/// # Errors
/// Broken when it is missing, no string, or another value; whether it is the one asked for is TYPE-04's.
pub fn type_is_documented(evidence: &Evidence<'_>) -> Judgement {
    let nothing = "no granted answer has a link (PERM-06)";
    shape(evidence, "LINK-01", "link.type is a string", nothing, |it| it["link"].is_object())?;
    let nothing = "no granted request asked for a documented type";
    each_granted(evidence, nothing, |granted| {
        let link_type = granted.link_text("type")?;
        let asked = &granted.asked_member("type");
        if asked.is_some_and(|it| !it.as_str().is_some_and(is_documented_type)) {
            return None;
        }
        Some(if is_documented_type(link_type) {
            HOLDS
        } else {
            Err(Outcome::broken(
                "link.type is view, edit or embed",
                format!("/link/type: {link_type}"),
                [granted.number()],
            ))
        })
    })
}

/// `link.scope`, when present, is one of the four values of the resource.
///
/// # Errors
/// Broken with the JSON pointer; not run when it never came.
pub fn scope_is_documented(evidence: &Evidence<'_>) -> Judgement {
    shape(
        evidence,
        "LINK-02",
        "link.scope is anonymous, organization, existingAccess or users",
        "link.scope came in no answer",
        |it| has(&it["link"], "scope"),
    )
}

/// What `link.scope` says where the request named none.
///
/// # Errors
/// Not run when every granted request named a scope.
pub fn scope_when_not_asked(evidence: &Evidence<'_>) -> Judgement {
    let found: Vec<String> = granted(evidence)
        .filter(|it| it.link().is_object() && it.asked_member("scope").is_none_or(Value::is_null))
        .map(|it| {
            let link_type = it.asked_text("type").unwrap_or("untyped").to_owned();
            match it.link_text("scope") {
                Some(scope) => format!("{link_type}: scope {scope}"),
                None => format!("{link_type}: no scope"),
            }
        })
        .collect();
    if found.is_empty() {
        return Err(Outcome::not_run("no granted request left the scope out"));
    }
    seen(crate::judge::finding::cases::counted(found))
}

/// `link.webUrl` is an absolute https URL.
///
/// # Errors
/// Broken with the JSON pointer.
pub fn url_is_absolute(evidence: &Evidence<'_>) -> Judgement {
    let nothing = "no granted answer has a link (PERM-06)";
    shape(evidence, "LINK-04", "link.webUrl is an absolute https URL", nothing, |it| {
        it["link"].is_object()
    })
}

/// On which hosts the links are.
///
/// # Errors
/// Not run when nothing was granted.
pub fn hosts(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "no link has a host", |granted| host_of(granted.link_text("webUrl")?))
}

/// Whether the page lists this link type.
fn is_documented_type(link_type: &str) -> bool {
    matches!(link_type, "view" | "edit" | "embed")
}

/// A view or edit link has no HTML.
///
/// # Errors
/// Broken when `webHtml` holds something.
pub fn html_is_for_embed_only(evidence: &Evidence<'_>) -> Judgement {
    each_case(shown_links(evidence), "no view or edit link was granted in this run", |shown| {
        let asked = shown.link_type.filter(|it| matches!(*it, "view" | "edit"))?;
        let html = &shown.permission["link"]["webHtml"];
        Some(if html.is_null() || html == "" {
            HOLDS
        } else {
            Err(Outcome::broken(
                format!("no webHtml on a link of type {asked}"),
                format!("{}/link/webHtml: {html}", shown.pointer),
                shown.exchanges.iter().copied(),
            ))
        })
    })
}

/// `link.application`, when present, is an object; whether it came is told.
///
/// # Errors
/// Broken when it is something else; not run when nothing was granted.
pub fn application(evidence: &Evidence<'_>) -> Judgement {
    for granted in granted(evidence) {
        let application = &granted.link()["application"];
        if !application.is_null() && !application.is_object() {
            return Err(Outcome::broken(
                "link.application is an object",
                format!("/link/application: {application}"),
                [granted.number()],
            ));
        }
    }
    recorded(evidence, "link.application did not come", |granted| {
        let application = granted.link()["application"].as_object()?;
        let members: Vec<&str> = application.keys().map(String::as_str).collect();
        Some(format!("link.application with {}", members.join(" ")))
    })
}

/// Whether all answers to the application under test name one and the same application.
///
/// # Errors
/// Not run when nothing was granted.
pub fn application_is_the_caller(evidence: &Evidence<'_>) -> Judgement {
    let ids = |caller: fn(Identity) -> bool| -> BTreeSet<String> {
        granted(evidence)
            .filter(|it| caller(it.exchange.identity))
            .filter_map(|it| Some(it.link()["application"]["id"].as_str()?.to_owned()))
            .collect()
    };
    if granted(evidence).next().is_none() {
        return Err(Outcome::not_run(super::NOTHING_GRANTED));
    }
    let own = ids(|identity| identity == Identity::Owner);
    let second = ids(|identity| identity == Identity::SecondApp);
    match own.len() {
        0 => seen("link.application did not come"),
        1 if own.intersection(&second).next().is_some() => {
            seen("one application for both calling applications")
        }
        1 => seen("every answer names one application"),
        count => seen(format!("the answers name {count} applications")),
    }
}

/// `preventsDownload` is not set on the documented link types.
///
/// # Errors
/// Broken when it is no boolean, doubtful when it is true; not run when nothing was granted.
pub fn download_is_not_prevented(evidence: &Evidence<'_>) -> Judgement {
    let mut came = 0_usize;
    for granted in granted(evidence) {
        let prevents = &granted.link()["preventsDownload"];
        came += usize::from(!prevents.is_null());
        if !prevents.is_null() && !prevents.is_boolean() {
            return Err(Outcome::broken(
                "link.preventsDownload is a boolean",
                format!("/link/preventsDownload: {prevents}"),
                [granted.number()],
            ));
        }
        let asked = granted.asked_text("type");
        if prevents == true && asked.is_some_and(|it| matches!(it, "view" | "edit")) {
            return Err(Outcome::doubtful(
                "a link of a v1.0 type lets its holder download",
                "/link/preventsDownload: true",
                [granted.number()],
            ));
        }
    }
    if granted(evidence).next().is_none() {
        return Err(Outcome::not_run(super::NOTHING_GRANTED));
    }
    seen(if came == 0 {
        "preventsDownload did not come".to_owned()
    } else {
        format!("preventsDownload came in {came} answers and is false where it matters")
    })
}

/// Which members of a link the metadata does not declare.
///
/// # Errors
/// Not run when nothing was granted.
pub fn undeclared_members(evidence: &Evidence<'_>) -> Judgement {
    recorded(evidence, "no undeclared member", |granted| {
        let names: Vec<&str> = granted
            .link()
            .as_object()?
            .keys()
            .map(String::as_str)
            .filter(|it| !it.starts_with('@') && !DECLARED.contains(it))
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    })
}

/// Two permissions have two sharing URLs.
///
/// # Errors
/// Broken when the URLs are equal; not run when the ids are too, which is IDEM-06's business.
pub fn urls_differ(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = (evidence.granted(first)?, evidence.granted(second)?);
    if one.id().is_none() || one.id() == other.id() {
        return Err(Outcome::not_run("the two answers are about one permission (IDEM-06)"));
    }
    let urls = evidence.urls();
    fn url_of<'g>(granted: &'g Granted<'_>) -> Option<&'g str> {
        granted.link_text("webUrl").filter(|it| !it.is_empty())
    }
    let (Some(left), Some(right)) = (url_of(&one), url_of(&other)) else {
        return Err(Outcome::not_run("an answer has no webUrl (LINK-04)"));
    };
    if urls.same(left, right) {
        return Err(Outcome::broken(
            format!("another webUrl than in the {} answer", ordinal(first)),
            "the same webUrl",
            [one.number(), other.number()],
        ));
    }
    HOLDS
}

/// Whether the URL of a link for specific people carries a query.
///
/// # Errors
/// Not run when no such link was granted.
pub fn query_of_users_links(evidence: &Evidence<'_>) -> Judgement {
    let found: Vec<String> = granted(evidence)
        .filter(|it| it.link_text("scope") == Some("users"))
        .filter_map(|it| it.link_text("webUrl").map(|url| url.contains('?')))
        .map(|query| if query { "with a query" } else { "without a query" }.to_owned())
        .collect();
    if found.is_empty() {
        return Err(Outcome::not_run("no link for specific people was granted in this run"));
    }
    seen(crate::judge::finding::cases::counted(found))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, judged, view};

    #[test]
    fn a_type_is_judged_where_a_documented_one_was_asked_for() {
        let asked = |body: Value, link_type: &str| {
            let mut permission = view("p1");
            permission["link"]["type"] = json!(link_type);
            Telling::new().file().asks(body, 201, permission)
        };
        assert_eq!(judged(asked(json!({"type": "view"}), "edit"), type_is_documented), HOLDS);
        for body in [json!({"type": "view"}), json!({})] {
            let result = judged(asked(body, "review"), type_is_documented);
            assert!(matches!(result, Err(Outcome::Broken { .. })));
        }
        let result = judged(asked(json!({"type": "owner"}), "owner"), type_is_documented);
        assert!(matches!(result, Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn two_permissions_have_two_urls() {
        let told = |id: &str, url: &str| {
            let mut second = view(id);
            second["link"]["webUrl"] = json!(url);
            Telling::new().file().asks(json!({"type": "view"}), 201, view("p1")).asks(
                json!({"type": "edit"}),
                201,
                second,
            )
        };
        let check = |evidence: &Evidence<'_>| urls_differ(evidence, 0, 1);
        let url = view("p1")["link"]["webUrl"].as_str().unwrap().to_owned();
        assert_eq!(judged(told("p2", "https://1drv.ms/other"), check), HOLDS);
        let result = judged(told("p2", &format!("{url}?e=9")), check);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        assert!(matches!(judged(told("p1", &url), check), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn html_and_prevented_downloads_are_not_for_view_links() {
        let with = |member: &str, value: Value| {
            let mut permission = view("p1");
            permission["link"][member] = value;
            Telling::new().file().asks(json!({"type": "view"}), 201, permission)
        };
        assert_eq!(judged(with("webHtml", json!("")), html_is_for_embed_only), HOLDS);
        let result = judged(with("webHtml", json!("<b>")), html_is_for_embed_only);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        let result = judged(with("preventsDownload", json!(true)), download_is_not_prevented);
        assert!(matches!(result, Err(Outcome::Doubtful { .. })));
        assert!(judged(with("preventsDownload", json!(false)), download_is_not_prevented).is_ok());
        assert!(judged(with("application", Value::Null), application).unwrap().is_some());
    }
}
