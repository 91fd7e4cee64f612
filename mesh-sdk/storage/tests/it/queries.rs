use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use mesh_storage::{Engine, Format, Limits, StorageError};
use tempfile::{TempDir, tempdir};

use super::{all, batch, beat, engine_over, open, read_up_to};

async fn engine(limits: Limits) -> (Engine, TempDir) {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let mut rows = vec![beat("ana", 61.0), beat("luis, \"jr\"", 72.5)];
    rows.push(serde_json::json!({"who": "eva"}));
    dataset
        .append(&batch(&rows), &read_up_to("topic/0", 3))
        .await
        .unwrap();
    let engine = Engine::new(limits).unwrap();
    engine.add(Arc::new(dataset));
    (engine, folder)
}

async fn answer(engine: &Engine, sql: &str, format: Format) -> Result<Vec<u8>, StorageError> {
    let chunks = engine.query(sql).await?.encode(format)?;
    let chunks: Vec<_> = chunks.try_collect().await?;
    Ok(chunks.concat())
}

async fn text(engine: &Engine, sql: &str, format: Format) -> String {
    String::from_utf8(answer(engine, sql, format).await.unwrap()).unwrap()
}

async fn refusal(engine: &Engine, sql: &str) -> (&'static str, String) {
    let error = answer(engine, sql, Format::Json).await.unwrap_err();
    (error.code(), error.to_string())
}

#[tokio::test]
async fn rows_go_out_as_json_with_their_nulls() {
    let (engine, _folder) = engine(Limits::default()).await;
    assert_eq!(
        text(
            &engine,
            "SELECT who, rate, device.version FROM beats WHERE who <> 'ana' ORDER BY who",
            Format::Json
        )
        .await,
        r#"[{"who":"eva","rate":null,"beats.device[version]":null},{"who":"luis, \"jr\"","rate":72.5,"beats.device[version]":7}]"#
    );
    assert_eq!(
        text(&engine, "SELECT who FROM beats WHERE false", Format::Json).await,
        "[]"
    );
}

#[tokio::test]
async fn rows_go_out_as_csv_with_nested_values_as_json() {
    let (engine, _folder) = engine(Limits::default()).await;
    assert_eq!(
        text(&engine, "SELECT * FROM beats ORDER BY who", Format::Csv).await,
        "who,rate,at,device\n\
         ana,61.0,2026-05-03T10:00:00.250Z,\"{\"\"model\"\":\"\"B1\"\",\"\"version\"\":7}\"\n\
         eva,,,\n\
         \"luis, \"\"jr\"\"\",72.5,2026-05-03T10:00:00.250Z,\"{\"\"model\"\":\"\"B1\"\",\"\"version\"\":7}\"\n"
    );
    assert_eq!(
        text(&engine, "SELECT who FROM beats WHERE false", Format::Csv).await,
        "who\n"
    );
}

#[tokio::test]
async fn rows_go_out_as_an_arrow_stream() {
    let (engine, _folder) = engine(Limits::default()).await;
    let bytes = answer(&engine, "SELECT who, rate FROM beats", Format::Arrow)
        .await
        .unwrap();
    let reader = arrow_ipc::reader::StreamReader::try_new(bytes.as_slice(), None).unwrap();
    assert_eq!(reader.schema().field(0).data_type().to_string(), "Utf8");
    let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 3);
}

#[tokio::test]
async fn an_answer_says_which_versions_it_read() {
    let (engine, _folder) = engine(Limits::default()).await;
    let rows = engine.query("SELECT count(*) FROM beats").await.unwrap();
    assert_eq!(
        rows.sources().iter().collect::<Vec<_>>(),
        [(&"beats".to_owned(), &1)]
    );
}

