//! `linkspec run --sdk` and `linkspec doctor --sdk`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, json};

use super::arguments::{RunOptions, seconds};
use super::output::{print, println};
use super::replay;
use super::trouble::Trouble;
use crate::graph::{Asking, Conversation, ItemAddress, Product};
use crate::judge::requests::surfaced_text;
use crate::library::{
    Adapter, AdapterCommand, AdapterStartError, CallTrouble, FaultKind, LiveLibrary,
    ScriptedService, create_link_line, show_wire, write_cases,
};
use crate::report::{Report, Verdict, quote};
use crate::run::library::{SdkError, SdkOptions};
use crate::run::{Selection, Suite};
use crate::sign_in::SecretVariables;
use crate::story::Script;

/// A run through a client library, with everything read and checked.
pub(super) struct SdkRequest<'s> {
    pub suite: &'s Suite,
    pub selection: &'s Selection,
    pub options: &'s RunOptions,
    pub command: &'s str,
    pub secrets: SecretVariables,
    pub product: Product,
}

/// Runs, and shows what was on the wire where that is wanted.
pub(super) fn run(
    request: &SdkRequest<'_>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report, Trouble> {
    let command = command(request.command)?.without(request.secrets.clone());
    if request.suite.select_requests(request.selection).0.rules.is_empty() {
        return Err(Trouble::usage("no selected rule judges client libraries")
            .hint("with --sdk the rules are SDK-01 to SDK-29; `linkspec rules` lists them"));
    }
    let usual = SdkOptions::new(request.product);
    let asked = request.options;
    let options = SdkOptions {
        jobs: asked.jobs.unwrap_or(usual.jobs),
        patience: seconds(asked.timeout, usual.patience),
        long_waits: seconds(asked.max_wait, usual.long_waits),
        ..usual
    };
    let run = super::runtime()?
        .block_on(crate::run::library::run(
            request.suite,
            request.selection,
            &command,
            options,
            progress,
        ))
        .map_err(|error| sdk_trouble(error, &command))?;
    let asked_for = !request.selection.ids.is_empty();
    asked.hand_out(&run.report, &run.conversations, asked_for)?;
    Ok(run.report)
}

/// How long a library that asks a real service may take for one call, beside the pauses it is asked for.
const LIVE_PATIENCE: Duration = Duration::from_secs(60);

impl RunOptions {
    /// Starts the adapter of a library that is to ask a real service.
    pub(super) async fn start_library(
        &self,
        longest_wait: Duration,
        secrets: SecretVariables,
    ) -> Result<Option<Arc<LiveLibrary>>, Trouble> {
        let Some(text) = &self.sdk else { return Ok(None) };
        let command = command(text)?.without(secrets);
        match LiveLibrary::start(command.clone(), longest_wait + LIVE_PATIENCE).await {
            Ok(library) => Ok(Some(Arc::new(library))),
            Err(error) => Err(start_trouble(&error, &command)),
        }
    }

    /// Writes the cases and shows what was on the wire, where that is wanted.
    pub(super) fn hand_out(
        &self,
        report: &Report,
        conversations: &[Conversation],
        everything: bool,
    ) -> Result<(), Trouble> {
        if let (Some(folder), Some(text)) = (&self.write_cases, &self.sdk) {
            let written = write_cases(folder, conversations, &replay::root())
                .map_err(|error| Trouble::usage(error.to_string()))?;
            println!("{}", replay_hint(&written, folder, &command(text)?));
        }
        if self.show_wire {
            print!("{}", wire_of(report, conversations, everything));
        }
        Ok(())
    }
}

/// The conversations behind the findings; all of them when rules were asked for by their ids.
fn wire_of(report: &Report, conversations: &[Conversation], everything: bool) -> String {
    let mut text = String::new();
    let findings: Vec<u32> = report
        .rules
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Fail | Verdict::Warn))
        .flat_map(|it| it.exchanges.iter().copied())
        .collect();
    for conversation in conversations {
        let mut requests = conversation.calls.iter().flat_map(|it| &it.wire);
        if everything || requests.any(|it| findings.contains(&it.number)) {
            text.push_str(&show_wire(conversation));
            text.push('\n');
        }
    }
    text
}

fn replay_hint(written: &[PathBuf], folder: &std::path::Path, command: &AdapterCommand) -> String {
    let example = written.first().map(|it| it.display().to_string()).unwrap_or_default();
    format!(
        "{} cases written to {}. To replay one: linkspec serve --case {example}, and beside it:\n  (cat {example}; sleep 5) | {command}\n",
        written.len(),
        folder.display(),
    )
}

fn command(text: &str) -> Result<AdapterCommand, Trouble> {
    AdapterCommand::parse(text).map_err(|error| {
        Trouble::usage(format!("--sdk: {error}"))
            .hint("write the command as in a shell: --sdk \"node adapters/javascript/adapter.js\"")
    })
}

