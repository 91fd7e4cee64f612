use std::path::Path;

use mesh_events::{KafkaConfig, KafkaSettings};
use serde_json::json;

use super::of;

fn cluster(settings: serde_json::Value) -> KafkaConfig {
    let settings: KafkaSettings = serde_json::from_value(settings).unwrap();
    KafkaConfig::check(&settings, Path::new(".")).unwrap()
}

#[test]
fn every_broker_is_a_server() {
    let open = cluster(json!({ "url": "kafka://one:9092,two:9092" }));
    let expected = json!({
        "broker-1": { "host": "one:9092", "protocol": "kafka" },
        "broker-2": { "host": "two:9092", "protocol": "kafka" },
    });
    assert_eq!(of(&open), expected);
}

#[test]
fn how_to_get_in_is_said_and_what_with_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hunter2").unwrap();
    for (mechanism, kind) in [
        ("plain", "plain"),
        ("scram-sha-256", "scramSha256"),
        ("scram-sha-512", "scramSha512"),
    ] {
        let sasl = json!({ "username": "mesh-user", "password": { "file": secret } });
        let safe =
            cluster(json!({ "url": "kafka://one:9093", "tls": {}, "sasl": { mechanism: sasl } }));
        let server = &of(&safe)["broker-1"];
        assert_eq!(server["protocol"], "kafka-secure");
        assert_eq!(server["security"][0]["type"], kind);
        let text = of(&safe).to_string();
        assert!(
            !text.contains("hunter2") && !text.contains("mesh-user"),
            "{text}"
        );
    }
}
