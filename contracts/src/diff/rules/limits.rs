//! What values may be: bounds, lengths, patterns, formats, enumerations.

use super::{Rule, breaking, cosmetic, narrower, rule, wider};
use crate::diff::Verdict::{Breaking, Compatible};

/// What can happen to a limit.
pub(in crate::diff) struct Limit {
    pub(in crate::diff) added: Rule,
    pub(in crate::diff) removed: Rule,
    pub(in crate::diff) raised: Rule,
    pub(in crate::diff) lowered: Rule,
}

impl Limit {
    pub(super) fn rules(&self) -> [&Rule; 4] {
        [&self.added, &self.removed, &self.raised, &self.lowered]
    }
}

pub(super) static LIMITS: [&Limit; 6] = [
    &MINIMUM,
    &MAXIMUM,
    &MIN_LENGTH,
    &MAX_LENGTH,
    &MIN_ITEMS,
    &MAX_ITEMS,
];

pub(in crate::diff) static MINIMUM: Limit = Limit {
    added: narrower("minimum-added", "a least value is set: {new}"),
    removed: wider("minimum-removed", "the least value {old} is lifted"),
    raised: narrower(
        "minimum-raised",
        "the least value rises from {old} to {new}",
    ),
    lowered: wider(
        "minimum-lowered",
        "the least value falls from {old} to {new}",
    ),
};

pub(in crate::diff) static MAXIMUM: Limit = Limit {
    added: narrower("maximum-added", "a greatest value is set: {new}"),
    removed: wider("maximum-removed", "the greatest value {old} is lifted"),
    raised: wider(
        "maximum-raised",
        "the greatest value rises from {old} to {new}",
    ),
    lowered: narrower(
        "maximum-lowered",
        "the greatest value falls from {old} to {new}",
    ),
};

pub(in crate::diff) static MIN_LENGTH: Limit = Limit {
    added: narrower("min-length-added", "a least length is set: {new}"),
    removed: wider("min-length-removed", "the least length {old} is lifted"),
    raised: narrower(
        "min-length-raised",
        "the least length rises from {old} to {new}",
    ),
    lowered: wider(
        "min-length-lowered",
        "the least length falls from {old} to {new}",
    ),
};

pub(in crate::diff) static MAX_LENGTH: Limit = Limit {
    added: narrower("max-length-added", "a greatest length is set: {new}"),
    removed: wider("max-length-removed", "the greatest length {old} is lifted"),
    raised: wider(
        "max-length-raised",
        "the greatest length rises from {old} to {new}",
    ),
    lowered: narrower(
        "max-length-lowered",
        "the greatest length falls from {old} to {new}",
    ),
};

pub(in crate::diff) static MIN_ITEMS: Limit = Limit {
    added: narrower("min-items-added", "a least number of items is set: {new}"),
    removed: wider(
        "min-items-removed",
        "the least number of items, {old}, is lifted",
    ),
    raised: narrower(
        "min-items-raised",
        "the least number of items rises from {old} to {new}",
    ),
    lowered: wider(
        "min-items-lowered",
        "the least number of items falls from {old} to {new}",
    ),
};

pub(in crate::diff) static MAX_ITEMS: Limit = Limit {
    added: narrower(
        "max-items-added",
        "a greatest number of items is set: {new}",
    ),
    removed: wider(
        "max-items-removed",
        "the greatest number of items, {old}, is lifted",
    ),
    raised: wider(
        "max-items-raised",
        "the greatest number of items rises from {old} to {new}",
    ),
    lowered: narrower(
        "max-items-lowered",
        "the greatest number of items falls from {old} to {new}",
    ),
};

pub(super) const ALL: &[&Rule] = &[
    &LIMIT_CHANGED,
    &PATTERN_ADDED,
    &PATTERN_REMOVED,
    &PATTERN_CHANGED,
    &FORMAT_ADDED,
    &FORMAT_REMOVED,
    &FORMAT_NARROWED,
    &FORMAT_WIDENED,
    &FORMAT_CHANGED,
    &MULTIPLE_OF_ADDED,
    &MULTIPLE_OF_REMOVED,
    &MULTIPLE_OF_NARROWED,
    &MULTIPLE_OF_WIDENED,
    &MULTIPLE_OF_CHANGED,
    &UNIQUE_ITEMS_ADDED,
    &UNIQUE_ITEMS_REMOVED,
    &ENUM_INTRODUCED,
    &ENUM_DROPPED,
    &ENUM_VALUE_ADDED,
    &ENUM_VALUE_REMOVED,
    &ENUM_LABEL_CHANGED,
    &ENUM_DESCRIPTION_CHANGED,
];

