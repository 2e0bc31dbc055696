//! The process that holds a client library.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::command::AdapterCommand;
use super::fault::{AdapterFault, FaultKind};
use super::protocol::{self, Hello};
use crate::graph::{Asking, Surfaced};

/// How often it is looked whether the end of a wait has moved.
const A_LOOK: Duration = Duration::from_millis(100);

/// Lines of standard error that are kept.
const STDERR_LINES: usize = 20;
/// A longer line is no answer to anything asked here.
const LONGEST_LINE: usize = 4 * 1024 * 1024;
/// A longer line of standard error is kept in pieces.
const LONGEST_STDERR_LINE: usize = 4 * 1024;
/// How long a process may take to say hello: virtual machines and big libraries start slowly.
const START: Duration = Duration::from_secs(60);
/// How long a living process may take to say hello once more.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// How long a process may take to end after bye.
const FAREWELL: Duration = Duration::from_secs(2);

/// A running adapter. Dropping it ends the process.
#[derive(Debug)]
pub struct Adapter {
    hello: Hello,
    stdin: tokio::sync::Mutex<ChildStdin>,
    shared: Arc<Shared>,
    next_id: AtomicU64,
    /// A wait was looked on to its end, so what has not begun by then does not come as long as that waits.
    waits_in_turn: AtomicBool,
    reading: JoinHandle<()>,
}

