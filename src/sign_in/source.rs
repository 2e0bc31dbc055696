//! Where a token comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{SecretVariables, SignInError, SignInPlace, foreign};
use crate::graph::{Identity, Secret};

/// Where the token of one identity comes from. It has no `Debug`: some of it is secret.
#[derive(Clone)]
pub enum TokenSource {
    /// A token that is there already.
    Given {
        /// The token, or JSON that holds it.
        token: Secret,
        /// Where it was found, for messages: "the environment variable LINKSPEC_TOKEN".
        origin: String,
    },
    /// A file, read again for every new token.
    File(PathBuf),
    /// Standard input, read once.
    StandardInput,
    /// A program that prints a token.
    Command(TokenCommand),
    /// The application itself signs in.
    ClientCredentials(ClientCredentials),
    /// A person signs in, on any device with a browser.
    DeviceCode(DeviceCode),
}

/// A program that prints a token.
#[derive(Clone)]
pub struct TokenCommand {
    /// The program and its arguments.
    pub arguments: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
}

/// How long a token command may take, unless the settings say otherwise.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// How an application proves who it is.
#[derive(Clone)]
pub enum ClientAuthentication {
    /// By a secret.
    Secret(Secret),
    /// By a token somebody else issued for it, a CI system for example. The file is read for every
    /// sign-in, since such tokens are short-lived.
    AssertionFile(PathBuf),
}

/// An application that signs in as itself.
#[derive(Clone)]
pub struct ClientCredentials {
    /// The application's client id.
    pub client_id: String,
    /// The tenant, by id or domain.
    pub tenant: String,
    /// How it proves who it is.
    pub proof: ClientAuthentication,
}

/// A person who signs in with a device code.
#[derive(Clone)]
pub struct DeviceCode {
    /// The client id of the application the person signs in to.
    pub client_id: String,
    /// The tenant by id or domain; or `consumers`, `organizations`, `common`.
    pub tenant: String,
    /// The permissions to ask for.
    pub scopes: Vec<String>,
}

/// The name of an identity's table in the settings.
pub(super) fn table(identity: Identity) -> String {
    format!("sign_in.{}", identity.name().replace('-', "_"))
}

impl TokenSource {
    /// As messages name it: nothing secret, and of a command the program only.
    pub fn name(&self) -> String {
        match self {
            Self::Given { origin, .. } => origin.clone(),
            Self::File(path) => file_name(path),
            Self::StandardInput => "standard input".to_owned(),
            Self::Command(command) => command.name(),
            Self::ClientCredentials(it) => match it.proof {
                ClientAuthentication::Secret(_) => "client credentials with a secret".to_owned(),
                ClientAuthentication::AssertionFile(_) => {
                    "client credentials with an assertion".to_owned()
                }
            },
            Self::DeviceCode(_) => "device code".to_owned(),
        }
    }

    /// Whether asking again can give another token.
    pub fn is_renewable(&self) -> bool {
        match self {
            Self::Given { .. } | Self::StandardInput => false,
            // A pipe can be read once only.
            Self::File(path) => path.is_file(),
            Self::Command(_) | Self::ClientCredentials(_) | Self::DeviceCode(_) => true,
        }
    }
}

pub(super) fn file_name(path: &Path) -> String {
    format!("the file {}", foreign::quoted(&path.display().to_string()))
}

impl TokenCommand {
    /// A command that is run as it stands, without a shell; `~`, `$VARIABLE` and `|` mean nothing.
    ///
    /// # Errors
    /// When a quotation mark is not closed, or nothing is there to run.
    pub fn words(line: &str) -> Result<Self, &'static str> {
        let arguments = shell_words::split(line).map_err(|_| "has a quotation mark too many")?;
        Self::arguments(arguments)
    }

    /// A command given as its arguments.
    ///
    /// # Errors
    /// When nothing is there to run.
    pub fn arguments(arguments: Vec<String>) -> Result<Self, &'static str> {
        match arguments.first() {
            Some(program) if !program.is_empty() => {
                Ok(Self { arguments, timeout: COMMAND_TIMEOUT })
            }
            _ => Err("is empty"),
        }
    }

    /// A command line for `sh`.
    ///
    /// # Errors
    /// When nothing is there to run.
    pub fn shell(line: &str) -> Result<Self, &'static str> {
        if line.trim().is_empty() {
            return Err("is empty");
        }
        Self::arguments(vec!["sh".to_owned(), "-c".to_owned(), line.to_owned()])
    }

    fn name(&self) -> String {
        let program = self.arguments.first().map_or("", String::as_str);
        format!("the token command {}", foreign::quoted(program))
    }
}

