//! Judging exchanges that nobody told: from a HAR file, or as they arrive at `linkspec serve`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Suite;
use super::judge;
use super::observed_requests::{REQUEST_RULES, judge_requests};
use super::recording_file::{FORMAT, Header, ProductRecording};
use super::select::{Means, Selected, Selection, lines};
use crate::graph::{Exchange, Product, Recording, Tenant};
use crate::judge::Outcome;
use crate::report::{CallerSummary, RequestCount, RestsOn, RuleReport, TargetSummary, Verdict};
use crate::rules::{Rule, Scenario};
use crate::story::{Act, Plan, Story};
use crate::traffic::{Gathered, ProductGroup, RepeatSample};

/// Rules about a repeated request that need nothing but the two exchanges.
///
/// Other rules about existing links need an item that is known to be new, or its permissions listed.
pub const REPEAT_RULES: [&str; 4] = ["IDEM-02", "IDEM-03", "IDEM-04", "IDEM-15"];

/// So many exchanges are named beside one finding about repeats.
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

/// Judges what was gathered by the rules that need no story: about answers, about requests, and about
/// repeated requests. One result a product.
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
    let means = Means {
        product,
        tenant: origin.tenant.clone(),
        identities: BTreeSet::new(),
        unfit: BTreeMap::new(),
    };
    let rules: Vec<&Rule> = suite
        .catalogue
        .rules
        .iter()
        .filter(|rule| is_judged_from_traffic(rule) && origin.is_foreign(rule))
        .filter(|rule| selection.takes(rule))
        .collect();
    let (requests, others): (Vec<&Rule>, Vec<&Rule>) =
        rules.iter().copied().partition(|rule| is_about_requests(rule));
    let (repeats, every): (Vec<&Rule>, Vec<&Rule>) =
        others.into_iter().partition(|rule| is_about_repeats(rule));
    let told: Vec<(Story, Recording)> =
        group.recordings.iter().map(|it| (Story::default(), it.clone())).collect();
    let selected = selected(every, |scenario| means.lacks_of_tenant(scenario));
    let mut by_id: BTreeMap<String, RuleReport> = judge::judge(suite, &selected, &means, told)
        .await
        .into_iter()
        .map(|report| (report.id.clone(), report))
        .collect();
    let further = judge_requests(suite, requests, &group.recordings, &means).await;
    let repeated = judge_repeats(suite, &repeats, &group.repeats, &means).await;
    for report in further.into_iter().chain(repeated) {
        by_id.insert(report.id.clone(), report);
    }
    rules.iter().filter_map(|rule| by_id.remove(&rule.id)).collect()
}

/// Whether a rule can be judged by exchanges that nobody told as a story.
pub fn is_judged_from_traffic(rule: &Rule) -> bool {
    rule.on_answers || is_about_requests(rule) || is_about_repeats(rule)
}

fn is_about_requests(rule: &Rule) -> bool {
    rule.on_requests && REQUEST_RULES.contains(&rule.id.as_str())
}

fn is_about_repeats(rule: &Rule) -> bool {
    REPEAT_RULES.contains(&rule.id.as_str()) && !rule.on_answers
}

fn selected(rules: Vec<&Rule>, lacks: impl Fn(&Scenario) -> Option<Outcome>) -> Selected<'_> {
    let mut blocked = BTreeMap::new();
    for rule in &rules {
        for scenario in &rule.scenarios {
            if let Some(outcome) = lacks(scenario) {
                blocked.insert((rule.file.clone(), scenario.line), outcome);
            }
        }
    }
    Selected { rules, plan: Plan::default(), blocked }
}

