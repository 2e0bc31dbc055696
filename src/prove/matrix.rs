//! Which rule catches which deviation, and what conforming forms set off.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::trial::{Subject, Trial};
use crate::graph::Product;
use crate::mock::{Deviation, NullKind};
use crate::report::Verdict;
use crate::rules::Level;
use crate::run::Suite;

/// What a deviation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caught {
    /// An expected rule fired and nothing unrelated did.
    Caught,
    /// An expected rule fired, and so did unrelated ones.
    Collateral,
    /// No expected rule fired.
    Missed,
}

/// A deviation on a product.
#[derive(Debug, Clone, Serialize)]
pub struct DeviationProof {
    /// Its name.
    pub name: &'static str,
    /// The requests it shows on; all, without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What is wrong, in one sentence.
    pub sentence: &'static str,
    /// The product.
    pub product: Product,
    /// The rules it breaks.
    pub expected: Vec<&'static str>,
    /// The rules that fired.
    pub fired: BTreeMap<String, Verdict>,
    /// Rules that fired and are neither expected nor declared unavoidable.
    pub collateral: Vec<String>,
    /// What it came to.
    pub result: Caught,
}

impl DeviationProof {
    /// Its name, and the condition where it has one.
    pub fn title(&self) -> String {
        match &self.condition {
            Some(condition) => format!("{} when {condition}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// A conforming variant on a product.
#[derive(Debug, Clone, Serialize)]
pub struct VariantProof {
    /// Its name.
    pub name: &'static str,
    /// What is different, in one sentence.
    pub sentence: &'static str,
    /// The product.
    pub product: Product,
    /// The rules that blamed it although it is right.
    pub blamed: BTreeMap<String, String>,
    /// The warnings that are asked for.
    pub warned: Vec<String>,
    /// MUST rules that the environment kept from being judged although waiting should have helped.
    pub undecided: Vec<String>,
}

/// A null implementation on a product.
#[derive(Debug, Clone, Serialize)]
pub struct NullProof {
    /// What it answers.
    pub name: String,
    /// The product.
    pub product: Product,
    /// MUST and SHOULD rules it "passes".
    pub passed: Vec<String>,
    /// MUST and SHOULD rules that speak of the product.
    pub rules: usize,
    /// Whether it ends red: a failure, or nothing that could be judged.
    pub red: bool,
}

/// A rule nobody's deviation breaks.
#[derive(Debug, Clone, Serialize)]
pub struct UnprovenRule {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why no deviation breaks it, where that is known.
    pub reason: Option<&'static str>,
}

/// Everything that was shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Proof {
    /// Rules that blame the mock as it is.
    pub plain: BTreeMap<String, String>,
    /// The kill matrix.
    pub deviations: Vec<DeviationProof>,
    /// The conforming variants.
    pub variants: Vec<VariantProof>,
    /// The null implementations.
    pub nulls: Vec<NullProof>,
    /// Rules nobody's deviation breaks.
    pub unproven: Vec<UnprovenRule>,
}

/// What is made of documented values is granted.
const GRANTED: &str = "REQ-18";

/// Rules that no deviation of a mock can break, and why.
pub const UNPROVEN: &[(&str, &str)] =
    &[("ERR-04", "only usual, so its absence is recorded and never held against a service")];

impl Proof {
    /// Draws the conclusions from the trials.
    pub fn of(suite: &Suite, trials: &[Trial]) -> Self {
        let mut proof = Self::default();
        for trial in trials {
            match trial.subject {
                Subject::Plain => {
                    for rule in blaming(trial) {
                        proof.plain.insert(format!("{} ({})", rule.0, trial.product), rule.1);
                    }
                    if let Some(reason) = &trial.stopped {
                        proof.plain.insert(trial.product.to_string(), reason.clone());
                    }
                }
                Subject::Deviation(..) => proof.deviations.extend(deviation_proof(trial)),
                Subject::Variant(_) => proof.variants.extend(variant_proof(suite, trial)),
                Subject::Null(_) => proof.nulls.extend(null_proof(suite, trial)),
            }
        }
        // What a few chosen deviations do not prove, others may.
        let names: BTreeSet<&str> = proof.deviations.iter().map(|it| it.name).collect();
        if names.len() == crate::mock::deviations().len() {
            proof.unproven = unproven(suite, &proof.deviations);
        }
        proof
    }

    /// Whether everything that is claimed was shown.
    pub fn holds(&self) -> bool {
        self.plain.is_empty()
            && self.deviations.iter().all(|it| it.result == Caught::Caught)
            && self.variants.iter().all(|it| it.blamed.is_empty() && it.undecided.is_empty())
            && self.nulls.iter().all(|it| it.red)
            && self.unproven.iter().all(|it| it.reason.is_some())
    }

    /// The proof as Markdown, as committed in docs/proof.md.
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "# What the suite is shown to catch\n\n\
             Made by `linkspec prove --format markdown`; a test keeps it true.\n",
        );
        for (rule, reason) in &self.plain {
            let _ = writeln!(text, "\nThe plain mock is blamed: {rule}: {reason}");
        }
        self.write_deviations(&mut text);
        self.write_unproven(&mut text);
        self.write_variants(&mut text);
        self.write_nulls(&mut text);
        text
    }

    fn write_deviations(&self, text: &mut String) {
        if self.deviations.is_empty() {
            return;
        }
        let names: BTreeSet<&str> = self.deviations.iter().map(|it| it.name).collect();
        let caught = names
            .iter()
            .filter(|name| {
                self.deviations
                    .iter()
                    .filter(|it| it.name == **name)
                    .all(|it| it.result == Caught::Caught)
            })
            .count();
        let _ = write!(
            text,
            "\n## Deviations\n\n{caught} of {} deviations are caught on every product they show on. \
             Rules in bold are the ones the deviation breaks; the others follow from it.\n\n\
             | deviation | what is wrong | products | rules that fired | result |\n|---|---|---|---|---|\n",
            names.len()
        );
        let mut rows: Vec<(&DeviationProof, Vec<&str>)> = Vec::new();
        for proof in &self.deviations {
            let same = rows.iter_mut().find(|(row, _)| {
                row.name == proof.name
                    && row.condition == proof.condition
                    && row.fired == proof.fired
                    && row.result == proof.result
            });
            match same {
                Some((_, products)) => products.push(proof.product.name()),
                None => rows.push((proof, vec![proof.product.name()])),
            }
        }
        for (proof, products) in rows {
            let fired: Vec<String> = proof
                .fired
                .iter()
                .map(|(rule, verdict)| {
                    let rule = if proof.expected.contains(&rule.as_str()) {
                        format!("**{rule}**")
                    } else {
                        rule.clone()
                    };
                    if *verdict == Verdict::Warn { format!("{rule} (warn)") } else { rule }
                })
                .collect();
            let result = match proof.result {
                Caught::Caught => "caught".to_owned(),
                Caught::Collateral => format!("collateral: {}", proof.collateral.join(", ")),
                Caught::Missed => format!("missed: {}", proof.expected.join(", ")),
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {result} |",
                proof.title(),
                proof.sentence,
                products.join(", "),
                fired.join(", ")
            );
        }
    }

    fn write_unproven(&self, text: &mut String) {
        if self.unproven.is_empty() {
            return;
        }
        text.push_str("\n## Rules no deviation breaks\n\n| rule | level | why |\n|---|---|---|\n");
        for unproven in &self.unproven {
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                unproven.id,
                unproven.level,
                unproven.reason.unwrap_or("no reason stated")
            );
        }
    }

