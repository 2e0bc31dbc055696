//! Links: made once, found again, opened, ended.

use std::time::Duration;

use linkspec::graph::{Clock, Product};
use linkspec::mock::{DefaultScope, Identity, Options, Policy};
use reqwest::Method;
use serde_json::json;

use crate::mock_client::Client;
use crate::{WORK, assert_refused, content_of, edit, invite_second_user, view};

#[tokio::test]
async fn a_link_is_made_once_and_found_again() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let first = client.create_link(&file, view("anonymous")).await;
        assert_eq!(first.status, 201, "{product}");
        let second = client.create_link(&file, view("anonymous")).await;
        assert_eq!(second.status, 200, "{product}");
        assert_eq!(first.body, second.body, "{product}");
        let edit = client.create_link(&file, edit("anonymous")).await;
        assert_eq!(edit.status, 201, "{product}");
        assert_ne!(edit.body["id"], first.body["id"], "{product}");
        assert_ne!(edit.body["link"]["webUrl"], first.body["link"]["webUrl"], "{product}");
        let second_app = client.as_identity(Identity::SecondApp);
        let other = second_app.create_link(&file, view("anonymous")).await;
        assert_eq!(other.status, 201, "{product}: another application gets its own link");
        let sibling = client.file("b.txt", "one").await;
        let elsewhere = client.create_link(&sibling, view("anonymous")).await;
        assert_eq!(elsewhere.status, 201, "{product}: another item gets its own link");
        assert_eq!(client.links(&file).await.len(), 3, "{product}");
        assert_eq!(client.mock.create_link_calls(), 5, "{product}");
    }
}

#[tokio::test]
async fn scopes_are_a_part_of_what_a_link_is_found_by() {
    for product in WORK {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        for scope in ["anonymous", "organization", "users"] {
            let got = client.create_link(&file, view(scope)).await;
            assert_eq!((got.status, got.text_of("/link/scope")), (201, scope), "{product}");
        }
        // "If the scope parameter is not specified, the default link type ... is created."
        let got = client.create_link(&file, json!({"type": "view"})).await;
        assert_eq!((got.status, got.text_of("/link/scope")), (200, "organization"), "{product}");
        assert_eq!(client.links(&file).await.len(), 3);
    }
}

#[tokio::test]
async fn permissions_are_inherited_listed_read_and_deleted() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let folder = client.folder("f").await;
        let file = client.file_in(&folder, "a.txt", "one").await;
        let on_folder = client.create_link(&folder, view("anonymous")).await;
        let inherited = client.links(&file).await;
        assert_eq!(inherited.len(), 1);
        assert_eq!(inherited[0]["id"], on_folder.body["id"]);
        if product == Product::Personal {
            assert_eq!(inherited[0]["inheritedFrom"]["id"], folder);
        } else {
            assert!(inherited[0].get("inheritedFrom").is_none());
        }
        let own = client.create_link(&file, view("anonymous")).await;
        assert_eq!(own.status, 201, "an inherited link is not the item's own");
        let folder_id = on_folder.text_of("/id");
        let got = client.delete_permission(&file, folder_id).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(client.links(&folder).await.len(), 1, "the child's link is not the folder's");

        let id = own.text_of("/id");
        let path = format!("{}/permissions/{id}", client.item(&file));
        let read = client.get(&path).await;
        assert_eq!((read.status, &read.body), (200, &own.body));
        let owner = client.permissions(&file).await.remove(0);
        assert_eq!(owner["roles"], json!(["owner"]));
        let got = client.delete_permission(&file, owner["id"].as_str().unwrap()).await;
        assert_eq!(got.status, 403);
        let got = client.delete_permission(&file, id).await;
        assert_eq!((got.status, got.text.as_str()), (204, ""));
        assert_refused(&client.get(&path).await, 404, "itemNotFound");
        assert_eq!(client.delete_permission(&file, id).await.status, 404);
        assert_eq!(client.links(&file).await.len(), 1);
        let again = client.create_link(&file, view("anonymous")).await;
        assert_eq!(again.status, 201);
        assert_ne!(again.body["id"], own.body["id"]);
        assert_ne!(again.body["link"]["webUrl"], own.body["link"]["webUrl"]);
    }
}

