//! `prove` hands its requests to the mock inside the process: what is recorded and judged must be what would be
//! recorded and judged over HTTP.

use std::sync::LazyLock;

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Clock, Product};
use linkspec::mock::{Options, deviation, null, variant};
use linkspec::report::RuleReport;
use linkspec::rules::Library;
use linkspec::run::{self, ProductRecording, Selection, Suite, TellOptions};
use regex::Regex;

/// One story after the other, since the order in which several are told is nobody's.
async fn recorded(suite: &Suite, mock: MockTarget) -> (ProductRecording, Vec<RuleReport>) {
    let MockTarget { mock, options } = mock;
    let target = Target::open(options).await.unwrap();
    let how = TellOptions { jobs: 1, budget: None, earlier: None };
    let selection = Selection::default();
    let recorded = run::record(suite, &selection, &target, &how, 1, &|_, _| {}).await;
    mock.stop().await;
    let rules = run::judge_recording(suite, &selection, &recorded).await;
    (recorded, rules)
}

/// Less what differs from run to run: instants, and what is drawn by lot.
fn comparable(recorded: &ProductRecording) -> Vec<String> {
    static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT",
        )
        .unwrap()
    });
    static DRAWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""milliseconds":\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|linkspec-[0-9a-f]{12}"#)
            .unwrap()
    });
    let mut lines = Vec::new();
    for recording in &recorded.recordings {
        lines.push(format!("{:?} {:?}", recording.lines, recording.gaps));
        for exchange in &recording.exchanges {
            let text = serde_json::to_string(exchange).unwrap();
            let text = INSTANT.replace_all(&text, "(instant)");
            lines.push(DRAWN.replace_all(&text, "(drawn)").into_owned());
        }
    }
    lines
}

async fn both_ways_agree(options: Options) {
    let suite = run::read(&Library::embedded()).unwrap();
    let what = format!("{:?} {:?} {:?}", options.deviation, options.variant, options.null);
    let options = |bind| Options { bind, clock: Clock::virtual_time(), ..options.clone() };
    let over_http = MockTarget::start(options(([127, 0, 0, 1], 0).into())).await.unwrap();
    // The same address, since answers name it.
    let base = over_http.options.base.clone();
    let address = base.socket_addrs(|| None).unwrap()[0];
    let in_process = MockTarget::in_process(options(address)).unwrap();
    assert_eq!(in_process.options.base, base);
    let (one, one_judged) = recorded(&suite, over_http).await;
    let (other, other_judged) = recorded(&suite, in_process).await;
    for (line, other) in comparable(&one).iter().zip(&comparable(&other)) {
        assert_eq!(line, other, "{what}");
    }
    assert_eq!(comparable(&one).len(), comparable(&other).len(), "{what}");
    let verdicts = |rules: &[RuleReport]| -> Vec<String> {
        rules.iter().map(|it| format!("{} {:?} {:?}", it.id, it.verdict, it.exchanges)).collect()
    };
    assert_eq!(verdicts(&one_judged), verdicts(&other_judged), "{what}");
}

/// One test, since judging keeps panics to itself and would take another test's for its own.
#[tokio::test]
async fn both_ways_are_recorded_and_judged_alike() {
    for product in Product::ALL {
        both_ways_agree(Options::new(product)).await;
    }
    let business = || Options::new(Product::Business);
    both_ways_agree(Options { deviation: deviation("answer-truncated"), ..business() }).await;
    both_ways_agree(Options { variant: variant("ids-with-percent"), ..business() }).await;
    both_ways_agree(Options { null: null("echo"), ..business() }).await;
}
