//! Recordings kept in a file: one JSON object a line, redacted already.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read as _, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::select::Means;
use crate::graph::{Exchange, Gap, Identity, Product, Recording, Tenant};
use crate::report::{CallerSummary, RequestCount, TargetSummary};

/// What a recording has to say before its stories: everything judging needs besides the exchanges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub format: u32,
    /// The version of linkspec that recorded it.
    pub linkspec: String,
    /// Digest of the features it was told by.
    pub suite_digest: String,
    /// The product.
    pub product: Product,
    /// What the tenant was declared to allow.
    pub tenant: Tenant,
    /// The identities there were tokens for.
    pub identities: BTreeSet<Identity>,
    /// When the run began.
    pub started: Timestamp,
    /// How long telling took, in milliseconds.
    pub duration_ms: u64,
    /// Where requests went.
    pub target: TargetSummary,
    /// By which of its addresses a live drive was worked on: "me", "drives", and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drive: Option<String>,
    /// The kinds of address that led to the drive.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub addresses: BTreeSet<String>,
    /// How far choices were combined: "quick", "standard" or "full".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<String>,
    /// What tells a live drive from others, and not which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drive_digest: Option<String>,
    /// Who sent them.
    pub caller: CallerSummary,
    /// How many requests were sent.
    pub requests: RequestCount,
    /// What stopped the run, or made most of it impossible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What the service handed out as the run's and is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
    /// Stories left out because of the budget.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub over_budget: usize,
    /// Throttling stopped the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub throttled: bool,
    /// Identities whose token said that it was not one for their part, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unfit: BTreeMap<Identity, String>,
    /// The stories that the environment spoiled in two rounds: nothing waits for them any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoiled_twice: Vec<String>,
    /// No sharing URL was opened in a browser.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_browser: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The stories of one product, with what judging them needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductRecording {
    /// What is to be known beforehand.
    pub header: Header,
    /// The stories, in the order of the plan.
    pub recordings: Vec<Recording>,
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Run(Box<Header>),
    Story(StoryLine),
    Exchange(Exchange),
}

#[derive(Debug, Serialize, Deserialize)]
struct StoryLine {
    lines: Vec<String>,
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    gaps: std::collections::BTreeMap<usize, Gap>,
}

/// A recording that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line.
    #[error("line {line}: {message}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A line that is not whole: a run that was killed leaves one at the end.
    #[error("line {line}: {message}")]
    Damaged {
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// No run in it.
    #[error("the file holds no recorded run")]
    Empty,
}

/// The version of the format this linkspec writes and reads.
pub const FORMAT: u32 = 1;

impl Header {
    /// Of a run on the mock, by linkspec's own client, of which nothing more is known yet.
    pub(super) fn new(suite_digest: String, means: Means, started: Timestamp) -> Self {
        Self {
            format: FORMAT,
            linkspec: env!("CARGO_PKG_VERSION").to_owned(),
            suite_digest,
            product: means.product,
            tenant: means.tenant,
            identities: means.identities,
            started,
            duration_ms: 0,
            target: TargetSummary {
                kind: "mock".to_owned(),
                base_url: None,
                product: Some(means.product),
            },
            drive: means.drive,
            addresses: means.addresses,
            depth: None,
            drive_digest: None,
            caller: CallerSummary { kind: "http".to_owned(), name: None, version: None },
            requests: RequestCount::default(),
            remarks: Vec::new(),
            foreign: Vec::new(),
            over_budget: 0,
            throttled: false,
            unfit: means.unfit,
            spoiled_twice: Vec::new(),
            no_browser: means.no_browser,
        }
    }
}

impl ProductRecording {
    /// What judging has to work with.
    pub fn means(&self) -> Means {
        Means {
            product: self.header.product,
            tenant: self.header.tenant.clone(),
            identities: self.header.identities.clone(),
            drive: self.header.drive.clone(),
            addresses: self.header.addresses.clone(),
            unfit: self.header.unfit.clone(),
            no_browser: self.header.no_browser,
        }
    }

