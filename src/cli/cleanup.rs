use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::settings::Settings;
use super::trouble::{ENVIRONMENT, Trouble};
use crate::graph::{Address, Clock, Identity, Redactor};
use crate::sign_in::{Place, Wallet};
use crate::target::{
    self, Entry, Journal, Leftover, LiveOptions, Target, Wire, base_url, clean_up_from,
};

/// Time allowed for the clean-up at the end of a run.
const CLEAN_UP_TIME: Duration = Duration::from_secs(120);

/// Arguments of `linkspec cleanup`.
#[derive(Debug, Args)]
pub(super) struct CleanupArguments {
    /// The journal of one run [default: every unfinished one in the user's state folder]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_JOURNAL")]
    journal: Option<PathBuf>,
}

/// Removes what the journals name, and nothing else.
pub(super) fn cleanup(arguments: &CleanupArguments) -> Result<u8, Trouble> {
    let journals = match &arguments.journal {
        Some(path) => vec![path.clone()],
        None => unfinished_journals(&state_folder()),
    };
    if journals.is_empty() {
        anstream::println!("no journal of an unfinished run in {}", state_folder().display());
        return Ok(0);
    }
    let mut left = 0;
    for path in journals {
        left += super::runtime()?.block_on(clean_journal(&path))?;
    }
    Ok(if left == 0 { 0 } else { ENVIRONMENT })
}

async fn clean_journal(path: &Path) -> Result<usize, Trouble> {
    let journal = Journal::open(path).map_err(|error| Trouble::usage(error.to_string()))?;
    let entries = journal.entries();
    if entries.iter().any(|entry| matches!(entry, Entry::Clean)) && journal.leftovers().is_empty() {
        anstream::println!("{}: nothing is left", path.display());
        return Ok(0);
    }
    let Some((base, drive)) = entries.iter().find_map(|entry| match entry {
        Entry::Run { base_url, drive, .. } => Some((base_url, drive)),
        _ => None,
    }) else {
        return Err(Trouble::usage(format!(
            "the journal {} does not say where its run worked",
            path.display()
        )));
    };
    let base = base_url(base)
        .map_err(|error| Trouble::usage(format!("the journal {}: {error}", path.display())))?;
    let drive = Address::parse(drive)
        .ok_or_else(|| Trouble::usage(format!("the journal {} names no drive", path.display())))?;
    let settings = Settings::load(None)?;
    let place = Place::resolve(None, Some(&base), settings.sign_in.authority.as_deref())?;
    let sources = settings.sign_in.sources(&|name| std::env::var(name).ok())?.at(place);
    if !sources.identities().any(|it| it == Identity::Owner) {
        return Err(target::TargetError::NoToken.into());
    }
    let defaults = LiveOptions::default();
    let caller =
        crate::caller::HttpCaller::new(defaults.http).map_err(target::TargetError::from)?;
    let redactor = Arc::new(Redactor::new());
    let learning = Arc::clone(&redactor);
    let wallet = Wallet::new(sources, caller.clone(), Clock::real()).on_token(Arc::new(
        move |identity, secret| learning.learn(&format!("token {}", identity.name()), secret),
    ));
    let wire = Wire::new(caller, Clock::real(), redactor, defaults.patience, wallet, base);
    let left = clean_up_from(&wire, &drive, &journal).await;
    for it in &left {
        anstream::println!("not removed: {}: {}", it.path, it.reason);
    }
    if left.is_empty() {
        anstream::println!("{}: everything it names is gone", path.display());
    }
    Ok(left.len())
}

/// Removes what a run made, within its own time limit. Gives what is left, in words.
pub(super) async fn clean_up(target: &Target) -> Vec<String> {
    let left = tokio::time::timeout(CLEAN_UP_TIME, target.clean_up()).await;
    let how = target
        .journal
        .path()
        .map(|path| format!("linkspec cleanup --journal {}", path.display()))
        .unwrap_or_default();
    match left {
        Ok(left) if left.is_empty() => {
            // A journal with nothing left to remove has done its work.
            if let Some(path) = target.journal.path() {
                let _ = std::fs::remove_file(path);
            }
            Vec::new()
        }
        Ok(left) => {
            let mut lines: Vec<String> = left
                .iter()
                .map(|Leftover { path, reason, .. }| format!("{path}: {reason}"))
                .collect();
            lines.push(format!("to try again: {how}"));
            lines
        }
        Err(_) => vec![format!(
            "clean-up took longer than {} s; to go on: {how}",
            CLEAN_UP_TIME.as_secs()
        )],
    }
}

/// Where journals and kept runs go unless told otherwise.
pub(super) fn state_folder() -> PathBuf {
    let variable =
        |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    variable("XDG_STATE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local").join("state")))
        .or_else(|| variable("LOCALAPPDATA"))
        .unwrap_or_else(std::env::temp_dir)
        .join("linkspec")
}

/// A name no other run has.
pub(super) fn run_name() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    format!("{now}-{}", &uuid::Uuid::new_v4().simple().to_string()[..6])
}

fn unfinished_journals(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "journal"))
        .collect();
    found.sort();
    found
}
