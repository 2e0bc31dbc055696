//! The owner's own calls: finding the drive, making the run's folder, cleaning up.

use reqwest::Method;
use serde_json::{Value, json};

use super::journal::{Entry, Journal, Made};
use super::wire::About;
use super::{Reached, RunFolder, TargetError, Wire, join};
use crate::caller::Outgoing;
use crate::graph::{Address, Answer, Identity, Product, Purpose, Recording, Reply, encode_segment};

/// The owner on a service, outside any story.
pub(super) struct Owner<'o> {
    pub(super) wire: &'o Wire,
}

/// A drive as its own resource tells it.
pub(super) struct Drive {
    pub(super) id: String,
    pub(super) product: Product,
    pub(super) clock_ahead: Option<i64>,
}

/// Something that could not be removed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What it is.
    pub made: Made,
    /// The path of its URL below the service root.
    pub path: String,
    /// What the service answered.
    pub reason: String,
}

impl Owner<'_> {
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, TargetError> {
        let url = join(&self.wire.base, path);
        let mut headers = vec![("client-request-id".to_owned(), uuid::Uuid::new_v4().to_string())];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let outgoing =
            Outgoing { method, url, headers, body: body.map(|it| it.to_string()), bare: false };
        let about = About {
            act: 0,
            purpose: Purpose::SetUp,
            identity: Identity::Owner,
            item: None,
            link: None,
        };
        let mut recording = Recording::default();
        match self.wire.send_patiently(&outgoing, &about, &mut recording).await.0 {
            Reply::Answer(answer) => Ok(answer),
            Reply::Nothing(failure) => Err(TargetError::Unreachable {
                url: self.wire.redactor.text(outgoing.url.as_str()),
                detail: failure.detail,
            }),
        }
    }

    /// Reads a drive.
    pub(super) async fn drive(&self, address: &Address) -> Result<Drive, TargetError> {
        let path = address.drive_path();
        let answer = self.call(Method::GET, &path, None).await?;
        let url = join(&self.wire.base, &path).to_string();
        if answer.status != 200 {
            return Err(refused(format!("reading the drive {url}"), &answer));
        }
        let missing = |detail: String| TargetError::NoDrive { url: url.clone(), detail };
        let drive =
            answer.json().map_err(|detail| missing(format!("the body is no JSON ({detail})")))?;
        let id = drive["id"].as_str().ok_or_else(|| missing("it has no id".to_owned()))?;
        let drive_type =
            drive["driveType"].as_str().ok_or_else(|| missing("it has no driveType".to_owned()))?;
        let product = Product::from_drive_type(drive_type).ok_or_else(|| {
            missing(format!(
                "its driveType is \"{drive_type}\", not personal, business or documentLibrary"
            ))
        })?;
        let clock_ahead = answer
            .header("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .and_then(|date| jiff::Timestamp::try_from(date).ok())
            .map(|date| date.as_second() - self.wire.clock.now().as_second());
        Ok(Drive { id: id.to_owned(), product, clock_ahead })
    }

    /// Whether an address leads to the drive with that id.
    pub(super) async fn same_drive(&self, address: Address, drive_id: &str) -> Reached {
        match self.call(Method::GET, &address.drive_path(), None).await {
            Ok(answer) if answer.status == 200 => match answer.json() {
                Ok(drive) if drive["id"] == drive_id => Reached::Here(address),
                _ => Reached::No(format!("the {} address leads to another drive", address.kind())),
            },
            Ok(answer) => Reached::No(format!(
                "the drive could not be read at its {} address (answered {})",
                address.kind(),
                answer.status
            )),
            Err(error) => Reached::No(error.to_string()),
        }
    }

    /// Makes the folder everything else is made in.
    pub(super) async fn folder(
        &self,
        drive: &Address,
        journal: &Journal,
    ) -> Result<RunFolder, TargetError> {
        let name = format!("linkspec-{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        journal.note(Entry::WillMakeItem { name: name.clone(), folder: String::new() })?;
        let body = json!({
            "name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"
        });
        let path = format!("{}/root/children", drive.drive_path());
        let answer = self.call(Method::POST, &path, Some(body)).await?;
        let id = answer.json().ok().and_then(|item| item["id"].as_str().map(str::to_owned));
        match id {
            Some(id) if matches!(answer.status, 200 | 201) => {
                journal.made(Made::Item { id: id.clone(), name: name.clone() })?;
                Ok(RunFolder { id, name })
            }
            _ => Err(refused("making the run's folder".to_owned(), &answer)),
        }
    }

    /// Removes what a journal says was made: links first, then items. Twice is harmless.
    pub(super) async fn clean_up(&self, drive: &Address, journal: &Journal) -> Vec<Leftover> {
        let mut left = Vec::new();
        self.find_what_has_no_id(drive, journal).await;
        self.find_lost_links(drive, journal).await;
        for made in journal.leftovers() {
            let path = path_of(drive, &made);
            match self.call(Method::DELETE, &path, None).await {
                // Gone is gone, whoever removed it.
                Ok(answer) if answer.status < 300 || matches!(answer.status, 404 | 410) => {
                    // The thing is gone; a journal that cannot say so makes the next clean-up ask again.
                    let _ = journal.note(Entry::Removed(made));
                }
                Ok(answer) => {
                    left.push(Leftover {
                        made,
                        path,
                        reason: format!("answered {}", answer.status),
                    });
                }
                Err(error) => left.push(Leftover { made, path, reason: error.to_string() }),
            }
        }
        if left.is_empty() {
            let _ = journal.note(Entry::Clean);
        }
        left
    }

    /// An item whose making was noted and whose id was not is looked for by its name.
    async fn find_what_has_no_id(&self, drive: &Address, journal: &Journal) {
        let entries = journal.entries();
        for entry in &entries {
            let Entry::WillMakeItem { name, folder } = entry else { continue };
            let known = entries.iter().any(|it| {
                matches!(it, Entry::Made(Made::Item { name: made, .. })
                    | Entry::Removed(Made::Item { name: made, .. }) if made == name)
            });
            if known {
                continue;
            }
            let path: String = folder
                .split('/')
                .chain([name.as_str()])
                .filter(|part| !part.is_empty())
                .map(|part| format!("/{}", encode_segment(part)))
                .collect();
            let path = format!("{}/root:{path}", drive.drive_path());
            let Ok(answer) = self.call(Method::GET, &path, None).await else { continue };
            let item = answer.json().ok().filter(|_| answer.status == 200);
            if let Some(id) = item.as_ref().and_then(|item| item["id"].as_str()) {
                let _ = journal.made(Made::Item { id: id.to_owned(), name: name.clone() });
            }
        }
    }

    /// A link that was asked for and whose answer was lost is found in the list of its item.
    async fn find_lost_links(&self, drive: &Address, journal: &Journal) {
        let entries = journal.entries();
        let mut items: Vec<&String> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let Entry::WillAskForLink { item_id } = entry else { continue };
            let answered = entries[index + 1..].iter().any(
                |it| matches!(it, Entry::Made(Made::Link { item_id: of, .. }) if of == item_id),
            );
            if !answered && !items.contains(&item_id) {
                items.push(item_id);
            }
        }
        for item_id in items {
            let path = format!("{}/permissions", drive.item_path(item_id));
            let Ok(answer) = self.call(Method::GET, &path, None).await else { continue };
            let Some(list) = answer.json().ok().filter(|_| answer.status == 200) else { continue };
            for entry in list["value"].as_array().into_iter().flatten() {
                let own = entry["link"].is_object() && !crate::judge::is_inherited(entry);
                if let Some(id) = entry["id"].as_str().filter(|_| own) {
                    let _ = journal.made(Made::Link {
                        item_id: item_id.clone(),
                        permission_id: id.to_owned(),
                    });
                }
            }
        }
    }
}

fn path_of(drive: &Address, made: &Made) -> String {
    match made {
        Made::Link { item_id, permission_id } => {
            format!("{}/permissions/{}", drive.item_path(item_id), encode_segment(permission_id))
        }
        Made::Item { id, .. } => drive.item_path(id),
    }
}

fn refused(what: String, answer: &Answer) -> TargetError {
    let code = answer.error().code.map(|code| format!(", code {code}")).unwrap_or_default();
    TargetError::Refused { what, status: answer.status, code }
}
