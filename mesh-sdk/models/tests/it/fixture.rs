//! The Cleveland table, the model of it, and rows to score; also included by the example and the benchmark.

use std::sync::OnceLock;

use mesh_models::{Algorithm, Features, LogisticRegression, Pipeline, Table, Target, Trained};
use serde_json::{Value, json};

const CLEVELAND: &str = include_str!("../../../../products/bracelet-cardiology/data/cleveland.csv");

/// The 303 rows of 13 features, and whether heart disease is present.
pub fn cleveland() -> (Table, Vec<bool>) {
    let (table, stages) = cleveland_stages();
    (table, stages.iter().map(|&stage| stage > 0).collect())
}

/// The same rows, and how far the disease has gone: 0 to 4.
pub fn cleveland_stages() -> (Table, Vec<i64>) {
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
        labels.push(row[13] as i64);
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

/// What heart risk is learned from.
pub fn features() -> Features {
    heart_risk().pipeline().features
}

/// Every algorithm with an export, and what it answers: yes or no, one of several, or a quantity (the largest heart rate).
pub fn models() -> &'static [(String, Trained)] {
    static MODELS: OnceLock<Vec<(String, Trained)>> = OnceLock::new();
    MODELS.get_or_init(train_models)
}

/// Trains [`models`] anew.
pub fn train_models() -> Vec<(String, Trained)> {
    let (table, stages) = cleveland_stages();
    let rates = table
        .names()
        .iter()
        .position(|name| name == "thalach")
        .unwrap();
    let rates = Target::Values((0..table.rows()).map(|row| table.row(row)[rates]).collect());
    let yes_or_no = Target::Classes(stages.iter().map(|&stage| i64::from(stage > 0)).collect());
    let stages = Target::Classes(stages);
    let plain = features();
    let bucketed = Features {
        numeric: ["chol", "thalach", "oldpeak", "ca"]
            .map(str::to_owned)
            .to_vec(),
        bucketed: [("age".to_owned(), 5), ("trestbps".to_owned(), 4)].into(),
        ..plain.clone()
    };
    let components = Features {
        components: Some(6),
        ..plain.clone()
    };
    let none = Value::Null;
    let all = [
        ("linear-regression", &plain, &rates, none.clone()),
        ("linear-regression", &components, &rates, none.clone()),
        ("ridge", &bucketed, &rates, none.clone()),
        ("lasso", &plain, &rates, none.clone()),
        ("elastic-net", &plain, &rates, none.clone()),
        ("logistic-regression", &plain, &yes_or_no, none.clone()),
        ("logistic-regression", &bucketed, &yes_or_no, none.clone()),
        ("logistic-regression", &components, &stages, none.clone()),
        ("decision-tree", &plain, &yes_or_no, none.clone()),
        ("decision-tree", &bucketed, &stages, none.clone()),
        ("decision-tree", &plain, &rates, none.clone()),
        ("random-forest", &plain, &yes_or_no, none.clone()),
        ("random-forest", &plain, &stages, none.clone()),
        ("random-forest", &plain, &rates, none.clone()),
        (
            "gradient-boosting",
            &plain,
            &yes_or_no,
            json!({"subsample": 0.7}),
        ),
        ("gradient-boosting", &plain, &stages, json!({"rounds": 20})),
        ("gradient-boosting", &plain, &rates, none.clone()),
        (
            "gaussian-naive-bayes",
            &plain,
            &yes_or_no,
            json!({"smoothing": 0.1}),
        ),
        (
            "gaussian-naive-bayes",
            &plain,
            &stages,
            json!({"smoothing": 0.1}),
        ),
        ("multinomial-naive-bayes", &bucketed, &stages, none.clone()),
        ("linear-svm", &plain, &yes_or_no, none.clone()),
        ("k-means", &plain, &Target::None, json!({"clusters": 4})),
        ("nearest-neighbours", &plain, &yes_or_no, none.clone()),
        (
            "nearest-neighbours",
            &bucketed,
            &stages,
            json!({"neighbours": 12}),
        ),
        ("nearest-neighbours", &plain, &rates, none.clone()),
    ];
    let fit =
        |(i, (name, features, target, parameters)): (usize, (&str, &Features, &Target, Value))| {
            let pipeline = Pipeline {
                features: features.clone(),
                algorithm: Algorithm::named(name, &parameters).unwrap(),
                seed: 7,
            };
            let name = format!("{:02}-{name}", i + 1);
            let trained = pipeline.fit(&table, target);
            (
                name.clone(),
                trained.unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        };
    all.into_iter().enumerate().map(fit).collect()
}

/// Rows whose every quantity lies where trees are cut: halfway between two values of the table, or on one.
pub fn threshold_rows(rows: usize) -> Vec<f32> {
    let (table, _) = cleveland();
    let mut random = Random(3);
    let mut sorted = Vec::new();
    for column in 0..table.names().len() {
        let mut values: Vec<f32> = (0..table.rows())
            .map(|row| table.row(row)[column])
            .collect();
        values.retain(|value| !value.is_nan());
        values.sort_unstable_by(f32::total_cmp);
        values.dedup();
        sorted.push(values);
    }
    let mut all = Vec::new();
    for _ in 0..rows {
        for values in &sorted {
            let i = random.next() as usize % values.len();
            let next = values[(i + 1).min(values.len() - 1)];
            all.push(match random.next() % 8 {
                0 => f32::NAN,
                1 => values[i],
                _ => values[i] / 2.0 + next / 2.0,
            });
        }
    }
    all
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
