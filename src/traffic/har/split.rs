//! Cuts the entries out of a HAR document as it streams by, without reading what is in them.

/// An entry larger than this is not kept whole; its beginning is enough to see whether it matters.
pub(super) const LARGEST_ENTRY: usize = 16 * 1024 * 1024;

/// Finds `log.entries` and cuts it into its elements.
///
/// A document is looked at as brackets and strings only. What is inside an entry is checked when, and only
/// when, somebody looks at it, so a damaged entry spoils none but itself.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The member name last read outside of entries, of at most a few bytes.
    name: Vec<u8>,
    in_log: bool,
    entries_depth: Option<u32>,
    creator_depth: Option<u32>,
    found_entries: bool,
    part: Vec<u8>,
    in_part: bool,
    part_is_whole: bool,
    finished: bool,
}

/// Something cut out of the document.
#[derive(Debug)]
pub(super) enum Part<'p> {
    /// An element of `log.entries`.
    Entry {
        /// Its text.
        bytes: &'p [u8],
        /// Whether `bytes` is all of it.
        whole: bool,
    },
    /// `log.creator`.
    Creator(&'p [u8]),
}

/// How a document ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With its last bracket.
    Whole,
    /// In the middle of an entry.
    InEntry,
    /// Somewhere else before its end.
    Early,
}

