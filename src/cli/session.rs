//! A run with everything read and checked, before anything is sent.

use std::collections::BTreeSet;

use super::arguments::{CommandOptions, RunArguments, TargetKind, seconds};
use super::cleanup::run_name;
use super::resume;
use super::select::{depth, selection};
use super::service_root;
use super::settings::SettingsFile;
use super::state_folder::state_folder;
use super::trouble::Trouble;
use super::verdicts::known_failures;
use crate::caller::HttpOptions;
use crate::drive::{Journal, LiveOptions, Patience, base_url};
use crate::graph::{Address, Cloud, Identity, Product, embedded};
use crate::mock::Form;
use crate::report::{KnownFile, ReportTarget, check_targets, check_writable};
use crate::rules::Library;
use crate::run::{Depth, Means, ProductRecording, Selection, Suite};
use crate::sign_in::{SecretVariables, SignInPlace, TokenSources};

/// A run with everything read and checked, before anything is sent.
pub struct Session {
    /// The rules and stories.
    pub suite: Suite,
    /// Which of them are asked for.
    pub selection: Selection,
    pub(super) options: CommandOptions,
    pub(super) settings: SettingsFile,
    pub(super) kind: TargetKind,
    pub(super) products: Vec<Product>,
    pub(super) base: Option<url::Url>,
    pub(super) drive: Address,
    pub(super) identities: BTreeSet<Identity>,
    pub(super) cloud: Option<Cloud>,
    pub(super) form: Form,
    /// The run that this one goes on with, by product.
    pub(super) earlier: Vec<ProductRecording>,
    /// The service root is named by the settings of the current folder alone.
    folder_decides: bool,
    /// Nobody said what to judge.
    nothing_named: bool,
}

