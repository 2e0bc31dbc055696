//! `linkspec run`: tells, judges, keeps and reports.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arguments::{RunArguments, TargetKind};
use super::cleanup::{self, run_name};
use super::interrupted;
use super::progress::Progress;
use super::resume;
use super::session::Session;
use super::state_folder::state_folder;
use super::trouble::Trouble;
use super::verdicts::{apply_known, has_page, said_written};
use crate::drive::{ClientLibrary, MockTarget, Target};
use crate::graph::{Clock, Conversation, Product};
use crate::mock::Options;
use crate::report::console::ConsoleOptions;
use crate::report::{
    CallerSummary, ExitCode as ReportExit, Report, ReportedCall, RequestCount, console, write_whole,
};
use crate::run::{self, ProductRecording, TellOptions};

/// createLink calls a run makes on a live personal drive unless told otherwise.
const PERSONAL_BUDGET: usize = 8;

/// What a run came to.
pub(super) struct Finished {
    /// The report.
    pub report: Report,
    /// Ctrl-C or SIGTERM ended the run early.
    pub interrupted: bool,
}

impl Session {
    /// Tells and judges, or judges a kept run.
    ///
    /// # Errors
    /// When the target cannot be worked on or a file cannot be read or written.
    pub(super) async fn carry_out(&self, progress: &Progress) -> Result<Finished, Trouble> {
        let mut ending = Ending::default();
        let recordings = match &self.options.run.replay {
            Some(path) => self.replay(path)?,
            None => self.tell(progress, &mut ending).await?,
        };
        if self.options.run.replay.is_none() {
            self.keep(&recordings, &mut ending, false);
        }
        let mut judged = Vec::new();
        for recorded in recordings {
            let mut rules = run::judge_recording(&self.suite, &self.selection, &recorded).await;
            if let Some(heard) = &ending.heard {
                let means = recorded.means();
                let further = run::judge_library(&self.suite, &self.selection, &means, heard);
                rules.extend(further.await);
            }
            judged.push((recorded, rules));
        }
        let mut narrowed = Vec::new();
        for (recorded, rules) in &judged {
            let found = run::narrowed(&self.suite, &self.selection, recorded, rules).await;
            narrowed.push((recorded.header.product, found));
        }
        let mut report = run::report(&judged, &self.suite);
        run::note_reproduction(&mut report, &narrowed, &|product, ids| {
            self.reproduction(product, ids)
        });
        if let Some(heard) = &ending.heard {
            report.calls = ReportedCall::of(heard);
            self.options.run.hand_out(&report, heard, !self.selection.ids.is_empty())?;
        }
        report.remarks.splice(0..0, self.said_of_nothing_named());
        report.remarks.append(&mut ending.remarks);
        report.left_behind.clone_from(&ending.leftovers);
        report.shard = self.selection.shard.map(|(part, of)| format!("{part}/{of}"));
        report.resume = ending.resume.take();
        report.complete &= !ending.interrupted;
        Ok(Finished { report, interrupted: ending.interrupted })
    }

    /// Keeps the recordings where that is asked for, and where the run has to go on later. What cannot be
    /// kept costs nobody the report.
    ///
    /// What was paid for is kept before the clean-up begins, which may be cut short, and once more after it.
    fn keep(&self, recordings: &[ProductRecording], ending: &mut Ending, before_clean_up: bool) {
        // What a library was asked and handed back is not part of a kept run, which nothing could go on from.
        let stopped = self.options.run.sdk.is_none()
            && recordings.iter().any(|it| it.header.over_budget > 0 || it.header.throttled);
        let (record, resume) = (&self.options.run.record, &self.options.run.resume);
        let mut paths: Vec<PathBuf> = resume.iter().chain(record).cloned().collect();
        paths.dedup();
        if paths.is_empty() && stopped {
            match (&ending.kept_at, state_folder()) {
                (Some(path), _) => paths.push(path.clone()),
                (None, Ok(folder)) => paths.push(folder.join(format!("{}.run", run_name()))),
                // It is said once, after the clean-up.
                (None, Err(_)) if before_clean_up => {}
                (None, Err(trouble)) => ending.remarks.push(trouble.message),
            }
            ending.kept_at = paths.first().cloned();
        }
        for path in paths {
            // Into a pipe or a device it goes once.
            let is_other = path.metadata().is_ok_and(|found| !found.is_file());
            if before_clean_up && is_other {
                continue;
            }
            match keep(&path, recordings) {
                Ok(()) if before_clean_up => {}
                Ok(()) if stopped && ending.resume.is_none() => {
                    let path = path.display().to_string();
                    ending
                        .remarks
                        .push(format!("To go on with what is left: linkspec run --resume {path}"));
                    ending.resume = Some(path);
                }
                Ok(()) => {}
                // It is tried again, and said then.
                Err(_) if before_clean_up => {}
                Err(error) => ending.remarks.push(format!(
                    "{} cannot be written, so the run is not kept: {error}",
                    path.display()
                )),
            }
        }
    }

