//! What becomes of inherited permissions.

use cucumber::then;

use crate::judge::inherited_permissions;
use crate::steps::StoryWorld;

/// "the folder's link still applies to the file"
#[then(regex = r"^the folder's link still applies to the file$")]
fn still_applies(world: &mut StoryWorld) {
    world.judge(inherited_permissions::folder_link_still_applies);
}

/// "the folder's link applies to the file at the end"
#[then(regex = r"^the folder's link applies to the file at the end$")]
fn applies_at_the_end(world: &mut StoryWorld) {
    world.judge(inherited_permissions::folder_link_applies_at_the_end);
}

/// "the folder's link no longer applies to the file"
#[then(regex = r"^the folder's link no longer applies to the file$")]
fn no_longer_applies(world: &mut StoryWorld) {
    world.judge(inherited_permissions::folder_link_no_longer_applies);
}

/// "the file's own link is listed"
#[then(regex = r"^the file's own link is listed$")]
fn own_link_is_listed(world: &mut StoryWorld) {
    world.judge(inherited_permissions::own_link_is_listed);
}

/// "the second link of the file removed no permission"
#[then(regex = r"^the second link of the file removed no permission$")]
fn second_link_removed_nothing(world: &mut StoryWorld) {
    world.judge(inherited_permissions::second_link_removed_nothing);
}

/// "the owner still has access to the file"
#[then(regex = r"^the owner still has access to the file$")]
fn owner_keeps_access(world: &mut StoryWorld) {
    world.judge(inherited_permissions::owner_keeps_access);
}

/// "the folder has the permissions it had"
#[then(regex = r"^the folder has the permissions it had$")]
fn folder_is_untouched(world: &mut StoryWorld) {
    world.judge(inherited_permissions::folder_is_untouched);
}

/// "the request for the file is granted": the first of all shared the folder.
#[then(regex = r"^the request for the file is granted$")]
fn request_for_the_file_is_granted(world: &mut StoryWorld) {
    world.judge(inherited_permissions::request_for_the_file_is_granted);
}

/// "what became of the folder's link is recorded"
#[then(regex = r"^what became of the folder's link is recorded$")]
fn folder_link_is_recorded(world: &mut StoryWorld) {
    world.judge(inherited_permissions::what_became_of_the_folder_link);
}
