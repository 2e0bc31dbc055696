//! `linkspec prove`: showing that each rule can fail.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use super::output::{print, println};
use super::trouble::Trouble;
use crate::graph::Product;
use crate::mock::{deviation, deviations, nulls, variants};
use crate::prove::{Caught, Proof, Subject, run_trials};
use crate::rules::Library;
use crate::run;

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
    let subjects = subjects(arguments)?;
    let proof = Proof::of(&suite, &run_trials(&suite, &subjects, &|_, _| {}));
    match arguments.format {
        Format::Table => print!("{}", table(&proof)),
        Format::Json => {
            let json = serde_json::to_string_pretty(&proof).map_err(|error| {
                Trouble::environment(format!("the proof cannot be written: {error}"))
            })?;
            println!("{json}");
        }
        Format::Markdown => print!("{}", proof.markdown()),
    }
    Ok(u8::from(!proof.holds()))
}

fn subjects(arguments: &ProveArguments) -> Result<Vec<(Subject, Product)>, Trouble> {
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
        subjects.extend(deviation.products.iter().map(|it| (Subject::Deviation(deviation), *it)));
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
                    it.name,
                    it.product,
                    it.expected.join(", "),
                    it.collateral.join(", ")
                );
            }
            Caught::Missed => {
                let _ = writeln!(
                    text,
                    "missed      {} ({}): expected {}; fired {}",
                    it.name,
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
