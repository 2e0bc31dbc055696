//! What `judge` and `serve` do with a report: show it, write it, and turn it into an exit code.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Zoned;

use super::output::eprintln;
use super::trouble::Trouble;
use crate::report::{
    ExitCode, KnownError, KnownFile, Report, ReportFormat, ReportTarget, check_targets,
    console::{self, ConsoleOptions},
};
use crate::rules::Library;
use crate::run::Suite;

/// Options about the report.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct VerdictArguments {
    /// Write a report, for example json=report.json or har=findings.har; repeat for several
    #[arg(long, value_name = "FORMAT=PATH", env = "LINKSPEC_REPORT", value_delimiter = ',')]
    report: Vec<String>,
    /// Failures that are known and do not turn the exit code
    #[arg(long, value_name = "FILE", env = "LINKSPEC_KNOWN")]
    known: Option<PathBuf>,
    /// List every rule, not only what needs attention
    #[arg(long, short, env = "LINKSPEC_VERBOSE")]
    verbose: bool,
}

/// Where the console report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Output,
    /// Standard error: standard output belongs to somebody else.
    Error,
}

impl VerdictArguments {
    /// Finds mistakes in the options before anything is done.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        check_targets(&self.targets()?).map_err(|error| Trouble::usage(error.to_string()))
    }

    /// The same, where a report is all there is to do.
    pub(super) fn check_some(&self) -> Result<(), Trouble> {
        if self.report.is_empty() {
            return Err(Trouble::usage("nothing says what to write")
                .hint("add --report FORMAT=PATH, for example --report html=report.html"));
        }
        self.check()
    }

    /// Reads the list of known failures before anything is done.
    pub(super) fn known(&self, suite: &Suite) -> Result<Option<KnownFile>, Trouble> {
        known_failures(self.known.as_deref(), suite)
    }

    /// Marks what is known in a report that was written before, in the place of what was marked in it then.
    pub(super) fn mark_known(&self, report: &mut Report) -> Result<(), Trouble> {
        let Some(path) = self.known.as_deref() else { return Ok(()) };
        let usage = |error: KnownError| Trouble::usage(format!("--known: {error}"));
        let known = KnownFile::read(path).map_err(usage)?;
        let suite = crate::run::read(&Library::embedded())?;
        let embedded = suite.catalogue.rules.iter().map(|it| it.id.as_str());
        let ids: Vec<&str> = embedded.chain(report.rules.iter().map(|it| it.id.as_str())).collect();
        let uncovered = &suite.catalogue.uncovered;
        known.check_rules(&path.display().to_string(), &ids, uncovered).map_err(usage)?;
        report.stale.clear();
        for rule in &mut report.rules {
            rule.known = None;
        }
        apply_known(Some(&known), report);
        Ok(())
    }

    fn targets(&self) -> Result<Vec<ReportTarget>, Trouble> {
        self.report
            .iter()
            .map(|text| text.parse().map_err(|error| Trouble::usage(format!("{error}"))))
            .collect::<Result<_, Trouble>>()
    }

    /// Shows and writes a report. With `strict` a broken SHOULD counts like a broken MUST.
    pub(super) fn show(
        &self,
        report: &Report,
        strict: bool,
        exit: ExitCode,
        stream: Stream,
    ) -> Result<(), Trouble> {
        let has_page = has_page(&self.targets()?);
        let options = ConsoleOptions { strict, verbose: self.verbose, exit, has_page };
        let failed = |error: String| Trouble::environment(error);
        match stream {
            Stream::Output => {
                console::print(report, options).map_err(|error| failed(error.to_string()))?;
            }
            Stream::Error => {
                super::output::styled_to_stderr(&console::render(report, options));
            }
        }
        self.write(report, strict)
    }

    /// Writes a report into every file that was asked for.
    pub(super) fn write(&self, report: &Report, strict: bool) -> Result<(), Trouble> {
        for target in self.targets()? {
            target
                .write(report, strict)
                .map_err(|error| Trouble::environment(error.to_string()))?;
            said_written(&target);
        }
        Ok(())
    }
}

/// Says where a report is.
pub(super) fn said_written(target: &ReportTarget) {
    if let Some(path) = &target.path {
        eprintln!("wrote {}", path.display());
    }
}

/// Whether one of the reports holds every exchange.
pub(super) fn has_page(targets: &[ReportTarget]) -> bool {
    targets.iter().any(|it| matches!(it.format, ReportFormat::Html | ReportFormat::Json))
}

/// The list of known failures, checked against the rules there are.
pub(super) fn known_failures(
    path: Option<&Path>,
    suite: &Suite,
) -> Result<Option<KnownFile>, Trouble> {
    let Some(path) = path else { return Ok(None) };
    let usage = |error: KnownError| Trouble::usage(format!("--known: {error}"));
    let known = KnownFile::read(path).map_err(usage)?;
    let ids: Vec<&str> = suite.catalogue.rules.iter().map(|it| it.id.as_str()).collect();
    let uncovered = &suite.catalogue.uncovered;
    known.check_rules(&path.display().to_string(), &ids, uncovered).map_err(usage)?;
    Ok(Some(known))
}

/// Marks what is listed as known, by today's date.
pub(super) fn apply_known(known: Option<&KnownFile>, report: &mut Report) {
    if let Some(known) = known {
        known.apply(report, Zoned::now().date());
    }
}
