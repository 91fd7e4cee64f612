use std::fmt;

use serde_json::Value;

use crate::document::{Cursor, DocumentError, Fields};

/// What a measured number must be.
#[derive(Clone, Debug)]
pub(super) struct Threshold {
    pub(super) operator: Operator,
    pub(super) percent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Is(f64),
    IsNot(f64),
    Greater(f64),
    AtLeast(f64),
    Less(f64),
    AtMost(f64),
    /// Both ends count.
    Between(f64, f64),
    NotBetween(f64, f64),
    /// No number to compare with.
    None,
}

impl Threshold {
    pub(super) fn nothing() -> Threshold {
        Threshold {
            operator: Operator::Is(0.0),
            percent: false,
        }
    }

    pub(super) fn read(rule: &Fields<'_>) -> Result<Threshold, DocumentError> {
        Ok(Threshold {
            operator: Operator::read(rule)?,
            percent: rule
                .text("unit")?
                .is_some_and(|unit| ["percent", "%"].contains(&unit.as_str())),
        })
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        match self.operator {
            Operator::Is(expected) => value == expected,
            Operator::IsNot(other) => value != other && !value.is_nan(),
            Operator::Greater(bound) => value > bound,
            Operator::AtLeast(bound) => value >= bound,
            Operator::Less(bound) => value < bound,
            Operator::AtMost(bound) => value <= bound,
            Operator::Between(low, high) => (low..=high).contains(&value),
            Operator::NotBetween(low, high) => value < low || value > high,
            Operator::None => false,
        }
    }

    /// `%`, with the space before it.
    pub(super) fn unit(&self) -> &'static str {
        match self.percent {
            true => " %",
            false => "",
        }
    }
}

impl Operator {
    fn read(rule: &Fields<'_>) -> Result<Operator, DocumentError> {
        type OfOne = fn(f64) -> Operator;
        type OfTwo = fn(f64, f64) -> Operator;
        let of_one: [(&str, OfOne); 6] = [
            ("mustBe", Operator::Is),
            ("mustNotBe", Operator::IsNot),
            ("mustBeGreaterThan", Operator::Greater),
            ("mustBeGreaterOrEqualTo", Operator::AtLeast),
            ("mustBeLessThan", Operator::Less),
            ("mustBeLessOrEqualTo", Operator::AtMost),
        ];
        for (name, operator) in of_one {
            if let Some(bound) = rule.get(name) {
                return Ok(number(&bound).map_or(Operator::None, operator));
            }
        }
        let of_two: [(&str, OfTwo); 2] = [
            ("mustBeBetween", Operator::Between),
            ("mustNotBeBetween", Operator::NotBetween),
        ];
        for (name, operator) in of_two {
            let Some(bounds) = rule.get(name) else {
                continue;
            };
            let bounds: Option<Vec<f64>> = bounds.items()?.iter().map(number).collect();
            if let Some([one, other]) = bounds.as_deref() {
                return Ok(operator(one.min(*other), one.max(*other)));
            }
        }
        Ok(Operator::None)
    }
}

/// A query may answer true or false, which are 1 and 0 as numbers.
fn number(cursor: &Cursor<'_>) -> Option<f64> {
    match cursor.json() {
        Value::Number(number) => number.as_f64(),
        Value::Bool(value) => Some(f64::from(u8::from(value))),
        _ => None,
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operator {
            Operator::Is(value) => write!(f, "= {value}"),
            Operator::IsNot(value) => write!(f, "≠ {value}"),
            Operator::Greater(value) => write!(f, "> {value}"),
            Operator::AtLeast(value) => write!(f, "≥ {value}"),
            Operator::Less(value) => write!(f, "< {value}"),
            Operator::AtMost(value) => write!(f, "≤ {value}"),
            Operator::Between(low, high) => write!(f, "between {low} and {high}"),
            Operator::NotBetween(low, high) => write!(f, "not between {low} and {high}"),
            Operator::None => return Ok(()),
        }?;
        f.write_str(self.unit())
    }
}
