//! The text of an HTML page, written as Markdown: headings, table rows, code, and nothing of its frame.

/// Elements whose content is not the page's.
const DROPPED: [&str; 13] = [
    "script", "style", "nav", "aside", "header", "footer", "button", "form", "svg", "noscript",
    "template", "head", "select",
];

/// Elements that end a line.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "section",
    "article",
    "ul",
    "ol",
    "li",
    "br",
    "table",
    "thead",
    "tbody",
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
    let mut text = String::with_capacity(html.len() / 2);
    let (mut in_code, mut in_row) = (false, false);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        add(&mut text, &rest[..start], in_code);
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        let is_tag = rest[1..]
            .starts_with(|it: char| it.is_ascii_alphabetic() || matches!(it, '/' | '!' | '?'));
        let end = rest.find('>').filter(|_| is_tag);
        let Some(end) = end else {
            text.push('<');
            rest = &rest[1..];
            continue;
        };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let (closes, name) = name_of(tag);
        if !closes && DROPPED.contains(&name.as_str()) {
            rest = after_element(rest, &name);
            continue;
        }
        match (name.as_str(), closes) {
            ("pre", false) => {
                in_code = true;
                text.push_str("\n```\n");
            }
            ("pre", true) => {
                in_code = false;
                text.push_str("\n```\n");
            }
            ("tr", closes) => {
                in_row = !closes;
                text.push('\n');
                if in_row {
                    text.push_str("| ");
                }
            }
            ("td" | "th", true) => text.push_str(" | "),
            ("br", _) if in_code => text.push('\n'),
            (name, closes) if is_heading(name) => {
                let level = name.trim_start_matches('h').parse().unwrap_or(1);
                text.push('\n');
                if !closes {
                    text.push_str(&"#".repeat(level));
                    text.push(' ');
                }
            }
            (name, _) if BLOCKS.contains(&name) && !in_code => {
                text.push_str(if in_row { " " } else { "\n\n" });
            }
            _ => {}
        }
    }
    add(&mut text, rest, in_code);
    text
}

/// What a page is about stands in its main element.
fn content(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let Some(start) = lower.find("<main") else { return html };
    let end = lower[start..].find("</main").map_or(html.len(), |end| start + end);
    &html[start..end]
}

fn name_of(tag: &str) -> (bool, String) {
    let (closes, tag) = match tag.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, tag),
    };
    let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
    (closes, name.to_ascii_lowercase())
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// What follows the end of an element; nothing where it never ends.
fn after_element<'t>(rest: &'t str, name: &str) -> &'t str {
    let mut from = 0;
    while let Some(found) = rest[from..].find("</") {
        let start = from + found + 2;
        let closing = rest.get(start..start + name.len());
        if closing.is_some_and(|it| it.eq_ignore_ascii_case(name)) {
            return rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
        }
        from = start;
    }
    ""
}

/// Adds text between tags, its entities decoded; outside code a line end is a space.
fn add(text: &mut String, piece: &str, in_code: bool) {
    let mut rest = piece;
    while let Some(start) = rest.find('&') {
        push(text, &rest[..start], in_code);
        rest = &rest[start..];
        match rest
            .find(';')
            .filter(|end| *end <= 10)
            .and_then(|end| Some((decoded(&rest[1..end])?, end)))
        {
            Some((character, end)) => {
                text.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    push(text, rest, in_code);
}

fn push(text: &mut String, piece: &str, in_code: bool) {
    if in_code {
        text.push_str(piece);
    } else {
        text.extend(piece.chars().map(|it| if matches!(it, '\n' | '\r') { ' ' } else { it }));
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
        "nbsp" => ' ',
        "hellip" => '\u{2026}',
        "ndash" => '\u{2013}',
        "mdash" => '\u{2014}',
        _ => return None,
    })
}
