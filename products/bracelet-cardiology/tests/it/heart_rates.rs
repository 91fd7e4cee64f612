use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use super::{JSON, mesh};

const PORT: &str = "ports/heart-rates";

/// Of the second `second` after 09:00 of a day.
fn measured(bracelet: &str, second: u32, heart_rate: u32) -> Value {
    let (minute, second) = (second / 60, second % 60);
    json!({
        "bracelet_id": bracelet, "heart_rate": heart_rate,
        "measured_at": format!("2026-03-14T09:{minute:02}:{second:02}Z"),
    })
}

/// One runs after two minutes, the other falls asleep in the third.
fn rates(second: u32) -> [Value; 2] {
    let running = if second < 120 { 70 } else { 150 };
    let asleep = if second < 120 { 60 } else { 44 };
    [
        measured("runs", second, running),
        measured("sleeps", second, asleep),
    ]
}

async fn send(mesh: &TestMesh, rates: Vec<Value>) {
    let answer = mesh.post(PORT, JSON, Value::from(rates).to_string()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_the_alerts_sees_each_and_is_told_when_one_is_taken_back() {
    let mesh = mesh().await;
    let mut alerts = mesh.watch("ports/heart_rate_alerts/events", None).await;
    alerts.next().await.unwrap();
    send(&mesh, (0..=250).step_by(10).flat_map(rates).collect()).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let alert = alerts.event().await;
        assert_eq!(alert.event, "mesh.row");
        let alert = &alert.json()["data"];
        seen.push(format!("{} {}", alert["bracelet_id"], alert["category"]));
    }
    seen.sort_unstable();
    let expected = [r#""runs" "tachycardia""#, r#""sleeps" "bradycardia""#];
    assert_eq!(seen, [expected[0], expected[0], expected[1], expected[1]]);

    send(&mesh, vec![measured("runs", 125, 20); 12]).await;
    assert_eq!(alerts.event().await.event, "replaced");
    mesh.until_rows("heart_rate_alerts", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_in_which_a_heart_beats_too_slowly_or_too_fast_are_alerts() {
    let mesh = mesh().await;
    send(&mesh, (0..240).step_by(10).flat_map(rates).collect()).await;
    send(&mesh, (240..=250).step_by(10).flat_map(rates).collect()).await;

    mesh.until_rows("heart_rate_per_minute", 8).await;
    let sql = "SELECT bracelet_id, CAST(window_start AS VARCHAR) AS minute, readings, mean_heart_rate, min_heart_rate, \
               max_heart_rate, category FROM heart_rate_per_minute WHERE bracelet_id = 'runs' ORDER BY minute LIMIT 1";
    let first = json!({
        "bracelet_id": "runs", "minute": "2026-03-14T09:00:00Z", "readings": 6, "mean_heart_rate": 70.0,
        "min_heart_rate": 70, "max_heart_rate": 70, "category": "normal",
    });
    assert_eq!(mesh.query(sql).await, [first]);

    mesh.until_rows("heart_rate_alerts", 4).await;
    let sql = "SELECT bracelet_id, category, count(*) AS minutes FROM heart_rate_alerts \
               GROUP BY bracelet_id, category ORDER BY bracelet_id";
    let expected = [
        json!({ "bracelet_id": "runs", "category": "tachycardia", "minutes": 2 }),
        json!({ "bracelet_id": "sleeps", "category": "bradycardia", "minutes": 2 }),
    ];
    assert_eq!(mesh.query(sql).await, expected);

    // A bracelet that was out of reach sends what makes the third minute of the runner normal after all.
    send(&mesh, vec![measured("runs", 125, 20); 12]).await;
    mesh.until_rows("heart_rate_alerts", 3).await;
    assert_eq!(mesh.count("heart_rate_per_minute").await, 8);
}
