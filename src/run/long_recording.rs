//! Judging a recording of any length: what a run of linkspec amounts to is judged as the run it is; what goes
//! beyond that, as traffic, by the rules that need no story.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::Suite;
use super::passes::judge_recording;
use super::recording_file::{Header, ProductRecording, RecordingError, RecordingLines, Said};
use super::select::Selection;
use super::traffic::{Origin, add, judge_traffic};
use crate::graph::{Exchange, Product, Purpose, Recording, Redactor};
use crate::report::RuleReport;
use crate::traffic::{Collector, Limits};

/// How much is judged as runs. A full run of linkspec on three products holds some nine hundred exchanges, and what
/// it waited for comes on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// So many exchanges.
    pub exchanges: usize,
    /// Whose lines are so many bytes.
    pub bytes: usize,
    /// The most exchanges of one story.
    pub of_a_story: usize,
    /// The most runs.
    pub runs: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { exchanges: 5_000, bytes: 64 * 1024 * 1024, of_a_story: 2_000, runs: 50 }
    }
}

/// What judging a recording came to.
#[derive(Debug, Default)]
pub struct JudgedRecording {
    /// The runs, and what went beyond them, by product.
    pub judged: Vec<(ProductRecording, Vec<RuleReport>)>,
    /// How many exchanges there were.
    pub exchanges: u32,
    /// How many of them are createLink requests.
    pub create_link: u64,
    /// What could not be read, and how much was judged as traffic.
    pub remarks: Vec<String>,
}

/// Judges a recording as it is read. Exchanges are numbered from `first_number` on.
///
/// # Errors
/// When the file cannot be read, or a whole line is no line of a recording. Half a line is told and no error.
pub async fn judge_long_recording(
    suite: &Suite,
    selection: &Selection,
    from: impl BufRead,
    first_number: u32,
    only: Option<Product>,
    room: Room,
) -> Result<JudgedRecording, RecordingError> {
    let mut lines = RecordingLines::new(from);
    let mut reading = Reading { first_number, room, only, ..Reading::new() };
    let mut came_to = JudgedRecording::default();
    loop {
        let said = match lines.advance() {
            Ok(false) => break,
            Ok(true) => lines.said(),
            Err(error) => Err(error),
        };
        let said = match said {
            Ok(said) => said,
            Err(RecordingError::Damaged { line, .. }) => {
                came_to
                    .remarks
                    .push(format!("line {line} is damaged; it and what follows are left out"));
                break;
            }
            Err(error) => return Err(error),
        };
        let mistake =
            |message: &str| RecordingError::Line { line: lines.line, message: message.to_owned() };
        match said {
            Said::Run(header) => {
                if let Some(run) = reading.begin_run(*header) {
                    let rules = judge_recording(suite, selection, &run).await;
                    add(&mut came_to.judged, (run, rules));
                }
            }
            Said::Story(_) if reading.run.is_none() => {
                return Err(mistake("a story before any run"));
            }
            Said::Story(story) => reading.begin_story(story),
            Said::Exchange(_) if reading.story.is_none() => {
                return Err(mistake("an exchange before any story"));
            }
            Said::Exchange(exchange) => reading.take(exchange, lines.length()),
        }
    }
    if let Some(run) = reading.end_run() {
        let rules = judge_recording(suite, selection, &run).await;
        add(&mut came_to.judged, (run, rules));
    }
    if reading.runs == 0 {
        return Err(RecordingError::Empty);
    }
    came_to.exchanges = reading.numbered;
    came_to.create_link = reading.create_link;
    if reading.poured > 0 {
        came_to.remarks.push(format!(
            "longer than a run: {} exchanges were judged as the runs they are, the other {} by the rules about \
             answers, requests and repeats",
            reading.kept_exchanges, reading.poured
        ));
    }
    for (origin, collector) in reading.beyond.into_values() {
        for result in judge_traffic(suite, selection, &collector.gather(), &origin).await {
            add(&mut came_to.judged, result);
        }
    }
    Ok(came_to)
}

