use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use deltalake::datafusion::common::arrow::compute::cast;
use futures::TryStreamExt;

use crate::{Engine, StorageError};

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
        let mut batches = rows.into_batches();
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
        .map_err(|error| StorageError::InvalidQuery(error.to_string()))?;
    let array = array.as_primitive::<Float32Type>();
    values.extend((0..array.len()).map(|row| match array.is_null(row) {
        true => f32::NAN,
        false => array.value(row),
    }));
    Ok(())
}
