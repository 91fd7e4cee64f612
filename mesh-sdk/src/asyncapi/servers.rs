//! Where producers and consumers find the topics, and by what way they get in. The embedded log has no such place.

use mesh_events::KafkaConfig;
use serde_json::{Map, Value, json};

/// The brokers, by name. Nothing of it is secret.
pub(super) fn of(cluster: &KafkaConfig) -> Value {
    let protocol = match cluster.is_encrypted() {
        true => "kafka-secure",
        false => "kafka",
    };
    let servers = cluster.brokers().enumerate().map(|(number, broker)| {
        let mut server = json!({ "host": broker, "protocol": protocol });
        if let Some(mechanism) = cluster.mechanism() {
            server["security"] = json!([security(mechanism)]);
        }
        (format!("broker-{}", number + 1), server)
    });
    Value::Object(servers.collect::<Map<_, _>>())
}

fn security(mechanism: &str) -> Value {
    let description = format!("SASL {mechanism}");
    match mechanism {
        "PLAIN" => json!({ "type": "plain", "description": description }),
        "SCRAM-SHA-256" => json!({ "type": "scramSha256", "description": description }),
        "SCRAM-SHA-512" => json!({ "type": "scramSha512", "description": description }),
        // The standard's own word for it wants the address of who gives the tokens, which is the client's affair.
        _ => json!({ "type": "http", "scheme": "bearer", "description": description }),
    }
}

#[cfg(test)]
mod tests;
