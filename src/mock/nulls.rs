//! Servers that implement nothing.

use std::fmt;

/// A server that implements nothing. A suite that lets one pass judges nothing either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Null {
    /// What it answers.
    pub kind: NullKind,
    /// Whether it answers every request so, or `createLink` only, with a working drive around it.
    pub whole_server: bool,
}

/// The answer of a server that implements nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NullKind {
    /// 201 with one permission that never changes.
    ConstantPermission,
    /// 400 with an error body.
    RefusesEverything,
    /// 200 `{}`.
    EmptyObject,
    /// 200 with the body of the request.
    Echo,
    /// Takes the request and says nothing until it is stopped.
    NeverAnswers,
}

/// Every null implementation, for `createLink` alone and for the whole server.
pub fn nulls() -> &'static [Null] {
    const fn null(kind: NullKind, whole_server: bool) -> Null {
        Null { kind, whole_server }
    }
    static NULLS: [Null; 10] = [
        null(NullKind::ConstantPermission, false),
        null(NullKind::ConstantPermission, true),
        null(NullKind::RefusesEverything, false),
        null(NullKind::RefusesEverything, true),
        null(NullKind::EmptyObject, false),
        null(NullKind::EmptyObject, true),
        null(NullKind::Echo, false),
        null(NullKind::Echo, true),
        null(NullKind::NeverAnswers, false),
        null(NullKind::NeverAnswers, true),
    ];
    &NULLS
}

/// The null implementation with this name.
pub fn null(name: &str) -> Option<Null> {
    nulls().iter().copied().find(|null| null.name() == name)
}

impl Null {
    /// The name, by which options and reports call it.
    pub fn name(self) -> &'static str {
        match (self.kind, self.whole_server) {
            (NullKind::ConstantPermission, false) => "constant-permission",
            (NullKind::ConstantPermission, true) => "constant-permission-everywhere",
            (NullKind::RefusesEverything, false) => "refuses-everything",
            (NullKind::RefusesEverything, true) => "refuses-everything-everywhere",
            (NullKind::EmptyObject, false) => "empty-object",
            (NullKind::EmptyObject, true) => "empty-object-everywhere",
            (NullKind::Echo, false) => "echo",
            (NullKind::Echo, true) => "echo-everywhere",
            (NullKind::NeverAnswers, false) => "never-answers",
            (NullKind::NeverAnswers, true) => "never-answers-everywhere",
        }
    }

    /// One sentence on what it does.
    pub fn sentence(self) -> &'static str {
        match (self.kind, self.whole_server) {
            (NullKind::ConstantPermission, false) => {
                "Answers every createLink 201 with one constant permission."
            }
            (NullKind::ConstantPermission, true) => {
                "Answers every request 201 with one constant permission."
            }
            (NullKind::RefusesEverything, false) => "Answers every createLink 400.",
            (NullKind::RefusesEverything, true) => "Answers every request 400.",
            (NullKind::EmptyObject, false) => "Answers every createLink 200 {}.",
            (NullKind::EmptyObject, true) => "Answers every request 200 {}.",
            (NullKind::Echo, false) => "Answers every createLink 200 with the request's own body.",
            (NullKind::Echo, true) => "Answers every request 200 with the request's own body.",
            (NullKind::NeverAnswers, false) => "Never answers a createLink.",
            (NullKind::NeverAnswers, true) => "Never answers anything.",
        }
    }
}

impl fmt::Display for Null {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
