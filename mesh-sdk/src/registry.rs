//! The versions of a model: a folder each, written whole or not at all, never changed.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_contracts::Contract;
use mesh_models::{
    Division, Evaluation, Features, Interval, Measure, Model, Report, Search, Summary, Task,
    wilson_95,
};
use mesh_platform::vault::Vault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::SdkError;
use crate::product::ModelPlan;
use crate::watching::Reference;

const ARTIFACT: &str = "model.onnx";
const RECORD: &str = "version.json";
const REFERENCE: &str = "reference.json";
const LEARNT: &str = "learnt.json";

/// What there is to know about one version of a model.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ModelVersion {
    pub model: String,
    /// From 1, without gaps.
    pub version: u64,
    /// As the history of the model says; what a version's own record says of it counts no more.
    #[serde(default)]
    pub stage: Stage,
    pub description: String,
    #[serde(default)]
    pub predicts: Task,
    pub algorithm: String,
    /// Hyper-parameters that were not as usual.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// How those were found, where they were not declared alone.
    #[serde(default)]
    pub searched: Option<Searched>,
    pub trained_at: DateTime<Utc>,
    /// How long reading the cases, learning and measuring took; nothing where it came as a file.
    #[serde(default)]
    pub duration_seconds: Option<f64>,
    /// SHA-256 of the product's declarations, statements and code, in hex: which text of it trained the version.
    #[serde(default)]
    pub revision: Option<String>,
    /// SHA-256 of the ONNX file, in hex.
    pub sha256: String,
    /// In the order in which the ONNX graph takes them.
    pub features: Vec<String>,
    /// Name and version of the contract of the calls that it was made for; nothing of versions from before that was recorded.
    #[serde(default)]
    pub input: Option<String>,
    /// What becomes of them before the algorithm sees them; nothing where it came as a file, or before that was recorded.
    #[serde(default)]
    pub encoded: Option<Features>,
    /// Where the cases came from that it was trained on and measured on; only measured on, where it came as a file.
    pub trained_on: TrainedOn,
    /// How many answers it learned from, one after the other, since those cases; nothing where it learned from the cases alone.
    #[serde(default)]
    pub answers: Option<u64>,
    /// Where it came from, if it came as a file.
    #[serde(default)]
    pub imported: Option<Imported>,
    /// Of a model of yes and no, on the cases that were held out.
    pub evaluation: Option<Evaluation>,
    /// On the same cases: every measure with its interval, and what there is to draw.
    #[serde(default)]
    pub report: Option<Report>,
    /// By feature, how much it matters: the mean size of its SHAP values on those cases, in what the model sums (log-odds of a
    /// logistic regression and of boosting, probabilities of a forest). Empty where the model cannot be explained.
    #[serde(default)]
    pub importance: BTreeMap<String, f64>,
    /// Of the artifact with what was trained; nothing where it came as a file.
    #[serde(default)]
    pub parity: Option<Parity>,
}

/// How hyper-parameters were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Searched {
    /// The values that were tried of each.
    pub grid: BTreeMap<String, Vec<Value>>,
    /// How many points of the grid were drawn by chance; nothing where all were tried.
    pub draws: Option<usize>,
    pub division: Division,
    /// By which they were compared.
    pub measure: Measure,
    /// The best first, 100 at most.
    pub candidates: Vec<Tried>,
}

/// Hyper-parameters that were tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    pub parameters: Map<String, Value>,
    /// Of the measure over the parts.
    pub score: Summary,
}

impl Searched {
    fn is_by(&self, search: &Search) -> bool {
        (&self.grid, self.draws, self.division, self.measure)
            == (&search.grid, search.draws, search.division, search.measure)
    }
}

/// A version that was trained elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Subject of the token of whoever brought it.
    pub by: String,
    /// What they say of it: the tool, the data, the revision of the code.
    pub origin: String,
}

/// How far an artifact answers as what it was exported from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Parity {
    pub cases: usize,
    /// Between probabilities; between quantities as a part of their size, where that is above 1.
    pub largest_difference: f64,
    /// Cases whose class differs.
    pub other_labels: usize,
}

