//! HTTP/1.1 as it comes, read by hand: a server library would tidy paths, join header fields and refuse what
//! has to be judged here.

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};

use crate::graph::decoded;

/// More than any client sends here.
const LARGEST_HEAD: usize = 64 * 1024;
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawRequest {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawRequest {
    /// The values of the header fields of that name, in any letter case.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The head of a request; its body is still to be read.
pub(super) struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

/// Reads a request's line and header fields; `None` at the end of the connection or where it is no HTTP.
pub(super) async fn read_head(reader: &mut (impl AsyncBufRead + Unpin)) -> Option<Head> {
    let mut line = read_line(reader).await?;
    // RFC 9112, 2.2: an empty line before the request line is skipped.
    if line.is_empty() {
        line = read_line(reader).await?;
    }
    let mut words = line.splitn(3, ' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let line = read_line(reader).await?;
        if line.is_empty() {
            return Some(Head { method, target: origin_form(target), headers });
        }
        length += line.len();
        if length > LARGEST_HEAD {
            return None;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

/// RFC 9112, 3.2.2: a server takes the absolute form as well, which names the same path.
fn origin_form(target: String) -> String {
    let absolute = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"));
    match absolute.map(|rest| rest.find('/').map_or("/", |at| &rest[at..])) {
        Some(path) => path.to_owned(),
        None => target,
    }
}

impl Head {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Reads the body.
    pub async fn read_body<R, W>(self, reader: &mut R, writer: &mut W) -> Option<RawRequest>
    where
        R: AsyncBufRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        if self.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue")) {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
        }
        let chunked = self
            .header("transfer-encoding")
            .is_some_and(|it| it.to_lowercase().contains("chunked"));
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = read_line(reader).await?;
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(size, 16).ok()?;
                // Whoever wrote it may have written anything.
                body.len().checked_add(size).filter(|it| *it <= LARGEST_BODY)?;
                if size == 0 {
                    // Trailer fields, up to the empty line.
                    while !read_line(reader).await?.is_empty() {}
                    break;
                }
                let start = body.len();
                body.resize(start + size, 0);
                reader.read_exact(&mut body[start..]).await.ok()?;
                read_line(reader).await?;
            }
        } else if let Some(length) = self.header("content-length") {
            let length: usize = length.parse().ok().filter(|it| *it <= LARGEST_BODY)?;
            body.resize(length, 0);
            reader.read_exact(&mut body).await.ok()?;
        }
        Some(RawRequest { method: self.method, target: self.target, headers: self.headers, body })
    }
}

async fn read_line(reader: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut line = Vec::new();
    let mut limited = reader.take(LARGEST_HEAD as u64);
    if limited.read_until(b'\n', &mut line).await.ok()? == 0 || line.pop() != Some(b'\n') {
        return None;
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Some(String::from_utf8_lossy(&line).into_owned())
}

/// The body with its `Content-Encoding` undone, and what is wrong with its bytes.
pub(super) fn body_text(request: &RawRequest) -> (String, Option<String>) {
    let encodings: Vec<&str> = request.values("content-encoding").collect();
    let encoding = encodings.join(", ").to_lowercase();
    let (bytes, fault) = match decoded(&encoding, &request.body, LARGEST_BODY) {
        Ok(plain) => (plain, None),
        Err(fault) => (request.body.clone(), Some(fault)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => (text, fault),
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, Some(fault.unwrap_or_else(|| "the body is no UTF-8".to_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    async fn read(text: &[u8]) -> Option<RawRequest> {
        let mut reader = text;
        let head = read_head(&mut reader).await?;
        head.read_body(&mut reader, &mut Vec::new()).await
    }

    #[tokio::test]
    async fn a_request_is_read_as_it_came() {
        let request = read(
            b"POST /v1.0//a%2Fb?c#d HTTP/1.1\r\nX: 1\r\nx:2\r\nContent-Length: 2\r\n\r\n{}tail",
        )
        .await
        .unwrap();
        assert_eq!(request.target, "/v1.0//a%2Fb?c#d");
        assert_eq!(request.headers[..2], [("X".into(), "1".into()), ("x".into(), "2".into())]);
        assert_eq!(request.body, b"{}");
        let absolute = read(b"POST http://127.0.0.1:1/v1.0/x HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(absolute.target, "/v1.0/x");
        let request = read(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
        )
        .await
        .unwrap();
        assert_eq!(request.body, b"{\"a\":1}");
        assert_eq!(read(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n{}").await, None);
        assert_eq!(read(b"rubbish\r\n\r\n").await, None);
        for size in [
            "ffffffffffffffff",
            "7fffffffffffffff",
            "fffffffffffffffff",
            "-1",
            "+1",
            "0x1",
            " ",
            "g",
        ] {
            for before in ["", "1\r\nx\r\n"] {
                let request = format!(
                    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{before}{size}\r\nx\r\n"
                );
                assert_eq!(read(request.as_bytes()).await, None, "{size}");
            }
        }
    }

    #[test]
    fn the_content_encoding_is_undone_or_named() {
        let request = |encoding: &str, body: Vec<u8>| RawRequest {
            method: "POST".into(),
            target: "/".into(),
            headers: vec![("content-encoding".into(), encoding.into())],
            body,
        };
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"{}").unwrap();
        assert_eq!(body_text(&request("gzip", encoder.finish().unwrap())), ("{}".into(), None));
        let (text, fault) = body_text(&request("gzip", b"{}".to_vec()));
        assert_eq!((text.as_str(), fault.is_some()), ("{}", true));
        assert!(body_text(&request("identity", vec![0xff])).1.is_some());
    }
}
