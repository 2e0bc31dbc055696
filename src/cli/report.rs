//! `linkspec report`: reports merged, compared and written in other formats.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{print, println};
use super::trouble::Trouble;
use super::verdicts::{Stream, VerdictArguments};
use crate::report::{ExitCode, Report, Together, diff, json, merge, verify};
use crate::rules::Library;
use crate::run;

/// Arguments of `linkspec report`.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Put several reports into one: shards of a run, or a run and what it was gone on with
    Merge(MergeArguments),
    /// Show which verdicts changed from one report to another; exit 1 when one is worse
    Diff {
        /// The earlier JSON report
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The later JSON report
        #[arg(value_name = "AFTER")]
        after: PathBuf,
    },
    /// Check that a report is whole, consistent, and about the rules it claims to be about
    Verify {
        /// JSON reports
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The features it must rest on [default: those in the binary]
        #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
        features: Option<PathBuf>,
    },
    /// Write a JSON report in another format
    Convert(ConvertArguments),
}

#[derive(Debug, Args)]
struct MergeArguments {
    /// JSON reports
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The files are one run and what it was gone on with, in order, and not shards
    #[arg(long)]
    resumed: bool,
    /// Let a broken SHOULD count as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    #[command(flatten)]
    verdicts: VerdictArguments,
}

#[derive(Debug, Args)]
struct ConvertArguments {
    /// A JSON report
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Let a broken SHOULD count as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    #[command(flatten)]
    verdicts: VerdictArguments,
}

/// Works on reports that were written before.
pub(super) fn report(arguments: &ReportArguments) -> Result<u8, Trouble> {
    match &arguments.what {
        What::Merge(arguments) => merged(arguments),
        What::Diff { before, after } => {
            let difference = diff(&read(before)?, &read(after)?);
            print!("{difference}");
            Ok(u8::from(difference.is_worse()))
        }
        What::Verify { files, features } => verified(files, features.as_deref()),
        What::Convert(arguments) => {
            arguments.verdicts.check_some()?;
            let mut report = read(&arguments.file)?;
            arguments.verdicts.mark_known(&mut report)?;
            arguments.verdicts.write(&report, arguments.strict)?;
            Ok(0)
        }
    }
}

fn merged(arguments: &MergeArguments) -> Result<u8, Trouble> {
    arguments.verdicts.check()?;
    let reports: Vec<Report> =
        arguments.files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let together = if arguments.resumed { Together::Resumed } else { Together::Shards };
    let mut report = merge(&reports, together).map_err(|error| {
        Trouble::usage(error.to_string()).hint("merge reports of one target and one set of rules")
    })?;
    arguments.verdicts.mark_known(&mut report)?;
    let exit = ExitCode::of(&report, arguments.strict, false);
    arguments.verdicts.show(&report, arguments.strict, exit, Stream::Output)?;
    Ok(exit.code())
}

fn verified(files: &[PathBuf], features: Option<&Path>) -> Result<u8, Trouble> {
    let library = match features {
        Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
        None => Library::embedded(),
    };
    let suite = run::read(&library)?;
    let mut sound = true;
    for path in files {
        let problems = verify(&text(path)?, Some(&suite.catalogue));
        if problems.is_empty() {
            println!("{}: the report is whole and consistent", path.display());
        }
        for problem in &problems {
            println!("{}: {problem}", path.display());
        }
        sound &= problems.is_empty();
    }
    Ok(u8::from(!sound))
}

fn text(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path)
        .map_err(|error| Trouble::usage(format!("{} cannot be read: {error}", path.display())))
}

fn read(path: &Path) -> Result<Report, Trouble> {
    json::read(&text(path)?).map_err(|error| {
        Trouble::usage(format!("{} is no JSON report of linkspec: {error}", path.display()))
            .hint("write one with `linkspec run --report json=PATH`")
    })
}
