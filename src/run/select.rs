//! Which rules a run judges, and what it needs for that.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::gherkin::tagexpr::TagOperation;
use cucumber::tag::Ext as _;

use super::Suite;
use crate::graph::{Identity, Product, Tenant};
use crate::judge::Outcome;
use crate::mock::Options;
use crate::rules::{Level, Need, Rule, Scenario};
use crate::story::combinations::{Coverage, Row, Space, SpaceBounds, complete};
use crate::story::{Act, Combining, Plan, RequestedStory, Story, UseOfLink};

/// How far a run goes in combining the documented choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    /// The stories of the rules, and nothing beside them.
    Quick,
    /// Every two choices meet.
    #[default]
    Standard,
    /// Every three choices meet.
    Full,
}

impl Depth {
    /// The words of the option `--depth`.
    pub const NAMES: [&str; 3] = ["quick", "standard", "full"];

    /// The depth that a word names.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Quick, Self::Standard, Self::Full].into_iter().find(|it| it.name() == word)
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// Which rules are asked for. Everything that is set has to agree.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these ids; all when empty.
    pub ids: BTreeSet<String>,
    /// Only rules whose tags satisfy this.
    pub tags: Option<TagOperation>,
    /// Only rules of these levels; all when empty.
    pub levels: BTreeSet<Level>,
    /// Only the part K of N of the stories, counted from 1.
    pub shard: Option<(usize, usize)>,
    /// How far choices are combined.
    pub depth: Depth,
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
    /// The kind of address the drive is worked on by; none is the mock's.
    pub drive: Option<String>,
    /// The kinds of address that lead to the drive; empty is all of its product.
    pub addresses: BTreeSet<String>,
    /// Those of them whose token says that it is not one for their part, with the reason.
    pub unfit: BTreeMap<Identity, String>,
    /// No sharing URL is opened in a browser.
    pub no_browser: bool,
}

/// The rules, plan and blocked scenarios of a run on one product.
#[derive(Debug, Clone, Default)]
pub struct Selected<'s> {
    /// The rules, in the order of the features.
    pub rules: Vec<&'s Rule>,
    /// What is told.
    pub plan: Plan,
    /// Scenarios that cannot be run, by file and line, with the reason.
    pub blocked: BTreeMap<(String, usize), Outcome>,
    /// How far choices are combined; scenarios beyond that are neither told nor judged.
    pub depth: Depth,
    /// Scenarios whose story is told by another shard, by file and line.
    pub elsewhere: BTreeSet<(String, usize)>,
}

impl Selected<'_> {
    /// Whether a scenario of a rule is told and judged on a product.
    pub(super) fn takes(&self, rule: &Rule, scenario: &Scenario, product: Product) -> bool {
        scenario.products.contains(&product)
            && (self.depth > Depth::Quick || !scenario.combines)
            && !self.elsewhere.contains(&place(rule, scenario))
    }

    /// Leaves out the rules of which nothing is left to this shard.
    fn keep_ours(&mut self, product: Option<Product>) {
        let rules = std::mem::take(&mut self.rules);
        self.rules = rules.into_iter().filter(|it| self.is_ours(it, product)).collect();
    }

    /// Whether anything of a rule is left to this shard; that it is not about a product each shard says.
    fn is_ours(&self, rule: &Rule, product: Option<Product>) -> bool {
        let of_product =
            |it: &&Scenario| product.is_none_or(|product| it.products.contains(&product));
        let mut scenarios = rule.scenarios.iter().filter(of_product).peekable();
        scenarios.peek().is_none() || scenarios.any(|it| !self.elsewhere.contains(&place(rule, it)))
    }
}

