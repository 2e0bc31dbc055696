//! The command line that starts an adapter.

use std::fmt;

use tokio::process::Command;

use crate::sign_in::SecretVariables;

/// A command line in one text, as `--sdk` takes it: in words as a shell has them, and nothing in them replaced.
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
        let words = shell_words::split(text).map_err(|_| {
            let closes = |mark: &char| shell_words::split(&format!("{text}{mark}")).is_ok();
            CommandError::NotClosed(['\'', '"'].into_iter().find(closes).unwrap_or('"'))
        })?;
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
        assert_eq!(words(r#"a \$HOME "\$b" $c ~ | d"#), ["a", "$HOME", "$b", "$c", "~", "|", "d"]);
        assert_eq!(AdapterCommand::parse("a 'b\""), Err(CommandError::NotClosed('\'')));
        assert_eq!(AdapterCommand::parse("a \"b'"), Err(CommandError::NotClosed('"')));
    }
}
