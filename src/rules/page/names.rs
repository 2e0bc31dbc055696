//! What the tables and the code of createLink's page name: addresses, properties, values, permissions, statuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use axum::http::StatusCode;
use regex::Regex;
use serde::Deserialize;

use super::super::words;
use super::examples::Examples;
use super::lines::{Block, PageForm, is_call_line, method_and_address};

/// The names a page lists. They are the API's, not sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Addresses that are called with POST, without the service root; with another method, this before them.
    pub addresses: BTreeSet<String>,
    /// Properties of the request body.
    pub properties: BTreeSet<String>,
    /// The types that the table gives them, in lower case.
    #[serde(default)]
    pub property_types: BTreeMap<String, String>,
    /// Values of type.
    pub types: BTreeSet<String>,
    /// Values of scope.
    pub scopes: BTreeSet<String>,
    /// Permissions, with how often each is listed.
    pub permissions: BTreeMap<String, usize>,
    /// Statuses of answers.
    pub statuses: BTreeSet<String>,
    /// The values in example requests and answers.
    #[serde(default)]
    pub examples: Examples,
}

/// Whether a block of code is a request or an answer, and no snippet of a client library.
pub(super) fn is_call(block: &[String]) -> bool {
    let first = block.iter().find(|line| !line.is_empty());
    first.is_some_and(|line| is_call_line(line))
}

/// The address that a line of a request calls: with POST alone, otherwise after its method.
fn address(line: &str) -> Option<String> {
    let (method, address) = method_and_address(line)?;
    let path = without_root(address);
    Some(if method == "POST" { path.to_owned() } else { format!("{method} {path}") })
}

impl Names {
    /// Reads them from a page.
    pub(super) fn read(blocks: &[Block], form: PageForm) -> Self {
        let mut names = Self::default();
        let mut table = Table::Other;
        let mut section = String::new();
        for block in blocks {
            match block {
                Block::Heading(_, name) => {
                    section = name.to_lowercase();
                    table = Table::Other;
                }
                Block::Row(cells) => {
                    match Table::headed_by(cells, &section) {
                        Some(head) => table = head,
                        None => names.row(table, cells),
                    }
                    cells.iter().for_each(|cell| names.text(cell));
                }
                Block::Prose(text) => {
                    table = Table::Other;
                    names.text(text);
                }
                Block::Included(_) => {}
                Block::Code(lines) => {
                    if is_call(lines) {
                        names.call(lines);
                    }
                }
            }
        }
        if form == PageForm::Text {
            names.rows_of_text(blocks);
        }
        names
    }

    /// The first cell of a row, in a table that lists names.
    fn row(&mut self, table: Table, cells: &[String]) {
        let Some(name) = cells.first().and_then(|cell| identifier(cell)) else { return };
        match table {
            Table::Properties if cells.len() > 2 => {
                self.property_types.insert(name.clone(), words::words(&cells[1]).join(" "));
                self.properties.insert(name)
            }
            Table::Types => self.types.insert(name),
            Table::Scopes => self.scopes.insert(name),
            _ => false,
        };
    }

    fn text(&mut self, text: &str) {
        let text = words::printed(text);
        for found in matches(&PERMISSION, &text) {
            *self.permissions.entry(found).or_default() += 1;
        }
        self.statuses_in(&text);
    }

    fn statuses_in(&mut self, text: &str) {
        let known = matches(&STATUS, text).into_iter().filter(|found| {
            let code = found.get(..3).and_then(|code| StatusCode::from_bytes(code.as_bytes()).ok());
            code.is_some_and(|code| code.canonical_reason().is_some())
        });
        self.statuses.extend(known);
    }

