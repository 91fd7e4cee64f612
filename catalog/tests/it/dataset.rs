use axum::http::StatusCode;
use mesh_catalog::{DatasetEntry, Entry, Withheld};

use crate::client::{Client, entries};

const PRODUCT: &str = "/catalog/products/bracelet-cardiology";
const PAGE: &str = "/catalog/products/bracelet-cardiology/datasets/readings";
const DOCUMENT: &str = "/catalog/api/v1/products/bracelet-cardiology/datasets/readings";

/// The sample's product, with its first dataset changed.
fn with(change: impl FnOnce(&mut DatasetEntry)) -> Client {
    let mut entry: Entry = entries().remove(0);
    change(&mut entry.datasets[0]);
    Client::of([entry])
}

async fn page(change: impl FnOnce(&mut DatasetEntry)) -> String {
    let answer = with(change).get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.page().to_owned()
}

#[tokio::test]
async fn what_the_rows_are_like_is_a_row_for_each_property() {
    let page = page(|_| ()).await;
    for text in [
        "<h1>readings</h1>",
        "#column-heart-readings-age\">age</a><p class=\"meta\">integer</p>",
        "aria-label=\"age: 30 to 80\"",
        "<p class=\"meta\">0 21%, 1 79%</p>",
        "<td class=\"number\">53.6<p class=\"meta\">deviation 9.40</p></td>",
        "<td class=\"number\">54<p class=\"meta\">half 47 to 60</p></td>",
        "<td class=\"number\">32.2 to 74<p class=\"meta\">1% beyond each</p></td>",
        "<td class=\"number\">under 10 rows</td>",
        "<td class=\"number\">30<p class=\"meta\">3%</p></td>",
        "Not told: its contract keeps it from some people.",
        "10 May 2026 to 13 May 2026",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // Of the age, the sex and the time; of the correlations.
    assert_eq!(page.matches("<svg class=\"plot small\"").count(), 3);
    assert_eq!(page.matches("<svg class=\"plot\"").count(), 1);
}

#[tokio::test]
async fn features_are_shown_by_how_much_they_go_with_the_target() {
    let page = page(|_| ()).await;
    let places = ["thalach", "sex", "age"].map(|feature| {
        let row = format!("<th scope=\"row\">{feature}</th><td class=\"number\">");
        page.find(&row).unwrap_or_else(|| panic!("{row}"))
    });
    assert!(places.is_sorted());
    for text in [
        "/models/heart-risk\">heart-risk</a> learns from this dataset",
        "Correlation with disease",
        "over the 740 rows that the training query gives from diagnoses version 3 and readings version 12",
        "<td class=\"number\">-0.42</td>",
        "chol: Not told: its contract keeps it from some people.",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_said_a_sentence_says_so() {
    let unseen = page(|dataset| {
        dataset.profile = None;
        dataset.correlations.clear();
    });
    let unseen = unseen.await;
    assert!(unseen.contains("Nobody has looked at its rows yet."));
    assert!(!unseen.contains("correlations"));
    let failed = page(|dataset| {
        dataset.profile.as_mut().unwrap().properties = None;
        dataset.correlations[0].features = None;
    });
    let failed = failed.await;
    assert!(failed.contains("It is not available"));
    assert!(failed.contains("They are not available."));
    assert!(!failed.contains("<svg class=\"plot"));
    let few = page(|dataset| {
        let properties = dataset.profile.as_mut().unwrap().properties.as_mut();
        for property in properties.unwrap() {
            property.numbers = None;
            property.histogram.clear();
            property.values.clear();
            property.withheld = Some(Withheld::FewRows);
        }
    });
    assert!(few.await.contains("fewer than 50 rows have a value"));
}

#[tokio::test]
async fn the_page_is_found_from_that_of_the_product_and_is_there_for_machines() {
    let client = Client::with_sample();
    let product = client.get(PRODUCT).await;
    assert!(product.page().contains(&format!("href=\"{PAGE}\"")));
    let answer = client.get(DOCUMENT).await;
    let document = answer.json();
    assert_eq!(document["profile"]["properties"][1]["property"], "age");
    assert_eq!(
        document["profile"]["properties"][4]["histogram"][0]["from"],
        "2026-05-10T00:00:00Z"
    );
    let read: DatasetEntry = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
}

#[tokio::test]
async fn a_dataset_that_is_not_there_is_told_with_its_neighbours() {
    let client = Client::with_sample();
    let answer = client.get(&format!("{PRODUCT}/datasets/reading")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = client
        .get("/catalog/api/v1/products/bracelet-cardiology/datasets/reading")
        .await;
    let problem = answer.problem(StatusCode::NOT_FOUND, "not-found");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("no dataset \"reading\"; did you mean readings"),
        "{detail}"
    );
}

#[tokio::test]
async fn what_is_in_the_data_stays_text() {
    const HOSTILE: &str = "\"><script>alert('&')</script>";
    let page = page(|dataset| {
        let properties = dataset.profile.as_mut().unwrap().properties.as_mut();
        properties.unwrap()[2].values[0].value = Some(HOSTILE.to_owned());
        dataset.correlations[0].features.as_mut().unwrap()[0].feature = HOSTILE.to_owned();
    });
    assert!(!page.await.contains("<script"));
}
