//! Given and When as data, and the order in which the stories are told.

mod act;
pub mod combinations;
mod merge;
mod phrase;
mod plan;
mod rounds;
mod script;

pub use act::{
    Act, Ask, AskBody, InstantForm, MediaType, Member, MemberValue, UseOfLink, Way, WrongMethod,
};
pub use phrase::Story;
pub use plan::{Combining, Plan, RequestedStory, Telling};
pub use rounds::{Round, Rounds};
pub use script::{ErrorBody, Flaw, PermissionForm, Script, ServiceReply, ServiceStep, Wait};
