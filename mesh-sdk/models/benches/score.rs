//! Nanoseconds per row of three models, one row at a time and in batches: the heart risk model, a forest of 100 trees on the same 303
//! rows, and one on 20,000 made-up rows, whose trees are larger.
//!
//!     cargo bench -p mesh-models [-- DIR]
//!
//! Into DIR, if given, goes a folder for each: `model.onnx`, `rows.f32` and `nanoseconds.json`, for another runtime to be measured on.

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mesh_models::{Algorithm, Features, Model, Pipeline, RandomForest, Scores, Table, Target};
use rustix::time::{ClockId, clock_gettime};

const ROWS: usize = 100_000;
const SINGLE: usize = 1_000;

fn main() {
    let dir = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .find(|arg| !arg.starts_with("--bench"));
    let (table, labels) = fixture::cleveland();
    let labels = Target::yes_or_no(&labels);
    let forest = Algorithm::RandomForest(RandomForest::default());
    let fit = |features: Features, algorithm, table: &Table, labels: &Target| {
        let pipeline = Pipeline {
            features,
            algorithm,
            seed: 1,
        };
        let trained = pipeline.fit(table, labels).expect("the table trains");
        trained.to_onnx().expect("the model has an export")
    };
    let logistic = fixture::heart_risk().pipeline();
    let heart_rows = fixture::random_rows(ROWS);
    let (made_up, made_up_labels) = made_up(20_000);
    let numeric = Features {
        numeric: made_up.names().to_vec(),
        ..Features::default()
    };
    let made_up_rows = self::made_up(ROWS).0;
    let models = [
        (
            "logistic",
            fit(
                logistic.features.clone(),
                logistic.algorithm,
                &table,
                &labels,
            ),
            &heart_rows[..],
        ),
        (
            "forest",
            fit(logistic.features, forest.clone(), &table, &labels),
            &heart_rows,
        ),
        (
            "large-forest",
            fit(numeric, forest, &made_up, &made_up_labels),
            made_up_rows.values(),
        ),
    ];
    for (name, onnx, rows) in &models {
        let model = Model::from_onnx(onnx).expect("an exported model loads");
        let features = model.features().len();
        let mut scores = Scores::new();
        let single = nanoseconds(|| {
            for row in black_box(&rows[..SINGLE * features]).chunks_exact(features) {
                model.score(row, &mut scores).expect("the model imputes");
                black_box(&scores);
            }
        }) / SINGLE as f64;
        let batch = nanoseconds(|| {
            model
                .score(black_box(rows), &mut scores)
                .expect("the model imputes");
            black_box(&scores);
        }) / ROWS as f64;
        println!(
            "{name:14} {} bytes: one row {single:9.1} ns, {ROWS} rows {batch:7.1} ns per row",
            onnx.len()
        );
        if let Some(dir) = &dir {
            let folder = dir.join(name);
            let bytes: Vec<u8> = rows.iter().flat_map(|value| value.to_le_bytes()).collect();
            let measured = format!("{{\"single\": {single}, \"batch\": {batch}}}");
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(folder.join("model.onnx"), onnx))
                .and_then(|()| std::fs::write(folder.join("rows.f32"), bytes))
                .and_then(|()| std::fs::write(folder.join("nanoseconds.json"), measured))
                .expect("the folder can be written");
        }
    }
}

/// Rows of 13 numbers, and a class that depends on some of them and on chance.
fn made_up(rows: usize) -> (Table, Target) {
    let mut random = fixture::Random(5);
    let mut table = Table::new((0..13).map(|i| format!("x{i}")).collect());
    let mut labels = Vec::new();
    for _ in 0..rows {
        let row: Vec<f32> = (0..13).map(|_| random.unit()).collect();
        let risk = row[0] * row[1] + row[2] - (6.0 * row[3]).sin() * 0.4;
        labels.push(risk + random.unit() * 0.5 > 0.9);
        table.push_row(&row).expect("a row has 13 values");
    }
    (table, Target::yes_or_no(&labels))
}

/// Of the fastest of many passes: what disturbs a measurement only ever adds. Of the processor's time for this thread, so that it does not
/// matter what else the machine does.
fn nanoseconds(mut pass: impl FnMut()) -> f64 {
    let spent = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
    };
    let start = Instant::now();
    let mut fastest = f64::MAX;
    while start.elapsed() < Duration::from_secs(3) {
        let one = spent();
        pass();
        fastest = fastest.min(spent() - one);
    }
    fastest
}
