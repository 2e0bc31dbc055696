//! The journal: everything a run makes, written down before it is made. Clean-up works from it alone and
//! touches nothing else, also after the process was killed.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::journal_entry::{Entry, Made};
use super::journal_lines::{self, Lines};
use super::made_item::earliest;
use super::ours::Ours;
use crate::caller::Outgoing;
use crate::graph::encode_segment;

/// A journal that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody is writing it.
    #[error("the journal {path} is in use: its run is under way, or somebody cleans up after it")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Anything else.
    #[error("the journal {path} {problem}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// The journal of one run: in memory, and in a file where there is something to lose.
#[derive(Debug, Default)]
pub struct Journal {
    state: Mutex<State>,
    path: Option<PathBuf>,
    /// The numbers of lines that could not be read when it was opened.
    unread: Vec<usize>,
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<Entry>,
    ours: Ours,
    /// What was made and is still there, each with the number of the entry that made it.
    there: HashMap<Made, usize>,
    file: Option<File>,
    /// The last line of the file may be half an entry.
    torn: bool,
    /// The id of the drive's root, where the root was read; it may not have told one.
    root: Option<Option<String>>,
    /// What is taken for gone because its deletion was answered so, and was not seen to be.
    said_gone: HashSet<Made>,
    /// What the service handed out as the run's and is not.
    foreign: Vec<String>,
}

/// Where an item was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In the root of the drive.
    Root,
    /// In a folder of the run.
    Folder {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// Its path below the root.
        path: String,
    },
}

impl Place {
    /// The path of the folder below the root of the drive; empty for the root.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Root => "",
            Self::Folder { path, .. } => path,
        }
    }
}

impl State {
    fn new(entries: Vec<Entry>, file: File) -> Self {
        let mut state = Self { file: Some(file), ..Self::default() };
        entries.into_iter().for_each(|entry| state.learn(entry));
        state
    }

    fn learn(&mut self, entry: Entry) {
        self.ours.learn(&entry);
        match &entry {
            Entry::Made(made) => {
                self.there.entry(made.clone()).or_insert(self.entries.len());
            }
            Entry::Removed(made) => {
                self.there.remove(made);
                self.said_gone.remove(made);
            }
            _ => {}
        }
        self.entries.push(entry);
    }
}

