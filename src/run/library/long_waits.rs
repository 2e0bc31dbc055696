//! Waits that nobody can await in a test: the library is looked on for their first seconds, in a process of its own that
//! ends with it, while the other stories are told.

use super::{Conversations, Runner, SdkError, unheard};
use crate::library::{Adapter, AdapterCommand, AdapterFault, ToldStory};
use crate::story::RequestedStory;

impl Runner<'_> {
    /// Has the library wait in every story that asks for a long wait. One that answers in turn is given a process
    /// for each; so is one that did not begin with a story while it waited in another.
    pub(super) async fn look_on(
        &self,
        command: &AdapterCommand,
        stories: &[RequestedStory],
        which: &[usize],
        in_turn: bool,
    ) -> Result<(Conversations, Vec<AdapterFault>), SdkError> {
        let mut conversations = Conversations::new();
        let mut faults = Vec::new();
        let mut left: Vec<usize> = which.to_vec();
        for alone in [in_turn, true] {
            let size = if alone { 1 } else { left.len().max(1) };
            let rounds = left.chunks(size).map(|some| self.look_on_some(command, stories, some));
            let rounds = futures::future::join_all(rounds).await;
            left.clear();
            for round in rounds {
                let (told, not_begun, fault) = round?;
                conversations.extend(told);
                left.extend(not_begun);
                faults.extend(fault);
            }
        }
        for index in left {
            let reason = "no request was sent for it, though nothing else was under way".to_owned();
            conversations.insert(index, unheard(&stories[index], reason));
        }
        Ok((conversations, faults))
    }

    /// A process for these stories alone; gives what is not begun, and what ended the process.
    async fn look_on_some(
        &self,
        command: &AdapterCommand,
        stories: &[RequestedStory],
        which: &[usize],
    ) -> Result<(Conversations, Vec<usize>, Option<AdapterFault>), SdkError> {
        let mut conversations = Conversations::new();
        let mut not_begun = Vec::new();
        if which.is_empty() {
            return Ok((conversations, not_begun, None));
        }
        let adapter = match Adapter::start(command).await {
            Ok(adapter) => adapter,
            Err(error) => {
                for index in which {
                    conversations.insert(*index, unheard(&stories[*index], error.to_string()));
                }
                return Ok((conversations, not_begun, None));
            }
        };
        let told = which.iter().map(|index| self.tell_one(&adapter, stories, *index));
        let told = futures::future::join_all(told).await;
        let mut fault = None;
        for (index, told) in which.iter().zip(told) {
            match told? {
                ToldStory::Whole(conversation) => {
                    conversations.insert(*index, conversation);
                }
                ToldStory::BrokenOff(conversation, broken) => {
                    fault = Some(broken);
                    conversations.insert(*index, conversation);
                }
                ToldStory::NotBegun(_) => not_begun.push(*index),
            }
        }
        // It may wait for minutes, so nobody waits for its farewell.
        drop(adapter);
        Ok((conversations, not_begun, fault))
    }
}
