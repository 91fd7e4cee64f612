//! `mesh.yaml`: how the platform runs a product. Shapes only; [`crate::DataProduct`] checks what they mean.
//!
//! The doc comments are what editors show: the JSON Schema of the file is made of these types.

mod watching;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use mesh_contracts::{DocumentError, DocumentSchema};
use mesh_models::{Measure, Order, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use watching::{Action, Found, Watching};

pub(crate) const FILE: &str = "mesh.yaml";

/// How the platform runs a data product: its datasets, where their rows come from, and its models. What the product is
/// and promises stands in `product.odps.yaml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "mesh.yaml")]
pub(crate) struct Declaration {
    /// The product's datasets by name. Each is an output port of that name in `product.odps.yaml`, which names its contract.
    pub(crate) datasets: BTreeMap<String, Dataset>,
    /// The product's models by name. Each has a scoring port at `/products/{product}/models/{name}/score`.
    #[serde(default)]
    pub(crate) models: BTreeMap<String, Model>,
}

/// A Delta table that this product owns.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dataset {
    pub(crate) from: Source,
    pub(crate) starting_data: Option<StartingData>,
    /// When a dataset that is made of others is made anew; `on-commit` where nothing is said.
    pub(crate) refresh: Option<Refresh>,
    /// When the events that fill it are committed, and how many may wait for that.
    pub(crate) sink: Option<Sink>,
    /// Of a dataset that is made by SQL: it is made window by window, each once it is over.
    pub(crate) window: Option<Window>,
}

/// Where the rows of a dataset come from.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// The input port of this name in `product.odps.yaml`.
    Port(String),
    /// The answers of the model of this name.
    Model(String),
    /// A CSV file of the product, with a header; read again when it changes.
    File(String),
    /// A file of the product with one SELECT over its other datasets, such as `transforms/weekly.sql`.
    Sql(String),
    /// Code of the product over these datasets; only for a product that is a crate.
    Code(Vec<String>),
}

/// When the events that fill a dataset are committed: as soon as one of the bounds is reached.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sink {
    /// How long an event waits for others at most, from `1ms` to `10min`; `500ms` where nothing is said.
    pub(crate) max_delay: Option<String>,
    /// Events of one commit; 20000 where nothing is said.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) max_rows: Option<u64>,
    /// Bytes of the events of one commit, from `1KiB` to `256MiB`; `32MiB` where nothing is said.
    pub(crate) max_bytes: Option<String>,
    /// Events that are accepted and not yet stored; beyond, ports answer 429. 1000000 where nothing is said.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub(crate) max_backlog: Option<u64>,
}

/// Windows of time. Lengths are a number and a unit, such as `30s`, `10m` or `1h`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// The dataset whose rows are seen in windows. In the statement it has the columns `window_start` and `window_end` besides
    /// its own, and each row once for every window that it falls in.
    pub(crate) over: String,
    /// Property of its contract that says when what a row tells of happened: a timestamp that is required.
    pub(crate) time: String,
    /// How long a window is.
    pub(crate) size: String,
    /// One window starts each time this has passed, counted from 1970-01-01T00:00:00Z; `size` where nothing is said, so that
    /// each row falls in one window.
    pub(crate) every: Option<String>,
    /// How far rows may be behind the newest one before the window that they fall in is over; none where nothing is said.
    pub(crate) delay: Option<String>,
    /// How long rows still correct a window that is over; not at all where nothing is said.
    pub(crate) lateness: Option<String>,
    /// Once no row has come for so long, the passing of time alone ends the windows that have rows; where nothing is said,
    /// they wait for a row.
    pub(crate) idle: Option<String>,
}

/// When a dataset that is made of others is made anew.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Refresh {
    /// Whenever a dataset that it reads has a new version.
    OnCommit,
    /// At these times: a cron expression in UTC, such as `0 6 * * *` for every day at six.
    Schedule(String),
}

/// Rows that are in the dataset from its first version on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartingData {
    /// CSV with a header, relative to the product. Columns that the contract does not name are left out.
    pub(crate) file: String,
    /// Property of the contract -> column of the file, where the two differ. The column `row_id` is there in
    /// every file: a UUID that the same row always has.
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, String>,
}

