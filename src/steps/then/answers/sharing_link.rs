//! The sharing link in a granted answer.

use cucumber::then;

use crate::judge::answers::{sharing_link, web_page};
use crate::steps::StoryWorld;
use crate::steps::then::index;

/// "every link has a documented type"
#[then(regex = r"^every link has a documented type$")]
fn type_is_documented(world: &mut StoryWorld) {
    world.judge(sharing_link::type_is_documented);
}

/// "every scope is a documented one"
#[then(regex = r"^every scope is a documented one$")]
fn scope_is_documented(world: &mut StoryWorld) {
    world.judge(sharing_link::scope_is_documented);
}

/// "the scope nobody asked for is recorded"
#[then(regex = r"^the scope nobody asked for is recorded$")]
fn scope_when_not_asked(world: &mut StoryWorld) {
    world.judge(sharing_link::scope_when_not_asked);
}

/// "every link has an absolute https URL"
#[then(regex = r"^every link has an absolute https URL$")]
fn url_is_absolute(world: &mut StoryWorld) {
    world.judge(sharing_link::url_is_absolute);
}

/// "the hosts of the links are recorded"
#[then(regex = r"^the hosts of the links are recorded$")]
fn hosts(world: &mut StoryWorld) {
    world.judge(sharing_link::hosts);
}

/// "every embed link has an iframe"
#[then(regex = r"^every embed link has an iframe$")]
fn html_is_an_iframe(world: &mut StoryWorld) {
    world.judge(web_page::html_is_an_iframe);
}

/// "the page lets itself be embedded"
#[then(regex = r"^the page lets itself be embedded$")]
fn can_be_framed(world: &mut StoryWorld) {
    world.judge(|evidence| web_page::can_be_framed(evidence, 0));
}

/// "no view or edit link has HTML"
#[then(regex = r"^no view or edit link has HTML$")]
fn html_is_for_embed_only(world: &mut StoryWorld) {
    world.judge(sharing_link::html_is_for_embed_only);
}

/// "whether links name an application is recorded"
#[then(regex = r"^whether links name an application is recorded$")]
fn application(world: &mut StoryWorld) {
    world.judge(sharing_link::application);
}

/// "which application the links name is recorded"
#[then(regex = r"^which application the links name is recorded$")]
fn application_is_the_caller(world: &mut StoryWorld) {
    world.judge(sharing_link::application_is_the_caller);
}

/// "no link prevents downloads"
#[then(regex = r"^no link prevents downloads$")]
fn download_is_not_prevented(world: &mut StoryWorld) {
    world.judge(sharing_link::download_is_not_prevented);
}

/// "the undeclared members of links are recorded"
#[then(regex = r"^the undeclared members of links are recorded$")]
fn undeclared_members(world: &mut StoryWorld) {
    world.judge(sharing_link::undeclared_members);
}

/// "the links of the first and the third answer have different URLs"
#[then(regex = r"^the links of the first and the third answer have different URLs$")]
fn urls_differ(world: &mut StoryWorld) {
    world.judge(|evidence| sharing_link::urls_differ(evidence, 0, 2));
}

/// "whether links for specific people have a query is recorded"
#[then(regex = r"^whether links for specific people have a query is recorded$")]
fn query_of_users_links(world: &mut StoryWorld) {
    world.judge(sharing_link::query_of_users_links);
}

/// "the first link answers in the browser"
#[then(regex = r"^the (\w+) link answers in the browser$")]
fn url_answers(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| web_page::url_answers(evidence, index(&which)?));
}
