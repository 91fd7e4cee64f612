//! The public keys that tokens are verified with: one algorithm each, fixed here and never by the token.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use serde_json::Value;

use super::{AUDIENCE, TokenError};
use crate::Error;

/// Seconds that the clocks of issuer and mesh may differ.
pub(super) const LEEWAY: u64 = 10;

pub(super) struct Keys(Vec<Key>);

pub(super) struct Key {
    id: Option<String>,
    pub(super) verifying: DecodingKey,
    pub(super) validation: Validation,
}

impl Keys {
    /// Takes the signature keys out of a JSON Web Key Set. Shared secrets are left out whatever they claim: a
    /// verifier that knows one could also sign.
    pub(super) fn from_jwks(issuer: &str, jwks: &Value) -> Result<Self, Error> {
        let set: JwkSet = serde_json::from_value(jwks.clone())
            .map_err(|error| Error::KeySet(error.to_string()))?;
        let keys: Vec<_> = set
            .keys
            .iter()
            .filter_map(|jwk| Key::from_jwk(issuer, jwk))
            .collect();
        if keys.is_empty() {
            return Err(Error::KeySet(
                "no public key for signatures of a known kind".into(),
            ));
        }
        Ok(Self(keys))
    }

    /// The key of that id; a token without one only finds a key that is the only one.
    pub(super) fn find(&self, id: Option<&str>) -> Result<&Key, TokenError> {
        match (id, self.0.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(TokenError::UnknownKey),
            (Some(_), keys) => keys
                .iter()
                .find(|key| key.id.as_deref() == id)
                .ok_or(TokenError::UnknownKey),
        }
    }
}

impl Key {
    fn from_jwk(issuer: &str, jwk: &Jwk) -> Option<Self> {
        if !matches!(
            jwk.common.public_key_use,
            None | Some(PublicKeyUse::Signature)
        ) {
            return None;
        }
        let mut validation = Validation::new(algorithm(jwk)?);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Some(Self {
            id: jwk.common.key_id.clone(),
            verifying: DecodingKey::from_jwk(jwk).ok()?,
            validation,
        })
    }
}

fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => Some(Algorithm::ES256),
            EllipticCurve::P384 => Some(Algorithm::ES384),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(key) => {
            (key.curve == EllipticCurve::Ed25519).then_some(Algorithm::EdDSA)
        }
        AlgorithmParameters::RSA(_) => match jwk.common.key_algorithm {
            None | Some(KeyAlgorithm::RS256) => Some(Algorithm::RS256),
            Some(KeyAlgorithm::RS384) => Some(Algorithm::RS384),
            Some(KeyAlgorithm::RS512) => Some(Algorithm::RS512),
            Some(KeyAlgorithm::PS256) => Some(Algorithm::PS256),
            Some(KeyAlgorithm::PS384) => Some(Algorithm::PS384),
            Some(KeyAlgorithm::PS512) => Some(Algorithm::PS512),
            _ => None,
        },
        _ => None,
    }
}
