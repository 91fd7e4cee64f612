use axum::http::StatusCode;
use mesh_catalog::Entry;
use serde_json::Value;

use crate::client::{Client, entries};

const PRODUCT: &str = "/catalog/products/bracelet-cardiology";

#[tokio::test]
async fn home_shows_every_product_in_its_domain() {
    let answer = Client::with_sample().get("/").await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = answer.page();
    for text in [
        "2 data products in 2 domains with 5 ports, 1 model (1 in Production) and 3 datasets of 49\u{202f}333 rows.",
        "<h2 id=\"domain-cardiology\">cardiology</h2>",
        "<h2 id=\"domain-epidemiology\">epidemiology</h2>",
        "<a href=\"/catalog/products/bracelet-cardiology\">Bracelet cardiology</a>",
        "accuracy 0.84 [0.72, 0.91] on 61 cases",
        "role=\"search\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn home_shows_only_what_exists() {
    let page = Client::of(entries().into_iter().skip(1)).get("/").await;
    let page = page.page();
    assert!(page.contains("1 data product in 1 domain with 1 port."));
    for text in ["0 dataset", "0 model", "none yet", "last commit"] {
        assert!(!page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn an_empty_mesh_says_how_to_begin() {
    let answer = Client::of([]).get("/").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.page().contains("mesh new my-product"));
    assert!(!answer.page().contains("class=\"domain"));
}

#[tokio::test]
async fn a_product_page_answers_what_it_is_and_how_to_read_it() {
    let answer = Client::with_sample()
        .get_with(PRODUCT, &[("host", "127.0.0.1:8080")])
        .await;
    let page = answer.page();
    for text in [
        "Cardiology data team",
        "urn:mesh:cardiology:bracelet-cardiology",
        "right in 84% of 61 labelled cases (95% interval 72% to 91%)",
        "uci-heart version 1, 242 cases",
        "48\u{202f}112",
        "http://127.0.0.1:8080/products/bracelet-cardiology/query",
        "$(mesh token)",
        "import polars as pl",
        "from deltalake import DeltaTable",
        "Score with curl",
        "id=\"port-readings\"",
        "id=\"column-heart-risk-scores-heart_risk.probability\"",
        "50 to 300 mm Hg",
        "typical angina",
        "urn:mesh:cardiology:bracelet-cardiology:readings:1",
        "href=\"/products/bracelet-cardiology/contracts/heart-readings/schema.json\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_product_page_has_no_section_without_content() {
    let page = Client::with_sample()
        .get("/catalog/products/epidemiology")
        .await;
    let page = page.page();
    for anchor in ["id=\"models\"", "id=\"datasets\"", "href=\"#models\""] {
        assert!(!page.contains(anchor), "{anchor}");
    }
    assert!(page.contains("id=\"ports\""));
}

#[tokio::test]
async fn a_hostile_host_is_not_repeated() {
    for host in ["evil.example';id;'", "\"><script>"] {
        let answer = Client::with_sample()
            .get_with(PRODUCT, &[("host", host)])
            .await;
        assert!(answer.page().contains("http://127.0.0.1:7070/products"));
        assert!(!answer.text.contains(host));
    }
}

/// The entry with every text in it replaced by `text`, except what is not free text.
fn hostile(entry: &Entry, text: &str) -> Entry {
    fn replace(value: &mut Value, text: &str) {
        match value {
            Value::String(old) => *old = text.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, text)),
            Value::Object(members) => {
                for (name, member) in members {
                    let kept = ["product", "direction", "updated_at", "registered_at"];
                    // One of each is enough, and ids of equal names would clash.
                    if let Value::Array(items) = member {
                        items.truncate(1);
                    }
                    if !kept.contains(&name.as_str()) {
                        replace(member, text);
                    }
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(entry).unwrap();
    replace(&mut value, text);
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page() {
    for text in [
        "<script>alert('boo')</script>",
        "\"><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let client = Client::of([hostile(&entries()[0], text)]);
        for path in [
            "/",
            PRODUCT,
            "/catalog/search?q=alert",
            "/catalog/search?q=evil",
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, StatusCode::OK);
            let page = answer.page();
            for live in ["<script", "<img", "href=\"javascript", "href=\"//"] {
                assert!(!page.contains(live), "{live} in {path}");
            }
        }
    }
}

#[tokio::test]
async fn hostile_queries_stay_text() {
    let answer = Client::with_sample()
        .get("/catalog/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    assert!(!answer.page().contains("<script"));
}

#[tokio::test]
async fn search_marks_the_words_and_says_why() {
    let answer = Client::with_sample()
        .get("/catalog/search?q=cholesterol")
        .await;
    let page = answer.page();
    assert!(page.contains("Total serum <mark>cholesterol</mark>."));
    assert!(page.contains("2 columns match \u{201c}cholesterol\u{201d}"));
    assert!(page.contains("description contains"));
    assert!(page.contains("value=\"cholesterol\""));
}

#[tokio::test]
async fn search_without_hits_offers_the_near_names() {
    let answer = Client::with_sample()
        .get("/catalog/search?q=epidemology")
        .await;
    assert!(
        answer
            .page()
            .contains("<a class=\"mono\" href=\"/catalog/search?q=epidemiology\">epidemiology</a>")
    );
}

#[tokio::test]
async fn search_without_a_query_is_the_box() {
    for path in [
        "/catalog/search",
        "/catalog/search?q=",
        "/catalog/search?q=--",
    ] {
        let answer = Client::with_sample().get(path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.page().contains("Type a name"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_has_a_page_too() {
    let client = Client::with_sample();
    let answer = client.get("/catalog/products/bracelet-cardiolgy").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.page().contains("did you mean bracelet-cardiology?"));
    let answer = client
        .get(&format!("/catalog/search?q={}", "x".repeat(201)))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.page().contains("at most 200"));
}

#[tokio::test]
async fn pages_forbid_scripts_and_are_asked_for_anew() {
    let client = Client::with_sample();
    for path in ["/", PRODUCT, "/catalog/search", "/catalog/products/nothing"] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_ever_under_the_name_of_its_content() {
    let client = Client::with_sample();
    let home = client.get("/").await;
    for (start, media_type) in [
        ("/catalog/assets/catalog-", "text/css; charset=utf-8"),
        ("/catalog/assets/mesh-", "image/svg+xml"),
    ] {
        let at = home.text.find(start).unwrap();
        let path = home.text[at..].split('"').next().unwrap();
        let asset = client.get(path).await;
        assert_eq!(asset.status, StatusCode::OK);
        assert_eq!(asset.header("content-type"), media_type);
        assert_eq!(
            asset.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
    let old = client
        .get("/catalog/assets/catalog-0000000000000000.css")
        .await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
    assert_eq!(old.header("cache-control"), "no-cache");
}
