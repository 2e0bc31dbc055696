//! A rule judged alone (`--rule ID`, or one test of `cargo nextest`) comes to what it comes to among all.

use std::time::Duration;

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Clock, Product};
use linkspec::mock::Options;
use linkspec::report::{RuleReport, Verdict};
use linkspec::rules::{Level, Library};
use linkspec::run::{self, Depth, Selection, Suite, TellOptions};

async fn judged(
    suite: &Suite,
    product: Product,
    selection: &Selection,
    jobs: usize,
) -> Vec<RuleReport> {
    let options = Options { clock: Clock::virtual_time(), ..Options::new(product) };
    let MockTarget { mock, options } = MockTarget::in_process(options).unwrap();
    let target = Target::open(options).await.unwrap();
    let how = TellOptions { jobs, budget: None, earlier: None };
    let recorded = run::record(suite, selection, &target, &how, 1, &|_, _| {}).await;
    mock.stop().await;
    run::judge_recording(suite, selection, &recorded).await
}

#[tokio::test]
async fn every_rule_that_passes_among_all_passes_alone() {
    let suite = run::read(&Library::embedded()).unwrap();
    let mut otherwise = Vec::new();
    for product in Product::ALL {
        // The rows of combinations are beside the rules' own stories, and not what a rule alone costs.
        let all = Selection { depth: Depth::Quick, ..Selection::default() };
        let among_all = judged(&suite, product, &all, 1).await;
        for rule in among_all.iter().filter(|it| it.verdict == Verdict::Pass) {
            let selection = Selection { ids: [rule.id.clone()].into(), ..all.clone() };
            let alone = judged(&suite, product, &selection, 1).await;
            let verdict = alone.iter().find(|it| it.id == rule.id).map(|it| it.verdict);
            if verdict != Some(Verdict::Pass) {
                otherwise.push(format!("{} on {product}: {verdict:?}", rule.id));
            }
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test]
async fn rules_of_which_none_is_a_must_are_judged_side_by_side_too() {
    let suite = run::read(&Library::embedded()).unwrap();
    let shoulds = suite.catalogue.rules.iter().filter(|it| it.level == Level::Should);
    let ids = shoulds.map(|it| it.id.clone()).collect();
    let selection = Selection { ids, ..Selection::default() };
    for product in Product::ALL {
        let all = judged(&suite, product, &selection, 4);
        // Stories that wait for one that is never begun would wait for ever.
        let all = tokio::time::timeout(Duration::from_secs(60), all).await;
        let all = all.unwrap_or_else(|_| panic!("{product}: the run does not end"));
        assert!(all.iter().any(|it| it.verdict == Verdict::Pass), "{product}");
        assert!(all.iter().all(|it| it.verdict != Verdict::Warn), "{product}");
    }
}
