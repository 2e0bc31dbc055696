//! Reads a HAR file as a stream, whatever its size.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::entry::Entry;
use super::split::{Ending, Part, Splitter};
use crate::graph::Product;
use crate::traffic::{Collector, Reading, is_batch, read as read_address};

/// A piece of a file that is read at a time.
const PIECE: usize = 256 * 1024;

/// So many flaws are named one by one; the rest is counted.
const MOST_NAMED: usize = 20;

/// What is said about a file besides its exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileSummary {
    /// How many entries it holds.
    pub entries: u32,
    /// Entries that could not be judged, and what is wrong with them.
    pub flaws: Vec<String>,
    /// How many more there are.
    pub more_flaws: u64,
    /// The program that wrote it.
    pub creator: Option<Creator>,
}

/// The program that wrote a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// In a file of linkspec's: who sent the requests, as reports name it.
    pub caller: Option<String>,
    /// In a file of linkspec's: the answers are those of the scripted service.
    pub scripted: bool,
}

/// A file that cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum HarError {
    /// The file.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Another kind of file.
    #[error("is {what}")]
    OtherFormat {
        /// What it is, as far as can be seen.
        what: String,
        /// What to do.
        hint: String,
    },
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HTTP Archive.
    Har,
    /// linkspec's own recording.
    Recording,
}

static OF_INTEREST: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test reads entries with it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(concat!(
        r#"(?-u)(?i:createlink)|/permission|\$batch|%24batch|"(?i:DELETE|PATCH|PUT)\\?""#,
        r#"|contentstorage|driveType\\?"\s*:\s*\\?"other"#,
        // A slash may stand there escaped, so no pattern ends with one.
        r"|/invite|(?i:/_api|/_vti_bin|/shares|/special|root:|driveitem|permanentDelete|/restore",
        r"|assignSensitivityLabel|setRetentionLabel)",
    ))
    .expect("the pattern is valid")
});

static DRIVE_TYPE: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(r#"(?-u)driveType\\?"\s*:\s*\\?"(personal|business|documentLibrary)\b"#)
        .expect("the pattern is valid")
});

static ENTRY_URL: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(r#"(?-u)"url"\s*:\s*"([^"]{0,4096})""#).expect("the pattern is valid")
});

