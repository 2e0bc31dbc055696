//! The first pass: features become rules and stories. Whatever can be wrong with a feature is found here,
//! before anything is sent.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::gherkin;
use cucumber::gherkin::{Step, StepType};
use cucumber::step::Context;
use futures::FutureExt as _;

use crate::graph::{Identity, Product};
use crate::rules::{self, Catalogue, Level, Library, Mistake, Need, Rule, Scenario};
use crate::steps::{self, StoryWorld};
use crate::story::combinations::Row;
use crate::story::{Act, RequestedStory, Script, Story};

/// The rules with the stories they are judged by.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The rules and features.
    pub catalogue: Catalogue,
    /// The story of each scenario, by file and line, and how many acts are told after each of its lines; empty for
    /// scenarios without Given and When.
    stories: BTreeMap<(String, usize), (Story, Vec<usize>)>,
}

impl Suite {
    /// The story of a scenario.
    pub fn story(&self, rule: &Rule, scenario: &Scenario) -> &Story {
        static EMPTY: Story = Story {
            acts: Vec::new(),
            script: Script { steps: Vec::new(), drive_id: None, item_id: None, user_id: None },
        };
        self.stories.get(&(rule.file.clone(), scenario.line)).map_or(&EMPTY, |(story, _)| story)
    }

    /// A scenario's story as one that its rule asks for.
    pub(super) fn wanted(&self, rule: &Rule, scenario: &Scenario) -> RequestedStory {
        let told = self.stories.get(&(rule.file.clone(), scenario.line));
        let (story, acts_told) = told.cloned().unwrap_or_default();
        RequestedStory {
            story,
            lines: lines(scenario),
            acts_told,
            rule: rule.id.clone(),
            must: rule.level == Level::Must,
        }
    }

    /// The rules that speak of a product.
    pub fn rules_for(&self, product: Product) -> impl Iterator<Item = &Rule> {
        self.catalogue.rules.iter().filter(move |rule| rule.products.contains(&product))
    }
}

/// Reads a library of features and writes every story down.
///
/// # Errors
/// Every mistake found: what [`rules::read`] finds, steps nobody defines or two define, wordings the
/// stories do not know, and needs that are not tagged.
pub fn read(library: &Library) -> Result<Suite, Vec<Mistake>> {
    let catalogue = rules::read(library)?;
    let collection = steps::collection();
    let mut mistakes = Vec::new();
    let mut stories = BTreeMap::new();
    for rule in &catalogue.rules {
        for scenario in &rule.scenarios {
            let mut world = StoryWorld::default();
            let mut judged = false;
            let mut acts_told = Vec::new();
            for step in &scenario.steps {
                judged |= step.ty == StepType::Then;
                if let Err(message) = take(collection, step, &mut world) {
                    mistakes.push(Mistake::at(&rule.file, step.position.line, message));
                }
                if let Some(message) = world.mistake.take() {
                    mistakes.push(Mistake::at(&rule.file, step.position.line, message));
                } else if let Some(message) = does_not_go_together(step, scenario) {
                    mistakes.push(Mistake::at(&rule.file, step.position.line, message));
                }
                if step.ty != StepType::Then {
                    acts_told.push(world.story.acts.len());
                }
            }
            if !judged {
                mistakes.push(Mistake::at(
                    &rule.file,
                    scenario.line,
                    format!("the scenario \"{}\" has no Then, so it judges nothing", scenario.name),
                ));
            }
            if world.story.acts.is_empty() && !rule.on_answers && !rule.on_requests {
                mistakes.push(Mistake::at(
                    &rule.file,
                    scenario.line,
                    "a scenario without Given and When judges all answers or requests; tag its rule @answers or @requests",
                ));
            }
            for identity in untagged(&world.story, scenario) {
                mistakes.push(Mistake::at(
                    &rule.file,
                    scenario.line,
                    format!(
                        "the scenario uses {identity}; tag it or its rule @needs-{}",
                        identity.name()
                    ),
                ));
            }
            stories.insert((rule.file.clone(), scenario.line), (world.story, acts_told));
        }
    }
    if mistakes.is_empty() { Ok(Suite { catalogue, stories }) } else { Err(mistakes) }
}

/// Finds the step's function; Given and When are carried out on the world, which only writes them down.
fn take(
    collection: &cucumber::step::Collection<StoryWorld>,
    step: &Step,
    world: &mut StoryWorld,
) -> Result<(), String> {
    match collection.find(step) {
        Ok(Some((function, _, _, context))) => {
            if step.ty != StepType::Then {
                carry_out(*function, world, context);
            }
            Ok(())
        }
        Ok(None) => Err(format!("no step reads \"{} {}\"", step.keyword.trim(), step.value)),
        Err(ambiguous) => {
            let patterns: Vec<String> = ambiguous
                .possible_matches
                .iter()
                .map(|(pattern, _)| pattern.as_str().to_owned())
                .collect();
            Err(format!(
                "several steps read \"{} {}\": {}",
                step.keyword.trim(),
                step.value,
                patterns.join(" and ")
            ))
        }
    }
}

