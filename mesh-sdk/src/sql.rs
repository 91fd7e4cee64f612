//! Parts of the statements that the platform asks of its own datasets.

use chrono::{DateTime, Utc};

use crate::ingest::timestamp;

/// A name of a table or a column.
pub(crate) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A time as columns have it.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    format!(
        "arrow_cast('{}', 'Timestamp(Microsecond, Some(\"UTC\"))')",
        timestamp(time)
    )
}
