mod property;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::TryStreamExt;
use mesh_storage::{Changes, Dataset, Engine, Incremental, Policy, TableSource};
use tempfile::{TempDir, tempdir};

use super::{all, batch, beat, engine_over, lines, open, read_up_to};

async fn beats() -> (Arc<Dataset>, Engine, TempDir) {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let engine = engine_over(&dataset);
    (dataset, engine, folder)
}

async fn append(dataset: &Dataset, who: &str) -> u64 {
    let next = dataset.info().version + 1;
    let rows = batch(&[beat(who, 61.0)]);
    dataset
        .append(&rows, &read_up_to("topic/0", next))
        .await
        .unwrap()
}

fn since(version: u64) -> BTreeMap<String, u64> {
    read_up_to("beats", version)
}

async fn whole(engine: &Engine, sql: &str, version: u64) -> String {
    match engine.changes(sql, &since(version)).await.unwrap() {
        Changes::Whole { reason } => reason,
        Changes::Rows(rows) => panic!("{sql}: {:?}", lines(rows).await),
    }
}

async fn new_rows(engine: &Engine, sql: &str, version: u64) -> (Vec<String>, u64) {
    match engine.changes(sql, &since(version)).await.unwrap() {
        Changes::Rows(rows) => {
            let now = rows.sources()["beats"];
            (lines(rows).await, now)
        }
        Changes::Whole { reason } => panic!("{sql}: {reason}"),
    }
}

#[tokio::test]
async fn only_rows_since_a_version_are_read() {
    let (dataset, engine, _folder) = beats().await;
    let sql = "SELECT upper(who) FROM beats";
    assert_eq!(new_rows(&engine, sql, 0).await, (vec![], 0));
    append(&dataset, "ana").await;
    append(&dataset, "luis").await;
    let two = vec!["ANA".to_owned(), "LUIS".to_owned()];
    assert_eq!(new_rows(&engine, sql, 0).await, (two, 2));
    assert_eq!(
        new_rows(&engine, sql, 1).await,
        (vec!["LUIS".to_owned()], 2)
    );
    assert_eq!(new_rows(&engine, sql, 2).await, (vec![], 2));
}

#[tokio::test]
async fn rows_that_went_need_the_whole() {
    let (dataset, engine, folder) = beats().await;
    let sql = "SELECT who FROM beats";
    append(&dataset, "ana").await;
    let rows = [batch(&[beat("eva", 61.0)])];
    dataset
        .replace(&rows, &read_up_to("refresh", 1))
        .await
        .unwrap();
    append(&dataset, "luis").await;
    assert_eq!(
        whole(&engine, sql, 1).await,
        "beats lost or changed rows that were read"
    );
    // What came and went in between nobody has read.
    let rows = vec!["eva".to_owned(), "luis".to_owned()];
    assert_eq!(new_rows(&engine, sql, 0).await, (rows, 3));
    assert_eq!(
        whole(&engine, sql, 9).await,
        "beats is at an earlier version than was read"
    );
    let never = engine.changes(sql, &BTreeMap::new()).await.unwrap();
    assert!(matches!(never, Changes::Whole { reason } if reason == "beats was not read before"));
    std::fs::remove_file(
        folder
            .path()
            .join("beats/_delta_log/00000000000000000003.json"),
    )
    .unwrap();
    assert_eq!(
        whole(&engine, sql, 2).await,
        "beats no longer has the history since it was read"
    );
}

/// What a version added, in the order in which it comes.
async fn added(engine: &Engine, version: u64) -> Result<Vec<String>, String> {
    match engine.added_by("beats", version).await.unwrap() {
        Changes::Rows(rows) => {
            let batches: Vec<_> = rows.batches().try_collect().await.unwrap();
            let who = batches.iter().flat_map(|batch| {
                let rows = (0..batch.num_rows()).map(|row| mesh_contracts::record(batch, row));
                rows.map(|row| row["who"].as_str().unwrap().to_owned())
            });
            Ok(who.collect())
        }
        Changes::Whole { reason } => Err(reason),
    }
}

#[tokio::test]
async fn the_rows_of_one_version_come_in_the_order_in_which_they_were_written() {
    let (dataset, engine, _folder) = beats().await;
    append(&dataset, "ana").await;
    let many: Vec<String> = (0..50_000).map(|n| format!("patient {n}")).collect();
    let rows: Vec<_> = many.iter().map(|who| beat(who, 61.0)).collect();
    let next = read_up_to("topic/0", 2);
    dataset.append(&batch(&rows), &next).await.unwrap();
    append(&dataset, "luis").await;
    assert_eq!(added(&engine, 1).await, Ok(vec!["ana".to_owned()]));
    assert_eq!(added(&engine, 2).await, Ok(many));
    assert_eq!(added(&engine, 3).await, Ok(vec!["luis".to_owned()]));
}

#[tokio::test]
async fn the_rows_of_one_version_are_known_where_they_were_put_together_with_others() {
    let (dataset, engine, _folder) = beats().await;
    append(&dataset, "ana").await;
    append(&dataset, "luis").await;
    let policy = Policy {
        files: 2,
        ..Policy::default()
    };
    let done = dataset.maintain(&policy).await.unwrap();
    assert_eq!(done.compactions, 1);
    assert_eq!(added(&engine, 1).await, Ok(vec!["ana".to_owned()]));
    assert_eq!(added(&engine, 2).await, Ok(vec!["luis".to_owned()]));
    assert_eq!(added(&engine, 3).await, Ok(vec![]));
}

