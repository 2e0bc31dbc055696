//! A saved page as hashes of its words: what a maintainer puts into `sources.toml` and `statements.toml`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Names, Page, statements, words};

/// The page as TOML: its names, its sections, and an entry for each of its statements.
pub fn fingerprint(page: &Page) -> String {
    let mut text = names(&page.names);
    let mut sections: Vec<&str> = Vec::new();
    for (section, _) in page.lines.iter().chain(&page.code) {
        if !sections.contains(&section.as_str()) {
            sections.push(section);
        }
    }
    for section in sections {
        let _ = writeln!(text, "\n[[source.section]]\nname = {}", quoted(section));
        for (member, lines) in [("words", &page.lines), ("code", &page.code)] {
            let lines: Vec<String> = lines
                .iter()
                .filter(|(of, line)| of == section && !words::words(line).is_empty())
                .map(|(_, line)| format!("    {},", quoted(&words::hashes(line).join(" "))))
                .collect();
            if !lines.is_empty() {
                let _ = writeln!(text, "{member} = [\n{}\n]", lines.join("\n"));
            }
        }
    }
    let _ = writeln!(text, "\n# For statements.toml:");
    for (section, line) in &page.lines {
        let hashes = words::hashes(line);
        if hashes.len() >= statements::FEWEST_WORDS {
            let _ = writeln!(
                text,
                "# {}\n[[statement]]\nid = \"\"\nsection = {}\nhash = \"{}\"\nprinted = \"{}\"\n",
                words::printed(line),
                quoted(section),
                statements::hash_of(&hashes.join(" ")),
                words::hash(&words::printed(line)),
            );
        }
    }
    text
}

fn names(names: &Names) -> String {
    let permissions: Vec<String> = names
        .permissions
        .iter()
        .map(|(name, count)| format!("{} = {count}", quoted(name)))
        .collect();
    let property_types: Vec<String> =
        names.property_types.iter().map(|(name, of)| format!("{name} = {}", quoted(of))).collect();
    format!(
        "[source.names]\naddresses = [{}]\nproperties = [{}]\nproperty_types = {{ {} }}\ntypes = [{}]\nscopes = [{}]\npermissions = {{ {} }}\nstatuses = [{}]\n",
        list(&names.addresses),
        list(&names.properties),
        property_types.join(", "),
        list(&names.types),
        list(&names.scopes),
        permissions.join(", "),
        list(&names.statuses),
    ) + &examples(names)
}

/// An example a line, in a table of their own.
fn examples(names: &Names) -> String {
    let mut text = String::new();
    for (name, values) in &names.examples {
        let _ = writeln!(text, "examples.{} = [{}]", quoted(name), list(values));
    }
    text
}

fn list(all: &BTreeSet<String>) -> String {
    all.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|it| !it.is_control()).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}