/// Why an adapter did not start.
#[derive(Debug, thiserror::Error)]
pub enum AdapterStartError {
    /// There is no such program.
    #[error("the command \"{0}\" is not found")]
    NotFound(String),
    /// The file is there and is no program.
    #[error("\"{0}\" is not executable")]
    NotExecutable(String),
    /// The operating system refuses otherwise.
    #[error("\"{program}\" cannot be started: {source}")]
    Refused {
        /// The program.
        program: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It started and did not get as far as a proper hello.
    #[error("{0}")]
    Fault(AdapterFault),
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallTrouble {
    /// It did not come in time, and the process still answers other questions.
    Hung,
    /// The process is gone or cannot be trusted any more.
    Ended(AdapterFault),
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    stderr: Mutex<VecDeque<String>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: BTreeMap<u64, oneshot::Sender<Value>>,
    answered: BTreeSet<u64>,
    /// Questions whose answer was not waited for any longer; it may still come.
    given_up: BTreeSet<u64>,
    ended: Option<AdapterFault>,
    leaving: bool,
    /// When it answered last, whatever the question was.
    last_answer: Option<Instant>,
    /// Members of its answers that mean nothing here.
    unknown_members: BTreeSet<String>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, so what a poisoned lock guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, kind: FaultKind, detail: String, line: Option<String>) -> AdapterFault {
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        AdapterFault { kind, detail, line, stderr: stderr.iter().cloned().collect() }
    }

    /// The first fault stays; everybody who waits is told.
    fn end(&self, fault: AdapterFault) {
        let mut state = self.state();
        state.ended.get_or_insert(fault);
        state.waiting.clear();
    }
}

impl Adapter {
    /// Starts the process and has it say hello.
    ///
    /// # Errors
    /// When it cannot be started, or says no proper hello.
    pub async fn start(command: &AdapterCommand) -> Result<Self, AdapterStartError> {
        let mut child = command
            .process()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => {
                    AdapterStartError::NotFound(command.program.clone())
                }
                std::io::ErrorKind::PermissionDenied => {
                    AdapterStartError::NotExecutable(command.program.clone())
                }
                _ => AdapterStartError::Refused { program: command.program.clone(), source: error },
            })?;
        let shared = Arc::new(Shared::default());
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            let fault = shared.fault(FaultKind::Exited, "its pipes are missing".into(), None);
            return Err(AdapterStartError::Fault(fault));
        };
        let listening = tokio::spawn(keep_stderr(stderr, Arc::clone(&shared)));
        let reading = tokio::spawn(read_answers(stdout, child, listening, Arc::clone(&shared)));
        let mut adapter = Self {
            hello: Hello::default(),
            stdin: tokio::sync::Mutex::new(stdin),
            shared,
            next_id: AtomicU64::new(0),
            waits_in_turn: AtomicBool::new(false),
            reading,
        };
        adapter.hello = adapter.say_hello(START).await.map_err(AdapterStartError::Fault)?;
        Ok(adapter)
    }

    /// What it says about its library.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Members of its answers so far that mean nothing here: most often a slip of the pen.
    pub fn unknown_members(&self) -> Vec<String> {
        self.shared.state().unknown_members.iter().cloned().collect()
    }

    /// Has the library ask for a link, and looks on for a while from the first request on.
    ///
    /// # Errors
    /// When the process comes to its end, or breaks the protocol. Nothing means that no answer came in this time.
    pub async fn watch(
        &self,
        asking: &Asking,
        duration: Duration,
        patience: Duration,
        first_request: impl Fn() -> Option<Instant>,
    ) -> Result<Option<Surfaced>, AdapterFault> {
        // A library that wakes up slowly is given the time that any call is.
        let begun = Instant::now() + patience;
        let until = || match first_request() {
            Some(first) => first + duration,
            // It waited in another call all the time, so it answers in turn.
            None if self.waits_in_turn.load(Ordering::Relaxed) => Instant::now(),
            None => begun,
        };
        match self.ask(|id| protocol::create_link_line(id, asking), until).await {
            Ok(answer) => self.surfaced(&answer).map(Some),
            Err(Some(fault)) => Err(fault),
            Err(None) => {
                if first_request().is_some() {
                    self.waits_in_turn.store(true, Ordering::Relaxed);
                }
                Ok(None)
            }
        }
    }

    fn surfaced(&self, answer: &Value) -> Result<Surfaced, AdapterFault> {
        protocol::read_surfaced(answer)
            .map_err(|complaint| self.refuse(FaultKind::Schema, complaint, answer))
    }

    /// Has the library ask for a link.
    ///
    /// A library may answer in turn, so the time for a call begins with its first request; as long as there is
    /// none, with the answer to whatever was asked before.
    ///
    /// # Errors
    /// When no proper answer comes.
    pub async fn create_link(
        &self,
        asking: &Asking,
        patience: Duration,
        first_request: impl Fn() -> Option<Instant>,
    ) -> Result<Surfaced, CallTrouble> {
        let line = |id| protocol::create_link_line(id, asking);
        let asked = Instant::now();
        let until = || {
            let begun = || self.shared.state().last_answer.map_or(asked, |it| it.max(asked));
            first_request().unwrap_or_else(begun) + patience
        };
        match self.ask(line, until).await {
            Ok(answer) => self.surfaced(&answer).map_err(CallTrouble::Ended),
            Err(Some(fault)) => Err(CallTrouble::Ended(fault)),
            Err(None) => match self.say_hello(SIGN_OF_LIFE.min(patience)).await {
                Ok(_) => Err(CallTrouble::Hung),
                Err(mut fault) => {
                    if fault.kind == FaultKind::Silent {
                        fault.detail = format!(
                            "the adapter hangs: a call was not answered within {} s, and hello not within {} s after that",
                            patience.as_secs(),
                            SIGN_OF_LIFE.min(patience).as_secs()
                        );
                    }
                    self.shared.end(fault.clone());
                    Err(CallTrouble::Ended(fault))
                }
            },
        }
    }

    async fn say_hello(&self, patience: Duration) -> Result<Hello, AdapterFault> {
        let until = Instant::now() + patience;
        let answer = self.ask(protocol::hello_line, || until).await.map_err(|fault| {
            fault.unwrap_or_else(|| {
                let seconds = patience.as_secs();
                let detail = format!("the adapter did not answer hello within {seconds} s");
                self.shared.fault(FaultKind::Silent, detail, None)
            })
        })?;
        let other = answer.get("protocol").and_then(Value::as_u64);
        if let Some(version) = other.filter(|it| *it != protocol::PROTOCOL) {
            let detail = format!(
                "the adapter speaks protocol {version}, linkspec speaks {}",
                protocol::PROTOCOL
            );
            return Err(self.refuse(FaultKind::OtherProtocol, detail, &answer));
        }
        if let Some(message) = answer.pointer("/error/message").and_then(Value::as_str) {
            let detail =
                format!("the adapter refuses hello of protocol {}: {message}", protocol::PROTOCOL);
            return Err(self.refuse(FaultKind::OtherProtocol, detail, &answer));
        }
        protocol::read_hello(&answer)
            .map_err(|complaint| self.refuse(FaultKind::Schema, complaint, &answer))
    }

    /// Notes a line that is JSON and still no answer.
    fn refuse(&self, kind: FaultKind, detail: String, answer: &Value) -> AdapterFault {
        let detail = match kind {
            FaultKind::Schema => format!("the adapter's answer is refused by its schema: {detail}"),
            _ => detail,
        };
        let fault = self.shared.fault(kind, detail, Some(answer.to_string()));
        self.shared.end(fault.clone());
        fault
    }

    /// Asks and waits until a moment that may move while it waits, either way. No fault means that the answer did not come
    /// by then.
    async fn ask(
        &self,
        line: impl FnOnce(u64) -> String,
        until: impl Fn() -> Instant,
    ) -> Result<Value, Option<AdapterFault>> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, mut receiver) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if let Some(fault) = &state.ended {
                return Err(Some(fault.clone()));
            }
            state.waiting.insert(id, sender);
        }
        let line = format!("{}\n", line(id));
        // A process that has ended closes its end of the pipe; the reader finds out why.
        let _ = self.write(line.as_bytes()).await;
        loop {
            // The moment may come nearer as well.
            let moment = until().min(Instant::now() + A_LOOK);
            match tokio::time::timeout_at(moment.into(), &mut receiver).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(_)) => {
                    let ended = self.shared.state().ended.clone();
                    return Err(Some(ended.unwrap_or_else(|| {
                        self.shared.fault(FaultKind::Exited, "the adapter ended".into(), None)
                    })));
                }
                Err(_) if until() > Instant::now() => {}
                Err(_) => {
                    let mut state = self.shared.state();
                    state.waiting.remove(&id);
                    state.given_up.insert(id);
                    return Err(None);
                }
            }
        }
    }

    async fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut stdin = self.stdin.lock().await;
        stdin.write_all(bytes).await?;
        stdin.flush().await
    }

    /// Says bye and waits a little. Gives the fault that ended the process before, or shows only now.
    pub async fn stop(mut self) -> Option<AdapterFault> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        self.shared.state().leaving = true;
        let _ = self.write(format!("{}\n", protocol::bye_line(id)).as_bytes()).await;
        let _ = self.stdin.lock().await.shutdown().await;
        if tokio::time::timeout(FAREWELL, &mut self.reading).await.is_err() {
            // The task owns the process, which ends with it.
            self.reading.abort();
        }
        self.shared.state().ended.clone()
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn keep_stderr(stderr: impl AsyncRead + Unpin, shared: Arc<Shared>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while let Ok(true) = read_line(&mut reader, &mut line, LONGEST_STDERR_LINE).await {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let mut lines = shared.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == STDERR_LINES {
            lines.pop_front();
        }
        lines.push_back(text);
    }
}

