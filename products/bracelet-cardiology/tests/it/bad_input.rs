use mesh_testkit::{Answer, TestMesh};
use reqwest::Method;
use serde_json::{Value, json};

use super::{CSV, JSON, NDJSON, READINGS, SCORE, STARTING, mesh, reading, with};

/// A value that no message may repeat.
const SECRET: &str = "hiv-positive-4711";

/// Every bad body, and what it is answered with on an input port: content type, body, status, code, rule.
fn bad_bodies() -> Vec<(&'static str, Vec<u8>, u16, &'static str, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let record = |value: Value| value.to_string().into_bytes();
    let good = reading().to_string();
    let replaced = |from: &str, to: &str| good.replace(from, to).into_bytes();
    let deep = format!("{{\"age\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    vec![
        (JSON, text("age=63"), 400, "not-json", ""),
        (JSON, text("{\"age\": 63"), 400, "not-json", ""),
        (JSON, text("{\"age\": 63} {}"), 400, "not-json", ""),
        (JSON, text("\"hiv-positive-4711\""), 400, "not-json", ""),
        (JSON, text("[]"), 400, "empty-body", ""),
        (JSON, text(""), 400, "empty-body", ""),
        (JSON, text(" \n\t "), 400, "empty-body", ""),
        (
            JSON,
            b"{\"age\": \"\xff\xfe\"}".to_vec(),
            400,
            "not-utf8",
            "",
        ),
        (JSON, replaced("63", "NaN"), 400, "not-json", ""),
        (JSON, text("[1, null]"), 422, "contract-violation", "type"),
        (
            JSON,
            record(with("age", json!(SECRET))),
            422,
            "contract-violation",
            "type",
        ),
        (
            JSON,
            record(with("age", json!(63.5))),
            422,
            "contract-violation",
            "type",
        ),
        (
            JSON,
            record(with("age", None)),
            422,
            "contract-violation",
            "required",
        ),
        (
            JSON,
            record(with("age", json!(null))),
            422,
            "contract-violation",
            "required",
        ),
        (
            JSON,
            record(with("chol", json!(5000))),
            422,
            "contract-violation",
            "maximum",
        ),
        (
            JSON,
            record(with("trestbps", json!(-1))),
            422,
            "contract-violation",
            "minimum",
        ),
        (
            JSON,
            record(with("cp", json!(9))),
            422,
            "contract-violation",
            "enum",
        ),
        (
            JSON,
            record(with("colour", json!(SECRET))),
            422,
            "contract-violation",
            "unknown-field",
        ),
        (
            JSON,
            record(with("event_id", json!(SECRET))),
            422,
            "contract-violation",
            "assigned",
        ),
        (
            JSON,
            record(with("heart_risk", json!({ "prediction": 0 }))),
            422,
            "contract-violation",
            "unknown-field",
        ),
        (
            JSON,
            replaced("233", "1e400"),
            422,
            "contract-violation",
            "number-range",
        ),
        (
            JSON,
            replaced("\"age\":63", "\"age\":63,\"age\":64"),
            422,
            "contract-violation",
            "duplicate-key",
        ),
        (
            JSON,
            deep.into_bytes(),
            422,
            "contract-violation",
            "nesting",
        ),
        (NDJSON, text("NaN\n"), 422, "contract-violation", "type"),
        (
            NDJSON,
            b"{\"age\": \"\xff\"}\n".to_vec(),
            422,
            "contract-violation",
            "utf-8",
        ),
        (CSV, text("63,1,4\n"), 400, "bad-csv", ""),
        (CSV, text("age,sex\n63,1\n"), 400, "bad-csv", ""),
        (CSV, text("age,sex,cp,cp\n63,1,4,4\n"), 400, "bad-csv", ""),
        (
            CSV,
            text("age,sex,cp,hiv-positive-4711\n63,1,4,1\n"),
            400,
            "bad-csv",
            "",
        ),
        (CSV, text("age,sex,cp\n"), 400, "empty-body", ""),
        (
            CSV,
            text("age,sex,cp\n63,1\n"),
            422,
            "contract-violation",
            "columns",
        ),
        (
            CSV,
            text("age,sex,cp\nhiv-positive-4711,1,4\n"),
            422,
            "contract-violation",
            "type",
        ),
        (
            CSV,
            text("patient_id,age,sex,cp\n\"hiv-positive-4711\n\",63,1,4\n"),
            422,
            "contract-violation",
            "pattern",
        ),
        (
            CSV,
            b"age,sex,cp,patient_id\n63,1,4,\xff\n".to_vec(),
            422,
            "contract-violation",
            "utf-8",
        ),
        (
            "application/xml",
            text("<age/>"),
            415,
            "unsupported-media-type",
            "",
        ),
    ]
}

fn check(answer: &Answer, body: &[u8], status: u16, code: &str, rule: &str) {
    let shown = String::from_utf8_lossy(&body[..body.len().min(80)]);
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (status, code),
        "{shown}: {}",
        answer.text()
    );
    if !rule.is_empty() {
        let error = &answer.json()["errors"][0];
        assert_eq!(error["rule"], rule, "{shown}: {error}");
        for member in ["record", "field", "rule", "expected", "found"] {
            assert!(
                error.get(member).is_some(),
                "{shown}: no {member} in {error}"
            );
        }
    }
    assert!(
        !answer.text().contains(SECRET),
        "the answer repeats a value: {}",
        answer.text()
    );
}

