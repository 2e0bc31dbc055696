//! Small pieces of wording that several formats share.

use super::{CallerSummary, Report, ReportedExchange, TargetSummary};
use crate::graph::FailureKind;
pub(super) use crate::printable::{is_unprintable, printable};

/// "1 failure", "2 failures".
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// "linkspec 0.1.0, 2026-11-21 10:00 UTC: live https://graph.microsoft.com/v1.0, business, own HTTP client, 210
/// requests (48 to createLink), 0.8 s".
pub(super) fn circumstances(report: &Report) -> String {
    format!(
        "linkspec {}, {}: {}, {} ({} to createLink), {}.{} s",
        report.linkspec,
        date(report),
        judged(report),
        counted(report.requests.total as usize, "request", "requests"),
        report.requests.create_link,
        report.duration_ms / 1000,
        report.duration_ms % 1000 / 100,
    )
}

/// When the run began: "2026-11-21 10:00 UTC".
pub(super) fn date(report: &Report) -> String {
    report.started.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What was judged, and by whom: "built-in mock, business, own HTTP client".
pub(super) fn judged(report: &Report) -> String {
    let products: Vec<&str> = report.products().iter().map(|it| it.name()).collect();
    let parts = [target(&report.target), products.join(" and "), caller(&report.caller)];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The step of its story an exchange belongs to, and where that stands: ("When the application asks for a view
/// link", "step 2 of 4, after: Given a new file").
pub(super) fn step(reported: &ReportedExchange) -> (String, String) {
    let lines: Vec<&str> = reported.story.split(" / ").filter(|it| !it.is_empty()).collect();
    let act = reported.exchange.act;
    match lines.get(act) {
        None => (reported.story.clone(), String::new()),
        Some(line) if lines.len() == 1 => ((*line).to_owned(), String::new()),
        Some(line) => {
            let place = format!("step {} of {}", act + 1, lines.len());
            let after = match act {
                0 => place,
                _ => format!("{place}, after: {}", lines[..act].join(" / ")),
            };
            ((*line).to_owned(), after)
        }
    }
}

/// "pass: 12 answers", or nothing where none was judged.
pub(super) fn answers(count: usize) -> String {
    if count == 0 { String::new() } else { counted(count, "answer", "answers") }
}

fn target(target: &TargetSummary) -> String {
    match (target.kind.as_str(), &target.base_url) {
        ("mock", _) => "built-in mock".to_owned(),
        (kind, Some(base_url)) => format!("{kind} {base_url}"),
        (kind, None) => kind.to_owned(),
    }
}

fn caller(caller: &CallerSummary) -> String {
    match (&caller.name, &caller.version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        (None, _) if caller.kind == "http" => "own HTTP client".to_owned(),
        (None, _) => caller.kind.clone(),
    }
}

/// What stands in the place of an answer that did not come.
pub(super) fn no_answer(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::NoConnection => "no connection",
        FailureKind::TimedOut => "no answer in time",
        FailureKind::Broken => "the answer broke off, or is no HTTP",
        FailureKind::TooLarge => "the answer is larger than is read",
        FailureKind::NotRecorded => "not recorded",
    }
}

/// Header fields worth reading beside a broken rule.
pub(super) fn is_relevant_request_header(name: &str) -> bool {
    const NOISE: [&str; 7] = [
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "user-agent",
    ];
    !NOISE.iter().any(|noise| name.eq_ignore_ascii_case(noise))
}

/// Header fields of an answer worth reading: those rules speak of, and those its maker asks for in a bug report.
pub(super) fn is_relevant_answer_header(name: &str) -> bool {
    const TELLING: [&str; 9] = [
        "allow",
        "client-request-id",
        "content-type",
        "date",
        "location",
        "request-id",
        "retry-after",
        "sprequestguid",
        "www-authenticate",
    ];
    let name = name.to_ascii_lowercase();
    TELLING.contains(&name.as_str())
        || ["error", "throttle", "ratelimit"].iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_one() {
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
        assert_eq!(counted(0, "entry", "entries"), "0 entries");
    }
}
