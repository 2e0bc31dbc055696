//! The lines of a journal, read as far as they can be: a disk may have been full in the middle of one, and what
//! one line says must not keep the others from being used.

use super::journal_entry::Entry;

/// What a file of lines came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Every entry that could be read, in order.
    pub(super) entries: Vec<Entry>,
    /// The numbers of the lines that hold something else.
    pub(super) unread: Vec<usize>,
}

/// Every entry begins so.
const BEGINNING: &[u8] = b"{\"";

/// Reads every entry that is there.
///
/// Half an entry is passed over: it was to be written when the process ended or the disk was full, and whatever
/// it announced was not made, or is found as what has no answer. Bytes of zero are what a file system leaves
/// of a write that did not come to its end.
pub(super) fn read(bytes: &[u8]) -> Lines {
    let mut lines = Lines::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line: Vec<u8> = line.iter().copied().filter(|byte| *byte != 0).collect();
        if !read_line(line.trim_ascii(), &mut lines.entries) {
            lines.unread.push(index + 1);
        }
    }
    lines
}

/// Takes the entries of a line. False where it holds anything else than entries and beginnings of entries.
fn read_line(mut line: &[u8], entries: &mut Vec<Entry>) -> bool {
    let mut understood = true;
    while !line.is_empty() {
        if let Some((entry, length)) = entry_at(line) {
            entries.push(entry);
            line = line[length..].trim_ascii_start();
            continue;
        }
        // Where the next entry begins that can be read, after half of one.
        let next = (1..line.len())
            .filter(|at| line[*at..].starts_with(BEGINNING))
            .find(|at| entry_at(&line[*at..]).is_some());
        let (other, rest) = line.split_at(next.unwrap_or(line.len()));
        understood &= is_half_an_entry(other);
        line = rest;
    }
    understood
}

fn entry_at(line: &[u8]) -> Option<(Entry, usize)> {
    if !line.starts_with(BEGINNING) && !line.starts_with(b"\"") {
        return None;
    }
    let mut values = serde_json::Deserializer::from_slice(line).into_iter::<Entry>();
    let entry = values.next()?.ok()?;
    Some((entry, values.byte_offset()))
}

/// Whether this is the beginning of an entry, broken off.
fn is_half_an_entry(bytes: &[u8]) -> bool {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
    let ends = matches!(values.next(), Some(Err(error)) if error.is_eof());
    ends && (BEGINNING.starts_with(bytes) || bytes.starts_with(BEGINNING))
}

#[cfg(test)]
mod tests {
    use super::super::journal_entry::Made;
    use super::*;

    const MADE: &str = r#"{"made":{"item":{"id":"1","name":"a"}}}"#;
    const ASKED: &str = r#"{"will-ask-for-link":{"item_id":"1"}}"#;

    fn made() -> Entry {
        Entry::Made(Made::Item { id: "1".into(), name: "a".into() })
    }

    fn asked() -> Entry {
        Entry::WillAskForLink { item_id: "1".into() }
    }

    #[test]
    fn every_entry_is_used_whatever_stands_beside_it() {
        let half = &MADE[..20];
        let cases: Vec<(Vec<u8>, Vec<usize>)> = vec![
            (format!("{MADE}\n{ASKED}\n").into(), vec![]),
            (format!("{MADE}\r\n\r\n{ASKED}").into(), vec![]),
            (format!("{MADE}{ASKED}").into(), vec![]),
            (format!("{half}{MADE}\n{ASKED}").into(), vec![]),
            (format!("{MADE}\n{ASKED}\n{half}").into(), vec![]),
            (format!("\0\0\0{MADE}\n\0{ASKED}\0").into(), vec![]),
            (format!("{MADE}\n{{\"odd\":1}}\n{ASKED}").into(), vec![2]),
            (format!("{MADE}\n{{\"run-of-tomorrow\":{{\"made\":1}}}}{ASKED}").into(), vec![2]),
            (format!("not a line\n{MADE}\n{ASKED}").into(), vec![1]),
            ([MADE.as_bytes(), b"\n\xff\xfe\n", ASKED.as_bytes()].concat(), vec![2]),
            ([b"\xff", MADE.as_bytes(), b"\xff", ASKED.as_bytes()].concat(), vec![1]),
        ];
        for (bytes, unread) in cases {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(read(&bytes), Lines { entries: vec![made(), asked()], unread }, "{text}");
        }
        for cut in 0..MADE.len() {
            let text = format!("{ASKED}\n{}", &MADE[..cut]);
            assert_eq!(read(text.as_bytes()), Lines { entries: vec![asked()], unread: vec![] });
            let glued = format!("{}{ASKED}\n", &MADE[..cut]);
            assert_eq!(read(glued.as_bytes()).entries, [asked()], "{glued}");
        }
    }

    #[test]
    fn what_is_said_inside_an_entry_is_no_entry() {
        let id = serde_json::to_string(MADE).unwrap();
        let line = format!(r#"{{"will-ask-for-link":{{"item_id":{id}}}}}"#);
        let read = read(line.as_bytes());
        assert_eq!(read.entries, [Entry::WillAskForLink { item_id: MADE.to_owned() }]);
    }

    #[test]
    fn the_entry_without_members_is_read() {
        assert_eq!(read(b"\"clean\"\n").entries, [Entry::Clean]);
    }
}
