//! Where tokens go is for the user to say. A file of an earlier run may repeat it, and decides it only where it names
//! the service root of a Microsoft cloud.

use url::Url;

use super::output::eprintln;
use super::settings::FILE;
use super::trouble::Trouble;
use crate::drive::base_url;
use crate::graph::Cloud;

/// Refuses a service root that only a file names, unless it is a cloud's; `file` says which one it is.
///
/// # Errors
/// When it has to be named again, or something else was named.
pub(super) fn named_again(root: &Url, asked: Option<&str>, file: &str) -> Result<(), Trouble> {
    let Some(asked) = asked else {
        return match Cloud::of_origin(root) {
            Some(_) => Ok(()),
            None => Err(Trouble::usage(format!(
                "{file} is of a run at {root}, which is no Microsoft cloud, and a file does not decide where tokens go"
            ))
            .hint(format!("if that is your service, name it again: --base-url {root}"))),
        };
    };
    let asked = base_url(asked).map_err(|error| Trouble::usage(format!("--base-url: {error}")))?;
    if asked == *root {
        return Ok(());
    }
    Err(Trouble::usage(format!("{file} is of a run at {root}, and --base-url names {asked}"))
        .hint("name the service root of that run, or leave the file out"))
}

/// Says where tokens go before they do, where `linkspec.toml` of the current folder decides it: the folder may be a
/// repository somebody else wrote.
pub(super) fn tell_of_folder(root: &Url, authority: Option<&Url>) {
    if Cloud::of_origin(root).is_none() {
        eprintln!(
            "note: {FILE} of this folder names the service root: tokens go to {}",
            root.origin().ascii_serialization()
        );
    }
    let host = authority.and_then(Url::host_str).unwrap_or_default();
    if let Some(authority) = authority
        && Cloud::of_issuer(host).is_empty()
    {
        eprintln!(
            "note: {FILE} of this folder names the authority: client secrets and sign-ins go to {}",
            authority.origin().ascii_serialization()
        );
    }
}
