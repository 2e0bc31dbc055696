//! How many rules of each group and level are judged, and how many statements are not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rules::Level;
use crate::run::Suite;

/// What is covered, by group, as the table in README.md.
pub(super) fn coverage_table(suite: &Suite) -> String {
    let mut groups: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for rule in &suite.catalogue.rules {
        let column = match rule.level {
            Level::Must => 0,
            Level::Should => 1,
            Level::May => 2,
            Level::Info => 3,
        };
        groups.entry(rule.group()).or_default()[column] += 1;
    }
    for uncovered in &suite.catalogue.uncovered {
        let group = uncovered.id.split('-').next().unwrap_or_default();
        groups.entry(group).or_default()[4] += 1;
    }
    let mut text = String::from(
        "| group | MUST | SHOULD | MAY | INFO | not judged, with a reason |\n|---|---|---|---|---|---|\n",
    );
    let mut sums = [0; 5];
    for (group, counts) in &groups {
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        let [must, should, may, info, uncovered] = counts;
        let _ = writeln!(text, "| {group} | {must} | {should} | {may} | {info} | {uncovered} |");
    }
    let [must, should, may, info, uncovered] = sums;
    let _ = writeln!(text, "| all | {must} | {should} | {may} | {info} | {uncovered} |");
    text
}
