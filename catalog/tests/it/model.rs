use axum::http::StatusCode;
use mesh_catalog::{DriftRange, Entry, ModelEntry, StageChangeEntry};
use serde_json::json;

use crate::client::{Client, entries};

const PAGE: &str = "/catalog/products/bracelet-cardiology/models/heart-risk";
const DOCUMENT: &str = "/catalog/api/v1/products/bracelet-cardiology/models/heart-risk";
const SECTIONS: [&str; 8] = [
    "over-time",
    "answers",
    "drift",
    "findings",
    "importance",
    "versions",
    "card",
    "history",
];

fn model() -> ModelEntry {
    serde_json::from_str(include_str!("../../examples/heart-risk.json")).unwrap()
}

/// The sample's product, with this model.
fn with(model: ModelEntry) -> Client {
    let mut entry: Entry = entries().remove(0);
    entry.models = vec![model];
    Client::of([entry])
}

async fn page(model: ModelEntry) -> String {
    let answer = with(model).get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.page().to_owned()
}

#[tokio::test]
async fn a_watched_model_is_judged_shown_and_explained() {
    let page = page(model()).await;
    for text in [
        "</svg>At risk</span>",
        "AUC and Brier score are within their gates; 1 of 13 inputs has drifted",
        "chol: PSI 0.67, alarm from 0.25",
        "<dt>Became Production</dt>",
        "<dt>AUC</dt><dd>0.89 <span>[0.85, 0.92]</span></dd><dd class=\"meta\">gate at least 0.80 · 209 labelled cases</dd>",
        "gate at most 0.20 · 61 cases held out",
        "<dt>Labels</dt><dd>of 209 answers of version 2 at the newest look</dd>",
        "AUC 0.92 [0.85, 0.98]. 61 cases held out, 28 of class 1. Dot: as it answers. Dashed: version 1, AUC 0.90 [0.81, 0.97]. Diagonal: guessing.",
        "Right in 50 of 61 cases held out.",
        "trained version 3, which waits in Staging",
        "(its SHAP values): ca adds 0.950, the most of 13 features.",
        "AUC the same, Calibration error 0.01 worse and Accuracy the same",
        "uci_heart version 2",
        "by ana ",
        "higher AUC on the same cases, and better calibrated",
        "<dt>alpha</dt><dd><code>0.3</code></dd>",
        "<li><code>thalach</code></li>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for section in SECTIONS {
        assert!(
            page.contains(&format!("<a href=\"#{section}\">")),
            "{section}"
        );
    }
}

#[tokio::test]
async fn what_is_decided_while_a_version_answers_is_not_how_it_came_to_answer() {
    let mut model = model();
    let mut frozen = model.history[1].clone();
    frozen.decided_by = "mesh".to_owned();
    frozen.why = "frozen since it drifts".to_owned();
    model.history.push(frozen);
    let page = page(model).await;
    assert!(page.contains("frozen since it drifts"), "{page}");
    let card = page.split("id=\"card\"").nth(1).unwrap();
    let card = card.split("id=\"history\"").next().unwrap();
    assert!(card.contains("by ana "), "{card}");
}

#[tokio::test]
async fn every_picture_has_a_caption_and_its_numbers() {
    let page = page(model()).await;
    let pictures = page.matches("<svg class=\"plot\"").count();
    // 3 over time, 3 of answers, 2 of the input that has drifted, 12 of others, 1 of features.
    assert_eq!(pictures, 21);
    assert_eq!(page.matches("<figcaption").count(), pictures);
    assert_eq!(page.matches("<summary>Numbers").count(), pictures);
    for title in [
        "ROC",
        "Precision and recall",
        "Calibration",
        "AUC",
        "Values of chol",
        "Drift of age",
    ] {
        assert!(page.contains(&format!("\">{title}</h3>")), "{title}");
    }
    assert!(!page.contains("Values of age"), "age has not drifted");
    // A row of the table of the last numbers, and a mark of what is estimated.
    assert!(page.contains("<td class=\"number\">estimated</td>"));
    assert!(page.contains("class=\"stroke series-1\" cx="));
}

