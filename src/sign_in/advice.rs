//! What to do about a token that lacks something.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::SignInPlace;
use super::claims::{Claims, TokenForm};
use crate::graph::{Cloud, Identity, PERSONAL_TENANT, Product};

/// What a token lacks, and what to do about it. Never holds anything of the token but permission names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Whether a run with this token cannot do what it is meant for.
    pub is_problem: bool,
    /// What was seen.
    pub finding: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; {}", self.finding, self.remedy)
    }
}

fn problem(finding: impl Into<String>, remedy: impl Into<String>) -> Advice {
    Advice { is_problem: true, finding: finding.into(), remedy: remedy.into() }
}

fn note(finding: impl Into<String>, remedy: impl Into<String>) -> Advice {
    Advice { is_problem: false, finding: finding.into(), remedy: remedy.into() }
}

/// The application id of Microsoft Graph, which a token may name as what it is for in every cloud.
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// Services that tokens are often asked for by mistake; their names may be shown.
const OTHER_SERVICES: [&str; 5] = [
    "management.azure.com",
    "management.core.windows.net",
    "graph.windows.net",
    "storage.azure.com",
    "vault.azure.net",
];

/// Permissions that matter here; all others are left unmentioned.
const FILE_PERMISSIONS: [&str; 10] = [
    "Files.Read",
    "Files.Read.All",
    "Files.ReadWrite",
    "Files.ReadWrite.All",
    "Files.ReadWrite.AppFolder",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "Sites.Manage.All",
    "Sites.FullControl.All",
    "Sites.Selected",
];

/// What there is to say about the token of an identity before it is used.
///
/// The claims are taken as they stand, without verification: the service has the last word.
pub fn explain(
    identity: Identity,
    form: &TokenForm,
    product: Option<Product>,
    place: &SignInPlace,
    now: Timestamp,
) -> Vec<Advice> {
    let claims = match form {
        TokenForm::Opaque => return Vec::new(),
        TokenForm::Broken(reason) => {
            return vec![problem(
                format!("the token of {identity} is damaged: {reason}"),
                "copy it again, whole and on one line",
            )];
        }
        TokenForm::Claims(claims) => claims,
    };
    let mut advice = Vec::new();
    advice.extend(expiry(claims, now));
    advice.extend(audience(claims, place));
    advice.extend(kind(identity, claims, product));
    advice.extend(permissions(identity, claims, product));
    advice
}

fn expiry(claims: &Claims, now: Timestamp) -> Option<Advice> {
    let expires = claims.expires?;
    if expires <= now {
        let ago = now.duration_since(expires).as_secs();
        return Some(problem(
            format!("this token expired {} ago", span(ago)),
            "sign in again, or check the clock of this machine",
        ));
    }
    let left = expires.duration_since(now).as_secs();
    (left < 10 * 60).then(|| {
        note(
            format!("this token expires in {}", span(left)),
            "a token command or another sign-in is renewed during a run; this token is only if it \
             comes from one",
        )
    })
}

fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn audience(claims: &Claims, place: &SignInPlace) -> Option<Advice> {
    let audience = claims.audience.as_deref()?;
    let meant = claims.audience_host().and_then(|host| Cloud::of_host(&host));
    let wanted = place.scope("").trim_end_matches('/').to_owned();
    let remedy = format!("ask for a token for {wanted}");
    match (meant, place.cloud()) {
        (Some(meant), Some(cloud)) if meant != cloud => {
            Some(problem(format!("this token is for the cloud \"{meant}\""), remedy))
        }
        (Some(_), _) => None,
        _ if audience == GRAPH_APPLICATION || audience.trim_end_matches('/') == wanted => None,
        // A service of one's own may want tokens with an audience of its own.
        (None, None) => None,
        _ => {
            let service = claims
                .audience_host()
                .filter(|host| OTHER_SERVICES.contains(&host.as_str()))
                .unwrap_or_else(|| "another service".to_owned());
            Some(problem(format!("this token is for {service}, not for Microsoft Graph"), remedy))
        }
    }
}

fn is_app_only(identity: Identity) -> bool {
    matches!(identity, Identity::AppOnly | Identity::AppOnlySites)
}

fn kind(identity: Identity, claims: &Claims, product: Option<Product>) -> Option<Advice> {
    let personal = claims.tenant.as_deref() == Some(PERSONAL_TENANT);
    match product {
        Some(Product::Personal) if is_app_only(identity) => {
            return Some(note(
                "personal drives know no application permissions",
                "leave the token of an application without a user out; its rules are not applicable",
            ));
        }
        Some(product) if personal && product != Product::Personal => {
            return Some(problem(
                format!("this token is of a personal account, the drive is {product}"),
                "sign in with the work or school account",
            ));
        }
        Some(Product::Personal) if claims.tenant.is_some() && !personal => {
            return Some(problem(
                "this token is of a work or school account, the drive is personal",
                "sign in with the personal account (tenant \"consumers\")",
            ));
        }
        _ => {}
    }
    match (is_app_only(identity), claims.scopes.is_empty(), claims.roles.is_empty()) {
        (true, false, _) => Some(problem(
            format!("{identity} has a token of a signed-in user"),
            "use client credentials for it",
        )),
        (false, true, false) => Some(problem(
            format!("{identity} has a token without a user"),
            "sign a user in, for example with device_code",
        )),
        _ => None,
    }
}

