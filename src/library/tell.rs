//! Tells a story through a client library.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::adapter::{Adapter, CallTrouble};
use super::answers::{DRIVE, USER};
use super::fault::AdapterFault;
use super::service::ScriptedService;
use crate::graph::{Asking, Call, Conversation, ItemAddress, Product, Surfaced};
use crate::story::{Ask, AskBody, InstantForm, MemberValue, Script, Story, Way};

/// A library that goes on sending after it has answered is given this long to show it.
pub(crate) const AFTERMATH: Duration = Duration::from_millis(30);

/// A story told, or broken off because the adapter came to an end.
pub(crate) enum ToldStory {
    Whole(Conversation),
    BrokenOff(Conversation, AdapterFault),
    /// Nothing was sent for it while it was looked on: the library was busy with another call.
    NotBegun(Conversation),
}

/// How a story is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// The product whose usual scope is asked for.
    pub product: Product,
    /// How long a call may take.
    pub patience: Duration,
    /// A library that is asked for a long wait is looked on for so long.
    pub long_waits: Duration,
}

/// Tells one story through the adapter.
///
/// # Errors
/// When no port of this machine can be listened on.
pub(crate) async fn tell(
    adapter: &Adapter,
    story: &Story,
    lines: &[String],
    number: usize,
    manner: Manner,
) -> std::io::Result<ToldStory> {
    let Manner { product, patience, long_waits } = manner;
    let service = ScriptedService::start(story.script.clone()).await?;
    service.be(product);
    let by_application = adapter.hello().by_application.clone();
    let mut conversation =
        Conversation { lines: lines.to_vec(), calls: Vec::new(), by_application };
    for (index, ask) in story.asks().enumerate() {
        let token = format!("linkspec-token-{number}-{index}");
        let (asking, impossible) =
            asking(ask, &story.script, adapter, product, service.base_url(), token);
        if let Some(reason) = impossible {
            let surfaced = Surfaced::Unsupported(reason);
            conversation.calls.push(Call { asked: asking, wire: Vec::new(), surfaced });
            continue;
        }
        service.begin(&asking.request);
        let first_request = || service.first_arrival();
        let surfaced = if story.script.waits_long() {
            match adapter.watch(&asking, long_waits, patience, first_request).await {
                Ok(Some(surfaced)) => Ok(surfaced),
                Ok(None) if first_request().is_none() => {
                    return Ok(ToldStory::NotBegun(conversation));
                }
                Ok(None) => Ok(Surfaced::Waiting(format!(
                    "still waiting {} s after the first request; what came later was not looked at",
                    long_waits.as_secs()
                ))),
                Err(fault) => Err(CallTrouble::Ended(fault)),
            }
        } else {
            adapter.create_link(&asking, patience, first_request).await
        };
        tokio::time::sleep(AFTERMATH).await;
        let wire = service.take();
        let mut call = |surfaced| {
            conversation.calls.push(Call { asked: asking.clone(), wire: wire.clone(), surfaced });
        };
        match surfaced {
            Ok(surfaced) => call(surfaced),
            Err(CallTrouble::Hung) => {
                let seconds = patience.as_secs();
                call(Surfaced::Hung(format!("the call did not end within {seconds} s")));
            }
            Err(CallTrouble::Ended(fault)) => {
                call(Surfaced::Lost(fault.headline()));
                return Ok(ToldStory::BrokenOff(conversation, fault));
            }
        }
    }
    Ok(ToldStory::Whole(conversation))
}

/// What the application asks for; with a reason where the library cannot be asked for it.
fn asking(
    ask: &Ask,
    script: &Script,
    adapter: &Adapter,
    product: Product,
    base_url: String,
    token: String,
) -> (Asking, Option<String>) {
    let item_id = script.item_id.clone().unwrap_or_else(|| "01LINKSPEC4ITEM7".to_owned());
    let drive_id = script.drive_id.clone().unwrap_or_else(|| DRIVE.to_owned());
    let knows = |kind: &str| adapter.hello().addresses.iter().any(|it| it == kind);
    let address = match ask.way {
        Way::Groups => ItemAddress::Groups { group_id: USER.to_owned(), item_id },
        Way::Me => ItemAddress::Me { item_id },
        Way::Sites => {
            let site_id = "contoso.sharepoint.com,6f1c0d2e-0000-4000-8000-00000000000b,6f1c0d2e-0000-4000-8000-00000000000c";
            ItemAddress::Sites { site_id: site_id.to_owned(), item_id }
        }
        Way::Users => {
            let user_id = script.user_id.clone().unwrap_or_else(|| USER.to_owned());
            ItemAddress::Users { user_id, item_id }
        }
        // The usual way is the drives address; a library without it is asked through /me.
        Way::Usual if !knows("drives") && knows("me") && script.drive_id.is_none() => {
            ItemAddress::Me { item_id }
        }
        _ => ItemAddress::Drives { drive_id, item_id },
    };
    let kind = address.segments()[0].to_owned();
    let (request, impossible) = match &ask.body {
        AskBody::Members(members) => {
            let members =
                members.iter().map(|it| (it.name.clone(), value(&it.value, product))).collect();
            (members, None)
        }
        AskBody::Around { .. } | AskBody::Text(_) | AskBody::Nothing => {
            (Map::new(), Some("a client library writes the body itself".to_owned()))
        }
    };
    let impossible = impossible
        .or_else(|| (!knows(&kind)).then(|| format!("the library has no way to name /{kind}")));
    (Asking { base_url, token, address, request }, impossible)
}

fn value(value: &MemberValue, product: Product) -> Value {
    match value {
        MemberValue::Json(value) => value.clone(),
        MemberValue::UsualScope => match product {
            Product::Personal => "anonymous".into(),
            Product::Business | Product::SharePoint => "organization".into(),
        },
        MemberValue::Password(number) => format!("linkspec-Password-{number}").into(),
        MemberValue::InDays(days, form) => {
            let day = Timestamp::now()
                .checked_add(SignedDuration::from_hours(24 * days))
                .unwrap_or(Timestamp::MAX);
            // The same time of the day in every run, and one that a clock of twelve hours writes in another way.
            let then = day.strftime("%Y-%m-%dT20:30:15Z").to_string().parse().unwrap_or(day);
            match form {
                InstantForm::Documented => then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
                InstantForm::Fraction => then.strftime("%Y-%m-%dT%H:%M:%S.500Z").to_string().into(),
                InstantForm::OffsetAndFraction => {
                    let shifted = then.checked_add(SignedDuration::from_hours(2)).unwrap_or(then);
                    shifted.strftime("%Y-%m-%dT%H:%M:%S.500+02:00").to_string().into()
                }
            }
        }
    }
}
