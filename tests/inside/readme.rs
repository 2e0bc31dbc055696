//! What the documents say is what the program does.

use std::process::Command;

fn linkspec(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_linkspec")).args(arguments).env_clear().output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_proof_speaks_of_every_deviation_and_variant_and_misses_none() {
    let proof = include_str!("../../docs/proof.md");
    for deviation in linkspec::mock::deviations() {
        assert!(proof.contains(&format!("| {} |", deviation.name)), "{}", deviation.name);
    }
    for variant in linkspec::mock::variants() {
        assert!(proof.contains(&format!("| {} |", variant.name)), "{}", variant.name);
    }
    assert!(!proof.contains("| missed"), "a deviation is missed");
    assert!(!proof.contains("The plain mock is blamed"));
}

/// Some of the deviations of every chapter, and one of each of the four rules the project was asked for by name, judged anew:
/// the proof has the very rows that come out.
#[test]
fn the_proof_has_the_rows_that_a_new_trial_gives() {
    let proof = include_str!("../../docs/proof.md");
    let by_name = [
        "always-created",
        "embed-off-personal-accepted",
        "organization-on-personal",
        "retain-absent-means-false",
    ];
    let others = linkspec::mock::deviations().iter().step_by(24).map(|it| it.name);
    let chosen: Vec<&str> = by_name.into_iter().chain(others).collect();
    let mut arguments = vec!["prove", "--format", "markdown"];
    arguments.extend(chosen.iter().flat_map(|name| ["--deviation", name]));
    let tried = linkspec(&arguments);
    for name in chosen {
        let row = format!("| {name} |");
        let rows: Vec<&str> = tried.lines().filter(|line| line.starts_with(&row)).collect();
        assert!(!rows.is_empty(), "{name} was not tried: {tried}");
        for row in rows {
            assert!(proof.lines().any(|line| line == row), "not in docs/proof.md: {row}");
        }
    }
}
