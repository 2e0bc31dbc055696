//! The official libraries as they are against the service of `linkspec serve`: each that is installed gets its link.

use std::time::Duration;

use linkspec::graph::{Asking, ItemAddress, Surfaced};
use linkspec::library::{Adapter, AdapterCommand};
use linkspec::mock::Mock;
use serde_json::{Map, json};

use super::root;

/// The adapters and what has to be there for each, under `adapters/`.
const INSTALLED: [(&str, &str, &str); 7] = [
    ("Python", "python/.venv/bin/python", "python/.venv/bin/python {}/python/adapter.py"),
    ("JavaScript", "javascript/node_modules", "node {}/javascript/adapter.js"),
    ("Go", "go/bin/adapter", "go/bin/adapter"),
    ("Java", "java/target/adapter.jar", "java -jar {}/java/target/adapter.jar"),
    ("C#", "csharp/bin/adapter/adapter.dll", "dotnet {}/csharp/bin/adapter/adapter.dll"),
    ("PHP", "php/vendor", "php {}/php/adapter.php"),
    (
        "reqwest",
        "rust-reqwest/target/debug/linkspec-adapter-reqwest",
        "rust-reqwest/target/debug/linkspec-adapter-reqwest",
    ),
];

#[tokio::test]
async fn every_installed_library_gets_its_link_from_serve() {
    let adapters = root().join("adapters");
    let mut without_link = Vec::new();
    for (name, needed, command) in INSTALLED {
        let needed = adapters.join(needed);
        if !needed.exists() {
            eprintln!("skipped: {name} is not installed (adapters/README.md)");
            continue;
        }
        let folder = adapters.display().to_string();
        let command = command.replace("{}", &folder);
        let is_own_program = needed.is_file() && !command.starts_with("java ");
        let command = if is_own_program && !command.starts_with("dotnet ") {
            format!("{folder}/{command}")
        } else {
            command
        };
        let service = Mock::business().start().await.unwrap();
        let command = AdapterCommand::parse(&command).unwrap();
        let adapter = Adapter::start(&command).await.unwrap();
        let asking = Asking {
            base_url: service.base_url().to_owned(),
            token: service.token().to_owned(),
            address: ItemAddress::Drives {
                drive_id: service.drive_id().to_owned(),
                item_id: service.file_id().to_owned(),
            },
            request: Map::from_iter([
                ("type".to_owned(), json!("view")),
                ("scope".to_owned(), json!("organization")),
            ]),
        };
        let surfaced = adapter.create_link(&asking, Duration::from_secs(60), || None).await;
        match &surfaced {
            Ok(Surfaced::Permission { permission, .. }) if permission["link"]["type"] == "view" => {
                assert_eq!(service.judge().unwrap().requests.create_link, 1, "{name}");
            }
            other => without_link.push(format!("{name}: {other:?}")),
        }
    }
    assert!(without_link.is_empty(), "{}", without_link.join("\n"));
}