    /// Writes the lines of this product.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, to: &mut impl Write) -> std::io::Result<()> {
        let mut line = |line: &Line| -> std::io::Result<()> {
            serde_json::to_writer(&mut *to, line)?;
            to.write_all(b"\n")
        };
        line(&Line::Run(Box::new(self.header.clone())))?;
        for recording in &self.recordings {
            line(&Line::Story(StoryLine {
                lines: recording.lines.clone(),
                gaps: recording.gaps.clone(),
            }))?;
            for exchange in &recording.exchanges {
                line(&Line::Exchange(exchange.clone()))?;
            }
        }
        Ok(())
    }
}

/// Reads every run of a file.
///
/// # Errors
/// Names the line that is no line of a recording.
pub fn read_recordings(from: impl BufRead) -> Result<Vec<ProductRecording>, RecordingError> {
    let mut runs: Vec<ProductRecording> = Vec::new();
    let mut lines = RecordingLines::new(from);
    while lines.advance()? {
        let line = lines.line;
        let mistake = |message: &str| RecordingError::Line { line, message: message.to_owned() };
        match lines.said()? {
            Said::Run(header) => {
                runs.push(ProductRecording { header: *header, recordings: Vec::new() });
            }
            Said::Story(story) => runs
                .last_mut()
                .ok_or_else(|| mistake("a story before any run"))?
                .recordings
                .push(story),
            Said::Exchange(exchange) => runs
                .last_mut()
                .and_then(|run| run.recordings.last_mut())
                .ok_or_else(|| mistake("an exchange before any story"))?
                .exchanges
                .push(exchange),
        }
    }
    if runs.is_empty() { Err(RecordingError::Empty) } else { Ok(runs) }
}

/// What one line of a recording says.
pub(super) enum Said {
    /// A run begins.
    Run(Box<Header>),
    /// A story of that run begins; its exchanges follow.
    Story(Recording),
    /// An exchange of that story.
    Exchange(Exchange),
}

/// A longer line was not written by linkspec.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// The lines of a recording one by one, so that a file of any size is read in bounded memory.
pub(super) struct RecordingLines<R> {
    from: R,
    text: Vec<u8>,
    /// The line given last, from 1.
    pub line: usize,
}

impl<R: BufRead> RecordingLines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, text: Vec::new(), line: 0 }
    }

    /// Goes on to the next line that is not blank; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool, RecordingError> {
        loop {
            self.text.clear();
            self.line += 1;
            let length =
                (&mut self.from).take(LONGEST_LINE).read_until(b'\n', &mut self.text)? as u64;
            if length == 0 {
                return Ok(false);
            }
            // Some editors begin a file with a mark of its encoding.
            if self.line == 1 && self.text.starts_with(b"\xef\xbb\xbf") {
                self.text.drain(..3);
            }
            if length == LONGEST_LINE {
                let message = format!("longer than {} MB", LONGEST_LINE / 1024 / 1024);
                return Err(RecordingError::Damaged { line: self.line, message });
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The length of the line, in bytes.
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// What the line says.
    pub(super) fn said(&self) -> Result<Said, RecordingError> {
        let line: Line = serde_json::from_slice(&self.text).map_err(|error| {
            let message = format!("no line of a linkspec recording ({error})");
            match error.classify() {
                serde_json::error::Category::Data => {
                    RecordingError::Line { line: self.line, message }
                }
                _ => RecordingError::Damaged { line: self.line, message },
            }
        })?;
        Ok(match line {
            Line::Run(header) if header.format != FORMAT => {
                let message = format!(
                    "format {} is not known to this linkspec, which reads format {FORMAT}",
                    header.format
                );
                return Err(RecordingError::Line { line: self.line, message });
            }
            Line::Run(header) => Said::Run(header),
            Line::Story(story) => Said::Story(Recording {
                lines: story.lines,
                exchanges: Vec::new(),
                gaps: story.gaps,
                observed: None,
            }),
            Line::Exchange(exchange) => Said::Exchange(exchange),
        })
    }
}
