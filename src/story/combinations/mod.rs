//! The documented choices of one request, which of them go together, and rows that hold every two of them.

mod cover;
mod stories;
mod wording;

pub use cover::{Coverage, Numbers, Usual, complete};
pub use stories::{Exercised, exercised};

use crate::graph::{Identity, Product, Tenant};

/// What is chosen with a request, each with its values. The order is that of the columns of the features.
pub const CHOICES: [(Choice, &[&str]); 9] = [
    (Choice::Type, &["view", "edit", "embed"]),
    (Choice::Scope, &["omitted", "anonymous", "organization", "users"]),
    (Choice::Address, &["drives", "me", "users", "groups", "sites"]),
    (
        Choice::Item,
        &["a file", "a folder", "a file in an inner folder", "a file in a shared folder"],
    ),
    (
        Choice::Who,
        &[
            "the application",
            "the second application",
            "an application without a user",
            "an application that may only read",
        ],
    ),
    (Choice::Keeping, &["omitted", "true", "false", "null"]),
    (Choice::Expiration, &["omitted", "given", "null"]),
    (Choice::Password, &["omitted", "given", "null"]),
    (
        Choice::Occasion,
        &[
            "for the first time",
            "again",
            "after a link of another type",
            "after a link of another scope",
            "after the link was deleted",
            "while another item has such a link",
        ],
    ),
];

/// One of the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The member `type`.
    Type,
    /// The member `scope`.
    Scope,
    /// The documented way to the drive.
    Address,
    /// What is shared.
    Item,
    /// Who asks.
    Who,
    /// The member `retainInheritedPermissions`.
    Keeping,
    /// The member `expirationDateTime`.
    Expiration,
    /// The member `password`.
    Password,
    /// What happened before.
    Occasion,
}

/// A value of a choice, by its position in [`CHOICES`].
pub type Value = u8;

/// One value of each choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row([Value; CHOICES.len()]);

/// What the documentation says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Documented {
    /// The request is granted.
    Granted,
    /// It is refused, for these choices.
    Refused(Vec<Choice>),
    /// The documentation does not say, or the row cannot be told, for this reason.
    Not(&'static str),
}

/// The choices that are open on one product, to those who have these means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The product.
    pub product: Product,
    values: [Vec<Value>; CHOICES.len()],
}

/// What a run has that narrows the choices.
#[derive(Clone, Copy)]
pub struct SpaceBounds<'r> {
    /// The product.
    pub product: Product,
    /// What the tenant is declared to allow.
    pub tenant: &'r Tenant,
    /// Whether there is a token for an identity.
    pub has: &'r dyn Fn(Identity) -> bool,
    /// Whether an address leads to the drive.
    pub reaches: &'r dyn Fn(&str) -> bool,
}

impl Choice {
    /// The choice by its place among the columns.
    pub fn all() -> impl Iterator<Item = Self> {
        CHOICES.iter().map(|(choice, _)| *choice)
    }

    fn values(self) -> &'static [&'static str] {
        CHOICES[self as usize].1
    }

    fn value(self, text: &str) -> Option<Value> {
        let found = self.values().iter().position(|it| *it == text)?;
        u8::try_from(found).ok()
    }

    /// The word for the choice, as the columns of the features have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Scope => "scope",
            Self::Address => "address",
            Self::Item => "item",
            Self::Who => "who",
            Self::Keeping => "keeping",
            Self::Expiration => "expiration",
            Self::Password => "password",
            Self::Occasion => "occasion",
        }
    }
}

impl Row {
    /// The row with these values, in the order of [`CHOICES`].
    pub fn new(texts: [&str; CHOICES.len()]) -> Option<Self> {
        let mut row = Self::plain();
        for ((choice, _), text) in CHOICES.iter().zip(texts) {
            row.0[*choice as usize] = choice.value(text)?;
        }
        Some(row)
    }

    /// The first value of everything: a view link without a scope for a file.
    fn plain() -> Self {
        Self([0; CHOICES.len()])
    }

    /// The value of a choice, in words.
    pub fn text(&self, choice: Choice) -> &'static str {
        choice.values()[usize::from(self.0[choice as usize])]
    }

    /// The row with another value of a choice.
    pub fn with(mut self, choice: Choice, text: &str) -> Self {
        if let Some(value) = choice.value(text) {
            self.0[choice as usize] = value;
        }
        self
    }

    fn is(&self, choice: Choice, text: &str) -> bool {
        self.text(choice) == text
    }

    /// The choices that the documentation refuses it for; none where it is granted.
    pub fn refused_for(&self, product: Product) -> Vec<Choice> {
        match self.documented(product) {
            Documented::Refused(choices) => choices,
            _ => Vec::new(),
        }
    }

    /// What the documentation says of it. The constraints stand here and nowhere else.
    pub fn documented(&self, product: Product) -> Documented {
        let personal = product == Product::Personal;
        let embed = self.is(Choice::Type, "embed");
        if personal && embed && !self.is(Choice::Scope, "omitted") {
            return Documented::Not("an embed link names no scope in the page's example");
        }
        if personal && embed && self.is(Choice::Item, "a folder") {
            return Documented::Not("whether folders can be embedded is in doubt (TYPE-10)");
        }
        if !personal && !self.is(Choice::Password, "omitted") {
            return Documented::Not("passwords are for personal drives only");
        }
        if self.is(Choice::Who, "an application without a user") {
            if personal {
                return Documented::Not("a personal drive has no applications without a user");
            }
            if self.is(Choice::Address, "me") {
                return Documented::Not("an application without a user has no /me");
            }
        }
        if personal && self.is(Choice::Occasion, "after a link of another scope") {
            return Documented::Not("a personal drive has one scope that is documented");
        }
        let mut refused = Vec::new();
        if embed && !personal {
            refused.push(Choice::Type);
        }
        if personal && self.is(Choice::Scope, "organization") {
            refused.push(Choice::Scope);
        }
        if self.is(Choice::Who, "an application that may only read") {
            refused.push(Choice::Who);
        }
        if refused.is_empty() {
            return Documented::Granted;
        }
        if !self.is(Choice::Occasion, "for the first time") {
            return Documented::Not("what is refused makes no link that could be there already");
        }
        Documented::Refused(refused)
    }
}

