//! Standard output and standard error: what cannot be printed never keeps a command from its work, least
//! of all from cleaning up, and is told at the end. Whatever is printed is made fit for a terminal and for the logs of
//! CI systems here, so that no caller can forget it.

use std::fmt::Arguments;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use super::trouble::Trouble;
use crate::printable::{json_for_log, printable};

static FAILED: OnceLock<io::Error> = OnceLock::new();

macro_rules! print {
    ($($text:tt)*) => { $crate::cli::output::to_stdout(format_args!($($text)*)) };
}

macro_rules! println {
    () => { $crate::cli::output::to_stdout(format_args!("\n")) };
    ($($text:tt)*) => {
        $crate::cli::output::to_stdout(format_args!("{}\n", format_args!($($text)*)))
    };
}

macro_rules! eprintln {
    ($($text:tt)*) => {
        $crate::cli::output::to_stderr(format_args!("{}\n", format_args!($($text)*)))
    };
}

pub(super) use {eprintln, print, println};

pub(super) fn to_stdout(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    let text = text.to_string();
    let shown = if is_json(&text) { json_for_log(&text) } else { printable(&text) };
    if let Err(error) = out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
        // The first failure tells why; the others follow from it.
        let _ = FAILED.set(error);
    }
}

pub(super) fn to_stderr(text: Arguments<'_>) {
    // Where stderr is gone, nobody is left to be told.
    let _ = io::stderr().lock().write_all(printable(&text.to_string()).as_bytes());
}

/// A report with the colours that were given to it. What it says of others has been made printable in it.
pub(super) fn styled_to_stderr(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// A script for a shell, of which every character counts and none is of others.
pub(super) fn script_to_stdout(script: &[u8]) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(script).and_then(|()| out.flush()) {
        let _ = FAILED.set(error);
    }
}

/// JSON has no raw control characters in it, and other programs read it.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Why something could not be printed. A reader that has gone away, as `head` does, has read enough.
pub(super) fn failure() -> Option<Trouble> {
    let error = FAILED.get().filter(|it| it.kind() != io::ErrorKind::BrokenPipe)?;
    Some(Trouble::environment(format!("the output cannot be printed: {error}")))
}