/// Tells what a file is.
///
/// # Errors
/// When it is neither a HAR nor a recording, as far as its beginning shows.
pub fn format(source: &mut impl BufRead) -> Result<Format, HarError> {
    let start = source.fill_buf()?;
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let other = |what: &str, hint: &str| {
        Err(HarError::OtherFormat { what: what.to_owned(), hint: hint.to_owned() })
    };
    if text.is_empty() {
        return other("empty", "record the traffic again, or name another file");
    }
    if start.starts_with(b"\x1f\x8b") || start.starts_with(b"PK") {
        return other("compressed", "unpack it first");
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return other("written in UTF-16", "convert it to UTF-8 first");
    }
    if text[0] != b'{' {
        let may_be_json = matches!(text[0], b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n');
        return other(
            if may_be_json { "no JSON object, and so no HAR" } else { "not JSON" },
            "export a HAR 1.2 file: in a browser from the network panel, in mitmproxy with \
             `mitmdump -nr FILE --set hardump=OUT.har`",
        );
    }
    let name = text[1..].trim_ascii_start();
    let is_recording =
        [&b"\"run\""[..], b"\"story\"", b"\"exchange\""].iter().any(|it| name.starts_with(it));
    Ok(if is_recording { Format::Recording } else { Format::Har })
}

/// Reads a HAR file, whatever its size, and shows every exchange to the collector.
///
/// The entries are numbered from `first_number` on.
///
/// # Errors
/// When the file cannot be read or is no HAR. Anything wrong with single entries is told and no error.
pub fn read(
    source: &mut (impl Read + Seek),
    first_number: u32,
    collector: &mut Collector,
) -> Result<FileSummary, HarError> {
    let mut told = FileSummary::default();
    let mut splitter = Splitter::default();
    let mut piece = vec![0; PIECE];
    let drive_type = memmem::Finder::new("driveType");
    loop {
        let length = source.read(&mut piece)?;
        if length == 0 {
            break;
        }
        splitter.feed(&piece[..length], &mut |part| match part {
            Part::Creator(bytes) => told.creator = creator(bytes),
            Part::Entry { bytes, whole } => {
                told.entries += 1;
                let number = first_number.saturating_add(told.entries - 1);
                if drive_type.find(bytes).is_some() {
                    note_drive_type(bytes, collector);
                }
                look(bytes, whole, number, collector, &mut told);
            }
        });
    }
    finish(source, &splitter, first_number, &mut told)?;
    Ok(told)
}

fn finish(
    source: &mut (impl Read + Seek),
    splitter: &Splitter,
    first_number: u32,
    told: &mut FileSummary,
) -> Result<(), HarError> {
    if !splitter.found_entries() {
        return Err(no_har(source));
    }
    match splitter.ending() {
        Ending::Whole => {}
        Ending::InEntry => {
            let number = first_number.saturating_add(told.entries);
            told.flaw(format!("entry {number}: the file breaks off in the middle of it"));
        }
        Ending::Early => told.flaw(format!(
            "the file breaks off after entry {}; there may have been more",
            first_number.saturating_add(told.entries).saturating_sub(1)
        )),
    }
    Ok(())
}

/// One entry. What cannot matter is passed over without being parsed.
fn look(bytes: &[u8], whole: bool, number: u32, collector: &mut Collector, told: &mut FileSummary) {
    if !OF_INTEREST.is_match(bytes) {
        collector.pass();
        return;
    }
    if !whole {
        collector.pass();
        let url = ENTRY_URL.captures(bytes).and_then(|found| found.get(1));
        if url.is_some_and(|url| OF_INTEREST.is_match(url.as_bytes())) {
            told.flaw(format!("entry {number}: it is too large to be looked at"));
        }
        return;
    }
    let entry = match Entry::read(bytes) {
        Ok(entry) => entry,
        Err(error) => {
            collector.pass();
            told.flaw(format!("entry {number}: no valid HAR entry ({error})"));
            return;
        }
    };
    let (raw, flaw) = entry.raw(number);
    let matters = matches!(read_address(entry.method(), entry.url()), Reading::SharingRequest(_))
        || is_batch(entry.method(), entry.url());
    if let Some(flaw) = flaw.filter(|_| matters) {
        told.flaw(format!("entry {number}: {flaw}"));
    }
    collector.see(&raw);
}

fn note_drive_type(bytes: &[u8], collector: &mut Collector) {
    for found in DRIVE_TYPE.captures_iter(bytes) {
        let name = found.get(1).and_then(|it| std::str::from_utf8(it.as_bytes()).ok());
        if let Some(product) = name.and_then(Product::from_drive_type) {
            collector.saw_drive_type(product);
        }
    }
}

fn creator(bytes: &[u8]) -> Option<Creator> {
    let creator: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let text = |name: &str| creator[name].as_str().map(str::to_owned);
    let name = text("name")?;
    let caller = text("_caller").filter(|_| name == "linkspec");
    let scripted = caller.as_deref() == Some("sdk") && creator["_target"] == "mock";
    Some(Creator { name, version: text("version"), caller, scripted })
}

/// Why a file without entries is no HAR; only now it is read as JSON, still piece by piece.
fn no_har(source: &mut (impl Read + Seek)) -> HarError {
    if let Err(error) = source.seek(SeekFrom::Start(0)) {
        return error.into();
    }
    let mut source = BufReader::new(source);
    if source.fill_buf().is_ok_and(|start| start.starts_with(b"\xef\xbb\xbf")) {
        source.consume(3);
    }
    let document: Result<serde::de::IgnoredAny, _> = serde_json::from_reader(source);
    match document {
        Ok(_) => HarError::OtherFormat {
            what: "JSON, but no HAR: there is no log.entries in it".to_owned(),
            hint: "export a HAR 1.2 file, or record with `linkspec run --record FILE`".to_owned(),
        },
        Err(error) => HarError::OtherFormat {
            what: format!("not JSON: {error}"),
            hint: "export the file again; it may have been cut off or edited".to_owned(),
        },
    }
}

impl FileSummary {
    /// Names something that could not be judged.
    pub fn flaw(&mut self, flaw: String) {
        if self.flaws.len() < MOST_NAMED {
            self.flaws.push(flaw);
        } else {
            self.more_flaws += 1;
        }
    }
}
