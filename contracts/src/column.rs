//! A property of a contract as a column of its dataset, at any depth.

use crate::property::{LogicalType, Property};

/// One property by the way that leads to it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    path: String,
    /// None for what is inside of a list, which no column access reaches.
    sql: Option<String>,
    numeric: bool,
    /// Whether its values are points in time.
    moment: bool,
}

impl Column {
    /// A property of `object`, or of the record itself.
    pub(crate) fn of(object: Option<&Column>, property: &Property) -> Column {
        let name = property.name();
        let (path, sql) = match object {
            None => (name.to_owned(), Some(identifier(name))),
            Some(object) => (
                format!("{}.{name}", object.path),
                object
                    .sql
                    .as_ref()
                    .map(|sql| format!("{sql}[{}]", text(name))),
            ),
        };
        Column {
            path,
            sql,
            numeric: is_numeric(property),
            moment: is_moment(property),
        }
    }

    /// The items of a list.
    pub(crate) fn items(list: &Column, item: &Property) -> Column {
        Column {
            path: format!("{}[]", list.path),
            sql: None,
            numeric: is_numeric(item),
            moment: is_moment(item),
        }
    }

    /// The column at a dotted path such as `heart_risk.accuracy.value`.
    pub(crate) fn find(properties: &[Property], path: &str) -> Option<Column> {
        let mut columns = all(properties).into_iter();
        columns.find(|column| column.path == path)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// How SQL reaches it, quoted.
    pub(crate) fn sql(&self) -> Option<&str> {
        self.sql.as_deref()
    }

    pub(crate) fn moment(&self) -> bool {
        self.moment
    }

    pub(crate) fn numeric(&self) -> bool {
        self.numeric
    }
}

/// Every property at every depth, outer before inner.
pub(crate) fn all(properties: &[Property]) -> Vec<Column> {
    fn add(columns: &mut Vec<Column>, column: &Column, property: &Property) {
        columns.push(column.clone());
        match property.logical_type() {
            LogicalType::Object(properties) => {
                for inner in properties {
                    add(columns, &Column::of(Some(column), inner), inner);
                }
            }
            LogicalType::Array(item) => add(columns, &Column::items(column, item), item),
            _ => {}
        }
    }
    let mut columns = Vec::new();
    for property in properties {
        add(&mut columns, &Column::of(None, property), property);
    }
    columns
}

fn is_moment(property: &Property) -> bool {
    matches!(
        property.logical_type(),
        LogicalType::Date | LogicalType::Timestamp
    )
}

fn is_numeric(property: &Property) -> bool {
    matches!(
        property.logical_type(),
        LogicalType::Integer | LogicalType::Number
    )
}

/// A name in SQL, whatever it is made of.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL, whatever it is made of.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
