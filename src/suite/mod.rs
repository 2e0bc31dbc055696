//! A run in three passes: read the features, tell the stories, judge the recordings.

mod read;

pub use read::{Suite, read};
