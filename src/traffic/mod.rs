//! Exchanges between other programs and a service: found among all else, and gathered into recordings.
//!
//! From a HAR file or from `linkspec serve`, one exchange after the other comes by; nobody knows how many.
//! All are counted. Kept are the first few hundred of each shape, redacted, by item: what looks the same is
//! judged the same, so memory stays bounded and nothing that can be found is lost.

mod address;
mod answer;
mod application;
mod between;
mod collector;
pub mod har;
mod repeats;
mod shape;
mod sighting;

pub use address::{Call, CallPurpose, ItemName, is_batch};
pub use between::Between;
pub use collector::{Collector, Counts, Gathered, Limits, ProductGroup, RepeatSample, Wish};
pub use sighting::{Field, Locator, Seen, Sighting, Text, field};
