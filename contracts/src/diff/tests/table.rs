//! One example of every kind of change: the edit, the rules that must judge it, and the verdicts for the input port and
//! the output port. `docs/contract-changes.md` is made of it.

mod document;
mod meaning;
mod promises;
mod properties;
mod values;

use crate::diff::Verdict;

/// One property a line, so that an example is one line, too.
pub(super) const BASE: &str = r#"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:cardiology:heart-readings
name: heart-readings
version: 1.0.0
status: draft
domain: cardiology
dataProduct: bracelet-cardiology
tags: [cardiology, bracelet]
description: { purpose: Readings of bracelets., usage: Research., limitations: No diagnosis. }
schema:
  - name: heart_readings
    physicalName: heart_readings
    physicalType: table
    description: One reading.
    dataGranularityDescription: One row per reading.
    quality:
      - { metric: rowCount, mustBeGreaterThan: 100, severity: error, description: Enough rows. }
      - { name: fresh, type: text, description: Readings of yesterday are there. }
    properties:
      - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 120 }, required: true, classification: restricted, description: Age in years., customProperties: [{ property: unit, value: years }, { property: owner, value: clinic }] }
      - { name: sex, logicalType: integer, enum: [{ value: 0, label: female }, { value: 1, label: male, description: As in the record. }], classification: internal }
      - { name: steps, logicalType: integer, logicalTypeOptions: { multipleOf: 4 }, examples: [8] }
      - { name: trestbps, logicalType: number, logicalTypeOptions: { minimum: 50.5, maximum: 300 }, businessName: Blood pressure, physicalType: double }
      - { name: device, logicalType: string, logicalTypeOptions: { pattern: "[A-Z]{2}[0-9]+" }, unique: true, tags: [hardware] }
      - { name: note, logicalType: string, logicalTypeOptions: { maxLength: 64 } }
      - { name: code, logicalType: string, logicalTypeOptions: { minLength: 2, maxLength: 6 } }
      - { name: session, logicalType: string, logicalTypeOptions: { format: uuid }, quality: [{ metric: nullValues, mustBe: 0 }] }
      - { name: day, logicalType: date, partitioned: true, transformLogic: date(received_at), relationships: [{ to: calendar.day }] }
      - { name: place, logicalType: object, properties: [{ name: floor, logicalType: integer }, { name: ward, logicalType: string }] }
      - { name: visits, logicalType: array, logicalTypeOptions: { minItems: 1, maxItems: 5 }, items: { logicalType: date } }
      - { name: alarms, logicalType: array, items: { logicalType: integer }, quality: [{ metric: missingValues, unit: percent, mustBeLessThan: 5, severity: warning, schedule: daily }] }
      - { name: event_id, logicalType: string, logicalTypeOptions: { format: uuid }, required: true, primaryKey: true, customProperties: [{ property: assigned, value: event_id }] }
      - { name: received_at, logicalType: timestamp, required: true, customProperties: [{ property: assigned, value: received_at }] }
slaProperties:
  - { property: latency, value: 60, unit: s, element: heart_readings.received_at }
  - { property: retention, value: 10, unit: y }
  - { property: availability, value: 99.5, unit: percent, driver: operational }
roles:
  - { role: clinician, access: read, firstLevelApprovers: data@clinic.example }
team: { name: Cardiology }
support: [{ channel: help, url: "mailto:help@clinic.example" }]
price: { priceAmount: 5, priceCurrency: EUR }
servers:
  - { server: lake, type: local, path: readings, format: parquet }
"#;

/// An edit of the base document, and how it must be judged.
pub(super) struct Example {
    /// Edits that the older version already has.
    pub(super) given: &'static [(&'static str, &'static str)],
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// The rule of each change that the edit makes.
    pub(super) rules: &'static [&'static str],
    pub(super) input: Verdict,
    pub(super) output: Verdict,
}

pub(super) const GROUPS: [(&str, &[Example]); 5] = [
    ("Properties", properties::EXAMPLES),
    ("Meaning, access and storage", meaning::EXAMPLES),
    ("Values", values::EXAMPLES),
    ("Quality, service levels and roles", promises::EXAMPLES),
    ("The document", document::EXAMPLES),
];

const BREAKING: Verdict = Verdict::Breaking;
const COMPATIBLE: Verdict = Verdict::Compatible;
const COSMETIC: Verdict = Verdict::Cosmetic;

type Verdicts = (Verdict, Verdict);
const BREAKS_BOTH: Verdicts = (BREAKING, BREAKING);
const BREAKS_PRODUCERS: Verdicts = (BREAKING, COMPATIBLE);
const BREAKS_CONSUMERS: Verdicts = (COMPATIBLE, BREAKING);
const BREAKS_NOBODY: Verdicts = (COMPATIBLE, COMPATIBLE);
const CHANGES_NOTHING: Verdicts = (COSMETIC, COSMETIC);

const fn example(
    from: &'static str,
    to: &'static str,
    rules: &'static [&'static str],
    (input, output): Verdicts,
) -> Example {
    Example {
        given: &[],
        from,
        to,
        rules,
        input,
        output,
    }
}

impl Example {
    const fn given(self, given: &'static [(&'static str, &'static str)]) -> Example {
        Example { given, ..self }
    }
}
