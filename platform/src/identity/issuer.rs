//! A small issuer of tokens for development, so that no local port needs to be open.

use std::{fmt, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::{
    extract::State,
    http::{Method, StatusCode, header},
    response::IntoResponse,
};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode, get_current_timestamp,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde_json::{Value, json};

use super::{AUDIENCE, Scope, Verifier};
use crate::{
    Error,
    api::{Api, Operation, Schema},
    key_file,
};

const JWKS_PATH: &str = "/.well-known/jwks.json";

/// PKCS#8, DER.
const KEY: &str = "signing-key.es256.der";

fn generate() -> Result<Vec<u8>, Error> {
    let failed = |_| Error::Crypto("make an ES256 key");
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
    let document = pair.to_pkcs8v1().map_err(failed)?;
    Ok(document.as_ref().to_vec())
}

/// Issues tokens to whoever can read its key file: the user who runs the mesh. Its key is ES256, which every
/// OIDC library knows.
pub struct DevIssuer {
    issuer: String,
    pub(super) signing: EncodingKey,
    pub(super) header: Header,
    pub(super) jwks: Value,
}

impl fmt::Debug for DevIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DevIssuer").field(&self.issuer).finish()
    }
}

impl DevIssuer {
    /// Opens the issuer whose key is in `dir`, made on first use (directory 0700, file 0600). `issuer` is the
    /// origin the mesh is reached at, such as `http://127.0.0.1:7070`.
    pub fn open(dir: &Path, issuer: &str) -> Result<Self, Error> {
        let (path, key) = key_file::open(dir, KEY, generate)?;
        let signing = EncodingKey::from_ec_der(&key);
        let unusable = |_| Error::KeyUnusable { path: path.clone() };
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::ES256).map_err(unusable)?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(id);
        Ok(Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            signing,
            header,
            jwks: json!({ "keys": [jwk] }),
        })
    }

    /// Refuses an address that others than this computer can reach.
    pub fn require_loopback(listen: SocketAddr) -> Result<(), Error> {
        if listen.ip().to_canonical().is_loopback() {
            Ok(())
        } else {
            Err(Error::NotLoopback(listen))
        }
    }

    /// A token for `subject` that allows `scopes` for `lifetime`.
    pub fn token(
        &self,
        subject: &str,
        scopes: &[Scope],
        lifetime: Duration,
    ) -> Result<String, Error> {
        let now = get_current_timestamp();
        let names: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
        self.sign(&json!({
            "iss": self.issuer,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime.as_secs(),
            "jti": uuid::Uuid::now_v7().to_string(),
            "scope": names.join(" "),
        }))
    }

    pub(super) fn sign(&self, claims: &Value) -> Result<String, Error> {
        encode(&self.header, claims, &self.signing).map_err(|_| Error::Crypto("sign a token"))
    }

    /// The verifier of this issuer's tokens.
    pub fn verifier(&self) -> Result<Verifier, Error> {
        Verifier::new(&self.issuer, &self.jwks)
    }

    /// The discovery document and the public key, where OIDC clients look for them.
    pub fn api(&self) -> Api {
        let metadata = json!({
            "issuer": self.issuer,
            "jwks_uri": format!("{}{JWKS_PATH}", self.issuer),
            "response_types_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": Scope::ALL.map(Scope::name),
        });
        document(
            "/.well-known/openid-configuration",
            Operation::new("openid_configuration", "How tokens of this mesh are issued"),
            &metadata,
        )
        .merge(document(
            JWKS_PATH,
            Operation::new(
                "jwks",
                "The public keys that tokens of this mesh are verified with",
            ),
            &self.jwks,
        ))
    }
}

fn document(path: &str, operation: Operation, document: &Value) -> Api {
    let schema = Schema::inline(json!({ "type": "object" }));
    let operation = operation.tag("identity").public().answer(
        StatusCode::OK,
        "The document",
        "application/json",
        schema,
    );
    Api::new()
        .route(Method::GET, path, serve_document, operation)
        .with_state(Arc::from(document.to_string()))
}

async fn serve_document(State(document): State<Arc<str>>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, document.to_string())
}

#[cfg(test)]
mod tests;
