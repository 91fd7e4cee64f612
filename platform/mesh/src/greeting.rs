//! What `mesh up` says once it is ready: where things are, and what to try.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mesh_catalog::{Direction, Entry, Port};

use crate::message::counted;

/// What a greeting tells.
pub(crate) struct Greeting<'a> {
    pub(crate) address: SocketAddr,
    /// Of the data.
    pub(crate) folder: &'a Path,
    pub(crate) token: &'a str,
    pub(crate) products: &'a [Entry],
    /// The product to try; the first of all where none is named.
    pub(crate) try_out: Option<&'a str>,
    pub(crate) took: Duration,
}

impl Greeting<'_> {
    pub(crate) fn print(&self) {
        let address = self.address;
        println!(
            "\nThe mesh is up ({:.1} s). Ctrl-C stops it; it remembers everything.\n",
            self.took.as_secs_f64()
        );
        println!("  catalog   http://{address}/");
        println!("  API       http://{address}/openapi.json");
        println!("  data      {}\n", self.folder.display());
        for product in self.products {
            let simulated = product.tags.iter().any(|tag| tag == "simulated");
            println!(
                "  {:<24} {}, {}{}",
                product.product,
                counted(product.datasets.len(), "dataset"),
                counted(product.models.len(), "model"),
                if simulated { " (simulated data)" } else { "" }
            );
        }
        println!(
            "\nA token for the user developer, valid for 12 hours (`mesh token` prints more):\n"
        );
        println!("  export MESH_TOKEN={}\n", self.token);
        let named = |product: &&Entry| Some(product.product.as_str()) == self.try_out;
        let named = self.products.iter().find(named);
        if let Some(product) = named.or(self.products.first()) {
            try_out(product, address);
        }
    }
}

fn try_out(product: &Entry, address: SocketAddr) {
    let port = |direction| {
        product
            .ports
            .iter()
            .find(|port| port.direction == direction)
    };
    if let Some(port) = port(Direction::Scoring) {
        try_port("Ask a model; the answer is remembered:", address, port);
    }
    if let Some(port) = port(Direction::Input) {
        try_port("Send a record to be kept:", address, port);
    }
    let scores = port(Direction::Scoring).and_then(|port| port.dataset.as_deref());
    let first = product
        .datasets
        .first()
        .map(|dataset| dataset.name.as_str());
    if let Some(dataset) = scores.or(first) {
        println!("Look at what is stored:\n");
        let sql = format!("{{\"sql\": \"SELECT * FROM {dataset} LIMIT 10\"}}");
        print_curl(address, &format!("{}/query", product.address), &sql);
    }
}

fn try_port(what: &str, address: SocketAddr, port: &Port) {
    if let Some(example) = &port.example {
        println!("{what}\n");
        print_curl(address, &port.address, &example.to_string());
    }
}

fn print_curl(address: SocketAddr, path: &str, body: &str) {
    println!("  curl -s http://{address}{path} \\");
    println!("    -H \"Authorization: Bearer $MESH_TOKEN\" -H 'Content-Type: application/json' \\");
    println!("    -d '{body}'\n");
}
