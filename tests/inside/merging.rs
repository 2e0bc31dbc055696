//! What a check sees of a story told along with others is what it sees of the story told alone.

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Clock, Exchange, Product, Purpose, Recording};
use linkspec::mock::Options;
use linkspec::run::{self, Means, TellOptions, control};
use linkspec::story::{Act, Plan, RequestedStory, Story, UseOfLink};
use proptest::prelude::*;
use serde_json::Value;

/// Writes one line more, where the story has what it speaks of.
type Line = fn(&mut Story) -> Result<(), String>;

const LINES: [Line; 12] = [
    |it| it.ask("the application", "a view link"),
    |it| it.ask("the application", "a view link"),
    |it| it.ask("the application", "an edit link"),
    |it| it.ask("the second application", "a view link"),
    |it| it.ask("the application", "the same link again"),
    |it| it.with_link("the owner", "the link", UseOfLink::Delete),
    |it| it.with_link("the owner", "the link", UseOfLink::ReadPermission),
    |it| it.with_link("another user", "the link", UseOfLink::Open),
    |it| it.with_link("the owner", "the first link", UseOfLink::OpenByShareId),
    |it| it.with_link("the owner", "the link", UseOfLink::OpenPage),
    |it| it.with_item("file", |item| Act::List { item }),
    |it| it.with_item("file", |item| Act::ReadItem { item }),
];

fn story(choices: &[usize]) -> Story {
    let mut story = Story::default();
    story.make("a new file").unwrap();
    for choice in choices {
        // What cannot be said yet is left out.
        let _ = LINES[*choice](&mut story);
    }
    story
}

fn wanted(story: &Story) -> RequestedStory {
    let count = story.acts.len();
    RequestedStory {
        story: story.clone(),
        lines: (0..count).map(|line| format!("line {line}")).collect(),
        acts_told: (1..=count).collect(),
        rule: String::new(),
        must: true,
    }
}

async fn told(plan: &Plan, product: Product) -> Vec<Recording> {
    let options = Options { clock: Clock::virtual_time(), ..Options::new(product) };
    let MockTarget { mock, options } = MockTarget::in_process(options).unwrap();
    let target = Target::open(options).await.unwrap();
    let how = TellOptions { jobs: 1, budget: None, earlier: None };
    let told = run::tell(plan, &target, &how, &|_, _| {}).await;
    mock.stop().await;
    told.recordings
}

/// What an exchange says, less what is made anew on each drive: ids, addresses and times.
fn seen(exchange: &Exchange) -> String {
    let shape = exchange.answer().and_then(|it| it.json().ok()).map(|it| match it.get("value") {
        Some(Value::Array(entries)) => {
            let mut shapes: Vec<String> = entries.iter().map(shape).collect();
            shapes.sort();
            shapes.join("; ")
        }
        _ => shape(it),
    });
    let said = (exchange.act, exchange.purpose, exchange.identity, &exchange.item, exchange.link);
    format!("{said:?} {:?} {shape:?}", exchange.status())
}

fn shape(permission: &Value) -> String {
    let at = |pointer: &str| permission.pointer(pointer).map(ToString::to_string);
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        at("/roles"),
        at("/link/type"),
        at("/link/scope"),
        at("/grantedToV2/user/displayName"),
        at("/error/code")
    )
}

/// The lists beside the lines of a story are the run's own, and there may be more of them.
fn is_beside(story: &Story, exchange: &Exchange) -> bool {
    exchange.purpose == Purpose::ListPermissions
        && !matches!(story.acts.get(exchange.act), Some(Act::List { .. }))
}

async fn compare(stories: &[Story], product: Product) -> Result<(), TestCaseError> {
    let combining = Means::of_the_mock(product).combining();
    let plan = |all: &[Story]| Plan::new(all.iter().map(wanted).collect(), &control(), &combining);
    let together = plan(stories);
    let recordings = told(&together, product).await;
    for story in stories {
        let (index, acts) = together.place(story).unwrap();
        let projected = recordings[index].of_acts(&acts);
        let alone = &told(&plan(std::slice::from_ref(story)), product).await[0];
        let own = |recording: &Recording| -> Vec<String> {
            let told = recording.exchanges.iter().filter(|it| it.act < story.acts.len());
            let mut own: Vec<String> = told.filter(|it| !is_beside(story, it)).map(seen).collect();
            // Where another story ends with the same list, it is read once more.
            own.dedup();
            own
        };
        prop_assert_eq!(own(&projected), own(alone), "{:#?}", story);
        for listed in alone.exchanges.iter().filter(|it| is_beside(story, it)) {
            let same = projected.exchanges.iter().any(|it| seen(it) == seen(listed));
            prop_assert!(same || listed.act >= story.acts.len(), "{} {story:#?}", seen(listed));
        }
        prop_assert_eq!(&projected.gaps, &alone.gaps);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_check_sees_its_own_story_and_nothing_more(
        choices in prop::collection::vec(prop::collection::vec(0..LINES.len(), 1..7), 1..8),
        product in prop::sample::select(Product::ALL.to_vec()),
    ) {
        let stories: Vec<Story> = choices.iter().map(|it| story(it)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(&stories, product))?;
    }
}

#[test]
fn what_only_reads_costs_no_call_and_is_put_where_it_was_wanted() {
    let stories = [story(&[0, 10, 4]), story(&[0, 6, 4, 11]), story(&[0, 4, 2]), story(&[0, 9])];
    let combining = Means::of_the_mock(Product::Business).combining();
    let plan = Plan::new(stories.iter().map(wanted).collect(), &control(), &combining);
    assert_eq!((plan.tellings.len(), plan.create_link_calls()), (1, 3));
    for own in &stories {
        let (_, acts) = plan.place(own).unwrap();
        let told = &plan.tellings[0].story.acts;
        assert_eq!(acts.iter().map(|it| told[*it].clone()).collect::<Vec<_>>(), own.acts);
    }
}
