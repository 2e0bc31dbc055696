//! `linkspec reference`: docs/reference.md, made from the command line itself and the schema of the settings file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Arg, Args, Command};
use serde_json::Value;

use super::output::{print, println};
use super::settings::SettingsFile;
use super::trouble::Trouble;
use crate::graph::Identity;
use crate::report::json;

/// What to print.
#[derive(Debug, Args)]
pub struct ReferenceArguments {
    /// The schema of the JSON report instead, as schemas/report.schema.json has it
    #[arg(long)]
    report_schema: bool,
    /// The schema of linkspec.toml instead, as schemas/linkspec.schema.json has it
    #[arg(long, conflicts_with = "report_schema")]
    settings_schema: bool,
}

/// Prints the page, or a schema.
pub(super) fn reference(arguments: &ReferenceArguments) -> Result<u8, Trouble> {
    if arguments.report_schema {
        println!("{:#}", json::schema());
    } else if arguments.settings_schema {
        println!("{:#}", SettingsFile::schema());
    } else {
        print!("{}", page());
    }
    Ok(0)
}

fn page() -> String {
    let mut text = String::from(
        "# Every option, variable and key\n\n\
         Made by `linkspec reference`; a test keeps it true. An option wins over its variable, a variable over\n\
         `linkspec.toml`, the file over the default. A flag's variable is `true` or `false`; of options that repeat,\n\
         the variable holds several with commas between them.\n",
    );
    let mut command = super::command();
    command.build();
    text.push_str("\n## Every command\n");
    table(&mut text, command.get_arguments().filter(|it| it.is_global_set()).collect());
    for subcommand in command.get_subcommands() {
        subcommand_section(&mut text, subcommand, "linkspec");
    }
    text.push_str("\n## Tokens\n\n| identity | variable |\n|---|---|\n");
    for identity in Identity::SIGNED_IN {
        if let Some(variable) = identity.token_variable() {
            let _ = writeln!(text, "| {} | `{variable}` |", identity.phrase());
        }
    }
    text.push_str(
        "\n## linkspec.toml\n\n`linkspec init` writes one, with the schema beside it for editors.\n\n\
         | key | values | meaning |\n|---|---|---|\n",
    );
    let schema = SettingsFile::schema();
    keys(&mut text, &schema, &schema, "", &mut BTreeMap::new());
    text
}

fn subcommand_section(text: &mut String, command: &Command, parent: &str) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = format!("{parent} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(text, "\n## {name}\n\n{about}.");
    let shown = |argument: &&Arg| {
        !argument.is_hide_set()
            && !argument.is_global_set()
            && !["help", "version"].contains(&argument.get_id().as_str())
    };
    table(text, command.get_arguments().filter(shown).collect());
    for inner in command.get_subcommands() {
        subcommand_section(text, inner, &name);
    }
}

fn table(text: &mut String, arguments: Vec<&Arg>) {
    if !arguments.is_empty() {
        text.push_str("\n| option | variable | meaning |\n|---|---|---|\n");
    }
    for argument in arguments {
        let variable =
            argument.get_env().map(|it| format!("`{}`", it.to_string_lossy())).unwrap_or_default();
        let _ = writeln!(text, "| `{}` | {variable} | {} |", called(argument), meaning(argument));
    }
}

/// How an argument is written: `--budget <N>`.
fn called(argument: &Arg) -> String {
    let values: Vec<String> = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .unwrap_or_default()
        .iter()
        .map(|name| format!("<{}>", name.replace('|', "\\|")))
        .collect();
    let flag = match (argument.get_long(), argument.get_short()) {
        (Some(long), Some(short)) => format!("-{short}, --{long}"),
        (Some(long), None) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => String::new(),
    };
    format!("{flag} {}", values.join(" ")).trim().to_owned()
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut text = help.replace('|', "\\|").replace('\n', " ");
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        let _ = write!(text, ": {}", values.join(", "));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|it| it.to_string_lossy().into_owned()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(text, " [default: {}]", defaults.join(", "));
    }
    text
}

/// The keys of an object's schema, a row each, and those below them: of several tables of one kind, below the first.
fn keys<'s>(
    text: &mut String,
    root: &'s Value,
    schema: &'s Value,
    prefix: &str,
    told: &mut BTreeMap<&'s str, String>,
) {
    let Some(properties) = schema["properties"].as_object() else { return };
    for (key, property) in properties {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let described = property["description"].as_str().unwrap_or_default().replace('|', "\\|");
        let kind = property["$ref"].as_str();
        let property = resolved(root, property);
        if !property["properties"].is_object() {
            let _ = writeln!(text, "| `{name}` | {} | {described} |", values(root, property));
        } else if let Some(first) = kind.and_then(|it| told.get(it)) {
            let _ = writeln!(text, "| `[{name}]` | as `[{first}]` | {described} |");
        } else {
            let _ = writeln!(text, "| `[{name}]` | | {described} |");
            keys(text, root, property, &name, told);
            told.extend(kind.map(|kind| (kind, name)));
        }
    }
}

/// What a key may be set to.
fn values(root: &Value, property: &Value) -> String {
    let property = resolved(root, property);
    let of = |keyword: &str| property[keyword].as_array().map(Vec::as_slice).unwrap_or_default();
    let constants = of("oneOf").iter().map(|it| &it["const"]);
    let known: Vec<String> =
        of("enum").iter().chain(constants).map(|it| format!("`{it}`")).collect();
    if !known.is_empty() {
        return known.join(", ");
    }
    match property["type"].as_str() {
        Some("array") => format!("list of {}", values(root, &property["items"])),
        Some(kind) => kind.to_owned(),
        None => {
            let either: Vec<String> = of("anyOf").iter().map(|it| values(root, it)).collect();
            either.join(", or ")
        }
    }
}

/// What a `$ref` points at, or the schema itself.
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    reference.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}
