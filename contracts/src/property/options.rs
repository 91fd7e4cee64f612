use std::fmt;

use regex::Regex;
use serde_json::Number;

/// The limits within the type of a property: ODCS `logicalTypeOptions`.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) exclusive_minimum: Option<Number>,
    pub(crate) exclusive_maximum: Option<Number>,
    pub(crate) multiple_of: Option<Number>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) format: Option<Format>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
}

/// The format of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 36 characters, hyphenated.
    Uuid,
}

/// A regular expression, as it is written and compiled.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) source: String,
    pub(crate) regex: Regex,
}

impl Options {
    pub fn minimum(&self) -> Option<&Number> {
        self.minimum.as_ref()
    }

    pub fn maximum(&self) -> Option<&Number> {
        self.maximum.as_ref()
    }

    pub fn exclusive_minimum(&self) -> Option<&Number> {
        self.exclusive_minimum.as_ref()
    }

    pub fn exclusive_maximum(&self) -> Option<&Number> {
        self.exclusive_maximum.as_ref()
    }

    /// Integers only, and at least 1.
    pub fn multiple_of(&self) -> Option<&Number> {
        self.multiple_of.as_ref()
    }

    /// In Unicode characters.
    pub fn min_length(&self) -> Option<u64> {
        self.min_length
    }

    /// In Unicode characters.
    pub fn max_length(&self) -> Option<u64> {
        self.max_length
    }

    /// A regular expression that some part of the text matches.
    pub fn pattern(&self) -> Option<&str> {
        self.pattern.as_ref().map(|pattern| pattern.source.as_str())
    }

    pub fn format(&self) -> Option<Format> {
        self.format
    }

    pub fn min_items(&self) -> Option<u64> {
        self.min_items
    }

    pub fn max_items(&self) -> Option<u64> {
        self.max_items
    }
}

/// A list in words: `a, b or c`, cut after 20.
pub(crate) struct Words<I>(pub(crate) I);

impl<I: Iterator<Item = T> + Clone, T: fmt::Display> fmt::Display for Words<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let count = self.0.clone().count();
        for (index, word) in self.0.clone().take(SHOWN).enumerate() {
            match index {
                0 => {}
                _ if index + 1 == count => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            word.fmt(f)?;
        }
        match count.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
