use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use deltalake::kernel::StructType;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;

use super::{Growth, growth};

fn required(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

fn optional(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}

fn structure(name: &str, fields: Vec<Field>) -> Field {
    optional(name, DataType::Struct(fields.into()))
}

fn list(name: &str, item: Field) -> Field {
    optional(name, DataType::List(Arc::new(item)))
}

fn between(stored: Vec<Field>, wanted: Vec<Field>) -> Growth {
    let kernel =
        |fields: Vec<Field>| -> StructType { (&Schema::new(fields)).try_into_kernel().unwrap() };
    growth(&kernel(stored), &kernel(wanted)).unwrap()
}

fn breaking(stored: Vec<Field>, wanted: Vec<Field>) -> String {
    match between(stored, wanted) {
        Growth::Breaking(difference) => difference,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_columns_are_no_growth() {
    let columns = || {
        vec![
            required("who", DataType::Utf8),
            structure("device", vec![optional("model", DataType::Utf8)]),
            list("tags", required("element", DataType::Utf8)),
        ]
    };
    assert_eq!(between(columns(), columns()), Growth::None);
}

#[test]
fn further_columns_that_may_be_null_are_growth_at_any_place_and_depth() {
    let who = || required("who", DataType::Utf8);
    let note = || optional("note", DataType::Utf8);
    let model = || optional("model", DataType::Utf8);
    assert_eq!(
        between(vec![who()], vec![note(), who()]),
        Growth::Compatible
    );
    assert_eq!(
        between(
            vec![structure("device", vec![model()])],
            vec![structure("device", vec![note(), model()])]
        ),
        Growth::Compatible
    );
    assert_eq!(
        between(
            vec![list("devices", structure("element", vec![model()]))],
            vec![list("devices", structure("element", vec![model(), note()]))]
        ),
        Growth::Compatible
    );
}

#[test]
fn letting_null_in_and_another_order_are_growth() {
    let (a, b) = (
        required("a", DataType::Int64),
        optional("b", DataType::Int64),
    );
    assert_eq!(
        between(vec![a.clone()], vec![optional("a", DataType::Int64)]),
        Growth::Compatible
    );
    assert_eq!(
        between(vec![a.clone(), b.clone()], vec![b, a]),
        Growth::Compatible
    );
}

#[test]
fn everything_else_breaks_and_names_the_column_and_both_types() {
    let a = || optional("a", DataType::Int64);
    let required_a = || required("a", DataType::Int64);
    assert_eq!(
        breaking(vec![a()], vec![required_a()]),
        "column a: the table has Int64 that may be null, the contract Int64 that is required"
    );
    assert_eq!(
        breaking(vec![], vec![required_a()]),
        "column a: the table has no such column, the contract Int64 that is required"
    );
    assert_eq!(
        breaking(vec![a()], vec![]),
        "column a: the table has Int64 that may be null, the contract no such column"
    );
    assert_eq!(
        breaking(vec![a()], vec![optional("a", DataType::Float64)]),
        "column a: the table has Int64 that may be null, the contract Float64 that may be null"
    );
    assert_eq!(
        breaking(
            vec![structure("device", vec![a()])],
            vec![structure("device", vec![optional("a", DataType::Utf8)])]
        ),
        "column device.a: the table has Int64 that may be null, the contract Utf8 that may be null"
    );
    assert_eq!(
        breaking(vec![list("tags", a())], vec![list("tags", required_a())]),
        "column tags[]: the table has Int64 that may be null, the contract Int64 that is required"
    );
}