#[tokio::test]
async fn whatever_does_not_only_read_is_refused() {
    let (engine, folder) = engine(Limits::default()).await;
    let outside = folder.path().join("out.csv");
    let statements = [
        "INSERT INTO beats (who) VALUES ('x')",
        "DELETE FROM beats",
        "UPDATE beats SET rate = 1",
        "DROP TABLE beats",
        "CREATE TABLE t AS SELECT * FROM beats",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "SET datafusion.execution.batch_size = 1",
        "TRUNCATE TABLE beats",
        "EXPLAIN DELETE FROM beats",
        "EXPLAIN ANALYZE INSERT INTO beats (who) VALUES ('x')",
        "BEGIN",
        "PREPARE p AS SELECT 1",
    ];
    let copy = format!("COPY beats TO '{}'", outside.display());
    for statement in statements.into_iter().chain([copy.as_str()]) {
        let (code, message) = refusal(&engine, statement).await;
        assert_eq!(code, "query-not-read-only", "{statement}: {message}");
    }
    for statement in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * INTO t FROM beats",
        "SELECT 1; DROP TABLE beats",
        "WITH x AS (DELETE FROM beats RETURNING *) SELECT * FROM x",
        "SELECT * FROM other",
        "SELEC 1",
        "SELECT CAST('a' AS INT)",
        "",
        ";",
    ] {
        let (code, message) = refusal(&engine, statement).await;
        assert_eq!(code, "query-invalid", "{statement}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    assert!(!outside.exists());
    assert_eq!(
        text(&engine, "SELECT count(*) AS n FROM beats", Format::Json).await,
        r#"[{"n":3}]"#
    );
}

#[tokio::test]
async fn a_query_that_takes_too_long_ends() {
    let time = Duration::from_millis(300);
    let (engine, _folder) = engine(Limits {
        time,
        ..Limits::default()
    })
    .await;
    let endless = "SELECT sum(a.value * b.value) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b";
    let (code, _) = refusal(&engine, endless).await;
    assert_eq!(code, "query-timeout");
}

#[tokio::test]
async fn a_query_that_needs_too_much_memory_ends() {
    let (engine, _folder) = engine(Limits {
        memory: 1 << 20,
        ..Limits::default()
    })
    .await;
    let large = "SELECT array_agg(value) FROM generate_series(1, 10000000)";
    let (code, _) = refusal(&engine, large).await;
    assert_eq!(code, "query-too-large");
}

#[tokio::test]
async fn a_statement_as_deep_as_it_is_long_is_answered_or_refused() {
    let (engine, _folder) = engine(Limits::default()).await;
    let chain = |link: &str, links: usize| format!("SELECT 1{}", link.repeat(links));
    for link in ["+1", " OR true", " UNION ALL SELECT 1", "::int", " = 1"] {
        let allowed = 3_900 / link.split_inclusive([' ', ':', '+']).count().max(2);
        let _ = answer(&engine, &chain(link, allowed.min(900)), Format::Json).await;
        let (code, message) = refusal(&engine, &chain(link, 4_000)).await;
        assert_eq!(code, "query-too-large", "{link}: {message}");
    }
    assert_eq!(
        text(&engine, &chain("+1", 1_900), Format::Csv)
            .await
            .lines()
            .last(),
        Some("1901")
    );
}

#[tokio::test]
async fn what_cannot_be_interrupted_is_not_there() {
    let (engine, _folder) = engine(Limits::default()).await;
    for call in [
        "levenshtein(who, who)",
        "repeat(who, 1000000)",
        "range(0, 200000000)",
        "lpad(who, 100000000)",
    ] {
        let (code, message) = refusal(&engine, &format!("SELECT {call} FROM beats")).await;
        assert_eq!(code, "query-invalid", "{call}: {message}");
    }
}

#[tokio::test]
async fn only_the_datasets_that_were_read_are_its_sources() {
    let (engine, _folder) = engine(Limits::default()).await;
    let sources = async |sql: &str| engine.query(sql).await.unwrap().sources().len();
    assert_eq!(sources("SELECT 1").await, 0);
    assert_eq!(
        sources("WITH x AS (SELECT * FROM beats) SELECT * FROM x").await,
        1
    );
    assert_eq!(
        sources("SELECT 1 WHERE EXISTS (SELECT * FROM beats)").await,
        1
    );
}

#[tokio::test]
async fn numbers_have_nan_for_null_and_refuse_text() {
    let (engine, _folder) = engine(Limits::default()).await;
    let numbers = engine
        .numbers("SELECT rate, rate > 70 AS fast, device.version AS version FROM beats WHERE who <> 'ana' ORDER BY who DESC")
        .await
        .unwrap();
    assert_eq!(numbers.columns, ["rate", "fast", "version"]);
    assert_eq!(numbers.values[0][0], 72.5);
    assert!(numbers.values[0][1].is_nan());
    assert_eq!(numbers.values[1][0], 1.0);
    assert_eq!(numbers.values[2][0], 7.0);
    let error = engine.numbers("SELECT who FROM beats").await.unwrap_err();
    assert_eq!(error.code(), "query-invalid");
}

#[tokio::test]
async fn one_number_is_a_number_or_null() {
    let (engine, _folder) = engine(Limits::default()).await;
    for (sql, number) in [
        ("SELECT count(*) FROM beats", Some(3.0)),
        ("SELECT max(rate) FROM beats", Some(72.5)),
        ("SELECT CAST(1.5 AS DECIMAL(5, 2))", Some(1.5)),
        ("SELECT max(rate) FROM beats WHERE false", None),
        ("SELECT NULL", None),
    ] {
        assert_eq!(engine.number(sql).await.unwrap(), number, "{sql}");
    }
}

#[tokio::test]
async fn what_is_not_one_number_is_named() {
    let (engine, _folder) = engine(Limits::default()).await;
    for (sql, given) in [
        ("SELECT who FROM beats", "a column of Utf8"),
        ("SELECT true", "a column of Boolean"),
        ("SELECT 1, 2", "2 columns"),
        ("SELECT rate FROM beats", "more than one row"),
        ("SELECT rate FROM beats WHERE false", "no row"),
    ] {
        let error = engine.number(sql).await.unwrap_err();
        assert_eq!(error.code(), "query-invalid", "{sql}");
        let expected = format!("the query gives {given}, and is to give one row with one number");
        assert_eq!(error.to_string(), expected, "{sql}");
    }
}

#[tokio::test]
async fn a_limit_holds_where_no_column_is_read() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    for next in 1..4 {
        let rows = batch(&[beat("ana", 61.0), beat("bob", 62.0)]);
        dataset
            .append(&rows, &read_up_to("topic/0", next))
            .await
            .unwrap();
    }
    let engine = engine_over(&dataset);
    for sql in [
        "SELECT 1 AS x FROM beats LIMIT 3",
        "SELECT 1 AS x FROM beats LIMIT 3 OFFSET 2",
    ] {
        assert_eq!(all(&engine, sql).await.len(), 3, "{sql}");
    }
    assert_eq!(all(&engine, "SELECT count(*) FROM beats").await, ["6"]);
}
