//! What a check finds: an outcome with its words, and the worst of many.

pub mod cases;
pub mod grounds;
pub mod outcome;
