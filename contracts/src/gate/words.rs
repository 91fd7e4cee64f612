//! What a contract asks for, in words for people.

use serde_json::{Number, Value};

use crate::property::{Format, LogicalType, Property, Words};
use crate::suggest::closest;

/// `a whole number from 0 to 120`
pub(super) fn of(property: &Property) -> String {
    let mut words = String::from(match property.logical_type() {
        LogicalType::String => match property.options().format() {
            Some(Format::Uuid) => "a UUID of 36 characters",
            Some(format) => format.words(),
            None => "a string",
        },
        LogicalType::Integer => "a whole number",
        LogicalType::Number => "a number",
        LogicalType::Boolean => "true or false",
        LogicalType::Date => "a date such as 2024-02-29",
        LogicalType::Timestamp => "a time such as 2024-02-29T12:00:00Z",
        LogicalType::Time => "a time of day such as 12:00:00",
        LogicalType::Object(_) => "an object",
        LogicalType::Array(_) => "an array",
    });
    if !property.enum_values().is_empty() {
        let values = property
            .enum_values()
            .iter()
            .map(|value| match value.value() {
                Value::String(text) => format!("\"{text}\""),
                other => other.to_string(),
            });
        words.push_str(&format!(", one of {}", Words(values)));
    }
    limits(&mut words, property);
    words
}

fn limits(words: &mut String, property: &Property) {
    let options = property.options();
    let mut say = |text: &str, limit: Option<String>| {
        if let Some(limit) = limit {
            words.push_str(&format!("{text}{limit}"));
        }
    };
    let number = |number: Option<&Number>| number.map(Number::to_string);
    match (options.minimum(), options.maximum()) {
        (Some(minimum), Some(maximum)) => say(" from ", Some(format!("{minimum} to {maximum}"))),
        (minimum, maximum) => {
            say(", at least ", number(minimum));
            say(", at most ", number(maximum));
        }
    }
    say(", more than ", number(options.exclusive_minimum()));
    say(", less than ", number(options.exclusive_maximum()));
    say(", a multiple of ", number(options.multiple_of()));
    let text = |text: Option<&str>| text.map(str::to_owned);
    say(", not before ", text(options.earliest()));
    say(", not after ", text(options.latest()));
    say(", after ", text(options.after()));
    say(", before ", text(options.before()));
    let length = |count: Option<u64>| count.map(|count| format!("{count} characters"));
    say(", at least ", length(options.min_length()));
    say(", at most ", length(options.max_length()));
    say(", matching ", text(options.pattern()));
    let items = |count: Option<u64>| count.map(|count| format!("{count} items"));
    say(", at least ", items(options.min_items()));
    say(", at most ", items(options.max_items()));
    let unique = options.unique_items().then(String::new);
    say(", no two of them the same", unique);
    say(" ", property.unit().map(|unit| format!("({unit})")));
}

/// What to write instead of a field that the contract does not know.
pub(super) fn unknown(name: &str, properties: &[Property]) -> String {
    let sent = |property: &&Property| property.assigned().is_none();
    let known = properties.iter().filter(sent).map(Property::name);
    match closest(name, known.clone()) {
        Some(known) => format!("no such field; did you mean `{known}`?"),
        None => format!("no such field; known are {}", Words(known)),
    }
}
