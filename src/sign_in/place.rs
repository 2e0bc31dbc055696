//! Where tokens are asked for.

use url::{Host, Url};

use super::SignInError;
use super::claims::TokenForm;
use crate::graph::{Cloud, Identity, PERSONAL_TENANT, Product};

/// Where an identity signs in, and what its token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInPlace {
    cloud: Option<Cloud>,
    authority: Option<Url>,
    resource: String,
}

impl SignInPlace {
    /// A cloud with its default authority.
    pub fn of_cloud(cloud: Cloud) -> Self {
        Self {
            cloud: Some(cloud),
            authority: Url::parse(cloud.authority()).ok(),
            resource: cloud.service_root().to_owned(),
        }
    }

    /// Brings `--cloud`, `--base-url` and `--authority` together. Without any of them it is the global
    /// cloud. A base URL that is the root of no cloud overrides the root and nothing else.
    ///
    /// # Errors
    /// When they contradict each other, or the authority cannot be used.
    pub fn resolve(
        cloud: Option<Cloud>,
        base: Option<&Url>,
        authority: Option<&str>,
    ) -> Result<Self, SignInError> {
        let root = base.and_then(Url::host_str).and_then(Cloud::of_host);
        if let (Some(asked), Some(root)) = (cloud, root)
            && asked != root
        {
            return Err(SignInError::CloudsDisagree { asked, root });
        }
        let cloud = cloud.or(root).or_else(|| base.is_none().then_some(Cloud::Global));
        let authority = match authority {
            Some(text) => Some(authority_url(text, cloud)?),
            None => cloud.and_then(|it| Url::parse(it.authority()).ok()),
        };
        let resource = match (cloud, base) {
            (Some(cloud), _) => cloud.service_root().to_owned(),
            (None, Some(base)) => base.origin().ascii_serialization(),
            // Not reached: without a base URL the cloud is global.
            (None, None) => Cloud::Global.service_root().to_owned(),
        };
        Ok(Self { cloud, authority, resource })
    }

    /// The cloud, where one is known.
    pub fn cloud(&self) -> Option<Cloud> {
        self.cloud
    }

    /// The authority, where one is known.
    pub fn authority(&self) -> Option<&Url> {
        self.authority.as_ref()
    }

    /// `{authority}/{tenant}/oauth2/v2.0/token`
    ///
    /// # Errors
    /// When no authority is known.
    pub fn token_url(&self, identity: Identity, tenant: &str) -> Result<Url, SignInError> {
        self.endpoint(identity, tenant, "token")
    }

    /// `{authority}/{tenant}/oauth2/v2.0/devicecode`
    ///
    /// # Errors
    /// When no authority is known.
    pub fn device_code_url(&self, identity: Identity, tenant: &str) -> Result<Url, SignInError> {
        self.endpoint(identity, tenant, "devicecode")
    }

