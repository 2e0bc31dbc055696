//! The line that makes a finding again: `linkspec run` for its rule, with the options of this run.

use super::arguments::TargetKind;
use super::session::Session;
use crate::graph::{Address, Product};
use crate::report::quote;

/// Where the cases of a client library go, unless the run says.
const CASES: &str = "linkspec-cases";

impl Session {
    /// The line for these rules; without any, for all that this run selected.
    ///
    /// No secret is in it, and no id of a drive: tokens come from where this run took them, and so does a drive that
    /// has an id.
    pub(super) fn reproduction(&self, product: Product, ids: &[String]) -> String {
        let (given, target) = (&self.options.run, &self.options.target);
        let mut line = String::from("linkspec run");
        let mut add = |option: &str, value: &str| {
            line.push_str(&format!(" {option} {}", quote(value)));
        };
        if ids.is_empty() {
            for (option, value) in
                [("--tags", &given.tags), ("--level", &given.level), ("--shard", &given.shard)]
            {
                if let Some(value) = value {
                    add(option, value);
                }
            }
        }
        let ids = if ids.is_empty() { given.rule.as_slice() } else { ids };
        for id in ids {
            add("--rule", id);
        }
        if let Some(path) = &given.replay {
            add("--replay", &path.display().to_string());
        }
        if let Some(command) = &given.sdk {
            add("--sdk", command);
        }
        match self.kind {
            _ if given.replay.is_some() => add("--product", product.name()),
            TargetKind::Mock => {
                if target.kind.is_some() && given.sdk.is_none() {
                    add("--target", "mock");
                }
                add("--product", product.name());
                if let Some(form) = &given.mock_form {
                    add("--mock-form", form);
                }
            }
            TargetKind::Live => {
                add("--target", "live");
                if let Some(base) = &self.base {
                    add("--base-url", base.as_str());
                }
                if let Some(cloud) = &target.cloud {
                    add("--cloud", cloud);
                }
                if let Some(authority) = &given.authority {
                    add("--authority", authority);
                }
            }
        }
        for (option, path) in
            [("--profile", &self.options.profile), ("--features", &given.features)]
        {
            if let Some(path) = path {
                add(option, &path.display().to_string());
            }
        }
        for path in &given.ca_cert {
            add("--ca-cert", &path.display().to_string());
        }
        for (option, value) in [("--timeout", given.timeout), ("--max-wait", given.max_wait)] {
            if let Some(value) = value {
                add(option, &value.to_string());
            }
        }
        if let Some(jobs) = given.jobs {
            add("--jobs", &jobs.to_string());
        }
        if given.sdk.is_some() {
            let folder = given.write_cases.as_ref().map(|it| it.display().to_string());
            add("--write-cases", folder.as_deref().unwrap_or(CASES));
        }
        if given.read_only {
            line.push_str(" --read-only");
        }
        if given.no_browser {
            line.push_str(" --no-browser");
        }
        if given.strict {
            line.push_str(" --strict");
        }
        if self.kind == TargetKind::Live && given.replay.is_none() {
            line.push_str(&match &self.drive {
                Address::Me => " --drive me".to_owned(),
                other => format!(" --drive \"${{LINKSPEC_DRIVE:?{}/ID}}\"", other.kind()),
            });
        }
        line
    }
}
