//! The command line that starts an adapter.

use std::fmt;

use tokio::process::Command;

use crate::sign_in::SecretVariables;

/// A command line in one text, as `--sdk` takes it: words apart by blanks, quotation marks keep words
/// together, a backslash takes the next character as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterCommand {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    text: String,
    secrets: SecretVariables,
}

/// Why a text is no command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is no word in it.
    #[error("the command is empty")]
    Empty,
    /// A quotation mark is opened and not closed.
    #[error("a quotation mark ({0}) is not closed")]
    NotClosed(char),
}

impl AdapterCommand {
    /// Reads a command line.
    ///
    /// # Errors
    /// When it is empty or a quotation mark is not closed.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some(open), _) if character == open => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(character);
                    word.get_or_insert_default();
                }
                (None | Some('"'), '\\') => {
                    word.get_or_insert_default().extend(characters.next());
                }
                (None, _) if character.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(character),
            }
        }
        if let Some(open) = quote {
            return Err(CommandError::NotClosed(open));
        }
        words.extend(word);
        let mut words = words.into_iter();
        let program = words.next().ok_or(CommandError::Empty)?;
        Ok(Self {
            program,
            arguments: words.collect(),
            text: text.trim().to_owned(),
            secrets: SecretVariables::default(),
        })
    }

    /// Tells which variables hold secrets; tokens are kept from it anyhow.
    #[must_use]
    pub fn without(mut self, secrets: SecretVariables) -> Self {
        self.secrets = secrets;
        self
    }

    /// The process to start. Whatever a library does with its environment, it finds no secret there.
    pub(super) fn process(&self) -> Command {
        let mut process = Command::new(&self.program);
        self.secrets.hide_all_from(&mut process);
        process.args(&self.arguments);
        process
    }
}

impl fmt::Display for AdapterCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let command = AdapterCommand::parse(text).unwrap();
        [vec![command.program], command.arguments].concat()
    }

    #[test]
    fn words_and_quotation_marks() {
        assert_eq!(words("node adapter.js"), ["node", "adapter.js"]);
        assert_eq!(words(r#"  "/a b/c" 'd "e' f\ g "" "#), ["/a b/c", "d \"e", "f g", ""]);
        assert_eq!(words(r#"a"b c"d"#), ["ab cd"]);
        assert_eq!(AdapterCommand::parse("  "), Err(CommandError::Empty));
        assert_eq!(AdapterCommand::parse("a 'b"), Err(CommandError::NotClosed('\'')));
    }
}
