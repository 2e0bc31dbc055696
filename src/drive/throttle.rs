//! How long a throttled or failed request waits, and when it is given up.

use std::time::Duration;

use backon::BackoffBuilder as _;
use jiff::Timestamp;

use crate::graph::{Answer, Reply};

/// How long a run may wait when the service asks it to.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The longest single wait that is obeyed; a longer one stops the run instead.
    pub longest_wait: Duration,
    /// How often a call is tried in all.
    pub attempts: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { longest_wait: Duration::from_secs(60), attempts: 5 }
    }
}

/// Whether the service asks for a pause: 429 always, 503 as documented (THR-01, THR-04).
pub fn is_throttled(answer: &Answer) -> bool {
    matches!(answer.status, 429 | 503)
}

/// Whether a call that changes nothing may simply be made again.
pub fn is_transient(reply: &Reply) -> bool {
    match reply {
        Reply::Nothing(_) => true,
        Reply::Answer(answer) => matches!(answer.status, 408 | 429 | 500 | 502 | 503 | 504),
    }
}

/// The pause an answer asks for: seconds, also with a fraction, or an HTTP date.
///
/// Throttling page: wait for `Retry-After`. The documented sample carries 2.128. A date is one of the
/// service's clock, so it is compared with the service's own `Date`, where that is told.
pub fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let value = answer.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0)
            .then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    let date = answer.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
    let now = date.unwrap_or_else(|| std::time::SystemTime::from(now));
    Some(at.duration_since(now).unwrap_or_default())
}

/// The pauses to take where no `Retry-After` says: exponential, with jitter (THR-03).
pub fn back_off() -> impl Iterator<Item = Duration> {
    backon::ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(30))
        .with_max_times(16)
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Body;

    fn answer(value: &str) -> Answer {
        Answer {
            status: 429,
            headers: vec![("Retry-After".into(), value.into())],
            body: Body::default(),
            not_utf8: false,
        }
    }

    #[test]
    fn seconds_fractions_and_dates_are_understood() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let wait = |value: &str| retry_after(&answer(value), now);
        assert_eq!(wait("41"), Some(Duration::from_secs(41)));
        assert_eq!(wait("2.128"), Some(Duration::from_millis(2128)));
        assert_eq!(wait("Thu, 01 Jan 2026 00:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wait("Wed, 01 Jan 2025 00:00:30 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "soon", "-1", "NaN", "inf"] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_the_service() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for date in ["Thu, 01 Jan 2026 01:00:00 GMT", "Wed, 31 Dec 2025 23:00:00 GMT"] {
            let at = httpdate::parse_http_date(date).unwrap() + Duration::from_secs(2);
            let mut answer = answer(&httpdate::fmt_http_date(at));
            answer.headers.push(("date".into(), date.into()));
            assert_eq!(retry_after(&answer, now), Some(Duration::from_secs(2)), "{date}");
        }
    }

    #[test]
    fn pauses_grow() {
        let pauses: Vec<_> = back_off().take(4).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
    }
}
