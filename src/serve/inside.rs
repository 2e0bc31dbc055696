//! What the service and its pages share: the mock behind, who watches it, and what there is to share on the drive.

use std::sync::{Arc, OnceLock, Weak};

use axum::body::{Body, to_bytes};
use axum::extract::Request;

use super::watch::Watch;
use crate::mock::{self, Mock};

/// What stands behind the pages below `/_linkspec/`.
#[derive(Clone)]
pub(super) struct Inside {
    pub watch: Arc<Watch>,
    /// Not held: the mock holds the router that holds this.
    pub mock: Arc<OnceLock<Weak<Mock>>>,
    /// The ids of the file and of the folder to share.
    pub items: Arc<OnceLock<(String, String)>>,
}

/// Makes the file and the folder there are to share; unseen, for it is not the SDK's doing.
pub(super) async fn furnish(mock: &Mock) -> Result<(String, String), String> {
    let drive = format!("/v1.0/drives/{}", crate::graph::encode_segment(mock.drive_id()));
    let file = make(
        mock,
        "PUT",
        format!("{drive}/root:/report.txt:/content"),
        "text/plain",
        "A file to share.\n",
    )
    .await?;
    let folder = make(
        mock,
        "POST",
        format!("{drive}/root/children"),
        "application/json",
        r#"{"name":"documents","folder":{},"@microsoft.graph.conflictBehavior":"rename"}"#,
    )
    .await?;
    Ok((file, folder))
}

async fn make(
    mock: &Mock,
    method: &str,
    path: String,
    media_type: &str,
    body: &'static str,
) -> Result<String, String> {
    let request = Request::builder()
        .method(method)
        .uri(&path)
        .header("authorization", format!("Bearer {}", mock.token(mock::Identity::Owner)))
        .header("content-type", media_type)
        .body(Body::from(body))
        .map_err(|error| error.to_string())?;
    let response = mock.call(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), 1024 * 1024).await.unwrap_or_default();
    let item: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    item["id"].as_str().map(str::to_owned).ok_or(format!("{method} {path}: {status}"))
}
