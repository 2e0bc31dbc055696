//! The arguments of `linkspec run` and `linkspec plan`, filled up from linkspec.toml.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::settings::Settings;
use super::trouble::Trouble;

/// Where requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TargetKind {
    /// The built-in mock, over HTTP on loopback
    Mock,
    /// The service at --base-url
    Live,
}

/// Arguments of `linkspec run` and `linkspec plan`. Each has a variable and a key in linkspec.toml.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub(super) sdk: super::sdk::SdkArguments,
    /// Where requests go [default: mock, or live when --base-url or --drive is given]
    #[arg(long, value_enum, env = "LINKSPEC_TARGET")]
    pub(super) target: Option<TargetKind>,
    /// Product to judge; repeat for several [default: all on the mock, driveType on a live target]
    #[arg(
        long,
        value_name = "personal|business|sharepoint",
        env = "LINKSPEC_PRODUCT",
        value_delimiter = ','
    )]
    pub(super) product: Vec<String>,
    /// Service root, with or without /v1.0
    #[arg(long, value_name = "URL", env = "LINKSPEC_BASE_URL")]
    pub(super) base_url: Option<String>,
    /// Cloud of the tenant: global, us-gov-l4, us-gov-l5 or china [default: global]
    #[arg(long, value_name = "CLOUD", env = "LINKSPEC_CLOUD")]
    pub(super) cloud: Option<String>,
    /// Token authority, where it is not the cloud's own
    #[arg(long, value_name = "URL", env = "LINKSPEC_AUTHORITY")]
    pub(super) authority: Option<String>,
    /// Trust the certificates in this PEM file as well; repeat for several
    #[arg(long, value_name = "FILE", env = "LINKSPEC_CA_CERT", value_delimiter = ',')]
    pub(super) ca_cert: Vec<PathBuf>,
    /// Drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID
    #[arg(long, value_name = "DRIVE", env = "LINKSPEC_DRIVE")]
    pub(super) drive: Option<String>,
    /// Only rules whose tags match, for example "@must and not @needs-second-app"
    #[arg(long, value_name = "EXPRESSION", env = "LINKSPEC_TAGS")]
    pub(super) tags: Option<String>,
    /// Only this rule; repeat for several
    #[arg(long, value_name = "ID", env = "LINKSPEC_RULE", value_delimiter = ',')]
    pub(super) rule: Vec<String>,
    /// Only rules of this level and the more binding ones: must, should or all
    #[arg(long, value_name = "LEVEL", env = "LINKSPEC_LEVEL")]
    pub(super) level: Option<String>,
    /// How far documented choices are combined: quick (the rules' own stories), standard (every two choices meet)
    /// or full (every three) [default: quick on the mock, standard on a live drive]
    #[arg(long, value_name = "DEPTH", env = "LINKSPEC_DEPTH")]
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
    pub(super) shard: Option<String>,
    /// Settings and tenant profile [default: linkspec.toml where there is one]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_PROFILE")]
    pub(super) profile: Option<PathBuf>,
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
    pub(super) cleanup_limit: Option<f64>,
    /// Leave what the run made where it is
    #[arg(long, env = "LINKSPEC_NO_CLEANUP")]
    pub(super) no_cleanup: bool,
    /// Form of the mock's answers: documented or observed
    #[arg(long, value_name = "FORM", env = "LINKSPEC_MOCK_FORM")]
    pub(super) mock_form: Option<String>,
    /// Seconds allowed for one request [default: 30]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_TIMEOUT")]
    pub(super) timeout: Option<f64>,
    /// Longest pause, in seconds, that a throttling service is granted [default: 60]; with --sdk, how long a library is
    /// looked on that was asked to wait for minutes [default: 10]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_MAX_WAIT")]
    pub(super) max_wait: Option<f64>,
    /// List every rule, not only what needs attention
    #[arg(long, short, env = "LINKSPEC_VERBOSE")]
    pub(super) verbose: bool,
}

impl RunArguments {
    /// The command of an adapter, when a client library is meant.
    pub(super) fn sdk_command(&self) -> Option<&str> {
        self.sdk.sdk.as_deref()
    }

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

    /// The same arguments, meant for a live target.
    #[must_use]
    pub(super) fn towards_live(mut self) -> Self {
        self.target = Some(TargetKind::Live);
        self
    }

    /// What neither an option nor a variable sets comes from the file.
    pub(super) fn fill_from(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let run = &settings.run;
        let target = &settings.target;
        if self.target.is_none()
            && let Some(kind) = &target.kind
        {
            self.target = Some(
                TargetKind::from_str(kind, false)
                    .map_err(|_| Trouble::unknown("target", kind, ["mock", "live"]))?,
            );
        }
        fn fill<T: Clone>(value: &mut Option<T>, from: Option<&T>) {
            if value.is_none() {
                *value = from.cloned();
            }
        }
        fn fill_list(value: &mut Vec<String>, from: Option<&Vec<String>>) {
            if let (true, Some(from)) = (value.is_empty(), from) {
                value.clone_from(from);
            }
        }
        if self.target != Some(TargetKind::Mock) {
            fill(&mut self.base_url, target.base_url.as_ref());
            fill(&mut self.drive, target.drive.as_ref());
            fill(&mut self.cloud, target.cloud.as_ref());
        }
        fill_list(&mut self.product, target.product.as_ref());
        fill(&mut self.tags, run.tags.as_ref());
        fill_list(&mut self.rule, run.rule.as_ref());
        fill(&mut self.level, run.level.as_ref());
        fill(&mut self.depth, run.depth.as_ref());
        fill(&mut self.budget, run.budget.as_ref());
        fill(&mut self.jobs, run.jobs.as_ref());
        fill(&mut self.shard, run.shard.as_ref());
        fill(&mut self.features, run.features.as_ref());
        fill(&mut self.known, run.known.as_ref());
        fill_list(&mut self.report, run.report.as_ref());
        fill(&mut self.record, run.record.as_ref());
        fill(&mut self.replay, run.replay.as_ref());
        fill(&mut self.resume, run.resume.as_ref());
        fill(&mut self.journal, run.journal.as_ref());
        self.read_only |= run.read_only.unwrap_or(false);
        self.no_browser |= run.no_browser.unwrap_or(false);
        fill(&mut self.mock_form, run.mock_form.as_ref());
        fill(&mut self.authority, run.authority.as_ref());
        if let (true, Some(files)) = (self.ca_cert.is_empty(), &run.ca_cert) {
            self.ca_cert.clone_from(files);
        }
        fill(&mut self.timeout, run.timeout.as_ref());
        fill(&mut self.max_wait, run.max_wait.as_ref());
        fill(&mut self.cleanup_limit, run.cleanup_limit.as_ref());
        self.strict |= run.strict.unwrap_or(false);
        self.no_cleanup |= run.no_cleanup.unwrap_or(false);
        self.verbose |= run.verbose.unwrap_or(false);
        fill(&mut self.sdk.sdk, run.sdk.as_ref());
        fill(&mut self.sdk.write_cases, run.write_cases.as_ref());
        self.sdk.show_wire |= run.show_wire.unwrap_or(false);
        let about_libraries = self.sdk.show_wire || self.sdk.write_cases.is_some();
        if about_libraries && self.sdk.sdk.is_none() {
            return Err(Trouble::usage("--show-wire and --write-cases are about client libraries")
                .hint("name one: --sdk \"COMMAND ARGS\""));
        }
        Ok(())
    }
}
