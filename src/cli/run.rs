use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::select::selection;
use super::settings::Settings;
use super::trouble::Trouble;
use crate::caller::HttpOptions;
use crate::graph::{Address, Clock, Identity, Product, Redactor, Secret, Tenant};
use crate::mock::{Form, Options};
use crate::report::Report;
use crate::spec::Library;
use crate::suite::{self, Means, ProductRecording, Selection, Suite, Telling};
use crate::target::{LiveOptions, MockTarget, Patience, Target, base_url};

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
    target: Option<TargetKind>,
    /// Product to judge; repeat for several [default: all on the mock, driveType on a live target]
    #[arg(
        long,
        value_name = "personal|business|sharepoint",
        env = "LINKSPEC_PRODUCT",
        value_delimiter = ','
    )]
    product: Vec<String>,
    /// Service root, with or without /v1.0
    #[arg(long, value_name = "URL", env = "LINKSPEC_BASE_URL")]
    base_url: Option<String>,
    /// Drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID
    #[arg(long, value_name = "DRIVE", env = "LINKSPEC_DRIVE")]
    drive: Option<String>,
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
    #[arg(long, short)]
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
    tokens: BTreeMap<Identity, Secret>,
    form: Form,
}

/// What a run came to.
pub struct Finished {
    /// The report.
    pub report: Report,
    /// The recordings it rests on.
    pub recordings: Vec<ProductRecording>,
    /// What could not be removed.
    pub leftovers: Vec<String>,
}

