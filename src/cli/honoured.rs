//! `plan` and `doctor` take the options of `run`: those that mean something to them are listed, the others refused.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::arguments::TargetKind;
use super::trouble::Trouble;

/// What a plan is not changed by: nothing is sent, judged or written.
const NOT_BY_PLAN: [&str; 17] = [
    "sdk",
    "show_wire",
    "write_cases",
    "authority",
    "ca_cert",
    "strict",
    "known",
    "report",
    "record",
    "replay",
    "journal",
    "cleanup_limit",
    "no_cleanup",
    "mock_form",
    "timeout",
    "max_wait",
    "verbose",
];

/// What checking a configuration is not changed by: no rule is selected, told or judged.
const NOT_BY_DOCTOR: [&str; 22] = [
    "depth",
    "show_wire",
    "write_cases",
    "tags",
    "rule",
    "level",
    "strict",
    "budget",
    "jobs",
    "shard",
    "known",
    "report",
    "record",
    "replay",
    "resume",
    "read_only",
    "no_browser",
    "journal",
    "cleanup_limit",
    "no_cleanup",
    "mock_form",
    "verbose",
];

const COMMANDS: [(&str, &[&str]); 2] = [("plan", &NOT_BY_PLAN), ("doctor", &NOT_BY_DOCTOR)];

/// Leaves these options out of the help, the completions and the reference of the two commands.
pub(super) fn hide(command: Command) -> Command {
    COMMANDS.iter().fold(command, |command, (name, options)| {
        command.mut_subcommand(name, |subcommand| {
            let hidden = |argument: clap::Arg| {
                let is_hidden = options.contains(&argument.get_id().as_str());
                if is_hidden { argument.hide(true) } else { argument }
            };
            subcommand.mut_args(hidden)
        })
    })
}

/// Refuses them where they stand on the command line. A variable or the settings file is for other runs as well.
///
/// # Errors
/// Names the option and the command.
pub(super) fn check(matches: &ArgMatches) -> Result<(), Trouble> {
    let Some((name, given)) = matches.subcommand() else { return Ok(()) };
    if matches!(name, "run" | "plan") {
        check_mock(given)?;
    }
    let Some((_, options)) = COMMANDS.iter().find(|(command, _)| *command == name) else {
        return Ok(());
    };
    let written = |option: &&&str| given.value_source(option) == Some(ValueSource::CommandLine);
    match options.iter().find(written) {
        None => Ok(()),
        Some(option) => {
            let option = option.replace('_', "-");
            Err(Trouble::usage(format!("--{option} means nothing to {name}"))
                .hint(format!("leave it out; `linkspec {name} --help` lists what it takes")))
        }
    }
}

/// The built-in mock is one service with drives of its own.
fn check_mock(given: &ArgMatches) -> Result<(), Trouble> {
    const OF_A_SERVICE: [&str; 4] = ["base_url", "drive", "cloud", "authority"];
    let written = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let is_mock = written("target")
        && matches!(given.get_one::<TargetKind>("target"), Some(TargetKind::Mock));
    match OF_A_SERVICE.into_iter().find(|id| is_mock && written(id)) {
        None => Ok(()),
        Some(option) => {
            let option = option.replace('_', "-");
            Err(Trouble::usage(format!("--{option} means nothing to the built-in mock"))
                .hint("leave it out, or leave --target mock out to judge a service"))
        }
    }
}
