use mesh_sdk::{ContractTest, DataFile, Kept, Verdict};
use mesh_testkit::TestMesh;
use reqwest::Method;

use crate::fixture::Wards;

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_of_a_dataset_is_measured_or_says_why_not() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let reports = mesh.product().measure().await;
    let beds = reports
        .iter()
        .find(|report| report.dataset == "beds")
        .unwrap();
    let result = |rule: &str| {
        let found = beds.results.iter().find(|result| result.rule == rule);
        found.unwrap_or_else(|| panic!("no rule {rule} in {:?}", beds.results))
    };
    let rows = result("not-empty");
    assert_eq!((rows.verdict, rows.observed), (Verdict::Passed, Some(3.0)));
    let not_run: Vec<_> = beds
        .results
        .iter()
        .filter(|result| result.verdict == Verdict::NotRun)
        .collect();
    assert_eq!(not_run.len(), 1, "the rule in prose");
    assert!(not_run[0].reason.is_some());
    assert_eq!(beds.count(Verdict::Failed), 0);
    let levels: Vec<_> = beds
        .service_levels
        .iter()
        .map(|level| (level.property.as_str(), level.kept))
        .collect();
    assert_eq!(
        levels,
        [
            ("freshness", Kept::Kept),
            ("availability", Kept::NotMeasured)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_measured_quality_is_published() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    for attempt in 0.. {
        let path = "/products/wards/datasets/beds/quality";
        let answer = mesh.anonymous(Method::GET, path).await;
        if answer.status == 200 {
            let report = answer.json();
            assert_eq!(report["dataset"], "beds");
            assert_eq!(report["rows"], 3);
            assert_eq!(report["contract_version"], "1.0.0");
            return;
        }
        assert_eq!(answer.problem(), "unavailable");
        assert!(attempt < 200, "it is never measured");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_unique_is_found_after_the_commit() {
    let wards = Wards::new();
    wards.write("data/wards.csv", "ward\nnorth\nsouth\nnorth\n");
    let mesh = TestMesh::start(wards.product()).await;
    let reports = mesh.product().measure().await;
    let report = reports.iter().find(|report| report.dataset == "wards");
    assert_eq!(report.unwrap().count(Verdict::Failed), 1);
}

#[tokio::test]
async fn a_contract_is_tried_on_a_file_row_by_row_and_as_a_whole() {
    let wards = Wards::new();
    let product = wards.product();
    let contract = product
        .contracts()
        .into_iter()
        .find(|contract| contract.name() == "beds")
        .unwrap()
        .clone();
    let csv = wards.path().join("try.csv");
    wards.write("try.csv", "ward,beds,taken\na,5,1\nb,500,1\nc,x,\nd,7,\n");
    let test = ContractTest::run(&contract, &DataFile::at(&csv).unwrap())
        .await
        .unwrap();
    assert_eq!((test.rows, test.broken_rows, test.passed()), (4, 2, false));
    let broken: Vec<_> = test
        .listed
        .iter()
        .map(|row| (row.row, row.violations[0].field(), row.violations[0].rule()))
        .collect();
    assert_eq!(broken, [(2, "beds", "maximum"), (3, "beds", "type")]);

    wards.write(
        "try.ndjson",
        "{\"ward\":\"a\",\"beds\":5}\n\n{\"ward\":\"b\"}\nno json\n",
    );
    let data = DataFile::at(&wards.path().join("try.ndjson")).unwrap();
    let test = ContractTest::run(&contract, &data).await.unwrap();
    assert_eq!((test.rows, test.broken_rows), (3, 2));
    assert_eq!(test.listed[1].row, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_may_read_repeats_no_value() {
    let wards = Wards::new();
    wards.edit(
        "contracts/beds.odcs.yaml",
        "      - { type: text,",
        "      - { type: sql, name: cast, query: SELECT max(CAST(ward AS DOUBLE)) FROM beds, mustBeGreaterThan: 0 }\n      - { type: text,",
    );
    let mesh = TestMesh::start(wards.product()).await;
    let reports = mesh.product().measure().await;
    let results = reports.iter().flat_map(|report| &report.results);
    let cast = results
        .into_iter()
        .find(|result| result.rule == "cast")
        .unwrap();
    assert_eq!(cast.verdict, Verdict::NotRun);
    let reason = cast.reason.clone().unwrap();
    assert!(reason.contains("fails on a value"), "{reason}");
    assert!(
        !reason.contains("north") && !reason.contains("south"),
        "{reason}"
    );
}
