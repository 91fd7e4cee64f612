//! What was seen of a column, in words for a person who reviews the draft.

use serde_json::{Number, Value};

use super::column::{Column, Numbers};
use super::property::{InferredColumn, Kind};
use super::sensitive::Classification;

/// Words of a name that make a column one of those that tell rows apart.
const KEYS: &[&str] = &[
    "id",
    "key",
    "code",
    "nr",
    "no",
    "number",
    "uuid",
    "guid",
    "mrn",
    "schluessel",
    "clave",
    "cle",
];
const DIMENSIONS: &[&str] = &[
    "year", "jahr", "month", "monat", "week", "woche", "day", "tag", "date", "datum", "hour",
    "time", "district", "region", "country", "site", "station", "line",
];

pub(super) fn is_key(name: &str) -> bool {
    name.split('_').any(|word| KEYS.contains(&word))
}

/// Whether a column may be one part of a key.
pub(super) fn is_part_of_a_key(name: &str) -> bool {
    name.split('_')
        .any(|word| KEYS.contains(&word) || DIMENSIONS.contains(&word))
}

pub(super) fn is_year(name: &str) -> bool {
    name.split('_')
        .any(|word| ["year", "jahr", "anio", "annee"].contains(&word))
}

pub(super) fn describe(column: &Column, draft: &InferredColumn, rows: u64) -> String {
    if column.present == 0 {
        return format!(
            "Never filled in: missing in all {rows} rows, so that its type is a guess."
        );
    }
    let mut sentences = vec![values(column, draft)];
    sentences.push(gaps(column, rows));
    sentences.extend(mixture(column, draft.kind));
    sentences.extend(nearly_codes(column, draft));
    if draft.unique {
        sentences.push("Every row has one of its own: likely the rows' key.".to_owned());
    }
    sentences.join(" ")
}

fn values(column: &Column, draft: &InferredColumn) -> String {
    let open = draft.classification == Classification::Internal;
    let coded = !draft.values.is_empty();
    match draft.kind {
        Kind::Boolean => "True or false.".to_owned(),
        Kind::Integer | Kind::String if coded => format!(
            "One of {} codes; say what each stands for, and add those that may still come.",
            draft.values.len()
        ),
        Kind::Integer => format!("Whole numbers{}.", range(column.numbers.filter(|_| open))),
        Kind::Number => format!("Numbers{}.", range(column.numbers.filter(|_| open))),
        Kind::Date => format!("Days{}.", days(column, open)),
        Kind::Timestamp if column.kinds.zoneless > 0 => format!(
            "Times{}. They were written without an offset and are taken for UTC.",
            days(column, open)
        ),
        Kind::Timestamp => format!("Times{}, in UTC.", days(column, open)),
        Kind::String if open => format!("Text, seen with up to {} characters.", column.longest),
        Kind::String => "Text.".to_owned(),
    }
}

fn range(numbers: Option<Numbers>) -> String {
    let Some(Numbers {
        least, greatest, ..
    }) = numbers
    else {
        return String::new();
    };
    match least == greatest {
        true => format!(", seen only as {}", short(least)),
        false => format!(", seen from {} to {}", short(least), short(greatest)),
    }
}

/// As JSON has it, but whole numbers without their `.0`.
fn short(number: f64) -> String {
    let text = Number::from_f64(number).map_or_else(String::new, |number| number.to_string());
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn days(column: &Column, open: bool) -> String {
    match column.days.filter(|_| open) {
        Some((first, last)) if first == last => format!(", seen only as {first}"),
        Some((first, last)) => format!(", seen from {first} to {last}"),
        None => String::new(),
    }
}

/// How many values are not there, and what stood in their place.
fn gaps(column: &Column, rows: u64) -> String {
    let missing: u64 = column.missing.values().sum();
    if missing == 0 {
        return "Never missing.".to_owned();
    }
    let marker = |(marker, count): (&String, &u64)| match marker.as_str() {
        "" => format!("{count} empty"),
        marker => format!("{count} written {marker}"),
    };
    let markers: Vec<String> = column.missing.iter().map(marker).collect();
    let percent = missing as f64 * 100.0 / rows as f64;
    let share = match percent {
        percent if percent < 0.1 => "less than 0.1".to_owned(),
        percent => format!("{percent:.1}"),
    };
    format!(
        "Missing in {missing} of {rows} rows ({share} %): {}.",
        markers.join(", ")
    )
}

/// What a column of text holds beside text, which a better contract might take apart.
fn mixture(column: &Column, kind: Kind) -> Option<String> {
    if kind != Kind::String {
        return None;
    }
    let kinds = &column.kinds;
    let numbers = kinds.integer + kinds.number;
    let dates = kinds.date + kinds.timestamp;
    let foreign = column.content.foreign_days();
    let of = column.present;
    if foreign > 0 {
        let share = match foreign == of {
            true => "All".to_owned(),
            false => format!("{foreign} of {of}"),
        };
        Some(format!(
            "{share} are days that are not written as 2026-03-14; write them so to make this a date."
        ))
    } else if numbers * 2 >= of && numbers > 0 {
        Some(format!(
            "{numbers} of {of} are numbers, the others are text that stands in for one or explains it."
        ))
    } else if numbers > 0 {
        Some(format!("{numbers} of {of} are numbers."))
    } else if dates > 0 {
        Some(format!("{dates} of {of} are days or times."))
    } else if kinds.code > 0 {
        Some(
            "Digits that are no quantity: leading zeros, or more digits than a number keeps."
                .to_owned(),
        )
    } else {
        None
    }
}

/// Few values, but some of them so rare that they may be slips.
fn nearly_codes(column: &Column, draft: &InferredColumn) -> Option<String> {
    let coded = draft.kind == Kind::String || draft.kind == Kind::Integer;
    let distinct = column.texts.counts()?.len() as u64;
    let few = (2..=9).contains(&distinct) && column.present >= 10 * distinct;
    let listed = !draft.values.is_empty() || is_year(&draft.name);
    let open = draft.classification == Classification::Internal;
    (coded && few && !listed && open).then(|| {
        format!("Only {distinct} different values, some of them rare: likely codes, and slips.")
    })
}

/// Whether a value of an enumeration says yes, in the languages of the house.
pub(crate) fn says_yes(value: &Value) -> bool {
    const YES: &[&str] = &[
        "1", "yes", "y", "true", "ja", "si", "sí", "oui", "positive", "positiv", "present",
    ];
    let text = value.as_str().unwrap_or_default().to_lowercase();
    YES.contains(&text.as_str())
}
