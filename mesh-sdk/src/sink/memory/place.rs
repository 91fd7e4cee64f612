use mesh_contracts::Record;
use serde_json::Value;

use crate::sql;

/// Where a record has a text: in a property, or in one of a property that is an object.
pub(super) struct Place {
    column: String,
    within: Option<&'static str>,
}

impl Place {
    pub(super) fn column(name: &str) -> Place {
        let column = name.to_owned();
        let within = None;
        Place { column, within }
    }

    pub(super) fn within(name: &str, within: &'static str) -> Place {
        let column = name.to_owned();
        let within = Some(within);
        Place { column, within }
    }

    pub(super) fn text<'a>(&self, record: &'a Record) -> Option<&'a str> {
        let value = record.get(&self.column)?;
        let value = self.within.map_or(Some(value), |name| value.get(name));
        value.and_then(Value::as_str)
    }

    /// What a statement calls it.
    pub(super) fn sql(&self) -> String {
        let column = sql::name(&self.column);
        match self.within {
            Some(name) => format!("{column}[{}]", sql::text(name)),
            None => column,
        }
    }
}
