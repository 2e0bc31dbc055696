//! Something wrong with a file of `features/`, and its place.

use std::fmt;

/// Something wrong with a feature, found before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn at(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.file, self.message),
            line => write!(formatter, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// What is wrong with a TOML file, with its line.
pub(super) fn in_toml(file: &str, text: &str, error: &toml::de::Error) -> Mistake {
    let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
    Mistake::at(file, line, error.message().to_owned())
}
