//! What the pages say of a model that predicts a quantity.

use mesh_catalog::{Entry, ModelEntry, QuantitiesEntry};

use crate::client::{Client, entries};

const PRODUCT: &str = "/catalog/products/logistics";
const PAGE: &str = "/catalog/products/logistics/models/delivery-delay";

fn model() -> ModelEntry {
    serde_json::from_str(include_str!("../../examples/delivery-delay.json")).unwrap()
}

async fn page(path: &str, change: impl FnOnce(&mut ModelEntry)) -> String {
    let mut entry: Entry = entries().remove(2);
    entry.models = vec![model()];
    change(&mut entry.models[0]);
    Client::of([entry]).get(path).await.page().to_owned()
}

fn forget_measures(model: &mut ModelEntry) {
    model.versions[0].measures.clear();
}

fn ranges(model: &mut ModelEntry) -> &mut QuantitiesEntry {
    model.versions[0].quantities.as_mut().unwrap()
}

#[tokio::test]
async fn what_was_predicted_is_drawn_against_what_came_true() {
    let page = page(PAGE, |_| {}).await;
    for text in [
        "<a href=\"#answers\">",
        "<h3 id=\"predicted-and-true\">Predicted and true</h3>",
        "aria-label=\"Predicted and true. Mean absolute error 1.90 [1.81, 1.99]. R² 0.78 [0.75, 0.81].\"",
        "on average of each range of predictions. Mean absolute error 1.90 [1.81, 1.99]. R² 0.78 [0.75, 0.81]. 2\u{202f}065 cases held out. Dashed:",
        "<th scope=\"row\">-3.41 to -0.871</th><td class=\"number\">-1.55</td><td class=\"number\">-1.21</td><td class=\"number\">1.40</td><td class=\"number\">207</td>",
        ">Mean that came true</text>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<circle class=\"face series-1\"").count(), 10);
}

#[tokio::test]
async fn its_figures_are_errors_and_nothing_is_said_of_classes() {
    let page = page(PAGE, |_| {}).await;
    for text in [
        "<dt>Mean absolute error</dt><dd>1.90 <span>[1.81, 1.99]</span></dd><dd class=\"meta\">gate at most 2.50 · 2\u{202f}065 cases held out</dd>",
        "<dt>R²</dt><dd>0.78 <span>[0.75, 0.81]</span></dd>",
        "distance_km adds 2.32, the most of 4 features",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for text in ["ROC", "AUC", "ccuracy", "Confusion", "class 1"] {
        assert!(!page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn home_and_the_product_tell_how_far_off_it_is() {
    let home = page("/", |_| {}).await;
    assert!(
        home.contains("<span>mean absolute error 1.90 [1.81, 1.99] on 2\u{202f}065 cases</span>")
    );
    let product = page(PRODUCT, |_| {}).await;
    for text in [
        "Model delivery-delay version 1 (Production) is off by 1.90 on average over 2\u{202f}065 cases held out (95% interval 1.81 to 1.99).",
        "<dt>Mean absolute error</dt><dd>1.90 <span>[1.81, 1.99]</span></dd>",
        "<dt>Cases held out</dt><dd>2\u{202f}065</dd>",
        "Off by 1.90 on average over 2\u{202f}065 cases held out; with 95% confidence between 1.81 and 1.99.",
    ] {
        assert!(product.contains(text), "{text}");
    }
    assert!(!product.contains("ccuracy"));
}

#[tokio::test]
async fn without_measures_nothing_is_claimed() {
    for path in ["/", PRODUCT, PAGE] {
        let page = page(path, forget_measures).await;
        for text in [
            "ean absolute error 1.90",
            "R²",
            " is off by",
            "Off by",
            "<dl class=\"figures",
        ] {
            assert!(!page.contains(text), "{path}: {text}");
        }
    }
    let page = page(PAGE, forget_measures).await;
    assert!(page.contains("of each range of predictions. 2\u{202f}065 cases held out. Dashed:"));
}

#[tokio::test]
async fn a_picture_needs_two_ranges_and_numbers() {
    let one = page(PAGE, |model| ranges(model).ranges.truncate(1)).await;
    let none = page(PAGE, |model| ranges(model).ranges.clear()).await;
    let endless = page(PAGE, |model| ranges(model).ranges[3].truth = f64::INFINITY).await;
    for page in [one, none, endless] {
        assert!(!page.contains("Predicted and true"));
        assert!(!page.contains("#answers"));
    }
}
