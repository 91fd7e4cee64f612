//! What is known of a Kafka cluster once its settings were checked.

mod brokers;
mod extra;
mod secret;
mod security;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::settings::{KafkaSettings, SettingError};
use super::tokens::TokenSource;
use crate::MAX_EVENT_BYTES;

use brokers::Brokers;

/// An event with its framing: what a message, a batch and a topic have to allow.
pub(super) const MAX_MESSAGE_BYTES: usize = MAX_EVENT_BYTES + 64 * 1024;

/// Less than a request to a port may take, which is then refused with the reason.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// Where Kafka is, how to get in, and what is asked of it; checked.
#[derive(Clone)]
pub struct KafkaConfig {
    pub(super) brokers: String,
    /// Of librdkafka, for every client. There are secrets among them.
    pub(super) properties: BTreeMap<String, String>,
    pub(super) tokens: Option<TokenSource>,
    pub(super) delivery_timeout: Duration,
    pub(super) new_topics: NewTopics,
}

/// How topics are created.
#[derive(Clone)]
pub(super) struct NewTopics {
    /// -1: as many as the cluster is configured for.
    pub(super) replicas: i32,
    pub(super) properties: BTreeMap<&'static str, String>,
}

/// Without the values: some are secrets.
impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("properties", &self.properties.keys())
            .finish_non_exhaustive()
    }
}

impl KafkaConfig {
    /// The cluster at `url`, such as `kafka://host:9092,other:9092`, to which the way is open.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn at(url: &str) -> Result<Self, SettingError> {
        let settings = KafkaSettings {
            url: url.to_owned(),
            ..KafkaSettings::default()
        };
        Self::check(&settings, Path::new("."))
    }

    /// Checks `settings` and reads the secrets that they name; paths are relative to `folder`.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(settings: &KafkaSettings, folder: &Path) -> Result<Self, SettingError> {
        let brokers = Brokers::parse(&settings.url)?;
        let security = security::check(settings, &brokers, folder)?;
        let mut properties = extra::check(&settings.properties)?;
        properties.extend(security.properties);
        Ok(Self {
            brokers: brokers.list,
            properties,
            tokens: security.tokens,
            delivery_timeout: delivery_timeout(settings)?,
            new_topics: NewTopics::check(settings)?,
        })
    }

    /// The brokers to begin with, each as `host:port`.
    pub fn brokers(&self) -> impl Iterator<Item = &str> {
        self.brokers.split(',')
    }

    /// Whether the way to them is TLS.
    pub fn is_encrypted(&self) -> bool {
        let protocol = self.properties.get("security.protocol");
        protocol.is_some_and(|protocol| protocol.ends_with("ssl"))
    }

    /// The mechanism of SASL by which they let in, such as `SCRAM-SHA-512`; nothing if they let in whoever comes.
    pub fn mechanism(&self) -> Option<&str> {
        self.properties.get("sasl.mechanism").map(String::as_str)
    }
}

fn delivery_timeout(settings: &KafkaSettings) -> Result<Duration, SettingError> {
    let Some(written) = &settings.delivery_timeout else {
        return Ok(DELIVERY_TIMEOUT);
    };
    let allowed = Duration::from_secs(1)..=Duration::from_secs(600);
    let timeout = humantime::parse_duration(written).ok();
    timeout.filter(|it| allowed.contains(it)).ok_or_else(|| {
        SettingError::new(
            "delivery_timeout",
            "is no duration from 1 second to 10 minutes",
            "write such as `20s`",
        )
    })
}

impl NewTopics {
    fn check(settings: &KafkaSettings) -> Result<Self, SettingError> {
        let mut properties = BTreeMap::from([("max.message.bytes", MAX_MESSAGE_BYTES.to_string())]);
        for (field, number) in [
            ("replicas", settings.replicas),
            ("min_in_sync", settings.min_in_sync),
        ] {
            if number == Some(0) {
                let problem = "is 0, and no event would be kept";
                return Err(SettingError::new(field, problem, "write 1 or more"));
            }
        }
        if let Some(in_sync) = settings.min_in_sync {
            if let Some(replicas) = settings.replicas.filter(|replicas| *replicas < in_sync) {
                return Err(SettingError::new(
                    "min_in_sync",
                    format!("is {in_sync}, and there are {replicas} replicas"),
                    format!("write at most {replicas}, so that one fewer may fail"),
                ));
            }
            properties.insert("min.insync.replicas", in_sync.to_string());
        }
        if let Some(written) = &settings.retention {
            properties.insert("retention.ms", retention(written)?);
        }
        Ok(Self {
            replicas: settings.replicas.map_or(-1, i32::from),
            properties,
        })
    }
}

fn retention(written: &str) -> Result<String, SettingError> {
    if written == "forever" {
        return Ok("-1".to_owned());
    }
    let kept = humantime::parse_duration(written).ok();
    let kept = kept.filter(|kept| *kept >= Duration::from_secs(3600));
    let kept = kept.and_then(|kept| i64::try_from(kept.as_millis()).ok());
    kept.map(|milliseconds| milliseconds.to_string())
        .ok_or_else(|| {
            SettingError::new(
                "retention",
                "is no duration of an hour or more",
                "write such as `30d`, or `forever`",
            )
        })
}

#[cfg(test)]
mod tests;
