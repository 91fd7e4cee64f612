//! The events that are sent.

use std::sync::{Arc, LazyLock};

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use chrono::{SecondsFormat, Utc};
use mesh_contracts::Contract;
use uuid::Uuid;

const CONTRACT: &str = "contracts/cardiology/heart-readings/1.0.0.odcs.yaml";
/// The contract that events on the topic name.
pub(crate) const SCHEMA: &str = "urn:mesh:contract:cardiology:heart-readings:1.0.0";

/// One reading as a producer over HTTP sends it: whole numbers and decimals of the ranges that the contract has.
pub(crate) fn reading() -> String {
    format!("{{{}}}", fields())
}

/// One reading as it is in an event, with what the platform would have filled in.
pub(crate) fn event() -> (Uuid, String) {
    let (id, now) = (Uuid::now_v7(), now());
    (
        id,
        format!(
            r#"{{{},"event_id":"{id}","received_at":"{now}"}}"#,
            fields()
        ),
    )
}

pub(crate) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Made beforehand, so that the load takes little of the machine that it shares with the mesh.
static FIELDS: LazyLock<Vec<String>> = LazyLock::new(|| (0..5000).map(fields_of).collect());

fn fields() -> &'static str {
    &FIELDS[fastrand::usize(..FIELDS.len())]
}

fn fields_of(patient: u32) -> String {
    format!(
        r#""patient_id":"p-{patient}","age":{},"sex":{},"cp":{},"trestbps":{},"chol":{},"fbs":{},"restecg":{},"thalach":{},"exang":{},"oldpeak":{},"slope":{},"ca":{},"thal":{}"#,
        fastrand::u8(20..90),
        fastrand::u8(..2),
        fastrand::u8(1..5),
        fastrand::u8(90..200),
        fastrand::u16(120..560),
        fastrand::u8(..2),
        fastrand::u8(..3),
        fastrand::u8(70..200),
        fastrand::u8(..2),
        f64::from(fastrand::u8(..60)) / 10.0,
        fastrand::u8(1..4),
        fastrand::u8(..4),
        [3, 6, 7][fastrand::usize(..3)],
    )
}

/// Rows of readings as the dataset has them.
pub(crate) fn rows(count: usize) -> anyhow::Result<RecordBatch> {
    let whole = |from: i64, to: i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(
            (0..count).map(|_| fastrand::i64(from..to)),
        ))
    };
    let number = |from: i64, to: i64| -> ArrayRef {
        let numbers = (0..count).map(|_| fastrand::i64(from..to) as f64);
        Arc::new(Float64Array::from_iter_values(numbers))
    };
    let text = |value: &dyn Fn() -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..count).map(|_| value())))
    };
    let contract = Contract::parse(
        CONTRACT,
        include_str!("../../../contracts/cardiology/heart-readings/1.0.0.odcs.yaml"),
    )?;
    let schema = contract.arrow_schema();
    let columns = schema
        .fields()
        .iter()
        .map(|field| match field.name().as_str() {
            "patient_id" => text(&|| format!("p-{}", fastrand::u32(..5000))),
            "event_id" => text(&|| Uuid::now_v7().to_string()),
            "received_at" => {
                let now = Utc::now().timestamp_micros();
                Arc::new(
                    TimestampMicrosecondArray::from_iter_values((0..count as i64).map(|n| now + n))
                        .with_timezone("UTC"),
                )
            }
            "trestbps" | "chol" => number(90, 400),
            "thalach" => number(70, 200),
            "oldpeak" => number(0, 6),
            "age" => whole(20, 90),
            _ => whole(0, 4),
        });
    let columns = columns.collect();
    Ok(RecordBatch::try_new(schema, columns)?)
}