#[tokio::test]
async fn a_version_that_took_rows_away_or_that_is_gone_says_so() {
    let (dataset, engine, folder) = beats().await;
    append(&dataset, "ana").await;
    let rows = [batch(&[beat("eva", 61.0)])];
    dataset
        .replace(&rows, &read_up_to("refresh", 1))
        .await
        .unwrap();
    append(&dataset, "luis").await;
    let reason = |what: &str| Err(format!("beats {what}"));
    assert_eq!(added(&engine, 1).await, Ok(vec!["ana".to_owned()]));
    assert_eq!(
        added(&engine, 2).await,
        reason("lost or changed rows in that version")
    );
    let log = folder.path().join("beats/_delta_log");
    std::fs::remove_file(log.join("00000000000000000003.json")).unwrap();
    let gone = reason("no longer has the history of that version");
    assert_eq!(added(&engine, 3).await, gone);
    assert_eq!(added(&engine, 4).await, gone);
}

#[tokio::test]
async fn a_statement_that_takes_rows_one_by_one_is_incremental() {
    let (_dataset, engine, _folder) = beats().await;
    for sql in [
        "SELECT * FROM beats",
        "SELECT who, rate * 2 AS double FROM beats b WHERE rate > 60 AND who LIKE 'a%'",
        "WITH x AS (SELECT who, device FROM beats) SELECT who, device['version'] FROM x WHERE who IS NOT NULL",
        "SELECT CASE WHEN rate > 100 THEN 'high' ELSE 'low' END, CAST(at AS DATE) FROM beats",
        "SELECT who, unnest(make_array(rate, rate + 1)) FROM beats",
        "SELECT date_trunc('hour', at), coalesce(rate, 0) FROM (SELECT * FROM beats) WHERE rate IN (1, 2)",
    ] {
        let judged = engine.incremental(sql).await.unwrap();
        let dataset = "beats".to_owned();
        assert_eq!(judged, Incremental::RowByRow { dataset }, "{sql}");
    }
}

#[tokio::test]
async fn any_other_statement_is_not_and_says_why() {
    let (_dataset, engine, _folder) = beats().await;
    let rows = engine.query("SELECT 1 AS one").await.unwrap();
    engine.add_table("ones", TableSource::Batches(rows.schema(), vec![]));
    for (sql, expected) in [
        ("SELECT count(*) FROM beats", "it aggregates"),
        ("SELECT who FROM beats GROUP BY who", "it aggregates"),
        (
            "SELECT max(rate) FROM beats HAVING max(rate) > 1",
            "it aggregates",
        ),
        (
            "SELECT row_number() OVER (ORDER BY at) FROM beats",
            "it uses a window function",
        ),
        ("SELECT DISTINCT who FROM beats", "it removes duplicates"),
        (
            "SELECT DISTINCT ON (who) rate FROM beats",
            "it removes duplicates",
        ),
        ("SELECT who FROM beats ORDER BY who", "it sorts its rows"),
        (
            "SELECT who FROM beats LIMIT 5",
            "it limits the number of its rows",
        ),
        (
            "SELECT a.who FROM beats a JOIN beats b ON a.who = b.who",
            "it joins datasets",
        ),
        ("SELECT a.who FROM beats a, beats b", "it joins datasets"),
        (
            "SELECT who FROM beats UNION ALL SELECT who FROM beats",
            "it puts the rows of several queries together",
        ),
        (
            "SELECT who FROM beats UNION SELECT who FROM beats",
            "it removes duplicates",
        ),
        (
            "SELECT who FROM beats WHERE rate > (SELECT avg(rate) FROM beats)",
            "it has a query within an expression",
        ),
        (
            "SELECT who FROM beats WHERE who IN (SELECT who FROM beats)",
            "it has a query within an expression",
        ),
        (
            "SELECT who, EXISTS (SELECT 1 FROM beats) FROM beats",
            "it has a query within an expression",
        ),
        (
            "SELECT who, now() FROM beats",
            "it calls now(), whose answer changes",
        ),
        (
            "SELECT who FROM beats WHERE at > current_date",
            "it calls current_date(), whose answer changes",
        ),
        (
            "SELECT who, random() FROM beats",
            "it calls random(), whose answer changes",
        ),
        (
            "SELECT uuid() FROM beats",
            "it calls uuid(), whose answer changes",
        ),
        ("SELECT 1", "it reads no dataset"),
        ("VALUES (1)", "it reads no dataset"),
        ("SELECT one FROM ones", "ones is not a dataset"),
        (
            "EXPLAIN SELECT who FROM beats",
            "it explains and gives no rows",
        ),
        (
            "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 3) SELECT n FROM x",
            "it is recursive",
        ),
    ] {
        let judged = engine.incremental(sql).await.unwrap();
        let reason = expected.to_owned();
        assert_eq!(judged, Incremental::Whole { reason }, "{sql}");
        assert_eq!(whole(&engine, sql, 0).await, expected, "{sql}");
    }
    let refused = engine.incremental("DELETE FROM beats").await.unwrap_err();
    assert_eq!(refused.code(), "query-not-read-only");
    assert!(all(&engine, "SELECT * FROM beats").await.is_empty());
}
