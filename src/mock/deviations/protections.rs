//! Passwords, expiry, and what a first share does to inherited permissions.

use super::{ALL, Deviation, PERSONAL, WORK, rows};
use crate::mock::departures::Departure;

#[rustfmt::skip]
pub(super) const TABLE: &[Deviation] = rows! {
    // PWD
    EveryLinkHasPassword "every-link-has-password" ALL, ["PWD-01"], [],
        "hasPassword is true on every link.";
    PasswordRefused "password-refused" PERSONAL, ["PWD-02"], ["PWD-03", "PWD-04", "PWD-08", "PWD-13"],
        "A password is refused on a paid personal account.";
    PasswordDropped "password-dropped" ALL, ["PWD-02", "PWD-03", "PWD-06", "PWD-08"], ["PWD-13"],
        "A password is accepted and forgotten.";
    HasPasswordNeverTrue "has-password-never-true" ALL, ["PWD-02", "PWD-03", "PWD-06"],
        ["SIDE-02", "PERM-03", "PWD-13"],
        "The answer says hasPassword false for a link that has one.";
    PasswordInBody "password-in-body" ALL, ["PWD-04"], [],
        "The answer repeats the password as a member.";
    PasswordInHeader "password-in-header" ALL, ["PWD-04"], [],
        "The answer repeats the password in a header.";
    PasswordInUrl "password-in-url" ALL, ["PWD-04"], [],
        "The link's webUrl carries the password in its query.";
    PasswordPageShowsContent "password-page-shows-content" ALL, ["PWD-08"], [],
        "The page of a link with a password shows the content at once.";
    PasswordProtectsNothing "password-protects-nothing" ALL, ["PWD-08"], [],
        "Page and shares API open a link with a password to anyone.";

    // EXP
    ExpirationRefused "expiration-refused" ALL, ["EXP-01"], ["EXP-02", "EXP-14", "PERM-11"],
        "An expiration is refused.";
    ExpirationDropped "expiration-dropped" ALL, ["EXP-01"], ["EXP-02", "EXP-14"],
        "An expiration is accepted and forgotten.";
    ExpirationLater "expiration-later" ALL, ["EXP-02", "EXP-01"], [],
        "The link expires a day later than asked.";
    ExpirationInLocalTime "expiration-in-local-time" ALL, ["EXP-02", "EXP-01"], [],
        "The instant is read as local time two hours west and comes out later.";
    OffsetIgnored "offset-ignored" WORK, ["EXP-02"], [],
        "The offset of an instant is passed over, and the link expires two hours late.";
    ExpirationDroppedForAnyone "expiration-dropped-for-anyone" WORK, ["EXP-01"], [],
        "An expiration is forgotten where the link is for anyone.";
    ExpirationCutToDate "expiration-cut-to-date" ALL, ["EXP-01"], ["EXP-02"],
        "The time of day is cut off: the link expires earlier, at midnight.";
    LinksAlwaysExpire "links-always-expire" ALL, ["EXP-03"], [],
        "A link asked for without expiration expires after thirty days.";
    MalformedExpirationIgnored "malformed-expiration-ignored" ALL, ["EXP-06", "ERR-10"], ["SIDE-13"],
        "An instant that cannot be read is taken for absent.";
    RefusedExpirationLeavesLink "refused-expiration-leaves-link" ALL, ["EXP-06", "SIDE-13"], [],
        "An instant that cannot be read is refused, but the link is made.";
    ExpirationMovesOnRead "expiration-moves-on-read" ALL, ["EXP-14"], ["PERM-03"],
        "Read again, the link expires an hour later.";
    ExpirationLostOnRead "expiration-lost-on-read" ALL, ["EXP-14"], ["PERM-03"],
        "Read again, the link has no expiration.";
    ExpirationAsNumber "expiration-as-number" ALL, ["PERM-11"],
        ["EXP-01", "EXP-02", "EXP-14", "SIDE-02", "PERM-03"],
        "expirationDateTime is a number of seconds.";
    ExpirationInWords "expiration-in-words" ALL, ["PERM-11"],
        ["EXP-01", "EXP-02", "EXP-14", "SIDE-02", "PERM-03"],
        "expirationDateTime is a date in words.";

    // RET
    RetainAbsentMeansFalse "retain-absent-means-false" ALL, ["RET-01"],
        ["SIDE-09", "SIDE-10", "SIDE-12", "IDEM-17", "REQ-11"],
        "Without retainInheritedPermissions the first share removes what was inherited.";
    FirstShareRemovesPeople "first-share-removes-people" WORK, ["RET-01", "RET-02"], [],
        "The first share takes away what people were given further up; links further up stay.";
    FolderShareCutsInheritance "folder-share-cuts-inheritance" WORK, ["RET-01"], [],
        "The first link of a folder removes what the folder inherited.";
    LaterShareCutsInheritance "later-share-cuts-inheritance" WORK, ["RET-04"], ["SIDE-10"],
        "A later link, although nothing says so, removes what was inherited.";
    RetainFalseKeepsPeople "retain-false-keeps-people" WORK, ["RET-03"], [],
        "retainInheritedPermissions false removes inherited links, and leaves people who were given access by name.";
    RetainNullMeansFalse "retain-null-means-false" WORK, ["REQ-11"], ["RET-01"],
        "retainInheritedPermissions null removes what was inherited.";
    RetainAlwaysFalse "retain-always-false" ALL, ["RET-01", "RET-02"],
        ["RET-04", "SIDE-09", "SIDE-10", "SIDE-12", "IDEM-17", "REQ-11"],
        "Every first share removes what was inherited, whatever is asked.";
    RetainTrueMeansFalse "retain-true-means-false" ALL, ["RET-02"],
        ["RET-04", "SIDE-09", "SIDE-10"],
        "Whenever retainInheritedPermissions is written, it is read as false.";
    RetainInverted "retain-inverted" WORK, ["RET-02", "RET-03"], ["RET-04", "SIDE-10"],
        "retainInheritedPermissions true removes, false retains.";
    RetainFalseIgnored "retain-false-ignored" WORK, ["RET-03"], [],
        "retainInheritedPermissions false changes nothing.";
    RetainFalseOnLaterShares "retain-false-on-later-shares" WORK, ["RET-04"], [],
        "retainInheritedPermissions false cuts inheritance on an item that is shared already.";
    RetainFalseRemovesEarlierLinks "retain-false-removes-earlier-links" WORK, ["RET-04"], [],
        "retainInheritedPermissions false removes the item's own earlier links.";
    RetainFalseRemovesOwner "retain-false-removes-owner" WORK, ["RET-05"], ["RET-04"],
        "retainInheritedPermissions false takes the owner's own access away.";
    RetainFalseOnParent "retain-false-on-parent" WORK, ["RET-06"], ["RET-04"],
        "retainInheritedPermissions false removes the permissions of the parent folder.";
};
