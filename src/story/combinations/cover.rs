//! Which pairs and triples of choices are exercised, and rows that exercise the rest.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use super::stories::{Exercised, exercised};
use super::{CHOICES, Choice, Row, Space};
use crate::story::phrase::Story;

/// Values are numbered through all choices; there are fewer than this.
const VALUES: usize = 64;

/// From how many rows the search for each next one starts.
const STARTS: usize = 6;

/// How many rows are taken away to be sought anew.
const TAKEN_AWAY: usize = 4;

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
        let refused_for = row.refused_for(space.product);
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
                if !has(&self.covered, tuple) {
                    found.push(tuple);
                }
            });
        }
        if requests.len() > 1 {
            found.sort_unstable();
            found.dedup();
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

/// Numbers that look random and are the same in every run: a 64-bit linear congruence (Knuth's MMIX).
pub struct Numbers(u64);

impl Numbers {
    /// Those that begin with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The upper bits are the good ones.
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

/// A row and whether it is asked for again, which is worth a call where much depends on it.
pub type Combined = (Row, bool);

/// What a run says of an address and a scope that are not named.
#[derive(Clone, Copy)]
pub struct Usual<'u> {
    /// The kind of address.
    pub address: &'static str,
    /// The scope of a link.
    pub scope: &'u str,
}

/// Rows that exercise what is not yet covered, the most telling for each call first. So many times some are taken
/// away and sought anew, and what costs fewer calls is kept.
pub fn complete(
    space: &Space,
    coverage: &Coverage,
    usual: Usual<'_>,
    improvements: usize,
) -> Vec<Combined> {
    let known = HashMap::new();
    let mut search = Search { space, coverage, usual, numbers: Numbers(17), known };
    let mut best = search.rows(Vec::new());
    for _ in 0..improvements {
        let mut kept = best.clone();
        for _ in 0..TAKEN_AWAY.min(kept.len()) {
            let place = search.numbers.below(kept.len());
            kept.remove(place);
        }
        let other = search.rows(kept);
        if search.calls(&other) <= search.calls(&best) {
            best = other;
        }
    }
    best
}

/// A search for rows.
struct Search<'s> {
    space: &'s Space,
    /// What needs no row.
    coverage: &'s Coverage,
    usual: Usual<'s>,
    numbers: Numbers,
    /// What a row exercises and costs.
    known: HashMap<Combined, (Rc<[Exercised]>, usize)>,
}

/// A row that was found, and what it is worth for each call.
struct Found {
    value: f64,
    combined: Combined,
}

impl Search<'_> {
    fn told(&mut self, combined: Combined) -> (Rc<[Exercised]>, usize) {
        let (row, again) = combined;
        let (space, usual) = (self.space, self.usual);
        let found = self.known.entry(combined).or_insert_with(|| {
            let story = row.story(again);
            let requests = exercised(&story, space, usual.address, usual.scope);
            (requests.into(), story.create_link_calls())
        });
        found.clone()
    }

    fn requests(&mut self, combined: Combined) -> Rc<[Exercised]> {
        self.told(combined).0
    }

    fn calls(&mut self, rows: &[Combined]) -> usize {
        rows.iter().map(|combined| self.told(*combined).1).sum()
    }

    fn covered_by(&mut self, rows: impl Iterator<Item = Combined>) -> Coverage {
        let mut coverage = self.coverage.clone();
        for combined in rows {
            for request in self.requests(combined).iter() {
                coverage.add(self.space, request);
            }
        }
        coverage
    }

    /// Greedy: to these rows the best that is found for one open tuple after another.
    fn rows(&mut self, mut rows: Vec<Combined>) -> Vec<Combined> {
        let mut coverage = self.covered_by(rows.iter().copied());
        let mut given_up = Vec::new();
        loop {
            let open: Vec<usize> = coverage.open().filter(|it| !given_up.contains(it)).collect();
            if open.is_empty() {
                return self.needed(rows);
            }
            let mut best: Option<Found> = None;
            for _ in 0..STARTS {
                let tuple = open[self.numbers.below(open.len())];
                let wanted = coverage.values(tuple);
                let Some(start) = self.candidate(&wanted) else { continue };
                let found = self.climb(&coverage, start);
                if found.value > best.as_ref().map_or(0.0, |it| it.value) {
                    best = Some(found);
                }
            }
            match best {
                Some(best) => {
                    for request in self.requests(best.combined).iter() {
                        coverage.add(self.space, request);
                    }
                    rows.push(best.combined);
                }
                // Nothing that could be told exercises it.
                None => given_up.push(open[0]),
            }
        }
    }

    /// Changes one choice after another as long as that makes the row worth more.
    fn climb(&mut self, coverage: &Coverage, start: Row) -> Found {
        let mut best = self.value(coverage, start);
        let mut unchanged = 0;
        let mut place = self.numbers.below(CHOICES.len());
        while unchanged < CHOICES.len() {
            let before = best.value;
            for value in self.space.values[place].clone() {
                let mut row = best.combined.0;
                row.0[place] = value;
                if row != best.combined.0 && self.space.holds(&row) {
                    let found = self.value(coverage, row);
                    if found.value > best.value {
                        best = found;
                    }
                }
            }
            unchanged = if best.value > before { 0 } else { unchanged + 1 };
            place = (place + 1) % CHOICES.len();
        }
        best
    }

    fn value(&mut self, coverage: &Coverage, row: Row) -> Found {
        let mut of = |again: bool| {
            let combined = (row, again);
            let (requests, calls) = self.told(combined);
            let gain = coverage.gain(self.space, &requests);
            #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
            let value = gain as f64 / calls.max(1) as f64;
            Found { value, combined }
        };
        let (once, twice) = (of(false), of(true));
        if twice.value > once.value { twice } else { once }
    }

    /// The rows less those whose combinations the others hold too.
    fn needed(&mut self, mut rows: Vec<Combined>) -> Vec<Combined> {
        let mut place = rows.len();
        while place > 0 {
            place -= 1;
            let without = rows.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Vec<Combined> = without.map(|(_, it)| *it).collect();
            let coverage = self.covered_by(others.iter().copied());
            if coverage.gain(self.space, &self.requests(rows[place])) == 0 {
                rows = others;
            }
        }
        rows
    }

    /// A row of the space with these values, the rest as it comes.
    fn candidate(&mut self, wanted: &[usize]) -> Option<Row> {
        for _ in 0..40 {
            let mut row = self.space.numbered(self.numbers.below(self.space.size()));
            for (choice, value) in wanted.iter().filter_map(|it| place_of(*it)) {
                row.0[choice as usize] = u8::try_from(value).ok()?;
            }
            if self.space.holds(&row) {
                return Some(row);
            }
        }
        None
    }
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
