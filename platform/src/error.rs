//! What can go wrong before there is a request to answer: start-up and configuration.

use std::{io, net::SocketAddr, path::PathBuf};

/// An error of the platform itself. Answers to requests are [`Problem`](crate::problem::Problem)s.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key of this mesh cannot be read or written.
    #[error("cannot use the key {path}")]
    KeyFile {
        /// The key file, or its directory.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// Someone other than the owner can read a key.
    #[error("the key {path} is open to other users of this computer; set its mode to 0600")]
    KeyExposed {
        /// The key file.
        path: PathBuf,
    },
    /// The file is there but holds no ES256 private key in PKCS#8.
    #[error("the signing key {path} is not an ES256 key; delete it to have a new one made")]
    KeyUnusable {
        /// The key file.
        path: PathBuf,
    },
    /// What is to seal files is no key for that.
    #[error("{0} is no key for files: it has 32 bytes, in base64 where it is text")]
    SealingKey(String),
    /// A sealed file cannot be opened.
    #[error("{0} cannot be opened: it was sealed with another key, or was changed since")]
    Sealed(String),
    /// The cryptographic library failed to make or use a key.
    #[error("cannot {0}")]
    Crypto(&'static str),
    /// The development issuer hands a token to whoever can read its key: it must not leave this computer.
    #[error(
        "the development issuer only runs on a loopback address, not on {0}: configure an OIDC provider"
    )]
    NotLoopback(SocketAddr),
    /// A JSON Web Key Set holds no key that may verify a token.
    #[error("unusable JSON Web Key Set: {0}")]
    KeySet(String),
    /// The log filter in `MESH_LOG` cannot be read.
    #[error("MESH_LOG: {0}")]
    LogFilter(String),
    /// A subscriber or recorder of this process is already in place.
    #[error("telemetry is already set up in this process")]
    TelemetrySetUpTwice,
}

impl Error {
    /// A stable name of this error, for logs and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } => "key-file",
            Self::KeyExposed { .. } => "key-exposed",
            Self::KeyUnusable { .. } => "key-unusable",
            Self::SealingKey(_) => "sealing-key",
            Self::Sealed(_) => "sealed",
            Self::Crypto(_) => "crypto",
            Self::NotLoopback(_) => "not-loopback",
            Self::KeySet(_) => "key-set",
            Self::LogFilter(_) => "log-filter",
            Self::TelemetrySetUpTwice => "telemetry-set-up-twice",
        }
    }
}
