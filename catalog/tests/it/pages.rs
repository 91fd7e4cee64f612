use axum::http::StatusCode;
use chrono::Utc;
use mesh_catalog::{Entry, Failure};
use serde_json::Value;

use crate::client::{Client, entries};

const PRODUCT: &str = "/catalog/products/bracelet-cardiology";

#[tokio::test]
async fn home_shows_every_product_in_its_domain() {
    let answer = Client::with_sample().get("/").await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = answer.page();
    for text in [
        "3 data products in 3 domains with 6 ports, 1 model (1 in Production) and 5 datasets of 69\u{202f}981 rows.",
        "1 keeps its contracts and 1 breaks its contract.",
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
    let page = Client::of(entries().into_iter().skip(1).take(1))
        .get("/")
        .await;
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
        "href=\"/products/bracelet-cardiology/asyncapi.json\"",
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
                    let kept = [
                        "product",
                        "direction",
                        "status",
                        "updated_at",
                        "registered_at",
                        "refreshed_at",
                        "checked_at",
                        "made_at",
                        "since",
                        "withheld",
                    ];
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
        let client = Client::of([hostile(&entries()[0], text), hostile(&entries()[2], text)]);
        client.catalog.register_failure(
            "bracelet-cardiology",
            Failure {
                message: text.to_owned(),
                since: Utc::now(),
            },
        );
        for path in [
            "/",
            PRODUCT,
            "/catalog/products/logistics",
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

#[tokio::test]
async fn a_product_page_says_first_whether_the_contracts_are_kept() {
    let client = Client::with_sample();
    for (product, texts) in [
        (
            "bracelet-cardiology",
            [
                "Keeps its contracts</span> · 9 of 9 rules and 2 of 2 service levels kept · checked <time",
                "measured over 30 days, of which 4 have passed",
            ],
        ),
        (
            "logistics",
            [
                "Breaks its contract: “delivery_id has no duplicate values” in delivery_delays, observed 3</span>",
                "the engine soda does not run here",
            ],
        ),
    ] {
        let answer = client.get(&format!("/catalog/products/{product}")).await;
        for text in texts {
            assert!(answer.page().contains(text), "{text}");
        }
    }
}

#[tokio::test]
async fn every_rule_stands_with_its_promise_what_was_observed_and_a_verdict_in_words() {
    let answer = Client::with_sample()
        .get("/catalog/products/logistics")
        .await;
    let page = answer.page();
    let row = |sentence: &str| {
        let at = page
            .find(&format!("<p class=\"prose\">{sentence}</p>"))
            .unwrap();
        let start = page[..at].rfind("<tr>").unwrap();
        page[start..].split("</tr>").next().unwrap()
    };
    for (sentence, texts) in [
        (
            "depot has at most 1 % null values",
            [
                "href=\"#column-delivery-delays-depot\"",
                "<td class=\"nowrap\">≤ 1 %</td>",
                ">2.42 %</td>",
                "pill warn",
                "At risk",
            ],
        ),
        (
            "delivery_id has no duplicate values",
            [
                "delivery_id</a>",
                "<td class=\"nowrap\">= 0</td>",
                ">3</td>",
                "pill bad",
                "Broken",
            ],
        ),
        (
            "Delays agree with the carrier&#39;s invoices (checked by soda)",
            [
                "delay_days</a>",
                "<td class=\"nowrap\"></td>",
                "<td class=\"number\"></td>",
                "pill quiet",
                "Not checked",
            ],
        ),
    ] {
        for text in texts {
            assert!(row(sentence).contains(text), "{text} in {}", row(sentence));
        }
    }
    assert!(row("A row can be read at most 24 h after received_at").contains("27 h"));
}

#[tokio::test]
async fn a_dataset_says_where_its_rows_come_from_and_that_its_refresh_failed() {
    let answer = Client::with_sample()
        .get("/catalog/products/logistics")
        .await;
    for text in [
        "SQL transforms/delivery_delays.sql over deliveries, refreshed on commit, incremental",
        "The last refresh failed",
        "no column `promised_on` in deliveries",
    ] {
        assert!(answer.page().contains(text), "{text}");
    }
}

#[tokio::test]
async fn simulated_data_is_called_so_wherever_the_product_is_shown() {
    let client = Client::with_sample();
    for path in [
        "/",
        "/catalog/products/logistics",
        "/catalog/search?q=delivery",
    ] {
        assert!(
            client.get(path).await.page().contains("Simulated data"),
            "{path}"
        );
    }
    for path in [PRODUCT, "/catalog/search?q=cholesterol"] {
        assert!(
            !client.get(path).await.page().contains("Simulated data"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn home_and_search_show_how_contracts_are_kept() {
    let client = Client::with_sample();
    for (path, words) in [
        ("/", ["</svg>Kept</span>", "</svg>Broken</span>"]),
        (
            "/catalog/search?q=heart",
            ["</svg>Kept</span>", "bracelet-cardiology"],
        ),
        (
            "/catalog/search?q=delivery",
            ["</svg>Broken</span>", "logistics"],
        ),
    ] {
        for word in words {
            assert!(
                client.get(path).await.page().contains(word),
                "{word} in {path}"
            );
        }
    }
}

#[tokio::test]
async fn files_that_could_not_be_loaded_are_shown_with_what_still_runs() {
    let client = Client::with_sample();
    let failure = |message: &str| Failure {
        message: message.to_owned(),
        since: Utc::now(),
    };
    let mistake = "mesh.yaml:12:5: unknown field `transform`";
    client
        .catalog
        .register_failure("epidemiology", failure(mistake));
    client
        .catalog
        .register_failure("new-one", failure("mesh.yaml:1:1: empty"));
    let product = client.get("/catalog/products/epidemiology").await;
    assert!(product.page().contains("version 0.3.0 is still running"));
    assert!(product.page().contains(mistake));
    let home = client.get("/").await;
    for text in [
        mistake,
        "new-one",
        "mesh.yaml:1:1: empty",
        "</svg>Not loaded</span>",
    ] {
        assert!(home.page().contains(text), "{text}");
    }
    let unloaded = client.get("/catalog/products/new-one").await;
    assert_eq!(unloaded.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unloaded.page().contains("mesh.yaml:1:1: empty"));
}
