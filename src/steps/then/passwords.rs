//! Links with a password.

use cucumber::then;

use crate::judge::passwords;
use crate::steps::StoryWorld;

/// "no link has a password that was not asked for"
#[then(regex = r"^no link has a password that was not asked for$")]
fn none_unasked(world: &mut StoryWorld) {
    world.judge(passwords::none_unasked);
}

/// "the link has a password"
#[then(regex = r"^the link has a password$")]
fn has_password(world: &mut StoryWorld) {
    world.judge(passwords::has_password);
}

/// "every link asked for with a password says that it has one"
#[then(regex = r"^every link asked for with a password says that it has one$")]
fn every_password_shows(world: &mut StoryWorld) {
    world.judge(passwords::every_password_shows);
}

/// "no answer holds a password that was sent"
#[then(regex = r"^no answer holds a password that was sent$")]
fn never_comes_back(world: &mut StoryWorld) {
    world.judge(passwords::never_comes_back);
}

/// "the password is refused or honoured"
#[then(regex = r"^the password is refused or honoured$")]
fn refused_or_honoured(world: &mut StoryWorld) {
    world.judge(passwords::refused_or_honoured);
}

/// "what became of the password is recorded"
#[then(regex = r"^what became of the password is recorded$")]
fn password_is_recorded(world: &mut StoryWorld) {
    world.judge(passwords::what_became_of_it);
}

/// "what became of the empty password is recorded"
#[then(regex = r"^what became of the empty password is recorded$")]
fn empty_password_is_recorded(world: &mut StoryWorld) {
    world.judge(passwords::what_became_of_the_empty_one);
}

/// "the page does not show the file"
#[then(regex = r"^the page does not show the file$")]
fn page_does_not_show_the_file(world: &mut StoryWorld) {
    world.judge(passwords::page_does_not_show_the_file);
}
