//! What holds for every request of a run, whatever it was told for: one file a question.

mod cases;
pub mod ends;
pub mod existing;
pub mod expirations;
pub mod granted;
pub mod kept;
pub mod links;
pub mod refusals;
pub mod strangers;