fn sdk_trouble(error: SdkError, command: &AdapterCommand) -> Trouble {
    match error {
        SdkError::Start(error) => start_trouble(&error, command),
        SdkError::Service(_) => Trouble::environment(error.to_string()),
    }
}

fn start_trouble(error: &AdapterStartError, command: &AdapterCommand) -> Trouble {
    match error {
        AdapterStartError::NotFound(program) => Trouble::usage(format!("--sdk: {error}")).hint(format!(
            "is {program} installed and in PATH? A path is taken from the folder linkspec runs in"
        )),
        AdapterStartError::NotExecutable(program) => Trouble::usage(format!("--sdk: {error}"))
            .hint(format!("chmod +x {program}, or name its interpreter: \"python3 {program}\"")),
        AdapterStartError::Refused { .. } => Trouble::usage(format!("--sdk: {error}")),
        AdapterStartError::Fault(fault) => {
            let hint = match fault.kind {
                FaultKind::OtherProtocol => {
                    "update the adapter: the protocol is described in schemas/adapter".to_owned()
                }
                FaultKind::Exited => format!("run it alone and see: echo '{HELLO}' | {command}"),
                _ => format!("its first line has to answer hello: echo '{HELLO}' | {command}"),
            };
            Trouble::environment(format!("the adapter \"{command}\": {fault}")).hint(hint)
        }
    }
}

const HELLO: &str = r#"{"id":0,"op":"hello","protocol":1}"#;

/// Checks an adapter alone, a line a check.
pub(super) fn doctor(text: &str, secrets: SecretVariables) -> Result<u8, Trouble> {
    let command = command(text)?.without(secrets);
    super::runtime()?.block_on(examine(&command))
}

async fn examine(command: &AdapterCommand) -> Result<u8, Trouble> {
    let say = |line: &str| println!("{line}");
    let adapter = Adapter::start(command).await.map_err(|error| start_trouble(&error, command))?;
    let hello = adapter.hello();
    say(&format!("ok    started: {command}"));
    say(&format!(
        "ok    hello: {} {} ({}), addresses {}",
        hello.name,
        hello.version,
        hello.language,
        hello.addresses.join(", ")
    ));
    say("ok    the answer satisfies schemas/adapter/hello-answer.schema.json");
    let service = ScriptedService::start(Script::default())
        .await
        .map_err(|error| sdk_trouble(SdkError::Service(error), command))?;
    let item_id = "01LINKSPEC4ITEM7".to_owned();
    let address = if hello.addresses.iter().any(|it| it == "drives") {
        ItemAddress::Drives { drive_id: "b!linkspec-drive_1".to_owned(), item_id }
    } else {
        ItemAddress::Me { item_id }
    };
    let asking = Asking {
        base_url: service.base_url(),
        token: "linkspec-token-0".to_owned(),
        address,
        request: Map::from_iter([
            ("type".to_owned(), json!("view")),
            ("scope".to_owned(), json!("organization")),
        ]),
    };
    service.begin(&asking.request);
    let surfaced = adapter.create_link(&asking, Duration::from_secs(30), || None).await;
    let wire = service.take();
    let mut sound = true;
    match &surfaced {
        Ok(surfaced) => {
            say("ok    the answer satisfies schemas/adapter/create-link-answer.schema.json");
            say(&format!("{}createLink: {}", mark(!wire.is_empty()), surfaced_text(surfaced)));
        }
        Err(CallTrouble::Hung) => {
            sound = false;
            say("FAIL  createLink: no answer within 30 s, though hello is answered");
        }
        Err(CallTrouble::Ended(fault)) => {
            sound = false;
            say(&format!("FAIL  createLink: {fault}"));
        }
    }
    match wire.as_slice() {
        [] => {
            sound = false;
            say(&format!(
                "FAIL  no request arrived at {}: does the adapter use baseUrl?",
                asking.base_url
            ));
        }
        requests => {
            for request in requests {
                say(&format!("ok    on the wire: {} {}", request.line(), request.body));
            }
        }
    }
    let unknown = adapter.unknown_members();
    if !unknown.is_empty() {
        say(&format!("note  passed over in its answers: {}", unknown.join(", ")));
    }
    if let Some(fault) = adapter.stop().await
        && surfaced.is_ok()
    {
        sound = false;
        say(&format!("FAIL  at the end: {fault}"));
    }
    let question = create_link_line(1, &Asking { base_url: replay::root(), ..asking });
    say(&format!(
        "\nThe same again, with a service at {}:\n  (echo {}; echo {}; sleep 5) | {command}",
        replay::root(),
        quote(HELLO),
        quote(&question)
    ));
    Ok(if sound { 0 } else { super::trouble::ENVIRONMENT })
}

fn mark(good: bool) -> &'static str {
    if good { "ok    " } else { "FAIL  " }
}
