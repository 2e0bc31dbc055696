//! The cucumber glue: Given and When write the story down, Then calls the judge.

mod given;
mod remembered;
mod requests;
mod then;
mod when;
mod world;

use std::sync::LazyLock;

use cucumber::{World as _, step};

pub use remembered::remembering;
pub use world::{RecordingPlace, Stage, StoryWorld};

/// Every step of the crate. cucumber compiles all their patterns each time it is asked for them, so it is
/// asked once.
pub fn collection() -> &'static step::Collection<StoryWorld> {
    static COLLECTION: LazyLock<step::Collection<StoryWorld>> =
        LazyLock::new(StoryWorld::collection);
    &COLLECTION
}
