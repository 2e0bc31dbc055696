//! Who does what. These lines only write the story down.

use cucumber::when;

use super::StoryWorld;
use crate::story::{Act, UseOfLink};

/// "the application asks for a view link to the folder for anyone"
#[when(regex = r"^(.+) asks for (.+)$")]
fn asks_for(world: &mut StoryWorld, who: String, what: String) {
    let result = world.story.ask(&who, &what);
    world.wrote(result);
}

/// "the application chooses type view, scope omitted, address drives, ..."
#[when(regex = r"^(.+) chooses (type .+)$")]
fn chooses(world: &mut StoryWorld, who: String, choices: String) {
    let result = world.story.choose(&who, &choices);
    world.wrote(result);
}

/// "the application sends broken JSON"
#[when(regex = r"^(.+) sends (.+)$")]
fn sends(world: &mut StoryWorld, who: String, what: String) {
    let result = world.story.send(&who, &what);
    world.wrote(result);
}

/// "the owner reads the permission of the first link"
#[when(regex = r"^(.+) reads the permission of (.+)$")]
fn reads_permission(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::ReadPermission);
    world.wrote(result);
}

/// "the owner deletes the first link"
#[when(regex = r"^(.+) deletes (the (?:first |second |third )?link)$")]
fn deletes_link(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::Delete);
    world.wrote(result);
}

/// "the owner deletes the first link at the file"
#[when(regex = r"^(.+) deletes (the (?:first |second |third )?link) at the (.+)$")]
fn deletes_link_at(world: &mut StoryWorld, who: String, link: String, item: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::DeleteAt(item));
    world.wrote(result);
}

/// "another user opens the link"
#[when(regex = r"^(.+) opens (the (?:first |second |third )?link)$")]
fn opens_link(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::Open);
    world.wrote(result);
}

/// "the owner opens the share id of the link"
#[when(regex = r"^(.+) opens the share id of (the (?:first |second |third )?link)$")]
fn opens_share_id(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::OpenByShareId);
    world.wrote(result);
}

/// "another user reads the content through the link"
#[when(regex = r"^(.+) reads the content through (.+)$")]
fn reads_content(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::ReadContent);
    world.wrote(result);
}

/// "another user writes new content through the link"
#[when(regex = r"^(.+) writes new content through (.+)$")]
fn writes_content(world: &mut StoryWorld, who: String, link: String) {
    let result = world.story.with_link(&who, &link, UseOfLink::WriteContent);
    world.wrote(result);
}

/// "somebody opens the link in a browser without signing in"
#[when(
    regex = r"^somebody opens (the (?:first |second |third )?link) in a browser without signing in$"
)]
fn opens_page(world: &mut StoryWorld, link: String) {
    let result = world.story.with_link("the owner", &link, UseOfLink::OpenPage);
    world.wrote(result);
}

/// "the owner lists the permissions of the file"
#[when(regex = r"^the owner lists the permissions of the (.+)$")]
fn lists(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::List { item });
    world.wrote(result);
}

/// "the owner looks at the file"
#[when(regex = r"^the owner looks at the (.+)$")]
fn looks_at(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::ReadItem { item });
    world.wrote(result);
}

/// "the owner deletes the file"
#[when(regex = r"^the owner deletes the (file|second file|folder)$")]
fn deletes_item(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::DeleteItem { item });
    world.wrote(result);
}

/// "the owner replaces the content of the file"
#[when(regex = r"^the owner replaces the content of the (.+)$")]
fn replaces_content(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::ReplaceContent { item });
    world.wrote(result);
}

/// "the owner checks the file out"
#[when(regex = r"^the owner checks the (.+) out$")]
fn checks_out(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::CheckOut { item });
    world.wrote(result);
}

/// "the owner checks the file in"
#[when(regex = r"^the owner checks the (.+) in$")]
fn checks_in(world: &mut StoryWorld, item: String) {
    let result = world.story.with_item(&item, |item| Act::CheckIn { item });
    world.wrote(result);
}

/// "the application calls createLink of the file with GET"
#[when(regex = r"^the application calls createLink of the (.+) with (.+)$")]
fn calls_with(world: &mut StoryWorld, item: String, method: String) {
    let result = world.story.call_with(&item, &method);
    world.wrote(result);
}
