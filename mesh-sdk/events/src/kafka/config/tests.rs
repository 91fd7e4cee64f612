use std::collections::BTreeMap;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;
use tempfile::TempDir;

use super::KafkaConfig;
use crate::kafka::settings::{KafkaSettings, Login, Oauth, Sasl, Secret, Tls};

const SECRET: &str = "hunter2";

/// A folder with everything that settings may name.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("ca.crt", "-----BEGIN CERTIFICATE-----\n"),
        ("client.crt", "-----BEGIN CERTIFICATE-----\n"),
        ("client.key", "-----BEGIN EC PRIVATE KEY-----\n"),
        ("password", "hunter2\n"),
        ("nothing", "\n"),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn settings() -> KafkaSettings {
    KafkaSettings {
        url: "kafka://a.example.com:9092,b:9093".to_owned(),
        ..KafkaSettings::default()
    }
}

fn login(password: &str) -> Login {
    Login {
        username: "mesh".to_owned(),
        password: Secret::File(password.into()),
    }
}

fn client_credentials(endpoint: &str) -> Oauth {
    Oauth {
        token_endpoint: Some(endpoint.to_owned()),
        client_id: Some("mesh".to_owned()),
        client_secret: Some(Secret::File("password".into())),
        ..Oauth::default()
    }
}

fn checked(settings: &KafkaSettings) -> KafkaConfig {
    KafkaConfig::check(settings, folder().path()).unwrap()
}

/// The field that is wrong, and that neither it nor the message shows the secret.
fn refused(settings: &KafkaSettings) -> String {
    let folder = folder();
    let error = KafkaConfig::check(settings, folder.path()).unwrap_err();
    assert!(!error.to_string().contains(SECRET), "{error}");
    assert!(!error.remedy().is_empty());
    error.field().to_owned()
}

#[test]
fn addresses_are_of_brokers_and_nothing_else() {
    let all = checked(&settings());
    assert_eq!(all.brokers, "a.example.com:9092,b:9093");
    assert_eq!(all.properties["security.protocol"], "plaintext");
    for url in [
        "kafka://127.0.0.1:1",
        "kafka://[::1]:9092",
        "kafka://host_1:65535",
    ] {
        KafkaConfig::at(url).unwrap();
    }
    for url in [
        "",
        "kafka://",
        "kafka://host",
        "kafka://host:0",
        "kafka://host:99999",
        "kafka://:9092",
        "kafka://a:1,",
        "kafka://a:1/topic",
        "kafka://a:1?acks=0",
        "kafka://[nonsense]:2",
        "http://a:1",
        "a:1",
        "kafka://mesh:hunter2@a:1",
    ] {
        let settings = KafkaSettings {
            url: url.to_owned(),
            ..KafkaSettings::default()
        };
        assert_eq!(refused(&settings), "url", "{url}");
    }
}

#[test]
fn tls_says_whom_to_trust() {
    let system = KafkaSettings {
        tls: Some(Tls::default()),
        ..settings()
    };
    let system = checked(&system);
    assert_eq!(system.properties["security.protocol"], "ssl");
    assert_eq!(system.properties["ssl.ca.location"], "probe");

    let folder = folder();
    let tls = |ca: Option<&str>, certificate: Option<&str>, key: Option<&str>| {
        let settings = KafkaSettings {
            tls: Some(Tls {
                ca: ca.map(Into::into),
                certificate: certificate.map(Into::into),
                key: key.map(Into::into),
            }),
            ..settings()
        };
        KafkaConfig::check(&settings, folder.path()).map_err(|error| error.field().to_owned())
    };
    let whole = tls(Some("ca.crt"), Some("client.crt"), Some("client.key")).unwrap();
    let ca = folder.path().join("ca.crt");
    assert_eq!(
        whole.properties["ssl.ca.location"],
        ca.display().to_string()
    );
    for (ca, certificate, key, field) in [
        (Some("absent"), None, None, "tls.ca"),
        (Some("client.key"), None, None, "tls.ca"),
        (None, Some("client.crt"), None, "tls"),
        (None, None, Some("client.key"), "tls"),
        (
            None,
            Some("client.key"),
            Some("client.key"),
            "tls.certificate",
        ),
        (None, Some("client.crt"), Some("client.crt"), "tls.key"),
    ] {
        assert_eq!(tls(ca, certificate, key).unwrap_err(), field);
    }
}

