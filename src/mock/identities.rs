//! People, applications and their tokens.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use uuid::Uuid;

use super::departures::Departure;
use super::settings::Settings;
use crate::graph::Product;

/// Who calls, told by the bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The owner of the drive through the first application, with `Files.ReadWrite.All`.
    Owner,
    /// The owner of the drive through a second application.
    SecondApp,
    /// Another user of the same tenant, with no right on any item until one is given.
    SecondUser,
    /// The owner with nothing but `Files.Read`.
    ReadOnly,
    /// No user: the application itself with `Files.ReadWrite.All`.
    AppOnly,
    /// The owner with nothing but `Files.ReadWrite`.
    FilesReadWrite,
    /// The owner with nothing but `Files.ReadWrite.All`.
    FilesReadWriteAll,
    /// The owner with nothing but `Sites.ReadWrite.All`.
    SitesReadWriteAll,
    /// No user: the application itself with `Sites.ReadWrite.All`.
    AppOnlySites,
}

impl Identity {
    /// Every identity a mock knows.
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::SecondApp,
        Self::SecondUser,
        Self::ReadOnly,
        Self::AppOnly,
        Self::FilesReadWrite,
        Self::FilesReadWriteAll,
        Self::SitesReadWriteAll,
        Self::AppOnlySites,
    ];

    /// The word for it in options and lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::SecondApp => "second-app",
            Self::SecondUser => "second-user",
            Self::ReadOnly => "read-only",
            Self::AppOnly => "app-only",
            Self::FilesReadWrite => "files-readwrite",
            Self::FilesReadWriteAll => "files-readwrite-all",
            Self::SitesReadWriteAll => "sites-readwrite-all",
            Self::AppOnlySites => "app-only-sites",
        }
    }

    /// The `scp` (delegated) or `roles` (application) claim of the token.
    fn claim(self) -> &'static str {
        match self {
            // User.Read is no file scope. It lets a deviation tell "Files.ReadWrite.All alone" from
            // the token everything else is done with.
            Self::Owner | Self::SecondApp | Self::SecondUser => "Files.ReadWrite.All User.Read",
            Self::ReadOnly => "Files.Read",
            Self::FilesReadWrite => "Files.ReadWrite",
            Self::FilesReadWriteAll | Self::AppOnly => "Files.ReadWrite.All",
            Self::SitesReadWriteAll | Self::AppOnlySites => "Sites.ReadWrite.All",
        }
    }

    fn is_app_only(self) -> bool {
        matches!(self, Self::AppOnly | Self::AppOnlySites)
    }
}

/// A human being the drive knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    Owner,
    Second,
}

/// The identity of an application: what a link belongs to beside its item and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Application {
    First,
    Second,
}

impl Application {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::First => "5f3c0c11-7d0b-4b1e-9a51-2f6d8a3e1c01",
            Self::Second => "a8d2b7e4-1c55-4f0a-8e0c-6b9d47f2e302",
        }
    }

    pub(super) fn display_name(self) -> &'static str {
        match self {
            Self::First => "Sample Application",
            Self::Second => "Second Application",
        }
    }
}

/// What the mock knows of the caller of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    pub person: Option<Person>,
    pub application: Application,
    claim: &'static str,
}

impl Caller {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            person: match identity {
                _ if identity.is_app_only() => None,
                Identity::SecondUser => Some(Person::Second),
                _ => Some(Person::Owner),
            },
            application: match identity {
                Identity::SecondApp => Application::Second,
                _ => Application::First,
            },
            claim: identity.claim(),
        }
    }

    fn has_scope(&self, scope: &str) -> bool {
        self.claim.split(' ').any(|held| held == scope)
    }

    /// Whether the scopes of the token let it change items. The same scopes are the ones the page's
    /// permission table lists for `createLink`.
    pub(super) fn may_write(&self, product: Product) -> bool {
        match (product, self.person) {
            // "Application" permissions belong to a tenant; a personal drive is in none.
            (Product::Personal, None) => false,
            (Product::Personal, Some(_)) => {
                self.has_scope("Files.ReadWrite") || self.has_scope("Files.ReadWrite.All")
            }
            (_, None) => {
                self.has_scope("Files.ReadWrite.All") || self.has_scope("Sites.ReadWrite.All")
            }
            (_, Some(_)) => {
                self.has_scope("Files.ReadWrite")
                    || self.has_scope("Files.ReadWrite.All")
                    || self.has_scope("Sites.ReadWrite.All")
            }
        }
    }

    /// Whether the scopes of the token let it read items.
    pub(super) fn may_read(&self, product: Product) -> bool {
        self.may_write(product) || self.has_scope("Files.Read")
    }

    /// Whether the scopes of the token let it call `createLink`.
    pub(super) fn may_share(&self, settings: &Settings) -> bool {
        let delegated = self.person.is_some();
        let refused_alone = match self.claim {
            "Files.ReadWrite" => settings.departs(Departure::FilesReadWriteRefused),
            "Files.ReadWrite.All" if delegated => {
                settings.departs(Departure::FilesReadWriteAllRefused)
            }
            "Files.ReadWrite.All" => settings.departs(Departure::AppOnlyFilesRefused),
            "Sites.ReadWrite.All" if delegated => {
                settings.departs(Departure::SitesReadWriteAllRefused)
            }
            "Sites.ReadWrite.All" => settings.departs(Departure::AppOnlySitesRefused),
            "Files.Read" if settings.departs(Departure::ReadOnlyTokenShares) => return true,
            _ => false,
        };
        !refused_alone && self.may_write(settings.product)
    }
}

