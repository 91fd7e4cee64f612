//! Rows of the contract `readings`, all of them good.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use mesh_contracts::Contract;

/// Rows of one batch.
pub(crate) const BATCH: usize = 65_536;

/// Well mixed bits of a row and a column (splitmix64): the same in every run.
fn mixed(row: usize, column: usize) -> u64 {
    let seed = ((row as u64) << 8 | column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ seed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ seed >> 31
}

pub(crate) fn batch(contract: &Contract, first: usize, rows: usize) -> RecordBatch {
    let rows = first..first + rows;
    let number = |column: usize, row: usize| mixed(row, column);
    let integers = |column: usize, values: &'static [i64]| -> ArrayRef {
        let of = |row| values[(number(column, row) % values.len() as u64) as usize];
        Arc::new(rows.clone().map(of).collect::<Int64Array>())
    };
    // One in twenty is absent.
    let sparse = |column: usize, values: &'static [i64]| -> ArrayRef {
        let of = |row| {
            let bits = number(column, row);
            (bits % 20 != 0).then(|| values[(bits / 20 % values.len() as u64) as usize])
        };
        Arc::new(rows.clone().map(of).collect::<Int64Array>())
    };
    let floats = |column: usize, low: f64, high: f64| -> ArrayRef {
        let of = |row| {
            let share = (number(column, row) % 1_000) as f64 / 1_000.0;
            ((low + (high - low) * share) * 10.0).round() / 10.0
        };
        Arc::new(rows.clone().map(of).collect::<Float64Array>())
    };
    let patients = rows
        .clone()
        .map(|row| Some(format!("patient-{:06}", mixed(row, 0) % 1_000_000)));
    let ages = rows.clone().map(|row| (number(1, row) % 121) as i64);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(patients.collect::<StringArray>()),
        Arc::new(ages.collect::<Int64Array>()),
        integers(2, &[0, 1]),
        integers(3, &[1, 2, 3, 4]),
        floats(4, 80.0, 200.0),
        floats(5, 100.0, 500.0),
        sparse(6, &[0, 1]),
        sparse(7, &[0, 1, 2]),
        floats(8, 60.0, 220.0),
        sparse(9, &[0, 1]),
        floats(10, -2.0, 6.0),
        sparse(11, &[1, 2, 3]),
        sparse(12, &[0, 1, 2, 3]),
        sparse(13, &[3, 6, 7]),
    ];
    RecordBatch::try_new(contract.arrow_schema(), columns).unwrap()
}

/// The batch with an age that nobody has in one row of a hundred.
pub(crate) fn spoiled(batch: &RecordBatch) -> RecordBatch {
    let ages = batch.column(1).as_primitive::<Int64Type>().values();
    let spoil = |(row, age): (usize, &i64)| if row % 100 == 0 { 999 } else { *age };
    let ages: Int64Array = ages.iter().enumerate().map(spoil).collect();
    let mut columns = batch.columns().to_vec();
    columns[1] = Arc::new(ages);
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}
