use serde_json::{Value, json};

use super::{JSON, NDJSON, SCORE, mesh, reading, with};

const REQUESTS: &str = "models/heart-risk/score-requests";
const ANSWERS: &str = "models/heart-risk/events";

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_does_not_wait_finds_the_answer_by_the_id_of_the_request() {
    let mesh = mesh().await;
    let mut answers = mesh.watch(ANSWERS, None).await;
    answers.next().await.unwrap();
    let lines: String = [30, 50, 70]
        .map(|age| format!("{}\n", with("age", json!(age))))
        .concat();
    let accepted = mesh.post(REQUESTS, NDJSON, lines).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let accepted = accepted.json();
    let ids = accepted["event_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 3);
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let answer = answers.event().await.json();
        assert_eq!(answer["type"], "mesh.score");
        let asked = ids
            .iter()
            .position(|id| *id == answer["correlationid"])
            .unwrap();
        assert_eq!(answer["data"]["age"], [30, 50, 70][asked]);
        assert_eq!(answer["data"]["heart_risk"]["event_id"], answer["id"]);
        seen.push(asked);
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2]);
    mesh.until_rows("heart_risk_scores", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_by_rest_are_events_like_any_other() {
    let mesh = mesh().await;
    let mut answers = mesh.watch(ANSWERS, None).await;
    answers.next().await.unwrap();
    let scored = mesh.post(SCORE, JSON, reading().to_string()).await.json();
    let answer = answers.event().await.json();
    assert_eq!(answer["data"], scored);
    assert_eq!(answer.get("correlationid"), None::<&Value>);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_the_contract_is_refused_while_its_sender_can_mend_it() {
    let mesh = mesh().await;
    let lines = format!("{}\n{}\n", reading(), with("age", json!("old")));
    let answer = mesh.post(REQUESTS, NDJSON, lines).await;
    assert_eq!(answer.problem(), "partly-accepted");
    assert_eq!(answer.json()["errors"][0]["record"], 1);
    mesh.until_rows("heart_risk_scores", 1).await;
}
