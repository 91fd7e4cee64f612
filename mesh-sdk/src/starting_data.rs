//! The rows a dataset starts with: one commit, made once.

use std::collections::BTreeMap;
use std::io::Read;

use chrono::Utc;
use mesh_contracts::{Assigned, Contract, Gate, Record, Side};
use mesh_storage::{Dataset, WriteMode};
use serde_json::Value;
use uuid::Uuid;

use crate::declaration::StartingData;
use crate::host::Starting;
use crate::ingest::timestamp;
use crate::{ProductFiles, SdkError};

/// Column that every file has: a UUID made of the file's name and the row, the same whenever it is read.
const ROW_ID: &str = "row_id";
/// Rows in memory at a time.
const CHUNK: usize = 20_000;

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
    let reader = files.open(&data.file).map_err(SdkError::file(&data.file))?;
    let gate = Gate::compile(dataset.contract(), Side::Stored);
    let mut rows = Rows::read(data, reader, dataset.contract())?;
    let mut writing = dataset.writing(WriteMode::Append);
    let mut before = 0;
    loop {
        let chunk = rows.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let length = chunk.len();
        let gated = gate.batch(chunk);
        if let Some((row, violations)) = gated.rejected.first() {
            let reason = violations.first().map(ToString::to_string);
            return Err(wrong(data, before + row + 1, reason.unwrap_or_default()));
        }
        writing.rows(&gated.accepted).await?;
        before += length;
    }
    writing.commit(&BTreeMap::from([(source, 1)])).await?;
    step.done(format!("{before} rows"));
    Ok(())
}

/// The rows of a file as records of a contract.
struct Rows<'a> {
    data: &'a StartingData,
    contract: &'a Contract,
    rows: csv::StringRecordsIntoIter<Box<dyn Read + Send>>,
    /// Every property, and the column it is read from.
    names: Vec<String>,
    columns: Vec<Option<usize>>,
    received_at: String,
    read: usize,
}

impl<'a> Rows<'a> {
    fn read(
        data: &'a StartingData,
        reader: Box<dyn Read + Send>,
        contract: &'a Contract,
    ) -> Result<Rows<'a>, SdkError> {
        let properties = contract.schema().properties().iter();
        let names: Vec<String> = properties
            .map(|property| property.name().to_owned())
            .collect();
        let mut reader = csv::Reader::from_reader(reader);
        let header = reader
            .headers()
            .map_err(|error| wrong(data, 0, error.to_string()))?;
        let column = |property: &String| {
            let named = data.columns.get(property).unwrap_or(property);
            header.iter().position(|column| column == named)
        };
        let columns = names.iter().map(column).collect();
        Ok(Rows {
            data,
            contract,
            names,
            columns,
            rows: reader.into_records(),
            received_at: timestamp(Utc::now()),
            read: 0,
        })
    }

    fn record(&self, row: &csv::StringRecord) -> Record {
        let cell = |column: &Option<usize>| column.and_then(|column| row.get(column));
        let cells: Vec<&str> = self
            .columns
            .iter()
            .map(|column| cell(column).unwrap_or_default())
            .collect();
        let mut record = self.contract.record_from_text(&self.names, &cells);
        let row_id = id(&format!("{}#{}", self.data.file, self.read));
        for property in self.contract.schema().properties() {
            let named = self.data.columns.get(property.name()).map(String::as_str);
            let value = match (named, property.assigned()) {
                (Some(ROW_ID), _) => row_id.to_string(),
                (None, Some(Assigned::EventId)) => {
                    id(&format!("{row_id}/{}", self.contract.name())).to_string()
                }
                (None, Some(Assigned::ReceivedAt)) => self.received_at.clone(),
                _ => continue,
            };
            record.insert(property.name().to_owned(), Value::String(value));
        }
        record
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Record, SdkError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        self.read += 1;
        Some(match row {
            Ok(row) => Ok(self.record(&row)),
            Err(error) => Err(wrong(self.data, self.read, error.to_string())),
        })
    }
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
