//! Where a link shows, what it does, and its end.

use cucumber::then;

use crate::judge::life_of_a_link::{self, content, inheritance};
use crate::steps::StoryWorld;

/// "every new link is listed"
#[then(regex = r"^every new link is listed$")]
fn is_listed(world: &mut StoryWorld) {
    world.judge(life_of_a_link::is_listed);
}

/// "every link is listed as it was answered"
#[then(regex = r"^every link is listed as it was answered$")]
fn is_listed_as_answered(world: &mut StoryWorld) {
    world.judge(life_of_a_link::is_listed_as_answered);
}

/// "the deletion is answered 204 No Content"
#[then(regex = r"^the deletion is answered 204 No Content$")]
fn can_be_removed(world: &mut StoryWorld) {
    world.judge(|evidence| life_of_a_link::can_be_removed(evidence, 0));
}

/// "the removed link is no longer listed"
#[then(regex = r"^the removed link is no longer listed$")]
fn is_no_longer_listed(world: &mut StoryWorld) {
    world.judge(|evidence| life_of_a_link::is_no_longer_listed(evidence, 0));
}

/// "reading the removed permission answers 404 Not Found"
#[then(regex = r"^reading the removed permission answers 404 Not Found$")]
fn cannot_be_read_any_more(world: &mut StoryWorld) {
    world.judge(|evidence| life_of_a_link::cannot_be_read_any_more(evidence, 0));
}

/// "the removed link does not open any more"
#[then(regex = r"^the removed link does not open any more$")]
fn does_not_open_any_more(world: &mut StoryWorld) {
    world.judge(|evidence| life_of_a_link::does_not_open_any_more(evidence, 0));
}

/// "the link shows the new content"
#[then(regex = r"^the link shows the new content$")]
fn shows_the_latest_content(world: &mut StoryWorld) {
    world.judge(|evidence| content::shows_the_latest_content(evidence, 0));
}

/// "the link shows the new content only after the check-in"
#[then(regex = r"^the link shows the new content only after the check-in$")]
fn hides_checked_out_edits(world: &mut StoryWorld) {
    world.judge(|evidence| content::hides_checked_out_edits(evidence, 0));
}

/// "the folder's link is shown as inherited from the folder"
#[then(regex = r"^the folder's link is shown as inherited from the folder$")]
fn is_shown_as_inherited(world: &mut StoryWorld) {
    world.judge(|evidence| inheritance::is_shown_as_inherited(evidence, 0, "file"));
}

/// "the folder's link is listed for the file"
#[then(regex = r"^the folder's link is listed for the file$")]
fn is_inherited_inside(world: &mut StoryWorld) {
    world.judge(|evidence| inheritance::is_inherited_inside(evidence, 0, "file"));
}

/// "every link of a folder is listed for the file inside it"
#[then(regex = r"^every link of a folder is listed for the file inside it$")]
fn every_link_is_inherited_inside(world: &mut StoryWorld) {
    world.judge(inheritance::every_link_is_inherited_inside);
}

/// "every link of a folder says for the file inside it that it is inherited"
#[then(regex = r"^every link of a folder says for the file inside it that it is inherited$")]
fn every_link_says_where_it_is_from(world: &mut StoryWorld) {
    world.judge(inheritance::every_link_says_where_it_is_from);
}

/// "the file's link is not listed for the folder"
#[then(regex = r"^the file's link is not listed for the folder$")]
fn stays_off_the_parent(world: &mut StoryWorld) {
    world.judge(|evidence| inheritance::stays_off_the_parent(evidence, 1, "folder"));
}

/// "the folder's link cannot be deleted at the file"
#[then(regex = r"^the folder's link cannot be deleted at the file$")]
fn cannot_be_removed_inside(world: &mut StoryWorld) {
    world.judge(|evidence| inheritance::cannot_be_removed_inside(evidence, 0, "file"));
}

/// "no refused request leaves a link behind"
#[then(regex = r"^no refused request leaves a link behind$")]
fn refusals_leave_nothing(world: &mut StoryWorld) {
    world.judge(life_of_a_link::refusals_leave_nothing);
}

/// "whether the file says it is shared is recorded"
#[then(regex = r"^whether the file says it is shared is recorded$")]
fn shared_facet(world: &mut StoryWorld) {
    world.judge(|evidence| content::shared_facet(evidence, "file", 1));
}

/// "the file is what it was before it was shared"
#[then(regex = r"^the file is what it was before it was shared$")]
fn content_is_untouched(world: &mut StoryWorld) {
    world.judge(|evidence| content::content_is_untouched(evidence, "file", 1));
}