impl Session {
    /// Reads arguments, settings and features.
    ///
    /// # Errors
    /// Every mistake a user can make before the first request.
    pub fn prepare(mut arguments: RunArguments) -> Result<Self, Trouble> {
        let settings = Settings::load(arguments.profile.as_deref())?;
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
            if arguments.base_url.is_some() || arguments.drive.is_some() {
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
        for (option, value) in
            [("--timeout", arguments.timeout), ("--max-wait", arguments.max_wait)]
        {
            if value.is_some_and(|it| !(0.0..=86_400.0).contains(&it)) {
                return Err(Trouble::usage(format!("{option} wants seconds between 0 and 86400")));
            }
        }
        let tokens = tokens_from_environment();
        let session = Self {
            suite,
            selection,
            arguments,
            settings,
            kind,
            products,
            base,
            drive,
            tokens,
            form,
        };
        session.check_live()?;
        Ok(session)
    }

    fn check_live(&self) -> Result<(), Trouble> {
        if self.kind != TargetKind::Live || self.arguments.replay.is_some() {
            return Ok(());
        }
        if self.products.len() > 1 {
            return Err(Trouble::usage("a live drive is one product, but --product names several")
                .hint("leave --product out; it is read from driveType"));
        }
        Ok(())
    }

    /// The run through a client library, when one is asked for.
    fn through_sdk(&self) -> Option<super::sdk::SdkRequest<'_>> {
        Some(super::sdk::SdkRequest {
            suite: &self.suite,
            selection: &self.selection,
            arguments: &self.arguments.sdk,
            command: self.arguments.sdk.sdk.as_deref()?,
            live: self.kind == TargetKind::Live,
            product: self.products.first().copied().unwrap_or(Product::Business),
            jobs: self.arguments.jobs,
            timeout: self.arguments.timeout,
            reports: &self.arguments.report,
            strict: self.arguments.strict,
            verbose: self.arguments.verbose,
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
                identities: self.tokens.keys().copied().collect(),
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
        let mut leftovers = Vec::new();
        let recordings = match &self.arguments.replay {
            Some(path) => self.replay(path)?,
            None => self.tell(progress, &mut leftovers).await?,
        };
        if let Some(path) = &self.arguments.record {
            keep(path, &recordings)?;
        }
        let mut judged = Vec::new();
        for recorded in recordings {
            let rules = suite::judge_recording(&self.suite, &self.selection, &recorded).await;
            judged.push((recorded, rules));
        }
        let mut report = suite::report(&judged, &self.suite);
        report.remarks.extend(leftovers.iter().map(|it| format!("Not removed: {it}")));
        let recordings = judged.into_iter().map(|(recorded, _)| recorded).collect();
        Ok(Finished { report, recordings, leftovers })
    }

    fn replay(&self, path: &std::path::Path) -> Result<Vec<ProductRecording>, Trouble> {
        let file = File::open(path).map_err(|error| {
            Trouble::usage(format!("{} cannot be read: {error}", path.display()))
        })?;
        let mut runs = suite::read_recordings(BufReader::new(file))
            .map_err(|error| Trouble::usage(format!("{}: {error}", path.display())))?;
        if !self.products.is_empty() {
            runs.retain(|run| self.products.contains(&run.header.product));
        }
        Ok(runs)
    }

    async fn tell(
        &self,
        progress: &(dyn Fn(usize, usize) + Sync),
        leftovers: &mut Vec<String>,
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
                let target = Target::open(self.live_options()?).await?;
                let recorded = self.record(&target, next_number, progress).await;
                if !self.arguments.no_cleanup {
                    for left in target.clean_up().await {
                        leftovers.push(format!("{}: {}", left.path, left.reason));
                    }
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
        let how = Telling { jobs, budget: self.arguments.budget };
        suite::record(&self.suite, &self.selection, target, &how, first_number, progress).await
    }

    fn live_options(&self) -> Result<LiveOptions, Trouble> {
        if !self.tokens.contains_key(&Identity::Owner) {
            return Err(Trouble::usage("there is no token for the live target")
                .hint("put the drive owner's token into LINKSPEC_TOKEN"));
        }
        let defaults = LiveOptions::default();
        let seconds = |value: Option<f64>, default: Duration| {
            value.and_then(|it| Duration::try_from_secs_f64(it).ok()).unwrap_or(default)
        };
        Ok(LiveOptions {
            base: self.base.clone().unwrap_or(defaults.base),
            drive: self.drive.clone(),
            product: self.products.first().copied(),
            tokens: self.tokens.clone(),
            addresses: self.settings.addresses.clone(),
            tenant: self.settings.tenant.clone(),
            http: HttpOptions {
                timeout: seconds(self.arguments.timeout, defaults.http.timeout),
                ..defaults.http
            },
            patience: Patience {
                longest_wait: seconds(self.arguments.max_wait, defaults.patience.longest_wait),
                ..defaults.patience
            },
            clock: Clock::real(),
            redactor: Redactor::new(),
            ..LiveOptions::default()
        })
    }
}

impl RunArguments {
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
        fill(&mut self.mock_form, run.mock_form.as_ref());
        fill(&mut self.timeout, run.timeout.as_ref());
        fill(&mut self.max_wait, run.max_wait.as_ref());
        self.strict |= run.strict.unwrap_or(false);
        self.no_cleanup |= run.no_cleanup.unwrap_or(false);
        Ok(())
    }
}

fn tokens_from_environment() -> BTreeMap<Identity, Secret> {
    Identity::SIGNED_IN
        .into_iter()
        .filter_map(|identity| {
            let token = std::env::var(identity.token_variable()?).ok()?;
            let token = token.trim();
            (!token.is_empty()).then(|| (identity, Secret::new(token)))
        })
        .collect()
}

fn count(recorded: &ProductRecording) -> u32 {
    let exchanges: usize = recorded.recordings.iter().map(|it| it.exchanges.len()).sum();
    u32::try_from(exchanges).unwrap_or(u32::MAX)
}

fn keep(path: &std::path::Path, recordings: &[ProductRecording]) -> Result<(), Trouble> {
    let unwritable = |error: std::io::Error| {
        Trouble::usage(format!("{} cannot be written: {error}", path.display()))
    };
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    for recorded in recordings {
        recorded.write(&mut file).map_err(unwritable)?;
    }
    Ok(())
}

/// Runs and reports.
pub(super) fn run(arguments: RunArguments) -> Result<u8, Trouble> {
    let session = Session::prepare(arguments)?;
    if let Some(request) = session.through_sdk() {
        return super::sdk::run(&request);
    }
    let finished = super::runtime()?.block_on(session.carry_out(&|_, _| {}))?;
    for rule in &finished.report.rules {
        println!(
            "{:<12} {:<10} {:<14} {}  {}",
            rule.id,
            rule.product,
            rule.verdict,
            rule.title,
            rule.reason.as_deref().unwrap_or_default()
        );
    }
    println!("{:?}", finished.report.requests);
    let _ = BTreeSet::<u8>::new();
    let _ = Tenant::default();
    Ok(0)
}
