//! Following a list from page to page, within bounds.

use serde_json::Value;
use url::Url;

/// A list of a fresh item is short; a service that pages without end is not followed for ever.
const MOST_PAGES: usize = 50;
/// Bytes of all its pages.
const MOST_BYTES: usize = 24 * 1024 * 1024;

/// The pages of one list that were read, each by its address.
pub(super) struct Pages<'b> {
    base: &'b Url,
    read: Vec<Url>,
    bytes: usize,
}

impl<'b> Pages<'b> {
    /// A list that begins there, on the service with that root.
    pub(super) fn from(first: Url, base: &'b Url) -> Self {
        Self { base, read: vec![first], bytes: 0 }
    }

    /// Where the page after the one just read is; none after the last one.
    ///
    /// # Errors
    /// Says why the list cannot be read to its end.
    pub(super) fn after(
        &mut self,
        page: &Value,
        bytes: usize,
    ) -> Result<Option<Url>, &'static str> {
        self.bytes = self.bytes.saturating_add(bytes);
        let Some(next) = page["@odata.nextLink"].as_str() else { return Ok(None) };
        let next = self.read.last().and_then(|it| it.join(next).ok());
        let next = next.ok_or("its @odata.nextLink is no URL")?;
        // A token goes to the service's own origin only.
        if next.origin() != self.base.origin() {
            return Err("its @odata.nextLink leads to another host");
        }
        if self.read.contains(&next) {
            return Err("its @odata.nextLink leads back to a page read before");
        }
        if self.read.len() >= MOST_PAGES {
            return Err("it does not end after 50 pages");
        }
        if self.bytes >= MOST_BYTES {
            return Err("it does not end after 24 MiB");
        }
        self.read.push(next.clone());
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(next: &Value) -> Result<Option<Url>, &'static str> {
        let base = Url::parse("https://graph.example/v1.0").unwrap();
        let first = Url::parse("https://graph.example/v1.0/permissions").unwrap();
        Pages::from(first, &base).after(&json!({"value": [], "@odata.nextLink": next}), 1)
    }

    #[test]
    fn a_list_ends_where_it_says_so() {
        assert_eq!(after(&Value::Null), Ok(None));
        let next = after(&json!("/v1.0/permissions?$skiptoken=1")).unwrap().unwrap();
        assert_eq!(next.as_str(), "https://graph.example/v1.0/permissions?$skiptoken=1");
    }

    #[test]
    fn what_never_ends_or_leads_away_is_not_followed() {
        for (next, why) in [
            ("https://elsewhere.example/v1.0/permissions", "another host"),
            ("permissions", "read before"),
            ("http://[", "no URL"),
        ] {
            assert!(after(&json!(next)).unwrap_err().contains(why), "{next}");
        }
    }

    #[test]
    fn a_list_without_end_is_given_up() {
        let base = Url::parse("https://graph.example/v1.0").unwrap();
        let mut pages = Pages::from(base.clone(), &base);
        let failed = (0..100).find_map(|number| {
            pages.after(&json!({"@odata.nextLink": format!("/{number}")}), 1).err()
        });
        assert_eq!(failed, Some("it does not end after 50 pages"));
        let mut pages = Pages::from(base.clone(), &base);
        let failed = (0..100).find_map(|number| {
            pages.after(&json!({"@odata.nextLink": format!("/{number}")}), 1024 * 1024).err()
        });
        assert_eq!(failed, Some("it does not end after 24 MiB"));
    }
}