/// The people of the tenant and the tokens that were issued for this mock.
#[derive(Debug)]
pub(super) struct Directory {
    pub user_id: &'static str,
    pub user_principal_name: &'static str,
    pub user_display_name: &'static str,
    pub second_user_id: &'static str,
    pub second_user_principal_name: &'static str,
    pub second_user_display_name: &'static str,
    tokens: Vec<(Identity, String)>,
    by_token: HashMap<String, Identity>,
}

impl Directory {
    pub(super) fn new(product: Product) -> Self {
        let (user_id, user_principal_name, second_user_id, second_user_principal_name, tenant) =
            match product {
                Product::Personal => (
                    "1a2b3c4d5e6f7081",
                    "ellen@outlook.example",
                    "9081726354453627",
                    "robin@outlook.example",
                    // The tenant all personal accounts share.
                    "9188040d-6c67-4c5b-b112-36a304b66dad",
                ),
                Product::Business | Product::SharePoint => (
                    "3f9c2b7e-64d1-4a0e-8d2b-0f5a1c7e9b10",
                    "ellen@contoso.example",
                    "7b1e4d90-2c3a-4f6b-9e8d-5a0c6f1b2d20",
                    "robin@contoso.example",
                    "c0ffee00-5a5a-4b4b-8c8c-1d2d3d4d5d6d",
                ),
            };
        let mut directory = Self {
            user_id,
            user_principal_name,
            user_display_name: "Ellen Example",
            second_user_id,
            second_user_principal_name,
            second_user_display_name: "Robin Example",
            tokens: Vec::new(),
            by_token: HashMap::new(),
        };
        for identity in Identity::ALL {
            let token = directory.issue(identity, tenant);
            directory.by_token.insert(token.clone(), identity);
            directory.tokens.push((identity, token));
        }
        directory
    }

    /// A token in the form of a JWT, unsigned, and of no use with any other mock: its `jti` is new.
    fn issue(&self, identity: Identity, tenant: &str) -> String {
        let caller = Caller::new(identity);
        let issued = jiff::Timestamp::now().as_second();
        let mut claims = json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://sts.windows.net/{tenant}/"),
            "iat": issued,
            "exp": issued + 24 * 60 * 60,
            "appid": caller.application.id(),
            "app_displayname": caller.application.display_name(),
            "tid": tenant,
            "jti": Uuid::new_v4().to_string(),
        });
        match caller.person {
            Some(person) => {
                claims["oid"] = json!(self.id_of(person));
                claims["upn"] = json!(self.principal_name_of(person));
                claims["scp"] = json!(identity.claim());
            }
            None => {
                claims["oid"] = json!("e1d5a2c3-0b4f-4d7e-a6c8-93f1b0d2e430");
                claims["roles"] = json!([identity.claim()]);
            }
        }
        let header = json!({"typ": "JWT", "alg": "none"});
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string()),
            URL_SAFE_NO_PAD.encode("not signed: linkspec mock")
        )
    }

    pub(super) fn token(&self, identity: Identity) -> &str {
        self.tokens.iter().find(|(held, _)| *held == identity).map_or("", |(_, token)| token)
    }

    pub(super) fn caller(&self, token: &str) -> Option<Caller> {
        self.identity(token).map(Caller::new)
    }

    pub(super) fn identity(&self, token: &str) -> Option<Identity> {
        self.by_token.get(token).copied()
    }

    pub(super) fn id_of(&self, person: Person) -> &'static str {
        match person {
            Person::Owner => self.user_id,
            Person::Second => self.second_user_id,
        }
    }

    pub(super) fn principal_name_of(&self, person: Person) -> &'static str {
        match person {
            Person::Owner => self.user_principal_name,
            Person::Second => self.second_user_principal_name,
        }
    }

    pub(super) fn display_name_of(&self, person: Person) -> &'static str {
        match person {
            Person::Owner => self.user_display_name,
            Person::Second => self.second_user_display_name,
        }
    }

    /// The person an address of an invitation or of `/users/{id | userPrincipalName}` means.
    pub(super) fn person(&self, id_or_principal_name: &str) -> Option<Person> {
        [Person::Owner, Person::Second].into_iter().find(|person| {
            self.id_of(*person).eq_ignore_ascii_case(id_or_principal_name)
                || self.principal_name_of(*person).eq_ignore_ascii_case(id_or_principal_name)
        })
    }
}