#[tokio::test]
async fn a_first_share_retains_what_is_inherited_unless_told_otherwise() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let folder = client.folder("f").await;
        client.create_link(&folder, view("anonymous")).await;
        invite_second_user(&client, &folder, "read").await;
        let before = client.permissions(&folder).await;
        for (retain, expected) in [(None, 4), (Some(true), 4), (Some(false), 2)] {
            let file = client.file_in(&folder, &format!("{retain:?}.txt"), "one").await;
            let mut order = view("anonymous");
            if let Some(retain) = retain {
                order["retainInheritedPermissions"] = retain.into();
            }
            assert_eq!(client.create_link(&file, order).await.status, 201);
            let listed = client.permissions(&file).await;
            assert_eq!(listed.len(), expected, "{product} {retain:?} {listed:#?}");
            assert_eq!(listed[0]["roles"], json!(["owner"]));
        }
        let file = client.file_in(&folder, "later.txt", "one").await;
        client.create_link(&file, view("anonymous")).await;
        let mut order = edit("anonymous");
        order["retainInheritedPermissions"] = false.into();
        assert_eq!(client.create_link(&file, order).await.status, 201);
        assert_eq!(client.permissions(&file).await.len(), 5, "not the first share");
        assert_eq!(client.permissions(&folder).await, before);
    }
}

#[tokio::test]
async fn an_expiration_is_kept_and_a_policy_moves_it_earlier() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let mut order = view("anonymous");
        order["expirationDateTime"] = "2040-01-31T12:34:56Z".into();
        let got = client.create_link(&file, order.clone()).await;
        assert_eq!(got.text_of("/expirationDateTime"), "2040-01-31T12:34:56Z");
        assert_eq!(client.links(&file).await[0]["expirationDateTime"], "2040-01-31T12:34:56Z");
        assert_eq!(client.create_link(&file, order).await.status, 200);
    }
    let policy = Policy { expiration_policy_days: 30, ..Policy::default() };
    let client = Client::start(Options { policy, ..Options::new(Product::Business) }).await;
    let file = client.file("a.txt", "one").await;
    let mut order = view("anonymous");
    let got = client.create_link(&file, order.clone()).await;
    let limit = got.text_of("/expirationDateTime").to_owned();
    assert!(!limit.is_empty() && limit.as_str() < "2040");
    order["expirationDateTime"] = "2040-01-31T12:34:56Z".into();
    let got = client.create_link(&file, order).await;
    assert!(got.text_of("/expirationDateTime") < "2040");
    let got = client.create_link(&file, view("organization")).await;
    assert_eq!(got.text_of("/expirationDateTime"), "");
}