impl Space {
    /// The choices of a product for somebody who has everything.
    pub fn of(product: Product) -> Self {
        Self::within(&SpaceBounds {
            product,
            tenant: &Tenant {
                anonymous_links: Some(true),
                premium: Some(true),
                ..Tenant::default()
            },
            has: &|_| true,
            reaches: &|_| true,
        })
    }

    /// The choices that these means leave open.
    pub fn within(reach: &SpaceBounds<'_>) -> Self {
        let personal = reach.product == Product::Personal;
        let open = |choice: Choice, text: &str| match (choice, text) {
            (Choice::Scope, "anonymous") => personal || reach.tenant.anonymous_view() == Some(true),
            (Choice::Scope, "organization") => {
                personal || reach.tenant.organization_links != Some(false)
            }
            (Choice::Scope, "users") => !personal,
            (Choice::Address, address) => {
                address_is_of(reach.product, address) && (reach.reaches)(address)
            }
            (Choice::Who, who) => identity(who)
                .is_some_and(|it| (reach.has)(it) && !(personal && it == Identity::AppOnly)),
            (Choice::Expiration, "given") => !personal || reach.tenant.premium == Some(true),
            (Choice::Password, "given") => personal && reach.tenant.premium == Some(true),
            (Choice::Password, "null") => personal,
            (Choice::Occasion, "after a link of another scope") => {
                !personal
                    && reach.tenant.anonymous_view() == Some(true)
                    && reach.tenant.organization_links != Some(false)
            }
            _ => true,
        };
        let values = CHOICES.map(|(choice, texts)| {
            let numbered = texts.iter().zip(0..);
            numbered.filter(|(text, _)| open(choice, text)).map(|(_, value)| value).collect()
        });
        Self { product: reach.product, values }
    }

    /// Whether a row is made of open choices that go together.
    pub fn holds(&self, row: &Row) -> bool {
        self.values.iter().zip(row.0).all(|(values, value)| values.contains(&value))
            && !matches!(row.documented(self.product), Documented::Not(_))
    }

    /// Every row of the space.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let count: usize = self.values.iter().map(Vec::len).product();
        (0..count).map(|number| self.numbered(number)).filter(|row| self.holds(row))
    }

    /// Why no row has these values; `None` where one has.
    pub fn refuses(&self, values: &[(&str, &str)]) -> Option<String> {
        let mut wanted: Vec<(Choice, Value)> = Vec::new();
        for (name, value) in values {
            let named = Choice::all().find(|choice| choice.name() == *name);
            let open = named
                .and_then(|choice| Some((choice, choice.value(value)?)))
                .filter(|(choice, it)| self.values[*choice as usize].contains(it));
            let Some(open) = open else {
                return Some(format!("{name} \"{value}\" is not open there"));
            };
            wanted.push(open);
        }
        let mut reason = None;
        for row in (0..self.size()).map(|number| self.numbered(number)) {
            if wanted.iter().all(|(choice, it)| row.0[*choice as usize] == *it) {
                match row.documented(self.product) {
                    Documented::Not(why) => reason = reason.or(Some(why)),
                    _ => return None,
                }
            }
        }
        reason.map(str::to_owned)
    }

    /// Some row of the space.
    pub fn any(&self, numbers: &mut Numbers) -> Row {
        loop {
            let row = self.numbered(numbers.below(self.size()));
            if self.holds(&row) {
                return row;
            }
        }
    }

    /// The rows of the space that differ from one in this choice alone.
    pub fn beside(&self, row: &Row, choice: Choice) -> impl Iterator<Item = Row> + '_ {
        let row = *row;
        self.values[choice as usize]
            .iter()
            .map(move |value| {
                let mut other = row;
                other.0[choice as usize] = *value;
                other
            })
            .filter(move |other| *other != row && self.holds(other))
    }

    fn numbered(&self, mut number: usize) -> Row {
        let mut row = Row::plain();
        for (place, values) in self.values.iter().enumerate() {
            row.0[place] = values[number % values.len()];
            number /= values.len();
        }
        row
    }

    fn size(&self) -> usize {
        self.values.iter().map(Vec::len).product()
    }
}

/// The identity that the words of a row name.
pub(super) fn identity(who: &str) -> Option<Identity> {
    [Identity::Owner, Identity::SecondApp, Identity::AppOnly, Identity::ReadOnly]
        .into_iter()
        .find(|it| it.phrase() == who)
}

/// Whether drives of a product have that address.
fn address_is_of(product: Product, address: &str) -> bool {
    match product {
        Product::Personal => matches!(address, "drives" | "me"),
        Product::Business => matches!(address, "drives" | "me" | "users" | "groups"),
        Product::SharePoint => matches!(address, "drives" | "groups" | "sites"),
    }
}

#[cfg(test)]
mod tests;