/// Where a version is on its way. One version of a model is in Production at most, and that one answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Stage {
    #[default]
    Staging,
    Production,
    Archived,
}

/// Where a version came from: enough to train it again, byte for byte.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TrainedOn {
    /// Dataset -> its Delta version.
    pub datasets: BTreeMap<String, u64>,
    /// Dataset -> the version of its contract; nothing of versions from before that was recorded.
    #[serde(default)]
    pub contracts: BTreeMap<String, String>,
    pub sql: String,
    /// Cases that the query gave, those held out included.
    pub cases: usize,
    pub held_out: f64,
    pub seed: u64,
}

/// What a version is worth on the cases that were held out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measurement {
    pub value: f64,
    /// How many cases there were.
    pub cases: usize,
    /// 95 % interval.
    pub low: f64,
    pub high: f64,
}

impl ModelVersion {
    /// Whether the declaration of the model is still the one that this version was trained by.
    pub(crate) fn is_trained_by(&self, plan: &ModelPlan) -> bool {
        let declared = &plan.declared;
        let (now, then) = (&declared.training, &self.trained_on);
        self.imported.is_none()
            && self.answers.is_none()
            && self.predicts == declared.predicts
            && self.algorithm == declared.algorithm.name()
            && match (&self.searched, &plan.search) {
                (None, None) => self.parameters == declared.parameters,
                (Some(searched), Some(search)) => searched.is_by(search),
                _ => false,
            }
            && self
                .encoded
                .as_ref()
                .is_none_or(|encoded| *encoded == plan.pipeline.features)
            && self.features.iter().eq(declared.features.all())
            && self.outdated(plan).is_none()
            && (&now.sql, now.held_out, now.seed) == (&then.sql, then.held_out, then.seed)
    }

    /// Which contract has had a breaking change since the version was made under it, in words.
    pub(crate) fn outdated(&self, plan: &ModelPlan) -> Option<String> {
        let input = contract_named(&plan.input);
        let calls = self.input.iter().map(|then| ("its calls", then, &input));
        let read = self.trained_on.contracts.iter();
        let read = read.filter_map(|(dataset, then)| {
            Some((dataset.as_str(), then, plan.learns_from.get(dataset)?))
        });
        let (what, then, now) = calls
            .chain(read)
            .find(|(_, then, now)| before_minor(then) != before_minor(now))?;
        Some(format!(
            "was made under contract {then} of {what}, which is {now} now"
        ))
    }

    /// The share of the cases held out whose class was predicted, with its Wilson interval; where it tells a quantity, its mean
    /// absolute error. Nothing if the record does not say.
    pub fn worth(&self) -> Option<Measurement> {
        if let Some(evaluation) = &self.evaluation {
            let interval = evaluation.accuracy_interval;
            return Some(Measurement::new(
                evaluation.accuracy,
                evaluation.cases,
                interval,
            ));
        }
        let report = self.report.as_ref()?;
        let Some(classes) = &report.classes else {
            let error = report.measures.get(&Measure::Mae)?;
            return Some(Measurement::new(error.value, report.cases, error.interval));
        };
        let right = classes.confusion.iter().enumerate();
        let right: u64 = right.map(|(class, predicted)| predicted[class]).sum();
        let interval = wilson_95(right as usize, report.cases);
        let share = right as f64 / report.cases as f64;
        Some(Measurement::new(share, report.cases, interval))
    }

    /// What it tells apart, by rising class; nothing where it tells a quantity.
    pub(crate) fn classes(&self) -> &[i64] {
        let report = self.report.as_ref();
        let classes = report.and_then(|report| report.classes.as_ref());
        classes.map_or(&[], |classes| &classes.classes)
    }

    /// Cases that it was measured on.
    pub fn measured_on(&self) -> usize {
        self.worth().map_or(0, |worth| worth.cases)
    }

    /// `accuracy 0.851 [0.760, 0.912] on 91`, or the mean absolute error.
    pub(crate) fn worth_in_words(&self) -> String {
        let what = match self.predicts {
            Task::YesOrNo | Task::Class => "accuracy",
            Task::Quantity => "mean absolute error",
        };
        match self.worth() {
            None => format!("{what} unknown"),
            Some(Measurement {
                value,
                cases,
                low,
                high,
            }) => {
                format!("{what} {value:.3} [{low:.3}, {high:.3}] on {cases}")
            }
        }
    }
}

