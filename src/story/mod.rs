//! Given and When as data, and the telling of each story once.

mod act;
mod phrase;

pub use act::{Act, Ask, AskBody, InstantForm, MediaType, Member, MemberValue, UseOfLink, Way};
pub use phrase::Story;
