//! What an adapter does wrong itself, which is no finding about its library.

use std::fmt;

/// What an adapter did against the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A line that is no JSON.
    Rubbish,
    /// A line that the schema refuses.
    Schema,
    /// An answer to a question nobody asked.
    UnknownId,
    /// A second answer to one question.
    AnsweredTwice,
    /// The process ended.
    Exited,
    /// The process speaks another version of the protocol.
    OtherProtocol,
    /// The process lives and does not answer.
    Silent,
}

/// An adapter that broke the protocol, precisely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterFault {
    /// The kind, for grouping.
    pub kind: FaultKind,
    /// What happened, in words; the schema's complaint where there is one.
    pub detail: String,
    /// The line it printed.
    pub line: Option<String>,
    /// The last lines it wrote to standard error.
    pub stderr: Vec<String>,
}

impl AdapterFault {
    /// What happened in one line, for the reason of a verdict.
    pub fn headline(&self) -> String {
        match &self.line {
            Some(line) => format!("{}: {}", self.detail, shortened(line)),
            None => self.detail.clone(),
        }
    }
}

impl fmt::Display for AdapterFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)?;
        if let Some(line) = &self.line {
            write!(formatter, "\n    line:   {}", shortened(line))?;
        }
        for line in &self.stderr {
            write!(formatter, "\n    stderr: {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for AdapterFault {}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 500;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}... ({} bytes)", &line[..end], line.len()),
        None => line.to_owned(),
    }
}
