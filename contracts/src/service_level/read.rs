use serde_json::Value;

use super::{Promise, ServiceLevel, amount};
use crate::column::{self, Column};
use crate::contract::Schema;
use crate::document::{Cursor, DocumentError, Fields};
use crate::suggest::closest;

/// The promises of a whole contract, in its order.
pub(crate) fn service_levels(
    contract: &Fields<'_>,
    schema: &Schema,
) -> Result<Vec<ServiceLevel>, DocumentError> {
    let default = contract.get("slaDefaultElement");
    let items = contract.items("slaProperties")?.into_iter();
    items
        .map(|item| service_level(item, default.as_ref(), schema))
        .collect()
}

fn service_level(
    item: Cursor<'_>,
    default: Option<&Cursor<'_>>,
    schema: &Schema,
) -> Result<ServiceLevel, DocumentError> {
    let fields = item.mapping()?;
    let property = fields.require("property")?.text()?.to_owned();
    let element = fields.get("element");
    let element = element.as_ref().or(default);
    let column = element.map(|element| column(element, schema)).transpose()?;
    let column = column.flatten();
    let kind = promise(
        &property,
        &fields,
        column.as_ref().map(|of| of.path().to_owned()),
    )?;
    if let (Promise::Freshness { .. } | Promise::Retention { .. }, Some(column), Some(element)) =
        (&kind, &column, element)
        && !column.moment()
    {
        return Err(element.error(
            format!("`{}` does not say how old a row is", column.path()),
            "name a property of type date or timestamp, or leave `element` out",
        ));
    }
    Ok(ServiceLevel {
        kind,
        property,
        value: json(&fields, "value").unwrap_or(Value::Null),
        value_ext: json(&fields, "valueExt"),
        unit: fields.text("unit")?,
        element: element
            .map(|element| element.text().map(str::to_owned))
            .transpose()?,
        driver: fields.text("driver")?,
        description: fields.text("description")?,
    })
}

fn json(fields: &Fields<'_>, name: &str) -> Option<Value> {
    fields.get(name).map(|value| value.json())
}

/// The standard compares its words without regard to case, and has a short form of each.
fn promise(
    property: &str,
    fields: &Fields<'_>,
    element: Option<String>,
) -> Result<Promise, DocumentError> {
    let value = json(fields, "value").unwrap_or(Value::Null);
    let Some(number) = amount::number(&value) else {
        return Ok(Promise::Other);
    };
    let limit = || {
        let unit = fields.require("unit")?;
        amount::duration(number, unit.text()?)
            .ok_or_else(|| unit.error("no unit of time", "write one of s, min, h, d, w, mo, y"))
    };
    Ok(match property.to_lowercase().as_str() {
        "freshness" | "fr" => Promise::Freshness {
            limit: limit()?,
            element,
        },
        "latency" | "ly" => Promise::Latency {
            limit: limit()?,
            element,
        },
        "retention" | "re" => Promise::Retention {
            limit: limit()?,
            element,
        },
        "availability" | "av"
            if number <= 100.0 && amount::is_percent(fields.text("unit")?.as_deref()) =>
        {
            Promise::Availability { percent: number }
        }
        _ => Promise::Other,
    })
}

/// The one column of the contract that an element such as `heart_readings.received_at` names. What names none of
/// its tables is about something else.
fn column(element: &Cursor<'_>, schema: &Schema) -> Result<Option<Column>, DocumentError> {
    let text = element.text()?.trim();
    let own = text
        .strip_prefix(schema.name())
        .and_then(|rest| rest.strip_prefix('.'));
    let path = own.unwrap_or(text);
    if let Some(column) = Column::find(schema.properties(), path) {
        return Ok(Some(column));
    }
    if own.is_none() || path.contains(',') {
        return Ok(None);
    }
    let columns = column::all(schema.properties());
    let remedy = match closest(path, columns.iter().map(Column::path)) {
        Some(near) => format!("did you mean `{}.{near}`?", schema.name()),
        None => "name one of the contract's own".to_owned(),
    };
    Err(element.error(format!("there is no property `{path}`"), remedy))
}
