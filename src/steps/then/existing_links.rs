//! A new link or the existing one.

use cucumber::then;

use super::index;
use crate::judge::existing_links;
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
