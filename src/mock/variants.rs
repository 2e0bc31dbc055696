//! Conforming forms of answers, by name.

use std::fmt;

use super::form::Form;
use super::policy::{DefaultScope, Policy};
use crate::graph::Product;
use crate::graph::Product::{Business, Personal, SharePoint};

/// A form the documentation allows, or practice shows and an ambiguity of features/ambiguities.toml tolerates. No rule may call it wrong.
#[derive(Debug)]
pub struct Variant {
    /// The name, by which options and reports call it.
    pub name: &'static str,
    /// What is different, in one sentence.
    pub sentence: &'static str,
    /// The products on which it can be seen.
    pub products: &'static [Product],
    /// The rules that may warn: the SHOULD rules for which a warning is asked.
    pub warns: &'static [&'static str],
    shape: Shape,
}

impl Variant {
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether it is about connections, and so not to be seen without one.
    pub fn is_about_connections(&self) -> bool {
        self.shape == Shape::ConnectionClose
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Every variant, each once.
pub fn variants() -> &'static [Variant] {
    VARIANTS
}

/// The variant with this name.
pub fn variant(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}

const ALL: &[Product] = &[Personal, Business, SharePoint];
const WORK: &[Product] = &[Business, SharePoint];

macro_rules! variants {
    ($($shape:ident $name:literal $products:expr, $warns:expr, $sentence:literal;)*) => {
        /// One conforming form. Hooks ask for it by `Settings::takes`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Shape { $($shape,)* }

        static VARIANTS: &[Variant] = &[$(Variant {
            name: $name, sentence: $sentence, products: $products, warns: $warns,
            shape: Shape::$shape,
        },)*];
    };
}

variants! {
    Observed "observed-form" ALL, &[],
        "Answers in the form real tenants show instead of the one the page prints.";
    AbsentAsNull "absent-as-null" ALL, &[], "Members without a value are there, as null.";
    EmptyIdentityCollections "empty-identity-collections" ALL, &[],
        "grantedToIdentitiesV2 and grantedToIdentities are there, empty.";
    MembersReversed "members-reversed" ALL, &[], "The members of every object come in another order.";
    PrettyPrinted "pretty-printed" ALL, &[], "The JSON is indented, with line breaks around it.";
    InstantsWithFraction "instants-with-fraction" ALL, &[], "Instants have seven digits of a second.";
    InstantsWithOffset "instants-with-offset" ALL, &[], "Instants are written with the offset +02:00.";
    NoExpirationAsMinimum "no-expiration-as-minimum" ALL, &[],
        "A link that does not expire says 0001-01-01T00:00:00Z.";
    DeniedAsNotFound "denied-as-not-found" ALL, &[],
        "Missing rights are masked as 404 itemNotFound.";
    InnerErrorLowercase "innererror-lowercase" ALL, &[], "The inner error is spelled innererror.";
    InnerErrorNested "innererror-nested" ALL, &[], "The inner error holds another one.";
    ErrorWithDetails "error-with-details" ALL, &[], "Errors have a target (null) and details.";
    AnnotationsEverywhere "annotations-everywhere" ALL, &[],
        "Every object of a successful answer holds @odata members, on itself and on its members.";
    MembersBeyondTheDocumented "members-beyond-the-documented" ALL, &[],
        "Permissions hold members nobody documented.";
    ContentTypeCharset "content-type-charset" ALL, &[],
        "The content type has a charset parameter.";
    ContentTypeParameters "content-type-parameters" ALL, &[],
        "The content type is written in capitals, with parameters, one of them quoted.";
    OnePermissionAPage "one-permission-a-page" ALL, &[],
        "Lists of permissions come one entry a page, with @odata.nextLink.";
    WebUrlQueryChanges "web-url-query-changes" ALL, &[],
        "A link's webUrl has a query that differs each time it is shown.";
    DefaultScopeAnonymous "default-scope-anonymous" WORK, &[], "The tenant's default link is for anyone.";
    DefaultScopeOrganization "default-scope-organization" WORK, &[],
        "The tenant's default link is for the organization.";
    DefaultScopeUsers "default-scope-users" WORK, &[], "The tenant's default link is for chosen people.";
    DefaultScopeExistingAccess "default-scope-existing-access" WORK, &[],
        "The tenant's default link is for people with existing access.";
    OmittedScopeRefused "omitted-scope-refused" WORK, &["SCOPE-16", "SCOPE-24"],
        "A request without a scope is refused: 400 invalidRequest, the scope must be specified.";
    UsersScopeRefused "users-scope-refused" WORK, &["SCOPE-10"],
        "A link for chosen people is refused with 400 when nobody is chosen.";
    EmbedWithScope "embed-with-scope" &[Personal], &[], "An embed answer names its scope.";
    EmbedWithoutScope "embed-without-scope" &[Personal], &[],
        "An embed answer names no scope when none was sent, as in the page's example.";
    EmbedOnFolders "embed-on-folders" &[Personal], &["TYPE-10"], "Folders can be embedded too.";
    EmbedRefusedAsNotSupported "embed-refused-as-not-supported" WORK, &[],
        "An embed link off personal drives is refused with the code notSupported.";
    PasswordRefusedOffPersonal "password-refused-off-personal" WORK, &[],
        "A password off personal drives is refused with 400 invalidRequest.";
    DisabledAnonymousAnswers400 "disabled-anonymous-answers-400" WORK, &[],
        "Where anonymous links are disabled, 400 invalidRequest says so.";
    UnknownPropertiesRefused "unknown-properties-refused" ALL, &[],
        "A property the page does not document is refused with 400.";
    BadValuesAnswer422 "bad-values-answer-422" ALL, &[],
        "Values and bodies that cannot be accepted are answered 422.";
    MediaTypeAnswers400 "media-type-answers-400" ALL, &[],
        "A body of another media type is refused with 400 instead of 415.";
    MalformedIdAnswers404 "malformed-id-answers-404" ALL, &[],
        "A malformed drive id is 404 itemNotFound instead of 400.";
    IdsWithExclamation "ids-with-exclamation" ALL, &[], "Ids of items and permissions hold a '!'.";
    IdsWithPercent "ids-with-percent" ALL, &[],
        "Ids of items and permissions hold '%', even what looks percent-encoded.";
    IdsNonAscii "ids-non-ascii" ALL, &[], "Ids of items and permissions hold letters beyond ASCII.";
    ThrottledWithRetryAfter "throttled-with-retry-after" ALL, &[],
        "Every fifth createLink is answered 429 with Retry-After in seconds.";
    ThrottledWithFraction "throttled-with-fraction" ALL, &[],
        "Every fifth createLink is answered 429 with a Retry-After of 2.128.";
    ThrottledWithDate "throttled-with-date" ALL, &[],
        "Every fifth createLink is answered 429 with a Retry-After that is a date.";
    ThrottledWithoutRetryAfter "throttled-without-retry-after" ALL, &["THR-05"],
        "Every fifth createLink is answered 429 without Retry-After.";
    Unavailable "unavailable-with-retry-after" ALL, &[],
        "Every fifth createLink is answered 503 with Retry-After.";
    SlowAnswers "slow-answers" ALL, &[], "Every answer takes 300 ms.";
    LateNewLink "late-new-link" ALL, &[],
        "Lists show a new link only after a second and a half.";
    LateRemoval "late-removal" ALL, &[],
        "A deleted link is still listed and read for a second and a half.";
    ConnectionClose "connection-close" ALL, &[], "Every answer closes its connection.";
    LocationOnAnotherHost "location-on-another-host" ALL, &[],
        "createLink's answers have a Location on a host that is none of Graph's.";
    ContentAtOnce "content-at-once" ALL, &[],
        "Content is answered with 200 at once, not by a redirect.";
    HasPasswordOnlyWhenTrue "has-password-only-when-true" ALL, &[],
        "hasPassword is absent on links without a password.";
    InheritedFromEmpty "inherited-from-empty" ALL, &[],
        "inheritedFrom is an empty object where there is nothing to name.";
    SomebodyOnTheRoot "somebody-on-the-root" WORK, &[],
        "Somebody who has nothing to do with the run may read everything on the drive.";
    NoLinkApplication "no-link-application" ALL, &[], "link.application is absent.";
    OneLinkForAllApplications "one-link-for-all-applications" WORK, &[],
        "Applications of a tenant share the link of a kind.";
    RevivedWebUrl "revived-web-url" WORK, &[],
        "A link made after one of the same kind was deleted has a new id and the old webUrl.";
}

impl Shape {
    /// Some forms are those of another tenant.
    pub(super) fn adjust(self, policy: &mut Policy, form: &mut Form) {
        match self {
            Self::Observed => *form = Form::Observed,
            Self::DefaultScopeAnonymous => policy.default_scope = DefaultScope::Anonymous,
            Self::DefaultScopeOrganization => policy.default_scope = DefaultScope::Organization,
            Self::DefaultScopeUsers => policy.default_scope = DefaultScope::Users,
            Self::DefaultScopeExistingAccess => policy.default_scope = DefaultScope::ExistingAccess,
            Self::DisabledAnonymousAnswers400 => policy.anonymous_links = false,
            _ => {}
        }
    }
}

impl Variant {
    /// The policy of the tenant that answers so, to be declared in the profile of a run.
    pub fn policy(&self, mut policy: Policy) -> Policy {
        let mut form = Form::Documented;
        self.shape.adjust(&mut policy, &mut form);
        policy
    }
}
