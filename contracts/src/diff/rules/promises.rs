//! Quality, service levels, and who may read.

use super::{Rule, breaking, breaks_consumers, breaks_producers, compatible};

pub(super) const ALL: &[&Rule] = &[
    &QUALITY_ADDED,
    &QUALITY_REMOVED,
    &QUALITY_TIGHTENED,
    &QUALITY_LOOSENED,
    &QUALITY_CHANGED,
    &QUALITY_TEXT_CHANGED,
    &QUALITY_SCHEDULE_CHANGED,
    &SLA_ADDED,
    &SLA_REMOVED,
    &SLA_TIGHTENED,
    &SLA_LOOSENED,
    &SLA_CHANGED,
    &RETENTION_SHORTENED,
    &RETENTION_LENGTHENED,
    &DEDUPLICATION_SHORTENED,
    &DEDUPLICATION_LENGTHENED,
    &ROLE_ADDED,
    &ROLE_REMOVED,
    &ROLE_ACCESS_CHANGED,
    &ROLE_APPROVERS_CHANGED,
];

pub(in crate::diff) static QUALITY_ADDED: Rule = breaks_producers(
    "quality-added",
    "the quality rule {field} is added",
    "Data that were good enough may not be; consumers are promised more.",
);
pub(in crate::diff) static QUALITY_REMOVED: Rule = breaks_consumers(
    "quality-removed",
    "the quality rule {field} is removed",
    "Producers are held to less; consumers lose a promise.",
);
pub(in crate::diff) static QUALITY_TIGHTENED: Rule = breaks_producers(
    "quality-tightened",
    "more is demanded: {new} instead of {old}",
    "Data that were good enough may not be; consumers are promised more.",
);
pub(in crate::diff) static QUALITY_LOOSENED: Rule = breaks_consumers(
    "quality-loosened",
    "less is demanded: {new} instead of {old}",
    "Producers are held to less; consumers meet data that would not have passed.",
);
pub(in crate::diff) static QUALITY_CHANGED: Rule = breaking(
    "quality-changed",
    "`{field}` {change}",
    "Whether the rule demands more or less cannot be told, so it counts as both.",
);
pub(in crate::diff) static QUALITY_TEXT_CHANGED: Rule = compatible(
    "quality-text-changed",
    "the rule is worded otherwise: {new}",
    "A rule in words, which no machine checks. Whether it promises less is for people to say.",
)
.for_review();
pub(in crate::diff) static QUALITY_SCHEDULE_CHANGED: Rule = compatible(
    "quality-schedule-changed",
    "`{field}` {change}",
    "The same is checked, at another time.",
);

pub(in crate::diff) static SLA_ADDED: Rule = compatible(
    "sla-added",
    "the service level {field} is promised",
    "Consumers are promised more.",
);
pub(in crate::diff) static SLA_REMOVED: Rule = breaks_consumers(
    "sla-removed",
    "the service level {field} is promised no more",
    "Consumers lose a promise; producers are not concerned.",
);
pub(in crate::diff) static SLA_TIGHTENED: Rule = compatible(
    "sla-tightened",
    "more is promised: {new} instead of {old}",
    "Consumers are promised more.",
);
pub(in crate::diff) static SLA_LOOSENED: Rule = breaks_consumers(
    "sla-loosened",
    "less is promised: {new} instead of {old}",
    "Consumers planned with more; producers are not concerned.",
);
pub(in crate::diff) static SLA_CHANGED: Rule = breaks_consumers(
    "sla-changed",
    "`{field}` {change}",
    "Whether more or less is promised cannot be told, so it counts as less.",
);
pub(in crate::diff) static RETENTION_SHORTENED: Rule = breaks_consumers(
    "retention-shortened",
    "data are kept for {new} instead of {old}",
    "Rows that consumers count on are deleted earlier.",
);
pub(in crate::diff) static RETENTION_LENGTHENED: Rule = compatible(
    "retention-lengthened",
    "data are kept for {new} instead of {old}",
    "Nothing stops working, but data about people are kept longer than they were collected for.",
)
.for_review();

pub(in crate::diff) static DEDUPLICATION_SHORTENED: Rule = breaking(
    "deduplication-shortened",
    "the time within which an event is stored once {change}",
    "Producers that send an event again after that have it stored twice, and consumers count it twice.",
);
pub(in crate::diff) static DEDUPLICATION_LENGTHENED: Rule = compatible(
    "deduplication-lengthened",
    "the time within which an event is stored once {change}",
    "An event that is sent again later than so far is still stored once.",
);

pub(in crate::diff) static ROLE_ADDED: Rule = compatible(
    "role-added",
    "the role {field} is added",
    "Nobody loses access, but more people may get it.",
)
.for_review();
pub(in crate::diff) static ROLE_REMOVED: Rule = breaks_consumers(
    "role-removed",
    "the role {field} is removed",
    "Consumers who read under it lose access.",
);
pub(in crate::diff) static ROLE_ACCESS_CHANGED: Rule = breaks_consumers(
    "role-access-changed",
    "the access {change}",
    "Consumers who read under the role may lose what they could do.",
)
.for_review();
pub(in crate::diff) static ROLE_APPROVERS_CHANGED: Rule = compatible(
    "role-approvers-changed",
    "`{field}` {change}",
    "Who has access keeps it; others decide who gets it.",
);
