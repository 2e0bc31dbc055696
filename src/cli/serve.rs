//! `linkspec serve`: the mock for other people's tests, judged as they run.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::interrupted::{EndRequest, Signals};
use super::judge::product_named;
use super::output::{eprintln, println};
use super::replay::{ADDRESS, replay};
use super::select::{refuse_what_needs_a_story, selection};
use super::trouble::{INTERRUPTED, NOTHING, Trouble};
use super::verdicts::{Stream, VerdictArguments, apply_known};
use crate::graph::{Identity, Product};
use crate::mock::{self, Options};
use crate::report::{ExitCode, KnownFile, Report, RuleReport, Verdict};
use crate::rules::Library;
use crate::run;
use crate::serve::{Service, Setup, StartError};
use crate::sign_in::SecretVariables;

/// What turns the exit code to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A broken MUST
    Must,
    /// A broken MUST or SHOULD
    Should,
    /// Nothing
    Never,
}

/// Arguments of `linkspec serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Kind of drive
    #[arg(
        long,
        value_name = "personal|business|sharepoint",
        env = "LINKSPEC_PRODUCT",
        default_value = "business"
    )]
    product: String,
    /// Where to listen; port 0 is any free port
    #[arg(long, value_name = "ADDRESS:PORT", env = "LINKSPEC_ADDR", default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Let other machines in: needed for an --addr that is not loopback
    #[arg(long)]
    open_to_network: bool,
    /// Depart from the documentation in this way
    #[arg(long, value_name = "NAME")]
    deviate: Option<String>,
    /// Only on requests with these values, for example "type=edit and address=users"
    #[arg(long, value_name = "CONDITION", requires = "deviate")]
    when: Option<String>,
    /// Take this conforming form
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Form of the answers: documented or observed
    #[arg(long, value_name = "FORM", env = "LINKSPEC_MOCK_FORM", default_value = "documented")]
    mock_form: String,
    /// Throttle every Nth createLink request: 429 with Retry-After
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    throttle: Option<u64>,
    /// Milliseconds every answer takes
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Print base URL, tokens and ids as one line of JSON
    #[arg(long)]
    json: bool,
    /// What turns the exit code to 1
    #[arg(long, value_enum, default_value = "must")]
    fail_on: FailOn,
    /// Only rules whose tags match, for example "@must and @answers"
    #[arg(long, value_name = "EXPRESSION", env = "LINKSPEC_TAGS")]
    tags: Option<String>,
    /// Only this rule; repeat for several
    #[arg(long, value_name = "ID", env = "LINKSPEC_RULE", value_delimiter = ',')]
    rule: Vec<String>,
    /// Read the features from here instead of the copy in the binary
    #[arg(long, value_name = "FOLDER", env = "LINKSPEC_FEATURES")]
    features: Option<std::path::PathBuf>,
    #[command(flatten)]
    verdicts: VerdictArguments,
    /// Play what the service did in a case that `run --sdk --write-cases` wrote, and show what arrives
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    case: Option<std::path::PathBuf>,
    /// Run this command with LINKSPEC_BASE_URL and LINKSPEC_TOKEN set, and end with it
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Serves until Ctrl-C, or until the command has ended.
pub(super) fn serve(arguments: &ServeArguments) -> Result<u8, Trouble> {
    arguments.verdicts.check()?;
    arguments.check_address()?;
    if let Some(case) = &arguments.case {
        let address = if arguments.addr.port() == 0 { ADDRESS } else { arguments.addr };
        return super::runtime()?.block_on(replay(case, address));
    }
    let (setup, known) = arguments.setup()?;
    // Several threads: a slow answer or a report must not keep other requests waiting.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Trouble::environment(format!("the runtime cannot be set up: {error}")))?;
    runtime.block_on(arguments.carry_out(setup, known.as_ref()))
}

impl ServeArguments {
    fn check_address(&self) -> Result<(), Trouble> {
        if self.addr.ip().is_loopback() || self.open_to_network {
            return Ok(());
        }
        Err(Trouble::usage(format!("--addr {} is not loopback", self.addr)).hint(
            "anybody who reaches it can use the mock; add --open-to-network when that is meant",
        ))
    }

    fn setup(&self) -> Result<(Setup, Option<KnownFile>), Trouble> {
        let library = match &self.features {
            Some(folder) => Library::from_folder(folder).map_err(|mistake| vec![mistake])?,
            None => Library::embedded(),
        };
        let suite = run::read(&library)?;
        let selection = selection(&suite.catalogue, &self.rule, self.tags.as_deref(), None, None)?;
        refuse_what_needs_a_story(&suite, &selection)?;
        let known = self.verdicts.known(&suite)?;
        let product = product_named(&self.product)?;
        let options = Options {
            form: self.mock_form.parse().map_err(|_| {
                Trouble::unknown("mock form", &self.mock_form, ["documented", "observed"])
            })?,
            deviation: self.deviate.as_deref().map(|name| deviation(name, product)).transpose()?,
            condition: self.when.as_deref().map(super::prove::condition).transpose()?,
            variant: self.variant.as_deref().map(|name| variant(name, product)).transpose()?,
            bind: self.addr,
            ..Options::new(product)
        };
        let mut setup = Setup::from_options(options)
            .slow(Duration::from_millis(self.latency))
            .judging_by(suite, selection)
            .telling(tell);
        if let Some(every) = self.throttle {
            setup = setup.throttling(every);
        }
        Ok((setup, known))
    }

