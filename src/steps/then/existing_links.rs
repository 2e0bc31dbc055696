//! A new link or the existing one.

use cucumber::then;

use super::index;
use crate::judge::{existing_links, listed_links, repeats};
use crate::steps::StoryWorld;

/// "the second answer is 201 Created"
#[then(regex = r"^the (\w+) answer is 201 Created$")]
fn is_created(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::is_created(evidence, index(&which)?));
}

/// "the second answer is 200 OK"
#[then(regex = r"^the (\w+) answer is 200 OK$")]
fn is_existing(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::is_existing(evidence, index(&which)?));
}

/// "the second answer has the id of the first"
#[then(regex = r"^the (\w+) answer has the id of the first$")]
fn has_the_same_id(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::same_permission(evidence, 0, index(&which)?));
}

/// "the second answer describes the link of the first"
#[then(regex = r"^the (\w+) answer describes the link of the first$")]
fn describes_the_same_link(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::describes_the_same_link(evidence, 0, index(&which)?));
}

/// "the third answer has another id than the first"
#[then(regex = r"^the (\w+) answer has another id than the first$")]
fn has_another_id(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::different_permissions(evidence, 0, index(&which)?));
}

/// "the second answer has another URL than the first"
#[then(regex = r"^the (\w+) answer has another URL than the first$")]
fn has_another_url(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| existing_links::different_urls(evidence, 0, index(&which)?));
}

/// "the links of the first and the third answer are both listed"
#[then(regex = r"^the links of the first and the (\w+) answer are both listed$")]
fn both_are_listed(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| listed_links::both_listed(evidence, 0, index(&which)?));
}

/// "every first request for an item is answered 201 Created"
#[then(regex = r"^every first request for an item is answered 201 Created$")]
fn first_requests_are_created(world: &mut StoryWorld) {
    world.judge(repeats::first_requests_are_created);
}

/// "every repeated request is answered 200 OK"
#[then(regex = r"^every repeated request is answered 200 OK$")]
fn repeats_are_answered_200(world: &mut StoryWorld) {
    world.judge(repeats::repeats_are_answered_200);
}

/// "every repeated request returns the same permission"
#[then(regex = r"^every repeated request returns the same permission$")]
fn repeats_return_the_same_permission(world: &mut StoryWorld) {
    world.judge(repeats::repeats_return_the_same_permission);
}

/// "every repeated request returns the link unchanged"
#[then(regex = r"^every repeated request returns the link unchanged$")]
fn repeats_return_the_same_link(world: &mut StoryWorld) {
    world.judge(repeats::repeats_return_the_same_link);
}

/// "no two items of the run share a link"
#[then(regex = r"^no two items of the run share a link$")]
fn no_shared_link(world: &mut StoryWorld) {
    world.judge(existing_links::no_two_items_share_a_link);
}

/// "the second application has a link of its own"
#[then(regex = r"^the second application has a link of its own$")]
fn second_application_has_its_own(world: &mut StoryWorld) {
    world.judge(existing_links::second_application_has_its_own);
}

/// "the removed link is made anew with 201 Created"
#[then(regex = r"^the removed link is made anew with 201 Created$")]
fn made_anew(world: &mut StoryWorld) {
    world.judge(existing_links::made_anew);
}

/// "what the second request gave is recorded"
#[then(regex = r"^what the second request gave is recorded$")]
fn second_request_is_recorded(world: &mut StoryWorld) {
    world.judge(|evidence| existing_links::what_the_repeat_gives(evidence, 0, 1));
}

/// "what the second request for the file gave is recorded": the first of all shared the folder.
#[then(regex = r"^what the second request for the file gave is recorded$")]
fn second_request_for_the_file_is_recorded(world: &mut StoryWorld) {
    world.judge(|evidence| existing_links::what_the_repeat_gives(evidence, 1, 2));
}

/// "the second answer is as whole a permission as the first"
#[then(regex = r"^the second answer is as whole a permission as the first$")]
fn is_as_whole(world: &mut StoryWorld) {
    world.judge(|evidence| existing_links::as_whole_as(evidence, 0, 1));
}

/// "the file gets a link of its own with 201 Created": the first request of the story shared the folder.
#[then(regex = r"^the file gets a link of its own with 201 Created$")]
fn file_gets_its_own(world: &mut StoryWorld) {
    world.judge(existing_links::file_has_its_own);
}

/// "every success is 200 OK or 201 Created"
#[then(regex = r"^every success is 200 OK or 201 Created$")]
fn every_success(world: &mut StoryWorld) {
    world.judge(existing_links::every_success_is_200_or_201);
}

/// "the link of the first answer is still listed with its type and roles"
#[then(regex = r"^the link of the first answer is still listed with its type and roles$")]
fn is_unchanged(world: &mut StoryWorld) {
    world.judge(|evidence| listed_links::is_unchanged(evidence, 0));
}

/// "the second answer is not the edit link"
#[then(regex = r"^the second answer is not the edit link$")]
fn is_not_the_edit_link(world: &mut StoryWorld) {
    world.judge(|evidence| existing_links::is_not_the_edit_link(evidence, 0, 1));
}

/// "every repeated request returns a whole permission"
#[then(regex = r"^every repeated request returns a whole permission$")]
fn repeats_are_as_whole(world: &mut StoryWorld) {
    world.judge(repeats::repeats_are_as_whole);
}
