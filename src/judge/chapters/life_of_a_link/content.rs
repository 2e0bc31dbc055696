//! What a link does to its item, and what it shows of it (SIDE-06, SIDE-07, SIDE-14, SIDE-15).

use serde_json::Value;

use crate::graph::{Answer, Exchange, Purpose};
use crate::judge::evidence::{Evidence, environment, status_text};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// What was last written to an item before a line of the story.
fn content_before<'e>(evidence: &Evidence<'e>, item: &str, act: usize) -> Option<&'e str> {
    let mut contents = written(evidence, item).filter(|it| it.act < act);
    contents.next_back()?.request.body.as_deref()
}

fn written<'e>(
    evidence: &Evidence<'e>,
    item: &str,
) -> impl DoubleEndedIterator<Item = &'e Exchange> {
    evidence.story.exchanges.iter().filter(move |it| {
        it.purpose == Purpose::SetUp
            && it.item.as_deref() == Some(item)
            && it.request.body.is_some()
            && it.status().is_some_and(|status| (200..300).contains(&status))
    })
}

/// The content read through a link, once it could be read.
fn read_through<'e>(exchange: &'e Exchange, answer: &'e Answer) -> Result<(&'e str, u32), Outcome> {
    if answer.status == 200 {
        return Ok((answer.body.trim(), exchange.number));
    }
    Err(Outcome::not_run(format!(
        "the content could not be read through the link: {}",
        status_text(answer)
    )))
}

/// Content replaced after the link was made is what the link shows.
///
/// Page, Remarks: "always point to the latest version".
///
/// # Errors
/// Broken when the link shows something else; not run when nothing could be read through it.
pub fn shows_the_latest_content(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.about_link(Purpose::ReadThroughLink, link)?;
    let (shown, number) = read_through(exchange, answer)?;
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    let old = content_before(evidence, item, granted.exchange.act);
    let new = content_before(evidence, item, exchange.act);
    let (Some(old), Some(new)) = (old, new.filter(|new| Some(*new) != old)) else {
        return Err(Outcome::not_run("the content was not replaced"));
    };
    if shown == new.trim() {
        return HOLDS;
    }
    let actual = if shown == old.trim() { "the earlier content" } else { "other content" };
    Err(Outcome::broken("the latest content", actual, [number]))
}

/// While the file is checked out the link shows what was there before; after the check-in, the edit.
///
/// Page, Remarks: "unless checked out (SharePoint only)".
///
/// # Errors
/// Broken when the checked-out edit shows, or does not show after the check-in.
pub fn hides_checked_out_edits(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let item = granted.exchange.item.as_deref().unwrap_or_default();
    let steps: Vec<&Exchange> =
        evidence.story.exchanges.iter().filter(|it| it.purpose == Purpose::CheckOut).collect();
    let done = |it: &&Exchange| it.status().is_some_and(|it| (200..300).contains(&it));
    let [out, back] = steps.as_slice() else {
        evidence.complete()?;
        return Err(Outcome::not_run("the file was not checked out and in"));
    };
    if let Some(reason) = [out, back].into_iter().find_map(|it| environment(it)) {
        return Err(Outcome::inconclusive(reason, [out.number, back.number]));
    }
    if !done(out) || !done(back) {
        return Err(Outcome::not_run("the file could not be checked out and in"));
    }
    let old = content_before(evidence, item, out.act);
    let new = content_before(evidence, item, back.act);
    let (Some(old), Some(new)) = (old, new.filter(|new| Some(*new) != old)) else {
        return Err(Outcome::not_run("the content was not replaced while checked out"));
    };
    let read = |during: bool| {
        let (exchange, answer) = evidence.last(|it| {
            it.purpose == Purpose::ReadThroughLink
                && it.act > out.act
                && (it.act < back.act) == during
        })?;
        read_through(exchange, answer)
    };
    let (during, number) = read(true)?;
    if during != old.trim() {
        return Err(Outcome::broken(
            "the content from before the check-out",
            if during == new.trim() { "the checked-out edit" } else { "other content" },
            [number],
        ));
    }
    let (after, number) = read(false)?;
    if after == new.trim() {
        return HOLDS;
    }
    Err(Outcome::broken("the edit, once it is checked in", "other content", [number]))
}

/// The item as it was uploaded and as it is after the link was made.
fn item_before_and_after<'e>(
    evidence: &Evidence<'e>,
    item: &str,
    link: usize,
) -> Result<(&'e Value, &'e Value, u32), Outcome> {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = evidence.last(|it| {
        it.purpose == Purpose::ReadItem
            && it.item.as_deref() == Some(item)
            && it.act > granted.exchange.act
    })?;
    let after = answer.json().ok().filter(|it| answer.status == 200 && it.is_object());
    let before = written(evidence, item).next_back().and_then(|it| it.answer()?.json().ok());
    match (before, after) {
        (Some(before), Some(after)) => Ok((before, after, exchange.number)),
        _ => Err(Outcome::not_run(format!("the {item} could not be read"))),
    }
}

