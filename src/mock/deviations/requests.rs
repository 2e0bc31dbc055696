//! Who may call, where, with what body, which types and scopes.

use super::{ALL, Deviation, EVERYTHING, PERSONAL, WORK, rows};
use crate::graph::Product::{self, Business, Personal, SharePoint};
use crate::mock::departures::Departure;

const BUSINESS: &[Product] = &[Business];
const SIGNED_IN: &[Product] = &[Personal, Business];
const SITE: &[Product] = &[SharePoint];

#[rustfmt::skip]
pub(super) const TABLE: &[Deviation] = rows! {
    // AUTH
    NoTokenNeeded "no-token-needed" ALL, ["AUTH-01"], ["SIDE-13"],
        "createLink works without an Authorization header.";
    RefusedStrangerLeavesLink "refused-stranger-leaves-link" ALL, ["AUTH-01", "SIDE-13"], ["AUTH-02"],
        "A request without a valid token is answered 401, but the link is made.";
    AnyTokenAccepted "any-token-accepted" ALL, ["AUTH-02"], ["SIDE-13"],
        "createLink takes any bearer token for the owner's.";
    TokenRefusedWith403 "token-refused-with-403" ALL, ["AUTH-01", "AUTH-02"], [],
        "A missing or invalid token is answered 403 instead of 401.";
    FilesReadWriteRefused "files-readwrite-refused" ALL, ["AUTH-03", "AUTH-06"], [],
        "The delegated scope Files.ReadWrite alone is not enough.";
    FilesReadWriteAllRefused "files-readwrite-all-refused" ALL, ["AUTH-04", "AUTH-07"], [],
        "The delegated scope Files.ReadWrite.All alone is not enough.";
    SitesReadWriteAllRefused "sites-readwrite-all-refused" WORK, ["AUTH-05"], [],
        "The delegated scope Sites.ReadWrite.All alone is not enough.";
    AppOnlyFilesRefused "app-only-files-refused" WORK, ["AUTH-09"], [],
        "An application with Files.ReadWrite.All and no user is refused.";
    AppOnlySitesRefused "app-only-sites-refused" WORK, ["AUTH-10"], [],
        "An application with Sites.ReadWrite.All and no user is refused.";
    ReadOnlyTokenShares "read-only-token-shares" ALL, ["AUTH-12"], ["SIDE-13"],
        "A token with nothing but Files.Read makes links.";
    ReadOnlyTokenEdits "read-only-token-edits" WORK, ["AUTH-12"], ["SIDE-13"],
        "A token with nothing but Files.Read makes edit links, though no view links.";
    ReadOnlyTokenFindsLinks "read-only-token-finds-links" WORK, ["AUTH-12"], ["SIDE-13"],
        "A token with nothing but Files.Read is given the links of an item that has some.";
    RefusedReaderLeavesLink "refused-reader-leaves-link" ALL, ["AUTH-12", "SIDE-13"], [],
        "A token with nothing but Files.Read is refused, but the link is made.";
    RightOfUserIgnored "right-of-user-ignored" WORK, ["AUTH-14"], ["SIDE-13"],
        "Somebody who may only read an item makes an edit link for it.";
    RefusedUserGainsAccess "refused-user-gains-access" WORK, ["SIDE-13"], ["AUTH-14"],
        "Somebody who is refused an edit link is listed among those who may read.";
    MeForApplications "me-for-applications" BUSINESS, ["AUTH-15"], [],
        "/me works with a token that has no user.";

    // PATH
    DrivesAddressRefused "drives-address-refused" ALL, ["PATH-01"], EVERYTHING,
        "createLink by /drives/{driveId} answers 404.";
    GroupsAddressRefused "groups-address-refused" SITE, ["PATH-02"], EVERYTHING,
        "createLink by /groups/{groupId}/drive answers 404.";
    MeAddressRefused "me-address-refused" SIGNED_IN, ["PATH-03"], EVERYTHING,
        "createLink by /me/drive answers 404.";
    SitesAddressRefused "sites-address-refused" SITE, ["PATH-04"], EVERYTHING,
        "createLink by /sites/{siteId}/drive answers 404.";
    UsersAddressRefused "users-address-refused" BUSINESS, ["PATH-05"], EVERYTHING,
        "createLink by /users/{userId}/drive answers 404.";
    UserPrincipalNameRefused "user-principal-name-refused" BUSINESS, ["PATH-05"], ["IDEM-02"],
        "createLink by /users/{userPrincipalName}/drive answers 404; by id it works.";
    AddressIsPartOfKey "address-is-part-of-key" ALL, ["PATH-06"], ["IDEM-02", "IDEM-03", "IDEM-04"],
        "The same link asked for by another address of the drive is made anew.";
    GetCreates "get-creates" ALL, ["PATH-07"], ["SIDE-13"],
        "A GET on createLink answers 200 and makes a link.";
    PatchCreates "patch-creates" ALL, ["PATH-07"], ["SIDE-13"],
        "A PATCH on createLink answers 200 and makes a link.";
    GetAnswersEmpty "get-answers-empty" ALL, ["PATH-07"], [],
        "A GET on createLink answers 200 {}.";
    EncodedIdsNotDecoded "encoded-ids-not-decoded" ALL, ["PATH-12"], [],
        "Percent-encoded characters in an id are not decoded: the item is not found.";
    FilesRefused "files-refused" ALL, ["PATH-13"], EVERYTHING,
        "Links are made for folders only.";
    FoldersRefused "folders-refused" ALL, ["PATH-14"],
        ["RET-01", "RET-02", "RET-03", "RET-04", "RET-05", "RET-06", "SIDE-09", "SIDE-10", "SIDE-11",
         "SIDE-12", "IDEM-17", "PATH-03", "REQ-18"],
        "Links are made for files only.";
    FolderEditRefused "folder-edit-refused" ALL, ["PATH-14"], ["REQ-18"],
        "Folders get view links, but no edit links.";

    // REQ
    AnyMediaType "any-media-type" ALL, ["REQ-02"], ["SIDE-13"],
        "The body is read as JSON whatever its content type says.";
    MediaTypeAnswers403 "media-type-answers-403" ALL, ["REQ-02"], [],
        "A body of another media type is answered 403.";
    AnyJsonBody "any-json-body" ALL, ["REQ-05", "ERR-10"], ["SIDE-13"],
        "A JSON array or string as body is taken for an empty object.";
    ArrayUnwrapped "array-unwrapped" ALL, ["REQ-05", "ERR-10"], ["SIDE-13"],
        "A JSON array is read as its first element.";
    JsonTailIgnored "json-tail-ignored" WORK, ["REQ-06"], ["SIDE-13"],
        "What stands behind the JSON object is not read.";
    BrokenJsonAccepted "broken-json-accepted" ALL, ["REQ-06", "ERR-10"], ["SIDE-13"],
        "A body that is not JSON is taken for an empty object.";
    WrongJsonTypesAccepted "wrong-json-types-accepted" ALL, ["REQ-10", "RET-07", "ERR-10"],
        ["SIDE-13"],
        "A number or list where a string belongs is taken for absent.";
    RetainTextAccepted "retain-text-accepted" ALL, ["REQ-10", "RET-07"], ["ERR-10", "SIDE-13"],
        "A string is accepted for the boolean retainInheritedPermissions.";
    RefusedBodyLeavesLink "refused-body-leaves-link" ALL, ["SIDE-13", "REQ-10"],
        ["REQ-05", "REQ-06", "RET-07"],
        "A body that cannot be read is answered 400, but a default link is made.";
    RefusedBodyEndsLinks "refused-body-ends-links" WORK, ["SIDE-13", "REQ-10"], ["SIDE-01"],
        "A body that cannot be read is answered 400, and the item's links are gone.";
    RefusedBodyCutsInheritance "refused-body-cuts-inheritance" WORK, ["SIDE-13", "REQ-10"], ["SIDE-10"],
        "A body that cannot be read is answered 400, and the item no longer inherits.";
    NullRefused "null-refused" ALL, ["REQ-11"], [],
        "An explicit null is answered 400.";
    NullPasswordProtects "null-password-protects" ALL, ["REQ-11"], ["PWD-01"],
        "A null password protects the link with a password nobody knows.";
    NullExpirationExpires "null-expiration-expires" WORK, ["REQ-11"], ["EXP-03"],
        "A null expiration is an expiration far away.";

    // TYPE
    ViewRefused "view-refused" ALL, ["TYPE-01"], EVERYTHING, "View links are refused.";
    EditRefused "edit-refused" ALL, ["TYPE-02", "REQ-18"],
        ["TYPE-06", "TYPE-17", "IDEM-06", "IDEM-20", "PATH-14", "RET-04", "SCOPE-06"],
        "Edit links are refused.";
    EmbedRefused "embed-refused" PERSONAL, ["TYPE-03"], ["TYPE-07", "LINK-06", "LINK-07", "IDEM-07", "REQ-18"],
        "Embed links are refused with 400 on a personal drive too.";
    EmbedAnswers404 "embed-answers-404" PERSONAL, ["TYPE-03"],
        ["TYPE-07", "LINK-06", "LINK-07", "IDEM-07", "REQ-18"],
        "Embed links on a personal drive are answered 404.";
    EmbedNeedsScope "embed-needs-scope" PERSONAL, ["TYPE-03"],
        ["TYPE-07", "LINK-06", "LINK-07", "IDEM-07", "SCOPE-24", "REQ-18"],
        "An embed link without a scope, as in the page's example, is refused.";
    EmbedBecomesView "embed-becomes-view" PERSONAL, ["TYPE-03", "TYPE-04"],
        ["TYPE-07", "LINK-06", "LINK-07", "IDEM-07"],
        "An embed link on a personal drive comes out as a view link.";
    EmbedOffPersonalAccepted "embed-off-personal-accepted" WORK, ["TYPE-08"],
        ["SIDE-13", "LINK-07"],
        "Embed links are made on business and SharePoint drives.";
    EmbedOffPersonalBecomesView "embed-off-personal-becomes-view" WORK,
        ["TYPE-08", "TYPE-04"], ["SIDE-13"],
        "An embed link off personal drives comes out as a view link.";
    EmbedOffPersonalAnswers404 "embed-off-personal-answers-404" WORK, ["TYPE-08"], [],
        "An embed link off personal drives is answered 404.";
    RefusedEmbedLeavesLink "refused-embed-leaves-link" WORK, ["SIDE-13"], ["TYPE-08"],
        "An embed link off personal drives is refused, but a link is made.";
    EmbedWithScopeOffPersonal "embed-with-scope-off-personal" WORK, ["TYPE-08"], [],
        "Off personal drives a file can be embedded where the request names the organization.";
    AnonymousEditBecomesView "anonymous-edit-becomes-view" WORK, ["TYPE-04"], [],
        "An edit link for anyone comes out as a view link.";
    EmbedOnFoldersOffPersonal "folders-embedded-off-personal" WORK, ["TYPE-08"],
        ["SIDE-13", "LINK-06"],
        "Off personal drives files cannot be embedded, and folders can.";
    EmbedOnFolders "folders-embedded" PERSONAL, ["TYPE-10"], ["SIDE-13"],
        "Embed links are made for folders.";
    EditSaysView "edit-says-view" ALL, ["TYPE-04"],
        ["TYPE-05", "IDEM-20", "SIDE-02", "PERM-03"],
        "An edit link is answered with link.type view.";
    TypeCapitalized "type-capitalized" ALL, ["TYPE-04", "LINK-01"],
        ["SIDE-02", "PERM-03", "IDEM-15", "IDEM-20"],
        "link.type is written View, Edit, Embed.";
    ViewGrantsWrite "view-grants-write" ALL, ["TYPE-05"], [],
        "A view link has the role write, as in the page's misprinted example.";
    ViewRolesReadAndWrite "view-roles-read-and-write" ALL, ["TYPE-05"],
        ["TYPE-07", "SIDE-02", "PERM-03"],
        "A view link is answered with the roles read and write.";
    EditGrantsRead "edit-grants-read" ALL, ["TYPE-06"], [],
        "An edit link has the role read.";
    RolesWithRead "edit-answers-read" ALL, ["TYPE-06"], ["SIDE-02", "PERM-03", "IDEM-20"],
        "An edit link is answered with the role read, and listed with write.";
    EmbedGrantsWrite "embed-grants-write" PERSONAL, ["TYPE-07"], [],
        "An embed link has the role write.";
    UnknownTypeAsView "unknown-type-as-view" ALL, ["TYPE-11", "ERR-10"],
        ["SIDE-13", "TYPE-04"],
        "A type nobody knows is taken for view.";
    UnknownTypeEchoed "unknown-type-echoed" ALL, ["TYPE-11", "LINK-01", "ERR-10"],
        ["SIDE-13", "SIDE-02", "PERM-03", "TYPE-04"],
        "A type nobody knows is accepted and answered as link.type.";
    UnknownTypeAnswers403 "unknown-type-answers-403" ALL, ["TYPE-11", "ERR-10"], [],
        "A type nobody knows is answered 403.";
    RefusedTypeLeavesLink "refused-type-leaves-link" ALL, ["TYPE-11", "SIDE-13"], [],
        "A type nobody knows is refused, but a default link is made.";
    ViewLinkLetsWrite "view-link-lets-write" ALL, ["TYPE-16"], [],
        "Whoever redeems a view link can replace the content.";
    EditLinkCannotWrite "edit-link-cannot-write" ALL, ["TYPE-17"], [],
        "Whoever redeems an edit link can only read.";

    // SCOPE
    AnonymousRefused "anonymous-refused" ALL, ["SCOPE-01", "SCOPE-02"], EVERYTHING,
        "Anonymous links are refused although they are allowed.";
    DisabledAnonymousMade "disabled-anonymous-made" WORK, ["SCOPE-03"], ["SIDE-13"],
        "Anonymous links are made although the administrator disabled them.";
    DisabledAnonymousBecomesOrganization "disabled-anonymous-becomes-organization" WORK,
        ["SCOPE-03", "SCOPE-13"], ["SIDE-13"],
        "Where anonymous links are disabled, one for the organization is made instead.";
    DisabledAnonymousLeavesLink "disabled-anonymous-leaves-link" WORK, ["SCOPE-03", "SIDE-13"], [],
        "Where anonymous links are disabled, the refused request still leaves a link behind.";
    DisabledAnonymousAnswers404 "disabled-anonymous-answers-404" WORK, ["SCOPE-03"], [],
        "Where anonymous links are disabled, the request is answered 404.";
    DisabledAnonymousBlocksOrganization "disabled-anonymous-blocks-organization" WORK,
        ["SCOPE-06"], EVERYTHING,
        "Where anonymous links are disabled, organization links are refused too.";
    AnonymousNeedsSignIn "anonymous-needs-sign-in" ALL, ["SCOPE-05"], ["PWD-08", "LINK-07"],
        "An anonymous link leads to a sign-in page.";
    OrganizationRefused "organization-refused" WORK, ["SCOPE-06"], EVERYTHING,
        "Organization links are refused on business and SharePoint drives.";
    OrganizationViewRefused "organization-view-refused" WORK, ["SCOPE-06"], EVERYTHING,
        "Organization links are made for edit only.";
    OrganizationEditRefused "organization-edit-refused" WORK, ["SCOPE-06"],
        ["TYPE-02", "TYPE-06", "TYPE-17", "IDEM-06", "IDEM-20", "PATH-14", "RET-04", "REQ-18"],
        "Organization links are made for view only.";
    OrganizationBecomesAnonymous "organization-becomes-anonymous" WORK,
        ["SCOPE-06", "SCOPE-13", "SCOPE-08"], ["IDEM-08", "SCOPE-16"],
        "An organization link comes out as one for anyone.";
    OrganizationBecomesUsers "organization-becomes-users" WORK,
        ["SCOPE-06", "SCOPE-13", "SCOPE-07"],
        ["SCOPE-11", "TYPE-16", "TYPE-17", "SIDE-06", "SIDE-07", "IDEM-08", "PERM-10"],
        "An organization link comes out as one for chosen people.";
    OrganizationSaysAnonymous "organization-says-anonymous" WORK, ["SCOPE-13", "SCOPE-06"],
        ["SIDE-02", "PERM-03", "SCOPE-16", "SCOPE-05"],
        "An organization link is answered with the scope anonymous.";
    OrganizationShutsMembersOut "organization-shuts-members-out" WORK, ["SCOPE-07"],
        ["TYPE-16", "TYPE-17", "SIDE-05", "SIDE-06", "SIDE-07"],
        "A member of the organization cannot redeem an organization link.";
    OrganizationOpensToAnyone "organization-opens-to-anyone" WORK, ["SCOPE-08"], [],
        "An organization link opens without signing in.";
    OrganizationOnPersonal "organization-on-personal" PERSONAL, ["SCOPE-09"], ["SIDE-13"],
        "Organization links are made on a personal drive.";
    OrganizationOnPersonalBecomesAnonymous "organization-on-personal-becomes-anonymous" PERSONAL,
        ["SCOPE-09", "SCOPE-13"], ["SIDE-13"],
        "An organization link on a personal drive comes out as one for anyone.";
    OrganizationOnPersonalHidesScope "organization-on-personal-hides-scope" PERSONAL,
        ["SCOPE-09", "SCOPE-13"], ["SIDE-13", "SIDE-02", "PERM-03"],
        "An organization link on a personal drive is made for anyone, and the answer names no scope.";
    OrganizationOnPersonalAnswers204 "organization-on-personal-answers-204" PERSONAL,
        ["SCOPE-09", "IDEM-19"], ["RESP-01", "RESP-02", "RESP-03"],
        "An organization link on a personal drive is answered 204, and nothing is made.";
    RefusedOrganizationLeavesLink "refused-organization-leaves-link" PERSONAL, ["SIDE-13"],
        ["SCOPE-09"],
        "An organization link on a personal drive is refused, but a link is made.";
    UsersRefused "users-refused" WORK, ["SCOPE-10"], ["SCOPE-11"],
        "Links for chosen people are refused.";
    UsersBecomesOrganization "users-becomes-organization" WORK, ["SCOPE-10", "SCOPE-13"],
        ["SCOPE-11", "IDEM-08"],
        "A link for chosen people comes out as one for the organization.";
    UsersOpensToMembers "users-opens-to-members" WORK, ["SCOPE-11"], [],
        "A link for chosen people lets everybody of the organization in.";
    UsersLinkGivesContent "users-link-gives-content" WORK, ["SCOPE-11"], [],
        "The content behind a link for chosen people is handed to anybody who is signed in.";
    UsersLinkGrantsSomebody "users-link-grants-somebody" WORK, ["SCOPE-11"], [],
        "A link for chosen people names somebody nobody chose.";
    ScopeMissing "scope-missing" ALL, ["SCOPE-13"],
        ["SCOPE-01", "SCOPE-02", "SCOPE-06", "SCOPE-10", "SCOPE-16", "SIDE-02", "PERM-03", "LINK-02"],
        "link.scope is absent although a scope was sent.";
    UnknownScopeAsDefault "unknown-scope-as-default" ALL, ["SCOPE-14", "SCOPE-13", "ERR-10"],
        ["SIDE-13"],
        "A scope nobody knows is taken for absent.";
    UnknownScopeEchoed "unknown-scope-echoed" ALL, ["SCOPE-14", "LINK-02", "ERR-10"],
        ["SIDE-13", "SIDE-02", "PERM-03"],
        "A scope nobody knows is accepted and answered as link.scope.";
    UnknownScopeAnswers404 "unknown-scope-answers-404" ALL, ["SCOPE-14", "ERR-10"], [],
        "A scope nobody knows is answered 404.";
    RefusedScopeLeavesLink "refused-scope-leaves-link" ALL, ["SCOPE-14", "SIDE-13"], [],
        "A scope nobody knows is refused, but a default link is made.";
    ScopeRequired "scope-required" ALL, ["SCOPE-24", "SCOPE-16"], [],
        "A view or edit link without a scope is refused with 400.";
    OmittedScopeDenied "omitted-scope-denied" ALL, ["SCOPE-24", "SCOPE-16"], [],
        "A view or edit link without a scope is answered 403.";
    OmittedScopeAlwaysAnonymous "omitted-scope-always-anonymous" WORK, ["SCOPE-16"], [],
        "Without a scope an anonymous link is made, whatever the tenant's default is.";
    OmittedScopeShownAsNull "omitted-scope-shown-as-null" WORK, ["SCOPE-16"],
        ["SIDE-02", "PERM-03", "LINK-02"],
        "Without a scope in the request link.scope is null in the answer.";
};
