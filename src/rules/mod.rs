//! The features read as rules. There is no second catalogue: `features/` is it.

mod basis;
mod embedded;
mod read;
mod rule;

pub use basis::Basis;
pub use embedded::Library;
pub use read::{Mistake, read};
pub use rule::{Catalogue, Level, Need, Rule, Scenario, Uncovered};
