//! Rules as SQL. Whatever a contract says becomes a quoted identifier or a quoted text, except the query of a rule
//! of type `sql`, which is its author's.

use regex::Regex;
use serde_json::Value;

use super::threshold::Operator;
use super::{Check, QualityRule};
use crate::column::{Column, identifier, text};

pub(super) fn query(rule: &QualityRule, table: &str) -> Result<String, String> {
    let table = identifier(table);
    let select = match &rule.check {
        Check::Text => return Err("a text rule is for people".to_owned()),
        Check::Custom(engine) => {
            return Err(format!(
                "the rule is for {engine}, which this mesh does not run"
            ));
        }
        Check::Unknown(reason) => return Err(reason.clone()),
        _ if rule.threshold.operator == Operator::None => {
            return Err("the rule compares with something that is no number".to_owned());
        }
        Check::RowCount if rule.threshold.percent => {
            return Err(
                "a number of rows is no share of anything; leave out `unit: percent`".to_owned(),
            );
        }
        Check::RowCount => format!("SELECT CAST(COUNT(*) AS DOUBLE) AS value FROM {table}"),
        Check::NullValues => count(rule, &table, |column| Ok(format!("{column} IS NULL")))?,
        Check::MissingValues(values) => count(rule, &table, |column| {
            let numeric = rule.column.as_ref().is_some_and(Column::numeric);
            Ok(format!(
                "{column} IS NULL OR {}",
                among(column, numeric, values)
            ))
        })?,
        Check::InvalidValues { valid, pattern } => count(rule, &table, |column| {
            invalid(rule, column, valid.as_deref(), pattern.as_deref())
        })?,
        Check::DuplicateValues(columns) => duplicates(rule, columns, &table)?,
        Check::Sql(query) => own(rule, query, &table)?,
    };
    Ok(select)
}

fn reach(column: &Column) -> Result<&str, String> {
    let inside = || {
        format!(
            "{} is inside of a list, where values are not counted",
            column.path()
        )
    };
    column.sql().ok_or_else(inside)
}

/// How many rows, or which share of them, are as `condition` says of the rule's column.
fn count(
    rule: &QualityRule,
    table: &str,
    condition: impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let column = rule
        .column
        .as_ref()
        .ok_or("the rule is about values, but stands at no property")?;
    let condition = condition(reach(column)?)?;
    let counted = format!("CAST(COUNT(CASE WHEN {condition} THEN 1 END) AS DOUBLE)");
    Ok(match rule.threshold.percent {
        true => format!("SELECT 100.0 * {counted} / NULLIF(COUNT(*), 0) AS value FROM {table}"),
        false => format!("SELECT {counted} AS value FROM {table}"),
    })
}

fn invalid(
    rule: &QualityRule,
    column: &str,
    valid: Option<&[Value]>,
    pattern: Option<&str>,
) -> Result<String, String> {
    let numeric = rule.column.as_ref().is_some_and(Column::numeric);
    let mut wrong = Vec::new();
    if let Some(values) = valid {
        wrong.push(format!("NOT ({})", among(column, numeric, values)));
    }
    if let Some(pattern) = pattern {
        Regex::new(pattern).map_err(|_| {
            "the pattern is no regular expression that this mesh runs: it may not look around or refer back".to_owned()
        })?;
        wrong.push(format!(
            "NOT regexp_like(CAST({column} AS VARCHAR), {})",
            text(pattern)
        ));
    }
    match wrong.is_empty() {
        true => Err(
            "the rule does not say what is valid; give it `validValues` or a `pattern`".to_owned(),
        ),
        false => Ok(format!("{column} IS NOT NULL AND ({})", wrong.join(" OR "))),
    }
}

/// Whether a column, null aside, has one of these values. Numbers are compared as numbers where the column has them,
/// everything else as text.
fn among(column: &str, numeric: bool, values: &[Value]) -> String {
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            Value::Null => {}
            Value::Number(number) if numeric => numbers.push(number.to_string()),
            Value::String(value) => texts.push(text(value)),
            other => texts.push(text(&other.to_string())),
        }
    }
    let mut parts = Vec::new();
    if !numbers.is_empty() {
        parts.push(format!("{column} IN ({})", numbers.join(", ")));
    }
    if !texts.is_empty() {
        parts.push(format!(
            "CAST({column} AS VARCHAR) IN ({})",
            texts.join(", ")
        ));
    }
    match parts.is_empty() {
        true => "FALSE".to_owned(),
        false => parts.join(" OR "),
    }
}

/// Rows beyond the first that have the same values; like a unique constraint, null equals nothing.
fn duplicates(rule: &QualityRule, columns: &[Column], table: &str) -> Result<String, String> {
    let columns = columns.iter().map(reach).collect::<Result<Vec<_>, _>>()?;
    let there: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} IS NOT NULL"))
        .collect();
    let surplus = "CAST(COALESCE(SUM(alike.n - 1), 0) AS DOUBLE)";
    let value = match rule.threshold.percent {
        true => format!("100.0 * {surplus} / NULLIF((SELECT COUNT(*) FROM {table}), 0)"),
        false => surplus.to_owned(),
    };
    Ok(format!(
        "SELECT {value} AS value FROM (SELECT COUNT(*) AS n FROM {table} WHERE {} GROUP BY {}) AS alike",
        there.join(" AND "),
        columns.join(", ")
    ))
}

/// The rule's own query with its placeholders filled in, and its one number named `value`.
fn own(rule: &QualityRule, query: &str, table: &str) -> Result<String, String> {
    let mut filled = query.trim().trim_end_matches(';').trim_end().to_owned();
    for word in ["object", "table", "schema", "model"] {
        filled = fill(&filled, word, table);
    }
    for word in ["property", "column", "field"] {
        if filled.contains(&format!("{{{word}}}")) {
            let column = rule.column.as_ref();
            let column = column.ok_or_else(|| {
                format!("the query asks for `{{{word}}}`, but stands at no property")
            })?;
            filled = fill(&filled, word, reach(column)?);
        }
    }
    if let Some((_, rest)) = filled.split_once("${") {
        let name: String = rest.chars().take_while(|c| *c != '}').take(40).collect();
        return Err(format!(
            "the query has a placeholder `${{{name}}}` that nobody fills in"
        ));
    }
    Ok(format!(
        "SELECT CAST(measured.number AS DOUBLE) AS value FROM (\n{filled}\n) AS measured(number)"
    ))
}

fn fill(query: &str, word: &str, with: &str) -> String {
    let marked = query.replace(&format!("${{{word}}}"), with);
    marked.replace(&format!("{{{word}}}"), with)
}
