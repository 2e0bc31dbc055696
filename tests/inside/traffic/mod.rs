//! Other people's traffic: what is said of it is proven by it, and nothing that is proven is missed.

mod cases;
mod dialects;
mod sessions;

use std::collections::BTreeMap;

use linkspec::graph::{Product, Redactor, Tenant};
use linkspec::report::{CallerSummary, RuleReport, Verdict};
use linkspec::rules::Library;
use linkspec::run::{self, Origin, Selection, Suite};
use linkspec::traffic::{Collector, Gathered};

fn suite() -> Suite {
    run::read(&Library::embedded()).unwrap()
}

fn judged(suite: &Suite, gathered: &Gathered, tenant: &Tenant) -> Vec<RuleReport> {
    let caller = CallerSummary { kind: "recorded".to_owned(), name: None, version: None };
    let origin = Origin { kind: "recording", caller, tenant: tenant.clone(), scripted: false };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let selection = Selection::default();
    let results = runtime.block_on(run::judge_traffic(suite, &selection, gathered, &origin));
    results.into_iter().flat_map(|(_, rules)| rules).collect()
}

/// The rules with that verdict, with what they say.
fn with_verdict(rules: &[RuleReport], verdict: Verdict) -> BTreeMap<String, String> {
    rules
        .iter()
        .filter(|it| it.verdict == verdict)
        .map(|it| {
            let said = it.actual.clone().or(it.reason.clone()).unwrap_or_default();
            (it.id.clone(), format!("{said} {:?}", it.exchanges))
        })
        .collect()
}

fn collector(product: Option<Product>) -> Collector {
    Collector::new(Default::default(), product, Redactor::reproducible())
}

/// Reads a HAR as `judge` does.
fn read_har(
    text: &str,
    product: Option<Product>,
) -> (Gathered, linkspec::traffic::har::FileSummary) {
    let mut collector = collector(product);
    let mut source = std::io::Cursor::new(text.as_bytes());
    let told = linkspec::traffic::har::read(&mut source, 1, &mut collector).unwrap();
    (collector.gather(), told)
}

/// As `assert!`, for tests that judge: cucumber keeps what a panic says to itself.
fn holds(so: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if so { Ok(()) } else { Err(otherwise()) }
}
