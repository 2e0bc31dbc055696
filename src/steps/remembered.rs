//! cucumber's steps, each text understood once.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use cucumber::gherkin::{self, StepType};
use cucumber::step::{Collection, Context, Step};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use regex::Regex;

use super::StoryWorld;
use crate::judge::{Grounds, Outcome};
use crate::story::Story;

/// What a line was understood as: its step, and the words caught by its pattern.
type Understood = (Step<StoryWorld>, Vec<(Option<String>, String)>);

/// What each line seen so far was understood as.
type Known = RwLock<HashMap<(StepType, String), Option<Understood>>>;

/// Every step of the crate behind one pattern that matches anything.
///
/// cucumber tries the pattern of every step on every line of every scenario. The lines of the features are
/// few and always the same, so each is looked up once and remembered.
pub fn remembering() -> Collection<StoryWorld> {
    static ANYTHING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?s)^.*$").ok());
    let Some(anything) = &*ANYTHING else { return super::collection().clone() };
    Collection::new()
        .given(None, anything.clone(), carry_out)
        .when(None, anything.clone(), carry_out)
        .then(None, anything.clone(), carry_out)
}

fn carry_out(world: &mut StoryWorld, context: Context) -> LocalBoxFuture<'_, ()> {
    let step = context.step;
    match understood(&step) {
        Some((function, matches)) => function(world, Context { step, matches }),
        // Features are read before they are judged, so this line is known; should it ever not be, it
        // must not count as one that holds.
        None => {
            let reason = format!("linkspec does not know the line \"{}\"", step.value);
            world.judgements.push(Err(Outcome::inconclusive(reason, [])));
            world.grounds.push(Grounds::default());
            std::future::ready(()).boxed_local()
        }
    }
}

/// What a line means; `None` when it is unknown or ambiguous.
fn understood(step: &gherkin::Step) -> Option<Understood> {
    static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
    let key = (step.ty, step.value.clone());
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return known.clone();
    }
    let found = super::collection().find(step).ok().flatten();
    let found = found.map(|(function, _, _, context)| (*function, context.matches));
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
    found
}

impl StoryWorld {
    /// The story that lines like "Given a new file" tell, as far as they are understood.
    pub fn write_down(lines: &[String]) -> Story {
        let mut world = Self::default();
        for line in lines {
            let (keyword, value) = line.split_once(' ').unwrap_or(("", line));
            let step = gherkin::Step {
                keyword: keyword.to_owned(),
                ty: if keyword == "Given" { StepType::Given } else { StepType::When },
                value: value.to_owned(),
                docstring: None,
                table: None,
                span: gherkin::Span { start: 0, end: 0 },
                position: gherkin::LineCol { line: 0, col: 0 },
            };
            if let Some((function, matches)) = understood(&step) {
                // Given and When never wait, so their future is ready at once.
                let _ = function(&mut world, Context { step, matches }).now_or_never();
            }
        }
        world.story
    }
}
