use std::path::Path;

use super::MeshConfig;

fn mistakes(yaml: &str) -> String {
    let error = MeshConfig::parse("config.yaml", yaml, Path::new("/absent"));
    error.unwrap_err().to_string()
}

#[test]
fn events_are_in_a_file_of_the_mesh_unless_said_otherwise() {
    let folder = Path::new(".");
    for yaml in ["", "# events: kafka://a:9092\n", "{}", "events: embedded"] {
        let config = MeshConfig::parse("config.yaml", yaml, folder).unwrap();
        assert!(config.events.kafka.is_none(), "{yaml}");
    }
    for yaml in [
        "events: kafka://a:9092,b:9092",
        "events: { url: 'kafka://a:9092', tls: {}, replicas: 3, min_in_sync: 2, retention: 30d }",
    ] {
        let config = MeshConfig::parse("config.yaml", yaml, folder).unwrap();
        assert!(config.events.kafka.is_some(), "{yaml}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_to_write() {
    for (yaml, told) in [
        (
            "event: embedded",
            "config.yaml:1:1: unknown field `event`; did you mean `events`?",
        ),
        (
            "events: embeded",
            "config.yaml:1:9: events: does not begin with `kafka://`",
        ),
        (
            "events:\n  url: kafka://a:9092\n  tsl: {}",
            "config.yaml:3:3: events: unknown field `tsl`; did you mean `tls`?",
        ),
        (
            "events:\n  tls: {}",
            "config.yaml:2:3: events: `url` is missing; add `url:`",
        ),
        (
            "events:\n  url: kafka://a:9092\n  sasl:\n    scram-sha-512:\n      username: mesh\n      password: hunter2",
            "config.yaml:6:17: events.sasl.scram-sha-512.password: ",
        ),
        (
            "events:\n  url: kafka://a:9092\n  sasl:\n    scram-sha-512:\n      username: mesh\n      password: { file: pw }",
            "config.yaml:6:25: events.sasl.scram-sha-512.password.file: /absent/pw cannot be read",
        ),
        (
            "events:\n  url: kafka://a:9092\n  properties: { acks: '1' }",
            "config.yaml:3:23: events.properties.acks: is what the guarantees of the event log rest on; leave it out",
        ),
    ] {
        let mistakes = mistakes(yaml);
        assert!(mistakes.contains(told), "{yaml}\n{mistakes}");
        assert!(!mistakes.contains("hunter2"), "{mistakes}");
    }
}
