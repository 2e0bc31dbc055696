//! Stories told through a client library, and what is judged on them: one line a rule.

use cucumber::{given, then};

use super::StoryWorld;
use crate::judge::requests::{conduct, redirected, surfaced, throttled, wire};

/// "the service throttles the first request for 1 second"
#[given(regex = r"^the service (answers|throttles|closes|redirects)( .+)$")]
fn the_service(world: &mut StoryWorld, deed: String, rest: String) {
    let result = world.story.script.service(&format!("{deed}{rest}"));
    world.wrote(result);
}

/// "the id of the file is "a b""
#[given(regex = r#"^the id of the (\w+) is "(.+)"$"#)]
fn the_id(world: &mut StoryWorld, what: String, id: String) {
    let result = world.story.script.id_of(&what, &id);
    world.wrote(result);
}

#[then(regex = r"^every request is a POST to a documented address$")]
fn documented_address(world: &mut StoryWorld) {
    world.judge_calls(wire::documented_addresses);
}

#[then(regex = r"^every request carries the application's token once$")]
fn token_once(world: &mut StoryWorld) {
    world.judge_calls(wire::token_once);
}

#[then(regex = r"^no other host receives the token$")]
fn token_stays(world: &mut StoryWorld) {
    world.judge_calls(redirected::token_stays);
}

#[then(regex = r"^no other host receives the body$")]
fn body_stays(world: &mut StoryWorld) {
    world.judge_calls(redirected::body_stays);
}

#[then(regex = r"^the answer of a GET is not taken for the link$")]
fn no_get_for_a_link(world: &mut StoryWorld) {
    world.judge_calls(redirected::no_get_for_a_link);
}

#[then(regex = r"^the application learns that it was throttled, or has its link$")]
fn throttling_is_told(world: &mut StoryWorld) {
    world.judge_calls(throttled::throttling_is_told);
}

#[then(regex = r"^every request is labelled application/json$")]
fn labelled_json(world: &mut StoryWorld) {
    world.judge_calls(wire::labelled_json);
}

#[then(regex = r"^every body is one JSON object without a repeated member$")]
fn strict_objects(world: &mut StoryWorld) {
    world.judge_calls(wire::strict_objects);
}

#[then(regex = r"^no member that the application did not set changes what is asked for$")]
fn unset_members(world: &mut StoryWorld) {
    world.judge_calls(wire::unset_members);
}

#[then(regex = r"^no request carries an undocumented member$")]
fn undocumented_members(world: &mut StoryWorld) {
    world.judge_calls(wire::undocumented_members);
}

#[then(regex = r"^everything the application set arrives unaltered$")]
fn set_members(world: &mut StoryWorld) {
    world.judge_calls(wire::set_members);
}

#[then(regex = r"^it is passed on or refused, and never replaced$")]
fn passed_on_or_refused(world: &mut StoryWorld) {
    world.judge_calls(wire::passed_on_or_refused);
}

#[then(regex = r"^the expiration arrives as the same instant$")]
fn same_instant(world: &mut StoryWorld) {
    world.judge_calls(wire::same_instant);
}

#[then(regex = r"^the expiration is written in the documented form$")]
fn documented_instant(world: &mut StoryWorld) {
    world.judge_calls(wire::documented_instant);
}

#[then(regex = r"^the ids arrive as the application gave them$")]
fn ids_arrive(world: &mut StoryWorld) {
    world.judge_calls(wire::ids_arrive);
}

#[then(regex = r"^both calls surface the same permission$")]
fn both_succeed(world: &mut StoryWorld) {
    world.judge_calls(surfaced::both_succeed);
}

#[then(regex = r"^id, roles and link surface as the service sent them$")]
fn essentials(world: &mut StoryWorld) {
    world.judge_calls(surfaced::essentials);
}

#[then(regex = r"^the optional members surface as the service sent them$")]
fn optional_members(world: &mut StoryWorld) {
    world.judge_calls(surfaced::optional_members);
}

#[then(regex = r"^nothing surfaces that the service did not send$")]
fn nothing_invented(world: &mut StoryWorld) {
    world.judge_calls(surfaced::nothing_invented);
}

#[then(regex = r"^no refusal surfaces as a success$")]
fn no_refusal_is_a_success(world: &mut StoryWorld) {
    world.judge_calls(surfaced::no_refusal_is_a_success);
}

#[then(regex = r"^a permission surfaces$")]
fn succeeds(world: &mut StoryWorld) {
    world.judge_calls(surfaced::succeeds);
}

#[then(regex = r"^an error with the status or the code surfaces$")]
fn refusal_surfaces(world: &mut StoryWorld) {
    world.judge_calls(surfaced::refusal_surfaces);
}

#[then(
    regex = r"^the error carries the status, and the code and the message where they were sent$"
)]
fn error_details(world: &mut StoryWorld) {
    world.judge_calls(surfaced::error_details);
}

#[then(regex = r"^no request comes before the time asked for has passed$")]
fn waits(world: &mut StoryWorld) {
    world.judge_calls(throttled::waits);
}

#[then(regex = r"^the request is sent again$")]
fn sent_again(world: &mut StoryWorld) {
    world.judge_calls(conduct::sent_again);
}

#[then(regex = r"^it is given up after at most 10 retries$")]
fn bounded(world: &mut StoryWorld) {
    world.judge_calls(conduct::bounded);
}

#[then(regex = r"^the request is not sent again$")]
fn not_sent_again(world: &mut StoryWorld) {
    world.judge_calls(conduct::not_sent_again);
}

#[then(regex = r"^a call that is granted at once is one request$")]
fn one_request(world: &mut StoryWorld) {
    world.judge_calls(conduct::one_request);
}

#[then(regex = r"^the request is not repeated blindly$")]
fn not_repeated_blindly(world: &mut StoryWorld) {
    world.judge_calls(conduct::not_repeated_blindly);
}

#[then(regex = r"^an error surfaces and no success$")]
fn malformed_surfaces(world: &mut StoryWorld) {
    world.judge_calls(surfaced::malformed_surfaces);
}

#[then(regex = r"^the request arrives at the service root the application set$")]
fn root_can_be_set(world: &mut StoryWorld) {
    world.judge_calls(conduct::root_can_be_set);
}

#[then(regex = r"^whether 200 and 201 can be told apart is recorded$")]
fn statuses_told_apart(world: &mut StoryWorld) {
    world.judge_calls(surfaced::statuses_told_apart);
}
