//! Datasets made of the product's other datasets.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use futures::TryStreamExt;
use mesh_storage::{Changes as New, QueryRows, WriteMode, Writing};

use super::mark::MadeOf;
use super::{Made, Refresher};
use crate::SdkError;
use crate::code::Tables;

/// The answer of `statement`: of what is new where that is all there is to do, else of everything.
pub(super) async fn make(
    refresher: &Refresher,
    statement: &str,
    made_of: &MadeOf,
) -> Result<Made, SdkError> {
    if let Some(since) = made_of.since()
        && let New::Rows(rows) = refresher.engine.changes(statement, since).await?
    {
        let progress = made_of.in_part(rows.sources());
        let mut writing = refresher.dataset.writing(WriteMode::Append);
        write_all(refresher, rows, &mut writing).await?;
        writing.commit(&progress).await?;
        return Ok(Made::INCREMENTALLY);
    }
    let rows = refresher.engine.query(statement).await?;
    let progress = made_of.in_full(rows.sources());
    let mut writing = refresher.dataset.writing(WriteMode::Replace);
    write_all(refresher, rows, &mut writing).await?;
    writing.commit(&progress).await?;
    Ok(Made::IN_FULL)
}

/// Writes the answer to a statement, which nobody sees before it is committed.
pub(super) async fn write_all(
    refresher: &Refresher,
    rows: QueryRows,
    writing: &mut Writing<'_>,
) -> Result<(), SdkError> {
    let mut batches = rows.batches();
    while let Some(batch) = batches.try_next().await? {
        gated(refresher, &batch, writing).await?;
    }
    Ok(())
}

/// Rows that code made of all rows of what it reads.
pub(super) async fn make_by_code(
    refresher: &Refresher,
    made_of: &MadeOf,
) -> Result<Made, SdkError> {
    let Some(code) = refresher.code.clone() else {
        return Err(refresher.failed(
            "it is made by code, which is in the product's own program: start it there, with `cargo run -- up`",
        ));
    };
    let mut tables = Tables::new();
    let mut sources = BTreeMap::new();
    for read in &refresher.reads {
        let rows = refresher
            .engine
            .query(&format!("SELECT * FROM \"{}\"", read.name()))
            .await?;
        sources.extend(rows.sources().clone());
        let batches: Vec<RecordBatch> = rows.batches().try_collect().await?;
        tables.insert(read.name().to_owned(), batches);
    }
    let made = tokio::task::spawn_blocking(move || code.make(&tables));
    let made = made
        .await
        .map_err(|_| refresher.failed("its code panicked; the log says where"))?
        .map_err(|error| refresher.failed(error.to_string()))?;
    let mut writing = refresher.dataset.writing(WriteMode::Replace);
    for batch in &made {
        gated(refresher, batch, &mut writing).await?;
    }
    writing.commit(&made_of.in_full(&sources)).await?;
    Ok(Made::IN_FULL)
}

/// Derived rows are right or the derivation is wrong: one that breaks the contract stops the refresh. Its source keeps
/// the rows it was made of, so nothing is lost.
async fn gated(
    refresher: &Refresher,
    batch: &RecordBatch,
    writing: &mut Writing<'_>,
) -> Result<(), SdkError> {
    let gated = refresher
        .gate
        .columns(batch)
        .map_err(|differ| refresher.failed(differ.to_string()))?;
    if let Some((_, violations)) = gated.rejected.first() {
        let first = violations.first().map(ToString::to_string);
        return Err(refresher.failed(format!(
            "{} of {} rows break contract {}, the first: {}",
            gated.rejected.len(),
            batch.num_rows(),
            refresher.dataset.contract().name(),
            first.unwrap_or_default()
        )));
    }
    writing.rows(&gated.accepted).await?;
    Ok(())
}
