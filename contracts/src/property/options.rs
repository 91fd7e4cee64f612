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
    pub(crate) unique_items: bool,
    pub(crate) step: Option<Step>,
    pub(crate) moments: Moments,
}

/// The format of a string, by ODCS's own name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 36 characters, hyphenated.
    Uuid,
    /// `name@host`, neither quoted nor with the name of its owner.
    Email,
    /// Absolute, of RFC 3986.
    Uri,
    /// Labels of ASCII letters, digits and single hyphens.
    Hostname,
    Ipv4,
    Ipv6,
    /// Bytes in base64, padded.
    Byte,
}

impl Format {
    pub(crate) const ALL: [Format; 7] = [
        Format::Uuid,
        Format::Email,
        Format::Uri,
        Format::Hostname,
        Format::Ipv4,
        Format::Ipv6,
        Format::Byte,
    ];

    /// The word ODCS has for it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Uuid => "uuid",
            Format::Email => "email",
            Format::Uri => "uri",
            Format::Hostname => "hostname",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::Byte => "byte",
        }
    }

    /// For people: `an email address`.
    pub fn words(self) -> &'static str {
        match self {
            Format::Uuid => "a UUID",
            Format::Email => "an email address",
            Format::Uri => "an absolute URI",
            Format::Hostname => "a host name",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Byte => "bytes in base64",
        }
    }
}

/// What numbers with decimals are multiples of, as a decimal itself: 0.05 is 5 units of a hundredth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) units: i64,
    /// How many units make 1, a power of ten.
    pub(crate) scale: f64,
}

/// The bounds of dates and times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    pub(crate) minimum: Option<Moment>,
    pub(crate) maximum: Option<Moment>,
    pub(crate) exclusive_minimum: Option<Moment>,
    pub(crate) exclusive_maximum: Option<Moment>,
}

/// A date or time as it is written, and what is compared: days or microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) text: String,
    pub(crate) count: i64,
}

/// A regular expression, as it is written and compiled.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) source: String,
    pub(crate) regex: Regex,
}

impl Options {
    /// Of an integer or number; the bound of its `format` where that is narrower.
    pub fn minimum(&self) -> Option<&Number> {
        self.minimum.as_ref()
    }

    /// Of an integer or number; the bound of its `format` where that is narrower.
    pub fn maximum(&self) -> Option<&Number> {
        self.maximum.as_ref()
    }

    pub fn exclusive_minimum(&self) -> Option<&Number> {
        self.exclusive_minimum.as_ref()
    }

    pub fn exclusive_maximum(&self) -> Option<&Number> {
        self.exclusive_maximum.as_ref()
    }

    /// For integers a whole number, at least 1; for numbers a decimal above 0.
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

    /// Whether no two items of an array are the same.
    pub fn unique_items(&self) -> bool {
        self.unique_items
    }

    /// The first date or time, as text.
    pub fn earliest(&self) -> Option<&str> {
        self.moments.minimum.as_ref().map(Moment::text)
    }

    /// The last date or time, as text.
    pub fn latest(&self) -> Option<&str> {
        self.moments.maximum.as_ref().map(Moment::text)
    }

    /// What dates or times come after, as text.
    pub fn after(&self) -> Option<&str> {
        self.moments.exclusive_minimum.as_ref().map(Moment::text)
    }

    /// What dates or times come before, as text.
    pub fn before(&self) -> Option<&str> {
        self.moments.exclusive_maximum.as_ref().map(Moment::text)
    }
}

impl Moment {
    fn text(&self) -> &str {
        &self.text
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