/// Name and version of a contract.
pub(crate) fn contract_named(contract: &Contract) -> String {
    format!("{} {}", contract.name(), contract.version())
}

/// Of a version of a contract, what only a breaking change changes.
fn before_minor(version: &str) -> Option<&str> {
    version.split('.').next()
}

impl Measurement {
    fn new(value: f64, cases: usize, interval: Interval) -> Measurement {
        Measurement {
            value,
            cases,
            low: interval.low,
            high: interval.high,
        }
    }
}

pub(crate) struct Registry {
    model: String,
    folder: PathBuf,
    /// Artifacts and what they are compared with are of no use without its key.
    vault: Arc<Vault>,
}

impl Registry {
    pub(crate) fn open(
        folder: PathBuf,
        model: &str,
        vault: Arc<Vault>,
    ) -> Result<Registry, SdkError> {
        fs::create_dir_all(&folder).map_err(SdkError::file(folder.display().to_string()))?;
        Ok(Registry {
            model: model.to_owned(),
            folder,
            vault,
        })
    }

    /// Number of the version that was added last, 0 where there is none.
    pub(crate) fn newest(&self) -> Result<u64, SdkError> {
        Ok(self.numbers()?.last().copied().unwrap_or_default())
    }

    /// All versions, oldest first.
    pub(crate) fn versions(&self) -> Result<Vec<ModelVersion>, SdkError> {
        self.since(0)
    }

    /// The versions behind this one, oldest first.
    pub(crate) fn since(&self, version: u64) -> Result<Vec<ModelVersion>, SdkError> {
        let numbers = self.numbers()?.into_iter();
        let newer = numbers.filter(|number| *number > version);
        newer.map(|number| self.record(number)).collect()
    }

