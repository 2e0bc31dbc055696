//! `linkspec judge`: judging recordings and recorded traffic.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::select::{refuse_what_needs_a_story, selection};
use super::settings::SettingsFile;
use super::trouble::{NOTHING, Trouble};
use super::verdicts;
use crate::graph::{Product, Redactor, Tenant};
use crate::report::{CallerSummary, ExitCode, Report, RuleReport, quote};
use crate::rules::Library;
use crate::run::library::recorded;
use crate::run::{self, Origin, ProductRecording, RecordingError, Room, Selection, Suite};
use crate::traffic::har::{self, Creator, FileSummary, Format, HarError};
use crate::traffic::{Collector, Gathered, Limits};

/// Arguments of `linkspec judge`.
#[derive(Debug, Args)]
pub(super) struct JudgeArguments {
    /// HAR 1.2 files (browser, Playwright, Dev Proxy, mitmproxy), recordings of `linkspec run --record`, or the JSON report
    /// of a run through a client library
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What kind of drive the exchanges are with [default: driveType in the file, or the host of the links]
    #[arg(long, value_name = "personal|business|sharepoint", env = "LINKSPEC_PRODUCT")]
    product: Option<String>,
    /// Only rules whose tags match, for example "@must and @answers"
    #[arg(long, value_name = "EXPRESSION", env = "LINKSPEC_TAGS")]
    tags: Option<String>,
    /// Only this rule; repeat for several
    #[arg(long, value_name = "ID", env = "LINKSPEC_RULE", value_delimiter = ',')]
    rule: Vec<String>,
    /// Only rules of this level and the more binding ones: must, should or all
    #[arg(long, value_name = "LEVEL", env = "LINKSPEC_LEVEL")]
    level: Option<String>,
    /// Tenant profile; only its [tenant] table is used
    #[arg(long, value_name = "FILE", env = "LINKSPEC_PROFILE")]
    profile: Option<PathBuf>,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
    features: Option<PathBuf>,
    /// Let a broken SHOULD count as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    #[command(flatten)]
    verdicts: verdicts::VerdictArguments,
}

/// Judges recorded exchanges.
pub(super) fn judge(arguments: &JudgeArguments) -> Result<u8, Trouble> {
    let library = match &arguments.features {
        Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
        None => Library::embedded(),
    };
    let suite = run::read(&library)?;
    let product = arguments.product.as_deref().map(product_named).transpose()?;
    let tenant = match &arguments.profile {
        Some(path) => SettingsFile::load(Some(path))?.tenant,
        None => Tenant::default(),
    };
    let judging = Judging {
        selection: selection(
            &suite.catalogue,
            &arguments.rule,
            arguments.tags.as_deref(),
            arguments.level.as_deref(),
            None,
        )?,
        suite,
        product,
        tenant,
    };
    arguments.verdicts.check()?;
    let known = arguments.verdicts.known(&judging.suite)?;
    let (mut report, nothing_granted) = super::runtime()?.block_on(async {
        match judging.run_through_a_library(&arguments.files).await? {
            Some(report) => Ok((report, false)),
            None => judging.files(&arguments.files).await,
        }
    })?;
    run::note_reproduction(&mut report, &[], &|_, ids| arguments.reproduction(ids));
    verdicts::apply_known(known.as_ref(), &mut report);
    let exit = match ExitCode::of(&report, arguments.strict, false) {
        // A client whose every call is refused shows nothing about links.
        ExitCode::Holds if nothing_granted => ExitCode::NothingJudged,
        exit => exit,
    };
    arguments.verdicts.show(&report, arguments.strict, exit, verdicts::Stream::Output)?;
    Ok(exit.code())
}

