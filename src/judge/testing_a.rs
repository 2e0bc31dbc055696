//! What the unit tests of link chapters have in common.

use serde_json::{Value, json};

use super::evidence::Evidence;
use super::outcome::{Judgement, Outcome};
use super::testing_b::{Telling, evidence};
use crate::graph::{Product, Recording, Tenant};

/// The body of a request for a link of that type and scope.
pub(super) fn request(link_type: &str, scope: &str) -> Value {
    json!({"type": link_type, "scope": scope})
}

/// A link as a service answers it.
pub(super) fn link(id: &str, link_type: &str, scope: &str) -> Value {
    let role = if link_type == "edit" { "write" } else { "read" };
    json!({"id": id, "roles": [role],
        "link": {"type": link_type, "scope": scope, "webUrl": format!("https://1drv.ms/{id}")}})
}

/// A permission with a member set, or changed, or removed by null.
pub(super) fn with(mut permission: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    permission.pointer_mut(parent).unwrap()[name] = value;
    permission
}

/// What a check says of a run of these stories, the first of them the scenario's own.
pub(super) fn judge(
    product: Product,
    tenant: &Tenant,
    run: &[Recording],
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    check(&evidence(run, product, tenant))
}

/// What a check says of one story on a business drive about which nothing is declared.
pub(super) fn on_business(
    telling: Telling,
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    judge(Product::Business, &Tenant::default(), &[telling.done()], check)
}

/// A word for a judgement, so that tests read as a table.
pub(super) fn word(judgement: &Judgement) -> &'static str {
    match judgement {
        Ok(None) => "holds",
        Ok(Some(_)) => "seen",
        Err(Outcome::Broken { .. }) => "broken",
        Err(Outcome::Doubtful { .. }) => "doubtful",
        Err(Outcome::Inconclusive { .. }) => "inconclusive",
        Err(Outcome::NotRun { .. }) => "not run",
        Err(Outcome::NotApplicable { .. }) => "not applicable",
    }
}

/// What a check says of one story on a personal drive about which nothing is declared.
pub(super) fn on_personal(
    telling: Telling,
    check: impl Fn(&Evidence<'_>) -> Judgement,
) -> Judgement {
    judge(Product::Personal, &Tenant::default(), &[telling.done()], check)
}
