//! The command line: one file a subcommand.

mod arguments;
mod cleanup;
mod cleanup_command;
mod colour;
mod combinations;
mod completions;
mod coverage;
mod doctor;
mod honoured;
mod init;
mod interrupted;
mod judge;
mod list;
mod output;
mod panics;
mod plan;
mod progress;
mod prove;
mod reference;
mod replay;
mod report;
mod reproduce;
mod resume;
mod rules;
mod rules_page;
mod run;
mod saved_page;
mod sdk;
mod select;
mod serve;
mod service_root;
mod session;
mod settings;
mod state_folder;
mod trouble;
mod variables;
mod verdicts;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use arguments::RunArguments;
use output::eprintln;
pub use run::Concluded;
pub use session::Session;
pub use trouble::Trouble;

/// Tells whether a service, or a client library, does what Microsoft Graph documents for createLink.
///
/// `linkspec run` judges the built-in mock; `linkspec run --target live --drive me` judges a tenant
/// (the token comes from LINKSPEC_TOKEN).
#[derive(Debug, Parser)]
#[command(name = "linkspec", version, max_term_width = 100)]
struct Cli {
    /// Whether output is coloured; auto heeds the terminal, NO_COLOR, FORCE_COLOR and CLICOLOR
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        env = "LINKSPEC_COLOR",
        default_value = "auto"
    )]
    color: colour::When,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a service by the documented rules
    Run(Box<RunArguments>),
    /// List the rules, or show one: `rules show IDEM-02`
    Rules(rules::RulesArguments),
    /// Show the stories a run would tell, in order, and what they cost
    Plan(Box<RunArguments>),
    /// Remove what interrupted runs left on a drive
    Cleanup(cleanup::CleanupArguments),
    /// Serve the mock to an SDK's own tests, and judge what they send and get
    Serve(Box<serve::ServeArguments>),
    /// Judge recorded exchanges: HAR files, or recordings of a run
    Judge(judge::JudgeArguments),
    /// Run the suite against every deviation, variant and null implementation of the mock
    Prove(prove::ProveArguments),
    /// Check configuration, sign-in, drive and profile, or with --sdk an adapter; changes nothing
    Doctor(Box<RunArguments>),
    /// Merge, compare, verify or convert reports that were written before
    Report(report::ReportArguments),
    /// Write a commented linkspec.toml
    Init(init::InitArguments),
    /// List the names that options take: deviations, variants, tags, formats
    List(list::ListArguments),
    /// Print docs/reference.md: every option, variable and key
    #[command(hide = true)]
    Reference(reference::ReferenceArguments),
    /// Write features/combinations.feature anew, for those who work on the features
    #[command(hide = true)]
    Combinations,
    /// Print a completion script for a shell
    Completions(completions::CompletionsArguments),
}

/// The command line as people see it.
fn command() -> clap::Command {
    honoured::hide(Cli::command())
}

/// Parses the arguments, runs the command, and gives the exit code.
pub fn main() -> ExitCode {
    panics::install();
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let source = variables::blamed(&command(), &error, |name| std::env::var(name).ok());
            let _ = error.print();
            if let Some(note) = source {
                eprintln!("{note}");
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(trouble::USAGE));
        }
    };
    if let Err(trouble) = honoured::check(&matches) {
        eprintln!("{}", trouble.text());
        return ExitCode::from(trouble.code);
    }
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    colour::choose(cli.color, |name| std::env::var_os(name));
    let set = variables::of_linkspec(std::env::vars_os().map(|(name, _)| name));
    // Most starts have none, and need not look through every option there is.
    if !set.is_empty() {
        for slip in variables::slips(&command(), set) {
            eprintln!("{slip}");
        }
    }
    let result = match cli.command {
        Command::Run(arguments) => run::run(*arguments),
        Command::Rules(arguments) => rules::rules(&arguments),
        Command::Plan(arguments) => plan::plan(*arguments),
        Command::Cleanup(arguments) => cleanup::cleanup(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Judge(arguments) => judge::judge(&arguments),
        Command::Prove(arguments) => prove::prove(&arguments),
        Command::Doctor(arguments) => doctor::doctor(*arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Init(arguments) => init::init(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Reference(arguments) => reference::reference(&arguments),
        Command::Combinations => combinations::combinations(),
        Command::Completions(arguments) => completions::completions(&arguments),
    };
    match result.and_then(|code| output::failure().map_or(Ok(code), Err)) {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            eprintln!("{}", trouble.text());
            ExitCode::from(trouble.code)
        }
    }
}

/// What has to be said while a command runs goes to stderr, beside its report.
fn notices() -> crate::drive::Notices {
    crate::drive::Notices::shown_by(|notice| eprintln!("{notice}"))
}

/// A runtime for one command. Everything waits on one thread; nothing here is bound by the processor.
fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::environment(format!("the runtime cannot be set up: {error}")))
}
