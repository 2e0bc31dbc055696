//! `linkspec list`: the names that options take, each with what it means.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use super::output::println;
use super::trouble::Trouble;
use crate::mock::{deviations, variants};
use crate::report::ReportFormat;
use crate::rules::{Library, Need};
use crate::run;

/// Arguments of `linkspec list`.
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// What to list
    what: Listed,
    /// Print JSON instead of lines
    #[arg(long)]
    json: bool,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Listed {
    /// What `serve --deviate` and `prove --deviation` take
    Deviations,
    /// What `serve --variant` takes
    Variants,
    /// What `--tags` takes, with how many rules have each
    Tags,
    /// What `--report FORMAT=PATH` takes
    Formats,
}

/// Lists the names.
///
/// # Errors
/// When the features in the binary cannot be read.
pub(super) fn list(arguments: &ListArguments) -> Result<u8, Trouble> {
    let named: Vec<(String, String)> = match arguments.what {
        Listed::Deviations => deviations()
            .iter()
            .map(|it| {
                (it.name.to_owned(), format!("{} (breaks {})", it.sentence, it.breaks.join(", ")))
            })
            .collect(),
        Listed::Variants => {
            variants().iter().map(|it| (it.name.to_owned(), it.sentence.to_owned())).collect()
        }
        Listed::Tags => tags()?,
        Listed::Formats => ReportFormat::ALL
            .iter()
            .map(|it| (it.name().to_owned(), it.meaning().to_owned()))
            .collect(),
    };
    if arguments.json {
        let list: Vec<serde_json::Value> = named
            .iter()
            .map(|(name, meaning)| serde_json::json!({"name": name, "meaning": meaning}))
            .collect();
        println!("{:#}", serde_json::Value::from(list));
        return Ok(0);
    }
    let width = named.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, meaning) in named {
        println!("{name:<width$}  {meaning}");
    }
    Ok(0)
}

/// Every tag of the features but the rules' ids, with what it says.
fn tags() -> Result<Vec<(String, String)>, Trouble> {
    let suite = run::read(&Library::embedded())?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for rule in &suite.catalogue.rules {
        for tag in rule.tags().into_iter().filter(|tag| *tag != rule.id) {
            *counts.entry(tag).or_default() += 1;
        }
    }
    let described = |(tag, count): (String, usize)| {
        let rules = if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") };
        (format!("@{tag}"), format!("{} ({rules})", meaning_of_tag(&tag)))
    };
    Ok(counts.into_iter().map(described).collect())
}

/// What a tag says of its rule.
fn meaning_of_tag(tag: &str) -> String {
    match tag {
        "must" => "a broken one turns the run red".to_owned(),
        "should" => "a broken one is a warning; with --strict it turns the run red".to_owned(),
        "may" => "the documentation permits it; never a failure".to_owned(),
        "info" => "observed and told; never a failure".to_owned(),
        "personal" => "judged on personal drives".to_owned(),
        "business" => "judged on OneDrive for work or school".to_owned(),
        "sharepoint" => "judged on SharePoint document libraries".to_owned(),
        "answers" => "judged on every answer of a run".to_owned(),
        "requests" => "judged on what a client sends: by --sdk, serve and judge".to_owned(),
        "traffic" => "judged on other people's recordings too".to_owned(),
        _ => match Need::from_tag(tag) {
            Some(Need::Token(identity)) => format!("not run without a token of {identity}"),
            Some(_) => format!("not run without {}", tag["needs-".len()..].replace('-', " ")),
            None if tag.starts_with(|first: char| first.is_ascii_uppercase()) => {
                "rules whose id begins so".to_owned()
            }
            None => "the chapter: a file in features/".to_owned(),
        },
    }
}
