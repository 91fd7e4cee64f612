//! What a contract promises about its service: ODCS `slaProperties`.

mod amount;
mod read;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

pub(crate) use read::service_levels;

/// One promise about the service.
#[derive(Clone, Debug)]
pub struct ServiceLevel {
    property: String,
    value: Value,
    value_ext: Option<Value>,
    unit: Option<String>,
    element: Option<String>,
    driver: Option<String>,
    description: Option<String>,
    kind: Promise,
}

/// What can be measured of a promise. Columns are dotted paths, none where the promise names none or several.
#[derive(Clone, Debug, PartialEq)]
pub enum Promise {
    /// The newest value of the column is at most this old.
    Freshness {
        limit: Duration,
        element: Option<String>,
    },
    /// Rows are kept so long, counted from the column.
    Retention {
        limit: Duration,
        element: Option<String>,
    },
    /// A row can be read at most this long after the time in the column.
    Latency {
        limit: Duration,
        element: Option<String>,
    },
    /// Share of the time in which the data can be read, 0 to 100.
    Availability { percent: f64 },
    /// For people.
    Other,
}

impl ServiceLevel {
    /// What it is about, as the contract has it: `freshness`, `latency`, `retention`, `availability` ...
    pub fn property(&self) -> &str {
        &self.property
    }

    pub fn value(&self) -> &Value {
        &self.value
    }

    /// `d`, `percent` ...
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// What it is measured on, as the contract has it.
    pub fn element(&self) -> Option<&str> {
        self.element.as_deref()
    }

    /// Why it matters: `regulatory`, `analytics`, `operational`.
    pub fn driver(&self) -> Option<&str> {
        self.driver.as_deref()
    }

    /// For people, in the contract's own words.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    pub fn kind(&self) -> &Promise {
        &self.kind
    }

    /// The promise in plain English.
    pub fn sentence(&self) -> String {
        let amount = amount::words(&self.value, self.unit.as_deref());
        let column = |element: &Option<String>| match element {
            Some(element) => element.clone(),
            None => "the time of the event".to_owned(),
        };
        match &self.kind {
            Promise::Freshness {
                element: Some(element),
                ..
            } => {
                format!("The newest {element} is at most {amount} old")
            }
            Promise::Freshness { element: None, .. } => {
                format!("The newest row is at most {amount} old")
            }
            Promise::Latency { element, .. } => {
                format!(
                    "A row can be read at most {amount} after {}",
                    column(element)
                )
            }
            Promise::Retention {
                element: Some(element),
                ..
            } => {
                format!("Rows are kept for {amount}, counted from {element}")
            }
            Promise::Retention { element: None, .. } => format!("Rows are kept for {amount}"),
            Promise::Availability { .. } => format!("The data can be read {amount} of the time"),
            Promise::Other => self.plain(&amount),
        }
    }

    fn plain(&self, amount: &str) -> String {
        let until = self
            .value_ext
            .as_ref()
            .map(|value| amount::words(value, None));
        let until = until.map_or(String::new(), |until| format!(" to {until}"));
        let of = self
            .element
            .as_ref()
            .map_or(String::new(), |element| format!(", on {element}"));
        format!("{}: {amount}{until}{of}", self.property)
    }
}
