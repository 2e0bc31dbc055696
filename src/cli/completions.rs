//! `linkspec completions`: completion scripts for shells.

use clap::Args;
use clap_complete::Shell;

use super::trouble::Trouble;

/// Arguments of `linkspec completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<u8, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(), "linkspec", &mut script);
    super::output::script_to_stdout(&script);
    Ok(0)
}
