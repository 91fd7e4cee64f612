//! Datasets and their properties.

use super::{
    Rule, breaking, breaks_consumers, breaks_producers, compatible, cosmetic, narrower, rule,
};
use crate::diff::Verdict::{Compatible, Cosmetic};

pub(super) const ALL: &[&Rule] = &[
    &PROPERTY_ADDED_OPTIONAL,
    &PROPERTY_ADDED_REQUIRED,
    &PROPERTY_ADDED_ASSIGNED,
    &PROPERTY_REMOVED,
    &PROPERTY_REMOVED_ASSIGNED,
    &PROPERTIES_REORDERED,
    &BECAME_REQUIRED,
    &BECAME_OPTIONAL,
    &TYPE_WIDENED,
    &TYPE_CHANGED,
    &STRUCTURE_CHANGED,
    &UNIQUE_ADDED,
    &UNIQUE_REMOVED,
    &PRIMARY_KEY_ADDED,
    &PRIMARY_KEY_REMOVED,
    &PRIMARY_KEY_CHANGED,
    &ASSIGNED_ADDED,
    &ASSIGNED_REMOVED,
    &ASSIGNED_REMOVED_OPTIONAL,
    &ASSIGNED_CHANGED,
    &EVENT_KEY_ADDED,
    &EVENT_KEY_REMOVED,
    &UNIT_ADDED,
    &UNIT_REMOVED,
    &UNIT_CHANGED,
    &CLASSIFICATION_STATED,
    &CLASSIFICATION_RAISED,
    &CLASSIFICATION_LOWERED,
    &CLASSIFICATION_CHANGED,
    &PHYSICAL_NAME_CHANGED,
    &PHYSICAL_TYPE_STATED,
    &PHYSICAL_TYPE_CHANGED,
    &LAYOUT_CHANGED,
    &TRANSFORM_CHANGED,
    &RELATIONSHIP_ADDED,
    &RELATIONSHIP_REMOVED,
    &RELATIONSHIP_CHANGED,
    &DEPRECATION_ANNOUNCED,
    &DEPRECATION_WITHDRAWN,
    &GRANULARITY_CHANGED,
    &DATASET_ADDED,
    &DATASET_REMOVED,
    &DATASET_RENAMED,
];

pub(in crate::diff) static PROPERTY_ADDED_OPTIONAL: Rule = compatible(
    "property-added-optional",
    "an optional property comes",
    "Producers may leave it out; a query that names its columns does not see it.",
);
pub(in crate::diff) static PROPERTY_ADDED_REQUIRED: Rule = breaks_producers(
    "property-added-required",
    "a required property comes",
    "Records without it, which is what producers send, are refused; consumers only gain a column.",
);
pub(in crate::diff) static PROPERTY_ADDED_ASSIGNED: Rule = compatible(
    "property-added-assigned",
    "a property that the platform assigns comes",
    "Producers do not send what the platform fills in; consumers only gain a column.",
);
pub(in crate::diff) static PROPERTY_REMOVED: Rule = breaking(
    "property-removed",
    "the property goes",
    "Records that still have it are refused, for a gate takes no unknown fields; queries that name it fail.",
);
pub(in crate::diff) static PROPERTY_REMOVED_ASSIGNED: Rule = breaks_consumers(
    "property-removed-assigned",
    "the property that the platform assigns goes",
    "Producers never sent it; queries that name it fail.",
);
pub(in crate::diff) static PROPERTIES_REORDERED: Rule = cosmetic(
    "properties-reordered",
    "the properties stand in another order",
    "Records and columns are found by name.",
);
pub(in crate::diff) static BECAME_REQUIRED: Rule =
    narrower("became-required", "what was optional is required");
