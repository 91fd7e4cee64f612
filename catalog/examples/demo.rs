//! The catalog by itself, with the products of `mesh.json`: `cargo run -p mesh-catalog --example demo [ADDRESS]`.

use std::error::Error;

use mesh_catalog::{Catalog, Entry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:7071".to_owned());
    let entries: Vec<Entry> = serde_json::from_str(include_str!("mesh.json"))?;
    let catalog = Catalog::new();
    for entry in entries {
        catalog.register(entry);
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, catalog.api().into_router()).await?;
    Ok(())
}
