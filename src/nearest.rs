//! Did-you-mean: the word a user meant, of those there are.

/// The known word that is most like `found`, whatever their case, and the first of several; `None` where
/// none is like it at all.
pub fn nearest<'w>(found: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let found = found.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for word in known {
        let likeness = strsim::jaro_winkler(&found, &word.to_lowercase());
        if likeness > best.map_or(0.75, |(highest, _)| highest) {
            best = Some((likeness, word));
        }
    }
    best.map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_first_of_the_most_alike_is_meant() {
        let ids = ["IDEM-01", "IDEM-09", "IDEM-19", "IDS-02", "SIDE-02", "IDEM-02"];
        assert_eq!(nearest("idem-9", ids), Some("IDEM-09"));
        assert_eq!(nearest("IDME-02", ids), Some("IDEM-02"));
        assert_eq!(nearest("IDEM-002", ids), Some("IDEM-02"));
        assert_eq!(nearest("colour", ids), None);
        assert_eq!(nearest("", ids), None);
    }
}
