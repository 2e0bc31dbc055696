//! Going on with a run that stopped: on the target it began on, or not at all. What it is kept in would
//! otherwise mix the answers of two services in one report.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::arguments::{TargetKind, TargetOptions};
use super::service_root;
use super::trouble::Trouble;
use crate::drive::{LiveOptions, base_url};
use crate::graph::Cloud;
use crate::run::{self, Header, ProductRecording};

/// The recordings of a kept run.
pub(super) fn read(path: &Path) -> Result<Vec<ProductRecording>, Trouble> {
    let file = File::open(path)
        .map_err(|error| Trouble::usage(format!("{} cannot be read: {error}", path.display())))?;
    run::read_recordings(BufReader::new(file))
        .map_err(|error| Trouble::usage(format!("{}: {error}", path.display())))
}

/// Reads the kept run, and has the settings name its target where neither they nor the arguments do.
pub(super) fn go_on(
    given: &TargetOptions,
    settings: &mut TargetOptions,
    path: &Path,
) -> Result<Vec<ProductRecording>, Trouble> {
    let kept = read(path)?;
    let Some(ProductRecording { header, .. }) = kept.first() else { return Ok(kept) };
    let file = path.display();
    let other = |what: &str| {
        Err(Trouble::usage(format!("{file} is of a run {what}, and a run goes on where it began"))
            .hint("leave --resume out to begin another"))
    };
    if header.target.kind != "live" {
        if given.kind == Some(TargetKind::Live) || (given.kind.is_none() && given.names_live()) {
            return other("on the mock");
        }
        settings.kind = Some(TargetKind::Mock);
        settings.product = kept.iter().map(|it| it.header.product.name().to_owned()).collect();
        return Ok(kept);
    }
    if given.kind == Some(TargetKind::Mock) {
        return other("on a live target");
    }
    settings.kind = Some(TargetKind::Live);
    name_root(given, settings, (path, header), &other)?;
    match header.drive.as_deref() {
        None | Some("me") => {}
        Some(_) if given.drive.is_some() || settings.drive.is_some() => {}
        Some(kind) => {
            return Err(Trouble::usage(format!("{file} does not hold which drive it is of"))
                .hint(format!("name it again: --drive {kind}/ID; ids are not kept in files")));
        }
    }
    Ok(kept)
}

fn name_root(
    given: &TargetOptions,
    settings: &mut TargetOptions,
    (path, header): (&Path, &Header),
    other: &dyn Fn(&str) -> Result<Vec<ProductRecording>, Trouble>,
) -> Result<(), Trouble> {
    let Some(kept) = &header.target.base_url else { return Ok(()) };
    let asked = given.base_url.as_ref().or(settings.base_url.as_ref());
    let cloud = given.cloud.as_ref().or(settings.cloud.as_ref());
    let root = match (asked, cloud.and_then(|name| Cloud::named(name))) {
        (Some(url), _) => base_url(url).ok(),
        (None, Some(cloud)) => base_url(cloud.service_root()).ok(),
        (None, None) if *kept == LiveOptions::default().base.as_str() => None,
        (None, None) => {
            let root = base_url(kept)
                .map_err(|error| Trouble::usage(format!("{}: {error}", path.display())))?;
            service_root::named_again(&root, None, &path.display().to_string())?;
            settings.base_url = Some(kept.clone());
            None
        }
    };
    match root {
        Some(root) if root.as_str() != kept => other(&format!("at {kept}")).map(drop),
        _ => Ok(()),
    }
}