    async fn carry_out(&self, setup: Setup, known: Option<&KnownFile>) -> Result<u8, Trouble> {
        let mut signals = Signals::register();
        let service = setup.start().await?;
        if self.json {
            println!("{}", description(&service, &self.product));
        } else {
            eprint_description(&service, &self.product);
        }
        let ended = if self.command.is_empty() {
            signals.next().await;
            None
        } else {
            Some(self.run_command(&service, &mut signals).await?)
        };
        let mut report = tokio::task::block_in_place(|| service.report());
        apply_known(known, &mut report);
        self.name_what_was_given(&service, &mut report);
        client_first(&mut report);
        let strict = self.fail_on == FailOn::Should;
        let by_rules = match ExitCode::of(&report, strict, false) {
            ExitCode::Holds if run::says_all_refused(&report) => ExitCode::NothingJudged,
            code => code,
        };
        let code = self.exit_code(&report, by_rules, ended);
        // Standard output is the command's, or whoever reads the line of JSON.
        let stream = if self.json || ended.is_some() { Stream::Error } else { Stream::Output };
        self.verdicts.show(&report, strict, by_rules, stream)?;
        match ended {
            Some(Ended::ByItself(status)) if !status.success() => {
                eprintln!("the command ended with {status}, and so does this: exit {code}");
            }
            Some(Ended::Interrupted) => {
                eprintln!("interrupted; the command was told to end: exit {code}");
            }
            _ if self.fail_on == FailOn::Never && by_rules.code() != code => {
                eprintln!("with --fail-on never findings do not count: exit {code}");
            }
            _ => {}
        }
        Ok(code)
    }

    /// The ids and variables that a command, or whoever reads the line of JSON, was given.
    fn name_what_was_given(&self, service: &Service, report: &mut Report) {
        let tokens: Vec<&str> =
            Identity::SIGNED_IN.into_iter().filter_map(Identity::token_variable).collect();
        let given = format!(
            "LINKSPEC_BASE_URL {}, LINKSPEC_DRIVE_ID {}, LINKSPEC_FILE_ID {}, LINKSPEC_FOLDER_ID {}, and tokens of \
             the mock in {}",
            service.base_url(),
            service.drive_id(),
            service.file_id(),
            service.folder_id(),
            tokens.join(", ")
        );
        let what = if self.command.is_empty() {
            format!(
                "The mock was at {}: drive {}, file {}, folder {}.",
                service.base_url(),
                service.drive_id(),
                service.file_id(),
                service.folder_id()
            )
        } else {
            format!("The command was given {given}.")
        };
        report.remarks.push(what);
    }

    /// The command's own failure comes first; then findings; then that it never asked for a link, or was granted none.
    fn exit_code(&self, report: &Report, by_rules: ExitCode, ended: Option<Ended>) -> u8 {
        match ended {
            Some(Ended::ByItself(status)) if !status.success() => return code_of(status),
            Some(Ended::Interrupted) => return INTERRUPTED,
            _ => {}
        }
        if self.fail_on == FailOn::Never {
            return if report.requests.create_link == 0 { NOTHING } else { 0 };
        }
        by_rules.code()
    }

    async fn run_command(
        &self,
        service: &Service,
        signals: &mut Signals,
    ) -> Result<Ended, Trouble> {
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(Trouble::usage("there is no command after --"));
        };
        let mut command = tokio::process::Command::new(program);
        // The tokens of a tenant are nothing for a command that is about the mock.
        SecretVariables::default().hide_from(&mut command);
        command
            .args(arguments)
            .env("LINKSPEC_BASE_URL", service.base_url())
            .env("LINKSPEC_DRIVE_ID", service.drive_id())
            .env("LINKSPEC_FILE_ID", service.file_id())
            .env("LINKSPEC_FOLDER_ID", service.folder_id())
            .kill_on_drop(true);
        for (identity, variable) in
            Identity::SIGNED_IN.into_iter().filter_map(|it| Some((it, it.token_variable()?)))
        {
            command.env(variable, service.token_of(identity));
        }
        let mut child = command.spawn().map_err(|error| {
            let trouble = Trouble::usage(format!("{program} cannot be started: {error}"));
            match error.kind() {
                std::io::ErrorKind::PermissionDenied => trouble
                    .hint(format!("chmod +x {program}, or name its interpreter: -- sh {program}")),
                _ => trouble.hint("is it installed and in PATH?"),
            }
        })?;
        let failed = |error| Trouble::environment(format!("{program}: {error}"));
        let status = tokio::select! {
            status = child.wait() => return Ok(Ended::ByItself(status.map_err(failed)?)),
            asked = signals.next() => end(&mut child, asked, signals).await,
        };
        status.map(|_| Ended::Interrupted).map_err(failed)
    }
}

