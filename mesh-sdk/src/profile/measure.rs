//! The rows of a dataset, summed up by SQL: three questions, each asked of many properties in one statement.

use mesh_contracts::LogicalType;
use mesh_storage::{DatasetVersion, Engine, StorageError, TableSource};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::column::Column;
use super::{CROWD, crowd};
use crate::sql;

/// Properties of one statement: its tokens are counted, and all of it runs at once.
const TOGETHER: usize = 16;
/// Beyond these a number is none to reckon with.
const NUMBERS: &str = "BETWEEN -1e300 AND 1e300";

/// One version of a dataset.
pub(super) struct Rows<'a> {
    engine: &'a Engine,
    name: &'a str,
    version: TableSource,
}

#[derive(Deserialize)]
struct Of<T> {
    property: usize,
    #[serde(flatten)]
    answer: T,
}

impl<'a> Rows<'a> {
    pub(super) fn of(engine: &'a Engine, name: &'a str, version: DatasetVersion) -> Rows<'a> {
        Rows {
            engine,
            name,
            version: TableSource::Version(version),
        }
    }

    /// # Errors
    /// As [`Engine::query`].
    pub(super) async fn measure(&self, columns: &mut [Column<'_>]) -> Result<(), StorageError> {
        for Of { property, answer } in self.ask(columns, Self::counts).await? {
            columns[property].counts = answer;
        }
        for Of { property, answer } in self.ask(columns, Self::spread).await? {
            columns[property].spread = Some(answer);
        }
        for Of { property, answer } in self.ask(columns, Self::bins).await? {
            columns[property].bins.push(answer);
        }
        for Of { property, answer } in self.ask(columns, Self::values).await? {
            columns[property].values.push(answer);
        }
        Ok(())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        columns: &[Column<'_>],
        question: impl Fn(&Self, &Column<'_>) -> Option<String>,
    ) -> Result<Vec<Of<T>>, StorageError> {
        let selects = columns.iter().enumerate().filter_map(|(index, column)| {
            let select = question(self, column)?;
            Some(format!("SELECT {index} AS property, {select}"))
        });
        let selects: Vec<String> = selects.collect();
        let mut answers = Vec::new();
        for some in selects.chunks(TOGETHER) {
            let table = (self.name.to_owned(), self.version.clone());
            let statement = some.join(" UNION ALL ");
            let rows = self.engine.query_over(&statement, [table]).await?;
            answers.extend(sql::read(rows).await?);
        }
        Ok(answers)
    }

    fn from(&self) -> String {
        format!("FROM {}", sql::name(self.name))
    }

    fn counts(&self, column: &Column<'_>) -> Option<String> {
        let name = column.name();
        let different = match column.property.logical_type() {
            LogicalType::Object(_) | LogicalType::Array(_) => "NULL".to_owned(),
            LogicalType::Number => format!("approx_distinct(CAST({name} AS VARCHAR))"),
            _ => format!("approx_distinct({name})"),
        };
        Some(format!(
            "count(*) AS total, count({name}) AS filled, CAST({different} AS BIGINT) AS different {}",
            self.from()
        ))
    }

    fn spread(&self, column: &Column<'_>) -> Option<String> {
        let number = column.number()?;
        let tail = crowd::tail(column.counts.filled);
        let at = |part: f64| format!("approx_percentile_cont({number}, {part})");
        Some(format!(
            "avg({number}) AS mean, stddev({number}) AS deviation, {} AS low, {} AS quarter, {} AS half, \
             {} AS three_quarters, {} AS high {} WHERE {number} {NUMBERS}",
            at(tail),
            at(0.25),
            at(0.5),
            at(0.75),
            at(1.0 - tail),
            self.from()
        ))
    }

    fn bins(&self, column: &Column<'_>) -> Option<String> {
        let number = column.number()?;
        let (low, high) = column.spread.as_ref()?.fences()?;
        let bin = column.ruler().map_or_else(
            || "0".to_owned(),
            |ruler| {
                let bin = format!("floor(({number} - {:?}) / {:?})", ruler.from, ruler.step);
                format!("least(greatest({bin}, 0), {})", ruler.bins - 1)
            },
        );
        Some(format!(
            "CAST({bin} AS BIGINT) AS place, count(*) AS total, \
             sum(CASE WHEN {number} BETWEEN {low:?} AND {high:?} THEN 0 ELSE 1 END) AS outliers {} \
             WHERE {number} {NUMBERS} GROUP BY 2",
            self.from()
        ))
    }

    fn values(&self, column: &Column<'_>) -> Option<String> {
        let name = column.name();
        column.has_few_values().then(|| {
            format!(
                "CAST({name} AS VARCHAR) AS place, count(*) AS total, 0 AS outliers {} \
                 WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) >= {CROWD}",
                self.from()
            )
        })
    }
}
