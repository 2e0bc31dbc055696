//! The `[sign_in]` tables of `linkspec.toml`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

use super::source::{
    ClientAuthentication, ClientCredentials, DeviceCode, TokenCommand, TokenSource, TokenSources,
    table,
};
use super::{SecretVariables, SignInError};
use crate::graph::{Identity, Secret};

/// Where tokens come from: one table an identity.
///
/// An identity without a table has its token from its environment variable, if that is set.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct SignInSettings {
    /// Who issues tokens, where it is not the cloud's default.
    pub authority: Option<String>,
    /// The owner of the drive.
    pub owner: Option<SourceTable>,
    /// The owner through a second application.
    pub second_app: Option<SourceTable>,
    /// Another user.
    pub second_user: Option<SourceTable>,
    /// The owner with a token that may only read.
    pub read_only: Option<SourceTable>,
    /// An application without a user.
    pub app_only: Option<SourceTable>,
    /// The owner with `Files.ReadWrite` only.
    pub files_read_write: Option<SourceTable>,
    /// The owner with `Files.ReadWrite.All` only.
    pub files_read_write_all: Option<SourceTable>,
    /// The owner with `Sites.ReadWrite.All` only.
    pub sites_read_write_all: Option<SourceTable>,
    /// An application without a user, with `Sites.ReadWrite.All` only.
    pub app_only_sites: Option<SourceTable>,
}

/// The source of one identity: exactly one of `variable`, `file`, `stdin`, `command`, `device_code`, or an
/// application's `secret_variable` or `assertion_file`.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "source")]
pub struct SourceTable {
    /// An environment variable that holds the token.
    pub variable: Option<String>,
    /// A file that holds the token.
    pub file: Option<PathBuf>,
    /// The token is piped in.
    #[serde(deserialize_with = "flag")]
    pub stdin: bool,
    /// A program that prints the token: a line, or a list of its arguments.
    pub command: Option<CommandText>,
    /// Have `sh` run the command.
    #[serde(deserialize_with = "flag")]
    pub shell: bool,
    /// Seconds the command may take.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub timeout: Option<f64>,
    /// A person signs in with a code.
    #[serde(deserialize_with = "flag")]
    pub device_code: bool,
    /// The app registration.
    pub client_id: Option<String>,
    /// The tenant's id or domain, or `consumers` for personal accounts.
    pub tenant: Option<String>,
    /// An environment variable that holds the application's secret.
    pub secret_variable: Option<String>,
    /// A file that holds a token issued for the application by somebody it trusts.
    pub assertion_file: Option<PathBuf>,
    /// The permissions to ask for with a device code.
    pub scopes: Option<Vec<String>>,
}

/// A command as a line or as its arguments.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum CommandText {
    /// A line, split as a shell would, or run by one.
    Line(String),
    /// The program and its arguments.
    Arguments(Vec<String>),
}

/// True or false; what else was written is not repeated in the error, since it may be a token.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Flag;
    impl Visitor<'_> for Flag {
        type Value = bool;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("true or false")
        }

        fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<bool, E> {
            Err(E::custom("write true or false, without quotation marks"))
        }
    }
    deserializer.deserialize_any(Flag).map_err(D::Error::custom)
}

impl SignInSettings {
    fn of(&self, identity: Identity) -> Option<&SourceTable> {
        match identity {
            Identity::Owner => self.owner.as_ref(),
            Identity::SecondApp => self.second_app.as_ref(),
            Identity::SecondUser => self.second_user.as_ref(),
            Identity::ReadOnly => self.read_only.as_ref(),
            Identity::AppOnly => self.app_only.as_ref(),
            Identity::FilesReadWrite => self.files_read_write.as_ref(),
            Identity::FilesReadWriteAll => self.files_read_write_all.as_ref(),
            Identity::SitesReadWriteAll => self.sites_read_write_all.as_ref(),
            Identity::AppOnlySites => self.app_only_sites.as_ref(),
            Identity::NoToken | Identity::InvalidToken => None,
        }
    }

    /// The variables that hold secrets, of any identity.
    pub fn secret_variables(&self) -> SecretVariables {
        let tables = Identity::SIGNED_IN.into_iter().filter_map(|identity| self.of(identity));
        SecretVariables::named(
            tables.flat_map(|it| [it.variable.as_ref(), it.secret_variable.as_ref()]).flatten(),
        )
    }

