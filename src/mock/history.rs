//! What was asked for at an item before, as far as the condition of a deviation needs to know.

use super::conditions::{ADDRESS, ITEM, Occasion, Request, Words, kind};
use super::drive::{Asked, Drive, Item};
use super::identities::Application;

/// The place of the type and of the scope among the words.
const TYPE: usize = 0;
const SCOPE: usize = 1;
/// The place of who asks.
const WHO: usize = 4;

/// A request for a link of this item, with what happened to the item before it.
pub(super) fn request(drive: &Drive, item: &Item, mut words: Words) -> Request {
    words[ITEM] = kind(kind_of(drive, item));
    Request { words, occasions: occasions(drive, item, &words) }
}

/// A file two folders deep is in an inner one: the first is the one that whoever tries the drive works in.
fn kind_of(drive: &Drive, item: &Item) -> &'static str {
    if item.is_folder() {
        return "a folder";
    }
    let folders = || drive.lineage(item).skip(1);
    if folders().any(|folder| folder.live_links().next().is_some()) {
        "a file in a shared folder"
    } else if folders().count() > 2 {
        "a file in an inner folder"
    } else {
        "a file"
    }
}

fn occasions(drive: &Drive, item: &Item, words: &Words) -> Vec<Occasion> {
    let by = drive.application;
    // What the first application asked for is there for both; what the second did, for itself.
    let first = Some(Application::First);
    let of_item = || item.asked.iter().filter(|it| it.by == by || it.by == first);
    // A link belongs to an application, with whichever of its tokens it asks.
    let same = |asked: &Asked| asked.by == by && same(&asked.words, words);
    let live = || of_item().filter(|it| is_live(item, it));
    let mut found = Vec::new();
    let mut when = |holds: bool, occasion: Occasion| found.extend(holds.then_some(occasion));
    let again = live().any(same);
    when(of_item().next().is_none(), Occasion::First);
    when(again, Occasion::Again);
    when(!again && live().any(|it| it.words[TYPE] != words[TYPE]), Occasion::AfterAnotherType);
    when(!again && live().any(|it| it.words[SCOPE] != words[SCOPE]), Occasion::AfterAnotherScope);
    when(!again && of_item().any(|it| !is_live(item, it) && same(it)), Occasion::AfterDeletion);
    let elsewhere = || {
        drive.everything().filter(|other| other.id != item.id).any(|other| {
            let asked = || other.asked.iter().filter(|it| is_live(other, it));
            asked().any(|it| same(it) && it.words[ITEM] == words[ITEM])
        })
    };
    when(of_item().next().is_none() && elsewhere(), Occasion::WhileAnotherItemHasOne);
    found
}

/// Whether two requests ask for the same: the item, the way to it and the token are no part of that.
fn same(one: &Words, other: &Words) -> bool {
    one.iter()
        .zip(other)
        .enumerate()
        .all(|(place, (one, other))| matches!(place, ITEM | ADDRESS | WHO) || one == other)
}

fn is_live(item: &Item, asked: &Asked) -> bool {
    item.permissions.iter().any(|it| it.sequence == asked.permission && it.is_live())
}
