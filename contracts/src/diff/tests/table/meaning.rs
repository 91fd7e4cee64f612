use super::{
    BREAKS_BOTH, BREAKS_CONSUMERS, BREAKS_NOBODY, CHANGES_NOTHING, COMPATIBLE, COSMETIC, Example,
    example,
};

#[rustfmt::skip] // One line an example, to compare them.
pub(super) const EXAMPLES: &[Example] = &[
    example("value: years", "value: months", &["unit-changed"], BREAKS_BOTH),
    example("businessName: Blood pressure", "businessName: Blood pressure, customProperties: [{ property: unit, value: mm Hg }]", &["unit-added"], BREAKS_NOBODY),
    example("{ property: unit, value: years }, ", "", &["unit-removed"], BREAKS_CONSUMERS),
    example("name: code,", "name: code, customProperties: [{ property: eventKey, value: true }],", &["event-key-added"], BREAKS_NOBODY),
    example("value: true", "value: false", &["event-key-removed"], BREAKS_CONSUMERS).given(&[("name: code,", "name: code, customProperties: [{ property: eventKey, value: true }],")]),
    example("name: code, customProperties: [{ property: eventKey, value: true }], logicalType: string, logicalTypeOptions: { minLength: 2, maxLength: 6 } }\n      - { name: session,", "name: code, logicalType: string, logicalTypeOptions: { minLength: 2, maxLength: 6 } }\n      - { name: session, customProperties: [{ property: eventKey, value: true }],", &["event-key-removed", "event-key-added"], BREAKS_CONSUMERS).given(&[("name: code,", "name: code, customProperties: [{ property: eventKey, value: true }],")]),
    example("name: note,", "name: note, classification: public,", &["classification-stated"], BREAKS_NOBODY),
    example("name: note,", "name: note, classification: phi,", &["classification-raised"], BREAKS_CONSUMERS),
    example("classification: restricted", "classification: phi", &["classification-raised"], BREAKS_CONSUMERS),
    example("classification: restricted", "classification: public", &["classification-lowered"], BREAKS_NOBODY),
    example("classification: restricted, ", "", &["classification-lowered"], BREAKS_NOBODY),
    example("classification: restricted", "classification: secret", &["classification-changed"], BREAKS_CONSUMERS),
    example("physicalName: heart_readings", "physicalName: readings", &["physical-name-changed"], BREAKS_CONSUMERS),
    example("name: note,", "name: note, physicalType: varchar,", &["physical-type-stated"], BREAKS_NOBODY),
    example("physicalType: double", "physicalType: float", &["physical-type-changed"], BREAKS_CONSUMERS),
    example("partitioned: true", "partitioned: false", &["layout-changed"], BREAKS_NOBODY),
    example("date(received_at)", "date(sent_at)", &["transform-changed"], (COSMETIC, COMPATIBLE)),
    example("[{ to: calendar.day }]", "[{ to: calendar.day }, { to: weather.day }]", &["relationship-added"], BREAKS_NOBODY),
    example("[{ to: calendar.day }]", "[]", &["relationship-removed"], BREAKS_CONSUMERS),
    example("{ to: calendar.day }", "{ to: calendar.day, type: foreignKey }", &["relationship-changed"], BREAKS_CONSUMERS),
    example("name: note,", "name: note, deprecated: true,", &["deprecation-announced"], BREAKS_NOBODY),
    example("deprecated: true, ", "", &["deprecation-withdrawn"], BREAKS_NOBODY).given(&[("name: note,", "name: note, deprecated: true,")]),
    example("One row per reading.", "One row per day.", &["granularity-changed"], CHANGES_NOTHING),
];
