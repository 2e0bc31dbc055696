//! The folder of the user's in which journals and kept runs lie, and which of them may be taken for the user's own:
//! what a journal names is deleted, so nobody else may have written it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::output::eprintln;
use super::trouble::Trouble;

/// Where journals and kept runs go unless told otherwise; none where nothing names a folder of the user's.
///
/// A variable with a relative path names none: it would be a folder of whatever repository one stands in.
fn named() -> Option<PathBuf> {
    let variable =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    variable("XDG_STATE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local").join("state")))
        .or_else(|| variable("LOCALAPPDATA"))
        .map(|folder| folder.join("linkspec"))
}

/// The folder for what this process writes. Without one of the user's it is new, and nobody else's to look into.
pub(super) fn state_folder() -> Result<PathBuf, Trouble> {
    static PASSING: OnceLock<PathBuf> = OnceLock::new();
    if let Some(folder) = named() {
        make_private(&folder);
        return Ok(folder);
    }
    if let Some(folder) = PASSING.get() {
        return Ok(folder.clone());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix("linkspec-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder
        .tempdir()
        .map_err(|error| {
            Trouble::environment(format!("no folder can be made for the journal: {error}"))
                .hint("name a place with --journal FILE")
        })?
        .keep();
    eprintln!(
        "note: neither XDG_STATE_HOME nor HOME names a folder of yours, so the journal of this run is in {}; \
         `linkspec cleanup` does not look there unless --journal names it",
        folder.display()
    );
    Ok(PASSING.get_or_init(|| folder).clone())
}

/// Makes the folder for its owner alone. One that is there stays as it is; clean-up says what is wrong with it.
fn make_private(folder: &Path) {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    // Where it cannot be made, the file in it cannot either, which is said then.
    let _ = builder.create(folder);
}

/// The journals that nobody but the user can have written, and the folder they are in.
///
/// # Errors
/// When no folder is the user's, or others can write to it.
pub(super) fn own_journals() -> Result<(PathBuf, Vec<PathBuf>), Trouble> {
    let Some(folder) = named() else {
        return Err(Trouble::usage(
            "neither XDG_STATE_HOME nor HOME names a folder, so there is none whose journals are surely yours",
        )
        .hint("name the journal of the run: linkspec cleanup --journal FILE"));
    };
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok((folder, Vec::new())) };
    let refused = |path: &Path, why: &str| {
        Trouble::usage(format!("{} {why}, so what it says need not be yours", path.display())).hint(
            "look at it, and name the journal where it is yours: linkspec cleanup --journal FILE",
        )
    };
    if let Some(why) = std::fs::metadata(&folder).ok().and_then(|it| why_not_private(&it)) {
        return Err(refused(&folder, why));
    }
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "journal"))
        .collect();
    found.sort();
    for path in &found {
        let Ok(metadata) = std::fs::symlink_metadata(path) else { continue };
        if !metadata.is_file() {
            return Err(refused(path, "is no plain file"));
        }
        if let Some(why) = why_not_private(&metadata) {
            return Err(refused(path, why));
        }
    }
    Ok((folder, found))
}

#[cfg(unix)]
fn why_not_private(metadata: &std::fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt as _;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Some("belongs to somebody else");
    }
    (metadata.mode() & 0o022 != 0).then_some("can be written by others")
}

#[cfg(not(unix))]
fn why_not_private(_: &std::fs::Metadata) -> Option<&'static str> {
    // The folders of a user are the user's alone there.
    None
}
