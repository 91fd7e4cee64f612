use serde_json::{Map, Number, Value};

use super::{MAX_VIOLATIONS, words};
use crate::contract::Side;
use crate::formats;
use crate::property::{Allowed, Format, LogicalType, Options, Property};
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
            (LogicalType::Date, Value::String(text)) => {
                self.hold(
                    rule("format", formats::is_date(text)),
                    property,
                    value,
                    path,
                );
            }
            (LogicalType::Timestamp, Value::String(text)) => {
                self.hold(
                    rule("format", formats::is_timestamp(text)),
                    property,
                    value,
                    path,
                );
            }
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
                self.hold(
                    count_rule(property.options(), items.len()),
                    property,
                    value,
                    path,
                );
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

/// The name of a rule that is not kept.
fn rule(name: &'static str, kept: bool) -> Option<&'static str> {
    (!kept).then_some(name)
}

/// A whole number of 64 bits, however it is written: `63.0` and `6.3e1` are 63.
fn integer(number: &Number) -> Option<i64> {
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    if !number.is_f64() {
        return number.as_i64();
    }
    let float = number.as_f64()?;
    let whole = float.fract() == 0.0 && (-TOO_LARGE..TOO_LARGE).contains(&float);
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
    whole.then_some(float as i64)
}

fn integer_rule(property: &Property, integer: i64) -> Option<&'static str> {
    let options = property.options();
    let bound = |bound: Option<&Number>| bound.and_then(Number::as_i64);
    if let Some(Allowed::Integers(allowed)) = property.allowed()
        && allowed.binary_search(&integer).is_err()
    {
        return Some("enum");
    }
    range_rule(options, |number| number.as_i64(), integer).or_else(|| {
        let multiple = bound(options.multiple_of())?;
        rule("multiple-of", integer % multiple == 0)
    })
}

fn number_rule(property: &Property, number: f64) -> Option<&'static str> {
    if let Some(Allowed::Numbers(allowed)) = property.allowed()
        && !allowed.contains(&number)
    {
        return Some("enum");
    }
    range_rule(property.options(), Number::as_f64, number)
}

fn range_rule<T: PartialOrd + Copy>(
    options: &Options,
    bound: impl Fn(&Number) -> Option<T>,
    value: T,
) -> Option<&'static str> {
    let bound = |number: Option<&Number>| number.and_then(&bound);
    if bound(options.minimum()).is_some_and(|minimum| value < minimum) {
        return Some("minimum");
    }
    if bound(options.maximum()).is_some_and(|maximum| value > maximum) {
        return Some("maximum");
    }
    if bound(options.exclusive_minimum()).is_some_and(|minimum| value <= minimum) {
        return Some("exclusive-minimum");
    }
    let maximum = bound(options.exclusive_maximum())?;
    rule("exclusive-maximum", value < maximum)
}

fn string_rule(property: &Property, text: &str) -> Option<&'static str> {
    let options = property.options();
    if let Some(Allowed::Strings(allowed)) = property.allowed()
        && allowed
            .binary_search_by(|other| other.as_str().cmp(text))
            .is_err()
    {
        return Some("enum");
    }
    if options.min_length().is_some() || options.max_length().is_some() {
        let length = text.chars().count() as u64;
        if options.min_length().is_some_and(|minimum| length < minimum) {
            return Some("min-length");
        }
        if options.max_length().is_some_and(|maximum| length > maximum) {
            return Some("max-length");
        }
    }
    if options.format() == Some(Format::Uuid) && !formats::is_uuid(text) {
        return Some("format");
    }
    let pattern = options.pattern.as_ref()?;
    rule("pattern", pattern.regex.is_match(text))
}

fn count_rule(options: &Options, count: usize) -> Option<&'static str> {
    let count = count as u64;
    if options.min_items().is_some_and(|minimum| count < minimum) {
        return Some("min-items");
    }
    let maximum = options.max_items()?;
    rule("max-items", count <= maximum)
}
