//! The report from which every format is written.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::interactions::Interactions;
use super::verdict::{Ruling, Verdict};
use crate::graph::{Conversation, Exchange, ItemAddress, Product, Surfaced};
use crate::judge::Grounds;
use crate::rules::{Basis, Level};

/// What a run came to: the one source of every report format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of linkspec.
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+"))]
    pub linkspec: String,
    /// The run came to its end: every selected rule has its verdict.
    pub complete: bool,
    /// Digest of the features judged by.
    #[schemars(length(min = 1))]
    pub suite_digest: String,
    /// The pages that the rules of this report rest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceSummary>,
    /// When the run began.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Where requests went; the product is left out when there were several.
    pub target: TargetSummary,
    /// Who sent them.
    pub caller: CallerSummary,
    /// How many requests were sent.
    pub requests: RequestCount,
    /// How far choices were combined: "quick", "standard" or "full".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["quick", "standard", "full"]))]
    pub depth: Option<String>,
    /// How many combinations of documented choices were exercised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interactions: Option<Interactions>,
    /// Which part of the rules this is, as K/N, where `--shard` chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[1-9][0-9]*/[1-9][0-9]*$"))]
    pub shard: Option<String>,
    /// What a reader has to know first: why most rules could not be judged, why the run stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What the run made and could not remove, and why; a run that leaves its own things behind is not
    /// green.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
    /// What the service handed out as the run's own and is somebody else's, or nobody's: it was left alone, and a
    /// run that was handed such a thing is not green.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
    /// The file that `--resume` goes on from, where the run stopped before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Entries of the file given by `--known` that no longer say what is so; each turns the run red.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<StaleKnown>,
    /// One entry a rule and product.
    pub rules: Vec<RuleReport>,
    /// Every exchange of the run, redacted.
    pub exchanges: Vec<ReportedExchange>,
    /// With a client library: what it was asked, what it sent for that, and what it handed back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ReportedCall>,
}

/// A page that rules rest on, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceSummary {
    /// The name that rules call it by.
    pub name: String,
    /// Its address.
    pub address: String,
    /// The date it was read.
    #[schemars(with = "String", extend("format" = "date"))]
    pub read: jiff::civil::Date,
    /// A digest of the words that are held of it: two reports with the same one rest on the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub fingerprint: Option<String>,
}

/// One call of an application to a client library: asked, wire and surfaced side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedCall {
    /// The story it belongs to.
    pub story: String,
    /// How the item was addressed.
    pub address: ItemAddress,
    /// Exactly the members the application set.
    pub asked: Map<String, Value>,
    /// What was on the wire: the numbers of the exchanges.
    #[schemars(inner(range(min = 1)))]
    pub wire: Vec<u32>,
    /// What the application was given.
    pub surfaced: Surfaced,
}

impl ReportedCall {
    /// The calls of these conversations, in order.
    pub fn of(conversations: &[Conversation]) -> Vec<Self> {
        let calls =
            conversations.iter().flat_map(|told| told.calls.iter().map(move |it| (told, it)));
        calls
            .map(|(told, call)| Self {
                story: told.lines.join(" / "),
                address: call.asked.address.clone(),
                asked: call.asked.request.clone(),
                wire: call.numbers(),
                surfaced: call.surfaced.clone(),
            })
            .collect()
    }
}

/// Where requests went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetSummary {
    /// "mock", "live" or "recording".
    pub kind: String,
    /// The service root; absent for the mock, whose port tells nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The product, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
}

/// Who sent the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallerSummary {
    /// "http" for linkspec's own client, "sdk" for an adapter.
    pub kind: String,
    /// The name of the client library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// How many requests were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RequestCount {
    /// All of them.
    pub total: u32,
    /// Those to createLink, the scarce ones.
    pub create_link: u32,
}

/// A rule that is not binding warns where a MUST fails.
fn fail_is_of_must() -> Value {
    json!({
        "if": {"properties": {"verdict": {"const": "fail"}}},
        "then": {"properties": {"level": {"const": "must"}}},
    })
}

