//! A run in three passes: read the features, tell the stories, judge the recordings.

mod judge;
mod read;
mod select;
mod tell;

pub use judge::judge;
pub use read::{Suite, read};
pub use select::{Means, Selected, Selection, control};
pub use tell::{OVER_BUDGET, Telling, Told, number, tell};
