//! Environment variables whose name is a slip of the pen: they would be passed over without a word.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue};

use crate::graph::Identity;

/// Named neither by an option nor by an identity: what `serve -- COMMAND` gives its command.
const GIVEN_TO_COMMANDS: [&str; 3] =
    ["LINKSPEC_DRIVE_ID", "LINKSPEC_FILE_ID", "LINKSPEC_FOLDER_ID"];

/// A slip changes so many letters at most; a name with more of its own is the user's, as for a token of
/// `[sign_in]`.
const SLIP: usize = 2;

/// Those of these names of variables that begin with `LINKSPEC_`.
pub(super) fn of_linkspec(names: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    names.filter(|name| name.starts_with("LINKSPEC_")).collect()
}

/// What to say of each of these variables that is nearly one that linkspec reads.
pub(super) fn slips(command: &Command, set: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known: BTreeSet<String> = GIVEN_TO_COMMANDS.map(str::to_owned).into();
    known
        .extend(Identity::SIGNED_IN.iter().filter_map(|it| it.token_variable()).map(str::to_owned));
    read_by(command, &mut known);
    set.into_iter()
        .filter(|name| !known.contains(name))
        .filter_map(|name| {
            let distance = |other: &String| strsim::damerau_levenshtein(&name, other);
            let nearest = known.iter().min_by_key(|it| distance(it))?;
            (distance(nearest) <= SLIP).then(|| {
                format!("note: {name} is no variable linkspec reads; did you mean {nearest}?")
            })
        })
        .collect()
}

/// Where the value comes from that an error blames an option for, if that is a variable.
pub(super) fn blamed(
    command: &Command,
    error: &clap::Error,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let option = text(ContextKind::InvalidArg)?.split_whitespace().next()?.trim_start_matches('-');
    let value = text(ContextKind::InvalidValue)?;
    let mut known = BTreeSet::new();
    read_by(command, &mut known);
    let name = format!("LINKSPEC_{}", option.replace('-', "_").to_uppercase());
    let is_it = known.contains(&name) && variable(&name).as_deref() == Some(value);
    is_it.then(|| format!("note: the value is that of the variable {name}"))
}

fn read_by(command: &Command, known: &mut BTreeSet<String>) {
    let variables = command.get_arguments().filter_map(|it| it.get_env());
    known.extend(variables.map(|it| it.to_string_lossy().into_owned()));
    for subcommand in command.get_subcommands() {
        read_by(subcommand, known);
    }
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::{of_linkspec, slips};

    #[test]
    fn a_value_that_a_variable_holds_is_not_laid_to_the_option() {
        let jobs = Arg::new("jobs").long("jobs").value_parser(clap::value_parser!(u8));
        let command = || clap::Command::new("linkspec").arg(jobs.clone().env("LINKSPEC_JOBS"));
        let refused = command().try_get_matches_from(["linkspec", "--jobs", "many"]).unwrap_err();
        let with = |value: &str| super::blamed(&command(), &refused, |_| Some(value.to_owned()));
        assert!(with("many").unwrap().contains("LINKSPEC_JOBS"));
        assert_eq!(with("4"), None);
    }

    #[test]
    fn a_slip_is_told_and_a_name_of_ones_own_is_not() {
        let run = clap::Command::new("run").arg(Arg::new("jobs").env("LINKSPEC_JOBS"));
        let command = clap::Command::new("linkspec").subcommand(run);
        let told = |name: &str| slips(&command, of_linkspec([name.into()]));
        for slip in ["LINKSPEC_JOB", "LINKSPEC_JBOS", "LINKSPEC_TOKEN_SECOND_USR"] {
            assert_eq!(told(slip).len(), 1, "{slip}");
        }
        for fine in ["LINKSPEC_JOBS", "LINKSPEC_TOKEN", "LINKSPEC_TOKEN_OF_ALICE", "LINKSPEK_JOB"] {
            assert!(told(fine).is_empty(), "{fine}");
        }
        assert!(told("LINKSPEC_JBOS")[0].ends_with("did you mean LINKSPEC_JOBS?"));
    }
}
