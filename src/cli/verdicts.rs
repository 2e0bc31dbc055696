//! What `judge` and `serve` do with a report: show it, write it, and turn it into an exit code.

use clap::Args;

use super::trouble::{ENVIRONMENT, Trouble};
use crate::report::{
    ExitCode, Report, ReportTarget, check_targets,
    console::{self, ConsoleOptions},
};

/// Options about the outcome.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct VerdictArguments {
    /// Let a broken SHOULD count as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    /// Write a report, for example json=report.json or har=findings.har; repeat for several
    #[arg(long, value_name = "FORMAT=PATH", env = "LINKSPEC_REPORT", value_delimiter = ',')]
    report: Vec<String>,
    /// List every rule, not only what needs attention
    #[arg(long, short)]
    verbose: bool,
}

impl VerdictArguments {
    /// Finds mistakes in the options before anything is done.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        check_targets(&self.targets()?).map_err(|error| Trouble::usage(error.to_string()))
    }

    fn targets(&self) -> Result<Vec<ReportTarget>, Trouble> {
        self.report
            .iter()
            .map(|text| text.parse().map_err(|error| Trouble::usage(format!("{error}"))))
            .collect::<Result<_, Trouble>>()
    }

    /// Whether a broken SHOULD counts.
    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The same options with a broken SHOULD counting or not.
    pub(super) fn with_strict(&self, strict: bool) -> Self {
        Self { strict, ..self.clone() }
    }

    /// Shows and writes a report, and gives the exit code it comes to.
    pub(super) fn show(&self, report: &Report) -> Result<ExitCode, Trouble> {
        let exit = ExitCode::of(report, self.strict, false);
        let options = ConsoleOptions { strict: self.strict, verbose: self.verbose, exit };
        let failed = |error: String| Trouble { code: ENVIRONMENT, ..Trouble::usage(error) };
        console::print(report, options).map_err(|error| failed(error.to_string()))?;
        for target in self.targets()? {
            target.write(report, self.strict).map_err(|error| failed(error.to_string()))?;
        }
        Ok(exit)
    }
}
