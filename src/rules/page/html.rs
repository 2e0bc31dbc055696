//! The text of an HTML page, written as Markdown: headings, table rows, code, and nothing of its frame.

use memchr::memmem;

/// Elements whose content is not the page's.
const DROPPED: [&str; 15] = [
    "script", "style", "nav", "aside", "header", "footer", "button", "form", "svg", "noscript",
    "template", "head", "select", "iframe", "dialog",
];

/// Elements that end a line.
const BLOCKS: [&str; 17] = [
    "p",
    "div",
    "section",
    "article",
    "ul",
    "ol",
    "li",
    "br",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "figure",
    "main",
    "hr",
    "details",
    "summary",
];

/// The text of a page.
pub(super) fn as_text(html: &str) -> String {
    let html = content(html);
    let mut out = Text { text: String::with_capacity(html.len() / 2), in_code: false, cells: None };
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.add(&rest[..start]);
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        let Some((tag, after)) = tag_at(rest) else {
            out.push("<");
            rest = &rest[1..];
            continue;
        };
        rest = after;
        let tag = Tag::of(tag);
        if tag.is_frame() {
            rest = after_element(rest, &tag.name);
        } else {
            out.tag(&tag);
        }
    }
    out.add(rest);
    out.text
}

/// What a page is about stands in its main element: the longest, a script may write another.
fn content(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let mains = memmem::find_iter(lower.as_bytes(), b"<main").take(8).map(|start| {
        let end = lower[start..].find("</main").map_or(html.len(), |end| start + end);
        &html[start..end]
    });
    mains.max_by_key(|it| it.len()).unwrap_or(html)
}

/// The tag a text begins with, without its brackets, and what follows it. A value in quotation marks may hold a
/// bracket.
fn tag_at(text: &str) -> Option<(&str, &str)> {
    let is_tag =
        text[1..].starts_with(|it: char| it.is_ascii_alphabetic() || matches!(it, '/' | '!' | '?'));
    if !is_tag {
        return None;
    }
    let (mut quoted, mut is_value) = (None, false);
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match (quoted, byte) {
            (Some(mark), _) if byte == mark => quoted = None,
            (Some(_), _) => {}
            (None, b'>') => return Some((&text[1..index], &text[index + 1..])),
            (None, b'"' | b'\'') if is_value => quoted = Some(byte),
            _ => {}
        }
        is_value = byte == b'=' || is_value && byte.is_ascii_whitespace();
    }
    // It never ends, so neither does any after it: what is left is no text.
    Some((&text[1..], ""))
}

/// A tag, as far as it matters.
struct Tag<'t> {
    closes: bool,
    name: String,
    attributes: &'t str,
}

impl<'t> Tag<'t> {
    fn of(text: &'t str) -> Self {
        let (closes, text) = match text.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let end = text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '-'));
        let (name, attributes) = text.split_at(end.unwrap_or(text.len()));
        Self { closes, name: name.to_ascii_lowercase(), attributes }
    }

    /// Not shown, or shown around every page; of code in several languages, all but the request itself.
    fn is_frame(&self) -> bool {
        if self.closes || self.attributes.trim_end().ends_with('/') {
            return false;
        }
        if DROPPED.contains(&self.name.as_str()) {
            return true;
        }
        match self.attribute("role").as_deref() {
            Some("navigation") => true,
            // The panel of the request may be a hidden one: another language was chosen.
            Some("tabpanel") => self.attribute("data-tab").is_some_and(|it| it != "http"),
            _ => {
                matches!(self.name.as_str(), "div" | "section" | "p" | "ul")
                    && (self.attribute("hidden").is_some()
                        || self.attribute("class").is_some_and(|it| it.contains("metadata")))
            }
        }
    }

    /// The value of an attribute in lower case, empty where it has none.
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|it: char| it == '=' || it.is_whitespace()).unwrap_or(rest.len());
            let name = &rest[..end];
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let mark = after.chars().next().filter(|it| matches!(it, '"' | '\''));
                let inner = &after[mark.map_or(0, char::len_utf8)..];
                let is_end = |it: char| mark.map_or(it.is_whitespace(), |mark| it == mark);
                let end = inner.find(is_end).unwrap_or(inner.len());
                value = &inner[..end];
                rest = inner[end..].trim_start_matches(['"', '\'']).trim_start();
            }
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value.to_ascii_lowercase());
            }
            if name.is_empty() && value.is_empty() {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        None
    }
}

