//! `rules check` and `rules fingerprint`: saved pages of the documentation, read and compared.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::output::{eprintln, print, println};
use super::trouble::Trouble;
use crate::rules::{Catalogue, Drift, Gone, Page, fingerprint};

/// The largest page that is read: the documentation's pages have some hundred kilobytes, their frame included.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Compares saved pages with the page that was read: 0 when nothing changed, 1 when something did.
pub(super) fn check(catalogue: &Catalogue, pages: &[PathBuf]) -> Result<u8, Trouble> {
    let mut changed = false;
    for path in pages {
        let page = Page::read(&text_of(path)?);
        let drift = Drift::of(&page, catalogue).map_err(|unknown| {
            Trouble::usage(format!("{}: {unknown}", name_of(path))).hint(
                "save the page driveItem: createLink (its address is the first of `linkspec rules show IDEM-02`), as Markdown, HTML or text",
            )
        })?;
        tell(path, &drift, catalogue);
        changed |= drift.is_change();
    }
    Ok(u8::from(changed))
}

/// Prints a page as sections of `sources.toml` and entries of `statements.toml`.
pub(super) fn print_fingerprint(path: &Path) -> Result<u8, Trouble> {
    print!("{}", fingerprint(&Page::read(&text_of(path)?)));
    Ok(0)
}

fn text_of(path: &Path) -> Result<String, Trouble> {
    let name = name_of(path);
    let unreadable =
        |error: std::io::Error| Trouble::usage(format!("{name} cannot be read: {error}"));
    let mut bytes = Vec::new();
    let limit = LARGEST + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Trouble::usage(format!(
            "{name} is no saved page: it is larger than {} MiB",
            LARGEST >> 20
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Trouble::usage(format!("{name} is no UTF-8 text")).hint("save the page as UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Trouble::usage(format!("{name} is empty")).hint("save the page again"));
    }
    Ok(text)
}

fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

fn tell(path: &Path, drift: &Drift, catalogue: &Catalogue) {
    let read = catalogue.sources.list.first();
    let date = read.map(|it| it.read.to_string()).unwrap_or_default();
    if drift.is_change() {
        println!("{}: changed since the page was read ({date})", name_of(path));
    } else {
        println!("{}: nothing changed since the page was read ({date})", name_of(path));
    }
    list("quotations that no longer stand", drift.quotations_gone.iter().map(gone));
    list("statements gone or said otherwise", drift.statements_gone.iter().map(gone));
    list("statements new", drift.statements_new.iter().map(|it| safe(it)));
    list("new in tables and code", drift.names_new.iter().map(|it| safe(it)));
    list("gone from tables and code", drift.names_gone.iter().map(|it| safe(it)));
    list("reworded, meaning the same", drift.reworded.iter().map(|it| safe(it)));
    list("to know", drift.remarks.iter().map(|it| safe(it)));
    if !drift.is_change() && drift.quotations > 0 {
        eprintln!("{} quotations stand", drift.quotations);
    }
}

fn list(title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        println!("  {title}:");
    }
    for line in lines {
        println!("    {line}");
    }
}

fn gone(gone: &Gone) -> String {
    let mut text = gone.what.clone();
    if let Some(words) = &gone.words {
        text.push_str(&format!(": \"{}\"", safe(words)));
    }
    if let Some(nearest) = &gone.nearest {
        text.push_str(&format!(
            "\n      nearest on the page, which may mean something else: {}",
            safe(nearest)
        ));
    }
    text
}

/// What a file says must not move the cursor.
fn safe(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}
