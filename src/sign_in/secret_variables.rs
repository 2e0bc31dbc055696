//! The variables of the environment that hold secrets, and are kept from the processes linkspec starts.
//!
//! A process sees the whole environment of the one that started it, and hands it on to whatever it starts itself. So
//! what is secret is taken out beforehand: by the names that are known, by the names people give to credentials, and
//! by value, since the same token often stands under a second name as well.

use std::collections::BTreeSet;
use std::ffi::OsString;

use tokio::process::Command;

/// What the variables of all tokens begin with, also of those whose name is a slip of the pen.
const TOKENS: &str = "LINKSPEC_TOKEN";

/// A shorter value is no secret that could be told from an ordinary word, a path or a number.
const SHORTEST_SECRET: usize = 8;

/// Words, set apart by `_`, that names of credentials hold.
const CREDENTIALS: [&str; 20] = [
    "ACCESSTOKEN",
    "APIKEY",
    "ASSERTION",
    "AUTH",
    "AUTHORIZATION",
    "BEARER",
    "CERTIFICATE",
    "COOKIE",
    "CREDENTIAL",
    "CREDENTIALS",
    "JWT",
    "KEY",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "SECRET",
    "SECRETS",
    "TOKEN",
];

/// Variables that say which proxy to use; its address may hold a password.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"];

/// The variables that the settings name as the sources of secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretVariables {
    named: BTreeSet<String>,
}

impl SecretVariables {
    /// Variables of these names, in whatever letter case they are written.
    pub(super) fn named<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        Self { named: names.map(|name| name.to_uppercase()).collect() }
    }

    /// Takes from a command what it has no business with: tokens, what the settings name, and whatever holds the
    /// same value. What else a program needs to sign somebody in stays.
    pub fn hide_from(&self, command: &mut Command) {
        let set: Vec<_> = std::env::vars_os().collect();
        for name in self.hidden(&set) {
            command.env_remove(name);
        }
    }

    /// As [`Self::hide_from`], for a program that needs no secret at all: everything that is named as a credential
    /// goes as well.
    pub fn hide_all_from(&self, command: &mut Command) {
        let set: Vec<_> = std::env::vars_os().collect();
        let hidden = self.hidden(&set);
        for (name, value) in &set {
            if hidden.contains(&name)
                || is_a_credential(&name.to_string_lossy(), &value.to_string_lossy())
            {
                command.env_remove(name);
            }
        }
    }

    fn hidden<'s>(&self, set: &'s [(OsString, OsString)]) -> Vec<&'s OsString> {
        let is_named = |name: &OsString| {
            let name = name.to_string_lossy().to_uppercase();
            name.starts_with(TOKENS) || self.named.contains(&name)
        };
        let secrets: Vec<String> = set
            .iter()
            .filter(|(name, _)| is_named(name))
            .map(|(_, value)| value.to_string_lossy().trim().to_owned())
            .filter(|value| value.len() >= SHORTEST_SECRET)
            .collect();
        let holds_one = |value: &OsString| {
            let value = value.to_string_lossy();
            secrets.iter().any(|secret| value.contains(secret.as_str()))
        };
        set.iter()
            .filter(|(name, value)| is_named(name) || holds_one(value))
            .map(|(name, _)| name)
            .collect()
    }
}

fn is_a_credential(name: &str, value: &str) -> bool {
    let name = name.to_uppercase();
    if PROXIES.contains(&name.as_str()) {
        return value.contains('@');
    }
    // Where a secret is: the agent of ssh, a file of certificates to trust.
    if name.ends_with("_SOCK") || name.ends_with("_FILE") || name.ends_with("_DIR") {
        return false;
    }
    name.split(['_', '-', '.']).any(|word| CREDENTIALS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn tokens_go_by_their_names_by_the_settings_and_by_their_values() {
        let settings: crate::sign_in::SignInSettings = toml::from_str(
            "[owner]\nvariable = \"MY_OWN\"\n[app_only]\nsecret_variable = \"App\"\n\
             client_id = \"x\"\ntenant = \"y.example\"\n",
        )
        .unwrap();
        let set = set(&[
            ("PATH", "/usr/bin"),
            ("LINKSPEC_TOKEN", "token-of-the-owner"),
            ("LINKSPEC_TOKEN_SECOND_USR", "x"),
            ("linkspec_token_read_only", "y"),
            ("MY_OWN", "another-token"),
            ("APP", "a-client-secret"),
            ("GRAPH", "token-of-the-owner"),
            ("HEADER", "Authorization: Bearer another-token"),
            ("HOME", "/root"),
        ]);
        let hidden = settings.secret_variables().hidden(&set);
        let shown: Vec<_> = set.iter().map(|it| &it.0).filter(|it| !hidden.contains(it)).collect();
        assert_eq!(shown, ["PATH", "HOME"]);
    }

    #[test]
    fn what_is_named_as_a_credential_is_one() {
        for name in [
            "AZURE_CLIENT_SECRET",
            "GITHUB_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "SYSTEM_ACCESSTOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "azure_password",
            "ARM_OIDC_TOKEN",
            "NPM_CONFIG__AUTH",
        ] {
            assert!(is_a_credential(name, "x"), "{name}");
        }
        for name in
            ["PATH", "HOME", "JAVA_HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "LANG", "KEYBOARD"]
        {
            assert!(!is_a_credential(name, "x"), "{name}");
        }
        assert!(is_a_credential("https_proxy", "http://me:pw@proxy.example:3128"));
        assert!(!is_a_credential("https_proxy", "http://proxy.example:3128"));
    }
}
