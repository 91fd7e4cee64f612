//! Rules in plain English.

use serde_json::Value;

use super::threshold::{Operator, Threshold};
use super::{Check, QualityRule};
use crate::column::Column;

/// Longer queries are cut.
const LONGEST_QUERY: usize = 160;
/// More values are not listed.
const LISTED: usize = 10;

pub(super) fn sentence(rule: &QualityRule) -> String {
    let subject = rule.property().unwrap_or(&rule.schema);
    let has = |things: &str| format!("{subject} has {}", quantity(&rule.threshold, things));
    match &rule.check {
        Check::NullValues => has("null values"),
        Check::MissingValues(values) if values.iter().all(Value::is_null) => has("missing values"),
        Check::MissingValues(values) => {
            format!(
                "{}; missing are null, {}",
                has("missing values"),
                listed(values)
            )
        }
        Check::InvalidValues { valid, pattern } => {
            let mut sentence = has("invalid values");
            if let Some(valid) = valid {
                sentence.push_str(&format!("; valid are {}", listed(valid)));
            }
            if let Some(pattern) = pattern {
                sentence.push_str(&format!("; valid is what {pattern} matches"));
            }
            sentence
        }
        Check::DuplicateValues(columns) if rule.column.is_none() => {
            let names: Vec<&str> = columns.iter().map(Column::path).collect();
            match names.as_slice() {
                [one] => format!(
                    "{one} has {}",
                    quantity(&rule.threshold, "duplicate values")
                ),
                _ => format!(
                    "{} together have {}",
                    names.join(" and "),
                    quantity(&rule.threshold, "duplicate values")
                ),
            }
        }
        Check::DuplicateValues(_) => has("duplicate values"),
        Check::RowCount => has("rows"),
        Check::Sql(query) => match &rule.description {
            Some(description) => description.trim_end_matches(['.', '\n']).to_owned(),
            None => format!(
                "The query `{}` gives {}",
                short(query),
                number(&rule.threshold)
            ),
        },
        Check::Text => rule
            .description
            .clone()
            .unwrap_or_else(|| rule.name.clone()),
        Check::Custom(engine) => match &rule.description {
            Some(description) => format!("{description} (checked by {engine})"),
            None => format!("{subject} passes a check of {engine}"),
        },
        Check::Unknown(_) => match &rule.description {
            Some(description) => description.clone(),
            None => format!("{subject} keeps the rule {}", rule.name),
        },
    }
}

fn quantity(threshold: &Threshold, things: &str) -> String {
    let unit = threshold.unit();
    let less = if threshold.percent { "less" } else { "fewer" };
    match threshold.operator {
        Operator::Is(0.0) => format!("no {things}"),
        Operator::Is(value) => format!("exactly {value}{unit} {things}"),
        Operator::IsNot(value) => format!("not exactly {value}{unit} {things}"),
        Operator::Greater(value) => format!("more than {value}{unit} {things}"),
        Operator::AtLeast(value) => format!("at least {value}{unit} {things}"),
        Operator::Less(value) => format!("{less} than {value}{unit} {things}"),
        Operator::AtMost(value) => format!("at most {value}{unit} {things}"),
        Operator::Between(low, high) => format!("between {low} and {high}{unit} {things}"),
        Operator::NotBetween(low, high) => {
            format!("{less} than {low} or more than {high}{unit} {things}")
        }
        Operator::None => format!("the right number of {things}"),
    }
}

fn number(threshold: &Threshold) -> String {
    match threshold.operator {
        Operator::Is(value) => format!("the number {value}"),
        Operator::IsNot(value) => format!("a number other than {value}"),
        Operator::Greater(value) => format!("a number greater than {value}"),
        Operator::AtLeast(value) => format!("a number of at least {value}"),
        Operator::Less(value) => format!("a number less than {value}"),
        Operator::AtMost(value) => format!("a number of at most {value}"),
        Operator::Between(low, high) => format!("a number between {low} and {high}"),
        Operator::NotBetween(low, high) => {
            format!("a number less than {low} or greater than {high}")
        }
        Operator::None => "what it must".to_owned(),
    }
}

fn short(query: &str) -> String {
    let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
    match query.chars().nth(LONGEST_QUERY) {
        None => query,
        Some(_) => query
            .chars()
            .take(LONGEST_QUERY)
            .chain("…".chars())
            .collect(),
    }
}

fn listed(values: &[Value]) -> String {
    let word = |value: &Value| match value {
        Value::String(text) if text.is_empty() => "the empty text".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = values.iter().filter(|value| !value.is_null());
    let words: Vec<String> = shown.clone().take(LISTED).map(word).collect();
    match shown.count().saturating_sub(LISTED) {
        0 => words.join(", "),
        more => format!("{} and {more} more", words.join(", ")),
    }
}
