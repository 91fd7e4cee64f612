use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::suggest::shortened;

/// One rule of a contract that a record breaks.
///
/// Says where, which rule, what the contract expects and which JSON type was found, and never the value.
/// The names of unknown fields are repeated, cut to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Violation {
    /// Dotted path of the field, `heart_risk.accuracy.value`, `visits[2].date`; empty for the record itself.
    field: String,
    /// The rule, a stable kebab-case word: `required`, `type`, `enum`, `minimum`, `unknown-field`, `assigned` ...
    rule: &'static str,
    /// What the contract asks for, in words.
    expected: String,
    /// JSON type that was found: `null`, `boolean`, `number`, `string`, `array`, `object`; `nothing` where the
    /// field is absent, `text` where no JSON value could be read.
    found: &'static str,
}

impl Violation {
    /// What is wrong with a record as a whole, before any of its fields can be looked at.
    pub fn record(rule: &'static str, expected: impl Into<String>) -> Violation {
        Violation::new(String::new(), rule, expected, "text")
    }

    /// What is missing of a record as a whole, beside its fields.
    pub fn absent(rule: &'static str, expected: impl Into<String>) -> Violation {
        Violation::new(String::new(), rule, expected, "nothing")
    }

    pub(crate) fn new(
        field: String,
        rule: &'static str,
        expected: impl Into<String>,
        found: &'static str,
    ) -> Violation {
        Violation {
            field,
            rule,
            expected: expected.into(),
            found,
        }
    }

    /// Dotted path of the field; empty for the record itself.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The broken rule, a stable kebab-case word.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What the contract asks for, in words.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// JSON type that was found, `nothing` for an absent field, `text` for what is no JSON value.
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation {
            field,
            rule,
            expected,
            found,
        } = self;
        if !field.is_empty() {
            write!(f, "{field}: ")?;
        }
        write!(f, "expected {expected}; found {found} ({rule})")
    }
}

/// The JSON type of a value, as violations name it.
pub(crate) fn type_name(value: &serde_json::Value) -> &'static str {
    use serde_json::Value;
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Where in a record a check stands; lives on the stack, so that walking a good record allocates nothing.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Record,
    Field(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Record => Ok(()),
            Path::Field(Path::Record, name) => f.write_str(&shortened(name)),
            Path::Field(parent, name) => write!(f, "{parent}.{}", shortened(name)),
            Path::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
