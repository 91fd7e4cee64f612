//! How long a score takes while a model is trained beside it, and when nothing else is done.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::process::Mesh;

/// Calls a second, which is what a model has to bear.
const RATE: u32 = 200;
const SCORED: &str = "bracelet-cardiology/models/heart-risk/score";
/// The product whose model is trained, and what makes that take long.
const PRODUCT: &str = "logistics-busy";
const LONG: &str = "algorithm: gradient-boosting\n    parameters: { rounds: 1000, max_depth: 8 }";

pub(crate) async fn while_training(binary: &Path, time: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let product = busy(&folder)?;
    let mesh = Mesh::start(binary, None, &[product]).await?;
    let score = format!("{}/products/{SCORED}", mesh.origin);
    let phase = time.div_f64(2.0);
    // Connections and memory are warm afterwards.
    score_for(&score, &mesh.token, phase.min(Duration::from_secs(5))).await?;
    let idle = score_for(&score, &mesh.token, phase).await?;
    let models = mesh.token_for("models,query")?;
    let training = tokio::spawn(train(
        format!("{}/products/{PRODUCT}/models/late-delivery", mesh.origin),
        models,
        Instant::now() + phase,
    ));
    let busy = score_for(&score, &mesh.token, phase).await?;
    let runs = training.await??;
    println!("{RATE} scores a second, one record each         p50       p99   calls");
    for (name, taken) in [
        ("nothing else is done", &idle),
        ("while a model is trained", &busy),
    ] {
        let ms = |part: f64| quantile(taken, part).as_secs_f64() * 1000.0;
        println!(
            "{name:<36} {:>8.2} ms {:>8.2} ms {:>6}",
            ms(0.5),
            ms(0.99),
            taken.len()
        );
    }
    let ratio = quantile(&busy, 0.99).as_secs_f64() / quantile(&idle, 0.99).as_secs_f64();
    println!(
        "p99 while {runs} training runs were done: {ratio:.2} of the other (asked for: under 3)"
    );
    Ok(())
}

/// The product logistics under another name, whose model takes long to train.
fn busy(folder: &TempDir) -> anyhow::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../products/logistics");
    let product = folder.path().join(PRODUCT);
    for part in ["", "data", "transforms"] {
        std::fs::create_dir_all(product.join(part))?;
        for entry in std::fs::read_dir(source.join(part))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), product.join(part).join(entry.file_name()))?;
            }
        }
    }
    let change = |file: &str, from: &str, to: &str| -> anyhow::Result<()> {
        let path = product.join(file);
        let text = std::fs::read_to_string(&path)?;
        ensure!(text.contains(from), "{file} of logistics has no {from}");
        Ok(std::fs::write(path, text.replacen(from, to, 1))?)
    };
    change(
        "product.odps.yaml",
        "name: logistics",
        &format!("name: {PRODUCT}"),
    )?;
    change("mesh.yaml", "algorithm: logistic-regression", LONG)?;
    Ok(product)
}

/// Scores at the rate, whether or not the calls before are answered, and returns how long each took.
async fn score_for(url: &str, token: &str, time: Duration) -> anyhow::Result<Vec<Duration>> {
    let client = Client::new();
    let mut calls = JoinSet::new();
    let began = Instant::now();
    let all = (time.as_secs_f64() * f64::from(RATE)) as u32;
    for number in 0..all {
        let due = began + Duration::from_secs(1) * number / RATE;
        tokio::time::sleep_until(due.into()).await;
        let record = json!({ "age": 40 + number % 40, "sex": number % 2, "cp": 1 + number % 4, "chol": 180 + number % 90 });
        let call = client.post(url).bearer_auth(token).json(&record);
        calls.spawn(async move {
            let answer = call.send().await?;
            let status = answer.status();
            let body = answer.text().await?;
            ensure!(status.is_success(), "{status}: {body}");
            // From when it was due: a call that waits for its turn is late.
            Ok(due.elapsed())
        });
    }
    let taken = calls.join_all().await;
    taken.into_iter().collect()
}

/// Has the model trained again and again until `end`. Returns how often.
async fn train(model: String, token: String, end: Instant) -> anyhow::Result<usize> {
    let client = Client::new();
    let ask = async |request: reqwest::RequestBuilder| -> anyhow::Result<Value> {
        Ok(request
            .bearer_auth(&token)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    };
    let mut runs = 0;
    while Instant::now() < end {
        let wish = json!({ "why": "to see what scoring feels of it", "promote": false });
        let run = ask(client.post(format!("{model}/train")).json(&wish)).await?;
        let run = run["run"].as_str().context("a run has no id")?.to_owned();
        loop {
            let run = ask(client.get(format!("{model}/runs/{run}"))).await?;
            match run["state"].as_str() {
                Some("Waiting" | "Started") if Instant::now() < end => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Some("Failed") => anyhow::bail!("{run}"),
                _ => break,
            }
        }
        runs += 1;
    }
    Ok(runs)
}

fn quantile(taken: &[Duration], part: f64) -> Duration {
    let mut sorted = taken.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() as f64 * part) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}
