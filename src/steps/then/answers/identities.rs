//! The identities in answers and listings.

use cucumber::then;

use crate::judge::answers::identities;
use crate::steps::StoryWorld;

/// "every identity is an object with strings"
#[then(regex = r"^every identity is an object with strings$")]
fn identities_are_objects(world: &mut StoryWorld) {
    world.judge(identities::identities_are_objects);
}

/// "the members of SharePoint identity sets are recorded"
#[then(regex = r"^the members of SharePoint identity sets are recorded$")]
fn sharepoint_sets(world: &mut StoryWorld) {
    world.judge(identities::sharepoint_sets);
}

/// "the SharePoint identities are recorded"
#[then(regex = r"^the SharePoint identities are recorded$")]
fn sharepoint_identities(world: &mut StoryWorld) {
    world.judge(identities::sharepoint_identities);
}

/// "the members of identity sets are recorded"
#[then(regex = r"^the members of identity sets are recorded$")]
fn members_of_sets(world: &mut StoryWorld) {
    world.judge(identities::members_of_sets);
}
