//! A contract tried on data that are in no dataset yet: every row through the gate, the rules of the whole on the rows
//! that passed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{Field, Schema};
use chrono::Utc;
use futures::TryStreamExt;
use mesh_contracts::{Assigned, Contract, Gate, GatedRows, Side, Violation, json};
use mesh_storage::{Dataset, Engine, FileRows, Limits, WriteMode};
use serde::Serialize;
use uuid::Uuid;

use crate::SdkError;
use crate::quality::{self, RuleResult};

/// Most broken rows that are listed.
const LISTED: usize = 20;
/// Lines of NDJSON in memory at a time.
const CHUNK: usize = 20_000;

/// Data to try a contract on.
#[derive(Clone, Debug)]
pub enum DataFile {
    /// With a header.
    Csv(PathBuf),
    /// One object per line.
    NdJson(PathBuf),
    Parquet(PathBuf),
    /// The folder of a Delta table.
    Delta(PathBuf),
}

/// What became of a contract and some data.
#[derive(Clone, Debug, Serialize)]
pub struct ContractTest {
    pub contract: String,
    pub contract_version: String,
    /// Rows that were looked at.
    pub rows: u64,
    /// Of these, the rows that break a rule that holds for every row.
    pub broken_rows: u64,
    /// The first of them.
    pub listed: Vec<BrokenRow>,
    /// The quality rules, measured on the rows that are not broken.
    pub results: Vec<RuleResult>,
}

/// A row and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct BrokenRow {
    /// From 1, the header not counted.
    pub row: u64,
    pub violations: Vec<Violation>,
}

/// Writes the newest version of the dataset in `folder` to one Parquet file; returns its rows.
pub async fn export_dataset(folder: &Path, to: &Path) -> Result<u64, SdkError> {
    Ok(mesh_storage::export_delta(folder, to).await?)
}

impl DataFile {
    /// By what the path is: a folder is a Delta table, a file is what its name ends in.
    ///
    /// # Errors
    /// [`SdkError::File`] for a file whose name ends in nothing that is known here.
    pub fn at(path: &Path) -> Result<DataFile, SdkError> {
        if path.is_dir() {
            return Ok(Self::Delta(path.to_owned()));
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.unwrap_or_default().to_lowercase().as_str() {
            "csv" => Ok(Self::Csv(path.to_owned())),
            "ndjson" | "jsonl" => Ok(Self::NdJson(path.to_owned())),
            "parquet" => Ok(Self::Parquet(path.to_owned())),
            _ => {
                let known = "name a .csv, .ndjson or .parquet file, or the folder of a Delta table";
                let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, known);
                Err(SdkError::file(path.display().to_string())(error))
            }
        }
    }
}

impl ContractTest {
    /// Tries `contract` on the data.
    ///
    /// Columns that the platform fills in may be missing as a whole: what is tested then is what a producer would send.
    pub async fn run(contract: &Contract, data: &DataFile) -> Result<ContractTest, SdkError> {
        let folder = tempfile::tempdir().map_err(SdkError::file("a temporary folder"))?;
        // Under the name that the contract's own statements give it.
        let table = contract.schema().name();
        let dataset = Dataset::open(folder.path(), table, contract.clone()).await?;
        let mut test = ContractTest {
            contract: contract.id().to_owned(),
            contract_version: contract.version().to_owned(),
            rows: 0,
            broken_rows: 0,
            listed: Vec::new(),
            results: Vec::new(),
        };
        let gate = Gate::compile(contract, Side::Stored);
        let mut writing = dataset.writing(WriteMode::Append);
        match data {
            DataFile::NdJson(path) => {
                for lines in Lines::open(path)? {
                    writing
                        .rows(&test.take(lines_gated(&gate, &lines?)))
                        .await?;
                }
            }
            file => {
                let mut batches = open(file).await?.batches();
                while let Some(batch) = batches.try_next().await? {
                    let batch = completed(&batch, contract);
                    let gated = match file {
                        DataFile::Csv(_) => gate.text_columns(&batch),
                        _ => gate.columns(&batch),
                    };
                    let gated = gated.map_err(|differ| SdkError::Contract {
                        file: path_of(file).display().to_string(),
                        message: differ.to_string(),
                    })?;
                    writing.rows(&test.take(gated)).await?;
                }
            }
        }
        writing
            .commit(&BTreeMap::from([("test".to_owned(), 1)]))
            .await?;
        let engine = Engine::new(Limits::default())?;
        engine.add(Arc::new(dataset));
        test.results = quality::rules(&engine, table, contract).await;
        Ok(test)
    }

    /// Whether the data keep the contract, as far as it could be tried.
    pub fn passed(&self) -> bool {
        self.broken_rows == 0 && !self.results.iter().any(RuleResult::is_breach)
    }