    /// The sources the settings and the environment name. Nothing but the environment is read yet.
    ///
    /// # Errors
    /// For a table that is wrong, two sources for one identity, and a variable that is not set.
    pub fn sources(
        &self,
        environment: &impl Fn(&str) -> Option<String>,
    ) -> Result<TokenSources, SignInError> {
        let mut sources = TokenSources::new();
        sources.secret_variables = self.secret_variables();
        // CI systems set the variable of a secret they do not have to nothing.
        let set = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
        for identity in Identity::SIGNED_IN {
            let default = identity.token_variable();
            let settings = self.of(identity);
            if let Some(settings) = settings {
                let source = settings.source(identity, &set)?;
                sources.add(identity, source)?;
            }
            let named = settings.and_then(|it| it.variable.as_deref());
            if let Some(variable) = default.filter(|variable| named != Some(*variable))
                && let Some(token) = set(variable)
            {
                sources.add(identity, given(variable, token))?;
            }
        }
        Ok(sources)
    }
}

fn given(variable: &str, token: String) -> TokenSource {
    TokenSource::Given {
        token: Secret::new(token),
        origin: format!("the environment variable {variable}"),
    }
}

impl SourceTable {
    fn source(
        &self,
        identity: Identity,
        set: &impl Fn(&str) -> Option<String>,
    ) -> Result<TokenSource, SignInError> {
        let table = table(identity);
        let wrong = |what: String| SignInError::Table { table: table.clone(), what };
        let value_of = |variable: &String| {
            set(variable).ok_or_else(|| SignInError::Variable {
                table: table.clone(),
                variable: variable.clone(),
            })
        };
        let named: Vec<&str> = self.kinds();
        let kind = match named[..] {
            [kind] => kind,
            [] => {
                return Err(wrong(format!(
                    "names no source; write one of {}",
                    Self::KINDS.join(", ")
                )));
            }
            [first, second, ..] => {
                return Err(SignInError::TwoSources {
                    identity,
                    first: format!("{first} in [{table}]"),
                    second: format!("{second} in [{table}]"),
                });
            }
        };
        self.check_companions(kind).map_err(wrong)?;
        Ok(match kind {
            "variable" => {
                let variable =
                    self.variable.as_ref().ok_or_else(|| wrong("has no variable".into()))?;
                given(variable, value_of(variable)?)
            }
            "file" => TokenSource::File(self.file.clone().unwrap_or_default()),
            "stdin" => TokenSource::StandardInput,
            "command" => TokenSource::Command(
                self.token_command().map_err(|what| wrong(format!("command {what}")))?,
            ),
            "device_code" => TokenSource::DeviceCode(DeviceCode {
                client_id: self.client_id(kind).map_err(wrong)?,
                tenant: self.tenant(identity, kind).map_err(wrong)?,
                scopes: match &self.scopes {
                    Some(scopes) if scopes.is_empty() => {
                        return Err(wrong("scopes is empty; leave it out, or name one".into()));
                    }
                    Some(scopes) => scopes.clone(),
                    None => default_scopes(identity),
                },
            }),
            _ => TokenSource::ClientCredentials(ClientCredentials {
                client_id: self.client_id(kind).map_err(wrong)?,
                tenant: self.tenant(identity, kind).map_err(wrong)?,
                proof: match (&self.secret_variable, &self.assertion_file) {
                    (Some(variable), _) => {
                        ClientAuthentication::Secret(Secret::new(value_of(variable)?.trim()))
                    }
                    (None, path) => {
                        ClientAuthentication::AssertionFile(path.clone().unwrap_or_default())
                    }
                },
            }),
        })
    }

    const KINDS: [&'static str; 7] = [
        "variable",
        "file",
        "stdin",
        "command",
        "device_code",
        "secret_variable",
        "assertion_file",
    ];