    fn write_variants(&self, text: &mut String) {
        if self.variants.is_empty() {
            return;
        }
        text.push_str(
            "\n## Conforming variants\n\n| variant | what is different | product | blamed | warnings asked for |\n|---|---|---|---|---|\n",
        );
        for variant in &self.variants {
            let mut blamed: Vec<String> =
                variant.blamed.iter().map(|(rule, reason)| format!("{rule}: {reason}")).collect();
            blamed.extend(variant.undecided.iter().map(|rule| format!("{rule} undecided")));
            let or_none = |list: Vec<String>| {
                if list.is_empty() { "none".to_owned() } else { list.join("; ") }
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                variant.name,
                variant.sentence,
                variant.product,
                or_none(blamed),
                or_none(variant.warned.clone())
            );
        }
    }

    fn write_nulls(&self, text: &mut String) {
        if self.nulls.is_empty() {
            return;
        }
        text.push_str(
            "\n## Servers that implement nothing\n\n| server | product | \"passes\" | of | ends |\n|---|---|---|---|---|\n",
        );
        for null in &self.nulls {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                null.name,
                null.product,
                null.passed.len(),
                null.rules,
                if null.red { "red" } else { "green" }
            );
        }
    }
}

fn blaming(trial: &Trial) -> impl Iterator<Item = (String, String)> + '_ {
    trial
        .rules
        .iter()
        .filter(|rule| {
            matches!(rule.verdict, Verdict::Fail | Verdict::Warn | Verdict::Inconclusive)
        })
        .map(|rule| (rule.id.clone(), rule.reason.clone().unwrap_or_default()))
}

