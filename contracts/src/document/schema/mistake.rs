//! What a validator found -> what a person did wrong.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::branches;
use super::known::Known;
use crate::suggest::{closest, shortened};

/// More alternatives than these are not listed.
const LISTED: usize = 20;

/// One mistake, at the end of `steps` through mappings and lists.
pub(super) struct Mistake {
    pub(super) steps: Vec<String>,
    pub(super) target: Target,
    pub(super) problem: String,
    pub(super) remedy: String,
}

/// What at its place the mistake is about.
pub(super) enum Target {
    Value,
    /// A field of the mapping there, and the one whose name was perhaps meant.
    Key {
        name: String,
        meant: Option<String>,
    },
    /// A field that the mapping there does not have.
    Missing(String),
}

impl Mistake {
    pub(super) fn at(
        error: &ValidationError<'_>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Mistake {
        let steps = error.instance_path().segments();
        Mistake {
            steps: steps.map(|segment| segment.to_string()).collect(),
            target: Target::Value,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    fn of_field(mut self, name: &str, meant: Option<&str>) -> Mistake {
        self.target = Target::Key {
            name: name.to_owned(),
            meant: meant.map(str::to_owned),
        };
        self
    }
}

/// The mistakes behind one finding; none where it only follows from another.
pub(super) fn explain(error: &ValidationError<'_>, schema: &Value) -> Vec<Mistake> {
    use ValidationErrorKind as Kind;
    let one = match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let known = Known::at(
                schema,
                parent(error.schema_path().as_str()),
                error.instance(),
            );
            let strange = unexpected
                .iter()
                .filter(|name| !known.names.contains(&name.as_str()));
            return strange
                .map(|name| unknown_field(error, name, &known))
                .collect();
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            return branches::explain(error, context, schema);
        }
        Kind::OneOfMultipleValid { .. } => branches::too_many(error, schema),
        Kind::Not { schema } => forbidden(error, schema),
        Kind::Required { property } => missing(error, &[property.as_str().unwrap_or_default()]),
        Kind::Type { kind } => wrong_kind(error, &kinds(kind)),
        Kind::Enum { options } => unlisted(
            error,
            &options
                .as_array()
                .map_or(vec![], |list| list.iter().collect()),
        ),
        Kind::Constant { expected_value } => unlisted(error, &[expected_value]),
        Kind::Pattern { pattern } => Mistake::at(
            error,
            format!(
                "{} does not have the form that belongs here",
                told(error.instance())
            ),
            format!(
                "write something that `{}` matches",
                shortened_pattern(pattern)
            ),
        ),
        Kind::Format { format } => wrong_format(error, format),
        Kind::MinItems { limit } => {
            Mistake::at(error, "too few entries", format!("write at least {limit}"))
        }
        Kind::MaxItems { limit } => {
            Mistake::at(error, "too many entries", format!("write at most {limit}"))
        }
        Kind::UniqueItems => {
            Mistake::at(error, "an entry is there twice", "write every entry once")
        }
        Kind::Minimum { limit } => out_of_range(error, "at least", limit),
        Kind::Maximum { limit } => out_of_range(error, "at most", limit),
        Kind::ExclusiveMinimum { limit } => out_of_range(error, "more than", limit),
        Kind::ExclusiveMaximum { limit } => out_of_range(error, "less than", limit),
        Kind::MinLength { limit } => Mistake::at(
            error,
            "the text is too short",
            format!("write at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => Mistake::at(
            error,
            "the text is too long",
            format!("write at most {limit} characters"),
        ),
        Kind::PropertyNames { error: inner } => Mistake::at(
            error,
            format!("the name {} cannot stand here", told(inner.instance())),
            "write another name",
        ),
        _ => plainly(error),
    };
    vec![one]
}

/// In the words of the validator, without the value.
pub(super) fn plainly(error: &ValidationError<'_>) -> Mistake {
    let words: String = error.masked().to_string().chars().take(200).collect();
    Mistake::at(error, words, "look this place up in the standard")
}

/// The schema that has the keyword at `pointer`.
pub(super) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

pub(super) fn unknown_field(error: &ValidationError<'_>, name: &str, known: &Known<'_>) -> Mistake {
    let condition = known
        .elsewhere
        .iter()
        .find(|(elsewhere, _)| *elsewhere == name);
    let meant = closest(name, known.names.iter().copied());
    let remedy = match (condition, meant) {
        (Some((_, condition)), _) => format!("it goes with `{condition}` only"),
        (None, Some(name)) => format!("did you mean `{name}`?"),
        (None, None) => format!("known here: {}", listed(&known.names)),
    };
    Mistake::at(
        error,
        format!("unknown field `{}`", shortened(name)),
        remedy,
    )
    .of_field(name, meant)
}

pub(super) fn missing(error: &ValidationError<'_>, names: &[&str]) -> Mistake {
    match names {
        [name] => Mistake {
            target: Target::Missing((*name).to_owned()),
            ..Mistake::at(
                error,
                format!("`{name}` is missing"),
                format!("add `{name}:`"),
            )
        },
        _ => Mistake::at(
            error,
            "a field is missing",
            format!("add one of {}", listed(names)),
        ),
    }
}

pub(super) fn wrong_kind(error: &ValidationError<'_>, expected: &[&str]) -> Mistake {
    let found: &Value = error.instance();
    let wants = |kind: &str| expected.contains(&kind);
    let expected_words = expected.join(" or ");
    let problem = format!("expected {expected_words}, found {}", kind(found));
    let remedy = match found {
        Value::Number(_) | Value::Bool(_) if wants("a text") => "put it in quotes".to_owned(),
        Value::String(text) if wants("a number") || wants("a whole number") => {
            match text.parse::<f64>() {
                Ok(_) => "write it without quotes".to_owned(),
                Err(_) => format!("write {expected_words}"),
            }
        }
        Value::String(_) if wants("true or false") => {
            "write true or false, without quotes".to_owned()
        }
        Value::Null => format!("write {expected_words}, or remove the field"),
        _ => format!("write {expected_words}"),
    };
    Mistake::at(error, problem, remedy)
}

pub(super) fn unlisted(error: &ValidationError<'_>, options: &[&Value]) -> Mistake {
    let texts: Vec<String> = options.iter().map(|option| bare(option)).collect();
    let names: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = bare(error.instance());
    let list = match names.as_slice() {
        [name] => format!("write {name}"),
        _ => format!("write one of {}", listed(&names)),
    };
    let remedy = match closest(&found, names.iter().copied()) {
        Some(name) if names.len() > 1 => format!("did you mean `{name}`? {list}"),
        _ => list,
    };
    Mistake::at(
        error,
        format!("{} is not known here", told(error.instance())),
        remedy,
    )
}

/// A combination of fields that a `not` rules out.
fn forbidden(error: &ValidationError<'_>, ruled_out: &Value) -> Mistake {
    let required = ruled_out.get("required").and_then(Value::as_array);
    match required.and_then(|names| names.first()?.as_str()) {
        Some(name) => Mistake::at(error, format!("`{name}` has no place here"), "remove it")
            .of_field(name, None),
        None => plainly(error),
    }
}

fn wrong_format(error: &ValidationError<'_>, format: &str) -> Mistake {
    let (problem, remedy) = match format {
        "date" => ("is no date", "write one such as 2026-03-14"),
        "date-time" => ("is no time", "write one such as 2026-03-14T09:26:53Z"),
        "uri" => (
            "is no address",
            "write one such as https://example.org or mailto:data@example.org",
        ),
        _ => (
            "does not have the form that belongs here",
            "look this field up in the standard",
        ),
    };
    Mistake::at(
        error,
        format!("{} {problem}", told(error.instance())),
        remedy,
    )
}

fn out_of_range(error: &ValidationError<'_>, relation: &str, limit: &Value) -> Mistake {
    Mistake::at(
        error,
        "the number is out of range",
        format!("write {relation} {limit}"),
    )
}

pub(super) fn kinds(kind: &TypeKind) -> Vec<&'static str> {
    let word = |kind: JsonType| match kind {
        JsonType::Null => "nothing",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping",
    };
    match kind {
        TypeKind::Single(kind) => vec![word(*kind)],
        TypeKind::Multiple(kinds) => kinds
            .iter()
            .map(word)
            .filter(|word| *word != "nothing")
            .collect(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// A scalar without quotes.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => kind(value).to_owned(),
        other => other.to_string(),
    }
}

/// A value of the document, short.
fn told(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => kind(value).to_owned(),
        _ => format!("`{}`", shortened(&bare(value))),
    }
}

fn shortened_pattern(pattern: &str) -> String {
    const LONGEST: usize = 120;
    match pattern.chars().nth(LONGEST) {
        None => pattern.to_owned(),
        Some(_) => pattern.chars().take(LONGEST).chain("…".chars()).collect(),
    }
}

pub(super) fn listed(names: &[&str]) -> String {
    let shown = names
        .iter()
        .take(LISTED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
