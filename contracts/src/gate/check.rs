use serde_json::{Map, Value};

use super::rules::{integer, integer_rule, items_rule, moment_rule, number_rule, string_rule};
use super::{MAX_VIOLATIONS, words};
use crate::contract::Side;
use crate::property::{LogicalType, Property};
use crate::violation::{Path, Violation, type_name};

/// One walk over one record. `violations` stays an unallocated vector as long as nothing is wrong.
pub(super) struct Check {
    violations: Vec<Violation>,
}

/// Whether a value keeps the rules of one property; for the examples of a contract.
pub(crate) fn check_example(property: &Property, value: &Value) -> Result<(), Violation> {
    let mut check = Check {
        violations: Vec::new(),
    };
    check.value(
        property,
        value,
        &Path::Field(&Path::Record, property.name()),
    );
    match check.violations.into_iter().next() {
        None => Ok(()),
        Some(violation) => Err(violation),
    }
}

impl Check {
    pub(super) fn record(
        properties: &[Property],
        record: &Map<String, Value>,
        side: Side,
    ) -> Result<(), Vec<Violation>> {
        let mut check = Check {
            violations: Vec::new(),
        };
        check.object(properties, record, side, &Path::Record);
        match check.violations.is_empty() {
            true => Ok(()),
            false => Err(check.violations),
        }
    }

    fn object(
        &mut self,
        properties: &[Property],
        object: &Map<String, Value>,
        side: Side,
        path: &Path<'_>,
    ) {
        let mut known = 0;
        for property in properties {
            let unsent = side == Side::Input && property.assigned().is_some();
            let at = Path::Field(path, property.name());
            match object.get(property.name()) {
                None if unsent || !property.required() => {}
                None => self.report(&at, "required", "nothing", || words::of(property)),
                Some(value) => {
                    known += 1;
                    match unsent {
                        true => self.report(&at, "assigned", type_name(value), || {
                            "nothing: the platform fills this in".to_owned()
                        }),
                        false => self.value(property, value, &at),
                    }
                }
            }
        }
        if known < object.len() {
            self.unknown(properties, object, path);
        }
    }

    fn unknown(&mut self, properties: &[Property], object: &Map<String, Value>, path: &Path<'_>) {
        for (name, value) in object {
            if self.violations.len() == MAX_VIOLATIONS {
                return;
            }
            if properties.iter().all(|property| property.name() != name) {
                let at = Path::Field(path, name);
                self.report(&at, "unknown-field", type_name(value), || {
                    words::unknown(name, properties)
                });
            }
        }
    }

    fn value(&mut self, property: &Property, value: &Value, path: &Path<'_>) {
        match (property.logical_type(), value) {
            (_, Value::Null) => {
                if property.required() {
                    self.broken("required", property, value, path);
                }
            }
            (LogicalType::Boolean, Value::Bool(_)) => {}
            (LogicalType::String, Value::String(text)) => {
                self.hold(string_rule(property, text), property, value, path);
            }
            (
                LogicalType::Date | LogicalType::Timestamp | LogicalType::Time,
                Value::String(text),
            ) => self.hold(moment_rule(property, text), property, value, path),
            (LogicalType::Integer, Value::Number(number)) => {
                let rule =
                    integer(number).map_or(Some("type"), |integer| integer_rule(property, integer));
                self.hold(rule, property, value, path);
            }
            (LogicalType::Number, Value::Number(number)) => {
                let rule = number
                    .as_f64()
                    .map_or(Some("type"), |number| number_rule(property, number));
                self.hold(rule, property, value, path);
            }
            (LogicalType::Object(properties), Value::Object(object)) => {
                self.object(properties, object, Side::Stored, path);
            }
            (LogicalType::Array(item), Value::Array(items)) => {
                self.hold(items_rule(property.options(), items), property, value, path);
                for (index, value) in items.iter().enumerate() {
                    if self.violations.len() == MAX_VIOLATIONS {
                        return;
                    }
                    self.value(item, value, &Path::Item(path, index));
                }
            }
            _ => self.broken("type", property, value, path),
        }
    }

    fn hold(
        &mut self,
        broken: Option<&'static str>,
        property: &Property,
        value: &Value,
        path: &Path<'_>,
    ) {
        if let Some(rule) = broken {
            self.broken(rule, property, value, path);
        }
    }

    fn broken(&mut self, rule: &'static str, property: &Property, value: &Value, path: &Path<'_>) {
        self.report(path, rule, type_name(value), || words::of(property));
    }

    fn report(
        &mut self,
        path: &Path<'_>,
        rule: &'static str,
        found: &'static str,
        expected: impl FnOnce() -> String,
    ) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations
                .push(Violation::new(path.to_string(), rule, expected(), found));
        }
    }
}