impl JudgeArguments {
    /// The line that judges these files by these rules again.
    fn reproduction(&self, ids: &[String]) -> String {
        let mut line = String::from("linkspec judge");
        for path in &self.files {
            line.push_str(&format!(" {}", quote(&path.display().to_string())));
        }
        let product = self.product.iter().map(|it| ("--product", it));
        for (option, value) in ids.iter().map(|it| ("--rule", it)).chain(product) {
            line.push_str(&format!(" {option} {}", quote(value)));
        }
        for (option, path) in [("--profile", &self.profile), ("--features", &self.features)] {
            if let Some(path) = path {
                line.push_str(&format!(" {option} {}", quote(&path.display().to_string())));
            }
        }
        line
    }
}

/// The product a `--product` option names.
pub(super) fn product_named(name: &str) -> Result<Product, Trouble> {
    Product::from_name(name).ok_or_else(|| {
        Trouble::unknown("product", name, Product::ALL.iter().map(|product| product.name()))
    })
}

struct Judging {
    suite: Suite,
    selection: Selection,
    product: Option<Product>,
    tenant: Tenant,
}

impl Judging {
    /// A JSON report of a run through a client library: what it tells of the wire is judged once more.
    async fn run_through_a_library(&self, paths: &[PathBuf]) -> Result<Option<Report>, Trouble> {
        let [path] = paths else { return Ok(None) };
        // Its first member says what it is; whatever else may be too big to be read at once.
        let mut beginning = String::new();
        let read = File::open(path).map(|it| it.take(64).read_to_string(&mut beginning));
        if !matches!(read, Ok(Ok(_))) || !beginning.contains("\"linkspec\":") {
            return Ok(None);
        }
        let Some(read) = std::fs::read_to_string(path).ok().and_then(|it| recorded(&it)) else {
            return Ok(None);
        };
        let run = read.map_err(|error| Trouble::usage(format!("{}: {error}", path.display())))?;
        let product = self.product.unwrap_or(Product::Business);
        Ok(Some(run.judge(&self.suite, &self.selection, product).await))
    }

    /// The report, and whether no call of these files was granted.
    async fn files(&self, paths: &[PathBuf]) -> Result<(Report, bool), Trouble> {
        let mut collector = Collector::new(Limits::default(), self.product, Redactor::new());
        let mut judged: Vec<(ProductRecording, Vec<RuleReport>)> = Vec::new();
        let mut remarks = Vec::new();
        let mut origin: Option<Origin> = None;
        let mut next = 1;
        let mut recorded = 0;
        for path in paths {
            let unreadable = |error: std::io::Error| {
                Trouble::usage(format!("{} cannot be read: {error}", path.display()))
            };
            let file = File::open(path).map_err(unreadable)?;
            if file.metadata().is_ok_and(|it| it.is_dir()) {
                return Err(Trouble::usage(format!("{} is a folder", path.display()))
                    .hint("name the files in it"));
            }
            let mut source = BufReader::with_capacity(64 * 1024, file);
            match har::format(&mut source).map_err(|error| named(path, error))? {
                Format::Har => {
                    let told = har::read(&mut source, next, &mut collector)
                        .map_err(|error| named(path, error))?;
                    note(path, &told, next, paths.len() > 1, &mut remarks);
                    next = next.saturating_add(told.entries);
                    let this = self.origin(told.creator);
                    let kind = |it: &Origin| (it.caller.kind.clone(), it.scripted);
                    if origin.as_ref().is_some_and(|first| kind(first) != kind(&this)) {
                        return Err(Trouble::usage(format!(
                            "{} and the files before it are not of one kind: linkspec wrote some of them",
                            path.display()
                        ))
                        .hint("judge the HAR of a linkspec run by itself"));
                    }
                    if origin.as_ref().is_none_or(|first| first.caller.name.is_none()) {
                        origin = Some(this);
                    }
                }
                Format::Recording => {
                    let told = run::judge_long_recording(
                        &self.suite,
                        &self.selection,
                        source,
                        next,
                        self.product,
                        Room::default(),
                    )
                    .await
                    .map_err(|error| damaged(path, &error))?;
                    let name = path.display();
                    remarks.extend(told.remarks.iter().map(|remark| format!("{name}: {remark}")));
                    next = next.saturating_add(told.exchanges);
                    recorded += told.create_link;
                    judged.extend(told.judged);
                }
            }
        }
        let gathered = collector.gather();
        if gathered.counts.create_link == 0 && recorded == 0 {
            remarks.extend(gathered.named.iter().cloned());
            return Err(nothing(paths, &gathered, &remarks));
        }
        if recorded == 0 {
            refuse_what_needs_a_story(&self.suite, &self.selection)?;
        }
        if let Some(origin) = origin.filter(|_| gathered.counts.create_link > 0) {
            if origin.scripted {
                remarks.push(SCRIPTED.to_owned());
            } else if origin.caller.kind == "http" {
                remarks.push(SENT_BY_LINKSPEC.to_owned());
            }
            judged
                .extend(run::judge_traffic(&self.suite, &self.selection, &gathered, &origin).await);
        }
        let mut report = run::report(&run::together(judged), &self.suite);
        if report.rules.is_empty() {
            let trouble = Trouble::usage("no selected rule can be judged by these exchanges");
            return Err(Trouble { code: NOTHING, ..trouble }
                .hint("without --rule, --tags and --level all that can be judged are"));
        }
        report.remarks.splice(0..0, remarks);
        let counts = gathered.counts;
        Ok((report, recorded == 0 && counts.create_link > 0 && counts.granted == 0))
    }

