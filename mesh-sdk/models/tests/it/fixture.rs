//! The Cleveland table, the model of it, and rows to score; also included by the example and the benchmark.

use mesh_models::{LogisticRegression, Table};

const CLEVELAND: &str = include_str!("../../../../products/bracelet-cardiology/data/cleveland.csv");

/// The 303 rows of 13 features, and whether heart disease is present.
pub fn cleveland() -> (Table, Vec<bool>) {
    let mut reader = csv::Reader::from_reader(CLEVELAND.as_bytes());
    let mut names: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(names.pop().as_deref(), Some("num"));
    let mut table = Table::new(names);
    let mut labels = Vec::new();
    for record in reader.records() {
        let number = |field: &str| {
            if field.is_empty() {
                f32::NAN
            } else {
                field.parse().unwrap()
            }
        };
        let row: Vec<f32> = record.unwrap().iter().map(number).collect();
        table.push_row(&row[..13]).unwrap();
        labels.push(row[13] > 0.0);
    }
    (table, labels)
}

/// The model of the bracelet product.
pub fn heart_risk() -> LogisticRegression {
    LogisticRegression::new(
        ["age", "trestbps", "chol", "thalach", "oldpeak", "ca"],
        ["sex", "cp", "fbs", "restecg", "exang", "slope", "thal"],
    )
}

/// Row-major rows of the table's features: one value in eight is missing, one code in eight was never seen.
pub fn random_rows(rows: usize) -> Vec<f32> {
    #[rustfmt::skip]
    const RANGES: [(f32, f32); 13] = [
        (0.0, 120.0), (0.0, 1.0), (1.0, 4.0), (50.0, 300.0), (50.0, 1000.0), (0.0, 1.0), (0.0, 2.0),
        (30.0, 250.0), (0.0, 1.0), (-5.0, 10.0), (1.0, 3.0), (0.0, 3.0), (3.0, 7.0),
    ];
    const CODES: [usize; 7] = [1, 2, 5, 6, 8, 10, 12];
    let mut random = Random(1);
    let mut values = Vec::new();
    for i in 0..rows * RANGES.len() {
        let column = i % RANGES.len();
        let (low, high) = RANGES[column];
        let value = low + random.unit() * (high - low);
        values.push(match (random.unit(), CODES.contains(&column)) {
            (0.0..0.125, _) => f32::NAN,
            (0.125..0.25, true) => high + 1.0 + (value - low).round(),
            (_, true) => value.round(),
            (_, false) => value,
        });
    }
    values
}

/// Knuth's linear congruential generator.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// From 0 up to, not including, 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() % (1 << 24)) as f32 / (1 << 24) as f32
    }
}
