//! What a contract promises of a dataset over time: how fresh it is, how long it is kept.

#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use mesh_contracts::{Contract, Promise};
use mesh_storage::Engine;
use schemars::JsonSchema;
use serde::Serialize;

use super::number;

/// One service level and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LevelResult {
    /// As the contract names it: `freshness`, `retention`, `availability` ...
    pub property: String,
    /// The promise in English.
    pub sentence: String,
    pub kept: Kept,
    /// What was measured, in words.
    pub observed: Option<String>,
    /// Why it could not be measured.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    Kept,
    Broken,
    NotMeasured,
}

pub(super) async fn measure(
    engine: &Engine,
    table: &str,
    contract: &Contract,
    updated_at: DateTime<Utc>,
) -> Vec<LevelResult> {
    let now = Utc::now();
    let mut results = Vec::new();
    for level in contract.service_levels() {
        let age = match level.kind() {
            Promise::Freshness { limit, element } => {
                age(engine, table, "max", element.as_deref(), updated_at, now)
                    .await
                    .map(|age| (age, limit, "the newest is"))
            }
            Promise::Retention {
                limit,
                element: Some(element),
            } => age(engine, table, "min", Some(element), updated_at, now)
                .await
                .map(|age| (age, limit, "the oldest is")),
            Promise::Retention { element: None, .. } => {
                Err("it names no element: write the column that says how old a row is".to_owned())
            }
            Promise::Latency { .. } => {
                Err("the time from a row's origin to its commit is not measured".to_owned())
            }
            Promise::Availability { .. } => {
                Err("it takes an observer outside of this process to measure it".to_owned())
            }
            Promise::Other => Err("it is for people: nothing here measures it".to_owned()),
        };
        let (kept, observed, reason) = match age {
            Ok((age, limit, what)) => {
                let kept = if age <= *limit {
                    Kept::Kept
                } else {
                    Kept::Broken
                };
                (kept, Some(format!("{what} {} old", in_words(age))), None)
            }
            Err(reason) => (Kept::NotMeasured, None, Some(reason)),
        };
        results.push(LevelResult {
            property: level.property().to_owned(),
            sentence: level.sentence(),
            kept,
            observed,
            reason,
        });
    }
    results
}

/// How old the newest (`max`) or oldest (`min`) row is by its column, or the newest commit where no column is named.
async fn age(
    engine: &Engine,
    table: &str,
    which: &str,
    column: Option<&str>,
    updated_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Duration, String> {
    let then = match column {
        None => updated_at.timestamp() as f64,
        Some(column) => {
            // What is dated in the future says nothing of how new the rest is.
            let column = reach(column);
            let query = format!(
                "SELECT date_part('epoch', {which}({column})) AS value FROM \"{table}\" WHERE {column} <= now()"
            );
            number(engine, &query).await?
        }
    };
    let seconds = (now.timestamp() as f64 - then).max(0.0);
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// A column, or a property within one: `"visit"['at']`. Names of properties are letters, digits and underscores.
fn reach(path: &str) -> String {
    let mut names = path.split('.');
    let column = names.next().unwrap_or_default();
    let within = names.map(|name| format!("['{name}']"));
    format!("\"{column}\"{}", within.collect::<String>())
}

/// `3 s`, `12 min`, `5 h`, `40 d`.
fn in_words(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
