//! Why a token is not accepted.

use crate::problem::{ErrorCode, Problem, codes};

/// Each reason has its own answer. None repeats any part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no `Authorization` header.
    #[error("there is no Authorization header")]
    Missing,
    /// The header is of another scheme, such as Basic.
    #[error("the Authorization header is not of the scheme Bearer")]
    WrongScheme,
    /// Two headers: which one counts would be a guess.
    #[error("there is more than one Authorization header")]
    Repeated,
    /// Larger than any honest token.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url holding JSON, or an algorithm no one should use.
    #[error("the token is not a signed JSON Web Token that can be read here")]
    Malformed,
    /// The algorithm is not the one its key is for.
    #[error("the token is signed with an algorithm that its key is not for")]
    Algorithm,
    /// No key of that id.
    #[error("the token is signed with a key that is not known here")]
    UnknownKey,
    /// The signature does not belong to this text and key.
    #[error("the token's signature does not verify")]
    Signature,
    /// `exp` is over.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is still to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iss` is someone else.
    #[error("the token is from another issuer")]
    Issuer,
    /// `aud` does not name this mesh.
    #[error("the token is for another audience")]
    Audience,
    /// A claim is missing or of the wrong form.
    #[error("the token lacks a usable iss, aud, sub or exp claim")]
    Claims,
}

impl TokenError {
    /// The code of the answer.
    pub fn code(self) -> &'static ErrorCode {
        match self {
            Self::Missing | Self::WrongScheme => &codes::UNAUTHENTICATED,
            Self::Expired => &codes::TOKEN_EXPIRED,
            _ => &codes::TOKEN_INVALID,
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let problem = Self::new(error.code()).with_detail(error.to_string());
        match error {
            // RFC 6750: a request that shows no token is told no error code.
            TokenError::Missing | TokenError::WrongScheme => problem,
            _ => problem.with_challenge(format!(
                r#"Bearer realm="mesh", error="invalid_token", error_description="{error}""#
            )),
        }
    }
}
