//! Functions of numbers that statements may call, such as the models of a product.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, StructArray};
use arrow_schema::{DataType, Field, Fields};
use deltalake::datafusion::common::DataFusionError;
use deltalake::datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// Rows of arguments, one after the other, NaN where one is null -> rows of what it gives, NaN for null; or why it cannot.
type Work = dyn Fn(&[f32]) -> Result<Vec<f64>, String> + Send + Sync;

/// A function whose arguments and results are numbers.
#[derive(Clone)]
pub struct RowFunction {
    pub name: String,
    /// How many arguments it takes.
    pub arguments: usize,
    /// What it gives: a number where that is one, else an object with these.
    pub gives: Vec<String>,
    pub work: Arc<Work>,
}

impl RowFunction {
    pub(super) fn udf(&self) -> ScalarUDF {
        let function = self.clone();
        create_udf(
            &self.name,
            vec![DataType::Float64; self.arguments],
            self.gives_type(),
            // The same for the same arguments as long as a statement runs.
            Volatility::Stable,
            Arc::new(move |arguments| function.call(arguments)),
        )
    }

    fn gives_type(&self) -> DataType {
        match self.gives.len() {
            1 => DataType::Float64,
            _ => DataType::Struct(self.fields()),
        }
    }

    fn fields(&self) -> Fields {
        let fields = self.gives.iter();
        fields
            .map(|name| Field::new(name, DataType::Float64, true))
            .collect()
    }

    fn call(&self, arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
        let columns = ColumnarValue::values_to_arrays(arguments)?;
        let columns: Vec<&Float64Array> = columns
            .iter()
            .map(|column| column.as_primitive::<Float64Type>())
            .collect();
        let rows = columns.first().map_or(0, |column| column.len());
        let mut values = Vec::with_capacity(rows * columns.len());
        for row in 0..rows {
            values.extend(columns.iter().map(|column| match column.is_null(row) {
                true => f32::NAN,
                false => column.value(row) as f32,
            }));
        }
        let given = (self.work)(&values).map_err(DataFusionError::Execution)?;
        let width = self.gives.len();
        let column = |place: usize| -> ArrayRef {
            let column = given.iter().skip(place).step_by(width);
            let column = column.map(|value| (!value.is_nan()).then_some(*value));
            Arc::new(column.collect::<Float64Array>())
        };
        let all: ArrayRef = match width {
            1 => column(0),
            _ => {
                let columns = (0..width).map(column).collect();
                Arc::new(StructArray::try_new(self.fields(), columns, None)?)
            }
        };
        // One row of constants is a constant.
        let constant = arguments
            .iter()
            .all(|value| matches!(value, ColumnarValue::Scalar(_)));
        match constant {
            true => Ok(ColumnarValue::Scalar(
                deltalake::datafusion::common::ScalarValue::try_from_array(&all, 0)?,
            )),
            false => Ok(ColumnarValue::Array(all)),
        }
    }
}