/// A model: what it learns from, what it is asked, what it answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    /// For people: what the model tells.
    pub(crate) description: String,
    /// What it tells: `yes-or-no` where nothing is said, one `class` of several, or a `quantity`. The target of its training is as
    /// that is.
    #[serde(default)]
    pub(crate) predicts: Task,
    pub(crate) algorithm: Algorithm,
    /// Hyper-parameters of the algorithm by name, such as `{ trees: 200 }`; those that are left out are as usual.
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    /// Input port or dataset whose contract a call to the scoring port keeps.
    pub(crate) input: String,
    /// Property that the answer adds to what was sent.
    pub(crate) answer: String,
    pub(crate) features: Features,
    pub(crate) training: Training,
    /// What a version has to show before it answers.
    #[serde(default)]
    pub(crate) gate: Promotion,
    /// How it is watched once it answers.
    #[serde(default)]
    pub(crate) watch: Watching,
    /// How it goes on learning, from answers whose truth has come to be known; not at all where nothing is said.
    pub(crate) online: Option<Online>,
}

/// How a model goes on learning, a row at a time: it begins with the cases of the training query, and goes on with every answer
/// whose truth `watch.labels` tells from then on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Online {
    pub(crate) algorithm: OnlineAlgorithm,
    /// Hyper-parameters of the algorithm by name; those that are left out are as usual.
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    /// Answers it learns from before it is made a version, which answers once it passes the gate.
    #[serde(default = "Online::usual_every")]
    #[schemars(range(min = 50, max = 10_000_000))]
    pub(crate) every: u64,
}

impl Online {
    fn usual_every() -> u64 {
        1000
    }
}

/// An algorithm that learns from one row after another.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnlineAlgorithm {
    /// Logistic regression that follows the regularised leader.
    Ftrl,
    /// Each class a bell curve over each feature.
    GaussianNaiveBayes,
}

impl OnlineAlgorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ftrl => "ftrl",
            Self::GaussianNaiveBayes => "gaussian-naive-bayes",
        }
    }
}

/// A stock algorithm. What each can learn to tell stands in docs/mesh-yaml.md.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Algorithm {
    /// A quantity as a weighted sum of the features.
    LinearRegression,
    /// The same with a penalty on large weights.
    Ridge,
    /// The same with a penalty that leaves out features of little use.
    Lasso,
    /// The same with both penalties.
    ElasticNet,
    /// Linear in the features, with a ridge penalty.
    LogisticRegression,
    /// One tree of questions.
    DecisionTree,
    /// The mean of many trees, each grown on a sample of the cases.
    RandomForest,
    /// Trees that mend each other's mistakes, one after the other.
    GradientBoosting,
    /// Each class a bell curve over each feature.
    GaussianNaiveBayes,
    /// Each class a share of counts; for features that are never below zero.
    MultinomialNaiveBayes,
    /// The plane with the widest margin between both, its distances made probabilities.
    LinearSvm,
    /// As the most similar cases were. Its file holds the cases that it learned from.
    NearestNeighbours,
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LinearRegression => "linear-regression",
            Self::Ridge => "ridge",
            Self::Lasso => "lasso",
            Self::ElasticNet => "elastic-net",
            Self::LogisticRegression => "logistic-regression",
            Self::DecisionTree => "decision-tree",
            Self::RandomForest => "random-forest",
            Self::GradientBoosting => "gradient-boosting",
            Self::GaussianNaiveBayes => "gaussian-naive-bayes",
            Self::MultinomialNaiveBayes => "multinomial-naive-bayes",
            Self::LinearSvm => "linear-svm",
            Self::NearestNeighbours => "nearest-neighbours",
        }
    }
}

/// The properties of a call that the model looks at: numbers, booleans and integer codes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Features {
    /// Quantities: imputed with the median; standardised where the algorithm compares them with one another.
    #[serde(default)]
    pub(crate) numeric: Vec<String>,
    /// Codes: imputed with the most frequent value and one-hot encoded.
    #[serde(default)]
    pub(crate) categorical: Vec<String>,
    /// Quantities of which only the range counts, with the number of ranges: cut so that each has about as many cases, imputed
    /// with the median and one-hot encoded.
    #[serde(default)]
    pub(crate) bucketed: BTreeMap<String, usize>,
    /// How many principal components take the place of the encoded features; none where nothing is said.
    pub(crate) components: Option<usize>,
}

impl Features {
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        let named = self.numeric.iter().chain(&self.categorical);
        named.chain(self.bucketed.keys())
    }

    /// As models are trained with them.
    pub(crate) fn encoded(&self) -> mesh_models::Features {
        mesh_models::Features {
            numeric: self.numeric.clone(),
            categorical: self.categorical.clone(),
            bucketed: self.bucketed.clone(),
            components: self.components,
        }
    }
}

