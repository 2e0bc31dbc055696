//! The story a recording was told by, from its lines.

use crate::steps::StoryWorld;
use crate::story::Story;

/// The story that recorded lines tell: they are the words of the features.
pub(super) fn story_of(lines: &[String]) -> Story {
    StoryWorld::write_down(lines)
}
