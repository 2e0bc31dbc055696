//! A finding can be had again: the rules that its line asks for, and nothing else, show it on the same service.

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Clock, Product};
use linkspec::mock::{Deviation, Options, deviation, deviations};
use linkspec::report::{RuleReport, Verdict};
use linkspec::rules::Library;
use linkspec::run::{self, ProductRecording, Selection, Suite, TellOptions};

async fn judged(
    suite: &Suite,
    deviation: &'static Deviation,
    product: Product,
    selection: &Selection,
) -> (ProductRecording, Vec<RuleReport>) {
    let mut options = Options { clock: Clock::virtual_time(), ..Options::new(product) };
    options.policy = deviation.policy(options.policy);
    options.deviation = Some(deviation);
    let MockTarget { mock, options } = MockTarget::in_process(options).unwrap();
    let target = Target::open(options).await.unwrap();
    let how = TellOptions { jobs: 1, budget: None, earlier: None };
    let recorded = run::record(suite, selection, &target, &how, 1, &|_, _| {}).await;
    mock.stop().await;
    let rules = run::judge_recording(suite, selection, &recorded).await;
    (recorded, rules)
}

/// Every finding of a deviation, with whether its narrowed run shows it again, and whether it had to be narrowed to
/// less than the whole run.
async fn had_again(
    suite: &Suite,
    deviation: &'static Deviation,
    product: Product,
) -> Vec<(String, bool, bool)> {
    let all = Selection::default();
    let (recorded, rules) = judged(suite, deviation, product, &all).await;
    let mut found = Vec::new();
    for narrowed in run::narrowed(suite, &all, &recorded, &rules).await {
        let ids = narrowed.ids.iter().cloned().collect();
        let selection = Selection { ids, ..Selection::default() };
        let before = rules.iter().find(|it| it.id == narrowed.id).unwrap().verdict;
        let (_, again) = judged(suite, deviation, product, &selection).await;
        let again = again.iter().find(|it| it.id == narrowed.id).map(|it| it.verdict);
        found.push((narrowed.id, again == Some(before), !narrowed.ids.is_empty()));
    }
    let is_finding = |it: &&RuleReport| matches!(it.verdict, Verdict::Fail | Verdict::Warn);
    assert_eq!(found.len(), rules.iter().filter(is_finding).count(), "{}", deviation.name);
    found
}

#[tokio::test]
async fn a_finding_shows_again_in_the_run_its_line_asks_for() {
    let suite = run::read(&Library::embedded()).unwrap();
    for name in [
        "repeat-mints-new-id",
        "repeat-without-link",
        "not-listed",
        "list-says-other-url",
        "embed-off-personal-becomes-view",
        "repeat-conflicts",
    ] {
        let Some(deviation) = deviation(name) else { panic!("{name}") };
        let found = had_again(&suite, deviation, Product::Business).await;
        assert!(!found.is_empty(), "{name}");
        assert!(found.iter().any(|(_, _, narrower)| *narrower), "{name}: {found:?}");
        for (id, again, _) in found {
            assert!(again, "{name}: {id} does not show again");
        }
    }
}

#[tokio::test]
#[ignore = "every deviation: minutes"]
async fn every_finding_of_every_deviation_shows_again() {
    let suite = run::read(&Library::embedded()).unwrap();
    let (mut all, mut whole, mut lost) = (0, Vec::new(), Vec::new());
    for deviation in deviations() {
        for product in [Product::Business, Product::Personal] {
            for (id, again, narrower) in had_again(&suite, deviation, product).await {
                all += 1;
                let name = format!("{} {product} {id}", deviation.name);
                if !again {
                    lost.push(name.clone());
                }
                if !narrower {
                    whole.push(name);
                }
            }
        }
    }
    println!("{all} findings; take the whole run: {whole:?}");
    assert!(lost.is_empty(), "of {all} do not show again: {lost:?}");
}
