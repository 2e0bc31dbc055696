//! Why somebody could not be signed in.

use crate::graph::{Cloud, CloudError, Identity};

/// Why there is no token.
///
/// Every message says what is wrong, where, and what to do instead. None holds a secret: text that came
/// from elsewhere is in here only after it was cleaned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// A cloud and something that does not go with it.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// `--cloud` and `--base-url` name different clouds.
    #[error(
        "--base-url is the service root of the cloud \"{root}\", but --cloud says \"{asked}\"; \
         leave one of them out"
    )]
    CloudsDisagree {
        /// What `--cloud` says.
        asked: Cloud,
        /// Whose root it is.
        root: Cloud,
    },
    /// The authority of one cloud for the service root of another (AMB-33).
    #[error(
        "the authority {authority} issues no tokens for the cloud \"{cloud}\"; \
         leave --authority out, or use {known}"
    )]
    AuthorityOfOtherCloud {
        /// The authority asked for.
        authority: String,
        /// The cloud of the service root.
        cloud: Cloud,
        /// The authorities that cloud has.
        known: String,
    },
    /// An authority that is no usable URL.
    #[error("--authority {what}; write it like https://login.microsoftonline.com")]
    AuthorityUrl {
        /// What is wrong with it.
        what: &'static str,
    },
    /// No cloud is known for the base URL, so nobody knows who issues its tokens.
    #[error(
        "--base-url is the service root of no known cloud, so it is not known who issues the token of \
         {identity}; say it with --cloud or --authority"
    )]
    AuthorityUnknown {
        /// Whose token.
        identity: Identity,
    },
    /// The token comes from another cloud's authority (AUTH-18).
    #[error(
        "the token of {identity} ({source_name}) was issued for the cloud \"{issued}\", but requests go \
         to the cloud \"{cloud}\"; nothing was sent. Sign in at {authority}, or correct --cloud"
    )]
    TokenOfOtherCloud {
        /// Whose token.
        identity: Identity,
        /// Where it comes from.
        source_name: String,
        /// The cloud it is from.
        issued: Cloud,
        /// The cloud of the service root.
        cloud: Cloud,
        /// Who issues tokens there.
        authority: &'static str,
    },
    /// Two sources for one identity.
    #[error("the token of {identity} has two sources: {first} and {second}; keep one of them")]
    TwoSources {
        /// Whose token.
        identity: Identity,
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// Standard input can be read once only.
    #[error(
        "[{first}] and [{second}] both read the token from standard input, which can be read once; \
         use a file or a command for one of them"
    )]
    StandardInputTwice {
        /// The one table.
        first: String,
        /// The other table.
        second: String,
    },
    /// A table that says too little, too much or something wrong.
    #[error("[{table}] {what}")]
    Table {
        /// The table in linkspec.toml.
        table: String,
        /// What is wrong and what to write.
        what: String,
    },
    /// An environment variable that is not set, or empty.
    #[error(
        "[{table}] reads the environment variable {variable}, which is not set or empty; set it"
    )]
    Variable {
        /// The table in linkspec.toml.
        table: String,
        /// The variable.
        variable: String,
    },
    /// A source that cannot be read.
    #[error("the token of {identity} cannot be read from {source_name}: {detail}")]
    Unreadable {
        /// Whose token.
        identity: Identity,
        /// Where from.
        source_name: String,
        /// What happened and what to do.
        detail: String,
    },
    /// A source that gives something else than a token.
    #[error("{source_name} gave no token for {identity}: {what}")]
    NoToken {
        /// Whose token.
        identity: Identity,
        /// Where from.
        source_name: String,
        /// What came instead, and what should.
        what: String,
    },
    /// A token command that did not do its work.
    #[error(
        "{source_name} of {identity} {what}; run it in a terminal to see why. It has to print the token, \
         or JSON with accessToken and expiresOn as the Azure CLI does"
    )]
    Command {
        /// Whose token.
        identity: Identity,
        /// Which command; its program only, since arguments may be secret.
        source_name: String,
        /// What it did.
        what: String,
    },
    /// The authority gives no answer.
    #[error(
        "the authority {authority} gives no answer for {identity}: {detail}; \
         check the network, the proxy (HTTPS_PROXY) and --ca-cert"
    )]
    AuthorityUnreachable {
        /// Whose token.
        identity: Identity,
        /// Scheme and host.
        authority: String,
        /// What happened.
        detail: String,
    },
    /// The authority answers with something that is no answer to a token request.
    #[error(
        "the authority {authority} did not answer {identity} as a token endpoint does: {detail}; \
         check --authority and the proxy"
    )]
    AuthorityAnswer {
        /// Whose token.
        identity: Identity,
        /// Scheme and host.
        authority: String,
        /// What came.
        detail: String,
    },
    /// The authority refuses.
    #[error("the authority {authority} refused to sign {identity} in: {code}{description}{advice}")]
    Refused {
        /// Whose token.
        identity: Identity,
        /// Scheme and host.
        authority: String,
        /// The OAuth error.
        code: String,
        /// The description, cleaned, with its separator.
        description: String,
        /// What to do, with its separator.
        advice: String,
    },
    /// Nobody entered the code in time.
    #[error(
        "nobody entered the device code of {identity} before it expired; \
         run again and enter the code when it is shown"
    )]
    DeviceCodeExpired {
        /// Who was to sign in.
        identity: Identity,
    },
    /// The user said no.
    #[error(
        "the sign-in of {identity} was declined; run again and confirm it, or use another account"
    )]
    DeviceCodeDeclined {
        /// Who was to sign in.
        identity: Identity,
    },
}

impl SignInError {
    /// Whether the user's settings are wrong (exit code 2) rather than the environment (exit code 3).
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Cloud(_)
            | Self::CloudsDisagree { .. }
            | Self::AuthorityOfOtherCloud { .. }
            | Self::AuthorityUrl { .. }
            | Self::AuthorityUnknown { .. }
            | Self::TokenOfOtherCloud { .. }
            | Self::TwoSources { .. }
            | Self::StandardInputTwice { .. }
            | Self::Table { .. }
            | Self::Variable { .. } => true,
            Self::Unreadable { .. }
            | Self::NoToken { .. }
            | Self::Command { .. }
            | Self::AuthorityUnreachable { .. }
            | Self::AuthorityAnswer { .. }
            | Self::Refused { .. }
            | Self::DeviceCodeExpired { .. }
            | Self::DeviceCodeDeclined { .. } => false,
        }
    }
}
