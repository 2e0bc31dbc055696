//! What the features say, as values.

use std::collections::BTreeSet;
use std::fmt;

use cucumber::gherkin;
use serde::{Deserialize, Serialize};

use super::{Ambiguity, Basis, Sources, Statement};
use crate::graph::{Identity, Product};

/// How binding a rule is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The documentation states it without condition. A miss is a failure.
    Must,
    /// Stated, but known to deviate or only implied. A miss is a warning.
    Should,
    /// Permitted variation. Recorded.
    May,
    /// Recorded, never judged.
    Info,
}

impl Level {
    /// Every level, the most binding first.
    pub const ALL: [Self; 4] = [Self::Must, Self::Should, Self::May, Self::Info];

    /// The word used in tags and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What a rule or scenario needs that not every run has: a `@needs-...` tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// The token of a further identity.
    Token(Identity),
    /// Anonymous links enabled in the tenant (always so on personal drives).
    AnonymousLinks,
    /// Anonymous links disabled in the tenant.
    AnonymousLinksDisabled,
    /// A personal account with a paid plan.
    Premium,
    /// A personal account without a paid plan.
    FreePlan,
    /// No expiration policy.
    NoExpirationPolicy,
    /// An expiration policy.
    ExpirationPolicy,
    /// A library whose files can be checked out.
    CheckoutLibrary,
}

impl Need {
    /// Every need, by its tag without the `@`.
    pub const ALL: [(&'static str, Self); 15] = [
        ("needs-second-app", Self::Token(Identity::SecondApp)),
        ("needs-second-user", Self::Token(Identity::SecondUser)),
        ("needs-read-only", Self::Token(Identity::ReadOnly)),
        ("needs-app-only", Self::Token(Identity::AppOnly)),
        ("needs-files-read-write", Self::Token(Identity::FilesReadWrite)),
        ("needs-files-read-write-all", Self::Token(Identity::FilesReadWriteAll)),
        ("needs-sites-read-write-all", Self::Token(Identity::SitesReadWriteAll)),
        ("needs-app-only-sites", Self::Token(Identity::AppOnlySites)),
        ("needs-anonymous-links", Self::AnonymousLinks),
        ("needs-anonymous-links-disabled", Self::AnonymousLinksDisabled),
        ("needs-premium", Self::Premium),
        ("needs-free-plan", Self::FreePlan),
        ("needs-no-expiration-policy", Self::NoExpirationPolicy),
        ("needs-expiration-policy", Self::ExpirationPolicy),
        ("needs-checkout-library", Self::CheckoutLibrary),
    ];

    /// The need a tag names.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == tag).map(|(_, need)| *need)
    }
}

/// One documented statement: a `Rule:` block.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, stable for ever: "IDEM-02".
    pub id: String,
    /// The statement in one line.
    pub title: String,
    /// How binding it is.
    pub level: Level,
    /// The products it speaks of.
    pub products: BTreeSet<Product>,
    /// What it needs.
    pub needs: BTreeSet<Need>,
    /// Judged on every answer of a run.
    pub on_answers: bool,
    /// Judged on every request a client library put on the wire.
    pub on_requests: bool,
    /// Where it is documented: "Page, Response".
    pub source: String,
    /// The address of that source.
    pub url: String,
    /// Whether the phrase is the source's own words.
    pub basis: Basis,
    /// The line that says what it rests on.
    pub basis_line: usize,
    /// The documented phrase, or what the source says in our words where it has no quotable phrase.
    pub phrase: String,
    /// What else the feature says about it: accepted forms, both readings of an ambiguity.
    pub note: String,
    /// The chapter, which is the name of the file without its ending: "existing-links".
    pub chapter: String,
    /// The title of the feature.
    pub feature: String,
    /// The file, relative to the features' folder.
    pub file: String,
    /// The line of the `Rule:` keyword.
    pub line: usize,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// One scenario of a rule.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The line of its keyword, or of its row of examples.
    pub line: usize,
    /// The products it is for: those of the rule unless it names its own.
    pub products: BTreeSet<Product>,
    /// Judged on exchanges that nobody told as a story: what it looks at is proven by them.
    pub on_traffic: bool,
    /// What it needs, the rule's needs included.
    pub needs: BTreeSet<Need>,
    /// It is told where choices are combined, and not at the least depth.
    pub combines: bool,
    /// Its steps, as Gherkin.
    pub steps: Vec<gherkin::Step>,
}

/// A rule that is not encoded, with the reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncovered {
    /// Its id.
    pub id: String,
    /// How binding it is; "must (harness)" for obligations of linkspec itself.
    pub level: String,
    /// Why no scenario judges it, and what looks after it instead.
    pub reason: String,
    /// The rules that say the same, where the id is withdrawn: one fault has one red. Ids are for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<String>,
}

/// Everything `features/` says.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The rules, in the order of the files and of the lines in them.
    pub rules: Vec<Rule>,
    /// The features they were read from, for cucumber.
    pub features: Vec<gherkin::Feature>,
    /// What is not encoded.
    pub uncovered: Vec<Uncovered>,
    /// The pages the rules rest on.
    pub sources: Sources,
    /// Where the documentation has two readings.
    pub ambiguities: Vec<Ambiguity>,
    /// Every statement of createLink's page.
    pub statements: Vec<Statement>,
    /// A digest of all files read, so that two reports can be known to rest on the same rules.
    pub digest: String,
}

impl Catalogue {
    /// The rule with that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Whether the id is that of a rule, encoded or not.
    pub fn knows(&self, id: &str) -> bool {
        self.rule(id).is_some() || self.uncovered.iter().any(|it| it.id == id)
    }

    /// The ambiguity with that id.
    pub fn ambiguity(&self, id: &str) -> Option<&Ambiguity> {
        self.ambiguities.iter().find(|it| it.id == id)
    }
}

impl Rule {
    /// Whether some of it is judged on exchanges that nobody told as a story.
    pub fn on_traffic(&self) -> bool {
        self.scenarios.iter().any(|it| it.on_traffic)
    }

    /// The group of the id: "IDEM".
    pub fn group(&self) -> &str {
        self.id.split('-').next().unwrap_or(&self.id)
    }

    /// What `--tags` may name it by, without the `@`: its id, level, products, needs, chapter and group among them.
    pub fn tags(&self) -> Vec<String> {
        let mut tags = vec![self.id.clone(), self.level.name().to_owned()];
        tags.extend(self.products.iter().map(|it| it.name().to_owned()));
        let needs = Need::ALL.iter().filter(|(_, need)| self.needs.contains(need));
        tags.extend(needs.map(|(name, _)| (*name).to_owned()));
        if self.on_answers {
            tags.push("answers".to_owned());
        }
        if self.on_requests {
            tags.push("requests".to_owned());
        }
        if self.on_traffic() {
            tags.push("traffic".to_owned());
        }
        tags.push(self.chapter.clone());
        tags.push(self.group().to_owned());
        tags
    }
}
