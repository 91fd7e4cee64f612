use axum::http::StatusCode;
use mesh_catalog::{ContractEntry, contract_html};
use mesh_contracts::{Contract, published};

use crate::client::{Client, weekly_cases};
use crate::html;

const PAGE: &str = "/catalog/products/epidemiology/contracts/weekly-cases";

/// What the sample's contract says, wherever it is shown.
const CLAUSES: [&str; 22] = [
    "<h1>Weekly cases</h1><code>weekly-cases</code><span>1.0.0</span>",
    "Cases of one disease in one district and week, as the laboratories confirmed them.",
    "It promises 7 columns, 2 quality rules and 2 service levels. 1 column is classified restricted and 1 internal.",
    "Late reports change the last three weeks.",
    "Sum over districts only within one disease.",
    "Surveillance team",
    "surveillance@cloudmedical.example",
    "<p class=\"strong\">Confirmed cases</p>",
    "at least 0 cases",
    "<code>J10</code> influenza",
    "Due to an identified seasonal virus.",
    "For example <code>DE212</code>, <code>AT130</code>",
    "matches ^[A-Z]{2}[0-9]{3}$",
    "<p class=\"prose\">cases has no null values</p>",
    "completeness · error",
    "&#62; 0",
    "Kept for ten years.",
    "<th scope=\"row\" class=\"mono nowrap\">epidemiologist</th>",
    "<a href=\"https://www.who.int/standards/classifications/classification-of-diseases\" rel=\"noreferrer\">",
    "<a href=\"mailto:surveillance@cloudmedical.example\" rel=\"noreferrer\">surveillance</a>",
    "<dt>reportingAuthority</dt><dd>district health offices</dd>",
    "<li><span>influenza</span></li>",
];

#[test]
fn the_file_says_everything_the_contract_says() {
    let file = contract_html(&weekly_cases());
    for clause in CLAUSES {
        assert!(file.contains(clause), "{clause}");
    }
    assert!(file.contains("apiVersion: v3.2.0"), "the document itself");
}

#[test]
fn the_file_needs_nothing_beside_it() {
    for contract in published::all() {
        let file = contract_html(contract);
        html::check_file(&file);
        assert_eq!(file.matches("<style>").count(), 1);
        let (_, style) = file.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        assert!(style.contains("prefers-color-scheme: dark") && style.contains("@media print"));
        for load in ["url(", "@import"] {
            assert!(!style.contains(load), "{load}");
        }
    }
}

#[test]
fn every_column_can_be_linked_to() {
    let contract = weekly_cases();
    let file = contract_html(&contract);
    let fields = ContractEntry::from(&contract).fields;
    assert_eq!(fields.len(), 7);
    for field in fields {
        let anchor = format!("column-weekly-cases-{}", field.path.replace("[]", "--"));
        assert!(file.contains(&format!("<tr id=\"{anchor}\">")), "{anchor}");
        let link = format!("<a class=\"mono\" href=\"#{anchor}\">{}</a>", field.path);
        assert!(file.contains(&link), "{link}");
    }
}

#[test]
fn required_is_said_and_optional_is_not() {
    let file = contract_html(&weekly_cases());
    let row = |column: &str| {
        let at = file
            .find(&format!("<tr id=\"column-weekly-cases-{column}\">"))
            .unwrap();
        file[at..].split("</tr>").next().unwrap()
    };
    assert!(row("district").contains("required"));
    assert!(!row("reporters").contains("required") && !row("reporters").contains("optional"));
    assert!(row("reporters--.share").contains("depth-1"));
    assert!(row("cases").contains("#i-lock") && row("cases").contains("restricted"));
}

#[test]
fn a_contract_that_says_little_has_no_empty_sections() {
    let yaml = "
apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:small
name: small
version: 1.0.0
status: draft
domain: testing
schema: [{ name: small, properties: [{ name: code, logicalType: string }] }]
";
    let file = contract_html(&Contract::parse("small.odcs.yaml", yaml).unwrap());
    html::check_file(&file);
    assert!(file.contains("It promises 1 column."));
    assert_eq!(file.matches("<h2").count(), 2, "columns and document");
}

