//! SharePoint Embedded: drives of containers, which createLink's page speaks of only to set them apart.

use serde_json::Value;

/// What is said where such a drive is met.
pub const OUT_OF_SCOPE: &str = "SharePoint Embedded is out of scope: drives of the types personal, business and \
     documentLibrary are judged";

/// What shows that a drive, as the service describes it, is that of a container.
pub fn shown_by(drive: &Value) -> Option<&'static str> {
    // Get drive for fileStorageContainer: "driveType": "other".
    if drive["driveType"] == "other" {
        Some("its driveType is \"other\"")
    } else if drive["webUrl"].as_str().is_some_and(leads_into_a_container) {
        Some("its webUrl leads into /contentstorage/")
    } else {
        None
    }
}

/// Whether a web URL or a sharing URL is one of a file in a container: `https://HOST/contentstorage/...`, after
/// `/:w:/g` where it is a sharing URL.
pub fn leads_into_a_container(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    let mut segments = path.split('/').skip(1).filter(|it| !it.is_empty()).peekable();
    if segments.peek().is_some_and(|it| it.starts_with(':') && it.ends_with(':')) {
        segments.next();
        segments.next_if(|it| it.len() == 1);
    }
    segments.next().is_some_and(|it| it.eq_ignore_ascii_case("contentstorage"))
}

/// Whether a path names a drive by its container: `storage/fileStorage/containers/ID`.
pub fn is_by_container(path: &str) -> bool {
    path.to_ascii_lowercase().contains("filestorage/containers")
}

/// The ids of the drives of containers that an answer describes: a drive, an item of one, or a list of these.
pub fn drives_described(answer: &Value) -> impl Iterator<Item = &str> {
    let listed = answer["value"].as_array().into_iter().flatten();
    std::iter::once(answer).chain(listed).filter_map(|it| {
        shown_by(it)?;
        it["parentReference"]["driveId"].as_str().or_else(|| it["id"].as_str())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_graph_documents_of_a_container_shows_it() {
        for drive in [
            json!({"driveType": "other", "id": "b!x"}),
            json!({"driveType": "documentLibrary", "id": "b!x",
                "webUrl": "https://contoso.sharepoint.com/contentstorage/CSP_1/Document%20Library"}),
            json!({"id": "01A", "parentReference": {"driveId": "b!x"},
                "webUrl": "https://contoso.sharepoint.com/contentstorage/CSP_1/Document%20Library/a.txt"}),
            json!({"value": [{"id": "b!x", "driveType": "other"}]}),
        ] {
            assert_eq!(drives_described(&drive).collect::<Vec<_>>(), ["b!x"], "{drive}");
        }
        for drive in [
            json!({"driveType": "documentLibrary", "id": "b!x", "webUrl": "https://contoso.sharepoint.com/Shared%20Documents"}),
            json!({"driveType": "documentLibrary", "id": "b!x", "webUrl": "https://contoso.sharepoint.com/Documents/contentstorage"}),
            json!({"driveType": "personal"}),
            json!([1]),
        ] {
            assert_eq!(drives_described(&drive).count(), 0, "{drive}");
        }
    }

    #[test]
    fn a_sharing_url_tells_a_container() {
        assert!(leads_into_a_container(
            "https://x.sharepoint.com/:w:/g/contentstorage/CSP_1/Eab?e=1"
        ));
        assert!(!leads_into_a_container("https://x.sharepoint.com/:w:/s/contentstorage1/Eab"));
        assert!(!leads_into_a_container("https://x.sharepoint.com/:f:/s/team/contentstorage/Eab"));
        assert!(!leads_into_a_container("contentstorage"));
    }
}
