//! Judging exchanges that nobody told: from a HAR file, or as they arrive at `linkspec serve`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Suite;
use super::judge;
use super::observed_requests::judge_requests;
use super::recording_file::{Header, ProductRecording};
use super::select::{Depth, Means, Selected, Selection, place};
use crate::graph::{Product, Recording, Tenant};
use crate::judge::Outcome;
use crate::report::{
    CallerSummary, Report, RequestCount, RestsOn, RuleReport, TargetSummary, Verdict,
};
use crate::rules::Rule;
use crate::story::Story;
use crate::traffic::{Gathered, ProductGroup};

/// So many exchanges are named beside one finding of several files.
const MOST_NAMED: usize = 20;

/// What is known about traffic besides the exchanges.
#[derive(Debug, Clone)]
pub struct Origin {
    /// "recording" or "mock".
    pub kind: &'static str,
    /// Who sent the requests.
    pub caller: CallerSummary,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// The answers are those of the scripted service, wrong ones among them on purpose.
    pub scripted: bool,
}

impl Origin {
    /// What linkspec did itself proves nothing about anybody else: its requests are wrong on purpose now and then,
    /// as the answers of the scripted service are.
    fn is_foreign(&self, rule: &Rule) -> bool {
        if rule.on_requests { self.caller.kind != "http" } else { !self.scripted }
    }
}

/// Judges what was gathered by the rules that need no story. One result a product.
pub async fn judge_traffic(
    suite: &Suite,
    selection: &Selection,
    gathered: &Gathered,
    origin: &Origin,
) -> Vec<(ProductRecording, Vec<RuleReport>)> {
    let mut results = Vec::new();
    for (product, group) in &gathered.groups {
        let (rules, remark) = match product {
            Some(product) => (judge_group(suite, selection, group, *product, origin).await, None),
            None => judge_unknown(suite, selection, group, origin).await,
        };
        let product = product.unwrap_or(STANDING_FOR_UNKNOWN);
        let mut recorded = recorded(suite, gathered, group, product, origin);
        recorded.header.remarks.extend(remark);
        results.push((recorded, rules));
    }
    // What was counted but not kept belongs to no product in particular.
    if let Some((first, _)) = results.first_mut() {
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        first.header.requests = RequestCount {
            total: count(gathered.counts.total),
            create_link: count(gathered.counts.create_link),
        };
        first.header.remarks.splice(0..0, remarks(gathered));
    }
    results
}

/// Reports have a product in every entry; this one stands there when none is known.
const STANDING_FOR_UNKNOWN: Product = Product::Business;

/// Without a product only that is said which holds on every product.
async fn judge_unknown(
    suite: &Suite,
    selection: &Selection,
    group: &ProductGroup,
    origin: &Origin,
) -> (Vec<RuleReport>, Option<String>) {
    let mut all: Vec<Vec<RuleReport>> = Vec::new();
    for product in Product::ALL {
        all.push(judge_group(suite, selection, group, product, origin).await);
    }
    let mut left_out = 0;
    let mut rules = Vec::new();
    for (index, first) in all[0].iter().enumerate() {
        let same = all[1..].iter().all(|rules| {
            rules.get(index).is_some_and(|it| {
                (it.verdict, &it.expected, &it.actual)
                    == (first.verdict, &first.expected, &first.actual)
            })
        });
        let mut rule = RuleReport { product: STANDING_FOR_UNKNOWN, ..first.clone() };
        if !same {
            left_out += 1;
            rule.verdict = Verdict::NotRun;
            rule.reason = Some(
                "it depends on the product, which the exchanges do not tell; name it with --product"
                    .to_owned(),
            );
            (rule.expected, rule.actual) = (None, None);
            rule.exchanges.clear();
            rule.evidence = RestsOn::default();
        }
        rules.push(rule);
    }
    let remark = format!(
        "Nothing tells the product (no driveType, no webUrl of a known host). Judged is what holds on \
         every product, {left_out} rules are not; --product personal, business or sharepoint judges all. \
         Entries stand under {STANDING_FOR_UNKNOWN}."
    );
    (rules, Some(remark))
}