#[tokio::test]
async fn an_expired_link_opens_nothing() {
    let clock = Clock::virtual_time();
    let options = Options { clock: clock.clone(), ..Options::new(Product::Business) };
    let client = Client::start(options).await;
    let file = client.file("a.txt", "one").await;
    let soon = clock.now().checked_add(Duration::from_secs(60)).unwrap();
    let mut order = view("anonymous");
    order["expirationDateTime"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
    let got = client.create_link(&file, order).await;
    let web_url = got.text_of("/link/webUrl");
    assert_eq!(client.browse(web_url).await.status, 200);
    clock.sleep(Duration::from_secs(120)).await;
    assert_eq!(client.browse(web_url).await.status, 404);
}

#[tokio::test]
async fn policies_are_kept() {
    for product in WORK {
        let policy = Policy { anonymous_links: false, ..Policy::for_product(product) };
        let client = Client::start(Options { policy, ..Options::new(product) }).await;
        let file = client.file("a.txt", "one").await;
        let got = client.create_link(&file, view("anonymous")).await;
        assert_refused(&got, 403, "accessDenied");
        assert_eq!(got.text_of("/error/innerError/code"), "sharingDisabled");
        assert_eq!(client.create_link(&file, view("organization")).await.status, 201);
        for default_scope in DefaultScope::ALL {
            let policy = Policy { default_scope, ..Policy::for_product(product) };
            let client = Client::start(Options { policy, ..Options::new(product) }).await;
            let file = client.file("a.txt", "one").await;
            let got = client.create_link(&file, json!({"type": "view"})).await;
            assert_eq!(got.text_of("/link/scope"), default_scope.name());
        }
    }
    let policy = Policy { premium: false, ..Policy::for_product(Product::Personal) };
    let client = Client::start(Options { policy, ..Options::new(Product::Personal) }).await;
    let file = client.file("a.txt", "one").await;
    for (name, value) in
        [("password", "Secret-12345"), ("expirationDateTime", "2040-01-31T12:34:56Z")]
    {
        let mut order = view("anonymous");
        order[name] = value.into();
        let got = client.create_link(&file, order).await;
        assert_refused(&got, 403, "accessDenied");
        assert!(got.text_of("/error/message").contains("Account Upgrade is required"));
    }
    assert_eq!(client.create_link(&file, view("anonymous")).await.status, 201);
}

#[tokio::test]
async fn a_link_gives_others_what_its_type_and_scope_say() {
    let redeem = [("prefer", "redeemSharingLink")];
    for product in Product::ALL {
        let scope = if product == Product::Personal { "anonymous" } else { "organization" };
        let client = Client::start(Options::new(product)).await.by_drive_id();
        let second = client.as_identity(Identity::SecondUser);
        let file = client.file("a.txt", "one").await;
        for (order, may_write) in [(view(scope), false), (edit(scope), true)] {
            let link = client.create_link(&file, order).await;
            let share = format!("/shares/{}/driveItem", link.text_of("/shareId"));
            assert_eq!(client.as_nobody().get(&share).await.status, 401);
            if product != Product::Personal && !may_write {
                assert_eq!(second.get(&share).await.status, 403, "not redeemed yet");
            }
            let address = format!("{}{share}", client.mock.base_url());
            let got = second.send_to(&address, Method::GET, &redeem, "").await;
            assert_eq!((got.status, got.text_of("/id")), (200, file.as_str()), "{product}");
            let got = content_of(&second, &format!("{share}/content"), &[]).await;
            assert_eq!((got.status, got.text.as_str()), (200, "one"), "{product}");
            let address = format!("{}{share}/content", client.mock.base_url());
            let got = second.send_to(&address, Method::PUT, &[], "two").await;
            assert_eq!(got.status, if may_write { 200 } else { 403 }, "{product}");
            // A redeemed link is a right on the item from then on.
            assert_eq!(second.get(&client.item(&file)).await.status, 200);
            let got = second.create_link(&file, edit(scope)).await;
            assert_eq!(got.status, if may_write { 200 } else { 403 }, "{product}");
            let got = client.delete_permission(&file, link.text_of("/id")).await;
            assert_eq!(got.status, 204);
            assert_eq!(second.get(&share).await.status, 403, "{product}: the link is gone");
        }
        assert_eq!(second.get(&client.item(&file)).await.status, 403);
        let got = content_of(&client, &format!("{}/content", client.item(&file)), &[]).await;
        assert_eq!(got.text, "two");
    }
}

#[tokio::test]
async fn links_for_chosen_people_and_with_passwords_let_nobody_in() {
    let redeem = [("prefer", "redeemSharingLink")];
    for product in WORK {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "one").await;
        let mut protected = view("anonymous");
        protected["password"] = "Secret-12345".into();
        for order in [view("users"), protected] {
            let link = client.create_link(&file, order).await;
            assert_eq!(link.status, 201);
            let share = format!("/shares/{}/driveItem", link.text_of("/shareId"));
            let address = format!("{}{share}", client.mock.base_url());
            let second = client.as_identity(Identity::SecondUser);
            assert_eq!(second.send_to(&address, Method::GET, &redeem, "").await.status, 403);
            assert_eq!(client.get(&share).await.status, 200, "the owner has access anyway");
        }
    }
}

