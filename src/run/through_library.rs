//! A client library on a real target: the rules about the service are judged on the answers it gave, those
//! about the library on what it sent and handed back.

use super::Suite;
use super::judge::judge_conversations;
use super::read::lines;
use super::select::{Means, Selected, Selection, place};
use crate::graph::Conversation;
use crate::judge::Outcome;
use crate::report::RuleReport;
use crate::steps::StoryWorld;
use crate::story::{Script, Story};

/// Why a story about a misbehaving service is not told on a real one.
const NOT_SCRIPTED: &str =
    "it takes a service that does as it is told; run --sdk without a live target";

impl Suite {
    /// Selects the rules about the service, and plans their stories together with those that the selected
    /// rules about client libraries need and any service can tell.
    pub(super) fn select_through_library(
        &self,
        selection: &Selection,
        means: &Means,
    ) -> Selected<'_> {
        let mut further = Vec::new();
        for rule in self.catalogue.rules.iter().filter(|it| it.on_requests && selection.takes(it)) {
            for scenario in &rule.scenarios {
                let story = self.story(rule, scenario);
                if !story.acts.is_empty() && story.script == Script::default() {
                    further.push(self.wanted(rule, scenario));
                }
            }
        }
        self.select_with(selection, means, further)
    }
}

/// Judges the selected rules about client libraries on what was asked, sent and surfaced on a real target.
pub async fn judge_library(
    suite: &Suite,
    selection: &Selection,
    means: &Means,
    conversations: &[Conversation],
) -> Vec<RuleReport> {
    let (mut selected, _) = suite.select_requests(selection);
    let told: Vec<(Story, &Conversation)> =
        conversations.iter().map(|it| (StoryWorld::write_down(&it.lines), it)).collect();
    let mut heard: Vec<(Story, Conversation)> = Vec::new();
    for rule in &selected.rules {
        for scenario in &rule.scenarios {
            let story = suite.story(rule, scenario);
            if story.script != Script::default() {
                let place = place(rule, scenario);
                selected.blocked.insert(place, Outcome::not_run(NOT_SCRIPTED));
                continue;
            }
            if story.acts.is_empty() || heard.iter().any(|(it, _)| it == story) {
                continue;
            }
            // A story may have been told along with a longer one.
            let found = told.iter().find(|(it, _)| story.within(it).is_some());
            if let Some((_, conversation)) = found {
                let calls = conversation.calls.iter().take(story.asks().count()).cloned().collect();
                let lines = lines(scenario);
                let by_application = conversation.by_application.clone();
                heard.push((story.clone(), Conversation { lines, calls, by_application }));
            }
        }
    }
    judge_conversations(suite, &selected, means, heard, conversations.to_vec()).await
}
