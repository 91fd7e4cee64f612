//! The rows a dataset starts with: one commit, made once.

use std::collections::BTreeMap;

use chrono::Utc;
use mesh_contracts::{Assigned, Contract, Gate, Record, Side};
use mesh_storage::Dataset;
use serde_json::Value;
use uuid::Uuid;

use crate::declaration::StartingData;
use crate::host::Starting;
use crate::ingest::timestamp;
use crate::{ProductFiles, SdkError};

/// Column that every file has: a UUID made of the file's name and the row, the same whenever it is read.
const ROW_ID: &str = "row_id";

/// Commits the rows of `data` unless the dataset has them already.
pub(crate) async fn load(
    data: &StartingData,
    files: &ProductFiles,
    dataset: &Dataset,
    starting: &Starting<'_>,
) -> Result<(), SdkError> {
    let source = format!("starting-data/{}", data.file);
    if dataset.progress(&source).await? > 0 {
        return Ok(());
    }
    let step = starting.step(format!("loading {} into {}", data.file, dataset.name()));
    let bytes = files.read(&data.file).map_err(SdkError::file(&data.file))?;
    let rows = rows(data, &bytes, dataset.contract())?;
    let gated = Gate::compile(dataset.contract(), Side::Stored).batch(rows);
    if let Some((row, violations)) = gated.rejected.first() {
        let reason = violations.first().map(ToString::to_string);
        return Err(wrong(data, row + 1, reason.unwrap_or_default()));
    }
    dataset
        .append(&gated.accepted, &BTreeMap::from([(source, 1)]))
        .await?;
    step.done(format!("{} rows", gated.accepted.num_rows()));
    Ok(())
}

fn rows(data: &StartingData, bytes: &[u8], contract: &Contract) -> Result<Vec<Record>, SdkError> {
    let properties = contract.schema().properties();
    let names: Vec<String> = properties
        .iter()
        .map(|property| property.name().to_owned())
        .collect();
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| wrong(data, 0, error.to_string()))?
        .clone();
    let column = |property: &str| {
        let named = data.columns.get(property).map_or(property, String::as_str);
        header.iter().position(|column| column == named)
    };
    let columns: Vec<Option<usize>> = names.iter().map(|name| column(name)).collect();
    let received_at = timestamp(Utc::now());
    let mut rows = Vec::new();
    for (index, row) in reader.into_records().enumerate() {
        let row = row.map_err(|error| wrong(data, index + 1, error.to_string()))?;
        let row_id = id(&format!("{}#{}", data.file, index + 1));
        let cells: Vec<&str> = columns
            .iter()
            .map(|column| {
                column
                    .and_then(|column| row.get(column))
                    .unwrap_or_default()
            })
            .collect();
        let mut record = contract.record_from_text(&names, &cells);
        for property in properties {
            let named = data.columns.get(property.name()).map(String::as_str);
            let value = match (named, property.assigned()) {
                (Some(ROW_ID), _) => row_id.to_string(),
                (None, Some(Assigned::EventId)) => {
                    id(&format!("{row_id}/{}", contract.name())).to_string()
                }
                (None, Some(Assigned::ReceivedAt)) => received_at.clone(),
                _ => continue,
            };
            record.insert(property.name().to_owned(), Value::String(value));
        }
        rows.push(record);
    }
    Ok(rows)
}

fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

fn wrong(data: &StartingData, row: usize, reason: String) -> SdkError {
    SdkError::StartingData {
        file: data.file.clone(),
        row,
        reason,
    }
}
