//! The rows of a dataset in windows of time: each row once for every window that it falls in.

use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deltalake::datafusion::catalog::TableProvider;
use deltalake::datafusion::common::{Column, ScalarValue};
use deltalake::datafusion::datasource::{ViewTable, provider_as_source};
use deltalake::datafusion::error::DataFusionError;
use deltalake::datafusion::functions_nested::expr_fn::make_array;
use deltalake::datafusion::logical_expr::{Expr, LogicalPlanBuilder, ident, lit};
use deltalake::datafusion::prelude::cast;

use crate::DatasetVersion;

/// Columns that the rows have besides those of their dataset.
pub const WINDOW_START: &str = "window_start";
pub const WINDOW_END: &str = "window_end";

/// The rows of a dataset that fall into some windows.
#[derive(Clone)]
pub struct WindowedRows {
    rows: DatasetVersion,
    time: String,
    size: i64,
    every: i64,
    starts: Range<i64>,
}

impl WindowedRows {
    /// Windows as long as `size`, of which one starts each `every`, counted from the epoch, by the timestamp column
    /// `time`. `size` is a multiple of `every`. Those that start within `starts`. All in microseconds.
    pub fn new(
        rows: &DatasetVersion,
        time: &str,
        (size, every): (i64, i64),
        starts: Range<i64>,
    ) -> WindowedRows {
        // The last of the windows ends so much behind its start.
        let end = starts.end.saturating_sub(every).saturating_add(size);
        WindowedRows {
            rows: rows.between(time, starts.start..end),
            time: time.to_owned(),
            size,
            every,
            starts,
        }
    }

    pub(super) fn rows(&self) -> &DatasetVersion {
        &self.rows
    }

    /// `rows`, once for every window.
    pub(super) fn provider(
        &self,
        name: &str,
        rows: Arc<dyn TableProvider>,
    ) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let columns: Vec<Expr> = names(&rows.schema()).map(ident).collect();
        let scan = LogicalPlanBuilder::scan(name, provider_as_source(rows), None)?;
        let started = columns.iter().cloned().chain([self.windows()]);
        let exploded = scan
            .project(started)?
            .unnest_column(Column::from_name(WINDOW_START))?;
        let end = ident(WINDOW_START) + lit(self.size);
        let both = [
            cast(ident(WINDOW_START), timestamp()).alias(WINDOW_START),
            cast(end, timestamp()).alias(WINDOW_END),
        ];
        let start = ident(WINDOW_START);
        let wanted = start
            .clone()
            .gt_eq(lit(self.starts.start))
            .and(start.lt(lit(self.starts.end)));
        let plan = exploded
            .filter(wanted)?
            .project(columns.into_iter().chain(both))?
            .build()?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }

    /// The starts of the windows that a row falls in.
    fn windows(&self) -> Expr {
        let at = || cast(ident(&self.time), DataType::Int64);
        let every = || lit(self.every);
        // The remainder has the sign of the time, which may be before the epoch.
        let newest = at() - (at() % every() + every()) % every();
        let offsets = (0..self.size / self.every).map(|nth| nth * self.every);
        make_array(offsets.map(|offset| newest.clone() - lit(offset)).collect()).alias(WINDOW_START)
    }
}

/// The columns of a dataset, and behind them those of its windows.
pub fn windowed(columns: &Schema) -> SchemaRef {
    let windows = [WINDOW_START, WINDOW_END].map(|name| Field::new(name, timestamp(), true));
    let fields = columns.fields().iter().cloned();
    Arc::new(Schema::new(
        fields
            .chain(windows.map(Arc::new))
            .collect::<arrow_schema::Fields>(),
    ))
}

/// Whether a timestamp column lies in a span of microseconds since the epoch. So written, files and their parts
/// are left out by their statistics.
pub(crate) fn in_times(column: &str, times: &Range<i64>) -> Expr {
    let at = |micros| {
        lit(ScalarValue::TimestampMicrosecond(
            Some(micros),
            Some("UTC".into()),
        ))
    };
    ident(column)
        .gt_eq(at(times.start))
        .and(ident(column).lt(at(times.end)))
}

fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn names(schema: &SchemaRef) -> impl Iterator<Item = &str> {
    schema.fields().iter().map(|field| field.name().as_str())
}