    fn replay(&self, path: &std::path::Path) -> Result<Vec<ProductRecording>, Trouble> {
        let mut runs = resume::read(path)?;
        if !self.products.is_empty() {
            runs.retain(|run| self.products.contains(&run.header.product));
        }
        Ok(runs)
    }

    async fn tell(
        &self,
        progress: &Progress,
        ending: &mut Ending,
    ) -> Result<Vec<ProductRecording>, Trouble> {
        let mut recordings: Vec<ProductRecording> = Vec::new();
        let mut next_number = 1;
        match self.kind {
            TargetKind::Mock => {
                for product in self.products_to_plan() {
                    // What a service needs time for costs none inside the process.
                    let clock = Clock::virtual_time();
                    let options = Options { form: self.form, clock, ..Options::new(product) };
                    let MockTarget { mock, mut options } = MockTarget::start(options).await?;
                    options.no_browser = self.options.run.no_browser;
                    let target = Target::open(options).await?;
                    let recorded = self.record(&target, next_number, progress).await;
                    mock.stop().await;
                    next_number += count(&recorded);
                    recordings.push(recorded);
                }
            }
            TargetKind::Live => {
                let options = self.live_options()?;
                let interrupt = options.interrupt.clone();
                let cleans_up = !self.options.run.no_cleanup;
                let how = options
                    .journal
                    .path()
                    .map(|path| super::cleanup_command::command(path, &options.base));
                interrupted::watch(&interrupt, how, cleans_up);
                let started = self
                    .options
                    .run
                    .start_library(options.patience.longest_wait, self.secret_variables());
                let library = started.await.inspect_err(|_| options.journal.discard())?;
                let mut target = Target::open(options).await?;
                target.library = library.clone().map(|it| it as Arc<dyn ClientLibrary>);
                let mut recorded = self.record(&target, next_number, progress).await;
                if let Some(library) = library {
                    let header = &mut recorded.header;
                    header.caller = CallerSummary {
                        kind: "sdk".to_owned(),
                        name: Some(library.hello().name.clone()),
                        version: Some(library.hello().version.clone()),
                    };
                    header.remarks.extend(library.stop().await.iter().map(ToString::to_string));
                    ending.heard = Some(library.conversations(&recorded.recordings));
                }
                ending.interrupted = interrupt.is_set();
                self.keep(std::slice::from_ref(&recorded), ending, true);
                if self.options.run.no_cleanup {
                    if let Some(path) = target.journal.path() {
                        ending.remarks.push(format!(
                            "Nothing was removed. To do it later: {}",
                            super::cleanup_command::command(path, &target.wire.base)
                        ));
                    }
                } else {
                    let began = Instant::now();
                    let (leftovers, remarks) =
                        shown_clean_up(&target, self.jobs(target.product), progress).await;
                    // Part of the run, in its time and in its requests.
                    let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    recorded.header.duration_ms = recorded.header.duration_ms.saturating_add(took);
                    let (create_link, total) = target.wire.counts();
                    recorded.header.requests = RequestCount { total, create_link };
                    if ending.interrupted && leftovers.is_empty() {
                        ending.remarks.push("What the run had made is removed.".to_owned());
                    }
                    ending.leftovers = leftovers;
                    ending.remarks.extend(remarks);
                }
                recordings.push(recorded);
            }
        }
        Ok(recordings)
    }

    /// How many stories are told, and things removed, at a time.
    fn jobs(&self, product: Product) -> usize {
        self.options.run.jobs.unwrap_or(match (self.kind, product) {
            (TargetKind::Mock, _) => 8,
            (TargetKind::Live, Product::Personal) => 1,
            (TargetKind::Live, _) => 4,
        })
    }

    async fn record(
        &self,
        target: &Target,
        first_number: u32,
        progress: &Progress,
    ) -> ProductRecording {
        let how = self.telling(target.product);
        let selected = run::select_on(&self.suite, &self.selection, target);
        if self.options.run.read_only {
            target.wire.make_no_links();
        } else {
            for line in super::plan::rounds(&selected, &how, target.product) {
                super::output::eprintln!("{line}");
            }
        }
        let show = |done, of| progress.show(done, of);
        run::record_selected(&self.suite, &selected, target, &how, first_number, &show).await
    }

