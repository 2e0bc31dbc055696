//! The wire: products, addresses, exchanges and time, without an opinion on any of them.

mod address;
mod clock;
mod product;

pub use address::{Address, encode_segment};
pub use clock::Clock;
pub use product::Product;
