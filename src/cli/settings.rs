//! `linkspec.toml`: every option of `run` has a key here. An option wins over a variable, a variable over
//! the file, the file over the default.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::trouble::Trouble;
use crate::drive::Addresses;
use crate::graph::Tenant;
use crate::nearest::nearest;
use crate::sign_in::SignInSettings;

/// The file looked for in the folder a command is run in.
pub const FILE: &str = "linkspec.toml";

/// What a settings file says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Where requests go.
    pub target: TargetTable,
    /// What the tenant is declared to allow.
    pub tenant: Tenant,
    /// Further ways to the drive.
    pub addresses: Addresses,
    /// How to sign in.
    #[serde(rename = "sign_in")]
    pub sign_in: SignInSettings,
    /// How to run.
    pub run: RunTable,
}

/// The `[target]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetTable {
    /// "mock" or "live".
    pub kind: Option<String>,
    /// The cloud, which gives service root and authority.
    pub cloud: Option<String>,
    /// The service root.
    pub base_url: Option<String>,
    /// The drive.
    pub drive: Option<String>,
    /// The products.
    pub product: Option<Vec<String>>,
}

/// The `[run]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunTable {
    /// `--tags`
    pub tags: Option<String>,
    /// `--rule`
    pub rule: Option<Vec<String>>,
    /// `--level`
    pub level: Option<String>,
    /// `--depth`
    pub depth: Option<String>,
    /// `--strict`
    pub strict: Option<bool>,
    /// `--budget`
    pub budget: Option<usize>,
    /// `--jobs`
    pub jobs: Option<usize>,
    /// `--shard`
    pub shard: Option<String>,
    /// `--features`
    pub features: Option<PathBuf>,
    /// `--known`
    pub known: Option<PathBuf>,
    /// `--report`
    pub report: Option<Vec<String>>,
    /// `--record`
    pub record: Option<PathBuf>,
    /// `--replay`
    pub replay: Option<PathBuf>,
    /// `--resume`
    pub resume: Option<PathBuf>,
    /// `--read-only`
    pub read_only: Option<bool>,
    /// `--no-browser`
    pub no_browser: Option<bool>,
    /// `--journal`
    pub journal: Option<PathBuf>,
    /// `--no-cleanup`
    pub no_cleanup: Option<bool>,
    /// `--mock-form`
    pub mock_form: Option<String>,
    /// `--authority`
    pub authority: Option<String>,
    /// `--ca-cert`
    pub ca_cert: Option<Vec<PathBuf>>,
    /// `--timeout`, in seconds
    pub timeout: Option<f64>,
    /// `--max-wait`, in seconds
    pub max_wait: Option<f64>,
    /// `--cleanup-limit`, in seconds
    pub cleanup_limit: Option<f64>,
    /// `--sdk`.
    pub sdk: Option<String>,
    /// `--show-wire`.
    pub show_wire: Option<bool>,
    /// `--write-cases`.
    pub write_cases: Option<PathBuf>,
    /// `--verbose`.
    pub verbose: Option<bool>,
}

impl Settings {
    /// Reads the settings: the file named, or `linkspec.toml` here, or none.
    ///
    /// # Errors
    /// Says which file, line and column, and the nearest known key.
    pub fn load(profile: Option<&Path>) -> Result<Self, Trouble> {
        let path = match profile {
            Some(path) => path.to_owned(),
            None if Path::new(FILE).exists() => PathBuf::from(FILE),
            None => return Ok(Self::default()),
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Trouble::usage(format!("{} cannot be read: {error}", path.display()))
        })?;
        Self::read(&text).map_err(|mut trouble| {
            trouble.message = format!("{}{}", path.display(), trouble.message);
            trouble
        })
    }

    fn read(text: &str) -> Result<Self, Trouble> {
        toml::from_str(text).map_err(|error| toml_trouble(text, &error))
    }
}

/// A TOML error as ":line:column: what", with a hint for an unknown key.
pub fn toml_trouble(text: &str, error: &toml::de::Error) -> Trouble {
    let place = error.span().map_or_else(String::new, |span| {
        let before = &text[..span.start.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!(":{line}:{column}")
    });
    let message = error.message().trim();
    let trouble = Trouble::usage(format!("{place}: {message}"));
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(found) if message.starts_with("unknown") => match nearest(found, quoted) {
            Some(word) => trouble.hint(format!("did you mean `{word}`?")),
            None => trouble,
        },
        _ if message.starts_with("invalid type: string")
            && message.ends_with("expected a sequence") =>
        {
            trouble.hint("write a list, also of one: [\"...\"]")
        }
        _ => trouble,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_found_with_its_place() {
        let trouble = Settings::read("[tenant]\nanonymus_links = \"enabled\"\n").unwrap_err();
        assert!(trouble.message.starts_with(":2:1: unknown field"), "{}", trouble.message);
        assert_eq!(trouble.hint.as_deref(), Some("did you mean `anonymous_links`?"));
        let trouble = Settings::read("[tenant\n").unwrap_err();
        assert!(trouble.message.starts_with(":1:"), "{}", trouble.message);
        let trouble = Settings::read("[tenant]\nanonymous_links = \"on\"\n").unwrap_err();
        assert!(trouble.message.contains("\"enabled\""), "{}", trouble.message);
        let trouble = Settings::read("[target]\nproduct = \"business\"\n").unwrap_err();
        assert!(trouble.hint.is_some_and(|it| it.contains("write a list")), "{}", trouble.message);
    }

    #[test]
    fn the_documented_profile_is_understood() {
        let settings = Settings::read(
            "[target]\nbase_url = \"https://graph.microsoft.com\"\ndrive = \"me\"\n\
             [tenant]\nanonymous_links = \"disabled\"\npremium = true\nexpiration_policy_days = 0\n\
             [addresses]\nuser = \"ellen@contoso.com\"\n",
        )
        .unwrap();
        assert_eq!(settings.tenant.anonymous_links, Some(false));
        assert_eq!(settings.addresses.user.as_deref(), Some("ellen@contoso.com"));
    }
}
