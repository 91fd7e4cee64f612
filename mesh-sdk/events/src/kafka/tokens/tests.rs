use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::{Endpoint, TokenSource, Tokens};

/// A token endpoint that gives each answer once, and the last for ever. Counts how often it was asked.
fn endpoint(answers: &'static [(&'static str, &'static str)]) -> (Endpoint, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let (status, body) = answers[number.min(answers.len() - 1)];
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
            // base64 of `client:hunter2`
            assert!(request.contains("authorization: basic y2xpzw50omh1bnrlcji="));
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let endpoint = Endpoint {
        url: url.parse().unwrap(),
        client_id: "client".to_owned(),
        client_secret: "hunter2".to_owned(),
        scope: Some("kafka".to_owned()),
        ca: None,
    };
    (endpoint, asked)
}

async fn refused(endpoint: Endpoint) -> String {
    let tokens = Tokens::of(TokenSource::Endpoint(endpoint)).await;
    let error = tokens.err().unwrap().to_string();
    assert!(!error.contains("hunter2"), "{error}");
    error
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let (endpoint, asked) = endpoint(&[
        (
            "200 OK",
            r#"{"access_token":"one","token_type":"bearer","expires_in":4}"#,
        ),
        ("503 Service Unavailable", "{}"),
        (
            "200 OK",
            r#"{"access_token":"two","token_type":"bearer","expires_in":600}"#,
        ),
    ]);
    let tokens = Tokens::of(TokenSource::Endpoint(endpoint)).await.unwrap();
    assert_eq!(tokens.current().unwrap().token, "one");
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if asked.load(Ordering::SeqCst) >= 3
            && tokens.current().is_ok_and(|current| current.token == "two")
        {
            return;
        }
    }
    panic!("asked {asked:?} times, and there is no second token");
}

#[tokio::test]
async fn what_the_endpoint_says_is_told() {
    let (refusing, _) = endpoint(&[("401 Unauthorized", r#"{"error":"invalid_client"}"#)]);
    let error = refused(refusing).await;
    assert!(
        error.contains("invalid_client: check `client_id`"),
        "{error}"
    );

    let (strange, _) = endpoint(&[("200 OK", r#"{"access_token":["hunter2"]}"#)]);
    let error = refused(strange).await;
    assert!(error.contains("is it a token endpoint?"), "{error}");

    let (mut absent, _) = endpoint(&[("200 OK", "")]);
    absent.url = "http://127.0.0.1:1/token".parse().unwrap();
    let error = refused(absent).await;
    assert!(error.contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_token_file_is_read_whenever_a_token_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let absent = Tokens::of(TokenSource::File(path.clone())).await;
    assert!(absent.err().unwrap().to_string().contains("token"));
    std::fs::write(&path, "one\n").unwrap();
    let tokens = Tokens::of(TokenSource::File(path.clone())).await.unwrap();
    assert_eq!(tokens.current().unwrap().token, "one");
    std::fs::write(&path, "two\n").unwrap();
    assert_eq!(tokens.current().unwrap().token, "two");
    std::fs::write(&path, "\n").unwrap();
    assert!(tokens.current().is_err());
}
