//! Puts a mesh under load and measures what reaches its tables: how many events a second, how long after they were sent,
//! and what that costs in memory. Beside it, in the same run, what Kafka alone and Parquet alone take of the same rows.
//!
//!     cargo build --release
//!     cargo run --release -p mesh-load                 # half a minute
//!     cargo run --release -p mesh-load -- --minutes 10
//!     cargo run --release -p mesh-load -- --training --minutes 2
//!
//! Everything ends when the time is up. What is measured is the binary `target/release/mesh`, or the one that `MESH_BIN` names.

mod files;
mod follow;
mod http;
mod kafka;
mod load;
mod memory;
mod process;
mod readings;
mod report;
mod scenarios;
mod training;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Puts a mesh under load and measures it")]
struct Arguments {
    /// How long all of it takes, about.
    #[arg(long, default_value_t = 0.5)]
    minutes: f64,
    /// The command line of the mesh that is measured.
    #[arg(long, env = "MESH_BIN", default_value = "target/release/mesh")]
    mesh: PathBuf,
    /// The mesh keeps its events in the log that it has built in; nothing is measured of Kafka.
    #[arg(long)]
    embedded: bool,
    /// Nothing but how long scores take while a model is trained.
    #[arg(long)]
    training: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let time = Duration::from_secs_f64(arguments.minutes * 60.0);
    if arguments.training {
        println!("{}\n", report::machine(&arguments.mesh)?);
        return training::while_training(&arguments.mesh, time).await;
    }
    let kafka = match arguments.embedded {
        true => None,
        false => Some(kafka::Kafka::start()?),
    };
    println!("{}\n", report::machine(&arguments.mesh)?);
    scenarios::one_product(&arguments.mesh, kafka.as_ref(), time.mul_f64(0.8)).await?;
    scenarios::ten_products(&arguments.mesh, kafka.as_ref(), time.mul_f64(0.2)).await
}
