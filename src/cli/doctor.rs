//! `linkspec doctor`: whether a run could start, and what stands in its way.

use crate::caller::explain_proxies;
use crate::drive::{Look, look};
use crate::graph::{Address, Identity, Product};

use super::arguments::RunArguments;
use super::output::println;
use super::session::Session;
use super::settings::SettingsFile;
use super::trouble::{ENVIRONMENT, Trouble};

/// Checks everything a live run needs, a line a check, and changes nothing.
pub(super) fn doctor(arguments: RunArguments) -> Result<u8, Trouble> {
    if let Some(command) = &arguments.given.run.sdk {
        let settings = SettingsFile::load(arguments.given.profile.as_deref())?;
        return super::sdk::doctor(command, settings.sign_in.secret_variables());
    }
    let session = Session::prepare(arguments.towards_live())?;
    let mut findings = Findings::default();
    findings.good("configuration: options, variables and settings file can be read");
    let options = session.live_options_without_journal()?;
    let mut places = vec![("the service root", &options.base)];
    places.extend(options.sources.place().authority().map(|it| ("the authority", it)));
    for line in explain_proxies(&places, |name| std::env::var(name).ok()) {
        findings.good(&line);
    }
    if options.http.ca_certificates.is_empty() {
        findings.good("TLS: certificates of the system are trusted, no others");
    }
    for path in &options.http.ca_certificates {
        findings.good(&format!("TLS: {} is trusted beside the system's", path.display()));
    }
    findings.good(&format!("service root: {}", options.base));
    if let Some(authority) = options.sources.place().authority() {
        findings.good(&format!("authority: {authority}"));
    }
    let drive = shown(&options.drive);
    match super::runtime()?.block_on(look(options)) {
        Ok(seen) => {
            findings.good(&format!("signed in; the drive {} is {}", drive, seen.product));
            tell(&session, &seen, &mut findings);
            Ok(if findings.problems == 0 { 0 } else { ENVIRONMENT })
        }
        Err(error) => {
            // All there is to find is told, and in one place: whoever reads standard output has the problem too.
            let trouble = Trouble::from(error);
            let hint = trouble.hint.clone().unwrap_or_else(|| "nothing more is known".to_owned());
            findings.problem(&trouble.message, &hint);
            not_declared(&session, None, &mut findings);
            Ok(trouble.code)
        }
    }
}

/// A drive as it may stand in a bug report.
fn shown(drive: &Address) -> String {
    match drive {
        Address::Me => "me".to_owned(),
        other => format!("{}/ID", other.kind()),
    }
}

#[derive(Default)]
struct Findings {
    problems: usize,
}

impl Findings {
    fn good(&mut self, text: &str) {
        println!("ok    {text}");
    }

    fn problem(&mut self, text: &str, fix: &str) {
        self.problems += 1;
        println!("fix   {text}\n      {fix}");
    }

    fn note(&mut self, text: &str, fix: &str) {
        println!("note  {text}\n      {fix}");
    }
}

fn tell(session: &Session, seen: &Look, findings: &mut Findings) {
    match seen.clock_ahead {
        Some(seconds) if seconds.abs() > 60 => findings.note(
            &format!(
                "clock: the service is {} s {}",
                seconds.abs(),
                if seconds > 0 { "ahead" } else { "behind" }
            ),
            "set this machine's clock; expirations asked for are computed from it",
        ),
        Some(_) => findings.good("clock: agrees with the service"),
        None => findings.note("clock: the service does not tell its time", "nothing to do"),
    }
    for (identity, reason) in &seen.failed_sign_ins {
        findings.problem(&format!("sign-in of {identity}: {reason}"), "its rules will not be run");
    }
    for advice in &seen.advice {
        if advice.is_problem {
            findings.problem(&advice.finding, &advice.remedy);
        } else {
            findings.note(&advice.finding, &advice.remedy);
        }
    }
    for reason in &seen.unreached {
        findings.problem(reason, "correct it in [addresses] of linkspec.toml, or leave it out");
    }
    not_declared(session, Some(seen.product), findings);
}

/// What nobody declared: tokens, and facts of the tenant. Without a product, what any drive may want.
fn not_declared(session: &Session, product: Option<Product>, findings: &mut Findings) {
    for identity in Identity::SIGNED_IN {
        if !session.identities().contains(&identity) {
            findings.note(
                &format!("no token for {identity}"),
                &format!(
                    "rules that need one are not run; set {} to run them",
                    identity.token_variable().unwrap_or_default()
                ),
            );
        }
    }
    let tenant = session.tenant();
    let (personal, business) = match product {
        Some(product) => (product == Product::Personal, product != Product::Personal),
        None => (false, false),
    };
    let undeclared: [(&str, bool); 4] = [
        ("anonymous_links", business && tenant.anonymous_links.is_none()),
        ("expiration_policy_days", business && tenant.expiration_policy_days.is_none()),
        ("default_scope", business && tenant.default_scope.is_none()),
        ("premium", personal && tenant.premium.is_none()),
    ];
    for kind in session.undeclared_addresses(product) {
        // "users" is a word of the path; the key speaks of one.
        let key = kind.trim_end_matches('s');
        findings.note(
            &format!("addresses: no {kind} address of this drive is declared"),
            &format!("the rule about it is not run; declare {key} in [addresses] of linkspec.toml"),
        );
    }
    for (key, missing) in undeclared {
        if missing {
            findings.note(
                &format!("profile: {key} is not declared"),
                &format!("rules that depend on it are not run; declare {key} in [tenant] of linkspec.toml"),
            );
        }
    }
}
