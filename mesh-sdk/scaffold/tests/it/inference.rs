use mesh_contracts::Assigned;
use mesh_scaffold::{Classification, Header, InferError, InferOptions, Kind, infer};
use proptest::prelude::*;

use crate::support::{
    cleaned, column, contract, every_row_keeps_the_contract, names, read, schema,
};

/// A file of `rows` rows, each made of its number.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows = (0..rows).map(|index| row(index) + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

fn error(csv: &[u8]) -> InferError {
    infer(csv, &InferOptions::default()).unwrap_err()
}

#[test]
fn types_follow_from_all_values() {
    let csv = "i,n,b,d,t,s,m\n\
        1,1,true,2024-01-01,2024-01-01T10:00:00Z,x,1\n\
        2.0,1.5,FALSE,2024-02-29,2024-01-01 11:00,y,none\n";
    let inferred = read(csv);
    let kinds: Vec<Kind> = inferred
        .columns()
        .iter()
        .map(|column| column.kind())
        .collect();
    let expected = [
        Kind::Integer,
        Kind::Number,
        Kind::Boolean,
        Kind::Date,
        Kind::Timestamp,
        Kind::String,
        Kind::String,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(
        cleaned(&inferred, csv.as_bytes()),
        "i,n,b,d,t,s,m\n\
         1,1,true,2024-01-01,2024-01-01T10:00:00.000000Z,x,1\n\
         2,1.5,false,2024-02-29,2024-01-01T11:00:00.000000Z,y,none\n"
    );
    assert!(
        column(&inferred, "m")
            .description()
            .contains("1 of 2 are numbers")
    );
    assert!(
        column(&inferred, "t")
            .description()
            .contains("taken for UTC")
    );
}

#[test]
fn missing_values_are_counted_by_their_marker_and_emptied() {
    let csv = "a,b\n1,x\nNA,y\n?,z\n,w\n-9,v\n";
    let options = InferOptions {
        sentinels: vec![-9.0],
        ..InferOptions::default()
    };
    let inferred = infer(csv.as_bytes(), &options).unwrap();
    let a = column(&inferred, "a");
    assert!(!a.required() && column(&inferred, "b").required());
    for part in [
        "4 of 5",
        "1 empty",
        "1 written NA",
        "1 written ?",
        "1 written -9",
    ] {
        assert!(a.description().contains(part), "{}", a.description());
    }
    assert_eq!(
        cleaned(&inferred, csv.as_bytes()),
        "a,b\n1,x\n,y\n,z\n,w\n,v\n"
    );
}

#[test]
fn observed_bounds_are_told_and_not_promised() {
    let csv = table("value,year,delta,age", 40, |row| {
        format!(
            "{}.5,{},{},{}",
            row,
            2001 + row % 5,
            row as i64 - 20,
            20 + row
        )
    });
    let inferred = read(&csv);
    let value = schema(&inferred, "value");
    assert_eq!(value["minimum"], 0);
    assert!(value.get("maximum").is_none());
    assert!(
        column(&inferred, "value")
            .description()
            .contains("from 0.5 to 39.5")
    );
    assert_eq!(schema(&inferred, "year")["maximum"], 2100);
    assert!(schema(&inferred, "year").get("enum").is_none());
    assert!(schema(&inferred, "delta")["minimum"].as_i64() < Some(-1_000_000));
    assert_eq!(schema(&inferred, "age")["maximum"], 130);
}

#[test]
fn few_repeated_values_are_codes() {
    let csv = table("kind,rare,text", 60, |row| {
        let rare = if row == 7 { "odd" } else { "even" };
        format!("{},{rare},word{row}", ["a", "b", "c"][row % 3])
    });
    let inferred = read(&csv);
    let codes: Vec<_> = column(&inferred, "kind").values().to_vec();
    assert_eq!(
        codes,
        [("a".into(), 20), ("b".into(), 20), ("c".into(), 20)]
    );
    assert!(
        column(&inferred, "rare").values().is_empty(),
        "a value that occurs once"
    );
    assert_eq!(schema(&inferred, "text")["maxLength"], 16);
}

#[test]
fn a_column_that_numbers_the_rows_is_their_key() {
    let csv = table("order_id,amount", 30, |row| {
        format!("{},{}", row + 100, row)
    });
    let inferred = read(&csv);
    assert!(column(&inferred, "order_id").unique());
    assert!(!column(&inferred, "amount").unique(), "unique by chance");

    let csv = table("year,week,cases", 104, |row| {
        format!("{},{},3", 2001 + row / 52, 1 + row % 52)
    });
    assert!(read(&csv).notes().join(" ").contains("year, week together"));
}

#[test]
fn no_value_of_a_person_is_in_the_contract() {
    let csv = table(
        "Patient,Geburtsdatum,contact,Vorname,sex,visits",
        40,
        |row| {
            format!(
                "P-77{row},19{}-03-04,a{row}@example.org,Xaver,{},3",
                50 + row % 40,
                row % 2
            )
        },
    );
    let inferred = read(&csv);
    for name in ["patient", "geburtsdatum", "contact", "vorname"] {
        let column = column(&inferred, name);
        assert_eq!(column.classification(), Classification::Phi, "{name}");
        assert!(column.reason().is_some() && column.values().is_empty());
    }
    assert_eq!(
        column(&inferred, "sex").classification(),
        Classification::Restricted
    );
    assert_eq!(
        column(&inferred, "visits").classification(),
        Classification::Internal
    );
    let yaml = inferred.contract_yaml(&names());
    for value in ["P-77", "1950", "1989", "example.org", "Xaver"] {
        assert!(!yaml.contains(value), "{value} is in\n{yaml}");
    }
    assert!(yaml.contains("Classified phi because its values hold mail addresses"));
}

#[test]
fn things_with_names_and_amounts_of_money_are_nobody() {
    let csv = table(
        "Vendor Name,Line Item Insurance (USD),number_of_patients",
        40,
        |row| format!("Vendor {row},{row}.5,{}", row % 7),
    );
    for column in read(&csv).columns() {
        assert_eq!(
            column.classification(),
            Classification::Internal,
            "{}",
            column.name()
        );
    }
}

#[test]
fn the_platform_fills_in_two_more_properties_whatever_the_data_is_called() {
    let inferred = read("event_id,received_at\n1,2\n");
    let contract = contract(&inferred);
    let assigned: Vec<(&str, Assigned)> = contract
        .schema()
        .properties()
        .iter()
        .filter_map(|property| Some((property.name(), property.assigned()?)))
        .collect();
    assert_eq!(
        assigned,
        [
            ("event_id_", Assigned::EventId),
            ("received_at_", Assigned::ReceivedAt)
        ]
    );
}

#[test]
fn files_are_read_as_they_are_written() {
    let csv = b"\xef\xbb\xbfStadt;Wert;\n\"W\xfcrz\nburg\";1,5;\n;;\nUlm;2;\n";
    let inferred = infer(&csv[..], &InferOptions::default()).unwrap();
    let names: Vec<&str> = inferred
        .columns()
        .iter()
        .map(|column| column.name())
        .collect();
    assert_eq!(
        names,
        ["stadt", "wert"],
        "the empty column at the end is gone"
    );
    assert_eq!(column(&inferred, "wert").kind(), Kind::Number);
    assert_eq!(
        cleaned(&inferred, csv),
        "stadt,wert\n\"Würz\nburg\",1.5\nUlm,2\n"
    );
    let notes = inferred.notes().join(" ");
    assert!(
        notes.contains("first on line 2") && notes.contains("1 rows without"),
        "{notes}"
    );
}

#[test]
fn a_file_without_header_gets_numbered_columns() {
    let inferred = read("63.0,?,1\n67.0,4.0,2\n");
    assert_eq!(
        (inferred.rows(), inferred.columns()[2].name()),
        (2, "column_3")
    );
    let options = InferOptions {
        header: Header::Present,
        ..InferOptions::default()
    };
    let inferred = infer(&b"2001,2002\n5,6\n"[..], &options).unwrap();
    assert_eq!(
        (inferred.rows(), inferred.columns()[0].name()),
        (1, "_2001")
    );
}

#[test]
fn what_is_no_table_is_refused_with_its_line() {
    assert_eq!(error(b"").code(), "data-empty");
    assert_eq!(error(b"a,b\n").code(), "data-empty");
    assert_eq!(error(b"\xff\xfea\0").code(), "data-not-utf8");
    let ragged = error(b"a,b\n1,2\n1,2,3\n");
    assert!(
        ragged.to_string().starts_with("line 3: 3 cells"),
        "{ragged}"
    );
    let wide = vec!["x"; 300].join(",");
    assert_eq!(
        error(format!("{wide}\n").as_bytes()).code(),
        "data-too-wide"
    );
}

#[test]
fn a_quote_that_never_closes_does_not_fill_the_memory() {
    let endless = std::io::Read::chain(&b"a,b\n1,2\n\"x"[..], std::io::repeat(b'y'));
    let error = infer(endless, &InferOptions::default()).unwrap_err();
    assert_eq!(error.code(), "data-row-too-long");
    assert!(error.to_string().starts_with("line 3"), "{error}");
}

#[test]
fn a_long_file_is_looked_at_up_to_a_limit() {
    let csv = table("a", 1000, |row| row.to_string());
    let some = |options: InferOptions| infer(csv.as_bytes(), &options).unwrap();
    let rows = some(InferOptions {
        max_rows: 10,
        ..InferOptions::default()
    });
    assert_eq!((rows.rows(), rows.sampled()), (10, true));
    let bytes = some(InferOptions {
        max_bytes: 100,
        ..InferOptions::default()
    });
    assert!(bytes.sampled() && bytes.rows() < 100);
    assert!(!some(InferOptions::default()).sampled());
}

#[test]
fn data_that_has_changed_is_noticed() {
    let inferred = read("a\n1\n2\n");
    let error = inferred
        .write_clean(&b"a\n1\nx\n"[..], std::io::sink(), 10)
        .unwrap_err();
    assert_eq!(error.code(), "data-changed");
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?[0-9]{1,4}(\\.[0-9]{1,2})?",
        1 => "[0-9]{15,25}",
        2 => "[ab]",
        1 => "20[0-9]{2}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9])?(Z|\\+01:00)?)?",
        1 => Just(String::new()),
        1 => "(NA|\\?|true|False|null|1e5|\\.5|5\\.|-0|\\+3)",
        2 => any::<String>(),
    ]
}