/// A recording on its way through.
struct Reading {
    first_number: u32,
    room: Room,
    only: Option<Product>,
    runs: usize,
    run: Option<ProductRecording>,
    story: Option<Recording>,
    /// The story at hand did not fit; what follows of it does not either.
    overflows: bool,
    story_bytes: usize,
    kept_exchanges: usize,
    kept_bytes: usize,
    numbered: u32,
    last_number: u32,
    create_link: u64,
    poured: u64,
    beyond: BTreeMap<Product, (Origin, Collector)>,
}

impl Reading {
    fn new() -> Self {
        Self {
            first_number: 1,
            room: Room::default(),
            only: None,
            runs: 0,
            run: None,
            story: None,
            overflows: false,
            story_bytes: 0,
            kept_exchanges: 0,
            kept_bytes: 0,
            numbered: 0,
            last_number: 0,
            create_link: 0,
            poured: 0,
            beyond: BTreeMap::new(),
        }
    }

    fn begin_run(&mut self, header: Header) -> Option<ProductRecording> {
        let ended = self.end_run();
        self.runs += 1;
        // Another run has other items, even where a mock gives them the same ids.
        for (_, collector) in self.beyond.values_mut() {
            collector.service_was_reset();
        }
        self.run = Some(ProductRecording { header, recordings: Vec::new() });
        ended
    }

    /// The run so far, unless nothing of it is to be judged as a run.
    fn end_run(&mut self) -> Option<ProductRecording> {
        self.end_story();
        let run = self.run.take()?;
        let wanted = self.only.is_none_or(|only| only == run.header.product);
        (wanted && !(run.recordings.is_empty() && self.poured > 0)).then_some(run)
    }

    fn begin_story(&mut self, story: Recording) {
        self.end_story();
        self.story = Some(story);
        self.overflows = self.kept_exchanges >= self.room.exchanges || self.runs > self.room.runs;
        self.story_bytes = 0;
    }

    fn end_story(&mut self) {
        let Some(story) = self.story.take() else { return };
        if self.overflows {
            return;
        }
        self.kept_exchanges += story.exchanges.len();
        self.kept_bytes += self.story_bytes;
        if let Some(run) = &mut self.run {
            run.recordings.push(story);
        }
    }

    fn take(&mut self, mut exchange: Exchange, bytes: usize) {
        let next = self.last_number.max(self.first_number.saturating_sub(1)).saturating_add(1);
        // Numbers stay as they are in the file, unless another file came before it.
        let number = if self.first_number == 1 { exchange.number.max(next) } else { next };
        exchange.number = number;
        self.last_number = number;
        self.numbered = number.saturating_sub(self.first_number).saturating_add(1);
        let product = self.run.as_ref().map(|run| run.header.product);
        if product.is_none() || self.only.is_some_and(|only| Some(only) != product) {
            return;
        }
        self.create_link += u64::from(exchange.purpose == Purpose::CreateLink);
        self.story_bytes += bytes;
        let Some(story) = self.story.as_mut().filter(|_| !self.overflows) else {
            self.pour_exchange(&exchange);
            return;
        };
        story.exchanges.push(exchange);
        self.overflows = story.exchanges.len() > self.room.of_a_story
            || self.kept_exchanges + story.exchanges.len() > self.room.exchanges
            || self.kept_bytes + self.story_bytes > self.room.bytes;
        if self.overflows {
            for exchange in std::mem::take(&mut story.exchanges) {
                self.pour_exchange(&exchange);
            }
        }
    }

    fn pour_exchange(&mut self, exchange: &Exchange) {
        if exchange.retried {
            // An attempt that gave way to a later one says nothing.
            self.pour(Collector::pass);
        } else {
            self.pour(|collector| collector.see_exchange(exchange));
        }
    }

    fn pour(&mut self, see: impl FnOnce(&mut Collector)) {
        let Some(run) = &self.run else { return };
        self.poured += 1;
        let header = &run.header;
        let (_, collector) = self.beyond.entry(header.product).or_insert_with(|| {
            let origin = Origin {
                kind: "recording",
                caller: header.caller.clone(),
                tenant: header.tenant.clone(),
                scripted: false,
            };
            (origin, Collector::new(Limits::default(), Some(header.product), Redactor::new()))
        });
        see(collector);
    }
}
