//! `linkspec cleanup`: removing what earlier runs left behind, from their journals.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{eprintln, println};
use super::service_root;
use super::settings::SettingsFile;
use super::state_folder::own_journals;
use super::trouble::{ENVIRONMENT, Trouble};
use crate::caller::HttpOptions;
use crate::drive::{
    Entry, Journal, JournalError, Leftover, LiveOptions, Target, base_url, clean_up_from,
};
use crate::graph::Address;
use crate::sign_in::SignInPlace;

/// So many of the things that are left behind are named; the report holds them all.
const SHOWN: usize = 3;

/// Arguments of `linkspec cleanup`.
#[derive(Debug, Args)]
pub(super) struct CleanupArguments {
    /// The journal of one run [default: every unfinished one in the user's state folder]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_JOURNAL")]
    journal: Option<PathBuf>,
    /// Service root of the run, which a journal does not decide unless it is that of a Microsoft cloud
    #[arg(long, value_name = "URL", env = "LINKSPEC_BASE_URL")]
    base_url: Option<String>,
    /// Settings, for how to sign in [default: linkspec.toml where there is one]
    #[arg(long, value_name = "FILE", env = "LINKSPEC_PROFILE")]
    profile: Option<PathBuf>,
    /// Token authority, where it is not the cloud's own
    #[arg(long, value_name = "URL", env = "LINKSPEC_AUTHORITY")]
    authority: Option<String>,
    /// Trust the certificates in this PEM file as well; repeat for several
    #[arg(long, value_name = "FILE", env = "LINKSPEC_CA_CERT", value_delimiter = ',')]
    ca_cert: Vec<PathBuf>,
}

/// Removes what the journals name, and nothing else.
pub(super) fn cleanup(arguments: &CleanupArguments) -> Result<u8, Trouble> {
    let (journals, named) = match &arguments.journal {
        Some(path) => (vec![path.clone()], true),
        None => {
            let (folder, journals) = own_journals()?;
            if journals.is_empty() {
                println!("no journal of an unfinished run in {}", folder.display());
            }
            (journals, false)
        }
    };
    let mut code = 0;
    for path in journals {
        let cleaned = match Journal::open(&path) {
            Ok(journal) => super::runtime()?.block_on(clean_journal(arguments, &path, journal)),
            // What a run makes it removes itself when it ends, also after Ctrl-C.
            Err(error @ JournalError::InUse { .. }) if !named => {
                println!("{error}; it is left alone");
                continue;
            }
            Err(error) => Err(Trouble::usage(error.to_string())),
        };
        match cleaned {
            // One that was named stays, so that cleaning up twice is harmless.
            Ok(0) if named => {}
            Ok(0) => {
                let _ = std::fs::remove_file(&path);
            }
            Ok(_) => code = ENVIRONMENT,
            Err(trouble) if named => return Err(trouble),
            // Another run may have worked elsewhere: what is wrong with one journal keeps no other.
            Err(trouble) => {
                eprintln!("{}: {}", path.display(), trouble.text());
                code = code.max(trouble.code);
            }
        }
    }
    Ok(code)
}

async fn clean_journal(
    arguments: &CleanupArguments,
    path: &Path,
    journal: Journal,
) -> Result<usize, Trouble> {
    let entries = journal.entries();
    let unread = journal.unread().to_vec();
    if journal.is_done() && unread.is_empty() {
        println!("{}: nothing is left", path.display());
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
    let settings = SettingsFile::load(arguments.profile.as_deref())?;
    let asked = arguments.base_url.as_deref().or(settings.target.base_url.as_deref());
    service_root::named_again(&base, asked, &format!("the journal {}", path.display()))?;
    let drive = Address::parse(drive)
        .ok_or_else(|| Trouble::usage(format!("the journal {} names no drive", path.display())))?;
    let folder_decides =
        arguments.base_url.is_none() && arguments.profile.is_none() && asked.is_some();
    let in_file = settings.run.authority.as_deref().or(settings.sign_in.authority.as_deref());
    let authority = arguments.authority.as_deref().or(in_file);
    let place = SignInPlace::resolve(None, Some(&base), authority)?;
    if folder_decides {
        service_root::tell_of_folder(&base, place.authority());
    }
    let sources = settings.sign_in.sources(&|name| std::env::var(name).ok())?.at(place);
    let defaults = LiveOptions::default();
    let ca_certificates = match &arguments.ca_cert {
        files if files.is_empty() => settings.run.ca_cert.clone(),
        files => files.clone(),
    };
    let options = LiveOptions {
        base,
        drive,
        sources,
        http: HttpOptions { ca_certificates, ..defaults.http },
        journal,
        notices: super::notices(),
        ..LiveOptions::default()
    };
    let left = clean_up_from(options).await?;
    for it in &left {
        println!("not removed: {}: {}", it.path, it.reason);
    }
    if left.is_empty() {
        println!("{}: everything it names is gone", path.display());
    }
    if !unread.is_empty() {
        let lines = unread.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        println!(
            "{}: what these lines say could not be read, and may still be there: {lines}; look for folders named \
             linkspec-... in the drive, then remove the file",
            path.display()
        );
    }
    Ok(left.len() + unread.len())
}

/// Removes what a run made. Gives what is left, each with its reason, and the remarks that say so in short.
pub(super) async fn clean_up(target: &Target, at_a_time: usize) -> (Vec<String>, Vec<String>) {
    let left: Vec<String> = target
        .clean_up(at_a_time)
        .await
        .iter()
        .map(|Leftover { path, reason }| format!("{path}: {reason}"))
        .collect();
    if left.is_empty() {
        // A journal with nothing left to remove has done its work.
        target.journal.discard();
        return (left, Vec::new());
    }
    let how = target
        .journal
        .path()
        .map(|path| super::cleanup_command::command(path, &target.wire.base))
        .unwrap_or_default();
    let shown = left.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    let more = match left.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let remark = format!("Not removed: {shown}{more}. To try again: {how}");
    (left, vec![remark])
}

/// A name no other run has.
pub(super) fn run_name() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    format!("{now}-{}", &uuid::Uuid::new_v4().simple().to_string()[..6])
}
