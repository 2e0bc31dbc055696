//! A saved documentation page, read for its statements, its tables and its requests.

mod examples;
mod html;
mod lines;
mod names;

use lines::Block;
pub use lines::PageForm;
pub use names::Names;

use super::words;

/// A saved page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The form it was saved in.
    pub form: PageForm,
    /// Sentences and table cells with the section they stand in, in their order.
    pub lines: Vec<(String, String)>,
    /// Lines of requests and answers, with their section.
    pub code: Vec<(String, String)>,
    /// What tables and code name.
    pub names: Names,
    /// Other files that are included here, by name: what they say is not on this copy.
    pub included: Vec<String>,
    /// It is written in another language than the one that rules quote.
    pub is_translation: bool,
}

impl Page {
    /// Reads a page, in whichever form it was saved.
    pub fn read(text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let form = form_of(&text);
        let mut blocks = match form {
            PageForm::Html => lines::read(&html::as_text(&text), PageForm::Markdown),
            other => lines::read(&text, other),
        };
        if form == PageForm::Html {
            without_frame(&mut blocks);
        }
        let mut included = Vec::new();
        let mut section = "introduction".to_owned();
        let (mut prose, mut code) = (Vec::new(), Vec::new());
        for block in &blocks {
            match block {
                // The title is no section.
                Block::Heading(1, _) => {}
                Block::Included(name) if SNIPPETS.contains(&name.as_str()) => {}
                Block::Included(name) => included.push(name.clone()),
                Block::Heading(_, name) => section.clone_from(name),
                Block::Prose(text) => {
                    prose.extend(sentences(text).into_iter().map(|it| (section.clone(), it)));
                }
                Block::Row(cells) => {
                    for cell in cells {
                        prose.extend(sentences(cell).into_iter().map(|it| (section.clone(), it)));
                    }
                }
                Block::Code(block) if names::is_call(block) => {
                    code.extend(block.iter().map(|line| (section.clone(), line.clone())));
                }
                Block::Code(_) => {}
            }
        }
        let is_translation = is_translation(&prose);
        let mut names = Names::read(&blocks, form);
        names.examples =
            examples::read(code.iter().map(|(_, line): &(String, String)| line.as_str()));
        Self { form, lines: prose, code, names, included, is_translation }
    }

    /// The table of permissions stands in another file.
    pub fn includes_permissions(&self) -> bool {
        self.included.iter().any(|it| it == "permissions-table")
    }

    /// The statements: what has enough words to say something.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .map(|(_, text)| text.as_str())
            .filter(|text| words::words(text).len() >= super::statements::FEWEST_WORDS)
    }
}

/// Files that the documentation's repository includes beside every request.
const SNIPPETS: [&str; 2] = ["sample-code", "sdk-documentation"];

/// Headings under which a site asks for opinions, and says what else there is to read.
const FRAME: [&str; 4] = ["feedback", "additional resources", "in this article", "related content"];

/// Leaves out what a site puts before the title and under headings of its own.
fn without_frame(blocks: &mut Vec<Block>) {
    if let Some(title) = blocks.iter().position(|it| matches!(it, Block::Heading(1, _))) {
        blocks.drain(..title);
    }
    let mut in_frame = false;
    blocks.retain(|block| {
        if let Block::Heading(_, name) = block {
            in_frame = FRAME.contains(&name.trim().to_lowercase().as_str());
        }
        !in_frame
    });
}

fn form_of(text: &str) -> PageForm {
    let is_tag = |tag: &str| {
        let lower = tag.to_ascii_lowercase();
        ["<!doctype html", "<html", "<body", "<main"].iter().any(|start| lower.starts_with(start))
    };
    // Markdown may hold a comment or a line break; it does not begin with a tag.
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with('<') && !first.starts_with("<!--")
        || text.lines().any(|line| is_tag(line.trim_start()))
    {
        return PageForm::Html;
    }
    let is_markdown = text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("## ")
            || line.starts_with("```")
            || line.starts_with("|--")
            || line.starts_with("|:-")
    });
    if is_markdown { PageForm::Markdown } else { PageForm::Text }
}

/// A page in another language quotes nothing that rules quote: its letters are mostly not Latin, or its words are
/// not English.
fn is_translation(lines: &[(String, String)]) -> bool {
    let letters = lines.iter().flat_map(|(_, text)| text.chars()).filter(|it| it.is_alphabetic());
    let (mut all, mut foreign) = (0_usize, 0_usize);
    for letter in letters {
        all += 1;
        foreign += usize::from(u32::from(letter) > 0x24f);
    }
    let words: Vec<String> = lines.iter().flat_map(|(_, text)| words::words(text)).collect();
    let english = words.iter().filter(|it| ENGLISH.contains(&it.as_str())).count();
    foreign * 5 > all || english * 20 < words.len()
}

/// Words without which nobody writes a page in English.
const ENGLISH: [&str; 6] = ["the", "of", "is", "to", "that", "with"];

/// The sentences of a text. A piece too short to say something belongs to the sentence beside it.
fn sentences(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = without_label(text.trim());
    let mut pending = String::new();
    while !rest.is_empty() {
        let end = sentence_end(rest);
        let (sentence, after) = rest.split_at(end);
        rest = after.trim_start();
        if !pending.is_empty() {
            pending.push(' ');
        }
        pending.push_str(sentence.trim());
        if words::words(&pending).len() >= super::statements::FEWEST_WORDS {
            found.push(std::mem::take(&mut pending));
        }
    }
    if !pending.is_empty() {
        match found.last_mut() {
            Some(last) => {
                last.push(' ');
                last.push_str(&pending);
            }
            None => found.push(pending),
        }
    }
    found
}

/// A text without the word that marks it as a note: some forms set it apart, as a heading or by colour.
fn without_label(text: &str) -> &str {
    let bare = text.trim_start_matches(['*', '_', '>', ' ']);
    ["Note:", "Important:", "Tip:", "Caution:", "Warning:"]
        .iter()
        .find_map(|label| bare.strip_prefix(label))
        .map_or(text, |rest| rest.trim_start_matches(['*', '_', ' ']))
}

/// Where the first sentence ends.
fn sentence_end(text: &str) -> usize {
    for (index, character) in text.char_indices() {
        if !matches!(character, '.' | '!' | '?') {
            continue;
        }
        let after = index + character.len_utf8();
        let rest = text[after..].trim_start_matches(['*', '`', ')', '"', '\'', '_']);
        let next = rest.trim_start();
        let begins = next.trim_start_matches(['*', '`', '(', '[', '"', '\'', '_']).chars().next();
        if next.len() < rest.len() && begins.is_some_and(|it| it.is_uppercase() || it.is_numeric())
        {
            return text.len() - rest.len();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_pieces_belong_to_the_sentence_beside_them() {
        assert_eq!(
            sentences(
                "Optional. If `true` (default), all is kept. See **Files.ReadWrite.All** there."
            ),
            ["Optional. If `true` (default), all is kept.", "See **Files.ReadWrite.All** there."]
        );
        assert_eq!(
            sentences("It is set by the creator. Optional."),
            ["It is set by the creator. Optional."]
        );
        assert_eq!(sentences("view"), ["view"]);
        assert!(sentences(" ").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let _ = Page::read(&text);
        }

        #[test]
        fn any_markup_can_be_read(parts in prop::collection::vec("(<[/!]?[a-z]{0,6}[ >]?|&[#a-z0-9]{0,6};?|```|\\||## |[a-zA-Z. ]{0,8}|\n)", 0..40)) {
            let _ = Page::read(&parts.concat());
        }
    }
}