/// Where a scenario stands.
pub(super) fn place(rule: &Rule, scenario: &Scenario) -> (String, usize) {
    (rule.file.clone(), scenario.line)
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
        further: Vec<RequestedStory>,
    ) -> Selected<'_> {
        let rules: Vec<&Rule> = self
            .catalogue
            .rules
            .iter()
            .filter(|rule| !rule.on_requests && selection.takes(rule))
            .collect();
        let control = control();
        let anything = !further.is_empty();
        // What is told through a client library is told for its requests, and not to combine choices.
        let further_rows = !anything;
        let mut wanted = further;
        let mut blocked = BTreeMap::new();
        for rule in rules.iter().filter(|rule| rule.products.contains(&means.product)) {
            let of_depth = |it: &&Scenario| selection.depth > Depth::Quick || !it.combines;
            let of_product = |it: &&Scenario| it.products.contains(&means.product);
            for scenario in rule.scenarios.iter().filter(of_product).filter(of_depth) {
                let story = self.story(rule, scenario);
                if let Some(outcome) = means.lacks(scenario).or_else(|| means.forgoes(story)) {
                    blocked.insert(place(rule, scenario), outcome);
                    continue;
                }
                if !story.acts.is_empty() {
                    wanted.push(self.wanted(rule, scenario));
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
        let combining = means.combining();
        if selection.is_everything() && further_rows {
            wanted.extend(rows_beside(&wanted, &combining, selection.depth));
        }
        let mut plan = Plan::new(wanted, &control, &combining);
        plan.thorough = further_rows && selection.depth > Depth::Quick;
        let depth = selection.depth;
        let mut selected = Selected { rules, plan, blocked, depth, ..Selected::default() };
        if let Some((part, of)) = selection.shard {
            self.keep_shard(&mut selected, means, (part, of), &combining);
        }
        selected
    }

    /// Leaves to a shard its part of the stories, and of the rules those that some of them are for: every rule that
    /// is judged on all answers is judged by every shard, on its own.
    fn keep_shard(
        &self,
        selected: &mut Selected<'_>,
        means: &Means,
        shard: (usize, usize),
        combining: &Combining,
    ) {
        let ours = selected.plan.shard(shard);
        for rule in &selected.rules {
            for scenario in &rule.scenarios {
                let story = self.story(rule, scenario);
                let is_told = story.acts.is_empty()
                    || selected.blocked.contains_key(&place(rule, scenario))
                    || selected.plan.place(story).is_some_and(|(index, _)| ours.contains(&index));
                if !is_told && selected.takes(rule, scenario, means.product) {
                    selected.elsewhere.insert(place(rule, scenario));
                }
            }
        }
        selected.plan = selected.plan.only(&ours, &control_wanted(), combining);
        selected.keep_ours(Some(means.product));
    }

    /// Selects the rules about client libraries, and the stories to be told through one: the plainest
    /// first, each once.
    pub fn select_requests(&self, selection: &Selection) -> (Selected<'_>, Vec<RequestedStory>) {
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
                    stories.push(self.wanted(rule, scenario));
                }
            }
        }
        (Selected { rules, depth: selection.depth, ..Selected::default() }, stories)
    }

    /// As [`Self::select_requests`], less what other shards tell: of stories that cost the same each takes every
    /// N-th, and the plainest all the same.
    pub fn select_requests_of_shard(
        &self,
        selection: &Selection,
    ) -> (Selected<'_>, Vec<RequestedStory>) {
        let (mut selected, all) = self.select_requests(selection);
        let Some((part, of)) = selection.shard else { return (selected, all) };
        let is_ours = |index: usize| index == 0 || index % of.max(1) + 1 == part;
        let of_shard = |ours: bool| {
            let numbered = all.iter().enumerate();
            numbered.filter(move |(index, _)| is_ours(*index) == ours).map(|(_, it)| it)
        };
        for rule in &selected.rules {
            for scenario in &rule.scenarios {
                let story = self.story(rule, scenario);
                if of_shard(false).any(|it| it.story == *story) {
                    selected.elsewhere.insert(place(rule, scenario));
                }
            }
        }
        selected.keep_ours(None);
        let stories = of_shard(true).cloned().collect();
        (selected, stories)
    }
}

/// The rows that exercise what these stories leave open, up to that depth, and belong to no rule.
fn rows_beside(
    wanted: &[RequestedStory],
    combining: &Combining,
    depth: Depth,
) -> Vec<RequestedStory> {
    let strengths: &[usize] = match depth {
        Depth::Quick => &[],
        Depth::Standard => &[2],
        Depth::Full => &[2, 3],
    };
    let mut rows: Vec<RequestedStory> = Vec::new();
    for strength in strengths {
        let mut coverage = Coverage::of(&combining.space, *strength);
        for story in wanted.iter().chain(&rows).map(|it| &it.story) {
            for request in combining.of(story) {
                coverage.add(&combining.space, &request);
            }
        }
        let further = complete(&combining.space, &coverage, combining.usual(), 0);
        rows.extend(further.iter().map(row_wanted));
    }
    rows
}