/// Reads one line into `line`, or the beginning of one that is longer than `longest` and may never end; `false` at
/// the end of the stream.
async fn read_line(
    reader: &mut (impl tokio::io::AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: usize,
) -> std::io::Result<bool> {
    line.clear();
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(available.len(), |end| end + 1);
        line.extend_from_slice(&available[..length]);
        reader.consume(length);
        if end.is_some() || line.len() > longest {
            return Ok(true);
        }
    }
}

async fn read_answers(
    stdout: ChildStdout,
    mut child: Child,
    listening: JoinHandle<()>,
    shared: Arc<Shared>,
) {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    loop {
        match read_line(&mut reader, &mut line, LONGEST_LINE).await {
            Ok(true) => {}
            Ok(false) | Err(_) => break,
        }
        if let Err(fault) = take(&shared, &line) {
            shared.end(fault);
            // What it says from here on cannot be trusted.
            let _ = child.start_kill();
            break;
        }
    }
    let status = tokio::time::timeout(FAREWELL, child.wait()).await;
    // What it wrote last tells why it ended.
    let _ = tokio::time::timeout(Duration::from_millis(200), listening).await;
    let leaving = {
        let state = shared.state();
        state.leaving && state.waiting.is_empty()
    };
    if !leaving {
        let detail = match status {
            Ok(Ok(status)) => format!("the adapter ended with {}", status_text(status)),
            _ => "the adapter closed its standard output".to_owned(),
        };
        let fault = shared.fault(FaultKind::Exited, detail, None);
        shared.end(fault);
    }
}

fn status_text(status: ExitStatus) -> String {
    // The operating system's own wording: "exit status: 1", "signal: 9 (SIGKILL)".
    status.to_string()
}

/// Hands a line to whoever waits for it.
fn take(shared: &Shared, line: &[u8]) -> Result<(), AdapterFault> {
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    let fault = |kind, detail: String| Err(shared.fault(kind, detail, Some(text.clone())));
    if line.len() > LONGEST_LINE {
        let detail = format!("the adapter printed a line longer than {LONGEST_LINE} bytes");
        return fault(FaultKind::Rubbish, detail);
    }
    let answer: Value = match serde_json::from_slice(line) {
        Ok(answer) => answer,
        Err(error) => {
            let detail = format!("the adapter printed a line that is no JSON ({error})");
            return fault(FaultKind::Rubbish, detail);
        }
    };
    let Some(id) = answer.get("id").and_then(Value::as_u64) else {
        let detail = "the adapter's answer has no id that is a whole number";
        return fault(FaultKind::Schema, detail.to_owned());
    };
    let mut state = shared.state();
    state.last_answer = Some(Instant::now());
    state.unknown_members.extend(protocol::unknown_members(&answer));
    if let Some(sender) = state.waiting.remove(&id) {
        state.answered.insert(id);
        // Whoever asked may have stopped waiting this very moment.
        let _ = sender.send(answer);
        return Ok(());
    }
    if state.given_up.remove(&id) {
        return Ok(());
    }
    let twice = state.answered.contains(&id);
    drop(state);
    if twice {
        fault(FaultKind::AnsweredTwice, format!("the adapter answered question {id} twice"))
    } else {
        fault(
            FaultKind::UnknownId,
            format!("the adapter answered question {id}, which was not asked"),
        )
    }
}
