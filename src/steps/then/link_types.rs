//! View, edit and embed.

use cucumber::then;

use crate::judge::link_types;
use crate::steps::StoryWorld;

/// "every link has the type that was asked for"
#[then(regex = r"^every link has the type that was asked for$")]
fn every_link_has_its_type(world: &mut StoryWorld) {
    world.judge(link_types::every_link_has_the_type_asked_for);
}

/// "every view link has the role read and not write"
#[then(regex = r"^every (view|embed) link has the role read and not write$")]
fn every_link_reads(world: &mut StoryWorld, link_type: String) {
    world.judge(|evidence| link_types::every_link_of_type_has_its_roles(evidence, &link_type));
}

/// "every edit link has the role write"
#[then(regex = r"^every edit link has the role write$")]
fn every_link_writes(world: &mut StoryWorld) {
    world.judge(|evidence| link_types::every_link_of_type_has_its_roles(evidence, "edit"));
}

/// "the embed link is refused"
#[then(regex = r"^the embed link is refused$")]
fn embed_is_refused(world: &mut StoryWorld) {
    world.judge(link_types::embed_is_refused);
}

/// "the new content is refused"
#[then(regex = r"^the new content is refused$")]
fn writing_is_refused(world: &mut StoryWorld) {
    world.judge(link_types::writing_is_refused);
}

/// "the file has the new content"
#[then(regex = r"^the file has the new content$")]
fn writing_takes_effect(world: &mut StoryWorld) {
    world.judge(link_types::writing_takes_effect);
}
