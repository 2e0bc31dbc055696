//! Anyone, the organization, specific people.

use cucumber::then;

use crate::judge::scopes;
use crate::steps::StoryWorld;

/// "the link is for anyone"
#[then(regex = r"^the link is for (anyone|the organization|specific people)$")]
fn link_is_for(world: &mut StoryWorld, whom: String) {
    let scope = match whom.as_str() {
        "anyone" => "anonymous",
        "the organization" => "organization",
        _ => "users",
    };
    world.judge(|evidence| scopes::link_is_for(evidence, 0, scope));
}

/// "the link for the organization is refused"
#[then(regex = r"^the link for the organization is refused$")]
fn organization_is_refused(world: &mut StoryWorld) {
    world.judge(scopes::organization_is_refused);
}

/// "every link has the scope that was asked for"
#[then(regex = r"^every link has the scope that was asked for$")]
fn every_link_has_its_scope(world: &mut StoryWorld) {
    world.judge(scopes::every_link_has_the_scope_asked_for);
}

/// "the scopes seen are recorded"
#[then(regex = r"^the scopes seen are recorded$")]
fn scopes_are_recorded(world: &mut StoryWorld) {
    world.judge(scopes::scopes_seen);
}

/// "the link has the organization's default scope"
#[then(regex = r"^the link has the organization's default scope$")]
fn is_the_default(world: &mut StoryWorld) {
    world.judge(scopes::is_the_default);
}

/// "the missing scope is accepted"
#[then(regex = r"^the missing scope is accepted$")]
fn missing_scope_is_accepted(world: &mut StoryWorld) {
    world.judge(scopes::missing_scope_is_accepted);
}

/// "the link gives access"
#[then(regex = r"^the link gives access$")]
fn gives_access(world: &mut StoryWorld) {
    world.judge(scopes::gives_access);
}

/// "the link names nobody"
#[then(regex = r"^the link names nobody$")]
fn names_nobody(world: &mut StoryWorld) {
    world.judge(scopes::names_nobody);
}

/// "the link for specific people gives no access"
#[then(regex = r"^the link for specific people gives no access$")]
fn gives_no_access(world: &mut StoryWorld) {
    world.judge(scopes::gives_no_access);
}

/// "the page opens without a sign-in"
#[then(regex = r"^the page opens without a sign-in$")]
fn opens_without_sign_in(world: &mut StoryWorld) {
    world.judge(|evidence| scopes::opens_without_sign_in(evidence, 0));
}

/// "the page asks for a sign-in"
#[then(regex = r"^the page asks for a sign-in$")]
fn asks_for_sign_in(world: &mut StoryWorld) {
    world.judge(|evidence| scopes::asks_for_sign_in(evidence, 0));
}
