//! What steps work on: a story that is written down, or its evidence.

use std::collections::HashMap;
use std::sync::Arc;

use cucumber::World;

use crate::graph::{Conversation, Product, Recording, Tenant};
use crate::judge::requests::Heard;
use crate::judge::{Evidence, Grounds, Judgement, Overview, as_far_as_told, resting_on};
use crate::story::Story;

/// The state of one scenario.
///
/// Given and When write the story down; the first Then looks its recording up. Nothing here can reach the
/// network.
#[derive(Debug, Default, World)]
pub struct StoryWorld {
    /// The Given and When lines so far.
    pub story: Story,
    /// What a Given or When line could not understand.
    pub mistake: Option<String>,
    /// What the Then lines came to, in order.
    pub judgements: Vec<Judgement>,
    /// What each of them rests on, in the same order.
    pub grounds: Vec<Grounds>,
    stage: Option<Arc<Stage>>,
}

/// What the Then lines of a run look at.
#[derive(Debug, Default)]
pub struct Stage {
    /// The recording of each story, also of those told along with a longer one.
    pub recordings: HashMap<Story, RecordingPlace>,
    /// Every recording of the run once, in the order of the plan.
    pub run: Vec<Recording>,
    /// What is known of the run as soon as one rule asked.
    pub overview: Overview,
    /// The product judged.
    pub product: Option<Product>,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// What a client library did in each story told through it.
    pub conversations: Vec<(Story, Conversation)>,
    /// The same conversations once more, for rules about every request.
    pub heard: Vec<Conversation>,
}

/// Where the recording of a story is.
#[derive(Debug)]
pub enum RecordingPlace {
    /// It is the one of the run at this position.
    Whole(usize),
    /// It was told along with one of the run, and is projected from that.
    Part(Recording),
}

impl Stage {
    fn recording(&self, story: &Story) -> Option<&Recording> {
        match self.recordings.get(story)? {
            RecordingPlace::Whole(index) => self.run.get(*index),
            RecordingPlace::Part(recording) => Some(recording),
        }
    }
}

impl StoryWorld {
    /// Gives the scenario the recordings to judge.
    pub fn enter(&mut self, stage: &Arc<Stage>) {
        self.stage = Some(Arc::clone(stage));
    }

    /// Notes what a Given or When line came to.
    pub(super) fn wrote(&mut self, result: Result<(), String>) {
        if let Err(mistake) = result {
            self.mistake.get_or_insert(mistake);
        }
    }

    /// Judges the story of this scenario.
    ///
    /// A line about the story is judged by one check after the other; the first that does not hold
    /// decides the line.
    pub(super) fn judge(&mut self, check: impl FnOnce(&Evidence<'_>) -> Judgement) {
        let Some(stage) = &self.stage else { return };
        let nothing = Recording::default();
        let evidence = Evidence {
            story: stage.recording(&self.story).unwrap_or(&nothing),
            run: &stage.run,
            product: stage.product.unwrap_or(Product::Business),
            tenant: &stage.tenant,
            overview: Some(&stage.overview),
        };
        let (judgement, mut grounds) = resting_on(|| check(&evidence));
        if judgement.is_ok() && grounds.exchanges.is_empty() {
            // A check that goes through a whole recording rests on all of it.
            let read = if evidence.story.exchanges.is_empty() {
                evidence.run
            } else {
                std::slice::from_ref(evidence.story)
            };
            let asked =
                Evidence { run: read, ..evidence }.run_asked().map(|it| it.number()).collect();
            grounds.exchanges = asked;
        }
        let acts = |line: usize| self.story.acts.get(line).is_some_and(|act| !act.only_looks());
        let (judgement, grounds) = as_far_as_told(evidence.story, acts, (judgement, grounds));
        self.judgements.push(judgement);
        self.grounds.push(grounds);
    }

    /// Judges what a client library did in the story of this scenario, or in every story where it has none.
    pub(super) fn judge_calls(&mut self, check: impl FnOnce(&Heard<'_>) -> Judgement) {
        let Some(stage) = &self.stage else { return };
        let nothing = Conversation::default();
        let told = || stage.conversations.iter().find(|(story, _)| *story == self.story);
        let story = if self.story.acts.is_empty() {
            None
        } else {
            Some(told().map_or(&nothing, |(_, conversation)| conversation))
        };
        let heard = Heard { story, run: &stage.heard };
        let (judgement, mut grounds) = resting_on(|| check(&heard));
        if judgement.is_ok() && grounds.exchanges.is_empty() {
            grounds.exchanges = heard.calls().flat_map(|call| call.numbers()).collect();
        }
        self.judgements.push(judgement);
        self.grounds.push(grounds);
    }
}
