//! What `mesh up` says once it is ready: where things are, and what to try.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mesh_catalog::{Direction, Entry, Port};

pub(crate) fn print(
    address: SocketAddr,
    folder: &Path,
    token: &str,
    products: &[Entry],
    took: Duration,
) {
    println!(
        "\nThe mesh is up ({:.1} s). Ctrl-C stops it; it remembers everything.\n",
        took.as_secs_f64()
    );
    println!("  catalog   http://{address}/");
    println!("  API       http://{address}/openapi.json");
    println!("  data      {}\n", folder.display());
    println!("A token for the user developer, valid for 12 hours (`mesh token` prints more):\n");
    println!("  export MESH_TOKEN={token}\n");
    for product in products {
        let port = |direction| {
            product
                .ports
                .iter()
                .find(|port| port.direction == direction)
        };
        if let Some(port) = port(Direction::Scoring) {
            try_port("Score a reading; the answer is remembered:", address, port);
        }
        if let Some(port) = port(Direction::Input) {
            try_port("Send a reading to be kept:", address, port);
        }
        if let Some(dataset) = port(Direction::Scoring).and_then(|port| port.dataset.as_deref()) {
            println!("Look at what was stored, a second later:\n");
            let sql = format!("{{\"sql\": \"SELECT * FROM {dataset} LIMIT 10\"}}");
            print_curl(address, &format!("{}/query", product.address), &sql);
        }
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
