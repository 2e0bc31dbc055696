//! A service with one fault, to see linkspec find it: where a link exists, it answers 201 instead of 200.
//!
//! `cargo run --example faulty_service` prints the line that judges it, and serves until it is stopped.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use linkspec::graph::Product;
use linkspec::mock::{Identity, Mock, Options};
use std::sync::Arc;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    // The mock calls itself by the address that this service listens on: its pages and uploads lead back here.
    let bind = listener.local_addr()?;
    let mock = Mock::in_process(Options { bind, ..Options::new(Product::Business) });
    let answer = Arc::new(mock.handler());
    let service = Router::new().fallback(move |request: Request| {
        let creates_a_link = request.uri().path().ends_with("/createLink");
        let answer = answer(request);
        async move {
            let mut answer = answer.await;
            if creates_a_link && answer.status() == StatusCode::OK {
                *answer.status_mut() = StatusCode::CREATED;
            }
            answer
        }
    });
    println!(
        "LINKSPEC_TOKEN={} linkspec run --target live --base-url http://{bind}/v1.0 --drive drives/{} --rule IDEM-02",
        mock.token(Identity::Owner),
        mock.drive_id(),
    );
    axum::serve(listener, service).await?;
    Ok(())
}
