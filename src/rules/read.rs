//! Features become rules; whatever is wrong with one is named with file and line.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt::Write as _;

use cucumber::feature::Ext as _;
use cucumber::gherkin::{self, GherkinEnv};
use ring::digest;

use super::check::check;
use super::embedded::{AMBIGUITIES, SOURCES, STATEMENTS, UNCOVERED};
use super::mistake::in_toml;
use super::rule::{Catalogue, Level, Need, Rule, Scenario, Uncovered};
use super::{Basis, Library, Mistake, Sources, ambiguities, statements};
use crate::graph::Product;
use crate::nearest::nearest;

/// Reads the features as rules.
///
/// # Errors
/// Every mistake found: syntax, unknown tags, rules without id, level, product, phrase or scenario,
/// scenarios without steps, empty examples, ids used twice.
pub fn read(library: &Library) -> Result<Catalogue, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut catalogue = Catalogue {
        rules: Vec::new(),
        features: Vec::new(),
        uncovered: Vec::new(),
        sources: Sources::default(),
        ambiguities: Vec::new(),
        statements: Vec::new(),
        digest: digest_of(library),
    };
    for (path, text) in library.features() {
        match parse(path, text) {
            Ok(feature) => {
                read_feature(path, &feature, &mut catalogue.rules, &mut mistakes);
                catalogue.features.push(feature);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let of_features = mistakes.len();
    catalogue.uncovered = data(library, UNCOVERED, read_uncovered, &mut mistakes);
    catalogue.sources = data(library, SOURCES, Sources::read, &mut mistakes);
    catalogue.ambiguities = data(library, AMBIGUITIES, ambiguities::read, &mut mistakes);
    catalogue.statements = data(library, STATEMENTS, statements::read, &mut mistakes);
    // What a file that cannot be read would have said is missed by nobody.
    if mistakes.len() == of_features {
        check(library, &mut catalogue, &mut mistakes);
    }
    if mistakes.is_empty() { Ok(catalogue) } else { Err(mistakes) }
}

/// A data file beside the features, empty where there is none.
fn data<T: Default>(
    library: &Library,
    name: &str,
    read: impl Fn(&str) -> Result<T, Mistake>,
    mistakes: &mut Vec<Mistake>,
) -> T {
    match library.data(name).map(read) {
        Some(Ok(read)) => read,
        Some(Err(mistake)) => {
            mistakes.push(mistake);
            T::default()
        }
        None => T::default(),
    }
}

fn parse(path: &str, text: &str) -> Result<gherkin::Feature, Mistake> {
    refuse_empty_examples(path, text)?;
    let mut feature = gherkin::Feature::parse(text, GherkinEnv::default()).map_err(|error| {
        let text = error.to_string();
        Mistake::at(
            path,
            line_in(&text),
            "this is no Gherkin; look at this line and the one before",
        )
    })?;
    feature.path = Some(path.into());
    feature.expand_examples().map_err(|error| {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(message, ": {cause}");
            source = cause.source();
        }
        Mistake::at(path, error.pos.line, message)
    })
}

/// The parser tells where it gave up only in its message: "Error at 5:1: ...".
fn line_in(message: &str) -> usize {
    message
        .strip_prefix("Error at ")
        .and_then(|rest| rest.split(':').next())
        .and_then(|line| line.parse().ok())
        .unwrap_or(0)
}

/// An outline whose examples have no row would vanish without a trace.
fn refuse_empty_examples(path: &str, text: &str) -> Result<(), Mistake> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("Examples:") || line.starts_with("Scenarios:") {
            let rows = lines[index + 1..]
                .iter()
                .skip_while(|line| line.is_empty() || line.starts_with('#'))
                .take_while(|line| {
                    line.starts_with('|') || line.is_empty() || line.starts_with('#')
                })
                .filter(|line| line.starts_with('|'))
                .count();
            if rows < 2 {
                return Err(Mistake::at(
                    path,
                    index + 1,
                    "the examples have no row, so the scenario would never run; add a row or remove the outline",
                ));
            }
        }
    }
    Ok(())
}

