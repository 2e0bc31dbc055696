//! Token commands: a program is run, and prints a token.

use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::source::{TokenCommand, TokenSource};
use super::token_text::{self, LARGEST, Obtained};
use super::{SecretVariables, SignInError, foreign};
use crate::graph::{Identity, Secret};

/// Bytes of stderr that are kept: the last ones.
const KEPT_OF_STDERR: usize = 8 * 1024;

/// Runs the command once.
///
/// It gets no standard input: a program that asks a question fails at once instead of hanging. Ctrl-C
/// reaches it like any program of the terminal; dropping the future kills it.
pub(super) async fn run(
    identity: Identity,
    command: &TokenCommand,
    known: &[&Secret],
    secrets: &SecretVariables,
) -> Result<Obtained, SignInError> {
    let failed = |what: String| SignInError::Command {
        identity,
        source_name: TokenSource::Command(command.clone()).name(),
        what,
    };
    let (program, arguments) =
        command.arguments.split_first().ok_or_else(|| failed("is empty".to_owned()))?;
    let mut process = Command::new(program);
    secrets.hide_from(&mut process);
    let mut child = process
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot be started ({})", plain(&error))))?;
    let Ok(ended) = tokio::time::timeout(command.timeout, end_of(&mut child)).await else {
        // It is killed when it is dropped; an error here means that it ended by itself just now.
        let _ = child.start_kill();
        let seconds = command.timeout.as_secs_f64();
        return Err(failed(format!("did not end within {seconds} s and was stopped")));
    };
    let ended = ended.map_err(|error| failed(format!("broke off ({})", plain(&error))))?;
    // A program may print its token and fail, and may repeat it on stderr.
    let printed = Secret::new(String::from_utf8_lossy(&ended.stdout).trim().to_owned());
    let token = token_text::read(printed.expose());
    let mut known = known.to_vec();
    known.push(&printed);
    known.extend(token.as_ref().ok().map(|it| &it.token));
    let complaint = || {
        let tail = foreign::clean_tail(&ended.stderr, &known);
        if tail.is_empty() { String::new() } else { format!(" and said: {tail}") }
    };
    if !ended.status.success() {
        return Err(failed(format!("ended with {}{}", ended.status, complaint())));
    }
    if printed.expose().is_empty() {
        return Err(failed(format!("printed nothing{}", complaint())));
    }
    if ended.too_much {
        return Err(failed(format!("printed more than {LARGEST} bytes, which is no token")));
    }
    token.map_err(|what| failed(format!("printed something else than a token: {what}")))
}

struct Ended {
    status: std::process::ExitStatus,
    stdout: Vec<u8>,
    too_much: bool,
    stderr: String,
}

async fn end_of(child: &mut Child) -> std::io::Result<Ended> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (status, stdout, stderr) =
        tokio::join!(child.wait(), kept(stdout, First), kept(stderr, Last));
    let (stdout, too_much) = stdout?;
    Ok(Ended {
        status: status?,
        stdout,
        too_much,
        stderr: String::from_utf8_lossy(&stderr?.0).into_owned(),
    })
}

use Part::{First, Last};

/// Which part of a stream is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    First,
    Last,
}

/// Reads a stream to its end, so that the program never waits for us, and keeps a part of it. Says
/// whether there was more.
async fn kept(
    stream: Option<impl AsyncRead + Unpin>,
    part: Part,
) -> std::io::Result<(Vec<u8>, bool)> {
    let Some(mut stream) = stream else { return Ok((Vec::new(), false)) };
    let (mut bytes, mut more) = (Vec::new(), false);
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Ok((bytes, more));
        }
        bytes.extend_from_slice(&chunk[..count]);
        if part == First && bytes.len() > LARGEST {
            bytes.truncate(LARGEST);
            more = true;
        } else if part == Last && bytes.len() > KEPT_OF_STDERR {
            bytes.drain(..bytes.len() - KEPT_OF_STDERR);
        }
    }
}

/// The kind of an input or output error, without the paths some carry.
pub(super) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it was not found".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn outcome(line: &str, timeout: Duration) -> Result<Obtained, SignInError> {
        let mut command = TokenCommand::shell(line).unwrap_or_else(|_| panic!());
        command.timeout = timeout;
        run(Identity::Owner, &command, &[&Secret::new("known-secret")], &SecretVariables::default())
            .await
    }

    async fn error(line: &str) -> String {
        let minute = Duration::from_secs(60);
        outcome(line, minute).await.err().map(|it| it.to_string()).unwrap_or_default()
    }

    #[tokio::test]
    async fn what_it_prints_is_the_token() {
        let minute = Duration::from_secs(60);
        let token = outcome("echo warning >&2; echo abc", minute).await;
        assert_eq!(token.unwrap_or_else(|_| panic!()).token.expose(), "abc");
        let json = r#"printf '{"accessToken":"abc","expires_on":1700000000}'"#;
        let token = outcome(json, minute).await.unwrap_or_else(|_| panic!());
        assert_eq!(token.expires.unwrap().as_second(), 1_700_000_000);
    }

    #[tokio::test]
    async fn a_program_that_fails_says_why_and_gives_nothing_away() {
        let message = error(
            "echo 'please run az login; known-secret'; \
             echo 'ERROR: please run az login; known-secret a1b2c3d4e5f6g7h8i9j0k1' >&2; exit 7",
        )
        .await;
        assert!(
            message.contains("\"sh\" of the owner of the drive ended with exit status: 7"),
            "{message}"
        );
        assert!(message.contains("ERROR:"), "{message}");
        assert!(!message.contains("known-secret") && !message.contains("a1b2c3"), "{message}");
        // The token it printed before failing is not shown, although it says it twice.
        let message = error("echo opaque; echo 'got opaque token' >&2; exit 1").await;
        assert!(!message.contains("opaque"), "{message}");
    }

    #[tokio::test]
    async fn a_program_that_prints_nothing_or_nonsense() {
        assert!(error("true").await.contains("printed nothing;"), "{}", error("true").await);
        assert!(error("echo oops >&2").await.contains("printed nothing and said: oops"));
        assert!(error("echo a b").await.contains("something else than a token"));
        assert!(error("yes | head -c 100000").await.contains("more than"));
    }

    #[tokio::test]
    async fn a_program_that_hangs_or_is_not_there() {
        let hanging = outcome("exec sleep 600", Duration::from_millis(50)).await;
        let message = hanging.err().unwrap().to_string();
        assert!(message.contains("did not end within 0.05 s and was stopped"), "{message}");
        let missing =
            TokenCommand::words("/no/such/program --x secret").unwrap_or_else(|_| panic!());
        let message = run(Identity::Owner, &missing, &[], &SecretVariables::default())
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(message.contains("cannot be started (it was not found)"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }

    #[tokio::test]
    async fn standard_input_is_closed() {
        let message = error("read answer || echo 'nobody there' >&2").await;
        assert!(message.contains("nobody there"), "{message}");
    }
}
