//! The ways to an item.

use cucumber::then;

use super::index;
use crate::judge::{addresses, repeats};
use crate::steps::StoryWorld;

/// "the first address works"
#[then(regex = r"^the (\w+) address works$")]
fn is_granted(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| addresses::is_granted(evidence, index(&which)?));
}

/// "every view link at the me address is granted"
#[then(regex = r"^every view link at the me address is granted$")]
fn me_address_works(world: &mut StoryWorld) {
    world.judge(addresses::view_links_at_me_are_granted);
}

/// "the item can have the first link"
#[then(regex = r"^the (?:file|folder) can have the (\w+) link$")]
fn is_valid_target(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| addresses::is_granted(evidence, index(&which)?));
}

/// "the first and the second address lead to one link"
#[then(regex = r"^the (\w+) and the (\w+) address lead to one link$")]
fn one_link_both_ways(world: &mut StoryWorld, first: String, second: String) {
    world
        .judge(|evidence| addresses::one_link_both_ways(evidence, index(&first)?, index(&second)?));
}

/// "all addresses lead to one link"
#[then(regex = r"^all addresses lead to one link$")]
fn all_lead_to_one_link(world: &mut StoryWorld) {
    world.judge(repeats::all_lead_to_one_link);
}

/// "what came of the third request is recorded"
#[then(regex = r"^what came of the (fourth|fifth|sixth) request is recorded$")]
fn undocumented_form(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| addresses::undocumented_form(evidence, 0, index(&which)?));
}

/// "GET is refused"
#[then(regex = r"^(GET|PATCH|PUT) is refused$")]
fn wrong_method_is_refused(world: &mut StoryWorld, method: String) {
    world.judge(|evidence| addresses::wrong_method_is_refused(evidence, &method));
}

/// "GET makes no link"
#[then(regex = r"^(GET|PATCH|PUT) makes no link$")]
fn wrong_method_makes_nothing(world: &mut StoryWorld, method: String) {
    world.judge(|evidence| addresses::wrong_method_makes_nothing(evidence, &method));
}