#[tokio::test]
async fn a_browser_sees_what_a_link_shows() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let file = client.file("a.txt", "seen <by> all").await;
        let link = client.create_link(&file, view("anonymous")).await;
        let web_url = link.text_of("/link/webUrl");
        let page = client.browse(web_url).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("seen &lt;by&gt; all"));
        let mut order = view("anonymous");
        order["password"] = "Secret-12345".into();
        let protected = client.create_link(&file, order).await;
        let page = client.browse(protected.text_of("/link/webUrl")).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("type=\"password\"") && !page.text.contains("seen"));
        if product == Product::Personal {
            let embed = client.create_link(&file, json!({"type": "embed"})).await;
            let page = client.browse(embed.text_of("/link/webUrl")).await;
            assert_eq!((page.status, page.header("x-frame-options")), (200, None));
            assert!(page.text.contains("seen"));
        } else {
            for scope in ["organization", "users"] {
                let link = client.create_link(&file, view(scope)).await;
                let page = client.browse(link.text_of("/link/webUrl")).await;
                assert_eq!(page.status, 302);
                let location = page.header("location").unwrap();
                assert!(location.starts_with("https://login.microsoftonline.com/"));
                assert_eq!(client.browse(location).await.status, 200);
            }
        }
        client.delete_permission(&file, link.text_of("/id")).await;
        assert_eq!(client.browse(web_url).await.status, 404);
    }
}

#[tokio::test]
async fn an_item_is_the_same_by_every_way_to_it() {
    for product in Product::ALL {
        let client = Client::start(Options::new(product)).await;
        let folder = client.folder("Documents").await;
        let file = client.file_in(&folder, "a.txt", "one").await;
        let drive = client.drive().to_owned();
        let first = client.create_link(&file, view("anonymous")).await;
        for way in [
            format!("{drive}/special/documents:/a.txt:"),
            format!("{drive}/bundles/{file}"),
            format!("{drive}/following/{file}"),
            format!("{drive}/items/{folder}/children/{file}"),
        ] {
            let path = format!("{way}/createLink");
            let again = client.send(Method::POST, &path, Some(view("anonymous"))).await;
            assert_eq!((again.status, &again.body), (200, &first.body), "{path}");
        }
        let entry = client.get(&format!("{drive}/items/{file}/listItem")).await;
        let ids = client.get(&format!("{drive}/items/{file}?$select=sharepointIds")).await;
        let number = entry.text_of("/id");
        assert_eq!(
            entry.status == 404,
            product == Product::Personal,
            "a personal drive is no list"
        );
        let mut lists = vec![format!("{drive}/list")];
        if let Some(site) = client.mock.site_id() {
            let list = ids.text_of("/sharepointIds/listId");
            lists.extend([list, "Documents"].map(|it| format!("/sites/{site}/lists/{it}")));
        }
        for list in lists.iter().filter(|_| entry.status == 200) {
            assert_eq!(ids.text_of("/sharepointIds/listItemId"), number);
            let item = format!("{list}/items/{number}/driveItem");
            assert_eq!(client.get(&item).await.text_of("/id"), file, "{item}");
            let path = format!("{item}/createLink");
            let again = client.send(Method::POST, &path, Some(view("anonymous"))).await;
            assert_eq!((again.status, &again.body), (200, &first.body), "{path}");
            let none = format!("{list}/items/99999/driveItem/createLink");
            assert_refused(
                &client.send(Method::POST, &none, Some(view("anonymous"))).await,
                404,
                "itemNotFound",
            );
        }
        let special = format!("{drive}/special/documents");
        assert_eq!(client.get(&special).await.text_of("/id"), folder);
        assert_refused(&client.get(&format!("{drive}/special/music")).await, 404, "itemNotFound");
    }
}
