//! Which pairs and triples of choices are exercised, and rows that exercise the rest.

use std::sync::{Mutex, PoisonError};

use super::stories::{Exercised, exercised};
use super::{CHOICES, Choice, Row, Space};
use crate::story::phrase::Story;

/// Values are numbered through all choices; there are fewer than this.
const VALUES: usize = 64;

/// How many rows are looked at for each one that is taken.
const CANDIDATES: usize = 240;

/// The pairs or triples of values that were exercised, of those that can be.
#[derive(Debug, Clone)]
pub struct Coverage {
    strength: usize,
    possible: Vec<u64>,
    covered: Vec<u64>,
}

/// The values of a row by their number among all values.
fn numbers(row: &Row) -> [usize; CHOICES.len()] {
    let mut next = 0;
    let mut numbers = [0; CHOICES.len()];
    for (place, (_, values)) in CHOICES.iter().enumerate() {
        numbers[place] = next + usize::from(row.0[place]);
        next += values.len();
    }
    numbers
}

fn set(bits: &mut [u64], bit: usize) {
    bits[bit / 64] |= 1 << (bit % 64);
}

fn has(bits: &[u64], bit: usize) -> bool {
    bits[bit / 64] & (1 << (bit % 64)) != 0
}

/// Calls `each` with every pair or triple that a request of this row exercises. A refused one exercises only
/// what holds everything it is refused for: the rest was not come to.
fn each_of(
    strength: usize,
    row: &Row,
    space: &Space,
    refused_for: &[Choice],
    mut each: impl FnMut(usize),
) {
    let numbers = numbers(row);
    let places: Vec<usize> =
        (0..CHOICES.len()).filter(|place| is_a_choice(space, *place)).collect();
    let holds =
        |chosen: &[usize]| refused_for.iter().all(|choice| chosen.contains(&(*choice as usize)));
    for (index, first) in places.iter().enumerate() {
        for (second_index, second) in places.iter().enumerate().skip(index + 1) {
            let pair = numbers[*first] * VALUES + numbers[*second];
            if strength == 2 {
                if holds(&[*first, *second]) {
                    each(pair);
                }
                continue;
            }
            for third in &places[second_index + 1..] {
                if holds(&[*first, *second, *third]) {
                    each(pair * VALUES + numbers[*third]);
                }
            }
        }
    }
}

/// What can be covered. A process that runs the suite many times asks for the same few spaces, and each is large.
fn possible(space: &Space, strength: usize) -> Vec<u64> {
    static KNOWN: Mutex<Vec<(Space, usize, Vec<u64>)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, _, possible)) = known.iter().find(|it| it.0 == *space && it.1 == strength) {
        return possible.clone();
    }
    let mut possible = vec![0; VALUES.pow(u32::try_from(strength).unwrap_or(2)) / 64];
    for row in space.rows() {
        let refused_for = refusal(&row, space);
        each_of(strength, &row, space, &refused_for, |tuple| set(&mut possible, tuple));
    }
    known.push((space.clone(), strength, possible.clone()));
    possible
}

/// Passwords are a choice of personal drives; what has one value only is none.
fn is_a_choice(space: &Space, place: usize) -> bool {
    space.values[place].len() > 1
}

impl Coverage {
    /// Nothing is covered yet; what can be is found out from the space.
    pub fn of(space: &Space, strength: usize) -> Self {
        let possible = possible(space, strength);
        let covered = vec![0; possible.len()];
        Self { strength, possible, covered }
    }

    /// Takes a request into account.
    pub fn add(&mut self, space: &Space, exercised: &Exercised) {
        let covered = &mut self.covered;
        each_of(self.strength, &exercised.row, space, &exercised.refused_for, |tuple| {
            set(covered, tuple);
        });
    }

    /// How many further ones these requests would cover.
    pub fn gain(&self, space: &Space, requests: &[Exercised]) -> usize {
        let mut found = Vec::new();
        for request in requests {
            each_of(self.strength, &request.row, space, &request.refused_for, |tuple| {
                if !has(&self.covered, tuple) && !found.contains(&tuple) {
                    found.push(tuple);
                }
            });
        }
        found.len()
    }