#[tokio::test]
async fn what_is_not_there_is_not_shown() {
    let mut entry = model();
    entry.watch = None;
    entry.history.clear();
    for version in &mut entry.versions {
        version.classes = None;
        version.importance.clear();
        version.parameters.clear();
    }
    let page = page(entry).await;
    for section in [
        "over-time",
        "answers",
        "drift",
        "findings",
        "importance",
        "history",
    ] {
        assert!(!page.contains(&format!("id=\"{section}\"")), "{section}");
        assert!(!page.contains(&format!("#{section}\"")), "{section}");
    }
    for text in [
        "<svg class=\"plot\"",
        "Became Production",
        "<dt>Labels</dt>",
        "Approved",
        "none yet",
    ] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(page.contains("how well since then is not watched"));
    assert!(page.contains("on 61 cases held out, AUC 0.92 [0.85, 0.98], gate at least 0.80"));
}

#[tokio::test]
async fn an_entry_that_names_no_versions_has_a_page_too() {
    let answer = Client::with_sample().get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = answer.page();
    assert!(page.contains("<dt>Accuracy</dt><dd>0.84 <span>[0.72, 0.91]</span></dd>"));
    assert!(page.contains("<dt>AUC</dt><dd>0.91</dd>"));
    for section in SECTIONS {
        assert!(!page.contains(&format!("id=\"{section}\"")), "{section}");
    }
}

#[tokio::test]
async fn each_of_several_classes_has_its_curve() {
    let mut entry = model();
    let classes = entry.versions[1].classes.as_mut().unwrap();
    classes.names = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    classes.confusion = vec![vec![9, 1, 0], vec![2, 8, 0], vec![0, 0, 10]];
    let curve = classes.curves[0].clone();
    classes.curves = ["a", "b", "c"]
        .map(|class| mesh_catalog::CurvesEntry {
            class: class.to_owned(),
            ..curve.clone()
        })
        .to_vec();
    let page = page(entry).await;
    // In two pictures, each with its name.
    assert_eq!(page.matches("class=\"stroke series-3\" points=").count(), 4);
    assert_eq!(page.matches(">c</text>").count(), 2);
    for text in [
        "Right in 27 of 30 cases held out.",
        "<th scope=\"col\" class=\"number\">answered c</th>",
        "61 cases held out. Lines: each class against all others. Diagonal: guessing.",
        "What came true against what was told of the class answered, and in how many cases.",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<td class=\"number right\">").count(), 3);
    assert!(!page.contains("of class "));
    assert!(page.contains(
        "<th scope=\"col\">Class</th><th scope=\"col\" class=\"number\">False positive rate</th>"
    ));
    assert!(!page.contains("Dot: as it answers"));
    assert!(!page.contains("stroke previous"));
}

#[tokio::test]
async fn the_version_before_is_drawn_beside_the_serving_one() {
    let page = page(model()).await;
    // The curve and what stands beside its name, in the picture of one measure only.
    assert_eq!(page.matches("class=\"stroke previous\" points=").count(), 2);
    for name in ["version 1", "version 2"] {
        assert_eq!(page.matches(&format!(">{name}</text>")).count(), 1);
    }
    // The numbers are those of the serving version.
    assert!(
        page.contains(
            "<caption>ROC</caption>\n<thead><tr><th scope=\"col\">False positive rate</th>"
        )
    );
}

#[tokio::test]
async fn after_a_rollback_the_version_before_is_that_which_was_rolled_back() {
    let mut entry = model();
    let again = StageChangeEntry {
        why: "version 2 asks for too much".to_owned(),
        ..entry.history[0].clone()
    };
    entry.history.push(again);
    entry.version = 1;
    let page = page(entry).await;
    assert!(page.contains("Dashed: version 2, AUC 0.92 [0.85, 0.98]. Diagonal: guessing."));
}

#[tokio::test]
async fn a_version_before_that_was_not_measured_is_drawn_all_the_same() {
    let mut entry = model();
    entry.versions[0].measures.clear();
    assert!(page(entry).await.contains("Dashed: version 1. Diagonal"));
}

