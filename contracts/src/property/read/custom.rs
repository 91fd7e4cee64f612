//! What this mesh reads from the custom properties of a property.

use super::Place;
use crate::document::{Cursor, DocumentError, Fields};
use crate::property::{Assigned, LogicalType, Property};

#[derive(Default)]
pub(super) struct Custom {
    pub(super) unit: Option<String>,
    pub(super) assigned: Option<Assigned>,
    pub(super) event_key: bool,
}

impl Custom {
    pub(super) fn read(
        fields: &Fields<'_>,
        logical_type: &LogicalType,
        place: Place,
    ) -> Result<Custom, DocumentError> {
        let mut custom = Custom::default();
        for item in fields.items("customProperties")? {
            let entry = item.mapping()?;
            match entry.require("property")?.text()? {
                "unit" => custom.unit = Some(entry.require("value")?.text()?.to_owned()),
                "assigned" => {
                    let value = entry.require("value")?;
                    custom.assigned = Some(match value.one_of(&["event_id", "received_at"])? {
                        "event_id" => Assigned::EventId,
                        _ => Assigned::ReceivedAt,
                    });
                }
                "eventKey" => {
                    let value = entry.require("value")?;
                    custom.event_key = value.boolean()?;
                    if custom.event_key {
                        check_event_key(&value, logical_type, place)?;
                    }
                }
                _ => {}
            }
        }
        Ok(custom)
    }
}

/// The key of an event is a text that every reader makes of the record in the same way.
fn check_event_key(
    at: &Cursor<'_>,
    logical_type: &LogicalType,
    place: Place,
) -> Result<(), DocumentError> {
    if place == Place::Nested {
        return Err(at.error(
            "the key of an event stands at the top of its record",
            "mark a property there, or remove the custom property `eventKey`",
        ));
    }
    match logical_type {
        LogicalType::String | LogicalType::Integer => Ok(()),
        other => Err(at.error(
            format!(
                "a property of type {} cannot be the key of an event",
                other.name()
            ),
            "mark a string or an integer",
        )),
    }
}

/// Keys and assigned properties are there in every record; what is assigned fits its type.
pub(super) fn check_keys(
    property: &Property,
    fields: &Fields<'_>,
    place: Place,
) -> Result<(), DocumentError> {
    if property.primary_key && !property.required {
        return Err(fields.error("a primary key that may be absent", "add `required: true`"));
    }
    let Some(assigned) = property.assigned else {
        return Ok(());
    };
    if property.event_key {
        return Err(fields.error(
            "what the platform assigns is another for each event, and no key of several",
            "mark a property that producers send",
        ));
    }
    let fits = match (assigned, &property.logical_type) {
        (Assigned::EventId, LogicalType::String) => property.allowed.is_none(),
        (Assigned::ReceivedAt, LogicalType::Timestamp) => true,
        _ => false,
    };
    if !fits {
        return Err(fields.error(
            "the platform cannot fill in a property of this type",
            "write `logicalType: string` for event_id, `logicalType: timestamp` for received_at",
        ));
    }
    if place == Place::Nested {
        return Err(fields.error(
            "the platform fills in properties at the top of a record only",
            "move it there, or remove the custom property `assigned`",
        ));
    }
    match property.required {
        true => Ok(()),
        false => Err(fields.error("the platform always fills this in", "add `required: true`")),
    }
}
