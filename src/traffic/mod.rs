//! Exchanges between other programs and a service: found among all else, and gathered by item.
//!
//! From a HAR file or from `linkspec serve`, one exchange after the other comes by; nobody knows how many. All are
//! counted. Kept are those about sharing links, redacted, up to a bound that is said when it is reached; and of the
//! others, what may have changed a link.

mod address;
mod application;
mod batch;
mod between;
mod blanked;
mod by_item;
mod collector;
mod effect;
mod gathered;
pub mod har;
mod product;
mod raw_exchange;
mod sender;
mod unmeant;

pub use address::{ItemName, Reading, SharingRequest, is_batch, read};
pub use between::Between;
pub use collector::{Collector, Limits};
pub use gathered::{Counts, Gathered, ProductGroup};
pub use raw_exchange::{Field, RawExchange, Seen, Text, field};
pub use sender::Sender;
