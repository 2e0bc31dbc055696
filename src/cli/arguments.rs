//! The options of `linkspec run`, `plan` and `doctor`: one struct for the command line, the variables and the tables
//! `[target]` and `[run]` of linkspec.toml.

use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;

use super::trouble::Trouble;
use crate::graph::{Cloud, Product};
use crate::run::Depth;

/// Where requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum TargetKind {
    /// The built-in mock, over HTTP on loopback
    Mock,
    /// The service at --base-url
    Live,
}

/// The `[target]` table.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct TargetOptions {
    /// Where requests go [default: mock, or live when --base-url or --drive is given]
    #[arg(
        long = "target",
        id = "target",
        value_enum,
        value_name = "TARGET",
        env = "LINKSPEC_TARGET"
    )]
    pub(super) kind: Option<TargetKind>,
    /// Product to judge; repeat for several [default: all on the mock, driveType on a live target]
    #[arg(
        long,
        value_name = "personal|business|sharepoint",
        env = "LINKSPEC_PRODUCT",
        value_delimiter = ','
    )]
    #[schemars(with = "Vec<Product>")]
    pub(super) product: Vec<String>,
    /// Service root, with or without /v1.0
    #[arg(long, value_name = "URL", env = "LINKSPEC_BASE_URL")]
    pub(super) base_url: Option<String>,
    /// Cloud of the tenant: global, us-gov-l4, us-gov-l5 or china [default: global]
    #[arg(long, value_name = "CLOUD", env = "LINKSPEC_CLOUD")]
    #[schemars(extend("enum" = Cloud::NAMES))]
    pub(super) cloud: Option<String>,
    /// Drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID
    #[arg(long, value_name = "DRIVE", env = "LINKSPEC_DRIVE")]
    #[schemars(regex(pattern = "^(me|(drives|users|groups|sites)/.+)$"))]
    pub(super) drive: Option<String>,
}

/// The `[run]` table.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct RunOptions {
    /// Judge a client library: the command that starts its adapter, for example "node adapter.js"
    #[arg(long, value_name = "COMMAND", env = "LINKSPEC_SDK")]
    pub(super) sdk: Option<String>,
    /// With --sdk: show what was asked, what was on the wire and what surfaced, of all with --rule, else of findings
    #[arg(long, env = "LINKSPEC_SHOW_WIRE")]
    pub(super) show_wire: bool,
    /// With --sdk: write each case as a file that can be piped into the adapter
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_WRITE_CASES")]
    pub(super) write_cases: Option<PathBuf>,
    /// Token authority, where it is not the cloud's own
    #[arg(long, value_name = "URL", env = "LINKSPEC_AUTHORITY")]
    pub(super) authority: Option<String>,
    /// Trust the certificates in this PEM file as well; repeat for several
    #[arg(long, value_name = "FILE", env = "LINKSPEC_CA_CERT", value_delimiter = ',')]
    pub(super) ca_cert: Vec<PathBuf>,
    /// Only rules whose tags match, for example "@must and not @needs-second-app"
    #[arg(long, value_name = "EXPRESSION", env = "LINKSPEC_TAGS")]
    pub(super) tags: Option<String>,
    /// Only this rule; repeat for several
    #[arg(long, value_name = "ID", env = "LINKSPEC_RULE", value_delimiter = ',')]
    pub(super) rule: Vec<String>,
    /// Only rules of this level and the more binding ones: must, should or all
    #[arg(long, value_name = "LEVEL", env = "LINKSPEC_LEVEL")]
    #[schemars(extend("enum" = ["must", "should", "all"]))]
    pub(super) level: Option<String>,
    /// How far documented choices are combined: quick (the rules' own stories), standard (every two choices meet)
    /// or full (every three) [default: quick on the mock, standard on a live drive]
    #[arg(long, value_name = "DEPTH", env = "LINKSPEC_DEPTH")]
    #[schemars(extend("enum" = Depth::NAMES))]
    pub(super) depth: Option<String>,
    /// Let a broken SHOULD turn the run red as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    pub(super) strict: bool,
    /// Make at most so many createLink calls, the most important stories first
    #[arg(long, value_name = "N", env = "LINKSPEC_BUDGET")]
    pub(super) budget: Option<usize>,
    /// Stories told at a time [default: 8 on the mock, 4 live, 1 on a live personal drive]
    #[arg(long, value_name = "N", env = "LINKSPEC_JOBS")]
    pub(super) jobs: Option<usize>,
    /// Only part K of N of the stories, parts of about the same cost; `report merge` puts their reports together
    #[arg(long, value_name = "K/N", env = "LINKSPEC_SHARD")]
    #[schemars(regex(pattern = "^[0-9]+/[0-9]+$"))]
    pub(super) shard: Option<String>,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
    pub(super) features: Option<PathBuf>,
    /// Failures that are known and do not turn the run red
    #[arg(long, value_name = "FILE", env = "LINKSPEC_KNOWN")]
    pub(super) known: Option<PathBuf>,
    /// Write a report, for example json=report.json or junit=report.xml; repeat for several
    #[arg(long, value_name = "FORMAT=PATH", env = "LINKSPEC_REPORT", value_delimiter = ',')]
    pub(super) report: Vec<String>,
    /// Keep the exchanges of the run, redacted, so that it can be judged again
    #[arg(long, value_name = "FILE", env = "LINKSPEC_RECORD")]
    pub(super) record: Option<PathBuf>,
    /// Judge a kept run again; nothing is sent
    #[arg(long, value_name = "FILE", env = "LINKSPEC_REPLAY", conflicts_with_all = ["record", "base_url"])]
    pub(super) replay: Option<PathBuf>,
    /// Go on with a run that budget or throttling stopped: the file it was kept in
    #[arg(long, value_name = "FILE", env = "LINKSPEC_RESUME", conflicts_with = "replay")]
    pub(super) resume: Option<PathBuf>,
    /// Make no createLink call: judge only what needs none
    #[arg(long, env = "LINKSPEC_READ_ONLY", conflicts_with = "budget")]
    pub(super) read_only: bool,
    /// Open no sharing URL: nothing is sent to any other host than the service; rules about its pages are not judged
    #[arg(long, env = "LINKSPEC_NO_BROWSER")]
    pub(super) no_browser: bool,
    /// Where a live run notes everything it makes [default: a file in the user's state folder]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_JOURNAL")]
    pub(super) journal: Option<PathBuf>,
    /// Seconds allowed for removing what the run made [default: 120]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_CLEANUP_LIMIT")]
    #[schemars(range(min = 0, max = 86400))]
    pub(super) cleanup_limit: Option<f64>,
    /// Leave what the run made where it is
    #[arg(long, env = "LINKSPEC_NO_CLEANUP")]
    pub(super) no_cleanup: bool,
    /// Form of the mock's answers: documented or observed
    #[arg(long, value_name = "FORM", env = "LINKSPEC_MOCK_FORM")]
    #[schemars(extend("enum" = ["documented", "observed"]))]
    pub(super) mock_form: Option<String>,
    /// Seconds allowed for one request [default: 30]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_TIMEOUT")]
    #[schemars(range(min = 0, max = 86400))]
    pub(super) timeout: Option<f64>,
    /// Longest pause, in seconds, that a throttling service is granted [default: 60]; with --sdk, how long a library is
    /// looked on that was asked to wait for minutes [default: 10]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_MAX_WAIT")]
    #[schemars(range(min = 0, max = 86400))]
    pub(super) max_wait: Option<f64>,
    /// List every rule, not only what needs attention
    #[arg(long, short, env = "LINKSPEC_VERBOSE")]
    pub(super) verbose: bool,
}

