//! Writes what another tool needs to check what we measure of a model that is watched: `drift-NAME.json`, cases of the past and of now
//! with our report; `estimate-NAME.json`, cases with labels, cases without, and our estimate. Missing numbers are null.
//!
//!     cargo run -p mesh-models --example watching -- DIR

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use fixture::Random;
use mesh_models::{Baseline, Estimator, Table, Task};
use serde_json::{Value, json};

const NOMINAL: f64 = 0.05;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: watching DIR")?);
    let mut random = Random(11);
    for (name, past, now, shift) in [
        ("same", 300, 100, 0.0),
        ("few", 60, 20, 0.4),
        ("shifted", 150, 120, 0.5),
        ("many", 5000, 3000, 0.0),
        ("many-shifted", 5000, 900, 0.1),
    ] {
        let past = simulated(&mut random, past, 0.0)?;
        let now = simulated(&mut random, now, shift)?;
        drift(&dir, name, &past, &now, &["ward".to_owned()])?;
    }
    let (cleveland, _) = fixture::cleveland();
    let rows = |part: std::ops::Range<usize>| {
        let table = cleveland.select_rows(&part.collect::<Vec<_>>());
        let scores = (0..table.rows()).map(|row| f64::from(table.row(row)[0] / 100.0));
        let scores: Vec<f64> = scores.collect();
        (table, scores)
    };
    drift(
        &dir,
        "cleveland",
        &rows(0..200),
        &rows(200..303),
        &fixture::features().categorical,
    )?;

    type Truth = fn(f64) -> f64;
    let scenarios: [(&str, f64, f64, Truth); 4] = [
        ("calibrated", 0.5, 0.0, |score| score),
        ("too-sure", 0.5, 0.0, |score| 0.25 + 0.5 * score),
        ("rare", 0.3, -2.0, |score| score * score),
        ("frequent", 0.7, 1.5, |score| score.sqrt()),
    ];
    for (name, threshold, bias, truth) in scenarios {
        let past: Vec<f64> = (0..5000).map(|_| score(&mut random, bias)).collect();
        let labels = past.iter().map(|past| unit(&mut random) < truth(*past));
        let labels: Vec<bool> = labels.collect();
        let now: Vec<f64> = (0..2000).map(|_| score(&mut random, bias)).collect();
        // Two digits, so that many are equal.
        let rounded: Vec<f64> = now
            .iter()
            .map(|now| (now * 50.0 + 25.0).round() / 100.0)
            .collect();
        let estimator = Estimator::fit(&labels, &past, threshold, 1)?;
        write(
            &dir.join(format!("estimate-{name}.json")),
            &json!({
                "threshold": threshold,
                "reference": {"labels": labels, "probabilities": past},
                "calibrated": name == "calibrated",
            "calibrates": estimator.calibrates(),
                "batches": [
                    {"probabilities": now, "estimate": estimator.estimate(&now)?},
                    {"probabilities": rounded, "estimate": estimator.estimate(&rounded)?},
                ],
            }),
        )?;
    }
    Ok(())
}

fn drift(
    dir: &Path,
    name: &str,
    past: &(Table, Vec<f64>),
    now: &(Table, Vec<f64>),
    categorical: &[String],
) -> Result<(), Box<dyn Error>> {
    let baseline = Baseline::of(&past.0, categorical, Task::YesOrNo, &past.1, 5)?;
    let report = baseline.drift(&now.0, &now.1, NOMINAL)?;
    let cases = |(table, scores): &(Table, Vec<f64>)| {
        let rows: Vec<&[f32]> = (0..table.rows()).map(|row| table.row(row)).collect();
        json!({"rows": rows, "scores": scores})
    };
    write(
        &dir.join(format!("drift-{name}.json")),
        &json!({
            "names": past.0.names(),
            "categorical": categorical,
            "reference": cases(past),
            "current": cases(now),
            "baseline": baseline,
            "report": report,
        }),
    )
}

fn write(path: &Path, value: &Value) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(path, serde_json::to_vec(value)?)?)
}

/// A quantity, one with many equal values, one that is missing at times, and a code with rare values and one that is new.
fn simulated(
    random: &mut Random,
    rows: usize,
    shift: f64,
) -> Result<(Table, Vec<f64>), Box<dyn Error>> {
    let names = ["weight", "visits", "glucose", "ward"].map(str::to_owned);
    let mut table = Table::new(names.to_vec());
    let mut scores = Vec::new();
    for _ in 0..rows {
        let glucose = normal(random) as f32;
        let missing = unit(random) < 0.1 + shift / 2.0;
        let new = unit(random) < shift / 4.0;
        let ward = (unit(random) * unit(random) * 12.0).floor() as f32;
        table.push_row(&[
            (normal(random) + shift) as f32,
            (unit(random) * (5.0 + 2.0 * shift)).floor() as f32,
            if missing { f32::NAN } else { glucose },
            if new { 99.0 } else { ward },
        ])?;
        scores.push(score(random, shift));
    }
    Ok((table, scores))
}

fn score(random: &mut Random, bias: f64) -> f64 {
    1.0 / (1.0 + (-bias - 1.5 * normal(random)).exp())
}

fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| unit(random)).sum::<f64>() - 6.0
}

fn unit(random: &mut Random) -> f64 {
    f64::from(random.unit())
}