#[test]
fn what_a_contract_says_stays_text() {
    let yaml = weekly_cases()
        .source()
        .replace("district health offices", "<script>alert(1)</script>")
        .replace("mailto:surveillance", "javascript:surveillance")
        .replace(
            "Code of the district.",
            "</style><img src=x onerror=alert(1)>",
        )
        .replace("https://www.who.int/", "//www.who.int/");
    let file = contract_html(&Contract::parse("weekly-cases.odcs.yaml", &yaml).unwrap());
    html::check_file(&file);
    for live in ["<script", "<img", "href=\"javascript", "href=\"//"] {
        assert!(!file.contains(live), "{live}");
    }
}

#[tokio::test]
async fn a_contract_has_a_page_in_its_product() {
    let client = Client::with_sample();
    let answer = client.get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    for clause in CLAUSES {
        assert!(answer.page().contains(clause), "{clause}");
    }
    for link in [
        "href=\"/catalog/products/epidemiology\"",
        "href=\"/products/epidemiology/contracts/weekly-cases/schema.json\"",
    ] {
        assert!(answer.page().contains(link), "{link}");
    }
    let product = client.get("/catalog/products/epidemiology").await;
    assert!(product.page().contains(&format!("href=\"{PAGE}/1.0.0\"")));
    let version = client.get(&format!("{PAGE}/1.0.0")).await;
    assert!(version.page().contains(CLAUSES[0]));
}

#[tokio::test]
async fn without_a_version_the_highest_is_shown() {
    let client = Client::with_sample();
    let mut entry = crate::client::entries().remove(1);
    let newer = weekly_cases()
        .source()
        .replace("version: 1.0.0", "version: 1.10.0");
    let newer = Contract::parse("newer.odcs.yaml", &newer).unwrap();
    let older = weekly_cases()
        .source()
        .replace("version: 1.0.0", "version: 1.9.0");
    let older = Contract::parse("older.odcs.yaml", &older).unwrap();
    entry.contracts = vec![ContractEntry::from(&newer), ContractEntry::from(&older)];
    client.catalog.register(entry);
    for (path, version) in [
        (PAGE.to_owned(), "1.10.0"),
        (format!("{PAGE}/1.9.0"), "1.9.0"),
    ] {
        let answer = client.get(&path).await;
        let head = format!("<code>weekly-cases</code><span>{version}</span>");
        assert!(answer.page().contains(&head), "{path}");
    }
}

#[tokio::test]
async fn the_page_says_how_the_contract_is_kept() {
    let client = Client::with_sample();
    let mut entry = crate::client::entries().remove(1);
    let mut dataset = crate::client::entries().remove(0).datasets.remove(0);
    dataset.contract = "weekly-cases".to_owned();
    entry.datasets.push(dataset);
    client.catalog.register(entry);
    let answer = client.get(PAGE).await;
    assert!(
        answer
            .page()
            .contains("Keeps its contracts</span> · 4 of 4 rules")
    );
}

#[tokio::test]
async fn a_contract_that_is_not_there_has_a_page_that_says_so() {
    let client = Client::with_sample();
    for (path, detail) in [
        (
            format!("{PAGE}/9.9.9"),
            "no contract &#34;weekly-cases&#34; in version 9.9.9",
        ),
        (
            PAGE.replace("weekly", "daily"),
            "no contract &#34;daily-cases&#34;",
        ),
        (
            // It came without its document.
            "/catalog/products/logistics/contracts/delivery-delays".to_owned(),
            "no contract &#34;delivery-delays&#34;",
        ),
        (
            PAGE.replace("epidemiology", "zoology"),
            "No data product &#34;zoology&#34;",
        ),
    ] {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.page().contains(detail),
            "{detail} in {}",
            answer.text
        );
    }
}
