//! The answer of `createLink`: envelope, permission, link facet, identities.

use super::{ALL, Deviation, EVERYTHING, PERSONAL, rows};
use crate::mock::departures::Departure;

/// What reads the roles of an answer.
const ROLES: [&str; 7] =
    ["TYPE-05", "TYPE-06", "TYPE-07", "PERM-05", "SIDE-02", "PERM-03", "IDEM-15"];
/// What needs the address of a link.
const ADDRESS: [&str; 13] = [
    "SCOPE-07", "IDEM-04", "IDEM-06", "IDEM-15", "SIDE-02", "PERM-03", "LINK-07", "LINK-15",
    "SCOPE-05", "SCOPE-08", "PWD-08", "PERM-09", "PERM-10",
];

#[rustfmt::skip]
pub(super) const TABLE: &[Deviation] = rows! {
    // RESP
    AnswerWrapped "answer-wrapped" ALL, ["RESP-01"], EVERYTHING,
        "The permission comes in a list named value.";
    AnswerAlsoCollection "answer-also-collection" ALL, ["RESP-01"], [],
        "The permission has a member value that is a list.";
    AnswerTextPlain "answer-text-plain" ALL, ["RESP-02"], [],
        "The answer's content type is text/plain.";
    AnswerHtml "answer-html" ALL, ["RESP-02"], [],
        "The answer's content type is text/html.";
    TrailingComma "trailing-comma" ALL, ["RESP-03"], EVERYTHING,
        "The answer's JSON has a trailing comma, as the page's examples have.";
    AnswerEmpty "answer-empty" ALL, ["RESP-01", "RESP-03"], EVERYTHING,
        "A successful answer has no body.";
    AnswerTruncated "answer-truncated" ALL, ["RESP-03"], EVERYTHING,
        "The answer's JSON ends in the middle.";
    LinkNull "link-null" ALL, ["PERM-06"], EVERYTHING,
        "The answer's link facet is null.";
    LinkMissing "link-missing" ALL, ["PERM-06"], EVERYTHING,
        "The answer has no link facet.";
    LinkText "link-text" ALL, ["PERM-06"], EVERYTHING,
        "The answer's link facet is the address as a string.";
    NoRequestId "no-request-id" ALL, ["RESP-08"], [],
        "The answer has neither request-id nor client-request-id.";

    // PERM
    IdEmpty "id-empty" ALL, ["PERM-01"], EVERYTHING, "The answer's id is an empty string.";
    IdMissing "id-missing" ALL, ["PERM-01"], EVERYTHING, "The answer has no id.";
    IdNumber "id-number" ALL, ["PERM-01"], EVERYTHING, "Ids of permissions are JSON numbers.";
    IdNotUnique "id-not-unique" ALL, ["PERM-02"], ["SIDE-01", "SIDE-02", "EXP-14"],
        "The owner's entry has the same id as the new link.";
    ListedTwice "listed-twice" ALL, ["PERM-02"], ["IDEM-05", "SIDE-09", "SIDE-10", "IDEM-06"],
        "The list shows every link twice.";
    ReadMissing "read-missing" ALL, ["PERM-03"], ["EXP-14"],
        "A link that is listed cannot be read by its id.";
    ReadSaysOtherRoles "read-says-other-roles" ALL, ["PERM-03"], [],
        "Read by its id, a link has the opposite role.";
    RolesText "roles-text" ALL, ["PERM-04"], ROLES, "roles is a string.";
    RolesEmpty "roles-empty" ALL, ["PERM-04"], ROLES, "roles is an empty list.";
    RolesNumbers "roles-numbers" ALL, ["PERM-04"], ROLES, "roles holds numbers.";
    RolesMissing "roles-missing" ALL, ["PERM-04"], ROLES, "The answer has no roles.";
    RolesOfSharePoint "roles-of-sharepoint" ALL, ["PERM-05"], ROLES,
        "roles holds a role of SharePoint's own beside the right one.";
    RolesOwner "roles-owner" ALL, ["PERM-05", "TYPE-05", "TYPE-06", "TYPE-07"], ROLES,
        "The role of a link is owner.";
    HasPasswordText "has-password-text" ALL, ["PERM-07"],
        ["PWD-01", "PWD-02", "PWD-03", "PWD-06", "SIDE-02", "PERM-03", "PWD-13"],
        "hasPassword is a string.";
    ShareIdObject "share-id-object" ALL, ["PERM-09"], ["PERM-10"], "shareId is an object.";
    ShareIdOfNothing "share-id-of-nothing" ALL, ["PERM-10"], [],
        "The shares API does not know the shareId.";
    InheritedFromOnOwnLink "inherited-from-on-own-link" ALL, ["PERM-12"], ["SIDE-12"],
        "A link made on the item itself says that it is inherited.";
    GrantedToOnLink "granted-to-on-link" ALL, ["PERM-13"], [],
        "A link names a user in grantedToV2.";
    InvitationOnLink "invitation-on-link" ALL, ["PERM-13"], [],
        "A link has an invitation.";

    // LINK
    TypeMissing "type-missing" ALL, ["LINK-01", "TYPE-04"],
        ["IDEM-04", "IDEM-15", "IDEM-20", "SIDE-02", "PERM-03"],
        "link.type is absent.";
    ScopeUndocumentedValue "scope-undocumented-value" ALL, ["LINK-02", "SCOPE-13"],
        ["SCOPE-01", "SCOPE-02", "SCOPE-06", "SCOPE-10", "SCOPE-16", "SIDE-02", "PERM-03"],
        "link.scope has a value nobody documented.";
    WebUrlHttp "web-url-http" ALL, ["LINK-04"], ADDRESS, "webUrl is http, not https.";
    WebUrlRelative "web-url-relative" ALL, ["LINK-04"], ADDRESS, "webUrl is a path without a host.";
    WebUrlMissing "web-url-missing" ALL, ["LINK-04"], ADDRESS, "webUrl is absent.";
    EmbedWithoutIframe "embed-without-iframe" PERSONAL, ["LINK-06"], ["LINK-07"],
        "The webHtml of an embed link is an anchor.";
    EmbedWithoutHtml "embed-without-html" PERSONAL, ["LINK-06"], ["LINK-07"],
        "An embed link has no webHtml.";
    IframeWithoutSource "iframe-without-source" PERSONAL, ["LINK-06"], ["LINK-07"],
        "The iframe of an embed link has no src.";
    IframeOverHttp "iframe-over-http" PERSONAL, ["LINK-06"], ["LINK-07"],
        "The iframe of an embed link has an http address.";
    IframeOnOtherHost "iframe-on-other-host" PERSONAL, ["LINK-07"], [],
        "The iframe of an embed link is on another host than its webUrl.";
    EmbedNotFramable "embed-not-framable" PERSONAL, ["LINK-07"], [],
        "The page of an embed link forbids to be framed.";
    HtmlOnEveryLink "html-on-every-link" ALL, ["LINK-08"], [],
        "View and edit links have webHtml.";
    OneUrlForAllLinks "one-url-for-all-links" ALL, ["IDEM-06"],
        ["IDEM-06", "IDEM-07", "IDEM-08", "TYPE-16", "TYPE-17"],
        "All links of an item have the same webUrl.";
    WebUrlLeadsNowhere "web-url-leads-nowhere" ALL, ["LINK-15"],
        ["SCOPE-05", "SCOPE-08", "PWD-08", "LINK-07"],
        "Opening the webUrl of a link answers 404.";

    // IDS
    ApplicationText "application-text" ALL, ["IDS-01"], ["LINK-09"],
        "link.application is the name of the application as a string.";
    ApplicationIdNumber "application-id-number" ALL, ["IDS-01"], ["LINK-09"],
        "link.application.id is a number.";
};