/// What follows the end of an element; nothing where it never ends.
fn after_element<'t>(mut rest: &'t str, name: &str) -> &'t str {
    if matches!(name, "script" | "style") {
        // What stands in these is no markup.
        let end = format!("</{name}");
        let found = memmem::find_iter(rest.as_bytes(), b"</").find(|at| {
            rest.get(*at..at + end.len()).is_some_and(|it| it.eq_ignore_ascii_case(&end))
        });
        return found.and_then(|at| tag_at(&rest[at..])).map_or("", |(_, after)| after);
    }
    let mut depth = 1_usize;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let Some((tag, after)) = tag_at(rest) else {
            rest = &rest[1..];
            continue;
        };
        let found = Tag::of(tag);
        if found.name == name {
            depth = if found.closes { depth - 1 } else { depth + 1 };
            if depth == 0 {
                return after;
            }
        }
        rest = after;
    }
    ""
}

/// The text so far.
struct Text {
    text: String,
    in_code: bool,
    /// How many cells the row has in which the text stands.
    cells: Option<usize>,
}

impl Text {
    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name.as_str(), tag.closes) {
            ("pre", closes) => {
                self.end_row();
                self.in_code = !closes;
                self.text.push_str("\n```\n");
            }
            ("br" | "div" | "li" | "p" | "tr", _) if self.in_code => self.text.push('\n'),
            (_, _) if self.in_code => {}
            ("tr", false) => {
                self.end_row();
                self.cells = Some(0);
                self.text.push_str("\n| ");
            }
            // The end of a row, and of a cell, may be left away.
            ("tr" | "table" | "thead" | "tbody", _) => self.end_row(),
            ("td" | "th", false) => {
                let cells = self.cells.get_or_insert(0);
                self.text.push_str(if *cells > 0 { " | " } else { "" });
                *cells += 1;
            }
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", closes) if self.cells.is_none() => {
                self.text.push_str("\n\n");
                if !closes {
                    let level = tag.name[1..].parse().unwrap_or(1);
                    self.text.push_str(&"#".repeat(level));
                    self.text.push(' ');
                }
            }
            (name, _) if BLOCKS.contains(&name) => {
                self.text.push_str(if self.cells.is_some() { " " } else { "\n\n" });
            }
            _ => {}
        }
    }

    fn end_row(&mut self) {
        if self.cells.take().is_some() {
            self.text.push_str(" |\n");
        }
    }

    /// Adds text between tags, its entities decoded.
    fn add(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some(start) = rest.find('&') {
            self.push(&rest[..start]);
            rest = &rest[start..];
            let name = rest.bytes().take(12).position(|it| it == b';');
            match name.and_then(|end| Some((decoded(&rest[1..end])?, end))) {
                Some((character, end)) => {
                    self.push(character.encode_utf8(&mut [0; 4]));
                    rest = &rest[end + 1..];
                }
                None => {
                    self.push("&");
                    rest = &rest[1..];
                }
            }
        }
        self.push(rest);
    }

    /// Outside code a line end is a space; in a cell a bar is no end of it.
    fn push(&mut self, piece: &str) {
        for character in piece.chars() {
            match character {
                '\n' if !self.in_code => self.text.push(' '),
                '|' if self.cells.is_some() => self.text.push_str("\\|"),
                other => self.text.push(other),
            }
        }
    }
}

fn decoded(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "shy" | "zwnj" | "zwj" => '\u{200b}',
        "hellip" => '\u{2026}',
        "ndash" => '\u{2013}',
        "mdash" => '\u{2014}',
        "lbrace" | "lcub" => '{',
        "rbrace" | "rcub" => '}',
        _ => return None,
    })
}
