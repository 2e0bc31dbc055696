//! The corpus of the fuzz target, replayed, and as many arbitrary answers as a test has time for.

#[path = "../fuzz/answers.rs"]
mod answers;

use linkspec::report::Verdict;
use proptest::prelude::*;

#[test]
fn every_answer_of_the_corpus_is_judged() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus/judge_answers");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "{}", files.len());
    for file in files {
        let rules = answers::judged(&std::fs::read(&file).unwrap());
        assert!(!rules.is_empty(), "{}", file.display());
    }
}

#[test]
fn a_whole_answer_makes_its_rules_pass() {
    // The guard itself must let the facts through, or it would prove nothing.
    let whole = concat!(
        "201\ncontent-type: application/json\n\n",
        r#"{"id":"a","roles":["read"],"link":{"type":"view","scope":"anonymous","#,
        r#""webUrl":"https://1drv.ms/x"}}"#
    );
    let rules = answers::judged(whole.as_bytes());
    for id in ["PERM-01", "PERM-04", "PERM-06", "LINK-04", "RESP-03", "IDEM-19"] {
        let rule = rules.iter().find(|it| it.id == id).unwrap();
        assert_eq!(rule.verdict, Verdict::Pass, "{id}: {:?}", rule.reason);
    }
}

fn member() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("[]".to_owned()),
        Just("\"read\"".to_owned()),
        Just("[\"read\"]".to_owned()),
        Just("\"view\"".to_owned()),
        Just("\"https://1drv.ms/a?b=c\"".to_owned()),
        Just("{\"type\":\"view\",\"webUrl\":\"https://1drv.ms/a\"}".to_owned()),
        Just("{\"code\":\"invalidRequest\",\"message\":\"m\"}".to_owned()),
        "\"\\PC{0,12}\"",
        "[0-9]{1,30}",
    ];
    let name = prop_oneof![
        Just("id"),
        Just("roles"),
        Just("link"),
        Just("error"),
        Just("value"),
        Just("expirationDateTime"),
        Just("hasPassword"),
        Just("shareId"),
    ];
    (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        // What is found goes into the corpus.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        answers::judged(&bytes);
    }

    #[test]
    fn nearly_right_answers_are_judged(
        status in prop_oneof![Just(200_u16), Just(201), Just(400), Just(404), any::<u16>()],
        header in "(content-type: [a-z/;= ]{0,30}\n)?(location: \\PC{0,30}\n)?(retry-after: [0-9a-z.]{0,9}\n)?",
        members in proptest::collection::vec(member(), 0..6),
        everywhere in any::<bool>(),
    ) {
        let all = if everywhere { " all" } else { "" };
        let body = members.join(",");
        answers::judged(format!("{status}{all}\n{header}\n{{{body}}}").as_bytes());
    }
}