pub(in crate::diff) static LIMIT_CHANGED: Rule = breaking(
    "limit-changed",
    "the limit `{field}` {change}",
    "Whether fewer or more values pass cannot be told here, so it counts as both.",
);

pub(in crate::diff) static PATTERN_ADDED: Rule =
    narrower("pattern-added", "a pattern is set: {new}");
pub(in crate::diff) static PATTERN_REMOVED: Rule =
    wider("pattern-removed", "the pattern {old} is lifted");
pub(in crate::diff) static PATTERN_CHANGED: Rule = breaking(
    "pattern-changed",
    "the pattern changes from {old} to {new}",
    "Which of two patterns lets more through cannot be told, so it counts as both narrower and wider.",
);

pub(in crate::diff) static FORMAT_ADDED: Rule = narrower("format-added", "a format is set: {new}");
pub(in crate::diff) static FORMAT_REMOVED: Rule =
    wider("format-removed", "the format {old} is lifted");
pub(in crate::diff) static FORMAT_NARROWED: Rule =
    narrower("format-narrowed", "the format shrinks from {old} to {new}");
pub(in crate::diff) static FORMAT_WIDENED: Rule =
    wider("format-widened", "the format grows from {old} to {new}");
pub(in crate::diff) static FORMAT_CHANGED: Rule = breaking(
    "format-changed",
    "the format changes from {old} to {new}",
    "What was written in the format before is refused, and consumers cannot read what comes.",
);

pub(in crate::diff) static MULTIPLE_OF_ADDED: Rule =
    narrower("multiple-of-added", "only multiples of {new} are left");
pub(in crate::diff) static MULTIPLE_OF_REMOVED: Rule = wider(
    "multiple-of-removed",
    "values need not be multiples of {old} any more",
);
pub(in crate::diff) static MULTIPLE_OF_NARROWED: Rule = narrower(
    "multiple-of-narrowed",
    "of the multiples of {old} only those of {new} are left",
);
pub(in crate::diff) static MULTIPLE_OF_WIDENED: Rule = wider(
    "multiple-of-widened",
    "all multiples of {new} are let in, not only those of {old}",
);
pub(in crate::diff) static MULTIPLE_OF_CHANGED: Rule = breaking(
    "multiple-of-changed",
    "values are multiples of {new} instead of {old}",
    "Records that were accepted are refused, and consumers meet values that the version before excluded.",
);

pub(in crate::diff) static UNIQUE_ITEMS_ADDED: Rule =
    narrower("unique-items-added", "items must not repeat any more");
pub(in crate::diff) static UNIQUE_ITEMS_REMOVED: Rule =
    wider("unique-items-removed", "items may repeat");

pub(in crate::diff) static ENUM_INTRODUCED: Rule =
    narrower("enum-introduced", "any value was allowed, now only {new}");
pub(in crate::diff) static ENUM_DROPPED: Rule =
    wider("enum-dropped", "only {old} was allowed, now any value");
pub(in crate::diff) static ENUM_VALUE_ADDED: Rule = rule(
    "enum-value-added",
    (Compatible, Breaking),
    "the value {field} is allowed, too",
    "Producers need not send it; consumers that tell the values apart meet one they do not know.",
);
pub(in crate::diff) static ENUM_VALUE_REMOVED: Rule = narrower(
    "enum-value-removed",
    "the value {field} is not allowed any more",
);
pub(in crate::diff) static ENUM_LABEL_CHANGED: Rule = cosmetic(
    "enum-label-changed",
    "the label {change}",
    "The value in the data stays. If it stands for something else now, it has to be another value.",
)
.for_review();
pub(in crate::diff) static ENUM_DESCRIPTION_CHANGED: Rule = cosmetic(
    "enum-description-changed",
    "the description of the value {change}",
    "The value in the data stays. If it stands for something else now, it has to be another value.",
)
.for_review();
