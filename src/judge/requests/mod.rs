//! Checks on what a client library put on the wire, handed back, and did under faults (SDK).
//!
//! A check takes [`Heard`] and gives a [`Judgement`]. In a scenario with a story it judges that story; in one
//! without it judges every call of the run.

pub mod conduct;
pub mod redirected;
pub mod surfaced;
#[cfg(test)]
mod testing;
pub mod throttled;
pub mod wire;

use crate::graph::{Call, Conversation, Part, Surfaced, WireRequest};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// Everything a check on a client library may look at.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'h> {
    /// The conversation of the scenario's story; nothing for rules about every request.
    pub story: Option<&'h Conversation>,
    /// Every conversation of the run.
    pub run: &'h [Conversation],
}

impl<'h> Heard<'h> {
    /// The calls in question: those of the story, or all of the run.
    pub fn calls(&self) -> impl Iterator<Item = &'h Call> + use<'h> {
        let (story, run) = match self.story {
            Some(story) => (Some(story), &[][..]),
            None => (None, self.run),
        };
        story.into_iter().chain(run).flat_map(|it| &it.calls)
    }

    /// Whether this part of a request is the application's writing, since the library takes it as it is.
    fn is_by_application(&self, part: Part) -> bool {
        self.story.into_iter().chain(self.run).any(|it| it.by_application.contains(&part))
    }

    /// The requests that arrived at the service for the calls in question, each with its call, without those that
    /// only read, and without those that follow a redirect: where that leads is the service's doing.
    pub fn requests(&self) -> impl Iterator<Item = (&'h Call, &'h WireRequest)> + use<'h> {
        let own = |call: &Call, it: &WireRequest| !it.only_reads() && !call.was_redirected(it);
        self.arrivals().filter(move |(call, request)| own(call, request))
    }

    /// Everything that arrived at the service for the calls in question.
    pub fn arrivals(&self) -> impl Iterator<Item = (&'h Call, &'h WireRequest)> + use<'h> {
        self.calls()
            .flat_map(|call| call.everything_at_service().map(move |request| (call, request)))
    }

    /// Every request in question passes `check`; the first that is broken decides, then the first doubtful one.
    ///
    /// # Errors
    /// As `check` says; when no request arrived, why.
    pub fn every_request(&self, check: impl Fn(&Call, &WireRequest) -> Judgement) -> Judgement {
        self.each(self.requests(), check)
    }

    /// As [`Self::every_request`], for everything that arrived.
    ///
    /// # Errors
    /// As `check` says; when nothing arrived, why.
    pub fn every_arrival(&self, check: impl Fn(&Call, &WireRequest) -> Judgement) -> Judgement {
        self.each(self.arrivals(), check)
    }

    fn each(
        &self,
        requests: impl Iterator<Item = (&'h Call, &'h WireRequest)>,
        check: impl Fn(&Call, &WireRequest) -> Judgement,
    ) -> Judgement {
        let mut doubt = None;
        let mut no_case = None;
        let mut any = false;
        for (call, request) in requests {
            match check(call, request) {
                Err(outcome @ Outcome::Broken { .. }) => return Err(outcome),
                Err(outcome @ Outcome::NotRun { .. }) => {
                    no_case.get_or_insert(outcome);
                    continue;
                }
                Err(outcome) => {
                    doubt.get_or_insert(outcome);
                }
                Ok(_) => {}
            }
            any = true;
        }
        match (doubt, no_case) {
            (Some(outcome), _) => Err(outcome),
            _ if any => HOLDS,
            (None, Some(outcome)) => Err(outcome),
            (None, None) => Err(self.no_request()),
        }
    }

    /// Whether any request of the run arrived: where none did, that is one fault, and not one of each rule.
    pub fn anything_arrived(&self) -> bool {
        self.run
            .iter()
            .flat_map(|it| &it.calls)
            .any(|it| it.everything_at_service().next().is_some())
    }

    /// The outcome where nothing arrived that could be judged.
    fn no_request(&self) -> Outcome {
        let excuse = self.calls().find_map(|call| excuse(call).err());
        excuse.unwrap_or_else(|| Outcome::not_run("no request arrived at the service"))
    }

    /// The call of the story at that position, from 0, once it came to its end.
    ///
    /// # Errors
    /// Not run when the library cannot ask for it, inconclusive when the adapter broke down.
    pub fn call(&self, index: usize) -> Result<&'h Call, Outcome> {
        let call =
            self.calls().nth(index).ok_or_else(|| Outcome::not_run("the story was not told"))?;
        excuse(call)?;
        Ok(call)
    }
}

/// Not judged: what arrives as written is the application's doing, not the library's.
fn not_the_librarys(part: Part) -> Judgement {
    let written = match part {
        Part::Path => "the path",
        Part::Body => "the body",
    };
    let reason = format!("not the library's: the application writes {written} itself");
    Err(Outcome::not_applicable(reason, []))
}

/// Why a call cannot be judged at all.
fn excuse(call: &Call) -> Result<(), Outcome> {
    match &call.surfaced {
        Surfaced::Unsupported(reason) => {
            Err(Outcome::not_run(format!("the adapter says: {reason}")))
        }
        Surfaced::Lost(reason)
        | Surfaced::Crashed(reason)
        | Surfaced::Hung(reason)
        | Surfaced::Waiting(reason) => Err(Outcome::inconclusive(reason, call.numbers())),
        Surfaced::Permission { .. } | Surfaced::Error { .. } => Ok(()),
    }
}

/// What a call came to, as messages show it.
pub fn surfaced_text(surfaced: &Surfaced) -> String {
    match surfaced {
        Surfaced::Permission { permission, status } => {
            let status = status.map(|it| format!(" with status {it}")).unwrap_or_default();
            format!("a success{status}: {}", shortened(&permission.to_string()))
        }
        Surfaced::Error { status, code, message } => {
            let status = status.map_or("no status".to_owned(), |it| format!("status {it}"));
            let code = code.as_ref().map_or("no code".to_owned(), |it| format!("code {it}"));
            format!("an error with {status}, {code}, message \"{}\"", shortened(message))
        }
        Surfaced::Unsupported(reason) => format!("not expressible: {reason}"),
        Surfaced::Waiting(reason)
        | Surfaced::Hung(reason)
        | Surfaced::Crashed(reason)
        | Surfaced::Lost(reason) => reason.clone(),
    }
}

/// A text that fits into a line.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.replace(['\n', '\r'], " ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