    /// The keys of the table that name a source.
    fn kinds(&self) -> Vec<&'static str> {
        let there = [
            self.variable.is_some(),
            self.file.is_some(),
            self.stdin,
            self.command.is_some(),
            self.device_code,
            self.secret_variable.is_some(),
            self.assertion_file.is_some(),
        ];
        Self::KINDS.into_iter().zip(there).filter_map(|(key, there)| there.then_some(key)).collect()
    }

    /// A key that means nothing beside the source is a slip that would otherwise go unseen.
    fn check_companions(&self, kind: &str) -> Result<(), String> {
        let authority = ["device_code", "secret_variable", "assertion_file"].as_slice();
        for (key, there, goes_with) in [
            ("shell", self.shell, ["command"].as_slice()),
            ("timeout", self.timeout.is_some(), ["command"].as_slice()),
            ("client_id", self.client_id.is_some(), authority),
            ("tenant", self.tenant.is_some(), authority),
            ("scopes", self.scopes.is_some(), ["device_code"].as_slice()),
        ] {
            if there && !goes_with.contains(&kind) {
                return Err(format!(
                    "{key} means nothing beside {kind}; it goes with {}",
                    goes_with.join(", ")
                ));
            }
        }
        Ok(())
    }

    fn token_command(&self) -> Result<TokenCommand, String> {
        let mut command = match (&self.command, self.shell) {
            (Some(CommandText::Line(line)), true) => TokenCommand::shell(line)?,
            (Some(CommandText::Line(line)), false) => TokenCommand::words(line)?,
            (Some(CommandText::Arguments(_)), true) => {
                return Err("is a list, which shell = true cannot run; write it as one line".into());
            }
            (Some(CommandText::Arguments(arguments)), false) => {
                TokenCommand::arguments(arguments.clone())?
            }
            (None, _) => return Err("is missing".into()),
        };
        if let Some(seconds) = self.timeout {
            command.timeout = Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|it| !it.is_zero())
                .ok_or("has a timeout that is no number of seconds above 0")?;
        }
        Ok(command)
    }

    fn client_id(&self, kind: &str) -> Result<String, String> {
        self.client_id
            .clone()
            .filter(|it| !it.trim().is_empty())
            .ok_or_else(|| format!("{kind} needs client_id, the id of your app registration"))
    }

    fn tenant(&self, identity: Identity, kind: &str) -> Result<String, String> {
        let tenant = self.tenant.as_deref().map(str::trim).unwrap_or_default();
        let app_only = kind != "device_code";
        if tenant.is_empty() {
            return Err(format!(
                "{kind} needs tenant: an id or a domain{}",
                if app_only { "" } else { ", or \"consumers\" for a personal account" }
            ));
        }
        if !tenant.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it)) {
            return Err("tenant is neither an id nor a domain".to_owned());
        }
        if app_only && matches!(tenant, "consumers" | "organizations" | "common") {
            return Err(format!(
                "tenant is \"{tenant}\", but an application signs in to one tenant; write its id or domain"
            ));
        }
        let wants_app = matches!(identity, Identity::AppOnly | Identity::AppOnlySites);
        match (app_only, wants_app) {
            (true, false) => Err(format!(
                "{kind} gives a token without a user, and {identity} has one; use device_code"
            )),
            (false, true) => Err(format!(
                "device_code gives a token of a user, and {identity} has none; \
                 use secret_variable or assertion_file"
            )),
            _ => Ok(tenant.to_owned()),
        }
    }
}

/// The least an identity needs (HLP-17, HLP-18).
fn default_scopes(identity: Identity) -> Vec<String> {
    let scope = match identity {
        Identity::ReadOnly => "Files.Read",
        Identity::FilesReadWriteAll => "Files.ReadWrite.All",
        Identity::SitesReadWriteAll => "Sites.ReadWrite.All",
        _ => "Files.ReadWrite",
    };
    vec![scope.to_owned()]
}

impl fmt::Debug for SourceTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Commands may carry secrets, and tenants are not for every eye: the keys have to do.
        formatter.debug_tuple("SourceTable").field(&self.kinds()).finish()
    }
}

