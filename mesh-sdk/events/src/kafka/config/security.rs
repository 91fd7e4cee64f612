//! TLS and SASL, as librdkafka is told of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;

use super::brokers::Brokers;
use crate::kafka::settings::{KafkaSettings, Login, Oauth, Sasl, SettingError, Tls};
use crate::kafka::tokens::{Endpoint, TokenSource};

#[derive(Default)]
pub(super) struct Security {
    pub(super) properties: BTreeMap<String, String>,
    pub(super) tokens: Option<TokenSource>,
}

pub(super) fn check(
    settings: &KafkaSettings,
    brokers: &Brokers,
    folder: &Path,
) -> Result<Security, SettingError> {
    let mut security = Security::default();
    let protocol = match (&settings.tls, &settings.sasl) {
        (None, None) => "plaintext",
        (Some(_), None) => "ssl",
        (None, Some(_)) => "sasl_plaintext",
        (Some(_), Some(_)) => "sasl_ssl",
    };
    security.set("security.protocol", protocol);
    if let Some(tls) = &settings.tls {
        security.add_tls(tls, folder)?;
    }
    if let Some(sasl) = &settings.sasl {
        let in_the_open = settings.tls.is_none() && !brokers.on_loopback;
        if in_the_open && matches!(sasl, Sasl::Plain(_) | Sasl::Oauthbearer(_)) {
            return Err(SettingError::new(
                "sasl",
                "would send the secret for everybody on the way to read",
                "add `tls: {}`, or use `scram-sha-512`",
            ));
        }
        security.add_sasl(sasl, settings.tls.as_ref(), folder)?;
    }
    Ok(security)
}

impl Security {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.properties.insert(name.to_owned(), value.into());
    }

    fn add_tls(&mut self, tls: &Tls, folder: &Path) -> Result<(), SettingError> {
        match &tls.ca {
            Some(ca) => {
                let ca = pem("tls.ca", ca, folder, "CERTIFICATE")?;
                self.set("ssl.ca.location", ca.display().to_string());
            }
            // OpenSSL is built in, and does not know where this system keeps them.
            None => self.set("ssl.ca.location", "probe"),
        }
        match (&tls.certificate, &tls.key) {
            (None, None) => {}
            (Some(certificate), Some(key)) => {
                let certificate = pem("tls.certificate", certificate, folder, "CERTIFICATE")?;
                let key = pem("tls.key", key, folder, "PRIVATE KEY")?;
                self.set(
                    "ssl.certificate.location",
                    certificate.display().to_string(),
                );
                self.set("ssl.key.location", key.display().to_string());
            }
            (Some(_), None) => {
                let problem = "has a certificate and no key";
                return Err(SettingError::new("tls", problem, "add `key:`"));
            }
            (None, Some(_)) => {
                let problem = "has a key and no certificate";
                return Err(SettingError::new("tls", problem, "add `certificate:`"));
            }
        }
        Ok(())
    }

    fn add_sasl(
        &mut self,
        sasl: &Sasl,
        tls: Option<&Tls>,
        folder: &Path,
    ) -> Result<(), SettingError> {
        let (mechanism, field, login) = match sasl {
            Sasl::Plain(login) => ("PLAIN", "sasl.plain", login),
            Sasl::ScramSha256(login) => ("SCRAM-SHA-256", "sasl.scram-sha-256", login),
            Sasl::ScramSha512(login) => ("SCRAM-SHA-512", "sasl.scram-sha-512", login),
            Sasl::Oauthbearer(oauth) => {
                self.set("sasl.mechanism", "OAUTHBEARER");
                let ca = tls.and_then(|tls| tls.ca.as_deref());
                self.tokens = Some(tokens(oauth, ca, folder)?);
                return Ok(());
            }
        };
        let Login { username, password } = login;
        if username.is_empty() {
            let field = format!("{field}.username");
            return Err(SettingError::new(field, "is empty", "name the user"));
        }
        self.set("sasl.mechanism", mechanism);
        self.set("sasl.username", username);
        let password = password.read(&format!("{field}.password"), folder)?;
        self.set("sasl.password", password);
        Ok(())
    }
}

/// The path of a PEM file that has something of this kind in it.
fn pem(field: &str, file: &Path, folder: &Path, kind: &str) -> Result<PathBuf, SettingError> {
    let path = folder.join(file);
    let wrong = |problem: String| {
        let article = if kind == "CERTIFICATE" {
            "certificates"
        } else {
            "a private key"
        };
        SettingError::new(field, problem, format!("name a PEM file of {article}"))
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| wrong(format!("{} cannot be read: {error}", path.display())))?;
    let has =
        |line: &str| line.starts_with("-----BEGIN ") && line.ends_with(&format!("{kind}-----"));
    match text.lines().any(|line| has(line.trim_end())) {
        true => Ok(path),
        false => Err(wrong(format!("{} has none in it", path.display()))),
    }
}

fn tokens(oauth: &Oauth, ca: Option<&Path>, folder: &Path) -> Result<TokenSource, SettingError> {
    const FIELD: &str = "sasl.oauthbearer";
    const WAYS: &str = "write `token_file`, or `token_endpoint`, `client_id` and `client_secret`";
    let at = |name: &str| format!("{FIELD}.{name}");
    match oauth {
        Oauth {
            token_file: Some(file),
            token_endpoint: None,
            client_id: None,
            client_secret: None,
            scope: None,
        } => Ok(TokenSource::File(folder.join(file))),
        Oauth {
            token_file: None,
            token_endpoint: Some(endpoint),
            client_id: Some(client_id),
            client_secret: Some(secret),
            scope,
        } => Ok(TokenSource::Endpoint(Endpoint {
            url: endpoint_url(&at("token_endpoint"), endpoint)?,
            client_id: client_id.clone(),
            client_secret: secret.read(&at("client_secret"), folder)?,
            scope: scope.clone(),
            ca: match ca {
                Some(ca) => Some(pem("tls.ca", ca, folder, "CERTIFICATE")?),
                None => None,
            },
        })),
        _ => Err(SettingError::new(
            FIELD,
            "does not say where tokens come from, or says it twice",
            WAYS,
        )),
    }
}

/// An address that a secret may be sent to.
fn endpoint_url(field: &str, written: &str) -> Result<Url, SettingError> {
    let remedy = "write such as `https://login.example.com/oauth2/token`";
    let url = Url::parse(written).map_err(|_| SettingError::new(field, "is no URL", remedy))?;
    let on_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && on_loopback) {
        let problem = "would send the secret for everybody on the way to read";
        return Err(SettingError::new(field, problem, remedy));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let problem = "has a user or a password in it";
        return Err(SettingError::new(field, problem, remedy));
    }
    Ok(url)
}