/// Why the choices of a row do not go together on a product its scenario is for.
fn does_not_go_together(step: &Step, scenario: &Scenario) -> Option<String> {
    let (who, choices) = step.value.split_once(" chooses ")?;
    let row = Row::read(who, choices).ok()?;
    let (product, reason) = scenario.products.iter().find_map(|it| Some((it, row.not_on(*it)?)))?;
    Some(format!("these choices do not go together on a {product} drive: {reason}"))
}

fn carry_out(function: cucumber::Step<StoryWorld>, world: &mut StoryWorld, context: Context) {
    // Given and When never wait, so their future is ready at once.
    let _ = function(world, context).now_or_never();
}

/// The Given and When lines of a scenario, as recordings hold them.
pub(super) fn lines(scenario: &Scenario) -> Vec<String> {
    scenario
        .steps
        .iter()
        .filter(|step| step.ty != StepType::Then)
        .map(|step| format!("{:?} {}", step.ty, step.value))
        .collect()
}

fn untagged(story: &Story, scenario: &Scenario) -> BTreeSet<Identity> {
    story
        .acts
        .iter()
        .map(Act::identity)
        .filter(|identity| {
            identity.token_variable().is_some()
                && *identity != Identity::Owner
                && !scenario.needs.contains(&Need::Token(*identity))
        })
        .collect()
}

/// The scenario a gherkin scenario stands for is known by its file and line.
pub(crate) fn key(feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> (String, usize) {
    let file = feature.path.as_ref().map(|path| path.to_string_lossy().into_owned());
    (file.unwrap_or_default(), scenario.position.line)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::read;
    use crate::graph::Product;
    use crate::rules::Library;
    use crate::run::{Depth, Means, Selection};
    use crate::story::combinations::Coverage;

    #[test]
    fn the_rows_and_the_stories_of_the_rules_hold_every_two_choices() {
        let suite = read(&Library::embedded()).unwrap();
        for product in Product::ALL {
            let means = Means::of_the_mock(product);
            let combining = means.combining();
            let mut coverage = Coverage::of(&combining.space, 2);
            for rule in suite.rules_for(product).filter(|it| !it.on_requests) {
                let of_product = rule.scenarios.iter().filter(|it| it.products.contains(&product));
                for request in of_product.flat_map(|it| combining.of(suite.story(rule, it))) {
                    coverage.add(&combining.space, &request);
                }
            }
            assert_eq!(
                coverage.covered(),
                coverage.possible(),
                "{product}: write the rows anew, with `cargo run --release -- combinations`"
            );
            // So a run that lacks nothing has no row to add.
            let selection = Selection { depth: Depth::Standard, ..Selection::default() };
            let plan = suite.select(&selection, &means).plan;
            let calls = plan.create_link_calls();
            let most = if product == Product::Personal { 110 } else { 130 };
            assert!(calls <= most, "{product}: {calls} createLink calls");
        }
    }

    #[test]
    fn eight_calls_on_a_personal_drive_are_about_all_the_page_is_known_for() {
        let suite = read(&Library::embedded()).unwrap();
        let means = Means::of_the_mock(Product::Personal);
        let combining = means.combining();
        let plan = suite.select(&Selection::default(), &means).plan;
        let chosen = plan.within(&(0..plan.tellings.len()).collect(), 8);
        let mut coverage = Coverage::of(&combining.space, 2);
        let requests: Vec<_> =
            chosen.iter().flat_map(|it| plan.tellings[*it].combined.clone()).collect();
        for request in &requests {
            coverage.add(&combining.space, request);
        }
        let known_for: BTreeSet<_> =
            requests.iter().filter_map(|it| it.known_for(Product::Personal)).collect();
        assert_eq!(known_for.len(), 4, "{known_for:?}");
        let (covered, possible) = (coverage.covered(), coverage.possible());
        assert!(covered * 100 >= possible * 35, "{covered} of {possible} pairs");
    }

    #[test]
    fn a_row_whose_choices_do_not_go_together_on_its_product_is_named_with_its_line() {
        let mut library = Library::embedded();
        let file = "combinations.feature";
        for (_, text) in library.files.iter_mut().filter(|(path, _)| path == file) {
            *text = text.replacen("@combined @personal", "@combined @business", 1);
        }
        let mistakes = read(&library).unwrap_err();
        let said: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        let reason = "these choices do not go together on a business drive: \
                      passwords are for personal drives only";
        assert!(
            said.iter().any(|it| it.contains(file) && it.ends_with(reason)),
            "{}",
            said.join("\n")
        );
    }
}
