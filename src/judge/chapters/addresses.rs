//! The ways to an item (PATH).

use crate::graph::{Answer, Exchange, Identity, Purpose, encode_segment};
use crate::judge::evidence::{Evidence, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The request at `index` is granted at its address.
///
/// Page, HTTP request.
///
/// # Errors
/// Broken when it is refused; which of the two successes it is does not matter here.
pub fn is_granted(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    let place = format!(" at {}", path(&asked.exchange.request.url));
    crate::judge::chapters::refusal::is_granted_a_link(evidence, index, &place)
}

/// Every story of the run that begins with a plain view link at `/me/drive` is granted it.
///
/// # Errors
/// Broken when one is refused; not run when the run has another usual address.
pub fn view_links_at_me_are_granted(evidence: &Evidence<'_>) -> Judgement {
    let told = evidence.run.iter().filter_map(|recording| {
        let alone = Evidence { story: recording, ..evidence.alone(recording) };
        let asked = alone.run_asked().next()?;
        let id = alone.item_id(asked.exchange.item.as_deref()?)?;
        let members = asked.exchange.request.members()?;
        let is_plain = asked.exchange.identity == Identity::Owner
            && asked.exchange.link == Some(0)
            && asked.exchange.request.header("content-type") == Some("application/json")
            && members.len() == 2
            && members.get("type")? == "view"
            && members.get("scope")? == "anonymous";
        // A missing item is refused at any address (ERR-08).
        let is_gone = recording.exchanges.iter().any(|it| it.purpose == Purpose::DeleteItem);
        let expected = format!("/me/drive/items/{}/createLink", encode_segment(&id));
        let is_at_me = path(&asked.exchange.request.url) == expected;
        (is_plain && is_at_me && !is_gone).then_some(recording)
    });
    let nothing =
        "no view link was asked for at /me/drive: it is not the usual address of this run";
    each_case(told, nothing, |recording| {
        let of_story = Evidence { story: recording, ..*evidence };
        Some(crate::judge::chapters::refusal::is_granted_a_link(&of_story, 0, " at /me/drive"))
    })
}

/// The path of a URL below the version, for messages.
fn path(url: &str) -> &str {
    url.find("/v1.0/").map_or(url, |at| &url[at + "/v1.0".len()..])
}

/// Two ways to one item lead to one link.
///
/// # Errors
/// Broken when the ids differ; not run when one of the two was refused.
pub fn one_link_both_ways(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    crate::judge::chapters::existing_links::same_permission(evidence, first, second)
}

/// The same request in a form the page does not list: what came of it.
///
/// # Errors
/// Broken when it was granted with another link than in the documented form.
pub fn undocumented_form(evidence: &Evidence<'_>, documented: usize, other: usize) -> Judgement {
    let one = evidence.granted(documented)?;
    let asked = evidence.asked(other)?;
    let Ok(granted) = evidence.granted(other) else {
        return seen(format!("not taken: {}", status_text(asked.answer)));
    };
    if one.id().is_some() && one.id() == granted.id() {
        return seen(format!("taken, the same link: {}", status_text(asked.answer)));
    }
    Err(Outcome::broken(
        "the link of the documented form, or a refusal",
        format!("{} with another id", status_text(asked.answer)),
        [one.number(), granted.number()],
    ))
}

/// This method is no way to call createLink.
///
/// # Errors
/// Broken when it is not refused.
pub fn wrong_method_is_refused(evidence: &Evidence<'_>, method: &str) -> Judgement {
    evidence.grants_something()?;
    let (exchange, answer) = called_with(evidence, method)?;
    match answer.status {
        400 | 404 | 405 => HOLDS,
        401..=499 => Err(Outcome::doubtful(
            "405 Method Not Allowed",
            format!("{} to {method}", status_text(answer)),
            [exchange.number],
        )),
        _ => Err(Outcome::broken(
            "405 Method Not Allowed, or another refusal",
            format!("{} to {method}", status_text(answer)),
            [exchange.number],
        )),
    }
}

/// A call with this wrong method made no link.
///
/// # Errors
/// Broken with the new link.
pub fn wrong_method_makes_nothing(evidence: &Evidence<'_>, method: &str) -> Judgement {
    evidence.grants_something()?;
    let (exchange, _) = called_with(evidence, method)?;
    evidence.listings_show_links()?;
    let known = evidence.baseline();
    crate::judge::chapters::refusal::leaves_nothing(evidence.story, exchange, &known)
}

fn called_with<'e>(
    evidence: &Evidence<'e>,
    method: &str,
) -> Result<(&'e Exchange, &'e Answer), Outcome> {
    evidence.last(|it| it.purpose == Purpose::WrongMethod && it.request.method == method)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Recording, Tenant};
    use crate::judge::testing::{Telling, evidence, refusal, view};

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Business, &tenant))
    }

    fn two(status: u16, id: &str) -> [Recording; 1] {
        let body = if status < 300 { view(id) } else { refusal("invalidRequest") };
        let first = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
        [first.asks(json!({"type": "view"}), status, body).done()]
    }

    #[test]
    fn a_swapped_status_is_not_this_chapters_business() {
        for status in [200, 201] {
            assert_eq!(judged(&two(status, "p1"), |it| is_granted(it, 1)), HOLDS);
            assert_eq!(judged(&two(status, "p1"), |it| one_link_both_ways(it, 0, 1)), HOLDS);
        }
        let result = judged(&two(200, "p2"), |it| one_link_both_ways(it, 0, 1));
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        let result = judged(&two(404, ""), |it| one_link_both_ways(it, 0, 1));
        assert!(matches!(result, Err(Outcome::NotRun { .. })));
        let result = judged(&two(404, ""), |it| is_granted(it, 1));
        assert!(matches!(result, Err(Outcome::Broken { .. })));
    }

    #[test]
    fn an_undocumented_form_is_recorded_and_leads_to_the_same_link() {
        for status in [200, 400] {
            assert!(
                judged(&two(status, "p1"), |it| undocumented_form(it, 0, 1)).unwrap().is_some()
            );
        }
        let result = judged(&two(201, "p2"), |it| undocumented_form(it, 0, 1));
        assert!(matches!(result, Err(Outcome::Broken { .. })));
    }

    #[test]
    fn a_get_that_creates_is_found() {
        let told = |status, links: serde_json::Value| {
            let own = Telling::new()
                .file()
                .exchange(Purpose::WrongMethod, "file", status, &refusal("invalidRequest"))
                .lists("file", &links);
            let other = Telling::new().file().asks(json!({"type": "view"}), 201, view("p2"));
            [own.done(), other.lists("file", &json!([view("p2")])).done()]
        };
        let refused = |evidence: &Evidence<'_>| wrong_method_is_refused(evidence, "GET");
        let nothing = |evidence: &Evidence<'_>| wrong_method_makes_nothing(evidence, "GET");
        assert_eq!(judged(&told(405, json!([])), refused), HOLDS);
        assert_eq!(judged(&told(405, json!([])), nothing), HOLDS);
        // Seen, and tolerated; a status that says something else is a warning.
        assert_eq!(judged(&told(400, json!([])), refused), HOLDS);
        assert_eq!(judged(&told(404, json!([])), refused), HOLDS);
        let result = judged(&told(403, json!([])), refused);
        assert!(matches!(result, Err(Outcome::Doubtful { .. })));
        let result = judged(&told(200, json!([])), refused);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        let result = judged(&told(405, json!([view("p1")])), nothing);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        let put = |evidence: &Evidence<'_>| wrong_method_is_refused(evidence, "PUT");
        let result = judged(&told(405, json!([])), put);
        assert!(matches!(result, Err(Outcome::NotRun { .. })), "PUT was not tried");
    }
}