/// What a model learns from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Training {
    /// One SELECT over the product's datasets; gives every feature and the target, in an order that does not change.
    pub(crate) sql: String,
    /// Column of the query: true or 1 for yes, the code of the class (a whole number), or the quantity.
    pub(crate) target: String,
    /// Share of the cases that the version is measured on and not trained on.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub(crate) held_out: f64,
    /// Of the split, and of what the algorithm leaves to chance.
    pub(crate) seed: u64,
    /// When it is trained again without being asked: a cron expression in UTC, such as `0 3 * * *` for every day at three. Where
    /// the data are the same, so is the version, and none is added.
    pub(crate) schedule: Option<String>,
    /// Hyper-parameters that are tried in each run, which trains by the best of them.
    pub(crate) search: Option<Search>,
}

/// What is tried, all on the same parts of the cases that are learned from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// The values to try of each hyper-parameter; those in `parameters` are the same for all.
    pub(crate) grid: BTreeMap<String, Vec<Value>>,
    /// How many points of the grid, drawn by chance, are tried; all where nothing is said.
    pub(crate) draws: Option<usize>,
    /// Parts that the cases are cut into; each is tested on what others teach.
    #[serde(default = "Search::usual_folds")]
    #[schemars(range(min = 2, max = 100))]
    pub(crate) folds: usize,
    /// How they are cut: at random, `stratified`, or by `time`, where each part is tested on those before it in the order of the
    /// training query.
    /// `stratified` where nothing is said, of quantities `random`.
    pub(crate) order: Option<Order>,
    /// By which they are compared; that of the gate where nothing is said.
    pub(crate) measure: Option<Measure>,
}

impl Search {
    fn usual_folds() -> usize {
        5
    }
}

/// What a version has to show before it answers, beside that its artifact takes the declared features and answers as what
/// was trained did.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promotion {
    /// Measures on the cases held out: at least so much where more is better (`accuracy`, `precision`, `recall`, `f1`,
    /// `auc`, `r2`), at most so much of the others (`log-loss`, `brier`, `calibration-error`, `mae`, `rmse`, `mape`).
    #[serde(default)]
    pub(crate) require: BTreeMap<Measure, f64>,
    /// The measure by which it is compared with the version in Production, on the same cases: `brier` where nothing is said, of
    /// quantities `mae`.
    pub(crate) compare_by: Option<Measure>,
    /// By how much it may be worse than that version, in that measure: 0.01 where nothing is said, of quantities a hundredth of what
    /// that version has.
    #[schemars(range(min = 0.0))]
    pub(crate) margin: Option<f64>,
    /// Milliseconds of a processor within which nine of ten records are scored, one at a time.
    #[serde(default = "Promotion::usual_latency")]
    #[schemars(range(min = 0.001, max = 60000.0))]
    pub(crate) latency_ms: f64,
    /// Records with the answer that every version has to give.
    #[serde(default)]
    pub(crate) golden: Vec<Golden>,
}

/// A record whose answer is beyond doubt.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Golden {
    /// As it would be sent to the scoring port.
    pub(crate) record: Map<String, Value>,
    /// 1 for yes, 0 for no; the class; or the quantity.
    pub(crate) prediction: f64,
    /// How far the answer may be from it, where that is a quantity.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub(crate) within: f64,
}

impl Promotion {
    fn usual_latency() -> f64 {
        10.0
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_secs_f64(self.latency_ms / 1000.0)
    }
}

impl Default for Promotion {
    fn default() -> Promotion {
        Promotion {
            require: BTreeMap::new(),
            compare_by: None,
            margin: None,
            latency_ms: Promotion::usual_latency(),
            golden: Vec::new(),
        }
    }
}

static SCHEMA: LazyLock<DocumentSchema> = LazyLock::new(|| {
    DocumentSchema::compile(&mesh_yaml_schema()).expect("a test of this crate compiles it")
});

impl Declaration {
    /// # Errors
    /// Every mistake that the schema sees, in the order of the text.
    pub(crate) fn parse(yaml: &str) -> Result<Declaration, Vec<DocumentError>> {
        let mistakes = SCHEMA.check(FILE, yaml);
        match mistakes.is_empty() {
            true => mesh_contracts::parse_document(FILE, yaml).map_err(|error| vec![error]),
            false => Err(mistakes),
        }
    }
}

/// JSON Schema 2020-12 of `mesh.yaml`, for editors.
pub fn mesh_yaml_schema() -> Value {
    schemars::schema_for!(Declaration).to_value()
}