    /// A request or an answer: its address, its status, and of a request the members and the values of two.
    fn call(&mut self, lines: &[String]) {
        let mut depth = 0_usize;
        let addresses: Vec<String> = lines.iter().filter_map(|line| address(line)).collect();
        let is_request = !addresses.is_empty();
        self.addresses.extend(addresses);
        for line in lines {
            self.statuses_in(line);
            if is_request && depth == 1 {
                self.member(line);
            }
            for character in line.chars() {
                match character {
                    '{' | '[' => depth += 1,
                    '}' | ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }

    fn member(&mut self, line: &str) {
        let Some((name, value)) =
            line.trim().strip_prefix('"').and_then(|rest| rest.split_once("\":"))
        else {
            return;
        };
        self.properties.insert(name.to_owned());
        let value = value.trim().trim_end_matches(',').trim_matches('"');
        match name {
            "type" => self.types.insert(value.to_owned()),
            "scope" => self.scopes.insert(value.to_owned()),
            _ => false,
        };
    }

    /// In plain text a cell is a line, so a row is a name with a type or a description below it.
    fn rows_of_text(&mut self, blocks: &[Block]) {
        let lines: Vec<&str> = blocks
            .iter()
            .map(|block| if let Block::Prose(text) = block { text.as_str() } else { "" })
            .collect();
        let mut table = Table::Other;
        for pair in lines.windows(2) {
            let [line, next] = pair else { continue };
            let lower = line.to_lowercase();
            if lower.contains("allowed for the type") {
                table = Table::Types;
            } else if lower.contains("allowed for the scope") {
                table = Table::Scopes;
            } else if lower.starts_with("if successful") {
                table = Table::Other;
            }
            let Some(name) = identifier(line) else { continue };
            if is_type(next) {
                self.property_types.insert(name.clone(), words::words(next).join(" "));
                self.properties.insert(name);
            } else if name.starts_with(|it: char| it.is_ascii_lowercase())
                && words::words(next).len() > 2
            {
                match table {
                    Table::Types => self.types.insert(name),
                    Table::Scopes => self.scopes.insert(name),
                    _ => false,
                };
            }
        }
    }
}

/// Which table a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Other,
    Properties,
    Types,
    Scopes,
}

impl Table {
    /// The table that a row is the head of, where it is one.
    fn headed_by(cells: &[String], section: &str) -> Option<Self> {
        let cell = |index: usize| {
            cells.get(index).map(|it| words::words(it).join(" ")).unwrap_or_default()
        };
        match (cell(0).as_str(), cell(1).as_str()) {
            ("name" | "property" | "parameter", "type") => Some(Self::Properties),
            ("name" | "property" | "parameter", "description" | "value") => Some(Self::Other),
            ("type value", _) => Some(Self::Types),
            ("value", _) if section.contains("scope") => Some(Self::Scopes),
            ("value", _) if section.contains("type") => Some(Self::Types),
            _ => None,
        }
    }
}

static PERMISSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*\.(?:Read|ReadBasic|ReadWrite|Write|Selected|Manage|Create|FullControl)(?:\.[A-Z][A-Za-z]+)*(?-u:\b)").ok()
});

static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)[1-5][0-9]{2} [A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)*").ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<String> {
    pattern
        .iter()
        .flat_map(|it| it.find_iter(text))
        .map(|found| found.as_str().to_owned())
        .collect()
}

/// An address without its service root and version.
fn without_root(address: &str) -> &str {
    let Some((_, rest)) = address.split_once("://") else { return address };
    let path = rest.find('/').map_or("", |start| &rest[start..]);
    ["/v1.0", "/beta"].iter().find_map(|version| path.strip_prefix(version)).unwrap_or(path)
}

fn identifier(cell: &str) -> Option<String> {
    let name = words::printed(cell);
    let is_one = !name.is_empty()
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '@' | '_'))
        && name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '@');
    is_one.then_some(name)
}

fn is_type(cell: &str) -> bool {
    let lower = cell.to_lowercase();
    matches!(lower.as_str(), "string" | "boolean" | "datetimeoffset" | "int32" | "int64" | "guid")
        || lower.ends_with(" collection")
        || lower.starts_with("collection(")
}
