//! What every client of one cluster shares: the tokens it gets in with, and what went wrong last; and what it sees of the
//! brokers itself.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::OAuthToken;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{ClientContext, Statistics};

use super::sight::Sight;
use super::tokens::Tokens;

#[derive(Clone, Default)]
pub(super) struct Session {
    tokens: Option<Arc<Tokens>>,
    /// Of one client.
    pub(super) sight: Sight,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

/// What keeps clients from the cluster, in librdkafka's words, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}; {}", self.remedy())]
pub(super) struct Trouble {
    code: RDKafkaErrorCode,
    reason: String,
}

impl Trouble {
    /// Whether trying again cannot help.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self.code,
            RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::SaslAuthenticationFailed
                | RDKafkaErrorCode::SSL
        )
    }

    fn remedy(&self) -> &'static str {
        match self.code {
            RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed => {
                "check `sasl`: the mechanism, and the user and the password, or the token"
            }
            RDKafkaErrorCode::SSL => {
                "check `tls`: whether `ca` has the authority that signed the brokers' certificates, and whether they \
                 ask for a certificate"
            }
            RDKafkaErrorCode::Resolve => "check the names of the brokers in `url`",
            _ => "check whether a broker is at `url`, and whether it wants `tls` or `sasl` there",
        }
    }
}

impl Session {
    pub(super) fn new(tokens: Option<Tokens>) -> Self {
        Self {
            tokens: tokens.map(Arc::new),
            sight: Sight::default(),
            trouble: Arc::default(),
        }
    }

    /// What another client shares with this one.
    pub(super) fn of_client(&self) -> Self {
        Self {
            sight: Sight::default(),
            ..self.clone()
        }
    }

    pub(super) fn trouble(&self) -> Option<Trouble> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientContext for Session {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "Kafka connection");
        let Some(code) = error.rdkafka_error_code() else {
            return;
        };
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        // That all brokers are down follows from what each of them said.
        if code != RDKafkaErrorCode::AllBrokersDown || trouble.is_none() {
            *trouble = Some(Trouble {
                code,
                reason: reason.to_owned(),
            });
        }
    }

    fn stats(&self, statistics: Statistics) {
        self.sight.told(&statistics);
    }

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        let tokens = self.tokens.as_ref().ok_or("there are no tokens")?;
        Ok(tokens.current()?)
    }
}

impl ConsumerContext for Session {}