    /// How the stories of a product are told: within which budget, and what was told before.
    pub(super) fn telling(&self, product: Product) -> TellOptions {
        let personal_live = self.kind == TargetKind::Live && product == Product::Personal;
        let budget = match self.options.run.budget {
            // THR-06: a personal drive allows some 8 to 20 createLink calls an hour.
            None if personal_live => Some(PERSONAL_BUDGET),
            budget => budget,
        };
        let earlier = self.earlier.iter().find(|it| it.header.product == product);
        let earlier = earlier.map(|it| run::Earlier {
            recordings: it.recordings.clone(),
            spoiled_twice: it.header.spoiled_twice.clone(),
        });
        TellOptions { jobs: self.jobs(product), budget, earlier }
    }
}

/// How telling ended.
#[derive(Default)]
struct Ending {
    leftovers: Vec<String>,
    remarks: Vec<String>,
    /// The file to go on from, where the run stopped.
    resume: Option<String>,
    /// The file the run is kept in where none was named.
    kept_at: Option<PathBuf>,
    interrupted: bool,
    /// What was asked through a client library, where one asked.
    heard: Option<Vec<Conversation>>,
}

/// Cleans up, and says how far that is: a run that seems to stand still is interrupted.
async fn shown_clean_up(
    target: &Target,
    jobs: usize,
    progress: &Progress,
) -> (Vec<String>, Vec<String>) {
    let of = target.journal.leftovers().len();
    let mut cleaning = std::pin::pin!(cleanup::clean_up(target, jobs));
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            done = &mut cleaning => return done,
            _ = tick.tick() => {
                let left = target.journal.leftovers().len();
                progress.show_removed(of.saturating_sub(left), of.max(left));
            }
        }
    }
}

fn count(recorded: &ProductRecording) -> u32 {
    let exchanges: usize = recorded.recordings.iter().map(|it| it.exchanges.len()).sum();
    u32::try_from(exchanges).unwrap_or(u32::MAX)
}

fn keep(path: &std::path::Path, recordings: &[ProductRecording]) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // What was kept before stays until this is written: a disk may be full, or the process end.
    write_whole(path, &mut |file| {
        let mut file = BufWriter::new(file);
        for recorded in recordings {
            recorded.write(&mut file)?;
        }
        file.flush()
    })
}

/// What a run came to once everything is said and written.
pub struct Concluded {
    /// The report, with what is known marked.
    pub report: Report,
    /// What the process ends with.
    pub exit: ReportExit,
    /// A broken SHOULD counts like a broken MUST.
    pub strict: bool,
}

impl Session {
    /// Carries the run out, shows what it came to on standard error and writes the reports that are asked for: as
    /// `linkspec run` does, for a test runner.
    ///
    /// # Errors
    /// As [`Self::carry_out`].
    pub fn conclude_blocking(&self) -> Result<Concluded, Trouble> {
        self.conclude(true)
    }

    fn conclude(&self, on_stderr: bool) -> Result<Concluded, Trouble> {
        self.refuse_what_is_not_judged()?;
        let known = self.known()?;
        let targets = self.report_targets()?;
        let progress = Progress::new();
        let show = |done, of| progress.show(done, of);
        let (mut report, interrupted) = match self.through_sdk() {
            Some(request) => {
                let mut report = super::sdk::run(&request, &show)?;
                run::note_reproduction(&mut report, &[], &|product, ids| {
                    self.reproduction(product, ids)
                });
                (report, false)
            }
            None => {
                let finished = super::runtime()?.block_on(self.carry_out(&progress))?;
                (finished.report, finished.interrupted)
            }
        };
        progress.finish();
        apply_known(known.as_ref(), &mut report);
        let strict = self.options.run.strict;
        let exit = if interrupted {
            ReportExit::Interrupted
        } else {
            ReportExit::of(&report, strict, !report.complete)
        };
        let verbose = self.options.run.verbose;
        let options = ConsoleOptions { strict, verbose, exit, has_page: has_page(&targets) };
        let console = |error: std::io::Error| {
            Trouble::environment(format!("the report cannot be printed: {error}"))
        };
        if on_stderr || targets.iter().any(|target| target.path.is_none()) {
            // Standard output belongs to the report that was asked for there, or to the test runner.
            super::output::styled_to_stderr(&console::render(&report, options));
        } else {
            console::print(&report, options).or_else(|error| match error.kind() {
                std::io::ErrorKind::BrokenPipe => Ok(()),
                _ => Err(console(error)),
            })?;
        }
        for target in &targets {
            target
                .write(&report, strict)
                .map_err(|error| Trouble::usage(format!("--report: {error}")))?;
            said_written(target);
        }
        Ok(Concluded { report, exit, strict })
    }
}

/// Runs and reports.
pub(super) fn run(arguments: RunArguments) -> Result<u8, Trouble> {
    Ok(Session::prepare(arguments)?.conclude(false)?.exit.code())
}
