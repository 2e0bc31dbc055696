//! What a story shows that was not told as it stands: up to the line that was left out, and no further.

use crate::graph::{Exchange, Purpose, Recording};
use crate::judge::evidence::gap_outcome;
use crate::judge::finding::grounds::Grounds;
use crate::judge::finding::outcome::{Judgement, Outcome};

/// What a judgement is worth where a line of its story was not told that changes what later ones are about (`acts`):
/// what rests on what came after that line is not judged as though the line had been told.
pub fn as_far_as_told(
    story: &Recording,
    acts: impl Fn(usize) -> bool,
    judged: (Judgement, Grounds),
) -> (Judgement, Grounds) {
    let untold = story.gaps.iter().find(|(line, _)| acts(**line));
    let Some((line, gap)) = untold else { return judged };
    let (judgement, grounds) = &judged;
    let shown: &[u32] = match judgement {
        Ok(_) => &[],
        Err(Outcome::Broken { exchanges, .. } | Outcome::Doubtful { exchanges, .. }) => exchanges,
        Err(_) => return judged,
    };
    let comes_after = |it: &Exchange| {
        it.act > *line || (it.act == *line && it.purpose == Purpose::ListPermissions)
    };
    let mut later = story.exchanges.iter().filter(|it| comes_after(it)).map(|it| it.number);
    match later.any(|it| shown.contains(&it) || grounds.exchanges.contains(&it)) {
        true => (Err(gap_outcome(gap)), Grounds::default()),
        false => judged,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::Gap;
    use crate::judge::finding::outcome::HOLDS;
    use crate::judge::testing::{Telling, view};

    #[test]
    fn what_rests_on_what_came_after_an_untold_line_is_not_judged() {
        // 0: a file, 1: a link, 2: it is removed, 3: asked for again
        let mut told = Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, view("p1"))
            .asks(json!({"type": "view"}), 200, view("p1"))
            .done();
        told.exchanges.last_mut().unwrap().act = 3;
        told.gaps.insert(2, Gap::Inconclusive("not sent".to_owned()));
        let [.., first, second] = told.exchanges.as_slice() else { panic!() };
        let (first, second) = (first.number, second.number);
        let on = |numbers: &[u32]| Grounds {
            exchanges: numbers.iter().copied().collect(),
            ..Grounds::default()
        };
        let broken = |numbers: &[u32]| Err(Outcome::broken("", "", numbers.iter().copied()));
        let judged = |judgement, grounds| as_far_as_told(&told, |_| true, (judgement, grounds)).0;
        let untold = Err(Outcome::inconclusive("not sent", []));
        assert_eq!(judged(HOLDS, on(&[first])), HOLDS);
        assert_eq!(judged(broken(&[first]), on(&[])), broken(&[first]));
        assert_eq!(judged(HOLDS, on(&[first, second])), untold);
        assert_eq!(judged(broken(&[second]), on(&[])), untold);
        let looks_only = as_far_as_told(&told, |_| false, (broken(&[second]), on(&[]))).0;
        assert_eq!(looks_only, broken(&[second]));
    }
}
