//! How a dataset declares the windows that it is made in.

use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::fixture::Wards;

/// The wards, with a total for every ten minutes.
fn wards() -> Wards {
    let wards = Wards::new();
    wards.edit(
        "mesh.yaml",
        "    refresh: on-commit\n",
        "    window: { over: beds, time: counted_at, size: 10m, delay: 1s, lateness: 1m, idle: 1s }\n",
    );
    wards.edit(
        "contracts/beds.odcs.yaml",
        "      - name: event_id\n",
        "      - { name: counted_at, logicalType: timestamp, required: true }\n      - name: event_id\n",
    );
    wards.edit(
        "contracts/ward-totals.odcs.yaml",
        "      - { name: counts,",
        "      - { name: window_start, logicalType: timestamp, required: true }\n      \
               - { name: window_end, logicalType: timestamp, required: true }\n      - { name: counts,",
    );
    wards.write(
        "transforms/ward_totals.sql",
        "SELECT ward, window_start, window_end, count(*) AS counts, max(beds) AS most\n\
         FROM beds GROUP BY ward, window_start, window_end\n",
    );
    wards.write(
        "data/beds.csv",
        "ward,beds,taken,counted_at\n\
         north,10,7,2026-05-03T10:00:00Z\nnorth,12,10,2026-05-03T10:09:59Z\nsouth,12,12,2026-05-03T10:10:00Z\n",
    );
    wards
}

/// File, what stands there, what is put in its place, and what has to be told.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    (
        "mesh.yaml",
        "over: beds",
        "over: bed",
        "mesh.yaml:9:21: datasets.ward_totals.window.over: no other dataset bed; did you mean `beds`?",
    ),
    (
        "mesh.yaml",
        "over: beds",
        "over: ward_totals",
        "datasets.ward_totals.window.over: no other dataset ward_totals",
    ),
    (
        "mesh.yaml",
        "time: counted_at",
        "time: counted_ta",
        "datasets.ward_totals.window.time: contract beds has no timestamp counted_ta; did you mean `counted_at`?",
    ),
    (
        "mesh.yaml",
        "time: counted_at",
        "time: ward",
        "datasets.ward_totals.window.time: ward is a string; windows are of a timestamp",
    ),
    (
        "contracts/beds.odcs.yaml",
        "counted_at, logicalType: timestamp, required: true",
        "counted_at, logicalType: timestamp",
        "datasets.ward_totals.window.time: counted_at may be absent",
    ),
    (
        "contracts/beds.odcs.yaml",
        "      - name: event_id",
        "      - { name: window_end, logicalType: timestamp }\n      - name: event_id",
        "datasets.ward_totals.window.time: contract beds has a property window_end",
    ),
    (
        "mesh.yaml",
        "size: 10m",
        "size: 10 minuets",
        "datasets.ward_totals.window.size: `10 minuets` is no length of time; write a number and a unit",
    ),
    (
        "mesh.yaml",
        "size: 10m",
        "size: 10m, every: 3m",
        "datasets.ward_totals.window.every: `size` has to be a multiple of it",
    ),
    (
        "mesh.yaml",
        "size: 10m",
        "size: 10m, every: 1s",
        "datasets.ward_totals.window.every: each row would fall in 600 windows",
    ),
    (
        "mesh.yaml",
        "idle: 1s",
        "idle: 1ms",
        "datasets.ward_totals.window.idle: write a second or more",
    ),
    (
        "mesh.yaml",
        "size: 10m",
        "sise: 10m",
        "did you mean `size`?",
    ),
    (
        "mesh.yaml",
        "    window: {",
        "    refresh: { schedule: \"0 6 * * *\" }\n    window: {",
        "datasets.ward_totals.refresh: each window is made once it is over; remove `refresh`",
    ),
    (
        "mesh.yaml",
        "    from: { file: data/wards.csv }",
        "    from: { file: data/wards.csv }\n    window: { over: beds, time: counted_at, size: 1m }",
        "datasets.wards.window: only a dataset that is made by SQL is made in windows; remove `window`",
    ),
    (
        "transforms/ward_totals.sql",
        "GROUP BY ward, window_start, window_end",
        "GROUP BY ward, window_start, window_end LIMIT 3",
        "transforms/ward_totals.sql: it cannot be made window by window: it limits the number of its rows",
    ),
    (
        "transforms/ward_totals.sql",
        "FROM beds",
        "FROM full_wards",
        "transforms/ward_totals.sql:",
    ),
];

#[test]
fn a_mistake_is_told_with_file_place_and_what_to_write() {
    wards().product();
    let mut missed = Vec::new();
    for (file, old, new, told) in MISTAKES {
        let wards = wards();
        wards.edit(file, old, new);
        match wards.read() {
            Ok(_) => missed.push(format!("{file}: {new} is taken for right")),
            Err(error) if error.to_string().contains(told) => {}
            Err(error) => missed.push(format!("{file}: {new}\n  told   {error}\n  wanted {told}")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_are_made_as_they_end_and_by_a_pause_at_the_latest() {
    let mesh = TestMesh::start(wards().product()).await;
    let sql = "SELECT ward, CAST(window_end AS VARCHAR) AS ends, counts, most FROM ward_totals ORDER BY ends";
    let first = json!({ "ward": "north", "ends": "2026-05-03T10:10:00Z", "counts": 2, "most": 12 });
    // No row comes after the second.
    mesh.until_rows("ward_totals", 2).await;
    let second =
        json!({ "ward": "south", "ends": "2026-05-03T10:20:00Z", "counts": 1, "most": 12 });
    assert_eq!(Value::from(mesh.query(sql).await), json!([first, second]));
    let states = mesh.datasets();
    let totals = states
        .iter()
        .find(|state| state.name == "ward_totals")
        .unwrap();
    assert_eq!(
        totals.origin,
        "transforms/ward_totals.sql over beds in windows of 10m"
    );
    let watermark = totals.refresh.clone().unwrap().watermark.unwrap();
    assert_eq!(watermark.to_rfc3339(), "2026-05-03T10:20:00+00:00");
}
