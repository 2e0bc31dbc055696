//! `linkspec rules`: the rules, one of them, an ambiguity, and what a saved page says other than the page they quote.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::output::{print, println};
use super::saved_page;
use super::trouble::Trouble;
use crate::mock::deviations;
use crate::rules::{Basis, Catalogue, Library, Rule, document, mentioned};
use crate::run;

/// Arguments of `linkspec rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    #[command(subcommand)]
    command: Option<RulesCommand>,
    /// List what no scenario judges, with the reason
    #[arg(long)]
    uncovered: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES", global = true)]
    features: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Show one rule, or one ambiguity: what it rests on, source, scenarios
    Show {
        /// Its id, for example IDEM-02 or AMB-01
        id: String,
    },
    /// Compare saved copies of createLink's page with the page the rules quote
    Check {
        /// Markdown of the documentation's repository, HTML as a browser saves it, or text; - for standard input
        #[arg(required = true, value_name = "PAGE")]
        pages: Vec<PathBuf>,
    },
    /// Print a saved page as hashes of its words, for features/sources.toml
    #[command(hide = true)]
    Fingerprint {
        /// The page, or - for standard input
        page: PathBuf,
    },
    /// Print every ambiguity, as docs/ambiguities.md
    #[command(hide = true)]
    Ambiguities,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    /// The table of what is covered, as in docs/rules.md
    Markdown,
    /// Every rule on one page in Markdown: docs/rules.md
    Page,
}

pub(super) fn rules(arguments: &RulesArguments) -> Result<u8, Trouble> {
    let library = match &arguments.features {
        Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
        None => Library::embedded(),
    };
    if let Some(RulesCommand::Fingerprint { page }) = &arguments.command {
        return saved_page::print_fingerprint(page);
    }
    let suite = run::read(&library)?;
    let catalogue = &suite.catalogue;
    match &arguments.command {
        Some(RulesCommand::Show { id }) => return show_id(catalogue, &id.to_uppercase()),
        Some(RulesCommand::Check { pages }) => return saved_page::check(catalogue, pages),
        Some(RulesCommand::Ambiguities) => {
            print!("{}", document(&catalogue.ambiguities));
            return Ok(0);
        }
        Some(RulesCommand::Fingerprint { .. }) | None => {}
    }
    if arguments.uncovered {
        for uncovered in &catalogue.uncovered {
            println!("{:<8} {:<14} {}", uncovered.id, uncovered.level, uncovered.reason);
        }
        return Ok(0);
    }
    match arguments.format {
        Format::Table => {
            for rule in &catalogue.rules {
                println!("{:<8} {:<6} {:<3} {}", rule.id, rule.level, letters(rule), rule.title);
            }
            println!(
                "\n{} rules; {} more are listed with a reason by --uncovered. P personal, B business, S sharepoint.",
                catalogue.rules.len(),
                catalogue.uncovered.len()
            );
        }
        Format::Json => {
            let list: Vec<serde_json::Value> = catalogue.rules.iter().map(as_json).collect();
            println!("{:#}", serde_json::Value::from(list));
        }
        Format::Markdown => print!("{}", super::coverage::coverage_table(&suite)),
        Format::Page => print!("{}", super::rules_page::page(&suite)),
    }
    Ok(0)
}

fn show_id(catalogue: &Catalogue, id: &str) -> Result<u8, Trouble> {
    if let Some(rule) = catalogue.rule(id) {
        print!("{}", show(rule, catalogue));
    } else if let Some(ambiguity) = catalogue.ambiguity(id) {
        print!("{}", ambiguity.told());
    } else if let Some(uncovered) = catalogue.uncovered.iter().find(|it| it.id == id) {
        if uncovered.replaced_by.is_empty() {
            println!("{id} ({}) is not judged: {}", uncovered.level, uncovered.reason);
        } else {
            println!(
                "{id} is withdrawn, replaced by {}: {}",
                uncovered.replaced_by.join(", "),
                uncovered.reason
            );
        }
    } else {
        let rules = catalogue.rules.iter().map(|rule| rule.id.as_str());
        let known = rules.chain(catalogue.ambiguities.iter().map(|it| it.id.as_str()));
        return Err(Trouble::unknown("rule", id, known));
    }
    Ok(0)
}

fn letters(rule: &Rule) -> String {
    rule.products.iter().map(|it| it.name()[..1].to_uppercase()).collect()
}

fn as_json(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": rule.id,
        "level": rule.level,
        "title": rule.title,
        "products": rule.products,
        "basis": rule.basis,
        "phrase": rule.phrase,
        "source": rule.source,
        "url": rule.url,
        "note": rule.note,
        "feature": format!("features/{}:{}", rule.file, rule.line),
        "scenarios": rule.scenarios.iter().map(|it| &it.name).collect::<Vec<_>>(),
    })
}

fn show(rule: &Rule, catalogue: &Catalogue) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let _ = writeln!(text, "{}  {}\n", rule.id, rule.title);
    let products: Vec<&str> = rule.products.iter().map(|it| it.name()).collect();
    let _ = writeln!(text, "  level     {} ({})", rule.level, products.join(", "));
    let _ = writeln!(text, "  basis     {}", rule.basis.told(&rule.source, &rule.phrase));
    let _ = writeln!(text, "  source    {}, {}", rule.source, rule.url);
    if let Some((source, section)) = catalogue.sources.find(&rule.source) {
        let by_hand = section.and_then(|it| source.section(it)).is_some_and(|it| it.by_hand);
        let how = if rule.basis == Basis::Quotation && by_hand { ", checked by hand" } else { "" };
        let _ = writeln!(text, "            read {}{how}", source.read);
    }
    let _ = writeln!(text, "  feature   features/{}:{}", rule.file, rule.line);
    for line in rule.note.lines() {
        let _ = writeln!(text, "            {line}");
    }
    for id in mentioned(&rule.note) {
        if let Some(ambiguity) = catalogue.ambiguity(id) {
            let _ = writeln!(text, "  {id}    {}", ambiguity.title);
        }
    }
    for scenario in &rule.scenarios {
        let _ = writeln!(text, "\n  Scenario: {}", scenario.name);
        for step in &scenario.steps {
            let _ = writeln!(text, "    {} {}", step.keyword.trim(), step.value);
        }
    }
    let caught = deviations().iter().filter(|it| it.breaks.contains(&rule.id.as_str()));
    for (index, deviation) in caught.enumerate() {
        if index == 0 {
            text.push_str(
                "\n  Deviations of the mock that it catches (linkspec prove --deviation NAME):\n",
            );
        }
        let _ = writeln!(text, "    {}: {}", deviation.name, deviation.sentence);
    }
    text
}
