use crate::fixture::Wards;

/// File, what is replaced, by what, and what is told.
const MISTAKES: [(&str, &str, &str, &str); 30] = [
    (
        "mesh.yaml",
        "from: { port: beds }",
        "form: { port: beds }",
        "mesh.yaml:3:5: datasets.beds: unknown field `form`; did you mean `from`?",
    ),
    (
        "mesh.yaml",
        "from: { port: beds }",
        "from: { prot: beds }",
        "did you mean `port`?",
    ),
    (
        "mesh.yaml",
        "from: { port: beds }",
        "from: { port: bed }",
        "mesh.yaml:3:19: datasets.beds.from.port: product.odps.yaml has no input port bed; did you mean `beds`?",
    ),
    (
        "mesh.yaml",
        "  full_wards:\n",
        "  full_ward:\n",
        "mesh.yaml:2:3: datasets: product.odps.yaml has an output port full_wards, and there is no dataset full_wards; did you mean `full_ward`?",
    ),
    (
        "mesh.yaml",
        "transforms/full_wards.sql",
        "transforms/full.sql",
        "mesh.yaml:6:18: datasets.full_wards.from.sql: transforms/full.sql cannot be read",
    ),
    (
        "mesh.yaml",
        "transforms/full_wards.sql",
        "../full.sql",
        "the path leads out of the product's folder",
    ),
    (
        "mesh.yaml",
        "refresh: on-commit",
        "refresh: oncommit",
        "mesh.yaml:9:14: datasets.ward_totals.refresh: `oncommit` is not known here; write on-commit",
    ),
    (
        "mesh.yaml",
        "refresh: on-commit",
        "refresh: { schedule: at noon }",
        "mesh.yaml:9:26: datasets.ward_totals.refresh.schedule: `at noon` is no cron expression",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    starting_data: { file: data/bed.csv }",
        "mesh.yaml:4:28: datasets.beds.starting_data.file: data/bed.csv cannot be read",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    refresh: on-commit",
        "datasets.beds.refresh: the rows come in as events, when they happen; remove `refresh`",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_delay: 1s, max_row: 7 }",
        "datasets.beds.sink: unknown field `max_row`; did you mean `max_rows`?",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_delay: soon }",
        "mesh.yaml:4:24: datasets.beds.sink.max_delay: write a time from 1ms to 10min, such as 500ms or 2s",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_delay: 11min }",
        "datasets.beds.sink.max_delay: write a time from 1ms to 10min",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_bytes: 1GiB }",
        "mesh.yaml:4:24: datasets.beds.sink.max_bytes: write an amount from 1KiB to 256MiB, such as 32MiB",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_bytes: many }",
        "datasets.beds.sink.max_bytes: write an amount from 1KiB to 256MiB",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_rows: 0 }",
        "mesh.yaml:4:23: datasets.beds.sink.max_rows:",
    ),
    (
        "mesh.yaml",
        "    starting_data: { file: data/beds.csv }",
        "    sink: { max_backlog: 2000000000 }",
        "mesh.yaml:4:26: datasets.beds.sink.max_backlog:",
    ),
    (
        "mesh.yaml",
        "refresh: on-commit",
        "sink: { max_rows: 7 }",
        "mesh.yaml:9:11: datasets.ward_totals.sink: the rows are made from something else; only a dataset that events fill has a sink",
    ),
    (
        "mesh.yaml",
        "datasets:",
        "datasets: 7\nx:",
        "mesh.yaml:1:11: datasets:",
    ),
    (
        "transforms/full_wards.sql",
        "FROM beds",
        "FROM bets",
        "transforms/full_wards.sql: no dataset bets; did you mean `beds`?",
    ),
    (
        "transforms/full_wards.sql",
        "taken >=",
        "take >=",
        "transforms/full_wards.sql: Schema error: No field named take.",
    ),
    (
        "transforms/full_wards.sql",
        "SELECT ward, beds",
        "SELECT ward",
        "transforms/full_wards.sql: its answer does not fit contract full-wards of dataset full_wards",
    ),
    (
        "transforms/full_wards.sql",
        "SELECT ward, beds",
        "SELECT ward, beds, taken",
        "transforms/full_wards.sql: its answer does not fit contract full-wards of dataset full_wards",
    ),
    (
        "transforms/full_wards.sql",
        "SELECT",
        "DELETE",
        "transforms/full_wards.sql:",
    ),
    (
        "transforms/full_wards.sql",
        "FROM beds WHERE taken >= beds",
        "FROM full_wards",
        "transforms/full_wards.sql: dataset full_wards is made of itself",
    ),
    (
        "product.odps.yaml",
        "contractId: \"urn:mesh:contract:testing:full-wards\"",
        "contractId: \"urn:mesh:contract:testing:full-ward\"",
        "did you mean `urn:mesh:contract:testing:full-wards`?",
    ),
    (
        "product.odps.yaml",
        "full_wards, version: 1.0.0",
        "full_wards, version: 2.0.0",
        "contract urn:mesh:contract:testing:full-wards has no version 2.0.0; there is 1.0.0",
    ),
    (
        "product.odps.yaml",
        "status: draft",
        "statsu: draft",
        "product.odps.yaml:6:1: unknown field `statsu`; did you mean `status`?",
    ),
    (
        "contracts/beds.odcs.yaml",
        "logicalType: integer, required",
        "logicalType: int, required",
        "contracts/beds.odcs.yaml:16:36: schema[0].properties[1].logicalType: `int` is not known here",
    ),
    (
        "contracts/wards.odcs.yaml",
        "id: urn:mesh:contract:testing:wards",
        "id: urn:mesh:contract:testing:beds",
        "contracts/wards.odcs.yaml: another file of the product is urn:mesh:contract:testing:beds 1.0.0 too",
    ),
];