fn row_wanted((row, again): &(Row, bool)) -> RequestedStory {
    let mut lines = vec![format!("When {}", row.line())];
    if *again {
        lines.push(format!("When {} asks for the same link again", row.who()));
    }
    let story = row.story(*again);
    let acts = story.acts.len();
    let acts_told = if *again { vec![acts - 1, acts] } else { vec![acts] };
    RequestedStory { story, lines, acts_told, rule: String::new(), must: false }
}

/// The plainest story: a view link for a new file.
pub fn control() -> Story {
    let mut story = Story::default();
    // Invariant: both wordings are in the grammar; a test reads them in a feature.
    let _ = story.make("a new file");
    let _ = story.ask(Identity::Owner.phrase(), "a view link");
    story
}

fn control_wanted() -> RequestedStory {
    RequestedStory {
        story: control(),
        lines: vec![
            "Given a new file".to_owned(),
            "When the application asks for a view link".to_owned(),
        ],
        acts_told: vec![1, 2],
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
fn disabled_wanted() -> RequestedStory {
    let mut story = Story::default();
    // Invariant: both wordings are in the grammar; features have them.
    let _ = story.make("a new file");
    let _ = story.ask(Identity::Owner.phrase(), "a view link for anyone");
    RequestedStory {
        story,
        lines: vec![
            "Given a new file".to_owned(),
            "When the application asks for a view link for anyone".to_owned(),
        ],
        acts_told: vec![1, 2],
        rule: String::new(),
        must: false,
    }
}

impl Selection {
    /// Whether no rule is left out.
    fn is_everything(&self) -> bool {
        self.ids.is_empty() && self.tags.is_none() && self.levels.is_empty()
    }

    /// Whether a rule is asked for.
    pub fn takes(&self, rule: &Rule) -> bool {
        (self.ids.is_empty() || self.ids.contains(&rule.id))
            && (self.levels.is_empty() || self.levels.contains(&rule.level))
            && self.tags.as_ref().is_none_or(|expression| expression.eval(rule.tags()))
    }
}

impl Means {
    /// A product and what its tenant allows: no token, and no drive of one's own.
    pub fn new(product: Product, tenant: Tenant) -> Self {
        Self {
            product,
            tenant,
            identities: BTreeSet::new(),
            drive: None,
            addresses: BTreeSet::new(),
            unfit: BTreeMap::new(),
            no_browser: false,
        }
    }

    /// What the mock has: a token for every identity, and what its policy allows.
    pub fn of_the_mock(product: Product) -> Self {
        let tenant = crate::drive::tenant_of(product, &Options::new(product).policy);
        Self { identities: Identity::SIGNED_IN.into(), ..Self::new(product, tenant) }
    }

    /// The choices that these means leave open.
    pub fn combining(&self) -> Combining {
        let space = Space::within(&SpaceBounds {
            product: self.product,
            tenant: &self.tenant,
            has: &|identity| self.identities.contains(&identity),
            reaches: &|address| self.addresses.is_empty() || self.addresses.contains(address),
        });
        let usual_scope = self.tenant.usual_scope(self.product);
        Combining { space, usual: self.usual_address(), usual_scope }
    }

    /// The kind of address the run uses unless a story says otherwise.
    fn usual_address(&self) -> &'static str {
        match (self.drive.as_deref(), self.product) {
            (Some("drives"), _) => "drives",
            (Some("users"), _) => "users",
            (Some("groups"), _) => "groups",
            (Some("sites"), _) | (None, Product::SharePoint) => "sites",
            _ => "me",
        }
    }

    /// The first thing a scenario needs and this run lacks.
    fn lacks(&self, scenario: &Scenario) -> Option<Outcome> {
        scenario.needs.iter().find_map(|need| self.lacks_need(*need))
    }

    /// What a story does and this run was told not to do.
    fn forgoes(&self, story: &Story) -> Option<Outcome> {
        let opens_a_page =
            |act: &Act| matches!(act, Act::WithLink { use_of_link: UseOfLink::OpenPage, .. });
        (self.no_browser && story.acts.iter().any(opens_a_page))
            .then(|| Outcome::not_run("--no-browser: no sharing URL is opened".to_owned()))
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