impl fmt::Debug for CommandText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[command]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SignInSettings {
        toml::from_str(text).unwrap()
    }

    fn environment(name: &str) -> Option<String> {
        match name {
            "SECRET" => Some("app-secret".to_owned()),
            "LINKSPEC_TOKEN_SECOND_APP" | "LINKSPEC_TOKEN" => Some("env-token".to_owned()),
            "LINKSPEC_TOKEN_READ_ONLY" => Some(" ".to_owned()),
            _ => None,
        }
    }

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn error(text: &str) -> String {
        read(text).sources(&nothing).err().map(|it| it.to_string()).unwrap_or_default()
    }

    #[test]
    fn every_source_can_be_written_down() {
        let settings = read(
            r#"
            authority = "https://login.chinacloudapi.cn"
            [second_user]
            file = "/tmp/token"
            [read_only]
            command = "az account get-access-token"
            timeout = 5
            [files_read_write]
            command = ["mgc", "token"]
            [files_read_write_all]
            command = "pass show x | head -1"
            shell = true
            [sites_read_write_all]
            device_code = true
            client_id = "c"
            tenant = "consumers"
            [app_only]
            client_id = "c"
            tenant = "contoso.example"
            secret_variable = "SECRET"
            [app_only_sites]
            client_id = "c"
            tenant = "contoso.example"
            assertion_file = "/var/run/token"
            "#,
        );
        let sources = settings.sources(&environment).unwrap();
        let name = |identity| sources.source(identity).map(TokenSource::name).unwrap_or_default();
        assert_eq!(name(Identity::Owner), "the environment variable LINKSPEC_TOKEN");
        assert_eq!(name(Identity::SecondUser), "the file \"/tmp/token\"");
        assert_eq!(name(Identity::ReadOnly), "the token command \"az\"");
        assert_eq!(name(Identity::FilesReadWrite), "the token command \"mgc\"");
        assert_eq!(name(Identity::FilesReadWriteAll), "the token command \"sh\"");
        assert_eq!(name(Identity::SitesReadWriteAll), "device code");
        assert_eq!(name(Identity::AppOnly), "client credentials with a secret");
        assert_eq!(name(Identity::AppOnlySites), "client credentials with an assertion");
        assert_eq!(sources.identities().count(), 9);
        let Some(TokenSource::Command(command)) = sources.source(Identity::ReadOnly) else {
            panic!()
        };
        assert_eq!(command.timeout, Duration::from_secs(5));
        let Some(TokenSource::DeviceCode(device)) = sources.source(Identity::SitesReadWriteAll)
        else {
            panic!()
        };
        assert_eq!(device.scopes, ["Sites.ReadWrite.All"]);
    }

    #[test]
    fn without_tables_the_variables_are_the_sources() {
        let sources = SignInSettings::default().sources(&environment).unwrap();
        let found: Vec<_> = sources.identities().collect();
        assert_eq!(found, [Identity::Owner, Identity::SecondApp], "an empty variable is none");
    }

    #[test]
    fn two_sources_are_one_too_many() {
        let settings = read("[owner]\nfile = \"x\"\n");
        let message = settings.sources(&environment).err().unwrap().to_string();
        assert!(message.contains("the file \"x\" and the environment variable LINKSPEC_TOKEN"));
        let settings = read("[owner]\nvariable = \"LINKSPEC_TOKEN\"\n");
        assert!(settings.sources(&environment).is_ok(), "the same one twice is one");
        let message = error("[owner]\nfile = \"x\"\ncommand = \"y\"\n");
        assert!(message.contains("file in [sign_in.owner] and command in [sign_in.owner]"));
        assert!(error("[owner]\nstdin = true\n[second_app]\nstdin = true\n").contains("read once"));
    }

    #[test]
    fn slips_are_told_with_the_way_out() {
        for (text, expected) in [
            ("[owner]\n", "names no source; write one of variable, file"),
            ("[owner]\nvariable = \"NOT_SET\"\n", "NOT_SET, which is not set"),
            ("[owner]\ncommand = \"\"\n", "command is empty"),
            ("[owner]\ncommand = \"a 'b\"\n", "quotation mark"),
            ("[owner]\ncommand = [\"a\"]\nshell = true\n", "one line"),
            ("[owner]\ncommand = \"a\"\ntimeout = 0\n", "seconds above 0"),
            ("[owner]\nfile = \"a\"\nshell = true\n", "shell means nothing beside file"),
            ("[owner]\nfile = \"a\"\ntenant = \"t\"\n", "tenant means nothing beside file"),
            ("[owner]\ndevice_code = true\ntenant = \"t\"\n", "needs client_id"),
            ("[owner]\ndevice_code = true\nclient_id = \"c\"\n", "\"consumers\" for a personal"),
            ("[owner]\ndevice_code = true\nclient_id = \"c\"\ntenant = \"a/b\"\n", "neither an id"),
            (
                "[owner]\ndevice_code = true\nclient_id = \"c\"\ntenant = \"t\"\nscopes = []\n",
                "scopes is empty",
            ),
            (
                "[app_only]\nassertion_file = \"a\"\nclient_id = \"c\"\ntenant = \"consumers\"\n",
                "signs in to one tenant",
            ),
            (
                "[owner]\nassertion_file = \"a\"\nclient_id = \"c\"\ntenant = \"t\"\n",
                "use device_code",
            ),
            (
                "[app_only]\ndevice_code = true\nclient_id = \"c\"\ntenant = \"t\"\n",
                "use secret_variable",
            ),
        ] {
            let message = error(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        for text in [
            "[owner]\ntoken = \"canary-0001\"\n",
            "[owner]\nstdin = \"canary-0001\"\n",
            "[owner]\ndevice_code = \"canary-0001\"\n",
            "[owner]\ncommand = { x = \"canary-0001\" }\n",
        ] {
            let error = toml::from_str::<SignInSettings>(text).unwrap_err();
            assert!(!error.message().contains("canary"), "{}", error.message());
        }
        let settings = read("[owner]\ncommand = \"curl -H canary-0001\"\n");
        assert_eq!(format!("{:?}", settings.owner.unwrap()), "SourceTable([\"command\"])");
    }
}
