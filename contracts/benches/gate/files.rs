//! The files of the benchmark.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use mesh_contracts::{Contract, Gate};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::rows::{self, BATCH};

fn writer(path: &Path, schema: SchemaRef) -> ArrowWriter<File> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    ArrowWriter::try_new(
        File::create(path).unwrap(),
        schema,
        Some(properties.build()),
    )
    .unwrap()
}

pub(crate) fn write(contract: &Contract, rows: usize, parquet: &Path, csv: &Path) {
    let mut parquet = writer(parquet, contract.arrow_schema());
    let mut csv = arrow_csv::Writer::new(File::create(csv).unwrap());
    for first in (0..rows).step_by(BATCH) {
        let batch = rows::batch(contract, first, BATCH.min(rows - first));
        parquet.write(&batch).unwrap();
        csv.write(&batch).unwrap();
    }
    parquet.close().unwrap();
}

/// Reads and writes again, through the gate if there is one; the rows that pass and those that do not.
pub(crate) fn copy_parquet(from: &Path, to: &Path, gate: Option<&Gate>) -> (usize, usize) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(from).unwrap()).unwrap();
    let mut writer = writer(to, reader.schema().clone());
    let (mut passed, mut refused) = (0, 0);
    for batch in reader.with_batch_size(BATCH).build().unwrap() {
        let batch = batch.unwrap();
        let batch = match gate {
            Some(gate) => {
                let gated = gate.columns(&batch).unwrap();
                refused += gated.rejected.len();
                gated.accepted.batch().clone()
            }
            None => batch,
        };
        passed += batch.num_rows();
        writer.write(&batch).unwrap();
    }
    writer.close().unwrap();
    (passed, refused)
}

/// Reads cells as text for the gate, or else has the reader make the contract's types of them.
pub(crate) fn read_csv(contract: &Contract, from: &Path, gate: Option<&Gate>) -> (usize, usize) {
    let schema = match gate {
        Some(_) => texts(&contract.arrow_schema()),
        None => contract.arrow_schema(),
    };
    let builder = arrow_csv::ReaderBuilder::new(schema)
        .with_header(true)
        .with_batch_size(BATCH);
    let reader = builder
        .build_buffered(BufReader::new(File::open(from).unwrap()))
        .unwrap();
    let (mut passed, mut refused) = (0, 0);
    let mut count = |batch: &RecordBatch, rejected: usize| {
        passed += batch.num_rows();
        refused += rejected;
    };
    for batch in reader {
        let batch = batch.unwrap();
        match gate {
            Some(gate) => {
                let gated = gate.text_columns(&batch).unwrap();
                count(gated.accepted.batch(), gated.rejected.len());
            }
            None => count(&batch, 0),
        }
    }
    (passed, refused)
}

fn texts(schema: &Schema) -> SchemaRef {
    let text = |field: &Arc<Field>| Field::new(field.name(), DataType::Utf8, true);
    Arc::new(Schema::new(
        schema.fields().iter().map(text).collect::<Vec<_>>(),
    ))
}
