use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::cleanup::{self, run_name, state_folder};
use super::interrupted;
use super::progress::Progress;
use super::resume;
use super::select::selection;
use super::settings::Settings;
use super::trouble::Trouble;
use super::verdicts::{apply_known, known_failures};
use crate::caller::HttpOptions;
use crate::graph::{Address, Cloud, Conversation, Identity, Product};
use crate::mock::{Form, Options};
use crate::report::console::ConsoleOptions;
use crate::report::{
    CallerSummary, ExitCode as ReportExit, KnownFile, Report, ReportTarget, ReportedCall,
    check_targets, check_writable, console,
};
use crate::sign_in::{Place, Sources};
use crate::spec::Library;
use crate::suite::{self, Means, ProductRecording, Selection, Suite, Telling};
use crate::target::{ClientLibrary, Journal, LiveOptions, MockTarget, Patience, Target, base_url};

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
    sdk: super::sdk::SdkArguments,
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
    authority: Option<String>,
    /// Trust the certificates in this PEM file as well; repeat for several
    #[arg(long, value_name = "FILE", env = "LINKSPEC_CA_CERT", value_delimiter = ',')]
    ca_cert: Vec<PathBuf>,
    /// Drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID
    #[arg(long, value_name = "DRIVE", env = "LINKSPEC_DRIVE")]
    pub(super) drive: Option<String>,
    /// Only rules whose tags match, for example "@must and not @needs-second-app"
    #[arg(long, value_name = "EXPRESSION", env = "LINKSPEC_TAGS")]
    tags: Option<String>,
    /// Only this rule; repeat for several
    #[arg(long, value_name = "ID", env = "LINKSPEC_RULE", value_delimiter = ',')]
    rule: Vec<String>,
    /// Only rules of this level and the more binding ones: must, should or all
    #[arg(long, value_name = "LEVEL", env = "LINKSPEC_LEVEL")]
    level: Option<String>,
    /// Let a broken SHOULD turn the run red as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    /// Make at most so many createLink calls, the most important stories first
    #[arg(long, value_name = "N", env = "LINKSPEC_BUDGET")]
    budget: Option<usize>,
    /// Stories told at a time [default: 8 on the mock, 4 live, 1 on a live personal drive]
    #[arg(long, value_name = "N", env = "LINKSPEC_JOBS")]
    jobs: Option<usize>,
    /// Only part K of N of the rules
    #[arg(long, value_name = "K/N", env = "LINKSPEC_SHARD")]
    shard: Option<String>,
    /// Settings and tenant profile [default: linkspec.toml where there is one]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_PROFILE")]
    profile: Option<PathBuf>,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
    features: Option<PathBuf>,
    /// Failures that are known and do not turn the run red
    #[arg(long, value_name = "FILE", env = "LINKSPEC_KNOWN")]
    known: Option<PathBuf>,
    /// Write a report, for example json=report.json or junit=report.xml; repeat for several
    #[arg(long, value_name = "FORMAT=PATH", env = "LINKSPEC_REPORT", value_delimiter = ',')]
    report: Vec<String>,
    /// Keep the exchanges of the run, redacted, so that it can be judged again
    #[arg(long, value_name = "FILE", env = "LINKSPEC_RECORD")]
    record: Option<PathBuf>,
    /// Judge a kept run again; nothing is sent
    #[arg(long, value_name = "FILE", env = "LINKSPEC_REPLAY", conflicts_with_all = ["record", "base_url"])]
    replay: Option<PathBuf>,
    /// Go on with a run that budget or throttling stopped: the file it was kept in
    #[arg(long, value_name = "FILE", env = "LINKSPEC_RESUME", conflicts_with = "replay")]
    resume: Option<PathBuf>,
    /// Make no createLink call: judge only what needs none
    #[arg(long, env = "LINKSPEC_READ_ONLY", conflicts_with = "budget")]
    read_only: bool,
    /// Where a live run notes everything it makes [default: a file in the user's state folder]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_JOURNAL")]
    journal: Option<PathBuf>,
    /// Seconds allowed for removing what the run made [default: 120]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_CLEANUP_LIMIT")]
    cleanup_limit: Option<f64>,
    /// Leave what the run made where it is
    #[arg(long, env = "LINKSPEC_NO_CLEANUP")]
    no_cleanup: bool,
    /// Form of the mock's answers: documented or observed
    #[arg(long, value_name = "FORM", env = "LINKSPEC_MOCK_FORM")]
    mock_form: Option<String>,
    /// Seconds allowed for one request [default: 30]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_TIMEOUT")]
    timeout: Option<f64>,
    /// Longest pause, in seconds, that a throttling service is granted [default: 60]
    #[arg(long, value_name = "SECONDS", env = "LINKSPEC_MAX_WAIT")]
    max_wait: Option<f64>,
    /// List every rule, not only what needs attention
    #[arg(long, short, env = "LINKSPEC_VERBOSE")]
    verbose: bool,
}