/// Everything that can be said of a run.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct CommandOptions {
    #[command(flatten)]
    pub(super) target: TargetOptions,
    /// Settings and tenant profile [default: linkspec.toml where there is one]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_PROFILE")]
    pub(super) profile: Option<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

/// What the command line and the variables say of a run.
#[derive(Debug, Clone, Default)]
pub struct RunArguments {
    pub(super) given: CommandOptions,
    matches: ArgMatches,
}

impl Args for RunArguments {
    fn augment_args(command: Command) -> Command {
        CommandOptions::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        CommandOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for RunArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { given: CommandOptions::from_arg_matches(matches)?, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl RunArguments {
    /// The same arguments, meant for a live target.
    #[must_use]
    pub(super) fn towards_live(mut self) -> Self {
        self.given.target.kind = Some(TargetKind::Live);
        self
    }

    /// With what the file says where neither an option nor a variable does.
    ///
    /// # Errors
    /// For options that say nothing without another.
    pub(super) fn over(
        self,
        target: &TargetOptions,
        run: &RunOptions,
    ) -> Result<CommandOptions, Trouble> {
        let Self { given, mut matches } = self;
        let kind = given.target.kind.or(target.kind);
        let target = match kind {
            Some(TargetKind::Mock) => {
                TargetOptions { kind, product: target.product.clone(), ..TargetOptions::default() }
            }
            _ => target.clone(),
        };
        let mut options = CommandOptions { target, profile: None, run: run.clone() };
        // A flag that is not given says nothing.
        let unsaid = |id: &&str| matches.value_source(id) == Some(ValueSource::DefaultValue);
        let unsaid: Vec<String> =
            matches.ids().map(clap::Id::as_str).filter(unsaid).map(str::to_owned).collect();
        unsaid
            .iter()
            .try_for_each(|id| matches.try_clear_id(id).map(drop))
            .map_err(|error| Trouble::usage(error.to_string()))?;
        options
            .update_from_arg_matches_mut(&mut matches)
            .map_err(|error| Trouble::usage(error.to_string()))?;
        let run = &options.run;
        if run.sdk.is_none() && (run.show_wire || run.write_cases.is_some()) {
            return Err(Trouble::usage("--show-wire and --write-cases are about client libraries")
                .hint("name one: --sdk \"COMMAND ARGS\""));
        }
        Ok(options)
    }
}

/// So many seconds, or what is usual.
pub(super) fn seconds(asked: Option<f64>, usual: Duration) -> Duration {
    asked.and_then(|it| Duration::try_from_secs_f64(it).ok()).unwrap_or(usual)
}

impl TargetOptions {
    /// Whether it names a service.
    pub(super) fn names_live(&self) -> bool {
        self.base_url.is_some() || self.drive.is_some() || self.cloud.is_some()
    }
}

impl RunOptions {
    /// The first option given that is about what a run makes on a drive.
    pub(super) fn about_a_drive(&self) -> Option<&'static str> {
        let given = [
            ("--record", self.record.is_some()),
            ("--journal", self.journal.is_some()),
            ("--budget", self.budget.is_some()),
            ("--read-only", self.read_only),
            ("--no-cleanup", self.no_cleanup),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}