fn read_feature(
    path: &str,
    feature: &gherkin::Feature,
    rules: &mut Vec<Rule>,
    mistakes: &mut Vec<Mistake>,
) {
    for scenario in &feature.scenarios {
        mistakes.push(Mistake::at(
            path,
            scenario.position.line,
            format!("the scenario \"{}\" belongs to no rule; put it below a Rule:", scenario.name),
        ));
    }
    if feature.rules.is_empty() && feature.scenarios.is_empty() {
        mistakes.push(Mistake::at(path, feature.position.line, "the feature has no Rule:"));
    }
    for rule in &feature.rules {
        match read_rule(path, feature, rule) {
            Ok(rule) => rules.push(rule),
            Err(mut found) => mistakes.append(&mut found),
        }
    }
}

fn read_rule(
    path: &str,
    feature: &gherkin::Feature,
    rule: &gherkin::Rule,
) -> Result<Rule, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let line = rule.position.line;
    let mut tags = Tags::default();
    tags.read(&feature.tags, path, line, &mut mistakes);
    tags.read(&rule.tags, path, line, &mut mistakes);
    let title = &rule.name;
    let mut complain = |message: String| mistakes.push(Mistake::at(path, line, message));
    let id = match tags.ids.as_slice() {
        [id] => id.clone(),
        [] => {
            complain(format!("the rule \"{title}\" has no id; tag it like @IDEM-02"));
            String::new()
        }
        several => {
            complain(format!("the rule \"{title}\" has several ids: {}", several.join(", ")));
            String::new()
        }
    };
    let level = match tags.levels.as_slice() {
        [level] => *level,
        _ => {
            complain(format!("the rule {id} needs one level: @must, @should, @may or @info"));
            Level::Info
        }
    };
    if tags.products.is_empty() && (tags.on_answers || tags.on_requests) {
        tags.products.extend(Product::ALL);
    }
    if tags.products.is_empty() {
        complain(format!("the rule {id} names no product: @personal, @business, @sharepoint"));
    }
    let (source, basis, phrase, note) = described(rule.description.as_deref().unwrap_or_default());
    if source.is_empty() || phrase.is_empty() {
        complain(format!(
            "the rule {id} does not say what it rests on; its first line reads like: Page, Response: \"the phrase\""
        ));
    }
    if rule.scenarios.is_empty() {
        complain(format!("the rule {id} has no scenario"));
    }
    let mut scenarios = Vec::new();
    for scenario in &rule.scenarios {
        match read_scenario(path, feature, rule, scenario, &tags, &mut mistakes) {
            Some(scenario) => scenarios.push(scenario),
            None => mistakes.push(Mistake::at(
                path,
                scenario.position.line,
                format!("the scenario \"{}\" has no steps", scenario.name),
            )),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Rule {
        id,
        title: title.clone(),
        level,
        products: tags.products,
        needs: tags.needs,
        on_answers: tags.on_answers,
        on_requests: tags.on_requests,
        source,
        url: String::new(),
        basis,
        basis_line: line + basis_offset(rule),
        phrase,
        note,
        chapter: path.trim_end_matches(".feature").to_owned(),
        feature: feature.name.clone(),
        file: path.to_owned(),
        line,
        scenarios,
    })
}

fn read_scenario(
    path: &str,
    feature: &gherkin::Feature,
    rule: &gherkin::Rule,
    scenario: &gherkin::Scenario,
    of_rule: &Tags,
    mistakes: &mut Vec<Mistake>,
) -> Option<Scenario> {
    let mut tags = Tags::default();
    tags.read(&scenario.tags, path, scenario.position.line, mistakes);
    for examples in &scenario.examples {
        tags.read(&examples.tags, path, scenario.position.line, mistakes);
    }
    if !tags.ids.is_empty() || !tags.levels.is_empty() {
        mistakes.push(Mistake::at(
            path,
            scenario.position.line,
            "ids and levels belong to the Rule:, not to a scenario",
        ));
    }
    let background = [&feature.background, &rule.background]
        .into_iter()
        .flatten()
        .flat_map(|background| &background.steps);
    let steps: Vec<_> = background.chain(&scenario.steps).cloned().collect();
    let products = if tags.products.is_empty() { &of_rule.products } else { &tags.products };
    (!scenario.steps.is_empty()).then(|| Scenario {
        name: scenario.name.clone(),
        line: scenario.position.line,
        products: products.intersection(&of_rule.products).copied().collect(),
        on_traffic: of_rule.on_answers || of_rule.on_traffic || tags.on_traffic,
        needs: of_rule.needs.union(&tags.needs).copied().collect(),
        combines: tags.combines || of_rule.combines,
        steps,
    })
}

