//! `linkspec init`: a first linkspec.toml.

use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;

use super::output::{print, println};
use super::settings::{FILE, SettingsFile};
use super::trouble::Trouble;
use crate::graph::Address;
use crate::nearest::nearest;

/// Arguments of `linkspec init`. What is not given is asked for on a terminal and left out elsewhere.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = FILE)]
    file: PathBuf,
    /// Cloud of the tenant: global, us-gov-l4, us-gov-l5 or china
    #[arg(long)]
    cloud: Option<String>,
    /// Drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID
    #[arg(long)]
    drive: Option<String>,
    /// Anonymous links in the tenant: enabled or disabled
    #[arg(long)]
    anonymous_links: Option<String>,
    /// Links for the organization: enabled or disabled
    #[arg(long)]
    organization_links: Option<String>,
    /// Scope of the organization's default link: anonymous, organization or users
    #[arg(long)]
    default_scope: Option<String>,
    /// Days after which links end by policy; 0 for no policy
    #[arg(long)]
    expiration_policy_days: Option<String>,
    /// Personal account with a paid plan: true or false
    #[arg(long)]
    premium: Option<String>,
    /// SharePoint library in which check-out can be tried: true or false
    #[arg(long)]
    checkout_library: Option<String>,
    /// Id or user principal name of the drive's user, so that the users address is tried too
    #[arg(long)]
    user: Option<String>,
    /// Id of the group whose drive it is, so that the groups address is tried too
    #[arg(long)]
    group: Option<String>,
    /// Id of the site whose default library it is, so that the sites address is tried too
    #[arg(long)]
    site: Option<String>,
}

struct Question {
    key: &'static str,
    comment: &'static str,
    answers: &'static [&'static str],
    quoted: bool,
}

/// What the schema of the settings file is called beside it: editors read it by the first line.
const SCHEMA_FILE: &str = "linkspec.schema.json";

const TARGET: [Question; 2] = [
    Question {
        key: "cloud",
        comment: "the cloud of the tenant; personal accounts are in global",
        answers: &["global", "us-gov-l4", "us-gov-l5", "china"],
        quoted: true,
    },
    Question {
        key: "drive",
        comment: "the drive to work on: me, drives/ID, users/ID, groups/ID or sites/ID",
        answers: &[],
        quoted: true,
    },
];

const TENANT: [Question; 6] = [
    Question {
        key: "anonymous_links",
        comment: "whether links for anyone are permitted: SharePoint admin center, Policies, Sharing",
        answers: &["enabled", "disabled"],
        quoted: true,
    },
    Question {
        key: "organization_links",
        comment: "whether links for the organization are permitted; on unless a label or policy forbids them",
        answers: &["enabled", "disabled"],
        quoted: true,
    },
    Question {
        key: "default_scope",
        comment: "the scope of the default link: the same page, File and folder links",
        answers: &["anonymous", "organization", "users"],
        quoted: true,
    },
    Question {
        key: "expiration_policy_days",
        comment: "days after which links for anyone end: the same page; 0 means no policy",
        answers: &[],
        quoted: false,
    },
    Question {
        key: "premium",
        comment: "personal accounts only: whether the account has a paid plan",
        answers: &["true", "false"],
        quoted: false,
    },
    Question {
        key: "checkout_library",
        comment: "SharePoint only: whether check-out can be tried in the library",
        answers: &["true", "false"],
        quoted: false,
    },
];

const ADDRESSES: [Question; 3] = [
    Question {
        key: "user",
        comment: "business only: the id or user principal name of the drive's user, for users/{id}/drive",
        answers: &[],
        quoted: true,
    },
    Question {
        key: "group",
        comment: "SharePoint only: the id of the Microsoft 365 group whose drive it is, for groups/{id}/drive",
        answers: &[],
        quoted: true,
    },
    Question {
        key: "site",
        comment: "SharePoint only: the id of the site whose default library it is, for sites/{id}/drive",
        answers: &[],
        quoted: true,
    },
];

/// Which further questions make sense; the answer is not written, since the drive itself tells its kind.
const ACCOUNT: Question = Question {
    key: "account",
    comment: "what kind of drive it is, so that nothing is asked that is not about it",
    answers: &["personal", "business", "sharepoint"],
    quoted: true,
};

/// The kind of account that a drive's address tells by itself.
fn told_by(drive: &str) -> Option<&'static str> {
    match drive.split('/').next() {
        Some("groups" | "sites") => Some("sharepoint"),
        Some("users") => Some("business"),
        _ => None,
    }
}

/// Whether a question is about drives of this kind.
fn is_about(key: &str, account: Option<&str>) -> bool {
    let Some(account) = account else { return true };
    match key {
        "premium" => account == "personal",
        "checkout_library" | "group" | "site" => account == "sharepoint",
        "user" => account == "business",
        "anonymous_links" | "organization_links" | "default_scope" | "expiration_policy_days" => {
            account != "personal"
        }
        _ => true,
    }
}

