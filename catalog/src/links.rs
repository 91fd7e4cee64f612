//! Where things are: the catalog's own pages, and the addresses products give.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::entry::{ContractEntry, DatasetEntry, Entry, ModelEntry};

/// What RFC 3986 calls unreserved stays as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Text as one segment of a path, or one value of a query.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

pub(crate) fn product(product: &str) -> String {
    format!("/catalog/products/{}", segment(product))
}

pub(crate) fn search(query: &str) -> String {
    format!("/catalog/search?q={}", segment(query))
}

pub(crate) fn on_page(entry: &Entry, anchor: &str) -> String {
    format!("{}#{anchor}", product(&entry.product))
}

/// The contract's document, as the product serves it.
pub(crate) fn contract(entry: &Entry, contract: &ContractEntry) -> String {
    format!("{}/contracts/{}", entry.address, segment(&contract.name))
}

/// The page about one version of a contract.
pub(crate) fn contract_page(entry: &Entry, contract: &ContractEntry) -> String {
    format!(
        "{}/contracts/{}/{}",
        product(&entry.product),
        segment(&contract.name),
        segment(&contract.version)
    )
}

/// The page about a model.
pub(crate) fn model_page(entry: &Entry, model: &ModelEntry) -> String {
    format!(
        "{}/models/{}",
        product(&entry.product),
        segment(&model.name)
    )
}

/// What that page shows, for machines.
pub(crate) fn model_document(entry: &Entry, model: &ModelEntry) -> String {
    format!(
        "/catalog/api/v1/products/{}/models/{}",
        segment(&entry.product),
        segment(&model.name)
    )
}

/// The page about a dataset.
pub(crate) fn dataset_page(entry: &Entry, dataset: &DatasetEntry) -> String {
    format!(
        "{}/datasets/{}",
        product(&entry.product),
        segment(&dataset.name)
    )
}

/// What that page shows, for machines.
pub(crate) fn dataset_document(entry: &Entry, dataset: &DatasetEntry) -> String {
    format!(
        "/catalog/api/v1/products/{}/datasets/{}",
        segment(&entry.product),
        segment(&dataset.name)
    )
}

pub(crate) fn domain_anchor(domain: &str) -> String {
    anchor(&["domain", domain])
}

pub(crate) fn port_anchor(port: &str) -> String {
    anchor(&["port", port])
}

pub(crate) fn model_anchor(model: &str) -> String {
    anchor(&["model", model])
}

pub(crate) fn contract_anchor(contract: &str) -> String {
    anchor(&["contract", contract])
}

pub(crate) fn column_anchor(contract: &str, path: &str) -> String {
    anchor(&["column", contract, path])
}

pub(crate) fn quality_anchor(dataset: &str) -> String {
    anchor(&["quality", dataset])
}

/// Names become part of an `id`, which must not hold spaces, and of a fragment, which must not need escapes.
fn anchor(parts: &[&str]) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
            c
        } else {
            '-'
        }
    };
    parts.join("-").chars().map(plain).collect()
}

/// Whether an address a product gave is a path on this origin and nothing else: only such become links,
/// redirects and commands to copy. `//host` and `javascript:` are not, nor is anything a shell would expand.
pub(crate) fn is_plain_path(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        && address.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | '_' | '~' | ':' | '%')
        })
}

/// Whether text that somebody wrote into a document leads out to the web or to a mailbox, and to nothing that runs.
pub(crate) fn is_outward(url: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}
