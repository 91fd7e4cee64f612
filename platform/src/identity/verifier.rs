//! From a token to the caller it stands for.

use std::{fmt, sync::Arc};

use jsonwebtoken::{decode, decode_header, errors::ErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Caller, TokenError,
    cache::{Cache, Fingerprint},
    keys::{Keys, LEEWAY},
    scope::ScopeSet,
};
use crate::Error;

/// Bytes of the longest token that is looked at.
const LONGEST_TOKEN: usize = 8 * 1024;
/// Characters of the longest subject: it is logged with every request.
const LONGEST_SUBJECT: usize = 256;
/// Verified tokens remembered, each about half a kilobyte.
const REMEMBERED_TOKENS: usize = 8 * 1024;

/// Verifies the tokens of one issuer. Cheap to clone; clones share their memory of verified tokens.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    issuer: String,
    keys: Keys,
    cache: Cache,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.0.issuer).finish()
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    jti: Option<String>,
    #[serde(default)]
    scope: String,
}

impl Verifier {
    /// A verifier for tokens whose `iss` is `issuer`, signed by a key of this JSON Web Key Set.
    pub fn new(issuer: &str, jwks: &Value) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            keys: Keys::from_jwks(issuer, jwks)?,
            cache: Cache::new(REMEMBERED_TOKENS),
        })))
    }

    /// The caller that `token` stands for: signature, issuer, audience and times hold.
    pub fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong);
        }
        let fingerprint = Fingerprint::of(token);
        let caller = match self.0.cache.get(&fingerprint) {
            Some(caller) => caller,
            None => {
                let caller = self.check(token)?;
                self.0.cache.put(fingerprint, caller.clone());
                caller
            }
        };
        if caller.remaining().is_zero() {
            return Err(TokenError::Expired);
        }
        Ok(caller)
    }

    fn check(&self, token: &str) -> Result<Caller, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.crit.is_some() {
            // RFC 7515: an extension marked critical that is not understood here.
            return Err(TokenError::Malformed);
        }
        let key = self.0.keys.find(header.kid.as_deref())?;
        let claims = decode::<Claims>(token, &key.verifying, &key.validation)
            .map_err(|error| reason(error.kind()))?
            .claims;
        let printable = !claims.sub.chars().any(char::is_control);
        if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT || !printable {
            return Err(TokenError::Claims);
        }
        let valid_until = (claims.exp as u64).saturating_add(LEEWAY);
        let scopes = ScopeSet::parse(&claims.scope);
        Ok(Caller::new(claims.sub, claims.jti, scopes, valid_until))
    }
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::ImmatureSignature => TokenError::NotYetValid,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod tests;