/// Writes a commented settings file.
pub(super) fn init(arguments: &InitArguments) -> Result<u8, Trouble> {
    if arguments.file.exists() {
        return Err(Trouble::usage(format!("{} is there already", arguments.file.display()))
            .hint("name another with --file, or edit it"));
    }
    let mut text = String::from(
        "#:schema ./linkspec.schema.json\n\
         # Settings and tenant profile of linkspec. Leave out what you do not know: its rules are then not run.\n",
    );
    let given = |key: &str| match key {
        "cloud" => arguments.cloud.clone(),
        "drive" => arguments.drive.clone(),
        "anonymous_links" => arguments.anonymous_links.clone(),
        "organization_links" => arguments.organization_links.clone(),
        "default_scope" => arguments.default_scope.clone(),
        "expiration_policy_days" => arguments.expiration_policy_days.clone(),
        "checkout_library" => arguments.checkout_library.clone(),
        "premium" => arguments.premium.clone(),
        "user" => arguments.user.clone(),
        "group" => arguments.group.clone(),
        "site" => arguments.site.clone(),
        _ => None,
    };
    let tables = [("target", &TARGET[..]), ("tenant", &TENANT[..]), ("addresses", &ADDRESSES[..])];
    let mut account: Option<String> = None;
    for (table, questions) in tables {
        let _ = writeln!(text, "\n[{table}]");
        for question in questions {
            let answer = match given(question.key) {
                Some(answer) => Some(answer),
                None if is_about(question.key, account.as_deref()) => ask(question)?,
                None => None,
            };
            if question.key == "drive" {
                account = match answer.as_deref().and_then(told_by) {
                    Some(told) => Some(told.to_owned()),
                    None => ask(&ACCOUNT)?,
                };
            }
            if let Some(answer) = &answer {
                question.check(answer)?;
            }
            write_line(&mut text, question, answer.as_deref());
        }
    }
    text.push_str(
        "\n# Tokens never stand here: put the owner's into LINKSPEC_TOKEN, or name a source:\n\
         # [sign_in.owner]\n# command = \"my-token-command\"\n\
         # So for the others, whose rules are not run without them: second_app, second_user, read_only, app_only.\n",
    );
    std::fs::write(&arguments.file, text).map_err(|error| {
        Trouble::usage(format!("{} cannot be written: {error}", arguments.file.display()))
    })?;
    let schema = arguments.file.with_file_name(SCHEMA_FILE);
    std::fs::write(&schema, format!("{:#}\n", SettingsFile::schema())).map_err(|error| {
        Trouble::usage(format!("{} cannot be written: {error}", schema.display()))
    })?;
    println!(
        "wrote {}, and {} for editors; `linkspec doctor` checks it",
        arguments.file.display(),
        schema.display()
    );
    Ok(0)
}

impl Question {
    /// Whether it is an answer to this question.
    fn check(&self, answer: &str) -> Result<(), Trouble> {
        let trouble = Trouble::usage(format!("{}: \"{answer}\" is no answer", self.key));
        match self.key {
            "expiration_policy_days" if answer.parse::<u32>().is_err() => {
                Err(trouble.hint("write a number of days; 0 means no policy"))
            }
            "drive" if Address::parse(answer).is_none() => {
                Err(trouble.hint(format!("write {}", Address::FORMS)))
            }
            _ if self.answers.is_empty() || self.answers.contains(&answer) => Ok(()),
            _ => Err(match nearest(answer, self.answers.iter().copied()) {
                Some(word) => trouble.hint(format!("did you mean \"{word}\"?")),
                None => trouble.hint(format!("write one of {}", self.answers.join(", "))),
            }),
        }
    }
}

/// Asks until there is an answer that can be used. Nobody is asked where there is no terminal.
fn ask(question: &Question) -> Result<Option<String>, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let choices = if question.answers.is_empty() {
        String::new()
    } else {
        format!(" ({})", question.answers.join(", "))
    };
    loop {
        print!("{}: {}{choices}\n  empty to leave it out> ", question.key, question.comment);
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| Trouble::environment(format!("the answer cannot be read: {error}")))?;
        let line = line.trim();
        if line.is_empty() {
            return Ok(None);
        }
        match question.check(line) {
            Ok(()) => return Ok(Some(line.to_owned())),
            Err(trouble) => println!("{}", trouble.text()),
        }
    }
}

fn write_line(text: &mut String, question: &Question, answer: Option<&str>) {
    let Some(answer) = answer else {
        let example = question.answers.first().copied().unwrap_or(if question.key == "drive" {
            "me"
        } else {
            "ID"
        });
        let example = match (question.quoted, question.key) {
            (_, "expiration_policy_days") => "0".to_owned(),
            (true, _) => format!("\"{example}\""),
            (false, _) => example.to_owned(),
        };
        let _ = writeln!(text, "# {} = {example}  # {}", question.key, question.comment);
        return;
    };
    let value = if question.quoted {
        serde_json::Value::from(answer).to_string()
    } else {
        answer.to_owned()
    };
    let _ = writeln!(text, "{} = {value}  # {}", question.key, question.comment);
}