    fn origin(&self, creator: Option<Creator>) -> Origin {
        let caller =
            |kind: &str, name, version| CallerSummary { kind: kind.to_owned(), name, version };
        let (caller, scripted) = match creator {
            None => (caller("recorded", None, None), false),
            Some(it) => {
                let kind = it.caller.as_deref().unwrap_or("recorded");
                (caller(kind, Some(it.name), it.version), it.scripted)
            }
        };
        Origin { kind: "recording", caller, tenant: self.tenant.clone(), scripted }
    }
}

const SENT_BY_LINKSPEC: &str = "linkspec sent these requests itself, wrong ones among them on purpose: no rule about \
     client libraries is judged by them.";
const SCRIPTED: &str = "These answers are those of linkspec's scripted service, wrong ones among them on purpose: no \
     rule about services is judged by them.";

fn note(path: &Path, told: &FileSummary, first: u32, several: bool, remarks: &mut Vec<String>) {
    let name = path.display();
    if several && told.entries > 0 {
        let last = first.saturating_add(told.entries - 1);
        remarks.push(format!("{name}: entries {first} to {last}"));
    }
    remarks.extend(told.flaws.iter().map(|flaw| format!("{name}: {flaw}")));
    if told.more_flaws > 0 {
        remarks.push(format!("{name}: {} more entries could not be judged", told.more_flaws));
    }
}

fn named(path: &Path, error: HarError) -> Trouble {
    let message = format!("{} {error}", path.display());
    match error {
        HarError::OtherFormat { hint, .. } => Trouble::usage(message).hint(hint),
        HarError::Io(_) => Trouble::usage(message),
    }
}

fn nothing(paths: &[PathBuf], gathered: &Gathered, remarks: &[String]) -> Trouble {
    let looked_at = gathered.counts.total;
    let that_is_judged = if gathered.not_looked_at > 0 { " that can be judged" } else { "" };
    let remarks: String = remarks.iter().map(|remark| format!("\n  {remark}")).collect();
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    Trouble {
        code: NOTHING,
        ..Trouble::usage(format!(
            "there is no createLink request{that_is_judged} in {} ({looked_at} exchanges were looked at){remarks}",
            names.join(", ")
        ))
    }
    .hint(
        "record while the application shares an item: what is judged is POST .../items/{id}/createLink",
    )
}

fn damaged(path: &Path, error: &RecordingError) -> Trouble {
    Trouble::usage(format!("{}: {error}", path.display()))
        .hint("record again with `linkspec run --record FILE`")
}
