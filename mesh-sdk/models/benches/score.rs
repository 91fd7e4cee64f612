//! Nanoseconds per row of the heart risk model, alone and in a batch, beside a dot product of as many features as the row has and
//! a logistic function, written by hand: the least that any model of these rows costs.
//!
//!     cargo bench -p mesh-models

#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::hint::black_box;
use std::time::{Duration, Instant};

use mesh_models::{Model, Scores};

const ROWS: usize = 10_000;

fn main() {
    let (table, labels) = fixture::cleveland();
    let fitted = fixture::heart_risk()
        .fit(&table, &labels)
        .expect("the Cleveland table trains");
    let model = Model::from_onnx(&fitted.to_onnx()).expect("an exported model loads");
    let features = model.features().len();
    let rows = fixture::random_rows(ROWS);
    let complete: Vec<f32> = rows
        .iter()
        .map(|value| if value.is_nan() { 0.0 } else { *value })
        .collect();
    let weights: Vec<f32> = (0..features).map(|i| 0.001 * i as f32).collect();
    let mut baseline_out = vec![0.0; ROWS];
    let mut scores = Scores::new();

    let baseline = nanoseconds_per_row(|| {
        for (out, row) in baseline_out
            .iter_mut()
            .zip(black_box(&complete).chunks_exact(features))
        {
            let sum: f32 = row
                .iter()
                .zip(&weights)
                .map(|(value, weight)| value * weight)
                .sum();
            *out = 1.0 / (1.0 + (-sum).exp());
        }
        black_box(&baseline_out);
    });
    let single = nanoseconds_per_row(|| {
        for row in black_box(&rows).chunks_exact(features) {
            model
                .score(row, &mut scores)
                .expect("the model imputes what is missing");
            black_box(&scores);
        }
    });
    let batch = nanoseconds_per_row(|| {
        model
            .score(black_box(&rows), &mut scores)
            .expect("the model imputes what is missing");
        black_box(&scores);
    });
    println!("dot product  {baseline:8.1} ns per row");
    println!(
        "single row   {single:8.1} ns per row, {:5.1} x the dot product",
        single / baseline
    );
    println!(
        "batch        {batch:8.1} ns per row, {:5.1} x the dot product",
        batch / baseline
    );
}

/// The fastest of many passes over all rows: what disturbs a measurement only ever adds.
fn nanoseconds_per_row(mut pass: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    while start.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        pass();
        fastest = fastest.min(one.elapsed());
    }
    fastest.as_nanos() as f64 / ROWS as f64
}