async fn judge_group(
    suite: &Suite,
    selection: &Selection,
    group: &ProductGroup,
    product: Product,
    origin: &Origin,
) -> Vec<RuleReport> {
    let means = Means::new(product, origin.tenant.clone());
    let rules: Vec<Rule> = suite
        .catalogue
        .rules
        .iter()
        .filter(|rule| is_judged_from_traffic(rule) && origin.is_foreign(rule))
        .filter(|rule| selection.takes(rule))
        .map(|rule| without_what_nobody_told(rule, product))
        .collect();
    let (requests, others): (Vec<&Rule>, Vec<&Rule>) =
        rules.iter().partition(|rule| rule.on_requests);
    let told: Vec<(Story, Recording)> =
        group.recordings.iter().map(|it| (Story::default(), it.clone())).collect();
    let selected = selected(others, &means);
    let mut by_id: BTreeMap<String, RuleReport> = judge::judge(suite, &selected, &means, told)
        .await
        .into_iter()
        .map(|report| (report.id.clone(), report))
        .collect();
    for report in judge_requests(suite, requests, &group.recordings, &means).await {
        by_id.insert(report.id.clone(), report);
    }
    let mut reports: Vec<RuleReport> =
        rules.iter().filter_map(|rule| by_id.remove(&rule.id)).collect();
    // Of a file nobody made a run.
    if origin.kind == "recording" {
        for text in reports.iter_mut().flat_map(|it| [&mut it.reason, &mut it.actual]).flatten() {
            *text = text.replace(" this run", " this recording");
        }
    }
    reports
}

/// The rule with those of its scenarios that exchanges can tell, so that these say why it was not judged; with all of
/// them where they tell none on this product.
fn without_what_nobody_told(rule: &Rule, product: Product) -> Rule {
    let mut rule = rule.clone();
    if rule.scenarios.iter().any(|it| it.on_traffic && it.products.contains(&product)) {
        rule.scenarios.retain(|it| it.on_traffic);
    }
    rule
}

/// Whether a rule can be judged by exchanges that nobody told as a story.
pub fn is_judged_from_traffic(rule: &Rule) -> bool {
    rule.on_traffic()
}

/// The rules with those of their scenarios that the exchanges can tell.
fn selected<'s>(rules: Vec<&'s Rule>, means: &Means) -> Selected<'s> {
    let mut blocked = BTreeMap::new();
    for rule in &rules {
        for scenario in &rule.scenarios {
            let lacks = || means.lacks_of_tenant(scenario);
            let outcome = if scenario.on_traffic { lacks() } else { Some(untold()) };
            if let Some(outcome) = outcome {
                blocked.insert(place(rule, scenario), outcome);
            }
        }
    }
    Selected { rules, blocked, depth: Depth::Quick, ..Selected::default() }
}

fn untold() -> Outcome {
    Outcome::not_run("recorded exchanges do not tell this story")
}

/// One entry a rule and product: the results of several files or runs about one product become one, with the
/// gravest verdict of each rule.
pub fn together(
    judged: Vec<(ProductRecording, Vec<RuleReport>)>,
) -> Vec<(ProductRecording, Vec<RuleReport>)> {
    let mut results = Vec::new();
    for result in judged {
        add(&mut results, result);
    }
    results
}

