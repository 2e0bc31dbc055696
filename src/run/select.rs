//! Which rules a run judges, and what it needs for that.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::gherkin::tagexpr::TagOperation;
use cucumber::tag::Ext as _;

use super::Suite;
use crate::graph::{Identity, Product, Tenant};
use crate::judge::Outcome;
use crate::rules::{Level, Need, Rule, Scenario};
use crate::story::{Plan, Story, Wanted};

/// Which rules are asked for. Everything that is set has to agree.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these ids; all when empty.
    pub ids: BTreeSet<String>,
    /// Only rules whose tags satisfy this.
    pub tags: Option<TagOperation>,
    /// Only rules of these levels; all when empty.
    pub levels: BTreeSet<Level>,
    /// Only the part K of N, counted from 1.
    pub shard: Option<(usize, usize)>,
}

/// What a run has to work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// The product.
    pub product: Product,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// The identities there are tokens for.
    pub identities: BTreeSet<Identity>,
    /// Those of them whose token says that it is not one for their part, with the reason.
    pub unfit: BTreeMap<Identity, String>,
}

/// The rules, plan and blocked scenarios of a run on one product.
#[derive(Debug, Clone)]
pub struct Selected<'s> {
    /// The rules, in the order of the features.
    pub rules: Vec<&'s Rule>,
    /// What is told.
    pub plan: Plan,
    /// Scenarios that cannot be run, by file and line, with the reason.
    pub blocked: BTreeMap<(String, usize), Outcome>,
}

impl Suite {
    /// Selects rules for a product and plans their stories.
    pub fn select(&self, selection: &Selection, means: &Means) -> Selected<'_> {
        self.select_with(selection, means, Vec::new())
    }

    /// As [`Self::select`], with further stories to be told.
    pub(super) fn select_with(
        &self,
        selection: &Selection,
        means: &Means,
        further: Vec<Wanted>,
    ) -> Selected<'_> {
        let rules: Vec<&Rule> = self
            .catalogue
            .rules
            .iter()
            .filter(|rule| !rule.on_requests && selection.takes(rule))
            .collect();
        let control = control();
        let anything = !further.is_empty();
        let mut wanted = further;
        let mut blocked = BTreeMap::new();
        for rule in rules.iter().filter(|rule| rule.products.contains(&means.product)) {
            for scenario in rule.scenarios.iter().filter(|it| it.products.contains(&means.product))
            {
                if let Some(outcome) = means.lacks(scenario) {
                    blocked.insert((rule.file.clone(), scenario.line), outcome);
                    continue;
                }
                let story = self.story(rule, scenario);
                if !story.acts.is_empty() {
                    wanted.push(Wanted {
                        story: story.clone(),
                        lines: lines(scenario),
                        rule: rule.id.clone(),
                        must: rule.level == Level::Must,
                    });
                }
            }
        }
        let anything = anything || rules.iter().any(|rule| rule.products.contains(&means.product));
        if anything {
            // Rules about answers need an answer, and a refusal proves something only where another
            // request was granted: the plainest story is part of every run.
            wanted.push(control_wanted());
            // That links for anyone are disabled is not only declared: one answer proves it.
            if blocked.values().any(speaks_of_disabled_links) {
                wanted.push(disabled_wanted());
            }
        }
        let plan = Plan::new(wanted, &control);
        Selected { rules, plan, blocked }
    }

    /// Selects the rules about client libraries, and the stories to be told through one: the plainest
    /// first, each once.
    pub fn select_requests(&self, selection: &Selection) -> (Selected<'_>, Vec<Wanted>) {
        let rules: Vec<&Rule> = self
            .catalogue
            .rules
            .iter()
            .filter(|rule| rule.on_requests && selection.takes(rule))
            .collect();
        let mut stories = Vec::new();
        if !rules.is_empty() {
            stories.push(control_wanted());
        }
        for rule in &rules {
            for scenario in &rule.scenarios {
                let story = self.story(rule, scenario);
                if !story.acts.is_empty() && !stories.iter().any(|it| it.story == *story) {
                    stories.push(Wanted {
                        story: story.clone(),
                        lines: lines(scenario),
                        rule: rule.id.clone(),
                        must: rule.level == Level::Must,
                    });
                }
            }
        }
        (Selected { rules, plan: Plan::default(), blocked: BTreeMap::new() }, stories)
    }
}

/// The plainest story: a view link for a new file.
pub fn control() -> Story {
    let mut story = Story::default();
    // Invariant: both wordings are in the grammar; a test reads them in a feature.
    let _ = story.make("a new file");
    let _ = story.ask(Identity::Owner.phrase(), "a view link");
    story
}

