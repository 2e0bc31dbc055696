//! Client libraries: an adapter process asks through the library, a scripted service on loopback answers,
//! and what happens in between is a [`Conversation`](crate::graph::Conversation) to be judged.

mod adapter;
mod answers;
mod cases;
mod command;
mod fault;
mod http;
mod live;
mod protocol;
mod relay;
mod service;
mod show;
mod tell;

pub use adapter::{Adapter, AdapterStartError, CallTrouble};
pub(crate) use answers::least_number;
pub use cases::{CaseError, WrittenCase, read_case, write_cases};
pub use command::{AdapterCommand, CommandError};
pub use fault::{AdapterFault, FaultKind};
pub use live::LiveLibrary;
pub use protocol::{Hello, PROTOCOL, create_link_line};
pub use service::ScriptedService;
pub use show::{show_request, show_wire};
pub(crate) use tell::{Manner, ToldStory, tell};