    fn numbers(&self) -> Result<Vec<u64>, SdkError> {
        let entries = fs::read_dir(&self.folder)
            .map_err(SdkError::file(self.folder.display().to_string()))?;
        let mut numbers: Vec<u64> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The version's model, once its artifact is seen to be the one that was recorded.
    pub(crate) fn load(&self, version: &ModelVersion) -> Result<Model, SdkError> {
        let onnx = self.artifact(version)?;
        let mut model = Model::from_onnx(&onnx)?;
        model.rename_features(version.features.clone())?;
        Ok(model)
    }

    /// The artifact of a version, as it was recorded.
    pub(crate) fn artifact(&self, version: &ModelVersion) -> Result<Vec<u8>, SdkError> {
        let path = self.folder.join(version.version.to_string()).join(ARTIFACT);
        let file = fs::read(&path).map_err(SdkError::file(path.display().to_string()))?;
        let onnx = self.unseal(version.version, ARTIFACT, file)?;
        match mesh_models::digest(&onnx) == version.sha256 {
            true => Ok(onnx),
            false => {
                let reason = format!("{} is not the file that was recorded", path.display());
                Err(self.broken(version.version, reason))
            }
        }
    }

    /// Keeps a new version, under the number that comes next, by which `record` is made. It is there once its folder has its
    /// name; a crash before leaves nothing. Waits while another, of this process or not, adds one: call it where blocking is
    /// allowed.
    pub(crate) fn add(
        &self,
        onnx: &[u8],
        reference: &Reference,
        record: impl FnOnce(u64) -> ModelVersion,
    ) -> Result<ModelVersion, SdkError> {
        let _alone = self.add_alone()?;
        let version = record(self.newest()? + 1);
        let partial = self.folder.join(format!("{}.partial", version.version));
        let broken = |error: serde_json::Error| self.broken(version.version, error.to_string());
        let record = serde_json::to_vec_pretty(&version).map_err(broken)?;
        let reference = serde_json::to_vec(reference).map_err(broken)?;
        let onnx = self.seal(version.version, ARTIFACT, onnx)?;
        let reference = self.seal(version.version, REFERENCE, &reference)?;
        let write = || -> std::io::Result<()> {
            if partial.exists() {
                fs::remove_dir_all(&partial)?;
            }
            fs::create_dir(&partial)?;
            write_durably(&partial.join(ARTIFACT), &onnx)?;
            write_durably(&partial.join(REFERENCE), &reference)?;
            write_durably(&partial.join(RECORD), &record)?;
            fs::rename(&partial, self.folder.join(version.version.to_string()))?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(SdkError::file(partial.display().to_string()))?;
        Ok(version)
    }

    /// Lets one alone choose a number, as long as it holds what this gives.
    fn add_alone(&self) -> Result<File, SdkError> {
        let path = self.folder.join("adder.lock");
        let lock = || -> std::io::Result<File> {
            let file = File::create(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(SdkError::file(path.display().to_string()))
    }

    /// What the answers of a version are compared with; nothing of one that was kept before there was such a thing.
    pub(crate) fn reference(&self, version: u64) -> Result<Option<Reference>, SdkError> {
        let path = self.folder.join(version.to_string()).join(REFERENCE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(SdkError::file(path.display().to_string()))?,
        };
        let bytes = self.unseal(version, REFERENCE, bytes)?;
        let read = serde_json::from_slice(&bytes);
        // Without serde's message, which may quote what it found.
        read.map(Some)
            .map_err(|_| self.broken(version, format!("{} cannot be read", path.display())))
    }

    /// What is learned between versions, and survives a restart; nothing before it was kept for the first time.
    pub(crate) fn learnt(&self) -> Result<Option<Vec<u8>>, SdkError> {
        let path = self.folder.join(LEARNT);
        let sealed = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(SdkError::file(path.display().to_string()))?,
        };
        self.unseal(0, LEARNT, sealed).map(Some)
    }

    /// Keeps it in the place of what was kept before, wholly or not at all.
    pub(crate) fn keep_learnt(&self, bytes: &[u8]) -> Result<(), SdkError> {
        let sealed = self.seal(0, LEARNT, bytes)?;
        let path = self.folder.join(LEARNT);
        let partial = path.with_extension("partial");
        let write = || -> std::io::Result<()> {
            write_durably(&partial, &sealed)?;
            fs::rename(&partial, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(SdkError::file(path.display().to_string()))
    }

    /// Lets one process alone go on learning, as long as it holds what this gives; nothing while another does.
    pub(crate) fn learn_alone(&self) -> Result<Option<File>, SdkError> {
        self.try_alone("learner.lock")
    }

    /// The same for a training run.
    pub(crate) fn train_alone(&self) -> Result<Option<File>, SdkError> {
        self.try_alone("trainer.lock")
    }

    fn try_alone(&self, lock: &str) -> Result<Option<File>, SdkError> {
        let path = self.folder.join(lock);
        let file = File::create(&path).map_err(SdkError::file(path.display().to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(SdkError::file(path.display().to_string())(error))
            }
        }
    }

    fn seal(&self, version: u64, file: &str, bytes: &[u8]) -> Result<Vec<u8>, SdkError> {
        let sealed = self.vault.seal(&self.sealed_as(version, file), bytes);
        sealed.map_err(|error| self.broken(version, error.to_string()))
    }

    fn unseal(&self, version: u64, file: &str, sealed: Vec<u8>) -> Result<Vec<u8>, SdkError> {
        let bytes = self.vault.unseal(&self.sealed_as(version, file), sealed);
        bytes.map_err(|error| self.broken(version, error.to_string()))
    }

    /// The name that a file is bound to.
    fn sealed_as(&self, version: u64, file: &str) -> String {
        format!("{}/{version}/{file}", self.model)
    }

    fn record(&self, version: u64) -> Result<ModelVersion, SdkError> {
        let path = self.folder.join(version.to_string()).join(RECORD);
        let bytes = fs::read(&path).map_err(SdkError::file(path.display().to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| self.broken(version, error.to_string()))
    }

    fn broken(&self, version: u64, reason: String) -> SdkError {
        SdkError::Version {
            model: self.model.clone(),
            version,
            reason,
        }
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::write(path, bytes)?;
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests;