/// Tables whose columns are often of one kind.
fn tables() -> impl Strategy<Value = Vec<Vec<String>>> {
    let column = (
        any::<String>(),
        cell(),
        prop::collection::vec(cell(), 40),
        0..3,
    );
    prop::collection::vec(column, 1..5).prop_flat_map(|columns| {
        (1..40usize).prop_map(move |rows| {
            let cells = |row: usize| {
                let cells = columns.iter().map(|(name, one, many, mixing)| match row {
                    0 => name.clone(),
                    row if row as i32 % 3 < *mixing => many[row % many.len()].clone(),
                    _ => one.clone(),
                });
                cells.collect()
            };
            (0..=rows).map(cells).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_a_table_shows_lets_its_rows_through(table in tables(), delimiter in prop::sample::select(vec![b',', b';', b'\t'])) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let csv = writer.into_inner().unwrap();
        let options = InferOptions { delimiter: Some(delimiter), ..InferOptions::default() };
        if let Ok(inferred) = infer(csv.as_slice(), &options) {
            every_row_keeps_the_contract(&inferred, &csv);
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(inferred) = infer(bytes.as_slice(), &InferOptions::default()) {
            every_row_keeps_the_contract(&inferred, &bytes);
        }
    }

    #[test]
    fn any_text_of_delimiters_is_a_table_or_an_error(text in "[ab01.,;\t|\"\n\r -]{0,200}") {
        if let Ok(inferred) = infer(text.as_bytes(), &InferOptions::default()) {
            every_row_keeps_the_contract(&inferred, text.as_bytes());
        }
    }
}
