//! What pages load. A file's name holds a hash of its content, so that browsers keep it for ever and
//! still see the next one at once.

use std::sync::LazyLock;

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

#[cfg(test)]
mod tests;

pub(crate) struct Asset {
    path: String,
    media_type: &'static str,
    content: &'static str,
}

pub(crate) static CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "catalog",
        "css",
        "text/css; charset=utf-8",
        include_str!("../assets/catalog.css"),
    )
});

pub(crate) static MARK: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "mesh",
        "svg",
        "image/svg+xml",
        include_str!("../assets/mesh.svg"),
    )
});

/// The asset of that file name.
pub(crate) fn find(file: &str) -> Option<&'static Asset> {
    [&*CSS, &*MARK]
        .into_iter()
        .find(|asset| asset.path.rsplit('/').next() == Some(file))
}

impl Asset {
    fn new(name: &str, extension: &str, media_type: &'static str, content: &'static str) -> Self {
        let digest = Sha256::digest(content);
        let hash: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            path: format!("/catalog/assets/{name}-{hash}.{extension}"),
            media_type,
            content,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn content(&self) -> &'static str {
        self.content
    }

    pub(crate) fn respond(&self) -> Response {
        const HEADERS: [(HeaderName, &str); 3] = [
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // The mark styles itself; nothing else may come with it when it is opened alone.
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'",
            ),
        ];
        (
            HEADERS,
            [(header::CONTENT_TYPE, self.media_type)],
            self.content,
        )
            .into_response()
    }
}
