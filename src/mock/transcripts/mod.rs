//! One long script, told to a mock without a socket: what it answers is its transcript. A deviation or
//! a variant that leaves the transcript as it is cannot be seen by anybody.

mod script;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use script::{CHAPTERS, Script};

use super::departures::Departure;
use super::{Options, deviations, variants};
use crate::graph::{Clock, Product};

/// A chapter's transcript, with everything that is merely counted or timed replaced by its order of
/// appearance.
async fn transcript(options: &Options, chapter: usize) -> Vec<String> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"u![A-Za-z0-9_-]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|01[A-Z2-7]{32}",
            r"|1A2B3C4D5E6F7081!\d+|[A-Za-z0-9_-]{22}\b|202\d-\d\d-\d\dT\d\d:\d\d:\d\d"
        ))
        .unwrap()
    });
    let mut script = Script::new(options);
    script.tell(chapter).await;
    let mut known = HashMap::new();
    let replaced = |line: &String| {
        let replaced = NAMES.replace_all(line, |found: &regex::Captures<'_>| {
            if found[0].starts_with("202") && found[0].contains('T') {
                return "TIME".to_owned();
            }
            let count = known.len();
            format!("#{}", known.entry(found[0].to_owned()).or_insert(count))
        });
        replaced.into_owned()
    };
    script.lines.iter().map(replaced).collect()
}

async fn transcripts(options: &Options) -> Vec<Vec<String>> {
    let mut chapters = Vec::new();
    for chapter in 0..CHAPTERS {
        chapters.push(transcript(options, chapter).await);
    }
    chapters
}

/// Whether any chapter differs; the first that does is enough, so the likely one is told first.
async fn shows(options: impl Fn() -> Options, usual: &[Vec<String>], rules: &[&str]) -> bool {
    let group = rules.first().and_then(|rule| rule.split('-').next()).unwrap_or_default();
    let likely = match group {
        "TYPE" => 1,
        "SCOPE" | "THR" => 2,
        "REQ" | "ERR" => 3,
        "PWD" | "EXP" => 4,
        "RET" => 5,
        "AUTH" => 6,
        "PATH" => 7,
        _ => 0,
    };
    let mut chapters: Vec<usize> = (0..CHAPTERS).collect();
    chapters.swap(0, likely);
    for chapter in chapters {
        if transcript(&options(), chapter).await != usual[chapter] {
            return true;
        }
    }
    false
}

fn options(product: Product) -> Options {
    Options { clock: Clock::virtual_time(), ..Options::new(product) }
}

#[tokio::test]
async fn the_same_script_has_the_same_transcript() {
    for product in Product::ALL {
        let first = transcripts(&options(product)).await;
        let length: usize = first.iter().map(Vec::len).sum();
        assert!(length > 200, "{length}");
        assert_eq!(first, transcripts(&options(product)).await, "{product}");
    }
}

async fn every_deviation_shows_on(product: Product) {
    let mut invisible = Vec::new();
    let mut usual = HashMap::new();
    for deviation in deviations().iter().filter(|it| it.products.contains(&product)) {
        let policy = deviation.policy(options(product).policy);
        let base = Options { policy: policy.clone(), ..options(product) };
        let usual = match usual.entry(policy.anonymous_links) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(transcripts(&base).await),
        };
        let departing = || Options { deviation: Some(deviation), ..base.clone() };
        if !shows(departing, usual, deviation.breaks).await {
            invisible.push(deviation.name);
        }
    }
    assert!(invisible.is_empty(), "{invisible:#?}");
}

#[tokio::test]
async fn every_deviation_shows_on_personal() {
    every_deviation_shows_on(Product::Personal).await;
}

#[tokio::test]
async fn every_deviation_shows_on_business() {
    every_deviation_shows_on(Product::Business).await;
}

#[tokio::test]
async fn every_deviation_shows_on_sharepoint() {
    every_deviation_shows_on(Product::SharePoint).await;
}

/// Forms that every product takes anyway.
const USUAL: [&str; 2] = ["default-scope-organization", "embed-without-scope"];

#[tokio::test]
async fn every_variant_shows_on_every_product_it_names() {
    let mut invisible = Vec::new();
    for product in Product::ALL {
        let usual = transcripts(&options(product)).await;
        for variant in variants().iter().filter(|it| it.products.contains(&product)) {
            let policy = variant.policy(options(product).policy);
            let slow = Clock::virtual_time();
            let before = slow.now();
            let taking = || Options {
                variant: Some(variant),
                policy: policy.clone(),
                clock: slow.clone(),
                ..options(product)
            };
            let seen = shows(taking, &usual, &[]).await;
            let slept = slow.now().duration_since(before).as_secs() > 10;
            if !seen && !slept && !USUAL.contains(&variant.name) {
                invisible.push(format!("{} on {product}", variant.name));
            }
        }
    }
    assert!(invisible.is_empty(), "{invisible:#?}");
}

/// The variants that answer some request of the script with another status than usual on a business
/// drive. The others differ in form only.
const OTHER_STATUSES: [&str; 18] = [
    "bad-values-answer-422",
    "content-at-once",
    "denied-as-not-found",
    "disabled-anonymous-answers-400",
    "late-removal",
    "malformed-id-answers-404",
    "media-type-answers-400",
    "omitted-scope-refused",
    "one-link-for-all-applications",
    "password-refused-off-personal",
    "revived-web-url",
    "throttled-with-date",
    "throttled-with-fraction",
    "throttled-with-retry-after",
    "throttled-without-retry-after",
    "unavailable-with-retry-after",
    "unknown-properties-refused",
    "users-scope-refused",
];

/// Without the two longest chapters, which hold no kind of request of their own.
async fn short(options: &Options) -> Vec<Vec<String>> {
    let mut chapters = Vec::new();
    for chapter in [0, 1, 2, 3, 4, 6, 7] {
        chapters.push(transcript(options, chapter).await);
    }
    chapters
}

#[tokio::test]
async fn variants_that_differ_in_form_keep_every_status() {
    let statuses = |chapters: Vec<Vec<String>>| -> Vec<String> {
        let status = |line: &String| line.split_once(": ").unwrap().1[..3].to_owned();
        chapters.iter().flatten().map(status).collect()
    };
    let mut differing = BTreeSet::new();
    let mut usual = HashMap::new();
    let business = options(Product::Business);
    for variant in variants().iter().filter(|it| it.products.contains(&Product::Business)) {
        let base = Options { policy: variant.policy(business.policy.clone()), ..business.clone() };
        let usual = match usual.entry(format!("{:?}", base.policy)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(statuses(short(&base).await)),
        };
        let taking = Options { variant: Some(variant), clock: Clock::virtual_time(), ..base };
        if statuses(short(&taking).await) != *usual {
            differing.insert(variant.name);
        }
    }
    assert_eq!(differing, BTreeSet::from(OTHER_STATUSES));
}

#[test]
fn every_departure_has_one_deviation() {
    let table: Vec<Departure> = deviations().iter().map(|it| it.departure()).collect();
    let distinct: std::collections::HashSet<_> = table.iter().collect();
    assert_eq!(distinct.len(), table.len());
    let source = include_str!("../departures.rs");
    let declared: BTreeSet<_> =
        source.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(',')).collect();
    let used: BTreeSet<_> = table.iter().map(|departure| format!("{departure:?}")).collect();
    assert_eq!(declared, used.iter().map(String::as_str).collect());
}