#[tokio::test]
async fn without_a_curve_of_a_version_before_nothing_is_dashed() {
    let changes: [fn(&mut ModelEntry); 6] = [
        |entry| entry.history.clear(),
        // It is the first.
        |entry| entry.version = 1,
        // It has never been in Production.
        |entry| entry.version = 3,
        |entry| drop(entry.versions.remove(0)),
        |entry| entry.versions[0].classes = None,
        |entry| {
            let before = entry.versions[0].classes.as_mut().unwrap();
            before.curves[0].class = "0".to_owned();
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut entry = model();
        change(&mut entry);
        let page = page(entry).await;
        assert!(page.contains("Dot: as it answers. Diagonal: guessing."));
        for text in [
            "Dashed: version",
            "stroke previous",
            ">version 1</text>",
            ">version 2</text>",
        ] {
            assert!(!page.contains(text), "{text} after change {number}");
        }
    }
}

#[tokio::test]
async fn hostile_names_stay_text_in_pages_and_pictures() {
    for text in [
        "<script>alert('boo')</script>",
        "\"><img src=x onerror=alert(1)>",
    ] {
        let mut entry = model();
        let version = &mut entry.versions[1];
        version.importance = [(text.to_owned(), 1.0), ("age".to_owned(), 0.5)].into();
        version
            .measures
            .insert(text.to_owned(), version.measures["auc"]);
        version.parameters.insert(text.to_owned(), json!(text));
        version.datasets.insert(text.to_owned(), 1);
        version.features.push(text.to_owned());
        version.classes.as_mut().unwrap().curves[0].class = text.to_owned();
        version.classes.as_mut().unwrap().names[0] = text.to_owned();
        let watch = entry.watch.as_mut().unwrap();
        watch.measures[0].measure = text.to_owned();
        let drift = watch.drift.iter_mut().find(|drift| drift.drifted).unwrap();
        drift.feature = text.to_owned();
        drift.test = text.to_owned();
        drift.bins.push(DriftRange {
            label: text.to_owned(),
            reference: 1,
            current: 1,
        });
        entry.history[1].why = text.to_owned();
        watch.findings[0].evidence = text.to_owned();
        let page = page(entry).await;
        for live in ["<script", "<img", "onerror=alert(1)>"] {
            assert!(!page.contains(live), "{live}");
        }
        assert!(page.contains("&#60;"));
    }
}

#[tokio::test]
async fn numbers_that_are_none_draw_nothing_and_break_nothing() {
    let mut entry = model();
    let watch = entry.watch.as_mut().unwrap();
    watch.measures[0].points.truncate(1);
    watch.measures[1].points[0].value = f64::INFINITY;
    watch.drift[0].series[0].psi = f64::NAN;
    watch.drift.iter_mut().for_each(|drift| drift.bins.clear());
    entry.versions[1].importance = [("age".to_owned(), f64::NAN)].into();
    let page = page(entry).await;
    assert!(!page.contains("Values of chol"));
    assert!(!page.contains("<h2 id=\"importance\">"));
}

#[tokio::test]
async fn links_lead_to_the_page_from_everywhere() {
    let client = with(model());
    for path in [
        "/",
        "/catalog/products/bracelet-cardiology",
        "/catalog/search?q=heart-risk",
    ] {
        let answer = client.get(path).await;
        assert!(
            answer.page().contains(&format!("href=\"{PAGE}\"")),
            "{path}"
        );
    }
    let product = client.get("/catalog/products/bracelet-cardiology").await;
    assert!(product.page().contains("1 of 13 inputs has drifted"));
    assert!(
        client
            .get(PAGE)
            .await
            .page()
            .contains(&format!("href=\"{DOCUMENT}\""))
    );
}

#[tokio::test]
async fn machines_get_the_model_as_it_was_told() {
    let client = with(model());
    let told = serde_json::to_value(model()).unwrap();
    assert_eq!(client.get(DOCUMENT).await.json(), told);
    client
        .get(&format!("{DOCUMENT}?x=1"))
        .await
        .problem(StatusCode::BAD_REQUEST, "bad-request");
}

#[tokio::test]
async fn an_unknown_model_names_the_near_ones() {
    let client = with(model());
    let problem = client
        .get("/catalog/api/v1/products/bracelet-cardiology/models/heart-rsk")
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(
        problem["detail"],
        "data product \"bracelet-cardiology\" has no model \"heart-rsk\"; did you mean heart-risk?"
    );
    for path in [
        "/catalog/products/bracelet-cardiology/models/heart-rsk",
        "/catalog/products/nothing/models/heart-risk",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.page().contains("heart-risk") || path.contains("nothing"));
    }
}
