//! What holds for every request of a run, whatever it was told for: one line a check.

use cucumber::then;

use crate::judge::everywhere::{
    ends, existing, expirations, granted, kept, links, refusals, strangers,
};
use crate::judge::{Evidence, Judgement};
use crate::steps::StoryWorld;

type Check = fn(&Evidence<'_>) -> Judgement;

/// The sentences, each with its check.
const SENTENCES: [(&str, Check); 33] = [
    ("every share id leads to its item", links::every_share_id_opens),
    ("every link answers in the browser", links::every_url_answers),
    ("every link for anyone opens in a browser without a sign-in", links::anyones_pages_open),
    (
        "every link for the organization asks for a sign-in in a browser",
        links::organization_pages_ask,
    ),
    ("no deleted link can be read", ends::deleted_links_cannot_be_read),
    ("every request of documented values is granted", granted::every_documented_request),
    ("what is documented is granted", granted::the_documented_requests),
    ("every embed link asked for is refused", refusals::every_embed_link_is_refused),
    (
        "every link for the organization asked for is refused",
        refusals::every_organization_link_is_refused,
    ),
    ("every token that may only read is refused", refusals::every_reader_is_refused),
    ("every link of another type is a new link", existing::another_type_is_a_new_link),
    ("every link of another scope is a new link", existing::another_scope_is_a_new_link),
    ("every removed link is made anew", existing::removed_links_are_made_anew),
    (
        "every file in a shared folder gets a link of its own",
        existing::files_have_links_of_their_own,
    ),
    ("all links of an item have URLs of their own", existing::links_have_urls_of_their_own),
    ("no link is changed by asking for another", existing::other_links_stay_as_they_are),
    ("no first request that says nothing removes a permission", kept::unsaid_keeps_everything),
    ("no first request to keep permissions removes one", kept::true_keeps_everything),
    ("every first link with false removes what was inherited", kept::false_removes_everything),
    ("no later request removes a permission", kept::later_keeps_everything),
    ("the owner still reads everything that was shared", kept::the_owner_keeps_access),
    ("no link of a file is listed for its folder", kept::files_links_stay_off_the_folder),
    ("every deletion of a link is answered 204 No Content", ends::every_deletion_succeeds),
    ("no deleted link is listed", ends::deleted_links_are_not_listed),
    ("no deleted link opens", ends::deleted_links_do_not_open),
    ("another user opens every link for the organization", strangers::organization_links_open),
    ("another user opens every link for anyone", strangers::anyones_links_open),
    ("another user opens no link for specific people", strangers::users_links_stay_shut),
    ("nobody writes through a view link", strangers::view_links_take_nothing),
    ("whoever opens an edit link writes through it", strangers::edit_links_take_content),
    ("every link expires as asked", expirations::every_link_expires_as_asked),
    ("no link outlasts what was asked for", expirations::no_link_outlasts_what_was_asked),
    ("every reading shows the expiration granted", expirations::every_reading_shows_it),
];

/// Any of the sentences about the whole run, and none that another step reads.
#[then(
    regex = r"^(every share id leads to its item|every link answers in the browser|every link for anyone opens in a browser without a sign-in|every link for the organization asks for a sign-in in a browser|no deleted link can be read|every request of documented values is granted|what is documented is granted|every embed link asked for is refused|every link for the organization asked for is refused|every token that may only read is refused|every link of another (?:type|scope) is a new link|every removed link is made anew|every file in a shared folder gets a link of its own|all links of an item have URLs of their own|no link is changed by asking for another|no first request (?:that says nothing removes a permission|to keep permissions removes one)|every first link with false removes what was inherited|no later request removes a permission|the owner still reads everything that was shared|no link of a file is listed for its folder|every deletion of a link is answered 204 No Content|no deleted link (?:is listed|opens)|another user opens (?:every link for the organization|every link for anyone|no link for specific people)|nobody writes through a view link|whoever opens an edit link writes through it|every link expires as asked|no link outlasts what was asked for|every reading shows the expiration granted)$"
)]
fn everywhere(world: &mut StoryWorld, sentence: String) {
    let found = SENTENCES.iter().find(|(words, _)| *words == sentence);
    if let Some((_, check)) = found {
        world.judge(check);
    }
}
