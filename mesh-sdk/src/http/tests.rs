use axum::http::{HeaderMap, header};

use super::negotiated;

const OFFERS: [&str; 3] = ["application/json", "text/csv", "application/yaml"];

fn asked(accept: &[&str]) -> Option<&'static str> {
    let mut headers = HeaderMap::new();
    for value in accept {
        headers.append(header::ACCEPT, value.parse().unwrap());
    }
    negotiated(&headers, &OFFERS)
}

#[test]
fn the_caller_gets_what_it_likes_best() {
    for (accept, expected) in [
        (&[][..], Some("application/json")),
        (&["*/*"], Some("application/json")),
        (&["text/*"], Some("text/csv")),
        (&["Text/CSV"], Some("text/csv")),
        (
            &["text/csv;q=0.1, application/json"],
            Some("application/json"),
        ),
        (
            &["application/json;q=0.1", "application/yaml"],
            Some("application/yaml"),
        ),
        (&["*/*;q=0.1, text/csv;q=0"], Some("application/json")),
        (&["text/html, */*;q=0.8"], Some("application/json")),
        (&["image/png"], None),
    ] {
        assert_eq!(asked(accept), expected, "{accept:?}");
    }
}