/// The sources of a run: at most one an identity, and the place to sign in at.
#[derive(Clone, Default)]
pub struct TokenSources {
    pub(super) place: SignInPlace,
    pub(super) by_identity: BTreeMap<Identity, TokenSource>,
    /// What a token command does not get to see.
    pub(super) secret_variables: SecretVariables,
}

impl TokenSources {
    /// No source at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tokens that are there already, such as the mock's.
    pub fn given(tokens: BTreeMap<Identity, Secret>) -> Self {
        let by_identity = tokens
            .into_iter()
            .map(|(identity, token)| {
                let origin = format!("the token given for {identity}");
                (identity, TokenSource::Given { token, origin })
            })
            .collect();
        Self { by_identity, ..Self::default() }
    }

    /// The same sources, signing in elsewhere.
    #[must_use]
    pub fn at(mut self, place: SignInPlace) -> Self {
        self.place = place;
        self
    }

    /// Adds the source of an identity.
    ///
    /// # Errors
    /// When it has one already, or when standard input is to be read twice.
    pub fn add(&mut self, identity: Identity, source: TokenSource) -> Result<(), SignInError> {
        if let Some(first) = self.by_identity.get(&identity) {
            return Err(SignInError::TwoSources {
                identity,
                first: first.name(),
                second: source.name(),
            });
        }
        if let TokenSource::StandardInput = source
            && let Some((first, _)) =
                self.by_identity.iter().find(|(_, it)| matches!(it, TokenSource::StandardInput))
        {
            return Err(SignInError::StandardInputTwice {
                first: table(*first),
                second: table(identity),
            });
        }
        self.by_identity.insert(identity, source);
        Ok(())
    }

    /// The identities that have a source.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        self.by_identity.keys().copied()
    }

    /// The source of an identity.
    pub fn source(&self, identity: Identity) -> Option<&TokenSource> {
        self.by_identity.get(&identity)
    }

    /// Where they sign in.
    pub fn place(&self) -> &SignInPlace {
        &self.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_would_and_not_expanded() {
        let command =
            TokenCommand::words(r#"az get --query "a b" '$X'"#).unwrap_or_else(|_| panic!());
        assert_eq!(command.arguments, ["az", "get", "--query", "a b", "$X"]);
        assert_eq!(command.timeout, COMMAND_TIMEOUT);
        for wrong in ["", "  ", "''", "az \"x"] {
            assert!(TokenCommand::words(wrong).is_err(), "{wrong}");
        }
        assert!(TokenCommand::shell(" ").is_err());
    }

    #[test]
    fn names_hold_no_arguments() {
        let command = TokenCommand::words("curl -H secret-header").unwrap_or_else(|_| panic!());
        assert_eq!(TokenSource::Command(command).name(), "the token command \"curl\"");
    }

    #[test]
    fn one_source_an_identity() {
        let mut sources = TokenSources::new();
        sources.add(Identity::Owner, TokenSource::StandardInput).unwrap();
        let error = sources.add(Identity::Owner, TokenSource::File("/tmp/x".into())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the token of the owner of the drive has two sources: standard input and the file \"/tmp/x\"; \
             keep one of them"
        );
        let error = sources.add(Identity::SecondUser, TokenSource::StandardInput).unwrap_err();
        assert!(
            error.to_string().starts_with("[sign_in.owner] and [sign_in.second_user]"),
            "{error}"
        );
        assert_eq!(sources.identities().collect::<Vec<_>>(), [Identity::Owner]);
    }
}
