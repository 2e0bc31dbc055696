//! New links and existing ones, and what becomes of a link.

use super::{ALL, Deviation, EVERYTHING, PERSONAL, WORK, rows};
use crate::graph::Product::{self, SharePoint};
use crate::mock::departures::Departure;

const LIBRARY: &[Product] = &[SharePoint];

#[rustfmt::skip]
pub(super) const TABLE: &[Deviation] = rows! {
    // IDEM
    AlwaysCreated "always-created" ALL, ["IDEM-02"], ["PATH-06"],
        "An existing link is returned with 201 Created.";
    AlwaysOk "always-ok" ALL,
        ["IDEM-01", "IDEM-06", "IDEM-07", "IDEM-08", "IDEM-09", "IDEM-10", "IDEM-11", "IDEM-17"], [],
        "A new link is returned with 200 OK.";
    NewAnswers202 "new-answers-202" ALL,
        ["IDEM-19", "IDEM-01", "IDEM-06", "IDEM-07", "IDEM-08", "IDEM-09", "IDEM-10", "IDEM-11",
         "IDEM-17"],
        EVERYTHING,
        "A new link is returned with 202 Accepted.";
    OtherAddressAnswers201 "other-address-answers-201" ALL, ["IDEM-02"], ["PATH-06"],
        "An existing link asked for by another address of the drive is returned with 201 Created.";
    RepeatAnswers202 "repeat-answers-202" ALL, ["IDEM-19", "IDEM-02"], ["PATH-06", "IDEM-15"],
        "An existing link is returned with 202 Accepted.";
    RepeatConflicts "repeat-conflicts" ALL, ["IDEM-02"], [],
        "A request for a link that exists is refused with 409 Conflict.";
    NeverReuses "never-reuses" ALL, ["IDEM-02", "IDEM-03", "IDEM-04", "IDEM-05"], ["PATH-06"],
        "Every request makes another link, and says so.";
    RepeatMintsNewId "repeat-mints-new-id" ALL, ["IDEM-03", "IDEM-04", "IDEM-05"], ["PATH-06"],
        "Asking again answers 200 OK with another, newly made link.";
    FolderRepeatMadeAnew "folder-repeat-made-anew" WORK, ["IDEM-02", "IDEM-03", "IDEM-04"], [],
        "Asking again for a link of a folder makes another one.";
    AnyoneRepeatMadeAnew "anyone-repeat-made-anew" WORK, ["IDEM-02", "IDEM-03", "IDEM-04"], [],
        "Asking again for a link for anyone makes another one.";
    RepeatRenamesId "repeat-renames-id" ALL, ["IDEM-03"],
        ["SIDE-01", "SIDE-02", "SIDE-03", "PERM-02", "PERM-03", "PATH-06", "EXP-14"],
        "Asking again gives the existing permission a new id.";
    RepeatRenewsUrl "repeat-renews-url" ALL, ["IDEM-04"], ["SIDE-02", "PERM-03", "PERM-10", "LINK-15"],
        "Asking again gives the existing link a new address; the old one is dead.";
    RepeatShowsNewUrl "repeat-shows-new-url" ALL, ["IDEM-04"], ["SIDE-02", "PERM-03", "LINK-15"],
        "The answer of a repeat has a webUrl that leads nowhere.";
    RepeatWithoutRoles "repeat-without-roles" ALL, ["IDEM-15", "IDEM-04", "PERM-04"],
        ["TYPE-05", "TYPE-06", "TYPE-07", "PERM-05", "SIDE-02", "PERM-03"],
        "The answer of a repeat has no roles.";
    RepeatWithoutLink "repeat-without-link" ALL, ["IDEM-15", "IDEM-04", "PERM-06"],
        ["TYPE-04", "SCOPE-13", "LINK-01", "LINK-04", "LINK-06", "SIDE-02", "PERM-03", "IDEM-20"],
        "The answer of a repeat has no link facet.";
    KeyForgetsScope "key-forgets-scope" WORK, ["IDEM-08", "SCOPE-13"], [],
        "A link of the same type with another scope is returned as the existing one.";
    KeyForgetsType "key-forgets-type" ALL, ["IDEM-06", "IDEM-20", "TYPE-04"],
        ["IDEM-07", "TYPE-05", "TYPE-06", "TYPE-07", "LINK-06", "RET-04"],
        "Any link of the item is returned, whatever type is asked for.";
    KeyForgetsItem "key-forgets-item" ALL, ["IDEM-09"], EVERYTHING,
        "A link of a file in the same folder is returned as the existing one.";
    KeyForgetsApplication "key-forgets-application" PERSONAL, ["IDEM-10"], [],
        "A link another application made is returned as the existing one.";
    ApplicationEndsLinksOfOthers "application-ends-links-of-others" ALL, ["SIDE-01"], [],
        "A link of one application takes the place of those of others.";
    SameContentSameLink "same-content-same-link" ALL, ["IDEM-09"], EVERYTHING,
        "A link of a file with the same content is returned as the existing one.";
    FolderEditReplacesView "folder-edit-replaces-view" ALL, ["IDEM-06"], ["SIDE-12"],
        "An edit link of a folder takes the place of its view link.";
    EditWidensView "edit-widens-view" ALL, ["IDEM-06", "IDEM-20"],
        ["RET-04", "SIDE-02", "TYPE-05", "PERM-03", "IDEM-02", "IDEM-03", "IDEM-04"],
        "Asking for edit turns the existing view link into an edit link.";
    ViewFindsEdit "view-finds-edit" ALL, ["IDEM-20", "TYPE-04"],
        ["TYPE-05", "IDEM-06", "RET-04"],
        "Asking for view returns the existing edit link.";
    EmbedFindsView "embed-finds-view" PERSONAL, ["IDEM-07"], ["SIDE-02", "PERM-03", "IDEM-20"],
        "Asking for embed turns the existing view link into an embed link.";
    DeletedLinkRevived "deleted-link-revived" ALL, ["IDEM-11"], [],
        "After it was deleted, the old link is returned with 200 OK and lives again.";
    DeletedLinkHandedOut "deleted-link-handed-out" ALL, ["IDEM-11", "SIDE-01"],
        ["PERM-02", "PERM-03", "SIDE-02", "PERM-10", "LINK-15"],
        "After it was deleted, the old link is returned with 200 OK and stays dead.";
    InheritedLinkCounts "inherited-link-counts" ALL, ["IDEM-17"],
        ["RET-01", "RET-02", "RET-03", "RET-04", "RET-05", "RET-06", "SIDE-01", "SIDE-02", "PERM-12",
         "SIDE-11"],
        "A link on the folder is returned as the existing link of a file in it.";

    // SIDE
    NotListed "not-listed" ALL, ["SIDE-01"],
        ["SIDE-02", "SIDE-09", "SIDE-10", "SIDE-12", "PERM-02", "IDEM-05", "IDEM-06", "IDEM-20",
         "RET-01", "RET-02", "RET-03", "RET-04", "RET-06"],
        "New links do not show among the permissions.";
    ListedUnderOtherId "listed-under-other-id" ALL, ["SIDE-01", "PERM-02"],
        ["SIDE-02", "SIDE-09", "SIDE-10", "SIDE-12", "IDEM-06", "IDEM-20", "RET-03", "RET-04"],
        "The list shows a link under another id than the answer.";
    ListSaysOtherRoles "list-says-other-roles" ALL, ["SIDE-02"], ["IDEM-20"],
        "The list shows a link with the opposite role.";
    ListSaysOtherScope "list-says-other-scope" ALL, ["SIDE-02"], [],
        "The list shows a link with another scope.";
    ListSaysOtherUrl "list-says-other-url" ALL, ["SIDE-02"], ["IDEM-06"],
        "The list shows a link with another webUrl each time.";
    ListLosesHasPassword "list-loses-has-password" ALL, ["SIDE-02"], [],
        "The list says hasPassword false for a link that has one.";
    ListLosesExpiration "list-loses-expiration" ALL, ["SIDE-02"], ["EXP-14"],
        "The list leaves out a link's expiration.";
    OwnerCannotRemove "owner-cannot-remove" ALL, ["SIDE-03"], ["SIDE-04", "SIDE-05", "IDEM-11"],
        "The owner may not delete a link.";
    RemoveAnswers200 "remove-answers-200" ALL, ["SIDE-03"], [],
        "Deleting a link answers 200 {} instead of 204.";
    RemoveDoesNothing "remove-does-nothing" ALL, ["SIDE-04"], ["SIDE-05", "IDEM-11"],
        "Deleting a link answers 204 and changes nothing.";
    DeletedStillListed "deleted-still-listed" ALL, ["SIDE-04"], ["RET-04"],
        "A deleted link is still listed.";
    DeletedStillReadable "deleted-still-readable" ALL, ["SIDE-04"], [],
        "A deleted link can still be read by its id.";
    DeletedLinkStillOpens "deleted-link-still-opens" ALL, ["SIDE-05"], [],
        "A deleted link still gives access.";
    StaleContentBehindLink "stale-content-behind-link" ALL, ["SIDE-06"], ["SIDE-07", "TYPE-17"],
        "A link shows the content of the moment it was made.";
    DraftBehindLink "draft-behind-link" LIBRARY, ["SIDE-07"], [],
        "A link shows what is being edited in a checked-out file.";
    FolderLinkNotInherited "folder-link-not-inherited" ALL, ["SIDE-09", "SIDE-10"],
        ["RET-01", "RET-02", "RET-03", "RET-04", "SIDE-12", "IDEM-17", "AUTH-14"],
        "A permission on a folder does not hold for what is in it.";
    InheritedByChildrenOnly "inherited-by-children-only" ALL, ["SIDE-09", "SIDE-10"],
        ["SIDE-12", "REQ-11"],
        "A permission on a folder holds for what is directly in it, and no deeper.";
    LaterChildrenInheritNothing "later-children-inherit-nothing" ALL, ["SIDE-09", "SIDE-10"],
        ["SIDE-12", "REQ-11"],
        "A permission on a folder does not hold for what is made in it afterwards.";
    InheritedFromMissing "inherited-from-missing" PERSONAL, ["SIDE-20"], ["SIDE-12"],
        "An inherited permission on a personal drive does not say where it comes from.";
    InheritedFromItself "inherited-from-itself" PERSONAL, ["SIDE-20"], [],
        "An inherited permission names the item itself as its source.";
    ChildLinkOnParent "child-link-on-parent" ALL, ["SIDE-11"], ["RET-06"],
        "A link on a file shows among the permissions of its folder.";
    RefusedWriteTakesEffect "refused-write-takes-effect" ALL, ["TYPE-16"], [],
        "Writing through a view link is answered 403, and the file has the new content.";
    ViewPermissionUnreadable "view-permission-unreadable" ALL, ["PERM-03"], ["EXP-14", "SIDE-04"],
        "The permission of a view link cannot be read by its id.";
    EditUrlDead "edit-url-dead" ALL, ["LINK-15"], [],
        "The webUrl of an edit link leads nowhere.";
    InheritedDeletedAtChild "inherited-deleted-at-child" ALL, ["SIDE-12"], [],
        "An inherited link can be deleted at the child, and is gone from the folder.";
};
