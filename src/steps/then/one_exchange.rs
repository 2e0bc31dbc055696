//! What a single granted request proves by itself.

use cucumber::then;

use crate::judge::one_exchange;
use crate::steps::StoryWorld;

/// "no embed link is granted"
#[then(regex = r"^no embed link is granted$")]
fn no_embed_link(world: &mut StoryWorld) {
    world.judge(one_exchange::no_embed_link_is_granted);
}

/// "no type outside the list is granted"
#[then(regex = r"^no type outside the list is granted$")]
fn no_undocumented_type(world: &mut StoryWorld) {
    world.judge(one_exchange::no_undocumented_type_is_granted);
}

/// "no scope outside the list is granted"
#[then(regex = r"^no scope outside the list is granted$")]
fn no_undocumented_scope(world: &mut StoryWorld) {
    world.judge(one_exchange::no_undocumented_scope_is_granted);
}

/// "no link for the organization is granted, nor one for anyone in its place"
#[then(regex = r"^no link for the organization is granted, nor one for anyone in its place$")]
fn no_organization_link(world: &mut StoryWorld) {
    world.judge(one_exchange::no_organization_link_on_a_personal_drive);
}

/// "no expiration that was asked for is dropped"
#[then(regex = r"^no expiration that was asked for is dropped$")]
fn no_expiration_is_dropped(world: &mut StoryWorld) {
    world.judge(one_exchange::no_expiration_is_dropped);
}

/// "no new link ends later than was asked for"
#[then(regex = r"^no new link ends later than was asked for$")]
fn no_link_outlasts(world: &mut StoryWorld) {
    world.judge(one_exchange::no_link_outlasts_what_was_asked_for);
}

/// "no new link has expired already"
#[then(regex = r"^no new link has expired already$")]
fn no_link_is_born_expired(world: &mut StoryWorld) {
    world.judge(one_exchange::no_link_is_born_expired);
}
