//! Granted or refused, and what is left behind.

use cucumber::then;

use super::index;
use crate::judge::{acceptance, listed_links};
use crate::steps::StoryWorld;

/// "the request is granted"
#[then(regex = r"^the request is granted$")]
fn is_granted(world: &mut StoryWorld) {
    world.judge(|evidence| acceptance::is_granted(evidence, 0));
}

/// "the third request is granted"
#[then(regex = r"^the (\w+) request is granted$")]
fn that_one_is_granted(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| acceptance::is_granted(evidence, index(&which)?));
}

/// "the request is refused"
#[then(regex = r"^the request is refused$")]
fn is_refused(world: &mut StoryWorld) {
    world.judge(|evidence| acceptance::is_refused(evidence, 0));
}

/// "the request is refused with 400 Bad Request or 422 Unprocessable Entity"
#[then(regex = r"^the request is refused with 400 Bad Request or 422 Unprocessable Entity$")]
fn is_refused_as_bad_request(world: &mut StoryWorld) {
    world.judge(|evidence| acceptance::is_refused_with(evidence, 0, &acceptance::BAD_REQUEST));
}

/// "the request is refused with 403 Forbidden, 400 Bad Request or 422 Unprocessable Entity"
#[then(
    regex = r"^the request is refused with 403 Forbidden, 400 Bad Request or 422 Unprocessable Entity$"
)]
fn is_forbidden_or_bad_request(world: &mut StoryWorld) {
    world.judge(|evidence| acceptance::is_refused_with(evidence, 0, &acceptance::NOT_AVAILABLE));
}

/// "the file has no sharing link"
#[then(regex = r"^the (file|folder) has no sharing link$")]
fn has_no_link(world: &mut StoryWorld, item: String) {
    world.judge(|evidence| acceptance::nothing_created(evidence, &item));
}

/// "the file has one sharing link"
#[then(regex = r"^the (file|folder) has one sharing link$")]
fn has_one_link(world: &mut StoryWorld, item: String) {
    world.judge(|evidence| listed_links::has_links(evidence, &item, 1));
}

/// "the file has two sharing links"
#[then(regex = r"^the (file|folder) has two sharing links$")]
fn has_two_links(world: &mut StoryWorld, item: String) {
    world.judge(|evidence| listed_links::has_links(evidence, &item, 2));
}

/// "what the service did is recorded"
#[then(regex = r"^what the service did is recorded$")]
fn is_recorded(world: &mut StoryWorld) {
    world.judge(|evidence| acceptance::what_the_service_did(evidence, 0));
}
