//! Recordings made after what people reported, each with what has to be said of it.

use std::path::Path;

use linkspec::graph::Tenant;
use linkspec::report::Verdict;

use super::{holds, judged, read_har, suite, with_verdict};

/// What a recording has to come to.
enum Expected {
    /// No finding at all.
    Nothing,
    /// No failure; a warning by one of these at most.
    WarningsAtMost(&'static [&'static str]),
    /// A failure by one of these, and by no other.
    Fails(&'static [&'static str]),
}
use Expected::{Fails, Nothing, WarningsAtMost};

const CASES: [(&str, Expected); 19] = [
    ("colon-after-the-id", Fails(&["SDK-01"])),
    ("drive-item-of-a-list-item", Fails(&["TYPE-05"])),
    ("embed-on-business", Fails(&["TYPE-08"])),
    ("error-without-message", Fails(&["ERR-02"])),
    ("existing-link-has-a-password", Nothing),
    ("gateway-504-empty-message", WarningsAtMost(&["ERR-02"])),
    ("newest-first", Nothing),
    ("organization-on-personal-becomes-anyone", Fails(&["SCOPE-09", "SCOPE-13"])),
    ("qualified-name", WarningsAtMost(&["SDK-01"])),
    ("refused-where-a-link-exists", Nothing),
    ("removal-timed-out", Nothing),
    ("removed-by-path", Nothing),
    ("removed-in-a-batch", Nothing),
    ("renewed-token", Fails(&["IDEM-02", "IDEM-03", "IDEM-04"])),
    ("select-without-link", Nothing),
    ("shares-address-beside-another", Fails(&["TYPE-05"])),
    ("site-and-drive", WarningsAtMost(&["SDK-01"])),
    ("token-ended-before-the-repeat", Nothing),
    ("users-with-recipients-on-beta", Nothing),
];

#[test]
fn each_recording_comes_to_what_it_proves() -> Result<(), String> {
    let suite = suite();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inside/traffic/cases");
    let count = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(count, CASES.len(), "every file has its line");
    for (name, expected) in &CASES {
        let text = std::fs::read_to_string(folder.join(format!("{name}.har"))).unwrap();
        let (gathered, _) = read_har(&text, None);
        let rules = judged(&suite, &gathered, &Tenant::default());
        let failed = with_verdict(&rules, Verdict::Fail);
        let warned = with_verdict(&rules, Verdict::Warn);
        let said = || format!("{name}: fails {failed:?}, warns {warned:?}");
        let found: Vec<&str> = failed.keys().map(String::as_str).collect();
        match expected {
            Nothing => holds(failed.is_empty() && warned.is_empty(), said)?,
            WarningsAtMost(ids) => {
                let others = warned.keys().any(|it| !ids.contains(&it.as_str()));
                holds(failed.is_empty() && !others, said)?;
            }
            Fails(ids) => holds(found == *ids, said)?,
        }
    }
    Ok(())
}