    fn endpoint(&self, identity: Identity, tenant: &str, last: &str) -> Result<Url, SignInError> {
        let mut url = self.authority.clone().ok_or(SignInError::AuthorityUnknown { identity })?;
        // An authority is http or https, which always has path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([tenant, "oauth2", "v2.0", last]);
        }
        Ok(url)
    }

    /// A permission as a token request names it: `https://graph.microsoft.com/Files.ReadWrite`. One that
    /// is a URL already, and the permissions of OpenID itself, stay as they are.
    pub fn scope(&self, permission: &str) -> String {
        match permission {
            "offline_access" | "openid" | "profile" | "email" => permission.to_owned(),
            _ if permission.contains("://") => permission.to_owned(),
            _ => format!("{}/{permission}", self.resource),
        }
    }

    /// Whether a drive of this product can be here (CLD-03).
    ///
    /// # Errors
    /// For a personal drive outside the global cloud.
    pub fn check_product(&self, product: Product) -> Result<(), SignInError> {
        Ok(self.cloud.map_or(Ok(()), |cloud| cloud.check_product(product))?)
    }

    /// Refuses a token that clearly is from another cloud, before it is sent anywhere (AUTH-18).
    ///
    /// The claims are not verified, so a token that says nothing clear passes.
    ///
    /// # Errors
    /// Names both clouds and who should have issued the token.
    pub fn check_token(
        &self,
        identity: Identity,
        source_name: &str,
        form: &TokenForm,
    ) -> Result<(), SignInError> {
        let (Some(cloud), TokenForm::Claims(claims)) = (self.cloud, form) else { return Ok(()) };
        let refused = |issued| {
            Err(SignInError::TokenOfOtherCloud {
                identity,
                source_name: source_name.to_owned(),
                issued,
                cloud,
                authority: cloud.authority(),
            })
        };
        let issuers = claims.issuer_host().map_or(&[][..], |host| Cloud::of_issuer(&host));
        if let Some(issued) = issuers.first()
            && !issuers.contains(&cloud)
        {
            return refused(*issued);
        }
        if claims.tenant.as_deref() == Some(PERSONAL_TENANT) && cloud != Cloud::Global {
            return refused(Cloud::Global);
        }
        // The two US clouds share an authority; a token for the sister is explained, not refused.
        match claims.audience_host().and_then(|host| Cloud::of_host(&host)) {
            Some(meant) if !meant.shares_authority(cloud) => refused(meant),
            _ => Ok(()),
        }
    }
}

impl Default for SignInPlace {
    fn default() -> Self {
        Self::of_cloud(Cloud::Global)
    }
}

