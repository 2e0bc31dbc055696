//! Throttled calls.

use cucumber::then;

use crate::judge::throttling;
use crate::steps::StoryWorld;

/// "every 429 says in Retry-After when to come back"
#[then(regex = r"^every 429 says in Retry-After when to come back$")]
fn says_when_to_retry(world: &mut StoryWorld) {
    world.judge(throttling::says_when_to_retry);
}

/// "what throttled answers say is recorded"
#[then(regex = r"^what throttled answers say is recorded$")]
fn how_throttling_shows(world: &mut StoryWorld) {
    world.judge(throttling::how_throttling_shows);
}

/// "the RateLimit headers are recorded"
#[then(regex = r"^the RateLimit headers are recorded$")]
fn rate_limits(world: &mut StoryWorld) {
    world.judge(throttling::rate_limits);
}

/// "no throttled request made a link"
#[then(regex = r"^no throttled request made a link$")]
fn a_throttled_call_makes_nothing(world: &mut StoryWorld) {
    world.judge(throttling::a_throttled_call_makes_nothing);
}
