//! What may be said about a Kafka cluster. Shapes only; [`super::KafkaConfig`] checks what they mean.
//!
//! The doc comments are what editors show: JSON Schemas are made of these types.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// Where Kafka is, how to get in, and what is asked of it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// Brokers to begin with, which tell of the others: `kafka://host:9092,other:9092`.
    pub url: String,
    /// Encrypts the connection and makes sure of the broker; `tls: {}` trusts the authorities that the system trusts.
    pub tls: Option<Tls>,
    /// How to get in.
    pub sasl: Option<Sasl>,
    /// Of topics that are created: in how many brokers each event is kept; as the cluster is configured where nothing is
    /// said.
    #[schemars(range(min = 1, max = 32767))]
    pub replicas: Option<u16>,
    /// Of topics that are created: in how many brokers an event has to be before it is accepted; as the cluster is
    /// configured where nothing is said.
    #[schemars(range(min = 1, max = 32767))]
    pub min_in_sync: Option<u16>,
    /// Of topics that are created: how long events are kept, such as `30d`, or `forever`; as the cluster is configured
    /// where nothing is said.
    pub retention: Option<String>,
    /// How long until an event that no broker takes is refused, such as `20s`, which it is where nothing is said.
    pub delivery_timeout: Option<String>,
    /// Further properties of librdkafka, for every client; not those that the guarantees rest on.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

/// Whom to trust, and what to show. Paths are relative to the file they stand in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file of the authorities that sign the certificates of brokers; those of the system where nothing is said.
    pub ca: Option<PathBuf>,
    /// PEM file of the certificate to show to brokers.
    pub certificate: Option<PathBuf>,
    /// PEM file of the key of that certificate.
    pub key: Option<PathBuf>,
}

/// How to get in, by the mechanism that the brokers ask for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sasl {
    /// User and password as they are; only with `tls`.
    Plain(Login),
    /// User and password by challenge, SHA-256.
    #[serde(rename = "scram-sha-256")]
    ScramSha256(Login),
    /// User and password by challenge, SHA-512.
    #[serde(rename = "scram-sha-512")]
    ScramSha512(Login),
    /// A token of OAuth 2; only with `tls`.
    Oauthbearer(Oauth),
}

/// A user and its password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub username: String,
    pub password: Secret,
}

/// Where tokens come from: `token_file`, or `token_endpoint` with `client_id` and `client_secret`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// File with a token, which somebody else keeps valid.
    pub token_file: Option<PathBuf>,
    /// Gives tokens for the credentials of a client: `https://login.example.com/oauth2/token`.
    pub token_endpoint: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    /// What the token is to be for, as the provider of tokens calls it.
    pub scope: Option<String>,
}

/// Where a secret is; it is nowhere in a configuration itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    /// A file with nothing else in it.
    File(PathBuf),
    /// An environment variable.
    Env(String),
}

/// What is wrong with a setting, and what to write instead; without any secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}; {remedy}")]
pub struct SettingError {
    field: String,
    problem: String,
    remedy: String,
}

impl SettingError {
    pub(super) fn new(
        field: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Path of the setting: `sasl.plain.password`.
    pub fn field(&self) -> &str {
        &self.field
    }

    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to write instead.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}
