use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use arrow_json::writer::{JsonArray, Writer, WriterBuilder};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use futures::{Stream, StreamExt};

use crate::{QueryRows, StorageError};

/// How the rows of a query go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON array of objects, one per row; nulls are written out.
    Json,
    /// CSV with a header; a nested value is a cell of JSON.
    Csv,
    /// An Arrow IPC stream.
    Arrow,
}

impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }
}

impl QueryRows {
    /// The rows in `format`, as they come. An error in the stream means that the answer is incomplete.
    pub fn encode(
        self,
        format: Format,
    ) -> Result<impl Stream<Item = Result<Bytes, StorageError>> + Send, StorageError> {
        let mut encoder = Encoder::new(format, &self.schema())?;
        let batches = self.batches();
        let chunks = batches.map(Some).chain(futures::stream::iter([None]));
        Ok(chunks.filter_map(move |step| {
            let chunk = match step {
                Some(Ok(batch)) => encoder.rows(&batch),
                Some(Err(error)) => Err(error),
                None => encoder.end(),
            };
            let empty = matches!(&chunk, Ok(bytes) if bytes.is_empty());
            std::future::ready((!empty).then_some(chunk))
        }))
    }
}

enum Encoder {
    Json(Writer<Vec<u8>, JsonArray>),
    Csv { flat: SchemaRef, header: bool },
    Arrow(StreamWriter<Vec<u8>>),
}

impl Encoder {
    fn new(format: Format, schema: &SchemaRef) -> Result<Encoder, StorageError> {
        Ok(match format {
            Format::Json => Self::Json(json(Vec::new())),
            Format::Csv => Self::Csv {
                flat: flat_schema(schema),
                header: true,
            },
            Format::Arrow => {
                Self::Arrow(StreamWriter::try_new(Vec::new(), schema).map_err(failed)?)
            }
        })
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<Bytes, StorageError> {
        match self {
            Self::Json(writer) => {
                writer.write(batch).map_err(failed)?;
                Ok(taken(writer.get_mut()))
            }
            Self::Csv { flat, header } => {
                let rows = flatten(batch, flat)?;
                csv(&rows, std::mem::take(header))
            }
            Self::Arrow(writer) => {
                writer.write(batch).map_err(failed)?;
                Ok(taken(writer.get_mut()))
            }
        }
    }

    fn end(&mut self) -> Result<Bytes, StorageError> {
        match self {
            Self::Json(writer) => {
                writer.finish().map_err(failed)?;
                Ok(taken(writer.get_mut()))
            }
            // The header goes out with an answer of no rows too.
            Self::Csv { flat, header } if *header => {
                csv(&RecordBatch::new_empty(flat.clone()), true)
            }
            Self::Csv { .. } => Ok(Bytes::new()),
            Self::Arrow(writer) => {
                writer.finish().map_err(failed)?;
                Ok(taken(writer.get_mut()))
            }
        }
    }
}

fn json(into: Vec<u8>) -> Writer<Vec<u8>, JsonArray> {
    WriterBuilder::new().with_explicit_nulls(true).build(into)
}

fn csv(rows: &RecordBatch, header: bool) -> Result<Bytes, StorageError> {
    let mut bytes = Vec::new();
    let mut writer = arrow_csv::WriterBuilder::new()
        .with_header(header)
        .build(&mut bytes);
    writer.write(rows).map_err(failed)?;
    drop(writer);
    Ok(bytes.into())
}

fn taken(buffer: &mut Vec<u8>) -> Bytes {
    Bytes::from(std::mem::take(buffer))
}

fn flat_schema(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let data_type = match field.data_type().is_nested() {
            true => DataType::Utf8,
            false => field.data_type().clone(),
        };
        Field::new(field.name(), data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn flatten(batch: &RecordBatch, flat: &SchemaRef) -> Result<RecordBatch, StorageError> {
    let columns = batch.schema();
    let columns = columns.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| match field.data_type().is_nested() {
        true => as_json(field, column),
        false => Ok(column.clone()),
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(flat.clone(), columns).map_err(failed)
}

/// Each value of a nested column as its JSON text.
fn as_json(field: &Field, column: &ArrayRef) -> Result<ArrayRef, StorageError> {
    let named = Field::new("v", field.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![named]));
    let batch = RecordBatch::try_new(schema, vec![column.clone()]).map_err(failed)?;
    let mut lines = arrow_json::LineDelimitedWriter::new(Vec::new());
    lines.write(&batch).map_err(failed)?;
    let text = String::from_utf8(lines.into_inner())
        .map_err(|_| StorageError::Encode("a nested value is not UTF-8".to_owned()))?;
    // A line is {"v":VALUE}, or {} for a null.
    let cells = text.lines().map(|line| {
        line.strip_prefix("{\"v\":")
            .and_then(|rest| rest.strip_suffix('}'))
    });
    Ok(Arc::new(StringArray::from_iter(cells)))
}

#[expect(clippy::needless_pass_by_value, reason = "goes into map_err")]
fn failed(error: ArrowError) -> StorageError {
    StorageError::Encode(error.to_string())
}
