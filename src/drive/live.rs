//! A drive of a real service: opening it, and cleaning up on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::connect::{advice, connect, learn_address};
use super::journal::Journal;
use super::journal_entry::Entry;
use super::look::{contradictions, speaks_of};
use super::owner::{Leftover, Owner};
use super::{LiveOptions, Reached, Target, TargetError, drive_digest, join, parts};
use crate::graph::{Address, Product, Secret};

impl Target {
    /// Finds the drive, makes the run's folder and gets to know the further ways to it.
    ///
    /// # Errors
    /// When the drive cannot be read, is another product than asked for, or the folder cannot be made.
    pub async fn open(mut options: LiveOptions) -> Result<Self, TargetError> {
        let journal = Arc::new(std::mem::take(&mut options.journal));
        let base = options.base.clone();
        match Self::open_with(options, &journal).await {
            Err(error) if journal.is_done() => {
                journal.discard();
                Err(error)
            }
            Err(error) => match (journal.path(), error) {
                // Said already, with what is left.
                (_, error @ TargetError::LeftBehind { .. }) | (None, error) => Err(error),
                (Some(path), error) => {
                    let journal = path.to_owned();
                    let (left, base) = (Vec::new(), Box::new(base));
                    Err(TargetError::LeftBehind { error: Box::new(error), left, journal, base })
                }
            },
            target => target,
        }
    }

    async fn open_with(options: LiveOptions, journal: &Arc<Journal>) -> Result<Self, TargetError> {
        let passwords = [0_u8, 1].map(|_| {
            Secret::new(format!("Lk-{}", &uuid::Uuid::new_v4().simple().to_string()[..16]))
        });
        for (number, password) in passwords.iter().enumerate() {
            options.redactor.learn(&format!("password {}", number + 1), password);
        }
        let wire = tokio::select! {
            wire = connect(&options, journal) => wire?,
            () = options.interrupt.wait() => return Err(TargetError::Interrupted),
        };
        let advice = if options.kind == "mock" { Vec::new() } else { advice(&wire, None).await };
        // What a token lacks is said before it is sent.
        for problem in advice.iter().filter(|it| it.is_problem) {
            options.notices.tell(&format!("note: {problem}"));
        }
        let mut unfit = BTreeMap::new();
        if options.kind != "mock" {
            if let Some((one, other)) = parts::with_one_token(&wire).await {
                return Err(TargetError::OneToken { one, other });
            }
            unfit = parts::unfit(&wire).await;
        }
        let owner = Owner { wire: &wire };
        let drive = owner.drive(&options.drive).await?;
        wire.drive_is_at(join(&wire.base, &options.drive.drive_path()));
        if options.kind != "mock" {
            if let Some(contradiction) = contradictions(&options.tenant, drive.product).pop() {
                if !speaks_of(&options.tenant, drive.product) {
                    return Err(TargetError::Contradiction(contradiction));
                }
                let finding = &contradiction.finding;
                options.notices.tell(&format!("note: {finding}, and is left aside"));
            }
            learn_address(&wire.redactor, &Address::Drive(drive.id.clone()));
        }
        if options.goes_on_with.is_some_and(|it| it != drive_digest(&drive.id)) {
            return Err(TargetError::OtherDrive);
        }
        if let Some(asked) = options.product.filter(|asked| *asked != drive.product) {
            return Err(TargetError::OtherProduct { found: drive.product, asked });
        }
        wire.wallet.place().check_product(drive.product)?;
        let mut candidates = options.addresses.declared();
        candidates.insert("drives", Address::Drive(drive.id.clone()));
        if drive.product != Product::SharePoint {
            candidates.insert("me", Address::Me);
        }
        let mut addresses = BTreeMap::new();
        for (kind, address) in candidates {
            let reached = if address == options.drive {
                Reached::Here(address)
            } else {
                owner.same_drive(address, &drive.id).await
            };
            addresses.insert(kind, reached);
        }
        addresses.entry(options.drive.kind()).or_insert(Reached::Here(options.drive.clone()));
        if wire.interrupt().is_set() {
            return Err(TargetError::Interrupted);
        }
        // The address of a user may be an e-mail address, which is nobody's business in a file.
        let noted = match &options.drive {
            Address::User(_) => Address::Drive(drive.id.clone()),
            address => address.clone(),
        };
        journal.note(Entry::Run {
            base_url: options.base.to_string(),
            drive: noted.to_string(),
            started: Timestamp::now(),
            clock_ahead: drive.clock_ahead,
        })?;
        let folder = match owner.folder(&options.drive, journal).await {
            Ok(folder) => folder,
            Err(error) => {
                let limit = options.clean_up_limit;
                let left = clean_up_within(limit, &owner, &options.drive, journal, 1).await;
                return Err(match journal.path() {
                    Some(path) if !left.is_empty() => TargetError::LeftBehind {
                        error: Box::new(error),
                        left,
                        journal: path.to_owned(),
                        base: Box::new(options.base.clone()),
                    },
                    _ => error,
                });
            }
        };
        Ok(Self {
            kind: options.kind,
            base: options.base,
            drive: options.drive,
            drive_id: drive.id,
            product: drive.product,
            addresses,
            tenant: options.tenant,
            wire,
            web_root: options.web_root,
            passwords,
            folder,
            journal: Arc::clone(journal),
            advice,
            unfit,
            library: None,
            clean_up_limit: options.clean_up_limit,
            short_lived_links: options.short_lived_links,
            no_browser: options.no_browser,
            stories: std::sync::atomic::AtomicU32::new(0),
        })
    }

    /// Removes what the run made, links first and as many things at a time as stories were told, within the time
    /// allowed for that. Gives what is left.
    pub async fn clean_up(&self, at_a_time: usize) -> Vec<Leftover> {
        let owner = Owner { wire: &self.wire };
        clean_up_within(self.clean_up_limit, &owner, &self.drive, &self.journal, at_a_time).await
    }
}

async fn clean_up_within(
    limit: Duration,
    owner: &Owner<'_>,
    drive: &Address,
    journal: &Journal,
    at_a_time: usize,
) -> Vec<Leftover> {
    owner.wire.begin_clean_up();
    match tokio::time::timeout(limit, owner.clean_up(drive, journal, at_a_time)).await {
        Ok(left) => left,
        Err(_) => owner.not_reached(drive, journal, limit),
    }
}

/// Removes what the journal of the options names, for a run that could not do so itself.
///
/// # Errors
/// When the owner cannot sign in.
pub async fn clean_up_from(mut options: LiveOptions) -> Result<Vec<Leftover>, TargetError> {
    let journal = Arc::new(std::mem::take(&mut options.journal));
    let wire = connect(&options, &journal).await?;
    wire.begin_clean_up();
    Ok(Owner { wire: &wire }.clean_up(&options.drive, &journal, 1).await)
}
