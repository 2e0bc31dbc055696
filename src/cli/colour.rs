//! When output is coloured: by `--color`, else as other programs take it from the environment.

use std::ffi::OsString;

use anstream::ColorChoice;
use clap::ValueEnum;

/// The words of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless a variable says otherwise
    Auto,
    /// Also into files and pipes
    Always,
    /// Never
    Never,
}

/// Chooses for everything this process prints.
pub(super) fn choose(when: When, variable: impl Fn(&str) -> Option<OsString>) {
    choice(when, variable).write_global();
}

/// An option counts more than a variable, and of these NO_COLOR counts most; CLICOLOR and CLICOLOR_FORCE are left to
/// the library, which heeds them as it heeds the terminal.
fn choice(when: When, variable: impl Fn(&str) -> Option<OsString>) -> ColorChoice {
    match when {
        When::Always => return ColorChoice::Always,
        When::Never => return ColorChoice::Never,
        When::Auto => {}
    }
    if variable("NO_COLOR").is_some_and(|it| !it.is_empty()) {
        return ColorChoice::Never;
    }
    match variable("FORCE_COLOR").as_ref().map(|it| it.to_string_lossy()).as_deref() {
        None => ColorChoice::Auto,
        Some("0" | "false") => ColorChoice::Never,
        Some(_) => ColorChoice::Always,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_counts_more_than_variables_and_no_color_more_than_others() {
        let with = |when, set: &[(&str, &str)]| {
            choice(when, |name| {
                set.iter().find(|(it, _)| *it == name).map(|(_, value)| OsString::from(value))
            })
        };
        for (when, set, wanted) in [
            (When::Auto, &[][..], ColorChoice::Auto),
            (When::Auto, &[("FORCE_COLOR", "1")], ColorChoice::Always),
            (When::Auto, &[("FORCE_COLOR", "")], ColorChoice::Always),
            (When::Auto, &[("FORCE_COLOR", "0")], ColorChoice::Never),
            (When::Auto, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], ColorChoice::Never),
            (When::Auto, &[("NO_COLOR", "")], ColorChoice::Auto),
            (When::Always, &[("NO_COLOR", "1")], ColorChoice::Always),
            (When::Never, &[("FORCE_COLOR", "1")], ColorChoice::Never),
        ] {
            assert_eq!(with(when, set), wanted, "{when:?} {set:?}");
        }
    }
}
