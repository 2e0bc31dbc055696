//! `plan` and `doctor` take the options of `run`: those that mean something to them are listed, the others refused.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

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