/// The permissions that let an identity do what it is there for; any one is enough.
fn wanted(identity: Identity, product: Option<Product>) -> &'static [&'static str] {
    match identity {
        Identity::ReadOnly => &["Files.Read", "Files.Read.All", "Sites.Read.All"],
        Identity::FilesReadWrite => &["Files.ReadWrite"],
        Identity::FilesReadWriteAll => &["Files.ReadWrite.All"],
        Identity::SitesReadWriteAll | Identity::AppOnlySites => &["Sites.ReadWrite.All"],
        Identity::AppOnly => &["Files.ReadWrite.All", "Sites.ReadWrite.All"],
        // Not in the page's table for personal accounts: the Sites permissions (AUTH-08).
        _ if product == Some(Product::Personal) => &["Files.ReadWrite", "Files.ReadWrite.All"],
        _ => &["Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All"],
    }
}

/// Whether an identity is there to show what one permission alone does.
fn is_alone(identity: Identity) -> bool {
    matches!(
        identity,
        Identity::FilesReadWrite
            | Identity::FilesReadWriteAll
            | Identity::SitesReadWriteAll
            | Identity::AppOnlySites
    )
}

fn permissions(identity: Identity, claims: &Claims, product: Option<Product>) -> Option<Advice> {
    let held = if is_app_only(identity) { &claims.roles } else { &claims.scopes };
    // Only names from the list are ever shown: a token can say anything.
    let held: Vec<&str> =
        FILE_PERMISSIONS.into_iter().filter(|it| held.iter().any(|held| held == it)).collect();
    let shown = if held.is_empty() { "no file permission".to_owned() } else { held.join(", ") };
    let wanted = wanted(identity, product);
    let writes = |it: &str| it.contains("Write") || it.contains("Manage") || it.contains("Full");
    if identity == Identity::ReadOnly {
        return match held.iter().any(|it| writes(it)) {
            true => Some(problem(
                format!("the token of {identity} has {shown}"),
                "use an application that was granted Files.Read only",
            )),
            false if held.is_empty() => Some(problem(
                format!("this token has {shown}"),
                "what may only read needs Files.Read",
            )),
            false => None,
        };
    }
    if !wanted.iter().any(|it| held.contains(it)) {
        // The page lists neither, but both let an application share; that is the service's to say.
        if !is_alone(identity)
            && held.iter().any(|it| {
                matches!(*it, "Sites.Manage.All" | "Sites.FullControl.All" | "Sites.Selected")
            })
        {
            return Some(note(
                format!("this token has {shown}, which the page of createLink does not list"),
                format!("grant {}", wanted[0]),
            ));
        }
        let only = if held.is_empty() { "" } else { " only" };
        return Some(problem(
            format!("this token has {shown}{only}"),
            format!("createLink needs {}", wanted[0]),
        ));
    }
    if is_alone(identity) && held.len() > 1 {
        return Some(problem(
            format!("the token of {identity} has {shown}"),
            format!(
                "use an application of its own that was granted {} only; the authority puts every \
                 permission the application was ever granted into its tokens",
                wanted[0]
            ),
        ));
    }
    None
}

