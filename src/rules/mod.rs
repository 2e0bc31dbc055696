//! The features read as rules. There is no second catalogue: `features/` is it.

mod ambiguities;
mod basis;
mod check;
mod drift;
mod embedded;
mod fingerprint;
mod mistake;
mod page;
mod read;
mod rule;
mod sources;
mod statements;
#[cfg(test)]
mod tests;
mod words;

pub use ambiguities::{Ambiguity, document, mentioned};
pub use basis::Basis;
pub use drift::{Drift, Gone, UnknownPage};
pub use embedded::Library;
pub use fingerprint::fingerprint;
pub use mistake::Mistake;
pub use page::{Names, Page, PageForm};
pub use read::read;
pub use rule::{Catalogue, Level, Need, Rule, Scenario, Uncovered};
pub use sources::{Section, Source, Sources};
pub use statements::Statement;
