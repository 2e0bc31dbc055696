//! Single, named departures from the documentation: what a tired implementer gets wrong.
//!
//! They are data; the hooks are one-line questions (`drive.departs(Departure::AlwaysCreated)`) where the
//! right thing is done. The tables are kept by chapter.

mod answers;
mod errors;
mod existing;
mod protections;
mod requests;

use std::fmt;
use std::sync::LazyLock;

use super::departures::Departure;
use super::policy::Policy;
use crate::graph::Product;
use crate::graph::Product::{Business, Personal, SharePoint};

/// A named, switchable departure of the mock from the documentation.
#[derive(Debug, Clone, Copy)]
pub struct Deviation {
    /// The name, by which options and reports call it.
    pub name: &'static str,
    /// What is wrong, in one sentence.
    pub sentence: &'static str,
    /// The rules it breaks, as they are worded.
    pub breaks: &'static [&'static str],
    /// Other rules that a correct judge has to find broken too, or whose stories cannot be told any
    /// more, although the root is a rule of `breaks`. [`Deviation::EVERYTHING`] stands for all rules.
    pub unavoidable: &'static [&'static str],
    /// The products on which it can show.
    pub products: &'static [Product],
    departure: Departure,
}

impl Deviation {
    /// In [`Deviation::unavoidable`]: any rule may be hit, because no story can be told as usual.
    pub const EVERYTHING: &'static str = "*";

    /// Whether a failure of this rule is accounted for.
    pub fn explains(&self, rule: &str) -> bool {
        self.breaks.contains(&rule)
            || self.unavoidable.contains(&rule)
            || self.unavoidable.contains(&Self::EVERYTHING)
    }

    /// The policy under which it shows. The mock takes it on by itself; a run has to declare the same
    /// in its tenant profile.
    pub fn policy(&self, mut policy: Policy) -> Policy {
        if self.needs_anonymous_disabled() {
            policy.anonymous_links = false;
        }
        policy
    }

    fn needs_anonymous_disabled(&self) -> bool {
        matches!(
            self.departure,
            Departure::DisabledAnonymousMade
                | Departure::DisabledAnonymousBecomesOrganization
                | Departure::DisabledAnonymousLeavesLink
                | Departure::DisabledAnonymousAnswers404
                | Departure::DisabledAnonymousBlocksOrganization
        )
    }

    pub(super) fn departure(&self) -> Departure {
        self.departure
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Every deviation, each once, by chapter.
pub fn deviations() -> &'static [Deviation] {
    static ALL_CHAPTERS: LazyLock<Vec<Deviation>> = LazyLock::new(|| {
        [requests::TABLE, protections::TABLE, existing::TABLE, answers::TABLE, errors::TABLE]
            .concat()
    });
    &ALL_CHAPTERS
}

/// The deviation with this name.
pub fn deviation(name: &str) -> Option<&'static Deviation> {
    deviations().iter().find(|deviation| deviation.name == name)
}

const ALL: &[Product] = &[Personal, Business, SharePoint];
const WORK: &[Product] = &[Business, SharePoint];
const PERSONAL: &[Product] = &[Personal];
const EVERYTHING: &[&str] = &[Deviation::EVERYTHING];

/// Rows of a table: departure, name, products, rules broken, rules hit as well, sentence.
macro_rules! rows {
    ($($departure:ident $name:literal $products:expr, $breaks:expr, $unavoidable:expr,
       $sentence:literal;)*) => {
        &[$(Deviation {
            name: $name,
            sentence: $sentence,
            breaks: &$breaks,
            unavoidable: &$unavoidable,
            products: $products,
            departure: Departure::$departure,
        },)*]
    };
}
use rows;