impl Session {
    /// Reads arguments, settings and features.
    ///
    /// # Errors
    /// Every mistake a user can make before the first request.
    pub fn prepare(arguments: RunArguments) -> Result<Self, Trouble> {
        let given = &arguments.given;
        let mut settings = SettingsFile::load(given.profile.as_deref())?;
        let folder_decides = given.profile.is_none()
            && given.target.base_url.is_none()
            && settings.target.base_url.is_some();
        let kept = given.run.resume.clone().or_else(|| settings.run.resume.clone());
        // With a library the two do not go together, which is said below.
        let with_library = given.run.sdk.is_some() || settings.run.sdk.is_some();
        let earlier = match kept.filter(|_| !with_library) {
            Some(path) => resume::go_on(&given.target, &mut settings.target, &path)?,
            None => Vec::new(),
        };
        // What the file says is for other runs as well; what was given with this one has to mean something.
        let about_a_drive = given.run.about_a_drive();
        let options = arguments.over(&settings.target, &settings.run)?;
        let (target, run) = (&options.target, &options.run);
        let library = match &run.features {
            Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
            None => Library::embedded(),
        };
        let suite = crate::run::read(&library)?;
        let mut selection = selection(
            &suite.catalogue,
            &run.rule,
            run.tags.as_deref(),
            run.level.as_deref(),
            run.shard.as_deref(),
        )?;
        let named = if target.names_live() { TargetKind::Live } else { TargetKind::Mock };
        let kind = target.kind.unwrap_or(named);
        let nothing_named = target.kind.is_none()
            && kind == TargetKind::Mock
            && run.sdk.is_none()
            && run.replay.is_none();
        // The mock is there to be had at once; a service is looked at from every side.
        selection.depth = match (run.depth.as_deref(), kind) {
            (None, TargetKind::Mock) => Depth::Quick,
            (word, _) => depth(word)?,
        };
        let products = target
            .product
            .iter()
            .map(|name| {
                Product::from_name(name).ok_or_else(|| {
                    Trouble::unknown("product", name, Product::ALL.iter().map(|it| it.name()))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let base = match &target.base_url {
            Some(text) => Some(
                base_url(text).map_err(|error| Trouble::usage(format!("--base-url: {error}")))?,
            ),
            None => None,
        };
        let drive = match &target.drive {
            None => Address::Me,
            Some(text) if embedded::is_by_container(text) => {
                return Err(Trouble::usage(format!(
                    "--drive: {text} names a container; {}",
                    embedded::OUT_OF_SCOPE
                ))
                .hint(format!("write {}", Address::FORMS)));
            }
            Some(text) => Address::parse(text).ok_or_else(|| {
                Trouble::usage(format!("--drive: \"{text}\" names no drive"))
                    .hint(format!("write {}", Address::FORMS))
            })?,
        };
        let form = match run.mock_form.as_deref() {
            None => Form::Documented,
            Some(text) => text
                .parse()
                .map_err(|_| Trouble::unknown("mock form", text, ["documented", "observed"]))?,
        };
        for (option, value) in [
            ("--timeout", run.timeout),
            ("--max-wait", run.max_wait),
            ("--cleanup-limit", run.cleanup_limit),
        ] {
            if value.is_some_and(|it| !(0.0..=86_400.0).contains(&it)) {
                return Err(Trouble::usage(format!("{option} wants seconds between 0 and 86400")));
            }
        }
        let cloud = match target.cloud.as_deref() {
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
            options,
            settings,
            kind,
            products,
            base,
            drive,
            identities,
            cloud,
            form,
            earlier,
            folder_decides,
            nothing_named,
        };
        session.check_live()?;
        session.check_scripted(about_a_drive)?;
        Ok(session)
    }

    fn check_live(&self) -> Result<(), Trouble> {
        let kept = self.options.run.replay.is_some() || self.options.run.resume.is_some();
        if self.options.run.sdk.is_some() && kept {
            return Err(Trouble::usage("--sdk goes neither with --replay nor with --resume")
                .hint("what a library was asked and handed back is not part of a kept run"));
        }
        if self.kind != TargetKind::Live || self.options.run.replay.is_some() {
            return Ok(());
        }
        if self.products.len() > 1 {
            return Err(Trouble::usage("a live drive is one product, but --product names several")
                .hint("leave --product out; it is read from driveType"));
        }
        Ok(())
    }

    /// A library is judged on a service that does as it is told: there is nothing to keep, to remove or to spare.
    fn check_scripted(&self, about_a_drive: Option<&str>) -> Result<(), Trouble> {
        if self.options.run.sdk.is_none() || self.kind == TargetKind::Live {
            return Ok(());
        }
        if let Some(option) = about_a_drive {
            return Err(Trouble::usage(format!(
                "{option} means nothing to --sdk without a live target"
            ))
            .hint("leave it out, or name a target: --target live --base-url URL --drive DRIVE"));
        }
        if self.products.len() > 1 {
            return Err(Trouble::usage("--sdk judges a library for one product at a time")
                .hint("name one --product; without it that is business"));
        }
        Ok(())
    }

    /// What is judged where nobody named anything: a green run should not be taken for that of a service.
    pub(super) fn said_of_nothing_named(&self) -> Option<String> {
        let unused = match self.identities.is_empty() {
            true => "",
            false => ", and the tokens at hand are not used",
        };
        self.nothing_named.then(|| {
            format!(
                "No service is named, so this judges the built-in mock, which does everything right{unused}. \
                 Your own: --drive me (its token in LINKSPEC_TOKEN), with --base-url URL where it is not Microsoft's; \
                 a client library: --sdk COMMAND."
            )
        })
    }

    /// A rule that is asked for by its id is judged: those about client libraries need one, and the scripted service
    /// that a library is judged on without a target is nothing to judge a service by.
    pub(super) fn refuse_what_is_not_judged(&self) -> Result<(), Trouble> {
        let through_library = self.options.run.sdk.is_some();
        let on_a_service = !through_library || self.kind == TargetKind::Live;
        for rule in self.selection.ids.iter().filter_map(|id| self.suite.catalogue.rule(id)) {
            if rule.on_requests && !through_library {
                return Err(Trouble::usage(format!("{} judges client libraries", rule.id))
                    .hint("name one: --sdk \"COMMAND ARGS\" starts its adapter (see adapters/)"));
            }
            if !rule.on_requests && !on_a_service {
                return Err(Trouble::usage(format!(
                    "{} judges services, and --sdk judges a client library on a scripted one",
                    rule.id
                ))
                .hint("leave one of them out, or name a service: --target live"));
            }
        }
        Ok(())
    }

    /// The run through a client library against the scripted service, when one is asked for.
    pub(super) fn through_sdk(&self) -> Option<super::sdk::SdkRequest<'_>> {
        if self.kind == TargetKind::Live {
            return None;
        }
        Some(super::sdk::SdkRequest {
            suite: &self.suite,
            selection: &self.selection,
            options: &self.options.run,
            command: self.options.run.sdk.as_deref()?,
            secrets: self.secret_variables(),
            product: self.products.first().copied().unwrap_or(Product::Business),
        })
    }

    /// What no process that is started gets to see.
    pub(super) fn secret_variables(&self) -> SecretVariables {
        self.settings.sign_in.secret_variables()
    }

    /// The products a plan is printed for.
    pub(super) fn products_to_plan(&self) -> Vec<Product> {
        if self.products.is_empty() { Product::ALL.to_vec() } else { self.products.clone() }
    }

    /// What a plan assumes: on the mock everything, live what is declared.
    pub(super) fn means_to_plan(&self, product: Product) -> Means {
        let means = match self.kind {
            TargetKind::Mock => Means::of_the_mock(product),
            TargetKind::Live => Means {
                identities: self.identities.clone(),
                drive: Some(self.drive.kind().to_owned()),
                ..Means::new(product, self.settings.tenant.clone())
            },
        };
        Means { no_browser: self.options.run.no_browser, ..means }
    }

    /// What the run that is gone on with had to work with.
    pub(super) fn means_of_earlier(&self, product: Product) -> Option<Means> {
        self.earlier.iter().find(|it| it.header.product == product).map(ProductRecording::means)
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
        known_failures(self.options.run.known.as_deref(), &self.suite)
    }

    /// Where reports go, checked before anything is sent.
    pub(super) fn report_targets(&self) -> Result<Vec<ReportTarget>, Trouble> {
        let targets = self
            .options
            .run
            .report
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<ReportTarget>, _>>()
            .map_err(|error| Trouble::usage(format!("--report: {error}")))?;
        check_targets(&targets).map_err(|error| Trouble::usage(format!("--report: {error}")))?;
        for path in [&self.options.run.record, &self.options.run.resume].into_iter().flatten() {
            check_writable(path).map_err(|error| Trouble::usage(error.to_string()))?;
        }
        Ok(targets)
    }

    fn journal(&self) -> Result<Journal, Trouble> {
        let path = match &self.options.run.journal {
            Some(path) => path.clone(),
            None => state_folder()?.join(format!("{}.journal", run_name())),
        };
        Journal::create(&path).map_err(|error| {
            Trouble::usage(error.to_string()).hint("name a place with --journal FILE")
        })
    }

    /// Where tokens come from, at the authority of the cloud.
    fn sources(&self) -> Result<TokenSources, Trouble> {
        let authority =
            self.options.run.authority.as_deref().or(self.settings.sign_in.authority.as_deref());
        let place = SignInPlace::resolve(self.cloud, self.base.as_ref(), authority)?;
        if let Some(base) = self.base.as_ref().filter(|_| self.folder_decides) {
            service_root::tell_of_folder(base, place.authority());
        }
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

    /// The kinds of address that a drive of that product has and nobody declared.
    pub(super) fn undeclared_addresses(&self, product: Option<Product>) -> Vec<&'static str> {
        let declared = self.settings.addresses.declared();
        let wanted: &[&'static str] = match product {
            Some(Product::Business) => &["users"],
            Some(Product::SharePoint) => &["groups", "sites"],
            Some(Product::Personal) | None => &[],
        };
        let named = self.drive.kind();
        wanted.iter().copied().filter(|it| !declared.contains_key(it) && *it != named).collect()
    }

    /// What the tenant is declared to allow.
    pub(super) fn tenant(&self) -> &crate::graph::Tenant {
        &self.settings.tenant
    }

    pub(super) fn live_options(&self) -> Result<LiveOptions, Trouble> {
        // The journal comes last: a mistake in what is before it leaves no file behind.
        let options = self.live_options_without_journal()?;
        Ok(LiveOptions { journal: self.journal()?, ..options })
    }

    /// What reaches the target without making anything.
    pub(super) fn live_options_without_journal(&self) -> Result<LiveOptions, Trouble> {
        let defaults = LiveOptions::default();
        Ok(LiveOptions {
            base: self.service_root(defaults.base)?,
            drive: self.drive.clone(),
            product: self.products.first().copied(),
            sources: self.sources()?,
            addresses: self.settings.addresses.clone(),
            tenant: self.settings.tenant.clone(),
            http: HttpOptions {
                timeout: seconds(self.options.run.timeout, defaults.http.timeout),
                ca_certificates: self.options.run.ca_cert.clone(),
                ..defaults.http
            },
            patience: Patience {
                longest_wait: seconds(self.options.run.max_wait, defaults.patience.longest_wait),
                ..defaults.patience
            },
            clean_up_limit: seconds(self.options.run.cleanup_limit, defaults.clean_up_limit),
            short_lived_links: !self.options.run.no_cleanup,
            no_browser: self.options.run.no_browser,
            goes_on_with: self.earlier.first().and_then(|it| it.header.drive_digest.clone()),
            notices: super::notices(),
            ..defaults
        })
    }
}