/// How the command came to its end.
#[derive(Debug, Clone, Copy)]
enum Ended {
    ByItself(ExitStatus),
    /// linkspec was told to end, and has told the command.
    Interrupted,
}

/// Seconds a command has to end in its own way.
const GRACE: Duration = Duration::from_secs(10);

/// Ends the command: it is asked to, and killed when it does not, or when a second signal comes.
async fn end(
    child: &mut tokio::process::Child,
    asked: EndRequest,
    signals: &mut Signals,
) -> std::io::Result<ExitStatus> {
    // The terminal has told the command as well.
    if asked == EndRequest::Terminated || !std::io::stdin().is_terminal() {
        ask_to_end(child);
    }
    tokio::select! {
        status = child.wait() => return status,
        () = tokio::time::sleep(GRACE) => {}
        _ = signals.next() => {}
    }
    child.start_kill()?;
    child.wait().await
}

#[cfg(unix)]
fn ask_to_end(child: &tokio::process::Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // One that has ended meanwhile needs no signal.
        let _ = kill_process(id, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn ask_to_end(_: &tokio::process::Child) {}

fn deviation(name: &str, product: Product) -> Result<&'static mock::Deviation, Trouble> {
    let known = || mock::deviations().iter().map(|it| it.name);
    let found =
        mock::deviation(name).ok_or_else(|| Trouble::unknown("deviation", name, known()))?;
    on_product("deviation", name, found.products, product).map(|()| found)
}

fn variant(name: &str, product: Product) -> Result<&'static mock::Variant, Trouble> {
    let known = || mock::variants().iter().map(|it| it.name);
    let found = mock::variant(name).ok_or_else(|| Trouble::unknown("variant", name, known()))?;
    on_product("variant", name, found.products, product).map(|()| found)
}

fn on_product(
    what: &str,
    name: &str,
    products: &[Product],
    product: Product,
) -> Result<(), Trouble> {
    if products.contains(&product) {
        return Ok(());
    }
    let names: Vec<&str> = products.iter().map(|it| it.name()).collect();
    Err(Trouble::usage(format!("the {what} {name} cannot be seen on {product}"))
        .hint(format!("use --product {}", names.join(" or "))))
}

/// Puts the rules about the client before those about the mock's answers, and says what they come to.
fn client_first(report: &mut Report) {
    report.rules.sort_by_key(|rule| !rule.is_about_client());
    let judged: Vec<&RuleReport> = report
        .rules
        .iter()
        .filter(|it| it.is_about_client())
        .filter(|it| matches!(it.verdict, Verdict::Pass | Verdict::Warn | Verdict::Fail))
        .collect();
    let unlike: Vec<String> = judged
        .iter()
        .filter(|it| it.verdict != Verdict::Pass)
        .map(|it| format!("{} ({})", it.id, it.verdict))
        .collect();
    let client = match (judged.len(), unlike.len()) {
        (0, _) => "The client: none of its requests could be judged.".to_owned(),
        (count, 0) => format!("The client: all {count} rules about its requests hold."),
        (count, _) => {
            format!(
                "The client: of {count} rules about its requests not all hold: {}.",
                unlike.join(", ")
            )
        }
    };
    report.remarks.insert(0, format!("{client} All other rules are about the mock's answers."));
}

fn tell(rule: &RuleReport) {
    eprintln!("{} {} {}", rule.verdict, rule.id, rule.title);
    if let Some(reason) = &rule.reason {
        eprintln!("     {reason}");
    }
    eprintln!("     {}: {}", rule.source, rule.grounds());
}

fn description(service: &Service, product: &str) -> Value {
    let tokens: serde_json::Map<String, Value> = Identity::SIGNED_IN
        .into_iter()
        .map(|identity| (identity.name().to_owned(), service.token_of(identity).into()))
        .collect();
    json!({
        "baseUrl": service.base_url(),
        "page": service.page_url(),
        "product": product,
        "token": service.token(),
        "tokens": tokens,
        "driveId": service.drive_id(),
        "fileId": service.file_id(),
        "folderId": service.folder_id(),
    })
}

fn eprint_description(service: &Service, product: &str) {
    eprintln!(
        "{product} drive at {}\n  page    {}\n  drive   {}\n  file    {}\n  folder  {}\n  token   {}\n\
         Tokens of the other identities: --json. Ctrl-C ends it with a report.",
        service.base_url(),
        service.page_url(),
        service.drive_id(),
        service.file_id(),
        service.folder_id(),
        service.token(),
    );
}

/// What a shell would give: the code, or 128 and the number of the signal that ended the command.
fn code_of(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|it| 128 + it);
    #[cfg(not(unix))]
    let by_signal = None;
    status.code().or(by_signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

impl From<StartError> for Trouble {
    fn from(error: StartError) -> Self {
        let trouble = Self::usage(error.to_string());
        match error {
            StartError::Mock(_) => trouble
                .hint("choose another --addr, or leave it out for any free port of 127.0.0.1"),
            _ => trouble,
        }
    }
}
