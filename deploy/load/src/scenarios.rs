//! What is measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

use crate::files;
use crate::follow::Follow;
use crate::http::Port;
use crate::kafka::Kafka;
use crate::load::{Load, Pace, Reached};
use crate::process::Mesh;
use crate::report::{self, Table};

const PRODUCT: &str = "bracelet-cardiology";
const TOPIC: &str = "cardiology.bracelet-cardiology.readings";
const SHORT: Duration = Duration::from_millis(2);
/// A raw rate shows in this time.
const LONG_ENOUGH: Duration = Duration::from_secs(10);
/// Of what is reached at most, the part at which delays are measured.
const HALF: f64 = 0.5;

/// The readings of the bracelets, through every way in, and the raw rates beside them.
pub(crate) async fn one_product(
    binary: &Path,
    kafka: Option<&Kafka>,
    time: Duration,
) -> anyhow::Result<()> {
    let phase = time.div_f64(8.0);
    let raw = phase.min(LONG_ENOUGH);
    let mut table = Table::new(&["way of the events", "events", "events/s", "p50", "p99"]);

    let written = files::alone(raw)?;
    table.rate("rows into Parquet files alone", written);
    let mut slower = written;
    if let Some(kafka) = kafka {
        let produced = kafka.alone(raw).await?;
        table.rate("rdkafka to the broker alone", produced);
        slower = slower.min(produced);
    }

    let mesh = Mesh::start(binary, kafka, &[]).await?;
    let memory = mesh.memory();
    let follow = || Follow::table(&mesh.dataset(PRODUCT, "heart_readings"));
    let port = |batch, connections| Port::readings(&mesh.origin, &mesh.token, batch, connections);
    let single = port(1, 32).load(follow(), Pace::Saturated, phase).await?;
    table.reached("HTTP, one event a request, 32 connections", &single);
    let batches = port(500, 4)
        .load(follow(), Pace::Saturated, phase.mul_f64(2.0))
        .await?;
    table.reached("HTTP, 500 events a request, 4 connections", &batches);
    let pace = Pace::PerSecond(batches.rate * HALF);
    let half = port(100, 4).load(follow(), pace, phase).await?;
    table.reached("HTTP, half of that, 100 events a request", &half);
    let mut ratios = vec![("HTTP", batches.rate / slower)];
    if let Some(kafka) = kafka {
        let most = through_kafka(kafka, follow(), Pace::Saturated, phase.mul_f64(2.0)).await?;
        table.reached("Kafka, as much as is stored", &most);
        let half = through_kafka(kafka, follow(), Pace::PerSecond(most.rate * HALF), phase).await?;
        table.reached("Kafka, half of that", &half);
        ratios.push(("Kafka", most.rate / slower));
    }
    table.print();
    for (way, ratio) in ratios {
        println!(
            "through {way}: {:.0} % of the slower raw rate (asked for: 50 %)",
            ratio * 100.0
        );
    }
    report::memory(&memory);
    report::warnings(&mesh.log());
    Ok(())
}

/// A producer that writes to the topic itself.
async fn through_kafka(
    kafka: &Kafka,
    follow: Follow,
    pace: Pace,
    time: Duration,
) -> anyhow::Result<Reached> {
    let producer = kafka.producer(TOPIC)?;
    let load = Arc::new(Load::begin(follow, pace, time));
    let theirs = load.clone();
    let sending = tokio::task::spawn_blocking(move || {
        while let Some(wait) = theirs.take(1) {
            if !wait.is_zero() {
                std::thread::sleep(wait);
            }
            producer.send()?;
            while theirs.is_full() {
                std::thread::sleep(SHORT);
            }
        }
        producer.finish()
    });
    sending.await??;
    Arc::into_inner(load)
        .context("somebody sends still")?
        .end()
        .await
}

/// Ten products with 200 events a second each, which is what they have to bear.
pub(crate) async fn ten_products(
    binary: &Path,
    kafka: Option<&Kafka>,
    time: Duration,
) -> anyhow::Result<()> {
    const EACH: f64 = 200.0;
    let folder = tempfile::tempdir()?;
    let names: Vec<String> = (1..=10).map(|number| format!("pulse-{number}")).collect();
    let products = names
        .iter()
        .map(|name| declared(&folder, name))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mesh = Mesh::start(binary, kafka, &products).await?;
    let memory = mesh.memory();
    let loads = names.iter().map(|name| {
        let port = Port {
            url: format!("{}/products/{name}/ports/pulses", mesh.origin),
            token: mesh.token.clone(),
            batch: 10,
            connections: 4,
            record: pulse,
        };
        let follow = Follow::table(&mesh.dataset(name, "pulses"));
        tokio::spawn(async move { port.load(follow, Pace::PerSecond(EACH), time).await })
    });
    let loads: Vec<_> = loads.collect();
    let mut table = Table::new(&[
        "product, 10 events a request",
        "events",
        "events/s",
        "p50",
        "p99",
    ]);
    let (mut worst, mut slowest) = (Duration::ZERO, f64::INFINITY);
    for (name, load) in names.iter().zip(loads) {
        let reached = load.await??;
        worst = worst.max(reached.delay(0.99));
        slowest = slowest.min(reached.rate);
        table.reached(name, &reached);
    }
    println!();
    table.print();
    println!(
        "of 10 products: p99 {:.2} s or less (asked for: under 2 s), {slowest:.0} events/s or more (asked for: {EACH})",
        worst.as_secs_f64()
    );
    report::memory(&memory);
    report::warnings(&mesh.log());
    Ok(())
}

fn pulse() -> String {
    format!(
        r#"{{"bracelet":"b-{}","pulse":{}}}"#,
        fastrand::u32(..1000),
        fastrand::u8(40..180)
    )
}

/// A product of one port and its dataset.
fn declared(folder: &TempDir, name: &str) -> anyhow::Result<PathBuf> {
    let product = folder.path().join(name);
    std::fs::create_dir_all(product.join("contracts"))?;
    let files = [
        (
            "product.odps.yaml",
            include_str!("../product/product.odps.yaml"),
        ),
        ("mesh.yaml", include_str!("../product/mesh.yaml")),
        (
            "contracts/pulses.odcs.yaml",
            include_str!("../product/contracts/pulses.odcs.yaml"),
        ),
    ];
    for (file, text) in files {
        std::fs::write(product.join(file), text.replace("pulse-0", name))?;
    }
    Ok(product)
}
