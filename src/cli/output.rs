//! Standard output and standard error: what cannot be printed never keeps a command from its work, least
//! of all from cleaning up, and is told at the end.

use std::fmt::Arguments;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use super::trouble::Trouble;

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
    let mut out = anstream::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.flush()) {
        // The first failure tells why; the others follow from it.
        let _ = FAILED.set(error);
    }
}

pub(super) fn to_stderr(text: Arguments<'_>) {
    // Where stderr is gone, nobody is left to be told.
    let _ = anstream::stderr().lock().write_fmt(text);
}

/// Why something could not be printed. A reader that has gone away, as `head` does, has read enough.
pub(super) fn failure() -> Option<Trouble> {
    let error = FAILED.get().filter(|it| it.kind() != io::ErrorKind::BrokenPipe)?;
    Some(Trouble::environment(format!("the output cannot be printed: {error}")))
}
