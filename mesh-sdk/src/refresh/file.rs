//! Datasets that are the rows of a CSV file of the product.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use chrono::Utc;
use futures::TryStreamExt;
use mesh_contracts::{ColumnsDiffer, GatedRows, Violation};
use mesh_storage::WriteMode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::mark::MadeOf;
use super::{Made, Refresher};
use crate::SdkError;
use crate::quarantine::{Broken, Envelope};

/// Some rows of the file that have passed the gate.
struct Part {
    /// Place of the first in the file, from 0.
    first: u64,
    gated: GatedRows,
    /// The rows that did not pass, as they came.
    broken: Vec<String>,
}

/// Replaces the dataset by the rows of the file. Those that break the contract go to quarantine.
pub(super) async fn make(
    refresher: &Refresher,
    path: &str,
    made_of: &MadeOf,
) -> Result<Made, SdkError> {
    let file = refresher
        .files
        .on_disk(path)
        .map_err(SdkError::file(path))?;
    let mut rows = mesh_storage::read_csv_text(&file, b',').await?.batches();
    let mut writing = refresher.dataset.writing(WriteMode::Replace);
    let (mut first, mut quarantined) = (0, 0);
    while let Some(batch) = rows.try_next().await? {
        let length = batch.num_rows() as u64;
        let part = gated(refresher, path, first, batch).await?;
        quarantined += part.broken.len() as u64;
        keep_broken(refresher, path, &part, made_of).await?;
        writing.rows(&part.gated.accepted).await?;
        first += length;
    }
    writing.commit(&made_of.in_full(&BTreeMap::new())).await?;
    Ok(Made {
        quarantined,
        ..Made::IN_FULL
    })
}

/// Off the threads that answer requests: a part may have many rows.
async fn gated(
    refresher: &Refresher,
    path: &str,
    first: u64,
    batch: RecordBatch,
) -> Result<Part, SdkError> {
    let gate = refresher.gate.clone();
    let work = move || {
        let gated = gate.text_columns(&batch)?;
        let broken = gated.rejected.iter().map(|(row, _)| as_json(&batch, *row));
        Ok(Part {
            first,
            broken: broken.collect(),
            gated,
        })
    };
    let gated: Result<_, ColumnsDiffer> = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| refresher.failed("the gate panicked; the log says where"))?;
    gated.map_err(|differ| refresher.failed(format!("{path}: {differ}")))
}

/// Keeps the rows of a part that did not pass, once: a mark says how far this content of the file was looked through.
async fn keep_broken(
    refresher: &Refresher,
    path: &str,
    part: &Part,
    made_of: &MadeOf,
) -> Result<(), SdkError> {
    let rejected = &part.gated.rejected;
    let Some((last, _)) = rejected.last() else {
        return Ok(());
    };
    let name = refresher.dataset.name();
    // The same content leaves the same rows behind, however often it is read.
    let source = format!("{name}/{}", made_of.digest);
    let ids: Vec<String> = rejected
        .iter()
        .map(|(row, _)| {
            let id = format!("{source}/{}", part.first + *row as u64);
            Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()).to_string()
        })
        .collect();
    let time = Utc::now();
    let rows = rejected.iter().zip(&ids).zip(&part.broken);
    let rows = rows.map(|(((row, violations), id), data)| Broken {
        event_id: id.clone(),
        time,
        topic: path,
        partition: 0,
        offset: part.first + *row as u64,
        dataset: name,
        violations: violations as &[Violation],
        data: data.as_bytes(),
        envelope: Envelope::None,
    });
    let progress = BTreeMap::from([(source.clone(), part.first + *last as u64 + 1)]);
    let kept = refresher.quarantine.keep(rows, &progress).await;
    kept.map_err(|error| refresher.failed(error.to_string()))
}

/// A row of text cells.
fn as_json(batch: &RecordBatch, row: usize) -> String {
    let schema = batch.schema();
    let cells = schema.fields().iter().zip(batch.columns());
    let cells = cells.map(|(field, column)| {
        let cell = match column.as_string_opt::<i32>() {
            Some(cells) if cells.is_valid(row) => Value::from(cells.value(row)),
            _ => Value::Null,
        };
        (field.name().clone(), cell)
    });
    Value::Object(cells.collect::<Map<_, _>>()).to_string()
}