    fn take(&mut self, gated: GatedRows) -> mesh_contracts::CheckedBatch {
        let before = self.rows;
        let room = LISTED - self.listed.len();
        self.rows += (gated.accepted.num_rows() + gated.rejected.len()) as u64;
        self.broken_rows += gated.rejected.len() as u64;
        let rejected = gated.rejected.into_iter().take(room);
        self.listed
            .extend(rejected.map(|(row, violations)| BrokenRow {
                row: before + row as u64 + 1,
                violations,
            }));
        gated.accepted
    }
}

fn path_of(file: &DataFile) -> &Path {
    match file {
        DataFile::Csv(path)
        | DataFile::NdJson(path)
        | DataFile::Parquet(path)
        | DataFile::Delta(path) => path,
    }
}

async fn open(file: &DataFile) -> Result<FileRows, SdkError> {
    Ok(match file {
        DataFile::Csv(path) => mesh_storage::read_csv_text(path, b',').await?,
        DataFile::Parquet(path) => mesh_storage::read_parquet(path).await?,
        DataFile::Delta(path) | DataFile::NdJson(path) => mesh_storage::read_delta(path).await?,
    })
}

/// The batch with what the platform would fill in, where the data have no such columns.
fn completed(batch: &RecordBatch, contract: &Contract) -> RecordBatch {
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    let text = fields
        .iter()
        .all(|field| *field.data_type() == arrow_schema::DataType::Utf8);
    let now = Utc::now();
    for property in contract.schema().properties() {
        let missing = batch.column_by_name(property.name()).is_none();
        let rows = 0..batch.num_rows();
        let column: ArrayRef = match property.assigned() {
            Some(Assigned::EventId) if missing => Arc::new(StringArray::from_iter_values(
                rows.map(|_| Uuid::now_v7().to_string()),
            )),
            Some(Assigned::ReceivedAt) if missing && text => Arc::new(
                StringArray::from_iter_values(rows.map(|_| crate::ingest::timestamp(now))),
            ),
            Some(Assigned::ReceivedAt) if missing => {
                let times = rows.map(|_| now.timestamp_micros());
                Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC"))
            }
            _ => continue,
        };
        fields.push(Arc::new(Field::new(
            property.name(),
            column.data_type().clone(),
            true,
        )));
        columns.push(column);
    }
    let schema = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns).unwrap_or_else(|_| batch.clone())
}

fn lines_gated(gate: &Gate, lines: &[Vec<u8>]) -> GatedRows {
    let mut rows = Vec::with_capacity(lines.len());
    let mut places = Vec::with_capacity(lines.len());
    let mut unread = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        match json::parse_record(line) {
            Ok(mut record) => {
                fill_in(&mut record, gate.contract());
                rows.push(record);
                places.push(place);
            }
            Err(error) => unread.push((place, vec![error.into()])),
        }
    }
    let mut gated = gate.batch(rows);
    let rejected = gated.rejected.drain(..);
    unread.extend(rejected.map(|(row, violations)| (places[row], violations)));
    unread.sort_unstable_by_key(|(place, _)| *place);
    gated.rejected = unread;
    gated
}

fn fill_in(record: &mut mesh_contracts::Record, contract: &Contract) {
    for property in contract.schema().properties() {
        let value = match property.assigned() {
            Some(Assigned::EventId) => Uuid::now_v7().to_string(),
            Some(Assigned::ReceivedAt) => crate::ingest::timestamp(Utc::now()),
            None => continue,
        };
        record
            .entry(property.name())
            .or_insert_with(|| value.into());
    }
}

/// The lines of a file that are not empty, some at a time.
struct Lines {
    path: String,
    lines: std::io::Split<std::io::BufReader<std::fs::File>>,
}

impl Lines {
    fn open(path: &Path) -> Result<Lines, SdkError> {
        let name = path.display().to_string();
        let file = std::fs::File::open(path).map_err(SdkError::file(&name))?;
        Ok(Lines {
            path: name,
            lines: std::io::BufRead::split(std::io::BufReader::new(file), b'\n'),
        })
    }
}

impl Iterator for Lines {
    type Item = Result<Vec<Vec<u8>>, SdkError>;

    fn next(&mut self) -> Option<Self::Item> {
        let filled = |line: &std::io::Result<Vec<u8>>| {
            !line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty())
        };
        let chunk: Result<Vec<_>, _> = self.lines.by_ref().filter(filled).take(CHUNK).collect();
        match chunk {
            Ok(chunk) if chunk.is_empty() => None,
            Ok(chunk) => Some(Ok(chunk)),
            Err(error) => Some(Err(SdkError::file(&self.path)(error))),
        }
    }
}