#[test]
fn passwords_come_from_where_they_are_kept() {
    for (sasl, mechanism) in [
        (Sasl::Plain(login("password")), "PLAIN"),
        (Sasl::ScramSha256(login("password")), "SCRAM-SHA-256"),
        (Sasl::ScramSha512(login("password")), "SCRAM-SHA-512"),
    ] {
        let settings = KafkaSettings {
            tls: Some(Tls::default()),
            sasl: Some(sasl),
            ..settings()
        };
        let config = checked(&settings);
        assert_eq!(config.properties["security.protocol"], "sasl_ssl");
        assert_eq!(config.properties["sasl.mechanism"], mechanism);
        assert_eq!(config.properties["sasl.username"], "mesh");
        assert_eq!(config.properties["sasl.password"], SECRET);
        assert!(!format!("{config:?}").contains(SECRET), "{config:?}");
    }
    let with = |login: Login| KafkaSettings {
        sasl: Some(Sasl::ScramSha256(login)),
        ..settings()
    };
    checked(&with(login("password")));
    assert_eq!(
        refused(&with(login("absent"))),
        "sasl.scram-sha-256.password.file"
    );
    assert_eq!(
        refused(&with(login("nothing"))),
        "sasl.scram-sha-256.password.file"
    );
    let unset = Login {
        password: Secret::Env("MESH_EVENTS_UNSET".to_owned()),
        ..login("password")
    };
    assert_eq!(refused(&with(unset)), "sasl.scram-sha-256.password.env");
    let nobody = Login {
        username: String::new(),
        ..login("password")
    };
    assert_eq!(refused(&with(nobody)), "sasl.scram-sha-256.username");
}

#[test]
fn no_secret_is_sent_for_everybody_to_read() {
    let endpoint = "https://login.example.com/token";
    for sasl in [
        Sasl::Plain(login("password")),
        Sasl::Oauthbearer(client_credentials(endpoint)),
    ] {
        let open = KafkaSettings {
            sasl: Some(sasl),
            ..settings()
        };
        assert_eq!(refused(&open), "sasl");
        checked(&KafkaSettings {
            tls: Some(Tls::default()),
            ..open.clone()
        });
        // Within the machine.
        checked(&KafkaSettings {
            url: "kafka://127.0.0.1:9092,localhost:9093".to_owned(),
            ..open
        });
    }
}

#[test]
fn tokens_come_from_one_place() {
    let with = |oauth| KafkaSettings {
        tls: Some(Tls::default()),
        sasl: Some(Sasl::Oauthbearer(oauth)),
        ..settings()
    };
    let file = Oauth {
        token_file: Some("password".into()),
        ..Oauth::default()
    };
    for oauth in [
        file.clone(),
        client_credentials("https://login.example.com/token"),
        client_credentials("http://localhost:8080/token"),
    ] {
        let config = checked(&with(oauth));
        assert_eq!(config.properties["sasl.mechanism"], "OAUTHBEARER");
        assert!(config.tokens.is_some());
    }
    for oauth in [
        Oauth::default(),
        Oauth {
            client_id: None,
            ..client_credentials("https://login.example.com/token")
        },
        Oauth {
            scope: Some("kafka".to_owned()),
            ..file
        },
    ] {
        assert_eq!(refused(&with(oauth)), "sasl.oauthbearer");
    }
    for endpoint in [
        "login.example.com",
        "http://login.example.com/token",
        "https://mesh:hunter2@login.example.com/token",
    ] {
        assert_eq!(
            refused(&with(client_credentials(endpoint))),
            "sasl.oauthbearer.token_endpoint"
        );
    }
}

