//! `linkspec.toml`, and its schema: every option of `run` has a key here. An option wins over a variable, a variable
//! over the file, the file over the default.

use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{RunOptions, TargetOptions};
use super::trouble::Trouble;
use crate::drive::Addresses;
use crate::graph::Tenant;
use crate::nearest::nearest;
use crate::sign_in::SignInSettings;

/// The file looked for in the folder a command is run in.
pub const FILE: &str = "linkspec.toml";

/// What a settings file says.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFile {
    /// Where requests go.
    pub target: TargetOptions,
    /// What the tenant or account allows. Leave out what you do not know: its rules are then not run.
    pub tenant: Tenant,
    /// Further documented ways to the same drive.
    pub addresses: Addresses,
    /// Where tokens come from, one table an identity.
    pub sign_in: SignInSettings,
    /// How to run: the options of linkspec run.
    pub run: RunOptions,
}

impl SettingsFile {
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

    /// The JSON Schema (2020-12) of the file.
    pub(super) fn schema() -> Value {
        let settings =
            SchemaSettings::draft2020_12().with_transform(RecursiveTransform(as_in_toml));
        let mut schema = settings.into_generator().into_root_schema_for::<Self>();
        schema.insert(
            "title".to_owned(),
            "linkspec.toml: settings and tenant profile of linkspec".into(),
        );
        schema.to_value()
    }
}

/// TOML has no null, and what a key is when it is left out stands in its description.
fn as_in_toml(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    for keyword in ["default", "format"] {
        schema.shift_remove(keyword);
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|it| !it.is_null());
    }
    if let Some(kinds) = schema.get_mut("type")
        && let Some([kind, null]) = kinds.as_array().map(Vec::as_slice)
        && null == "null"
    {
        *kinds = kind.clone();
    }
    if let Some([Value::Object(only), null]) =
        schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
        && null["type"] == "null"
    {
        let only = only.clone();
        schema.shift_remove("anyOf");
        for (keyword, value) in only {
            schema.entry(keyword).or_insert(value);
        }
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
        let trouble = SettingsFile::read("[tenant]\nanonymus_links = \"enabled\"\n").unwrap_err();
        assert!(trouble.message.starts_with(":2:1: unknown field"), "{}", trouble.message);
        assert_eq!(trouble.hint.as_deref(), Some("did you mean `anonymous_links`?"));
        let trouble = SettingsFile::read("[tenant\n").unwrap_err();
        assert!(trouble.message.starts_with(":1:"), "{}", trouble.message);
        let trouble = SettingsFile::read("[tenant]\nanonymous_links = \"on\"\n").unwrap_err();
        assert!(trouble.message.contains("\"enabled\""), "{}", trouble.message);
        let trouble = SettingsFile::read("[target]\nproduct = \"business\"\n").unwrap_err();
        assert!(trouble.hint.is_some_and(|it| it.contains("write a list")), "{}", trouble.message);
    }

    #[test]
    fn the_documented_profile_is_understood() {
        let settings = SettingsFile::read(
            "[target]\nbase_url = \"https://graph.microsoft.com\"\ndrive = \"me\"\n\
             [tenant]\nanonymous_links = \"disabled\"\npremium = true\nexpiration_policy_days = 0\n\
             [addresses]\nuser = \"ellen@contoso.com\"\n",
        )
        .unwrap();
        assert_eq!(settings.tenant.anonymous_links, Some(false));
        assert_eq!(settings.addresses.user.as_deref(), Some("ellen@contoso.com"));
    }
}
