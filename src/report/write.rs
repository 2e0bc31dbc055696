//! Reports as files: each appears whole or not at all.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tempfile::NamedTempFile;

use super::suggestion::suggestion;
use super::{Report, har, html, json, junit, markdown, sarif};
use crate::printable::{json_for_log, markup_for_log};

/// The formats of `--report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// linkspec's own, from which all others can be made.
    Json,
    /// JUnit XML, for CI systems.
    Junit,
    /// One self-contained page.
    Html,
    /// SARIF 2.1.0, for code review.
    Sarif,
    /// Markdown, for summaries and comments.
    Markdown,
    /// HTTP Archive 1.2: the exchanges, for every tool that shows such files.
    Har,
}

/// What is wrong with the value of `--report`, or with the file it names.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The format is none of those there are.
    #[error("unknown report format \"{given}\"; {hint}")]
    UnknownFormat {
        /// What was given.
        given: String,
        /// What to give instead.
        hint: String,
    },
    /// There is no path.
    #[error(
        "--report {given}: say where to, as in --report {format}=PATH (\"-\" is standard output)"
    )]
    NoPath {
        /// What was given.
        given: String,
        /// The format, or an example of one.
        format: String,
    },
    /// Two reports would go to one place.
    #[error("two reports are to be written to {path}; give each its own file")]
    Twice {
        /// That place.
        path: String,
    },
    /// The report cannot be written there.
    #[error("a report cannot be written to {path}: {reason}")]
    NotWritable {
        /// The path.
        path: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// The report cannot be put into that format.
    #[error("the {format} report cannot be made: {reason}")]
    NotMade {
        /// The format.
        format: ReportFormat,
        /// Why not.
        reason: String,
    },
}

impl ReportFormat {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::Junit, Self::Html, Self::Sarif, Self::Markdown, Self::Har];

    /// The word used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Har => "har",
        }
    }

    /// What it is for, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Json => "linkspec's own, from which all others can be made",
            Self::Junit => "JUnit XML, for CI systems",
            Self::Html => "one self-contained page",
            Self::Sarif => "SARIF 2.1.0, for code review",
            Self::Markdown => "Markdown, for summaries and comments",
            Self::Har => "HTTP Archive 1.2: the exchanges, for every tool that shows such files",
        }
    }

    /// A report in this format.
    ///
    /// # Errors
    /// When the format has no way to express it.
    pub fn render(self, report: &Report, strict: bool) -> Result<String, WriteError> {
        Ok(match self {
            Self::Json => json::render(report),
            Self::Junit => junit::render(report, strict)
                .map_err(|error| WriteError::NotMade { format: self, reason: error.to_string() })?,
            Self::Html => html::render(report, strict),
            Self::Sarif => sarif::render(report),
            Self::Markdown => markdown::render(report, strict),
            Self::Har => har::render(report),
        })
    }
}

impl ReportFormat {
    /// The same text for standard output, which may be the log of a CI system: no line of it is a command there.
    fn for_log(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Junit | Self::Html | Self::Markdown => markup_for_log(text),
            _ => json_for_log(text),
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for ReportFormat {
    type Err = WriteError;

    fn from_str(text: &str) -> Result<Self, WriteError> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            WriteError::UnknownFormat {
                given: text.to_owned(),
                hint: suggestion(text, &Self::ALL.map(Self::name)),
            }
        })
    }
}

/// One `--report FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTarget {
    /// The format.
    pub format: ReportFormat,
    /// The file; `None` is standard output.
    pub path: Option<PathBuf>,
}

impl FromStr for ReportTarget {
    type Err = WriteError;

    fn from_str(text: &str) -> Result<Self, WriteError> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format: ReportFormat = format.parse()?;
        match path {
            "" => Err(WriteError::NoPath { given: text.to_owned(), format: format.to_string() }),
            "-" => Ok(Self { format, path: None }),
            path => Ok(Self { format, path: Some(PathBuf::from(path)) }),
        }
    }
}

impl ReportTarget {
    /// Writes the report there.
    ///
    /// # Errors
    /// When it cannot be written; an older file at that path is then still as it was.
    pub fn write(&self, report: &Report, strict: bool) -> Result<(), WriteError> {
        let text = self.format.render(report, strict)?;
        match &self.path {
            Some(path) => write_file(path, &text),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(self.format.for_log(&text).as_bytes())
                    .and_then(|()| out.flush())
                    .map_err(|error| not_writable(Path::new("standard output"), &error))
            }
        }
    }
}

/// Finds out before the run whether every report can be written after it.
///
/// # Errors
/// Names the first that cannot, or the place that two of them share.
pub fn check_targets(targets: &[ReportTarget]) -> Result<(), WriteError> {
    for (index, target) in targets.iter().enumerate() {
        if targets[..index].iter().any(|earlier| earlier.path == target.path) {
            let path = target.path.as_ref().map(|it| it.display().to_string());
            return Err(WriteError::Twice { path: path.unwrap_or("standard output".to_owned()) });
        }
        if let Some(path) = &target.path {
            check_writable(path)?;
        }
    }
    Ok(())
}

/// Finds out whether a file can be written at `path`, and leaves nothing behind.
///
/// # Errors
/// Says what is in the way.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    let wrong =
        |reason: String| WriteError::NotWritable { path: path.display().to_string(), reason };
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(wrong("it is a folder; add a file name".to_owned()));
        }
        Ok(found) if found.permissions().readonly() => {
            return Err(wrong("the file there is read-only".to_owned()));
        }
        Ok(found) if !found.is_file() => {
            // A pipe or device: opening it could block, and nothing would be learnt.
            return Ok(());
        }
        _ => {}
    }
    let place = real_place(path);
    let folder = folder_of(&place);
    if !folder.is_dir() {
        return Err(wrong(format!(
            "the folder {} does not exist; make it first",
            folder.display()
        )));
    }
    NamedTempFile::new_in(folder).map(drop).map_err(|error| wrong(error.to_string()))
}

/// Writes a file whole: readers see the old one or the new one, never a part.
///
/// # Errors
/// When it cannot be written; an older file at that path is then still as it was.
pub fn write_file(path: &Path, text: &str) -> Result<(), WriteError> {
    write_whole(path, text).map_err(|error| not_writable(path, &error))
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let found = std::fs::metadata(path).ok();
    if found.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir()) {
        // /dev/null or a pipe must be written into, not replaced by a file.
        return File::options().write(true).open(path)?.write_all(text.as_bytes());
    }
    let place = real_place(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".linkspec-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Temporary files are private; a report is as readable as any file its user makes.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder_of(&place))?;
    file.write_all(text.as_bytes())?;
    if let Some(found) = found {
        file.as_file().set_permissions(found.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&place).map_err(|error| error.error)?;
    Ok(())
}

/// Where a path leads: a link is followed, so that its target is replaced and not the link.
fn real_place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn not_writable(path: &Path, error: &io::Error) -> WriteError {
    WriteError::NotWritable { path: path.display().to_string(), reason: error.to_string() }
}
