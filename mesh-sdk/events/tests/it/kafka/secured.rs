//! Every way into Kafka that there is, and strangers who are kept out. The variables are those of
//! `deploy/integration/kafka/kafka start DIR PORT --secured`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_events::{
    Delivery, EventError, EventLog, KafkaConfig, KafkaLog, KafkaSettings, Login, Oauth, Sasl,
    Secret, Tls,
};

use super::{log, variable};
use crate::support::{LONG, event, new_topic, read_all};

fn at(brokers: &str) -> KafkaSettings {
    KafkaSettings {
        url: format!("kafka://{brokers}"),
        ..KafkaSettings::default()
    }
}

fn trusting() -> Option<Tls> {
    Some(Tls {
        ca: Some(variable("MESH_KAFKA_CA").into()),
        ..Tls::default()
    })
}

fn with_sasl(sasl: Sasl) -> KafkaSettings {
    KafkaSettings {
        tls: trusting(),
        sasl: Some(sasl),
        ..at(&variable("MESH_KAFKA_SASL"))
    }
}

fn login() -> Login {
    Login {
        username: variable("MESH_KAFKA_USER"),
        password: Secret::File(variable("MESH_KAFKA_PASSWORD_FILE").into()),
    }
}

/// Any client gets a token there, with any secret.
fn tokens_of(endpoint: &str) -> Sasl {
    Sasl::Oauthbearer(Oauth {
        token_endpoint: Some(variable(endpoint)),
        client_id: Some("mesh".to_owned()),
        client_secret: Some(Secret::File(variable("MESH_KAFKA_PASSWORD_FILE").into())),
        ..Oauth::default()
    })
}

async fn connect(settings: &KafkaSettings) -> Result<Arc<KafkaLog>, EventError> {
    KafkaLog::connect(KafkaConfig::check(settings, Path::new("/")).unwrap()).await
}

/// Appends, reads alone and in a group, each of which is another client.
async fn works(log: &KafkaLog, topic: &str) {
    log.append(topic, vec![event("in")]).await.unwrap();
    assert!(!read_all(log, topic).await.is_empty());
    let mut consumer = log.consumer("g", topic).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < LONG {
        match consumer.next(1, Duration::from_secs(1)).await.unwrap() {
            Delivery::Assigned(partitions) => {
                let from = consumer.committed(&partitions).await.unwrap();
                consumer.start(&from).await.unwrap();
            }
            Delivery::Events(events) if events.is_empty() => {}
            Delivery::Events(_) => {
                return consumer.commit(&BTreeMap::from([(0, 1)])).await.unwrap();
            }
            Delivery::Revoked(_) => panic!("nobody else is in the group"),
        }
    }
    panic!("no event came to the group");
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn every_way_in_leads_in() {
    let plain = log().await;
    let folder = tempfile::tempdir().unwrap();
    let connection_string = folder.path().join("password");
    let password = std::fs::read_to_string(variable("MESH_KAFKA_PASSWORD_FILE")).unwrap();
    std::fs::write(&connection_string, format!("{password}\n")).unwrap();
    let with_line_end = Login {
        password: Secret::File(connection_string),
        ..login()
    };
    let certified = Tls {
        certificate: Some(variable("MESH_KAFKA_CERTIFICATE").into()),
        key: Some(variable("MESH_KAFKA_KEY").into()),
        ..trusting().unwrap()
    };
    for (way, settings) in [
        (
            "TLS",
            KafkaSettings {
                tls: trusting(),
                ..at(&variable("MESH_KAFKA_TLS"))
            },
        ),
        (
            "TLS with a certificate",
            KafkaSettings {
                tls: Some(certified),
                ..at(&variable("MESH_KAFKA_TLS"))
            },
        ),
        ("PLAIN", with_sasl(Sasl::Plain(with_line_end))),
        ("SCRAM-SHA-256", with_sasl(Sasl::ScramSha256(login()))),
        ("SCRAM-SHA-512", with_sasl(Sasl::ScramSha512(login()))),
    ] {
        println!("{way}");
        let log = connect(&settings).await.unwrap();
        let topic = new_topic(&*log, 1).await;
        works(&log, &topic).await;
    }
    println!("OAUTHBEARER");
    let log = connect(&with_sasl(tokens_of("MESH_KAFKA_TOKENS")))
        .await
        .unwrap();
    let refused = log.create_topic("with-a-token", 1).await.unwrap_err();
    assert_eq!(refused.code(), "invalid-topic");
    assert!(
        refused
            .to_string()
            .contains("have one of 1 partitions created")
    );
    let topic = new_topic(&*plain, 1).await;
    works(&log, &topic).await;
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn tokens_are_renewed_while_a_log_is_open() {
    let topic = new_topic(&*log().await, 1).await;
    let log = connect(&with_sasl(tokens_of("MESH_KAFKA_TOKENS")))
        .await
        .unwrap();
    works(&log, &topic).await;
    // The token of the beginning is valid for a minute; a reader gets in with the newest.
    tokio::time::sleep(Duration::from_secs(65)).await;
    works(&log, &topic).await;
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn strangers_are_kept_out_and_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("password");
    std::fs::write(&wrong, "hunter2").unwrap();
    let guessing = || Login {
        password: Secret::File(wrong.clone()),
        ..login()
    };
    let (plain, tls) = (variable("MESH_KAFKA"), variable("MESH_KAFKA_TLS"));
    for (stranger, settings, told) in [
        (
            "a wrong password",
            with_sasl(Sasl::Plain(guessing())),
            "check `sasl`",
        ),
        (
            "a wrong password",
            with_sasl(Sasl::ScramSha256(guessing())),
            "check `sasl`",
        ),
        (
            "a wrong password",
            with_sasl(Sasl::ScramSha512(guessing())),
            "check `sasl`",
        ),
        (
            "a token of somebody else",
            with_sasl(tokens_of("MESH_KAFKA_TOKENS_UNTRUSTED")),
            "check `sasl`",
        ),
        (
            "no authority that is trusted",
            KafkaSettings {
                tls: Some(Tls::default()),
                ..at(&tls)
            },
            "check `tls`",
        ),
        (
            "TLS where none is",
            KafkaSettings {
                tls: trusting(),
                ..at(&plain)
            },
            "PLAINTEXT broker listener?",
        ),
        ("no TLS where it is", at(&tls), "whether it wants `tls`"),
        ("nobody there", at("127.0.0.1:1"), "Connection refused"),
        (
            "no such host",
            at("no-such-host.invalid:9092"),
            "check the names of the brokers",
        ),
    ] {
        let began = Instant::now();
        let error = connect(&settings).await.err().expect(stranger);
        let took = began.elapsed();
        assert_eq!(error.code(), "log-open-failed");
        let reason = std::error::Error::source(&error).unwrap().to_string();
        println!("{stranger} ({took:?}): {error}: {reason}");
        assert!(reason.contains(told), "{stranger}: {reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
        assert!(took < Duration::from_secs(15), "{stranger}: {took:?}");
    }
}
