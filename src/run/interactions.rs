//! How many combinations of documented choices a run exercised.

use super::recording_file::ProductRecording;
use super::told_story::story_of;
use crate::graph::{Purpose, Recording};
use crate::judge::environment;
use crate::report::{ChosenValue, Interactions, PairTable, RuleReport};
use crate::story::Combining;
use crate::story::combinations::{Coverage, Exercised, Space};

/// What the requests of these runs exercised, of everything that the documentation lets meet: what a run lacked
/// the means for never met either.
pub(super) fn interactions(runs: &[(ProductRecording, Vec<RuleReport>)]) -> Option<Interactions> {
    let requests: Vec<Vec<Exercised>> = runs.iter().map(|(it, _)| requests(it)).collect();
    if requests.iter().all(Vec::is_empty) {
        return None;
    }
    let mut triples = (0, 0);
    let mut tables = Vec::new();
    for ((recorded, _), requests) in runs.iter().zip(&requests) {
        let product = recorded.header.product;
        let space = Space::of(product);
        let coverage = covered(&space, requests, 3);
        triples.0 += coverage.covered();
        triples.1 += coverage.possible();
        let (values, met) = covered(&space, requests, 2).table(&space);
        let value = |(choice, value): (&str, &str)| ChosenValue {
            choice: choice.to_owned(),
            value: value.to_owned(),
        };
        tables.push(PairTable { product, values: values.into_iter().map(value).collect(), met });
    }
    Some(Interactions::of(tables, Some(format!("{}/{}", triples.0, triples.1))))
}

fn covered(space: &Space, requests: &[Exercised], strength: usize) -> Coverage {
    let mut coverage = Coverage::of(space, strength);
    for request in requests {
        coverage.add(space, request);
    }
    coverage
}

/// The requests that were sent and answered, as the choices they combine.
fn requests(recorded: &ProductRecording) -> Vec<Exercised> {
    let means = recorded.means();
    let combining = Combining { space: Space::of(means.product), ..means.combining() };
    let of_recording = |recording: &Recording| {
        let story = story_of(&recording.lines);
        let mut requests = combining.of(&story);
        requests.retain(|request| was_answered(recording, request.request));
        requests
    };
    recorded.recordings.iter().flat_map(of_recording).collect()
}

fn was_answered(recording: &Recording, request: usize) -> bool {
    recording.exchanges.iter().any(|it| {
        it.purpose == Purpose::CreateLink
            && it.link == Some(request)
            && !it.retried
            && environment(it).is_none()
    })
}
