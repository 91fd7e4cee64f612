//! The contract as a document: what it is called, where it stands in its life, and what it tells people.

use super::{Rule, breaking, breaks_consumers, compatible, cosmetic, rule};
use crate::diff::Verdict::{Compatible, Cosmetic};

pub(super) const ALL: &[&Rule] = &[
    &CONTRACT_ID_CHANGED,
    &CONTRACT_NAME_CHANGED,
    &DOMAIN_CHANGED,
    &OWNER_CHANGED,
    &VERSION_CHANGED,
    &API_VERSION_CHANGED,
    &STATUS_ACTIVATED,
    &STATUS_DEPRECATED,
    &STATUS_RETIRED,
    &STATUS_RETIRED_UNANNOUNCED,
    &STATUS_WITHDRAWN,
    &STATUS_CHANGED,
    &DESCRIPTION_CHANGED,
    &USAGE_TERMS_CHANGED,
    &TAGS_CHANGED,
    &EXAMPLES_CHANGED,
    &CUSTOM_PROPERTY_CHANGED,
    &TEAM_CHANGED,
    &SUPPORT_CHANGED,
    &PRICE_CHANGED,
    &SERVER_ADDED,
    &SERVER_REMOVED,
    &SERVER_CHANGED,
    &ANNOTATION_CHANGED,
    &REWRITTEN,
];

pub(in crate::diff) static CONTRACT_ID_CHANGED: Rule = breaking(
    "contract-id-changed",
    "the id changes from {old} to {new}",
    "Ports and agreements name a contract by its id: this is another contract.",
);
pub(in crate::diff) static CONTRACT_NAME_CHANGED: Rule = breaking(
    "contract-name-changed",
    "the name changes from {old} to {new}",
    "The name stands in the contract's addresses.",
);
pub(in crate::diff) static DOMAIN_CHANGED: Rule = breaking(
    "domain-changed",
    "the domain changes from {old} to {new}",
    "The domain stands in addresses and topics, and answers for the data.",
);
pub(in crate::diff) static OWNER_CHANGED: Rule = compatible(
    "owner-changed",
    "`{field}` {change}",
    "The data stay as they are; somebody else answers for them.",
)
.for_review();
pub(in crate::diff) static VERSION_CHANGED: Rule = cosmetic(
    "version-changed",
    "the version goes from {old} to {new}",
    "A version says that something changes, not what.",
);
pub(in crate::diff) static API_VERSION_CHANGED: Rule = compatible(
    "api-version-changed",
    "the version of the standard goes from {old} to {new}",
    "Records stay the same; programs that read the contract itself have to know the version.",
);

pub(in crate::diff) static STATUS_ACTIVATED: Rule = compatible(
    "status-activated",
    "the status goes from {old} to active",
    "What was planned is promised.",
);
pub(in crate::diff) static STATUS_DEPRECATED: Rule = compatible(
    "status-deprecated",
    "the status goes from {old} to deprecated",
    "Everything still works; its end is announced.",
);
pub(in crate::diff) static STATUS_RETIRED: Rule = compatible(
    "status-retired",
    "the status goes from deprecated to retired",
    "It ends as was announced.",
);
pub(in crate::diff) static STATUS_RETIRED_UNANNOUNCED: Rule = breaking(
    "status-retired-unannounced",
    "the status goes from {old} to retired",
    "It ends for all who use it, and nobody was told: deprecate it first.",
);
pub(in crate::diff) static STATUS_WITHDRAWN: Rule = breaking(
    "status-withdrawn",
    "the status goes back from {old} to {new}",
    "What was promised is only planned.",
);
pub(in crate::diff) static STATUS_CHANGED: Rule = compatible(
    "status-changed",
    "the status goes from {old} to {new}",
    "Nothing was promised yet.",
);

pub(in crate::diff) static DESCRIPTION_CHANGED: Rule = cosmetic(
    "description-changed",
    "`{field}` is worded otherwise",
    "A text for people.",
);
pub(in crate::diff) static USAGE_TERMS_CHANGED: Rule = compatible(
    "usage-terms-changed",
    "`{field}` is worded otherwise: {new}",
    "Nothing stops working, but agreements were made under the words before.",
)
.for_review();
pub(in crate::diff) static TAGS_CHANGED: Rule = cosmetic(
    "tags-changed",
    "the tag {change}",
    "Tags help to find a contract.",
);
pub(in crate::diff) static EXAMPLES_CHANGED: Rule = cosmetic(
    "examples-changed",
    "the examples change",
    "Examples show what is allowed, and allow nothing.",
);
pub(in crate::diff) static CUSTOM_PROPERTY_CHANGED: Rule = cosmetic(
    "custom-property-changed",
    "the custom property {field} {change}",
    "The mesh reads `unit`, `assigned` and `eventKey` of a property and `deduplicationWindow` of a contract, and no \
     other custom property.",
);
pub(in crate::diff) static TEAM_CHANGED: Rule = cosmetic(
    "team-changed",
    "the team changes",
    "Other people answer for the same data.",
);
pub(in crate::diff) static SUPPORT_CHANGED: Rule = cosmetic(
    "support-changed",
    "the ways to get support change",
    "Help is found elsewhere.",
);
pub(in crate::diff) static PRICE_CHANGED: Rule = rule(
    "price-changed",
    (Cosmetic, Compatible),
    "`{field}` {change}",
    "Nothing stops working, but consumers agreed to the price before.",
)
.for_review();
pub(in crate::diff) static SERVER_ADDED: Rule = compatible(
    "server-added",
    "the server {field} is added",
    "The data can be had in one more place.",
);
pub(in crate::diff) static SERVER_REMOVED: Rule = breaks_consumers(
    "server-removed",
    "the server {field} is removed",
    "Who reads the data there finds none; records are sent to a port, not to a server.",
);
pub(in crate::diff) static SERVER_CHANGED: Rule = breaks_consumers(
    "server-changed",
    "`{field}` {change}",
    "Who reads the data there may not find them; records are sent to a port, not to a server.",
);
pub(in crate::diff) static ANNOTATION_CHANGED: Rule = cosmetic(
    "annotation-changed",
    "`{field}` {change}",
    "Nothing in the mesh depends on it.",
);
pub(in crate::diff) static REWRITTEN: Rule = cosmetic(
    "rewritten",
    "`{field}` says the same in other words",
    "What is left out has a default, and a limit can be written in more than one way.",
);
