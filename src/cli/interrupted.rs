//! Ctrl-C, SIGTERM and SIGHUP: the requests under way end, nothing new is begun, clean-up follows. A second one
//! ends the process at once and says how to clean.

use super::output::eprintln;
use crate::drive::Interrupt;

/// From now on a signal sets `interrupt`; a second one ends the process, and names the command that cleans up.
pub(super) fn watch(interrupt: &Interrupt, clean_up: Option<String>, cleans_up: bool) {
    let signalled = interrupt.clone();
    // Registered here and not in the task, which runs only when this one waits for the first time.
    let mut signals = Signals::register();
    // The watch goes on during clean-up, so that a second signal is heard there too.
    tokio::spawn(async move {
        signals.next().await;
        let then = if cleans_up { ", then what was made is removed" } else { "" };
        eprintln!("interrupted: requests under way end{then}; once more ends at once");
        signalled.set();
        signals.next().await;
        match clean_up {
            Some(command) => eprintln!("to clean up: {command}"),
            None => eprintln!("nothing was cleaned up"),
        }
        std::process::exit(130);
    });
}

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndRequest {
    /// Ctrl-C, which a terminal sends to everything that was started in it.
    Interrupted,
    /// What a supervisor sends to one process.
    Terminated,
}

/// What ends a run early.
#[cfg(unix)]
pub(super) struct Signals(Vec<(EndRequest, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    pub(super) fn register() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            (EndRequest::Interrupted, SignalKind::interrupt()),
            (EndRequest::Terminated, SignalKind::terminate()),
            // A terminal that is closed, or a connection that ends.
            (EndRequest::Terminated, SignalKind::hangup()),
        ];
        // What was started to outlive its terminal (nohup) goes on.
        let kinds = kinds
            .into_iter()
            .filter(|(_, kind)| *kind != SignalKind::hangup() || !hang_ups_are_ignored());
        // One that cannot be registered ends the process as it always does; the journal remains.
        let registered = |(asked, kind)| Some((asked, signal(kind).ok()?));
        Self(kinds.filter_map(registered).collect())
    }

    pub(super) async fn next(&mut self) -> EndRequest {
        if self.0.is_empty() {
            std::future::pending::<()>().await;
        }
        let waiting = self.0.iter_mut().map(|(asked, signal)| {
            Box::pin(async {
                signal.recv().await;
                *asked
            })
        });
        futures::future::select_all(waiting).await.0
    }
}

/// Whether whoever started this process had SIGHUP ignored, where the system tells.
#[cfg(unix)]
fn hang_ups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // SIGHUP is the first signal.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn register() -> Self {
        Self
    }

    pub(super) async fn next(&mut self) -> EndRequest {
        let _ = tokio::signal::ctrl_c().await;
        EndRequest::Interrupted
    }
}