fn control_wanted() -> Wanted {
    Wanted {
        story: control(),
        lines: vec![
            "Given a new file".to_owned(),
            "When the application asks for a view link".to_owned(),
        ],
        rule: String::new(),
        must: false,
    }
}

const LINKS_DISABLED: &str = "anonymous links are disabled";

/// Whether a scenario is left out because links for anyone are declared disabled.
pub(super) fn speaks_of_disabled_links(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::NotApplicable { reason, .. } if reason.ends_with(LINKS_DISABLED))
}

/// A link for anyone is asked for, where that is declared disabled.
fn disabled_wanted() -> Wanted {
    let mut story = Story::default();
    // Invariant: both wordings are in the grammar; features have them.
    let _ = story.make("a new file");
    let _ = story.ask(Identity::Owner.phrase(), "a view link for anyone");
    Wanted {
        story,
        lines: vec![
            "Given a new file".to_owned(),
            "When the application asks for a view link for anyone".to_owned(),
        ],
        rule: String::new(),
        must: false,
    }
}

/// The Given and When lines of a scenario, as recordings hold them.
pub(super) fn lines(scenario: &Scenario) -> Vec<String> {
    use cucumber::gherkin::StepType;
    scenario
        .steps
        .iter()
        .filter(|step| step.ty != StepType::Then)
        .map(|step| format!("{:?} {}", step.ty, step.value))
        .collect()
}

impl Selection {
    /// Whether a rule is asked for.
    pub fn takes(&self, rule: &Rule) -> bool {
        (self.ids.is_empty() || self.ids.contains(&rule.id))
            && (self.levels.is_empty() || self.levels.contains(&rule.level))
            && self.tags.as_ref().is_none_or(|expression| expression.eval(rule.tags()))
            && self.shard.is_none_or(|(part, of)| shard_of(&rule.id, of) == part)
    }
}

/// The part of a suite a rule belongs to: the same in every run, whatever else is selected.
fn shard_of(id: &str, of: usize) -> usize {
    let sum: usize = id.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    sum % of.max(1) + 1
}

impl Means {
    /// The first thing a scenario needs and this run lacks.
    fn lacks(&self, scenario: &Scenario) -> Option<Outcome> {
        scenario.needs.iter().find_map(|need| self.lacks_need(*need))
    }

    /// The first fact about the tenant a scenario needs that is not declared; nobody asks for tokens.
    pub(super) fn lacks_of_tenant(&self, scenario: &Scenario) -> Option<Outcome> {
        scenario
            .needs
            .iter()
            .filter(|need| !matches!(need, Need::Token(_)))
            .find_map(|need| self.lacks_need(*need))
    }

    fn lacks_need(&self, need: Need) -> Option<Outcome> {
        let personal = self.product == Product::Personal;
        let declared = |fact: Option<bool>, wanted: bool, key: &str, other: &str| match fact {
            Some(value) if value == wanted => None,
            Some(_) => {
                Some(Outcome::not_applicable(format!("the tenant profile declares: {other}"), []))
            }
            None => Some(Outcome::not_run(format!(
                "the tenant profile does not declare {key} ([tenant] in linkspec.toml)"
            ))),
        };
        match need {
            // A wrong token is the user's mistake: what the service makes of it says nothing about the service.
            Need::Token(identity) if self.unfit.contains_key(&identity) => {
                self.unfit.get(&identity).map(|why| Outcome::inconclusive(why.clone(), []))
            }
            Need::Token(identity) if self.identities.contains(&identity) => None,
            Need::Token(identity) => Some(Outcome::not_run(format!(
                "no token for {} ({})",
                identity.phrase(),
                identity.token_variable().unwrap_or_default()
            ))),
            Need::AnonymousLinks if personal => None,
            Need::AnonymousLinks => {
                declared(self.tenant.anonymous_view(), true, "anonymous_links", LINKS_DISABLED)
            }
            Need::AnonymousLinksDisabled => declared(
                self.tenant.anonymous_view(),
                false,
                "anonymous_links",
                "anonymous links are enabled",
            ),
            Need::Premium if !personal => None,
            Need::Premium => {
                declared(self.tenant.premium, true, "premium", "the account has no paid plan")
            }
            Need::FreePlan => {
                declared(self.tenant.premium, false, "premium", "the account has a paid plan")
            }
            Need::NoExpirationPolicy => declared(
                self.tenant.expiration_policy_days.map(|days| days == 0),
                true,
                "expiration_policy_days",
                "an expiration policy is in force",
            ),
            Need::ExpirationPolicy => declared(
                self.tenant.expiration_policy_days.map(|days| days > 0),
                true,
                "expiration_policy_days",
                "no expiration policy is in force",
            ),
            Need::CheckoutLibrary => declared(
                self.tenant.checkout_library,
                true,
                "checkout_library",
                "files of the library cannot be checked out",
            ),
        }
    }
}
