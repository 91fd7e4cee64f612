//! The catalog by itself, with the products of `mesh.json`, a model that is watched and one of a quantity: `cargo run -p mesh-catalog --example demo [ADDRESS]`.

use std::error::Error;

use chrono::Utc;
use mesh_catalog::{Catalog, ContractEntry, Entry, Failure};
use mesh_contracts::Contract;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:7071".to_owned());
    let mut entries: Vec<Entry> = serde_json::from_str(include_str!("mesh.json"))?;
    entries[0].models = vec![serde_json::from_str(include_str!("heart-risk.json"))?];
    entries[2].models = vec![serde_json::from_str(include_str!("delivery-delay.json"))?];
    let weekly_cases = Contract::parse(
        "weekly-cases.odcs.yaml",
        include_str!("weekly-cases.odcs.yaml"),
    )?;
    let catalog = Catalog::new();
    for entry in &mut entries {
        let mut contracts = entry.contracts.iter_mut();
        if let Some(contract) = contracts.find(|contract| contract.name == weekly_cases.name()) {
            *contract = ContractEntry::from(&weekly_cases);
        }
        catalog.register(entry.clone());
    }
    let mistake = Failure {
        message: "mesh.yaml:12:5: unknown field `transform`; did you mean `transforms`?".to_owned(),
        since: Utc::now(),
    };
    catalog.register_failure("epidemiology", mistake);
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, catalog.api().into_router()).await?;
    Ok(())
}