#[test]
fn topics_are_created_as_it_is_said() {
    let cluster = checked(&settings()).new_topics;
    assert_eq!(cluster.replicas, -1);
    assert_eq!(
        cluster.properties.keys().collect::<Vec<_>>(),
        [&"max.message.bytes"]
    );

    let said = KafkaSettings {
        replicas: Some(3),
        min_in_sync: Some(2),
        retention: Some("30d".to_owned()),
        ..settings()
    };
    let topics = checked(&said).new_topics;
    assert_eq!(topics.replicas, 3);
    assert_eq!(topics.properties["min.insync.replicas"], "2");
    assert_eq!(topics.properties["retention.ms"], "2592000000");
    let forever = KafkaSettings {
        retention: Some("forever".to_owned()),
        ..settings()
    };
    assert_eq!(
        checked(&forever).new_topics.properties["retention.ms"],
        "-1"
    );

    let retained = |retention: &str| KafkaSettings {
        retention: Some(retention.to_owned()),
        ..settings()
    };
    for (wrong, field) in [
        (
            KafkaSettings {
                min_in_sync: Some(4),
                ..said
            },
            "min_in_sync",
        ),
        (
            KafkaSettings {
                replicas: Some(0),
                ..settings()
            },
            "replicas",
        ),
        (retained("30"), "retention"),
        (retained("10m"), "retention"),
        (retained("-1"), "retention"),
    ] {
        assert_eq!(refused(&wrong), field);
    }
}

#[test]
fn a_delivery_fails_before_anybody_gives_up_on_it() {
    let with = |timeout: &str| KafkaSettings {
        delivery_timeout: Some(timeout.to_owned()),
        ..settings()
    };
    assert_eq!(checked(&settings()).delivery_timeout.as_secs(), 20);
    assert_eq!(checked(&with("1m 5s")).delivery_timeout.as_secs(), 65);
    for wrong in ["soon", "20", "0s", "1h"] {
        assert_eq!(refused(&with(wrong)), "delivery_timeout");
    }
}

#[test]
fn what_the_guarantees_rest_on_is_nobodys_to_change() {
    let with = |name: &str, value: &str| KafkaSettings {
        properties: BTreeMap::from([(name.to_owned(), value.to_owned())]),
        ..settings()
    };
    for (name, value) in [
        ("linger.ms", "5"),
        ("compression.type", "none"),
        ("ssl.cipher.suites", "TLS_AES_256_GCM_SHA384"),
    ] {
        assert_eq!(checked(&with(name, value)).properties[name], value);
    }
    for (name, value) in [
        ("acks", "1"),
        ("request.required.acks", "0"),
        ("enable.idempotence", "false"),
        ("auto.offset.reset", "latest"),
        ("enable.auto.commit", "true"),
        ("isolation.level", "read_uncommitted"),
        ("plugin.library.paths", "/tmp/x.so"),
        ("enable.ssl.certificate.verification", "false"),
        ("ssl.endpoint.identification.algorithm", "none"),
        ("sasl.password", SECRET),
        ("bootstrap.servers", "a:1"),
        ("no.such.property", SECRET),
        ("linger.ms", SECRET),
    ] {
        assert_eq!(refused(&with(name, value)), format!("properties.{name}"));
    }
}

/// The list names properties as librdkafka does: a name that it does not know guards nothing.
#[test]
fn every_fixed_property_is_one_of_librdkafka() {
    let unknown = |name: &str| {
        let mut alone = ClientConfig::new();
        let refused = alone.set(name, "?").create_native_config().err();
        matches!(
            refused,
            Some(KafkaError::ClientConfig(
                RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN,
                ..
            ))
        )
    };
    for name in super::extra::FIXED {
        assert!(!unknown(name), "{name}");
    }
    assert!(unknown("no.such.property"));
}
