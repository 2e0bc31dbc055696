//! `linkspec serve --case FILE`: what the service did in one case of a run through a client library, once more, so
//! that the library can be looked at under a debugger.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::interrupted::Signals;
use super::output::eprintln;
use super::trouble::Trouble;
use crate::library::{ScriptedService, read_case, show_request};

/// Where written cases are to be sent.
pub(super) const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4011);

/// The service root there.
pub(super) fn root() -> String {
    format!("http://{ADDRESS}/v1.0")
}

/// What arrived is shown so often.
const LOOK: Duration = Duration::from_millis(100);

/// Plays the service of a case until Ctrl-C, and shows what arrives.
pub(super) async fn replay(path: &Path, address: SocketAddr) -> Result<u8, Trouble> {
    let case = read_case(path).map_err(|error| {
        Trouble::usage(error.to_string())
            .hint("write cases with: linkspec run --sdk \"COMMAND\" --write-cases FOLDER")
    })?;
    let mut signals = Signals::register();
    let service = ScriptedService::start_at(case.script, address).await.map_err(|error| {
        Trouble::usage(format!("{address} cannot be listened on: {error}"))
            .hint("the case names this address; end what listens there")
    })?;
    service.begin(&case.asked);
    eprintln!("{}", case.lines.join("\n"));
    eprintln!(
        "\nThe service listens at {}. Ask it: (cat {}; sleep 5) | ADAPTER\nCtrl-C ends it.\n",
        service.base_url(),
        path.display()
    );
    let mut number = 0;
    loop {
        for mut request in service.take() {
            number += 1;
            request.number = number;
            eprintln!("{}", show_request(&request));
        }
        tokio::select! {
            _ = signals.next() => return Ok(0),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
