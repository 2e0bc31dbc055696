//! `linkspec prove`: the suite is shown to catch what it claims to catch, and to blame nobody who is right.
//!
//! Every deviation of the mock, every conforming variant and every null implementation is judged by the
//! whole suite, each on a mock of its own. What is published is what came out.

mod conditional;
mod curve;
mod life;
mod matrix;
mod picture;
mod trial;

pub use conditional::{Fault, generate, products_of};
pub use curve::{ConditionalOutcome, Curve, Tried, subjects_of};
pub use matrix::{Caught, DeviationProof, NullProof, Proof, UNPROVEN, UnprovenRule, VariantProof};
pub use trial::{Subject, Trial, run_trials};
