//! Ctrl-C and SIGTERM: the requests under way end, nothing new is begun, clean-up follows. A second one
//! ends the process at once and says how to clean.

use std::path::Path;

use crate::target::Interrupt;

/// From now on a signal sets `interrupt`; a second one ends the process.
pub(super) fn watch(interrupt: &Interrupt, journal: Option<&Path>) {
    let journal = journal.map(Path::to_owned);
    let signalled = interrupt.clone();
    // The watch goes on during clean-up, so that a second signal is heard there too.
    tokio::spawn(async move {
        signal().await;
        anstream::eprintln!(
            "interrupted: requests under way end, then what was made is removed; once more ends at once"
        );
        signalled.set();
        signal().await;
        match journal {
            Some(path) => {
                anstream::eprintln!("to clean up: linkspec cleanup --journal {}", path.display());
            }
            None => anstream::eprintln!("nothing was cleaned up"),
        }
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
