//! Tokens for OAUTHBEARER.
//!
//! librdkafka asks for a token from wherever it is polled, and must be answered at once. So one that comes over the
//! network is fetched beforehand, and again long before it expires.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, RequestTokenError, Scope, TokenResponse, TokenUrl};
use rdkafka::client::OAuthToken;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

/// For an answer of the endpoint.
const PATIENCE: Duration = Duration::from_secs(8);

/// Of a token that does not say how long it is valid, or is in a file: when to look again.
const LIFETIME: Duration = Duration::from_secs(300);

/// Between attempts to renew a token.
const PAUSE: Duration = Duration::from_secs(2);

/// Where tokens come from. There are secrets in it.
#[derive(Clone)]
pub(super) enum TokenSource {
    File(PathBuf),
    Endpoint(Endpoint),
}

#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) scope: Option<String>,
    /// PEM file of an authority to trust besides those of the system.
    pub(super) ca: Option<PathBuf>,
}

/// Why there is no token; without any secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("there is no token for the brokers: {0}")]
pub(super) struct NoToken(String);

/// A valid token, at any time.
pub(super) enum Tokens {
    File(PathBuf),
    Endpoint {
        newest: Newest,
        _renewal: AbortOnDropHandle<()>,
    },
}

pub(super) type Newest = Arc<Mutex<Token>>;

#[derive(Clone)]
pub(super) struct Token {
    text: String,
    expires: DateTime<Utc>,
}

impl Tokens {
    /// Has a token when it returns.
    pub(super) async fn of(source: TokenSource) -> Result<Self, NoToken> {
        match source {
            TokenSource::File(path) => {
                let tokens = Self::File(path);
                tokens.current()?;
                Ok(tokens)
            }
            TokenSource::Endpoint(endpoint) => {
                let first = endpoint.fetch().await?;
                let newest = Arc::new(Mutex::new(first));
                let renewal = tokio::spawn(renew(endpoint, newest.clone()));
                Ok(Self::Endpoint {
                    newest,
                    _renewal: AbortOnDropHandle::new(renewal),
                })
            }
        }
    }

    /// The token to show now.
    pub(super) fn current(&self) -> Result<OAuthToken, NoToken> {
        let token = match self {
            Self::File(path) => Token {
                text: std::fs::read_to_string(path)
                    .map_err(|error| NoToken(format!("{}: {error}", path.display())))?
                    .trim()
                    .to_owned(),
                expires: Utc::now() + LIFETIME,
            },
            Self::Endpoint { newest, .. } => held(newest).clone(),
        };
        if token.text.is_empty() {
            return Err(NoToken("what should be one is empty".to_owned()));
        }
        if token.expires <= Utc::now() {
            return Err(NoToken("it could not be renewed in time".to_owned()));
        }
        Ok(OAuthToken {
            token: token.text,
            // Brokers take the name from the token.
            principal_name: "mesh".to_owned(),
            lifetime_ms: token.expires.timestamp_millis(),
        })
    }
}

fn held(newest: &Newest) -> std::sync::MutexGuard<'_, Token> {
    newest.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fetches a token whenever half of the time of the one before has passed: librdkafka asks after four fifths.
async fn renew(endpoint: Endpoint, newest: Newest) {
    loop {
        let left = held(&newest).expires - Utc::now();
        tokio::time::sleep(left.to_std().unwrap_or_default() / 2).await;
        loop {
            match endpoint.fetch().await {
                Ok(token) => {
                    *held(&newest) = token;
                    break;
                }
                Err(error) => tracing::warn!(%error, "a token was not renewed; still trying"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Endpoint {
    async fn fetch(&self) -> Result<Token, NoToken> {
        let http = self.http()?;
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.clone()))
            .set_token_uri(TokenUrl::from_url(self.url.clone()));
        let mut request = client.exchange_client_credentials();
        if let Some(scope) = &self.scope {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let asked = Utc::now();
        let answer = request.request_async(&http).await;
        let answer = answer.map_err(|error| self.no_token(&error))?;
        // A token of no lifetime would have to be fetched without end.
        let lifetime = answer.expires_in().unwrap_or(LIFETIME).max(PAUSE);
        Ok(Token {
            text: answer.access_token().secret().clone(),
            expires: asked + lifetime,
        })
    }

    /// Made anew each time: seldom enough, and the authority may have changed.
    fn http(&self) -> Result<reqwest::Client, NoToken> {
        let mut builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A secret goes where it was told to go.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(ca) = &self.ca {
            let unusable = |error: &dyn std::fmt::Display| {
                NoToken(format!("{} cannot be used: {error}", ca.display()))
            };
            let pem = std::fs::read(ca).map_err(|error| unusable(&error))?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem);
            for authority in authorities.map_err(|error| unusable(&error))? {
                builder = builder.add_root_certificate(authority);
            }
        }
        builder
            .build()
            .map_err(|error| NoToken(format!("no connection can be made: {error}")))
    }

    fn no_token<T>(
        &self,
        error: &RequestTokenError<oauth2::HttpClientError<reqwest::Error>, T>,
    ) -> NoToken
    where
        T: oauth2::ErrorResponse + std::fmt::Display,
    {
        let endpoint = &self.url;
        NoToken(match error {
            RequestTokenError::ServerResponse(refusal) => {
                format!(
                    "{endpoint} refused it, saying {refusal}: check `client_id`, `client_secret` and `scope`"
                )
            }
            RequestTokenError::Request(error) => {
                let mut cause: &dyn std::error::Error = error;
                while let Some(source) = cause.source() {
                    cause = source;
                }
                format!("{endpoint} cannot be reached: {cause}")
            }
            // What it answered may have a token in it.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                format!(
                    "{endpoint} answered with something that is no token: is it a token endpoint?"
                )
            }
        })
    }
}

#[cfg(test)]
mod tests;
