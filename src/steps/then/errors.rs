//! What a refused call says.

use cucumber::then;

use crate::judge::errors::{self, statuses};
use crate::steps::StoryWorld;

/// "every error is one object with the single property error"
#[then(regex = r"^every error is one object with the single property error$")]
fn is_one_error_object(world: &mut StoryWorld) {
    world.judge(errors::is_one_error_object);
}

/// "every error has a code and a message"
#[then(regex = r"^every error has a code and a message$")]
fn has_code_and_message(world: &mut StoryWorld) {
    world.judge(errors::has_code_and_message);
}

/// "every inner error is an object"
#[then(regex = r"^every inner error is an object$")]
fn inner_errors_are_objects(world: &mut StoryWorld) {
    world.judge(errors::inner_errors_are_objects);
}

/// "inner errors name the request or the date"
#[then(regex = r"^inner errors name the request or the date$")]
fn inner_errors_name_the_request(world: &mut StoryWorld) {
    world.judge(errors::inner_errors_name_the_request);
}

/// "every error has a documented code"
#[then(regex = r"^every error has a documented code$")]
fn code_is_documented(world: &mut StoryWorld) {
    world.judge(errors::code_is_documented);
}

/// "the codes outside the documented list are recorded"
#[then(regex = r"^the codes outside the documented list are recorded$")]
fn undocumented_codes(world: &mut StoryWorld) {
    world.judge(errors::undocumented_codes);
}

/// "the answer is 404 Not Found with the code itemNotFound"
#[then(regex = r"^the answer is 404 Not Found with the code itemNotFound$")]
fn missing_item(world: &mut StoryWorld) {
    world.judge(|evidence| statuses::missing_item(evidence, 0));
}

/// "the malformed id is refused with 400 Bad Request or 404 Not Found"
#[then(regex = r"^the malformed id is refused with 400 Bad Request or 404 Not Found$")]
fn malformed_id(world: &mut StoryWorld) {
    world.judge(|evidence| statuses::malformed_id(evidence, 0));
}

/// "every request with bad parameters is refused with 400 Bad Request or 422 Unprocessable Entity"
#[then(
    regex = r"^every request with bad parameters is refused with 400 Bad Request or 422 Unprocessable Entity$"
)]
fn bad_parameters(world: &mut StoryWorld) {
    world.judge(statuses::bad_parameters);
}

/// "no success holds an error"
#[then(regex = r"^no success holds an error$")]
fn success_has_no_error(world: &mut StoryWorld) {
    world.judge(errors::success_has_no_error);
}

/// "the targets and details of errors are recorded"
#[then(regex = r"^the targets and details of errors are recorded$")]
fn target_and_details(world: &mut StoryWorld) {
    world.judge(errors::target_and_details);
}
