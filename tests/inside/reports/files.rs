//! Reports as files: where they go, and what is left when they cannot go there.

use std::fs;

use linkspec::report::{ReportFormat, ReportTarget, check_targets, check_writable, json};

use super::fixture;

fn target(text: &str) -> Result<ReportTarget, String> {
    text.parse().map_err(|error: linkspec::report::WriteError| error.to_string())
}

#[test]
fn the_option_is_read() {
    assert_eq!(target("json=a=b").unwrap().path.unwrap().to_str(), Some("a=b"));
    assert_eq!(target("sarif=-").unwrap().path, None);
    assert_eq!(
        target("jsno=x").unwrap_err(),
        "unknown report format \"jsno\"; did you mean \"json\"?"
    );
    assert_eq!(
        target("pdf=x").unwrap_err(),
        "unknown report format \"pdf\"; use one of json, junit, html, sarif, markdown, har"
    );
    assert!(target("json").unwrap_err().contains("--report json=PATH"));
}

#[test]
fn every_format_is_written_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for format in ReportFormat::ALL {
        let path = folder.path().join(format.name());
        let target = ReportTarget { format, path: Some(path.clone()) };
        fs::write(&path, "older").unwrap();
        check_targets(std::slice::from_ref(&target)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "older", "checking changes nothing");
        target.write(&fixture::red(), false).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format.render(&fixture::red(), false).unwrap()
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), ReportFormat::ALL.len());
    let text = fs::read_to_string(folder.path().join("json")).unwrap();
    assert_eq!(json::read(&text).unwrap(), fixture::red());
}

#[test]
fn what_cannot_be_written_is_known_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let message = check_writable(folder.path()).unwrap_err().to_string();
    assert!(message.contains("it is a folder"), "{message}");
    let missing = folder.path().join("missing/report.json");
    let message = check_writable(&missing).unwrap_err().to_string();
    assert!(message.contains("missing does not exist"), "{message}");
    let same = [target("json=x").unwrap(), target("html=x").unwrap()];
    assert!(check_targets(&same).unwrap_err().to_string().contains("give each its own file"));
}

#[cfg(unix)]
#[test]
fn links_and_devices_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&file, "older").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    linkspec::report::write_file(&link, "newer").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    let null = std::path::Path::new("/dev/null");
    check_writable(null).unwrap();
    linkspec::report::write_file(null, "gone").unwrap();
    assert!(!fs::metadata(null).unwrap().is_file());
}
