//! The envelope of a request.

use cucumber::then;

use super::index_or_first;
use crate::judge::{refusal, request_body};
use crate::steps::StoryWorld;

/// "plain text is refused"
#[then(regex = r"^plain text is refused$")]
fn other_media_type_is_refused(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::other_media_type_is_refused(evidence, 0));
}

/// "the body is refused", "the fourth request's body is refused"
#[then(regex = r"^the (?:(second|third|fourth) request's )?body is refused$")]
fn is_refused_for_its_body(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| refusal::is_refused_for_its_body(evidence, index_or_first(&which)?));
}

/// "the broken JSON is refused with 400 Bad Request or 422 Unprocessable Entity, and a reason"
#[then(
    regex = r"^the broken JSON is refused with 400 Bad Request or 422 Unprocessable Entity, and a reason$"
)]
fn broken_json_is_refused(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::broken_json_is_refused(evidence, 0));
}

/// "the text behind it is refused with 400 Bad Request or 422 Unprocessable Entity"
#[then(regex = r"^the text behind it is refused with 400 Bad Request or 422 Unprocessable Entity$")]
fn text_behind_is_refused(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::text_behind_is_refused(evidence, 0));
}

/// "null says the same as nothing"
#[then(regex = r"^null says the same as nothing$")]
fn null_is_absent(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::null_is_absent(evidence, 0, 1));
}

/// "null keeps the inherited permissions"
#[then(regex = r"^null keeps the inherited permissions$")]
fn null_keeps_inherited_permissions(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::null_keeps_inherited_permissions(evidence, 3));
}

/// "what came of the undocumented request is recorded"
#[then(regex = r"^what came of the undocumented request is recorded$")]
fn what_came(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::what_came(evidence, 0));
}

/// "null gives no expiration"
#[then(regex = r"^null gives no expiration$")]
fn null_gives_no_expiration(world: &mut StoryWorld) {
    world.judge(|evidence| request_body::null_gives_no_expiration(evidence, 3));
}
