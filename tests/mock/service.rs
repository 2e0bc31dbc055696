//! Throttling, latency, null implementations, start and stop.

use std::time::{Duration, Instant};

use linkspec::graph::{Clock, Product};
use linkspec::mock::{Mock, NullKind, Options, null, nulls, variant};

use crate::mock_client::Client;
use crate::{edit, view};

#[tokio::test]
async fn throttling_passes_when_tried_again() {
    for (name, status, retry_after) in [
        ("throttled-with-retry-after", 429, Some("1")),
        ("throttled-with-fraction", 429, Some("2.128")),
        ("throttled-without-retry-after", 429, None),
        ("unavailable-with-retry-after", 503, Some("1")),
    ] {
        for product in Product::ALL {
            let client =
                Client::start(Options { variant: variant(name), ..Options::new(product) }).await;
            let file = client.file("a.txt", "one").await;
            for _ in 0..4 {
                assert!(client.create_link(&file, view("anonymous")).await.status < 300);
            }
            let got = client.create_link(&file, edit("anonymous")).await;
            assert_eq!((got.status, got.header("retry-after")), (status, retry_after), "{name}");
            assert_eq!(client.links(&file).await.len(), 1, "{name}");
            assert_eq!(client.create_link(&file, edit("anonymous")).await.status, 201);
        }
    }
}

#[tokio::test]
async fn nulls_implement_nothing() {
    assert_eq!(nulls().len(), 10);
    for one in nulls() {
        assert_eq!(null(one.name()), Some(*one));
        let options = Options { null: Some(*one), ..Options::new(Product::Personal) };
        let client = Client::start(options).await;
        let patience = Duration::from_millis(200);
        let drive = tokio::time::timeout(patience, client.get("/me/drive")).await;
        let link = client.create_link("root", view("anonymous"));
        let link = tokio::time::timeout(patience, link).await;
        let works = drive.as_ref().is_ok_and(|got| got.text_of("/driveType") == "personal");
        assert_eq!(works, !one.whole_server, "{one}");
        let expected = match one.kind {
            NullKind::ConstantPermission => Some(201),
            NullKind::RefusesEverything => Some(400),
            NullKind::EmptyObject | NullKind::Echo => Some(200),
            NullKind::NeverAnswers => None,
        };
        assert_eq!(link.ok().map(|got| got.status), expected, "{one}");
    }
}

#[tokio::test]
async fn it_stops_and_says_when_it_cannot_start() {
    let mock = Mock::start(Options::new(Product::Personal)).await.unwrap();
    let bind = mock.base_url().trim_start_matches("http://").trim_end_matches("/v1.0").parse();
    let bind = bind.unwrap();
    let error = Mock::start(Options { bind, ..Options::new(Product::Personal) }).await.unwrap_err();
    assert!(error.to_string().contains(&bind.to_string()), "{error}");
    mock.stop().await;
    let again = Mock::start(Options { bind, ..Options::new(Product::Personal) }).await.unwrap();
    drop(again);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(bind).await.is_err());
}

#[tokio::test]
async fn latency_is_waited_for_on_the_clock() {
    let latency = Duration::from_millis(120);
    let client = Client::start(Options { latency, ..Options::new(Product::Personal) }).await;
    let started = Instant::now();
    client.get("/me/drive").await;
    assert!(started.elapsed() >= latency);
    let clock = Clock::virtual_time();
    let latency = Duration::from_secs(3600);
    let options = Options { latency, clock, ..Options::new(Product::Personal) };
    assert_eq!(Client::start(options).await.get("/me/drive").await.status, 200);
}
