//! Addresses of brokers.

use std::net::IpAddr;

use crate::kafka::settings::SettingError;

pub(super) struct Brokers {
    /// `host:port`, separated by commas.
    pub(super) list: String,
    /// What is sent to them does not leave the machine.
    pub(super) on_loopback: bool,
}

const SCHEME: &str = "kafka://";

impl Brokers {
    /// The address is not quoted in errors: people put passwords into addresses.
    pub(super) fn parse(url: &str) -> Result<Self, SettingError> {
        let wrong = |problem: String| {
            SettingError::new(
                "url",
                problem,
                "write such as `kafka://host:9092,other:9092`",
            )
        };
        let Some(list) = url.strip_prefix(SCHEME) else {
            return Err(wrong(format!("does not begin with `{SCHEME}`")));
        };
        if list.contains('@') {
            return Err(SettingError::new(
                "url",
                "has a user or a password in it",
                "leave them out and write `sasl`",
            ));
        }
        let mut on_loopback = true;
        for (number, broker) in (1..).zip(list.split(',')) {
            let Some((host, _)) = broker.rsplit_once(':').filter(is_address) else {
                return Err(wrong(format!("has no host and port as broker {number}")));
            };
            on_loopback &= is_loopback(host);
        }
        Ok(Self {
            list: list.to_owned(),
            on_loopback,
        })
    }
}

fn is_address((host, port): &(&str, &str)) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_host = match ip_6(host) {
        Some(ip) => ip.parse::<IpAddr>().is_ok(),
        None => !host.is_empty() && host.chars().all(is_name),
    };
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// The address in `[::1]`.
fn ip_6(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn is_loopback(host: &str) -> bool {
    let ip = ip_6(host).unwrap_or(host).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}
