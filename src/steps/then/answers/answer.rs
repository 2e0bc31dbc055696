//! The envelope of a granted answer.

use cucumber::then;

use crate::judge::answers::answer;
use crate::steps::StoryWorld;

/// "every granted answer is a single permission"
#[then(regex = r"^every granted answer is a single permission$")]
fn is_a_single_permission(world: &mut StoryWorld) {
    world.judge(answer::is_a_single_permission);
}

/// "every granted answer is labelled application/json"
#[then(regex = r"^every granted answer is labelled application/json$")]
fn is_labelled_json(world: &mut StoryWorld) {
    world.judge(answer::is_labelled_json);
}

/// "every granted answer is valid JSON"
#[then(regex = r"^every granted answer is valid JSON$")]
fn is_valid_json(world: &mut StoryWorld) {
    world.judge(answer::is_valid_json);
}

/// "the annotations of granted answers are recorded"
#[then(regex = r"^the annotations of granted answers are recorded$")]
fn annotations(world: &mut StoryWorld) {
    world.judge(answer::annotations);
}

/// "the further members of granted answers are recorded"
#[then(regex = r"^the further members of granted answers are recorded$")]
fn further_members(world: &mut StoryWorld) {
    world.judge(answer::further_members);
}

/// "the Location of granted answers is recorded"
#[then(regex = r"^the Location of granted answers is recorded$")]
fn location(world: &mut StoryWorld) {
    world.judge(answer::location);
}

/// "every granted answer has a request-id"
#[then(regex = r"^every granted answer has a request-id$")]
fn has_request_id(world: &mut StoryWorld) {
    world.judge(answer::has_request_id);
}

/// "the other headers of granted answers are recorded"
#[then(regex = r"^the other headers of granted answers are recorded$")]
fn other_headers(world: &mut StoryWorld) {
    world.judge(answer::other_headers);
}

/// "whether the client-request-id comes back is recorded"
#[then(regex = r"^whether the client-request-id comes back is recorded$")]
fn client_request_id(world: &mut StoryWorld) {
    world.judge(answer::client_request_id);
}
