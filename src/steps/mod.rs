//! The cucumber glue: Given and When write the story down, Then calls the judge.

mod given;
mod requests;
mod then;
mod when;
mod world;

pub use world::{Stage, StoryWorld};