/// A run with everything read and checked, before anything is sent.
pub struct Session {
    /// The rules and stories.
    pub suite: Suite,
    /// Which of them are asked for.
    pub selection: Selection,
    arguments: RunArguments,
    settings: Settings,
    kind: TargetKind,
    products: Vec<Product>,
    base: Option<url::Url>,
    drive: Address,
    identities: BTreeSet<Identity>,
    cloud: Option<Cloud>,
    form: Form,
    /// The run that this one goes on with, by product.
    earlier: Vec<ProductRecording>,
}

/// What a run came to.
pub struct Finished {
    /// The report.
    pub report: Report,
    /// The recordings it rests on.
    pub recordings: Vec<ProductRecording>,
    /// What could not be removed.
    pub leftovers: Vec<String>,
    /// Ctrl-C or SIGTERM ended the run early.
    pub interrupted: bool,
}

impl Session {
    /// Reads arguments, settings and features.
    ///
    /// # Errors
    /// Every mistake a user can make before the first request.
    pub fn prepare(mut arguments: RunArguments) -> Result<Self, Trouble> {
        let settings = Settings::load(arguments.profile.as_deref())?;
        let kept = arguments.resume.clone().or_else(|| settings.run.resume.clone());
        // With a library the two do not go together, which is said below.
        let with_library = arguments.sdk.sdk.is_some() || settings.run.sdk.is_some();
        let earlier = match kept.filter(|_| !with_library) {
            Some(path) => resume::go_on(&mut arguments, &settings, &path)?,
            None => Vec::new(),
        };
        arguments.fill_from(&settings)?;
        let library = match &arguments.features {
            Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
            None => Library::embedded(),
        };
        let suite = suite::read(&library)?;
        let selection = selection(
            &suite.catalogue,
            &arguments.rule,
            arguments.tags.as_deref(),
            arguments.level.as_deref(),
            arguments.shard.as_deref(),
        )?;
        let kind = arguments.target.unwrap_or(
            if arguments.base_url.is_some()
                || arguments.drive.is_some()
                || arguments.cloud.is_some()
            {
                TargetKind::Live
            } else {
                TargetKind::Mock
            },
        );
        let products = arguments
            .product
            .iter()
            .map(|name| {
                Product::from_name(name).ok_or_else(|| {
                    Trouble::unknown("product", name, Product::ALL.iter().map(|it| it.name()))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let base = match &arguments.base_url {
            Some(text) => Some(
                base_url(text).map_err(|error| Trouble::usage(format!("--base-url: {error}")))?,
            ),
            None => None,
        };
        let drive = match &arguments.drive {
            None => Address::Me,
            Some(text) => Address::parse(text).ok_or_else(|| {
                Trouble::usage(format!("--drive: \"{text}\" names no drive"))
                    .hint(format!("write {}", Address::FORMS))
            })?,
        };
        let form = match arguments.mock_form.as_deref() {
            None => Form::Documented,
            Some(text) => text
                .parse()
                .map_err(|_| Trouble::unknown("mock form", text, ["documented", "observed"]))?,
        };
        for (option, value) in [
            ("--timeout", arguments.timeout),
            ("--max-wait", arguments.max_wait),
            ("--cleanup-limit", arguments.cleanup_limit),
        ] {
            if value.is_some_and(|it| !(0.0..=86_400.0).contains(&it)) {
                return Err(Trouble::usage(format!("{option} wants seconds between 0 and 86400")));
            }
        }
        let cloud = match arguments.cloud.as_deref() {
            None => None,
            Some(name) => Some(
                Cloud::named(name).ok_or_else(|| Trouble::unknown("cloud", name, Cloud::NAMES))?,
            ),
        };
        let identities =
            settings.sign_in.sources(&|name| std::env::var(name).ok())?.identities().collect();
        let session = Self {
            suite,
            selection,
            arguments,
            settings,
            kind,
            products,
            base,
            drive,
            identities,
            cloud,
            form,
            earlier,
        };
        session.check_live()?;
        Ok(session)
    }

    fn check_live(&self) -> Result<(), Trouble> {
        let kept = self.arguments.replay.is_some() || self.arguments.resume.is_some();
        if self.arguments.sdk.sdk.is_some() && kept {
            return Err(Trouble::usage("--sdk goes neither with --replay nor with --resume")
                .hint("what a library was asked and handed back is not part of a kept run"));
        }
        if self.kind != TargetKind::Live || self.arguments.replay.is_some() {
            return Ok(());
        }
        if self.products.len() > 1 {
            return Err(Trouble::usage("a live drive is one product, but --product names several")
                .hint("leave --product out; it is read from driveType"));
        }
        Ok(())
    }

    /// A rule about client libraries that is asked for by its id needs a client library.
    fn refuse_client_rules(&self) -> Result<(), Trouble> {
        if self.arguments.sdk.sdk.is_some() {
            return Ok(());
        }
        let rules = self.selection.ids.iter().filter_map(|id| self.suite.catalogue.rule(id));
        match rules.into_iter().find(|rule| rule.on_requests) {
            None => Ok(()),
            Some(rule) => Err(Trouble::usage(format!("{} judges client libraries", rule.id))
                .hint("name one: --sdk \"COMMAND ARGS\" starts its adapter (see adapters/)")),
        }
    }

    /// The run through a client library against the scripted service, when one is asked for.
    fn through_sdk(&self) -> Option<super::sdk::SdkRequest<'_>> {
        if self.kind == TargetKind::Live {
            return None;
        }
        Some(super::sdk::SdkRequest {
            suite: &self.suite,
            selection: &self.selection,
            arguments: &self.arguments.sdk,
            command: self.arguments.sdk.sdk.as_deref()?,
            product: self.products.first().copied().unwrap_or(Product::Business),
            jobs: self.arguments.jobs,
            timeout: self.arguments.timeout,
        })
    }

    /// The products a plan is printed for.
    pub(super) fn products_to_plan(&self) -> Vec<Product> {
        if self.products.is_empty() { Product::ALL.to_vec() } else { self.products.clone() }
    }

    /// What a plan assumes: on the mock everything, live what is declared.
    pub(super) fn means_to_plan(&self, product: Product) -> Means {
        match self.kind {
            TargetKind::Mock => Means {
                product,
                tenant: crate::target::tenant_of(product, &Options::new(product).policy),
                identities: Identity::SIGNED_IN.into_iter().collect(),
            },
            TargetKind::Live => Means {
                product,
                tenant: self.settings.tenant.clone(),
                identities: self.identities.clone(),
            },
        }
    }

    /// Whether any rule is selected.
    pub(super) fn selects_anything(&self) -> bool {
        Product::ALL.into_iter().any(|product| {
            !self.suite.select(&self.selection, &self.means_to_plan(product)).rules.is_empty()
        })
    }

    /// The selected rules as id and name, for test runners.
    pub fn rule_names(&self) -> Vec<(String, String)> {
        self.suite
            .catalogue
            .rules
            .iter()
            .filter(|rule| !rule.on_requests && self.selection.takes(rule))
            .map(|rule| (rule.id.clone(), format!("{}::{} {}", rule.chapter, rule.id, rule.title)))
            .collect()
    }

    /// The same run for fewer rules.
    #[must_use]
    pub fn narrowed_to(mut self, ids: &[String]) -> Self {
        self.selection.ids = ids.iter().cloned().collect();
        self
    }

    /// The list of known failures, checked against the rules.
    pub(super) fn known(&self) -> Result<Option<KnownFile>, Trouble> {
        known_failures(self.arguments.known.as_deref(), &self.suite)
    }

    /// Where reports go, checked before anything is sent.
    pub(super) fn report_targets(&self) -> Result<Vec<ReportTarget>, Trouble> {
        let targets = self
            .arguments
            .report
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<ReportTarget>, _>>()
            .map_err(|error| Trouble::usage(format!("--report: {error}")))?;
        check_targets(&targets).map_err(|error| Trouble::usage(format!("--report: {error}")))?;
        for path in [&self.arguments.record, &self.arguments.resume].into_iter().flatten() {
            check_writable(path).map_err(|error| Trouble::usage(error.to_string()))?;
        }
        Ok(targets)
    }

    /// Carries the run out and gives its report.
    ///
    /// # Errors
    /// As [`Self::carry_out`].
    pub fn report_blocking(&self) -> Result<Report, Trouble> {
        Ok(super::runtime()?.block_on(self.carry_out(&|_, _| {}))?.report)
    }

    /// Tells and judges, or judges a kept run.
    ///
    /// # Errors
    /// When the target cannot be worked on or a file cannot be read or written.
    pub async fn carry_out(
        &self,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Finished, Trouble> {
        let mut ending = Ending::default();
        let recordings = match &self.arguments.replay {
            Some(path) => self.replay(path)?,
            None => self.tell(progress, &mut ending).await?,
        };
        if self.arguments.replay.is_none() {
            self.keep(&recordings, &mut ending);
        }
        let mut judged = Vec::new();
        for recorded in recordings {
            let mut rules = suite::judge_recording(&self.suite, &self.selection, &recorded).await;
            if let Some(heard) = &ending.heard {
                let means = recorded.means();
                let further = suite::judge_library(&self.suite, &self.selection, &means, heard);
                rules.extend(further.await);
            }
            judged.push((recorded, rules));
        }
        let mut report = suite::report(&judged, &self.suite);
        if let Some(heard) = &ending.heard {
            report.calls = ReportedCall::of(heard);
            self.arguments.sdk.hand_out(&report, heard, !self.selection.ids.is_empty())?;
        }
        report.remarks.append(&mut ending.remarks);
        report.left_behind.clone_from(&ending.leftovers);
        report.resume = ending.resume.take();
        report.complete &= !ending.interrupted;
        let recordings = judged.into_iter().map(|(recorded, _)| recorded).collect();
        let Ending { leftovers, interrupted, .. } = ending;
        Ok(Finished { report, recordings, leftovers, interrupted })
    }

    /// Keeps the recordings where that is asked for, and where the run has to go on later. What cannot be
    /// kept costs nobody the report.
    fn keep(&self, recordings: &[ProductRecording], ending: &mut Ending) {
        let stopped = recordings.iter().any(|it| it.header.over_budget > 0 || it.header.throttled);
        let (record, resume) = (&self.arguments.record, &self.arguments.resume);
        let mut paths: Vec<PathBuf> = resume.iter().chain(record).cloned().collect();
        paths.dedup();
        if paths.is_empty() && stopped {
            paths.push(state_folder().join(format!("{}.run", run_name())));
        }
        for path in paths {
            match keep(&path, recordings) {
                Ok(()) if stopped && ending.resume.is_none() => {
                    let path = path.display().to_string();
                    ending
                        .remarks
                        .push(format!("To go on with what is left: linkspec run --resume {path}"));
                    ending.resume = Some(path);
                }
                Ok(()) => {}
                Err(error) => ending.remarks.push(format!(
                    "{} cannot be written, so the run is not kept: {error}",
                    path.display()
                )),
            }
        }
    }

    fn replay(&self, path: &std::path::Path) -> Result<Vec<ProductRecording>, Trouble> {
        let mut runs = resume::read(path)?;
        if !self.products.is_empty() {
            runs.retain(|run| self.products.contains(&run.header.product));
        }
        Ok(runs)
    }

    async fn tell(
        &self,
        progress: &(dyn Fn(usize, usize) + Sync),
        ending: &mut Ending,
    ) -> Result<Vec<ProductRecording>, Trouble> {
        let mut recordings: Vec<ProductRecording> = Vec::new();
        let mut next_number = 1;
        match self.kind {
            TargetKind::Mock => {
                for product in self.products_to_plan() {
                    let options = Options { form: self.form, ..Options::new(product) };
                    let MockTarget { mock, options } = MockTarget::start(options).await?;
                    let target = Target::open(options).await?;
                    let recorded = self.record(&target, next_number, progress).await;
                    mock.stop().await;
                    next_number += count(&recorded);
                    recordings.push(recorded);
                }
            }
            TargetKind::Live => {
                let options = self.live_options()?;
                let interrupt = options.interrupt.clone();
                let cleans_up = !self.arguments.no_cleanup;
                interrupted::watch(&interrupt, options.journal.path(), cleans_up);
                let started = self.arguments.sdk.start_library(options.patience.longest_wait);
                let library = started.await.inspect_err(|_| options.journal.discard())?;
                let mut target = Target::open(options).await?;
                target.library = library.clone().map(|it| it as Arc<dyn ClientLibrary>);
                let mut recorded = self.record(&target, next_number, progress).await;
                if let Some(library) = library {
                    let header = &mut recorded.header;
                    header.caller = CallerSummary {
                        kind: "sdk".to_owned(),
                        name: Some(library.hello().name.clone()),
                        version: Some(library.hello().version.clone()),
                    };
                    header.remarks.extend(library.stop().await.iter().map(ToString::to_string));
                    ending.heard = Some(library.conversations(&recorded.recordings));
                }
                ending.interrupted = interrupt.is_set();
                if self.arguments.no_cleanup {
                    if let Some(path) = target.journal.path() {
                        ending.remarks.push(format!(
                            "Nothing was removed. To do it later: linkspec cleanup --journal {}",
                            path.display()
                        ));
                    }
                } else {
                    let (leftovers, remarks) = cleanup::clean_up(&target).await;
                    if ending.interrupted && leftovers.is_empty() {
                        ending.remarks.push("What the run had made is removed.".to_owned());
                    }
                    ending.leftovers = leftovers;
                    ending.remarks.extend(remarks);
                }
                recordings.push(recorded);
            }
        }
        Ok(recordings)
    }

    async fn record(
        &self,
        target: &Target,
        first_number: u32,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> ProductRecording {
        let jobs = self.arguments.jobs.unwrap_or(match (self.kind, target.product) {
            (TargetKind::Mock, _) => 8,
            (TargetKind::Live, Product::Personal) => 1,
            (TargetKind::Live, _) => 4,
        });
        let personal_live = self.kind == TargetKind::Live && target.product == Product::Personal;
        let budget = match self.arguments.budget {
            // THR-06: a personal drive allows some 8 to 20 createLink calls an hour.
            None if personal_live => Some(PERSONAL_BUDGET),
            budget => budget,
        };
        if self.arguments.read_only {
            target.wire.make_no_links();
        }
        let earlier = self.earlier.iter().find(|it| it.header.product == target.product);
        let how = Telling { jobs, budget, earlier: earlier.map(|it| it.recordings.clone()) };
        suite::record(&self.suite, &self.selection, target, &how, first_number, progress).await
    }

    fn journal(&self) -> Result<Journal, Trouble> {
        let path = match &self.arguments.journal {
            Some(path) => path.clone(),
            None => state_folder().join(format!("{}.journal", run_name())),
        };
        Journal::create(&path).map_err(|error| {
            Trouble::usage(error.to_string()).hint("name a place with --journal FILE")
        })
    }

    /// Where tokens come from, at the authority of the cloud.
    fn sources(&self) -> Result<Sources, Trouble> {
        let authority =
            self.arguments.authority.as_deref().or(self.settings.sign_in.authority.as_deref());
        let place = Place::resolve(self.cloud, self.base.as_ref(), authority)?;
        let sources = self.settings.sign_in.sources(&|name| std::env::var(name).ok())?;
        Ok(sources.at(place))
    }

    fn service_root(&self, default: url::Url) -> Result<url::Url, Trouble> {
        match (&self.base, self.cloud) {
            (Some(base), _) => Ok(base.clone()),
            (None, Some(cloud)) => base_url(cloud.service_root())
                .map_err(|error| Trouble::usage(format!("--cloud: {error}"))),
            (None, None) => Ok(default),
        }
    }

    /// The identities that have a source of tokens.
    pub(super) fn identities(&self) -> &BTreeSet<Identity> {
        &self.identities
    }

    /// What the tenant is declared to allow.
    pub(super) fn tenant(&self) -> &crate::graph::Tenant {
        &self.settings.tenant
    }

    fn live_options(&self) -> Result<LiveOptions, Trouble> {
        // The journal comes last: a mistake in what is before it leaves no file behind.
        let options = self.live_options_without_journal()?;
        Ok(LiveOptions { journal: self.journal()?, ..options })
    }

    /// What reaches the target without making anything.
    pub(super) fn live_options_without_journal(&self) -> Result<LiveOptions, Trouble> {
        let defaults = LiveOptions::default();
        let seconds = |value: Option<f64>, default: Duration| {
            value.and_then(|it| Duration::try_from_secs_f64(it).ok()).unwrap_or(default)
        };
        Ok(LiveOptions {
            base: self.service_root(defaults.base)?,
            drive: self.drive.clone(),
            product: self.products.first().copied(),
            sources: self.sources()?,
            addresses: self.settings.addresses.clone(),
            tenant: self.settings.tenant.clone(),
            http: HttpOptions {
                timeout: seconds(self.arguments.timeout, defaults.http.timeout),
                ca_certificates: self.arguments.ca_cert.clone(),
                ..defaults.http
            },
            patience: Patience {
                longest_wait: seconds(self.arguments.max_wait, defaults.patience.longest_wait),
                ..defaults.patience
            },
            clean_up_limit: seconds(self.arguments.cleanup_limit, defaults.clean_up_limit),
            short_lived_links: !self.arguments.no_cleanup,
            goes_on_with: self.earlier.first().and_then(|it| it.header.drive_digest.clone()),
            notices: super::notices(),
            ..defaults
        })
    }
}

impl RunArguments {
    /// The command of an adapter, when a client library is meant.
    pub(super) fn sdk_command(&self) -> Option<&str> {
        self.sdk.sdk.as_deref()
    }

    /// The same arguments, meant for a live target.
    #[must_use]
    pub(super) fn towards_live(mut self) -> Self {
        self.target = Some(TargetKind::Live);
        self
    }

    /// What neither an option nor a variable sets comes from the file.
    fn fill_from(&mut self, settings: &Settings) -> Result<(), Trouble> {
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

/// createLink calls a run makes on a live personal drive unless told otherwise.
const PERSONAL_BUDGET: usize = 8;

/// How telling ended.
#[derive(Default)]
struct Ending {
    leftovers: Vec<String>,
    remarks: Vec<String>,
    /// The file to go on from, where the run stopped.
    resume: Option<String>,
    interrupted: bool,
    /// What was asked through a client library, where one asked.
    heard: Option<Vec<Conversation>>,
}

fn count(recorded: &ProductRecording) -> u32 {
    let exchanges: usize = recorded.recordings.iter().map(|it| it.exchanges.len()).sum();
    u32::try_from(exchanges).unwrap_or(u32::MAX)
}

fn keep(path: &std::path::Path, recordings: &[ProductRecording]) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = BufWriter::new(File::create(path)?);
    for recorded in recordings {
        recorded.write(&mut file)?;
    }
    file.flush()
}

/// Runs and reports.
pub(super) fn run(arguments: RunArguments) -> Result<u8, Trouble> {
    let session = Session::prepare(arguments)?;
    let known = session.known()?;
    let targets = session.report_targets()?;
    let progress = Progress::new();
    let show = |done, of| progress.show(done, of);
    let (mut report, interrupted) = match session.through_sdk() {
        Some(request) => (super::sdk::run(&request, &show)?, false),
        None => {
            session.refuse_client_rules()?;
            let finished = super::runtime()?.block_on(session.carry_out(&show))?;
            (finished.report, finished.interrupted)
        }
    };
    progress.finish();
    apply_known(known.as_ref(), &mut report);
    let strict = session.arguments.strict;
    let exit = if interrupted {
        ReportExit::Interrupted
    } else {
        ReportExit::of(&report, strict, !report.complete)
    };
    let options = ConsoleOptions { strict, verbose: session.arguments.verbose, exit };
    let console = |error: std::io::Error| {
        Trouble::environment(format!("the report cannot be printed: {error}"))
    };
    if targets.iter().any(|target| target.path.is_none()) {
        // Standard output belongs to the report that was asked for there.
        super::output::to_stderr(format_args!("{}", console::render(&report, options)));
    } else {
        console::print(&report, options).or_else(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(console(error)),
        })?;
    }
    for target in &targets {
        target
            .write(&report, strict)
            .map_err(|error| Trouble::usage(format!("--report: {error}")))?;
    }
    Ok(exit.code())
}
