//! How much of an answer is kept: a service that pads its answers fills neither memory nor reports.

use crate::graph::{Answer, Failure, FailureKind, Purpose, Reply};

/// Bytes of a body that are kept.
const KEPT: usize = 64 * 1024;
/// Bytes of a page of a list that are kept: a list is judged as a whole, and may be long.
const KEPT_OF_LIST: usize = 1024 * 1024;

/// The answer as it is recorded and judged.
///
/// What is JSON is judged whole or not at all: cut, it would be blamed for what it was not. What is shown
/// to people is cut, with a mark; so is what is no JSON anyway, and is none after that either.
pub(super) fn kept(reply: &Reply, purpose: Purpose) -> Reply {
    let Reply::Answer(answer) = reply else { return reply.clone() };
    let most = if purpose == Purpose::ListPermissions { KEPT_OF_LIST } else { KEPT };
    let length = answer.body.len();
    if length <= most {
        return reply.clone();
    }
    if is_for_people(purpose) || answer.json().is_err() {
        // Invariant: 0 is a boundary of every text.
        let end = (0..=most).rev().find(|at| answer.body.is_char_boundary(*at)).unwrap_or_default();
        let body = format!("{}\n[cut by linkspec: {end} of {length} bytes]", &answer.body[..end]);
        return Reply::Answer(Answer { body: body.into(), ..answer.clone() });
    }
    Reply::Nothing(Failure {
        failure: FailureKind::TooLarge,
        detail: format!(
            "answered {} with a body of {length} bytes; more than {most} are not judged",
            answer.status
        ),
    })
}

fn is_for_people(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::OpenPage | Purpose::ReadThroughLink)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Reply {
        Reply::Answer(Answer {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
            not_utf8: false,
        })
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let long_list = answer(&"x".repeat(KEPT + 1));
        assert_eq!(kept(&long_list, Purpose::ListPermissions), long_list);
        let fits = answer(&"x".repeat(KEPT));
        assert_eq!(kept(&fits, Purpose::CreateLink), fits);
    }

    #[test]
    fn json_that_is_too_large_is_not_judged() {
        let body = format!("\"{}\"", "x".repeat(2_999_998));
        let reply = kept(&answer(&body), Purpose::CreateLink);
        let Reply::Nothing(failure) = reply else { panic!("{reply:?}") };
        assert_eq!(failure.failure, FailureKind::TooLarge);
        assert!(failure.detail.contains("3000000 bytes"), "{}", failure.detail);
    }

    #[test]
    fn what_is_no_json_stays_none() {
        let body = format!("{}{}", " ".repeat(KEPT - 2), "{}x".repeat(10));
        let Reply::Answer(cut) = kept(&answer(&body), Purpose::CreateLink) else { panic!("cut") };
        assert!(cut.json().is_err() && cut.body.len() < KEPT + 100, "{}", cut.body.len());
    }

    #[test]
    fn a_page_is_cut_with_a_mark() {
        let page = kept(&answer(&"\u{e9}".repeat(KEPT)), Purpose::OpenPage);
        let Reply::Answer(answer) = page else { panic!("{page:?}") };
        assert!(answer.body.len() < KEPT + 100, "{}", answer.body.len());
        assert!(answer.body.ends_with("[cut by linkspec: 65536 of 131072 bytes]"));
    }
}
