/// The end of a message about an unknown word: the nearest known one, or all of them where none is near.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&word.to_lowercase(), candidate), candidate))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((likeness, candidate)) if likeness > 0.7 => format!("did you mean \"{candidate}\"?"),
        _ => format!("use one of {}", known.join(", ")),
    }
}
