use askama::Template;
use mesh_contracts::Contract;

use super::fields::ContractView;
use crate::assets;
use crate::entry::ContractEntry;

#[derive(Template)]
#[template(path = "contract/document.html")]
struct ContractDocument<'a> {
    css: &'static str,
    contract: ContractView<'a>,
    terms: &'a Contract,
}

/// A contract as one HTML file that needs nothing beside it: no server, no script, no other file.
pub fn contract_html(contract: &Contract) -> String {
    let entry = ContractEntry::from(contract);
    let document = ContractDocument {
        css: assets::CSS.content(),
        contract: ContractView::of(&entry),
        terms: contract,
    };
    // Rendering writes to a string and calls nothing that fails.
    document.render().expect("templates render into memory")
}
