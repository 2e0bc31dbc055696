//! What a client library does when it is asked to wait (SDK-18, SDK-27).

use super::{Heard, excuse, surfaced_text};
use crate::graph::{Call, GraphError, Surfaced, WireAnswer, WireRequest};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// Clocks of two processes on one machine and their timers differ by a little.
const TOLERANCE_MS: f64 = 20.0;

/// An HTTP date has whole seconds: what it names is known to a second.
const RESOLUTION_OF_A_DATE_MS: f64 = 1000.0;

/// Whoever cannot read how long to wait has to wait as if nothing had been said. A repeat sooner than this is no
/// waiting at all.
const AT_ONCE_MS: f64 = 1000.0;

/// The two forms of `Retry-After` (RFC 9110, 10.2.3), and what was seen beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RetryAfterForm {
    /// Digits.
    Seconds,
    /// An HTTP date.
    Date,
    /// Seconds with a fraction, which HTTP does not know.
    Fraction,
    /// Neither: "31,120".
    Other,
}

impl RetryAfterForm {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if is_number(text) {
            Self::Seconds
        } else if text
            .split_once('.')
            .is_some_and(|(whole, rest)| is_number(whole) && is_number(rest))
        {
            Self::Fraction
        } else if httpdate::parse_http_date(text).is_ok() {
            Self::Date
        } else {
            Self::Other
        }
    }
}

fn retry_after(answer: &WireAnswer) -> &str {
    let mut fields = answer.headers.iter();
    fields
        .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
        .map_or("", |(_, value)| value.as_str())
}

/// No request comes before the time asked for in `Retry-After` has passed (SDK-18).
///
/// A long wait is judged by what is seen while the library is looked on.
///
/// # Errors
/// Broken when one does: by a second for a date, which knows no fractions. Doubtful for a value that is no seconds
/// and no date, unless the request comes again practically at once.
pub fn waits(heard: &Heard<'_>) -> Judgement {
    let call = heard.calls().next().ok_or_else(|| Outcome::not_run("the story was not told"))?;
    if !matches!(call.surfaced, Surfaced::Waiting(_)) {
        excuse(call)?;
    }
    let requests: Vec<&WireRequest> = call.at_service().collect();
    let mut doubt = None;
    for pair in requests.windows(2) {
        let [earlier, later] = pair else { continue };
        match waited(earlier, later) {
            Err(outcome @ Outcome::Broken { .. }) => return Err(outcome),
            Err(outcome) => {
                doubt.get_or_insert(outcome);
            }
            Ok(_) => {}
        }
    }
    if let Some(outcome) = doubt {
        return Err(outcome);
    }
    match (requests.len(), &call.surfaced) {
        (0, _) => Err(Outcome::not_run("no request arrived at the service")),
        (_, Surfaced::Waiting(how)) => seen(how),
        (1, Surfaced::Error { status: Some(429 | 503), .. }) => seen("given up with its status"),
        (1, _) => seen("it was not sent again"),
        _ => HOLDS,
    }
}

/// One request after another that was put off.
fn waited(earlier: &WireRequest, later: &WireRequest) -> Judgement {
    let Some(until) = earlier.answer.wait_until_ms else { return HOLDS };
    let asked = retry_after(&earlier.answer);
    let form = RetryAfterForm::of(asked);
    let tolerance = match form {
        RetryAfterForm::Date => RESOLUTION_OF_A_DATE_MS,
        RetryAfterForm::Seconds | RetryAfterForm::Fraction | RetryAfterForm::Other => TOLERANCE_MS,
    };
    let answered = earlier.answer.answered_ms;
    if later.arrived_ms + tolerance >= until {
        return HOLDS;
    }
    let waited = later.arrived_ms - answered;
    let wanted = (until - answered) / 1000.0;
    let numbers = [earlier.number, later.number];
    let came = match waited / 1000.0 {
        short if short < 1.0 => format!("it came after {short:.2} s"),
        long => format!("it came after {long:.1} s"),
    };
    let expected = match form {
        RetryAfterForm::Other => format!(
            "the next request {wanted:.0} s after the answer at the earliest, in every reading of Retry-After: {asked}"
        ),
        _ => format!(
            "the next request {wanted:.1} s after the answer at the earliest (Retry-After: {asked})"
        ),
    };
    match form {
        RetryAfterForm::Fraction => Err(Outcome::doubtful(expected, came, numbers)),
        RetryAfterForm::Other if waited >= AT_ONCE_MS => Err(Outcome::doubtful(
            expected,
            format!("{came}: the value is neither seconds nor a date, and was passed over"),
            numbers,
        )),
        _ => Err(Outcome::broken(expected, came, numbers)),
    }
}

/// The application learns that it was throttled, unless the request was granted in the end (SDK-27).
///
/// # Errors
/// Broken when an error surfaces that has neither the status nor the code, not even in its text.
pub fn throttling_is_told(heard: &Heard<'_>) -> Judgement {
    let call = heard.calls().next().ok_or_else(|| Outcome::not_run("the story was not told"))?;
    let Some(last) = call.at_service().last() else {
        excuse(call)?;
        return Err(Outcome::not_run("no request arrived at the service"));
    };
    if !is_throttled(&last.answer) {
        return seen("the request was sent again and answered");
    }
    match &call.surfaced {
        Surfaced::Waiting(how) => seen(how),
        Surfaced::Error { status, code, message }
            if tells(&last.answer, *status, code.as_deref(), message) =>
        {
            HOLDS
        }
        // Whether a refusal may surface as a success is SDK-16's business.
        Surfaced::Permission { .. } => Err(Outcome::not_run("a success surfaced (SDK-16)")),
        other => {
            excuse(call)?;
            Err(not_told(call, last, other))
        }
    }
}

