//! Links that expire.

use cucumber::then;

use crate::judge::expiration;
use crate::steps::StoryWorld;

/// "the link expires"
#[then(regex = r"^the link expires$")]
fn expires(world: &mut StoryWorld) {
    world.judge(expiration::expires);
}

/// "the link expires when asked, or earlier by policy"
#[then(regex = r"^the link expires when asked, or earlier by policy$")]
fn does_not_outlast(world: &mut StoryWorld) {
    world.judge(expiration::does_not_outlast);
}

/// "the link expires no later than asked"
#[then(regex = r"^the link expires no later than asked$")]
fn is_no_later_than_asked(world: &mut StoryWorld) {
    world.judge(expiration::is_no_later_than_asked);
}

/// "no link has an expiration that was not asked for"
#[then(regex = r"^no link has an expiration that was not asked for$")]
fn none_unasked(world: &mut StoryWorld) {
    world.judge(expiration::none_unasked);
}

/// "the expiration is refused with 400 Bad Request or 422 Unprocessable Entity"
#[then(regex = r"^the expiration is refused with 400 Bad Request or 422 Unprocessable Entity$")]
fn is_refused(world: &mut StoryWorld) {
    world.judge(expiration::is_refused);
}

/// "what became of the past expiration is recorded"
#[then(regex = r"^what became of the past expiration is recorded$")]
fn past_is_recorded(world: &mut StoryWorld) {
    world.judge(expiration::what_became_of_the_past);
}

/// "the links granted without an expiration are recorded"
#[then(regex = r"^the links granted without an expiration are recorded$")]
fn granted_without(world: &mut StoryWorld) {
    world.judge(expiration::granted_without);
}

/// "the scopes whose links expire as asked are recorded"
#[then(regex = r"^the scopes whose links expire as asked are recorded$")]
fn scopes_that_expire(world: &mut StoryWorld) {
    world.judge(expiration::scopes_that_expire);
}

/// "the permission read again has the same expiration"
#[then(regex = r"^the permission read again has the same expiration$")]
fn stays(world: &mut StoryWorld) {
    world.judge(expiration::stays);
}
