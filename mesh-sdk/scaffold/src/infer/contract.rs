//! The draft as an ODCS document that a person likes to edit.

use std::fmt::Write;

use serde_json::{Number, Value};

use super::{Classification, Inferred, InferredColumn, Kind};
use crate::yaml::{prose, scalar};

/// What a contract is called and whose it is.
#[derive(Clone, Debug)]
pub struct ContractNames {
    pub domain: String,
    /// Of the data product.
    pub product: String,
    /// Of the contract: small letters, digits and hyphens.
    pub name: String,
    /// Of the dataset: as a table in SQL.
    pub dataset: String,
    pub version: String,
    /// `draft`, until somebody has reviewed it.
    pub status: String,
    pub team: String,
    /// What the data was read from, for people.
    pub source: String,
}

/// The names of the properties that the platform fills in.
pub(crate) const PLATFORM: [&str; 2] = ["event_id", "received_at"];

/// What the records of a contract hold: the columns of the data, and properties that are not of the data.
pub(crate) struct Written<'a> {
    pub(crate) columns: &'a [InferredColumn],
    /// Whether a record is a row of the data, so that what tells rows apart tells records apart.
    pub(crate) keys: bool,
    /// Properties after those of the data, as they stand in the document.
    pub(crate) tail: String,
    pub(crate) granularity: &'a str,
}

impl<'a> Written<'a> {
    pub(super) fn data(inferred: &'a Inferred) -> Written<'a> {
        Written {
            columns: &inferred.columns,
            keys: true,
            tail: assigned(inferred),
            granularity: "One row per record that was accepted",
        }
    }
}

/// The document; a record may leave out the column `optional`, whatever the data had.
pub(super) fn document(
    inferred: &Inferred,
    names: &ContractNames,
    optional: Option<&str>,
    written: &Written<'_>,
) -> String {
    let mut yaml = String::new();
    let ContractNames {
        domain,
        product,
        name,
        dataset,
        version,
        status,
        team,
        source,
    } = names;
    let title = title(dataset);
    let described = prose(
        &format!("{title} of {product}, as they are in {source}. Say what they are for."),
        2,
    );
    let limits = prose(&limitations(inferred, source), 2);
    let _ = write!(
        yaml,
        "# A first draft, read from the data. Say what the columns mean, review what is required, which codes there are\n\
         # and who may see what; then make it active.\n\
         apiVersion: v3.2.0\n\
         kind: DataContract\n\
         id: urn:mesh:contract:{domain}:{name}\n\
         name: {contract}\n\
         version: {version}\n\
         status: {status}\n\
         domain: {owner}\n\
         dataProduct: {data_product}\n\
         description:\n\
         \x20 purpose: {described}\n\
         \x20 limitations: {limits}\n\
         schema:\n\
         \x20 - name: {table}\n\
         \x20   logicalType: object\n\
         \x20   physicalType: table\n\
         \x20   businessName: {business}\n\
         \x20   description: {granularity}.\n\
         \x20   dataGranularityDescription: {granularity}\n\
         \x20   properties:\n",
        contract = scalar(name),
        owner = scalar(domain),
        data_product = scalar(product),
        table = scalar(dataset),
        business = scalar(&title),
        granularity = written.granularity,
    );
    for column in written.columns {
        let required = column.required && optional != Some(column.name());
        property(&mut yaml, column, required, column.unique && written.keys);
    }
    yaml.push_str(&written.tail);
    let _ = write!(yaml, "team:\n  name: {}\n", scalar(team));
    yaml
}

fn limitations(inferred: &Inferred, source: &str) -> String {
    let mut sentences = vec![format!(
        "Types, codes and limits are what {} rows of {source} show, and not yet what anybody promised.",
        inferred.rows
    )];
    sentences.extend(inferred.notes.iter().cloned());
    sentences.join(" ")
}

/// `weekly_cases` as people write it: `Weekly cases`.
pub(crate) fn title(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut letters = spaced.trim().chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn property(yaml: &mut String, column: &InferredColumn, required: bool, unique: bool) {
    let InferredColumn {
        name,
        unit,
        kind,
        values,
        classification,
        reason,
        description,
        example,
        ..
    } = column;
    let business = column.title().map_or_else(|| title(name), str::to_owned);
    let _ = writeln!(yaml, "      - name: {}", scalar(name));
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(yaml, "        {key}: {value}");
    };
    line("businessName", &scalar(&business));
    line("description", &prose(description, 8));
    line("logicalType", kind.name());
    if let Some(options) = options(column) {
        line("logicalTypeOptions", &options);
    }
    for (key, set) in [("required", required), ("unique", unique)] {
        if set {
            line(key, "true");
        }
    }
    line("classification", classification.name());
    if *kind != Kind::Boolean && !values.is_empty() {
        let _ = writeln!(yaml, "        enum:{}", codes(values));
    }
    if let Some(example) = example {
        let _ = writeln!(yaml, "        examples: [{}]", inline(example));
    }
    let mut custom = Vec::new();
    if let Some(unit) = unit {
        custom.push(format!("{{ property: unit, value: {} }}", quoted(unit)));
    }
    if *classification != Classification::Internal
        && let Some(reason) = reason
    {
        let note = format!(
            "Classified {} because {reason}. Confirm or correct.",
            classification.name()
        );
        custom.push(format!("{{ property: review, value: {} }}", quoted(&note)));
    }
    if !custom.is_empty() {
        let items: String = custom
            .iter()
            .map(|item| format!("\n          - {item}"))
            .collect();
        let _ = writeln!(yaml, "        customProperties:{items}");
    }
}

fn options(column: &InferredColumn) -> Option<String> {
    let number =
        |key: &str, number: &Option<Number>| number.as_ref().map(|n| format!("{key}: {n}"));
    let options: Vec<String> = [
        number("minimum", &column.minimum),
        number("maximum", &column.maximum),
        column
            .max_length
            .map(|length| format!("maxLength: {length}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!options.is_empty()).then(|| format!("{{ {} }}", options.join(", ")))
}

fn codes(values: &[(Value, u64)]) -> String {
    let items = values
        .iter()
        .map(|(value, _)| format!("\n          - {{ value: {} }}", inline(value)));
    items.collect()
}

/// A value within `{ }` or `[ ]`.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A text within `{ }`, where more characters mean something.
fn quoted(text: &str) -> String {
    let plain = scalar(text);
    match plain
        .chars()
        .all(|c| c.is_alphanumeric() || c == ' ' || c == '_')
    {
        true => plain,
        false => Value::from(text).to_string(),
    }
}

/// The two properties that the platform fills in, under names that the data has not taken.
fn assigned(inferred: &Inferred) -> String {
    let [event_id, received_at] = PLATFORM.map(|name| inferred.free_name(name));
    format!(
        "      - name: {event_id}
        businessName: Event
        description: >-
          Id of the event that carried the record: a UUID of version 7. The platform fills it in.
        logicalType: string
        logicalTypeOptions: {{ format: uuid }}
        required: true
        unique: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: internal
        examples: [019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b]
        customProperties:
          - {{ property: assigned, value: event_id }}
      - name: {received_at}
        businessName: Time of receipt
        description: When the platform took the record, in UTC to the microsecond. The platform fills it in.
        logicalType: timestamp
        required: true
        classification: internal
        examples: [\"2026-03-14T09:26:53.589793Z\"]
        customProperties:
          - {{ property: assigned, value: received_at }}
"
    )
}