/// Whether the item says that it is shared.
///
/// # Errors
/// Not run when the item could not be read.
pub fn shared_facet(evidence: &Evidence<'_>, item: &str, link: usize) -> Judgement {
    let (_, after, _) = item_before_and_after(evidence, item, link)?;
    seen(match &after["shared"] {
        Value::Null => "no shared facet".to_owned(),
        shared => format!("shared, scope {}", shared["scope"]),
    })
}

/// Sharing leaves the content as it is: size, hashes and cTag; what became of the eTag is told.
///
/// # Errors
/// Doubtful when one of them changed; not run when none of them can be compared.
pub fn content_is_untouched(evidence: &Evidence<'_>, item: &str, link: usize) -> Judgement {
    let (before, after, number) = item_before_and_after(evidence, item, link)?;
    let pointers = [
        "/size",
        "/cTag",
        "/file/hashes/quickXorHash",
        "/file/hashes/sha1Hash",
        "/file/hashes/sha256Hash",
    ];
    let mut compared = Vec::new();
    for pointer in pointers {
        let pair = before.pointer(pointer).zip(after.pointer(pointer));
        let Some((one, other)) = pair.filter(|(one, other)| !one.is_null() && !other.is_null())
        else {
            continue;
        };
        if one != other {
            // The rule is told and not judged; that content changes is still worth a warning.
            return Err(Outcome::doubtful(
                format!("{pointer} {one}, as before the link was made"),
                format!("{pointer}: {other}"),
                [number],
            ));
        }
        compared.push(pointer.rsplit('/').next().unwrap_or(pointer));
    }
    if compared.is_empty() {
        return Err(Outcome::not_run("the item tells neither size nor hash nor cTag"));
    }
    let tag = match (&before["eTag"], &after["eTag"]) {
        (Value::Null, _) | (_, Value::Null) => "the eTag is not told",
        (one, other) if one == other => "the eTag too",
        _ => "the eTag changed",
    };
    seen(format!("unchanged: {}; {tag}", compared.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, on_personal, view};

    fn replaced_and_read(shown: &str) -> Telling {
        Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, view("p1"))
            .exchange(Purpose::SetUp, "file", 200, &json!({"id": "file-id"}))
            .with_body("second content")
            .about(Purpose::ReadThroughLink, 0, 200, json!({}))
            .with_answer(shown)
    }

    #[test]
    fn a_link_shows_the_latest_content() {
        let check = |evidence: &Evidence<'_>| shows_the_latest_content(evidence, 0);
        assert_eq!(on_personal(replaced_and_read("second content\n"), check), HOLDS);
        for stale in ["first content", "x"] {
            let result = on_personal(replaced_and_read(stale), check);
            assert!(matches!(result, Err(Outcome::Broken { .. })));
        }
        let unread = Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, view("p1"))
            .about(Purpose::ReadThroughLink, 0, 200, json!({}))
            .with_answer("first content");
        assert!(matches!(on_personal(unread, check), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn a_checked_out_edit_shows_after_the_check_in_only() {
        let told = |during: &str, after: &str| {
            Telling::new()
                .file()
                .asks(json!({"type": "view"}), 201, view("p1"))
                .exchange(Purpose::CheckOut, "file", 204, &Value::Null)
                .exchange(Purpose::SetUp, "file", 200, &json!({"id": "file-id"}))
                .with_body("draft")
                .about(Purpose::ReadThroughLink, 0, 200, json!({}))
                .with_answer(during)
                .exchange(Purpose::CheckOut, "file", 204, &Value::Null)
                .about(Purpose::ReadThroughLink, 0, 200, json!({}))
                .with_answer(after)
        };
        let check = |evidence: &Evidence<'_>| hides_checked_out_edits(evidence, 0);
        assert_eq!(on_personal(told("first content", "draft"), check), HOLDS);
        for (during, after) in [("draft", "draft"), ("first content", "first content")] {
            let result = on_personal(told(during, after), check);
            assert!(matches!(result, Err(Outcome::Broken { .. })));
        }
    }

    #[test]
    fn sharing_leaves_the_content_alone() {
        let told = |item: Value| {
            Telling::new().file().asks(json!({"type": "view"}), 201, view("p1")).exchange(
                Purpose::ReadItem,
                "file",
                200,
                &item,
            )
        };
        let check = |evidence: &Evidence<'_>| content_is_untouched(evidence, "file", 0);
        assert!(on_personal(told(json!({"size": 3, "cTag": "c1"})), check).unwrap().is_some());
        let result = on_personal(told(json!({"size": 4})), check);
        assert!(matches!(result, Err(Outcome::Doubtful { .. })));
        assert!(matches!(on_personal(told(json!({})), check), Err(Outcome::NotRun { .. })));
    }
}
