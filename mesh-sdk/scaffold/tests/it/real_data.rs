//! Three real files, as they were published. They are not part of the project: MESH_REAL_DATA names the folder.

use std::path::PathBuf;

use mesh_scaffold::{Classification, InferOptions, Inferred, Kind, infer};

use crate::support::{column, contract, every_row_keeps_the_contract};

/// The file's bytes, and what was inferred; none where the folder is not named.
fn file(path: &str) -> Option<(Vec<u8>, Inferred)> {
    let Some(folder) = std::env::var_os("MESH_REAL_DATA") else {
        eprintln!("skipped: MESH_REAL_DATA names no folder with {path}");
        return None;
    };
    let bytes = std::fs::read(PathBuf::from(folder).join(path)).unwrap();
    let inferred = infer(bytes.as_slice(), &InferOptions::default()).unwrap();
    eprintln!("{}", contract(&inferred).source());
    every_row_keeps_the_contract(&inferred, &bytes);
    Some((bytes, inferred))
}

#[test]
fn heart_disease_has_no_header_and_its_codes_are_found() {
    let Some((_, heart)) = file("uci-heart-disease/processed.cleveland.data") else {
        return;
    };
    assert_eq!(heart.rows(), 303);
    assert_eq!(heart.columns().len(), 14);
    assert_eq!(column(&heart, "column_1").kind(), Kind::Integer);
    assert_eq!(column(&heart, "column_10").kind(), Kind::Number);
    assert_eq!(column(&heart, "column_3").values().len(), 4);
    assert_eq!(column(&heart, "column_14").values().len(), 5);
    assert!(
        column(&heart, "column_13")
            .description()
            .contains("likely codes")
    );
}

#[test]
fn influenza_has_bounds_that_the_next_year_keeps() {
    let Some((_, flu)) = file("flu-bavaria-bw/weekly_cases.csv") else {
        return;
    };
    assert_eq!(flu.rows(), 58_240);
    assert!(column(&flu, "year").values().is_empty());
    assert!(column(&flu, "cases").required());
    let notes = flu.notes().join(" ");
    assert!(notes.contains("year, week_of_year, district"), "{notes}");
}

#[test]
fn deliveries_keep_their_mixed_columns_as_text() {
    let Some((_, deliveries)) = file("scms-delivery/scms_delivery_history.csv") else {
        return;
    };
    assert_eq!(deliveries.rows(), 10_324);
    let freight = column(&deliveries, "freight_cost");
    assert_eq!(freight.kind(), Kind::String);
    assert!(freight.description().contains("are numbers"));
    let scheduled = column(&deliveries, "scheduled_delivery_date");
    assert!(scheduled.description().contains("days"));
    assert!(column(&deliveries, "id").unique());
    for column in deliveries.columns() {
        assert_ne!(
            column.classification(),
            Classification::Phi,
            "{}",
            column.name()
        );
    }
}