impl Journal {
    /// A journal in memory, for targets that vanish with the process.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// A new journal in a file, which must not be there yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        let problem = |problem: String| JournalError::Unusable { path: path.to_owned(), problem };
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| problem(format!("cannot be made: {error}")))?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            problem(match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    "is there already: run `linkspec cleanup --journal FILE` and remove it, or name another"
                        .to_owned()
                }
                _ => format!("cannot be made: {error}"),
            })
        })?;
        hold(&file, path)?;
        let state = State::new(Vec::new(), file);
        Ok(Self { state: Mutex::new(state), path: Some(path.to_owned()), unread: Vec::new() })
    }

    /// The journal an earlier run left, to be gone on with.
    ///
    /// Every entry that can be read is used; see [`Self::unread`].
    ///
    /// # Errors
    /// When it cannot be read, is no journal, or belongs to a run that is under way.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let problem = |problem: String| JournalError::Unusable { path: path.to_owned(), problem };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(path)
            .map_err(|error| problem(format!("cannot be read and written: {error}")))?;
        hold(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| problem(format!("cannot be read: {error}")))?;
        let Lines { entries, unread } = journal_lines::read(&bytes);
        if let (Some(line), true) = (unread.first(), entries.is_empty()) {
            return Err(problem(format!("is no journal: line {line} cannot be read")));
        }
        let mut state = State::new(entries, file);
        // Whatever the file ends with, the next entry begins a line.
        state.torn = !bytes.is_empty() && !bytes.ends_with(b"\n");
        Ok(Self { state: Mutex::new(state), path: Some(path.to_owned()), unread })
    }

    /// The numbers of the lines that hold neither entries nor the beginnings of entries: what they were to say
    /// is not known.
    pub fn unread(&self) -> &[usize] {
        &self.unread
    }

    /// The file, where there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes an entry, through to the disk, before anything else happens.
    ///
    /// # Errors
    /// When the file cannot be written; then the thing must not be made. What is made already is remembered
    /// all the same, so that this process can remove it.
    pub fn note(&self, entry: Entry) -> Result<(), JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { file, torn, .. } = &mut *state;
        let written = match file {
            Some(file) => self.write(file, torn, &entry),
            None => Ok(()),
        };
        if written.is_ok() || !entry.announces() {
            state.learn(entry);
        }
        written
    }

    fn write(&self, file: &mut File, torn: &mut bool, entry: &Entry) -> Result<(), JournalError> {
        let mut line = serde_json::to_string(entry).map_err(|error| self.broken(&error))?;
        line.push('\n');
        if *torn {
            line.insert(0, '\n');
        }
        *torn = true;
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|error| self.broken(&error))?;
        *torn = false;
        // What is written into a file that has no name any more is lost with this process.
        match &self.path {
            Some(path) if !is_at(file, path) => Err(JournalError::Unusable {
                path: path.clone(),
                problem: "is gone: it was removed while its run was under way".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn broken(&self, error: &dyn std::error::Error) -> JournalError {
        JournalError::Unusable {
            path: self.path.clone().unwrap_or_default(),
            problem: format!("cannot be written: {error}"),
        }
    }

    /// Notes something made; a link handed out twice is noted once, and one that is other people's never,
    /// whoever handed it out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn made(&self, made: Made) -> Result<(), JournalError> {
        let foreign = match &made {
            Made::Link { item_id, permission_id } => {
                self.is_foreign(permission_id) || self.was_there(item_id, permission_id)
            }
            Made::Item { .. } => false,
        };
        // What is handed out again is there again.
        self.state.lock().unwrap_or_else(PoisonError::into_inner).said_gone.remove(&made);
        if foreign || self.is_ours(&made) { Ok(()) } else { self.note(Entry::Made(made)) }
    }

    /// Whether a permission is known not to be the run's.
    pub(super) fn is_foreign(&self, permission_id: &str) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ours.is_foreign(permission_id)
    }

    /// The permissions that come from above the run's folder; none when that is not known.
    pub(super) fn permissions_above(&self) -> Option<Vec<String>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.entries.iter().find_map(|entry| match entry {
            Entry::FromAbove { permission_ids } => Some(permission_ids.clone()),
            _ => None,
        })
    }

    /// Whether this run made it and it is still there.
    pub fn is_ours(&self, made: &Made) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).there.contains_key(made)
    }

    /// What is still there: links first, then items, the newest first.
    pub fn leftovers(&self) -> Vec<Made> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left: Vec<(&Made, &usize)> = state.there.iter().collect();
        left.sort_by_key(|(made, number)| (matches!(made, Made::Item { .. }), Reverse(**number)));
        left.into_iter().map(|(made, _)| made.clone()).collect()
    }

    /// What is gone without having been removed: it was in a folder, or on an item, that is gone.
    pub(super) fn gone_with_others(&self) -> Vec<Made> {
        let (paths, removed) = self.paths();
        let (links, items): (Vec<Made>, Vec<Made>) =
            self.leftovers().into_iter().partition(|it| matches!(it, Made::Link { .. }));
        let (mut gone, there): (Vec<Made>, Vec<Made>) = items.into_iter().partition(|it| {
            let Made::Item { name, .. } = it else { return false };
            paths.get(name).is_some_and(|path| removed.iter().any(|it| is_below(path, it)))
        });
        let there: HashSet<&str> = there
            .iter()
            .filter_map(|it| match it {
                Made::Item { id, .. } => Some(id.as_str()),
                Made::Link { .. } => None,
            })
            .collect();
        gone.extend(links.into_iter().filter(
            |it| matches!(it, Made::Link { item_id, .. } if !there.contains(item_id.as_str())),
        ));
        gone
    }

    /// Whether a path is in a folder of the run that was removed.
    pub(super) fn is_in_removed_folder(&self, path: &str) -> bool {
        self.paths().1.iter().any(|folder| is_below(path, folder))
    }

    /// The paths of what was made, by its name, which is used once in a run; and the paths of what was
    /// removed.
    fn paths(&self) -> (HashMap<String, String>, Vec<String>) {
        let (mut paths, mut removed) = (HashMap::new(), Vec::new());
        for entry in self.entries() {
            match entry {
                Entry::WillMakeItem { name, folder } => {
                    paths.insert(name.clone(), path_below_root(&folder, &name));
                }
                Entry::Removed(Made::Item { name, .. }) => removed.push(name),
                _ => {}
            }
        }
        let removed = removed.iter().filter_map(|name| paths.get(name).cloned()).collect();
        (paths, removed)
    }

    /// Whether a request changes nothing, or only what this run made.
    pub(super) fn allows(&self, outgoing: &Outgoing, base: &Url) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ours.allow(outgoing, base)
    }

    /// Notes, in memory only, that what `/shares` shows under this id is an item of the run.
    pub(super) fn leads_to_ours(&self, share: String) {
        self.ours(|ours| ours.learn_share(share));
    }

    /// From now on this item may be changed: it was read, and is what the run made.
    pub(super) fn take_for_ours(&self, item_id: &str) {
        self.ours(|ours| ours.prove_item(item_id));
    }

    /// From now on this item may not be changed until it is read again.
    pub(super) fn forget_proof(&self, item_id: &str) {
        self.ours(|ours| ours.forget_item(item_id));
    }

    /// Whether an item may be changed.
    pub(super) fn proves(&self, item_id: &str) -> bool {
        self.ours(|ours| ours.proves_item(item_id))
    }

    /// Whether an item was seen to be the run's, which it may not be any more.
    pub(super) fn was_proven(&self, item_id: &str) -> bool {
        self.ours(|ours| ours.was_proven(item_id))
    }

    /// The name of an item that was made and is still there.
    pub(super) fn name_of(&self, item_id: &str) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.there.keys().find_map(|made| match made {
            Made::Item { id, name } if id == item_id => Some(name.clone()),
            _ => None,
        })
    }

    /// Whether a permission of an item was there before a link to it was asked for.
    pub(super) fn was_there(&self, item_id: &str, permission_id: &str) -> bool {
        self.ours(|ours| ours.was_there(item_id, permission_id))
    }

    /// Takes a list of the permissions of an item into account.
    pub(super) fn shows(&self, item_id: &str, permissions: &[Value]) {
        self.ours(|ours| ours.learn_list(item_id, permissions));
    }

    /// Takes a list of the permissions of an item into account to which no link was asked for yet.
    pub(super) fn held(&self, item_id: &str, permissions: &[Value]) {
        let permission_ids = ids_of(permissions).collect();
        let before = Entry::Before { item_id: item_id.to_owned(), permission_ids };
        self.ours(|ours| ours.learn(&before));
    }

    /// Whether a permission was made by the run and is shown by the list of its item.
    pub(super) fn proves_link(&self, item_id: &str, permission_id: &str) -> bool {
        self.ours(|ours| ours.proves_link(item_id, permission_id))
    }

    /// Whether it is known what held for an item before a link to it was asked for.
    pub(super) fn can_prove_links(&self, item_id: &str) -> bool {
        self.ours(|ours| ours.knows_before(item_id))
    }

    fn ours<T>(&self, act: impl FnOnce(&mut Ours) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).ours)
    }

    /// The drive's root: none where it was not read.
    pub(super) fn root(&self) -> Option<Option<String>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).root.clone()
    }

    pub(super) fn learn_root(&self, id: Option<String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).root = Some(id);
    }

    /// Notes that a deletion was answered as done. That it is, is seen later.
    pub(super) fn is_said_to_be_gone(&self, made: Made) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).said_gone.insert(made);
    }

    /// Whether a deletion was answered as done.
    pub(super) fn was_said_to_be_gone(&self, made: &Made) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).said_gone.contains(made)
    }

    /// Notes what the service handed out as the run's and is not.
    pub(super) fn handed_out(&self, what: String) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.foreign.contains(&what) {
            state.foreign.push(what);
        }
    }

    /// What the service handed out as the run's and is not, each with the reason. All of it was left alone.
    pub fn foreign(&self) -> Vec<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).foreign.clone()
    }

    /// The earliest instant at which something of the run can have been made; none where no run is noted.
    pub(super) fn since(&self) -> Option<Timestamp> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.entries.iter().find_map(|entry| match entry {
            Entry::Run { started, clock_ahead, .. } => earliest(*started, *clock_ahead),
            _ => None,
        })
    }

    /// Where the item with that name was to be made; none where the journal does not tell.
    pub(super) fn place_of(&self, name: &str) -> Option<Place> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let path = state.entries.iter().rev().find_map(|entry| match entry {
            Entry::WillMakeItem { name: it, folder } if it == name => Some(folder.clone()),
            _ => None,
        })?;
        let Some(last) = path.rsplit('/').next().filter(|last| !last.is_empty()) else {
            return Some(Place::Root);
        };
        let parent = percent_decode_str(last).decode_utf8().ok()?.into_owned();
        let id = state.entries.iter().rev().find_map(|entry| match entry {
            Entry::Made(Made::Item { id, name }) if *name == parent => Some(id.clone()),
            _ => None,
        })?;
        Some(Place::Folder { id, name: parent, path })
    }

    /// Whether there is nothing to clean up: nothing was about to be made, or a clean-up removed it all.
    pub fn is_done(&self) -> bool {
        let entries = self.entries();
        let cleaned = entries.iter().any(|it| matches!(it, Entry::Clean));
        let untouched = entries.iter().all(|it| matches!(it, Entry::Run { .. } | Entry::Clean));
        untouched || (cleaned && self.leftovers().is_empty())
    }

    /// Removes the file of a journal that has done its work.
    pub fn discard(&self) {
        if let Some(path) = &self.path {
            // One that stays behind says itself that nothing is left.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Every entry, in order.
    pub fn entries(&self) -> Vec<Entry> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }
}