fn is_throttled(answer: &WireAnswer) -> bool {
    matches!(answer.status, Some(429 | 503))
}

/// Whether an error says that it is about throttling, be it in the words of its text.
fn tells(answer: &WireAnswer, status: Option<u16>, code: Option<&str>, message: &str) -> bool {
    let sent = GraphError::read(&answer.body).code;
    (status.is_some() && status == answer.status)
        || (code.is_some() && code == sent.as_deref())
        || sent.is_some_and(|it| message.contains(&it))
        || answer.status.is_some_and(|it| message.contains(&it.to_string()))
}

fn not_told(call: &Call, last: &WireRequest, surfaced: &Surfaced) -> Outcome {
    let asked = retry_after(&last.answer);
    Outcome::broken(
        format!(
            "an error with status {} or its code (Retry-After: {asked})",
            last.answer.status.unwrap_or_default()
        ),
        surfaced_text(surfaced),
        call.numbers(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::requests::testing::{answer, call, conversation, request};

    /// What becomes of a request that is put off with this value until then, and comes again at that moment.
    fn after(value: &str, until_ms: f64, again_ms: f64) -> Judgement {
        let mut first = request(1, 0.0, answer(429, "{}"));
        first.answer.headers.push(("Retry-After".into(), value.into()));
        first.answer.wait_until_ms = Some(until_ms);
        let second = request(2, again_ms, answer(201, "{}"));
        let granted = Surfaced::Permission { permission: serde_json::json!({}), status: None };
        let story = conversation(vec![call(vec![first, second], granted)]);
        waits(&Heard { story: Some(&story), run: &[] })
    }

    #[test]
    fn digits_are_exact_a_date_has_a_second_and_a_fraction_is_a_warning_at_most() {
        assert_eq!(after("1", 1000.0, 985.0), HOLDS);
        assert!(matches!(after("1", 1000.0, 970.0), Err(Outcome::Broken { .. })));
        let date = "Sun, 22 Nov 2026 06:40:22 GMT";
        assert_eq!(after(date, 2400.0, 1450.0), HOLDS);
        assert!(matches!(after(date, 2400.0, 1350.0), Err(Outcome::Broken { .. })));
        assert!(matches!(after("1.5", 1500.0, 1000.0), Err(Outcome::Doubtful { .. })));
        assert!(matches!(after("1.5", 1500.0, 10.0), Err(Outcome::Doubtful { .. })));
        assert_eq!(after("1.5", 1500.0, 1490.0), HOLDS);
    }

    #[test]
    fn what_nobody_can_read_is_waited_for_as_if_nothing_had_been_said() {
        for (again, expected) in [(20.0, "broken"), (3700.0, "doubtful"), (31_000.0, "holds")] {
            let found = match after("31,120", 31_000.0, again) {
                Ok(_) => "holds",
                Err(Outcome::Doubtful { .. }) => "doubtful",
                Err(Outcome::Broken { .. }) => "broken",
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(found, expected, "{again}");
        }
    }

    #[test]
    fn a_long_wait_is_judged_by_what_was_seen() {
        assert!(matches!(after("300", 300_000.0, 180_200.0), Err(Outcome::Broken { .. })));
        let story = |surfaced| {
            let mut first = request(1, 0.0, answer(429, "{}"));
            first.answer.headers.push(("Retry-After".into(), "300".into()));
            first.answer.wait_until_ms = Some(300_000.0);
            conversation(vec![call(vec![first], surfaced)])
        };
        let waiting = story(Surfaced::Waiting("still waiting after 10 s".into()));
        let heard = Heard { story: Some(&waiting), run: &[] };
        assert_eq!(waits(&heard), seen("still waiting after 10 s"));
        assert_eq!(throttling_is_told(&heard), seen("still waiting after 10 s"));
        let error = |status| Surfaced::Error { status, code: None, message: "no".into() };
        let mut in_words = story(error(None));
        if let Surfaced::Error { message, .. } = &mut in_words.calls[0].surfaced {
            *message = "too many retries (status code 429)".into();
        }
        let heard = Heard { story: Some(&in_words), run: &[] };
        assert_eq!(throttling_is_told(&heard), HOLDS);
        let told = story(error(Some(429)));
        let heard = Heard { story: Some(&told), run: &[] };
        assert_eq!(waits(&heard), seen("given up with its status"));
        assert_eq!(throttling_is_told(&heard), HOLDS);
        let untold = story(error(None));
        let heard = Heard { story: Some(&untold), run: &[] };
        assert!(matches!(throttling_is_told(&heard), Err(Outcome::Broken { .. })));
    }

    #[test]
    fn the_forms_are_told_apart() {
        for (text, form) in [
            ("1", RetryAfterForm::Seconds),
            ("3515", RetryAfterForm::Seconds),
            ("1.5", RetryAfterForm::Fraction),
            ("0.02", RetryAfterForm::Fraction),
            ("31,120", RetryAfterForm::Other),
            ("", RetryAfterForm::Other),
            ("-1", RetryAfterForm::Other),
            ("soon", RetryAfterForm::Other),
            ("Sun, 22 Nov 2026 06:40:22 GMT", RetryAfterForm::Date),
        ] {
            assert_eq!(RetryAfterForm::of(text), form, "{text}");
        }
    }
}
