//! What the documents say is what the program does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::process::Command;

fn linkspec(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_linkspec")).args(arguments).env_clear().output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_table_of_what_is_covered_is_the_one_the_program_prints() {
    let readme = include_str!("../README.md");
    let table = readme
        .split("<!-- coverage -->")
        .nth(1)
        .and_then(|rest| rest.split("<!-- /coverage -->").next())
        .unwrap();
    assert_eq!(table.trim(), linkspec(&["rules", "--format", "markdown"]).trim());
}

#[test]
fn the_proof_speaks_of_every_deviation_and_variant_and_misses_none() {
    let proof = include_str!("../docs/proof.md");
    for deviation in linkspec::mock::deviations() {
        assert!(proof.contains(&format!("| {} |", deviation.name)), "{}", deviation.name);
    }
    for variant in linkspec::mock::variants() {
        assert!(proof.contains(&format!("| {} |", variant.name)), "{}", variant.name);
    }
    assert!(!proof.contains("| missed"), "a deviation is missed");
    assert!(!proof.contains("The plain mock is blamed"));
}

/// One deviation of each of the four rules the project was asked for by name, judged anew.
#[test]
fn the_four_rules_asked_for_by_name_catch_what_breaks_them() {
    let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
        .args([
            "prove",
            "--deviation",
            "always-created",
            "--deviation",
            "embed-off-personal-accepted",
            "--deviation",
            "organization-on-personal",
            "--deviation",
            "retain-absent-means-false",
        ])
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("missed "), "{text}");
    assert!(!text.contains("collateral "), "{text}");
    assert!(text.contains(", 0 with collateral, 0 missed"), "{text}");
}