    /// How many can be covered.
    pub fn possible(&self) -> usize {
        self.possible.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// How many are.
    pub fn covered(&self) -> usize {
        let both = self.possible.iter().zip(&self.covered);
        both.map(|(possible, covered)| (possible & covered).count_ones() as usize).sum()
    }

    /// The values that are chosen among, each with its choice; and which pairs of them were exercised (`1`), which
    /// could be and were not (`0`), and which never meet (`.`): a line for a value, with a sign for each before it.
    pub fn table(&self, space: &Space) -> (Vec<(&'static str, &'static str)>, Vec<String>) {
        let mut numbers = Vec::new();
        let mut first = 0;
        for (place, (_, texts)) in CHOICES.iter().enumerate() {
            if is_a_choice(space, place) {
                numbers.extend(space.values[place].iter().map(|it| first + usize::from(*it)));
            }
            first += texts.len();
        }
        let sign = |earlier: usize, later: usize| {
            let pair = earlier * VALUES + later;
            match (has(&self.possible, pair), has(&self.covered, pair)) {
                (false, _) => '.',
                (true, true) => '1',
                (true, false) => '0',
            }
        };
        let values = numbers.iter().filter_map(|it| place_of(*it));
        let lines = numbers.iter().enumerate().map(|(count, later)| {
            numbers[..count].iter().map(|earlier| sign(*earlier, *later)).collect()
        });
        (
            values.map(|(choice, value)| (choice.name(), choice.values()[value])).collect(),
            lines.collect(),
        )
    }

    fn open(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.possible.len() * 64)
            .filter(|tuple| has(&self.possible, *tuple) && !has(&self.covered, *tuple))
    }

    fn values(&self, mut tuple: usize) -> Vec<usize> {
        let mut values = Vec::new();
        for _ in 0..self.strength {
            values.push(tuple % VALUES);
            tuple /= VALUES;
        }
        values.reverse();
        values
    }
}

/// The choice and the value that have this number.
fn place_of(number: usize) -> Option<(Choice, usize)> {
    let mut first = 0;
    for (choice, values) in CHOICES {
        if number < first + values.len() {
            return Some((choice, number - first));
        }
        first += values.len();
    }
    None
}

fn refusal(row: &Row, space: &Space) -> Vec<Choice> {
    match row.documented(space.product) {
        super::Documented::Refused(choices) => choices,
        _ => Vec::new(),
    }
}

/// Numbers that look random and are the same in every run: a 64-bit linear congruence (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The upper bits are the good ones.
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

/// Rows that exercise what is not yet covered, the most telling for each call first. Each comes with whether
/// it is asked for again, which is worth a call where much depends on it.
pub fn complete(
    space: &Space,
    coverage: &mut Coverage,
    usual: &'static str,
    usual_scope: &str,
) -> Vec<(Row, bool)> {
    let mut numbers = Numbers(17);
    let mut rows = Vec::new();
    let mut given_up = Vec::new();
    loop {
        let next = coverage.open().find(|it| !given_up.contains(it));
        let Some(open) = next else { return rows };
        let wanted = coverage.values(open);
        let mut best: Option<(f64, Row, bool, Vec<Exercised>)> = None;
        let mut tried = 0;
        while tried < CANDIDATES {
            tried += 1;
            let Some(row) = candidate(space, &wanted, &mut numbers) else { continue };
            for again in [false, true] {
                let story = row.story(again);
                let requests = exercised(&story, space, usual, usual_scope);
                let gain = coverage.gain(space, &requests);
                #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
                let value = gain as f64 / story.create_link_calls().max(1) as f64;
                if gain > 0 && best.as_ref().is_none_or(|(known, ..)| value > *known) {
                    best = Some((value, row, again, requests));
                }
            }
        }
        let Some((_, row, again, requests)) = best else {
            // Nothing that could be told exercises it.
            given_up.push(open);
            continue;
        };
        for request in &requests {
            coverage.add(space, request);
        }
        rows.push((row, again));
    }
}

/// A row of the space with these values, the rest as it comes.
fn candidate(space: &Space, wanted: &[usize], numbers: &mut Numbers) -> Option<Row> {
    for _ in 0..40 {
        let mut row = space.numbered(numbers.below(space.size()));
        for (choice, value) in wanted.iter().filter_map(|it| place_of(*it)) {
            row.0[choice as usize] = u8::try_from(value).ok()?;
        }
        if space.holds(&row) {
            return Some(row);
        }
    }
    None
}

impl Row {
    /// The story of a row, with the same request once more where that is wanted.
    pub fn story(&self, again: bool) -> Story {
        let mut acts = self.acts();
        if again && let Some(last) = acts.last().cloned() {
            acts.push(last);
        }
        Story { acts, ..Story::default() }
    }

    /// Who asks, in the words of the features.
    pub fn who(&self) -> &'static str {
        self.text(Choice::Who)
    }
}
