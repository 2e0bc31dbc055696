//! The files of `features/`: the copy in the binary, or a folder on disk.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Mistake;

/// Where the documentation has two readings.
pub(super) const AMBIGUITIES: &str = "ambiguities.toml";
/// The pages that rules rest on.
pub(super) const SOURCES: &str = "sources.toml";
/// The statements of createLink's page.
pub(super) const STATEMENTS: &str = "statements.toml";
/// What no scenario judges.
pub(super) const UNCOVERED: &str = "uncovered.toml";

static FEATURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/features");

/// The files of `features/`: the copy in the binary, or a folder on disk.
#[derive(Debug, Clone)]
pub struct Library {
    /// Path relative to the folder, and text; sorted by path.
    pub files: Vec<(String, String)>,
    /// All of linkspec's own files, and not a few features with what they rest on taken from the binary.
    pub is_whole: bool,
}

/// What a folder without one takes from the binary: own features rest on the same pages.
const SHARED: [&str; 2] = [SOURCES, AMBIGUITIES];

impl Library {
    /// The copy in the binary.
    pub fn embedded() -> Self {
        let mut files = Vec::new();
        collect_embedded(&FEATURES, &mut files);
        files.sort();
        Self { files, is_whole: true }
    }

    /// A changed copy in a folder.
    ///
    /// # Errors
    /// Names the file that cannot be read, or the folder that holds no feature.
    pub fn from_folder(folder: &Path) -> Result<Self, Mistake> {
        let mut files = Vec::new();
        collect_folder(folder, folder, &mut files)?;
        let is_whole = files.iter().any(|(path, _)| path == STATEMENTS);
        for name in SHARED {
            if !files.iter().any(|(path, _)| path == name)
                && let Some(text) = FEATURES.get_file(name).and_then(|file| file.contents_utf8())
            {
                files.push((name.to_owned(), text.to_owned()));
            }
        }
        files.sort();
        if !files.iter().any(|(path, _)| is_feature(path)) {
            return Err(Mistake::at(
                folder.display().to_string(),
                0,
                "the folder holds no .feature file",
            ));
        }
        Ok(Self { files, is_whole })
    }

    /// The feature files.
    pub fn features(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(|(path, _)| is_feature(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// A data file beside the features: "uncovered.toml".
    pub fn data(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(path, _)| path == name).map(|(_, text)| text.as_str())
    }
}

fn is_feature(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "feature")
}

/// The data files stand beside the features, not in their chapters.
fn is_data(root: &Path, path: &Path) -> bool {
    path.parent() == Some(root) && path.extension().is_some_and(|extension| extension == "toml")
}

fn collect_embedded(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
    for file in folder.files() {
        if let Some(text) = file.contents_utf8() {
            files.push((file.path().to_string_lossy().replace('\\', "/"), text.to_owned()));
        }
    }
    for inner in folder.dirs() {
        collect_embedded(inner, files);
    }
}

fn collect_folder(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, String)>,
) -> Result<(), Mistake> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Mistake::at(path.display().to_string(), 0, format!("cannot be read: {error}"))
    };
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let path: PathBuf = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.is_dir() {
            collect_folder(root, &path, files)?;
        } else if is_feature(&path.to_string_lossy()) || is_data(root, &path) {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.push((relative.to_string_lossy().replace('\\', "/"), text));
        }
    }
    Ok(())
}
