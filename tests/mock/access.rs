//! Addresses, tokens and rights.

use linkspec::graph::{Product, encode_segment};
use linkspec::mock::{Identity, Mock, Options, variant};
use reqwest::Method;

use crate::mock_client::Client;
use crate::{WORK, assert_refused, edit, invite_second_user, view};

#[tokio::test]
async fn the_documented_addresses_are_one_drive() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let mock = &client.mock;
        let mut addresses = vec![format!("/drives/{}", encode_segment(mock.drive_id()))];
        if product != Product::SharePoint {
            addresses.push("/me/drive".to_owned());
        }
        if product == Product::Business {
            addresses.push(format!("/users/{}/drive", mock.user_id()));
            addresses.push(format!("/users/{}/drive", mock.user_principal_name()));
        }
        addresses.extend(mock.group_id().map(|id| format!("/groups/{id}/drive")));
        addresses.extend(mock.site_id().map(|id| format!("/sites/{}/drive", encode_segment(id))));
        let file = client.file("a.txt", "one").await;
        let made = client.create_link(&file, view("anonymous")).await;
        for address in &addresses {
            let drive = client.get(address).await;
            assert_eq!(drive.text_of("/driveType"), product.drive_type(), "{address}");
            assert_eq!(drive.text_of("/id"), mock.drive_id(), "{address}");
            let got = client.by(address).create_link(&file, view("anonymous")).await;
            assert_eq!((got.status, &got.body["id"]), (200, &made.body["id"]), "{address}");
        }
        for form in ["root:/a.txt:/createLink", "root:/a.txt:/microsoft.graph.createLink"] {
            let path = format!("{}/{form}", client.drive());
            let got = client.send(Method::POST, &path, Some(view("anonymous"))).await;
            assert_eq!((got.status, &got.body["id"]), (200, &made.body["id"]), "{form}");
        }
        if product == Product::SharePoint {
            assert_eq!(client.get("/me/drive").await.status, 404);
        }
        assert_refused(&client.get("/drives/nonsense").await, 400, "invalidRequest");
    }
}

#[tokio::test]
async fn ids_are_decoded_once() {
    for name in ["ids-with-percent", "ids-with-exclamation", "ids-non-ascii"] {
        let options = Options { variant: variant(name), ..Options::new(Product::Personal) };
        let client = Client::start(options).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, view("anonymous")).await;
        assert_eq!(got.status, 201, "{name} {file}");
        let got = client.delete_permission(&file, got.text_of("/id")).await;
        assert_eq!(got.status, 204, "{name}");
    }
    let client = Client::start(Options::new(Product::Personal)).await;
    let file = client.file("a.txt", "one").await;
    let path = format!("/me/drive/items/{}/createLink", file.replace('!', "%21"));
    assert_eq!(client.send(Method::POST, &path, Some(view("anonymous"))).await.status, 201);
    let path = format!("/me/drive/items/{}/createLink", file.replace('!', "%2521"));
    assert_eq!(client.send(Method::POST, &path, Some(view("anonymous"))).await.status, 404);
}

#[tokio::test]
async fn tokens_have_the_rights_of_the_permission_table() {
    use Identity::*;
    for product in Product::ALL {
        let work = product != Product::Personal;
        let client = Client::start(Options::new(product)).await.by_drive_id();
        for (identity, allowed) in [
            (Owner, true),
            (SecondApp, true),
            (FilesReadWrite, true),
            (FilesReadWriteAll, true),
            (SitesReadWriteAll, work),
            (AppOnly, work),
            (AppOnlySites, work),
            (ReadOnly, false),
            (SecondUser, false),
        ] {
            let file = client.file(&format!("{identity:?}.txt"), "one").await;
            let got = client.as_identity(identity).create_link(&file, view("anonymous")).await;
            if allowed {
                assert_eq!(got.status, 201, "{product} {identity:?}");
            } else {
                assert_refused(&got, 403, "accessDenied");
                assert_eq!(client.links(&file).await.len(), 0);
            }
        }
        let file = client.file("a.txt", "one").await;
        let got = client.as_nobody().create_link(&file, view("anonymous")).await;
        assert_refused(&got, 401, "unauthenticated");
        assert!(got.header("www-authenticate").unwrap().starts_with("Bearer"));
        let headers = [("content-type", "application/json"), ("authorization", "Bearer garbage")];
        let address = format!("{}{}/createLink", client.mock.base_url(), client.item(&file));
        let body = view("anonymous").to_string();
        let got = client.as_nobody().send_to(&address, Method::POST, &headers, body).await;
        assert_refused(&got, 401, "unauthenticated");
        let me = client.by("/me/drive").as_identity(AppOnly);
        let got = me.create_link(&file, view("anonymous")).await;
        if product == Product::Business {
            assert_refused(&got, 400, "invalidRequest");
        } else {
            assert!((400..405).contains(&got.status));
        }
    }
}

#[tokio::test]
async fn tokens_are_unsigned_jwts_of_one_mock() {
    let first = Mock::start(Options::new(Product::Business)).await.unwrap();
    let second = Mock::start(Options::new(Product::Business)).await.unwrap();
    let mut seen = std::collections::HashSet::new();
    for identity in Identity::ALL {
        let token = first.token(identity);
        assert_eq!(token.split('.').count(), 3);
        assert!(seen.insert(token.to_owned()));
        assert_ne!(token, second.token(identity));
    }
    first.stop().await;
}

#[tokio::test]
async fn the_user_needs_a_right_on_the_item() {
    for product in WORK {
        let client = Client::start(Options::new(product)).await.by_drive_id();
        let second = client.as_identity(Identity::SecondUser);
        let file = client.file("a.txt", "one").await;
        assert_eq!(invite_second_user(&client, &file, "read").await.status, 200);
        assert_eq!(second.get(&client.item(&file)).await.status, 200);
        let got = second.create_link(&file, edit("organization")).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(invite_second_user(&client, &file, "write").await.status, 200);
        let got = second.create_link(&file, edit("organization")).await;
        assert_eq!(got.status, 201);
    }
}
