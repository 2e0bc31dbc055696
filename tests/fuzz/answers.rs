//! What has to hold whatever a service answers: nothing panics, and no MUST passes that needs a fact the
//! answer does not hold. Shared by the fuzz target and by the test that replays its corpus.

use std::sync::LazyLock;

use linkspec::drive::{MockTarget, Target};
use linkspec::graph::{Answer, Clock, Product, Purpose, Reply};
use linkspec::mock::Options;
use linkspec::report::{RuleReport, Verdict};
use linkspec::rules::{Level, Library};
use linkspec::run::{self, ProductRecording, Selection, Suite, TellOptions};
use serde_json::Value;

/// A whole run of the suite against the mock, to put other answers into.
struct Base {
    suite: Suite,
    recorded: ProductRecording,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let suite = run::read(&Library::embedded()).expect("the features are sound");
    let options = Options { clock: Clock::virtual_time(), ..Options::new(Product::Personal) };
    let recorded = runtime().block_on(async {
        let MockTarget { mock: _mock, options } =
            MockTarget::start(options).await.expect("a mock starts");
        let target = Target::open(options).await.expect("its drive is there");
        let how = TellOptions { jobs: 8, budget: None, earlier: None };
        run::record(&suite, &Selection::default(), &target, &how, 1, &|_, _| {}).await
    });
    Base { suite, recorded }
});

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Bytes as an answer: a line with the status, lines of headers, an empty line, the body. When the first
/// line also says "all", it answers every request, else createLink only.
fn read(bytes: &[u8]) -> (Answer, bool) {
    let end = bytes.windows(2).position(|it| it == b"\n\n");
    let (head, body) = match end {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let digits: String = first.chars().filter(char::is_ascii_digit).take(4).collect();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let answer = Answer {
        status: digits.parse().unwrap_or_else(|_| u16::try_from(bytes.len() % 700).unwrap_or(0)),
        headers,
        body: String::from_utf8_lossy(body).into_owned().into(),
        not_utf8: std::str::from_utf8(body).is_err(),
    };
    (answer, first.contains("all"))
}

/// Judges a run in which this was the answer.
pub fn judged(bytes: &[u8]) -> Vec<RuleReport> {
    let (answer, everywhere) = read(bytes);
    let mut recorded = BASE.recorded.clone();
    for exchange in recorded.recordings.iter_mut().flat_map(|it| &mut it.exchanges) {
        if everywhere || exchange.purpose == Purpose::CreateLink {
            exchange.answer = Reply::Answer(answer.clone());
        }
    }
    let rules =
        runtime().block_on(run::judge_recording(&BASE.suite, &Selection::default(), &recorded));
    let unfounded: Vec<&str> = rules
        .iter()
        .filter(|it| it.level == Level::Must && it.verdict == Verdict::Pass)
        .map(|it| it.id.as_str())
        .filter(|id| !holds_the_fact(id, &answer, everywhere))
        .collect();
    assert!(unfounded.is_empty(), "{unfounded:?} pass on {answer:?}");
    rules
}

/// Whether the answer holds what the rule is about, as far as that can be told without the judge.
fn holds_the_fact(rule: &str, answer: &Answer, everywhere: bool) -> bool {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let success = matches!(answer.status, 200 | 201);
    let refused = (400..500).contains(&answer.status);
    let text = |value: &Value| value.as_str().is_some_and(|it| !it.is_empty());
    match rule {
        "IDEM-01" | "IDEM-06" => answer.status == 201,
        "IDEM-02" | "IDEM-15" => answer.status == 200,
        "RESP-01" => success && body.is_object(),
        "RESP-03" => success && serde_json::from_str::<Value>(&answer.body).is_ok(),
        "RESP-02" => success && answer.header("content-type").is_some(),
        "PERM-01" => success && text(&body["id"]),
        "PERM-04" | "PERM-05" => success && body["roles"][0].is_string(),
        "PERM-06" => success && body["link"].is_object(),
        // Listings show links too, as long as they have answers of their own.
        _ if rule.starts_with("LINK-") && !everywhere => true,
        "LINK-01" | "TYPE-04" => success && text(&body["link"]["type"]),
        "LINK-04" => {
            let url = body["link"]["webUrl"].as_str().unwrap_or_default();
            success && url.to_ascii_lowercase().starts_with("https://")
        }
        "SCOPE-13" => success && text(&body["link"]["scope"]),
        // One answer for everything refuses what is wrong only by refusing what is right as well.
        "TYPE-08" | "TYPE-11" | "SCOPE-14" | "REQ-05" | "REQ-06" | "RET-07" | "SIDE-13"
        | "AUTH-01" | "AUTH-02" | "AUTH-12" => false,
        // Other calls are refused too, as long as they have answers of their own.
        "ERR-01" | "ERR-02" => !everywhere || (refused && text(&body["error"]["code"])),
        "ERR-14" => !everywhere || (success && body["error"].is_null()),
        _ if rule.starts_with("ERR-") => !everywhere || refused,
        _ if rule.starts_with("TYPE-") || rule.starts_with("PATH-0") => success,
        // What is left tells of calls around createLink, or needs a grant or a refusal at least.
        _ => success || refused || answer.status >= 400,
    }
}
