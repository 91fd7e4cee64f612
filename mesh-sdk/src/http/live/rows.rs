//! The rows that each version of a dataset adds.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::response::sse::Event as Frame;
use futures::TryStreamExt;
use mesh_contracts::{Record, record};
use mesh_platform::problem::Problem;
use mesh_storage::{Changes as Added, Dataset, Engine, QueryRows, StorageError};
use serde_json::json;

use super::outlet::{Ended, Outlet};
use super::start::{Start, unknown};
use crate::changes::Changes;
use crate::ingest::schema_of;

/// Of the rows that wait for a slow client, how many are in memory, and bytes of them, about.
const PAGE_ROWS: usize = 1000;
const PAGE_BYTES: usize = 1 << 20;

#[derive(Clone)]
pub(super) struct RowFeed {
    pub(super) dataset: Arc<Dataset>,
    pub(super) engine: Arc<Engine>,
    pub(super) changes: Changes,
    /// The name for ever of the port.
    pub(super) source: String,
}

pub(super) struct RowReading {
    feed: RowFeed,
    next: Next,
}

/// What comes next: of a version, what is behind its first `rows` rows. `7-3` is also the id of the third row of version 7.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Next {
    version: u64,
    rows: u64,
}

/// Some rows of a version, each as the data of a frame.
struct Page {
    rows: Vec<String>,
    is_last: bool,
}

impl RowFeed {
    pub(super) fn open(&self, start: Start) -> Result<RowReading, Problem> {
        let newest = self.dataset.info().version;
        let next = match start {
            Start::Next => Next::all_of(newest),
            // Version 0 makes the table.
            Start::Beginning => Next::all_of(0),
            Start::Behind(id) => id.parse().map_err(|()| {
                unknown("write an id as it came, such as 7-3 for the third row of version 7")
            })?,
        };
        if next.version > newest && next != Next::all_of(newest) {
            let versions = format!("the dataset is at version {newest}");
            return Err(unknown(&versions));
        }
        Ok(RowReading {
            feed: self.clone(),
            next,
        })
    }

    /// The rows from `next` on, as many as a page holds, or why they cannot be told from the others.
    ///
    /// Read anew for each page: a slow client must not keep one of the few queries that run at once.
    async fn page(&self, next: Next) -> Result<Result<Page, String>, StorageError> {
        match self
            .engine
            .added_by(self.dataset.name(), next.version)
            .await?
        {
            Added::Rows(rows) => Ok(Ok(self.take(rows, next).await?)),
            Added::Whole { reason } => Ok(Err(reason)),
        }
    }

    async fn take(&self, rows: QueryRows, next: Next) -> Result<Page, StorageError> {
        let (mut page, mut bytes, mut row) = (Vec::new(), 0, 0);
        let mut batches = rows.batches();
        while let Some(batch) = batches.try_next().await? {
            for place in 0..batch.num_rows() {
                row += 1;
                if row <= next.rows {
                    continue;
                }
                if page.len() >= PAGE_ROWS || bytes >= PAGE_BYTES {
                    let is_last = false;
                    return Ok(Page {
                        rows: page,
                        is_last,
                    });
                }
                let version = next.version;
                let row = self.event(Next { version, rows: row }, &record(&batch, place));
                bytes += row.len();
                page.push(row);
            }
        }
        let is_last = true;
        Ok(Page {
            rows: page,
            is_last,
        })
    }

    /// A row as CloudEvents JSON. When it came to be is not known of it alone.
    fn event(&self, id: Next, row: &Record) -> String {
        json!({
            "specversion": "1.0",
            "id": id.to_string(),
            "source": self.source,
            "type": "mesh.row",
            "datacontenttype": "application/json",
            "dataschema": schema_of(self.dataset.contract()),
            "data": row,
        })
        .to_string()
    }
}

impl RowReading {
    pub(super) async fn run(mut self, outlet: Outlet) -> Result<Infallible, Ended> {
        let mut heard = self.feed.changes.listen();
        outlet.begin(self.next.to_string()).await?;
        loop {
            heard.mark_unchanged();
            while self.next.version <= self.feed.dataset.info().version {
                self.go_on(&outlet).await?;
            }
            // The feed keeps the other end.
            let _told = heard.changed().await;
        }
    }

    /// Sends a page of rows, or that everything is to be read anew.
    async fn go_on(&mut self, outlet: &Outlet) -> Result<(), Ended> {
        match self.feed.page(self.next).await? {
            Ok(page) => {
                for row in page.rows {
                    self.next.rows += 1;
                    let frame = Frame::default().event("mesh.row").data(row);
                    outlet.send(frame.id(self.next.to_string())).await?;
                }
                if page.is_last {
                    self.next = Next::all_of(self.next.version);
                }
                Ok(())
            }
            Err(reason) => {
                let version = self.feed.dataset.info().version;
                self.next = Next::all_of(version);
                let what = json!({ "version": version, "reason": reason });
                let frame = Frame::default().event("replaced").data(what.to_string());
                outlet.send(frame.id(self.next.to_string())).await
            }
        }
    }
}

impl Next {
    fn all_of(version: u64) -> Next {
        let version = version.saturating_add(1);
        Next { version, rows: 0 }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.version, self.rows)
    }
}

impl FromStr for Next {
    type Err = ();

    fn from_str(id: &str) -> Result<Next, ()> {
        let (version, rows) = id.split_once('-').ok_or(())?;
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Next {
            version: number(version)?,
            rows: number(rows)?,
        })
    }
}

#[cfg(test)]
mod tests;
