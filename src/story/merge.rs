//! One story told along with another: where its lines stand in the longer one, and how its reads are taken in.

use super::{Act, RequestedStory, Story, Telling};

impl Story {
    /// Where its acts stand in another story that tells it too: what that one does between them only reads. What it
    /// does afterwards is no matter.
    pub fn within(&self, other: &Self) -> Option<Vec<usize>> {
        let mut acts = other.acts.iter().enumerate();
        let place = |act: &Act| loop {
            let (position, told) = acts.next()?;
            if told == act {
                return Some(position);
            }
            if !told.only_reads() {
                return None;
            }
        };
        self.acts.iter().map(place).collect()
    }
}

impl Telling {
    /// Takes another story in where that adds nothing but reads. What is told already stays as it is.
    pub(super) fn take_in(&mut self, wanted: &RequestedStory) -> bool {
        let mut merged = self.clone();
        let mut next = 0;
        for (position, act) in wanted.story.acts.iter().enumerate() {
            let rest = &merged.story.acts[next..];
            let reads = rest.iter().take_while(|it| it.only_reads() && *it != act).count();
            if rest.get(reads) == Some(act) {
                next += reads + 1;
            } else if act.only_reads() && merged.insert(next, act, wanted.line_of(position)) {
                next += 1;
            } else {
                return false;
            }
        }
        *self = merged;
        true
    }

    /// Puts a read before the act at a position, unless that stands in the middle of a line.
    fn insert(&mut self, position: usize, act: &Act, line: &str) -> bool {
        let Some(before) = self.acts_told.iter().position(|told| *told == position) else {
            return false;
        };
        self.story.acts.insert(position, act.clone());
        self.lines.insert(before + 1, line.to_owned());
        self.acts_told.insert(before + 1, position);
        self.acts_told[before + 1..].iter_mut().for_each(|told| *told += 1);
        true
    }
}

impl RequestedStory {
    /// The line that an act belongs to.
    fn line_of(&self, act: usize) -> &str {
        let line = self.acts_told.iter().position(|told| *told > act);
        line.and_then(|it| self.lines.get(it)).map_or("", String::as_str)
    }
}