fn deviation_proof(trial: &Trial) -> Option<DeviationProof> {
    let Subject::Deviation(deviation, condition) = trial.subject else { return None };
    let fired: BTreeMap<String, Verdict> =
        trial.fired().into_iter().map(|(rule, verdict)| (rule.to_owned(), verdict)).collect();
    let expected = own_rules(deviation, condition.is_some());
    let hit = fired.keys().any(|rule| expected.contains(&rule.as_str()));
    let collateral: Vec<String> = fired
        .keys()
        .filter(|rule| !expected.contains(&rule.as_str()) && !deviation.explains(rule))
        .cloned()
        .collect();
    let result = match (hit, collateral.is_empty()) {
        (true, true) => Caught::Caught,
        (true, false) => Caught::Collateral,
        (false, _) => Caught::Missed,
    };
    Some(DeviationProof {
        name: deviation.name,
        condition: condition.map(|it| it.to_string()),
        sentence: deviation.sentence,
        product: trial.product,
        expected,
        fired,
        collateral,
        result,
    })
}

/// The rules that speak of what a deviation does. One that refuses some requests and grants others breaks the rule
/// that documented values are granted, where one that refuses them all breaks that of the value.
pub(super) fn own_rules(deviation: &Deviation, under_condition: bool) -> Vec<&'static str> {
    let mut rules = deviation.breaks.to_vec();
    if under_condition && !rules.contains(&GRANTED) {
        rules.push(GRANTED);
    }
    rules
}

fn variant_proof(suite: &Suite, trial: &Trial) -> Option<VariantProof> {
    let Subject::Variant(variant) = trial.subject else { return None };
    let mut blamed = BTreeMap::new();
    let mut warned = Vec::new();
    for rule in trial.rules.iter().filter(|it| matches!(it.verdict, Verdict::Fail | Verdict::Warn))
    {
        if rule.verdict == Verdict::Warn && variant.warns.contains(&rule.id.as_str()) {
            warned.push(rule.id.clone());
        } else {
            blamed.insert(rule.id.clone(), rule.reason.clone().unwrap_or_default());
        }
    }
    if let Some(reason) = &trial.stopped {
        blamed.insert("the run".to_owned(), reason.clone());
    }
    let undecided = trial
        .rules
        .iter()
        .filter(|it| it.verdict == Verdict::Inconclusive && it.level == Level::Must)
        .map(|it| it.id.clone())
        .collect();
    let _ = suite;
    Some(VariantProof {
        name: variant.name,
        sentence: variant.sentence,
        product: trial.product,
        blamed,
        warned,
        undecided,
    })
}

fn null_proof(suite: &Suite, trial: &Trial) -> Option<NullProof> {
    let Subject::Null(null) = trial.subject else { return None };
    let kind = match null.kind {
        NullKind::ConstantPermission => "answers 201 with one constant permission",
        NullKind::RefusesEverything => "answers 400",
        NullKind::EmptyObject => "answers 200 {}",
        NullKind::Echo => "echoes the request",
        NullKind::NeverAnswers => "never answers",
    };
    let where_ = if null.whole_server { "to everything" } else { "to createLink" };
    let binding = |level: Level| matches!(level, Level::Must | Level::Should);
    let passed: Vec<String> = trial
        .rules
        .iter()
        .filter(|it| it.verdict == Verdict::Pass && binding(it.level))
        .map(|it| it.id.clone())
        .collect();
    let undecided =
        trial.rules.iter().any(|it| it.verdict == Verdict::Inconclusive && it.level == Level::Must);
    Some(NullProof {
        name: format!("{kind} {where_}"),
        product: trial.product,
        passed,
        rules: suite.rules_for(trial.product).filter(|it| binding(it.level)).count(),
        red: trial.stopped.is_some() || trial.count(Verdict::Fail) > 0 || undecided,
    })
}

fn unproven(suite: &Suite, deviations: &[DeviationProof]) -> Vec<UnprovenRule> {
    let proven: BTreeSet<&str> =
        deviations.iter().flat_map(|it| it.fired.keys().map(String::as_str)).collect();
    suite
        .catalogue
        .rules
        .iter()
        .filter(|rule| matches!(rule.level, Level::Must | Level::Should) && !rule.on_requests)
        .filter(|rule| !proven.contains(rule.id.as_str()))
        .map(|rule| UnprovenRule {
            id: rule.id.clone(),
            level: rule.level,
            reason: UNPROVEN.iter().find(|(id, _)| *id == rule.id).map(|(_, reason)| *reason),
        })
        .collect()
}
