use arrow_array::RecordBatch;
use arrow_json::ReaderBuilder;
use arrow_schema::ArrowError;

use super::check::Check;
use crate::Record;
use crate::contract::{Contract, Side};
use crate::violation::Violation;

/// Rows that keep a contract, as Arrow columns.
///
/// Made by a [`Gate`](super::Gate) and by nothing else: whoever asks for one cannot be given rows that
/// no gate has seen.
#[derive(Clone, Debug)]
pub struct CheckedBatch {
    contract: Contract,
    batch: RecordBatch,
}

impl CheckedBatch {
    pub(super) fn new(contract: Contract, batch: RecordBatch) -> CheckedBatch {
        CheckedBatch { contract, batch }
    }

    /// The contract that the rows keep.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The rows, with the columns of [`Contract::arrow_schema`].
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    pub fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.num_rows() == 0
    }
}

/// What a gate made of some rows.
#[derive(Debug)]
pub struct GatedRows {
    /// The good rows, in their order.
    pub accepted: CheckedBatch,
    /// Places of the bad rows among the rows given, ascending, each with what is wrong with it.
    pub rejected: Vec<(usize, Vec<Violation>)>,
}

pub(super) fn batch(contract: &Contract, rows: Vec<Record>) -> GatedRows {
    let properties = contract.schema().properties();
    let mut rejected = Vec::new();
    let mut places = Vec::with_capacity(rows.len());
    let mut good = Vec::with_capacity(rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        match Check::record(properties, &row, Side::Stored) {
            Ok(()) => {
                places.push(place);
                good.push(row);
            }
            Err(violations) => rejected.push((place, violations)),
        }
    }
    let batch = encode(contract, &good).unwrap_or_else(|_| {
        let (batch, refused) = encode_one_by_one(contract, &good);
        rejected.extend(
            refused
                .into_iter()
                .map(|index| (places[index], vec![unfit()])),
        );
        rejected.sort_unstable_by_key(|(place, _)| *place);
        batch
    });
    GatedRows {
        accepted: CheckedBatch::new(contract.clone(), batch),
        rejected,
    }
}

fn encode(contract: &Contract, rows: &[Record]) -> Result<RecordBatch, ArrowError> {
    let schema = contract.arrow_schema();
    let mut decoder = ReaderBuilder::new(schema.clone())
        .with_batch_size(rows.len().max(1))
        .with_strict_mode(true)
        .build_decoder()?;
    decoder.serialize(rows)?;
    Ok(decoder
        .flush()?
        .unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

/// Rows that keep the contract fit into Arrow. Should one ever not, it is this row that is refused and not its
/// neighbours. The cause is not told: Arrow's messages repeat values.
fn encode_one_by_one(contract: &Contract, rows: &[Record]) -> (RecordBatch, Vec<usize>) {
    let (fit, unfit): (Vec<usize>, Vec<usize>) =
        (0..rows.len()).partition(|index| encode(contract, &rows[*index..=*index]).is_ok());
    let fitting: Vec<Record> = fit.into_iter().map(|index| rows[index].clone()).collect();
    match encode(contract, &fitting) {
        Ok(batch) => (batch, unfit),
        Err(_) => {
            let none = RecordBatch::new_empty(contract.arrow_schema());
            (none, (0..rows.len()).collect())
        }
    }
}

pub(super) fn unfit() -> Violation {
    Violation::new(
        String::new(),
        "encoding",
        "values that fit the columns of the dataset",
        "object",
    )
}
