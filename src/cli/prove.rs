//! `linkspec prove`: showing that each rule can fail.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{eprintln, print, println};
use super::trouble::Trouble;
use crate::graph::Product;
use crate::mock::{Condition, ConditionError, Deviation, deviation, deviations, nulls, variants};
use crate::prove::{Caught, Curve, Proof, Subject, generate, products_of, run_trials, subjects_of};
use crate::report::{ReportFormat, ReportTarget, WriteError, check_writable, write_file};
use crate::rules::Library;
use crate::run::{self, Depth, Suite};

/// Arguments of `linkspec prove`.
#[derive(Debug, Args)]
pub(super) struct ProveArguments {
    /// Only the conforming variants
    #[arg(long, conflicts_with_all = ["nulls", "deviation"])]
    variants: bool,
    /// Only the servers that implement nothing
    #[arg(long, conflicts_with = "deviation")]
    nulls: bool,
    /// Only this deviation; repeat for several
    #[arg(long, value_name = "NAME")]
    deviation: Vec<String>,
    /// The deviation shows only on requests with these values, for example "type=edit and address=users"
    #[arg(long, value_name = "CONDITION", requires = "deviation")]
    when: Option<String>,
    /// Only deviations under generated conditions: so many for each number of values that coincide, 1 to 3
    #[arg(long, value_name = "N", conflicts_with_all = ["variants", "nulls", "deviation"],
          value_parser = clap::value_parser!(u16).range(1..))]
    conditional: Option<u16>,
    /// What the generated conditions are chosen by
    #[arg(long, value_name = "N", default_value_t = 1, requires = "conditional")]
    seed: u64,
    /// How far each trial goes: quick, standard or full. Without, quick, and standard under a condition
    #[arg(long, value_name = "DEPTH")]
    depth: Option<String>,
    /// Draw what the generated conditions came to, as html=FILE
    #[arg(long, value_name = "html=PATH", requires = "conditional")]
    report: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
    features: Option<std::path::PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Markdown,
}

pub(super) fn prove(arguments: &ProveArguments) -> Result<u8, Trouble> {
    let library = match &arguments.features {
        Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
        None => Library::embedded(),
    };
    let suite = run::read(&library)?;
    let condition = arguments.when.as_deref().map(condition).transpose()?;
    let conditional = condition.is_some() || arguments.conditional.is_some();
    let usual = if conditional { Depth::Standard } else { Depth::Quick };
    let depth = match arguments.depth.as_deref() {
        None => usual,
        word => super::select::depth(word)?,
    };
    if let Some(count) = arguments.conditional {
        let how = (usize::from(count), arguments.seed, depth);
        return curve(&suite, how, arguments);
    }
    let subjects = subjects(arguments, condition)?;
    let proof = Proof::of(&suite, &run_trials(&suite, depth, &subjects, &|_, _| {}));
    match arguments.format {
        Format::Table => print!("{}", table(&proof)),
        Format::Json => println!("{}", json(&proof)?),
        Format::Markdown => print!("{}", proof.markdown()),
    }
    Ok(u8::from(!proof.holds()))
}

fn json(what: &impl serde::Serialize) -> Result<String, Trouble> {
    serde_json::to_string_pretty(what)
        .map_err(|error| Trouble::environment(format!("the proof cannot be written: {error}")))
}

/// A curve is a measurement: it does not fail.
fn curve(
    suite: &Suite,
    how: (usize, u64, Depth),
    arguments: &ProveArguments,
) -> Result<u8, Trouble> {
    let (count, seed, depth) = how;
    let page = arguments.report.as_deref().map(page_target).transpose()?;
    let faults = generate(count, seed);
    let trials = run_trials(suite, depth, &subjects_of(&faults), &|_, _| {});
    let curve = Curve::of(suite, how, &faults, &trials);
    if let Some(path) = page {
        write_file(&path, &curve.page())
            .map_err(|error| Trouble::environment(error.to_string()))?;
        eprintln!("wrote {}", path.display());
    }
    match arguments.format {
        Format::Table => print!("{}", curve.table()),
        Format::Json => println!("{}", json(&curve)?),
        Format::Markdown => print!("{}", curve.markdown()),
    }
    Ok(0)
}

/// Reads `--report`, before the trials, which take long.
fn page_target(text: &str) -> Result<PathBuf, Trouble> {
    let usage = |error: WriteError| Trouble::usage(error.to_string());
    let target: ReportTarget = text.parse().map_err(usage)?;
    let (ReportFormat::Html, Some(path)) = (target.format, target.path) else {
        return Err(Trouble::usage(format!(
            "--report {text}: the curve is drawn as html, into a file"
        ))
        .hint("write --report html=curve.html; --format json and --format markdown print it"));
    };
    check_writable(&path).map_err(usage)?;
    Ok(path)
}

