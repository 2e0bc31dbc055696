//! What is there before anybody asks for a link.

use cucumber::given;

use super::StoryWorld;
use crate::graph::Identity;

/// "a new file", "a new folder", "a new file in the folder", "a second new file"
#[given(regex = r"^(a (?:second )?new .+)$")]
fn something_new(world: &mut StoryWorld, what: String) {
    let result = world.story.make(&what);
    world.wrote(result);
}

/// "the folder is shared with a view link"
#[given(regex = r"^the folder is shared with (.+)$")]
fn the_folder_is_shared(world: &mut StoryWorld, link: String) {
    let result = world.story.ask(Identity::Owner.phrase(), &format!("{link} to the folder"));
    world.wrote(result);
}
