//! The shortest calls that work, with this mesh's address already in them.

use std::net::Ipv6Addr;

use serde_json::{Value, json};

use crate::entry::{DatasetEntry, Direction, Entry, Port};
use crate::links;

#[cfg(test)]
mod tests;

/// Scheme, host and port under which the reader reached the catalog.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    /// From a Host header, which anybody can set to anything: what is not plainly a host with an optional port
    /// becomes the address a local mesh has by default. A token must not travel in the clear, so
    /// any host but this machine is called by https.
    pub(crate) fn from_host(host: Option<&str>) -> Self {
        let host = host
            .filter(|host| is_plain(host))
            .unwrap_or("127.0.0.1:7070");
        let name = without_port(host);
        let is_local = name == "localhost" || name.starts_with("127.") || name == "[::1]";
        let scheme = if is_local { "http" } else { "https" };
        Self(format!("{scheme}://{host}"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_plain(host: &str) -> bool {
    let name = without_port(host);
    let port = host[name.len()..].strip_prefix(':');
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let is_name = match name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            (1..=253).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_alphanumeric())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        }
    };
    is_name && is_port
}

pub(crate) struct Snippet {
    pub(crate) title: String,
    pub(crate) code: String,
}

/// Ways to read, score and send, for what the product has. An address that is not a plain path gets none.
pub(crate) fn of(entry: &Entry, origin: &Origin) -> Vec<Snippet> {
    let mut snippets = Vec::new();
    if links::is_plain_path(&entry.address)
        && let Some(dataset) = main_dataset(entry)
    {
        let query = origin.url(&format!("{}/query", entry.address));
        snippets.push(query_with_curl(dataset, &query));
        snippets.push(query_with_polars(dataset, &query));
        snippets.extend(delta_with_python(dataset));
    }
    for port in &entry.ports {
        if links::is_plain_path(&port.address) {
            match port.direction {
                Direction::Scoring => snippets.push(post(port, "Score", origin)),
                Direction::Input => snippets.push(post(port, "Send", origin)),
                Direction::Output | Direction::Management => {}
            }
        }
    }
    snippets
}

/// The dataset of the first output port is what the product means to be read.
fn main_dataset(entry: &Entry) -> Option<&DatasetEntry> {
    entry
        .ports
        .iter()
        .filter(|port| port.direction == Direction::Output)
        .filter_map(|port| port.dataset.as_deref())
        .find_map(|name| entry.datasets.iter().find(|dataset| dataset.name == name))
        .or_else(|| entry.datasets.first())
}

fn select(dataset: &DatasetEntry) -> String {
    let name = &dataset.name;
    let is_identifier = !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_identifier {
        format!("SELECT * FROM {name} LIMIT 10")
    } else {
        format!("SELECT * FROM \"{}\" LIMIT 10", name.replace('"', "\"\""))
    }
}

fn query_with_curl(dataset: &DatasetEntry, url: &str) -> Snippet {
    let body = json!({ "sql": select(dataset) });
    Snippet {
        title: format!("Query {} with curl", dataset.name),
        code: curl(
            url,
            &["Content-Type: application/json", "Accept: text/csv"],
            &body.to_string(),
        ),
    }
}

fn query_with_polars(dataset: &DatasetEntry, url: &str) -> Snippet {
    let code = format!(
        r#"import json, subprocess, urllib.request
import polars as pl

token = subprocess.check_output(["mesh", "token"], text=True).strip()
request = urllib.request.Request(
    {url},
    data=json.dumps({{"sql": {sql}}}).encode(),
    headers={{
        "Authorization": f"Bearer {{token}}",
        "Content-Type": "application/json",
        "Accept": "text/csv",
    }},
)
print(pl.read_csv(urllib.request.urlopen(request).read()))"#,
        url = quoted(url),
        sql = quoted(&select(dataset)),
    );
    Snippet {
        title: format!("Query {} in Python with Polars", dataset.name),
        code,
    }
}

/// Only for datasets whose storage a reader can name.
fn delta_with_python(dataset: &DatasetEntry) -> Option<Snippet> {
    let location = quoted(dataset.location.as_deref()?);
    let version = dataset.version;
    let code = format!(
        r#"import polars as pl
from deltalake import DeltaTable

table = DeltaTable({location}, version={version})  # leave the version out for the latest
print(pl.read_delta(table))"#
    );
    Some(Snippet {
        title: format!("Open {} in Python with deltalake", dataset.name),
        code,
    })
}

fn post(port: &Port, verb: &str, origin: &Origin) -> Snippet {
    let body = match &port.example {
        Some(example) => example.to_string(),
        None => "@record.json".to_owned(),
    };
    Snippet {
        title: format!("{verb} with curl: port {}", port.name),
        code: curl(
            &origin.url(&port.address),
            &["Content-Type: application/json"],
            &body,
        ),
    }
}

fn curl(url: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|header| format!("  -H {} \\\n", in_shell(header)))
        .collect();
    format!(
        "curl --fail-with-body {} \\\n  -H \"Authorization: Bearer $(mesh token)\" \\\n{headers}  --data {}",
        in_shell(url),
        in_shell(body),
    )
}

/// One word of a POSIX shell, whatever the text holds.
fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A string literal of Python; JSON's is one.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
