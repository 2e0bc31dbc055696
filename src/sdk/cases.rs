//! Cases written out, so that an adapter can be fed one of them under a debugger.

use std::path::{Path, PathBuf};

use super::protocol::{create_link_line, hello_line};
use crate::graph::Conversation;

/// A folder or file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}", path.display())]
pub struct CaseError {
    path: PathBuf,
    source: std::io::Error,
}

/// Writes a request file for each conversation: `ADAPTER < FILE` asks the same again.
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
        move |source| CaseError { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut written = Vec::new();
    for (index, conversation) in conversations.iter().enumerate() {
        let path = folder.join(format!("{:03}-{}.ndjson", index + 1, name(conversation)));
        let mut lines = vec![hello_line(0)];
        for (id, call) in (1..).zip(&conversation.calls) {
            let mut asked = call.asked.clone();
            asked.base_url = base_url.to_owned();
            lines.push(create_link_line(id, &asked));
        }
        let text = format!("{}\n", lines.join("\n"));
        std::fs::write(&path, text).map_err(failed(&path))?;
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