async fn nothing_was_stored(mesh: &TestMesh) {
    let good = mesh.post(READINGS, JSON, reading().to_string()).await;
    assert_eq!(good.status, 202, "it still takes what is good");
    mesh.until_rows("heart_readings", STARTING + 1).await;
    assert_eq!(mesh.count("heart_risk_scores").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_port_answers_each_kind_of_bad_input_with_its_error() {
    let mesh = mesh().await;
    for (content_type, body, status, code, rule) in bad_bodies() {
        let answer = mesh.post(READINGS, content_type, body.clone()).await;
        check(&answer, &body, status, code, rule);
    }
    nothing_was_stored(&mesh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scoring_port_answers_each_kind_of_bad_input_with_its_error() {
    let mesh = mesh().await;
    for (content_type, body, status, code, rule) in bad_bodies() {
        let (status, code, rule) = match content_type {
            JSON => (status, code, rule),
            _ => (415, "unsupported-media-type", ""),
        };
        let answer = mesh.post(SCORE, content_type, body.clone()).await;
        check(&answer, &body, status, code, rule);
    }
    nothing_was_stored(&mesh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_50_mb_is_refused_without_being_taken_in() {
    let mesh = mesh().await;
    for path in [READINGS, SCORE, "query"] {
        let answer = mesh.post(path, JSON, vec![b' '; 50_000_000]).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (413, "body-too-large"),
            "{path}"
        );
    }
    nothing_was_stored(&mesh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_too_many_records_is_refused_whole() {
    let mesh = mesh().await;
    for (content_type, body) in [
        (NDJSON, "x\n".repeat(60_000)),
        (CSV, format!("age,sex,cp\n{}", ",,\n".repeat(60_000))),
    ] {
        let answer = mesh.post(READINGS, content_type, body).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (413, "body-too-large"),
            "{content_type}"
        );
    }
    let answer = mesh.post(READINGS, NDJSON, "x\n".repeat(40_000)).await;
    assert_eq!(answer.problem(), "contract-violation");
    let answer = answer.json();
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1000));
    assert_eq!(answer["violations"], 40_000);
    nothing_was_stored(&mesh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_query_says_what_is_wrong() {
    let mesh = mesh().await;
    let sql = |sql: &str| json!({ "sql": sql }).to_string();
    let cases = [
        (
            sql("DELETE FROM heart_readings"),
            403,
            "query-not-read-only",
        ),
        (sql("SELECT * FROM '/etc/passwd'"), 400, "query-invalid"),
        (
            sql("SELECT nothing FROM heart_readings"),
            400,
            "query-invalid",
        ),
        (sql("SELEC 1"), 400, "query-invalid"),
        (
            sql(&format!("SELECT '{}'", "x".repeat(200_000))),
            413,
            "query-too-large",
        ),
        ("{}".to_owned(), 400, "bad-request"),
        (
            json!({ "sql": "SELECT 1", "limit": 1 }).to_string(),
            400,
            "bad-request",
        ),
        ("SELECT 1".to_owned(), 400, "not-json"),
        (String::new(), 400, "empty-body"),
    ];
    for (body, status, code) in cases {
        let answer = mesh.post("query", JSON, body.clone()).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (status, code),
            "{body}: {}",
            answer.text()
        );
        assert!(answer.json()["request_id"].is_string());
    }
    let chain = format!("SELECT 1{}", "+1".repeat(3_000));
    let answer = mesh.post("query", JSON, sql(&chain)).await;
    assert_eq!(answer.problem(), "query-too-large");
    for fails in [
        "SELECT 1/0",
        "SELECT age/0 FROM heart_readings",
        "SELECT CAST(event_id AS BIGINT) FROM heart_readings",
    ] {
        let answer = mesh.post("query", JSON, sql(fails)).await;
        assert_eq!(answer.problem(), "query-invalid", "{fails}");
    }
    let answer = mesh
        .post("query", JSON, sql("SELECT * FROM quarantine"))
        .await;
    assert_eq!(
        answer.problem(),
        "query-invalid",
        "raw data is not for consumers"
    );
    for depth in [1_000, 20_000] {
        let nested = format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
        let answer = mesh.post("query", JSON, sql(&nested)).await;
        let code = if depth == 1_000 {
            "query-invalid"
        } else {
            "query-too-large"
        };
        assert_eq!(answer.problem(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_ours_opens_nothing() {
    let mesh = mesh().await;
    for path in [READINGS, SCORE, "query"] {
        let answer = mesh.post_as("e30.e30.e30", path, JSON, "{}").await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (401, "token-invalid"),
            "{path}"
        );
    }
    let answer = mesh
        .anonymous(Method::POST, "/products/bracelet-cardiology/query")
        .await;
    assert_eq!(answer.problem(), "unauthenticated");
}