/// Adds one result to those there are, as [`together`] does.
pub(super) fn add(
    results: &mut Vec<(ProductRecording, Vec<RuleReport>)>,
    (run, rules): (ProductRecording, Vec<RuleReport>),
) {
    let same = results.iter_mut().find(|(it, _)| it.header.product == run.header.product);
    let Some((known_run, known_rules)) = same else {
        results.push((run, rules));
        return;
    };
    let (known, new) = (&mut known_run.header, run.header);
    known.requests.total = known.requests.total.saturating_add(new.requests.total);
    known.requests.create_link =
        known.requests.create_link.saturating_add(new.requests.create_link);
    known.duration_ms = known.duration_ms.saturating_add(new.duration_ms);
    known.over_budget += new.over_budget;
    known.throttled |= new.throttled;
    for remark in new.remarks {
        if !known.remarks.contains(&remark) {
            known.remarks.push(remark);
        }
    }
    known_run.recordings.extend(run.recordings);
    for rule in rules {
        match known_rules.iter_mut().find(|it| it.id == rule.id) {
            Some(known) => merge(known, rule),
            None => known_rules.push(rule),
        }
    }
}

fn merge(known: &mut RuleReport, new: RuleReport) {
    let rank = |verdict| Verdict::DECISIVE_FIRST.iter().position(|it| *it == verdict);
    if rank(new.verdict) < rank(known.verdict) {
        *known = new;
    } else if new.verdict == known.verdict {
        known.evidence.join(new.evidence);
        known.evidence.exchanges.truncate(MOST_NAMED);
        for number in new.exchanges {
            if !known.exchanges.contains(&number) && known.exchanges.len() < MOST_NAMED {
                known.exchanges.push(number);
            }
        }
    }
}

fn recorded(
    suite: &Suite,
    gathered: &Gathered,
    group: &ProductGroup,
    product: Product,
    origin: &Origin,
) -> ProductRecording {
    let recordings = group.recordings.clone();
    ProductRecording {
        header: Header {
            duration_ms: gathered.milliseconds(),
            target: TargetSummary {
                kind: origin.kind.to_owned(),
                base_url: None,
                product: Some(product),
            },
            caller: origin.caller.clone(),
            ..Header::new(
                suite.catalogue.digest.clone(),
                Means::new(product, origin.tenant.clone()),
                gathered.started.unwrap_or(Timestamp::UNIX_EPOCH),
            )
        },
        recordings,
    }
}

/// What is said where no call was granted.
fn all_refused(calls: u64) -> String {
    format!("0 of {calls} createLink calls were granted, so nothing is known about links.")
}

/// Whether a report says that no call was granted.
pub fn says_all_refused(report: &Report) -> bool {
    let said = all_refused(report.requests.create_link.into());
    report.remarks.contains(&said)
}

fn remarks(gathered: &Gathered) -> Vec<String> {
    let mut remarks = gathered.named.clone();
    let unnamed = gathered.not_looked_at.saturating_sub(gathered.named.len() as u64);
    if unnamed > 0 {
        remarks.push(format!("{unnamed} more requests were not looked at for reasons like these."));
    }
    let counts = gathered.counts;
    if counts.create_link > 0 && counts.granted == 0 {
        remarks.push(all_refused(counts.create_link));
    }
    if counts.left_out > 0 {
        remarks.push(format!(
            "{} of {} createLink exchanges are judged: the room for them is full, and {} exchanges about sharing \
             links came after that. Judge a part of the recording.",
            counts.create_link_kept, counts.create_link, counts.left_out
        ));
    }
    if gathered.changes_overflow {
        remarks.push(
            "More requests that may have ended or changed links came by than there is room for, so the rules about \
             repeats and listings are not judged. Judge a part of the recording."
                .to_owned(),
        );
    }
    if gathered.untimed > 0 {
        remarks.push(format!(
            "{} createLink exchanges have no time that can be read: they are taken in the order of the file, and \
             the rules about repeats leave them out.",
            gathered.untimed
        ));
    }
    if gathered.without_application > 0 {
        remarks.push(format!(
            "{} createLink requests were recorded without their Authorization header or with its token blanked out, so \
             whether a repeat \
             came from the same application is not known; the rules about repeats leave them out.",
            gathered.without_application
        ));
    }
    remarks.extend(gathered.unmeant.sentences());
    remarks
}
