//! A page in Markdown or plain text, as headings, prose, table rows and code.

use std::sync::LazyLock;

use regex::Regex;

/// In which form the page was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageForm {
    /// As in the repository of the documentation.
    Markdown,
    /// As a browser saves it.
    Html,
    /// Text alone: headings and tables cannot be told from it, and parts may be missing.
    Text,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// Another file that is included here, by its name.
    Included(String),
    /// A heading, with its level.
    Heading(usize, String),
    /// A paragraph; in plain text a line.
    Prose(String),
    /// A row of a table.
    Row(Vec<String>),
    /// Lines of code.
    Code(Vec<String>),
}

/// Reads a page.
pub(super) fn read(text: &str, form: PageForm) -> Vec<Block> {
    let text = without_comments(without_front_matter(text));
    match form {
        PageForm::Text => plain(&text),
        PageForm::Markdown | PageForm::Html => markdown(&text),
    }
}

fn without_front_matter(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}');
    text.strip_prefix("---\n")
        .and_then(|rest| rest.find("\n---").map(|end| &rest[end + 4..]))
        .unwrap_or(text)
}

fn without_comments(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        clean.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    clean.push_str(rest);
    clean
}

fn markdown(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    let mut code: Option<Vec<String>> = None;
    let mut in_snippet = false;
    for raw in text.lines() {
        let line = raw.trim();
        // Of a request in several languages the request itself is the page's: snippets are generated.
        if let Some((_, tab)) = line.split_once("](#tab/").filter(|_| line.starts_with("# ")) {
            in_snippet = !tab.starts_with("http");
        } else if in_snippet && (line.starts_with("---") || line.starts_with("##")) {
            in_snippet = false;
        }
        if in_snippet {
            continue;
        }
        if line.starts_with("```") || line.starts_with("~~~") {
            flush(&mut paragraph, &mut blocks);
            match code.take() {
                Some(lines) => blocks.push(Block::Code(lines)),
                None => code = Some(Vec::new()),
            }
            continue;
        }
        if let Some(lines) = &mut code {
            lines.push(line.to_owned());
            continue;
        }
        let line = line.trim_start_matches(['>', ' ']);
        let hashes = line.len() - line.trim_start_matches('#').len();
        let (listed, line) = unlisted(line);
        if let Some(included) = included(line) {
            flush(&mut paragraph, &mut blocks);
            blocks.push(Block::Included(included));
        } else if line.is_empty()
            || line.starts_with("[!")
            || line.starts_with("---")
            || line.contains("](#tab/")
        {
            flush(&mut paragraph, &mut blocks);
        } else if (1..=6).contains(&hashes) && line[hashes..].starts_with(' ') {
            flush(&mut paragraph, &mut blocks);
            blocks.push(Block::Heading(hashes, unlinked(line[hashes..].trim())));
        } else if line.starts_with('|') {
            flush(&mut paragraph, &mut blocks);
            let cells = cells(line);
            if !cells.iter().all(|cell| cell.chars().all(|it| matches!(it, '-' | ':' | ' '))) {
                blocks.push(Block::Row(cells));
            }
        } else {
            if listed {
                flush(&mut paragraph, &mut blocks);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(&unlinked(line));
        }
    }
    flush(&mut paragraph, &mut blocks);
    blocks.extend(code.map(Block::Code));
    blocks
}

/// What a line includes, by its label: `[!INCLUDE [permissions-table](../includes/permissions/x.md)]`.
fn included(line: &str) -> Option<String> {
    let rest = line.get(..9).filter(|it| it.eq_ignore_ascii_case("[!include"))?;
    let (label, _) = line[rest.len()..].trim_start().strip_prefix('[')?.split_once(']')?;
    Some(label.to_owned())
}

fn flush(paragraph: &mut String, blocks: &mut Vec<Block>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Prose(std::mem::take(paragraph)));
    }
}

/// A line without the mark of a list, and whether it had one.
fn unlisted(line: &str) -> (bool, &str) {
    for mark in ["* ", "- ", "+ ", "\u{2022} "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return (true, rest.trim_start());
        }
    }
    (false, line)
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .replace("\\|", "\u{1}")
        .split('|')
        .map(|cell| unlinked(cell.trim()).replace('\u{1}', "|"))
        .collect()
}

/// The text of links, without where they lead; and no line break.
fn unlinked(text: &str) -> String {
    static LINK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|<br ?/?>").ok());
    match LINK.as_ref() {
        Some(link) => link
            .replace_all(text, |found: &regex::Captures<'_>| {
                found.get(1).map_or(" ", |label| label.as_str()).to_owned()
            })
            .into_owned(),
        None => text.to_owned(),
    }
}

/// Plain text: a line is a paragraph, a cell, or code.
fn plain(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut code: Vec<String> = Vec::new();
    let mut depth = 0_i32;
    for raw in text.lines() {
        let line = raw.trim();
        let starts_call = is_call_line(line);
        if !code.is_empty()
            && ((starts_call && depth <= 0 && !is_address(line, &code))
                || line.is_empty() && depth <= 0 && code.iter().any(|it| it.starts_with('{')))
        {
            blocks.push(Block::Code(std::mem::take(&mut code)));
            depth = 0;
        }
        if line.is_empty() {
            continue;
        }
        if depth > 0 || is_code(line) {
            depth += braces(line);
            code.push(line.to_owned());
            if depth <= 0 && line.starts_with('}') {
                blocks.push(Block::Code(std::mem::take(&mut code)));
                depth = 0;
            }
            continue;
        }
        if !code.is_empty() {
            blocks.push(Block::Code(std::mem::take(&mut code)));
            depth = 0;
        }
        let (_, line) = unlisted(line);
        // Browsers copy the cells of a row with tabulators between them.
        let cells = line.split('\t').map(str::trim).filter(|it| !it.is_empty());
        blocks.extend(cells.map(|it| Block::Prose(it.to_owned())));
    }
    if !code.is_empty() {
        blocks.push(Block::Code(code));
    }
    blocks
}

/// The method and the address of the first line of a request.
pub(super) fn method_and_address(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let address = rest.split_whitespace().next()?;
    let is_one = address.starts_with('/') || address.contains("://");
    let is_known = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"].contains(&method);
    (is_one && is_known).then_some((method, address))
}

/// Whether a request or an answer begins with that line.
pub(super) fn is_call_line(line: &str) -> bool {
    line.starts_with("HTTP/") || method_and_address(line).is_some()
}

/// One of several addresses that stand below each other.
fn is_address(line: &str, before: &[String]) -> bool {
    let is_path = |line: &str| method_and_address(line).is_some_and(|(_, it)| it.starts_with('/'));
    is_path(line) && before.iter().all(|it| is_path(it))
}

/// How much deeper in braces a line ends than it began.
pub(super) fn braces(line: &str) -> i32 {
    line.chars().fold(0, |depth, it| match it {
        '{' => depth + 1,
        '}' => depth - 1,
        _ => depth,
    })
}

/// Whether a line of plain text is code: a call, JSON, or a line of a snippet.
fn is_code(line: &str) -> bool {
    const BEGIN: [&str; 19] = [
        "//", "#", "import ", "import(", "using ", "var ", "from ", "<?php", "$", "{", "}", "(",
        ")", "\"", "use ", "com.", "@", "[", "->",
    ];
    is_call_line(line)
        || line.to_ascii_lowercase().starts_with("content-type: ")
        || BEGIN.iter().any(|start| line.starts_with(start))
        || line.ends_with([';', '{', '(', ','])
        || [" := ", " = ", "->", "()", ".Set"].iter().any(|mark| line.contains(mark))
}
