//! Who may ask.

use cucumber::then;

use super::index_or_first;
use crate::judge::{authorization, refusal};
use crate::steps::StoryWorld;

/// "the answer is 401 Unauthorized"
#[then(regex = r"^the answer is 401 Unauthorized$")]
fn is_unauthenticated(world: &mut StoryWorld) {
    world.judge(|evidence| authorization::is_unauthenticated(evidence, 0));
}

/// "the permission suffices"
#[then(regex = r"^the permission suffices$")]
fn is_sufficient(world: &mut StoryWorld) {
    world.judge(|evidence| authorization::is_sufficient(evidence, 0));
}

/// "the permission does not suffice", "the permission does not suffice for the fourth request"
#[then(regex = r"^the permission does not suffice(?: for the (fourth) request)?$")]
fn is_not_sufficient(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| authorization::is_not_sufficient(evidence, index_or_first(&which)?));
}

/// "the other user may not make an edit link"
#[then(regex = r"^the other user may not make an edit link$")]
fn readers_cannot_share(world: &mut StoryWorld) {
    world.judge(|evidence| authorization::readers_cannot_share(evidence, 0, 1));
}

/// "the request at the me address is refused"
#[then(regex = r"^the request at the me address is refused$")]
fn me_needs_a_user(world: &mut StoryWorld) {
    world.judge(|evidence| authorization::me_needs_a_user(evidence, 0, 1));
}

/// "the refused request makes no link", "the second request makes no link"
#[then(regex = r"^the (?:refused|(second|third|fourth)) request makes no link$")]
fn makes_nothing(world: &mut StoryWorld, which: String) {
    world.judge(|evidence| refusal::made_nothing(evidence, index_or_first(&which)?));
}
