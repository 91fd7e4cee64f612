//! What windows are made of, and when they are made anew.

use super::*;

#[tokio::test]
async fn another_statement_or_declaration_makes_all_windows_anew_and_a_restart_none() {
    let mut bench = Bench::new().await;
    bench.arrive(&[("ana", 10, 60), ("ana", 70, 61)]).await;
    let minutes = windowing(60, 60, 0, 0);
    let refresher = bench.refresher(minutes.clone()).await;
    refresher.refresh().await.unwrap();
    let version = refresher.dataset.info().version;
    let refresher = bench.refresher(minutes.clone()).await;
    refresher.refresh().await.unwrap();
    assert_eq!(refresher.dataset.info().version, version);

    let refresher = bench.refresher(windowing(30, 30, 0, 0)).await;
    refresher.refresh().await.unwrap();
    assert_eq!(
        (how(&refresher), starts(&refresher).await),
        ("in full".to_owned(), vec![0])
    );
    bench.arrive(&[("ana", 95, 62)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0, 60]);

    let doubled = STATEMENT.replace("sum(rate)", "2 * sum(rate)");
    let refresher = bench
        .refresher_of(&doubled, minutes.clone(), Vec::new())
        .await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [("ana".to_owned(), 0, 1, 120)]);

    // And back again: what was made before is not taken for done.
    let refresher = bench.refresher(minutes).await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [("ana".to_owned(), 0, 1, 60)]);
}

#[tokio::test]
async fn readings_that_are_replaced_make_all_windows_anew() {
    let mut bench = Bench::new().await;
    bench.arrive(&[("ana", 10, 60), ("ana", 9000, 61)]).await;
    let refresher = bench.refresher(windowing(60, 60, 0, 0)).await;
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0]);
    let nothing = BTreeMap::from([("topic/0".to_owned(), 2)]);
    bench.readings.replace(&[], &nothing).await.unwrap();
    bench.sent = 2;
    bench.arrive(&[("luis", 70, 60), ("luis", 130, 61)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [("luis".to_owned(), 60, 1, 60)]);
    assert_eq!(how(&refresher), "in full");
}

#[tokio::test]
async fn what_a_statement_joins_is_looked_up_and_makes_nothing_by_itself() {
    let mut bench = Bench::new().await;
    let limits = READINGS.replace("readings", "limits").replace(
        "      - {name: at, logicalType: timestamp, required: true}\n",
        "",
    );
    let limits = dataset(bench.folder.path(), "limits", &limits).await;
    let limit = async |rate: i64, next: u64| {
        let row: Value = json!({"who": "ana", "rate": rate});
        let gate = Gate::compile(limits.contract(), Side::Stored);
        let gated = gate.batch(vec![row.as_object().unwrap().clone()]);
        let progress = BTreeMap::from([("file".to_owned(), next)]);
        limits.replace(&[gated.accepted], &progress).await.unwrap();
    };
    limit(100, 1).await;
    let above = "SELECT r.who, window_start, window_end, count(*) AS readings, sum(r.rate) AS total FROM readings r \
                 JOIN limits l ON l.who = r.who AND r.rate > l.rate GROUP BY r.who, window_start, window_end";
    let of = windowing(60, 60, 0, 0);
    let refresher = bench.refresher_of(above, of, vec![limits.clone()]).await;
    bench
        .arrive(&[
            ("ana", 10, 60),
            ("ana", 20, 120),
            ("luis", 20, 120),
            ("ana", 60, 60),
        ])
        .await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [("ana".to_owned(), 0, 1, 120)]);
    let version = refresher.dataset.info().version;
    limit(10, 2).await;
    refresher.refresh().await.unwrap();
    assert_eq!(refresher.dataset.info().version, version);
    bench.arrive(&[("ana", 120, 60)]).await;
    refresher.refresh().await.unwrap();
    let expected = [("ana".to_owned(), 0, 1, 120), ("ana".to_owned(), 60, 1, 60)];
    assert_eq!(made(&refresher).await, expected);
}