fn subjects(
    arguments: &ProveArguments,
    condition: Option<Condition>,
) -> Result<Vec<(Subject, Product)>, Trouble> {
    let mut subjects = Vec::new();
    let everything = arguments.deviation.is_empty() && !arguments.variants && !arguments.nulls;
    if everything {
        subjects.extend(Product::ALL.map(|product| (Subject::Plain, product)));
    }
    let mut chosen = Vec::new();
    let named: BTreeSet<&String> = arguments.deviation.iter().collect();
    for name in named {
        chosen.push(deviation(name).ok_or_else(|| {
            Trouble::unknown("deviation", name, deviations().iter().map(|it| it.name))
        })?);
    }
    if everything {
        chosen.extend(deviations());
    }
    for deviation in chosen {
        let products = products(deviation, condition)?;
        subjects
            .extend(products.into_iter().map(|it| (Subject::Deviation(deviation, condition), it)));
    }
    if everything || arguments.variants {
        for variant in variants() {
            subjects.extend(variant.products.iter().map(|it| (Subject::Variant(variant), *it)));
        }
    }
    if everything || arguments.nulls {
        for null in nulls() {
            subjects.extend(Product::ALL.map(|product| (Subject::Null(*null), product)));
        }
    }
    Ok(subjects)
}

/// Reads `--when`.
pub(super) fn condition(text: &str) -> Result<Condition, Trouble> {
    Condition::read(text).map_err(|error| {
        let known = error.known().join("\", \"");
        let written = match error {
            ConditionError::UnknownValue { .. } => format!("its values are \"{known}\""),
            _ => format!(
                "write for example \"type=edit and address=users\"; the parameters are \"{known}\""
            ),
        };
        Trouble::usage(format!("--when: {error}")).hint(written)
    })
}

fn products(
    deviation: &'static Deviation,
    condition: Option<Condition>,
) -> Result<Vec<Product>, Trouble> {
    let Some(condition) = condition else { return Ok(deviation.products.to_vec()) };
    products_of(deviation, &condition).map_err(|reasons| {
        let reasons: Vec<String> =
            reasons.iter().map(|(product, why)| format!("{product}: {why}")).collect();
        Trouble::usage(format!(
            "--when \"{condition}\": no request is so where {deviation} can show"
        ))
        .hint(format!("choose values that go together; {}", reasons.join("; ")))
    })
}

/// What needs attention, then the sums.
fn table(proof: &Proof) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (rule, reason) in &proof.plain {
        let _ = writeln!(text, "the plain mock is blamed: {rule}: {reason}");
    }
    for it in &proof.deviations {
        let fired: Vec<&str> = it.fired.keys().map(String::as_str).collect();
        match it.result {
            Caught::Caught => {}
            Caught::Collateral => {
                let _ = writeln!(
                    text,
                    "collateral  {} ({}): expected {}; also {}",
                    it.title(),
                    it.product,
                    it.expected.join(", "),
                    it.collateral.join(", ")
                );
            }
            Caught::Missed => {
                let _ = writeln!(
                    text,
                    "missed      {} ({}): expected {}; fired {}",
                    it.title(),
                    it.product,
                    it.expected.join(", "),
                    if fired.is_empty() { "nothing".to_owned() } else { fired.join(", ") }
                );
            }
        }
    }
    for variant in &proof.variants {
        for (rule, reason) in &variant.blamed {
            let _ = writeln!(
                text,
                "blamed      {} ({}): {rule}: {reason}",
                variant.name, variant.product
            );
        }
        if !variant.undecided.is_empty() {
            let _ = writeln!(
                text,
                "undecided   {} ({}): {}",
                variant.name,
                variant.product,
                variant.undecided.join(", ")
            );
        }
    }
    for null in &proof.nulls {
        let _ = writeln!(
            text,
            "null        {} ({}): passes {} of {}, ends {}: {}",
            null.name,
            null.product,
            null.passed.len(),
            null.rules,
            if null.red { "red" } else { "GREEN" },
            null.passed.join(" ")
        );
    }
    for unproven in proof.unproven.iter().filter(|it| it.reason.is_none()) {
        let _ = writeln!(text, "unproven    {} ({})", unproven.id, unproven.level);
    }
    let count = |result| proof.deviations.iter().filter(|it| it.result == result).count();
    let _ = writeln!(
        text,
        "{} deviation runs: {} caught, {} with collateral, {} missed; {} variant runs, {} blamed; {} null runs",
        proof.deviations.len(),
        count(Caught::Caught),
        count(Caught::Collateral),
        count(Caught::Missed),
        proof.variants.len(),
        proof.variants.iter().filter(|it| !it.blamed.is_empty()).count(),
        proof.nulls.len(),
    );
    text
}