#[derive(Default)]
struct Tags {
    ids: Vec<String>,
    levels: Vec<Level>,
    products: BTreeSet<Product>,
    needs: BTreeSet<Need>,
    on_answers: bool,
    on_requests: bool,
    combines: bool,
    on_traffic: bool,
}

impl Tags {
    fn read(&mut self, tags: &[String], path: &str, line: usize, mistakes: &mut Vec<Mistake>) {
        for tag in tags {
            if let Some(level) = Level::ALL.into_iter().find(|level| level.name() == tag) {
                self.levels.push(level);
            } else if let Some(product) = Product::from_name(tag) {
                self.products.insert(product);
            } else if let Some(need) = Need::from_tag(tag) {
                self.needs.insert(need);
            } else if tag == "answers" {
                self.on_answers = true;
            } else if tag == "requests" {
                self.on_requests = true;
            } else if tag == "combined" {
                self.combines = true;
            } else if tag == "traffic" {
                self.on_traffic = true;
            } else if is_rule_id(tag) {
                self.ids.push(tag.clone());
            } else {
                mistakes.push(Mistake::at(path, line, unknown_tag(tag)));
            }
        }
    }
}

/// Whether a tag has the form of a rule id: letters, a hyphen, two digits.
pub(crate) fn is_rule_id(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(group, number)| {
        (2..=6).contains(&group.len())
            && group.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn unknown_tag(tag: &str) -> String {
    let known = Level::ALL
        .iter()
        .map(|level| level.name())
        .chain(Product::ALL.iter().map(|product| product.name()))
        .chain(Need::ALL.iter().map(|(name, _)| *name))
        .chain(["answers", "requests", "combined", "traffic"]);
    match nearest(tag, known) {
        Some(name) => format!("unknown tag @{tag}; did you mean @{name}?"),
        None => format!("unknown tag @{tag}"),
    }
}

/// How many lines below its keyword a rule says what it rests on.
fn basis_offset(rule: &gherkin::Rule) -> usize {
    let description = rule.description.as_deref().unwrap_or_default();
    1 + description.lines().take_while(|line| line.trim().is_empty()).count()
}

/// Splits a description into source, basis, phrase and the rest. What stands in quotation marks is a quotation.
fn described(description: &str) -> (String, Basis, String, String) {
    let mut lines = description.lines().map(str::trim).skip_while(|line| line.is_empty());
    let first = lines.next().unwrap_or_default();
    let (source, phrase) = first.split_once(": ").unwrap_or(("", ""));
    let note: Vec<&str> = lines.collect();
    let phrase = phrase.trim();
    let (basis, phrase) = match phrase.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(quoted) => (Basis::Quotation, quoted),
        None => (Basis::Reading, phrase),
    };
    (source.trim().to_owned(), basis, phrase.to_owned(), note.join("\n").trim().to_owned())
}

fn read_uncovered(text: &str) -> Result<Vec<Uncovered>, Mistake> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        uncovered: Vec<Uncovered>,
    }
    match toml::from_str::<File>(text) {
        Ok(file) => Ok(file.uncovered),
        Err(error) => Err(in_toml(UNCOVERED, text, &error)),
    }
}

fn digest_of(library: &Library) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for (path, text) in &library.files {
        for part in [path.as_bytes(), text.as_bytes()] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
    }
    context.finish().as_ref().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