pub(in crate::diff) static BECAME_OPTIONAL: Rule = breaks_consumers(
    "became-optional",
    "what was required is optional",
    "Every record that was accepted still is; consumers meet nulls where there was always a value.",
);
pub(in crate::diff) static TYPE_WIDENED: Rule = breaks_consumers(
    "type-widened",
    "the type widens from {old} to {new}",
    "Every value that was accepted still is; consumers meet another column type and values it could not hold.",
);
pub(in crate::diff) static TYPE_CHANGED: Rule = breaking(
    "type-changed",
    "the type {change}",
    "Values of the type before are refused, and the column has a type that queries and readers do not expect.",
);
pub(in crate::diff) static STRUCTURE_CHANGED: Rule = breaking(
    "structure-changed",
    "what it holds {change}",
    "Values that are built as before are refused, and queries that reach into them fail.",
);
pub(in crate::diff) static UNIQUE_ADDED: Rule = breaks_producers(
    "unique-added",
    "no value may come twice any more",
    "Producers that repeat a value break it; consumers are promised more.",
);
pub(in crate::diff) static UNIQUE_REMOVED: Rule = breaks_consumers(
    "unique-removed",
    "a value may come more than once",
    "Producers are held to less; joins over it may find several rows where there was one.",
);
pub(in crate::diff) static PRIMARY_KEY_ADDED: Rule = breaks_producers(
    "primary-key-added",
    "the property becomes the key",
    "Producers that repeat a key break it; consumers are promised more.",
);
pub(in crate::diff) static PRIMARY_KEY_REMOVED: Rule = breaks_consumers(
    "primary-key-removed",
    "the property is the key no more, and none takes its place",
    "Producers are held to less; joins over the key may find several rows where there was one.",
);
pub(in crate::diff) static PRIMARY_KEY_CHANGED: Rule = breaking(
    "primary-key-changed",
    "the key is made of other properties",
    "Rows that one key told apart are not those that the other tells apart.",
);
pub(in crate::diff) static ASSIGNED_ADDED: Rule = breaking(
    "assigned-added",
    "the platform assigns it: {new}",
    "Records that have it are refused; rows from before hold what producers sent, rows from now on do not.",
);
pub(in crate::diff) static ASSIGNED_REMOVED: Rule = breaking(
    "assigned-removed",
    "the platform assigns it no more, producers must send it",
    "Records without it, which is what producers send, are refused; rows come with what producers make of it.",
);
pub(in crate::diff) static ASSIGNED_REMOVED_OPTIONAL: Rule = breaks_consumers(
    "assigned-removed-optional",
    "the platform assigns it no more, producers may send it",
    "Producers may go on leaving it out; what consumers found filled in is not.",
);
pub(in crate::diff) static ASSIGNED_CHANGED: Rule = breaks_consumers(
    "assigned-changed",
    "the platform assigns {new} instead of {old}",
    "Producers never sent it; for consumers the same column means something else.",
);
pub(in crate::diff) static EVENT_KEY_ADDED: Rule = compatible(
    "event-key-added",
    "events are keyed by it",
    "Events of one value keep their order from now on, which nobody could count on before.",
);
pub(in crate::diff) static EVENT_KEY_REMOVED: Rule = breaks_consumers(
    "event-key-removed",
    "events are keyed by it no more",
    "Events of one value may overtake each other; those already on their way stay in the partition of the key before.",
);
pub(in crate::diff) static UNIT_ADDED: Rule = compatible(
    "unit-added",
    "the unit is stated: {new}",
    "What was left open is said. If values were in another unit so far, they mean something else from now on.",
)
.for_review();
pub(in crate::diff) static UNIT_REMOVED: Rule = breaks_consumers(
    "unit-removed",
    "the unit {old} is stated no more",
    "Values in it are still accepted; consumers cannot rely on it any more.",
);
pub(in crate::diff) static UNIT_CHANGED: Rule = breaking(
    "unit-changed",
    "the unit changes from {old} to {new}",
    "The same numbers now mean something else, and no check would notice.",
);
pub(in crate::diff) static CLASSIFICATION_STATED: Rule = compatible(
    "classification-stated",
    "it is classified as {new}",
    "Nobody sees less than before.",
);
pub(in crate::diff) static CLASSIFICATION_RAISED: Rule = breaks_consumers(
    "classification-raised",
    "the classification rises from {old} to {new}",
    "Consumers who may not see the higher class lose the column.",
);
pub(in crate::diff) static CLASSIFICATION_LOWERED: Rule = compatible(
    "classification-lowered",
    "the classification falls from {old} to {new}",
    "Nothing stops working, but data become visible to people who could not see them.",
)
.for_review();
pub(in crate::diff) static CLASSIFICATION_CHANGED: Rule = breaks_consumers(
    "classification-changed",
    "the classification changes from {old} to {new}",
    "Only public, internal, restricted and phi have an order, so consumers may lose the column.",
)
.for_review();
pub(in crate::diff) static PHYSICAL_NAME_CHANGED: Rule = breaks_consumers(
    "physical-name-changed",
    "`{field}` {change}",
    "Records keep their names; who reads what is stored looks for the name before.",
);
pub(in crate::diff) static PHYSICAL_TYPE_STATED: Rule = compatible(
    "physical-type-stated",
    "the physical type is stated: {new}",
    "What was left open is said.",
);
pub(in crate::diff) static PHYSICAL_TYPE_CHANGED: Rule = breaks_consumers(
    "physical-type-changed",
    "the physical type {change}",
    "Records stay the same; who reads what is stored meets another type.",
);
pub(in crate::diff) static LAYOUT_CHANGED: Rule = compatible(
    "layout-changed",
    "`{field}` {change}",
    "Queries give the same rows, at another speed.",
);
pub(in crate::diff) static TRANSFORM_CHANGED: Rule = rule(
    "transform-changed",
    (Cosmetic, Compatible),
    "`{field}` {change}",
    "The shape stays. If values are computed otherwise, they may mean something else.",
)
.for_review();
pub(in crate::diff) static RELATIONSHIP_ADDED: Rule = compatible(
    "relationship-added",
    "a relationship is stated: {field}",
    "Consumers are promised one more way to join; a gate does not look at other datasets.",
);
pub(in crate::diff) static RELATIONSHIP_REMOVED: Rule = breaks_consumers(
    "relationship-removed",
    "the relationship {field} is stated no more",
    "Joins that rely on it may find nothing.",
);
pub(in crate::diff) static RELATIONSHIP_CHANGED: Rule = breaks_consumers(
    "relationship-changed",
    "`{field}` of the relationship {change}",
    "Joins that rely on it may find nothing, or something else.",
);
pub(in crate::diff) static DEPRECATION_ANNOUNCED: Rule = compatible(
    "deprecation-announced",
    "it is deprecated",
    "Everything still works; its end is announced.",
);
pub(in crate::diff) static DEPRECATION_WITHDRAWN: Rule = compatible(
    "deprecation-withdrawn",
    "it is deprecated no more",
    "Everything still works, and goes on to.",
);
pub(in crate::diff) static GRANULARITY_CHANGED: Rule = cosmetic(
    "granularity-changed",
    "what a row stands for is said otherwise: {new}",
    "A text for people. If a row now stands for something else, every count and sum does.",
)
.for_review();
pub(in crate::diff) static DATASET_ADDED: Rule =
    compatible("dataset-added", "a dataset comes", "Nobody uses it yet.");
pub(in crate::diff) static DATASET_REMOVED: Rule = breaking(
    "dataset-removed",
    "the dataset goes",
    "Its records have nowhere to go, and queries that name it fail.",
);
pub(in crate::diff) static DATASET_RENAMED: Rule = breaks_consumers(
    "dataset-renamed",
    "the dataset is renamed from {old} to {new}",
    "Producers send records to a port, whatever the dataset is called; queries that name it fail.",
);
