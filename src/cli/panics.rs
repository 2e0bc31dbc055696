//! A panic is a mistake of linkspec's own. It is told in one message, without the values it speaks of: they
//! may be anything the program had in its hands, a token included.

use std::any::Any;
use std::panic::Location;

use super::output::eprintln;

/// From now on a panic is told as [`text`] puts it.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{}", text(panic.location(), panic.payload()));
    }));
}

/// Where it was, and what the source code says there; never what was put together at run time.
fn text(place: Option<&Location<'_>>, said: &dyn Any) -> String {
    let place = place.map_or_else(String::new, |it| format!(" ({}:{})", it.file(), it.line()));
    let said = said.downcast_ref::<&'static str>().map_or_else(String::new, |it| format!(": {it}"));
    format!(
        "error: linkspec itself failed{place}{said}\n  \
         hint: please report this line; what a live run made is removed by `linkspec cleanup`"
    )
}

#[cfg(test)]
mod tests {
    const CANARY: &str = "eyJcanary0005.eyJtoken.signature";

    /// The hook of a process is its own, so it is tried in another: this one, started again with
    /// [`panics`] as its only test.
    #[test]
    fn a_panic_is_one_message_without_what_it_was_about() {
        for (how, said) in [("values", ""), ("words", ": only words"), ("slice", "")] {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cli::panics::tests::panics", "--ignored", "--nocapture"])
                .env("LINKSPEC_TEST_PANIC", how)
                .env("RUST_BACKTRACE", "full")
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            let stdout = String::from_utf8_lossy(&output.stdout);
            assert!(!format!("{stdout}{stderr}").contains("canary0005"), "{stdout}{stderr}");
            assert_eq!(stderr.matches("error: ").count(), 1, "{stderr}");
            assert!(stderr.contains(file!()), "{stderr}");
            assert!(stderr.contains("please report this line"), "{stderr}");
            assert!(stderr.contains(&format!("){said}\n")), "{stderr}");
            assert!(!stderr.contains("backtrace"), "{stderr}");
        }
    }

    #[test]
    #[ignore = "a part of a_panic_is_one_message_without_what_it_was_about"]
    fn panics() {
        super::install();
        // Not the test's own message, which the harness would print again.
        let payload =
            std::panic::catch_unwind(|| match std::env::var("LINKSPEC_TEST_PANIC").as_deref() {
                Ok("values") => panic!("the token {CANARY} was refused"),
                Ok("words") => panic!("only words"),
                _ => {
                    let odd = format!("{CANARY}ä");
                    let _ = &odd[..odd.len() - 1];
                }
            });
        assert!(payload.is_err());
    }
}
