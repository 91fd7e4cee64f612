//! Properties of librdkafka that are passed on as they are.

use std::collections::BTreeMap;

use rdkafka::ClientConfig;

use crate::kafka::settings::SettingError;

/// What stands for a property here.
const SETTINGS: [(&str, &str); 7] = [
    ("bootstrap.servers", "url"),
    ("delivery.timeout.ms", "delivery_timeout"),
    ("message.timeout.ms", "delivery_timeout"),
    ("metadata.broker.list", "url"),
    ("sasl.", "sasl"),
    ("security.protocol", "tls` and `sasl"),
    ("ssl.", "tls"),
];

/// Of those that begin as a setting does, what is no secret and no way to trust more.
const FREE: [&str; 3] = ["ssl.cipher.suites", "ssl.curves.list", "ssl.sigalgs.list"];

/// What the guarantees rest on: that events are kept once they are accepted, in their order, and none is passed over;
/// and what loads code or trusts everybody.
pub(super) const FIXED: [&str; 30] = [
    "acks",
    "allow.auto.create.topics",
    "auto.commit.enable",
    "auto.offset.reset",
    "check.crcs",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "enable.sasl.oauthbearer.unsecure.jwt",
    "enable.ssl.certificate.verification",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.protocol.type",
    "group.remote.assignor",
    "isolation.level",
    "log.queue",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "message.max.bytes",
    "message.send.max.retries",
    "partition.assignment.strategy",
    "plugin.library.paths",
    "request.required.acks",
    "retries",
    "statistics.interval.ms",
    "test.mock.num.brokers",
    "transactional.id",
];

pub(super) fn check(
    properties: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, SettingError> {
    for (name, value) in properties {
        let wrong = |problem: &str, remedy: &str| {
            Err(SettingError::new(
                format!("properties.{name}"),
                problem,
                remedy,
            ))
        };
        let setting = SETTINGS.iter().find(|(begin, _)| name.starts_with(begin));
        if let Some((_, setting)) = setting
            && !FREE.contains(&name.as_str())
        {
            let remedy = format!("write `{setting}` instead");
            return wrong("has a setting of its own", &remedy);
        }
        if FIXED.contains(&name.as_str()) {
            return wrong(
                "is what the guarantees of the event log rest on",
                "leave it out",
            );
        }
        let mut alone = ClientConfig::new();
        if alone.set(name, value).create_native_config().is_err() {
            // librdkafka's own message would show the value.
            return wrong(
                "is unknown to librdkafka, or has a value that it does not take",
                "see its list of configuration properties",
            );
        }
    }
    Ok(properties.clone())
}
