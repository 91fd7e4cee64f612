use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

use crate::property::{LogicalType, Property};

pub(crate) fn schema(properties: &[Property]) -> SchemaRef {
    Arc::new(Schema::new(fields(properties)))
}

fn fields(properties: &[Property]) -> Fields {
    properties.iter().map(field).collect()
}

pub(crate) fn field(property: &Property) -> Field {
    let data_type = match property.logical_type() {
        LogicalType::String | LogicalType::Time => DataType::Utf8,
        LogicalType::Integer => DataType::Int64,
        LogicalType::Number => DataType::Float64,
        LogicalType::Boolean => DataType::Boolean,
        LogicalType::Date => DataType::Date32,
        LogicalType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        LogicalType::Object(properties) => DataType::Struct(fields(properties)),
        LogicalType::Array(item) => DataType::List(Arc::new(field(item))),
    };
    Field::new(property.name(), data_type, !property.required())
}
