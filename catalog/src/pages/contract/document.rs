use askama::Template;
use mesh_contracts::Contract;

use super::body::Body;
use crate::assets;
use crate::entry::ContractEntry;
use crate::pages::health::HealthView;

#[derive(Template)]
#[template(path = "contract/document.html")]
struct ContractDocument<'a> {
    css: &'static str,
    body: Body<'a>,
    /// A file knows nothing of what runs.
    health: Option<HealthView>,
}

/// A contract as one HTML file that needs nothing beside it: no server, no script, no other file.
pub fn contract_html(contract: &Contract) -> String {
    let entry = ContractEntry::from(contract);
    let document = ContractDocument {
        css: assets::CSS.content(),
        body: Body::new(contract, &entry),
        health: None,
    };
    // Rendering writes to a string and calls nothing that fails.
    document.render().expect("templates render into memory")
}