/// What one rule came to on one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("allOf" = [fail_is_of_must()]))]
pub struct RuleReport {
    /// Its id.
    #[schemars(regex(pattern = "^[A-Z]+-[0-9]+[a-z]?$"))]
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The statement in one line.
    #[schemars(length(min = 1))]
    pub title: String,
    /// The product judged.
    pub product: Product,
    /// What it came to.
    pub verdict: Verdict,
    /// Why, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the rule asks for, where it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether the phrase is the source's own words, or our reading of it.
    #[serde(default)]
    pub basis: Basis,
    /// The documented phrase.
    pub phrase: String,
    /// Where it is documented.
    pub source: String,
    /// The address of that source.
    pub url: String,
    /// What the feature says beside it: accepted forms, both readings of an ambiguity.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The feature file and line of the rule.
    #[schemars(regex(pattern = ":[0-9]+$"))]
    pub feature: String,
    /// The names of its scenarios.
    pub scenarios: Vec<String>,
    /// The exchanges that show it.
    #[schemars(inner(range(min = 1)))]
    pub exchanges: Vec<u32>,
    /// What the verdict rests on, also where the rule holds.
    #[serde(default)]
    pub evidence: RestsOn,
    /// A command that makes this finding again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduce: Option<String>,
    /// This verdict is expected: it is listed in the file given by `--known`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RestsOn {
    /// How many answers were judged for it.
    pub answers: usize,
    /// Their exchanges.
    #[schemars(inner(range(min = 1)))]
    pub exchanges: Vec<u32>,
    /// Of a broken rule: the exchanges that contradict it, or each other, in the first case that is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(range(min = 1)))]
    pub contradicting: Vec<u32>,
}

impl RestsOn {
    /// What a ruling rests on.
    pub fn of(ruling: &Ruling) -> Self {
        let nothing = matches!(ruling.verdict, Verdict::NotRun | Verdict::NotApplicable);
        if nothing {
            return Self::default();
        }
        let Grounds { exchanges, contradicting } = ruling.grounds.clone();
        Self { answers: exchanges.len(), exchanges: exchanges.into_iter().collect(), contradicting }
    }
}

impl RestsOn {
    /// Adds what the same verdict rests on elsewhere.
    pub fn join(&mut self, other: Self) {
        self.answers += other.answers;
        self.exchanges.extend(other.exchanges);
        if self.contradicting.is_empty() {
            self.contradicting = other.contradicting;
        }
    }
}

/// An entry of the file given by `--known` that has to be changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaleKnown {
    /// The rule it lists.
    pub id: String,
    /// The product it lists the rule for.
    pub product: Product,
    /// What is wrong with it.
    pub why: StaleReason,
    /// The same for people, with what to do about it.
    pub message: String,
}

/// Why an entry of the file given by `--known` is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StaleReason {
    /// The rule holds now.
    Holds,
    /// The date it was to be looked at again has passed.
    Expired,
    /// The rule is broken in another way than listed: it fails instead of warning, or the reverse.
    OtherVerdict,
}

/// An exchange with its place in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedExchange {
    /// The exchange.
    #[serde(flatten)]
    pub exchange: Exchange,
    /// The story it belongs to.
    pub story: String,
    /// The product.
    pub product: Product,
}

impl RuleReport {
    /// Whether it is about what a client sends and hands back, and not about what a service answers.
    pub fn is_about_client(&self) -> bool {
        self.feature.starts_with("features/requests/")
    }

    /// What the rule rests on, as people are shown it: a quotation in its marks, a reading as one.
    pub fn grounds(&self) -> String {
        self.basis.told(&self.source, &self.phrase)
    }
}

impl Report {
    /// How many entries have that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|rule| rule.verdict == verdict).count()
    }

    /// The service root the tokens of a person were sent to; none where they were the program's own.
    pub fn home(&self) -> Option<&str> {
        self.target.base_url.as_deref().filter(|_| self.target.kind == "live")
    }

    /// What is said beside a request about the item it names: that of a file of others was no run's.
    pub fn whose_item(&self) -> &'static str {
        match self.target.kind.as_str() {
            "recording" => "",
            _ => " (the item was the run's own)",
        }
    }

    /// The products judged, in their order.
    pub fn products(&self) -> Vec<Product> {
        let is_judged = |product: &Product| self.rules.iter().any(|it| it.product == *product);
        Product::ALL.into_iter().filter(is_judged).collect()
    }

    /// The exchange with that number.
    pub fn exchange(&self, number: u32) -> Option<&ReportedExchange> {
        self.exchanges.iter().find(|it| it.exchange.number == number)
    }
}