/// Judges each pair as the story "asks for a link / asks for the same link again", and keeps the gravest
/// verdict of each rule.
async fn judge_repeats(
    suite: &Suite,
    rules: &[&Rule],
    pairs: &[RepeatSample],
    means: &Means,
) -> Vec<RuleReport> {
    let stories: Vec<(Vec<String>, &Story)> = rules
        .iter()
        .flat_map(|rule| rule.scenarios.iter().map(move |scenario| (rule, scenario)))
        .map(|(rule, scenario)| (lines(scenario), suite.story(rule, scenario)))
        .filter(|(_, story)| is_a_repeat(story))
        .collect();
    let selected = selected(rules.to_vec(), |_| None);
    let mut selected = selected;
    for rule in rules {
        for scenario in &rule.scenarios {
            if !is_a_repeat(suite.story(rule, scenario)) {
                let outcome = Outcome::not_run("recorded exchanges do not tell this story");
                selected.blocked.insert((rule.file.clone(), scenario.line), outcome);
            }
        }
    }
    let mut gravest: Vec<RuleReport> = Vec::new();
    // Without a pair the rules still have their entry, which says so.
    let none = [None];
    let pairs: Vec<Option<&RepeatSample>> =
        if pairs.is_empty() { none.to_vec() } else { pairs.iter().map(Some).collect() };
    for pair in pairs {
        let told: Vec<(Story, Recording)> = stories
            .iter()
            .filter_map(|(lines, story)| Some(((*story).clone(), told_as(lines, pair?))))
            .collect();
        let mut reports = judge::judge(suite, &selected, means, told).await;
        if pair.is_none() {
            for report in &mut reports {
                report.reason = Some("no request was repeated by the same application".to_owned());
            }
        }
        if gravest.is_empty() {
            gravest = reports;
        } else {
            for (known, new) in gravest.iter_mut().zip(reports) {
                merge(known, new);
            }
        }
    }
    gravest
}

/// "A new item, a link, the same link again", the item and the link being whatever they are.
fn is_a_repeat(story: &Story) -> bool {
    match story.acts.as_slice() {
        [Act::Make { .. }, Act::Ask(first), Act::Ask(second)] => first == second,
        _ => false,
    }
}

fn told_as(lines: &[String], pair: &RepeatSample) -> Recording {
    let placed = |exchange: &Exchange, position: usize| Exchange {
        act: position + 1,
        link: Some(position),
        item: Some("file".to_owned()),
        ..exchange.clone()
    };
    Recording {
        lines: lines.to_vec(),
        exchanges: vec![placed(&pair.first, 0), placed(&pair.second, 1)],
        gaps: BTreeMap::new(),
    }
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
    const ORDER: [Verdict; 7] = [
        Verdict::Fail,
        Verdict::Warn,
        Verdict::Inconclusive,
        Verdict::Pass,
        Verdict::Observed,
        Verdict::NotRun,
        Verdict::NotApplicable,
    ];
    let rank = |verdict| ORDER.iter().position(|it| *it == verdict);
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
    let mut recordings = group.recordings.clone();
    let known: BTreeSet<u32> =
        recordings.iter().flat_map(|it| &it.exchanges).map(|it| it.number).collect();
    // A finding about a repeat points at both exchanges, kept for their shape or not.
    let mut further = BTreeMap::new();
    for sample in &group.repeats {
        for exchange in [&sample.first, &sample.second] {
            if !known.contains(&exchange.number) {
                further.insert(exchange.number, exchange.clone());
            }
        }
    }
    if !further.is_empty() {
        recordings.push(Recording {
            lines: vec!["Given requests that were repeated".to_owned()],
            exchanges: further.into_values().collect(),
            gaps: BTreeMap::new(),
        });
    }
    ProductRecording {
        header: Header {
            format: FORMAT,
            linkspec: env!("CARGO_PKG_VERSION").to_owned(),
            suite_digest: suite.catalogue.digest.clone(),
            product,
            tenant: origin.tenant.clone(),
            identities: BTreeSet::new(),
            started: gathered.started.unwrap_or(Timestamp::UNIX_EPOCH),
            duration_ms: gathered.milliseconds,
            target: TargetSummary {
                kind: origin.kind.to_owned(),
                base_url: None,
                product: Some(product),
            },
            drive: None,
            drive_digest: None,
            caller: origin.caller.clone(),
            requests: RequestCount::default(),
            remarks: Vec::new(),
            over_budget: 0,
            throttled: false,
            unfit: BTreeMap::new(),
        },
        recordings,
    }
}

fn remarks(gathered: &Gathered) -> Vec<String> {
    let mut remarks = Vec::new();
    let counts = gathered.counts;
    let left = counts.create_link - counts.create_link_kept;
    if left > 0 {
        remarks.push(format!(
            "{} of {} createLink exchanges were judged one by one; the other {left} look like one of them \
             (same request, same status, same members, same kinds of values) and are counted only.",
            counts.create_link_kept, counts.create_link
        ));
    }
    let (repeats, deviating) = gathered.repeats;
    if repeats > 0 {
        remarks.push(format!(
            "{repeats} requests were identical repeats by the same application within an hour; \
             {deviating} of them were not answered 200 with the same link."
        ));
    }
    if gathered.without_application > 0 {
        remarks.push(format!(
            "{} createLink requests were recorded without their Authorization header, so whether a repeat \
             came from the same application is not known; the rules about repeats leave them out.",
            gathered.without_application
        ));
    }
    remarks
}