impl Splitter {
    /// Takes the next piece of the document.
    pub(super) fn feed(&mut self, chunk: &[u8], on_part: &mut impl FnMut(Part<'_>)) {
        let mut at = 0;
        let mut part_start = 0;
        while at < chunk.len() {
            if self.in_string {
                at = self.string(chunk, at);
                continue;
            }
            let byte = chunk[at];
            at += 1;
            match byte {
                b'"' => {
                    self.in_string = true;
                    self.name.clear();
                }
                b'{' | b'[' => {
                    if !self.in_part && self.begins_part(byte) {
                        self.in_part = true;
                        self.part_is_whole = true;
                        self.part.clear();
                        part_start = at - 1;
                    }
                    self.depth += 1;
                    if !self.in_part {
                        self.opened(byte);
                    }
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.in_part && Some(self.depth) == self.part_depth() {
                        self.in_part = false;
                        if self.part.is_empty() {
                            // All of it lies in this piece: nothing has to be copied.
                            self.hand_over(&chunk[part_start..at], true, on_part);
                        } else {
                            self.keep(&chunk[part_start..at]);
                            let part = std::mem::take(&mut self.part);
                            self.hand_over(&part, self.part_is_whole, on_part);
                            self.part = part;
                            self.part.clear();
                            if self.part.capacity() > LARGEST_ENTRY / 4 {
                                self.part = Vec::new();
                            }
                        }
                    } else if !self.in_part {
                        self.closed();
                    }
                }
                _ => {}
            }
        }
        if self.in_part {
            self.keep(&chunk[part_start..]);
        }
    }

    /// Goes on inside a string; gives the place after it, or the end of the chunk.
    fn string(&mut self, chunk: &[u8], start: usize) -> usize {
        let mut at = start;
        if self.escaped {
            self.escaped = false;
            at += 1;
        }
        while at < chunk.len() {
            let Some(found) = quote_or_backslash(&chunk[at..]).map(|found| at + found) else {
                at = chunk.len();
                break;
            };
            at = found;
            if chunk[at] == b'"' {
                self.in_string = false;
                break;
            }
            if at + 1 == chunk.len() {
                self.escaped = true;
                at += 1;
                break;
            }
            at += 2;
        }
        let end = at.min(chunk.len());
        if !self.in_part && self.name.len() < 16 {
            self.name.extend_from_slice(&chunk[start..end.min(start + 16)]);
        }
        if self.in_string { chunk.len() } else { end + 1 }
    }

    fn part_depth(&self) -> Option<u32> {
        self.creator_depth.or(self.entries_depth)
    }

    fn begins_part(&mut self, byte: u8) -> bool {
        if self.entries_depth == Some(self.depth) {
            return byte == b'{';
        }
        let is_creator = byte == b'{' && self.in_log && self.depth == 2 && self.name == b"creator";
        if is_creator {
            self.creator_depth = Some(self.depth);
        }
        is_creator
    }

    fn opened(&mut self, byte: u8) {
        match (self.depth, byte) {
            (2, b'{') => self.in_log = self.name == b"log",
            (3, b'[') if self.in_log && self.name == b"entries" => {
                self.entries_depth = Some(3);
                self.found_entries = true;
            }
            _ => {}
        }
    }

    fn closed(&mut self) {
        if self.depth < 3 {
            self.entries_depth = None;
        }
        if self.depth < 2 {
            self.in_log = false;
        }
        if self.depth == 0 {
            self.finished = true;
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LARGEST_ENTRY - self.part.len();
        self.part_is_whole &= bytes.len() <= room;
        self.part.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn hand_over(&mut self, bytes: &[u8], whole: bool, on_part: &mut impl FnMut(Part<'_>)) {
        if self.creator_depth.take().is_some() {
            return on_part(Part::Creator(bytes));
        }
        on_part(Part::Entry { bytes, whole });
    }

    /// Whether `log.entries` was there at all.
    pub(super) fn found_entries(&self) -> bool {
        self.found_entries
    }

    /// How the document ended.
    pub(super) fn ending(&self) -> Ending {
        if self.finished && self.depth == 0 && !self.in_string {
            Ending::Whole
        } else if self.in_part && self.creator_depth.is_none() {
            Ending::InEntry
        } else {
            Ending::Early
        }
    }
}

/// The first byte that ends a string or escapes what follows.
///
/// Most strings of a HAR are short, and most escapes stand close together: eight bytes at a time are quicker than
/// a search for large texts, which takes its time to begin.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ repeated(b'"')) | zero_bytes(word ^ repeated(b'\\'));
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let start = bytes.len() - rest.len();
    rest.iter().position(|it| matches!(it, b'"' | b'\\')).map(|found| start + found)
}

const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is zero, from the lowest one on; what is above the first says nothing.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(repeated(0x01)) & !word & repeated(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_bytes_is_found_wherever_it_stands() {
        // Words whose other bytes are one more or have the highest bit are where such arithmetic goes wrong.
        for (byte, other) in [(b'"', b'#'), (b'\\', b']'), (b'"', 0xa2), (b'\\', 0xdc)] {
            for length in 1..40 {
                let mut bytes = vec![other; length];
                assert_eq!(quote_or_backslash(&bytes), None, "{other:x} {length}");
                for place in (0..length).rev() {
                    bytes[place] = byte;
                    assert_eq!(quote_or_backslash(&bytes), Some(place), "{other:x} {length}");
                }
            }
        }
    }

    fn split(document: &str, piece: usize) -> (Vec<String>, Ending, bool) {
        let mut splitter = Splitter::default();
        let mut entries = Vec::new();
        for chunk in document.as_bytes().chunks(piece) {
            splitter.feed(chunk, &mut |part| match part {
                Part::Entry { bytes, whole } => {
                    assert!(whole);
                    entries.push(String::from_utf8(bytes.to_vec()).unwrap());
                }
                Part::Creator(bytes) => entries.push(format!("by {}", bytes.len())),
            });
        }
        (entries, splitter.ending(), splitter.found_entries())
    }

    #[test]
    fn entries_are_cut_out_wherever_the_pieces_end() {
        let document = r#" {"log" : {"version":"1.2","creator":{"name":"x"},"pages":[{"entries":[{}]}],
            "entries":[{"a":"}]\\\"{"} , {"b":[{"c":"\\"}]},{}],"comment":"entries"}}"#;
        for piece in 1..document.len() {
            let (entries, ending, found) = split(document, piece);
            assert_eq!(
                entries,
                ["by 12", r#"{"a":"}]\\\"{"}"#, r#"{"b":[{"c":"\\"}]}"#, "{}"],
                "{piece}"
            );
            assert_eq!((ending, found), (Ending::Whole, true));
        }
    }

    #[test]
    fn where_a_document_breaks_off_is_known() {
        let document = r#"{"log":{"entries":[{"a":1},{"b":"x"#;
        assert_eq!(split(document, 7), (vec![r#"{"a":1}"#.to_owned()], Ending::InEntry, true));
        assert_eq!(split(r#"{"log":{"entries":["#, 3).1, Ending::Early);
        assert_eq!(split(r#"{"value":[{"a":1}]}"#, 3), (vec![], Ending::Whole, false));
        assert_eq!(split(r#"{"entries":[{"a":1}]}"#, 3), (vec![], Ending::Whole, false));
    }
}
