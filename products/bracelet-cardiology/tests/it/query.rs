use mesh_platform::identity::Scope;
use mesh_testkit::TestMesh;
use reqwest::Client;
use serde_json::json;

use super::{STARTING, mesh};

async fn ask(mesh: &TestMesh, accept: &str, sql: &str) -> reqwest::Response {
    let request = Client::new()
        .post(mesh.url("query"))
        .bearer_auth(mesh.token(&[Scope::Query]))
        .header("accept", accept)
        .json(&json!({ "sql": sql }));
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_in_the_form_that_was_asked_for() {
    let mesh = mesh().await;
    let sql = "SELECT sex, count(*) AS n FROM heart_readings GROUP BY sex ORDER BY sex";

    let csv = ask(&mesh, "text/csv", sql).await;
    assert!(
        csv.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    assert_eq!(csv.headers()["mesh-datasets"], "heart_readings@1");
    assert_eq!(csv.text().await.unwrap(), "sex,n\n0,97\n1,206\n");

    let json = ask(&mesh, "application/json", sql).await;
    assert_eq!(
        json.text().await.unwrap(),
        r#"[{"sex":0,"n":97},{"sex":1,"n":206}]"#
    );

    let arrow = ask(&mesh, "application/vnd.apache.arrow.stream", sql).await;
    assert_eq!(
        arrow.headers()["content-type"],
        "application/vnd.apache.arrow.stream"
    );
    assert_eq!(
        &arrow.bytes().await.unwrap()[..4],
        &[0xff; 4],
        "an Arrow stream starts with this"
    );

    assert_eq!(ask(&mesh, "image/png", sql).await.status(), 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_starting_data_are_the_cleveland_table() {
    let mesh = mesh().await;
    assert_eq!(mesh.count("heart_readings").await, STARTING);
    let rows = mesh
        .query(
            "SELECT d.num > 0 AS disease, count(*) AS n FROM heart_readings r \
             JOIN diagnoses d ON d.reading_id = r.event_id GROUP BY 1 ORDER BY 1",
        )
        .await;
    // As published by UCI: 164 without heart disease, 139 with it.
    assert_eq!(
        rows,
        [
            json!({ "disease": false, "n": 164 }),
            json!({ "disease": true, "n": 139 })
        ]
    );
}
