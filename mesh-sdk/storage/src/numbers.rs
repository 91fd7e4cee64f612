use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use deltalake::datafusion::common::arrow::compute::cast;
use futures::TryStreamExt;

use crate::{Engine, QueryRows, StorageError};

/// The rows of a query as numbers: what models train on.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Column names, in the order of the query.
    pub columns: Vec<String>,
    /// One vector per column, as long as there are rows; a null is NaN.
    pub values: Vec<Vec<f32>>,
    /// The version of every dataset that was read.
    pub sources: std::collections::BTreeMap<String, u64>,
}

impl Engine {
    /// Runs a query whose columns are all numbers or booleans.
    ///
    /// # Errors
    /// As [`Engine::query`]; [`StorageError::InvalidQuery`] also if a column does not convert.
    pub async fn numbers(&self, sql: &str) -> Result<Numbers, StorageError> {
        let rows = self.query(sql).await?;
        let sources = rows.sources().clone();
        let columns: Vec<String> = rows
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let mut values = vec![Vec::new(); columns.len()];
        let mut batches = rows.batches();
        while let Some(batch) = batches.try_next().await? {
            for (column, values) in values.iter_mut().enumerate() {
                extend(values, &batch, column)?;
            }
        }
        Ok(Numbers {
            columns,
            values,
            sources,
        })
    }

    /// Runs a query that gives one row with one number, as the rules of a contract do; null is `None`.
    ///
    /// # Errors
    /// As [`Engine::query`]; [`StorageError::InvalidQuery`] also if it gives anything else, which it names.
    pub async fn number(&self, sql: &str) -> Result<Option<f64>, StorageError> {
        let rows = self.query(sql).await?;
        has_one_number(&rows)?;
        let mut batches = rows.batches();
        let mut numbers = Vec::new();
        while let Some(batch) = batches.try_next().await? {
            let column = cast(batch.column(0), &DataType::Float64)
                .map_err(|error| StorageError::UnfitValue(error.to_string()))?;
            numbers.extend(column.as_primitive::<Float64Type>());
            if numbers.len() > 1 {
                return Err(not_one_number("more than one row"));
            }
        }
        numbers.pop().ok_or_else(|| not_one_number("no row"))
    }
}

fn has_one_number(rows: &QueryRows) -> Result<(), StorageError> {
    let schema = rows.schema();
    let [column] = schema.fields().as_ref() else {
        let columns = format!("{} columns", schema.fields().len());
        return Err(not_one_number(&columns));
    };
    let data_type = column.data_type();
    match data_type.is_numeric() || data_type.is_null() {
        true => Ok(()),
        false => Err(not_one_number(&format!("a column of {data_type}"))),
    }
}

fn not_one_number(given: &str) -> StorageError {
    StorageError::InvalidQuery(format!(
        "the query gives {given}, and is to give one row with one number"
    ))
}

fn extend(values: &mut Vec<f32>, batch: &RecordBatch, column: usize) -> Result<(), StorageError> {
    let array = batch.column(column);
    let numeric = array.data_type().is_numeric() || *array.data_type() == DataType::Boolean;
    if !numeric {
        let message = format!(
            "column {} is {}, and a model takes numbers: cast it in the query",
            batch.schema().field(column).name(),
            array.data_type()
        );
        return Err(StorageError::InvalidQuery(message));
    }
    let array = cast(array, &DataType::Float32)
        .map_err(|error| StorageError::UnfitValue(error.to_string()))?;
    let array = array.as_primitive::<Float32Type>();
    values.extend((0..array.len()).map(|row| match array.is_null(row) {
        true => f32::NAN,
        false => array.value(row),
    }));
    Ok(())
}
