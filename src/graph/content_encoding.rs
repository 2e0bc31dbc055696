//! Unpacking what a `Content-Encoding` names.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// A body with its `Content-Encoding` undone (RFC 9110, 8.4.1), of at most `limit` bytes.
///
/// # Errors
/// Says what is wrong: another encoding than gzip and deflate, or bytes that are none of it.
pub fn decoded(encoding: &str, bytes: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let read = |reader: &mut dyn Read| {
        let mut plain = Vec::new();
        reader.take(limit as u64).read_to_end(&mut plain).map(|_| plain)
    };
    let plain = match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => return Ok(bytes.to_vec()),
        "gzip" | "x-gzip" => read(&mut GzDecoder::new(bytes)),
        // RFC 9110, 8.4.1.2: some clients leave out the frame that deflate has by its name.
        "deflate" => {
            read(&mut ZlibDecoder::new(bytes)).or_else(|_| read(&mut DeflateDecoder::new(bytes)))
        }
        _ => return Err(format!("Content-Encoding {encoding} is not known here")),
    };
    plain.map_err(|_| {
        format!("the bytes of the body are no {encoding}, though Content-Encoding says so")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_or_named() {
        let text = b"{\"type\":\"view\"}";
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(text).unwrap();
        for (encoding, packed) in [
            ("gzip", gzip.finish().unwrap()),
            ("Deflate", zlib.finish().unwrap()),
            ("deflate", bare.finish().unwrap()),
            ("identity", text.to_vec()),
        ] {
            assert_eq!(decoded(encoding, &packed, 100).unwrap(), text, "{encoding}");
        }
        assert!(decoded("gzip", text, 100).unwrap_err().contains("no gzip, though"));
        assert!(decoded("br", text, 100).unwrap_err().contains("not known"));
    }
}
