use std::{collections::BTreeSet, fs, path::Path};

use axum::{
    body::to_bytes,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{ErrorCode, Problem, codes};

async fn body(response: Response) -> Value {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_problem_says_what_it_was_given_and_nothing_else() {
    let response = Problem::new(&codes::CONTRACT_VIOLATION)
        .with_detail("1 of 2 records")
        .with_errors(vec![json!({ "record": 1 })])
        .with_member("accepted", 1)
        .into_response();
    assert_eq!(response.status(), 422);
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    assert_eq!(
        body(response).await,
        json!({
            "type": "/errors/contract-violation",
            "title": "Records do not keep to their contract",
            "status": 422,
            "code": "contract-violation",
            "detail": "1 of 2 records",
            "errors": [{ "record": 1 }],
            "accepted": 1,
        })
    );
}

#[tokio::test]
async fn what_is_empty_is_left_out() {
    let found = body(Problem::new(&codes::NOT_FOUND).into_response()).await;
    let members: Vec<_> = found.as_object().unwrap().keys().collect();
    assert_eq!(members, ["type", "title", "status", "code"]);
}

#[tokio::test]
async fn the_cause_of_a_failure_stays_on_this_side() {
    let response = Problem::internal("password of the store is hunter2").into_response();
    assert_eq!(response.status(), 500);
    assert!(!body(response).await.to_string().contains("hunter2"));
}

#[test]
fn codes_that_mean_later_say_when() {
    let retry = |problem: Problem| {
        problem
            .into_response()
            .headers()
            .get(header::RETRY_AFTER)
            .cloned()
    };
    assert_eq!(retry(Problem::new(&codes::UNAVAILABLE)).unwrap(), "1");
    assert_eq!(
        retry(Problem::new(&codes::TOO_MANY_REQUESTS).with_retry_after(7)).unwrap(),
        "7"
    );
    assert_eq!(retry(Problem::new(&codes::NOT_JSON)), None);
}

#[test]
fn codes_that_ask_for_a_token_challenge() {
    for code in codes::ALL {
        let response = Problem::new(code).into_response();
        let challenges = response.headers().contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenges, code.status() == 401, "{}", code.code());
    }
}

#[test]
#[should_panic(expected = "status is a standard member")]
fn a_standard_member_cannot_be_given_twice() {
    let _ = Problem::new(&codes::INTERNAL).with_member("status", 200);
}

#[test]
fn codes_are_unique_kebab_case_errors() {
    let names: BTreeSet<_> = codes::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(names.len(), codes::ALL.len());
    for code in codes::ALL {
        let fails = (400..600).contains(&code.status()) || **code == codes::PARTLY_ACCEPTED;
        assert!(fails, "{}", code.code());
        let kebab = code
            .code()
            .bytes()
            .all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(kebab, "{}", code.code());
        assert_eq!(ErrorCode::find(code.code()), Some(*code));
    }
}

#[test]
fn every_help_page_belongs_to_a_code() {
    let pages = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../docs/errors");
    for page in fs::read_dir(pages).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").expect("only Markdown pages");
        assert!(ErrorCode::find(code).is_some(), "no code for {name}");
    }
}

#[test]
fn every_help_page_shows_its_own_problem() {
    for code in codes::ALL {
        let page = code.help();
        assert!(page.starts_with(&format!("# {}\n", code.code())));
        assert!(page.contains("## What to do"), "{}", code.code());
        let example = page
            .split("```json")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap();
        let example: Value = serde_json::from_str(example).unwrap();
        assert_eq!(example["type"], format!("/errors/{}", code.code()));
        assert_eq!(example["code"], code.code());
        assert_eq!(example["status"], code.status());
        assert_eq!(example["title"], code.title());
    }
}