/// What the tokens of several identities say when they are laid side by side: a second application must
/// be another application, another user another user.
pub fn compare(forms: &BTreeMap<Identity, TokenForm>) -> Vec<(Identity, Advice)> {
    let claims = |identity| forms.get(&identity).and_then(TokenForm::claims);
    let Some(owner) = claims(Identity::Owner) else { return Vec::new() };
    let same = |left: &Option<String>, right: &Option<String>| left.is_some() && left == right;
    let mut advice = Vec::new();
    if let Some(second) = claims(Identity::SecondApp) {
        if same(&owner.application, &second.application) {
            advice.push((
                Identity::SecondApp,
                problem(
                    "the second application is the first one (same client id)",
                    "register a second application and use its client id",
                ),
            ));
        }
        if second.subject.is_some()
            && owner.subject.is_some()
            && !same(&owner.subject, &second.subject)
        {
            advice.push((
                Identity::SecondApp,
                problem(
                    "the second application is signed in as another user",
                    "sign in as the owner of the drive",
                ),
            ));
        }
    }
    if let Some(second) = claims(Identity::SecondUser)
        && same(&owner.subject, &second.subject)
    {
        advice.push((
            Identity::SecondUser,
            problem("the other user is the owner of the drive", "sign in as somebody else"),
        ));
    }
    advice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::test_tokens::jwt;
    use serde_json::{Value, json};

    fn said(identity: Identity, product: Option<Product>, claims: Value) -> Vec<String> {
        let form = TokenForm::of(&jwt(&claims));
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        explain(identity, &form, product, &SignInPlace::default(), now)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_a_token_lacks() {
        assert_eq!(
            said(Identity::Owner, None, json!({"scp": "Files.Read User.Read"})),
            ["this token has Files.Read only; createLink needs Files.ReadWrite"]
        );
        assert_eq!(
            said(Identity::AppOnly, None, json!({"roles": ["Files.Read.All"]})),
            ["this token has Files.Read.All only; createLink needs Files.ReadWrite.All"]
        );
        assert_eq!(
            said(Identity::Owner, Some(Product::Personal), json!({"scp": "Sites.ReadWrite.All"})),
            ["this token has Sites.ReadWrite.All only; createLink needs Files.ReadWrite"]
        );
        assert_eq!(
            said(Identity::Owner, None, json!({"scp": "user_impersonation"})),
            ["this token has no file permission; createLink needs Files.ReadWrite"]
        );
        for enough in ["Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All User.Read"] {
            let nothing: [&str; 0] = [];
            assert_eq!(said(Identity::Owner, None, json!({"scp": enough})), nothing);
        }
    }

    #[test]
    fn identities_that_must_have_one_permission_alone() {
        let advice = said(
            Identity::FilesReadWrite,
            None,
            json!({"scp": "Files.ReadWrite Files.ReadWrite.All"}),
        );
        assert!(advice[0].contains("granted Files.ReadWrite only"), "{advice:?}");
        let advice = said(Identity::ReadOnly, None, json!({"scp": "Files.Read Files.ReadWrite"}));
        assert!(advice[0].contains("Files.Read only"), "{advice:?}");
        assert!(said(Identity::ReadOnly, None, json!({"scp": "Files.Read"})).is_empty());
    }

    #[test]
    fn expired_for_another_service_or_of_the_wrong_kind() {
        let good = "Files.ReadWrite";
        let expired = json!({"scp": good, "exp": 1_700_000_000 - 3 * 3600});
        assert_eq!(
            said(Identity::Owner, None, expired),
            ["this token expired 3 hours ago; sign in again, or check the clock of this machine"]
        );
        let advice = said(Identity::Owner, None, json!({"scp": good, "exp": 1_700_000_060}));
        assert!(advice[0].starts_with("this token expires in 1 minute;"), "{advice:?}");
        let azure = json!({"scp": good, "aud": "https://management.azure.com/"});
        let advice = said(Identity::Owner, None, azure);
        assert!(advice[0].contains("is for management.azure.com"), "{advice:?}");
        let own = json!({"scp": good, "aud": "https://hidden.example"});
        let advice = said(Identity::Owner, None, own);
        assert!(!advice[0].contains("hidden"), "{advice:?}");
        for graph in
            [GRAPH_APPLICATION, "https://graph.microsoft.com", "https://graph.microsoft.com/"]
        {
            assert!(said(Identity::Owner, None, json!({"scp": good, "aud": graph})).is_empty());
        }
        let roles = json!({"roles": ["Files.ReadWrite.All"]});
        let advice = said(Identity::Owner, None, roles);
        assert!(advice[0].contains("without a user"), "{advice:?}");
        let personal = json!({"scp": good, "tid": PERSONAL_TENANT});
        let advice = said(Identity::Owner, Some(Product::Business), personal);
        assert!(advice[0].contains("personal account"), "{advice:?}");
        let work = json!({"scp": good, "tid": "t"});
        let advice = said(Identity::Owner, Some(Product::Personal), work);
        assert!(advice[0].contains("consumers"), "{advice:?}");
    }

    #[test]
    fn damaged_and_opaque_tokens() {
        let now = Timestamp::UNIX_EPOCH;
        let broken = TokenForm::of(&crate::graph::Secret::new("eyJhbGciOiJub25lIn0.eyJzY3AiOi"));
        let advice = explain(Identity::Owner, &broken, None, &SignInPlace::default(), now);
        assert!(advice[0].is_problem && advice[0].to_string().contains("its end is missing"));
        let opaque =
            explain(Identity::Owner, &TokenForm::Opaque, None, &SignInPlace::default(), now);
        assert!(opaque.is_empty());
    }

    #[test]
    fn a_second_application_is_another_one() {
        let form = |claims: Value| TokenForm::of(&jwt(&claims));
        let forms = BTreeMap::from([
            (Identity::Owner, form(json!({"appid": "a", "oid": "u"}))),
            (Identity::SecondApp, form(json!({"appid": "a", "oid": "v"}))),
            (Identity::SecondUser, form(json!({"appid": "a", "oid": "u"}))),
        ]);
        let told: Vec<_> = compare(&forms).into_iter().map(|(identity, _)| identity).collect();
        assert_eq!(told, [Identity::SecondApp, Identity::SecondApp, Identity::SecondUser]);
    }
}
