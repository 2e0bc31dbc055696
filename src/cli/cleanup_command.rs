//! The command line that removes what a run left behind.

use std::path::Path;

use crate::graph::Cloud;
use crate::report::quote;

/// The command that cleans up from a journal. The service root is named where the journal does not decide it.
pub(super) fn command(journal: &Path, base: &url::Url) -> String {
    let journal = quote(&journal.display().to_string());
    let root = match Cloud::of_origin(base) {
        Some(_) => String::new(),
        None => format!(" --base-url {}", quote(base.as_str())),
    };
    format!("linkspec cleanup --journal {journal}{root}")
}
