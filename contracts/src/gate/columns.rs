//! Columns held to a contract: what is right is looked at as a whole and passes uncopied; a row that is not is made
//! a record again, so that it is told what is wrong in the words that any record is told it.

mod cell;
mod coerce;
mod compiled;
mod differ;
mod nested;
mod text;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::FilterBuilder;

pub(super) use compiled::{Rule, compile};
pub use differ::ColumnsDiffer;

use super::batch::{CheckedBatch, GatedRows, unfit};
use super::check::Check;
use crate::Record;
use crate::contract::{Contract, Side};
use crate::property::Property;
use crate::violation::Violation;

/// The values of one property, with the type they are stored in except that everything may be null, and which
/// of them break a rule.
struct Cells {
    values: ArrayRef,
    broken: Broken,
}

/// Set where a rule is broken; none where all is well.
type Broken = Option<BooleanBuffer>;

fn either(one: Broken, other: Broken) -> Broken {
    match (one, other) {
        (Some(one), Some(other)) => Some(&one | &other),
        (one, other) => one.or(other),
    }
}

pub(super) fn columns(
    contract: &Contract,
    rules: &[Rule],
    batch: &RecordBatch,
) -> Result<GatedRows, ColumnsDiffer> {
    let found = differ::matched(contract, batch)?;
    let record = |row| record(batch, row);
    let read = |rule: &Rule, property: &Property, array: &ArrayRef| {
        nested::column(rule, property, property.name(), array, None)
    };
    gate(contract, rules, batch.num_rows(), &found, read, record)
}

/// A row of columns as the record that JSON has of it.
///
/// # Panics
/// If the batch has no such row.
pub fn record(batch: &RecordBatch, row: usize) -> Record {
    let fields = batch.schema_ref().fields().iter().zip(batch.columns());
    fields
        .map(|(field, column)| (field.name().clone(), cell::value(column, row)))
        .collect()
}

pub(super) fn text_columns(
    contract: &Contract,
    rules: &[Rule],
    batch: &RecordBatch,
) -> Result<GatedRows, ColumnsDiffer> {
    let texts = text::texts(batch)?;
    let found = differ::matched(contract, &texts)?;
    let names: Vec<String> = texts
        .schema_ref()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let record = |row| {
        let cell = |column: &ArrayRef| match column.is_null(row) {
            true => String::new(),
            false => column.as_string::<i32>().value(row).to_owned(),
        };
        let cells: Vec<String> = texts.columns().iter().map(cell).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        contract.record_from_text(&names, &cells)
    };
    let read = |rule: &Rule, property: &Property, array: &ArrayRef| {
        Ok(text::column(rule, property, array.as_string()))
    };
    gate(contract, rules, texts.num_rows(), &found, read, record)
}

fn gate(
    contract: &Contract,
    rules: &[Rule],
    rows: usize,
    found: &[Option<ArrayRef>],
    read: impl Fn(&Rule, &Property, &ArrayRef) -> Result<Cells, ColumnsDiffer>,
    record: impl Fn(usize) -> Record,
) -> Result<GatedRows, ColumnsDiffer> {
    let schema = contract.arrow_schema();
    let properties = contract.schema().properties();
    let mut broken: Broken = None;
    let mut values = Vec::with_capacity(properties.len());
    for (index, (property, rule)) in properties.iter().zip(rules).enumerate() {
        match &found[index] {
            None => values.push(new_null_array(schema.field(index).data_type(), rows)),
            Some(array) => {
                let cells = read(rule, property, array)?;
                broken = either(broken, cells.broken);
                values.push(cells.values);
            }
        }
    }
    let (batch, rejected) = match broken.filter(BooleanBuffer::has_true) {
        None => (sealed(&schema, values, rows), Vec::new()),
        Some(broken) => {
            let told = |row| (row, violations(properties, &record(row)));
            let rejected = broken.set_indices().map(told).collect();
            (good_rows(&schema, &values, &broken), rejected)
        }
    };
    Ok(checked(contract, batch, rejected, rows))
}

fn violations(properties: &[Property], record: &Record) -> Vec<Violation> {
    let checked = Check::record(properties, record, Side::Stored);
    checked.err().unwrap_or_else(|| vec![unfit()])
}

/// Columns that keep the contract fit its schema. Should they ever not, none of them passes.
fn checked(
    contract: &Contract,
    batch: Result<RecordBatch, ArrowError>,
    rejected: Vec<(usize, Vec<Violation>)>,
    rows: usize,
) -> GatedRows {
    let (batch, rejected) = match batch {
        Ok(batch) => (batch, rejected),
        Err(_) => (
            RecordBatch::new_empty(contract.arrow_schema()),
            (0..rows).map(|row| (row, vec![unfit()])).collect(),
        ),
    };
    GatedRows {
        accepted: CheckedBatch::new(contract.clone(), batch),
        rejected,
    }
}

fn good_rows(
    schema: &SchemaRef,
    values: &[ArrayRef],
    broken: &BooleanBuffer,
) -> Result<RecordBatch, ArrowError> {
    let good = BooleanArray::new(!broken, None);
    let rows = good.true_count();
    let filter = FilterBuilder::new(&good).optimize().build();
    let values: Result<Vec<ArrayRef>, ArrowError> =
        values.iter().map(|values| filter.filter(values)).collect();
    sealed(schema, values?, rows)
}

/// Puts on the values the contract's own types, which say what may not be null.
fn sealed(
    schema: &SchemaRef,
    values: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().zip(values);
    let columns: Result<Vec<ArrayRef>, ArrowError> = columns
        .map(|(field, values)| nested::sealed(field, values))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns?, &options)
}
