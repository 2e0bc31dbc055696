//! The one place where an error becomes a message, a hint and an exit code.

use std::fmt::Write as _;

use crate::caller::CallerError;
use crate::drive::TargetError;
use crate::nearest::nearest;
use crate::rules::Mistake;
use crate::sign_in::SignInError;

/// Anything that ends a command early: the one place that turns errors into a message, a hint and an exit
/// code.
#[derive(Debug)]
pub struct Trouble {
    /// What was wrong, and where.
    pub message: String,
    /// What to do or to write instead.
    pub hint: Option<String>,
    /// The exit code.
    pub code: u8,
}

/// Usage or configuration.
pub const USAGE: u8 = 2;
/// The environment.
pub const ENVIRONMENT: u8 = 3;
/// A signal ended the run.
pub const INTERRUPTED: u8 = 130;
/// Nothing was judged.
pub const NOTHING: u8 = 4;

impl Trouble {
    /// A mistake of the user's.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: USAGE }
    }

    /// The environment was in the way.
    pub fn environment(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: ENVIRONMENT }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Something unknown, with the nearest known word.
    pub fn unknown<'w>(what: &str, found: &str, known: impl IntoIterator<Item = &'w str>) -> Self {
        const FEW: usize = 8;
        let trouble = Self::usage(format!("unknown {what} \"{found}\""));
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(found, known.iter().copied()) {
            Some(word) => trouble.hint(format!("did you mean \"{word}\"?")),
            None if (1..=FEW).contains(&known.len()) => {
                trouble.hint(format!("write one of: {}", known.join(", ")))
            }
            None => trouble,
        }
    }

    /// As shown to people.
    pub fn text(&self) -> String {
        let mut text = format!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  hint: {hint}");
        }
        text
    }
}

impl From<Vec<Mistake>> for Trouble {
    fn from(mistakes: Vec<Mistake>) -> Self {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Self::usage(format!("the features have mistakes:\n  {}", lines.join("\n  ")))
            .hint("nothing was sent; mend these lines and run again")
    }
}

impl From<SignInError> for Trouble {
    fn from(error: SignInError) -> Self {
        // The messages of signing in say themselves what to do.
        let message = error.to_string();
        if error.is_usage() { Self::usage(message) } else { Self::environment(message) }
    }
}

impl From<TargetError> for Trouble {
    fn from(error: TargetError) -> Self {
        let message = error.to_string();
        match error {
            TargetError::SignIn(error) => error.into(),
            TargetError::Contradiction(advice) => Self::usage(message).hint(advice.remedy),
            TargetError::Interrupted => Self { message, hint: None, code: INTERRUPTED },
            TargetError::LeftBehind { error, journal, base, .. } => {
                let trouble = Self { message, ..Self::from(*error) };
                let left = format!(
                    "something may have been left behind; remove it: {}",
                    super::cleanup_command::command(&journal, &base)
                );
                let hint = match &trouble.hint {
                    Some(hint) => format!("{hint}\n  hint: {left}"),
                    None => left,
                };
                trouble.hint(hint)
            }
            TargetError::OneToken { one, other } => Self::usage(message).hint(format!(
                "each stands for somebody else; set {} and {} to tokens of their own, or leave the second out",
                one.token_variable().unwrap_or_default(),
                other.token_variable().unwrap_or_default()
            )),
            TargetError::NoToken => Self::usage(message)
                .hint("put it into LINKSPEC_TOKEN, or name another source in [sign_in.owner] of linkspec.toml"),
            TargetError::Journal(_) => Self::usage(message).hint("name a place with --journal FILE"),
            TargetError::Caller(
                CallerError::CertificateUnreadable { .. } | CallerError::NoCertificate { .. },
            ) => Self::usage(format!("--ca-cert: {message}")),
            TargetError::OtherDrive => Self::usage(message)
                .hint("name the same with --drive, or leave --resume out to begin another run"),
            TargetError::OtherProduct { found, .. } => Self::usage(message)
                .hint(format!("leave --product out, or write --product {found}")),
            TargetError::Refused { status: 400, .. } => Self::environment(message).hint(
                "is --drive right? `me` takes the token of a user, and not that of an application alone; an id has to be whole: drives/ID",
            ),
            TargetError::Refused { status: 401, .. } => Self::environment(message)
                .hint("the token is missing, expired or from another cloud; renew LINKSPEC_TOKEN"),
            TargetError::Refused { status: 403, .. } => Self::environment(message)
                .hint("the token or its user lacks the right; createLink needs at least Files.ReadWrite"),
            TargetError::Refused { status: 404, .. } => Self::environment(message)
                .hint("is --drive right, and has the drive been provisioned (opened once in a browser)?"),
            TargetError::Refused { status: 300..=399, .. } => Self::environment(message)
                .hint("redirects are not followed; --base-url (or --cloud) has to name the service root itself"),
            TargetError::Refused { status: 429 | 500..=504, .. } => Self::environment(message)
                .hint("the service is unavailable or throttles; run again later"),
            TargetError::Refused { status: 507, .. } => Self::environment(message)
                .hint("the drive is full; free some space or use another drive"),
            TargetError::Unreachable { .. } => Self::environment(message)
                .hint("is --base-url right, and can this machine reach it?"),
            TargetError::OtherItem { .. } => Self::environment(message).hint(
                "the service answers with items that it was not asked for; nothing of them was changed",
            ),
            TargetError::OutOfScope { .. } => Self::usage(message)
                .hint("name a personal, business or documentLibrary drive with --drive"),
            TargetError::NoDrive { .. } => Self::environment(message)
                .hint("--base-url must be the service root of a Microsoft Graph, --drive one of its drives"),
            _ => Self::environment(message),
        }
    }
}
