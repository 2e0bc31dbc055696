//! Which requests are turned away to be tried again, and how long answers take.

use std::time::Duration;

use super::departures::Departure;
use super::errors::Refusal;
use super::settings::Settings;
use super::variants::Shape;

/// How long an answer takes by its form.
pub(super) fn delay(settings: &Settings) -> Option<Duration> {
    settings.takes(Shape::SlowAnswers).then_some(Duration::from_millis(300))
}

/// Whether the `count`th `createLink` is turned away to be tried again.
pub(super) fn throttles(settings: &Settings, count: u64) -> Option<Refusal> {
    if count == 0 || !count.is_multiple_of(5) {
        return None;
    }
    let throttled = |retry_after| Some(Refusal::throttled(settings, retry_after));
    if settings.takes(Shape::ThrottledWithRetryAfter)
        || settings.departs(Departure::ThrottledButMade)
    {
        throttled(Some("1"))
    } else if settings.takes(Shape::ThrottledWithFraction) {
        throttled(Some("2.128"))
    } else if settings.takes(Shape::ThrottledWithDate) {
        let now = std::time::SystemTime::from(settings.clock.now());
        throttled(Some(&httpdate::fmt_http_date(now + Duration::from_secs(2))))
    } else if settings.takes(Shape::ThrottledWithoutRetryAfter)
        || settings.departs(Departure::ThrottledWithoutRetryAfter)
    {
        throttled(None)
    } else if settings.takes(Shape::Unavailable) {
        Some(Refusal::unavailable("1"))
    } else {
        None
    }
}

/// Whether a throttled request is carried out all the same.
pub(super) fn throttled_is_made(settings: &Settings) -> bool {
    settings.departs(Departure::ThrottledButMade)
}
