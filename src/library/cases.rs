//! Cases written out, so that an adapter can be fed one of them under a debugger.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::protocol::{create_link_line, hello_line};
use crate::graph::Conversation;
use crate::story::{Script, Story};

/// A case cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A folder or file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file is no case.
    #[error("{} is no case: {what}", path.display())]
    NoCase {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

/// A case that was written, as far as the service has to know it.
#[derive(Debug, Clone)]
pub struct WrittenCase {
    /// The Given and When lines.
    pub lines: Vec<String>,
    /// What the service does.
    pub script: Script,
    /// What the application asks for.
    pub asked: Map<String, Value>,
}

/// Reads a case: the questions from `path`, and the story from the file of the same name beside it.
///
/// # Errors
/// Names the file that cannot be read, or is no case.
pub fn read_case(path: &Path) -> Result<WrittenCase, CaseError> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })
    };
    let no_case = |what: String| CaseError::NoCase { path: path.to_owned(), what };
    let questions = read(&path.with_extension(QUESTIONS))?;
    let asked = questions
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|mut question| match question["request"].take() {
            Value::Object(asked) => Some(asked),
            _ => None,
        })
        .ok_or_else(|| no_case("no line of it asks for a link".to_owned()))?;
    let lines: Vec<String> =
        read(&path.with_extension(STORY))?.lines().map(str::to_owned).collect();
    let mut story = Story::default();
    for line in &lines {
        if let Some((_, deed)) = line.split_once(" the service ") {
            story.script.service(deed).map_err(no_case)?;
        }
    }
    Ok(WrittenCase { lines, script: story.script, asked })
}

/// The file with what is asked, and the one with the story.
const QUESTIONS: &str = "ndjson";
const STORY: &str = "story";

/// Writes a request file for each conversation, which asks the same again when it is piped into the adapter, and
/// the story beside it.
///
/// The port is of the run and closed by then, so the files name `base_url`, where something has to listen.
///
/// # Errors
/// Names the file that cannot be written.
pub fn write_cases(
    folder: &Path,
    conversations: &[Conversation],
    base_url: &str,
) -> Result<Vec<PathBuf>, CaseError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| CaseError::Unwritable { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut written = Vec::new();
    for (index, conversation) in conversations.iter().enumerate() {
        let path = folder.join(format!("{:03}-{}.{QUESTIONS}", index + 1, name(conversation)));
        let mut lines = vec![hello_line(0)];
        for (id, call) in (1..).zip(&conversation.calls) {
            let mut asked = call.asked.clone();
            asked.base_url = base_url.to_owned();
            lines.push(create_link_line(id, &asked));
        }
        let text = format!("{}\n", lines.join("\n"));
        std::fs::write(&path, text).map_err(failed(&path))?;
        let story = path.with_extension(STORY);
        let text = format!("{}\n", conversation.lines.join("\n"));
        std::fs::write(&story, text).map_err(failed(&story))?;
        written.push(path);
    }
    Ok(written)
}

/// The story as a file name: what the service does, and what is asked for.
fn name(conversation: &Conversation) -> String {
    let words = conversation
        .lines
        .iter()
        .filter(|line| !line.ends_with("a new file"))
        .map(|line| line.split_once(' ').map_or(line.as_str(), |(_, rest)| rest))
        .map(|line| line.replace("the application asks for ", "").replace("the service ", ""))
        .collect::<Vec<_>>()
        .join(" ");
    let mut name = String::new();
    for character in words.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(60);
    name.trim_end_matches('-').to_owned()
}