#[test]
fn a_mistake_is_told_with_file_place_and_what_to_write() {
    let mut missed = Vec::new();
    for (file, old, new, told) in MISTAKES {
        let wards = Wards::new();
        wards.edit(file, old, new);
        match wards.read() {
            Ok(_) => missed.push(format!("{file}: {new} is taken for right")),
            Err(error) if error.to_string().contains(told) => {}
            Err(error) => missed.push(format!("{file}: {new}\n  told   {error}\n  wanted {told}")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn several_mistakes_of_a_document_are_told_at_once() {
    let wards = Wards::new();
    wards.edit("mesh.yaml", "port: beds", "prot: beds");
    wards.edit("mesh.yaml", "refresh:", "refersh:");
    let told = wards.read().unwrap_err().to_string();
    assert!(told.contains("prot") && told.contains("refersh"), "{told}");
}

#[test]
fn datasets_made_of_each_other_in_a_circle_are_refused() {
    let wards = Wards::new();
    wards.write(
        "transforms/full_wards.sql",
        "SELECT ward, most AS beds FROM ward_totals",
    );
    wards.write(
        "transforms/ward_totals.sql",
        "SELECT ward, count(*) AS counts, max(beds) AS most FROM full_wards GROUP BY ward",
    );
    let told = wards.read().unwrap_err().to_string();
    assert!(
        told.contains("made of each other in a circle: full_wards, ward_totals"),
        "{told}"
    );
}

#[test]
fn a_contract_that_is_published_mesh_wide_cannot_be_another_in_a_product() {
    let published = mesh_contracts::published::find("diagnoses", None).unwrap();
    let wards = Wards::new();
    wards.write("contracts/diagnoses.odcs.yaml", published.source());
    wards.product();
    let changed = published
        .source()
        .replacen("purpose: ", "purpose: Also ", 1);
    wards.write("contracts/diagnoses.odcs.yaml", &changed);
    let told = wards.read().unwrap_err().to_string();
    assert!(told.contains("a published version never changes"), "{told}");
}
