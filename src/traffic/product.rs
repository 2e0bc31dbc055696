//! The product a sharing link tells by its host.

use crate::graph::Product;

/// The product whose links stand on that host; `None` for hosts that tell nothing.
pub(super) fn product_of_link(web_url: &str) -> Option<Product> {
    let (_, rest) = web_url.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
    if host == "1drv.ms" || host == "onedrive.live.com" {
        return Some(Product::Personal);
    }
    let (tenant, domain) = host.split_once('.')?;
    let is_work = domain.starts_with("sharepoint");
    is_work.then(|| if tenant.ends_with("-my") { Product::Business } else { Product::SharePoint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_tell_the_product() {
        for (url, product) in [
            ("https://1drv.ms/x", Some(Product::Personal)),
            ("https://onedrive.live.com/embed", Some(Product::Personal)),
            ("https://contoso-my.sharepoint.com/:w:/g/x", Some(Product::Business)),
            ("https://Contoso.SharePoint.us/:w:/s/x", Some(Product::SharePoint)),
            ("https://links.example.com/x", None),
            ("no", None),
        ] {
            assert_eq!(product_of_link(url), product, "{url}");
        }
    }
}