/// Reads an `--authority`, which must be one of the cloud's where both are known.
fn authority_url(text: &str, cloud: Option<Cloud>) -> Result<Url, SignInError> {
    let wrong = |what| SignInError::AuthorityUrl { what };
    let url = Url::parse(text).map_err(|_| wrong("is no absolute URL"))?;
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(wrong("has no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => {
            return Err(wrong("is plain http to another machine, which would see the secrets"));
        }
        _ => return Err(wrong("is neither https nor http")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("carries credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("carries a query or a fragment"));
    }
    let issues_for = Cloud::of_issuer(url.host_str().unwrap_or_default());
    if let Some(cloud) = cloud
        && !issues_for.is_empty()
        && !issues_for.contains(&cloud)
    {
        return Err(SignInError::AuthorityOfOtherCloud {
            authority: url.origin().ascii_serialization(),
            cloud,
            known: cloud.authorities().join(" or "),
        });
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::test_tokens::jwt;
    use serde_json::json;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn addresses_of_the_endpoints() {
        let place = SignInPlace::of_cloud(Cloud::China);
        assert_eq!(
            place.token_url(Identity::Owner, "contoso.example").unwrap().as_str(),
            "https://login.partner.microsoftonline.cn/contoso.example/oauth2/v2.0/token"
        );
        let second = Some("https://login.chinacloudapi.cn/");
        let place = SignInPlace::resolve(Some(Cloud::China), None, second).unwrap();
        assert_eq!(
            place.device_code_url(Identity::Owner, "organizations").unwrap().as_str(),
            "https://login.chinacloudapi.cn/organizations/oauth2/v2.0/devicecode"
        );
        // A tenant cannot leave its segment.
        let odd = place.token_url(Identity::Owner, "a/../b?c").unwrap();
        assert_eq!(odd.path(), "/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
        assert_eq!(place.scope(".default"), "https://microsoftgraph.chinacloudapi.cn/.default");
        assert_eq!(place.scope("offline_access"), "offline_access");
        assert_eq!(place.scope("https://x.example/y"), "https://x.example/y");
    }

    #[test]
    fn what_goes_together_and_what_does_not() {
        assert_eq!(SignInPlace::resolve(None, None, None).unwrap(), SignInPlace::default());
        let root = url("https://graph.microsoft.us/v1.0");
        let place = SignInPlace::resolve(None, Some(&root), None).unwrap();
        assert_eq!(place.cloud(), Some(Cloud::UsGovL4));
        let contradiction =
            SignInPlace::resolve(Some(Cloud::China), Some(&root), None).unwrap_err();
        assert!(matches!(contradiction, SignInError::CloudsDisagree { .. }));
        let mixed =
            SignInPlace::resolve(None, Some(&root), Some("https://login.microsoftonline.com"));
        let message = mixed.unwrap_err().to_string();
        assert!(message.contains("https://login.microsoftonline.us"), "{message}");
        // A root of no cloud: the authority has to be said, and may be anyone.
        let own = url("https://gateway.example/v1.0");
        let place = SignInPlace::resolve(None, Some(&own), None).unwrap();
        assert_eq!(place.cloud(), None);
        assert!(place.token_url(Identity::Owner, "x").unwrap_err().is_usage());
        let place = SignInPlace::resolve(None, Some(&own), Some("http://[::1]:81/base")).unwrap();
        assert_eq!(
            place.token_url(Identity::Owner, "x").unwrap().as_str(),
            "http://[::1]:81/base/x/oauth2/v2.0/token"
        );
        assert_eq!(place.scope("Files.Read"), "https://gateway.example/Files.Read");
        let place = SignInPlace::resolve(Some(Cloud::Global), Some(&own), None).unwrap();
        assert_eq!(place.scope("Files.Read"), "https://graph.microsoft.com/Files.Read");
    }

    #[test]
    fn authorities_that_cannot_be_used() {
        for wrong in [
            "login.microsoftonline.com",
            "http://login.microsoftonline.com",
            "ftp://login.microsoftonline.com",
            "https://user:pass@login.microsoftonline.com",
            "https://login.microsoftonline.com/?x",
            "localhost:80",
            "",
        ] {
            let error = SignInPlace::resolve(None, None, Some(wrong)).unwrap_err();
            assert!(error.to_string().contains("--authority"), "{wrong}: {error}");
            assert!(!error.to_string().contains("pass@"), "{error}");
        }
    }

    #[test]
    fn a_token_of_another_cloud_is_refused() {
        let check = |cloud, claims: serde_json::Value| {
            let form = TokenForm::of(&jwt(&claims));
            SignInPlace::of_cloud(cloud).check_token(Identity::Owner, "file x", &form)
        };
        let global = json!({"iss": "https://sts.windows.net/c0ffee00/"});
        assert_eq!(check(Cloud::Global, global.clone()), Ok(()));
        assert_eq!(check(Cloud::UsGovL4, global.clone()), Ok(()), "the issuer is shared");
        let error = check(Cloud::China, global).unwrap_err();
        assert!(error.to_string().contains("nothing was sent"), "{error}");
        assert!(!error.to_string().contains("c0ffee00"), "{error}");
        let gov = json!({"iss": "https://login.microsoftonline.us/c0ffee00/v2.0"});
        assert!(check(Cloud::Global, gov.clone()).is_err());
        assert_eq!(check(Cloud::UsGovL5, gov), Ok(()));
        let personal = json!({"tid": PERSONAL_TENANT});
        assert!(check(Cloud::UsGovL4, personal.clone()).is_err());
        assert_eq!(check(Cloud::Global, personal), Ok(()));
        let meant = json!({"aud": "https://dod-graph.microsoft.us"});
        assert!(check(Cloud::Global, meant.clone()).is_err());
        assert_eq!(check(Cloud::UsGovL4, meant), Ok(()));
        assert_eq!(check(Cloud::China, json!({"iss": "nonsense", "aud": 5})), Ok(()));
        let elsewhere = SignInPlace::resolve(None, Some(&url("http://127.0.0.1:1")), None).unwrap();
        let form = TokenForm::of(&jwt(&json!({"iss": "https://login.microsoftonline.us/x"})));
        assert_eq!(elsewhere.check_token(Identity::Owner, "x", &form), Ok(()));
    }

    #[test]
    fn personal_drives_are_global() {
        assert!(SignInPlace::of_cloud(Cloud::China).check_product(Product::Personal).is_err());
        assert_eq!(SignInPlace::default().check_product(Product::Personal), Ok(()));
    }
}
