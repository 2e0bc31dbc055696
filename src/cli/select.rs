//! `--rule`, `--tags`, `--level` and `--shard` as a selection, with their mistakes found.

use std::collections::BTreeSet;

use cucumber::gherkin::tagexpr::TagOperation;

use super::trouble::Trouble;
use crate::graph::Product;
use crate::rules::{Catalogue, Level, Need};
use crate::run::{Depth, Selection, Suite, is_judged_from_traffic};

/// Reads the four options.
///
/// # Errors
/// Names the unknown id, tag or level with the nearest known one.
pub(super) fn selection(
    catalogue: &Catalogue,
    ids: &[String],
    tags: Option<&str>,
    level: Option<&str>,
    shard: Option<&str>,
) -> Result<Selection, Trouble> {
    let mut selection = Selection::default();
    for id in ids {
        let upper = id.to_uppercase();
        if catalogue.rule(&upper).is_none() {
            if let Some(uncovered) = catalogue.uncovered.iter().find(|it| it.id == upper) {
                let trouble =
                    |how| Trouble::usage(format!("{upper} is {how}: {}", uncovered.reason));
                return Err(match uncovered.replaced_by.join(",") {
                    none if none.is_empty() => trouble("not judged"),
                    others => trouble("withdrawn").hint(format!("write --rule {others}")),
                });
            }
            return Err(Trouble::unknown(
                "rule",
                id,
                catalogue.rules.iter().map(|rule| rule.id.as_str()),
            ));
        }
        selection.ids.insert(upper);
    }
    if let Some(text) = tags {
        selection.tags = Some(tag_expression(catalogue, text)?);
    }
    selection.levels = match level {
        None | Some("all") => BTreeSet::new(),
        Some("must") => BTreeSet::from([Level::Must]),
        Some("should") => BTreeSet::from([Level::Must, Level::Should]),
        Some(other) => return Err(Trouble::unknown("level", other, ["must", "should", "all"])),
    };
    if let Some(text) = shard {
        let parts = text
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)))
            .filter(|(part, of)| (1..=*of).contains(part));
        selection.shard = Some(parts.ok_or_else(|| {
            Trouble::usage(format!("\"{text}\" is no shard")).hint("write K/N, for example 1/3")
        })?);
    }
    Ok(selection)
}

/// Reads `--depth`.
///
/// # Errors
/// Names the nearest known word.
pub(super) fn depth(word: Option<&str>) -> Result<Depth, Trouble> {
    let Some(word) = word else { return Ok(Depth::default()) };
    Depth::named(word).ok_or_else(|| Trouble::unknown("depth", word, Depth::NAMES))
}

/// A rule that is asked for by its id and cannot be judged by exchanges that nobody told as a story.
pub(super) fn refuse_what_needs_a_story(
    suite: &Suite,
    selection: &Selection,
) -> Result<(), Trouble> {
    let rules = selection.ids.iter().filter_map(|id| suite.catalogue.rule(id));
    let Some(rule) = rules.into_iter().find(|rule| !is_judged_from_traffic(rule)) else {
        return Ok(());
    };
    Err(if rule.on_requests {
        Trouble::usage(format!(
            "{} compares a request with what the application asked for, or with others of its call, which the exchanges do not tell",
            rule.id
        ))
        .hint(format!("linkspec run --sdk \"COMMAND ARGS\" --rule {}", rule.id))
    } else {
        Trouble::usage(format!(
            "{} needs a story of its own, which these exchanges do not tell",
            rule.id
        ))
        .hint(format!(
            "linkspec run --rule {}; `linkspec rules show {}` has the story",
            rule.id, rule.id
        ))
    })
}

/// An expression of more operators than that was not written by anybody, and reading it would take all of the stack.
const MOST_OPERATORS: usize = 200;

fn tag_expression(catalogue: &Catalogue, text: &str) -> Result<TagOperation, Trouble> {
    let operators = text.matches(['(', '!']).count()
        + text.split(|it: char| !it.is_alphanumeric()).filter(|it| is_operator(it)).count();
    if operators > MOST_OPERATORS {
        return Err(Trouble::usage(format!(
            "the tag expression has {operators} operators and brackets, and more than {MOST_OPERATORS} are not read"
        ))
        .hint("name the rules instead, with --rule, or choose by --level"));
    }
    let expression: TagOperation = text.parse().map_err(|_| {
        Trouble::usage(format!("\"{text}\" is no tag expression"))
            .hint("write it like: @must and not @needs-second-app")
    })?;
    let known: Vec<&str> = Level::ALL
        .iter()
        .map(|level| level.name())
        .chain(Product::ALL.iter().map(|product| product.name()))
        .chain(Need::ALL.iter().map(|(name, _)| *name))
        .chain(["answers", "requests", "traffic"])
        .chain(catalogue.rules.iter().flat_map(|it| [it.id.as_str(), it.group(), &it.chapter]))
        .collect();
    for tag in tags_of(&expression) {
        if !known.contains(&tag) {
            // As it has to be written.
            let known: Vec<String> = known.iter().map(|it| format!("@{it}")).collect();
            let known = known.iter().map(String::as_str);
            return Err(Trouble::unknown("tag", &format!("@{tag}"), known));
        }
    }
    Ok(expression)
}

fn is_operator(word: &str) -> bool {
    ["not", "and", "or"].iter().any(|it| it.eq_ignore_ascii_case(word))
}

fn tags_of(expression: &TagOperation) -> Vec<&str> {
    match expression {
        TagOperation::Tag(tag) => vec![tag],
        TagOperation::Not(inner) => tags_of(inner),
        TagOperation::And(left, right) | TagOperation::Or(left, right) => {
            [tags_of(left), tags_of(right)].concat()
        }
    }
}
