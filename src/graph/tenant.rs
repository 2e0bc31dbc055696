//! What a tenant is declared to allow.

use serde::{Deserialize, Serialize};

use super::Product;

/// What the tenant is declared to allow: the `[tenant]` table of `linkspec.toml`.
///
/// `None` means undeclared. Rules that depend on an undeclared fact are not run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema), schemars(inline))]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    /// Whether the administrator permits anonymous links at all.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub anonymous_links: Option<bool>,
    /// Anonymous view links to files, where this differs from `anonymous_links`.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub anonymous_file_view: Option<bool>,
    /// Anonymous edit links to files, where this differs from `anonymous_links`.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub anonymous_file_edit: Option<bool>,
    /// Anonymous view links to folders, where this differs from `anonymous_links`.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub anonymous_folder_view: Option<bool>,
    /// Anonymous edit links to folders, where this differs from `anonymous_links`.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub anonymous_folder_edit: Option<bool>,
    /// Whether links for the organization are permitted.
    #[serde(with = "enabled", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(schema_with = "enabled::schema"))]
    pub organization_links: Option<bool>,
    /// The scope of the organization's default link: "anonymous", "organization" or "users".
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "program", schemars(extend("enum" = ["anonymous", "organization", "users"])))]
    pub default_scope: Option<String>,
    /// Days after which a link without an expiration ends by policy; 0 means no policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_policy_days: Option<u32>,
    /// Personal: whether the account has a paid plan (passwords and expiration need one).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium: Option<bool>,
    /// SharePoint: whether files of the library can be checked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout_library: Option<bool>,
}

impl Tenant {
    /// The scope every test may use: anonymous on personal drives, organization elsewhere; where that is
    /// declared disabled, anonymous, and where both are, users.
    pub fn usual_scope(&self, product: Product) -> &'static str {
        match product {
            Product::Personal => "anonymous",
            _ if self.organization_links != Some(false) => "organization",
            _ if self.anonymous_links != Some(false) => "anonymous",
            _ => "users",
        }
    }

    /// Whether anonymous links to files for reading are permitted.
    pub fn anonymous_view(&self) -> Option<bool> {
        self.anonymous(false, false)
    }

    /// Whether anonymous links of that kind are permitted.
    pub fn anonymous(&self, to_folder: bool, to_edit: bool) -> Option<bool> {
        let kind = match (to_folder, to_edit) {
            (false, false) => self.anonymous_file_view,
            (false, true) => self.anonymous_file_edit,
            (true, false) => self.anonymous_folder_view,
            (true, true) => self.anonymous_folder_edit,
        };
        kind.or(self.anonymous_links)
    }
}

/// "enabled" and "disabled", the words administrators know.
mod enabled {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<bool>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(true) => serializer.serialize_str("enabled"),
            Some(false) => serializer.serialize_str("disabled"),
            None => serializer.serialize_none(),
        }
    }

    #[cfg(feature = "program")]
    pub(super) fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "enum": ["enabled", "disabled"] })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<bool>, D::Error> {
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None => Ok(None),
            Some("enabled") => Ok(Some(true)),
            Some("disabled") => Ok(Some(false)),
            Some(other) => Err(D::Error::custom(format!(
                "\"{other}\" is neither \"enabled\" nor \"disabled\""
            ))),
        }
    }
}
