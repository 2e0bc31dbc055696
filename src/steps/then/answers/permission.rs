//! The permission in a granted answer.

use cucumber::then;

use crate::judge::answers::permission;
use crate::steps::StoryWorld;

/// "every permission has a non-empty string id"
#[then(regex = r"^every permission has a non-empty string id$")]
fn id_is_a_string(world: &mut StoryWorld) {
    world.judge(permission::id_is_a_string);
}

/// "every id is listed once"
#[then(regex = r"^every id is listed once$")]
fn id_is_unique(world: &mut StoryWorld) {
    world.judge(permission::id_is_unique);
}

/// "reading the permission shows what was granted"
#[then(regex = r"^reading the permission shows what was granted$")]
fn can_be_read(world: &mut StoryWorld) {
    world.judge(|evidence| permission::can_be_read(evidence, 0));
}

/// "every permission that is read shows what was granted"
#[then(regex = r"^every permission that is read shows what was granted$")]
fn all_can_be_read(world: &mut StoryWorld) {
    world.judge(permission::all_can_be_read);
}

/// "every permission has a list of roles"
#[then(regex = r"^every permission has a list of roles$")]
fn roles_are_strings(world: &mut StoryWorld) {
    world.judge(permission::roles_are_strings);
}

/// "every role is read or write"
#[then(regex = r"^every role is read or write$")]
fn roles_are_read_or_write(world: &mut StoryWorld) {
    world.judge(permission::roles_are_read_or_write);
}

/// "every permission has a link"
#[then(regex = r"^every permission has a link$")]
fn has_a_link(world: &mut StoryWorld) {
    world.judge(permission::has_a_link);
}

/// "every hasPassword is a boolean"
#[then(regex = r"^every hasPassword is a boolean$")]
fn has_password_is_boolean(world: &mut StoryWorld) {
    world.judge(permission::has_password_is_boolean);
}

/// "where hasPassword comes is recorded"
#[then(regex = r"^where hasPassword comes is recorded$")]
fn where_has_password_appears(world: &mut StoryWorld) {
    world.judge(permission::where_has_password_appears);
}

/// "every shareId is a string"
#[then(regex = r"^every shareId is a string$")]
fn share_id_is_a_string(world: &mut StoryWorld) {
    world.judge(permission::share_id_is_a_string);
}

/// "the share id leads to the file"
#[then(regex = r"^the share id leads to the file$")]
fn share_id_opens(world: &mut StoryWorld) {
    world.judge(|evidence| permission::share_id_opens(evidence, 0));
}

/// "every expiration is an instant"
#[then(regex = r"^every expiration is an instant$")]
fn expiration_is_an_instant(world: &mut StoryWorld) {
    world.judge(permission::expiration_is_an_instant);
}

/// "no new link says that it is inherited"
#[then(regex = r"^no new link says that it is inherited$")]
fn is_not_inherited(world: &mut StoryWorld) {
    world.judge(permission::is_not_inherited);
}

/// "no link names one person it is granted to"
#[then(regex = r"^no link names one person it is granted to$")]
fn has_no_grantee(world: &mut StoryWorld) {
    world.judge(permission::has_no_grantee);
}

/// "the lists of people on links are recorded"
#[then(regex = r"^the lists of people on links are recorded$")]
fn grantees_are_lists(world: &mut StoryWorld) {
    world.judge(permission::grantees_are_lists);
}

/// "the deprecated members of permissions are recorded"
#[then(regex = r"^the deprecated members of permissions are recorded$")]
fn deprecated_members(world: &mut StoryWorld) {
    world.judge(permission::deprecated_members);
}

/// "no answer is the permission of those who have access already"
#[then(regex = r"^no answer is the permission of those who have access already$")]
fn is_no_existing_access(world: &mut StoryWorld) {
    world.judge(permission::is_no_existing_access);
}