/// Whether a file is still the one at that path, where the system tells.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let same = |one: std::fs::Metadata, other: std::fs::Metadata| {
            (one.dev(), one.ino()) == (other.dev(), other.ino())
        };
        match (file.metadata(), std::fs::metadata(path)) {
            (Ok(file), Ok(named)) => same(file, named),
            (_, Err(error)) => error.kind() != std::io::ErrorKind::NotFound,
            (Err(_), _) => true,
        }
    }
    #[cfg(not(unix))]
    {
        // There an open file cannot be removed.
        let _ = (file, path);
        true
    }
}

/// Keeps a journal to this process as long as the file is open, however the process ends.
fn hold(file: &File, path: &Path) -> Result<(), JournalError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: path.to_owned() }),
        // There are file systems without locks, and a run on one is no worse than it was.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// The ids of these permissions.
pub(super) fn ids_of(permissions: &[Value]) -> impl Iterator<Item = String> {
    permissions.iter().filter_map(|entry| entry["id"].as_str().map(str::to_owned))
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|below| below.starts_with('/'))
}

/// A path below the root of the drive, from a folder's path and a name in it.
pub(super) fn path_below_root(folder: &str, name: &str) -> String {
    format!("{folder}/{}", encode_segment(name)).trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str) -> Made {
        Made::Item { id: id.into(), name: format!("name of {id}") }
    }

    fn link(item_id: &str, permission_id: &str) -> Made {
        Made::Link { item_id: item_id.into(), permission_id: permission_id.into() }
    }

    #[test]
    fn what_is_left_comes_links_first_and_newest_first() {
        let journal = Journal::in_memory();
        for made in [item("folder"), item("file"), link("file", "one"), link("file", "two")] {
            journal.made(made).unwrap();
        }
        journal.made(link("file", "two")).unwrap();
        journal.note(Entry::Removed(link("file", "one"))).unwrap();
        assert_eq!(journal.leftovers(), [link("file", "two"), item("file"), item("folder")]);
    }

    #[test]
    fn what_is_in_a_removed_folder_or_on_a_removed_item_is_gone_with_it() {
        let journal = Journal::in_memory();
        let make = |id: &str, folder: &str| {
            let (name, folder) = (format!("name of {id}"), folder.to_owned());
            journal.note(Entry::WillMakeItem { name, folder }).unwrap();
            journal.made(item(id)).unwrap();
        };
        make("run", "");
        make("folder", "name%20of%20run");
        make("file", "name%20of%20run/name%20of%20folder");
        make("other", "name%20of%20run");
        for it in [link("file", "one"), link("other", "two")] {
            journal.made(it).unwrap();
        }
        assert!(journal.gone_with_others().is_empty());
        journal.note(Entry::Removed(item("folder"))).unwrap();
        assert_eq!(journal.gone_with_others(), [item("file"), link("file", "one")]);
        assert!(!journal.is_in_removed_folder("name%20of%20run/name%20of%20folder-2"));
    }

    #[test]
    fn what_is_known_to_be_other_peoples_is_never_noted_as_made() {
        let journal = Journal::in_memory();
        journal.note(Entry::FromAbove { permission_ids: vec!["above".into()] }).unwrap();
        journal.made(link("file", "above")).unwrap();
        journal.made(link("file", "00000000-0000-0000-0000-000000000000")).unwrap();
        assert!(journal.leftovers().is_empty());
    }

    /// Opens a journal that was let go of. A process that another test starts at that moment holds every lock of this
    /// one until it has become itself.
    fn reopened(path: &Path) -> Journal {
        loop {
            match Journal::open(path) {
                Err(JournalError::InUse { .. }) => std::thread::yield_now(),
                opened => return opened.unwrap(),
            }
        }
    }

    #[test]
    fn a_file_outlives_the_process_even_with_half_a_line_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs").join("journal.ndjson");
        let journal = Journal::create(&path).unwrap();
        journal.made(item("folder")).unwrap();
        drop(journal);
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(br#"{"made":{"it"#)
            .unwrap();
        let journal = reopened(&path);
        assert_eq!(journal.leftovers(), [item("folder")]);
        journal.note(Entry::Removed(item("folder"))).unwrap();
        drop(journal);
        assert!(reopened(&path).leftovers().is_empty());
        assert!(Journal::create(&path).is_err(), "an existing journal is never overwritten");
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_that_is_removed_under_its_run_announces_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.journal");
        let journal = Journal::create(&path).unwrap();
        let announce = || Entry::WillMakeItem { name: "a".into(), folder: String::new() };
        journal.note(announce()).unwrap();
        std::fs::remove_file(&path).unwrap();
        let error = journal.note(announce()).unwrap_err().to_string();
        assert!(error.contains("is gone"), "{error}");
        // Another file of that name is not the journal either.
        std::fs::write(&path, "").unwrap();
        assert!(journal.note(announce()).is_err());
        // What is made already is remembered all the same.
        assert!(journal.made(item("folder")).is_err());
        assert_eq!(journal.leftovers(), [item("folder")]);
    }

    #[test]
    fn a_journal_belongs_to_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.journal");
        let run = Journal::create(&path).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::InUse { .. })));
        drop(run);
        let clean_up = reopened(&path);
        assert!(matches!(Journal::open(&path), Err(JournalError::InUse { .. })));
        drop(clean_up);
        drop(reopened(&path));
    }
}
