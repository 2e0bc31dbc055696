//! A run in three passes: read the features, tell the stories, judge the recordings.

mod interactions;
mod judge;
pub mod library;
mod long_recording;
mod observed_requests;
mod passes;
mod read;
mod recording_file;
mod reproduce;
mod select;
mod tell;
mod through_library;
mod told_story;
mod traffic;

pub use judge::judge_conversations;
pub use long_recording::{JudgedRecording, Room, judge_long_recording};
pub use passes::{
    judge_recording, judge_selected, judged_anything, record, record_selected, report, select_on,
};
pub use read::{Suite, read};
pub use recording_file::{FORMAT, Header, ProductRecording, RecordingError, read_recordings};
pub use reproduce::{Narrowed, narrowed, note_reproduction};
pub use select::{Depth, Means, Selected, Selection, control};
pub use tell::{Earlier, TellOptions, ToldStories, number, rounds, tell};
pub use through_library::judge_library;
pub use traffic::{Origin, is_judged_from_traffic, judge_traffic, says_all_refused, together};
